/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foreign.h - what other tools than ours write into a capture about processes
 *
 * ptcpdump, a packet comment each (its internal/writer/pcapng.go):
 *
 *   PID: 4242            UserId: 1000         ContainerName: web
 *   Cmd: /usr/bin/curl   GroupId: 1000        ContainerId: 0123456789ab...
 *   Args: curl :8080                          ...
 *
 * rustnet, one packet comment (its src/app/pcapng_export.rs, scripts/pcap_enrich.py):
 *
 *   rustnet process=curl pid=4242 ppid=1 uid=1000 attr=exact direction=outgoing app=HTTP
 *   PID:4242 Process:curl
 *
 * macOS: the pktap header in front of each packet (xnu's bsd/net/pktap.h), and Darwin's process
 * blocks of pcapng, which epan reads.
 *
 * None of it can be checked, and all of it is hostile input: an owner that is read here is always
 * unsure, and its source unknown. */
#ifndef TB_FOREIGN_H
#define TB_FOREIGN_H

#include "owner.h"

enum tb_foreign_tool {
    TB_FOREIGN_NONE,
    TB_FOREIGN_PTCPDUMP,
    TB_FOREIGN_RUSTNET,
    TB_FOREIGN_PKTAP,
    TB_FOREIGN_DARWIN,
    TB_FOREIGN_COUNT
};

/* Which end of the packet or connection is spoken of. */
enum tb_foreign_end {
    TB_FOREIGN_EITHER, /* that is not said */
    TB_FOREIGN_LOCAL,  /* this machine's: the sender of what went out, the receiver of what came in
                        */
    TB_FOREIGN_SRC,
    TB_FOREIGN_DST,
    TB_FOREIGN_CLIENT, /* of the connection */
    TB_FOREIGN_SERVER
};

/* `tool` TB_FOREIGN_NONE: nothing was read. The owner's texts point into what was read. */
struct tb_foreign {
    struct tb_owner owner;
    enum tb_foreign_tool tool;
    enum tb_foreign_end end;
};

/* Reads a packet's comment, not necessarily terminated; `found` is empty before the packet's first,
 * and each adds what it says. What is known already stays. True where it said anything. */
bool tb_foreign_read_comment(const char *text, size_t length, struct tb_foreign *found);

/* Reads the header at the beginning of a frame of link type PKTAP. False where there is none or it
 * names nobody. */
bool tb_foreign_read_pktap(const uint8_t *octets, size_t length, struct tb_foreign *found);

/* What Darwin's process block says. `name`: terminated, or NULL. False where that is nobody. */
bool tb_foreign_read_darwin(uint32_t pid, const char *name, struct tb_foreign *found);

/* "ptcpdump", "pktap", ...: the same in every language. Static; "" for none. */
const char *tb_foreign_tool_name(enum tb_foreign_tool tool);

#endif
