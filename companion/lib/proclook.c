/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proclook.c - looks for who holds the sockets of connections */
#include "proclook.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "links.h"
#include "procrecent.h"
#include "proctarget.h"

#define NS_PER_S  1000000000u
#define NS_PER_US UINT64_C(1000)

#define LIKELY_NS (3000 * NS_PER_US) /* the most that likely processes take */
#define REST      4u                 /* times as long as it took a walk is not begun again */

enum {
    LOOKS_MAX = 1024,
    TARGETS = 3,  /* of a look */
    NEWEST = 24,  /* numbers that are tried where nobody tells of new processes */
    EARLY = 3,    /* times that likely processes are asked first */
    WALKS_MAX = 2 /* of a look */
};

enum which {
    SENDER,
    RECEIVER,
    LISTENER /* that the receiver's end will come from */
};

static const uint64_t again_ns[] = { 300 * NS_PER_US,   1000 * NS_PER_US,  4000 * NS_PER_US,
                                     16000 * NS_PER_US, 64000 * NS_PER_US, 256000 * NS_PER_US };

#define TRIES (sizeof again_ns / sizeof *again_ns)

struct look {
    struct tb_link link;
    struct tb_proctarget target[TARGETS];
    uint64_t due_ns; /* to look again */
    size_t tries;
    size_t walks;
    bool opens;      /* the sender connects */
    bool is_in_walk; /* which is on its way */
};

struct tb_proclook {
    const struct tb_proclook_options *options;
    struct tb_procrecent recent;
    struct tb_link active;
    struct tb_link idle;
    uint64_t walk_ns;                                  /* not before */
    struct tb_proctarget *wanted[LOOKS_MAX * TARGETS]; /* in the walk, by inode */
    size_t wanted_count;
    struct tb_procview_process found[TB_PROCTARGET_HOLDERS];
    struct look look[LOOKS_MAX];
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- Life ------------------------------------------------------------------------------------ */

struct tb_proclook *tb_proclook_new(const struct tb_proclook_options *options)
{
    struct tb_proclook *looks = calloc(1, sizeof *looks);

    if (looks == NULL)
        return NULL;
    looks->options = options;
    tb_link_init(&looks->active);
    tb_link_init(&looks->idle);
    for (size_t i = 0; i < LOOKS_MAX; i++)
        tb_link_append(&looks->idle, &looks->look[i].link);
    return looks;
}

void tb_proclook_free(struct tb_proclook *looks)
{
    free(looks);
}

static struct look *look_of(struct tb_link *link)
{
    return TB_LINK_OF(link, struct look, link);
}

static void end_look(struct tb_proclook *looks, struct look *look)
{
    tb_link_remove(&look->link);
    tb_link_append(&looks->idle, &look->link);
}

/* --- Asking ---------------------------------------------------------------------------------- */

static void tell_nobody(struct tb_proclook *looks, struct tb_proctarget *target, bool is_gone)
{
    struct tb_sock_event event = { .kind = TB_SOCK_NOBODY,
                                   .time_ns = target->asked_ns,
                                   .tuple = target->tuple,
                                   .netns = looks->options->told->netns,
                                   .fd = -1,
                                   .alone = is_gone };

    if (target->is_nobody_told && !is_gone)
        return;
    target->is_nobody_told = true;
    looks->options->told->tell(&event, looks->options->told->context);
}

static void ask(struct tb_proclook *looks, struct look *look, enum which which)
{
    struct tb_proctarget *target = &look->target[which];
    struct tb_diag_socket found = { 0 };
    int error = tb_procdiag_ask(looks->options->diag, &target->tuple, &found);

    tb_proctarget_asked(target, error, &found, now_ns());
    if (target->state == TB_PROCTARGET_GONE)
        tell_nobody(looks, target, true);
    else if (error == 0 && found.state == TB_DIAG_LISTEN && !look->target[LISTENER].is_in_walk)
        tb_proctarget_asked(&look->target[LISTENER], 0, &found, target->asked_ns);
}

/* Those of which something is to be found out yet. */
static void ask_all(struct tb_proclook *looks, struct look *look, bool also_told)
{
    for (enum which which = SENDER; which <= RECEIVER; which++) {
        struct tb_proctarget *target = &look->target[which];

        if (target->state != TB_PROCTARGET_GONE && !target->is_in_walk &&
            (also_told || !target->is_told))
            ask(looks, look, which);
    }
}

static bool is_there_still(struct tb_proclook *looks, const struct tb_proctarget *target)
{
    struct tb_diag_socket again;

    return tb_procdiag_ask(looks->options->diag, &target->socket.tuple, &again) == 0 &&
           again.cookie == target->socket.cookie && again.inode == target->socket.inode;
}

/* --- Telling --------------------------------------------------------------------------------- */

void tb_proclook_remember(struct tb_proclook *looks, const struct tb_diag_socket *socket,
                          uint32_t pid)
{
    const struct tb_tuple *tuple = &socket->tuple;

    tb_procrecent_held(&looks->recent, tb_procrecent_place(tuple->local_port, false), pid);
    if (socket->state != TB_DIAG_LISTEN)
        tb_procrecent_held(&looks->recent, tb_procrecent_place(tuple->remote_port, true), pid);
}

/* Every holder once more, then the socket once more: only who is still there was there when the
 * socket was. Returns how many hold it; of 0 nothing is told. */
static size_t prove(struct tb_proclook *looks, struct tb_proctarget *target, bool is_complete,
                    bool connects)
{
    struct tb_proctold *told = looks->options->told;
    size_t count = 0;
    bool alone;

    for (size_t i = 0; i < target->count; i++) {
        struct tb_proctarget_holder holder = target->holder[i];

        if (tb_procview_describe(told->proc, holder.pid, holder.fd, target->socket.inode,
                                 told->arguments, &looks->found[count]) == 0)
            target->holder[count++] = holder;
        else
            is_complete = false;
    }
    target->count = count;
    if (count == 0 || !is_there_still(looks, target))
        return 0;
    alone = is_complete && count == 1 && !target->has_more &&
            (connects || tb_diag_is_used(&target->socket));
    for (size_t i = 0; i < count; i++) {
        tb_proclook_remember(looks, &target->socket, looks->found[i].told.pid);
        tb_proctold_holder(told, target, &looks->found[i], target->holder[i].fd, TB_SOCK_FOUND_SCAN,
                           alone);
    }
    target->is_told = true;
    return count;
}

/* --- Likely processes ------------------------------------------------------------------------ */

static bool all_have_holders(const struct tb_procwalk_wanted *wanted)
{
    for (size_t i = 0; i < wanted->count; i++) {
        if (wanted->target[i]->count == 0)
            return false;
    }
    return true;
}

/* Where nobody tells of new processes, their numbers tell. */
static void note_newest(struct tb_proclook *looks)
{
    uint32_t last;

    if (looks->options->walk->hears || !tb_procview_last_pid(looks->options->walk->proc, &last))
        return;
    for (uint32_t i = NEWEST; i > 0; i--) {
        if (last >= i)
            tb_procrecent_begun(&looks->recent, last - i + 1);
    }
}

static void visit_likely(struct tb_proclook *looks, const struct tb_tuple *tuple,
                         const struct tb_procwalk_wanted *wanted)
{
    const uint32_t place[2] = { tb_procrecent_place(tuple->remote_port, false),
                                tb_procrecent_place(tuple->remote_port, true) };
    uint32_t pid[TB_PROCRECENT_MOST];
    uint64_t end_ns = now_ns() + LIKELY_NS;
    size_t count;

    note_newest(looks);
    count = tb_procrecent_list(&looks->recent, place, true, pid);
    for (size_t i = 0; i < count && !all_have_holders(wanted) && now_ns() < end_ns; i++)
        (void)tb_procwalk_visit(looks->options->walk, pid[i], wanted);
}

static bool waits(const struct look *look)
{
    for (enum which which = SENDER; which <= RECEIVER; which++) {
        const struct tb_proctarget *target = &look->target[which];

        if (target->state != TB_PROCTARGET_GONE && !target->is_told)
            return true;
    }
    return false;
}

static bool has_any_left(const struct look *look)
{
    return look->target[SENDER].state != TB_PROCTARGET_GONE ||
           look->target[RECEIVER].state != TB_PROCTARGET_GONE;
}

/* While an end waits to be accepted, likely processes are asked for it at once: a walk, which takes
 * longer, comes after that. */
static bool is_too_early(const struct look *look)
{
    return look->tries < EARLY && (look->target[SENDER].state == TB_PROCTARGET_WAITS ||
                                   look->target[RECEIVER].state == TB_PROCTARGET_WAITS);
}

static bool wants_walk(const struct look *look)
{
    if (look->walks == WALKS_MAX || is_too_early(look))
        return false;
    for (size_t i = 0; i < TARGETS; i++) {
        if (look->target[i].state == TB_PROCTARGET_THERE && !look->target[i].is_walked)
            return true;
    }
    return false;
}

static void schedule(struct tb_proclook *looks, struct look *look)
{
    bool is_again = waits(look) && look->tries < TRIES;

    if (!look->is_in_walk && (!has_any_left(look) || !(is_again || wants_walk(look)))) {
        end_look(looks, look);
        return;
    }
    look->due_ns = is_again ? now_ns() + again_ns[look->tries] : UINT64_MAX;
}

static void look_at_likely(struct tb_proclook *looks, struct look *look)
{
    struct tb_proctarget *target[TARGETS];
    struct tb_procwalk_wanted wanted = { target, 0 };

    ask_all(looks, look, false);
    for (enum which which = SENDER; which <= RECEIVER; which++) {
        struct tb_proctarget *end = &look->target[which];

        if (end->state == TB_PROCTARGET_THERE && !end->is_told && !end->is_in_walk)
            target[wanted.count++] = end;
        else if (end->state == TB_PROCTARGET_WAITS)
            tell_nobody(looks, end, false);
    }
    tb_proctarget_sort(target, wanted.count);
    if (wanted.count > 0)
        visit_likely(looks, &look->target[SENDER].tuple, &wanted);
    for (size_t i = 0; i < wanted.count; i++) {
        bool connects = look->opens && target[i] == &look->target[SENDER];

        if (prove(looks, target[i], false, connects) > 0)
            target[i]->is_walked = false;
    }
    schedule(looks, look);
}

/* --- Looks ----------------------------------------------------------------------------------- */

static struct look *find_look(struct tb_proclook *looks, const struct tb_tuple *tuple)
{
    for (struct tb_link *link = looks->active.next; link != &looks->active; link = link->next) {
        struct look *look = look_of(link);

        if (tb_tuple_equal(&look->target[SENDER].tuple, tuple) ||
            tb_tuple_equal(&look->target[RECEIVER].tuple, tuple))
            return look;
    }
    return NULL;
}

static void begin_look(struct tb_proclook *looks, struct look *look,
                       const struct tb_procwire_request *request)
{
    struct tb_link link = look->link;

    memset(look, 0, sizeof *look);
    look->link = link;
    tb_link_remove(&look->link);
    tb_link_append(&looks->active, &look->link);
    look->target[SENDER].tuple = request->tuple;
    look->target[RECEIVER].tuple = tb_tuple_turned(&request->tuple);
    look->opens = request->opens;
    if (!request->opens)
        look->target[RECEIVER].state = TB_PROCTARGET_GONE; /* not wanted */
}

/* A packet that opens the connection anew begins another look; the one before goes on with what is
 * there now, which is the same. */
bool tb_proclook_begin(struct tb_proclook *looks, const struct tb_procwire_request *request)
{
    struct look *look = find_look(looks, &request->tuple);

    if (look != NULL && !request->opens)
        return true;
    if (look != NULL && !look->is_in_walk)
        end_look(looks, look);
    if (tb_link_is_empty(&looks->idle))
        return false;
    look = look_of(looks->idle.next);
    begin_look(looks, look, request);
    look_at_likely(looks, look);
    return true;
}

void tb_proclook_again(struct tb_proclook *looks)
{
    uint64_t time_ns = now_ns();
    struct tb_link *next;

    for (struct tb_link *link = looks->active.next; link != &looks->active; link = next) {
        struct look *look = look_of(link);

        next = link->next;
        if (look->due_ns > time_ns)
            continue;
        look->tries++;
        look_at_likely(looks, look);
    }
}

void tb_proclook_begun(struct tb_proclook *looks, uint32_t pid)
{
    tb_procrecent_begun(&looks->recent, pid);
}

/* --- Walks ----------------------------------------------------------------------------------- */

static uint64_t walk_due_ns(const struct tb_proclook *looks)
{
    for (const struct tb_link *link = looks->active.next; link != &looks->active;
         link = link->next) {
        if (wants_walk((const struct look *)(const void *)link))
            return looks->walk_ns;
    }
    return UINT64_MAX;
}

uint64_t tb_proclook_idle_ns(const struct tb_proclook *looks)
{
    uint64_t due_ns = walk_due_ns(looks);
    uint64_t time_ns = now_ns();

    for (const struct tb_link *link = looks->active.next; link != &looks->active;
         link = link->next) {
        const struct look *look = (const struct look *)(const void *)link;

        if (look->due_ns < due_ns)
            due_ns = look->due_ns;
    }
    if (due_ns == UINT64_MAX)
        return UINT64_MAX;
    return due_ns > time_ns ? due_ns - time_ns : 0;
}

/* The sockets as they are now, and who wants them. */
static void gather(struct tb_proclook *looks)
{
    struct tb_link *next;

    looks->wanted_count = 0;
    for (struct tb_link *link = looks->active.next; link != &looks->active; link = next) {
        struct look *look = look_of(link);

        next = link->next;
        if (!wants_walk(look))
            continue;
        ask_all(looks, look, true);
        if (!has_any_left(look)) {
            end_look(looks, look);
            continue;
        }
        look->is_in_walk = true;
        look->walks++;
        for (size_t i = 0; i < TARGETS; i++) {
            look->target[i].is_in_walk = look->target[i].state == TB_PROCTARGET_THERE;
            look->target[i].is_walked |= look->target[i].is_in_walk;
            if (look->target[i].is_in_walk)
                looks->wanted[looks->wanted_count++] = &look->target[i];
        }
    }
    tb_proctarget_sort(looks->wanted, looks->wanted_count);
}

/* `result` is that of the walk. */
static void conclude(struct tb_proclook *looks, struct look *look, int result)
{
    for (size_t i = 0; i < TARGETS; i++) {
        struct tb_proctarget *target = &look->target[i];
        bool connects = look->opens && i == SENDER;
        bool was_in_walk = target->is_in_walk;

        target->is_in_walk = false;
        if (!was_in_walk || result < 0)
            continue;
        if (prove(looks, target, result == 1, connects) == 0 && !target->is_told && i != LISTENER)
            tell_nobody(looks, target, false);
    }
}

static void walk(struct tb_proclook *looks)
{
    const struct tb_proclook_options *options = looks->options;
    struct tb_procwalk_wanted wanted = { looks->wanted, 0 };
    struct tb_link *next;
    int result = 0;

    gather(looks);
    wanted.count = looks->wanted_count;
    if (wanted.count > 0)
        result = tb_procwalk_all(options->walk, &wanted, options->breathe, options->context);
    for (struct tb_link *link = looks->active.next; link != &looks->active; link = next) {
        struct look *look = look_of(link);

        next = link->next;
        if (!look->is_in_walk)
            continue;
        look->is_in_walk = false;
        conclude(looks, look, result);
        schedule(looks, look);
    }
}

void tb_proclook_walk(struct tb_proclook *looks)
{
    uint64_t began_ns = now_ns();
    uint64_t took_ns;

    if (walk_due_ns(looks) > began_ns)
        return;
    walk(looks);
    took_ns = now_ns() - began_ns;
    looks->walk_ns = began_ns + took_ns + REST * took_ns;
}
