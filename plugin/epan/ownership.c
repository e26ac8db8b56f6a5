/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ownership.c - which process owns an end of a connection, frame by frame */
#include "ownership.h"

#include <string.h>

#include "conns.h"

enum {
    GROWTH = 2
};

/* One end. */
struct end {
    struct tb_ownership *list; /* frames never descend */
    uint32_t count;
    uint8_t rank; /* enum tb_owners_rank */
};

struct tb_owners {
    struct end end[TB_SIDE_COUNT];
    struct end next[TB_SIDE_COUNT]; /* of the connection that the pending SYN may open */
    struct end either;              /* of one of the two, and it is not known of which */
};

static bool any;
static bool noted;

void tb_owners_reset(void)
{
    any = false;
    noted = false;
}

bool tb_owners_noted(void)
{
    return noted;
}

bool tb_owners_any(void)
{
    return any;
}

static bool adds_text(const struct tb_octet_string *known, const struct tb_octet_string *more)
{
    return more->length > 0 && (known->length != more->length ||
                                memcmp(known->octets, more->octets, more->length) != 0);
}

/* Whether `more` says anything of the same process that `known` does not, or is another process. */
static bool adds(const struct tb_owner *known, const struct tb_owner *more)
{
    for (size_t i = 0; i < TB_OWNER_TEXT_COUNT; i++)
        if (adds_text(&known->text[i], &more->text[i]))
            return true;
    if ((more->has & TB_OWNER_PID) == 0)
        return (known->has & TB_OWNER_PID) != 0; /* whoever has that name */
    return (more->has & ~known->has) != 0 || known->pid != more->pid ||
           ((more->has & TB_OWNER_START) != 0 && known->start_ns != more->start_ns) ||
           ((more->has & TB_OWNER_UID) != 0 && known->uid != more->uid) ||
           ((more->has & TB_OWNER_FD) != 0 && known->fd != more->fd) ||
           ((more->has & TB_OWNER_LISTENER_PID) != 0 &&
            known->listener_pid != more->listener_pid) ||
           known->source != more->source || known->certainty != more->certainty;
}

static void copy_texts(struct tb_owner *owner)
{
    for (size_t i = 0; i < TB_OWNER_TEXT_COUNT; i++) {
        struct tb_octet_string *text = &owner->text[i];

        text->octets = text->length == 0 ? NULL
                                         : (const char *)wmem_memdup(wmem_file_scope(),
                                                                     text->octets, text->length);
    }
}

/* Doubles whenever the count is a power of two: most ends have one owner and no more. */
static struct tb_ownership *next_place(struct end *owners)
{
    const size_t size = sizeof(struct tb_ownership);

    if (owners->count == 0)
        owners->list = (struct tb_ownership *)wmem_alloc(wmem_file_scope(), size);
    else if ((owners->count & (owners->count - 1)) == 0)
        owners->list = (struct tb_ownership *)wmem_realloc(wmem_file_scope(), owners->list,
                                                           (size_t)owners->count * GROWTH * size);
    return &owners->list[owners->count++];
}

static void add(struct end *owners, const struct tb_ownership *told, enum tb_owners_rank rank)
{
    struct tb_ownership *place;

    if (rank < owners->rank)
        return;
    if (rank > owners->rank)
        owners->count = 0;
    if (owners->count > 0 && !adds(&owners->list[owners->count - 1].owner, &told->owner))
        return;
    owners->rank = (uint8_t)rank;
    place = next_place(owners);
    *place = *told;
    copy_texts(&place->owner);
    any = true;
    noted |= rank > TB_OWNERS_LIVE;
}

static const struct tb_ownership *find(const struct end *owners, uint32_t frame)
{
    uint32_t low = 0;
    uint32_t high = owners->count;

    if (owners->count == 0)
        return NULL;
    while (high - low > 1) { /* the last that is not later; or else the first */
        const uint32_t middle = low + (high - low) / 2;

        if (owners->list[middle].frame <= frame)
            low = middle;
        else
            high = middle;
    }
    return &owners->list[low];
}

static enum tb_side side_of(const struct tb_segment *segment, enum tb_note_end end)
{
    return end == TB_NOTE_SRC ? segment->from : tb_side_other(segment->from);
}

static struct end *list_of(struct tb_owners *owners, bool pending, enum tb_side side)
{
    return pending ? &owners->next[side] : &owners->end[side];
}

static bool is_doubted(const struct tb_conn *conn, const struct tb_segment *segment)
{
    return conn->doubted != 0 && segment->frame >= conn->doubted;
}

static void set(struct tb_conn *conn, const struct tb_segment *segment, unsigned end,
                const struct tb_ownership *told, enum tb_owners_rank rank)
{
    const bool pending = tb_conn_is_next_syn(conn, segment);

    if (!tb_owner_is_known(&told->owner) || is_doubted(conn, segment))
        return;
    if (conn->owners == NULL)
        conn->owners = wmem_new0(wmem_file_scope(), struct tb_owners);
    if (end < TB_NOTE_END_COUNT)
        add(list_of(conn->owners, pending, side_of(segment, (enum tb_note_end)end)), told, rank);
    else if (!pending)
        add(&conn->owners->either, told, rank);
}

void tb_owners_set(struct tb_conn *conn, const struct tb_segment *segment, enum tb_note_end end,
                   const struct tb_owner *owner, enum tb_mechanism mechanism,
                   enum tb_owners_rank rank)
{
    const struct tb_ownership told = { .owner = *owner,
                                       .frame = segment->frame,
                                       .mechanism = (uint8_t)mechanism };

    set(conn, segment, end, &told, rank);
}

void tb_owners_set_foreign(struct tb_conn *conn, const struct tb_segment *segment, unsigned end,
                           const struct tb_foreign *foreign)
{
    static const uint8_t ranks[TB_FOREIGN_COUNT] = {
        [TB_FOREIGN_PTCPDUMP] = TB_OWNERS_FOREIGN_COMMENT,
        [TB_FOREIGN_RUSTNET] = TB_OWNERS_FOREIGN_COMMENT,
        [TB_FOREIGN_PKTAP] = TB_OWNERS_FOREIGN_HEADER,
        [TB_FOREIGN_DARWIN] = TB_OWNERS_FOREIGN_INDEX,
    };
    const struct tb_ownership told = { .owner = foreign->owner,
                                       .frame = segment->frame,
                                       .mechanism = TB_MECHANISM_FOREIGN,
                                       .tool = (uint8_t)foreign->tool };

    set(conn, segment, end, &told, (enum tb_owners_rank)ranks[foreign->tool]);
}

void tb_owners_set_live(struct tb_conn *conn, enum tb_side side, const struct tb_ownership *told)
{
    struct end *end;

    if (conn->owners == NULL)
        conn->owners = wmem_new0(wmem_file_scope(), struct tb_owners);
    end = &conn->owners->end[side];
    if (end->rank > TB_OWNERS_LIVE)
        return;
    end->count = 0;
    if (told != NULL)
        add(end, told, TB_OWNERS_LIVE);
}

const struct tb_ownership *tb_owners_either_at(const struct tb_conn *conn,
                                               const struct tb_segment *segment)
{
    if (conn->owners == NULL || tb_conn_is_next_syn(conn, segment))
        return NULL;
    return find(&conn->owners->either, segment->frame);
}

const struct tb_ownership *tb_owners_at(const struct tb_conn *conn,
                                        const struct tb_segment *segment, enum tb_note_end end)
{
    bool pending = tb_conn_is_next_syn(conn, segment);

    if (pending && conn->next != NULL) {
        conn = conn->next;
        pending = false;
    }
    return conn->owners == NULL
               ? NULL
               : find(list_of(conn->owners, pending, side_of(segment, end)), segment->frame);
}

const struct tb_ownership *tb_owners_nth(const struct tb_conn *conn, enum tb_side side, uint32_t n)
{
    if (conn->owners == NULL || n >= conn->owners->end[side].count)
        return NULL;
    return &conn->owners->end[side].list[n];
}

/* Whoever sent a SYN into an open connection may have nothing to do with it: it resets what answers
 * with the connection's numbers. */
static bool concerns_next(const struct tb_conn *conn, const struct tb_segment *segment,
                          const struct tb_event *event)
{
    if (conn->next_syn == NULL || segment->frame < conn->next_syn->frame)
        return false;
    return event->step == TB_STEP_RESET || event->step == TB_STEP_CHALLENGE_ACK;
}

bool tb_owners_apply(const struct tb_conn *conn, const struct tb_segment *segment,
                     const struct tb_event *event, enum tb_note_end end)
{
    if (segment->quoted || is_doubted(conn, segment))
        return false;
    if (end == TB_NOTE_SRC && tb_event_is(event, TB_MARK_INEFFECTIVE))
        return false; /* a reset that its receiver ignores: anybody may have sent it */
    if (concerns_next(conn, segment, event))
        return conn->next_from != side_of(segment, end);
    if ((segment->flags & TB_SYN) == 0 || conn->opened == segment->frame ||
        tb_conn_is_next_syn(conn, segment))
        return true;
    return !tb_event_is(event, TB_MARK_INFERRED) &&
           (conn->next_syn == NULL || segment->frame < conn->next_syn->frame);
}

void tb_owners_forget_pending(struct tb_conn *conn)
{
    if (conn->owners != NULL)
        memset(conn->owners->next, 0, sizeof(conn->owners->next));
}

void tb_owners_follow(struct tb_conn *next, struct tb_conn *before)
{
    before->next = next;
    if (before->owners == NULL || before->next_syn == NULL)
        return;
    next->owners = wmem_new0(wmem_file_scope(), struct tb_owners);
    memcpy(next->owners->end, before->owners->next, sizeof(next->owners->end));
}
