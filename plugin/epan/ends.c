/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ends.c - draws who sent a segment and who receives it: roles, addresses, processes
 *
 * What a process is called came from a file: it is hostile, and escaped here once, for what is
 * shown and for what is filtered by. */
#include "ends.h"

#include <assert.h>

#include "fields.h"
#include "live.h"

enum {
    SRC = TB_NOTE_SRC, /* index of tb_visit.end, .port, .owner */
    DST = TB_NOTE_DST,
    SHOWN_OCTETS = 512,  /* of an owner in brackets */
    OCTETS_AN_OCTET = 4, /* "\x1b" */
    NS_A_SECOND = 1000000000
};

struct brush {
    const struct tb_visit *visit;
    proto_tree *tree;
    tvbuff_t *tvb;
    packet_info *pinfo;
    enum tb_lang lang;
    bool visible;
};

static const char *const commas[] = { ", ", "、" };
static const char *const stops[] = { "; ", "。" };

static_assert(sizeof(commas) / sizeof(commas[0]) == TB_LANG_COUNT, "one for each language");
static_assert(sizeof(stops) / sizeof(stops[0]) == TB_LANG_COUNT, "one for each language");

/* What is known of an owner, in the order of enum tb_owner_field. */
struct line {
    enum tb_label label;
    unsigned has;            /* numbers: drawn where tb_owner.has has it; 0: a text or a word */
    enum tb_owner_text text; /* texts */
};

#define NUMBER(label, has)                                                                         \
    {                                                                                              \
        TB_LABEL_##label, TB_OWNER_##has, TB_OWNER_TEXT_COUNT                                      \
    }
#define TEXT(label, text)                                                                          \
    {                                                                                              \
        TB_LABEL_##label, 0, TB_OWNER_##text                                                       \
    }
#define WORD(label)                                                                                \
    {                                                                                              \
        TB_LABEL_##label, 0, TB_OWNER_TEXT_COUNT                                                   \
    }

static const struct line lines[] = {
    [TB_OWNER_FIELD_PROCESS] = TEXT(PROCESS, COMM),
    [TB_OWNER_FIELD_PID] = NUMBER(PID, PID),
    [TB_OWNER_FIELD_CMDLINE] = TEXT(CMDLINE, CMDLINE),
    [TB_OWNER_FIELD_EXE] = TEXT(EXE, EXE),
    [TB_OWNER_FIELD_USER] = TEXT(USER, USER),
    [TB_OWNER_FIELD_UID] = NUMBER(UID, UID),
    [TB_OWNER_FIELD_CONTAINER] = TEXT(CONTAINER, CONTAINER),
    [TB_OWNER_FIELD_FD] = NUMBER(FD, FD),
    [TB_OWNER_FIELD_START] = NUMBER(START, START),
    [TB_OWNER_FIELD_SOURCE] = WORD(SOURCE),
    [TB_OWNER_FIELD_CERTAINTY] = WORD(CERTAINTY),
};

static_assert(sizeof(lines) / sizeof(lines[0]) == TB_OWNER_FIELD_COUNT, "a line for each field");

static const char *label(const struct brush *brush, enum tb_label which)
{
    return tb_text_label(brush->lang, which);
}

static bool is_read(const struct brush *brush, enum tb_field field)
{
    return brush->visible || proto_field_is_referenced(brush->tree, tb_field_id[field]);
}

/* A hidden line is for filters: another one says the same to readers. */
static void finish(proto_item *item, bool hidden)
{
    if (hidden)
        proto_item_set_hidden(item);
}

static void add_text(const struct brush *brush, enum tb_field field, enum tb_label which,
                     const char *text, const char *remark, bool hidden)
{
    finish(proto_tree_add_string_format(brush->tree, tb_field_id[field], brush->tvb, 0, 0, text,
                                        "%s: %s%s", label(brush, which), text, remark),
           hidden);
}

static void add_outside(const struct brush *brush, enum tb_field field, enum tb_label which,
                        struct tb_octet_string outside, bool hidden)
{
    const size_t size = OCTETS_AN_OCTET * outside.length + 1;
    char *text;

    if (outside.length == 0 || !is_read(brush, field))
        return;
    text = (char *)wmem_alloc(brush->pinfo->pool, size);
    tb_text_outside(outside, text, size);
    add_text(brush, field, which, text, "", hidden);
}

static void add_number(const struct brush *brush, enum tb_field field, enum tb_label which,
                       uint32_t number, bool hidden)
{
    finish(proto_tree_add_uint_format(brush->tree, tb_field_id[field], brush->tvb, 0, 0, number,
                                      "%s: %u", label(brush, which), number),
           hidden);
}

static void add_start(const struct brush *brush, enum tb_field field, uint64_t ns, bool hidden)
{
    nstime_t time = { (time_t)(ns / NS_A_SECOND), (int)(ns % NS_A_SECOND) };
    char shown[SHOWN_OCTETS] = "";

    if (brush->visible)
        tb_text_duration(brush->lang, ns, shown, sizeof(shown));
    finish(proto_tree_add_time_format(brush->tree, tb_field_id[field], brush->tvb, 0, 0, &time,
                                      "%s: %s", label(brush, TB_LABEL_START), shown),
           hidden);
}

static void add_source(const struct brush *brush, enum tb_field field, const struct tb_owner *owner,
                       bool hidden)
{
    const enum tb_owner_source source = (enum tb_owner_source)owner->source;

    if (is_read(brush, field))
        add_text(
            brush, field, TB_LABEL_SOURCE, tb_owner_source_name(source),
            wmem_strdup_printf(brush->pinfo->pool, " (%s)", tb_text_source(brush->lang, source)),
            hidden);
}

/* Each doubt of a look, one after the other. */
static const char *doubts_of(const struct brush *brush, unsigned doubts)
{
    static const struct {
        unsigned doubt;
        enum tb_label why;
    } rows[] = {
        { TB_OWNERS_DOUBT_HIDDEN, TB_LABEL_UNSURE_LIVE_HIDDEN },
        { TB_OWNERS_DOUBT_UNUSED, TB_LABEL_UNSURE_LIVE_UNUSED },
    };
    const char *text = "";

    for (size_t i = 0; i < array_length(rows); i++)
        if ((doubts & rows[i].doubt) != 0)
            text = wmem_strdup_printf(brush->pinfo->pool, "%s%s%s", text,
                                      *text == '\0' ? "" : stops[brush->lang],
                                      label(brush, rows[i].why));
    return text;
}

static const char *doubt(const struct brush *brush, const struct tb_ownership *ownership)
{
    switch ((enum tb_mechanism)ownership->mechanism) {
    case TB_MECHANISM_LIVE:
        return doubts_of(brush, ownership->doubts);
    case TB_MECHANISM_FOREIGN:
        return label(brush, TB_LABEL_UNSURE_FOREIGN);
    case TB_MECHANISM_NONE:
    case TB_MECHANISM_BPF:
    case TB_MECHANISM_PROC:
    case TB_MECHANISM_COUNT:
        break;
    }
    return label(brush, TB_LABEL_UNSURE_BECAUSE);
}

static void add_certainty(const struct brush *brush, enum tb_field field,
                          const struct tb_ownership *ownership, bool hidden)
{
    const enum tb_owner_certainty certainty = (enum tb_owner_certainty)ownership->owner.certainty;

    if (is_read(brush, field))
        add_text(brush, field, TB_LABEL_CERTAINTY, tb_owner_certainty_name(certainty),
                 wmem_strdup_printf(brush->pinfo->pool, " (%s)",
                                    certainty == TB_OWNER_SURE ? label(brush, TB_LABEL_SURE)
                                                               : doubt(brush, ownership)),
                 hidden);
}

static uint32_t number_of(const struct tb_owner *owner, enum tb_owner_field which)
{
    if (which == TB_OWNER_FIELD_PID)
        return owner->pid;
    return which == TB_OWNER_FIELD_UID ? owner->uid : owner->fd;
}

static void add_field(const struct brush *brush, enum tb_field field, enum tb_owner_field which,
                      const struct tb_ownership *ownership, bool hidden)
{
    const struct tb_owner *owner = &ownership->owner;
    const struct line *line = &lines[which];

    if (which == TB_OWNER_FIELD_SOURCE)
        add_source(brush, field, owner, hidden);
    else if (which == TB_OWNER_FIELD_CERTAINTY)
        add_certainty(brush, field, ownership, hidden);
    else if (line->has == 0)
        add_outside(brush, field, line->label, owner->text[line->text], hidden);
    else if ((owner->has & line->has) == 0)
        return;
    else if (which == TB_OWNER_FIELD_START)
        add_start(brush, field, owner->start_ns, hidden);
    else
        add_number(brush, field, line->label, number_of(owner, which), hidden);
}

/* All of one owner under one prefix. */
static void add_fields(const struct brush *brush, enum tb_owner_prefix prefix,
                       const struct tb_ownership *ownership, bool hidden)
{
    const unsigned count =
        prefix == TB_OWNER_PREFIX_ANY ? TB_OWNER_FIELD_COMMON : TB_OWNER_FIELD_COUNT;

    for (unsigned i = 0; i < count; i++)
        add_field(brush, tb_field_of_owner(prefix, (enum tb_owner_field)i), (enum tb_owner_field)i,
                  ownership, hidden);
}

/* "foreign (ptcpdump)" */
static void add_mechanism(const struct brush *brush, const struct tb_ownership *ownership)
{
    const char *name = tb_mechanism_name((enum tb_mechanism)ownership->mechanism);
    const char *tool = tb_foreign_tool_name((enum tb_foreign_tool)ownership->tool);

    if (is_read(brush, TB_FIELD_MECHANISM))
        add_text(brush, TB_FIELD_MECHANISM, TB_LABEL_MECHANISM, name,
                 *tool == '\0' ? "" : wmem_strdup_printf(brush->pinfo->pool, " (%s)", tool), false);
}

static void add_owner(const struct brush *brush, unsigned end)
{
    const struct tb_ownership *ownership = brush->visit->owner[end];
    const struct tb_owner *owner = &ownership->owner;
    const bool is_client = (brush->visit->record.event.role == TB_ROLE_CLIENT) == (end == SRC);

    add_fields(brush, end == SRC ? TB_OWNER_PREFIX_SRC : TB_OWNER_PREFIX_DST, ownership, false);
    add_fields(brush, TB_OWNER_PREFIX_ANY, ownership, true);
    add_fields(brush, is_client ? TB_OWNER_PREFIX_CLIENT : TB_OWNER_PREFIX_SERVER, ownership, true);
    add_outside(brush, TB_FIELD_LISTENER_PROCESS, TB_LABEL_LISTENER_PROCESS,
                owner->text[TB_OWNER_LISTENER_COMM], false);
    if ((owner->has & TB_OWNER_LISTENER_PID) != 0)
        add_number(brush, TB_FIELD_LISTENER_PID, TB_LABEL_LISTENER_PID, owner->listener_pid, false);
    add_mechanism(brush, ownership);
}

/* Why the look at a socket of this machine has named nobody. */
static const enum tb_label live_reasons[] = {
    [TB_LIVE_STATE_BUSY] = TB_LABEL_LIVE_BUSY,
    [TB_LIVE_STATE_GONE] = TB_LABEL_LIVE_GONE,
    [TB_LIVE_STATE_ELSEWHERE] = TB_LABEL_LIVE_ELSEWHERE,
    [TB_LIVE_STATE_UNACCEPTED] = TB_LABEL_LIVE_UNACCEPTED,
    [TB_LIVE_STATE_HIDDEN] = TB_LABEL_LIVE_HIDDEN,
    [TB_LIVE_STATE_SEVERAL] = TB_LABEL_LIVE_SEVERAL,
    [TB_LIVE_STATE_REFUSED] = TB_LABEL_LIVE_REFUSED,
    [TB_LIVE_STATE_FOUND] = TB_LABEL_LIVE_CANDIDATE,
};

static_assert(sizeof(live_reasons) / sizeof(live_reasons[0]) == TB_LIVE_STATE_COUNT,
              "a row for each");

static enum tb_label reason(const struct tb_visit *visit, unsigned end)
{
    if (visit->disowned[end])
        return TB_LABEL_UNKNOWN_CONNECTION;
    if (visit->live[end] != TB_LIVE_STATE_NONE)
        return live_reasons[visit->live[end]];
    if (!tb_pref_process_notes)
        return TB_LABEL_UNKNOWN_UNREAD;
    if (visit->either != NULL)
        return TB_LABEL_UNKNOWN_WHICH;
    return tb_owners_any() ? TB_LABEL_UNKNOWN_END : TB_LABEL_UNKNOWN_UNRECORDED;
}

/* ": nc (4242, uid 1000)" behind its reason. */
static const char *candidate(const struct brush *brush, unsigned end)
{
    const struct tb_owner *owner = brush->visit->candidate[end];
    char text[SHOWN_OCTETS];

    if (owner == NULL || brush->visit->disowned[end])
        return "";
    tb_text_owner(brush->lang, owner, text, sizeof(text));
    return wmem_strdup_printf(brush->pinfo->pool, ": %s", text);
}

/* Below an end's line: its process, or why there is none. */
static void add_process(const struct brush *brush, proto_tree *below, unsigned end)
{
    struct brush inner = *brush;

    inner.tree = below;
    if (brush->visit->owner[end] != NULL)
        add_owner(&inner, end);
    else if (brush->visible)
        proto_tree_add_subtree_format(below, brush->tvb, 0, 0, tb_subtree_id[TB_SUBTREE_END], NULL,
                                      "%s: %s%s", label(brush, TB_LABEL_PROCESS),
                                      label(brush, reason(brush->visit, end)),
                                      candidate(brush, end));
}

/* Beside both ends' lines: the process that one of them has. */
static void add_either(const struct brush *brush)
{
    const struct tb_ownership *either = brush->visit->either;
    struct brush inner = *brush;
    char owner[SHOWN_OCTETS] = "";

    if (brush->visible) {
        tb_text_owner(brush->lang, &either->owner, owner, sizeof(owner));
        inner.tree = proto_tree_add_subtree_format(brush->tree, brush->tvb, 0, 0,
                                                   tb_subtree_id[TB_SUBTREE_END], NULL, "%s: %s",
                                                   label(brush, TB_LABEL_EITHER), owner);
    }
    add_fields(&inner, TB_OWNER_PREFIX_ANY, either, false);
    add_mechanism(&inner, either);
}

/* "curl (4242, uid 1000), client, 192.0.2.10:49152" */
static const char *shown_end(const struct brush *brush, unsigned end)
{
    const struct tb_visit *visit = brush->visit;
    const enum tb_role sender = visit->record.event.role;
    const enum tb_role other = sender == TB_ROLE_CLIENT ? TB_ROLE_SERVER : TB_ROLE_CLIENT;
    const bool v6 = visit->end[end].type == AT_IPv6;
    char owner[SHOWN_OCTETS] = "";

    if (visit->owner[end] != NULL)
        tb_text_owner(brush->lang, &visit->owner[end]->owner, owner, sizeof(owner));
    return wmem_strdup_printf(
        brush->pinfo->pool, "%s%s%s%s%s%s%s:%u", owner, *owner != '\0' ? commas[brush->lang] : "",
        tb_text_role(brush->lang, end == SRC ? sender : other), commas[brush->lang], v6 ? "[" : "",
        address_to_str(brush->pinfo->pool, &visit->end[end]), v6 ? "]" : "", visit->port[end]);
}

void tb_ends_draw(const struct tb_visit *visit, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                  enum tb_lang lang, bool visible)
{
    const struct brush brush = { visit, tree, tvb, pinfo, lang, visible };
    const char *role = tb_role_name(visit->record.event.role);
    proto_tree *to = tree;
    proto_item *from;

    if (visit->conn == NULL)
        return; /* nobody knows who is who */
    if (!visible) {
        from = proto_tree_add_string(tree, tb_field_id[TB_FIELD_ROLE], tvb, 0, 0, role);
    } else {
        from = proto_tree_add_string_format(tree, tb_field_id[TB_FIELD_ROLE], tvb, 0, 0, role,
                                            "%s: %s", label(&brush, TB_LABEL_FROM),
                                            shown_end(&brush, SRC));
        to = proto_tree_add_subtree_format(tree, tvb, 0, 0, tb_subtree_id[TB_SUBTREE_END], NULL,
                                           "%s: %s", label(&brush, TB_LABEL_TO),
                                           shown_end(&brush, DST));
    }
    if (visit->either != NULL)
        add_either(&brush);
    if (!visible && visit->owner[SRC] == NULL && visit->owner[DST] == NULL)
        return;
    add_process(&brush, proto_item_add_subtree(from, tb_subtree_id[TB_SUBTREE_END]), SRC);
    add_process(&brush, to, DST);
}
