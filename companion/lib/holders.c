/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holders.c - which processes hold a TCP socket of this machine at this moment */
#include "holders.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
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
    TARGET_MAX = 64, /* "socket:[18446744073709551615]" */
    PATH_SIZE = 16   /* "4194304/fd": PID_MAX_LIMIT of include/linux/threads.h */
};

struct walk {
    struct tb_holders_question *question;
    size_t count;
    uint64_t end_ns; /* CLOCK_MONOTONIC */
    bool complete;
    bool denied;
};

/* The descriptors of a process that are asked for, by question. */
struct found {
    uint32_t fd[TB_HOLDERS_QUESTIONS_MAX];
    bool is_held[TB_HOLDERS_QUESTIONS_MAX];
    bool any;
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

static int ask(const struct tb_holders_question *question, struct tb_diag_socket *socket_told)
{
    uint8_t request[TB_DIAG_REQUEST_MAX], answer[ANSWER_MAX];
    const size_t length = tb_diag_ask_one(request, &question->tuple, question->interface, 1);
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
    return read_answer(answer, (size_t)got, &question->tuple, socket_told);
}

static bool read_last_pid(int proc, uint32_t *pid)
{
    char text[TB_PROC_TEXT_MAX];
    const ssize_t got = tb_procfs_read(proc, "loadavg", text, sizeof(text));

    return got > 0 && tb_proc_read_last_pid(text, (size_t)got, pid);
}

static bool is_open(const struct tb_holders_question *question)
{
    return question->error == 0 && question->holders.socket.inode != 0;
}

static void note_socket(const struct walk *walk, struct found *found, uint32_t fd, uint64_t inode)
{
    for (size_t i = 0; i < walk->count; i++)
        if (is_open(&walk->question[i]) && walk->question[i].holders.socket.inode == inode &&
            !found->is_held[i]) {
            found->fd[i] = fd;
            found->is_held[i] = found->any = true;
        }
}

/* 1: it has descriptors; 0: none are seen; -ETIME. One that may not be read, as of a process that
 * has begun to run another user's program meanwhile, may be the socket. */
static int search_fds(struct walk *walk, DIR *folder, struct found *found)
{
    const struct dirent *entry;
    int result = 0;

    while ((entry = readdir(folder)) != NULL) {
        char target[TARGET_MAX];
        uint32_t number;
        uint64_t inode;
        ssize_t length;

        if (!tb_proc_is_number(entry->d_name, &number))
            continue;
        result = 1;
        length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target));
        if (length < 0 && (errno == EACCES || errno == EPERM)) {
            walk->complete = false;
            walk->denied = true;
        } else if (length > 0 && tb_proc_is_socket(target, (size_t)length, &inode)) {
            note_socket(walk, found, number, inode);
        }
        if (now_ns() >= walk->end_ns)
            return -ETIME;
    }
    return result;
}

static bool add(struct tb_holders *holders, const struct tb_proc_stat *stat,
                const struct tb_proc_status *status, uint32_t fd)
{
    struct tb_holder *holder;

    if (holders->count == TB_HOLDERS_MAX)
        return false;
    holder = &holders->holder[holders->count++];
    holder->start_ns = stat->start_ticks * (SECOND_NS / (uint64_t)sysconf(_SC_CLK_TCK));
    holder->pid = stat->pid;
    holder->parent_pid = stat->parent_pid;
    holder->uid = status->uid;
    holder->fd = fd;
    memcpy(holder->comm, stat->comm, sizeof(holder->comm));
    return true;
}

/* The folder stays that of one process, even where its pid is used again. False: it has ended. */
static bool add_process(const struct walk *walk, int fds, const struct found *found)
{
    struct tb_proc_stat stat;
    struct tb_proc_status status;
    bool is_added = true;

    if (!tb_procfs_stat(fds, "../stat", &stat) || !tb_procfs_status(fds, "../status", &status))
        return false;
    for (size_t i = 0; i < walk->count; i++)
        if (found->is_held[i])
            is_added &= add(&walk->question[i].holders, &stat, &status, found->fd[i]);
    return is_added;
}

/* Of a leader that has ended before its threads no descriptors are shown. */
static bool shows_all(int fds)
{
    struct tb_proc_stat stat;

    return tb_procfs_stat(fds, "../stat", &stat) && (stat.state != 'Z' || stat.threads <= 1);
}

/* A process that ends is normal, but may have given the socket to one that was passed already. */
static int visit(struct walk *walk, int proc, uint32_t pid)
{
    char path[PATH_SIZE];
    struct found found = { .any = false };
    DIR *folder;
    int fds, result;

    snprintf(path, sizeof(path), "%" PRIu32 "/fd", pid);
    fds = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    folder = fds < 0 ? NULL : fdopendir(fds);
    if (folder == NULL) {
        walk->complete = false;
        walk->denied |= errno == EACCES || errno == EPERM;
        if (fds >= 0)
            close(fds);
        return 0;
    }
    result = search_fds(walk, folder, &found);
    if (found.any && !add_process(walk, fds, &found))
        walk->complete = false;
    if (result == 0 && !shows_all(fds))
        walk->complete = false;
    closedir(folder);
    return result == -ETIME ? result : 0;
}

static int visit_all(struct walk *walk, DIR *proc)
{
    const struct dirent *entry;
    int error = 0;

    while (error == 0 && (entry = readdir(proc)) != NULL) {
        uint32_t pid;

        if (tb_proc_is_number(entry->d_name, &pid))
            error = visit(walk, dirfd(proc), pid);
        if (error == 0 && now_ns() >= walk->end_ns)
            error = -ETIME;
    }
    return error;
}

static int walk_proc(struct walk *walk)
{
    uint32_t last_before, last_after;
    DIR *proc = opendir("/proc");
    int error;

    if (proc == NULL)
        return -errno;
    walk->denied = !tb_procfs_lists_all(dirfd(proc)) || !tb_procfs_is_outermost(dirfd(proc));
    walk->complete = !walk->denied && read_last_pid(dirfd(proc), &last_before);
    error = visit_all(walk, proc);
    if (walk->complete) /* or one may have begun that was not listed */
        walk->complete = read_last_pid(dirfd(proc), &last_after) && last_before == last_after;
    closedir(proc);
    return error;
}

/* The kernel lets a socket have an address of its own only; see ip(7), IP_FREEBIND. */
bool tb_holders_is_here(const uint8_t address[16], uint32_t interface)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* RFC 4291 section 2.5.5.2 */
    const bool ipv4 = memcmp(address, mapped, sizeof(mapped)) == 0;
    struct sockaddr_in name = { .sin_family = AF_INET };
    struct sockaddr_in6 name6 = { .sin6_family = AF_INET6, .sin6_scope_id = interface };
    tb_auto_fd int fd = socket(ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(&name.sin_addr, address + sizeof(mapped), sizeof(name.sin_addr));
    memcpy(&name6.sin6_addr, address, sizeof(name6.sin6_addr));
    if (fd < 0)
        return false;
    if (ipv4)
        return bind(fd, (const struct sockaddr *)&name, sizeof(name)) == 0;
    return bind(fd, (const struct sockaddr *)&name6, sizeof(name6)) == 0;
}

/* `walked`: 0 or -errno. Somebody who was found before time was over is better than nobody. */
static int conclude(struct tb_holders_question *question, const struct walk *walk, int walked)
{
    struct tb_holders *holders = &question->holders;
    struct tb_diag_socket again = { 0 };
    int error;

    if (is_open(question) && walked != 0 && (walked != -ETIME || holders->count == 0))
        return walked;
    error = ask(question, &again);
    if (error != 0)
        return error == -ENOENT ? -ESTALE : error;
    if (again.cookie != holders->socket.cookie || again.inode != holders->socket.inode)
        return -ESTALE;
    holders->complete = !is_open(question) || (walk->complete && walked == 0);
    holders->denied = walk->denied;
    holders->socket = again;
    return 0;
}

void tb_holders_find_all(struct tb_holders_question *question, size_t count, uint64_t budget_ns)
{
    struct walk walk = { .question = question, .count = count, .end_ns = now_ns() + budget_ns };
    bool is_any_open = false;
    int walked = 0;

    for (size_t i = 0; i < count; i++) {
        question[i].holders = (struct tb_holders){ 0 };
        question[i].error = ask(&question[i], &question[i].holders.socket);
        is_any_open |= is_open(&question[i]);
    }
    if (is_any_open)
        walked = walk_proc(&walk);
    for (size_t i = 0; i < count; i++)
        if (question[i].error == 0)
            question[i].error = conclude(&question[i], &walk, walked);
}

int tb_holders_find(const struct tb_tuple *tuple, uint64_t budget_ns, struct tb_holders *holders)
{
    struct tb_holders_question question = { .tuple = *tuple };

    tb_holders_find_all(&question, 1, budget_ns);
    if (question.error == 0)
        *holders = question.holders;
    return question.error;
}
