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
#include "event.h"
#include "owner.h"
#include "storytext.h"
#include "storywords.h"

enum {
    NONE = -1,
    SEEN_OCTETS_MAX = 1 << 26, /* connections up to number 2^29 */
    RFC_OCTETS = 26            /* of the address that every link begins with */
};

/* What an end is known by: an address and a port. */
struct place {
    char *address; /* NULL: not known */
    char port[6];
};

struct tb_story_connection {
    struct place place[2]; /* by side */
    uint32_t end[2];       /* as last told, by side */
    int client;            /* side; as last told */
    uint64_t left_out;
    char *listener; /* JSON; NULL: not known */
};

/* A segment of a row. */
struct segment {
    struct tb_story_page *page;
    const struct tb_story_row *row;
    const struct tb_story_row *japanese;
    size_t layer;
    uint32_t connection; /* place on the page */
    unsigned side;       /* who sent it */
    unsigned client;     /* side */
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

/* ---- JSON */

static void put_signed(struct tb_line *line, int64_t number)
{
    if (number < 0)
        tb_line_put(line, "-");
    tb_line_put_number(line, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static void put_item(struct tb_line *line, int64_t number)
{
    tb_line_put(line, ",");
    put_signed(line, number);
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

static void set_place(struct place *place, const struct segment *segment, bool source)
{
    const char *address = tb_story_row_address(segment->row, source, segment->layer);
    const char *port = tb_story_row_value(
        segment->row, source ? TB_STORY_SRC_PORT : TB_STORY_DST_PORT, segment->layer);

    if (address != NULL && place->address == NULL)
        place->address = strdup(address);
    if (port != NULL && place->port[0] == '\0')
        (void)snprintf(place->port, sizeof(place->port), "%s", port);
}

static bool is_place(const struct place *place, const struct segment *segment)
{
    const char *address = tb_story_row_address(segment->row, true, segment->layer);
    const char *port = tb_story_row_value(segment->row, TB_STORY_SRC_PORT, segment->layer);

    return address != NULL && port != NULL && place->address != NULL &&
           strcmp(place->address, address) == 0 && strcmp(place->port, port) == 0;
}

/* Who sent it: the side with its address, or else the side of its role. An inferred role may change
 * once; the sides do not. */
static void find_sides(struct segment *segment, struct tb_story_connection *connection, bool first)
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
        segment->side = by_role ? !connection->client : connection->client;
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

/* ---- Ends */

static const char *const end_keys[] = { "p", "i", "u", "U", "e", "k", "t", "s", "c", "l" };

/* What is known of the process at an end. */
static uint32_t end_of(const struct segment *segment, unsigned side)
{
    struct tb_line *line = &segment->page->line;
    const size_t first =
        side == segment->client ? TB_STORY_CLIENT_PROCESS : TB_STORY_SERVER_PROCESS;
    const size_t before = line->length;
    uint32_t end;

    tb_line_put(line, "{");
    for (size_t i = 0; i < TB_STORY_END_FIELD_COUNT; i++) {
        const char *value =
            tb_story_row_value(segment->row, (enum tb_story_field)(first + i), segment->layer);

        if (value == NULL || (end_keys[i][0] == 'l' && !segment->page->cmdline))
            continue;
        tb_escape_json_key(line, end_keys[i]);
        tb_escape_json_text(line, value);
    }
    tb_line_put(line, "}");
    end = tb_names_add(&segment->page->names[TB_STORY_NAMES_END], line->text + before);
    line->length = before;
    line->text[before] = '\0';
    return end;
}

static void note_listener(const struct segment *segment, struct tb_story_connection *connection)
{
    const char *name = tb_story_row_value(segment->row, TB_STORY_LISTENER_PROCESS, segment->layer);
    const char *pid = tb_story_row_value(segment->row, TB_STORY_LISTENER_PID, segment->layer);
    struct tb_line text = { 0 };

    if (connection->listener != NULL || (name == NULL && pid == NULL))
        return;
    tb_line_put(&text, "{");
    if (name != NULL) {
        tb_escape_json_key(&text, "p");
        tb_escape_json_text(&text, name);
    }
    if (pid != NULL) {
        tb_escape_json_key(&text, "i");
        tb_escape_json_text(&text, pid);
    }
    tb_line_put(&text, "}");
    connection->listener = text.text;
}

/* ---- A segment */

static int64_t index_of(const char *name, int count, const char *(*name_of)(int))
{
    for (int i = 0; name != NULL && i < count; i++) {
        if (strcmp(name, name_of(i)) == 0)
            return i;
    }
    return 0; /* unknown, other */
}

static const char *phase_name(int at)
{
    return tb_phase_name((enum tb_phase)at);
}

static const char *step_name(int at)
{
    return tb_step_name((enum tb_step)at);
}

static const char *state_name(int at)
{
    return tb_state_name((enum tb_state)at);
}

static const char *value_of(const struct segment *segment, enum tb_story_field field)
{
    return tb_story_row_value(segment->row, field, segment->layer);
}

static void put_name(const struct segment *segment, enum tb_story_names which, const char *text)
{
    const uint32_t at =
        text == NULL ? TB_NAMES_NONE : tb_names_add(&segment->page->names[which], text);

    put_item(&segment->page->line, at == TB_NAMES_NONE ? NONE : (int64_t)at);
}

/* The sentence's number, and its numbers. */
static void put_sentence(const struct segment *segment)
{
    const char *english = value_of(segment, TB_STORY_MEANING);
    const char *japanese = tb_story_row_value(segment->japanese, TB_STORY_MEANING, segment->layer);
    struct tb_line *line = &segment->page->line;
    struct tb_story_numbers numbers = { .count = 0 };
    struct tb_line both = { 0 }, one = { 0 };

    tb_story_text_put(&one, english == NULL ? "" : english, &numbers);
    tb_escape_json_text(&both, tb_line_text(&one));
    tb_line_clear(&one);
    tb_line_put(&both, ",");
    tb_story_text_put(&one, japanese == NULL ? "" : japanese, &numbers);
    tb_escape_json_text(&both, tb_line_text(&one));
    put_name(segment, TB_STORY_NAMES_SENTENCE, tb_line_text(&both));
    tb_line_put(line, ",[");
    for (size_t i = 0; i < numbers.count; i++) {
        tb_line_put(line, i == 0 ? "" : ",");
        tb_escape_json(line, numbers.list[i].text, numbers.list[i].length);
    }
    tb_line_put(line, "]");
    tb_line_free(&both);
    tb_line_free(&one);
}

static unsigned marks_of(const struct segment *segment)
{
    unsigned marks = 0;

    for (unsigned i = 0; i < TB_MARK_COUNT; i++) {
        const char *mark =
            value_of(segment, (enum tb_story_field)((unsigned)TB_STORY_MARK_FIRST + i));

        /* Wireshark 4.0 writes "1", later ones "True" */
        if (mark != NULL && strcmp(mark, "0") != 0 && strcmp(mark, "False") != 0)
            marks |= 1u << i;
    }
    return marks;
}

static void put_rfc(const struct segment *segment)
{
    static const char begin[] = "https://www.rfc-editor.org/";
    const char *rfc = value_of(segment, TB_STORY_RFC);

    if (rfc != NULL && strncmp(rfc, begin, sizeof(begin) - 1) != 0)
        rfc = NULL;
    put_name(segment, TB_STORY_NAMES_RFC, rfc);
}

/* What most segments do not have. */
static void put_numbers(const struct segment *segment)
{
    static const struct {
        const char *key;
        enum tb_story_field field;
        bool time;
    } rows[] = {
        { "h", TB_STORY_HANDSHAKE, false },
        { "x", TB_STORY_EXCHANGE, false },
        { "i", TB_STORY_REQUEST_IN, false },
        { "I", TB_STORY_RESPONSE_IN, false },
        { "a", TB_STORY_ACKS, false },
        { "A", TB_STORY_ACKED_IN, false },
        { "r", TB_STORY_RESPONSE_TIME, true },
        { "q", TB_STORY_REQUEST_DURATION, true },
        { "s", TB_STORY_RESPONSE_DURATION, true },
        { "R", TB_STORY_RTT, true },
        { "P", TB_STORY_RTT_SERVER, true },
        { "C", TB_STORY_RTT_CLIENT, true },
        { "Q", TB_STORY_REQUEST_BYTES, false },
        { "S", TB_STORY_RESPONSE_BYTES, false },
        { "w", TB_STORY_WINDOW, false },
    };
    struct tb_line *line = &segment->page->line;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *value = value_of(segment, rows[i].field);
        uint64_t number;
        int64_t ns;

        if (rows[i].time ? !tb_story_nanoseconds(value, &ns) : !tb_story_number(value, &number))
            continue;
        tb_escape_json_key(line, rows[i].key);
        if (rows[i].time)
            put_signed(line, ns);
        else
            tb_line_put_number(line, number);
    }
}

/* A FIN that acknowledges a FIN is two parts of the teardown, and pipelined requests may share a
 * segment. */
static void put_lists(const struct segment *segment)
{
    static const struct {
        enum tb_story_field field;
        const char *key;
    } rows[] = { { TB_STORY_TEARDOWN, "t" }, { TB_STORY_EXCHANGE, "X" } };
    struct tb_line *line = &segment->page->line;

    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]) && segment->row->layers == 1; row++) {
        const bool single = tb_story_row_each(segment->row, rows[row].field, 1) == NULL;
        const char *value;
        const char *before = "[";
        uint64_t number;

        if (rows[row].field == TB_STORY_EXCHANGE && single)
            continue;
        for (size_t i = 0; (value = tb_story_row_each(segment->row, rows[row].field, i)) != NULL;
             i++) {
            if (!tb_story_number(value, &number))
                continue;
            if (before[0] == '[')
                tb_escape_json_key(line, rows[row].key);
            tb_line_put(line, before);
            tb_line_put_number(line, number);
            before = ",";
        }
        if (before[0] == ',')
            tb_line_put(line, "]");
    }
}

static void put_changes(const struct segment *segment)
{
    struct tb_story_page *page = segment->page;
    struct tb_story_connection *connection = &page->connections[segment->connection];
    const char *name = tb_story_row_each(segment->row, TB_STORY_INTERFACE, 0);
    const char *id = tb_story_row_each(segment->row, TB_STORY_INTERFACE_ID, 0);
    struct tb_line key = { 0 };
    uint32_t interface;

    for (unsigned side = 0; side < 2; side++) {
        const uint32_t end = end_of(segment, side);

        if (end == connection->end[side])
            continue;
        connection->end[side] = end;
        tb_escape_json_key(&page->line, side == 0 ? "e" : "E");
        put_signed(&page->line, end == TB_NAMES_NONE ? NONE : (int64_t)end);
    }
    tb_escape_json_text(&key, id == NULL ? "" : id);
    tb_line_put(&key, ",");
    tb_escape_json_text(&key, name == NULL ? "" : name);
    interface = tb_names_add(&page->names[TB_STORY_NAMES_INTERFACE], tb_line_text(&key));
    if (interface != page->last_interface) {
        tb_escape_json_key(&page->line, "n");
        put_signed(&page->line, interface == TB_NAMES_NONE ? NONE : (int64_t)interface);
        page->last_interface = interface;
    }
    tb_line_free(&key);
}

static void put_states(const struct segment *segment)
{
    static const enum tb_story_field fields[] = { TB_STORY_CLIENT_STATE, TB_STORY_SERVER_STATE };

    for (unsigned side = 0; side < 2; side++)
        put_item(&segment->page->line, index_of(value_of(segment, fields[side != segment->client]),
                                                TB_STATE_COUNT, state_name));
}

/* The place of each is known to the page's script: fields in page.js. */
static void write_segment(const struct segment *segment)
{
    struct tb_story_page *page = segment->page;
    struct tb_line *line = &page->line;
    int64_t ns = page->last_ns;
    uint64_t frame = 0, length = 0;

    (void)tb_story_nanoseconds(tb_story_row_each(segment->row, TB_STORY_TIME, 0), &ns);
    (void)tb_story_number(tb_story_row_each(segment->row, TB_STORY_FRAME, 0), &frame);
    (void)tb_story_number(value_of(segment, TB_STORY_LENGTH), &length);
    tb_line_put(line, page->shown == 0 ? "\n[" : ",\n[");
    tb_line_put_number(line, segment->connection);
    put_item(line, (int64_t)frame);
    put_item(line, ns - page->last_ns);
    put_item(line, segment->side);
    put_item(line, index_of(value_of(segment, TB_STORY_PHASE), TB_PHASE_COUNT, phase_name));
    put_item(line, index_of(value_of(segment, TB_STORY_STEP), TB_STEP_COUNT, step_name));
    put_name(segment, TB_STORY_NAMES_FLAGS, value_of(segment, TB_STORY_FLAGS));
    put_item(line, (int64_t)length);
    put_states(segment);
    put_item(line, marks_of(segment));
    put_rfc(segment);
    put_sentence(segment);
    tb_line_put(line, ",{");
    put_numbers(segment);
    put_lists(segment);
    put_changes(segment);
    if (segment->row->layers > 1) {
        tb_escape_json_key(line, "m");
        tb_line_put(line, "1");
    }
    tb_line_put(line, "}]");
    page->last_ns = ns;
}

/* A connection that begins beyond the limit is not on the page. */
static int add_segment(struct tb_story_page *page, struct segment *segment)
{
    const char *number = value_of(segment, TB_STORY_CONNECTION);
    const char *mechanism = value_of(segment, TB_STORY_MECHANISM);
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
    note_listener(segment, connection);
    write_segment(segment);
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
        struct segment segment = { .page = page, .row = row, .japanese = &told, .layer = layer };

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
        put_item(line, connection->client);
        for (unsigned side = 0; side < 2; side++) {
            const struct place *place = &connection->place[side];

            tb_line_put(line, ",");
            tb_escape_json_text(line, place->address == NULL ? "" : place->address);
            tb_line_put(line, ",");
            tb_escape_json_text(line, place->port);
        }
        put_item(line, (int64_t)connection->left_out);
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
