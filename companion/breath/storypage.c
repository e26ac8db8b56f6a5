/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storypage.c - the story of a capture as one HTML page
 *
 * The page is a frame, a style and a script, which are the same for each capture and named in the
 * content security policy by their hashes, and between them one JSON document, which browsers do
 * not run. Nothing that comes from the capture stands anywhere but in it and in the title. */
#include "storypage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "storypage_inside.h"
#include "storywords.h"

enum {
    SEEN_OCTETS_MAX = 1 << 26, /* connections up to number 2^29 */
};

/* ---- What is always the same: the files beside this one */

#define ASSET(name, path)                                                                          \
    __asm__(".section .rodata\n.global tb_story_" #name "\ntb_story_" #name ":\n"                  \
            ".incbin \"" TB_STORY_FOLDER "/" path "\"\n.byte 0\n.previous\n");                     \
    extern const char tb_story_##name[]

ASSET(style, "page.css");
ASSET(body, "body.html");
ASSET(script, "page.js");

void tb_story_page_begin(struct tb_story_page *page)
{
    struct tb_line *line = &page->line;

    tb_line_put(line, "<!DOCTYPE html>\n<html lang=\"");
    tb_line_put(line, page->lang == TB_LANG_JA ? "ja" : "en");
    tb_line_put(line, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'sha256-" TB_STORY_STYLE_HASH "'; "
                      "script-src 'sha256-" TB_STORY_SCRIPT_HASH "'; "
                      "base-uri 'none'; form-action 'none'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta name=\"referrer\" content=\"no-referrer\">\n"
                      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    tb_escape_html(line, page->file, strlen(page->file));
    tb_line_put(line, " - TCP Breath</title>\n<style>");
    (void)fwrite(line->text, 1, line->length, page->out);
    tb_line_clear(line);
    (void)fputs(tb_story_style, page->out);
    (void)fputs("</style>\n</head>\n<body>\n", page->out);
    (void)fputs(tb_story_body, page->out);
    (void)fputs("<script type=\"application/json\" id=\"data\">{\"segments\":[", page->out);
    page->last_interface = TB_NAMES_NONE;
}

/* ---- Connections */

static struct tb_story_connection *connection_of(struct tb_story_page *page, uint32_t at)
{
    if (at >= page->connection_size) {
        const uint32_t size = page->connection_size == 0 ? 16 : page->connection_size * 2;
        struct tb_story_connection *more =
            size > UINT32_MAX / 4 ? NULL : realloc(page->connections, size * sizeof(*more));

        if (more == NULL)
            return NULL;
        memset(more + page->connection_size, 0, (size - page->connection_size) * sizeof(*more));
        page->connections = more;
        page->connection_size = size;
    }
    return &page->connections[at];
}

static void set_place(struct tb_story_place *place, const struct tb_story_segment *segment,
                      bool source)
{
    const char *address = tb_story_row_address(segment->row, source, segment->layer);
    const char *port = tb_story_row_value(
        segment->row, source ? TB_STORY_SRC_PORT : TB_STORY_DST_PORT, segment->layer);

    if (address != NULL && place->address == NULL)
        place->address = strdup(address);
    if (port != NULL && place->port[0] == '\0')
        (void)snprintf(place->port, sizeof(place->port), "%s", port);
}

static bool is_place(const struct tb_story_place *place, const struct tb_story_segment *segment)
{
    const char *address = tb_story_row_address(segment->row, true, segment->layer);
    const char *port = tb_story_row_value(segment->row, TB_STORY_SRC_PORT, segment->layer);

    return address != NULL && port != NULL && place->address != NULL &&
           strcmp(place->address, address) == 0 && strcmp(place->port, port) == 0;
}

/* Who sent it: the side with its address, or else the side of its role. An inferred role may change
 * once; the sides do not. */
static void find_sides(struct tb_story_segment *segment, struct tb_story_connection *connection,
                       bool first)
{
    const char *role = tb_story_row_value(segment->row, TB_STORY_ROLE, segment->layer);
    const unsigned by_role = role != NULL && strcmp(role, "server") == 0;

    if (first) {
        set_place(&connection->place[by_role], segment, true);
        set_place(&connection->place[!by_role], segment, false);
    }
    if (is_place(&connection->place[0], segment) != is_place(&connection->place[1], segment))
        segment->side = is_place(&connection->place[1], segment);
    else
        segment->side = (connection->client != 0) != by_role;
    if (role != NULL)
        connection->client = (int)(by_role ? !segment->side : segment->side);
    segment->client = (unsigned)connection->client;
}

static int note_left_out(struct tb_story_page *page, const char *number)
{
    uint64_t at;
    uint8_t bit;

    page->left_out++;
    if (!tb_story_number(number, &at) || at / 8 >= SEEN_OCTETS_MAX)
        return 0;
    if (at / 8 >= page->seen_size) {
        const size_t size = (size_t)(at / 8 + 1) * 2;
        uint8_t *more = realloc(page->seen, size);

        if (more == NULL)
            return -ENOMEM;
        memset(more + page->seen_size, 0, size - page->seen_size);
        page->seen = more;
        page->seen_size = size;
    }
    bit = (uint8_t)(1u << at % 8);
    page->connections_left_out += (page->seen[at / 8] & bit) == 0;
    page->seen[at / 8] |= bit;
    return 0;
}

/* ---- Segments */

/* A connection that begins beyond the limit is not on the page. */
static int add_segment(struct tb_story_page *page, struct tb_story_segment *segment)
{
    const char *number = tb_story_segment_value(segment, TB_STORY_CONNECTION);
    const char *mechanism = tb_story_segment_value(segment, TB_STORY_MECHANISM);
    struct tb_names *known = &page->names[TB_STORY_NAMES_CONNECTION];
    const uint32_t before = known->count;
    struct tb_story_connection *connection;
    const bool beyond = page->shown >= page->limit;

    if (number == NULL)
        number = "";
    if (beyond && !tb_names_has(known, number))
        return note_left_out(page, number);
    segment->connection = tb_names_add(known, number);
    if (segment->connection == TB_NAMES_NONE)
        return -ENOMEM;
    connection = connection_of(page, segment->connection);
    if (connection == NULL)
        return -ENOMEM;
    if (beyond) {
        page->left_out++;
        connection->left_out++;
        return 0;
    }
    if (known->count > before)
        connection->end[0] = connection->end[1] = TB_NAMES_NONE;
    find_sides(segment, connection, known->count > before);
    if (mechanism != NULL)
        (void)tb_names_add(&page->names[TB_STORY_NAMES_MECHANISM], mechanism);
    tb_story_segment_note_listener(segment, connection);
    tb_story_segment_write(segment);
    page->shown++;
    return 0;
}

int tb_story_page_add(struct tb_story_page *page, const struct tb_story_row *row,
                      const struct tb_story_row *japanese)
{
    const char *frame = tb_story_row_each(row, TB_STORY_FRAME, 0);
    const char *other = tb_story_row_each(japanese, TB_STORY_FRAME, 0);
    const char *epoch = tb_story_row_each(row, TB_STORY_EPOCH, 0);
    struct tb_story_row told = *japanese;
    int error = 0;

    if (frame == NULL || other == NULL || strcmp(frame, other) != 0)
        return -EBADMSG;
    if (page->shown == 0 && epoch != NULL)
        (void)snprintf(page->start, sizeof(page->start), "%s", epoch);
    told.layers = row->layers; /* only the sentence was asked for */
    for (size_t layer = 0; layer < row->layers && error == 0; layer++) {
        struct tb_story_segment segment = {
            .page = page, .row = row, .japanese = &told, .layer = layer
        };

        error = add_segment(page, &segment);
    }
    (void)fwrite(tb_line_text(&page->line), 1, page->line.length, page->out);
    if (page->line.failed)
        error = -ENOMEM;
    tb_line_clear(&page->line);
    return error;
}

/* ---- The end */

/* `wrap`: what stands around each, "[]" of the sentences; the texts are JSON already where it is
 * not "\"". */
static void write_names(struct tb_story_page *page, const char *key, enum tb_story_names which,
                        const char *wrap)
{
    const struct tb_names *names = &page->names[which];
    struct tb_line *line = &page->line;

    tb_escape_json_key(line, key);
    tb_line_put(line, "[");
    for (uint32_t i = 0; i < names->count; i++) {
        tb_line_put(line, i == 0 ? "\n" : ",\n");
        if (wrap[0] == '"') {
            tb_escape_json_text(line, names->text[i]);
        } else {
            tb_line_put_octets(line, wrap, wrap[0] != '\0');
            tb_line_put(line, names->text[i]);
            tb_line_put(line, wrap[0] == '\0' ? "" : wrap + 1);
        }
        (void)fwrite(line->text, 1, line->length, page->out);
        tb_line_clear(line);
    }
    tb_line_put(line, "]");
}

static void write_connections(struct tb_story_page *page)
{
    const struct tb_names *numbers = &page->names[TB_STORY_NAMES_CONNECTION];
    struct tb_line *line = &page->line;

    tb_escape_json_key(line, "connections");
    tb_line_put(line, "[");
    for (uint32_t i = 0; i < numbers->count; i++) {
        const struct tb_story_connection *connection = &page->connections[i];

        tb_line_put(line, i == 0 ? "\n[" : ",\n[");
        tb_escape_json_text(line, numbers->text[i]);
        tb_story_put_item(line, connection->client);
        for (unsigned side = 0; side < 2; side++) {
            const struct tb_story_place *place = &connection->place[side];

            tb_line_put(line, ",");
            tb_escape_json_text(line, place->address == NULL ? "" : place->address);
            tb_line_put(line, ",");
            tb_escape_json_text(line, place->port);
        }
        tb_story_put_item(line, (int64_t)connection->left_out);
        tb_line_put(line, ",");
        tb_line_put(line, connection->listener == NULL ? "null" : connection->listener);
        tb_line_put(line, "]");
        (void)fwrite(line->text, 1, line->length, page->out);
        tb_line_clear(line);
    }
    tb_line_put(line, "]");
}

static void put_facts(const struct tb_story_page *page, struct tb_line *line)
{
    const struct {
        const char *key;
        const char *value;
    } rows[] = { { "file", page->file },
                 { "filter", page->filter },
                 { "complaint", page->complaint },
                 { "version", page->version },
                 { "start", page->start } };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].value == NULL)
            continue;
        tb_escape_json_key(line, rows[i].key);
        tb_escape_json_text(line, rows[i].value);
    }
    tb_escape_json_key(line, "left_out");
    tb_line_put_number(line, page->left_out);
    tb_escape_json_key(line, "connections_left_out");
    tb_line_put_number(line, page->connections_left_out);
    tb_escape_json_key(line, "cmdline");
    tb_line_put(line, page->cmdline ? "true" : "false");
}

int tb_story_page_end(struct tb_story_page *page)
{
    struct tb_line *line = &page->line;

    tb_line_put(line, "]");
    write_names(page, "sentences", TB_STORY_NAMES_SENTENCE, "[]");
    write_names(page, "flags", TB_STORY_NAMES_FLAGS, "\"");
    write_names(page, "rfcs", TB_STORY_NAMES_RFC, "\"");
    write_names(page, "ends", TB_STORY_NAMES_END, "");
    write_names(page, "interfaces", TB_STORY_NAMES_INTERFACE, "[]");
    write_names(page, "mechanisms", TB_STORY_NAMES_MECHANISM, "\"");
    write_connections(page);
    put_facts(page, line);
    tb_story_words_put(line);
    tb_line_put(line, "}</script>\n<script>");
    (void)fwrite(line->text, 1, line->length, page->out);
    (void)fputs(tb_story_script, page->out);
    (void)fputs("</script>\n</body>\n</html>\n", page->out);
    if (line->failed)
        return -ENOMEM;
    return fflush(page->out) != 0 || ferror(page->out) ? -EIO : 0;
}

void tb_story_page_free(struct tb_story_page *page)
{
    for (uint32_t i = 0; i < page->connection_size; i++) {
        free(page->connections[i].place[0].address);
        free(page->connections[i].place[1].address);
        free(page->connections[i].listener);
    }
    free(page->connections);
    free(page->seen);
    for (size_t i = 0; i < TB_STORY_NAMES_COUNT; i++)
        tb_names_free(&page->names[i]);
    tb_line_free(&page->line);
}
