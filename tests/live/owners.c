/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owners.c - watches a population and compares what is known of it with what it says of itself
 *
 *   live-owners bpf|libbpf|proc TRUTH POPULATION [OPTION...]
 *
 * POPULATION is the program live-population, OPTION its. For each end of each connection the
 * attribution is asked, when everything has ended, who had it at the time that the process wrote
 * down. A wrong name fails; with BPF, whatever is not named surely does too. With PROC somebody
 * else who held the socket, as who accepted it for another did, is no wrong name. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attrib.h"
#include "fail.h"
#include "truth.h"
#include "watch.h"

#define SAME_NS UINT64_C(5000000000) /* no end lives longer */

enum {
    WAIT_MS = 5,
    MISTAKES_SHOWN = 10
};

struct line {
    char end[16];
    char comm[16];
    struct tb_tuple tuple;
    unsigned pid;
    uint64_t time_ns;
};

struct test {
    struct tb_attrib *attrib;
    struct tb_watch *watch;
    uint32_t netns;
    unsigned mistakes;
    enum tb_mechanism mechanism;
    struct line *acceptors;
    size_t acceptor_count;
};

enum result {
    RESULT_RIGHT,
    RESULT_UNSURE, /* and right */
    RESULT_HELD,   /* by another, who held it too */
    RESULT_UNKNOWN,
    RESULT_WRONG,
    RESULT_COUNT
};

static void feed(const struct tb_sock_event *event, void *context)
{
    struct test *test = context;

    if (tb_attrib_feed(test->attrib, event) != 0)
        tb_fail("tb_attrib_feed: out of memory");
}

static void drain(struct test *test)
{
    int error = tb_watch_drain(test->watch, feed, test);

    if (error != 0)
        tb_fail("tb_watch_drain: %s", strerror(-error));
}

/* --- While it lives --------------------------------------------------------------------------- */

static void begin(struct test *test, bool by_libbpf)
{
    const struct tb_watch_options options = { .by_libbpf = by_libbpf };
    char reason[TB_WATCH_REASON_MAX];
    struct stat file;
    int error;

    if (stat("/proc/self/ns/net", &file) != 0)
        tb_fail("/proc/self/ns/net: %s", strerror(errno));
    test->netns = (uint32_t)file.st_ino;
    test->attrib = tb_attrib_new(NULL);
    if (test->attrib == NULL)
        tb_fail("out of memory");
    error = tb_watch_open(test->mechanism, &options, &test->watch, reason);
    if (error != 0)
        tb_skip("%s", reason);
    if (reason[0] != '\0')
        printf("not seen: %s\n", reason);
    error = tb_watch_snapshot(test->watch, feed, test);
    if (error != 0)
        tb_fail("tb_watch_snapshot: %s", strerror(-error));
}

static void watch_over(struct test *test, char **population)
{
    pid_t child = fork();
    int status;

    if (child < 0)
        tb_fail("fork: %s", strerror(errno));
    if (child == 0) {
        execv(population[0], population);
        tb_fail("%s: %s", population[0], strerror(errno));
    }
    while (waitpid(child, &status, WNOHANG) == 0) {
        struct pollfd wait = { .fd = tb_watch_fd(test->watch), .events = POLLIN };

        poll(&wait, 1, WAIT_MS);
        drain(test);
    }
    if (status != 0)
        tb_fail("the population ended with status %d", status);
    drain(test);
}

/* --- Afterwards ------------------------------------------------------------------------------- */

static void read_address(const char *text, uint8_t address[16])
{
    uint8_t ipv4[4];

    if (inet_pton(AF_INET, text, ipv4) == 1)
        tb_tuple_map_ipv4(address, ipv4);
    else if (inet_pton(AF_INET6, text, address) != 1)
        tb_fail("%s: no address", text);
}

static bool read_line(FILE *truth, struct line *line)
{
    char text[TB_TRUTH_LINE_MAX];
    char local[INET6_ADDRSTRLEN];
    char remote[INET6_ADDRSTRLEN];
    unsigned ports[2];
    unsigned long long time_ns;

    if (fgets(text, sizeof(text), truth) == NULL)
        return false;
    /* NOLINTNEXTLINE(cert-err34-c): the numbers are our own */
    if (sscanf(text, "%15s %45s %u %45s %u %u %15s %llu", line->end, local, &ports[0], remote,
               &ports[1], &line->pid, line->comm, &time_ns) != 8)
        tb_fail("a truth that cannot be read: %s", text);
    read_address(local, line->tuple.local);
    read_address(remote, line->tuple.remote);
    line->tuple.local_port = (uint16_t)ports[0];
    line->tuple.remote_port = (uint16_t)ports[1];
    line->time_ns = time_ns;
    return true;
}

static bool is_said_of(const struct test *test, const struct tb_owner *owner,
                       const struct line *line)
{
    const struct tb_octet_string *comm = &owner->text[TB_OWNER_COMM];
    enum tb_owner_source source =
        strcmp(line->end, "client") == 0 ? TB_OWNER_SOURCE_CONNECTOR : TB_OWNER_SOURCE_USER;

    if (test->mechanism == TB_MECHANISM_PROC)
        source = TB_OWNER_SOURCE_SCAN;
    return owner->pid == line->pid && owner->source == source &&
           comm->length == strlen(line->comm) &&
           memcmp(comm->octets, line->comm, comm->length) == 0;
}

/* The same end in the seconds before. */
static bool accepted_it(const struct test *test, const struct tb_owner *owner,
                        const struct line *line)
{
    for (size_t i = 0; i < test->acceptor_count; i++) {
        const struct line *acceptor = &test->acceptors[i];

        if (acceptor->time_ns <= line->time_ns && line->time_ns - acceptor->time_ns < SAME_NS &&
            tb_tuple_equal(&acceptor->tuple, &line->tuple) && is_said_of(test, owner, acceptor))
            return true;
    }
    return false;
}

static enum result ask(struct test *test, const struct line *line)
{
    struct tb_attrib_question question = {
        .tuple = line->tuple, .time_ns = line->time_ns, .netns = test->netns, .only_there = true
    };
    struct tb_attrib_answer answer = { 0 };
    const struct tb_octet_string *comm = &answer.owner.text[TB_OWNER_COMM];
    enum result result = RESULT_RIGHT;

    if (!tb_attrib_ask(test->attrib, &question, &answer))
        result = RESULT_UNKNOWN;
    else if (test->mechanism == TB_MECHANISM_PROC && accepted_it(test, &answer.owner, line))
        result = RESULT_HELD;
    else if (!is_said_of(test, &answer.owner, line))
        result = RESULT_WRONG;
    else if (answer.owner.certainty != TB_OWNER_SURE)
        result = RESULT_UNSURE;
    if ((result == RESULT_WRONG || test->mechanism == TB_MECHANISM_BPF) && result != RESULT_RIGHT &&
        test->mistakes++ < MISTAKES_SHOWN)
        printf("port %u to %u, the %s: is %u (%s), said %u (%.*s) by %s\n", line->tuple.local_port,
               line->tuple.remote_port, line->end, line->pid, line->comm, answer.owner.pid,
               (int)comm->length, comm->length == 0 ? "" : comm->octets,
               tb_owner_source_name((enum tb_owner_source)answer.owner.source));
    return result;
}

struct sum {
    const char *end;
    unsigned results[RESULT_COUNT];
};

static void print_sum(const struct sum *sum)
{
    const unsigned *results = sum->results;

    printf("%s: %u right, %u unsure, %u another holder, %u unknown, %u wrong\n", sum->end,
           results[RESULT_RIGHT], results[RESULT_UNSURE], results[RESULT_HELD],
           results[RESULT_UNKNOWN], results[RESULT_WRONG]);
}

static unsigned named(const struct sum *sum)
{
    return sum->results[RESULT_RIGHT] + sum->results[RESULT_UNSURE];
}

static bool is_good(const struct sum *sum, enum tb_mechanism mechanism)
{
    if (mechanism == TB_MECHANISM_BPF &&
        sum->results[RESULT_UNSURE] + sum->results[RESULT_UNKNOWN] > 0)
        return false;
    return sum->results[RESULT_WRONG] == 0;
}

static void keep_acceptor(struct test *test, const struct line *line)
{
    struct line *larger =
        realloc(test->acceptors, (test->acceptor_count + 1) * sizeof(*test->acceptors));

    if (larger == NULL)
        tb_fail("out of memory");
    test->acceptors = larger;
    test->acceptors[test->acceptor_count++] = *line;
}

static bool compare(struct test *test, const char *path)
{
    FILE *truth = fopen(path, "re");
    struct sum sums[] = { { "client", { 0 } }, { "handler", { 0 } } };
    struct line line;
    bool is_client_good;

    if (truth == NULL)
        tb_fail("%s: %s", path, strerror(errno));
    while (read_line(truth, &line)) {
        if (strcmp(line.end, "acceptor") == 0)
            keep_acceptor(test, &line);
    }
    rewind(truth);
    while (read_line(truth, &line)) {
        struct sum *sum = &sums[strcmp(line.end, "client") == 0 ? 0 : 1];

        if (strcmp(line.end, "acceptor") != 0)
            sum->results[ask(test, &line)]++;
    }
    fclose(truth);
    for (size_t i = 0; i < 2; i++)
        print_sum(&sums[i]);
    printf("lost: %llu\n", (unsigned long long)tb_watch_lost(test->watch));
    if (named(&sums[0]) + named(&sums[1]) == 0)
        return false;
    is_client_good = is_good(&sums[0], test->mechanism);
    return is_good(&sums[1], test->mechanism) && is_client_good;
}

int main(int count, char **arguments)
{
    struct test test = { 0 };
    bool is_right;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (count < 4)
        tb_fail("usage: live-owners bpf|libbpf|proc TRUTH POPULATION [OPTION...]");
    tb_fail_name("owners");
    test.mechanism = strcmp(arguments[1], "proc") == 0 ? TB_MECHANISM_PROC : TB_MECHANISM_BPF;
    begin(&test, strcmp(arguments[1], "libbpf") == 0);
    watch_over(&test, &arguments[3]);
    is_right = compare(&test, arguments[2]);
    tb_watch_close(test.watch);
    tb_attrib_free(test.attrib);
    free(test.acceptors);
    if (!is_right)
        tb_fail("not everybody was named as he is");
    return 0;
}
