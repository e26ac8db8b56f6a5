/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blocks.h - what breathdump says in a pcapng file beside the packets
 *
 * Each function adds one block to an output, and returns 0 or -errno. */
#ifndef TB_BLOCKS_H
#define TB_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "interfaces.h"
#include "output.h"
#include "owner.h"
#include "packet.h"

/* Read once, while files may be read. */
struct tb_machine {
    char hardware[128]; /* "x86_64, Intel(R) ..." */
    char system[256];   /* "Linux 6.1.0" */
    char place[48]; /* "net:[4026531840] boot 1a2b3c4d": the network namespace, of this run of the
                       machine. In a merged file it tells one's loopback from another's */
};

/* `netns`: inode of the network namespace that is captured in; 0: not known. */
void tb_machine_read(struct tb_machine *machine, uint32_t netns);

/* The section's comment is for programs:
 *   tcp-breath-capture v=1 mechanism=bpf cmdline=no */
struct tb_section {
    const struct tb_machine *machine;
    enum tb_mechanism mechanism;
    bool arguments;
};

int tb_blocks_add_section(struct tb_output *output, const struct tb_section *section);

struct tb_described_interface {
    const struct tb_interface *interface;
    const struct tb_machine *machine;
    const char *filter; /* NULL: none */
    uint16_t link_type;
    uint32_t snaplen;
};

int tb_blocks_add_interface(struct tb_output *output,
                            const struct tb_described_interface *described);

/* A Darwin Process Event Block, which Wireshark knows from macOS: the processes of a file count
 * from 0 in the order of their blocks. */
int tb_blocks_add_process(struct tb_output *output, const struct tb_owner *owner);

enum {
    TB_NO_PROCESS = -1
};

/* What is said of a packet beside its octets. */
struct tb_remarks {
    const char *note; /* its comment; NULL: none */
    int64_t process;  /* the number of a process, or TB_NO_PROCESS */
};

int tb_blocks_add_packet(struct tb_output *output, const struct tb_packet *packet,
                         const struct tb_remarks *remarks);

/* Drops and losses. As dumpcap does, isb_ifdrop has all packets that were lost before the capture
 * program could see them, because that is what Wireshark shows; isb_osdrop those of them that the
 * kernel had no room for. The comment is for programs:
 *   tcp-breath-statistics v=1 mechanism=bpf lost=0 undecided=0 ... */
struct tb_statistics {
    uint64_t begun_ns; /* CLOCK_REALTIME */
    uint64_t ended_ns;
    bool counts_known; /* the next three */
    uint64_t received;
    uint64_t dropped;
    uint64_t interface_dropped;
    uint64_t delivered; /* to the file */
    enum tb_mechanism mechanism;
    uint64_t lost;      /* events of owners that were lost */
    uint64_t forgotten; /* open connections that had to be forgotten for want of memory */
    uint64_t undecided; /* packets left out because nobody knew in time whose they were */
};

int tb_blocks_add_statistics(struct tb_output *output, uint32_t interface,
                             const struct tb_statistics *statistics);

#endif
