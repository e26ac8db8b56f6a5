/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holders.c - which processes hold a TCP socket of this machine at this moment */
#include "holders.h"

#include <errno.h>
#include <string.h>

#include <dirent.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "auto.h"
#include "procfs.h"

#define SECOND_NS 1000000000u

enum {
    ANSWER_MAX = 8192,
    TARGET_MAX = 64 /* "socket:[18446744073709551615]" */
};

struct walk {
    struct tb_holders *found;
    uint64_t end_ns; /* CLOCK_MONOTONIC */
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static int read_answer(const uint8_t *answer, size_t length, const struct tb_tuple *tuple,
                       struct tb_diag_socket *socket)
{
    struct tb_nl_rest rest = { answer, length };
    struct tb_nl_message message;
    struct tb_diag_socket told;

    if (!tb_nl_next(&rest, &message))
        return -EBADMSG;
    if (message.type == NLMSG_ERROR)
        return tb_nl_error(&message) != 0 ? tb_nl_error(&message) : -EBADMSG;
    if (!tb_diag_read(&message, &told))
        return -EBADMSG;
    if (told.state == TB_DIAG_LISTEN || !tb_tuple_equal(&told.tuple, tuple))
        return -ENOENT;
    *socket = told;
    return 0;
}

static int ask(const struct tb_tuple *tuple, struct tb_diag_socket *socket_told)
{
    uint8_t request[TB_DIAG_REQUEST_MAX], answer[ANSWER_MAX];
    const size_t length = tb_diag_ask_one(request, tuple, 0, 1);
    const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    tb_auto_fd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    ssize_t got;

    if (fd < 0)
        return -errno;
    if (sendto(fd, request, length, 0, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
        return -errno;
    got = recv(fd, answer, sizeof(answer), MSG_DONTWAIT); /* it was answered inside sendto() */
    if (got < 0)
        return -errno;
    return read_answer(answer, (size_t)got, tuple, socket_told);
}

static bool read_last_pid(int proc, uint32_t *pid)
{
    char text[TB_PROC_TEXT_MAX];
    const ssize_t got = tb_procfs_read(proc, "loadavg", text, sizeof(text));

    return got > 0 && tb_proc_read_last_pid(text, (size_t)got, pid);
}

/* 1: holds it, *number is its descriptor; 0: does not; -errno: cannot be told. */
static int search_fds(const struct walk *walk, int process, uint32_t *number)
{
    const int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    int result = 0;

    if (folder == NULL) {
        result = -errno;
        if (fd >= 0)
            close(fd);
        return result;
    }
    while (result == 0 && (entry = readdir(folder)) != NULL) {
        char target[TARGET_MAX];
        uint64_t inode;
        ssize_t length;

        if (!tb_proc_is_number(entry->d_name, number))
            continue;
        length = readlinkat(fd, entry->d_name, target, sizeof(target));
        if (length > 0 && tb_proc_is_socket(target, (size_t)length, &inode) &&
            inode == walk->found->socket.inode)
            result = 1;
        else if (now_ns() >= walk->end_ns)
            result = -ETIME;
    }
    closedir(folder);
    return result;
}

static void add(const struct walk *walk, const struct tb_proc_stat *stat,
                const struct tb_proc_status *status, uint32_t fd)
{
    struct tb_holders *found = walk->found;
    struct tb_holder *holder;

    if (found->count == TB_HOLDERS_MAX) {
        found->complete = false;
        return;
    }
    holder = &found->holder[found->count++];
    holder->start_ns = stat->start_ticks * (SECOND_NS / (uint64_t)sysconf(_SC_CLK_TCK));
    holder->pid = stat->pid;
    holder->parent_pid = stat->parent_pid;
    holder->uid = status->uid;
    holder->fd = fd;
    memcpy(holder->comm, stat->comm, sizeof(holder->comm));
}

/* A process that ends is normal, but may have given the socket to one that was passed already. */
static int visit(const struct walk *walk, int process)
{
    struct tb_proc_stat before, after;
    struct tb_proc_status status;
    uint32_t fd;
    int result;

    if (!tb_procfs_stat(process, "stat", &before)) {
        walk->found->complete = false;
        return 0;
    }
    if (before.kernel)
        return 0;
    result = search_fds(walk, process, &fd);
    if (result == -ETIME)
        return result;
    if (result < 0 || (before.state == 'Z' && before.threads > 1))
        walk->found->complete = false; /* of a leader that has ended no descriptors are shown */
    if (result == -EACCES || result == -EPERM)
        walk->found->denied = true;
    if (result <= 0)
        return 0;
    if (tb_procfs_status(process, "status", &status) && tb_procfs_stat(process, "stat", &after) &&
        after.pid == before.pid && after.start_ticks == before.start_ticks)
        add(walk, &after, &status, fd);
    else
        walk->found->complete = false;
    return 0;
}

static int visit_all(const struct walk *walk, DIR *proc)
{
    const struct dirent *entry;
    int error = 0;

    while (error == 0 && (entry = readdir(proc)) != NULL) {
        uint32_t pid;

        if (tb_proc_is_number(entry->d_name, &pid)) {
            tb_auto_fd int process =
                openat(dirfd(proc), entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);

            if (process >= 0)
                error = visit(walk, process);
            else
                walk->found->complete = false;
        }
        if (error == 0 && now_ns() >= walk->end_ns)
            error = -ETIME;
    }
    return error;
}

static int walk_proc(const struct walk *walk)
{
    uint32_t last_before, last_after;
    DIR *proc = opendir("/proc");
    int error;

    if (proc == NULL)
        return -errno;
    walk->found->denied =
        !tb_procfs_lists_all(dirfd(proc)) || !tb_procfs_is_outermost(dirfd(proc));
    walk->found->complete = !walk->found->denied && read_last_pid(dirfd(proc), &last_before);
    error = visit_all(walk, proc);
    if (walk->found->complete) /* or one may have begun that was not listed */
        walk->found->complete =
            read_last_pid(dirfd(proc), &last_after) && last_before == last_after;
    closedir(proc);
    return error;
}

/* The kernel lets a socket have an address of its own only; see ip(7), IP_FREEBIND. */
bool tb_holders_is_here(const uint8_t address[16])
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* RFC 4291 section 2.5.5.2 */
    const bool ipv4 = memcmp(address, mapped, sizeof(mapped)) == 0;
    struct sockaddr_in name = { .sin_family = AF_INET };
    struct sockaddr_in6 name6 = { .sin6_family = AF_INET6 };
    tb_auto_fd int fd = socket(ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(&name.sin_addr, address + sizeof(mapped), sizeof(name.sin_addr));
    memcpy(&name6.sin6_addr, address, sizeof(name6.sin6_addr));
    if (fd < 0)
        return false;
    if (ipv4)
        return bind(fd, (const struct sockaddr *)&name, sizeof(name)) == 0;
    return bind(fd, (const struct sockaddr *)&name6, sizeof(name6)) == 0;
}

int tb_holders_find(const struct tb_tuple *tuple, uint64_t budget_ns, struct tb_holders *holders)
{
    struct tb_holders found = { .complete = true };
    const struct walk walk = { &found, now_ns() + budget_ns };
    struct tb_diag_socket again = { 0 };
    int error = ask(tuple, &found.socket);

    if (error == 0 && found.socket.inode != 0)
        error = walk_proc(&walk);
    if (error != 0)
        return error;
    error = ask(tuple, &again);
    if (error != 0)
        return error == -ENOENT ? -ESTALE : error;
    if (again.cookie != found.socket.cookie || again.inode != found.socket.inode)
        return -ESTALE;
    found.socket = again;
    *holders = found;
    return 0;
}
