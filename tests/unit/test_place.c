/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_place.c - where a file goes, and what is left to this program there */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place.h"
#include "ruleset.h"

/* --- Places, in an empty folder of one's own ------------------------------------------------- */

static char folder[] = "/tmp/place-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave_folder(void **state)
{
    (void)state;
    return chdir("/") != 0 || rmdir(folder) != 0;
}

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
}

static void assert_size_and_mode(const char *path, size_t size, unsigned mode)
{
    struct stat status;

    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode));
    assert_int_equal(status.st_size, size);
    assert_int_equal(status.st_mode & 07777, mode);
}

static void assert_opens(const char *path)
{
    const char *reason;
    int fd = tb_place_open_path(path, &reason);

    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_WRONLY);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    (void)close(fd);
}

static void assert_fails(const char *path, int error)
{
    const char *reason = "";

    assert_int_equal(tb_place_open_path(path, &reason), error);
    assert_null(reason);
}

static void assert_refuses(const char *path, const char *words)
{
    const char *reason = NULL;

    assert_int_equal(tb_place_open_path(path, &reason), -EPERM);
    assert_non_null(reason);
    assert_non_null(strstr(reason, words));
}

static void a_new_file_is_its_owners_alone(void **state)
{
    (void)state;
    assert_opens("new");
    assert_size_and_mode("new", 0, 0600);
    (void)unlink("new");
}

static void a_file_that_is_there_is_emptied_and_its_owners_alone(void **state)
{
    (void)state;
    put("old", "something");
    assert_int_equal(chmod("old", 04664), 0);
    assert_opens("old");
    assert_size_and_mode("old", 0, 0600);
    (void)unlink("old");
}

static void a_link_of_ones_own_is_followed(void **state)
{
    (void)state;
    assert_int_equal(mkdir("there", 0700), 0);
    assert_int_equal(symlink("there", "way"), 0);
    assert_int_equal(symlink("../target", "there/link"), 0);
    assert_opens("./way//link");
    assert_size_and_mode("target", 0, 0600);
    (void)unlink("target");
    (void)unlink("there/link");
    (void)unlink("way");
    (void)rmdir("there");
}

static void links_in_a_circle_end(void **state)
{
    (void)state;
    assert_int_equal(symlink("two", "one"), 0);
    assert_int_equal(symlink("one", "two"), 0);
    assert_fails("one", -ELOOP);
    (void)unlink("one");
    (void)unlink("two");
}

static void what_is_no_place_for_a_file_is_said(void **state)
{
    char path[PATH_MAX + 1];
    char part[NAME_MAX + 2];

    (void)state;
    assert_fails("", -ENOENT);
    assert_fails("/", -EISDIR);
    assert_fails(".", -EISDIR);
    assert_fails("..", -EISDIR);
    assert_fails("./", -EISDIR);
    assert_fails("nowhere/file", -ENOENT);
    assert_fails("nowhere/", -ENOENT);
    put("file", "");
    assert_fails("file/", -ENOTDIR);
    assert_fails("file/file", -ENOTDIR);
    (void)unlink("file");
    memset(part, 'x', sizeof part - 1);
    part[sizeof part - 1] = '\0';
    assert_fails(part, -ENAMETOOLONG);
    memset(path, '/', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_fails(path, -ENAMETOOLONG);
}

static void a_file_of_several_names_is_refused(void **state)
{
    (void)state;
    put("one", "kept");
    assert_int_equal(link("one", "two"), 0);
    assert_refuses("two", "other names");
    assert_size_and_mode("one", 4, 0644);
    (void)unlink("one");
    (void)unlink("two");
}

static void a_device_and_an_open_file_are_taken(void **state)
{
    char path[32];
    int pipes[2];

    (void)state;
    assert_opens("/dev/null");
    assert_int_equal(pipe(pipes), 0);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", pipes[1]);
    assert_opens(path);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", pipes[1]);
    assert_opens(path);
    (void)close(pipes[0]);
    (void)close(pipes[1]);
}

static void more_files_are_made_in_the_folder_wherever_it_goes(void **state)
{
    const char *reason;
    struct tb_place place;
    int fd;

    (void)state;
    assert_int_equal(mkdir("before", 0700), 0);
    assert_int_equal(tb_place_find(&place, "before/1", &reason), 0);
    assert_int_equal(rename("before", "after"), 0);
    assert_int_equal(tb_place_rename(&place, "2"), 0);
    put("after/2", "one's own goes");
    fd = tb_place_create(&place, &reason);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_size_and_mode("after/2", 0, 0600);
    tb_place_remove(&place, "2");
    assert_int_equal(symlink("../kept", "after/2"), 0);
    assert_int_equal(tb_place_create(&place, &reason), -EPERM);
    assert_non_null(strstr(reason, "something else"));
    tb_place_close(&place);
    (void)unlink("after/2");
    (void)rmdir("after");
}

/* --- Landlock's rules, by version: access rights as linux/landlock.h numbers them ------------- */

static void landlock_refuses_all_that_its_version_can(void **state)
{
    static const struct {
        uint64_t access_fs;
        uint64_t access_net;
        uint64_t scoped;
        uint64_t in_folder;
    } rows[] = {
        { 0x1fff, 0, 0, 0x0122 }, /* 1, Linux 5.13 */
        { 0x3fff, 0, 0, 0x0122 }, /* 2: to link and rename into other folders */
        { 0x7fff, 0, 0, 0x4122 }, /* 3: to truncate */
        { 0x7fff, 3, 0, 0x4122 }, /* 4: TCP */
        { 0xffff, 3, 0, 0x4122 }, /* 5: devices */
        { 0xffff, 3, 3, 0x4122 }, /* 6: abstract sockets, signals */
        { 0xffff, 3, 3, 0x4122 }, /* later ones, as far as they are known here */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const long abi = (long)i + 1;
        const struct tb_ruleset ruleset = tb_ruleset_of(abi);

        assert_int_equal(ruleset.access_fs, rows[i].access_fs);
        assert_int_equal(ruleset.access_net, rows[i].access_net);
        assert_int_equal(ruleset.scoped, rows[i].scoped);
        assert_int_equal(tb_ruleset_in_folder(abi), rows[i].in_folder);
        assert_int_equal(tb_ruleset_in_folder(abi) & ~ruleset.access_fs, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_file_is_its_owners_alone),
        cmocka_unit_test(a_file_that_is_there_is_emptied_and_its_owners_alone),
        cmocka_unit_test(a_link_of_ones_own_is_followed),
        cmocka_unit_test(links_in_a_circle_end),
        cmocka_unit_test(what_is_no_place_for_a_file_is_said),
        cmocka_unit_test(a_file_of_several_names_is_refused),
        cmocka_unit_test(a_device_and_an_open_file_are_taken),
        cmocka_unit_test(more_files_are_made_in_the_folder_wherever_it_goes),
        cmocka_unit_test(landlock_refuses_all_that_its_version_can),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
