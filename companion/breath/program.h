/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.h - the other programs that breath runs */
#ifndef TB_PROGRAM_H
#define TB_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
    TB_PROGRAM_PATH_MAX = 4096
};

/* Beside this program, in libexec/tcp-breath of where it is installed, then in PATH and the folders
 * for administrators. False: nowhere. */
bool tb_program_find(const char *name, char path[TB_PROGRAM_PATH_MAX]);

/* A folder or file of ours by its place beside the program's own folder: "wireshark/plugins" in a
 * build. False: there is none. */
bool tb_program_beside(const char *name, char path[TB_PROGRAM_PATH_MAX]);

struct tb_program {
    const char *path;
    char *const *arguments;
    int in; /* descriptors; -1: this program's own */
    int out;
    int err;
    int kept;          /* stays open in it under its number; -1: none */
    bool unprivileged; /* run by root: as sudo's user, else as nobody */
};

/* Starts it in a process group of its own, so that Ctrl-C reaches this program alone, and to be
 * ended when this program ends. Returns its pid, by which it bears its own name already, or -errno.
 */
pid_t tb_program_start(const struct tb_program *program);

/* Asks it to end by that signal, makes it where it does not, and waits. Returns its exit status,
 * 128 and the signal where one ended it. */
int tb_program_end(pid_t pid, int signal);
int tb_program_wait(pid_t pid);

/* Likewise; signals that come meanwhile (signalfd(2)) are passed on: SIGINT, and SIGKILL for a
 * second one. *signal: the last of them; left as it is where none came. */
int tb_program_wait_passing(pid_t pid, int signals, int *signal);

#endif
