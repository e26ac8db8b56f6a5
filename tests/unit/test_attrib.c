/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_attrib.c - whoever owns an end is named, and nobody else
 *
 * Sockets are named by numbers: 11 is a client's, 22 a server's. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attrib_script.h"

enum {
    PORT = 40000
};

struct subject {
    struct tb_attrib *attrib;
    struct tb_attrib_answer answer;
};

static int set_up(void **state)
{
    struct subject *subject = calloc(1, sizeof(*subject));

    subject->attrib = tb_attrib_new(NULL);
    *state = subject;
    return subject->attrib == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    struct subject *subject = *state;

    tb_attrib_free(subject->attrib);
    free(subject);
    return 0;
}

static void feed(void **state, struct tb_sock_event event)
{
    struct subject *subject = *state;

    assert_int_equal(tb_attrib_feed(subject->attrib, &event), 0);
}

static const struct tb_owner *ask(void **state, struct tb_attrib_question question)
{
    struct subject *subject = *state;

    return tb_attrib_ask(subject->attrib, &question, &subject->answer) ? &subject->answer.owner
                                                                       : NULL;
}

static bool has_end(void **state, struct tb_attrib_question question)
{
    struct subject *subject = *state;

    return tb_attrib_has_end(subject->attrib, &question);
}

static uint64_t generation(void **state, struct tb_attrib_question question)
{
    struct subject *subject = *state;

    ask(state, question);
    return subject->answer.generation;
}

static void expect_owner(void **state, struct tb_attrib_question question, uint32_t pid,
                         enum tb_owner_source source, enum tb_owner_certainty certainty,
                         const char *file, int line)
{
    const struct tb_owner *owner = ask(state, question);

    _assert_true(owner != NULL, "somebody is named", file, line);
    _assert_int_equal(owner->pid, pid, file, line);
    _assert_int_equal(owner->source, source, file, line);
    _assert_int_equal(owner->certainty, certainty, file, line);
}

#define NAMED(question, pid, source)                                                               \
    expect_owner(state, question, pid, TB_OWNER_SOURCE_##source, TB_OWNER_SURE, __FILE__, __LINE__)
#define PERHAPS(question, pid, source)                                                             \
    expect_owner(state, question, pid, TB_OWNER_SOURCE_##source, TB_OWNER_UNSURE, __FILE__,        \
                 __LINE__)
#define UNKNOWN(question) assert_null(ask(state, question))

static struct tb_attrib_question syn(struct tb_tuple tuple, uint64_t ms)
{
    struct tb_attrib_question question = asked(tuple, ms);

    question.may_open = true;
    return question;
}

static struct tb_attrib_question from(uint32_t netns, struct tb_tuple tuple, uint64_t ms)
{
    struct tb_attrib_question question = asked(tuple, ms);

    question.netns = netns;
    question.only_there = false;
    return question;
}

static bool is_text(struct tb_octet_string text, const char *expected)
{
    return text.length == strlen(expected) &&
           (text.length == 0 || memcmp(text.octets, expected, text.length) == 0);
}

static void expect_text(void **state, struct tb_attrib_question question, enum tb_owner_text which,
                        const char *expected)
{
    const struct tb_owner *owner = ask(state, question);

    assert_non_null(owner);
    if (!is_text(owner->text[which], expected))
        fail_msg("\"%.*s\" is not \"%s\"", (int)owner->text[which].length,
                 owner->text[which].octets, expected);
}

/* Events that many tests begin with */
static void open_client(void **state, uint64_t ms, uint32_t pid)
{
    feed(state, of_socket(TB_SOCK_CONNECT, ms, pid, client(PORT), 11));
}

static void open_server(void **state, uint64_t ms)
{
    feed(state, of_socket(TB_SOCK_OPEN, ms, 0, server(PORT), 22));
}

static void use(void **state, uint64_t ms, uint32_t pid)
{
    feed(state, of_socket(TB_SOCK_USE, ms, pid, server(PORT), 22));
}

static void close_server(void **state, uint64_t ms)
{
    feed(state, of_socket(TB_SOCK_CLOSE, ms, 0, server(PORT), 22));
}

static void close_client(void **state, uint64_t ms)
{
    feed(state, of_socket(TB_SOCK_CLOSE, ms, 0, client(PORT), 11));
}

/* --- The owner rule --------------------------------------------------------------------------- */

static void nothing_fed_names_nobody(void **state)
{
    UNKNOWN(asked(client(PORT), 10));
    assert_false(has_end(state, asked(client(PORT), 10)));
}

static void who_connected_owns_the_active_end(void **state)
{
    open_client(state, 10, 7);
    NAMED(asked(client(PORT), 11), 7, CONNECTOR);
    UNKNOWN(asked(server(PORT), 11));
    assert_int_equal(ask(state, asked(client(PORT), 11))->uid, 1007);
    assert_int_equal(ask(state, asked(client(PORT), 11))->start_ns, 7000);
}

static void the_interrupted_process_does_not_own_the_passive_end(void **state)
{
    open_client(state, 10, 7);
    open_server(state, 11);
    UNKNOWN(asked(server(PORT), 12));
    assert_true(has_end(state, asked(server(PORT), 12)));
}

static void who_connected_stays_the_owner_whoever_uses_the_socket(void **state)
{
    open_client(state, 10, 7);
    feed(state, of_socket(TB_SOCK_USE, 11, 8, client(PORT), 11));
    NAMED(asked(client(PORT), 12), 7, CONNECTOR);
}

static void the_first_user_owns_the_passive_end(void **state)
{
    open_server(state, 10);
    use(state, 12, 7);
    use(state, 13, 8);
    NAMED(asked(server(PORT), 14), 7, USER);
}

static void the_owner_is_told_for_the_packets_before_its_first_use(void **state)
{
    open_client(state, 10, 5);
    open_server(state, 12);
    use(state, 20, 7);
    NAMED(syn(server(PORT), 11), 7, USER);
    NAMED(asked(server(PORT), 13), 7, USER);
}

static void who_accepted_is_named_until_somebody_uses_the_socket(void **state)
{
    open_server(state, 10);
    feed(state, of_socket(TB_SOCK_ACCEPT, 11, 7, server(PORT), 22));
    NAMED(asked(server(PORT), 12), 7, ACCEPTOR);
    feed(state, of_socket(TB_SOCK_ACCEPT, 12, 9, server(PORT), 22));
    NAMED(asked(server(PORT), 12), 7, ACCEPTOR);
    use(state, 13, 8);
    NAMED(asked(server(PORT), 14), 8, USER);
}

static void an_accept_that_is_told_late_changes_nothing(void **state)
{
    open_server(state, 10);
    use(state, 12, 8);
    feed(state, of_socket(TB_SOCK_ACCEPT, 11, 7, server(PORT), 22));
    NAMED(asked(server(PORT), 13), 8, USER);
}

static void accept_alone_tells_of_a_passive_end(void **state)
{
    feed(state, of_socket(TB_SOCK_ACCEPT, 11, 7, server(PORT), 22));
    NAMED(asked(server(PORT), 12), 7, ACCEPTOR);
    use(state, 13, 8);
    NAMED(asked(server(PORT), 14), 8, USER);
}

static void a_thread_of_the_kernel_owns_what_it_connects(void **state)
{
    struct tb_sock_event event = of_socket(TB_SOCK_CONNECT, 10, 7, client(PORT), 11);

    event.process.in_kernel = true;
    feed(state, event);
    NAMED(asked(client(PORT), 11), 7, CONNECTOR);
}

static void a_thread_of_the_kernel_owns_nothing_by_use_or_accept(void **state)
{
    struct tb_sock_event event = of_socket(TB_SOCK_USE, 11, 7, server(PORT), 22);

    open_server(state, 10);
    event.process.in_kernel = true;
    feed(state, event);
    UNKNOWN(asked(server(PORT), 12));
    event.kind = TB_SOCK_ACCEPT;
    feed(state, event);
    UNKNOWN(asked(server(PORT), 12));
    use(state, 13, 8);
    NAMED(asked(server(PORT), 14), 8, USER);
}

static void a_user_does_not_stand_in_for_an_unknown_connector(void **state)
{
    open_client(state, 10, 0);
    feed(state, of_socket(TB_SOCK_USE, 11, 8, client(PORT), 11));
    UNKNOWN(asked(client(PORT), 12));
    assert_true(has_end(state, asked(client(PORT), 12)));
}

static void a_use_told_before_its_connect_gives_way(void **state)
{
    feed(state, of_socket(TB_SOCK_USE, 11, 8, client(PORT), 11));
    open_client(state, 10, 7);
    NAMED(asked(client(PORT), 12), 7, CONNECTOR);
}

static void a_use_told_before_an_unknown_connect_names_nobody(void **state)
{
    feed(state, of_socket(TB_SOCK_USE, 11, 8, client(PORT), 11));
    open_client(state, 10, 0);
    UNKNOWN(asked(client(PORT), 12));
}

static void events_without_a_process_are_harmless(void **state)
{
    use(state, 10, 0);
    feed(state, of_socket(TB_SOCK_HELD, 10, 0, client(PORT), 11));
    feed(state, of_socket(TB_SOCK_ACCEPT, 10, 0, server(PORT + 1), 22));
    feed(state, of_socket(TB_SOCK_LISTEN, 10, 0, listening("\0\0\0\0", 80), 1));
    feed(state, (struct tb_sock_event){ .kind = TB_SOCK_CGROUP, .path = "/a" });
    feed(state, (struct tb_sock_event){ .kind = TB_SOCK_EVENT_COUNT });
    UNKNOWN(asked(server(PORT), 12));
    UNKNOWN(asked(client(PORT), 12));
    assert_false(has_end(state, asked(server(PORT), 12)));
    assert_true(has_end(state, asked(client(PORT), 12)));
}

/* --- Servers ---------------------------------------------------------------------------------- */

static void a_single_process_server_is_named(void **state)
{
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", 80), 1));
    open_server(state, 10);
    use(state, 11, 7);
    NAMED(asked(server(PORT), 12), 7, USER);
    assert_int_equal(ask(state, asked(server(PORT), 12))->listener_pid, 7);
}

static void a_forking_server_s_child_is_named(void **state)
{
    struct tb_sock_event fork = event_of(TB_SOCK_FORK, 11, 8);

    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", 80), 1));
    open_server(state, 10);
    fork.process.parent_pid = 7;
    feed(state, fork);
    use(state, 12, 8);
    NAMED(asked(server(PORT), 13), 8, USER);
    assert_int_equal(ask(state, asked(server(PORT), 13))->listener_pid, 7);
    expect_text(state, asked(server(PORT), 13), TB_OWNER_LISTENER_COMM, "p7");
}

static void a_prefork_server_s_worker_is_named(void **state)
{
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", 80), 1));
    for (uint32_t pid = 8; pid < 12; pid++) {
        struct tb_sock_event fork = event_of(TB_SOCK_FORK, 2, pid);

        fork.process.parent_pid = 7;
        feed(state, fork);
        feed(state, of_socket(TB_SOCK_LISTEN, 3, pid, listening("\0\0\0\0", 80), 1));
    }
    open_server(state, 10);
    use(state, 12, 10);
    NAMED(asked(server(PORT), 13), 10, USER);
    assert_int_equal(ask(state, asked(server(PORT), 13))->listener_pid, 7);
}

static void of_unrelated_listeners_none_is_told(void **state)
{
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", 80), 1));
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 8, listening("\0\0\0\0", 80), 2));
    open_server(state, 10);
    use(state, 12, 8);
    NAMED(asked(server(PORT), 13), 8, USER);
    assert_false(ask(state, asked(server(PORT), 13))->has & TB_OWNER_LISTENER_PID);
}

static void a_descriptor_that_is_passed_on_names_who_reads(void **state)
{
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", 80), 1));
    open_server(state, 10);
    feed(state, of_socket(TB_SOCK_ACCEPT, 11, 7, server(PORT), 22));
    use(state, 12, 9); /* no relative of 7 */
    NAMED(asked(server(PORT), 13), 9, USER);
    assert_int_equal(ask(state, asked(server(PORT), 13))->listener_pid, 7);
}

static void a_never_accepted_connection_has_no_owner(void **state)
{
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", 80), 1));
    open_client(state, 9, 5);
    open_server(state, 10);
    UNKNOWN(asked(server(PORT), 11));
    close_server(state, 12);
    UNKNOWN(asked(server(PORT), 13));
    NAMED(asked(client(PORT), 13), 5, CONNECTOR);
}

static void a_refused_connection_names_who_asked(void **state)
{
    open_client(state, 10, 5);
    close_client(state, 11);
    NAMED(syn(client(PORT), 10), 5, CONNECTOR);
    NAMED(asked(client(PORT), 10), 5, CONNECTOR);
    UNKNOWN(asked(server(PORT), 11));
    assert_false(has_end(state, asked(server(PORT), 11)));
}

/* --- Listeners -------------------------------------------------------------------------------- */

static uint32_t listener(void **state)
{
    const struct tb_owner *owner = ask(state, asked(server(PORT), 13));

    assert_non_null(owner);
    return owner->has & TB_OWNER_LISTENER_PID ? owner->listener_pid : 0;
}

static void the_listener_of_the_very_address_is_told(void **state)
{
    struct tb_tuple any = { .local_port = 80 };

    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, any, 1));
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, any, 1)); /* again */
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 6, listening("\x7f\0\0\2", 80), 4));
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 6, listening("\x7f\0\0\1", 81), 5));
    open_server(state, 10);
    use(state, 12, 9);
    assert_int_equal(listener(state), 7);
    feed(state, of_socket(TB_SOCK_LISTEN, 2, 8, listening("\x7f\0\0\1", 80), 3));
    assert_int_equal(listener(state), 8);
}

static void a_listener_that_closed_or_ended_is_not_told(void **state)
{
    struct tb_sock_event event = of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", 80), 1);

    feed(state, event);
    open_server(state, 10);
    use(state, 12, 9);
    assert_int_equal(listener(state), 7);
    event.kind = TB_SOCK_CLOSE;
    event.process.pid = 0;
    event.socket = 2;
    feed(state, event);
    assert_int_equal(listener(state), 7); /* that was another socket */
    event.socket = 1;
    feed(state, event);
    assert_int_equal(listener(state), 0);
    feed(state, of_socket(TB_SOCK_LISTEN, 2, 6, listening("\0\0\0\0", 80), 3));
    assert_int_equal(listener(state), 6);
    feed(state, event_of(TB_SOCK_EXIT, 3, 6));
    assert_int_equal(listener(state), 0);
}

static void a_later_listener_is_not_told(void **state)
{
    open_server(state, 10);
    use(state, 12, 9);
    feed(state, of_socket(TB_SOCK_LISTEN, 11, 7, listening("\0\0\0\0", 80), 1));
    assert_int_equal(listener(state), 0);
}

static void a_listener_of_before_a_loss_is_not_told(void **state)
{
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", 80), 1));
    feed(state, loss(5, 6));
    open_server(state, 10);
    use(state, 12, 9);
    assert_int_equal(listener(state), 0);
}

static void the_name_of_a_listener_of_before_a_loss_is_not_told(void **state)
{
    feed(state, event_of(TB_SOCK_FORK, 1, 7));
    feed(state, loss(2, 3));
    feed(state, of_socket(TB_SOCK_LISTEN, 5, 7, listening("\0\0\0\0", 80), 1));
    feed(state, event_of(TB_SOCK_RENAME, 6, 7));
    open_server(state, 10);
    use(state, 12, 9);
    assert_int_equal(listener(state), 7);
    expect_text(state, asked(server(PORT), 13), TB_OWNER_LISTENER_COMM, "p7");
}

static void an_active_end_has_no_listener(void **state)
{
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", PORT), 1));
    open_client(state, 10, 5);
    assert_false(ask(state, asked(client(PORT), 11))->has & TB_OWNER_LISTENER_PID);
}

static void listeners_are_of_their_namespace(void **state)
{
    struct tb_sock_event event = of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", 80), 1);

    event.netns = THERE;
    feed(state, event);
    open_server(state, 10);
    use(state, 12, 9);
    assert_int_equal(listener(state), 0);
}

static void of_too_many_listeners_none_is_told(void **state)
{
    for (uint16_t port = 1; port <= 4097; port++)
        feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", port), port));
    open_server(state, 10);
    use(state, 12, 9);
    assert_int_equal(listener(state), 0);
}

/* --- What was open before --------------------------------------------------------------------- */

static void the_only_holder_at_the_beginning_is_named(void **state)
{
    feed(state, held(10, 7, server(PORT), 22, 5, true));
    feed(state, held(10, 7, server(PORT), 22, 3, true)); /* and by another descriptor */
    feed(state, held(10, 7, server(PORT), 22, 9, true));
    NAMED(asked(server(PORT), 11), 7, SNAPSHOT);
    assert_int_equal(ask(state, asked(server(PORT), 11))->fd, 3);
    use(state, 12, 8);
    NAMED(asked(server(PORT), 13), 7, SNAPSHOT);
}

static void packets_before_the_snapshot_name_nobody(void **state)
{
    feed(state, event_of(TB_SOCK_EXEC, 1, 9));
    feed(state, held(10, 7, server(PORT), 22, 5, true));
    UNKNOWN(asked(server(PORT), 9));
}

static void a_holder_that_may_not_be_the_only_one_is_unsure(void **state)
{
    feed(state, held(10, 7, server(PORT), 22, 5, false));
    PERHAPS(asked(server(PORT), 11), 7, SNAPSHOT);
}

static void of_several_holders_none_is_named_before_one_uses_it(void **state)
{
    feed(state, held(10, 7, server(PORT), 22, 5, false));
    feed(state, held(10, 8, server(PORT), 22, 5, false));
    feed(state, held(10, 9, server(PORT), 22, 5, false));
    UNKNOWN(asked(server(PORT), 11));
    use(state, 12, 8);
    PERHAPS(asked(server(PORT), 13), 8, USER);
}

static void a_connect_during_the_snapshot_joins_what_was_found(void **state)
{
    feed(state, held(10, 8, client(PORT), 11, 5, true));
    open_client(state, 12, 7);
    NAMED(asked(client(PORT), 13), 7, CONNECTOR);
    assert_int_equal(ask(state, asked(client(PORT), 13))->has & TB_OWNER_FD, 0);
}

static void an_open_during_the_snapshot_joins_what_was_found(void **state)
{
    feed(state, held(10, 8, server(PORT), 22, 5, true));
    open_server(state, 9);
    NAMED(asked(server(PORT), 11), 8, SNAPSHOT);
    feed(state, of_socket(TB_SOCK_ACCEPT, 11, 6, server(PORT), 22));
    NAMED(asked(server(PORT), 11), 6, ACCEPTOR);
    use(state, 12, 7);
    NAMED(asked(server(PORT), 13), 7, USER);
}

static void a_close_of_before_the_look_closes_an_earlier_one(void **state)
{
    feed(state, held(10, 8, server(PORT), 22, 5, true));
    close_server(state, 9);
    NAMED(asked(server(PORT), 11), 8, SNAPSHOT);
    UNKNOWN(asked(server(PORT), 9));
    close_server(state, 12);
    NAMED(asked(server(PORT), 13), 8, SNAPSHOT);
}

static void a_connector_that_is_unknown_leaves_the_holder(void **state)
{
    feed(state, held(10, 8, client(PORT), 11, 5, true));
    open_client(state, 9, 0);
    NAMED(asked(client(PORT), 11), 8, SNAPSHOT);
}

/* --- Found later ------------------------------------------------------------------------------ */

static void a_holder_that_is_found_soon_is_named_for_the_packet_that_caused_the_look(void **state)
{
    feed(state, event_of(TB_SOCK_FORK, 1, 9));
    feed(state, scanned(12, 7, client(PORT), 11, true));
    NAMED(syn(client(PORT), 11), 7, SCAN);
    UNKNOWN(syn(client(PORT), 0));
}

static void a_holder_that_is_found_long_after_is_not(void **state)
{
    feed(state, event_of(TB_SOCK_FORK, 1, 9));
    feed(state, scanned(2012, 7, client(PORT), 11, true));
    UNKNOWN(asked(client(PORT), 11));
    NAMED(asked(client(PORT), 2013), 7, SCAN);
}

static void a_later_look_makes_the_first_holder_unsure_but_not_another_owner(void **state)
{
    open_server(state, 10);
    feed(state, scanned(12, 7, server(PORT), 22, true));
    NAMED(asked(server(PORT), 13), 7, SCAN);
    feed(state, scanned(14, 7, server(PORT), 22, true));
    NAMED(asked(server(PORT), 15), 7, SCAN);
    feed(state, scanned(16, 8, server(PORT), 22, true));
    PERHAPS(asked(server(PORT), 17), 7, SCAN);
    feed(state, scanned(18, 8, server(PORT), 22, true));
    UNKNOWN(asked(server(PORT), 19));
}

static void a_complete_look_makes_the_same_holder_sure(void **state)
{
    open_server(state, 10);
    feed(state, scanned(12, 7, server(PORT), 22, false));
    PERHAPS(asked(server(PORT), 13), 7, SCAN);
    feed(state, scanned(14, 7, server(PORT), 22, true));
    NAMED(asked(server(PORT), 15), 7, SCAN);
}

static void after_several_holders_the_last_one_is_unsure(void **state)
{
    open_server(state, 10);
    feed(state, scanned(12, 7, server(PORT), 22, false));
    feed(state, scanned(12, 8, server(PORT), 22, false));
    UNKNOWN(asked(server(PORT), 13));
    feed(state, scanned(14, 8, server(PORT), 22, false));
    UNKNOWN(asked(server(PORT), 15));
    feed(state, scanned(16, 8, server(PORT), 22, true));
    PERHAPS(asked(server(PORT), 17), 8, SCAN);
}

static void a_user_seen_since_the_birth_comes_before_who_was_found(void **state)
{
    open_server(state, 10);
    feed(state, scanned(12, 7, server(PORT), 22, true));
    use(state, 13, 8);
    NAMED(asked(server(PORT), 14), 8, USER);
    feed(state, scanned(15, 8, server(PORT), 22, true));
    NAMED(asked(server(PORT), 16), 8, USER);
}

static void a_holder_does_not_stand_in_for_who_connected(void **state)
{
    struct tb_sock_event event = scanned(12, 7, client(PORT), 11, true);

    open_client(state, 10, 5);
    event.fd = 4;
    feed(state, event);
    NAMED(asked(client(PORT), 13), 5, CONNECTOR);
    assert_int_equal(ask(state, asked(client(PORT), 13))->has & TB_OWNER_FD, 0);
    event.process = event_of(TB_SOCK_HELD, 0, 5).process;
    feed(state, event);
    assert_int_equal(ask(state, asked(client(PORT), 13))->fd, 4);
}

static void a_look_that_began_before_close_is_of_what_closed(void **state)
{
    open_server(state, 10);
    close_server(state, 14);
    feed(state, scanned(13, 7, server(PORT), 22, true));
    NAMED(asked(server(PORT), 15), 7, SCAN);
    feed(state, scanned(16, 8, server(PORT), 22, true));
    NAMED(asked(server(PORT), 17), 8, SCAN);
}

/* --- Closing ---------------------------------------------------------------------------------- */

static void the_owner_stays_for_the_packets_of_time_wait(void **state)
{
    open_client(state, 10, 7);
    close_client(state, 20);
    feed(state, event_of(TB_SOCK_EXIT, 21, 7));
    NAMED(asked(client(PORT), 22), 7, CONNECTOR);
    NAMED(asked(client(PORT), 120020), 7, CONNECTOR);
    UNKNOWN(asked(client(PORT), 120021));
}

static void a_syn_after_close_is_not_of_what_closed(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    close_server(state, 20);
    NAMED(asked(server(PORT), 21), 7, USER);
    UNKNOWN(syn(server(PORT), 21));
    assert_false(has_end(state, syn(server(PORT), 21)));
}

static void a_new_generation_has_its_own_owner(void **state)
{
    open_client(state, 10, 7);
    close_client(state, 20);
    open_client(state, 30, 8);
    NAMED(asked(client(PORT), 15), 7, CONNECTOR);
    NAMED(asked(client(PORT), 25), 7, CONNECTOR);
    NAMED(asked(client(PORT), 31), 8, CONNECTOR);
    UNKNOWN(syn(client(PORT), 25));
    NAMED(syn(client(PORT), 30), 8, CONNECTOR);
}

static void a_passive_end_begins_with_its_peer_s_connect(void **state)
{
    open_client(state, 9, 5);
    open_server(state, 10);
    use(state, 11, 7);
    close_client(state, 19);
    close_server(state, 20);
    open_client(state, 30, 6);
    UNKNOWN(asked(server(PORT), 31)); /* the handshake of one that is not told yet */
    UNKNOWN(syn(server(PORT), 31));
    NAMED(asked(server(PORT), 29), 7, USER);
    open_server(state, 40);
    use(state, 50, 8);
    NAMED(syn(server(PORT), 30), 8, USER);
    NAMED(asked(server(PORT), 31), 8, USER);
    NAMED(asked(server(PORT), 29), 7, USER);
}

static void between_two_generations_a_packet_may_be_of_either(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    close_server(state, 20);
    open_server(state, 40);
    use(state, 50, 8);
    UNKNOWN(asked(server(PORT), 30));
    NAMED(syn(server(PORT), 30), 8, USER);
    NAMED(asked(server(PORT), 15), 7, USER);
    NAMED(asked(server(PORT), 41), 8, USER);
}

static void a_peer_in_another_namespace_begins_it_too(void **state)
{
    struct tb_sock_event event = of_socket(TB_SOCK_CONNECT, 30, 6, client(PORT), 33);

    open_server(state, 10);
    use(state, 11, 7);
    close_server(state, 20);
    event.netns = THERE;
    feed(state, event);
    open_server(state, 40);
    use(state, 50, 8);
    NAMED(asked(server(PORT), 31), 8, USER);
    NAMED(asked(server(PORT), 29), 7, USER);
}

static void a_handshake_may_take_a_minute_but_not_two(void **state)
{
    feed(state, event_of(TB_SOCK_FORK, 1, 3));
    open_server(state, 70000);
    use(state, 70001, 7);
    NAMED(syn(server(PORT), 10000), 7, USER);
    UNKNOWN(syn(server(PORT), 5000));
}

static void before_the_first_event_nobody_is_named(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    UNKNOWN(syn(server(PORT), 9));
}

static void reading_goes_on_after_close(void **state)
{
    open_server(state, 10);
    close_server(state, 11);
    use(state, 12, 7);
    NAMED(asked(server(PORT), 11), 7, USER);
}

static void a_use_of_another_socket_is_of_another_end(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    feed(state, of_socket(TB_SOCK_USE, 20, 8, server(PORT), 23));
    NAMED(asked(server(PORT), 12), 7, USER);
    PERHAPS(asked(server(PORT), 21), 8, USER);
}

static void a_use_without_its_socket_after_close_is_of_another_end(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    close_server(state, 12);
    feed(state, of_socket(TB_SOCK_USE, 20, 8, server(PORT), 0));
    PERHAPS(asked(server(PORT), 21), 8, USER);
    feed(state, of_socket(TB_SOCK_USE, 22, 9, server(PORT), 0));
    PERHAPS(asked(server(PORT), 23), 8, USER);
}

static void a_use_told_a_moment_before_its_birth_counts(void **state)
{
    open_server(state, 10);
    use(state, 9, 7);
    NAMED(asked(server(PORT), 11), 7, USER);
}

static void an_end_that_is_known_by_its_use_alone_is_unsure(void **state)
{
    use(state, 10, 7);
    PERHAPS(asked(server(PORT), 11), 7, USER);
    UNKNOWN(asked(server(PORT), 9));
}

static void a_birth_that_is_told_twice_is_one(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    open_server(state, 10);
    NAMED(asked(server(PORT), 12), 7, USER);
    open_client(state, 10, 5);
    open_client(state, 10, 6);
    NAMED(asked(client(PORT), 12), 5, CONNECTOR);
}

static void a_close_that_is_told_twice_is_one(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    close_server(state, 12);
    close_server(state, 14);
    NAMED(asked(server(PORT), 15), 7, USER);
}

static void a_close_of_nobody_knows_what_hides_the_one_before(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    close_server(state, 12);
    feed(state, of_socket(TB_SOCK_CLOSE, 20, 0, server(PORT), 23));
    UNKNOWN(asked(server(PORT), 21));
    assert_false(has_end(state, asked(server(PORT), 21)));
    NAMED(asked(server(PORT), 13), 7, USER);
}

static void a_generation_without_its_close_ends_with_its_last_event(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    open_server(state, 40);
    use(state, 50, 8);
    NAMED(asked(server(PORT), 10), 7, USER);
    UNKNOWN(asked(server(PORT), 30)); /* of either */
    NAMED(asked(server(PORT), 51), 8, USER);
    close_server(state, 60);
    NAMED(asked(server(PORT), 61), 8, USER);
}

static void a_close_that_is_told_after_the_next_birth_counts(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    feed(state, of_socket(TB_SOCK_OPEN, 40, 0, server(PORT), 23));
    close_server(state, 39);
    NAMED(asked(server(PORT), 38), 7, USER);
}

static void a_connect_that_began_before_the_tuple_was_free_owns_nothing_yet(void **state)
{
    open_client(state, 10, 7);
    close_client(state, 20);
    feed(state, of_socket(TB_SOCK_CONNECT, 15, 8, client(PORT), 12));
    NAMED(asked(client(PORT), 16), 7, CONNECTOR);
    NAMED(asked(client(PORT), 20), 8, CONNECTOR);
}

static void an_older_birth_told_late_is_closed_by_the_newer(void **state)
{
    feed(state, of_socket(TB_SOCK_CONNECT, 30, 8, client(PORT), 12));
    open_client(state, 10, 7);
    NAMED(asked(client(PORT), 31), 8, CONNECTOR);
    NAMED(asked(client(PORT), 10), 7, CONNECTOR);
}

static void has_generations(void **state, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        open_client(state, 100 + 10 * i, 7 + i);
        close_client(state, 105 + 10 * i);
    }
}

static void sixteen_generations_are_kept(void **state)
{
    has_generations(state, 16);
    NAMED(asked(client(PORT), 101), 7, CONNECTOR);
    NAMED(asked(client(PORT), 251), 22, CONNECTOR);
}

static void of_more_than_sixteen_generations_eight_are_kept(void **state)
{
    has_generations(state, 17);
    NAMED(asked(client(PORT), 261), 23, CONNECTOR);
    NAMED(asked(client(PORT), 191), 16, CONNECTOR);
    UNKNOWN(asked(client(PORT), 181));
    UNKNOWN(asked(client(PORT), 101));
}

/* --- Processes -------------------------------------------------------------------------------- */

static struct tb_sock_event program(enum tb_sock_event_kind kind, uint64_t ms, uint32_t pid,
                                    const char *comm, const char *exe)
{
    struct tb_sock_event event = event_of(kind, ms, pid);

    event.process.comm = comm;
    event.process.exe = exe;
    return event;
}

static void connect_as(void **state, uint64_t ms, uint32_t pid, const char *comm)
{
    struct tb_sock_event event = of_socket(TB_SOCK_CONNECT, ms, pid, client(PORT), 11);

    event.process.comm = comm;
    feed(state, event);
}

static void a_process_is_told_as_it_was_at_the_time(void **state)
{
    feed(state, program(TB_SOCK_FORK, 10, 7, "sh", NULL));
    feed(state, program(TB_SOCK_EXEC, 20, 7, "curl", "/usr/bin/curl"));
    connect_as(state, 15, 7, "sh");
    expect_text(state, asked(client(PORT), 16), TB_OWNER_COMM, "sh");
    expect_text(state, asked(client(PORT), 16), TB_OWNER_EXE, "");
    expect_text(state, asked(client(PORT), 21), TB_OWNER_COMM, "curl");
    expect_text(state, asked(client(PORT), 21), TB_OWNER_EXE, "/usr/bin/curl");
    assert_int_not_equal(generation(state, asked(client(PORT), 16)),
                         generation(state, asked(client(PORT), 21)));
}

static void an_owner_is_told_as_it_was_when_it_became_one(void **state)
{
    open_client(state, 9, 5);
    open_server(state, 10);
    feed(state, program(TB_SOCK_FORK, 11, 7, "inetd", NULL));
    feed(state, program(TB_SOCK_EXEC, 12, 7, "handler", "/h"));
    use(state, 13, 7);
    expect_text(state, syn(server(PORT), 9), TB_OWNER_COMM, "p7");
    feed(state, program(TB_SOCK_RENAME, 14, 7, "idle", NULL));
    expect_text(state, asked(server(PORT), 15), TB_OWNER_COMM, "idle");
    expect_text(state, asked(server(PORT), 13), TB_OWNER_COMM, "p7");
}

static void a_renamed_process_runs_the_same_program(void **state)
{
    feed(state, program(TB_SOCK_EXEC, 10, 7, "curl", "/usr/bin/curl"));
    feed(state, program(TB_SOCK_RENAME, 11, 7, "worker", NULL));
    connect_as(state, 12, 7, "worker");
    expect_text(state, asked(client(PORT), 13), TB_OWNER_COMM, "worker");
    expect_text(state, asked(client(PORT), 13), TB_OWNER_EXE, "/usr/bin/curl");
}

static void a_child_runs_its_parent_s_program(void **state)
{
    struct tb_sock_event fork = program(TB_SOCK_FORK, 11, 8, "nginx", NULL);

    feed(state, program(TB_SOCK_EXEC, 10, 7, "nginx", "/usr/sbin/nginx"));
    fork.process.parent_pid = 7;
    feed(state, fork);
    connect_as(state, 12, 8, "nginx");
    expect_text(state, asked(client(PORT), 13), TB_OWNER_EXE, "/usr/sbin/nginx");
}

static void a_name_that_nobody_told_of_is_another_program(void **state)
{
    feed(state, program(TB_SOCK_EXEC, 10, 7, "sh", "/bin/sh"));
    connect_as(state, 12, 7, "curl");
    expect_text(state, asked(client(PORT), 13), TB_OWNER_COMM, "curl");
    expect_text(state, asked(client(PORT), 13), TB_OWNER_EXE, "");
}

static void a_name_of_a_moment_before_a_renaming_is_no_news(void **state)
{
    struct tb_sock_event event = program(TB_SOCK_RENAME, 11, 7, "new", NULL);

    feed(state, program(TB_SOCK_EXEC, 10, 7, "old", "/bin/old"));
    feed(state, event);
    event = of_socket(TB_SOCK_USE, 11, 7, server(PORT), 22);
    event.time_ns += 1000;
    event.process.comm = "old";
    open_server(state, 10);
    feed(state, event);
    expect_text(state, asked(server(PORT), 12), TB_OWNER_COMM, "new");
}

static void a_name_that_is_learned_later_is_told(void **state)
{
    feed(state, program(TB_SOCK_FORK, 10, 7, "", NULL));
    feed(state, program(TB_SOCK_FORK, 10, 8, NULL, NULL));
    connect_as(state, 12, 7, NULL);
    expect_text(state, asked(client(PORT), 13), TB_OWNER_COMM, "");
    feed(state, event_of(TB_SOCK_EXIT, 14, 7));
    expect_text(state, asked(client(PORT), 13), TB_OWNER_COMM, "p7");
}

static void of_many_renamings_the_last_few_are_known(void **state)
{
    const char *name[] = { "a", "b", "c", "d", "e", "f" };

    connect_as(state, 9, 7, "a");
    for (size_t i = 1; i < 6; i++)
        feed(state, program(TB_SOCK_RENAME, 10 + i, 7, name[i], NULL));
    expect_text(state, asked(client(PORT), 13), TB_OWNER_COMM, "d");
    expect_text(state, asked(client(PORT), 15), TB_OWNER_COMM, "f");
    expect_text(state, asked(client(PORT), 11), TB_OWNER_COMM, "");
    assert_int_equal(ask(state, asked(client(PORT), 11))->pid, 7);
}

static void arguments_have_spaces_between_them(void **state)
{
    struct tb_sock_event event = program(TB_SOCK_EXEC, 10, 7, "curl", "./curl");

    event.process.arguments = "curl\0-s\0a b\0";
    event.process.arguments_length = 12;
    feed(state, event);
    open_client(state, 11, 7);
    connect_as(state, 12, 7, "curl");
    expect_text(state, asked(client(PORT), 13), TB_OWNER_CMDLINE, "");
    feed(state, event_of(TB_SOCK_EXIT, 13, 9));
    feed(state, of_socket(TB_SOCK_CONNECT, 10, 7, client(PORT + 1), 12));
    feed(state, event);
    expect_text(state, asked(client(PORT + 1), 10), TB_OWNER_CMDLINE, "curl -s a b");
    expect_text(state, asked(client(PORT + 1), 10), TB_OWNER_EXE, "./curl");
}

static void long_texts_are_cut(void **state)
{
    static char text[6000];
    struct tb_sock_event event = program(TB_SOCK_EXEC, 10, 7, "0123456789abcdefgh", text);

    memset(text, 'x', sizeof(text) - 1);
    event.process.arguments = text;
    event.process.arguments_length = sizeof(text);
    feed(state, event);
    connect_as(state, 11, 7, "0123456789abcdefgh");
    expect_text(state, asked(client(PORT), 12), TB_OWNER_COMM, "0123456789abcde");
    assert_int_equal(ask(state, asked(client(PORT), 12))->text[TB_OWNER_EXE].length, 4096);
    assert_int_equal(ask(state, asked(client(PORT), 12))->text[TB_OWNER_CMDLINE].length, 4096);
}

static void a_pid_that_is_used_again_is_another_process(void **state)
{
    struct tb_sock_event event = of_socket(TB_SOCK_CONNECT, 30, 7, client(PORT + 1), 12);

    feed(state, program(TB_SOCK_EXEC, 5, 7, "old", "/old"));
    connect_as(state, 10, 7, "old");
    feed(state, program(TB_SOCK_EXIT, 20, 7, "old", NULL));
    event.process.start_ns = 25000;
    event.process.comm = "new";
    feed(state, event);
    expect_text(state, asked(client(PORT), 31), TB_OWNER_COMM, "old");
    expect_text(state, asked(client(PORT + 1), 31), TB_OWNER_COMM, "new");
    expect_text(state, asked(client(PORT + 1), 31), TB_OWNER_EXE, "");
    assert_int_equal(ask(state, asked(client(PORT), 31))->start_ns, 7000);
    assert_int_equal(ask(state, asked(client(PORT + 1), 31))->start_ns, 25000);
}

static void an_earlier_process_of_the_pid_may_be_told_later(void **state)
{
    struct tb_sock_event event = of_socket(TB_SOCK_CONNECT, 30, 7, client(PORT + 1), 12);
    struct subject *subject = *state;

    event.process.start_ns = 25000;
    feed(state, event);
    connect_as(state, 10, 7, "old");
    expect_text(state, asked(client(PORT), 31), TB_OWNER_COMM, "old");
    assert_true(tb_attrib_descends(subject->attrib, 7, 0, 7, 25000));
    assert_false(tb_attrib_descends(subject->attrib, 7, 0, 7, 7000));
    assert_int_equal(tb_attrib_start(subject->attrib, 7, 25000, 25001), 25000);
    assert_int_equal(tb_attrib_start(subject->attrib, 7, 7000, 25000), 7000);
    assert_int_equal(tb_attrib_start(subject->attrib, 7, 7001, 25000), 0);
    assert_int_equal(tb_attrib_start(subject->attrib, 8, 0, UINT64_MAX), 0);
}

static void a_start_that_is_learned_later_is_told(void **state)
{
    struct tb_sock_event fork = program(TB_SOCK_FORK, 5, 7, "a", NULL);

    fork.process.start_ns = 0;
    feed(state, fork);
    connect_as(state, 10, 7, "a");
    assert_int_equal(ask(state, asked(client(PORT), 11))->start_ns, 7000);
}

static void without_a_start_the_living_process_of_the_pid_is_meant(void **state)
{
    struct tb_sock_event event = of_socket(TB_SOCK_CONNECT, 10, 7, client(PORT), 11);

    feed(state, event_of(TB_SOCK_FORK, 5, 7));
    event.process.start_ns = 0;
    feed(state, event);
    NAMED(asked(client(PORT), 11), 7, CONNECTOR);
    assert_int_equal(ask(state, asked(client(PORT), 11))->start_ns, 7000);
    feed(state, event_of(TB_SOCK_EXIT, 12, 7));
    event = of_socket(TB_SOCK_CONNECT, 13, 7, client(PORT + 1), 12);
    event.process.start_ns = 0;
    feed(state, event);
    NAMED(asked(client(PORT + 1), 14), 7, CONNECTOR);
    assert_int_equal(ask(state, asked(client(PORT + 1), 14))->has & TB_OWNER_START, 0);
}

static void without_its_start_an_owner_of_after_a_loss_is_unsure(void **state)
{
    struct tb_sock_event event = of_socket(TB_SOCK_CONNECT, 10, 7, client(PORT), 11);

    feed(state, event_of(TB_SOCK_FORK, 5, 7));
    feed(state, loss(6, 7));
    event.process.start_ns = 0;
    feed(state, event);
    PERHAPS(asked(client(PORT), 11), 7, CONNECTOR);
    assert_int_equal(ask(state, asked(client(PORT), 11))->has & TB_OWNER_START, 0);
}

static void a_fork_is_a_new_process_whatever_the_pid_was(void **state)
{
    struct tb_sock_event fork = program(TB_SOCK_FORK, 20, 7, "new", NULL);

    connect_as(state, 10, 7, "old");
    fork.process.start_ns = 0;
    feed(state, fork);
    expect_text(state, asked(client(PORT), 21), TB_OWNER_COMM, "old");
}

static void the_cgroup_is_told(void **state)
{
    struct tb_sock_event event = of_socket(TB_SOCK_CONNECT, 10, 7, client(PORT), 11);
    struct subject *subject = *state;

    event.process.cgroup = 77;
    feed(state, event);
    ask(state, asked(client(PORT), 11));
    assert_int_equal(subject->answer.cgroup, 77);
}

static void descent_is_by_forks_and_by_what_the_snapshot_told(void **state)
{
    struct subject *subject = *state;
    struct tb_sock_event event = event_of(TB_SOCK_EXEC, 1, 3);

    event.process.parent_pid = 2; /* told before its parent */
    feed(state, event);
    event = event_of(TB_SOCK_EXEC, 1, 2);
    event.process.parent_pid = 1;
    feed(state, event);
    event = event_of(TB_SOCK_FORK, 5, 9);
    event.process.parent_pid = 3;
    feed(state, event);
    feed(state, event_of(TB_SOCK_EXIT, 6, 3));
    feed(state, of_socket(TB_SOCK_CONNECT, 7, 9, client(PORT), 1));
    assert_true(tb_attrib_descends(subject->attrib, 9, 9000, 2, 2000));
    assert_true(tb_attrib_descends(subject->attrib, 9, 0, 3, 0));
    assert_true(tb_attrib_descends(subject->attrib, 9, 0, 9, 0));
    assert_false(tb_attrib_descends(subject->attrib, 2, 0, 9, 0));
    assert_false(tb_attrib_descends(subject->attrib, 9, 0, 1, 0));
    assert_false(tb_attrib_descends(subject->attrib, 44, 0, 9, 0));
}

static void nobody_descends_from_who_began_later(void **state)
{
    struct subject *subject = *state;
    struct tb_sock_event event = event_of(TB_SOCK_EXEC, 1, 3);

    event.process.parent_pid = 8;
    feed(state, event);
    feed(state, event_of(TB_SOCK_FORK, 5, 8)); /* the pid of a parent that ended unseen */
    assert_false(tb_attrib_descends(subject->attrib, 3, 0, 8, 0));
    event.time_ns = 6 * MS;
    feed(state, event);
    assert_false(tb_attrib_descends(subject->attrib, 3, 0, 8, 0));
}

static void ancestors_stay_known_as_long_as_who_descends_from_them(void **state)
{
    struct subject *subject = *state;
    struct tb_sock_event event = event_of(TB_SOCK_FORK, 2, 3);

    feed(state, event_of(TB_SOCK_FORK, 1, 2));
    event.process.parent_pid = 2;
    feed(state, event);
    feed(state, event_of(TB_SOCK_EXIT, 3, 2));
    tb_attrib_expire(subject->attrib, 500000ull * MS);
    assert_true(tb_attrib_descends(subject->attrib, 3, 0, 2, 0));
    feed(state, event_of(TB_SOCK_EXIT, 600000, 3));
    tb_attrib_expire(subject->attrib, 700000ull * MS);
    assert_int_equal(tb_attrib_counts(subject->attrib).processes, 2);
    tb_attrib_expire(subject->attrib, 800000ull * MS);
    assert_int_equal(tb_attrib_counts(subject->attrib).processes, 0);
}

/* --- Namespaces ------------------------------------------------------------------------------- */

static void feed_there(void **state, uint32_t netns, uint32_t pid)
{
    struct tb_sock_event event = of_socket(TB_SOCK_CONNECT, 10, pid, client(PORT), netns);

    event.netns = netns;
    feed(state, event);
}

static void an_end_of_another_namespace_is_no_end_of_loopback(void **state)
{
    feed_there(state, THERE, 7);
    UNKNOWN(asked(client(PORT), 11));
    NAMED(from(HERE, client(PORT), 11), 7, CONNECTOR);
}

static void the_namespace_of_the_capture_comes_first(void **state)
{
    feed_there(state, THERE, 7);
    feed_there(state, HERE, 8);
    NAMED(from(HERE, client(PORT), 11), 8, CONNECTOR);
    NAMED(from(THERE, client(PORT), 11), 7, CONNECTOR);
}

static void of_ends_in_several_other_namespaces_none_is_named(void **state)
{
    feed_there(state, THERE, 7);
    feed_there(state, ELSEWHERE, 8);
    UNKNOWN(from(HERE, client(PORT), 11));
    UNKNOWN(from(0, client(PORT), 11));
}

static void a_tuple_in_very_many_namespaces_names_nobody(void **state)
{
    for (uint32_t i = 1; i <= 12; i++)
        feed_there(state, i, i);
    UNKNOWN(from(HERE, client(PORT), 11));
}

static void an_end_that_may_be_of_two_is_not_looked_for_elsewhere(void **state)
{
    feed_there(state, THERE, 7);
    open_server(state, 10);
    use(state, 11, 7);
    close_server(state, 20);
    open_server(state, 40);
    UNKNOWN(from(HERE, server(PORT), 30));
    UNKNOWN(from(THERE, server(PORT), 30));
}

static void an_end_elsewhere_is_unsure_after_a_loss(void **state)
{
    feed_there(state, THERE, 7);
    feed(state, loss(3, 5));
    NAMED(from(THERE, client(PORT), 11), 7, CONNECTOR);
    PERHAPS(from(HERE, client(PORT), 11), 7, CONNECTOR);
}

/* --- Losses ----------------------------------------------------------------------------------- */

static void a_loss_before_or_after_changes_nothing(void **state)
{
    feed(state, loss(1, 5));
    open_client(state, 10, 7);
    open_server(state, 11);
    use(state, 12, 8);
    NAMED(asked(client(PORT), 13), 7, CONNECTOR);
    NAMED(asked(server(PORT), 13), 8, USER);
    feed(state, loss(20, 25));
    NAMED(asked(client(PORT), 13), 7, CONNECTOR);
    NAMED(asked(server(PORT), 13), 8, USER);
}

static void after_a_loss_an_open_end_is_unsure(void **state)
{
    open_client(state, 10, 7);
    feed(state, loss(20, 25));
    NAMED(asked(client(PORT), 19), 7, CONNECTOR);
    PERHAPS(asked(client(PORT), 20), 7, CONNECTOR);
    PERHAPS(asked(client(PORT), 26), 7, CONNECTOR);
}

static void a_loss_without_its_beginning_is_of_all_that_was_before(void **state)
{
    open_client(state, 10, 7);
    feed(state, loss(0, 25));
    PERHAPS(asked(client(PORT), 10), 7, CONNECTOR);
}

static void a_use_may_be_lost_before_the_first_that_is_told(void **state)
{
    open_server(state, 10);
    use(state, 20, 8);
    feed(state, loss(12, 15));
    PERHAPS(asked(server(PORT), 11), 8, USER);
}

static void after_a_loss_a_closed_end_names_nobody(void **state)
{
    open_client(state, 10, 7);
    close_client(state, 20);
    feed(state, loss(22, 25));
    NAMED(asked(client(PORT), 15), 7, CONNECTOR);
    NAMED(asked(client(PORT), 21), 7, CONNECTOR);
    UNKNOWN(asked(client(PORT), 22));
}

static void a_user_of_after_close_may_be_of_a_lost_birth(void **state)
{
    open_server(state, 10);
    close_server(state, 11);
    use(state, 20, 7);
    NAMED(asked(server(PORT), 11), 7, USER);
    feed(state, loss(12, 15));
    UNKNOWN(asked(server(PORT), 10));
}

static void another_user_after_a_loss_may_be_of_a_lost_birth(void **state)
{
    open_server(state, 10);
    use(state, 11, 7);
    feed(state, loss(12, 15));
    PERHAPS(asked(server(PORT), 16), 7, USER);
    use(state, 17, 8);
    UNKNOWN(asked(server(PORT), 18));
}

static void after_a_loss_an_owner_that_has_ended_is_not_named(void **state)
{
    open_client(state, 10, 7);
    feed(state, loss(12, 15));
    feed(state, event_of(TB_SOCK_EXIT, 17, 7));
    PERHAPS(asked(client(PORT), 16), 7, CONNECTOR);
    UNKNOWN(asked(client(PORT), 17));
}

static void without_a_loss_an_owner_that_has_ended_is_named(void **state)
{
    open_client(state, 10, 7);
    feed(state, event_of(TB_SOCK_EXIT, 17, 7));
    NAMED(asked(client(PORT), 18), 7, CONNECTOR);
}

static void who_was_found_before_a_lost_close_does_not_hold_the_next(void **state)
{
    feed(state, held(10, 7, server(PORT), 22, 5, true));
    feed(state, loss(12, 15));
    open_server(state, 17); /* the same socket's memory */
    UNKNOWN(asked(server(PORT), 18));
}

static void a_handshake_is_not_looked_for_across_a_loss(void **state)
{
    feed(state, event_of(TB_SOCK_FORK, 1, 3));
    open_server(state, 20);
    use(state, 21, 7);
    NAMED(syn(server(PORT), 10), 7, USER);
    feed(state, loss(12, 15));
    UNKNOWN(syn(server(PORT), 10));
    NAMED(asked(server(PORT), 22), 7, USER);
}

static void a_program_of_before_a_loss_is_not_told(void **state)
{
    feed(state, program(TB_SOCK_EXEC, 5, 7, "p7", "/bin/p7"));
    feed(state, loss(6, 7));
    open_client(state, 10, 7);
    NAMED(asked(client(PORT), 11), 7, CONNECTOR);
    expect_text(state, asked(client(PORT), 11), TB_OWNER_COMM, "p7");
    expect_text(state, asked(client(PORT), 11), TB_OWNER_EXE, "");
}

static void sixteen_losses_are_kept_apart_and_more_are_not_forgotten(void **state)
{
    struct subject *subject = *state;

    open_client(state, 10, 7);
    for (uint32_t i = 0; i < 40; i++)
        feed(state, loss(100 + 10 * i, 101 + 10 * i));
    feed(state, loss(491, 495)); /* joins the last one */
    NAMED(asked(client(PORT), 99), 7, CONNECTOR);
    PERHAPS(asked(client(PORT), 100), 7, CONNECTOR);
    open_server(state, 482);
    use(state, 483, 8);
    NAMED(asked(server(PORT), 484), 8, USER);
    feed(state, of_socket(TB_SOCK_OPEN, 113, 0, server(PORT + 1), 5));
    feed(state, of_socket(TB_SOCK_USE, 114, 8, server(PORT + 1), 5));
    PERHAPS(asked(server(PORT + 1), 115), 8, USER);
    assert_int_equal(tb_attrib_counts(subject->attrib).lost, 41);
}

static void a_loss_of_nothing_is_none(void **state)
{
    struct tb_sock_event event = loss(0, 25);

    event.lost = 0;
    open_client(state, 10, 7);
    feed(state, event);
    NAMED(asked(client(PORT), 11), 7, CONNECTOR);
    event = loss(30, 25); /* that ends before it begins */
    feed(state, event);
    PERHAPS(asked(client(PORT), 26), 7, CONNECTOR);
}

static void a_change_of_certainty_is_another_generation(void **state)
{
    uint64_t before;

    open_client(state, 10, 7);
    before = generation(state, asked(client(PORT), 30));
    assert_int_not_equal(before, 0);
    assert_int_equal(before, generation(state, asked(client(PORT), 31)));
    feed(state, loss(20, 25));
    assert_int_not_equal(before, generation(state, asked(client(PORT), 30)));
    assert_int_equal(generation(state, asked(client(PORT + 1), 30)), 0);
}

/* --- Memory ----------------------------------------------------------------------------------- */

static struct tb_attrib *small(size_t connections, size_t processes)
{
    const struct tb_attrib_limits limits = { connections, processes };

    return tb_attrib_new(&limits);
}

static void the_closed_are_forgotten_before_the_open(void **state)
{
    struct subject *subject = *state;

    tb_attrib_free(subject->attrib);
    subject->attrib = small(4, 0);
    for (uint16_t i = 0; i < 4; i++)
        feed(state, of_socket(TB_SOCK_CONNECT, 10 + i, 7, client(PORT + i), 1 + i));
    feed(state, of_socket(TB_SOCK_CLOSE, 20, 0, client(PORT + 2), 3));
    feed(state, of_socket(TB_SOCK_CONNECT, 21, 7, client(PORT + 4), 5));
    UNKNOWN(asked(client(PORT + 2), 20));
    NAMED(asked(client(PORT), 22), 7, CONNECTOR);
    assert_int_equal(tb_attrib_counts(subject->attrib).forgotten, 0);
    feed(state, of_socket(TB_SOCK_USE, 22, 7, client(PORT), 1));
    feed(state, of_socket(TB_SOCK_CONNECT, 23, 7, client(PORT + 5), 6));
    UNKNOWN(asked(client(PORT + 1), 22)); /* silent for longest */
    NAMED(asked(client(PORT), 22), 7, CONNECTOR);
    assert_int_equal(tb_attrib_counts(subject->attrib).forgotten, 1);
    assert_int_equal(tb_attrib_counts(subject->attrib).connections, 4);
}

static void where_ends_were_forgotten_a_later_one_reaches_not_so_far(void **state)
{
    struct subject *subject = *state;

    tb_attrib_free(subject->attrib);
    subject->attrib = small(2, 0);
    open_server(state, 10);
    use(state, 11, 7);
    close_server(state, 20);
    feed(state, of_socket(TB_SOCK_CONNECT, 21, 7, client(PORT + 1), 5));
    feed(state, of_socket(TB_SOCK_CONNECT, 22, 7, client(PORT + 2), 6));
    open_server(state, 40);
    use(state, 41, 8);
    UNKNOWN(asked(server(PORT), 15));
    NAMED(asked(server(PORT), 42), 8, USER);
    feed_there(state, THERE, 9);
    PERHAPS(from(HERE, client(PORT), 43), 9, CONNECTOR);
}

static void processes_are_bounded_and_the_held_ones_last(void **state)
{
    struct subject *subject = *state;

    tb_attrib_free(subject->attrib);
    subject->attrib = small(100, 8);
    feed(state, of_socket(TB_SOCK_CONNECT, 10, 7, client(PORT), 1));
    for (uint32_t pid = 100; pid < 200; pid++) {
        feed(state, event_of(TB_SOCK_FORK, 11, pid));
        assert_true(tb_attrib_counts(subject->attrib).processes <= 8);
    }
    NAMED(asked(client(PORT), 12), 7, CONNECTOR);
    for (uint16_t i = 0; i < 50; i++)
        feed(state, of_socket(TB_SOCK_CONNECT, 20 + i, 300u + i, client(PORT + 1 + i), 2 + i));
    assert_true(tb_attrib_counts(subject->attrib).processes <= 8);
    UNKNOWN(asked(client(PORT), 80));
    NAMED(asked(client(PORT + 50), 80), 349, CONNECTOR);
}

static void an_event_that_cannot_be_kept_is_a_loss(void **state)
{
    struct subject *subject = *state;
    struct tb_sock_event event;

    tb_attrib_free(subject->attrib);
    subject->attrib = small(4, 2);
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 7, listening("\0\0\0\0", 80), 1));
    feed(state, of_socket(TB_SOCK_LISTEN, 1, 8, listening("\0\0\0\0", 81), 2));
    open_server(state, 10);
    event = of_socket(TB_SOCK_USE, 11, 9, server(PORT), 22);
    assert_int_equal(tb_attrib_feed(subject->attrib, &event), -ENOMEM);
    assert_int_equal(tb_attrib_counts(subject->attrib).lost, 1);
}

static void too_much_text_is_not_kept(void **state)
{
    static char text[4096];
    struct tb_sock_event event = program(TB_SOCK_EXEC, 10, 7, "p7", "/bin/p7");

    memset(text, 'x', sizeof(text));
    event.process.arguments = text;
    event.process.arguments_length = sizeof(text);
    for (uint32_t pid = 1; pid < 20000; pid++) {
        event.process.pid = pid;
        event.process.start_ns = pid;
        feed(state, event);
    }
    feed(state, of_socket(TB_SOCK_CONNECT, 10, 19999, client(PORT), 11));
    expect_text(state, asked(client(PORT), 11), TB_OWNER_EXE, "");
    NAMED(asked(client(PORT), 11), 19999, CONNECTOR);
}

static void what_is_too_old_is_forgotten(void **state)
{
    struct subject *subject = *state;

    open_client(state, 10, 7);
    open_server(state, 10);
    close_client(state, 20);
    feed(state, event_of(TB_SOCK_EXIT, 21, 7));
    tb_attrib_expire(subject->attrib, 120020ull * MS);
    assert_int_equal(tb_attrib_counts(subject->attrib).connections, 2);
    tb_attrib_expire(subject->attrib, 120021ull * MS);
    assert_int_equal(tb_attrib_counts(subject->attrib).connections, 1);
    tb_attrib_expire(subject->attrib, 10);
    tb_attrib_expire(subject->attrib, 120022ull * MS);
    assert_int_equal(tb_attrib_counts(subject->attrib).processes, 0);
    assert_int_equal(tb_attrib_counts(subject->attrib).forgotten, 0);
}

static void a_million_connections_stay_within_bounds(void **state)
{
    struct subject *subject = *state;

    tb_attrib_free(subject->attrib);
    subject->attrib = small(1000, 1000);
    for (uint32_t i = 0; i < 1000000; i++) {
        struct tb_sock_event event =
            of_socket(TB_SOCK_CONNECT, 10 + i, 7, client((uint16_t)i), i + 1);

        event.tuple.remote_port = (uint16_t)(i >> 16);
        feed(state, event);
        event.kind = TB_SOCK_CLOSE;
        event.process.pid = 0;
        if (i % 3 != 0)
            feed(state, event);
    }
    assert_true(tb_attrib_counts(subject->attrib).connections <= 1000);
    tb_attrib_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(nothing_fed_names_nobody),
    TEST(who_connected_owns_the_active_end),
    TEST(the_interrupted_process_does_not_own_the_passive_end),
    TEST(who_connected_stays_the_owner_whoever_uses_the_socket),
    TEST(the_first_user_owns_the_passive_end),
    TEST(the_owner_is_told_for_the_packets_before_its_first_use),
    TEST(who_accepted_is_named_until_somebody_uses_the_socket),
    TEST(an_accept_that_is_told_late_changes_nothing),
    TEST(accept_alone_tells_of_a_passive_end),
    TEST(a_thread_of_the_kernel_owns_what_it_connects),
    TEST(a_thread_of_the_kernel_owns_nothing_by_use_or_accept),
    TEST(a_user_does_not_stand_in_for_an_unknown_connector),
    TEST(a_use_told_before_its_connect_gives_way),
    TEST(a_use_told_before_an_unknown_connect_names_nobody),
    TEST(events_without_a_process_are_harmless),
    TEST(a_single_process_server_is_named),
    TEST(a_forking_server_s_child_is_named),
    TEST(a_prefork_server_s_worker_is_named),
    TEST(of_unrelated_listeners_none_is_told),
    TEST(a_descriptor_that_is_passed_on_names_who_reads),
    TEST(a_never_accepted_connection_has_no_owner),
    TEST(a_refused_connection_names_who_asked),
    TEST(the_listener_of_the_very_address_is_told),
    TEST(a_listener_that_closed_or_ended_is_not_told),
    TEST(a_later_listener_is_not_told),
    TEST(a_listener_of_before_a_loss_is_not_told),
    TEST(the_name_of_a_listener_of_before_a_loss_is_not_told),
    TEST(an_active_end_has_no_listener),
    TEST(listeners_are_of_their_namespace),
    TEST(of_too_many_listeners_none_is_told),
    TEST(the_only_holder_at_the_beginning_is_named),
    TEST(packets_before_the_snapshot_name_nobody),
    TEST(a_holder_that_may_not_be_the_only_one_is_unsure),
    TEST(of_several_holders_none_is_named_before_one_uses_it),
    TEST(a_connect_during_the_snapshot_joins_what_was_found),
    TEST(an_open_during_the_snapshot_joins_what_was_found),
    TEST(a_close_of_before_the_look_closes_an_earlier_one),
    TEST(a_connector_that_is_unknown_leaves_the_holder),
    TEST(a_holder_that_is_found_soon_is_named_for_the_packet_that_caused_the_look),
    TEST(a_holder_that_is_found_long_after_is_not),
    TEST(a_later_look_makes_the_first_holder_unsure_but_not_another_owner),
    TEST(a_complete_look_makes_the_same_holder_sure),
    TEST(after_several_holders_the_last_one_is_unsure),
    TEST(a_user_seen_since_the_birth_comes_before_who_was_found),
    TEST(a_holder_does_not_stand_in_for_who_connected),
    TEST(a_look_that_began_before_close_is_of_what_closed),
    TEST(the_owner_stays_for_the_packets_of_time_wait),
    TEST(a_syn_after_close_is_not_of_what_closed),
    TEST(a_new_generation_has_its_own_owner),
    TEST(a_passive_end_begins_with_its_peer_s_connect),
    TEST(between_two_generations_a_packet_may_be_of_either),
    TEST(a_peer_in_another_namespace_begins_it_too),
    TEST(a_handshake_may_take_a_minute_but_not_two),
    TEST(before_the_first_event_nobody_is_named),
    TEST(reading_goes_on_after_close),
    TEST(a_use_of_another_socket_is_of_another_end),
    TEST(a_use_without_its_socket_after_close_is_of_another_end),
    TEST(a_use_told_a_moment_before_its_birth_counts),
    TEST(an_end_that_is_known_by_its_use_alone_is_unsure),
    TEST(a_birth_that_is_told_twice_is_one),
    TEST(a_close_that_is_told_twice_is_one),
    TEST(a_close_of_nobody_knows_what_hides_the_one_before),
    TEST(a_generation_without_its_close_ends_with_its_last_event),
    TEST(a_close_that_is_told_after_the_next_birth_counts),
    TEST(a_connect_that_began_before_the_tuple_was_free_owns_nothing_yet),
    TEST(an_older_birth_told_late_is_closed_by_the_newer),
    TEST(sixteen_generations_are_kept),
    TEST(of_more_than_sixteen_generations_eight_are_kept),
    TEST(a_process_is_told_as_it_was_at_the_time),
    TEST(an_owner_is_told_as_it_was_when_it_became_one),
    TEST(a_renamed_process_runs_the_same_program),
    TEST(a_child_runs_its_parent_s_program),
    TEST(a_name_that_nobody_told_of_is_another_program),
    TEST(a_name_of_a_moment_before_a_renaming_is_no_news),
    TEST(a_name_that_is_learned_later_is_told),
    TEST(of_many_renamings_the_last_few_are_known),
    TEST(arguments_have_spaces_between_them),
    TEST(long_texts_are_cut),
    TEST(a_pid_that_is_used_again_is_another_process),
    TEST(an_earlier_process_of_the_pid_may_be_told_later),
    TEST(a_start_that_is_learned_later_is_told),
    TEST(without_a_start_the_living_process_of_the_pid_is_meant),
    TEST(without_its_start_an_owner_of_after_a_loss_is_unsure),
    TEST(a_fork_is_a_new_process_whatever_the_pid_was),
    TEST(the_cgroup_is_told),
    TEST(descent_is_by_forks_and_by_what_the_snapshot_told),
    TEST(nobody_descends_from_who_began_later),
    TEST(ancestors_stay_known_as_long_as_who_descends_from_them),
    TEST(an_end_of_another_namespace_is_no_end_of_loopback),
    TEST(the_namespace_of_the_capture_comes_first),
    TEST(of_ends_in_several_other_namespaces_none_is_named),
    TEST(a_tuple_in_very_many_namespaces_names_nobody),
    TEST(an_end_that_may_be_of_two_is_not_looked_for_elsewhere),
    TEST(an_end_elsewhere_is_unsure_after_a_loss),
    TEST(a_loss_before_or_after_changes_nothing),
    TEST(after_a_loss_an_open_end_is_unsure),
    TEST(a_loss_without_its_beginning_is_of_all_that_was_before),
    TEST(a_use_may_be_lost_before_the_first_that_is_told),
    TEST(after_a_loss_a_closed_end_names_nobody),
    TEST(a_user_of_after_close_may_be_of_a_lost_birth),
    TEST(another_user_after_a_loss_may_be_of_a_lost_birth),
    TEST(after_a_loss_an_owner_that_has_ended_is_not_named),
    TEST(without_a_loss_an_owner_that_has_ended_is_named),
    TEST(who_was_found_before_a_lost_close_does_not_hold_the_next),
    TEST(a_handshake_is_not_looked_for_across_a_loss),
    TEST(a_program_of_before_a_loss_is_not_told),
    TEST(sixteen_losses_are_kept_apart_and_more_are_not_forgotten),
    TEST(a_loss_of_nothing_is_none),
    TEST(a_change_of_certainty_is_another_generation),
    TEST(the_closed_are_forgotten_before_the_open),
    TEST(where_ends_were_forgotten_a_later_one_reaches_not_so_far),
    TEST(processes_are_bounded_and_the_held_ones_last),
    TEST(an_event_that_cannot_be_kept_is_a_loss),
    TEST(too_much_text_is_not_kept),
    TEST(what_is_too_old_is_forgotten),
    TEST(a_million_connections_stay_within_bounds),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
