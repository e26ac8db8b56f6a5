/* SPDX-License-Identifier: GPL-2.0-or-later */
/* instance.h - a trace buffer of our own: an instance in tracefs */
#ifndef TB_LIVE_INSTANCE_H
#define TB_LIVE_INSTANCE_H

#include <stddef.h>

#define TB_TRACEFS "/sys/kernel/tracing"

struct tb_instance {
    char path[128];
};

/* Mounts tracefs if need be (tb_net_isolate came first) and makes `count` instances. They outlive
 * every process, so a process that nothing waits for removes them once this one and all its
 * children are gone, however they end. Skips the test where there can be none. */
void tb_instance_make(struct tb_instance *instances, size_t count);

/* Writes to a file of an instance. Skips the test if that cannot be done. */
void tb_instance_set(const struct tb_instance *instance, const char *name, const char *value);

#endif
