/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inside.h - in which container a process runs
 *
 * By the name of its cgroup: see container.h. From inside a container with a cgroup namespace of
 * its own no name is to be seen. */
#ifndef TB_INSIDE_H
#define TB_INSIDE_H

#include <stdbool.h>

#include "descriptors.h"
#include "line.h"

/* "docker-0123456789ab", as it may be printed. False: it runs in none, or has ended, or may not be
 * looked into. */
bool tb_inside_put(struct tb_line *line, const struct tb_process *process);

/* " [docker-0123456789ab]" behind something, "[docker-0123456789ab] " at the beginning of a line,
 * or nothing. */
void tb_inside_put_note(struct tb_line *line, const struct tb_process *process);

#endif
