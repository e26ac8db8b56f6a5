/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_machine.c - sockets of this process and of its children, as the kernel and /proc tell them
 */
#include "descriptors.h"
#include "inodes.h"
#include "procfs.h"
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t inode_of(int fd)
{
    struct stat file;

    assert_int_equal(fstat(fd, &file), 0);
    return (uint32_t)file.st_ino;
}

/* Bound to a free port of loopback. */
static int bound(int type, uint16_t *port)
{
    struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t length = sizeof(name);
    const int fd = socket(AF_INET, type, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, length), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    *port = ntohs(name.sin_port);
    return fd;
}

static const struct tb_socket *find(const struct tb_sockets *sockets, uint32_t inode)
{
    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->list[i].inode == inode)
            return &sockets->list[i];
    }
    return NULL;
}

static struct tb_sockets all_of_port(uint16_t port)
{
    const struct tb_sockets_filter filter = { .tcp_states = TB_DIAG_ALL_STATES,
                                              .udp_states = TB_DIAG_ALL_STATES,
                                              .local_port = port };
    struct tb_sockets sockets = { 0 };

    assert_int_equal(tb_sockets_read(&sockets, &filter), 0);
    return sockets;
}

static void a_listener_is_listed_by_its_port(void **state)
{
    uint16_t port;
    const int fd = bound(SOCK_STREAM, &port);
    struct tb_sockets sockets;

    (void)state;
    assert_int_equal(listen(fd, 5), 0);
    sockets = all_of_port(port);
    assert_int_equal(sockets.count, 1);
    assert_int_equal(sockets.list[0].inode, inode_of(fd));
    assert_int_equal(sockets.list[0].state, TB_SOCKET_LISTEN);
    assert_int_equal(sockets.list[0].protocol, IPPROTO_TCP);
    assert_int_equal(sockets.list[0].family, AF_INET);
    assert_int_equal(sockets.list[0].send_queue, 5);
    assert_int_equal(sockets.list[0].uid, geteuid());
    assert_false(sockets.inexact);
    tb_sockets_free(&sockets);
    close(fd);
}

static void a_udp_socket_is_listed(void **state)
{
    uint16_t port;
    const int fd = bound(SOCK_DGRAM, &port);
    struct tb_sockets sockets = all_of_port(port);
    const struct tb_socket *found = find(&sockets, inode_of(fd));

    (void)state;
    assert_non_null(found);
    assert_int_equal(found->protocol, IPPROTO_UDP);
    assert_int_equal(found->state, TB_SOCKET_CLOSE);
    tb_sockets_free(&sockets);
    close(fd);
}

static void a_state_that_was_not_asked_for_is_not_listed(void **state)
{
    uint16_t port;
    const int fd = bound(SOCK_STREAM, &port);
    const struct tb_sockets_filter filter = { .tcp_states = 1u << TB_SOCKET_ESTABLISHED,
                                              .local_port = port };
    struct tb_sockets sockets = { 0 };

    (void)state;
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(tb_sockets_read(&sockets, &filter), 0);
    assert_int_equal(sockets.count, 0);
    tb_sockets_free(&sockets);
    close(fd);
}

static void listeners_are_sorted_before_connections(void **state)
{
    struct tb_socket list[] = {
        { .protocol = IPPROTO_UDP, .state = TB_SOCKET_CLOSE, .tuple = { .local_port = 1 } },
        { .protocol = IPPROTO_TCP, .state = TB_SOCKET_ESTABLISHED, .tuple = { .local_port = 2 } },
        { .protocol = IPPROTO_TCP, .state = TB_SOCKET_LISTEN, .tuple = { .local_port = 4 } },
        { .protocol = IPPROTO_TCP, .state = TB_SOCKET_LISTEN, .tuple = { .local_port = 3 } },
    };
    struct tb_sockets sockets = { .list = list, .count = LENGTH(list) };

    (void)state;
    tb_sockets_sort(&sockets);
    assert_int_equal(list[0].tuple.local_port, 3);
    assert_int_equal(list[1].tuple.local_port, 4);
    assert_int_equal(list[2].tuple.local_port, 2);
    assert_int_equal(list[3].protocol, IPPROTO_UDP);
}

static void a_set_has_what_was_put_in_and_no_more(void **state)
{
    uint32_t many[1000];
    struct tb_inodes set;

    (void)state;
    for (uint32_t i = 0; i < LENGTH(many); i++)
        many[i] = i * 3; /* and 0, which is none */
    assert_int_equal(tb_inodes_make(&set, many, LENGTH(many)), 0);
    assert_int_equal(set.count, LENGTH(many) - 1);
    for (uint32_t i = 0; i < 3 * LENGTH(many); i++)
        assert_int_equal(tb_inodes_has(&set, i), i > 0 && i % 3 == 0);
    tb_inodes_free(&set);
}

/* The holding of that inode by that process; NULL: none. */
static const struct tb_holding *holding_by(const struct tb_descriptors *found, uint32_t inode,
                                           pid_t pid)
{
    size_t count;
    const struct tb_holding *holding = tb_descriptors_of_inode(found, inode, &count);

    for (size_t i = 0; i < count; i++) {
        if (found->process[holding[i].process].pid == (uint32_t)pid)
            return &holding[i];
    }
    return NULL;
}

static bool is_what_proc_tells(const struct tb_process *process)
{
    char path[32];
    struct tb_proc_stat stat;

    (void)snprintf(path, sizeof(path), "/proc/%u/stat", process->pid);
    return tb_procfs_stat(AT_FDCWD, path, &stat) && stat.start_ticks == process->start_ticks &&
           stat.parent_pid == process->parent_pid && strcmp(stat.comm, process->comm) == 0;
}

static void find_every_holder(enum tb_descriptors_how how)
{
    uint16_t port;
    const int fd = bound(SOCK_STREAM, &port), again = dup(fd), other = bound(SOCK_STREAM, &port);
    const uint32_t inodes[] = { inode_of(fd), inode_of(other) };
    struct tb_descriptors found;
    const struct tb_holding *holding;
    size_t count;
    pid_t child;
    int error;

    assert_int_equal(prctl(PR_SET_NAME, "a) R 1 (b"), 0);
    child = fork();
    if (child == 0) {
        close(other);
        pause();
        _exit(0);
    }
    error = tb_descriptors_find_by(&found, how, inodes, LENGTH(inodes));
    if (how == TB_DESCRIPTORS_BPF && error != 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(fd);
        close(again);
        close(other);
        print_message("not by BPF here: %s\n", strerror(-error));
        skip();
    }
    assert_int_equal(error, 0);
    assert_int_equal(found.by_bpf, how == TB_DESCRIPTORS_BPF);
    (void)tb_descriptors_of_inode(&found, inodes[0], &count);
    assert_int_equal(count, 4);
    holding = holding_by(&found, inodes[0], getpid());
    assert_non_null(holding);
    assert_int_equal(holding->fd, fd);
    assert_int_equal(holding[1].fd, again);
    assert_string_equal(found.process[holding->process].comm, "a) R 1 (b");
    assert_int_equal(found.process[holding->process].uid, geteuid());
    holding = holding_by(&found, inodes[0], child);
    assert_non_null(holding);
    assert_int_equal(found.process[holding->process].parent_pid, getpid());
    assert_non_null(holding_by(&found, inodes[1], getpid()));
    assert_true(found.looked_into >= 2);
    for (size_t i = 0; i < found.process_count; i++)
        assert_true(is_what_proc_tells(&found.process[i]));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    tb_descriptors_free(&found);
    close(fd);
    close(again);
    close(other);
}

static void every_holder_and_every_descriptor_is_found(void **state)
{
    (void)state;
    find_every_holder(TB_DESCRIPTORS_WALK);
}

static void bpf_finds_every_holder_and_every_descriptor(void **state)
{
    (void)state;
    find_every_holder(TB_DESCRIPTORS_BPF);
}

static void who_has_ended_holds_no_longer(void **state)
{
    uint16_t port;
    const int fd = bound(SOCK_STREAM, &port);
    const uint32_t inode = inode_of(fd);
    struct tb_descriptors found, copy;
    const pid_t child = fork();

    (void)state;
    if (child == 0) {
        pause();
        _exit(0);
    }
    assert_int_equal(tb_descriptors_find(&found, &inode, 1), 0);
    assert_int_equal(tb_descriptors_copy(&copy, &found), 0);
    tb_descriptors_free(&found);
    assert_true(tb_descriptors_hold(&copy));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_false(tb_descriptors_hold(&copy));
    tb_descriptors_free(&copy);
    close(fd);
}

static void without_sockets_nothing_is_looked_into(void **state)
{
    const uint32_t none[] = { 0 };
    struct tb_descriptors found;

    (void)state;
    assert_int_equal(tb_descriptors_find(&found, none, 1), 0);
    assert_int_equal(found.looked_into, 0);
    assert_true(tb_descriptors_complete(&found));
    assert_int_equal(tb_descriptors_find(&found, NULL, 0), 0);
    tb_descriptors_free(&found);
}

static void *outlive_the_leader(void *argument)
{
    (void)argument;
    pause();
    return NULL;
}

static bool has_ended(pid_t leader)
{
    char path[32];
    struct tb_proc_stat stat;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)leader);
    return tb_procfs_stat(AT_FDCWD, path, &stat) && stat.state == 'Z';
}

/* The first thread ends and leaves the files to the second. Such a process belongs to root in /proc
 * (task_dump_owner() of fs/proc/base.c): another user is told that he did not see it all. */
static void find_files_of_an_ended_leader(enum tb_descriptors_how how)
{
    uint16_t port;
    const int fd = bound(SOCK_STREAM, &port);
    const uint32_t inode = inode_of(fd);
    const pid_t child = fork();
    struct tb_descriptors found;
    int error;

    if (child == 0) {
        pthread_t thread;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (pthread_create(&thread, NULL, outlive_the_leader, NULL) == 0)
            pthread_exit(NULL);
        _exit(1);
    }
    while (!has_ended(child))
        sched_yield();
    error = tb_descriptors_find_by(&found, how, &inode, 1);
    if (error == 0)
        assert_true(holding_by(&found, inode, child) != NULL ||
                    (geteuid() != 0 && !tb_descriptors_complete(&found)));
    tb_descriptors_free(&found);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(fd);
    if (how == TB_DESCRIPTORS_BPF && error != 0) {
        print_message("not by BPF here: %s\n", strerror(-error));
        skip();
    }
    assert_int_equal(error, 0);
}

static void the_files_of_an_ended_leader_are_found(void **state)
{
    (void)state;
    find_files_of_an_ended_leader(TB_DESCRIPTORS_WALK);
}

static void the_files_of_an_ended_leader_are_found_by_bpf(void **state)
{
    (void)state;
    find_files_of_an_ended_leader(TB_DESCRIPTORS_BPF);
}

static void all_sockets_of_a_process_are_told(void **state)
{
    uint16_t port;
    const int fd = bound(SOCK_STREAM, &port);
    struct tb_descriptors found;

    (void)state;
    assert_int_equal(tb_descriptors_of(&found, (uint32_t)getpid()), 0);
    assert_int_equal(found.process_count, 1);
    assert_non_null(holding_by(&found, inode_of(fd), getpid()));
    tb_descriptors_free(&found);
    close(fd);
}

static void a_process_that_is_not_there_is_no_success(void **state)
{
    struct tb_descriptors found;
    const pid_t child = fork();

    (void)state;
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    assert_int_equal(tb_descriptors_of(&found, (uint32_t)child), -ESRCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listener_is_listed_by_its_port),
        cmocka_unit_test(a_udp_socket_is_listed),
        cmocka_unit_test(a_state_that_was_not_asked_for_is_not_listed),
        cmocka_unit_test(listeners_are_sorted_before_connections),
        cmocka_unit_test(a_set_has_what_was_put_in_and_no_more),
        cmocka_unit_test(every_holder_and_every_descriptor_is_found),
        cmocka_unit_test(bpf_finds_every_holder_and_every_descriptor),
        cmocka_unit_test(who_has_ended_holds_no_longer),
        cmocka_unit_test(without_sockets_nothing_is_looked_into),
        cmocka_unit_test(the_files_of_an_ended_leader_are_found),
        cmocka_unit_test(the_files_of_an_ended_leader_are_found_by_bpf),
        cmocka_unit_test(all_sockets_of_a_process_are_told),
        cmocka_unit_test(a_process_that_is_not_there_is_no_success),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
