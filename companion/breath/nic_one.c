/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nic_one.c - one network interface in full, and what it means */
#include <stdlib.h>
#include <string.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "endpoint.h"
#include "nic.h"
#include "nicjson.h"
#include "nicname.h"
#include "nictext.h"

enum {
    INDENT = 6,
    LOCAL_BIT = 2, /* of a MAC's first octet: IEEE 802, "universally or locally administered" */
    ETHERNET_OCTETS = 6
};

void tb_nic_put_mac_of(struct tb_line *line, const struct tb_rt_link *link)
{
    if (!tb_nic_mac_is_zero(link->mac, link->mac_length))
        tb_nic_put_mac(line, link->mac, link->mac_length);
}

void tb_nic_put_prefix(struct tb_line *line, const uint8_t address[16], unsigned prefix)
{
    tb_endpoint_put_address(line, address);
    tb_line_put(line, "/");
    tb_line_put_number(line, prefix);
}

static int compare_names(const void *left, const void *right)
{
    const struct tb_link_ref *one = left;
    const struct tb_link_ref *other = right;

    return tb_nic_compare_names(one->link->name, other->link->name);
}

struct tb_link_ref *tb_nics_by_name(const struct tb_nics *nics)
{
    struct tb_link_ref *refs = calloc(nics->link_count + 1, sizeof(*refs));

    if (refs == NULL)
        return NULL;
    for (size_t i = 0; i < nics->link_count; i++)
        refs[i].link = &nics->links[i];
    qsort(refs, nics->link_count, sizeof(*refs), compare_names);
    return refs;
}

static bool is_local_mac(const struct tb_rt_link *link)
{
    return link->type == ARPHRD_ETHER && link->mac_length == ETHERNET_OCTETS &&
           (link->mac[0] & LOCAL_BIT) != 0;
}

static void put_name(struct tb_line *line, const struct tb_rt_link *link)
{
    tb_line_put_outside(line, link->name, strlen(link->name));
}

/* ---- Lines; each ends the line and clears it */

static void end_line(const struct tb_page *page, struct tb_line *line)
{
    tb_page_line(page, tb_line_text(line), INDENT + 2);
    tb_line_clear(line);
}

static void begin_line(struct tb_line *line, const char *label)
{
    static const char blanks[] = "      ";

    tb_line_put(line, blanks);
    tb_line_put(line, label);
}

static void show_head(const struct tb_page *page, const struct tb_rt_link *link,
                      struct tb_line *line)
{
    put_name(line, link);
    tb_line_put(line, ": flags=");
    tb_nic_put_flags(line, link->flags);
    tb_line_put(line, " mtu ");
    tb_line_put_number(line, link->mtu);
    tb_line_put(line, "  status: ");
    tb_line_put(line, tb_nic_status_word(tb_nic_state(link)));
    end_line(page, line);
}

static void show_mac(const struct tb_page *page, const struct tb_rt_link *link,
                     struct tb_line *line)
{
    const char *type = tb_nic_type_name(link->type);

    if (tb_nic_mac_is_zero(link->mac, link->mac_length))
        return;
    begin_line(line, type != NULL ? type : "link");
    tb_line_put(line, " ");
    tb_nic_put_mac(line, link->mac, link->mac_length);
    if (page->explain >= TB_EXPLAIN_SHORT && link->type == ARPHRD_ETHER)
        tb_line_put(line, tb_say_raw(page->lang, is_local_mac(link) ? TB_SAY_NIC_NOTE_MAC_LOCAL
                                                                    : TB_SAY_NIC_NOTE_MAC));
    end_line(page, line);
}

static void put_scope_words(struct tb_line *line, const struct tb_rt_address *address)
{
    tb_line_put(line, " ");
    if (address->scope == RT_SCOPE_LINK)
        tb_line_put(line, "link-local");
    else
        tb_nic_put_scope(line, address->scope);
}

static void show_address(const struct tb_page *page, const struct tb_rt_link *link,
                         const struct tb_rt_address *address, struct tb_line *line)
{
    const char *flag;

    begin_line(line, address->family == AF_INET ? "inet  " : "inet6 ");
    tb_endpoint_put_address(line, address->local);
    if (address->family == AF_INET6 && address->scope == RT_SCOPE_LINK) {
        tb_line_put(line, "%");
        put_name(line, link);
    }
    tb_line_put(line, "/");
    tb_line_put_number(line, address->prefix);
    if (address->family == AF_INET6) {
        put_scope_words(line, address);
    } else {
        tb_line_put(line, "  netmask ");
        tb_nic_put_netmask(line, address->prefix);
    }
    if (address->has_broadcast) {
        tb_line_put(line, "  broadcast ");
        tb_endpoint_put_address(line, address->broadcast);
    }
    if (address->has_peer) {
        tb_line_put(line, "  peer ");
        tb_endpoint_put_address(line, address->peer);
    }
    for (unsigned i = 0; (flag = tb_nic_address_flag(address, i)) != NULL; i++) {
        tb_line_put(line, i == 0 ? "  " : " ");
        tb_line_put(line, flag);
    }
    end_line(page, line);
}

static void show_counters(const struct tb_page *page, const char *label,
                          const struct tb_rt_counters *counters, struct tb_line *line)
{
    begin_line(line, label);
    tb_line_put(line, " packets ");
    tb_line_put_number(line, counters->packets);
    tb_line_put(line, "  bytes ");
    tb_line_put_number(line, counters->octets);
    tb_line_put(line, " (");
    tb_nic_put_size(line, counters->octets);
    tb_line_put(line, ")  errors ");
    tb_line_put_number(line, counters->errors);
    tb_line_put(line, "  dropped ");
    tb_line_put_number(line, counters->dropped);
    end_line(page, line);
}

/* ---- Relatives: what it belongs to, is made on, or is connected to */

static void say_relative(const struct tb_page *page, enum tb_say id, const char *nic,
                         struct tb_line *line)
{
    begin_line(line, "");
    tb_say(line, page->lang, id, TB_TOKENS({ "nic", nic }));
    end_line(page, line);
}

static void show_vlan(const struct tb_page *page, const struct tb_rt_link *link, const char *nic,
                      struct tb_line *line)
{
    struct tb_line number = { 0 };

    tb_line_put_number(&number, link->vlan);
    begin_line(line, "");
    tb_say(line, page->lang, TB_SAY_NIC_VLAN_ON,
           TB_TOKENS({ "nic", nic }, { "number", tb_line_text(&number) }));
    end_line(page, line);
    tb_line_free(&number);
}

static void show_below(const struct tb_page *page, const struct tb_nics *nics,
                       const struct tb_rt_link *link, struct tb_line *line)
{
    const bool is_pair = tb_nic_family(link) == TB_NIC_VETH;
    struct tb_line below = { 0 };

    if (link->below_elsewhere) {
        say_relative(page, is_pair ? TB_SAY_NIC_OTHER_END_AWAY : TB_SAY_NIC_BELOW_AWAY, "", line);
        return;
    }
    if (link->below == 0 || link->below == link->index)
        return;
    tb_nic_put_name(&below, nics, link->below);
    if (link->has_vlan)
        show_vlan(page, link, tb_line_text(&below), line);
    else
        say_relative(page, is_pair ? TB_SAY_NIC_OTHER_END : TB_SAY_NIC_BELOW, tb_line_text(&below),
                     line);
    tb_line_free(&below);
}

static void show_relatives(const struct tb_page *page, const struct tb_nics *nics,
                           const struct tb_rt_link *link, struct tb_line *line)
{
    const char *mode = link->has_bond_mode ? tb_nic_bond_mode_name(link->bond_mode) : NULL;

    show_below(page, nics, link, line);
    if (link->master != 0) {
        struct tb_line master = { 0 };

        tb_nic_put_name(&master, nics, link->master);
        say_relative(page, TB_SAY_NIC_MEMBER, tb_line_text(&master), line);
        tb_line_free(&master);
    }
    if (mode != NULL) {
        begin_line(line, "");
        tb_say(line, page->lang, TB_SAY_NIC_BOND_MODE, TB_TOKENS({ "mode", mode }));
        end_line(page, line);
    }
}

void tb_nic_show(const struct tb_page *page, const struct tb_nics *nics,
                 const struct tb_rt_link *link)
{
    struct tb_line line = { 0 };
    size_t count;
    const struct tb_rt_address *addresses = tb_nics_addresses(nics, link->index, &count);
    uint32_t mbps;

    show_head(page, link, &line);
    show_mac(page, link, &line);
    for (size_t i = 0; i < count; i++)
        show_address(page, link, &addresses[i], &line);
    if (tb_nic_speed(link->name, &mbps)) {
        begin_line(&line, "speed ");
        tb_line_put_number(&line, mbps);
        tb_line_put(&line, " Mbit/s");
        end_line(page, &line);
    }
    show_relatives(page, nics, link, &line);
    if (link->has_counters) {
        show_counters(page, "RX", &link->received, &line);
        show_counters(page, "TX", &link->sent, &line);
    }
    tb_line_free(&line);
}

/* ---- What it means */

struct seen {
    bool link_local;
    bool temporary;
    bool peer;
};

static struct seen look_at(const struct tb_rt_address *addresses, size_t count)
{
    struct seen seen = { .link_local = false };

    for (size_t i = 0; i < count; i++) {
        const bool ipv6 = addresses[i].family == AF_INET6;

        seen.link_local = seen.link_local || (ipv6 && addresses[i].scope == RT_SCOPE_LINK);
        seen.temporary = seen.temporary || (ipv6 && (addresses[i].flags & IFA_F_TEMPORARY) != 0);
        seen.peer = seen.peer || addresses[i].has_peer;
    }
    return seen;
}

static void explain_addresses(const struct tb_page *page, const struct tb_nics *nics,
                              const struct tb_rt_link *link, const char *name)
{
    size_t count;
    const struct tb_rt_address *addresses = tb_nics_addresses(nics, link->index, &count);
    const struct seen seen = look_at(addresses, count);

    if (count == 0) {
        tb_page_say(page, TB_SAY_NIC_NO_ADDRESS, TB_TOKENS({ "nic", name }));
    } else if (count == 1) {
        tb_page_say(page, TB_SAY_NIC_MAY_OWN, NULL);
    } else {
        struct tb_line number = { 0 };

        tb_line_put_number(&number, count);
        tb_page_say(page, TB_SAY_NIC_OWNS,
                    TB_TOKENS({ "nic", name }, { "count", tb_line_text(&number) }));
        tb_line_free(&number);
    }
    if (seen.link_local)
        tb_page_say(page, TB_SAY_NIC_LINK_LOCAL, TB_TOKENS({ "nic", name }));
    if (seen.temporary)
        tb_page_say(page, TB_SAY_NIC_TEMPORARY, NULL);
    if (seen.peer)
        tb_page_say(page, TB_SAY_NIC_PEER, NULL);
}

static bool has_trouble(const struct tb_rt_link *link)
{
    return link->received.errors + link->received.dropped + link->sent.errors + link->sent.dropped >
           0;
}

void tb_nic_explain(const struct tb_page *page, const struct tb_nics *nics,
                    const struct tb_rt_link *link)
{
    static const enum tb_say states[] = { TB_SAY_NIC_STATE_DOWN, TB_SAY_NIC_STATE_NO_CARRIER,
                                          TB_SAY_NIC_STATE_UP };
    const enum tb_nic_state state = tb_nic_state(link);
    struct tb_line name = { 0 }, mtu = { 0 };

    put_name(&name, link);
    tb_line_put_number(&mtu, link->mtu);
    tb_page_say(page, tb_nic_family_long(tb_nic_family(link)), NULL);
    if (state != TB_NIC_UP)
        tb_page_say(page, states[state], NULL);
    else
        tb_page_say_more(page, states[state], NULL);
    explain_addresses(page, nics, link, tb_line_text(&name));
    if (has_trouble(link))
        tb_page_say(page, TB_SAY_NIC_TROUBLE, NULL);
    if (is_local_mac(link))
        tb_page_say_more(page, TB_SAY_NIC_MAC_LOCAL, NULL);
    tb_page_say_more(page, TB_SAY_NIC_MTU, TB_TOKENS({ "mtu", tb_line_text(&mtu) }));
    tb_page_say_more(page, TB_SAY_NIC_FRAMES, NULL);
    tb_line_free(&name);
    tb_line_free(&mtu);
}
