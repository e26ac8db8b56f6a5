/* SPDX-License-Identifier: GPL-2.0-or-later */
/* confine.h - the files and the system calls that are left to this program
 *
 * Both need no_new_privs and cannot be undone. Each returns 0 or -errno. */
#ifndef TB_CONFINE_H
#define TB_CONFINE_H

#include <stdbool.h>

/* By Landlock: files may be created, written and removed in and below `directory` only (NULL:
 * nowhere), no file may be read; no TCP port may be bound or connected to; no process outside may
 * be signalled. As far as the kernel can: one without Landlock is 0 too. */
int tb_confine_files(const char *directory);

/* By seccomp: calls that are not needed any more fail with EPERM; those that a program under
 * attack is after (to run another, to trace) kill it. */
int tb_confine_calls(bool opens_files);

#endif
