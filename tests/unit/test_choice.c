/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_choice.c - whose connections are wanted, names of users and containers, and one clock
 * told by the other */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "containers.h"
#include "timeline.h"
#include "users.h"
#include "wanted.h"

#define S  1000000000ull
#define MS 1000000ull
#define US 1000u

/* --- Whose --------------------------------------------------------------------------------- */

static struct tb_owner owner_of(const char *comm, const char *exe)
{
    struct tb_owner owner = { .has = TB_OWNER_PID | TB_OWNER_UID, .pid = 42, .uid = 1000 };

    owner.text[TB_OWNER_COMM] = (struct tb_octet_string){ comm, strlen(comm) };
    owner.text[TB_OWNER_EXE] = (struct tb_octet_string){ exe, strlen(exe) };
    return owner;
}

static bool name_matches(const char *name, const char *comm, const char *exe)
{
    const struct tb_wanted wanted = { .processes = { { "nobody", 6 }, { name, strlen(name) } },
                                      .process_count = 2 };
    const struct tb_owner owner = owner_of(comm, exe);

    return tb_wanted_matches(&wanted, &owner);
}

static void nothing_named_is_everybody(void **state)
{
    const struct tb_wanted none = { .pid_count = 0 };
    const struct tb_wanted some = { .users = { 0 }, .user_count = 1 };

    (void)state;
    assert_false(tb_wanted_is_some(&none));
    assert_true(tb_wanted_is_some(&some));
}

static void a_process_is_known_by_its_name_or_its_program(void **state)
{
    (void)state;
    assert_true(name_matches("curl", "curl", ""));
    assert_true(name_matches("python3.11", "worker", "/usr/bin/python3.11"));
    assert_false(name_matches("curl", "curly", "/usr/bin/curly"));
    assert_false(name_matches("bin", "x", "/usr/bin/x"));
    assert_false(name_matches("curl", "", ""));
}

static void the_kernel_keeps_fifteen_octets_of_a_name(void **state)
{
    (void)state;
    assert_true(name_matches("a-program-of-a-long-name", "a-program-of-a-", ""));
    assert_true(name_matches("a-program-of-a-long-name", "x", "/a-program-of-a-long-name"));
    assert_false(name_matches("a-program-of-another", "a-program-of-a-", ""));
}

static void a_number_that_is_not_known_matches_nothing(void **state)
{
    const struct tb_wanted zero = {
        .pids = { 0 }, .pid_count = 1, .users = { 0 }, .user_count = 1
    };
    const struct tb_wanted both = { .pids = { 1, 42 },
                                    .starts_ns = { S, S },
                                    .step_ns = MS,
                                    .pid_count = 2,
                                    .users = { 0, 1000 },
                                    .user_count = 2 };
    struct tb_owner owner = owner_of("x", "");

    (void)state;
    assert_true(tb_wanted_matches(&both, &owner));
    owner.has = TB_OWNER_UID;
    assert_true(tb_wanted_matches(&both, &owner));
    owner = (struct tb_owner){ .has = 0 };
    assert_false(tb_wanted_matches(&both, &owner));
    assert_false(tb_wanted_matches(&zero, &owner));
}

static bool process_matches(uint32_t pid, uint64_t start_ns)
{
    const struct tb_wanted wanted = {
        .pids = { 1, 42 }, .starts_ns = { 0, S }, .step_ns = 10 * MS, .pid_count = 2
    };
    const struct tb_owner owner = { .has = TB_OWNER_PID | TB_OWNER_START,
                                    .pid = pid,
                                    .start_ns = start_ns };

    return tb_wanted_matches(&wanted, &owner);
}

static void a_pid_is_a_process_with_its_start_only(void **state)
{
    const struct tb_wanted wanted = {
        .pids = { 42 }, .starts_ns = { 0 }, .step_ns = S, .pid_count = 1
    };
    const struct tb_owner bare = owner_of("x", "");

    (void)state;
    assert_true(process_matches(42, S));
    assert_true(process_matches(42, S + 10 * MS - 1));
    assert_false(process_matches(42, S + 10 * MS));
    assert_false(process_matches(42, S - 1));
    assert_true(process_matches(1, 5 * MS));
    assert_false(process_matches(1, S));
    assert_false(tb_wanted_matches(&wanted, &bare));
}

/* --- Users --------------------------------------------------------------------------------- */

static void users_have_names(void **state)
{
    struct tb_users *users = tb_users_read();

    (void)state;
    assert_non_null(users);
    assert_string_equal(tb_users_name(users, 0), "root");
    assert_null(tb_users_name(users, UINT32_MAX));
    tb_users_free(users);
    tb_users_free(NULL);
}

/* --- Containers ---------------------------------------------------------------------------- */

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void a_container_is_known_by_its_cgroups_id(void **state)
{
    struct tb_containers *containers = tb_containers_new();

    (void)state;
    assert_non_null(containers);
    tb_containers_learn(containers, 77, "/docker/" ID);
    tb_containers_learn(containers, 78, "/lxc/web/system.slice");
    tb_containers_learn(containers, 79, "/system.slice");
    tb_containers_learn(containers, 0, "/lxc/nobody");
    assert_string_equal(tb_containers_name(containers, 77), "docker-0123456789ab");
    assert_string_equal(tb_containers_name(containers, 78), "lxc-web");
    assert_null(tb_containers_name(containers, 79));
    assert_null(tb_containers_name(containers, 80));
    assert_null(tb_containers_name(containers, 0));
    tb_containers_learn(containers, 77, "/lxc/another");
    assert_string_equal(tb_containers_name(containers, 77), "docker-0123456789ab");
    tb_containers_free(containers);
    tb_containers_free(NULL);
}

static void of_too_many_containers_the_last_ones_are_kept(void **state)
{
    struct tb_containers *containers = tb_containers_new();
    char path[32];

    (void)state;
    assert_non_null(containers);
    for (unsigned i = 1; i <= TB_CONTAINERS_MAX + 2u; i++) {
        (void)snprintf(path, sizeof path, "/lxc/%u", i);
        tb_containers_learn(containers, i, path);
    }
    assert_null(tb_containers_name(containers, 2));
    assert_string_equal(tb_containers_name(containers, 3), "lxc-3");
    assert_string_equal(tb_containers_name(containers, TB_CONTAINERS_MAX + 2u), "lxc-65538");
    tb_containers_free(containers);
}

/* --- Clocks -------------------------------------------------------------------------------- */

static uint64_t distance(uint64_t one, uint64_t other)
{
    return one > other ? one - other : other - one;
}

static void without_a_sample_no_time_is_known(void **state)
{
    const struct tb_timeline none = { .count = 0 };

    (void)state;
    assert_int_equal(tb_timeline_monotonic_ns(&none, 5 * S), 0);
}

static void an_unchanged_difference_is_used_before_between_and_after(void **state)
{
    struct tb_timeline timeline = { .count = 0 };

    (void)state;
    for (uint64_t i = 1; i < 10000; i++)
        tb_timeline_add(&timeline, i * S, 1000 * S + i * S + i % 7);
    assert_true(timeline.count < 4);
    assert_true(distance(tb_timeline_monotonic_ns(&timeline, 1000 * S + US), US) < US);
    assert_true(distance(tb_timeline_monotonic_ns(&timeline, 1005 * S), 5 * S) < US);
    assert_true(distance(tb_timeline_monotonic_ns(&timeline, 21000 * S), 20000 * S) < US);
}

static void a_clock_that_leaps_forward_is_followed(void **state)
{
    struct tb_timeline timeline = { .count = 0 };

    (void)state;
    tb_timeline_add(&timeline, 10 * S, 1010 * S);
    tb_timeline_add(&timeline, 20 * S, 1020 * S);
    tb_timeline_add(&timeline, 30 * S, 5030 * S); /* 4000 s, somewhere between */
    tb_timeline_add(&timeline, 40 * S, 5040 * S);
    assert_int_equal(tb_timeline_monotonic_ns(&timeline, 1015 * S), 15 * S);
    assert_int_equal(tb_timeline_monotonic_ns(&timeline, 5035 * S), 35 * S);
    /* between the samples: before the leap by the one difference, after it by the other */
    assert_int_equal(tb_timeline_monotonic_ns(&timeline, 1022 * S), 22 * S);
    assert_int_equal(tb_timeline_monotonic_ns(&timeline, 5028 * S), 28 * S);
}

static void of_a_time_that_happened_twice_the_later_is_taken(void **state)
{
    struct tb_timeline timeline = { .count = 0 };

    (void)state;
    tb_timeline_add(&timeline, 10 * S, 1010 * S);
    tb_timeline_add(&timeline, 20 * S, 1020 * S);
    tb_timeline_add(&timeline, 21 * S, 1006 * S); /* set back 15 s */
    tb_timeline_add(&timeline, 40 * S, 1025 * S);
    assert_int_equal(tb_timeline_monotonic_ns(&timeline, 1015 * S), 30 * S);
    assert_int_equal(tb_timeline_monotonic_ns(&timeline, 1001 * S), 1 * S);
}

static void of_many_changes_the_last_ones_are_kept(void **state)
{
    struct tb_timeline timeline = { .count = 0 };

    (void)state;
    for (uint64_t i = 1; i <= 10ull * TB_TIMELINE_SAMPLES; i++)
        tb_timeline_add(&timeline, i * S, 1000 * S + i * S + i * 100000);
    assert_int_equal(tb_timeline_monotonic_ns(&timeline, 1000 * S + 600 * S + 600 * 100000ull),
                     600 * S);
}

static void before_what_is_kept_the_oldest_difference_counts(void **state)
{
    struct tb_timeline timeline = { .count = 0 };

    (void)state;
    tb_timeline_add(&timeline, 10 * S, 1010 * S);
    tb_timeline_add(&timeline, 20 * S, 1020 * S);
    for (uint64_t i = 1; i < TB_TIMELINE_SAMPLES; i++)
        tb_timeline_add(&timeline, (20 + i) * S, (5020 + i) * S + i * 5 * US);
    assert_int_equal(tb_timeline_monotonic_ns(&timeline, 1015 * S), 15 * S);
    assert_int_equal(tb_timeline_monotonic_ns(&timeline, 1001 * S), 1 * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_named_is_everybody),
        cmocka_unit_test(a_process_is_known_by_its_name_or_its_program),
        cmocka_unit_test(the_kernel_keeps_fifteen_octets_of_a_name),
        cmocka_unit_test(a_number_that_is_not_known_matches_nothing),
        cmocka_unit_test(a_pid_is_a_process_with_its_start_only),
        cmocka_unit_test(users_have_names),
        cmocka_unit_test(a_container_is_known_by_its_cgroups_id),
        cmocka_unit_test(of_too_many_containers_the_last_ones_are_kept),
        cmocka_unit_test(without_a_sample_no_time_is_known),
        cmocka_unit_test(an_unchanged_difference_is_used_before_between_and_after),
        cmocka_unit_test(a_clock_that_leaps_forward_is_followed),
        cmocka_unit_test(of_a_time_that_happened_twice_the_later_is_taken),
        cmocka_unit_test(of_many_changes_the_last_ones_are_kept),
        cmocka_unit_test(before_what_is_kept_the_oldest_difference_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
