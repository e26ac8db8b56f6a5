/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procline.h - reads the texts of /proc
 *
 * Pure. The texts are hostile: a process chooses its name and its arguments, and what is read of a
 * process that ends may stop anywhere. Nothing is written where a text is not understood. Layouts:
 * proc(5); fs/proc/array.c and fs/proc/base.c of Linux. */
#ifndef TB_PROCLINE_H
#define TB_PROCLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TB_PROC_COMM_MAX = 15,  /* TASK_COMM_LEN without its NUL: include/linux/sched.h */
    TB_PROC_TEXT_MAX = 4096 /* octets; enough for stat and status, of which fields are read that
                               stand before the ones without a limit */
};

struct tb_proc_stat {
    uint64_t start_ticks; /* since boot, sysconf(_SC_CLK_TCK) a second */
    uint32_t pid;
    uint32_t parent_pid;
    uint32_t process_group;          /* the pid of its first process; 0: none any more */
    uint32_t threads;                /* with a leader that has ended and waits for the others */
    char comm[TB_PROC_COMM_MAX + 1]; /* as it is, unescaped; longer ones (of the kernel) are cut */
    char state;                      /* 'R', 'S', 'Z', ... */
    bool kernel;                     /* a thread of the kernel's own: it has no files */
};

/* /proc/PID/stat. The name stands in parentheses and may hold any octet, parentheses and newlines
 * too: it ends at the last ")". */
bool tb_proc_read_stat(const char *text, size_t length, struct tb_proc_stat *stat);

struct tb_proc_status {
    uint32_t group; /* Tgid: the pid of the process that the thread belongs to */
    uint32_t uid;   /* effective */
};

/* /proc/PID/status. In it the name is escaped, so that it ends at its line's end. */
bool tb_proc_read_status(const char *text, size_t length, struct tb_proc_status *status);

/* The path of the cgroup (version 2) in /proc/PID/cgroup: the line "0::/path". False where there is
 * none. *path points into `text`. */
bool tb_proc_read_cgroup(const char *text, size_t length, const char **path, size_t *path_length);

/* What a link in /proc/PID/fd points to: "socket:[4242]". */
bool tb_proc_is_socket(const char *target, size_t length, uint64_t *inode);

/* What /proc/PID/exe points to, without the " (deleted)" of a file that is gone. Returns the length
 * that remains. */
size_t tb_proc_exe_length(const char *target, size_t length);

/* A name in /proc that is a pid, or one in /proc/PID/fd that is a descriptor: digits only, at most
 * 2147483647, no leading zero but "0" itself. Terminated. */
bool tb_proc_is_number(const char *name, uint32_t *number);

/* The pid given last, in the reader's pid namespace: the last word of /proc/loadavg. */
bool tb_proc_read_last_pid(const char *text, size_t length, uint32_t *pid);

/* How far the clocks of a time namespace are ahead of the kernel's own: time_namespaces(7). */
struct tb_proc_clocks {
    int64_t monotonic_ns;
    int64_t boottime_ns;
};

/* /proc/PID/timens_offsets. */
bool tb_proc_read_clocks(const char *text, size_t length, struct tb_proc_clocks *clocks);

#endif
