/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_diagmsg.c - requests, and answers that Linux 6.18 once gave
 *
 * The recorded answers are about a dual-stack listener on port 8080, a client on 127.0.0.1:40000
 * that sent 18 octets, of which the server had read 0 and then 5, and one on [::1]:40006. */
#include "diagmsg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "edge.h"
#include "recorded.h"

enum {
    CLIENT_PORT = 40000,
    SERVER_PORT = 8080,
    TCP_ESTABLISHED = 1
};

static const uint8_t loopback[] = { 127, 0, 0, 1 };

static struct tb_tuple loopback_tuple(uint16_t local_port, uint16_t remote_port)
{
    struct tb_tuple tuple = { .local_port = local_port, .remote_port = remote_port };

    tb_tuple_map_ipv4(tuple.local, loopback);
    tb_tuple_map_ipv4(tuple.remote, loopback);
    return tuple;
}

/* The first message of a recorded datagram. */
static struct tb_nl_message recorded(const char *name)
{
    static uint8_t octets[TB_RECORDED_MAX];
    struct tb_nl_rest rest = { octets, tb_recorded(name, octets) };
    struct tb_nl_message message;

    assert_true(tb_nl_next(&rest, &message));
    return message;
}

static struct tb_diag_socket recorded_socket(const char *name)
{
    const struct tb_nl_message message = recorded(name);
    struct tb_diag_socket socket;

    assert_true(tb_diag_read(&message, &socket));
    return socket;
}

static void a_socket_tells_its_ends_inode_and_cookie(void **state)
{
    const struct tb_tuple expected = loopback_tuple(CLIENT_PORT, SERVER_PORT);
    const struct tb_diag_socket socket = recorded_socket("diagmsg/established-client");

    (void)state;
    assert_true(tb_tuple_equal(&socket.tuple, &expected));
    assert_int_equal(socket.family, AF_INET);
    assert_int_equal(socket.state, TCP_ESTABLISHED);
    assert_int_equal(socket.inode, 580399);
    assert_int_not_equal(socket.cookie, 0);
    assert_int_equal(socket.uid, 0);
    assert_true(socket.has_octets);
    assert_int_equal(socket.octets_sent, 18);
    assert_true(tb_diag_is_used(&socket));
}

static void an_ipv6_socket_of_an_ipv4_connection_has_the_packets_tuple(void **state)
{
    const struct tb_tuple expected = loopback_tuple(SERVER_PORT, CLIENT_PORT);
    const struct tb_diag_socket socket = recorded_socket("diagmsg/established-mapped");

    (void)state;
    assert_int_equal(socket.family, AF_INET6);
    assert_true(tb_tuple_equal(&socket.tuple, &expected));
    assert_int_equal(socket.inode, 580400);
    assert_int_equal(socket.octets_received, 18);
    assert_int_equal(socket.receive_queue, 13);
    assert_true(tb_diag_is_used(&socket));
}

static void an_ipv6_connection_keeps_its_addresses(void **state)
{
    static const uint8_t one[16] = { [15] = 1 };
    const struct tb_diag_socket socket = recorded_socket("diagmsg/established-v6");

    (void)state;
    assert_memory_equal(socket.tuple.local, one, 16);
    assert_memory_equal(socket.tuple.remote, one, 16);
    assert_int_equal(socket.tuple.local_port, 40006);
    assert_int_equal(socket.tuple.remote_port, SERVER_PORT);
    assert_false(tb_diag_is_used(&socket));
}

static void a_connection_not_accepted_yet_has_no_inode(void **state)
{
    const struct tb_diag_socket socket = recorded_socket("diagmsg/not-accepted");

    (void)state;
    assert_int_equal(socket.state, TCP_ESTABLISHED);
    assert_int_equal(socket.inode, 0);
}

static void octets_that_nobody_has_read_are_no_use(void **state)
{
    struct tb_diag_socket socket = recorded_socket("diagmsg/not-read");

    (void)state;
    assert_int_equal(socket.octets_received, 18);
    assert_int_equal(socket.receive_queue, 18);
    assert_false(tb_diag_is_used(&socket));
    socket.receive_queue = 19; /* and a FIN */
    assert_false(tb_diag_is_used(&socket));
    socket.octets_to_send = 1;
    assert_true(tb_diag_is_used(&socket));
    socket.has_octets = false;
    assert_false(tb_diag_is_used(&socket));
}

static void a_listener_in_place_of_the_connection_has_another_tuple(void **state)
{
    const struct tb_tuple asked = loopback_tuple(SERVER_PORT, 40001);
    const struct tb_diag_socket socket = recorded_socket("diagmsg/listener-instead");

    (void)state;
    assert_int_equal(socket.state, TB_DIAG_LISTEN);
    assert_int_equal(socket.tuple.local_port, SERVER_PORT);
    assert_int_equal(socket.tuple.remote_port, 0);
    assert_false(tb_tuple_equal(&socket.tuple, &asked));
    assert_false(socket.ipv6_only);
    assert_false(tb_diag_is_used(&socket));
}

static void the_end_of_a_socket_tells_its_tuple_and_cookie(void **state)
{
    const struct tb_tuple expected = loopback_tuple(CLIENT_PORT, SERVER_PORT);
    const struct tb_diag_socket alive = recorded_socket("diagmsg/established-client");
    const struct tb_diag_socket waiting = recorded_socket("diagmsg/time-wait");

    (void)state;
    assert_int_equal(waiting.state, TB_DIAG_TIME_WAIT);
    assert_int_equal(waiting.inode, 0);
    assert_true(tb_tuple_equal(&waiting.tuple, &expected));
    assert_false(tb_diag_is_used(&waiting));

    assert_true(recorded_socket("diagmsg/destroyed").state == TB_DIAG_CLOSE);
    assert_int_not_equal(recorded_socket("diagmsg/destroyed").cookie, 0);
    assert_int_not_equal(alive.cookie, 0);
}

static void a_socket_that_is_not_there_is_an_error(void **state)
{
    const struct tb_nl_message message = recorded("diagmsg/none");
    struct tb_diag_socket socket;

    (void)state;
    assert_int_equal(message.type, NLMSG_ERROR);
    assert_int_equal(tb_nl_error(&message), -ENOENT);
    assert_false(tb_diag_read(&message, &socket));
}

static void an_error_that_is_none_is_malformed(void **state)
{
    int32_t error = 2;
    struct tb_nl_message message = { .payload = { (const uint8_t *)&error, sizeof error } };

    (void)state;
    assert_int_equal(tb_nl_error(&message), -EBADMSG);
    error = INT32_MIN;
    assert_int_equal(tb_nl_error(&message), -EBADMSG);
    error = 0;
    assert_int_equal(tb_nl_error(&message), 0);
    message.payload.length = 3;
    assert_int_equal(tb_nl_error(&message), -EBADMSG);
}

/* A datagram whose length says less than its messages do is read up to where it ends. */
static void an_answer_that_stops_early_is_read_to_its_end_only(void **state)
{
    static const char *const names[] = { "diagmsg/established-client", "diagmsg/dump-listeners",
                                         "diagmsg/destroyed", "diagmsg/none" };
    uint8_t octets[TB_RECORDED_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t size = tb_recorded(names[i], octets);

        assert_int_not_equal(size, 0);
        for (size_t length = 0; length <= size; length++) {
            struct tb_nl_rest rest = { tb_edge_put(octets, length), length };
            struct tb_nl_message message;
            struct tb_diag_socket socket;

            while (tb_nl_next(&rest, &message)) {
                (void)tb_diag_read(&message, &socket);
                (void)tb_nl_error(&message);
            }
        }
    }
}

/* The same with the payload alone, whose header then lies about nothing. */
static void a_body_that_stops_early_is_none(void **state)
{
    const struct tb_nl_message whole = recorded("diagmsg/established-client");

    (void)state;
    for (size_t length = 0; length <= whole.payload.length; length++) {
        struct tb_nl_message message = whole;
        struct tb_diag_socket socket = { .state = 99 };

        message.payload.at = tb_edge_put(whole.payload.at, length);
        message.payload.length = length;
        assert_int_equal(tb_diag_read(&message, &socket), length >= sizeof(struct inet_diag_msg));
        assert_int_equal(socket.state == 99, length < sizeof(struct inet_diag_msg));
    }
}

static void an_unknown_family_is_none(void **state)
{
    struct tb_nl_message message = recorded("diagmsg/established-client");
    uint8_t octets[TB_RECORDED_MAX];
    struct tb_diag_socket socket;

    (void)state;
    memcpy(octets, message.payload.at, message.payload.length);
    octets[0] = AF_UNIX;
    message.payload.at = octets;
    assert_false(tb_diag_read(&message, &socket));
    octets[0] = AF_INET;
    assert_true(tb_diag_read(&message, &socket));
    message.type = NLMSG_DONE;
    assert_false(tb_diag_read(&message, &socket));
}

static void ipv4_is_asked_as_ipv4_whatever_the_socket(void **state)
{
    const struct tb_tuple tuple = loopback_tuple(CLIENT_PORT, SERVER_PORT);
    uint8_t request[TB_DIAG_REQUEST_MAX];
    struct inet_diag_req_v2 body;
    struct nlmsghdr header;
    const size_t length = tb_diag_ask_one(request, &tuple, 3, 77);

    (void)state;
    assert_int_equal(length, sizeof header + sizeof body);
    memcpy(&header, request, sizeof header);
    memcpy(&body, request + sizeof header, sizeof body);
    assert_int_equal(header.nlmsg_len, length);
    assert_int_equal(header.nlmsg_type, SOCK_DIAG_BY_FAMILY);
    assert_int_equal(header.nlmsg_flags, NLM_F_REQUEST);
    assert_int_equal(header.nlmsg_seq, 77);
    assert_int_equal(body.sdiag_family, AF_INET);
    assert_memory_equal(body.id.idiag_src, loopback, 4);
    assert_int_equal(body.id.idiag_src[1], 0);
    assert_int_equal(body.id.idiag_if, 3);
    assert_int_equal(((const uint8_t *)&body.id.idiag_sport)[0], CLIENT_PORT >> 8);
    assert_int_equal(((const uint8_t *)&body.id.idiag_dport)[1], SERVER_PORT & 0xff);
}

static void ipv6_is_asked_as_ipv6(void **state)
{
    struct tb_tuple tuple = loopback_tuple(1, 2);
    uint8_t request[TB_DIAG_REQUEST_MAX];
    struct inet_diag_req_v2 body;

    (void)state;
    tuple.remote[0] = 0xfe; /* one end is not IPv4 */
    tb_diag_ask_one(request, &tuple, 0, 1);
    memcpy(&body, request + sizeof(struct nlmsghdr), sizeof body);
    assert_int_equal(body.sdiag_family, AF_INET6);
    assert_memory_equal(body.id.idiag_src, tuple.local, 16);
    assert_memory_equal(body.id.idiag_dst, tuple.remote, 16);
}

static void both_families_are_asked_for_in_one_pass(void **state)
{
    const struct tb_diag_filter filter = { .states = 1u << TB_DIAG_LISTEN, .either_port = 80 };
    uint8_t request[TB_DIAG_REQUEST_MAX];
    struct nlmsghdr header;
    struct inet_diag_req body;
    const size_t length = tb_diag_ask_all(request, &filter, 7);

    (void)state;
    memcpy(&header, request, sizeof header);
    memcpy(&body, request + sizeof header, sizeof body);
    assert_int_equal(header.nlmsg_len, length);
    assert_int_equal(header.nlmsg_type, TCPDIAG_GETSOCK);
    assert_int_equal(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
    assert_int_equal(header.nlmsg_seq, 7);
    assert_int_equal(body.idiag_states, 1u << TB_DIAG_LISTEN);
    assert_int_equal(body.id.idiag_sport, 0);
    assert_true(length > sizeof header + sizeof body + sizeof(struct nlattr));
}

static void an_answer_about_both_families_is_read_like_any(void **state)
{
    struct tb_nl_message message = recorded("diagmsg/established-client");
    struct tb_diag_socket socket;

    (void)state;
    message.type = TCPDIAG_GETSOCK;
    assert_true(tb_diag_read(&message, &socket));
    assert_int_equal(socket.inode, 580399);
}

/* As inet_diag_bc_run() of the kernel (net/ipv4/inet_diag.c) does. */
static bool run(const uint8_t *program, size_t size, uint16_t local_port, uint16_t remote_port)
{
    long left = (long)size;
    const uint8_t *at = program;

    while (left > 0) {
        struct inet_diag_bc_op op[2];
        bool yes = true;

        assert_true(left >= (long)sizeof op);
        memcpy(op, at, sizeof op);
        if (op[0].code == INET_DIAG_BC_S_GE)
            yes = local_port >= op[1].no;
        else if (op[0].code == INET_DIAG_BC_S_LE)
            yes = local_port <= op[1].no;
        else if (op[0].code == INET_DIAG_BC_D_GE)
            yes = remote_port >= op[1].no;
        else if (op[0].code == INET_DIAG_BC_D_LE)
            yes = remote_port <= op[1].no;
        else if (op[0].code == INET_DIAG_BC_JMP)
            yes = false;
        else
            fail();
        /* inet_diag_bc_audit(): a jump goes forward, at most four octets behind the end */
        assert_true(op[0].yes >= 4 && op[0].yes <= left + 4 && op[0].yes % 4 == 0);
        assert_true(op[0].no >= 4 && op[0].no <= left + 4 && op[0].no % 4 == 0);
        at += yes ? op[0].yes : op[0].no;
        left -= yes ? op[0].yes : op[0].no;
    }
    return left == 0;
}

static void the_kernel_is_told_which_ports(void **state)
{
    static const uint16_t ports[] = { 0, 1, 2, 3, 65534, 65535 };
    const size_t count = sizeof ports / sizeof ports[0];
    const size_t fixed = sizeof(struct nlmsghdr) + sizeof(struct inet_diag_req_v2);
    uint8_t request[TB_DIAG_REQUEST_MAX];

    (void)state;
    for (size_t i = 0; i < count * count * count * count; i++) {
        struct tb_diag_filter filter = { .states = 1u << TB_DIAG_LISTEN, .family = AF_INET6 };
        const uint16_t local = ports[i % count];
        const uint16_t remote = ports[i / count % count];
        size_t length, head = fixed;

        filter.local_port = ports[i / count / count % count];
        filter.remote_port = ports[i / count / count / count];
        length = tb_diag_ask_all(request, &filter, 5);
        if (length > fixed)
            head += sizeof(struct nlattr);
        assert_int_equal(run(request + head, length - head, local, remote),
                         (filter.local_port == 0 || filter.local_port == local) &&
                             (filter.remote_port == 0 || filter.remote_port == remote));
    }
}

static void the_kernel_is_told_a_port_of_either_end(void **state)
{
    static const uint16_t ports[] = { 0, 1, 2, 3, 65534, 65535 };
    const size_t count = sizeof ports / sizeof ports[0];
    const size_t head =
        sizeof(struct nlmsghdr) + sizeof(struct inet_diag_req_v2) + sizeof(struct nlattr);
    uint8_t request[TB_DIAG_REQUEST_MAX];

    (void)state;
    for (size_t i = 0; i < count * count * (count - 1); i++) {
        const uint16_t local = ports[i % count];
        const uint16_t remote = ports[i / count % count];
        const uint16_t port = ports[1 + i / count / count];
        const struct tb_diag_filter filter = { .family = AF_INET, .either_port = port };
        const size_t length = tb_diag_ask_all(request, &filter, 5);

        assert_int_equal(run(request + head, length - head, local, remote),
                         port == local || port == remote);
    }
}

static void a_list_of_everything_has_no_program(void **state)
{
    const struct tb_diag_filter filter = {
        .states = TB_DIAG_ALL_STATES, .family = AF_INET, .protocol = IPPROTO_UDP, .octets = true
    };
    uint8_t request[TB_DIAG_REQUEST_MAX];
    struct inet_diag_req_v2 body;
    struct nlmsghdr header;

    (void)state;
    assert_int_equal(tb_diag_ask_all(request, &filter, 1), sizeof header + sizeof body);
    memcpy(&header, request, sizeof header);
    memcpy(&body, request + sizeof header, sizeof body);
    assert_int_equal(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
    assert_int_equal(body.sdiag_protocol, IPPROTO_UDP);
    assert_int_equal(body.idiag_states, UINT32_MAX);
    assert_int_equal(body.idiag_ext, 1 << (INET_DIAG_INFO - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_tells_its_ends_inode_and_cookie),
        cmocka_unit_test(an_ipv6_socket_of_an_ipv4_connection_has_the_packets_tuple),
        cmocka_unit_test(an_ipv6_connection_keeps_its_addresses),
        cmocka_unit_test(a_connection_not_accepted_yet_has_no_inode),
        cmocka_unit_test(octets_that_nobody_has_read_are_no_use),
        cmocka_unit_test(a_listener_in_place_of_the_connection_has_another_tuple),
        cmocka_unit_test(the_end_of_a_socket_tells_its_tuple_and_cookie),
        cmocka_unit_test(a_socket_that_is_not_there_is_an_error),
        cmocka_unit_test(an_error_that_is_none_is_malformed),
        cmocka_unit_test(an_answer_that_stops_early_is_read_to_its_end_only),
        cmocka_unit_test(a_body_that_stops_early_is_none),
        cmocka_unit_test(an_unknown_family_is_none),
        cmocka_unit_test(ipv4_is_asked_as_ipv4_whatever_the_socket),
        cmocka_unit_test(ipv6_is_asked_as_ipv6),
        cmocka_unit_test(both_families_are_asked_for_in_one_pass),
        cmocka_unit_test(an_answer_about_both_families_is_read_like_any),
        cmocka_unit_test(the_kernel_is_told_which_ports),
        cmocka_unit_test(the_kernel_is_told_a_port_of_either_end),
        cmocka_unit_test(a_list_of_everything_has_no_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
