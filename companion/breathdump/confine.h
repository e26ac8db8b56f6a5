/* SPDX-License-Identifier: GPL-2.0-or-later */
/* confine.h - the files and the system calls that are left to this program
 *
 * Both need no_new_privs and cannot be undone. `folder`: where several files are made, by place.h;
 * a descriptor that stays open, or -1: nowhere. Each returns 0 or -errno. */
#ifndef TB_CONFINE_H
#define TB_CONFINE_H

/* By Landlock: files may be made, written and removed in and below the folder only, no file may be
 * read; no TCP port may be bound or connected to; no process outside may be signalled. As far as
 * the kernel can: one without Landlock is 0 too. */
int tb_confine_files(int folder);

/* By seccomp: calls that are not needed any more fail with EPERM; those that a program under
 * attack is after (to run another, to trace) kill it. No file that is there can be opened. */
int tb_confine_calls(int folder);

#endif
