/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib.c - keeps who owns which connection: what events do
 *
 * An event is first of a certain end: find_*() below. Then the table `verdicts` says what the
 * event's process is to that end. How sure it is, is decided when somebody asks (attrib_ask.c),
 * because a loss is told later than what it makes doubtful. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attrib_inside.h"

#define CONNECTIONS_DEFAULT 262144u
#define PROCESSES_DEFAULT   65536u

/* What an event claims for its process. */
enum claim {
    CLAIM_CONNECT,
    CLAIM_ACCEPT,
    CLAIM_USE,
    CLAIM_HELD,
    CLAIM_COUNT
};

enum verdict {
    VERDICT_KEEP,  /* it changes nothing */
    VERDICT_NAME,  /* it is the owner from now on */
    VERDICT_OTHER, /* the owner stays; if this is another one, that is remembered */
    VERDICT_BORN,  /* VERDICT_NAME where the end was seen from its birth, else VERDICT_OTHER */
    VERDICT_AGAIN, /* found once more: see find_again() */
    VERDICT_COUNT
};

/* By what is known already. The owner rule: attrib.h. */
static const enum verdict verdicts[CLAIM_COUNT][TB_OWNER_SOURCE_COUNT] = {
    [CLAIM_CONNECT] = { [TB_OWNER_SOURCE_UNKNOWN] = VERDICT_NAME,
                        [TB_OWNER_SOURCE_CONNECTOR] = VERDICT_OTHER,
                        [TB_OWNER_SOURCE_USER] = VERDICT_NAME, /* TCP Fast Open sends first */
                        [TB_OWNER_SOURCE_ACCEPTOR] = VERDICT_NAME,
                        [TB_OWNER_SOURCE_SNAPSHOT] = VERDICT_NAME,
                        [TB_OWNER_SOURCE_SCAN] = VERDICT_NAME,
                        [TB_OWNER_SOURCE_LIVE] = VERDICT_NAME },
    [CLAIM_ACCEPT] = { [TB_OWNER_SOURCE_UNKNOWN] = VERDICT_NAME,
                       [TB_OWNER_SOURCE_CONNECTOR] = VERDICT_KEEP,
                       [TB_OWNER_SOURCE_USER] = VERDICT_KEEP, /* told late: it comes before use */
                       [TB_OWNER_SOURCE_ACCEPTOR] = VERDICT_OTHER,
                       [TB_OWNER_SOURCE_SNAPSHOT] = VERDICT_BORN,
                       [TB_OWNER_SOURCE_SCAN] = VERDICT_BORN,
                       [TB_OWNER_SOURCE_LIVE] = VERDICT_BORN },
    [CLAIM_USE] = { [TB_OWNER_SOURCE_UNKNOWN] = VERDICT_NAME,
                    [TB_OWNER_SOURCE_CONNECTOR] = VERDICT_OTHER,
                    [TB_OWNER_SOURCE_USER] = VERDICT_OTHER,
                    [TB_OWNER_SOURCE_ACCEPTOR] = VERDICT_NAME,
                    [TB_OWNER_SOURCE_SNAPSHOT] = VERDICT_BORN,
                    [TB_OWNER_SOURCE_SCAN] = VERDICT_BORN,
                    [TB_OWNER_SOURCE_LIVE] = VERDICT_BORN },
    [CLAIM_HELD] = { [TB_OWNER_SOURCE_UNKNOWN] = VERDICT_NAME,
                     [TB_OWNER_SOURCE_CONNECTOR] = VERDICT_KEEP,
                     [TB_OWNER_SOURCE_USER] = VERDICT_KEEP,
                     [TB_OWNER_SOURCE_ACCEPTOR] = VERDICT_KEEP,
                     [TB_OWNER_SOURCE_SNAPSHOT] = VERDICT_AGAIN,
                     [TB_OWNER_SOURCE_SCAN] = VERDICT_AGAIN,
                     [TB_OWNER_SOURCE_LIVE] = VERDICT_AGAIN }
};
static_assert(sizeof verdicts / sizeof verdicts[0] == CLAIM_COUNT, "a row for each claim");

/* --- Of which end ----------------------------------------------------------------------------- */

static bool may_be_same_socket(const struct tb_end *end, const struct tb_sock_event *event)
{
    return end->socket == event->socket || end->socket == 0 || event->socket == 0;
}

/* The next earlier generation in the event's namespace that may be of the event's socket. */
static struct tb_end *next_of_socket(const struct tb_attrib *attrib,
                                     const struct tb_sock_event *event, const struct tb_end *end)
{
    struct tb_end *next = tb_end_next(&attrib->ends, &event->tuple, end);

    while (next != NULL && (next->netns != event->netns || !may_be_same_socket(next, event)))
        next = tb_end_next(&attrib->ends, &event->tuple, next);
    return next;
}

/* The latest of the socket's generations that was there by the time of the event. */
static struct tb_end *find_opened(const struct tb_attrib *attrib, const struct tb_sock_event *event)
{
    struct tb_end *end = next_of_socket(attrib, event, NULL);

    while (end != NULL && end->opened_ns > event->time_ns)
        end = next_of_socket(attrib, event, end);
    return end;
}

/* A snapshot may have told of the socket before its birth is told. What was used before its birth
 * was told, and is born much later, was another: that one's birth was lost. */
static struct tb_end *find_born(struct tb_attrib *attrib, const struct tb_sock_event *event,
                                enum tb_end_origin origin)
{
    struct tb_end *end = next_of_socket(attrib, event, NULL);
    bool was_guessed;

    if (end == NULL || end->closed_ns < event->time_ns)
        return tb_end_add(&attrib->ends, event, origin);
    if (end->origin == origin && end->opened_ns == event->time_ns)
        return end; /* told twice */
    was_guessed = end->origin == TB_END_FOUND ||
                  (end->origin == TB_END_USED && event->time_ns <= end->opened_ns);
    if (!was_guessed || end->closed_ns != TB_TIME_NEVER)
        return tb_end_add(&attrib->ends, event, origin);
    end->origin = (uint8_t)origin;
    tb_end_move(&attrib->ends, end, event->time_ns);
    return end;
}

/* Reading goes on after CLOSE where the peer has reset the connection. */
static struct tb_end *find_used(struct tb_attrib *attrib, const struct tb_sock_event *event,
                                enum tb_end_origin origin)
{
    struct tb_end *end = find_opened(attrib, event);

    if (end == NULL)
        end = next_of_socket(attrib, event, NULL); /* told a moment early */
    if (end == NULL ||
        (end->closed_ns <= event->time_ns && (event->socket == 0 || end->socket == 0)))
        return tb_end_add(&attrib->ends, event, origin);
    return end;
}

/* The latest of the socket's generations, but for those that a packet opened after the look began.
 * Where it opened so soon after that the clocks do not tell which was first, *is_doubtful. */
static struct tb_end *find_looked_at(const struct tb_attrib *attrib,
                                     const struct tb_sock_event *event, bool *is_doubtful)
{
    struct tb_end *end = next_of_socket(attrib, event, NULL);

    *is_doubtful = false;
    while (end != NULL && end->origin == TB_END_SEEN && end->opened_ns > event->time_ns) {
        if (end->opened_ns - event->time_ns <= TB_ATTRIB_NEAR_NS)
            *is_doubtful = true;
        end = next_of_socket(attrib, event, end);
    }
    return end;
}

/* The socket was there after the look began. NULL with *is_doubtful: nobody can tell. */
static struct tb_end *find_held(struct tb_attrib *attrib, const struct tb_sock_event *event,
                                bool *is_doubtful)
{
    struct tb_end *end = find_looked_at(attrib, event, is_doubtful);

    if (*is_doubtful)
        return NULL;
    if (end == NULL || end->closed_ns <= event->time_ns)
        return tb_end_add(&attrib->ends, event, TB_END_FOUND);
    return end;
}

/* Of several that packets opened, the one of which it is not known which socket it is may be
 * another than the one that closes. */
static bool may_be_another(const struct tb_attrib *attrib, const struct tb_sock_event *event,
                           const struct tb_end *end)
{
    return end->origin == TB_END_SEEN && event->socket != 0 && end->socket == 0 &&
           next_of_socket(attrib, event, end) != NULL;
}

/* What CLOSE closes; a new end that is gone, where nothing is known of it. */
static struct tb_end *find_closed(struct tb_attrib *attrib, const struct tb_sock_event *event)
{
    struct tb_end *end = find_opened(attrib, event);
    bool is_told_twice = end != NULL && end->socket != 0 && end->socket == event->socket;

    if (end == NULL || (end->closed_ns != TB_TIME_NEVER && !end->implied && !is_told_twice))
        return tb_end_add(&attrib->ends, event, TB_END_GONE);
    return end;
}

/* --- What it does ----------------------------------------------------------------------------- */

static void set_owner(struct tb_attrib *attrib, struct tb_end *end,
                      const struct tb_sock_event *event, struct tb_process *process,
                      enum tb_owner_source source)
{
    struct tb_process *before = end->owner;

    if (before != process)
        end->fd = -1;
    end->owner = tb_process_hold(process);
    tb_process_drop(&attrib->processes, before);
    end->source = (uint8_t)source;
    end->owner_ns = event->time_ns;
    end->uid = event->uid;
    end->is_bare = event->process.start_ns == 0;
    end->other_ns = TB_TIME_NEVER;
}

static void unset_owner(struct tb_attrib *attrib, struct tb_end *end)
{
    tb_process_drop(&attrib->processes, end->owner);
    end->owner = NULL;
    end->source = TB_OWNER_SOURCE_UNKNOWN;
    end->fd = -1;
}

static void note_other(struct tb_end *end, const struct tb_sock_event *event,
                       const struct tb_process *process)
{
    if (end->owner != process && event->time_ns < end->other_ns)
        end->other_ns = event->time_ns;
}

/* Found by the same look, another holder is one of several, and nobody can tell who uses it. By a
 * later look it is who got it since: the first stays, but may never have used it. */
static void find_again(struct tb_attrib *attrib, struct tb_end *end,
                       const struct tb_sock_event *event, const struct tb_process *process)
{
    if (end->owner == process) {
        if (event->alone && event->time_ns != end->look_ns && !end->is_shared)
            end->is_not_alone = false;
        return;
    }
    if (event->time_ns == end->look_ns || end->is_not_alone) {
        end->is_shared = true;
        unset_owner(attrib, end);
    }
    end->is_not_alone = true;
}

static void note_fd(struct tb_end *end, const struct tb_sock_event *event,
                    const struct tb_process *process)
{
    if (end->owner == process && event->fd >= 0 && (end->fd < 0 || event->fd < end->fd))
        end->fd = event->fd;
}

static void claim(struct tb_attrib *attrib, struct tb_end *end, const struct tb_sock_event *event,
                  struct tb_process *process, enum claim what)
{
    static const enum tb_owner_source source[CLAIM_COUNT] = {
        [CLAIM_CONNECT] = TB_OWNER_SOURCE_CONNECTOR,
        [CLAIM_ACCEPT] = TB_OWNER_SOURCE_ACCEPTOR,
        [CLAIM_USE] = TB_OWNER_SOURCE_USER,
        [CLAIM_HELD] = TB_OWNER_SOURCE_SCAN,
    };

    enum verdict verdict = verdicts[what][end->source];

    if (verdict == VERDICT_BORN)
        verdict = end->origin == TB_END_PASSIVE ? VERDICT_NAME : VERDICT_OTHER;
    switch (verdict) {
    case VERDICT_NAME:
        set_owner(attrib, end, event, process, source[what]);
        break;
    case VERDICT_OTHER:
        note_other(end, event, process);
        break;
    case VERDICT_AGAIN:
        find_again(attrib, end, event, process);
        break;
    case VERDICT_KEEP:
    case VERDICT_BORN:
    case VERDICT_COUNT:
        break;
    }
}

static void hold(struct tb_attrib *attrib, struct tb_end *end, const struct tb_sock_event *event,
                 struct tb_process *process)
{
    bool is_first = end->source == TB_OWNER_SOURCE_UNKNOWN;

    if (is_first && end->is_shared && (!event->alone || event->time_ns == end->look_ns))
        return; /* still one of several */
    claim(attrib, end, event, process, CLAIM_HELD);
    if (is_first) {
        if (event->found == TB_SOCK_FOUND_SNAPSHOT)
            end->source = TB_OWNER_SOURCE_SNAPSHOT;
        end->look_ns = event->time_ns;
        end->is_not_alone = !event->alone || end->is_shared;
    }
    note_fd(end, event, process);
}

/* --- Events ----------------------------------------------------------------------------------- */

typedef int take_fn(struct tb_attrib *attrib, const struct tb_sock_event *event,
                    struct tb_process *process);

static int take_connect(struct tb_attrib *attrib, const struct tb_sock_event *event,
                        struct tb_process *process)
{
    struct tb_end *end = find_born(attrib, event, TB_END_CONNECTED);

    if (end == NULL)
        return -ENOMEM;
    if (process != NULL)
        claim(attrib, end, event, process, CLAIM_CONNECT);
    else if (end->source == TB_OWNER_SOURCE_USER)
        unset_owner(attrib, end); /* who connected is the owner, and nobody knows who did */
    return 0;
}

static int take_open(struct tb_attrib *attrib, const struct tb_sock_event *event,
                     struct tb_process *process)
{
    (void)process;
    return find_born(attrib, event, TB_END_PASSIVE) == NULL ? -ENOMEM : 0;
}

static int take_accept(struct tb_attrib *attrib, const struct tb_sock_event *event,
                       struct tb_process *process)
{
    struct tb_end *end = find_used(attrib, event, TB_END_PASSIVE);

    if (end == NULL)
        return -ENOMEM;
    tb_end_touch(&attrib->ends, end, event->time_ns);
    if (process != NULL && !event->process.in_kernel)
        claim(attrib, end, event, process, CLAIM_ACCEPT);
    return 0;
}

static int take_use(struct tb_attrib *attrib, const struct tb_sock_event *event,
                    struct tb_process *process)
{
    struct tb_end *end;

    if (process == NULL || event->process.in_kernel)
        return 0;
    end = find_used(attrib, event, TB_END_USED);
    if (end == NULL)
        return -ENOMEM;
    tb_end_touch(&attrib->ends, end, event->time_ns);
    if (end->origin != TB_END_CONNECTED || end->owner != NULL)
        claim(attrib, end, event, process, CLAIM_USE);
    return 0;
}

static int take_listen(struct tb_attrib *attrib, const struct tb_sock_event *event,
                       struct tb_process *process)
{
    return process == NULL ? 0 : tb_listener_add(&attrib->listeners, event, process);
}

static int take_held(struct tb_attrib *attrib, const struct tb_sock_event *event,
                     struct tb_process *process)
{
    bool is_doubtful;
    struct tb_end *end = find_held(attrib, event, &is_doubtful);

    if (end == NULL)
        return is_doubtful ? 0 : -ENOMEM;
    if (end->origin == TB_END_SEEN && end->socket == 0)
        end->socket = event->socket;
    tb_end_touch(&attrib->ends, end, event->time_ns);
    if (process != NULL)
        hold(attrib, end, event, process);
    return 0;
}

/* A look that came after this packet, but before it was told of, found the holder of this. */
static void inherit(struct tb_attrib *attrib, struct tb_end *end, struct tb_end *older)
{
    end->socket = older->socket;
    end->owner = older->owner;
    end->source = older->source;
    end->owner_ns = older->owner_ns;
    end->look_ns = older->look_ns;
    end->uid = older->uid;
    end->fd = older->fd;
    end->is_shared = older->is_shared;
    end->is_not_alone = older->is_not_alone;
    end->is_bare = older->is_bare;
    older->owner = NULL;
    unset_owner(attrib, older);
    older->socket = 0;
}

/* Who was found by a look after the packet was found holding the socket that the packet opened. */
static bool was_found_after(const struct tb_end *end, uint64_t time_ns)
{
    return (end->source == TB_OWNER_SOURCE_SNAPSHOT || end->source == TB_OWNER_SOURCE_SCAN) &&
           end->look_ns > time_ns;
}

static int take_seen(struct tb_attrib *attrib, const struct tb_sock_event *event,
                     struct tb_process *process)
{
    struct tb_end *newer = NULL;
    struct tb_end *end = next_of_socket(attrib, event, NULL);
    struct tb_end *added;

    (void)process;
    while (end != NULL && end->opened_ns > event->time_ns) {
        newer = end;
        end = next_of_socket(attrib, event, end);
    }
    if (end != NULL && end->opened_ns == event->time_ns)
        return 0; /* told twice */
    if (newer != NULL && newer->origin == TB_END_FOUND) {
        newer->origin = TB_END_SEEN;
        tb_end_move(&attrib->ends, newer, event->time_ns);
    } else {
        added = tb_end_add(&attrib->ends, event, TB_END_SEEN);
        if (added == NULL)
            return -ENOMEM;
        end = next_of_socket(attrib, event, added); /* making room may have forgotten it */
        if (end != NULL && newer == NULL && was_found_after(end, event->time_ns))
            inherit(attrib, added, end);
    }
    if (end != NULL && (end->implied || end->closed_ns > event->time_ns))
        tb_end_close(&attrib->ends, end, event->time_ns);
    return 0;
}

static int take_nobody(struct tb_attrib *attrib, const struct tb_sock_event *event,
                       struct tb_process *process)
{
    bool is_doubtful;
    struct tb_end *end = find_looked_at(attrib, event, &is_doubtful);

    (void)process;
    if (end == NULL || is_doubtful)
        return 0;
    end->is_nobodys = true;
    if (event->alone && end->origin == TB_END_SEEN && end->closed_ns == TB_TIME_NEVER)
        tb_end_close(&attrib->ends, end, event->time_ns);
    return 0;
}

static int take_close(struct tb_attrib *attrib, const struct tb_sock_event *event,
                      struct tb_process *process)
{
    struct tb_end *end;

    (void)process;
    if (event->tuple.remote_port == 0) {
        tb_listener_remove(&attrib->listeners, event);
        return 0;
    }
    end = find_closed(attrib, event);
    if (end == NULL)
        return -ENOMEM;
    if (may_be_another(attrib, event, end))
        return 0;
    if (end->closed_ns == TB_TIME_NEVER || end->implied)
        tb_end_close(&attrib->ends, end, event->time_ns);
    return 0;
}

/* Each event tells of its process, which tb_process_tell() has taken already. Where a cgroup is is
 * no matter here. */
static int take_nothing(struct tb_attrib *attrib, const struct tb_sock_event *event,
                        struct tb_process *process)
{
    (void)attrib;
    (void)event;
    (void)process;
    return 0;
}

static int take_lost(struct tb_attrib *attrib, const struct tb_sock_event *event,
                     struct tb_process *process)
{
    (void)process;
    if (event->lost > 0)
        tb_loss_add(&attrib->loss, event->lost, event->since_ns, event->time_ns);
    return 0;
}

static take_fn *const takers[TB_SOCK_EVENT_COUNT] = {
    [TB_SOCK_CONNECT] = take_connect, [TB_SOCK_OPEN] = take_open,
    [TB_SOCK_ACCEPT] = take_accept,   [TB_SOCK_USE] = take_use,
    [TB_SOCK_LISTEN] = take_listen,   [TB_SOCK_HELD] = take_held,
    [TB_SOCK_SEEN] = take_seen,       [TB_SOCK_NOBODY] = take_nobody,
    [TB_SOCK_CLOSE] = take_close,     [TB_SOCK_FORK] = take_nothing,
    [TB_SOCK_EXEC] = take_nothing,    [TB_SOCK_RENAME] = take_nothing,
    [TB_SOCK_EXIT] = take_nothing,    [TB_SOCK_CGROUP] = take_nothing,
    [TB_SOCK_LOST] = take_lost,
};

/* Room for a process is made by forgetting connections, if need be. */
static struct tb_process *tell_process(struct tb_attrib *attrib, const struct tb_sock_event *event)
{
    struct tb_process *process = tb_process_tell(&attrib->processes, event);

    while (process == NULL && attrib->processes.count >= attrib->processes.limit &&
           tb_end_forget_one(&attrib->ends))
        process = tb_process_tell(&attrib->processes, event);
    return process;
}

int tb_attrib_feed(struct tb_attrib *attrib, const struct tb_sock_event *event)
{
    struct tb_process *process = NULL;
    int error = 0;

    if (event->kind >= TB_SOCK_EVENT_COUNT)
        return 0;
    if (event->time_ns < attrib->began_ns)
        attrib->began_ns = event->time_ns;
    if (event->process.pid != 0) {
        process = tb_process_hold(tell_process(attrib, event));
        error = process == NULL ? -ENOMEM : 0;
    }
    if (error == 0)
        error = takers[event->kind](attrib, event, process);
    tb_process_drop(&attrib->processes, process);
    if (error != 0)
        tb_loss_add(&attrib->loss, 1, event->time_ns, event->time_ns);
    return error;
}

/* --- Life ------------------------------------------------------------------------------------- */

static size_t or_default(size_t limit, size_t otherwise)
{
    return limit == 0 ? otherwise : limit;
}

struct tb_attrib *tb_attrib_new(const struct tb_attrib_limits *limits)
{
    size_t connections = or_default(limits == NULL ? 0 : limits->connections, CONNECTIONS_DEFAULT);
    size_t processes = or_default(limits == NULL ? 0 : limits->processes, PROCESSES_DEFAULT);
    struct tb_attrib *attrib = calloc(1, sizeof *attrib);

    if (attrib == NULL)
        return NULL;
    attrib->began_ns = TB_TIME_NEVER;
    if (tb_process_table_init(&attrib->processes, processes) != 0)
        goto no_processes;
    if (tb_end_table_init(&attrib->ends, &attrib->processes, connections, (uintptr_t)attrib) != 0)
        goto no_ends;
    tb_listener_table_init(&attrib->listeners, &attrib->processes);
    return attrib;

no_ends:
    tb_process_table_clear(&attrib->processes);
no_processes:
    free(attrib);
    return NULL;
}

void tb_attrib_free(struct tb_attrib *attrib)
{
    if (attrib == NULL)
        return;
    tb_listener_table_clear(&attrib->listeners);
    tb_end_table_clear(&attrib->ends);
    tb_process_table_clear(&attrib->processes);
    free(attrib);
}

void tb_attrib_expire(struct tb_attrib *attrib, uint64_t now_ns)
{
    tb_end_expire(&attrib->ends, now_ns);
    if (now_ns > TB_TIME_WAIT_NS)
        tb_process_expire(&attrib->processes, now_ns - TB_TIME_WAIT_NS);
}

struct tb_attrib_counts tb_attrib_counts(const struct tb_attrib *attrib)
{
    return (struct tb_attrib_counts){ .connections = attrib->ends.count,
                                      .processes = attrib->processes.count,
                                      .lost = attrib->loss.events,
                                      .forgotten = attrib->ends.forgotten };
}
