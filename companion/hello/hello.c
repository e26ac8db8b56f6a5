/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hello.c - an HTTP server that says HelloWorld
 *
 *   hello [PORT]
 *       Listens on 127.0.0.1, on that port (8080) or, where somebody else has it, on one that the
 *       kernel chooses. Prints the port on a line of its own once it listens.
 *   hello --fd N [--lang en|ja] [--json] [--quiet]
 *       Takes over a socket that listens, and tells of each request with the client's process.
 *       `breath serve` starts it so.
 *
 * One thread. Ends with SIGINT, SIGTERM or SIGHUP. */
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "auto.h"
#include "listener.h"
#include "operand.h"
#include "visits.h"

enum {
    PORT = 8080,
    IDLE_S = 10, /* then a client that says nothing is left */
    STATUS_USAGE = 2,
    STATUS_REFUSED = 4
};

static char greeting[] = "HelloWorld\n";

static int complain(const char *what, const char *reason, int status)
{
    (void)fprintf(stderr, "hello: %s: %s\n", what, reason);
    return status;
}

/* The client is looked for before it is answered: afterwards it may be gone. */
static void tell(const struct tb_visits *visits, struct MHD_Connection *connection,
                 const char *method, const char *target)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct tb_visit visit = {
        .kind = TB_VISIT_REQUEST, .method = method, .target = target, .length = sizeof(greeting) - 1
    };

    if (info != NULL && tb_visitor_ends(info->connect_fd, &visit.ends) == 0)
        tb_visits_tell(visits, &visit);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_octets, void **request)
{
    static int begun;
    struct MHD_Response *response;
    enum MHD_Result result;

    (void)version;
    (void)upload;
    if (*request == NULL) { /* the header only */
        *request = &begun;
        if (context != NULL)
            tell(context, connection, method, url);
        return MHD_YES;
    }
    if (*upload_octets != 0) { /* what is sent with a request is read and forgotten */
        *upload_octets = 0;
        return MHD_YES;
    }
    response =
        MHD_create_response_from_buffer(sizeof greeting - 1, greeting, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    result = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                     "text/plain; charset=utf-8");
    if (result == MHD_YES)
        result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

/* Until the descriptor of the signals has one. Returns 0 or an errno. */
static int turn(struct MHD_Daemon *daemon, int end)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd wanted[] = { { .fd = end, .events = POLLIN },
                               { .fd = info == NULL ? -1 : info->epoll_fd, .events = POLLIN } };

    while (wanted[0].revents == 0) {
        MHD_UNSIGNED_LONG_LONG limit_ms;
        const bool limited = MHD_get_timeout(daemon, &limit_ms) == MHD_YES;

        if (poll(wanted, 2, limited ? (int)limit_ms : -1) < 0 && errno != EINTR)
            return errno;
        if (MHD_run(daemon) != MHD_YES)
            return EIO;
    }
    return 0;
}

static int serve(int fd, struct tb_visits *visits)
{
    struct MHD_Daemon *daemon;
    sigset_t signals;
    tb_auto_fd int end = -1;
    int error;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    end = signalfd(-1, &signals, SFD_CLOEXEC);
    daemon =
        MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, visits, MHD_OPTION_LISTEN_SOCKET, fd,
                         MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
    if (daemon == NULL || end < 0)
        return complain("the server", "cannot be started", STATUS_REFUSED);
    error = turn(daemon, end);
    MHD_stop_daemon(daemon);
    return error == 0 ? EXIT_SUCCESS : complain("the server", strerror(error), STATUS_REFUSED);
}

/* ---- How it is called */

static int usage(const char *word)
{
    (void)complain(word, "not understood", STATUS_USAGE);
    (void)fputs("usage: hello [PORT]\n", stderr);
    return STATUS_USAGE;
}

static int serve_port(uint16_t port)
{
    struct tb_target target;
    int fd;

    tb_listener_target(&target, port, false, false);
    fd = tb_listener_open(&target);
    if (fd == -EADDRINUSE) {
        tb_listener_target(&target, 0, false, false);
        fd = tb_listener_open(&target);
    }
    if (fd < 0)
        return complain("127.0.0.1", strerror(-fd), STATUS_REFUSED);
    (void)printf("%d\n", (int)target.port);
    (void)fflush(stdout);
    return serve(fd, NULL);
}

static int serve_fd(int count, char **arguments)
{
    struct tb_visits visits = { .stream = stdout, .lang = TB_LANG_EN };
    bool quiet = false;
    uint32_t fd;

    if (count < 3 || !tb_operand_number(arguments[2], INT32_MAX, &fd))
        return usage(arguments[1]);
    for (int i = 3; i < count; i++) {
        if (strcmp(arguments[i], "--json") == 0)
            visits.json = true;
        else if (strcmp(arguments[i], "--quiet") == 0)
            quiet = true;
        else if (strcmp(arguments[i], "--lang") == 0 && i + 1 < count)
            visits.lang = strcmp(arguments[++i], "ja") == 0 ? TB_LANG_JA : TB_LANG_EN;
        else
            return usage(arguments[i]);
    }
    return serve((int)fd, quiet ? NULL : &visits);
}

int main(int count, char **arguments)
{
    uint32_t port = PORT;

    if (count > 1 && strcmp(arguments[1], "--fd") == 0)
        return serve_fd(count, arguments);
    if (count > 2)
        return usage(arguments[2]);
    if (count == 2 && !tb_operand_number(arguments[1], UINT16_MAX, &port))
        return usage(arguments[1]);
    return serve_port((uint16_t)port);
}
