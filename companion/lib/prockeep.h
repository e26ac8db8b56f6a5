/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prockeep.h - the rights that the helper keeps, and all that it gives up */
#ifndef TB_PROCKEEP_H
#define TB_PROCKEEP_H

/* Capabilities for looking into other processes: CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH. Which of
 * them are missing, as words; NULL: none. */
const char *tb_prockeep_missing(void);

/* Of all rights only those two are kept; files can be opened for reading only, no socket can be
 * made, no program run, no process traced; it ends when its parent ends. Cannot be undone. 0 or
 * -errno. Landlock is no part of it: it would forbid to look into other processes. */
int tb_prockeep_lock(void);

#endif
