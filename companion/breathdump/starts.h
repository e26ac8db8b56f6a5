/* SPDX-License-Identifier: GPL-2.0-or-later */
/* starts.h - which process a pid is: when it started, for pids are used again */
#ifndef TB_STARTS_H
#define TB_STARTS_H

#include <stdbool.h>
#include <stdint.h>

/* When the process started, nanoseconds since boot, as /proc tells: rounded down to a multiple of
 * tb_start_step_ns(). False: there is no such process; where the pid is a thread's, *leader is the
 * pid of its process, else 0. */
bool tb_start_of(uint32_t pid, uint64_t *start_ns, uint32_t *leader);

/* A clock tick of /proc, mostly 10 ms. */
uint64_t tb_start_step_ns(void);

/* Whether pids here are those of the whole machine, which BPF tracing tells: there is no pid
 * namespace around this one. */
bool tb_start_is_outermost(void);

/* Whether /proc has the pids that this program's children have for it: not another pid namespace's.
 */
bool tb_start_is_procs(void);

#endif
