/* SPDX-License-Identifier: GPL-2.0-or-later */
/* population.c - many short connections to servers of every kind, and who really had each end
 *
 *   live-population [--servers=NAME,...] [--clients=N] [--drivers=N] [--idle=N] [--pause=MS] TRUTH
 *
 * One server after the other gets N clients. A client is a program of its own that is started, asks
 * one question and ends; the drivers, all at once, start one after the other. TRUTH is a file that
 * grows by the lines of truth.h. The connections are on the loopback device of the caller's network
 * namespace: IPv4, IPv6, and IPv4 over IPv6 sockets. --idle: so many processes sleep meanwhile.
 * --pause: a client is connected for so many milliseconds before it asks.
 *
 * It prints "COMM CLIENT-EXE": how its clients are called and what they were started as. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "popserver.h"
#include "truth.h"

#define CLIENT_COMM "pop-client"

enum {
    NUMBER_MAX = 1000000,
    TRUTH_FD = 3 /* of a client */
};

struct settings {
    const char *servers; /* NULL: all */
    const char *truth;
    int clients;
    int drivers;
    int idle;
    int pause_ms;
    char exe[PATH_MAX]; /* of the clients */
};

static void must(int result, const char *what)
{
    if (result < 0)
        tb_fail("%s: %s", what, strerror(errno));
}

/* --- A client --------------------------------------------------------------------------------- */

static const char *const addresses[] = { "127.0.0.1", "::1", "127.0.0.1", "::ffff:127.0.0.1" };

static int connect_to(const char *address, uint16_t port)
{
    struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    bool is_ipv4 = inet_pton(AF_INET, address, &ipv4.sin_addr) == 1;
    int fd = socket(is_ipv4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);

    must(fd, "socket");
    if (is_ipv4) {
        must(connect(fd, (struct sockaddr *)&ipv4, sizeof(ipv4)), "connect");
    } else {
        inet_pton(AF_INET6, address, &ipv6.sin6_addr);
        must(connect(fd, (struct sockaddr *)&ipv6, sizeof(ipv6)), "connect");
    }
    return fd;
}

/* ADDRESS PORT ask|listen MS: the program when it is a client */
static int be_client(char **arguments)
{
    char answer[64];
    int fd = connect_to(arguments[0], (uint16_t)strtol(arguments[1], NULL, 10));
    uint64_t time_ns = tb_truth_now();

    poll(NULL, 0, (int)strtol(arguments[3], NULL, 10));
    if (strcmp(arguments[2], "ask") == 0)
        must((int)write(fd, "hello?\n", 7), "write");
    while (read(fd, answer, sizeof(answer)) > 0)
        ;
    tb_truth_begin(TRUTH_FD);
    tb_truth_tell("client", fd, CLIENT_COMM, time_ns);
    return 0;
}

/* --- Drivers ---------------------------------------------------------------------------------- */

static void run_client(const struct settings *settings, int number, const char *port,
                       const char *manner)
{
    const char *address = addresses[(size_t)number % (sizeof(addresses) / sizeof(addresses[0]))];
    pid_t child = fork();
    char pause_ms[16];
    int status;

    must((int)child, "fork");
    snprintf(pause_ms, sizeof(pause_ms), "%d", settings->pause_ms);
    if (child == 0) {
        execl(settings->exe, settings->exe, "--be-client", address, port, manner, pause_ms,
              (char *)NULL);
        tb_fail("%s: %s", settings->exe, strerror(errno));
    }
    must((int)waitpid(child, &status, 0), "waitpid");
    if (status != 0)
        tb_fail("a client ended with status %d", status);
}

static pid_t start_driver(const struct settings *settings, int first, uint16_t port,
                          const char *manner)
{
    pid_t driver = fork();
    char number[8];

    must((int)driver, "fork");
    if (driver != 0)
        return driver;
    snprintf(number, sizeof(number), "%u", port);
    for (int i = first; i < settings->clients; i += settings->drivers)
        run_client(settings, i, number, manner);
    _exit(0);
}

static void wait_for(pid_t process, const char *what)
{
    int status;

    must((int)waitpid(process, &status, 0), "waitpid");
    if (status != 0)
        tb_fail("%s ended with status %d", what, status);
}

static void populate(const struct settings *settings, const struct tb_popserver *server)
{
    uint16_t port;
    pid_t group = tb_popserver_start(server, &port);
    pid_t *driver = calloc((size_t)settings->drivers, sizeof(*driver));

    if (driver == NULL)
        tb_fail("out of memory");
    for (int i = 0; i < settings->drivers; i++)
        driver[i] = start_driver(settings, i, port, server->speaks_first ? "listen" : "ask");
    for (int i = 0; i < settings->drivers; i++)
        wait_for(driver[i], "a driver");
    tb_popserver_stop(group);
    free(driver);
}

/* --- The whole -------------------------------------------------------------------------------- */

/* They end with this process. */
static void start_idle(int count)
{
    for (int i = 0; i < count; i++) {
        pid_t child = fork();

        must((int)child, "fork");
        if (child != 0)
            continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, "pop-idle");
        for (;;)
            pause();
    }
}

static bool is_wanted(const struct settings *settings, const char *name)
{
    const char *at = settings->servers;
    size_t length = strlen(name);

    while (at != NULL && *at != '\0') {
        size_t word = strcspn(at, ",");

        if (word == length && memcmp(at, name, word) == 0)
            return true;
        at += word + (at[word] == ',');
    }
    return settings->servers == NULL;
}

/* The program under the clients' name, beside the truth. */
static void name_client(struct settings *settings)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    must((int)length, "/proc/self/exe");
    self[length] = '\0';
    if (snprintf(settings->exe, sizeof(settings->exe), "%s-dir/" CLIENT_COMM, settings->truth) >=
        (int)sizeof(settings->exe))
        tb_fail("%s: too long", settings->truth);
    *strrchr(settings->exe, '/') = '\0';
    if (mkdir(settings->exe, 0700) != 0 && errno != EEXIST)
        tb_fail("%s: %s", settings->exe, strerror(errno));
    settings->exe[strlen(settings->exe)] = '/';
    if (symlink(self, settings->exe) != 0 && errno != EEXIST)
        tb_fail("%s: %s", settings->exe, strerror(errno));
    printf("%s %s\n", CLIENT_COMM, settings->exe);
    fflush(stdout);
}

static int read_number(const char *text, const char *option)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (*text == '\0' || *end != '\0' || number < 0 || number > NUMBER_MAX)
        tb_fail("--%s=%s: not a number", option, text);
    return (int)number;
}

static void read_options(int count, char **arguments, struct settings *settings)
{
    static const struct option options[] = {
        { "servers", required_argument, NULL, 's' }, { "clients", required_argument, NULL, 'c' },
        { "drivers", required_argument, NULL, 'd' }, { "idle", required_argument, NULL, 'i' },
        { "pause", required_argument, NULL, 'p' },   { NULL, 0, NULL, 0 }
    };
    int option;

    while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
        if (option == 's')
            settings->servers = optarg;
        else if (option == 'c')
            settings->clients = read_number(optarg, "clients");
        else if (option == 'd')
            settings->drivers = read_number(optarg, "drivers");
        else if (option == 'i')
            settings->idle = read_number(optarg, "idle");
        else if (option == 'p')
            settings->pause_ms = read_number(optarg, "pause");
        else
            exit(2);
    }
    if (optind != count - 1 || settings->drivers == 0)
        tb_fail("usage: live-population [OPTION...] TRUTH");
    settings->truth = arguments[optind];
}

int main(int count, char **arguments)
{
    struct settings settings = { .clients = 200, .drivers = 4 };
    int truth;

    tb_fail_name("population");
    if (count == 6 && strcmp(arguments[1], "--be-client") == 0)
        return be_client(arguments + 2);
    read_options(count, arguments, &settings);
    truth = open(settings.truth, O_WRONLY | O_CREAT | O_APPEND, 0600);
    must(truth, settings.truth);
    must(dup2(truth, TRUTH_FD), "dup2");
    tb_truth_begin(TRUTH_FD);
    name_client(&settings);
    start_idle(settings.idle);
    for (const struct tb_popserver *server = tb_popservers; server->name != NULL; server++) {
        if (is_wanted(&settings, server->name))
            populate(&settings, server);
    }
    return 0;
}
