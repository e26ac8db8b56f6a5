/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enclosing.c - what encloses the TCP segment at hand
 *
 * Wireshark tells the names of the layers, not their numbers. Where the names show more than a link
 * and IP, the frame's octets are read. */
#include "enclosing.h"

enum {
    PROTOCOLS = 2, /* in each of the lists below */
    TUNNELS = 3,
    PLAIN_LAYERS = 3, /* frame, link, IP: fewer than any tunnel needs */
    PLAIN_LAYERS_ETHERNET = 4,
    READ_OCTETS = 512 /* of the frame, at most */
};

static int ips[PROTOCOLS];
static int tags[PROTOCOLS];
static int beginnings[PROTOCOLS];
static int tunnels[TUNNELS];

void tb_enclosing_register(void)
{
    ips[0] = proto_get_id_by_filter_name("ip");
    ips[1] = proto_get_id_by_filter_name("ipv6");
    tags[0] = proto_get_id_by_filter_name("vlan");
    tags[1] = proto_get_id_by_filter_name("ieee8021ad");
    beginnings[0] = proto_get_id_by_filter_name("tcp");
    beginnings[1] = proto_get_id_by_filter_name("llc");
    tunnels[0] = proto_get_id_by_filter_name("mpls");
    tunnels[1] = proto_get_id_by_filter_name("pppoes");
    tunnels[2] = proto_get_id_by_filter_name("gre");
}

static bool is_one_of(int protocol, const int *list, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (list[i] == protocol)
            return true;
    return false;
}

/* A frame of 802.11 may hold several packets, whose layers are in one row: what is before the
 * latest TCP or LLC header is another one's. */
static bool has_tunnel(const packet_info *pinfo)
{
    unsigned ip_count = 0;
    unsigned tag_count = 0;
    bool found = false;

    for (wmem_list_frame_t *at = wmem_list_head(pinfo->layers); at != NULL;
         at = wmem_list_frame_next(at)) {
        const int protocol = GPOINTER_TO_INT(wmem_list_frame_data(at));

        if (is_one_of(protocol, beginnings, PROTOCOLS)) {
            ip_count = 0;
            tag_count = 0;
            found = false;
        }
        found = found || is_one_of(protocol, tunnels, TUNNELS);
        ip_count += is_one_of(protocol, ips, PROTOCOLS);
        tag_count += is_one_of(protocol, tags, PROTOCOLS);
    }
    return found || ip_count > 1 || tag_count > 1;
}

/* Most segments, at once. Where MPLS calls for IP, Wireshark 4.4 does not count IP as a layer. */
static bool is_plain(const packet_info *pinfo, int encapsulation)
{
    const unsigned plain =
        encapsulation == WTAP_ENCAP_ETHERNET ? PLAIN_LAYERS_ETHERNET : PLAIN_LAYERS;

    return pinfo->curr_layer_num <= plain &&
           is_one_of(GPOINTER_TO_INT(wmem_list_frame_data(wmem_list_tail(pinfo->layers))), ips,
                     PROTOCOLS);
}

static int encapsulation_of(const packet_info *pinfo)
{
    if (pinfo->rec == NULL || pinfo->rec->rec_type != REC_TYPE_PACKET)
        return WTAP_ENCAP_UNKNOWN;
    return pinfo->rec->rec_header.packet_header.pkt_encap;
}

static enum tb_encap_link link_of(int encapsulation)
{
    switch (encapsulation) {
    case WTAP_ENCAP_ETHERNET:
        return TB_ENCAP_LINK_ETHERNET;
    case WTAP_ENCAP_RAW_IP:
    case WTAP_ENCAP_RAW_IP4:
    case WTAP_ENCAP_RAW_IP6:
        return TB_ENCAP_LINK_IP;
    case WTAP_ENCAP_NULL:
    case WTAP_ENCAP_LOOP:
        return TB_ENCAP_LINK_NULL;
    case WTAP_ENCAP_PPP:
        return TB_ENCAP_LINK_PPP;
    case WTAP_ENCAP_SLL:
        return TB_ENCAP_LINK_SLL;
    case WTAP_ENCAP_SLL2:
        return TB_ENCAP_LINK_SLL2;
    default:
        return TB_ENCAP_LINK_OTHER;
    }
}

struct tb_encap tb_enclosing(const packet_info *pinfo)
{
    const int encapsulation = encapsulation_of(pinfo);
    tvbuff_t *frame;
    size_t length;

    if (is_plain(pinfo, encapsulation) || pinfo->data_src == NULL || !has_tunnel(pinfo))
        return (struct tb_encap){ .whole = true };
    frame = get_data_source_tvb((const struct data_source *)pinfo->data_src->data);
    length = MIN(tvb_captured_length(frame), (unsigned)READ_OCTETS);
    return tb_encap_read(link_of(encapsulation), tvb_get_ptr(frame, 0, (int)length), length);
}
