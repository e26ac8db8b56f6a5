/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_holders.c - sockets of this process and of its children, on loopback */
#include "holders.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define BUDGET_NS 5000000000u

struct ends {
    int listener, client, server;
    struct tb_tuple tuple; /* as the client sees it */
};

static void look_up_name(int fd, bool peer, uint8_t address[16], uint16_t *port)
{
    struct sockaddr_in name;
    socklen_t length = sizeof(name);

    assert_int_equal(peer ? getpeername(fd, (struct sockaddr *)&name, &length)
                          : getsockname(fd, (struct sockaddr *)&name, &length),
                     0);
    tb_tuple_map_ipv4(address, &name.sin_addr);
    *port = ntohs(name.sin_port);
}

/* The server's end is not accepted yet. */
static void connect_ends(struct ends *ends)
{
    struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t length = sizeof(name);

    ends->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(ends->listener, (struct sockaddr *)&name, length), 0);
    assert_int_equal(listen(ends->listener, 1), 0);
    assert_int_equal(getsockname(ends->listener, (struct sockaddr *)&name, &length), 0);
    ends->client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(ends->client, (struct sockaddr *)&name, length), 0);
    ends->server = -1;
    look_up_name(ends->client, false, ends->tuple.local, &ends->tuple.local_port);
    look_up_name(ends->client, true, ends->tuple.remote, &ends->tuple.remote_port);
}

static void close_ends(const struct ends *ends)
{
    close(ends->listener);
    close(ends->client);
    if (ends->server >= 0)
        close(ends->server);
}

static void a_holder_is_named_with_its_descriptor(void **state)
{
    struct ends ends;
    struct tb_holders found;

    (void)state;
    assert_int_equal(prctl(PR_SET_NAME, "a) R 1 (b"), 0);
    connect_ends(&ends);
    assert_int_equal(tb_holders_find(&ends.tuple, BUDGET_NS, &found), 0);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.holder[0].pid, getpid());
    assert_int_equal(found.holder[0].parent_pid, getppid());
    assert_int_equal(found.holder[0].fd, ends.client);
    assert_int_equal(found.holder[0].uid, geteuid());
    assert_true(found.holder[0].start_ns > 0);
    assert_string_equal(found.holder[0].comm, "a) R 1 (b");
    close_ends(&ends);
}

static void what_is_not_accepted_yet_is_held_by_nobody(void **state)
{
    struct ends ends;
    struct tb_holders found;
    struct tb_tuple turned;

    (void)state;
    connect_ends(&ends);
    turned = tb_tuple_turned(&ends.tuple);
    assert_int_equal(tb_holders_find(&turned, BUDGET_NS, &found), 0);
    assert_int_equal(found.count, 0);
    ends.server = accept(ends.listener, NULL, NULL);
    assert_true(ends.server >= 0);
    assert_int_equal(tb_holders_find(&turned, BUDGET_NS, &found), 0);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.holder[0].fd, ends.server);
    close_ends(&ends);
}

static void each_of_several_holders_is_told(void **state)
{
    struct ends ends;
    struct tb_holders found;
    int until[2];
    pid_t child;
    bool parent_told = false, child_told = false;

    (void)state;
    connect_ends(&ends);
    assert_int_equal(pipe(until), 0);
    child = fork();
    if (child == 0) {
        char octet;

        close(until[1]);
        _exit(read(until[0], &octet, 1) == 0 ? 0 : 1);
    }
    assert_true(child > 0);
    assert_int_equal(tb_holders_find(&ends.tuple, BUDGET_NS, &found), 0);
    close(until[1]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(found.count, 2);
    for (size_t i = 0; i < found.count; i++) {
        parent_told |= found.holder[i].pid == (uint32_t)getpid();
        child_told |= found.holder[i].pid == (uint32_t)child;
    }
    assert_true(parent_told && child_told);
    close(until[0]);
    close_ends(&ends);
}

static void a_listener_never_stands_in_for_a_connection(void **state)
{
    struct ends ends;
    struct tb_holders found;
    struct tb_tuple other;

    (void)state;
    connect_ends(&ends);
    other = tb_tuple_turned(&ends.tuple);
    other.remote_port = 1;
    assert_int_equal(tb_holders_find(&other, BUDGET_NS, &found), -ENOENT);
    close_ends(&ends);
}

static void without_time_nobody_is_named(void **state)
{
    struct ends ends;
    struct tb_holders found = { .count = 7 };

    (void)state;
    connect_ends(&ends);
    assert_int_equal(tb_holders_find(&ends.tuple, 0, &found), -ETIME);
    assert_int_equal(found.count, 7);
    close_ends(&ends);
}

static void both_ends_are_found_with_one_look(void **state)
{
    struct ends ends;
    struct tb_holders_question question[3] = { 0 };

    (void)state;
    connect_ends(&ends);
    ends.server = accept(ends.listener, NULL, NULL);
    assert_true(ends.server >= 0);
    question[0].tuple = ends.tuple;
    question[1].tuple = tb_tuple_turned(&ends.tuple);
    question[2].tuple = ends.tuple;
    question[2].tuple.local_port = 1;
    tb_holders_find_all(question, 3, BUDGET_NS);
    assert_int_equal(question[0].error, 0);
    assert_int_equal(question[1].error, 0);
    assert_int_equal(question[2].error, -ENOENT);
    assert_int_equal(question[0].holders.count, 1);
    assert_int_equal(question[0].holders.holder[0].fd, ends.client);
    assert_int_equal(question[1].holders.count, 1);
    assert_int_equal(question[1].holders.holder[0].fd, ends.server);
    close_ends(&ends);
}

static void a_socket_that_is_bound_to_an_interface_is_found_there(void **state)
{
    struct tb_holders_question question = { .interface = if_nametoindex("lo") };
    struct ends ends;

    (void)state;
    connect_ends(&ends);
    if (setsockopt(ends.client, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof("lo")) != 0)
        skip(); /* before Linux 5.7 an ordinary user may not */
    question.tuple = ends.tuple;
    tb_holders_find_all(&question, 1, BUDGET_NS);
    assert_int_equal(question.error, 0);
    assert_int_equal(question.holders.count, 1);
    close_ends(&ends);
}

static void an_address_is_here_or_elsewhere(void **state)
{
    static const uint8_t ipv4[] = { 127, 0, 0, 1 };
    static const uint8_t documentation[] = { 192, 0, 2, 1 };              /* RFC 5737 */
    static const uint8_t ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }; /* RFC 3849 */
    uint8_t address[16];

    (void)state;
    tb_tuple_map_ipv4(address, ipv4);
    assert_true(tb_holders_is_here(address, 0));
    tb_tuple_map_ipv4(address, documentation);
    assert_false(tb_holders_is_here(address, 0));
    assert_false(tb_holders_is_here(ipv6, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_holder_is_named_with_its_descriptor),
        cmocka_unit_test(what_is_not_accepted_yet_is_held_by_nobody),
        cmocka_unit_test(each_of_several_holders_is_told),
        cmocka_unit_test(a_listener_never_stands_in_for_a_connection),
        cmocka_unit_test(without_time_nobody_is_named),
        cmocka_unit_test(both_ends_are_found_with_one_look),
        cmocka_unit_test(a_socket_that_is_bound_to_an_interface_is_found_there),
        cmocka_unit_test(an_address_is_here_or_elsewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
