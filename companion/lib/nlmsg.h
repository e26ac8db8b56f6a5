/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nlmsg.h - walks through netlink messages and their attributes
 *
 * Pure. What is read may be malformed: a part that does not fit into what is left ends the walk.
 * Layouts: netlink(7), include/uapi/linux/netlink.h. */
#ifndef TB_NLMSG_H
#define TB_NLMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left to read. */
struct tb_nl_rest {
    const uint8_t *at;
    size_t length;
};

struct tb_nl_message {
    uint16_t type; /* NLMSG_DONE, NLMSG_ERROR, or the family's own */
    uint16_t flags;
    uint32_t sequence;
    struct tb_nl_rest payload;
};

struct tb_nl_attribute {
    uint16_t type; /* without NLA_F_NESTED and NLA_F_NET_BYTEORDER */
    struct tb_nl_rest payload;
};

/* Takes the next message of a datagram; false at its end. */
bool tb_nl_next(struct tb_nl_rest *datagram, struct tb_nl_message *message);

/* Takes the next attribute; false at the end. */
bool tb_nl_next_attribute(struct tb_nl_rest *attributes, struct tb_nl_attribute *attribute);

/* Takes a fixed header of `size` octets and the padding behind it. */
bool tb_nl_take(struct tb_nl_rest *rest, void *header, size_t size);

/* The error of an NLMSG_ERROR: 0 for an acknowledgment, else -errno; -EBADMSG where malformed. */
int tb_nl_error(const struct tb_nl_message *message);

/* Takes one message; a negative answer ends the reading and is returned. */
typedef int tb_nl_fn(const struct tb_nl_message *message, void *context);

/* The reading of the answer to a dump request (NLM_F_DUMP), which comes in several datagrams. */
struct tb_nl_dump {
    tb_nl_fn *tell;
    void *context;
    uint32_t sequence; /* messages with another one are passed over */
    bool interrupted;  /* some message was marked NLM_F_DUMP_INTR: it is not all of one moment */
};

enum tb_nl_dump_end {
    TB_NL_MORE, /* datagrams follow */
    TB_NL_DONE  /* that was the last one */
};

/* Reads a datagram. Returns an enum tb_nl_dump_end, -EBADMSG where it is no netlink at all, or the
 * kernel's own -errno. */
int tb_nl_read_dump(struct tb_nl_dump *dump, const uint8_t *octets, size_t length);

#endif
