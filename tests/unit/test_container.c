/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_container.c - cgroups of containers, of their helpers, and of those who pretend */
#include "container.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "edge.h"

#define ID       "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER    "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define SHORT    "0123456789ab"
#define CRI      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/"
#define ROOTLESS "/user.slice/user-1000.slice/user@1000.service/user.slice/"

static const char *read_path(const char *path)
{
    static char name[TB_CONTAINER_NAME_MAX + 1];
    const size_t length = strlen(path);

    return tb_container_read((const char *)tb_edge_put(path, length), length, name) ? name : "";
}

struct row {
    const char *path;
    const char *name;
};

static void each_engines_containers_are_named(void **state)
{
    static const struct row rows[] = {
        { "/system.slice/docker-" ID ".scope", "docker-" SHORT },
        { "/docker/" ID, "docker-" SHORT },
        { "/machine.slice/libpod-" ID ".scope", "podman-" SHORT },
        { "/machine.slice/libpod-" ID ".scope/container", "podman-" SHORT },
        { ROOTLESS "libpod-" ID ".scope/container", "podman-" SHORT },
        { "/libpod_parent/libpod-" ID, "podman-" SHORT },
        { CRI "cri-containerd-" ID ".scope", "containerd-" SHORT },
        { CRI "crio-" ID ".scope", "crio-" SHORT },
        { "/system.slice/nerdctl-" ID ".scope", "nerdctl-" SHORT },
        { "/kubepods/burstable/pod1-2/" ID, "kubepods-" SHORT },
        { "/kubepods/pod1-2/crio-" ID, "crio-" SHORT },
        { "/machine.slice/machine-web.scope/payload/init.scope", "machine-web" },
        { "/machine.slice/machine-my\\x2dweb.scope", "machine-my-web" },
        { "/machine.slice/systemd-nspawn@web.service/payload", "machine-web" },
        { "/lxc.payload.web/system.slice/ssh.service", "lxc-web" },
        { "/lxc/web", "lxc-web" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(read_path(rows[i].path), rows[i].name);
}

static void what_is_no_container_has_no_name(void **state)
{
    static const struct row rows[] = {
        { "", "" },
        { "/", "" },
        { "/init.scope", "" },
        { "/system.slice/docker.service", "" },
        { "/system.slice/containerd.service", "" },
        { "/user.slice/user-1000.slice/session-3.scope", "" },
        { "/machine.slice/libpod-conmon-" ID ".scope", "" },
        { "/lxc.monitor.web", "" },
        { "/lxc.payload.", "" },
        { "/machine.slice/machine-qemu\\x2d1\\x2dweb.scope", "" },
        { "/machine.slice/machine-.scope", "" },
        { "/machine.slice", "" },
        { "/" ID, "" },
        { "/kubepods/burstable/pod1-2", "" },
        { "/pod1-2/" ID, "" },
        { "/docker", "" },
        { "/docker/buildkit", "" },
        { "docker", "" },
        { "/lxc", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(read_path(rows[i].path), rows[i].name);
}

static void an_id_has_64_digits(void **state)
{
    char path[] = "/system.slice/docker-" ID ".scope";

    (void)state;
    assert_string_equal(read_path("/system.slice/docker-" SHORT ".scope"), "");
    assert_string_equal(read_path("/system.slice/docker-" ID "0.scope"), "");
    path[strlen("/system.slice/docker-") + 63] = 'g';
    assert_string_equal(read_path(path), "");
    path[strlen("/system.slice/docker-") + 63] = 'F';
    assert_string_equal(read_path(path), "");
}

static void of_containers_in_one_another_the_outermost_is_told(void **state)
{
    (void)state;
    assert_string_equal(read_path("/docker/" ID "/system.slice/docker-" OTHER ".scope"),
                        "docker-" SHORT);
    assert_string_equal(read_path("/lxc.payload.web/docker/" ID), "lxc-web");
}

static void a_path_may_have_slashes_at_any_place(void **state)
{
    (void)state;
    assert_string_equal(read_path("//docker///" ID "//"), "docker-" SHORT);
    assert_string_equal(read_path("docker/" ID), "docker-" SHORT);
}

static void an_escaped_name_is_unescaped_but_for_what_is_no_octet_of_a_name(void **state)
{
    (void)state;
    assert_string_equal(read_path("/machine-a\\x20b\\xff.scope"), "machine-a b\xff");
    assert_string_equal(read_path("/machine-a\\x2.scope"), "machine-a\\x2");
    assert_string_equal(read_path("/machine-a\\xgg.scope"), "machine-a\\xgg");
    assert_string_equal(read_path("/machine-a\\x00b.scope"), "");
}

static void a_nul_is_in_no_name(void **state)
{
    static const char path[] = "/lxc.payload.a\0b";
    char name[TB_CONTAINER_NAME_MAX + 1];

    (void)state;
    assert_false(tb_container_read(path, sizeof path - 1, name));
}

static void the_longest_name_has_room(void **state)
{
    char path[2 + 256 + 1] = "/lxc.payload.";

    (void)state;
    memset(path + strlen(path), 'a', 256 - strlen("/lxc.payload."));
    assert_int_equal(strlen(path), 256);
    assert_int_equal(strlen(read_path(path)), 255 - strlen("lxc.payload.") + strlen("lxc-"));
    path[256] = 'a';
    assert_string_equal(read_path(path), "");
}

static void a_path_may_be_cut_anywhere(void **state)
{
    static const char path[] = "/kubepods/burstable/pod1-2/" ID;
    char name[TB_CONTAINER_NAME_MAX + 1];

    (void)state;
    for (size_t cut = 0; cut < sizeof path - 1; cut++)
        assert_false(tb_container_read((const char *)tb_edge_put(path, cut), cut, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_engines_containers_are_named),
        cmocka_unit_test(what_is_no_container_has_no_name),
        cmocka_unit_test(an_id_has_64_digits),
        cmocka_unit_test(of_containers_in_one_another_the_outermost_is_told),
        cmocka_unit_test(a_path_may_have_slashes_at_any_place),
        cmocka_unit_test(an_escaped_name_is_unescaped_but_for_what_is_no_octet_of_a_name),
        cmocka_unit_test(a_nul_is_in_no_name),
        cmocka_unit_test(the_longest_name_has_room),
        cmocka_unit_test(a_path_may_be_cut_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
