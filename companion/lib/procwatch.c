/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procwatch.c - sock_diag, the process connector and /proc
 *
 * Who has the rights to look into other processes sees no packets: that is a helper process, see
 * prochelper.h. This side has no rights once it is open. It sees each packet that opens a
 * connection, asks the helper to look for both ends, and tells both: SEEN at once; what the helper
 * found only when every packet that opened a connection before that look has been told. Else what
 * is found for a connection could be taken for that of an earlier one of the same addresses and
 * ports.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "auto.h"
#include "links.h"
#include "opening.h"
#include "prochelper.h"
#include "prockeep.h"
#include "procwire.h"
#include "watch_ops.h"
#include "word.h"

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define NEAR_NS   (1 * NS_PER_MS) /* a packet may be stamped so long before it can be read */

enum {
    WAITING_MAX = 16384, /* events that wait to be told */
    AT_ONCE = 64,        /* times that the helper is read in one drain */
    ASKED = 8192,        /* connections of which it is known when they were asked for */
    ASKED_AGAIN_MAX = 10,
    HELPER_FDS = 6,
    FDS_MAX = 65536,
    CLOSE_MS = 10,
    CLOSE_TRIES = 100
};

/* An event of the helper's that waits, as the message it came in. */
struct waiting {
    struct tb_link link;
    size_t length;
    _Alignas(max_align_t) uint8_t message[];
};

struct procwatch {
    int pair;     /* to the helper; -1: it has gone */
    int openings; /* packets that open connections */
    int events;   /* both, to be polled */
    pid_t helper;
    uint32_t netns;
    struct tb_procwire_stream stream; /* of the helper's events */
    struct tb_link waiting;
    size_t waiting_count;
    uint64_t seen_ns; /* what opened before has been told; CLOCK_MONOTONIC */
    uint64_t quiet_ns;
    uint64_t lost;
    uint64_t told_lost;
    uint64_t key;
    tb_sock_event_fn *tell; /* while draining */
    void *context;
    struct asked {
        uint64_t hash;
        uint64_t time_ns;
        uint32_t times;
    } asked[ASKED];
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- Asking the helper ----------------------------------------------------------------------- */

static bool ask(struct procwatch *watch, const struct tb_procwire_request *request)
{
    uint8_t message[TB_PROCWIRE_MAX];
    uint8_t frame[TB_PROCWIRE_FRAME_MAX];
    size_t length = tb_procwire_put_request(message, request);
    size_t size = tb_procwire_put_frame(frame, message, length);

    /* it is small: the kernel takes all of it or nothing */
    return watch->pair >= 0 &&
           send(watch->pair, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size;
}

static struct asked *asked_of(struct procwatch *watch, const struct tb_tuple *tuple)
{
    uint64_t hash = tb_tuple_hash(tuple, watch->key);
    struct asked *asked = &watch->asked[hash >> 16 & (ASKED - 1)];

    if (asked->hash != hash)
        *asked = (struct asked){ .hash = hash };
    return asked;
}

static void note_asked(struct procwatch *watch, const struct tb_tuple *tuple, bool opens)
{
    struct asked *asked = asked_of(watch, tuple);

    if (opens)
        asked->times = 0;
    asked->time_ns = now_ns();
    asked->times += asked->times < ASKED_AGAIN_MAX;
}

/* For both ends where a packet opens the connection, else for the local one. */
static void look(struct procwatch *watch, const struct tb_tuple *tuple, bool opens)
{
    const struct tb_procwire_request request = { .tuple = *tuple,
                                                 .task = TB_PROCWIRE_LOOK,
                                                 .opens = opens };
    const struct tb_tuple turned = tb_tuple_turned(tuple);

    note_asked(watch, tuple, opens);
    if (opens)
        note_asked(watch, &turned, true);
    if (watch->pair >= 0 && !ask(watch, &request))
        watch->lost++;
}

/* Where nobody is known: after 2 ms, 4 ms, 8 ms and so on, up to 2 s. */
static void procwatch_sight(void *self, uint32_t netns, const struct tb_tuple *tuple)
{
    struct procwatch *watch = self;
    struct asked *asked;

    if (netns != watch->netns)
        return;
    asked = asked_of(watch, tuple);
    if (asked->times == 0 || now_ns() - asked->time_ns >= (NS_PER_MS << asked->times) * 2)
        look(watch, tuple, false);
}

/* --- Packets that open connections ----------------------------------------------------------- */

static void take_opening(const struct tb_tuple *tuple, uint64_t time_ns, void *context)
{
    struct procwatch *watch = context;
    struct tb_sock_event event = {
        .kind = TB_SOCK_SEEN, .time_ns = time_ns, .tuple = *tuple, .netns = watch->netns, .fd = -1
    };

    watch->tell(&event, watch->context);
    event.tuple = tb_tuple_turned(tuple);
    watch->tell(&event, watch->context);
    look(watch, tuple, true);
    if (time_ns > watch->seen_ns)
        watch->seen_ns = time_ns;
}

static void read_openings(struct procwatch *watch)
{
    uint64_t time_ns = now_ns();

    if (tb_opening_read(watch->openings, take_opening, watch))
        watch->seen_ns = time_ns;
    watch->lost += tb_opening_lost(watch->openings);
}

/* --- What the helper tells ------------------------------------------------------------------- */

static void keep_message(struct procwatch *watch, const uint8_t *message, size_t length)
{
    struct waiting *waiting =
        watch->waiting_count < WAITING_MAX ? malloc(sizeof *waiting + length) : NULL;

    if (waiting == NULL) {
        watch->lost++;
        return;
    }
    waiting->length = length;
    memcpy(waiting->message, message, length);
    tb_link_append(&watch->waiting, &waiting->link);
    watch->waiting_count++;
}

static void forget_first(struct procwatch *watch)
{
    struct waiting *waiting = TB_LINK_OF(watch->waiting.next, struct waiting, link);

    tb_link_remove(&waiting->link);
    watch->waiting_count--;
    free(waiting);
}

/* It has been ended by somebody, or by a mistake of its own. */
static void lose_helper(struct procwatch *watch)
{
    tb_auto_close_fd(&watch->pair);
    watch->pair = -1;
    watch->lost++;
}

/* Its descriptors are closed a moment before it can be waited for. */
static void reap_lost_helper(struct procwatch *watch)
{
    int status;

    if (watch->pair < 0 && watch->helper > 0 &&
        waitpid(watch->helper, &status, WNOHANG) == watch->helper)
        watch->helper = 0;
}

/* As recv() returns it. */
static ssize_t receive(struct procwatch *watch, int flags)
{
    size_t size;
    uint8_t *room = tb_procwire_room(&watch->stream, &size);
    ssize_t got = recv(watch->pair, room, size, flags);

    if (got > 0)
        tb_procwire_came(&watch->stream, (size_t)got);
    return got;
}

static void read_helper(struct procwatch *watch)
{
    const uint8_t *message;
    size_t length;

    for (int i = 0; i < AT_ONCE && watch->pair >= 0; i++) {
        ssize_t got = receive(watch, MSG_DONTWAIT);
        int result;

        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        while ((result = tb_procwire_next(&watch->stream, &message, &length)) == 1)
            keep_message(watch, message, length);
        if (got <= 0 || result < 0)
            lose_helper(watch);
    }
}

/* A look that was later than what has been seen of openings must wait. */
static bool may_be_told(const struct procwatch *watch, const struct tb_sock_event *event)
{
    if (event->kind != TB_SOCK_HELD && event->kind != TB_SOCK_NOBODY)
        return true;
    return event->time_ns + NEAR_NS <= watch->seen_ns;
}

static void tell_waiting(struct procwatch *watch)
{
    while (!tb_link_is_empty(&watch->waiting)) {
        const struct waiting *first = TB_LINK_OF(watch->waiting.next, struct waiting, link);
        struct tb_sock_event event;

        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it was taken off the list before */
        if (!tb_procwire_read_event(first->message, first->length, &event)) {
            watch->lost++;
        } else {
            if (!may_be_told(watch, &event))
                return;
            watch->tell(&event, watch->context);
        }
        forget_first(watch);
    }
}

static void tell_losses(struct procwatch *watch, uint64_t began_ns)
{
    struct tb_sock_event event = { .kind = TB_SOCK_LOST,
                                   .time_ns = now_ns(),
                                   .since_ns = watch->quiet_ns,
                                   .lost = watch->lost - watch->told_lost,
                                   .fd = -1 };

    if (event.lost > 0)
        watch->tell(&event, watch->context);
    watch->told_lost = watch->lost;
    watch->quiet_ns = began_ns;
}

static int procwatch_drain(void *self, tb_sock_event_fn *tell, void *context)
{
    struct procwatch *watch = self;
    uint64_t began_ns = now_ns();
    bool had_helper = watch->pair >= 0;

    watch->tell = tell;
    watch->context = context;
    read_openings(watch);
    read_helper(watch);
    reap_lost_helper(watch);
    tell_waiting(watch);
    tell_losses(watch, began_ns);
    return had_helper && watch->pair < 0 ? -EPIPE : 0;
}

/* It is told as it comes: packets that open connections meanwhile wait. */
static int procwatch_snapshot(void *self, tb_sock_event_fn *tell, void *context)
{
    struct procwatch *watch = self;
    const struct tb_procwire_request request = { .task = TB_PROCWIRE_SNAPSHOT };
    const uint8_t *message;
    size_t length;
    struct tb_sock_event event;
    int result;
    int error = 0;

    if (!ask(watch, &request))
        return -EPIPE;
    for (;;) {
        while ((result = tb_procwire_next(&watch->stream, &message, &length)) == 1) {
            if (tb_procwire_read_end(message, length, &error))
                return error;
            if (tb_procwire_read_event(message, length, &event))
                tell(&event, context);
        }
        if (result < 0)
            return result;
        result = (int)receive(watch, 0);
        if (result == 0 || (result < 0 && errno != EINTR))
            return result == 0 ? -EPIPE : -errno;
    }
}

static int procwatch_fd(const void *self)
{
    const struct procwatch *watch = self;

    return watch->events;
}

static uint64_t procwatch_lost(const void *self)
{
    const struct procwatch *watch = self;

    return watch->lost;
}

static int procwatch_helper(const void *self)
{
    const struct procwatch *watch = self;

    return watch->pair >= 0 ? watch->helper : 0;
}

/* --- Closing --------------------------------------------------------------------------------- */

/* The helper ends when the pair is closed. One that is stopped is left to its end with us. */
static void reap(const struct procwatch *watch)
{
    int status;

    for (int i = 0; i < CLOSE_TRIES; i++) {
        if (watch->helper <= 0 || waitpid(watch->helper, &status, WNOHANG) != 0)
            return;
        (void)poll(NULL, 0, CLOSE_MS);
    }
}

static void procwatch_close(void *self)
{
    struct procwatch *watch = self;

    tb_auto_close_fd(&watch->pair);
    tb_auto_close_fd(&watch->openings);
    tb_auto_close_fd(&watch->events);
    reap(watch);
    while (!tb_link_is_empty(&watch->waiting))
        forget_first(watch);
    free(watch);
}

/* --- The helper begins ----------------------------------------------------------------------- */

static void close_from(int first)
{
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
        return;
    for (int fd = first; fd < FDS_MAX; fd++) /* before Linux 5.9 */
        (void)close(fd);
}

/* Of all descriptors only its own stay, from 3 on; 0 to 2 lead nowhere. */
static void keep_descriptors(struct tb_prochelper *helper)
{
    int *const kept[HELPER_FDS] = { &helper->pair,   &helper->proc,    &helper->births,
                                    &helper->deaths, &helper->diag.fd, &helper->diag.routes };
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    int next = 3;

    for (size_t i = 0; i < HELPER_FDS; i++) {
        if (*kept[i] >= 0)
            *kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, 3 + HELPER_FDS);
    }
    for (size_t i = 0; i < HELPER_FDS; i++) {
        if (*kept[i] >= 0)
            *kept[i] = dup2(*kept[i], next++);
    }
    for (int fd = 0; fd < 3; fd++)
        (void)dup2(nowhere, fd);
    close_from(next);
}

static int start_helper(struct procwatch *watch, struct tb_prochelper *helper)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -errno;
    watch->helper = fork();
    if (watch->helper == 0) {
        helper->pair = pair[1];
        keep_descriptors(helper);
        tb_prochelper_run(helper);
    }
    (void)close(pair[1]);
    watch->pair = pair[0];
    return watch->helper < 0 ? -errno : 0;
}

/* --- Opening --------------------------------------------------------------------------------- */

static const char *why_no_births(int error)
{
    if (error == -EPERM)
        return tb_word("CAP_NET_ADMIN is missing");
    return error == -ECONNREFUSED ? tb_word("the first network namespace only has it")
                                  : tb_word_error(-error);
}

static void say_what_is_missing(int births, char reason[TB_WATCH_REASON_MAX])
{
    const char *missing = tb_prockeep_missing();
    size_t length = 0;

    if (missing != NULL)
        length = (size_t)snprintf(reason, TB_WATCH_REASON_MAX,
                                  tb_word("%s: only processes of this user are looked into"),
                                  tb_word(missing));
    if (births >= 0 || length + 2 >= TB_WATCH_REASON_MAX)
        return;
    if (length > 0)
        length += (size_t)snprintf(reason + length, TB_WATCH_REASON_MAX - length, "; ");
    (void)snprintf(reason + length, TB_WATCH_REASON_MAX - length,
                   tb_word("no process connector (%s): nobody tells of new processes and names"),
                   why_no_births(births));
}

static int poll_both(struct procwatch *watch)
{
    const int fds[2] = { watch->pair, watch->openings };

    watch->events = epoll_create1(EPOLL_CLOEXEC);
    if (watch->events < 0)
        return -errno;
    for (size_t i = 0; i < 2; i++) {
        struct epoll_event event = { .events = EPOLLIN };

        if (epoll_ctl(watch->events, EPOLL_CTL_ADD, fds[i], &event) != 0)
            return -errno;
    }
    return 0;
}

static int open_helper(struct procwatch *watch, const struct tb_watch_options *options,
                       char reason[TB_WATCH_REASON_MAX])
{
    struct tb_prochelper helper = { .netns = watch->netns, .arguments = options->arguments };
    int error = tb_procdiag_open(&helper.diag);

    if (error != 0) {
        (void)snprintf(reason, TB_WATCH_REASON_MAX, "sock_diag: %s", tb_word_error(-error));
        return error;
    }
    helper.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    error = helper.proc < 0 ? -errno : 0;
    if (error == 0) {
        helper.births = tb_prochelper_open_births();
        helper.deaths = tb_prochelper_open_deaths();
        error = start_helper(watch, &helper);
        say_what_is_missing(helper.births, reason);
        tb_auto_close_fd(&helper.births);
        tb_auto_close_fd(&helper.deaths);
    }
    tb_auto_close_fd(&helper.proc);
    tb_procdiag_close(&helper.diag);
    return error;
}

static int open_all(struct procwatch *watch, const struct tb_watch_options *options,
                    char reason[TB_WATCH_REASON_MAX])
{
    struct stat file;
    int error;

    if (stat("/proc/thread-self/ns/net", &file) != 0) {
        (void)snprintf(reason, TB_WATCH_REASON_MAX, "/proc: %s", tb_word_error(errno));
        return -errno;
    }
    watch->netns = (uint32_t)file.st_ino;
    watch->openings = tb_opening_open();
    if (watch->openings == -EPERM)
        (void)snprintf(reason, TB_WATCH_REASON_MAX, "%s", tb_word("CAP_NET_RAW is missing"));
    if (watch->openings < 0)
        return watch->openings;
    error = open_helper(watch, options, reason);
    return error != 0 ? error : poll_both(watch);
}

static int procwatch_open(const struct tb_watch_options *options, void **self,
                          char reason[TB_WATCH_REASON_MAX])
{
    struct procwatch *watch = calloc(1, sizeof *watch);
    int error;

    if (watch == NULL)
        return -ENOMEM;
    watch->pair = -1;
    watch->openings = -1;
    watch->events = -1;
    watch->key = now_ns() ^ (uintptr_t)watch;
    watch->quiet_ns = now_ns();
    tb_link_init(&watch->waiting);
    error = open_all(watch, options, reason);
    if (error != 0) {
        procwatch_close(watch);
        return error;
    }
    *self = watch;
    return 0;
}

const struct tb_watch_ops tb_procwatch_ops = { .open = procwatch_open,
                                               .snapshot = procwatch_snapshot,
                                               .fd = procwatch_fd,
                                               .drain = procwatch_drain,
                                               .sight = procwatch_sight,
                                               .lost = procwatch_lost,
                                               .helper = procwatch_helper,
                                               .close = procwatch_close };
