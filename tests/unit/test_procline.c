/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_procline.c - texts of /proc, honest ones and those that try to mislead */
#include "procline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "edge.h"

#define TAIL " R 7 1 1 0 -1 4194304 101 0 0 0 0 0 0 0 20 0 3 0 91862 3133440 388\n"

static bool read_stat(const char *text, struct tb_proc_stat *stat)
{
    const size_t length = strlen(text);

    return tb_proc_read_stat((const char *)tb_edge_put(text, length), length, stat);
}

static void a_stat_tells_name_parent_threads_and_start(void **state)
{
    struct tb_proc_stat stat;

    (void)state;
    assert_true(read_stat("42 (curl)" TAIL, &stat));
    assert_int_equal(stat.pid, 42);
    assert_string_equal(stat.comm, "curl");
    assert_int_equal(stat.state, 'R');
    assert_int_equal(stat.parent_pid, 7);
    assert_int_equal(stat.threads, 3);
    assert_int_equal(stat.start_ticks, 91862);
    assert_false(stat.kernel);
}

static void a_name_may_hold_parentheses_blanks_and_newlines(void **state)
{
    struct tb_proc_stat stat;

    (void)state;
    assert_true(read_stat("42 (a) S 1\n(b) R 2)" TAIL, &stat));
    assert_string_equal(stat.comm, "a) S 1\n(b) R 2");
    assert_int_equal(stat.parent_pid, 7);
    assert_true(read_stat("42 ()" TAIL, &stat));
    assert_string_equal(stat.comm, "");
    assert_true(read_stat("42 ())" TAIL, &stat));
    assert_string_equal(stat.comm, ")");
}

static void a_name_longer_than_a_process_can_have_is_cut(void **state)
{
    struct tb_proc_stat stat;

    (void)state;
    assert_true(read_stat("9 (kworker/u8:2-events_unbound) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 "
                          "20 0 1 0 29 0 0\n",
                          &stat));
    assert_string_equal(stat.comm, "kworker/u8:2-ev");
    assert_true(stat.kernel);
}

static void a_stat_that_stops_early_is_none(void **state)
{
    static const char text[] = "42 (a (b) c)" TAIL;
    struct tb_proc_stat stat = { .pid = 1 };
    const size_t whole =
        strlen("42 (a (b) c) R 7 1 1 0 -1 4194304 101 0 0 0 0 0 0 0 20 0 3 0 91862");

    (void)state;
    for (size_t length = 0; length <= whole; length++)
        assert_false(tb_proc_read_stat((const char *)tb_edge_put(text, length), length, &stat));
    assert_int_equal(stat.pid, 1);
    assert_true(tb_proc_read_stat((const char *)tb_edge_put(text, whole + 1), whole + 1, &stat));
    assert_int_equal(stat.start_ticks, 91862);
}

static void a_stat_that_is_none_is_told(void **state)
{
    static const char *const none[] = {
        "",
        "\n",
        "42",
        "x (curl)" TAIL,
        "-1 (curl)" TAIL,
        "42 curl" TAIL,
        "42(curl)" TAIL,
        "2147483648 (curl)" TAIL,
        "42 (curl) R x 1 1 0 -1 0 101 0 0 0 0 0 0 0 20 0 3 0 91862 1\n",
        "42 (curl) R 7 1 1 0 -1 4294967296 101 0 0 0 0 0 0 0 20 0 3 0 91862 1\n",
        "42 (curl) R 7 1 1 0 -1 0 101 0 0 0 0 0 0 0 20 0 3 0 18446744073709551616 1\n",
    };
    struct tb_proc_stat stat;

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(read_stat(none[i], &stat));
}

static void a_status_tells_the_group_and_the_effective_user(void **state)
{
    static const char text[] = "Name:\tcurl\nUmask:\t0022\nState:\tR (running)\nTgid:\t42\n"
                               "Ngid:\t0\nPid:\t43\nPPid:\t7\nTracerPid:\t0\n"
                               "Uid:\t1000\t4294967295\t0\t0\nGid:\t0\t0\t0\t0\n";
    const size_t end = strlen(text) - strlen("\t0\t0\nGid:\t0\t0\t0\t0\n");
    struct tb_proc_status status;

    (void)state;
    for (size_t length = 0; length < strlen(text); length++) {
        const char *input = (const char *)tb_edge_put(text, length);

        status = (struct tb_proc_status){ 1, 2 };
        if (tb_proc_read_status(input, length, &status)) {
            assert_true(length > end);
            assert_int_equal(status.group, 42);
            assert_int_equal(status.uid, UINT32_MAX);
        } else {
            assert_true(length <= end + strlen("\t0\t0"));
            assert_int_equal(status.group, 1);
            assert_int_equal(status.uid, 2);
        }
    }
}

static void a_status_without_either_is_none(void **state)
{
    static const char *const none[] = { "Tgid:\t42\n", "Uid:\t1\t1\t1\t1\n",
                                        "Tgid:\tx\nUid:\t1\t1\t1\t1\n", "Tgid:\t42\nUid:\t1\n",
                                        "Tgid:\t42\nUid:\t1\t4294967296\t1\t1\n" };
    struct tb_proc_status status;

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(tb_proc_read_status(none[i], strlen(none[i]), &status));
}

static void the_cgroup_is_that_of_version_2(void **state)
{
    static const char text[] = "9:name=systemd:/a\n0::/user.slice/b c\n1:cpu:/d\n";
    const char *path = NULL;
    size_t length = 0;

    (void)state;
    assert_true(tb_proc_read_cgroup((const char *)tb_edge_put(text, strlen(text)), strlen(text),
                                    &path, &length));
    assert_int_equal(length, strlen("/user.slice/b c"));
    assert_memory_equal(path, "/user.slice/b c", length);
    for (size_t cut = 0; cut < strlen("9:name=systemd:/a\n0::/user.slice/b c\n"); cut++)
        assert_false(
            tb_proc_read_cgroup((const char *)tb_edge_put(text, cut), cut, &path, &length));
    assert_false(tb_proc_read_cgroup("1:cpu:/a\n", 9, &path, &length));
    assert_false(tb_proc_read_cgroup("0::\n", 4, &path, &length));
    assert_false(tb_proc_read_cgroup("10::/x\n", 7, &path, &length));
}

static void only_a_link_to_a_socket_is_one(void **state)
{
    static const char text[] = "socket:[18446744073709551615]";
    static const char *const none[] = { "socket:[]",
                                        "socket:[1",
                                        "socket:[1]x",
                                        "socket:[-1]",
                                        "/socket:[1]",
                                        "pipe:[1]",
                                        "socket:[18446744073709551616]",
                                        "socket:[1 ]" };
    uint64_t inode = 0;

    (void)state;
    for (size_t length = 0; length < strlen(text); length++)
        assert_false(tb_proc_is_socket((const char *)tb_edge_put(text, length), length, &inode));
    assert_true(
        tb_proc_is_socket((const char *)tb_edge_put(text, strlen(text)), strlen(text), &inode));
    assert_true(inode == UINT64_MAX);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(tb_proc_is_socket(none[i], strlen(none[i]), &inode));
}

static void a_program_that_was_deleted_keeps_its_path(void **state)
{
    (void)state;
    assert_int_equal(tb_proc_exe_length("/bin/x (deleted)", 16), 6);
    assert_int_equal(tb_proc_exe_length("/bin/x", 6), 6);
    assert_int_equal(tb_proc_exe_length(" (deleted)", 10), 10);
    assert_int_equal(tb_proc_exe_length("", 0), 0);
}

static void a_number_is_written_in_one_way(void **state)
{
    static const char *const none[] = {
        "", "-1", "+1", "01", "00", "1x", "self", " 1", "2147483648", "99999999999999999999999"
    };
    uint32_t number = 7;

    (void)state;
    assert_true(tb_proc_is_number("0", &number));
    assert_int_equal(number, 0);
    assert_true(tb_proc_is_number("2147483647", &number));
    assert_int_equal(number, INT32_MAX);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(tb_proc_is_number(none[i], &number));
    assert_int_equal(number, INT32_MAX);
}

static void the_last_pid_is_the_last_word_of_loadavg(void **state)
{
    static const char text[] = "8.67 7.58 4.38 13/148 16382\n";
    uint32_t pid = 0;

    (void)state;
    for (size_t length = 0; length < strlen(text); length++)
        assert_false(tb_proc_read_last_pid((const char *)tb_edge_put(text, length), length, &pid));
    assert_true(
        tb_proc_read_last_pid((const char *)tb_edge_put(text, strlen(text)), strlen(text), &pid));
    assert_int_equal(pid, 16382);
    assert_false(tb_proc_read_last_pid("1 2 3 4 5 6\n", 12, &pid));
}

static bool read_clocks(const char *text, struct tb_proc_clocks *clocks)
{
    const size_t length = strlen(text);

    return tb_proc_read_clocks((const char *)tb_edge_put(text, length), length, clocks);
}

static void the_clocks_of_a_time_namespace_are_ahead_or_behind(void **state)
{
    static const char whole[] = "monotonic           5         7\nboottime        -100 999999999\n";
    static const char *const none[] = {
        "",
        "monotonic 5 7\n",
        "monotonic 5 7\nboottime 1\n",
        "monotonic x 7\nboottime 1 2\n",
        "monotonic 5 1000000000\nboottime 1 2\n",
        "monotonic 5 7\nboottime 99999999999999 2\n",
    };
    struct tb_proc_clocks clocks = { 1, 2 };

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(read_clocks(none[i], &clocks));
    for (size_t length = 0; length + 1 < sizeof(whole); length++)
        assert_int_equal(
            tb_proc_read_clocks((const char *)tb_edge_put(whole, length), length, &clocks), false);
    assert_true(clocks.monotonic_ns == 1 && clocks.boottime_ns == 2);
    assert_true(read_clocks(whole, &clocks));
    assert_true(clocks.monotonic_ns == 5000000007);
    assert_true(clocks.boottime_ns == -99000000001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clocks_of_a_time_namespace_are_ahead_or_behind),
        cmocka_unit_test(a_stat_tells_name_parent_threads_and_start),
        cmocka_unit_test(a_name_may_hold_parentheses_blanks_and_newlines),
        cmocka_unit_test(a_name_longer_than_a_process_can_have_is_cut),
        cmocka_unit_test(a_stat_that_stops_early_is_none),
        cmocka_unit_test(a_stat_that_is_none_is_told),
        cmocka_unit_test(a_status_tells_the_group_and_the_effective_user),
        cmocka_unit_test(a_status_without_either_is_none),
        cmocka_unit_test(the_cgroup_is_that_of_version_2),
        cmocka_unit_test(only_a_link_to_a_socket_is_one),
        cmocka_unit_test(a_program_that_was_deleted_keeps_its_path),
        cmocka_unit_test(a_number_is_written_in_one_way),
        cmocka_unit_test(the_last_pid_is_the_last_word_of_loadavg),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
