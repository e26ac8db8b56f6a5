/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nlmsg.c - walks through netlink messages and their attributes */
#include "nlmsg.h"

#include <errno.h>
#include <string.h>

#include <linux/netlink.h>

static size_t padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

/* What is padded may lack the padding at its end. */
static void advance(struct tb_nl_rest *rest, size_t length)
{
    const size_t step = padded(length) < rest->length ? padded(length) : rest->length;

    rest->at += step;
    rest->length -= step;
}

bool tb_nl_next(struct tb_nl_rest *datagram, struct tb_nl_message *message)
{
    struct nlmsghdr header;

    if (datagram->length < sizeof(header))
        return false;
    memcpy(&header, datagram->at, sizeof(header));
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > datagram->length)
        return false;
    message->type = header.nlmsg_type;
    message->flags = header.nlmsg_flags;
    message->sequence = header.nlmsg_seq;
    message->payload.at = datagram->at + sizeof(header);
    message->payload.length = header.nlmsg_len - sizeof(header);
    advance(datagram, header.nlmsg_len);
    return true;
}

bool tb_nl_next_attribute(struct tb_nl_rest *attributes, struct tb_nl_attribute *attribute)
{
    struct nlattr header;

    if (attributes->length < sizeof(header))
        return false;
    memcpy(&header, attributes->at, sizeof(header));
    if (header.nla_len < sizeof(header) || header.nla_len > attributes->length)
        return false;
    attribute->type = header.nla_type & (uint16_t)NLA_TYPE_MASK;
    attribute->payload.at = attributes->at + sizeof(header);
    attribute->payload.length = header.nla_len - sizeof(header);
    advance(attributes, header.nla_len);
    return true;
}

bool tb_nl_take(struct tb_nl_rest *rest, void *header, size_t size)
{
    if (rest->length < size)
        return false;
    memcpy(header, rest->at, size);
    advance(rest, size);
    return true;
}

int tb_nl_error(const struct tb_nl_message *message)
{
    struct tb_nl_rest rest = message->payload;
    int32_t error;

    if (!tb_nl_take(&rest, &error, sizeof(error)) || error > 0 || error < -4095) /* MAX_ERRNO */
        return -EBADMSG;
    return error;
}

/* A dump that fails in its middle says so in NLMSG_DONE: netlink_dump_done(). */
static int read_end(const struct tb_nl_message *message)
{
    const int error = tb_nl_error(message);

    if (message->type == NLMSG_DONE)
        return message->payload.length == 0 || error == 0 ? TB_NL_DONE : error;
    return error == 0 ? TB_NL_DONE : error;
}

int tb_nl_read_dump(struct tb_nl_dump *dump, const uint8_t *octets, size_t length)
{
    struct tb_nl_rest rest = { octets, length };
    struct tb_nl_message message;
    size_t messages = 0;

    for (; tb_nl_next(&rest, &message); messages++) {
        int result;

        if (message.sequence != dump->sequence)
            continue;
        if ((message.flags & NLM_F_DUMP_INTR) != 0)
            dump->interrupted = true;
        if (message.type == NLMSG_DONE || message.type == NLMSG_ERROR)
            return read_end(&message);
        if (message.type < NLMSG_MIN_TYPE) /* NLMSG_NOOP, NLMSG_OVERRUN */
            continue;
        result = dump->tell(&message, dump->context);
        if (result < 0)
            return result;
    }
    return messages > 0 ? TB_NL_MORE : -EBADMSG;
}
