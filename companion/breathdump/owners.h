/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owners.h - the processes at the ends of captured packets
 *
 * Watches sockets by the best mechanism that is allowed, and says of each packet who is known to
 * own its ends and what of it belongs into the file. */
#ifndef TB_OWNERS_H
#define TB_OWNERS_H

#include <stdbool.h>
#include <stdint.h>

#include "annotate.h"
#include "complaint.h"
#include "options.h"
#include "packet.h"

struct tb_owners;

/* Where a packet was captured. */
struct tb_owners_place {
    uint32_t link_type; /* LINKTYPE_... */
    uint32_t netns;     /* inode of its network namespace; 0: not known */
    bool loopback;      /* of "any" each packet says so itself */
};

/* What is known of a packet. Valid until tb_owners_drain(). */
struct tb_owners_sight {
    struct tb_annotator_packet packet;
    struct tb_annotation annotation;
    bool is_segment; /* of TCP, with ports. Else nothing else here is filled in */
};

/* Opens the best mechanism that options->attribution allows. It begins to collect at once; names of
 * users are read too. With AUTO and NONE it is no failure that there is no mechanism: then nobody
 * is known. 0 or an exit status. Destroy with tb_owners_close(); NULL is allowed there. */
int tb_owners_open(const struct tb_options *options, struct tb_owners **owners,
                   struct tb_complaint *complaint);
void tb_owners_close(struct tb_owners *owners);

/* Learns what is open now. Call it once; afterwards no privilege is needed. */
int tb_owners_snapshot(struct tb_owners *owners, struct tb_complaint *complaint);

/* In force; NONE: nobody will be known. */
enum tb_mechanism tb_owners_mechanism(const struct tb_owners *owners);

/* Why no better mechanism is in force, and what this one does not see: some lines, each without a
 * newline. NULL: no more. */
const char *tb_owners_remark(const struct tb_owners *owners, size_t index);

/* To poll; -1: nothing. */
int tb_owners_fd(const struct tb_owners *owners);

/* Process id of the helper that keeps privileges, 0: none. */
int tb_owners_helper(const struct tb_owners *owners);

/* Learns what has happened until now. */
void tb_owners_drain(struct tb_owners *owners);

/* Why nobody becomes known any more, where that has come up since this was asked last: one line.
 * NULL: nothing has. */
const char *tb_owners_failure(struct tb_owners *owners);

/* What happened before a packet of this time (CLOCK_REALTIME) may not have been learned yet. */
bool tb_owners_is_behind(const struct tb_owners *owners, uint64_t time_ns);

/* `packet` is read only. */
void tb_owners_look(struct tb_owners *owners, const struct tb_packet *packet,
                    const struct tb_owners_place *place, struct tb_owners_sight *sight);

/* Whether somebody may become known at an end of it soon. */
bool tb_owners_is_undecided(const struct tb_owners_sight *sight);

/* The note that is due with the packet, valid until the next call; NULL: none. */
const char *tb_owners_note(struct tb_owners *owners, const struct tb_owners_sight *sight);

/* The process that a reader who knows of one process a packet is told of: the sender's, or where
 * the packet came from another machine the receiver's. NULL: not known. */
const struct tb_owner *tb_owners_process(const struct tb_owners_sight *sight);

/* The packet is in the file, with its note. */
void tb_owners_wrote(struct tb_owners *owners, const struct tb_owners_sight *sight);

/* Another file has begun. */
void tb_owners_next_file(struct tb_owners *owners);

/* Whether the process of `owner` is the one with the pid and the start (starts.h), or descends from
 * it. `is_there`: that one has not been waited for, so that no other has its pid. */
bool tb_owners_descends(const struct tb_owners *owners, const struct tb_owner *owner, uint32_t pid,
                        uint64_t start_ns, bool is_there);

/* Events that were lost, and open connections that had to be forgotten. */
uint64_t tb_owners_lost(const struct tb_owners *owners);
uint64_t tb_owners_forgotten(const struct tb_owners *owners);

#endif
