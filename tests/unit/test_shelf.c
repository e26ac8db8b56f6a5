/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_shelf.c - what is kept of a frame is found again, wherever the frame stands in its file
 *
 * Wireshark's memory and its own place for such things are stood in for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fields.h"
#include "shelf.h"

enum {
    FRAMES = 20000, /* many boards */
    THEIRS = 16,
    KEY = 34
};

int tb_proto = 1;

static void *allocated[4 * FRAMES / 1000];
static size_t allocations;

wmem_allocator_t *wmem_file_scope(void)
{
    return NULL;
}

static void *note(void *memory)
{
    assert_non_null(memory);
    assert_true(allocations < sizeof(allocated) / sizeof(allocated[0]));
    allocated[allocations++] = memory;
    return memory;
}

void *wmem_alloc(wmem_allocator_t *allocator, const size_t size)
{
    (void)allocator;
    return note(malloc(size));
}

void *wmem_realloc(wmem_allocator_t *allocator, void *memory, const size_t size)
{
    (void)allocator;
    for (size_t i = 0; i < allocations; i++)
        if (allocated[i] == memory)
            allocated[i] = NULL;
    return note(realloc(memory, size));
}

/* What Wireshark was given to keep. */
static struct {
    const frame_data *frame;
    uint32_t key;
    void *kept;
} theirs[THEIRS];
static size_t their_count;

void *p_get_proto_data(wmem_allocator_t *scope, packet_info *pinfo, int proto, uint32_t key)
{
    (void)scope;
    (void)proto;
    for (size_t i = 0; i < their_count; i++)
        if (theirs[i].frame == pinfo->fd && theirs[i].key == key)
            return theirs[i].kept;
    return NULL;
}

void p_add_proto_data(wmem_allocator_t *scope, packet_info *pinfo, int proto, uint32_t key,
                      void *kept)
{
    (void)scope;
    (void)proto;
    assert_true(their_count < THEIRS);
    theirs[their_count].frame = pinfo->fd;
    theirs[their_count].key = key;
    theirs[their_count++].kept = kept;
}

static frame_data frames[FRAMES];
static int kept[FRAMES];

static int set_up(void **state)
{
    (void)state;
    tb_shelf_reset(true);
    memset(frames, 0, sizeof(frames));
    their_count = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    while (allocations > 0)
        free(allocated[--allocations]);
    return 0;
}

static void *find(frame_data *frame, uint32_t number, uint32_t key)
{
    packet_info pinfo = { .fd = frame, .num = number };

    return tb_shelf_find(&pinfo, key);
}

static void put(frame_data *frame, uint32_t number, uint32_t key, void *what)
{
    packet_info pinfo = { .fd = frame, .num = number };

    assert_null(find(frame, number, key));
    tb_shelf_put(&pinfo, key, what);
}

/* Each frame has a header, and ends its first visit. */
static void read_file(void)
{
    for (uint32_t i = 0; i < FRAMES; i++) {
        put(&frames[i], i + 1, KEY, &kept[i]);
        frames[i].visited = 1;
    }
}

static void place_in_order(void)
{
    for (uint32_t i = 0; i < FRAMES; i++)
        frames[i].file_off = 24 + (int64_t)i * 70;
}

static void every_frame_finds_its_own_in_any_order(void **state)
{
    (void)state;
    place_in_order();
    read_file();
    assert_int_equal(their_count, 0);
    for (uint32_t i = 0; i < FRAMES; i++)
        assert_ptr_equal(find(&frames[i], i + 1, KEY), &kept[i]);
    for (uint32_t i = FRAMES; i > 0; i--)
        assert_ptr_equal(find(&frames[i - 1], i, KEY), &kept[i - 1]);
    for (uint32_t i = 0, at = 0; i < FRAMES; i++, at = (at + 7919) % FRAMES)
        assert_ptr_equal(find(&frames[at], at + 1, KEY), &kept[at]);
}

static void a_frame_that_moves_and_is_counted_anew_finds_its_own(void **state)
{
    (void)state;
    place_in_order();
    read_file();
    for (uint32_t i = 0; i < FRAMES; i += 3) {
        frame_data moved = frames[i];

        assert_ptr_equal(find(&moved, i / 3 + 1, KEY), &kept[i]);
    }
}

static void the_headers_of_one_frame_are_told_apart(void **state)
{
    (void)state;
    frames[0].file_off = 24;
    put(&frames[0], 1, KEY, &kept[0]);
    put(&frames[0], 1, KEY + 1, &kept[1]);
    assert_ptr_equal(find(&frames[0], 1, KEY), &kept[0]); /* again on the first visit */
    assert_ptr_equal(find(&frames[0], 1, KEY + 1), &kept[1]);
    frames[0].visited = 1;
    assert_ptr_equal(find(&frames[0], 1, KEY), &kept[0]);
    assert_ptr_equal(find(&frames[0], 1, KEY + 1), &kept[1]);
    assert_null(find(&frames[0], 1, KEY + 2));
}

static void a_frame_without_headers_finds_nothing(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        frames[i].file_off = 24 + (int64_t)i * 70;
    put(&frames[0], 1, KEY, &kept[0]);
    put(&frames[2], 3, KEY, &kept[2]);
    for (uint32_t i = 0; i < 3; i++)
        frames[i].visited = 1;
    assert_null(find(&frames[1], 2, KEY));
    assert_ptr_equal(find(&frames[2], 3, KEY), &kept[2]);
}

/* Several frames of a file in one place, and a file that begins anew. */
static void frames_that_share_a_place_find_their_own(void **state)
{
    static const int64_t places[] = { 24, 94, 94, 94, 164, 24, 300 };
    const uint32_t number = sizeof(places) / sizeof(places[0]);

    (void)state;
    for (uint32_t i = 0; i < number; i++) {
        frames[i].file_off = places[i];
        put(&frames[i], i + 1, KEY, &kept[i]);
        assert_ptr_equal(find(&frames[i], i + 1, KEY), &kept[i]);
        frames[i].visited = 1;
    }
    assert_true(their_count > 0);
    for (uint32_t i = 0; i < number; i++)
        assert_ptr_equal(find(&frames[i], i + 1, KEY), &kept[i]);
}

static void a_new_file_has_nothing_of_the_one_before(void **state)
{
    (void)state;
    frames[0].file_off = 24;
    put(&frames[0], 1, KEY, &kept[0]);
    tb_shelf_reset(true);
    frames[0].visited = 1;
    assert_null(find(&frames[0], 1, KEY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_frame_finds_its_own_in_any_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_frame_that_moves_and_is_counted_anew_finds_its_own,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_headers_of_one_frame_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_frame_without_headers_finds_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(frames_that_share_a_place_find_their_own, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_new_file_has_nothing_of_the_one_before, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
