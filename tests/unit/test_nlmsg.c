/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_nlmsg.c - the reading of the answer to a dump */
#include "nlmsg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cmocka.h>

#include "edge.h"

enum {
    OURS = 7,
    DATAGRAM_MAX = 256
};

struct datagram {
    uint8_t octets[DATAGRAM_MAX];
    size_t length;
};

static void put(struct datagram *datagram, uint16_t type, uint16_t flags, uint32_t sequence,
                int32_t value)
{
    const struct nlmsghdr header = { .nlmsg_len = NLMSG_HDRLEN + sizeof(value),
                                     .nlmsg_type = type,
                                     .nlmsg_flags = flags,
                                     .nlmsg_seq = sequence };

    memcpy(datagram->octets + datagram->length, &header, sizeof(header));
    memcpy(datagram->octets + datagram->length + NLMSG_HDRLEN, &value, sizeof(value));
    datagram->length += NLMSG_HDRLEN + sizeof(value);
}

struct told {
    int values;
    int count;
    int answer;
};

static int tell(const struct tb_nl_message *message, void *context)
{
    struct told *told = context;
    int32_t value;

    memcpy(&value, message->payload.at, sizeof(value));
    told->values += value;
    told->count++;
    return told->answer;
}

static int read_all(const struct datagram *datagram, struct told *told, bool *interrupted)
{
    struct tb_nl_dump dump = { tell, told, OURS, false };
    const int result =
        tb_nl_read_dump(&dump, tb_edge_put(datagram->octets, datagram->length), datagram->length);

    *interrupted = dump.interrupted;
    return result;
}

static void a_dump_ends_with_done_only(void **state)
{
    struct datagram datagram = { .length = 0 };
    struct told told = { 0 };
    bool interrupted;

    (void)state;
    put(&datagram, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, OURS, 20);
    assert_int_equal(read_all(&datagram, &told, &interrupted), TB_NL_MORE);
    put(&datagram, NLMSG_DONE, NLM_F_MULTI, OURS, 0);
    assert_int_equal(read_all(&datagram, &told, &interrupted), TB_NL_DONE);
    assert_int_equal(told.values, 40);
    assert_false(interrupted);
}

static void an_interruption_is_told(void **state)
{
    struct datagram datagram = { .length = 0 };
    struct told told = { 0 };
    bool interrupted;

    (void)state;
    put(&datagram, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, OURS, 1);
    put(&datagram, NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, OURS, 0);
    assert_int_equal(read_all(&datagram, &told, &interrupted), TB_NL_DONE);
    assert_true(interrupted);
}

static void another_conversation_is_passed_over(void **state)
{
    struct datagram datagram = { .length = 0 };
    struct told told = { 0 };
    bool interrupted;

    (void)state;
    put(&datagram, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP_INTR, OURS + 1, 1);
    put(&datagram, NLMSG_DONE, 0, OURS + 1, 0);
    put(&datagram, NLMSG_NOOP, 0, OURS, 1);
    assert_int_equal(read_all(&datagram, &told, &interrupted), TB_NL_MORE);
    assert_int_equal(told.count, 0);
    assert_false(interrupted);
}

static void a_refusal_is_the_kernels(void **state)
{
    static const uint16_t types[] = { NLMSG_ERROR, NLMSG_DONE };
    struct told told = { 0 };
    bool interrupted;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct datagram datagram = { .length = 0 };

        put(&datagram, types[i], 0, OURS, -EPERM);
        assert_int_equal(read_all(&datagram, &told, &interrupted), -EPERM);
    }
}

static void the_teller_may_break_off(void **state)
{
    struct datagram datagram = { .length = 0 };
    struct told told = { .answer = -ENOMEM };
    bool interrupted;

    (void)state;
    put(&datagram, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, OURS, 1);
    put(&datagram, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, OURS, 1);
    assert_int_equal(read_all(&datagram, &told, &interrupted), -ENOMEM);
    assert_int_equal(told.count, 1);
}

static void what_is_no_netlink_is_no_end(void **state)
{
    struct datagram datagram = { .length = 0 };
    struct told told = { 0 };
    bool interrupted;

    (void)state;
    assert_int_equal(read_all(&datagram, &told, &interrupted), -EBADMSG);
    put(&datagram, NLMSG_DONE, 0, OURS, 0);
    for (datagram.length = 1; datagram.length < NLMSG_HDRLEN + 4; datagram.length++)
        assert_int_equal(read_all(&datagram, &told, &interrupted), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dump_ends_with_done_only),
        cmocka_unit_test(an_interruption_is_told),
        cmocka_unit_test(another_conversation_is_passed_over),
        cmocka_unit_test(a_refusal_is_the_kernels),
        cmocka_unit_test(the_teller_may_break_off),
        cmocka_unit_test(what_is_no_netlink_is_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
