/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfwire.h - reads what the BPF programs write (companion/bpf/owner_wire.h)
 *
 * Pure. The octets come from the kernel, but the texts in them are any process's to choose. */
#ifndef TB_BPFWIRE_H
#define TB_BPFWIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "procline.h"
#include "sock_event.h"

/* Reads one record. False where it is none or is damaged: *event is then unchanged. The event's
 * texts are those in `data`. A process that the snapshot found is told as EXEC without its
 * program's name; of HELD, `time_ns` is when that descriptor was seen and `alone` is false: whoever
 * has all of the look's records sets both. */
bool tb_bpfwire_read(const void *data, size_t length, struct tb_sock_event *event);

/* The same as the clocks of the caller's time namespace have it. */
void tb_bpfwire_shift(const struct tb_proc_clocks *clocks, struct tb_sock_event *event);

#endif
