/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sock_event.h - what the kernel told about a socket or a process: the attribution's input
 *
 * Every mechanism (bpfwatch.c, procwatch.c) turns what it reads into these. They are told in the
 * order in which they happened, as far as the mechanism knows it: at least those of one socket, and
 * those of one process, such as EXEC before what the new program does. */
#ifndef TB_SOCK_EVENT_H
#define TB_SOCK_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuple.h"

enum tb_sock_event_kind {
    TB_SOCK_CONNECT, /* the process connected: the tuple is complete now. `time_ns` is that of
                        connect(), which may be long ago: the event is told when the tuple is */
    TB_SOCK_OPEN,    /* a passive end exists from now on; nobody is known to hold it */
    TB_SOCK_ACCEPT,  /* the process accepted it */
    TB_SOCK_USE,     /* the process read from it or wrote to it, in its own context: never from a
                        softirq, where the current process is whoever was interrupted */
    TB_SOCK_LISTEN,  /* the process listens, or was found holding a socket that listens; the remote
                        address and port are zero */
    TB_SOCK_HELD,    /* the process was found holding it; see `found`. `time_ns`: when the look that
                        found it began; the socket was there then, or was born during a snapshot. Of
                        several processes that hold it each is told */
    TB_SOCK_SEEN,    /* a packet that opens the connection was seen, such as a SYN: whoever had the
                        tuple before has it no longer, and nobody is known to hold it yet. Each of
                        its ends is told. `time_ns` is that of the packet */
    TB_SOCK_NOBODY,  /* a look at `time_ns` found nobody who holds it: nobody is to be expected
                        soon. With `alone` there is no such socket either */
    TB_SOCK_CLOSE,   /* the connection has left the state table, or is TIME-WAIT; or a socket no
                        longer listens: the remote address and port are zero */
    TB_SOCK_FORK,    /* the process is new; `parent_pid` is its parent */
    TB_SOCK_EXEC,    /* the process runs another program: comm, exe and arguments are new */
    TB_SOCK_RENAME,  /* the process's comm is new */
    TB_SOCK_EXIT,    /* the last thread of the process has ended */
    TB_SOCK_CGROUP,  /* there is a cgroup: process.cgroup is its id, `path` where it is */
    TB_SOCK_LOST,    /* `lost` events of any kind were not told, some time before time_ns */
    TB_SOCK_EVENT_COUNT
};

enum tb_sock_found {
    TB_SOCK_FOUND_SNAPSHOT, /* by the snapshot that is taken when the watch begins */
    TB_SOCK_FOUND_SCAN      /* by a look under /proc later */
};

/* A process in the sense of getpid(): a thread group. A pid is used again; with the start time it
 * is one process for ever. */
struct tb_sock_process {
    uint64_t start_ns; /* task->start_boottime of the leader: ns since boot, suspend included;
                          from /proc in steps of a clock tick: 10 ms. 0: not known */
    uint64_t cgroup;   /* id of the cgroup (v2); 0: not known */
    uint32_t pid;      /* in the initial pid namespace, or the reader's */
    uint32_t parent_pid;
    uint32_t uid;          /* effective */
    bool in_kernel;        /* a thread of the kernel: it works for others, so that it may connect,
                              but its use of a socket does not make it the owner */
    const char *comm;      /* the leader's, at most 15 octets, terminated; "" or NULL: not known.
                              With CONNECT, as it was then */
    const char *exe;       /* as execve was given it or as /proc has it; "" or NULL: not known */
    const char *arguments; /* octets of argv, a NUL after each; NULL: not known or not asked for */
    size_t arguments_length;
};

/* Pointers are valid during the call only. */
struct tb_sock_event {
    uint64_t time_ns;      /* CLOCK_MONOTONIC */
    uint64_t socket;       /* an identity of the socket inside this run: equal for two events of one
                              socket; 0: not known, or the event is of a process only. May be a
                              kernel pointer: never to be written anywhere */
    struct tb_tuple tuple; /* of socket events */
    uint32_t netns;        /* inode number of its network namespace; 0: not known */
    uint32_t uid;          /* owner of the socket (sk_uid) */
    int32_t fd;            /* with HELD: the descriptor; -1: not known */
    uint64_t lost;         /* with LOST */
    uint64_t since_ns;     /* with LOST: none of them happened before (CLOCK_MONOTONIC), such as the
                              time of the last drain that had lost none. 0: not known, which makes
                              everything doubtful that was known until now */
    const char *path;      /* with CGROUP: from the root of the hierarchy, terminated */
    enum tb_sock_found found;       /* with HELD */
    bool alone;                     /* with HELD: every process was looked into while the socket was
                                       there, and no other held it. Else others may: one that is
                                       found alone but not told as such is unsure. With NOBODY:
                                       see there */
    struct tb_sock_process process; /* pid 0: none */
    uint8_t kind;                   /* enum tb_sock_event_kind */
};

typedef void tb_sock_event_fn(const struct tb_sock_event *event, void *context);

#endif
