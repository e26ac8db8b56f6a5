/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_procmsg.c - what Linux 6.18 once told of a process that began, renamed itself to
 * "renamed\n1)", became another program and ended */
#include "procmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>

#include <cmocka.h>

#include "edge.h"
#include "recorded.h"

enum {
    PARENT = 18122,
    CHILD = 18163
};

static struct tb_nl_message recorded(const char *name)
{
    static uint8_t octets[TB_RECORDED_MAX];
    struct tb_nl_rest rest = { octets, tb_recorded(name, octets) };
    struct tb_nl_message message;

    assert_true(tb_nl_next(&rest, &message));
    return message;
}

static struct tb_procmsg recorded_event(const char *name)
{
    const struct tb_nl_message message = recorded(name);
    struct tb_procmsg event;

    assert_true(tb_procmsg_read(&message, &event));
    return event;
}

static void a_fork_tells_who_and_of_whom(void **state)
{
    const struct tb_procmsg event = recorded_event("procmsg/fork");

    (void)state;
    assert_int_equal(event.kind, TB_PROCMSG_FORK);
    assert_int_equal(event.pid, CHILD);
    assert_int_equal(event.parent_pid, PARENT);
    assert_true(event.time_ns != 0);
}

static void a_new_thread_is_no_new_process(void **state)
{
    const struct tb_nl_message message = recorded("procmsg/thread");
    struct tb_procmsg event;

    (void)state;
    assert_false(tb_procmsg_read(&message, &event));
}

static void a_rename_tells_the_name(void **state)
{
    const struct tb_procmsg event = recorded_event("procmsg/comm");

    (void)state;
    assert_int_equal(event.kind, TB_PROCMSG_RENAME);
    assert_int_equal(event.pid, CHILD);
    assert_string_equal(event.comm, "renamed\n1)");
}

static void exec_and_exit_tell_who(void **state)
{
    (void)state;
    assert_int_equal(recorded_event("procmsg/exec").kind, TB_PROCMSG_EXEC);
    assert_int_equal(recorded_event("procmsg/exec").pid, CHILD);
    assert_int_equal(recorded_event("procmsg/exit").kind, TB_PROCMSG_EXIT);
    assert_int_equal(recorded_event("procmsg/exit").pid, CHILD);
}

static void an_event_that_stops_early_is_none(void **state)
{
    static const char *const names[] = { "procmsg/fork", "procmsg/comm", "procmsg/exec",
                                         "procmsg/exit" };
    struct tb_procmsg event;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct tb_nl_message whole = recorded(names[i]);

        for (size_t length = 0; length < whole.payload.length; length++) {
            struct tb_nl_message message = whole;

            message.payload.at = tb_edge_put(whole.payload.at, length);
            message.payload.length = length;
            assert_false(tb_procmsg_read(&message, &event));
        }
    }
}

static void other_connectors_and_events_are_passed_over(void **state)
{
    struct tb_nl_message message = recorded("procmsg/fork");
    uint8_t octets[TB_RECORDED_MAX];
    const size_t what = sizeof(struct cn_msg);
    struct tb_procmsg event;

    (void)state;
    memcpy(octets, message.payload.at, message.payload.length);
    message.payload.at = octets;
    assert_true(tb_procmsg_read(&message, &event));
    octets[what] = 0x40; /* PROC_EVENT_GID */
    assert_false(tb_procmsg_read(&message, &event));
    octets[what] = 1;
    octets[0] = 2; /* another connector */
    assert_false(tb_procmsg_read(&message, &event));
    octets[0] = 1;
    message.type = NLMSG_ERROR;
    assert_false(tb_procmsg_read(&message, &event));
}

static void one_asks_to_listen_and_to_be_left_alone(void **state)
{
    uint8_t request[TB_PROCMSG_REQUEST_MAX];
    struct nlmsghdr header;
    struct cn_msg body;
    enum proc_cn_mcast_op op;
    const size_t length = sizeof header + sizeof body + sizeof op;

    (void)state;
    assert_int_equal(tb_procmsg_ask(request, true, 5), length);
    memcpy(&header, request, sizeof header);
    memcpy(&body, request + sizeof header, sizeof body);
    memcpy(&op, request + sizeof header + sizeof body, sizeof op);
    assert_int_equal(header.nlmsg_len, length);
    assert_int_equal(header.nlmsg_type, NLMSG_DONE);
    assert_int_equal(header.nlmsg_pid, 5);
    assert_int_equal(body.id.idx, CN_IDX_PROC);
    assert_int_equal(body.id.val, CN_VAL_PROC);
    assert_int_equal(body.len, sizeof op);
    assert_int_equal(op, PROC_CN_MCAST_LISTEN);
    tb_procmsg_ask(request, false, 5);
    memcpy(&op, request + sizeof header + sizeof body, sizeof op);
    assert_int_equal(op, PROC_CN_MCAST_IGNORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fork_tells_who_and_of_whom),
        cmocka_unit_test(a_new_thread_is_no_new_process),
        cmocka_unit_test(a_rename_tells_the_name),
        cmocka_unit_test(exec_and_exit_tell_who),
        cmocka_unit_test(an_event_that_stops_early_is_none),
        cmocka_unit_test(other_connectors_and_events_are_passed_over),
        cmocka_unit_test(one_asks_to_listen_and_to_be_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
