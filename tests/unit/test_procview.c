/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_procview.c - folders that look like /proc, and who is found in them */
#include "procview.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "procrecent.h"
#include "proctarget.h"
#include "procwalk.h"

struct folder {
    char path[64];
    int fd;
};

/* --- Making folders -------------------------------------------------------------------------- */

static void write_text(const struct folder *folder, const char *name, const char *text)
{
    int fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static int set_up(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);

    snprintf(folder->path, sizeof folder->path, "/tmp/tb-procview-XXXXXX");
    if (mkdtemp(folder->path) == NULL) {
        free(folder);
        return -1;
    }
    folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY);
    write_text(folder, "loadavg", "0.00 0.00 0.00 1/100 7\n");
    *state = folder;
    return 0;
}

static int tear_down(void **state)
{
    struct folder *folder = *state;
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", folder->path);
    close(folder->fd);
    free(folder);
    return system(command); /* NOLINT(cert-env33-c): a folder of our own */
}

static void add_process(const struct folder *folder, unsigned pid, unsigned group)
{
    char name[64];
    char text[512];

    snprintf(name, sizeof name, "%u", pid);
    assert_int_equal(mkdirat(folder->fd, name, 0700), 0);
    snprintf(name, sizeof name, "%u/fd", pid);
    assert_int_equal(mkdirat(folder->fd, name, 0700), 0);
    snprintf(name, sizeof name, "%u/stat", pid);
    snprintf(text, sizeof text,
             "%u (name %u) S 1 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 %u00 1 1 1\n", pid, pid,
             pid);
    write_text(folder, name, text);
    snprintf(name, sizeof name, "%u/status", pid);
    snprintf(text, sizeof text, "Name:\tname\nTgid:\t%u\nUid:\t0\t100%u\t0\t0\n", group, pid);
    write_text(folder, name, text);
    snprintf(name, sizeof name, "%u/cmdline", pid);
    write_text(folder, name, "an argument");
    snprintf(name, sizeof name, "%u/exe", pid);
    assert_int_equal(symlinkat("/usr/bin/a program (deleted)", folder->fd, name), 0);
}

static void add_socket(const struct folder *folder, unsigned pid, unsigned fd, unsigned inode)
{
    char name[64];
    char target[64];

    snprintf(name, sizeof name, "%u/fd/%u", pid, fd);
    snprintf(target, sizeof target, "socket:[%u]", inode);
    assert_int_equal(symlinkat(target, folder->fd, name), 0);
}

/* --- Processes ------------------------------------------------------------------------------- */

static void the_newest_processes_come_first(void **state)
{
    static const uint32_t expected[] = { 7, 5, 300, 20 };
    struct folder *folder = *state;
    struct tb_procview_pids pids = { 0 };
    uint32_t last;

    add_process(folder, 20, 20);
    add_process(folder, 5, 5);
    add_process(folder, 7, 7);
    add_process(folder, 300, 300);
    assert_true(tb_procview_last_pid(folder->fd, &last));
    assert_int_equal(last, 7);
    assert_int_equal(tb_procview_list(folder->fd, last, &pids), 0);
    assert_int_equal(pids.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pids.pid[i], expected[i]);
    free(pids.pid);
}

static void a_process_is_described(void **state)
{
    struct folder *folder = *state;
    struct tb_procview_process process;

    add_process(folder, 5, 5);
    add_socket(folder, 5, 3, 77);
    assert_int_equal(tb_procview_describe(folder->fd, 5, 3, 77, true, &process), 0);
    assert_int_equal(process.told.pid, 5);
    assert_int_equal(process.told.parent_pid, 1);
    assert_int_equal(process.told.uid, 1005);
    assert_int_equal(process.told.start_ns, 500 * (1000000000 / sysconf(_SC_CLK_TCK)));
    assert_string_equal(process.told.comm, "name 5");
    assert_string_equal(process.told.exe, "/usr/bin/a program");
    assert_int_equal(process.told.arguments_length, strlen("an argument"));
    assert_int_equal(tb_procview_describe(folder->fd, 5, 3, 77, false, &process), 0);
    assert_null(process.told.arguments);
}

static void who_has_another_socket_there_is_not_described(void **state)
{
    struct folder *folder = *state;
    struct tb_procview_process process;

    add_process(folder, 5, 5);
    add_socket(folder, 5, 3, 77);
    assert_int_equal(tb_procview_describe(folder->fd, 5, 3, 78, false, &process), -ESTALE);
    assert_int_equal(tb_procview_describe(folder->fd, 5, 4, 77, false, &process), -ESTALE);
    assert_int_equal(tb_procview_describe(folder->fd, 6, 3, 77, false, &process), -ENOENT);
}

static void of_a_thread_the_process_is_described(void **state)
{
    struct folder *folder = *state;
    struct tb_procview_process process;

    add_process(folder, 5, 5);
    add_process(folder, 6, 5);
    add_socket(folder, 5, 3, 77);
    add_socket(folder, 6, 3, 77);
    assert_int_equal(tb_procview_describe(folder->fd, 6, 3, 77, false, &process), 0);
    assert_int_equal(process.told.pid, 5);
    assert_string_equal(process.told.comm, "name 5");
}

/* --- Sockets --------------------------------------------------------------------------------- */

static void sum_up(uint32_t fd, uint64_t inode, void *context)
{
    uint64_t *sum = context;

    *sum += inode * 100 + fd;
}

static void every_socket_of_a_process_is_told(void **state)
{
    struct folder *folder = *state;
    uint64_t sum = 0;

    add_process(folder, 5, 5);
    add_socket(folder, 5, 3, 77);
    add_socket(folder, 5, 9, 1);
    assert_int_equal(symlinkat("pipe:[5]", folder->fd, "5/fd/4"), 0);
    assert_int_equal(tb_procview_sockets(folder->fd, 5, sum_up, &sum), 0);
    assert_int_equal(sum, 7703 + 109);
    assert_int_equal(tb_procview_sockets(folder->fd, 6, sum_up, &sum), -ENOENT);
}

static void a_leader_that_has_ended_before_its_threads_hides_its_sockets(void **state)
{
    struct folder *folder = *state;
    uint64_t sum = 0;

    add_process(folder, 5, 5);
    assert_int_equal(tb_procview_sockets(folder->fd, 5, sum_up, &sum), 0);
    write_text(folder, "5/stat", "5 (x) Z 1 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 2 0 500 1 1 1\n");
    assert_int_equal(tb_procview_sockets(folder->fd, 5, sum_up, &sum), -EBUSY);
}

/* What is no link cannot be read as one, as another's descriptor. */
static void a_descriptor_that_cannot_be_read_is_said(void **state)
{
    struct folder *folder = *state;
    uint64_t sum = 0;

    add_process(folder, 5, 5);
    write_text(folder, "5/fd/3", "");
    assert_int_equal(tb_procview_sockets(folder->fd, 5, sum_up, &sum), -EINVAL);
}

/* --- Walks ----------------------------------------------------------------------------------- */

static struct tb_proctarget target_of(uint64_t inode)
{
    const struct tb_diag_socket answer = { .inode = inode, .state = 1 };
    struct tb_proctarget target = { .tuple.remote_port = 80 };

    tb_proctarget_asked(&target, 0, &answer, 1);
    return target;
}

static bool go_on(void *context)
{
    (void)context;
    return true;
}

static bool give_up(void *context)
{
    (void)context;
    return false;
}

static void a_walk_finds_every_holder(void **state)
{
    struct folder *folder = *state;
    struct tb_procwalk walk = { .proc = folder->fd };
    struct tb_proctarget one = target_of(78);
    struct tb_proctarget other = target_of(77);
    struct tb_proctarget same = target_of(77);
    struct tb_proctarget *targets[] = { &one, &other, &same };
    const struct tb_procwalk_wanted wanted = { targets, 3 };

    add_process(folder, 5, 5);
    add_socket(folder, 5, 9, 77);
    add_socket(folder, 5, 3, 77);
    add_process(folder, 7, 7);
    add_socket(folder, 7, 4, 77);
    add_socket(folder, 7, 5, 79);
    tb_proctarget_sort(targets, 3);
    /* the folder is no /proc of the first namespace: not all are seen */
    assert_int_equal(tb_procwalk_all(&walk, &wanted, go_on, NULL), 0);
    assert_int_equal(one.count, 0);
    assert_int_equal(other.count, 2);
    assert_int_equal(other.holder[0].pid, 7);
    assert_int_equal(other.holder[1].pid, 5);
    assert_int_equal(other.holder[1].fd, 3);
    assert_int_equal(same.count, 2);
    assert_int_equal(tb_procwalk_all(&walk, &wanted, give_up, NULL), -ECANCELED);
    free(walk.pids.pid);
}

static void who_begins_during_a_walk_is_visited_too(void **state)
{
    struct folder *folder = *state;
    struct tb_procwalk walk = { .proc = folder->fd, .hears = true };
    struct tb_proctarget target = target_of(77);
    struct tb_proctarget *targets[] = { &target };
    const struct tb_procwalk_wanted wanted = { targets, 1 };

    tb_procwalk_begun(&walk, 8); /* before: it will be listed */
    assert_int_equal(walk.born_count, 0);
    walk.is_on = true;
    tb_procwalk_begun(&walk, 8);
    assert_int_equal(walk.born_count, 1);
    for (size_t i = 0; i < TB_PROCWALK_BORN; i++)
        tb_procwalk_begun(&walk, 9);
    assert_true(walk.has_missed);
    assert_int_equal(tb_procwalk_all(&walk, &wanted, go_on, NULL), 0);
    assert_int_equal(walk.born_count, 0);
    free(walk.pids.pid);
}

/* --- Targets --------------------------------------------------------------------------------- */

static enum tb_proctarget_state state_of(int error, struct tb_diag_socket answer)
{
    struct tb_proctarget target = { .tuple.remote_port = 80 };

    tb_proctarget_asked(&target, error, &answer, 5);
    assert_int_equal(target.asked_ns, 5);
    return target.state;
}

static void an_answer_tells_whether_somebody_can_hold_it(void **state)
{
    (void)state;
    assert_int_equal(state_of(-ENOENT, (struct tb_diag_socket){ 0 }), TB_PROCTARGET_GONE);
    assert_int_equal(state_of(0, (struct tb_diag_socket){ .state = 1, .inode = 5 }),
                     TB_PROCTARGET_THERE);
    /* not accepted yet, half open, in TIME-WAIT, closed by its process */
    assert_int_equal(state_of(0, (struct tb_diag_socket){ .state = 1 }), TB_PROCTARGET_WAITS);
    assert_int_equal(state_of(0, (struct tb_diag_socket){ .state = 3 }), TB_PROCTARGET_WAITS);
    assert_int_equal(state_of(0, (struct tb_diag_socket){ .state = 6 }), TB_PROCTARGET_GONE);
    assert_int_equal(state_of(0, (struct tb_diag_socket){ .state = 5 }), TB_PROCTARGET_GONE);
    /* a listener stands for what will come of it, and is never taken for the connection's */
    assert_int_equal(state_of(0, (struct tb_diag_socket){ .state = TB_DIAG_LISTEN, .inode = 5 }),
                     TB_PROCTARGET_WAITS);
}

static void a_connecting_socket_counts_when_its_packet_was_sent(void **state)
{
    struct tb_diag_socket answer = { .state = 2, .inode = 5, .has_octets = true };

    (void)state;
    assert_int_equal(state_of(0, answer), TB_PROCTARGET_WAITS);
    answer.segments_sent = 1;
    assert_int_equal(state_of(0, answer), TB_PROCTARGET_THERE);
}

static void of_too_many_holders_it_is_known_that_there_are_more(void **state)
{
    struct tb_proctarget target = target_of(77);
    struct tb_proctarget *targets[] = { &target };

    (void)state;
    for (uint32_t pid = 1; pid <= TB_PROCTARGET_HOLDERS; pid++)
        tb_proctarget_found(targets, 1, 77, pid, 3);
    assert_false(target.has_more);
    tb_proctarget_found(targets, 1, 77, 1, 2); /* one of them, again */
    assert_false(target.has_more);
    tb_proctarget_found(targets, 1, 77, 1000, 3);
    assert_true(target.has_more);
    assert_int_equal(target.count, TB_PROCTARGET_HOLDERS);
    assert_int_equal(target.holder[0].fd, 2);
}

/* --- Where to look first --------------------------------------------------------------------- */

static void the_latest_and_those_of_the_place_are_likely(void **state)
{
    struct tb_procrecent recent = { 0 };
    const uint32_t place[2] = { tb_procrecent_place(80, false), tb_procrecent_place(80, true) };
    uint32_t pid[TB_PROCRECENT_MOST];

    (void)state;
    assert_int_equal(tb_procrecent_list(&recent, place, true, pid), 0);
    tb_procrecent_begun(&recent, 5);
    tb_procrecent_begun(&recent, 6);
    tb_procrecent_held(&recent, place[0], 9);
    tb_procrecent_held(&recent, place[0], 6);
    tb_procrecent_held(&recent, place[1], 7);
    tb_procrecent_held(&recent, tb_procrecent_place(81, false), 8);
    assert_int_equal(tb_procrecent_list(&recent, place, true, pid), 4);
    assert_int_equal(pid[0], 6);
    assert_int_equal(pid[1], 5);
    assert_int_equal(pid[2], 9);
    assert_int_equal(pid[3], 7);
    assert_int_equal(tb_procrecent_list(&recent, place, false, pid), 3);
}

static void of_many_the_first_are_forgotten(void **state)
{
    struct tb_procrecent recent = { 0 };
    const uint32_t place[2] = { tb_procrecent_place(80, false), tb_procrecent_place(80, true) };
    uint32_t pid[TB_PROCRECENT_MOST];
    size_t count;

    (void)state;
    for (uint32_t i = 1; i <= 100; i++) {
        tb_procrecent_begun(&recent, i);
        tb_procrecent_held(&recent, place[0], 1000 + i);
        tb_procrecent_held(&recent, place[1], 2000 + i);
    }
    count = tb_procrecent_list(&recent, place, true, pid);
    assert_int_equal(count, TB_PROCRECENT_MOST);
    assert_int_equal(pid[0], 100);
    assert_int_equal(pid[TB_PROCRECENT_NEW], 1100);
    assert_int_equal(pid[count - 1], 2101 - TB_PROCRECENT_OF_PLACE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_newest_processes_come_first),
        TEST(a_process_is_described),
        TEST(who_has_another_socket_there_is_not_described),
        TEST(of_a_thread_the_process_is_described),
        TEST(every_socket_of_a_process_is_told),
        TEST(a_leader_that_has_ended_before_its_threads_hides_its_sockets),
        TEST(a_descriptor_that_cannot_be_read_is_said),
        TEST(a_walk_finds_every_holder),
        TEST(who_begins_during_a_walk_is_visited_too),
        cmocka_unit_test(an_answer_tells_whether_somebody_can_hold_it),
        cmocka_unit_test(a_connecting_socket_counts_when_its_packet_was_sent),
        cmocka_unit_test(of_too_many_holders_it_is_known_that_there_are_more),
        cmocka_unit_test(the_latest_and_those_of_the_place_are_likely),
        cmocka_unit_test(of_many_the_first_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
