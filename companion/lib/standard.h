/* SPDX-License-Identifier: GPL-2.0-or-later */
/* standard.h - whoever starts a program may have closed its standard input, output or error
 *
 * What is opened next has that number then, and what is said goes into it: into a capture, say. */
#ifndef TB_STANDARD_H
#define TB_STANDARD_H

/* First of all in main(). What is closed is held by a descriptor that can neither be read nor be
 * written to in that direction, so that using it still fails (EBADF), as glibc does it for programs
 * with privileges of their own. 0 or -errno. */
int tb_standard_hold(void);

#endif
