/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.c - draws a segment: the layer, the Info column
 *
 * Words come from text.def through text.h; values that a user filters by are English always. What
 * nobody reads is not made: no text is formatted without a visible tree or a field that asks. */
#include "tree.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "ends.h"
#include "experts.h"
#include "fields.h"
#include "pen.h"

enum {
    TEXT_OCTETS = 2048, /* the longest sentence has room, at three octets a character */
    WORD_OCTETS = 128,
    LINE_OCTETS = TEXT_OCTETS + WORD_OCTETS, /* label and sentence */
    START_LINE_OCTETS = 255,                 /* as much as text.h uses */
    EXCHANGES_SHOWN = 32                     /* of one segment: pipelining */
};

/* Everything that a line of the tree needs. */
struct pen {
    const struct tb_visit *visit;
    const struct tb_event *event;
    proto_tree *tree;
    tvbuff_t *tvb;
    packet_info *pinfo;
    struct tb_story story;
    enum tb_lang lang;
    bool visible;
};

static const struct {
    const char *and;
    const char *of;
} signs[] = {
    { " and ", " of " },
    { ", ", "/" },
};

static_assert(sizeof(signs) / sizeof(signs[0]) == TB_LANG_COUNT, "a row for each language");

enum {
    HANDSHAKE_STEPS = 3,
    TEARDOWN_STEPS = 4
};

/* A line that needs no more than a number of the event. */
struct line {
    enum tb_field field;
    enum tb_label label;
    uint16_t has;    /* drawn where tb_event.has has it */
    uint16_t offset; /* in struct tb_event */
};

#define LINE(field, label, has, member)                                                            \
    {                                                                                              \
        TB_FIELD_##field, TB_LABEL_##label, TB_EVENT_##has, offsetof(struct tb_event, member)      \
    }

static const struct line times[] = {
    LINE(RESPONSE_TIME, RESPONSE_TIME, RESPONSE_TIME, response_time_ns),
    LINE(REQUEST_DURATION, REQUEST_DURATION, REQUEST_DURATION, request_duration_ns),
    LINE(RESPONSE_DURATION, RESPONSE_DURATION, RESPONSE_DURATION, response_duration_ns),
    LINE(RTT, RTT, RTT, rtt_ns),
    LINE(RTT_SERVER, RTT_SERVER, RTT_SERVER, rtt_server_ns),
    LINE(RTT_CLIENT, RTT_CLIENT, RTT_CLIENT, rtt_client_ns),
};

static const struct line byte_counts[] = {
    LINE(REQUEST_BYTES, REQUEST_BYTES, REQUEST_BYTES, request_bytes),
    LINE(RESPONSE_BYTES, RESPONSE_BYTES, RESPONSE_BYTES, response_bytes),
};

static uint64_t number_of(const struct pen *pen, const struct line *line)
{
    uint64_t number;

    memcpy(&number, (const uint8_t *)pen->event + line->offset, sizeof(number));
    return number;
}

static const char *label(const struct pen *pen, enum tb_label which)
{
    return tb_text_label(pen->lang, which);
}

/* Whether a text for this field is read by anybody. */
static bool is_read(const struct pen *pen, enum tb_field field)
{
    return pen->visible || proto_field_is_referenced(pen->tree, tb_field_id[field]);
}

/* Whether Wireshark words the line itself, and not before somebody looks at it: in English the
 * labels are the fields' names. */
static bool is_worded(const struct pen *pen)
{
    return pen->lang == TB_LANG_EN;
}

/* A line that begins with its label. */
static struct tb_pen begin_line(const struct pen *pen, enum tb_label which, char *text, size_t size)
{
    struct tb_pen line = tb_pen_on(text, size);

    tb_pen_put(&line, label(pen, which));
    tb_pen_put(&line, ": ");
    return line;
}

static void end_line(const struct pen *pen, proto_item *item, const struct tb_pen *line)
{
    if (pen->visible)
        tb_ws_set_text(item, line->text, line->used);
}

/* `value` is filtered by, `shown` is read. */
static proto_item *add_word(const struct pen *pen, enum tb_field field, enum tb_label which,
                            const char *value, const char *shown)
{
    proto_item *item = proto_tree_add_string(pen->tree, tb_field_id[field], pen->tvb, 0, 0, value);
    char text[2 * WORD_OCTETS];
    struct tb_pen line = begin_line(pen, which, text, sizeof(text));

    tb_pen_put(&line, shown);
    end_line(pen, item, &line);
    return item;
}

/* An identifier, which needs no escapes. */
static proto_item *add_name(const struct pen *pen, enum tb_field field, enum tb_label which,
                            const char *name)
{
    if (is_worded(pen))
        return proto_tree_add_string(pen->tree, tb_field_id[field], pen->tvb, 0, 0, name);
    return add_word(pen, field, which, name, name);
}

static void add_number(const struct pen *pen, enum tb_field field, enum tb_label which,
                       uint32_t number)
{
    proto_item *item;

    if (is_worded(pen))
        item = proto_tree_add_uint(pen->tree, tb_field_id[field], pen->tvb, 0, 0, number);
    else
        item = proto_tree_add_uint_format(pen->tree, tb_field_id[field], pen->tvb, 0, 0, number,
                                          "%s: %u", label(pen, which), number);
    proto_item_set_generated(item);
}

static void add_frame(const struct pen *pen, enum tb_field field, enum tb_label which,
                      uint32_t frame)
{
    if (frame != 0)
        add_number(pen, field, which, frame);
}

static void add_phase(const struct pen *pen)
{
    const enum tb_phase phase = pen->event->phase;
    const char *name = tb_phase_name(phase);
    char shown[WORD_OCTETS];

    if (!pen->visible || pen->lang == TB_LANG_EN) {
        add_name(pen, TB_FIELD_PHASE, TB_LABEL_PHASE, name);
        return;
    }
    snprintf(shown, sizeof(shown), "%s (%s)", tb_text_phase(pen->lang, phase), name);
    add_word(pen, TB_FIELD_PHASE, TB_LABEL_PHASE, name, shown);
}

/* "3 of 3, 1 of 4": of the handshake, of the teardown. */
static void put_numbers(const struct pen *pen, struct tb_pen *line)
{
    const struct tb_event *event = pen->event;

    if (event->handshake_number != 0) {
        tb_pen_put_number(line, event->handshake_number, 1);
        tb_pen_put(line, signs[pen->lang].of);
        tb_pen_put_number(line, HANDSHAKE_STEPS, 1);
    }
    if (event->teardown_number[0] == 0)
        return;
    tb_pen_put(line, event->handshake_number != 0 ? ", " : "");
    tb_pen_put_number(line, event->teardown_number[0], 1);
    if (event->teardown_number[1] != 0) {
        tb_pen_put(line, signs[pen->lang].and);
        tb_pen_put_number(line, event->teardown_number[1], 1);
    }
    tb_pen_put(line, signs[pen->lang].of);
    tb_pen_put_number(line, TEARDOWN_STEPS, 1);
}

static void put_step(const struct pen *pen, struct tb_pen *line, bool numbered)
{
    const char *name = tb_step_name(pen->event->step);
    const bool translated = pen->lang != TB_LANG_EN;

    tb_pen_put(line, translated ? tb_text_step(pen->lang, pen->event->step) : name);
    tb_pen_put(line, translated || numbered ? " (" : "");
    tb_pen_put(line, translated ? name : "");
    tb_pen_put(line, translated && numbered ? ", " : "");
    put_numbers(pen, line);
    tb_pen_put(line, translated || numbered ? ")" : "");
}

static void add_step(const struct pen *pen)
{
    const struct tb_event *event = pen->event;
    const char *name = tb_step_name(event->step);
    const bool numbered = event->handshake_number != 0 || event->teardown_number[0] != 0;
    char shown[WORD_OCTETS];
    struct tb_pen line = tb_pen_on(shown, sizeof(shown));
    struct pen below = *pen;
    proto_item *item;

    if (pen->visible && (numbered || pen->lang != TB_LANG_EN)) {
        put_step(pen, &line, numbered);
        item = add_word(pen, TB_FIELD_STEP, TB_LABEL_STEP, name, shown);
    } else {
        item = add_name(pen, TB_FIELD_STEP, TB_LABEL_STEP, name);
    }
    if (!numbered)
        return;
    below.tree = proto_item_add_subtree(item, tb_subtree_id[TB_SUBTREE_STEP]);
    if (event->handshake_number != 0)
        add_number(&below, TB_FIELD_HANDSHAKE_NUMBER, TB_LABEL_HANDSHAKE_NUMBER,
                   event->handshake_number);
    for (size_t i = 0; i < 2; i++)
        if (event->teardown_number[i] != 0)
            add_number(&below, TB_FIELD_TEARDOWN_NUMBER, TB_LABEL_TEARDOWN_NUMBER,
                       event->teardown_number[i]);
}

static void add_flags(const struct pen *pen)
{
    const uint16_t flags = pen->visit->segment.flags;
    char letters[WORD_OCTETS];
    char names[WORD_OCTETS] = "";
    char text[2 * WORD_OCTETS];
    struct tb_pen line;
    proto_item *item;

    if (pen->visit->segment.truncated || !is_read(pen, TB_FIELD_FLAGS))
        return;
    tb_text_flags(flags, letters, sizeof(letters));
    item = proto_tree_add_string(pen->tree, tb_field_id[TB_FIELD_FLAGS], pen->tvb, 0, 0, letters);
    if (!pen->visible)
        return;
    tb_text_flag_names(flags, names, sizeof(names));
    line = begin_line(pen, TB_LABEL_FLAGS, text, sizeof(text));
    tb_pen_put(&line, "[");
    tb_pen_put(&line, letters);
    tb_pen_put(&line, *names == '\0' ? "]" : "] (");
    tb_pen_put(&line, names);
    tb_pen_put(&line, *names == '\0' ? "" : ")");
    end_line(pen, item, &line);
}

static void add_meaning(const struct pen *pen)
{
    char text[LINE_OCTETS];
    struct tb_pen line;
    const char *meaning;

    if (!is_read(pen, TB_FIELD_MEANING))
        return;
    line = begin_line(pen, TB_LABEL_MEANING, text, sizeof(text));
    meaning = text + line.used;
    line.used += tb_text_meaning(pen->lang, &pen->story, text + line.used, TEXT_OCTETS);
    end_line(
        pen,
        proto_tree_add_string(pen->tree, tb_field_id[TB_FIELD_MEANING], pen->tvb, 0, 0, meaning),
        &line);
}

static void add_states(const struct pen *pen)
{
    const char *client = tb_state_name(pen->event->state[TB_ROLE_CLIENT]);
    const char *server = tb_state_name(pen->event->state[TB_ROLE_SERVER]);

    add_name(pen, TB_FIELD_CLIENT_STATE, TB_LABEL_CLIENT_STATE, client);
    add_name(pen, TB_FIELD_SERVER_STATE, TB_LABEL_SERVER_STATE, server);
}

static void write_marks(const struct pen *pen, char *text, size_t size)
{
    size_t used = 0;

    for (unsigned i = 0; i < TB_MARK_COUNT && used < size; i++)
        if (tb_event_is(pen->event, (enum tb_mark)i))
            used += (size_t)snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ",
                                     tb_mark_name((enum tb_mark)i));
}

static void add_marks(const struct pen *pen)
{
    char shown[2 * WORD_OCTETS] = "";
    proto_item *item;
    proto_tree *below;

    if (pen->event->marks == 0)
        return;
    if (pen->visible)
        write_marks(pen, shown, sizeof(shown));
    item = proto_tree_add_none_format(pen->tree, tb_field_id[TB_FIELD_MARK], pen->tvb, 0, 0,
                                      "%s: %s", label(pen, TB_LABEL_MARKS), shown);
    below = proto_item_add_subtree(item, tb_subtree_id[TB_SUBTREE_MARKS]);
    for (unsigned i = 0; i < TB_MARK_COUNT; i++)
        if (tb_event_is(pen->event, (enum tb_mark)i))
            proto_tree_add_boolean_format(below, tb_field_id[TB_FIELD_MARK_FIRST + i], pen->tvb, 0,
                                          0, 1, "%s: %s", tb_mark_name((enum tb_mark)i),
                                          tb_text_mark(pen->lang, (enum tb_mark)i));
}

static void add_exchanges(const struct pen *pen)
{
    const struct tb_event *event = pen->event;
    const uint32_t first = event->exchange;

    if (first == 0)
        return;
    for (uint32_t i = first; i - first < EXCHANGES_SHOWN && i <= event->exchange_last; i++)
        add_number(pen, TB_FIELD_EXCHANGE, TB_LABEL_EXCHANGE, i);
}

/* RFC 7413 section 4.2: a SYN's data is the first request once it is accepted. */
static bool opens_with_request(const struct tb_visit *visit)
{
    return visit->conn->opened_with_request && visit->link != NULL &&
           visit->link->frame == visit->conn->opened;
}

/* The first exchange whose request has bytes here, 0: none. */
static uint32_t first_requested(const struct tb_visit *visit, const struct tb_event *event)
{
    if (event->role != TB_ROLE_CLIENT || visit->conn == NULL)
        return 0;
    if (event->exchange != 0 && event->fresh != 0)
        return event->exchange;
    return event->step == TB_STEP_SYN && opens_with_request(visit) ? 1 : 0;
}

static void add_links(const struct pen *pen)
{
    const struct tb_visit *visit = pen->visit;
    const struct tb_event *event = pen->event;
    const uint32_t first = first_requested(visit, event);

    add_frame(pen, TB_FIELD_REQUEST_IN, TB_LABEL_REQUEST_IN, event->request_in);
    if (first != 0)
        for (uint32_t i = first;
             i - first < EXCHANGES_SHOWN && (i == first || i <= event->exchange_last); i++)
            add_frame(pen, TB_FIELD_RESPONSE_IN, TB_LABEL_RESPONSE_IN,
                      tb_conn_response_in(visit->conn, i));
    add_frame(pen, TB_FIELD_ACKS, TB_LABEL_ACKS, visit->record.acks);
    if (visit->link != NULL)
        add_frame(pen, TB_FIELD_ACKED_IN, TB_LABEL_ACKED_IN, visit->link->acked_in);
}

static void add_time(const struct pen *pen, const struct line *line)
{
    const uint64_t ns = number_of(pen, line);
    nstime_t time = { (time_t)(ns / 1000000000u), (int)(ns % 1000000000u) };
    proto_item *item =
        proto_tree_add_time(pen->tree, tb_field_id[line->field], pen->tvb, 0, 0, &time);
    char text[2 * WORD_OCTETS];
    struct tb_pen shown;

    proto_item_set_generated(item);
    if (!pen->visible)
        return;
    shown = begin_line(pen, line->label, text, sizeof(text));
    shown.used += tb_text_duration(pen->lang, ns, text + shown.used, sizeof(text) - shown.used);
    end_line(pen, item, &shown);
}

static void add_count(const struct pen *pen, const struct line *line)
{
    const uint64_t number = number_of(pen, line);
    proto_item *item;

    if (is_worded(pen))
        item = proto_tree_add_uint64(pen->tree, tb_field_id[line->field], pen->tvb, 0, 0, number);
    else
        item =
            proto_tree_add_uint64_format(pen->tree, tb_field_id[line->field], pen->tvb, 0, 0,
                                         number, "%s: %" PRIu64, label(pen, line->label), number);
    proto_item_set_generated(item);
}

/* `sign`: shown before a number above zero */
static proto_item *add_signed(const struct pen *pen, enum tb_field field, enum tb_label which,
                              int32_t number, const char *sign)
{
    const int id = tb_field_id[field];
    proto_item *item;

    if ((number <= 0 || *sign == '\0') && is_worded(pen))
        item = proto_tree_add_int(pen->tree, id, pen->tvb, 0, 0, number);
    else
        item = proto_tree_add_int_format(pen->tree, id, pen->tvb, 0, 0, number, "%s: %s%d",
                                         label(pen, which), number > 0 ? sign : "", number);
    proto_item_set_generated(item);
    return item;
}

/* For the I/O graph, which draws the one end's above its axis and the other's below; who reads the
 * layer has the counts already. What a SYN carries the receiver may leave (RFC 7413 section 4.2),
 * and what its receiver throws away is no breath. */
static bool breathes(const struct tb_event *event)
{
    return event->fresh != 0 &&
           (event->phase == TB_PHASE_REQUEST || event->phase == TB_PHASE_RESPONSE ||
            event->phase == TB_PHASE_TEARDOWN);
}

static void add_breath(const struct pen *pen)
{
    const struct tb_event *event = pen->event;
    const int32_t octets = event->fresh <= INT32_MAX ? (int32_t)event->fresh : INT32_MAX;

    if (breathes(event))
        proto_item_set_hidden(add_signed(pen, TB_FIELD_BREATH, TB_LABEL_BREATH,
                                         event->role == TB_ROLE_CLIENT ? octets : -octets, ""));
}

static void add_numbers(const struct pen *pen)
{
    const struct tb_event *event = pen->event;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        if ((event->has & times[i].has) != 0)
            add_time(pen, &times[i]);
    for (size_t i = 0; i < sizeof(byte_counts) / sizeof(byte_counts[0]); i++)
        if ((event->has & byte_counts[i].has) != 0)
            add_count(pen, &byte_counts[i]);
    if ((event->has & TB_EVENT_WINDOW) != 0)
        add_number(pen, TB_FIELD_WINDOW, TB_LABEL_WINDOW, event->window);
    if ((event->has & TB_EVENT_WINDOW_CHANGE) != 0)
        add_signed(pen, TB_FIELD_WINDOW_CHANGE, TB_LABEL_WINDOW_CHANGE, event->window_change, "+");
    add_breath(pen);
}

static void add_reference(const struct pen *pen)
{
    const struct tb_reference reference = tb_text_reference_of(pen->lang, &pen->story);

    if (reference.url == NULL)
        return;
    proto_item_set_url(
        add_word(pen, TB_FIELD_RFC, TB_LABEL_READ_MORE, reference.url, reference.label));
}

static void add_lines(const struct pen *pen)
{
    add_phase(pen);
    add_step(pen);
    add_flags(pen);
    add_meaning(pen);
    tb_ends_draw(pen->visit, pen->tvb, pen->pinfo, pen->tree, pen->lang, pen->visible);
    add_states(pen);
    add_marks(pen);
    if (pen->visit->conn != NULL)
        add_number(pen, TB_FIELD_CONNECTION, TB_LABEL_CONNECTION, pen->visit->conn->number);
    add_exchanges(pen);
    add_links(pen);
    add_numbers(pen);
    add_reference(pen);
}

/* The line that an HTTP message starts with, where one starts in this segment's payload. */
static const char *start_line(const struct tb_visit *visit, wmem_allocator_t *pool, uint16_t has,
                              enum tb_role role)
{
    const struct tb_segment *segment = &visit->segment;
    const uint32_t start = visit->record.event.http_start[role];
    uint32_t length = 0;
    uint32_t room;

    if ((visit->record.event.has & has) == 0 || start >= segment->captured)
        return NULL;
    room = segment->captured - start;
    if (room > START_LINE_OCTETS)
        room = START_LINE_OCTETS;
    while (length < room && segment->payload[start + length] != '\r' &&
           segment->payload[start + length] != '\n')
        length++;
    return wmem_strndup(pool, (const char *)segment->payload + start, length);
}

/* `whole`: more than the Info column needs. */
static void write_story(const struct tb_visit *visit, wmem_allocator_t *pool, bool whole,
                        struct tb_story *story)
{
    const enum tb_role from = visit->record.event.role;
    const enum tb_role to = from == TB_ROLE_CLIENT ? TB_ROLE_SERVER : TB_ROLE_CLIENT;
    const struct tb_ownership *const *owner = visit->owner;

    memset(story, 0, sizeof(*story));
    story->owner[from] = owner[0] != NULL ? &owner[0]->owner : NULL;
    story->owner[to] = owner[1] != NULL ? &owner[1]->owner : NULL;
    story->event = &visit->record.event;
    story->segment = &visit->segment;
    if (!whole)
        return;
    story->start_line[TB_ROLE_CLIENT] =
        start_line(visit, pool, TB_EVENT_HTTP_REQUEST, TB_ROLE_CLIENT);
    story->start_line[TB_ROLE_SERVER] =
        start_line(visit, pool, TB_EVENT_HTTP_RESPONSE, TB_ROLE_SERVER);
    tb_text_choose(story);
}

struct tb_story tb_visit_story(const struct tb_visit *visit, wmem_allocator_t *pool)
{
    struct tb_story story;

    write_story(visit, pool, true, &story);
    return story;
}

static void write_headline(const struct pen *pen, proto_item *item)
{
    char text[LINE_OCTETS];
    struct tb_pen line = tb_pen_on(text, sizeof(text));

    tb_pen_put(&line, "TCP Breath, ");
    line.used += tb_text_headline(pen->lang, &pen->story, text + line.used, TEXT_OCTETS);
    end_line(pen, item, &line);
}

static proto_item *add_layer(struct pen *pen, proto_item *after)
{
    proto_tree *top = pen->tree;
    proto_item *item =
        proto_tree_add_item(top, tb_proto, pen->tvb, 0, (int)pen->visit->header_length, ENC_NA);

    if (pen->visible)
        write_headline(pen, item);
    if (pen->visible && after != NULL)
        proto_tree_move_item(top, after, item);
    pen->tree = proto_item_add_subtree(item, tb_subtree_id[TB_SUBTREE_LAYER]);
    add_lines(pen);
    return item;
}

static void add_prefix(const struct pen *pen)
{
    char text[LINE_OCTETS];
    struct tb_pen prefix = tb_pen_on(text, sizeof(text));

    tb_pen_put(&prefix, "[");
    prefix.used += tb_text_info(pen->lang, &pen->story, text + prefix.used, TEXT_OCTETS);
    tb_pen_put(&prefix, "] ");
    tb_ws_prepend_info(pen->pinfo->cinfo, prefix.text, prefix.used);
}

/* Not proto_field_is_referenced(): it is also true where all protocols are to be counted, and this
 * layer is none that was on the wire. */
static bool is_asked_for(const proto_tree *tree, int protocol)
{
    return PTREE_DATA(tree)->visible ||
           proto_registrar_get_nth((unsigned)protocol)->ref_type != HF_REF_TYPE_NONE;
}

void tb_tree_draw(const struct tb_visit *visit, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                  proto_item *after)
{
    const unsigned found = tb_experts_judge(visit, pinfo);
    const bool drawn = tree != NULL && (is_asked_for(tree, tb_proto) ||
                                        (found != 0 && is_asked_for(tree, proto_expert)));
    const bool prefixed = tb_pref_info_prefix && col_get_writable(pinfo->cinfo, COL_INFO);
    struct pen pen = { .visit = visit, .event = &visit->record.event };
    proto_item *item = NULL;

    if (!drawn && !prefixed && found == 0)
        return;
    pen.tree = tree;
    pen.tvb = tvb;
    pen.pinfo = pinfo;
    pen.lang = tb_pref_lang();
    pen.visible = drawn && PTREE_DATA(tree)->visible;
    write_story(visit, pinfo->pool, drawn, &pen.story);
    if (drawn)
        item = add_layer(&pen, after);
    tb_experts_add(pinfo, item, pen.lang, found);
    if (prefixed)
        add_prefix(&pen);
}
