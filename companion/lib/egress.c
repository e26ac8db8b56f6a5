/* SPDX-License-Identifier: GPL-2.0-or-later */
/* egress.c - through which interface the kernel sends to an address */
#include "egress.h"

#include <errno.h>
#include <string.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "netlink.h"

enum {
    IPV4_AT = 12, /* of a mapped address */
    IPV4_OCTETS = 4,
    IPV6_OCTETS = 16,
    OCTET_BITS = 8
};

/* rtnetlink(7): the header, the route, one attribute with the address. */
struct request {
    struct nlmsghdr header;
    struct rtmsg route;
    struct rtattr attribute;
    uint8_t address[IPV6_OCTETS];
};

bool tb_egress_read(const struct tb_nl_message *message, struct tb_egress *egress)
{
    struct tb_nl_rest rest = message->payload;
    struct tb_nl_attribute attribute;
    struct tb_egress found = { 0 };
    struct rtmsg route;

    if (message->type != RTM_NEWROUTE || !tb_nl_take(&rest, &route, sizeof(route)))
        return false;
    found.local = route.rtm_type == RTN_LOCAL;
    while (tb_nl_next_attribute(&rest, &attribute)) {
        if (attribute.type == RTA_OIF)
            (void)tb_nl_take(&attribute.payload, &found.interface, sizeof(found.interface));
    }
    *egress = found;
    return true;
}

struct answer {
    struct tb_egress egress;
    bool is_there;
};

static int take(const struct tb_nl_message *message, void *context)
{
    struct answer *answer = context;

    answer->is_there = tb_egress_read(message, &answer->egress) || answer->is_there;
    return 0;
}

static bool is_mapped(const uint8_t address[16])
{
    static const uint8_t prefix[IPV4_AT] = { [10] = 0xff, [11] = 0xff };

    return memcmp(address, prefix, sizeof(prefix)) == 0;
}

static void fill(struct request *request, const uint8_t address[16])
{
    const bool ipv4 = is_mapped(address);
    const size_t octets = ipv4 ? IPV4_OCTETS : IPV6_OCTETS;

    *request = (struct request){ 0 };
    request->header.nlmsg_len = (uint32_t)(sizeof(*request) - IPV6_OCTETS + octets);
    request->header.nlmsg_type = RTM_GETROUTE;
    request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK; /* the end of the answer */
    request->header.nlmsg_seq = 1;
    request->route.rtm_family = ipv4 ? AF_INET : AF_INET6;
    request->route.rtm_dst_len = (unsigned char)(octets * OCTET_BITS);
    request->attribute.rta_type = RTA_DST;
    request->attribute.rta_len = (unsigned short)(sizeof(request->attribute) + octets);
    memcpy(request->address, address + (ipv4 ? IPV4_AT : 0), octets);
}

int tb_egress_find(const uint8_t address[16], struct tb_egress *egress)
{
    struct tb_netlink *netlink;
    struct request request;
    struct answer answer = { .is_there = false };
    bool interrupted = false;
    int error = tb_netlink_open(&netlink, NETLINK_ROUTE);

    if (error != 0)
        return error;
    fill(&request, address);
    error = tb_netlink_dump(netlink, &request, request.header.nlmsg_len, request.header.nlmsg_seq,
                            take, &answer, &interrupted);
    tb_netlink_close(netlink);
    if (error != 0)
        return error;
    if (!answer.is_there)
        return -EBADMSG;
    *egress = answer.egress;
    return 0;
}
