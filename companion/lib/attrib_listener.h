/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_listener.h - who listens where
 *
 * Bounded: of too many the one that was told first is forgotten. */
#ifndef TB_ATTRIB_LISTENER_H
#define TB_ATTRIB_LISTENER_H

#include <stddef.h>
#include <stdint.h>

#include "attrib_loss.h"
#include "attrib_process.h"
#include "links.h"
#include "tuple.h"

enum {
    TB_LISTENER_BUCKETS = 256,
    TB_LISTENERS_MAX = 4096
};

struct tb_listener_table {
    struct tb_link bucket[TB_LISTENER_BUCKETS];
    struct tb_link all; /* in the order of being told */
    size_t count;
    bool has_forgotten;
    struct tb_process_table *processes;
};

void tb_listener_table_init(struct tb_listener_table *table, struct tb_process_table *processes);
void tb_listener_table_clear(struct tb_listener_table *table);

/* A LISTEN event; `process` is its process. 0 or -ENOMEM. */
int tb_listener_add(struct tb_listener_table *table, const struct tb_sock_event *event,
                    struct tb_process *process);

/* A CLOSE event of a socket that listened. */
void tb_listener_remove(struct tb_listener_table *table, const struct tb_sock_event *event);

/* Who listens for connections to the local end of the tuple: the only one; or of several, such as
 * a server's workers, the one that all others descend from. NULL: nobody is known, or not for sure.
 */
struct tb_process *tb_listener_of(const struct tb_listener_table *table, uint32_t netns,
                                  const struct tb_tuple *tuple, uint64_t time_ns,
                                  const struct tb_loss *loss);

#endif
