/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ifconfig.c - the network interfaces as ifconfig(8) of net-tools prints them, explained
 *
 * Line for line and space for space its output, but for two things: an IPv4 address without a label
 * of its own is printed too, and what a driver tells of interrupts and memory is not. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "auto.h"
#include "endpoint.h"
#include "nic.h"
#include "nicjson.h"
#include "nictext.h"

enum {
    INDENT = 8,
    UNSPEC_OCTETS = 16 /* printed of the address of a type that is not known */
};

/* ---- One interface */

static void end_line(const struct tb_page *page, struct tb_line *line)
{
    tb_page_line(page, tb_line_text(line), INDENT);
    tb_line_clear(line);
}

static void begin_line(struct tb_line *line, const char *label)
{
    tb_line_put(line, "        ");
    tb_line_put(line, label);
}

static void put_head(const struct tb_page *page, const struct tb_rt_link *link, const char *name,
                     struct tb_line *line)
{
    tb_line_put_outside(line, name, strlen(name));
    tb_line_put(line, ": flags=");
    tb_nic_put_flags(line, link->flags);
    tb_line_put(line, "  mtu ");
    tb_line_put_number(line, link->mtu);
    end_line(page, line);
}

static void put_inet(const struct tb_page *page, const struct tb_rt_link *link,
                     const struct tb_rt_address *address, struct tb_line *line)
{
    begin_line(line, "inet ");
    tb_endpoint_put_address(line, address->local);
    tb_line_put(line, "  netmask ");
    tb_nic_put_netmask(line, address->prefix);
    if ((link->flags & IFF_BROADCAST) != 0) {
        tb_line_put(line, "  broadcast ");
        if (address->has_broadcast)
            tb_endpoint_put_address(line, address->broadcast);
        else
            tb_line_put(line, "0.0.0.0");
    }
    if ((link->flags & IFF_POINTOPOINT) != 0) {
        tb_line_put(line, "  destination ");
        tb_endpoint_put_address(line, address->has_peer ? address->peer : address->local);
    }
    end_line(page, line);
}

/* The classes of net/ipv6/addrconf_core.c that /proc/net/if_inet6 has, with net-tools' words. */
static void put_inet6(const struct tb_page *page, const struct tb_rt_address *address,
                      struct tb_line *line)
{
    static const struct {
        uint8_t scope;
        const char *text;
    } rows[] = {
        { RT_SCOPE_UNIVERSE, "0x0<global>" },
        { RT_SCOPE_SITE, "0x40<site>" },
        { RT_SCOPE_LINK, "0x20<link>" },
        { RT_SCOPE_HOST, "0x10<host>" },
    };
    const char *text = "0x80<compat,global>";

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].scope == address->scope)
            text = rows[i].text;
    }
    begin_line(line, "inet6 ");
    tb_endpoint_put_address(line, address->local);
    tb_line_put(line, "  prefixlen ");
    tb_line_put_number(line, address->prefix);
    tb_line_put(line, "  scopeid ");
    tb_line_put(line, text);
    end_line(page, line);
}

/* Sixteen octets with dashes: net-tools' lib/af.c, UNSPEC_print(). */
static void put_unspec(struct tb_line *line, const struct tb_rt_link *link)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < UNSPEC_OCTETS; i++) {
        const char text[] = { digits[link->mac[i] >> 4], digits[link->mac[i] & 0xf] };

        tb_line_put(line, i > 0 ? "-" : "");
        tb_line_put_octets(line, text, sizeof(text));
    }
}

static void put_hardware(const struct tb_page *page, const struct tb_rt_link *link,
                         struct tb_line *line)
{
    static const struct {
        uint16_t type;
        const char *name;
        const char *title;
    } rows[] = {
        { ARPHRD_ETHER, "ether", "Ethernet" },
        { ARPHRD_LOOPBACK, "loop", "Local Loopback" },
        { ARPHRD_PPP, "ppp", "Point-to-Point Protocol" },
        { ARPHRD_TUNNEL, "tunnel", "IPIP Tunnel" },
        { ARPHRD_SIT, "sit", "IPv6-in-IPv4" },
    };
    const char *name = "unspec", *title = "UNSPEC";

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].type == link->type) {
            name = rows[i].name;
            title = rows[i].title;
        }
    }
    begin_line(line, name);
    if (link->type == ARPHRD_ETHER) {
        tb_line_put(line, " ");
        tb_nic_put_mac(line, link->mac, link->mac_length);
    } else if (strcmp(name, "unspec") == 0) {
        tb_line_put(line, " ");
        put_unspec(line, link);
    }
    tb_line_put(line, "  txqueuelen ");
    tb_line_put_number(line, link->queue);
    tb_line_put(line, "  (");
    tb_line_put(line, title);
    tb_line_put(line, ")");
    end_line(page, line);
}

static void put_counted(struct tb_line *line, const char *label, uint64_t number)
{
    tb_line_put(line, label);
    tb_line_put_number(line, number);
}

static void put_traffic(const struct tb_page *page, const char *label,
                        const struct tb_rt_counters *counters, struct tb_line *line)
{
    begin_line(line, label);
    put_counted(line, " packets ", counters->packets);
    put_counted(line, "  bytes ", counters->octets);
    tb_line_put(line, " (");
    tb_nic_put_size(line, counters->octets);
    tb_line_put(line, ")");
    end_line(page, line);
    begin_line(line, label);
    put_counted(line, " errors ", counters->errors);
    put_counted(line, "  dropped ", counters->dropped);
}

static void put_counters(const struct tb_page *page, const struct tb_rt_link *link,
                         struct tb_line *line)
{
    if (!link->has_counters)
        return;
    put_traffic(page, "RX", &link->received, line);
    put_counted(line, "  overruns ", link->received.overruns);
    put_counted(line, "  frame ", link->received.frame);
    end_line(page, line);
    put_traffic(page, "TX", &link->sent, line);
    put_counted(line, " overruns ", link->sent.overruns);
    put_counted(line, "  carrier ", link->sent.frame);
    put_counted(line, "  collisions ", link->sent.other);
    end_line(page, line);
}

/* ifconfig takes "eth0:1" for an interface of its own. */
static bool is_alias(const struct tb_rt_link *link, const struct tb_rt_address *address)
{
    return address->family == AF_INET && address->label[0] != '\0' &&
           strcmp(address->label, link->name) != 0;
}

static void put_aliases(const struct tb_page *page, const struct tb_rt_link *link,
                        const struct tb_rt_address *addresses, size_t count, struct tb_line *line)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_alias(link, &addresses[i]))
            continue;
        put_head(page, link, addresses[i].label, line);
        put_inet(page, link, &addresses[i], line);
        put_hardware(page, link, line);
        end_line(page, line);
    }
}

static void put_nic(const struct tb_page *page, const struct tb_nics *nics,
                    const struct tb_rt_link *link)
{
    struct tb_line line = { 0 };
    size_t count;
    const struct tb_rt_address *addresses = tb_nics_addresses(nics, link->index, &count);

    put_head(page, link, link->name, &line);
    for (size_t i = 0; i < count; i++) {
        if (addresses[i].family == AF_INET && !is_alias(link, &addresses[i]))
            put_inet(page, link, &addresses[i], &line);
    }
    for (size_t i = 0; i < count; i++) {
        if (addresses[i].family == AF_INET6)
            put_inet6(page, &addresses[i], &line);
    }
    put_hardware(page, link, &line);
    put_counters(page, link, &line);
    end_line(page, &line); /* an empty one */
    put_aliases(page, link, addresses, count, &line);
    tb_line_free(&line);
}

/* ---- What it means */

static void explain(const struct tb_page *page, size_t down)
{
    tb_page_say(page, TB_SAY_IFCONFIG_FLAGS, NULL);
    tb_page_say(page, TB_SAY_IFCONFIG_INET, NULL);
    tb_page_say(page, TB_SAY_IFCONFIG_SCOPE, NULL);
    tb_page_say(page, TB_SAY_IFCONFIG_ETHER, NULL);
    tb_page_say(page, TB_SAY_IFCONFIG_COUNTS, NULL);
    tb_page_say_more(page, TB_SAY_NIC_FRAMES, NULL);
    if (down > 0) {
        struct tb_line number = { 0 };

        tb_line_put_number(&number, down);
        tb_page_say(page, TB_SAY_IFCONFIG_DOWN, TB_TOKENS({ "count", tb_line_text(&number) }));
        tb_line_free(&number);
    }
}

/* `name`: the one that was asked for, or NULL */
static void put_hints(const struct tb_request *request, const char *name)
{
    const struct tb_page *page = &request->page;
    struct tb_line typed = { 0 }, modern = { 0 };

    tb_typed(request, &typed);
    if (tb_options_letter(&request->options, 'a'))
        tb_line_put(&typed, " -a");
    tb_line_put(&modern, "ip -s addr");
    if (name != NULL) {
        tb_line_put(&modern, " show ");
        tb_line_put_outside(&modern, name, strlen(name));
    }
    tb_page_same(page, tb_line_text(&typed), tb_line_text(&modern));
    tb_page_next(page, "breath nic", TB_SAY_NEXT_NICS);
    tb_line_free(&typed);
    tb_line_free(&modern);
}

/* ---- */

/* By name, as ifconfig has them. Returns how many were left out as switched off, or -ENOMEM. */
static int put_all(const struct tb_page *page, const struct tb_nics *nics, bool all)
{
    tb_auto_free struct tb_link_ref *refs = tb_nics_by_name(nics);
    int down = 0;

    if (refs == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < nics->link_count; i++) {
        if (all || (refs[i].link->flags & IFF_UP) != 0)
            put_nic(page, nics, refs[i].link);
        else
            down++;
    }
    return down;
}

static int not_here(struct tb_request *request, const char *name)
{
    const struct tb_page told = tb_page_talk(&request->page);
    struct tb_line quoted = { 0 };

    tb_line_put_outside(&quoted, name, strlen(name));
    tb_page_tell(&told, TB_SAY_NIC_NOT_HERE, TB_TOKENS({ "nic", tb_line_text(&quoted) }));
    tb_page_next(&request->page, "breath nic", TB_SAY_NEXT_NICS);
    tb_page_status(&request->page, TB_EXIT_NOTHING);
    tb_line_free(&quoted);
    return TB_EXIT_NOTHING;
}

static int print_json(struct tb_request *request, const struct tb_nics *nics,
                      const struct tb_rt_link *link)
{
    json_t *list = request->word_count == 0 ? tb_nics_json(nics) : json_array();

    if (link != NULL)
        (void)json_array_append_new(list, tb_nic_json(nics, link, true));
    return tb_print_json(request,
                         json_pack("{s:o, s:b}", "nics", list, "inexact", (int)nics->inexact),
                         json_array_size(list) > 0 ? TB_EXIT_FOUND : TB_EXIT_NOTHING);
}

static int show(struct tb_request *request, const struct tb_nics *nics)
{
    const char *name = request->word_count > 0 ? request->word[0] : NULL;
    const struct tb_rt_link *link = name != NULL ? tb_nics_find_name(nics, name) : NULL;
    int down = 0;

    if (request->options.json)
        return print_json(request, nics, link);
    if (name != NULL && link == NULL)
        return not_here(request, name);
    if (link != NULL)
        put_nic(&request->page, nics, link);
    else
        down = put_all(&request->page, nics, tb_options_letter(&request->options, 'a'));
    if (down < 0)
        return tb_trouble_system(&request->trouble, "ifconfig", down);
    explain(&request->page, (size_t)down);
    put_hints(request, name);
    return TB_EXIT_FOUND;
}

int tb_ifconfig(struct tb_request *request)
{
    struct tb_nics nics = { 0 };
    int status;

    if (request->word_count > 1)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[1]);
    status = tb_nics_read(&nics);
    status = status == 0 ? show(request, &nics)
                         : tb_trouble_system(&request->trouble, "rtnetlink", status);
    tb_nics_free(&nics);
    return status;
}
