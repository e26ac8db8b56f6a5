/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_ask.c - keeps who owns which connection: what is answered
 *
 * First: which generation of the tuple sent or receives the packet? A passive end is told when it
 * is ESTABLISHED, which is after the packets that made it so; a closed one still has packets. Where
 * a packet may be of either, it is of neither. Then the table `doubts` says how sure its owner is.
 */
#include <string.h>

#include "attrib_inside.h"

/* How long before opened_ns a packet may be of the end, by its origin, where no other is known. */
static const uint64_t reach_ns[TB_END_ORIGIN_COUNT] = {
    [TB_END_CONNECTED] = 1000000u,   /* the two clocks are not quite the same */
    [TB_END_PASSIVE] = 64000000000u, /* SYN-ACK is sent again for 63 s: tcp_synack_retries is 5 */
    [TB_END_FOUND] = 1000000000u,    /* a look that the packet caused; see reaches() */
    [TB_END_USED] = 0,
    [TB_END_SEEN] = 0,
    [TB_END_GONE] = 0,
};

/* A packet and what was told of it have the time of one clock, read twice on another. */
#define SAME_PACKET_NS 1000000u

enum {
    NAMESPACES_MAX = 8 /* where a tuple is in more, no end is alone */
};

/* What became of the search in a namespace. */
enum found {
    FOUND_NONE,   /* no end of the tuple is known there for that time */
    FOUND_UNSURE, /* one of several */
    FOUND_END
};

struct choice {
    const struct tb_end *end;
    bool is_elsewhere; /* in another namespace than asked for */
};

/* --- Which generation ------------------------------------------------------------------------- */

static const struct tb_end *next_there(const struct tb_attrib *attrib, const struct tb_tuple *tuple,
                                       uint32_t netns, const struct tb_end *end)
{
    do {
        end = tb_end_next(&attrib->ends, tuple, end);
    } while (end != NULL && end->netns != netns);
    return end;
}

/* The peer's latest connect() by `time_ns`, as far as the peer is of this machine: in the same
 * namespace, else in any. 0: none is known. */
static uint64_t peer_connected(const struct tb_attrib *attrib, const struct tb_end *end,
                               uint64_t time_ns)
{
    struct tb_tuple turned = tb_tuple_turned(&end->tuple);
    const struct tb_end *peer = NULL;
    uint64_t elsewhere_ns = 0;

    while ((peer = tb_end_next(&attrib->ends, &turned, peer)) != NULL) {
        if (peer->origin != TB_END_CONNECTED || peer->opened_ns > time_ns)
            continue;
        if (peer->netns == end->netns)
            return peer->opened_ns;
        if (elsewhere_ns == 0)
            elsewhere_ns = peer->opened_ns;
    }
    return elsewhere_ns;
}

/* From when on packets are of this end for sure: a passive one's begin with the peer's connect().
 */
static uint64_t begin_of(const struct tb_attrib *attrib, const struct tb_end *end)
{
    const struct tb_end *older;
    uint64_t connected_ns;

    if (end->origin != TB_END_PASSIVE)
        return end->opened_ns;
    connected_ns = peer_connected(attrib, end, end->opened_ns);
    if (connected_ns == 0)
        return end->opened_ns;
    older = next_there(attrib, &end->tuple, end->netns, end);
    return older != NULL && connected_ns < older->opened_ns ? end->opened_ns : connected_ns;
}

/* Whether packets at that time are of this end for sure, or of one after it. */
static bool has_begun(const struct tb_attrib *attrib, const struct tb_end *end, uint64_t time_ns)
{
    return end->opened_ns <= time_ns || begin_of(attrib, end) <= time_ns;
}

/* Whether a packet before its begin may be of the end, as far as it alone is concerned. */
static bool reaches(const struct tb_attrib *attrib, const struct tb_end *end, uint64_t time_ns)
{
    bool was_there_before = end->origin == TB_END_FOUND && end->source == TB_OWNER_SOURCE_SNAPSHOT;

    return !was_there_before && end->opened_ns - time_ns <= reach_ns[end->origin] &&
           time_ns >= attrib->began_ns && time_ns > attrib->ends.forgotten_ns &&
           !tb_loss_is_between(&attrib->loss, time_ns, end->opened_ns);
}

/* `newer` is the generation after `end`, which was closed when the packet was seen. */
static enum found choose_closed(const struct tb_attrib *attrib,
                                const struct tb_attrib_question *question, const struct tb_end *end,
                                const struct tb_end *newer, const struct tb_end **chosen)
{
    uint64_t time_ns = question->time_ns;
    bool may_be_newer = newer != NULL && begin_of(attrib, newer) == newer->opened_ns &&
                        reaches(attrib, newer, time_ns);

    if (question->may_open || peer_connected(attrib, end, time_ns) > tb_end_closed(end)) {
        *chosen = newer;
        return may_be_newer ? FOUND_END : FOUND_NONE;
    }
    if (time_ns - tb_end_closed(end) > TB_TIME_WAIT_NS)
        return FOUND_NONE;
    *chosen = end;
    return may_be_newer ? FOUND_UNSURE : FOUND_END;
}

static uint64_t distance(uint64_t one, uint64_t other)
{
    return one < other ? other - one : one - other;
}

/* The end that this very packet opens. NULL: that was not told. */
static const struct tb_end *opened_by(const struct tb_attrib *attrib,
                                      const struct tb_attrib_question *question, uint32_t netns)
{
    const struct tb_end *end = NULL;
    const struct tb_end *nearest = NULL;
    uint64_t least_ns = SAME_PACKET_NS;

    while ((end = next_there(attrib, &question->tuple, netns, end)) != NULL) {
        uint64_t away_ns = distance(end->opened_ns, question->time_ns);

        if (end->origin != TB_END_SEEN || away_ns > least_ns)
            continue;
        least_ns = away_ns;
        nearest = end;
    }
    return nearest;
}

static enum found choose_there(const struct tb_attrib *attrib,
                               const struct tb_attrib_question *question, uint32_t netns,
                               const struct tb_end **chosen)
{
    const struct tb_end *newer = NULL;
    const struct tb_end *end = question->opens ? opened_by(attrib, question, netns) : NULL;

    if (end != NULL) {
        *chosen = end;
        return FOUND_END;
    }
    end = next_there(attrib, &question->tuple, netns, NULL);
    while (end != NULL && !has_begun(attrib, end, question->time_ns)) {
        newer = end;
        end = next_there(attrib, &question->tuple, netns, end);
    }
    *chosen = end == NULL ? newer : end;
    if (end != NULL && tb_end_closed(end) <= question->time_ns)
        return choose_closed(attrib, question, end, newer, chosen);
    if (end != NULL)
        return FOUND_END;
    return newer != NULL && reaches(attrib, newer, question->time_ns) ? FOUND_END : FOUND_NONE;
}

/* Namespaces in which the tuple is, but for one; more than NAMESPACES_MAX: false. */
static bool list_namespaces(const struct tb_attrib *attrib, const struct tb_tuple *tuple,
                            uint32_t but, uint32_t netns[NAMESPACES_MAX], size_t *count)
{
    const struct tb_end *end = NULL;

    *count = 0;
    while ((end = tb_end_next(&attrib->ends, tuple, end)) != NULL) {
        size_t at = 0;

        while (at < *count && netns[at] != end->netns)
            at++;
        if (end->netns == but || at < *count)
            continue;
        if (*count == NAMESPACES_MAX)
            return false;
        netns[(*count)++] = end->netns;
    }
    return true;
}

static enum found choose_elsewhere(const struct tb_attrib *attrib,
                                   const struct tb_attrib_question *question,
                                   const struct tb_end **chosen)
{
    uint32_t netns[NAMESPACES_MAX];
    size_t count;
    enum found found = FOUND_NONE;

    if (!list_namespaces(attrib, &question->tuple, question->netns, netns, &count))
        return FOUND_UNSURE;
    for (size_t i = 0; i < count; i++) {
        const struct tb_end *end = NULL;
        enum found here = choose_there(attrib, question, netns[i], &end);

        if (here == FOUND_NONE)
            continue;
        if (here == FOUND_UNSURE || found != FOUND_NONE)
            return FOUND_UNSURE;
        found = FOUND_END;
        *chosen = end;
    }
    return found;
}

static bool choose(const struct tb_attrib *attrib, const struct tb_attrib_question *question,
                   struct choice *choice)
{
    enum found found = FOUND_NONE;

    choice->end = NULL;
    choice->is_elsewhere = false;
    if (question->netns != 0)
        found = choose_there(attrib, question, question->netns, &choice->end);
    if (found == FOUND_NONE && !question->only_there) {
        choice->is_elsewhere = true;
        found = choose_elsewhere(attrib, question, &choice->end);
    }
    return found == FOUND_END && choice->end->origin != TB_END_GONE;
}

/* --- How sure --------------------------------------------------------------------------------- */

struct case_at_hand {
    const struct tb_attrib *attrib;
    const struct tb_end *end;
    const struct tb_image *image; /* NULL: not known what the owner was */
    uint64_t time_ns;             /* of the packet, or when the owner became it, if that is later */
    bool is_elsewhere;
};

static bool lost(const struct case_at_hand *at, uint64_t from_ns, uint64_t to_ns)
{
    return tb_loss_is_between(&at->attrib->loss, from_ns, to_ns);
}

static bool closed_before_loss(const struct case_at_hand *at)
{
    return lost(at, tb_end_closed(at->end), at->time_ns);
}

static bool named_before_birth(const struct case_at_hand *at)
{
    return at->end->owner_ns < at->end->opened_ns &&
           lost(at, at->end->owner_ns, at->end->opened_ns);
}

static bool other_uses_it(const struct case_at_hand *at)
{
    return at->end->other_ns != TB_TIME_NEVER && lost(at, at->end->opened_ns, at->end->other_ns);
}

static bool owner_has_ended(const struct case_at_hand *at)
{
    const struct tb_end *end = at->end;

    return end->closed_ns > at->time_ns && end->owner->ended_ns <= at->time_ns &&
           lost(at, end->opened_ns, at->time_ns);
}

static bool lost_while_open(const struct case_at_hand *at)
{
    return lost(at, at->end->opened_ns, at->time_ns);
}

static bool birth_not_seen(const struct case_at_hand *at)
{
    return at->end->source == TB_OWNER_SOURCE_USER &&
           (at->end->origin == TB_END_FOUND || at->end->origin == TB_END_USED);
}

static bool found_with_others(const struct case_at_hand *at)
{
    return at->end->is_not_alone &&
           (at->end->source == TB_OWNER_SOURCE_SNAPSHOT || at->end->source == TB_OWNER_SOURCE_SCAN);
}

static bool found_elsewhere(const struct case_at_hand *at)
{
    return at->is_elsewhere && (at->attrib->ends.forgotten_ns != 0 || lost(at, 0, at->time_ns));
}

static bool name_may_be_old(const struct case_at_hand *at)
{
    return at->image != NULL && lost(at, at->image->seen_ns, at->time_ns);
}

static bool start_may_be_another(const struct case_at_hand *at)
{
    const struct tb_process *owner = at->end->owner;

    return (at->end->is_bare && lost(at, owner->first_ns, at->end->owner_ns)) ||
           lost(at, owner->first_ns, owner->start_told_ns);
}

enum trust {
    TRUST_UNSURE,
    TRUST_NONE /* it may be wrong */
};

static const struct doubt {
    bool (*applies)(const struct case_at_hand *at);
    enum trust trust;
} doubts[] = {
    { closed_before_loss, TRUST_NONE }, /* the tuple may have been opened again, unseen */
    { named_before_birth, TRUST_NONE }, /* who was found may have held the one before */
    { other_uses_it, TRUST_NONE },      /* and may be the owner of one that was not seen */
    { owner_has_ended, TRUST_NONE },    /* so that CLOSE was lost, perhaps OPEN too */
    { lost_while_open, TRUST_UNSURE },
    { birth_not_seen, TRUST_UNSURE }, /* others may have used it before */
    { found_with_others, TRUST_UNSURE },
    { found_elsewhere, TRUST_UNSURE }, /* one in the right namespace may not have been seen */
    { name_may_be_old, TRUST_UNSURE },
    { start_may_be_another, TRUST_UNSURE },
};

/* False: none. */
static bool weigh(const struct case_at_hand *at, enum tb_owner_certainty *certainty)
{
    *certainty = TB_OWNER_SURE;
    for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; i++) {
        if (!doubts[i].applies(at))
            continue;
        if (doubts[i].trust == TRUST_NONE)
            return false;
        *certainty = TB_OWNER_UNSURE;
    }
    return true;
}

/* --- The answer ------------------------------------------------------------------------------- */

static struct tb_octet_string comm_of(const struct tb_image *image)
{
    return (struct tb_octet_string){ image->comm, strlen(image->comm) };
}

/* What ran when events were lost may run no more. */
static void tell_image(const struct case_at_hand *at, struct tb_owner *owner)
{
    const struct tb_program *program = at->image == NULL ? NULL : at->image->program;

    if (at->image != NULL)
        owner->text[TB_OWNER_COMM] = comm_of(at->image);
    if (program == NULL || lost(at, program->told_ns, at->time_ns))
        return;
    owner->text[TB_OWNER_EXE] = (struct tb_octet_string){ program->octets, program->exe_length };
    owner->text[TB_OWNER_CMDLINE] = (struct tb_octet_string){ program->octets + program->exe_length,
                                                              program->arguments_length };
}

static void tell_process(const struct case_at_hand *at, struct tb_owner *owner)
{
    const struct tb_process *process = at->end->owner;

    owner->pid = process->pid;
    owner->has |= TB_OWNER_PID;
    if (process->start_ns != 0 && !start_may_be_another(at)) {
        owner->start_ns = process->start_ns;
        owner->has |= TB_OWNER_START;
    }
    owner->uid = at->end->uid;
    owner->has |= TB_OWNER_UID;
    if (at->end->fd >= 0) {
        owner->fd = (uint32_t)at->end->fd;
        owner->has |= TB_OWNER_FD;
    }
}

/* The serial number of the listener's name; 0: nobody is told. */
static uint64_t tell_listener(const struct case_at_hand *at, struct tb_owner *owner)
{
    const struct tb_end *end = at->end;
    const struct tb_process *listener;
    const struct tb_image *image;

    if (end->origin == TB_END_CONNECTED)
        return 0;
    listener = tb_listener_of(&at->attrib->listeners, end->netns, &end->tuple, end->opened_ns,
                              &at->attrib->loss);
    if (listener == NULL)
        return 0;
    owner->listener_pid = listener->pid;
    owner->has |= TB_OWNER_LISTENER_PID;
    image = tb_process_image(listener, end->opened_ns);
    if (image == NULL || lost(at, image->seen_ns, end->opened_ns))
        return listener->serial;
    owner->text[TB_OWNER_LISTENER_COMM] = comm_of(image);
    return image->serial;
}

/* FNV-1a over 64-bit words: what may be told differently at another time. */
static uint64_t generation_of(const struct case_at_hand *at, const struct tb_owner *owner)
{
    const uint32_t has = owner->has & ~(uint32_t)TB_OWNER_LISTENER_PID;
    const uint64_t facts[] = { at->end->serial,
                               at->end->owner->serial,
                               at->image == NULL ? 0 : at->image->serial,
                               owner->text[TB_OWNER_EXE].length,
                               at->end->owner->cgroup,
                               owner->start_ns,
                               owner->uid,
                               owner->fd,
                               (uint64_t)has << 16 | (unsigned)owner->source << 8 |
                                   owner->certainty };
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        hash = (hash ^ facts[i]) * 0x100000001b3u;
        hash ^= hash >> 32;
    }
    return hash == 0 ? 1 : hash;
}

bool tb_attrib_ask(struct tb_attrib *attrib, const struct tb_attrib_question *question,
                   struct tb_attrib_answer *answer)
{
    struct case_at_hand at = { .attrib = attrib, .time_ns = question->time_ns };
    enum tb_owner_certainty certainty;
    struct choice choice;

    memset(answer, 0, sizeof *answer);
    if (!choose(attrib, question, &choice) || choice.end->owner == NULL)
        return false;
    at.end = choice.end;
    at.is_elsewhere = choice.is_elsewhere;
    if (at.time_ns < at.end->owner_ns)
        at.time_ns = at.end->owner_ns;
    at.image = tb_process_image(at.end->owner, at.time_ns);
    if (!weigh(&at, &certainty))
        return false;
    answer->owner.source = at.end->source;
    answer->owner.certainty = (uint8_t)certainty;
    tell_process(&at, &answer->owner);
    tell_image(&at, &answer->owner);
    answer->listener = tell_listener(&at, &answer->owner);
    answer->cgroup = at.end->owner->cgroup;
    answer->generation = generation_of(&at, &answer->owner);
    return true;
}

bool tb_attrib_has_end(struct tb_attrib *attrib, const struct tb_attrib_question *question)
{
    struct choice choice;

    return choose(attrib, question, &choice) &&
           (choice.end->owner != NULL || !choice.end->is_nobodys);
}

bool tb_attrib_descends(const struct tb_attrib *attrib, uint32_t pid, uint64_t start_ns,
                        uint32_t ancestor, uint64_t ancestor_start_ns)
{
    const struct tb_process *process = tb_process_find(&attrib->processes, pid, start_ns);

    return process != NULL &&
           tb_process_descends(&attrib->processes, process,
                               tb_process_find(&attrib->processes, ancestor, ancestor_start_ns));
}

uint64_t tb_attrib_start(const struct tb_attrib *attrib, uint32_t pid, uint64_t from_ns,
                         uint64_t to_ns)
{
    const struct tb_process *process =
        tb_process_find_between(&attrib->processes, pid, from_ns, to_ns);

    return process == NULL ? 0 : process->start_ns;
}
