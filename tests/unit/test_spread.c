/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_spread.c - the percentile is that of the sorted times, at every moment */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spread.h"

enum {
    TIMES = 2000
};

static int ascending(const void *one, const void *other)
{
    const uint64_t a = *(const uint64_t *)one;
    const uint64_t b = *(const uint64_t *)other;

    return (a > b) - (a < b);
}

static void expect_as_sorted(const struct tb_spread *spread, const uint64_t *times, size_t count)
{
    static uint64_t sorted[TIMES];
    uint64_t sum = 0;

    memcpy(sorted, times, count * sizeof(times[0]));
    qsort(sorted, count, sizeof(sorted[0]), ascending);
    for (size_t i = 0; i < count; i++)
        sum += sorted[i];
    assert_int_equal(spread->count, count);
    assert_int_equal(spread->min, sorted[0]);
    assert_int_equal(spread->max, sorted[count - 1]);
    assert_int_equal(tb_spread_mean(spread), (sum + count / 2) / count);
    /* the least rank that is 95 % of the count or more */
    assert_int_equal(tb_spread_p95(spread), sorted[(95 * count + 99) / 100 - 1]);
}

/* 1,2,3 with many alike; not random, so that a failure comes back. */
static uint64_t time_number(size_t i, unsigned pattern)
{
    switch (pattern) {
    case 0:
        return i; /* ascending */
    case 1:
        return TIMES - i; /* descending */
    case 2:
        return 7; /* all alike */
    default:
        return (i * 2654435761u) % 1009; /* mixed, some alike */
    }
}

static void the_percentile_is_exact_after_each_time(void **state)
{
    static uint64_t times[TIMES];

    (void)state;
    for (unsigned pattern = 0; pattern < 4; pattern++) {
        struct tb_spread spread = { 0 };

        for (size_t i = 0; i < TIMES; i++) {
            times[i] = time_number(i, pattern);
            tb_spread_add(&spread, times[i]);
            if (i < 120 || i % 97 == 0)
                expect_as_sorted(&spread, times, i + 1);
        }
        tb_spread_free(&spread);
        assert_int_equal(spread.count, 0);
    }
}

static void all_of_one_are_added_to_another(void **state)
{
    static uint64_t times[TIMES];
    struct tb_spread whole = { 0 };
    size_t count = 0;

    (void)state;
    for (size_t size = 0; size < 5; size++) {
        struct tb_spread part = { 0 };

        for (size_t i = 0; i < size * size * size; i++) {
            times[count] = time_number(count, 3);
            tb_spread_add(&part, times[count++]);
        }
        tb_spread_add_all(&whole, &part);
        tb_spread_free(&part);
    }
    expect_as_sorted(&whole, times, count);
    tb_spread_free(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_percentile_is_exact_after_each_time),
        cmocka_unit_test(all_of_one_are_added_to_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
