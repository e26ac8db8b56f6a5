/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_ownerless.c - why a socket has no process, and whose listener took it in */
#include "ownerless.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct tb_socket tcp(enum tb_socket_state state, const char *address, uint16_t port)
{
    struct tb_socket made = { .state = (uint8_t)state, .protocol = IPPROTO_TCP };
    struct in_addr ipv4;

    made.tuple.local_port = port;
    if (inet_pton(AF_INET, address, &ipv4) == 1) {
        made.family = AF_INET;
        tb_tuple_map_ipv4(made.tuple.local, &ipv4);
    } else {
        made.family = AF_INET6;
        assert_int_equal(inet_pton(AF_INET6, address, made.tuple.local), 1);
    }
    return made;
}

static void the_state_says_why_nobody_holds_it(void **state)
{
    static const struct {
        enum tb_socket_state state;
        enum tb_ownerless why;
    } rows[] = {
        { TB_SOCKET_SYN_RECV, TB_OWNERLESS_HANDSHAKE },
        { TB_SOCKET_ESTABLISHED, TB_OWNERLESS_UNACCEPTED },
        { TB_SOCKET_CLOSE_WAIT, TB_OWNERLESS_UNACCEPTED },
        { TB_SOCKET_FIN_WAIT1, TB_OWNERLESS_CLOSED },
        { TB_SOCKET_FIN_WAIT2, TB_OWNERLESS_CLOSED },
        { TB_SOCKET_CLOSING, TB_OWNERLESS_CLOSED },
        { TB_SOCKET_LAST_ACK, TB_OWNERLESS_CLOSED },
        { TB_SOCKET_TIME_WAIT, TB_OWNERLESS_TIME_WAIT },
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct tb_socket connection = tcp(rows[i].state, "127.0.0.1", 80);

        assert_int_equal(tb_ownerless_why(&connection), rows[i].why);
        connection.inode = 1;
        assert_int_equal(tb_ownerless_why(&connection), TB_OWNERLESS_NOT);
    }
}

static void the_listener_of_the_very_address_comes_first(void **state)
{
    const struct tb_socket list[] = {
        tcp(TB_SOCKET_LISTEN, "0.0.0.0", 80),
        tcp(TB_SOCKET_LISTEN, "127.0.0.1", 80),
        tcp(TB_SOCKET_LISTEN, "::", 80),
        tcp(TB_SOCKET_LISTEN, "127.0.0.1", 81),
        tcp(TB_SOCKET_ESTABLISHED, "127.0.0.1", 80),
    };
    const struct tb_socket near = tcp(TB_SOCKET_ESTABLISHED, "127.0.0.1", 80);
    const struct tb_socket far = tcp(TB_SOCKET_ESTABLISHED, "192.0.2.1", 80);
    const struct tb_socket six = tcp(TB_SOCKET_ESTABLISHED, "::1", 80);
    const struct tb_socket none = tcp(TB_SOCKET_ESTABLISHED, "192.0.2.1", 81);
    size_t alike;

    (void)state;
    assert_ptr_equal(tb_ownerless_listener(list, LENGTH(list), &near, &alike), &list[1]);
    assert_int_equal(alike, 1);
    assert_ptr_equal(tb_ownerless_listener(list, LENGTH(list), &far, &alike), &list[0]);
    assert_ptr_equal(tb_ownerless_listener(list, LENGTH(list), &six, &alike), &list[2]);
    assert_null(tb_ownerless_listener(list, LENGTH(list), &none, &alike));
}

static void only_a_dual_stack_listener_takes_ipv4(void **state)
{
    struct tb_socket list[] = { tcp(TB_SOCKET_LISTEN, "::", 80) };
    struct tb_socket connection = tcp(TB_SOCKET_ESTABLISHED, "192.0.2.1", 80);
    size_t alike;

    (void)state;
    connection.family = AF_INET6;
    assert_ptr_equal(tb_ownerless_listener(list, 1, &connection, &alike), &list[0]);
    list[0].ipv6_only = true;
    assert_null(tb_ownerless_listener(list, 1, &connection, &alike));
}

static void listeners_that_share_a_port_are_alike(void **state)
{
    const struct tb_socket list[] = { tcp(TB_SOCKET_LISTEN, "0.0.0.0", 80),
                                      tcp(TB_SOCKET_LISTEN, "0.0.0.0", 80),
                                      tcp(TB_SOCKET_LISTEN, "::", 80) };
    const struct tb_socket connection = tcp(TB_SOCKET_ESTABLISHED, "192.0.2.1", 80);
    size_t alike;

    (void)state;
    assert_ptr_equal(tb_ownerless_listener(list, LENGTH(list), &connection, &alike), &list[0]);
    assert_int_equal(alike, 2);
}

static void a_listener_on_another_device_takes_nothing_in(void **state)
{
    struct tb_socket list[] = { tcp(TB_SOCKET_LISTEN, "0.0.0.0", 80) };
    struct tb_socket connection = tcp(TB_SOCKET_ESTABLISHED, "192.0.2.1", 80);
    size_t alike;

    (void)state;
    list[0].interface = 2;
    assert_null(tb_ownerless_listener(list, 1, &connection, &alike));
    connection.interface = 2;
    assert_non_null(tb_ownerless_listener(list, 1, &connection, &alike));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_state_says_why_nobody_holds_it),
        cmocka_unit_test(the_listener_of_the_very_address_comes_first),
        cmocka_unit_test(only_a_dual_stack_listener_takes_ipv4),
        cmocka_unit_test(listeners_that_share_a_port_are_alike),
        cmocka_unit_test(a_listener_on_another_device_takes_nothing_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
