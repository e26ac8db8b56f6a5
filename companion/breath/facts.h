/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts.h - what /proc tells of one process, for a reader who wonders which one it is */
#ifndef TB_FACTS_H
#define TB_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "descriptors.h"
#include "line.h"
#include "text.h"

enum {
    TB_FACTS_PARENTS = 2
};

struct tb_parent {
    uint32_t pid;
    char comm[TB_PROC_COMM_MAX + 1];
};

struct tb_facts {
    uint64_t age_s;
    struct tb_parent parent[TB_FACTS_PARENTS]; /* the nearest first; process 1 is not told */
    unsigned parents;
    struct tb_line exe; /* as it may be printed; empty: it may not be read */
    bool exe_gone;      /* deleted, or another file has its name now */
};

/* False: the process has ended. To be freed either way. */
bool tb_facts_read(struct tb_facts *facts, const struct tb_process *process);
void tb_facts_free(struct tb_facts *facts);

/* "2 min" */
void tb_facts_put_age(struct tb_line *line, enum tb_lang lang, uint64_t seconds);

/* "bash (19870) < sshd (812)" */
void tb_facts_put_parents(struct tb_line *line, const struct tb_facts *facts);

/* The name of a user, or its number. */
void tb_facts_put_user(struct tb_line *line, uint32_t uid);

#endif
