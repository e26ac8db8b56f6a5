/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storysegment.c - a segment as the story's page holds it: a row of JSON
 *
 * What most segments have stands in the row by place, what few have in an object at its end, under
 * keys of one letter: there are thousands of them. page.js reads both. */
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "event.h"
#include "storypage_inside.h"
#include "storytext.h"

enum {
    NONE = -1
};

/* ---- JSON */

static void put_signed(struct tb_line *line, int64_t number)
{
    if (number < 0)
        tb_line_put(line, "-");
    tb_line_put_number(line, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void tb_story_put_item(struct tb_line *line, int64_t number)
{
    tb_line_put(line, ",");
    put_signed(line, number);
}

/* ---- Ends */

static const char *const end_keys[] = { "p", "i", "u", "U", "e", "k", "t", "s", "c", "l" };

/* What is known of the process at an end. */
static uint32_t end_of(const struct tb_story_segment *segment, unsigned side)
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

void tb_story_segment_note_listener(const struct tb_story_segment *segment,
                                    struct tb_story_connection *connection)
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

const char *tb_story_segment_value(const struct tb_story_segment *segment,
                                   enum tb_story_field field)
{
    return tb_story_row_value(segment->row, field, segment->layer);
}

static void put_name(const struct tb_story_segment *segment, enum tb_story_names which,
                     const char *text)
{
    const uint32_t at =
        text == NULL ? TB_NAMES_NONE : tb_names_add(&segment->page->names[which], text);

    tb_story_put_item(&segment->page->line, at == TB_NAMES_NONE ? NONE : (int64_t)at);
}

/* The sentence's number, and its numbers. */
static void put_sentence(const struct tb_story_segment *segment)
{
    const char *english = tb_story_segment_value(segment, TB_STORY_MEANING);
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

static unsigned marks_of(const struct tb_story_segment *segment)
{
    unsigned marks = 0;

    for (unsigned i = 0; i < TB_MARK_COUNT; i++) {
        const char *mark = tb_story_segment_value(
            segment, (enum tb_story_field)((unsigned)TB_STORY_MARK_FIRST + i));

        /* Wireshark 4.0 writes "1", later ones "True" */
        if (mark != NULL && strcmp(mark, "0") != 0 && strcmp(mark, "False") != 0)
            marks |= 1u << i;
    }
    return marks;
}

static void put_rfc(const struct tb_story_segment *segment)
{
    static const char begin[] = "https://www.rfc-editor.org/";
    const char *rfc = tb_story_segment_value(segment, TB_STORY_RFC);

    if (rfc != NULL && strncmp(rfc, begin, sizeof(begin) - 1) != 0)
        rfc = NULL;
    put_name(segment, TB_STORY_NAMES_RFC, rfc);
}

/* What most segments do not have. */
static void put_numbers(const struct tb_story_segment *segment)
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
        const char *value = tb_story_segment_value(segment, rows[i].field);
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
static void put_lists(const struct tb_story_segment *segment)
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

static void put_changes(const struct tb_story_segment *segment)
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

static void put_states(const struct tb_story_segment *segment)
{
    static const enum tb_story_field fields[] = { TB_STORY_CLIENT_STATE, TB_STORY_SERVER_STATE };

    for (unsigned side = 0; side < 2; side++)
        tb_story_put_item(&segment->page->line,
                          index_of(tb_story_segment_value(segment, fields[side != segment->client]),
                                   TB_STATE_COUNT, state_name));
}

/* The place of each is known to the page's script: fields in page.js. */
void tb_story_segment_write(const struct tb_story_segment *segment)
{
    struct tb_story_page *page = segment->page;
    struct tb_line *line = &page->line;
    int64_t ns = page->last_ns;
    uint64_t frame = 0, length = 0;

    (void)tb_story_nanoseconds(tb_story_row_each(segment->row, TB_STORY_TIME, 0), &ns);
    (void)tb_story_number(tb_story_row_each(segment->row, TB_STORY_FRAME, 0), &frame);
    (void)tb_story_number(tb_story_segment_value(segment, TB_STORY_LENGTH), &length);
    tb_line_put(line, page->shown == 0 ? "\n[" : ",\n[");
    tb_line_put_number(line, segment->connection);
    tb_story_put_item(line, (int64_t)frame);
    tb_story_put_item(line, ns - page->last_ns);
    tb_story_put_item(line, segment->side);
    tb_story_put_item(line, index_of(tb_story_segment_value(segment, TB_STORY_PHASE),
                                     TB_PHASE_COUNT, phase_name));
    tb_story_put_item(
        line, index_of(tb_story_segment_value(segment, TB_STORY_STEP), TB_STEP_COUNT, step_name));
    put_name(segment, TB_STORY_NAMES_FLAGS, tb_story_segment_value(segment, TB_STORY_FLAGS));
    tb_story_put_item(line, (int64_t)length);
    put_states(segment);
    tb_story_put_item(line, marks_of(segment));
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
