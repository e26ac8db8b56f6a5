/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hello.c - an HTTP server that says HelloWorld, to this machine only
 *
 *   hello [PORT]
 *
 * Listens on 127.0.0.1, on that port (8080) or, where somebody else has it, on one that the kernel
 * chooses. Prints the port on a line of its own once it listens, and ends with SIGINT or SIGTERM.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PORT = 8080,
    WAITING = 64, /* connections that are not accepted yet */
    IDLE_S = 10   /* then a client that says nothing is left */
};

static char greeting[] = "HelloWorld\n";

static void complain(const char *what, const char *reason)
{
    fprintf(stderr, "hello: %s: %s\n", what, reason);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_octets, void **request)
{
    static int begun;
    struct MHD_Response *response;
    enum MHD_Result result;

    (void)context;
    (void)url;
    (void)method;
    (void)version;
    (void)upload;
    if (*request == NULL) { /* the header only */
        *request = &begun;
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

/* Returns a socket that listens, or -1 with errno. */
static int listen_on(uint16_t port)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons(port),
                                         .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error;

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
        listen(fd, WAITING) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_in address = { 0 };
    socklen_t size = sizeof address;

    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return -1;
    return ntohs(address.sin_port);
}

static bool parse_port(const char *text, uint16_t *port)
{
    char *end;
    unsigned long number;

    if (*text < '0' || *text > '9')
        return false;
    number = strtoul(text, &end, 10);
    if (*end != '\0' || number > UINT16_MAX)
        return false;
    *port = (uint16_t)number;
    return true;
}

/* Answers in a thread of its own until one of the signals comes, which are blocked. */
static int serve(int fd, const sigset_t *end)
{
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, answer, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
    int signal_number;

    if (daemon == NULL) {
        complain("the server", "libmicrohttpd does not start it");
        close(fd);
        return EXIT_FAILURE;
    }
    printf("%d\n", port_of(fd));
    (void)fflush(stdout);
    sigwait(end, &signal_number);
    MHD_stop_daemon(daemon);
    return EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
    uint16_t port = PORT;
    sigset_t end;
    int fd;

    if (count > 2 || (count == 2 && !parse_port(arguments[1], &port))) {
        if (count == 2)
            complain(arguments[1], "not a port: a number from 0 to 65535");
        (void)fputs("usage: hello [PORT]\n", stderr);
        return 2;
    }
    sigemptyset(&end);
    sigaddset(&end, SIGINT);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, NULL); /* before there are threads: they inherit it */
    fd = listen_on(port);
    if (fd < 0 && errno == EADDRINUSE)
        fd = listen_on(0);
    if (fd < 0) {
        complain("127.0.0.1", strerror(errno));
        return 4;
    }
    return serve(fd, &end);
}
