/* SPDX-License-Identifier: GPL-2.0-or-later */
/* containers.h - the containers' names, by the ids of their cgroups
 *
 * Pure but for bounded memory. */
#ifndef TB_CONTAINERS_H
#define TB_CONTAINERS_H

#include <stddef.h>
#include <stdint.h>

struct tb_containers;

enum {
    TB_CONTAINERS_MAX =
        65536 /* cgroups kept; of more those that were learned first are forgotten */
};

/* NULL: out of memory. NULL may be freed. */
struct tb_containers *tb_containers_new(void);
void tb_containers_free(struct tb_containers *containers);

/* The cgroup of this id is at this path; see container.h. 0 is no id. Where there is no memory it
 * stays unknown. */
void tb_containers_learn(struct tb_containers *containers, uint64_t cgroup, const char *path);

/* NULL: the cgroup is in no container, or not known. Valid until the next tb_containers_learn(). */
const char *tb_containers_name(const struct tb_containers *containers, uint64_t cgroup);

#endif
