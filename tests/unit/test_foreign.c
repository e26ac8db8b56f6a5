/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_foreign.c - what other tools write about processes: read, cut short, and made to mislead */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "edge.h"
#include "foreign.h"

#define PTCPDUMP "PID: 4242\nCmd: /usr/bin/curl\nArgs: curl http://www.example/"

enum {
    PKTAP_SIZE = 108
};

/* Reads a copy that ends where memory does. */
static bool add(const char *text, struct tb_foreign *found)
{
    const size_t length = strlen(text);

    return tb_foreign_read_comment((const char *)tb_edge_put(text, length), length, found);
}

static struct tb_foreign found_in(const char *text)
{
    struct tb_foreign found = { .tool = TB_FOREIGN_NONE };

    const bool said = add(text, &found);

    assert_int_equal(said, found.tool != TB_FOREIGN_NONE);
    return found;
}

static void assert_text(const struct tb_owner *owner, enum tb_owner_text which,
                        const char *expected)
{
    assert_int_equal(owner->text[which].length, strlen(expected));
    if (*expected != '\0')
        assert_memory_equal(owner->text[which].octets, expected, strlen(expected));
}

static void a_process_of_ptcpdump_is_read(void **state)
{
    const struct tb_foreign found = found_in(PTCPDUMP);

    (void)state;
    assert_int_equal(found.tool, TB_FOREIGN_PTCPDUMP);
    assert_int_equal(found.end, TB_FOREIGN_LOCAL);
    assert_int_equal(found.owner.has, TB_OWNER_PID);
    assert_int_equal(found.owner.pid, 4242);
    assert_int_equal(found.owner.certainty, TB_OWNER_UNSURE);
    assert_int_equal(found.owner.source, TB_OWNER_SOURCE_UNKNOWN);
    assert_text(&found.owner, TB_OWNER_COMM, "curl");
    assert_text(&found.owner, TB_OWNER_EXE, "/usr/bin/curl");
    assert_text(&found.owner, TB_OWNER_CMDLINE, "curl http://www.example/");
}

static void further_comments_of_ptcpdump_add_user_and_container(void **state)
{
    struct tb_foreign found = { .tool = TB_FOREIGN_NONE };
    static char first[] = PTCPDUMP; /* the texts point into it */

    (void)state;
    assert_false(add("UserId: 0\nGroupId: 0", &found)); /* nobody is named yet */
    assert_true(tb_foreign_read_comment(first, strlen(first), &found));
    assert_true(add("UserId: 1000\nGroupId: 1000", &found));
    assert_false(add("ParentPID: 1\nParentCmd: /sbin/init", &found));
    assert_true(add("ContainerName: web\nContainerId: 01", &found));
    assert_int_equal(found.owner.uid, 1000);
    assert_int_equal(found.owner.pid, 4242);
    assert_text(&found.owner, TB_OWNER_CONTAINER, "web");
    assert_text(&found.owner, TB_OWNER_COMM, "curl");
}

static void arguments_with_line_breaks_name_nobody_else(void **state)
{
    const struct tb_foreign found =
        found_in("PID: 7\nCmd: /bin/sh\nArgs: sh -c :\nPID: 8\nCmd: /bin/ls\nUserId: 0");

    (void)state;
    assert_int_equal(found.owner.pid, 7);
    assert_int_equal(found.owner.has, TB_OWNER_PID);
    assert_text(&found.owner, TB_OWNER_COMM, "sh");
    assert_text(&found.owner, TB_OWNER_EXE, "/bin/sh");
}

static void a_program_that_was_cut_is_not_named(void **state)
{
    const struct tb_foreign found = found_in("PID: 7\nCmd: /opt/very/lo...\nArgs: ");

    (void)state;
    assert_int_equal(found.owner.pid, 7);
    assert_text(&found.owner, TB_OWNER_COMM, "");
    assert_text(&found.owner, TB_OWNER_EXE, "");
}

static void a_program_without_a_path_is_only_a_name(void **state)
{
    const struct tb_foreign found = found_in("PID: 7\nCommand: systemd");

    (void)state;
    assert_text(&found.owner, TB_OWNER_COMM, "systemd");
    assert_text(&found.owner, TB_OWNER_EXE, "");
}

static void a_process_of_rustnet_is_read(void **state)
{
    const struct tb_foreign found = found_in("rustnet process=curl pid=4242 ppid=1 uid=1000 "
                                             "attr=exact container=web direction=outgoing app=x");

    (void)state;
    assert_int_equal(found.tool, TB_FOREIGN_RUSTNET);
    assert_int_equal(found.end, TB_FOREIGN_CLIENT);
    assert_int_equal(found.owner.has, TB_OWNER_PID | TB_OWNER_UID);
    assert_int_equal(found.owner.pid, 4242);
    assert_int_equal(found.owner.uid, 1000);
    assert_text(&found.owner, TB_OWNER_COMM, "curl");
    assert_text(&found.owner, TB_OWNER_CONTAINER, "web");
}

static void rustnet_tells_the_end_by_the_direction_or_not_at_all(void **state)
{
    (void)state;
    assert_int_equal(found_in("rustnet pid=1 direction=incoming").end, TB_FOREIGN_SERVER);
    assert_int_equal(found_in("rustnet pid=1").end, TB_FOREIGN_EITHER);
    assert_int_equal(found_in("rustnet pid=1 direction=out").end, TB_FOREIGN_EITHER);
    assert_int_equal(found_in("rustnet pid=1 direction=x direction=incoming").end,
                     TB_FOREIGN_EITHER);
}

static void the_first_word_counts(void **state)
{
    const struct tb_foreign found = found_in("rustnet process=a pid=1 uid=2 process=b pid=3 uid=4");

    (void)state;
    assert_int_equal(found.owner.pid, 1);
    assert_int_equal(found.owner.uid, 2);
    assert_text(&found.owner, TB_OWNER_COMM, "a");
}

static void comments_of_rustnets_script_are_read(void **state)
{
    struct tb_foreign found = found_in("PID:4400 Process:my browser\nmore");

    (void)state;
    assert_int_equal(found.end, TB_FOREIGN_EITHER);
    assert_int_equal(found.owner.pid, 4400);
    assert_text(&found.owner, TB_OWNER_COMM, "my browser");
    found = found_in("Process:curl");
    assert_int_equal(found.owner.has, 0);
    assert_text(&found.owner, TB_OWNER_COMM, "curl");
}

static void what_names_nobody_is_nothing(void **state)
{
    static const char *const texts[] = {
        "",
        "PID: ",
        "PID: 0\nArgs: x",
        "PID: 12x",
        "PID: -1",
        "PID: 4294967296",
        "PID: 99999999999999999999",
        " PID: 1",
        "ParentPID: 1\nParentCmd: init",
        "note\nPID: 1",
        "rustnet",
        "rustnet ",
        "rustnet uid=0 direction=outgoing",
        "rustnetpid=1",
        "PID:",
        "PID:x Process:",
        "Process:",
        "tcp-breath v=1 src.pid=1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(found_in(texts[i]).tool, TB_FOREIGN_NONE);
}

static void a_text_ends_at_a_nul_and_at_its_limit(void **state)
{
    static const char with_nul[] = "PID: 1\nArgs: a\0b";
    static const char before[] = "PID: 1\nArgs: ";
    static char text[(size_t)2 * TB_OWNER_TEXT_MAX];
    struct tb_foreign found = { .tool = TB_FOREIGN_NONE };

    (void)state;
    assert_true(tb_foreign_read_comment(with_nul, sizeof(with_nul) - 1, &found));
    assert_text(&found.owner, TB_OWNER_CMDLINE, "a");
    memset(text, 'x', sizeof(text));
    memcpy(text, before, sizeof(before) - 1);
    memset(&found, 0, sizeof(found));
    assert_true(tb_foreign_read_comment(text, sizeof(text), &found));
    assert_int_equal(found.owner.text[TB_OWNER_CMDLINE].length, TB_OWNER_TEXT_MAX);
}

/* A header of pktap's, for an Ethernet frame that `flags` say the way of. */
static void make_pktap(uint8_t header[PKTAP_SIZE], uint8_t flags, uint32_t pid, const char *name)
{
    memset(header, 0, PKTAP_SIZE);
    header[0] = PKTAP_SIZE;
    header[4] = 1;
    header[36] = flags;
    for (unsigned i = 0; i < 4; i++)
        header[52 + i] = (uint8_t)(pid >> 8 * i);
    for (unsigned i = 0; name[i] != '\0'; i++)
        header[56 + i] = (uint8_t)name[i];
}

static struct tb_foreign found_in_header(const uint8_t *header, size_t length)
{
    struct tb_foreign found = { .tool = TB_FOREIGN_NONE };
    const bool said = tb_foreign_read_pktap(tb_edge_put(header, length), length, &found);

    assert_int_equal(said, found.tool == TB_FOREIGN_PKTAP);
    return found;
}

static void a_header_of_pktap_names_the_process_at_the_end_that_is_here(void **state)
{
    uint8_t header[PKTAP_SIZE];
    struct tb_foreign found;

    (void)state;
    make_pktap(header, 2, 4242, "curl");
    found = found_in_header(header, sizeof(header));
    assert_int_equal(found.end, TB_FOREIGN_SRC);
    assert_int_equal(found.owner.pid, 4242);
    assert_int_equal(found.owner.certainty, TB_OWNER_UNSURE);
    make_pktap(header, 1, 4242, "curl");
    assert_int_equal(found_in_header(header, sizeof(header)).end, TB_FOREIGN_DST);
    make_pktap(header, 0, 4242, "curl");
    assert_int_equal(found_in_header(header, sizeof(header)).end, TB_FOREIGN_EITHER);
    make_pktap(header, 3, 4242, "curl");
    assert_int_equal(found_in_header(header, sizeof(header)).end, TB_FOREIGN_EITHER);
}

static void a_name_may_fill_its_field_in_pktap(void **state)
{
    uint8_t header[PKTAP_SIZE];
    struct tb_foreign found;

    (void)state;
    make_pktap(header, 2, 1, "12345678901234567890");
    header[76] = 'x'; /* the next field */
    found = found_in_header(header, sizeof(header));
    assert_int_equal(found.owner.text[TB_OWNER_COMM].length, 20);
}

static void a_header_of_pktap_without_a_process_or_cut_short_is_nothing(void **state)
{
    uint8_t header[PKTAP_SIZE];

    (void)state;
    make_pktap(header, 2, UINT32_MAX, "x");
    assert_int_equal(found_in_header(header, sizeof(header)).tool, TB_FOREIGN_NONE);
    make_pktap(header, 2, 0, "x");
    assert_int_equal(found_in_header(header, sizeof(header)).tool, TB_FOREIGN_NONE);
    make_pktap(header, 2, 1, "x");
    for (size_t length = 0; length < sizeof(header); length++)
        assert_int_equal(found_in_header(header, length).tool, TB_FOREIGN_NONE);
    header[4] = 0;
    assert_int_equal(found_in_header(header, sizeof(header)).tool, TB_FOREIGN_NONE);
}

static void a_block_of_darwins_is_of_the_end_that_is_here(void **state)
{
    struct tb_foreign found;

    (void)state;
    assert_true(tb_foreign_read_darwin(4242, "curl", &found));
    assert_int_equal(found.tool, TB_FOREIGN_DARWIN);
    assert_int_equal(found.end, TB_FOREIGN_LOCAL);
    assert_int_equal(found.owner.pid, 4242);
    assert_text(&found.owner, TB_OWNER_COMM, "curl");
    assert_true(tb_foreign_read_darwin(4242, NULL, &found));
    assert_text(&found.owner, TB_OWNER_COMM, "");
    assert_false(tb_foreign_read_darwin(0, "kernel", &found));
    assert_false(tb_foreign_read_darwin(UINT32_MAX, "nobody", &found));
}

static void every_tool_has_a_name(void **state)
{
    (void)state;
    for (unsigned i = TB_FOREIGN_PTCPDUMP; i < TB_FOREIGN_COUNT; i++)
        assert_true(*tb_foreign_tool_name((enum tb_foreign_tool)i) != '\0');
    assert_string_equal(tb_foreign_tool_name(TB_FOREIGN_NONE), "");
    assert_string_equal(tb_foreign_tool_name(TB_FOREIGN_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_of_ptcpdump_is_read),
        cmocka_unit_test(further_comments_of_ptcpdump_add_user_and_container),
        cmocka_unit_test(arguments_with_line_breaks_name_nobody_else),
        cmocka_unit_test(a_program_that_was_cut_is_not_named),
        cmocka_unit_test(a_program_without_a_path_is_only_a_name),
        cmocka_unit_test(a_process_of_rustnet_is_read),
        cmocka_unit_test(rustnet_tells_the_end_by_the_direction_or_not_at_all),
        cmocka_unit_test(the_first_word_counts),
        cmocka_unit_test(comments_of_rustnets_script_are_read),
        cmocka_unit_test(what_names_nobody_is_nothing),
        cmocka_unit_test(a_text_ends_at_a_nul_and_at_its_limit),
        cmocka_unit_test(a_header_of_pktap_names_the_process_at_the_end_that_is_here),
        cmocka_unit_test(a_name_may_fill_its_field_in_pktap),
        cmocka_unit_test(a_header_of_pktap_without_a_process_or_cut_short_is_nothing),
        cmocka_unit_test(a_block_of_darwins_is_of_the_end_that_is_here),
        cmocka_unit_test(every_tool_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
