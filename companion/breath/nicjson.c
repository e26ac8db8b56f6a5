/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nicjson.c - network interfaces, routes and neighbours for programs */
#include "nicjson.h"

#include <string.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "endpoint.h"
#include "nicname.h"
#include "nictext.h"

json_t *tb_json_line(struct tb_line *line)
{
    json_t *text = line->failed ? NULL : json_string(tb_line_text(line));

    tb_line_free(line);
    return text;
}

json_t *tb_json_address(const uint8_t address[16])
{
    struct tb_line line = { 0 };

    tb_endpoint_put_address(&line, address);
    return tb_json_line(&line);
}

void tb_nic_put_name(struct tb_line *line, const struct tb_nics *nics, uint32_t index)
{
    const struct tb_rt_link *link = tb_nics_find(nics, index);

    if (link == NULL)
        tb_line_put(line, "?");
    else
        tb_line_put_outside(line, link->name, strlen(link->name));
}

static json_t *name_of(const struct tb_nics *nics, uint32_t index)
{
    struct tb_line line = { 0 };

    tb_nic_put_name(&line, nics, index);
    return tb_json_line(&line);
}

static json_t *mac_of(const uint8_t *mac, size_t length)
{
    struct tb_line line = { 0 };

    tb_nic_put_mac(&line, mac, length);
    return tb_json_line(&line);
}

static const char *family_name(uint8_t family)
{
    return family == AF_INET ? "inet" : "inet6";
}

/* ---- Addresses */

static json_t *flags_of_address(const struct tb_rt_address *address)
{
    json_t *flags = json_array();
    const char *name;

    for (unsigned i = 0; (name = tb_nic_address_flag(address, i)) != NULL; i++)
        (void)json_array_append_new(flags, json_string(name));
    return flags;
}

static void set_time(json_t *object, const char *key, uint32_t seconds)
{
    (void)json_object_set_new(object, key,
                              seconds == UINT32_MAX ? json_null() : json_integer(seconds));
}

static json_t *json_of_address(const struct tb_rt_address *address)
{
    struct tb_line scope = { 0 };
    json_t *object;

    tb_nic_put_scope(&scope, address->scope);
    object = json_pack("{s:s, s:o, s:i, s:o, s:o}", "family", family_name(address->family),
                       "address", tb_json_address(address->local), "prefix", (int)address->prefix,
                       "scope", tb_json_line(&scope), "flags", flags_of_address(address));
    if (address->has_peer)
        (void)json_object_set_new(object, "peer", tb_json_address(address->peer));
    if (address->has_broadcast)
        (void)json_object_set_new(object, "broadcast", tb_json_address(address->broadcast));
    if (address->label[0] != '\0') {
        struct tb_line label = { 0 };

        tb_line_put_outside(&label, address->label, strlen(address->label));
        (void)json_object_set_new(object, "label", tb_json_line(&label));
    }
    set_time(object, "valid_s", address->valid_s);
    set_time(object, "preferred_s", address->preferred_s);
    return object;
}

static json_t *addresses_of(const struct tb_nics *nics, uint32_t index)
{
    size_t count;
    const struct tb_rt_address *addresses = tb_nics_addresses(nics, index, &count);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_of_address(&addresses[i]));
    return list;
}

/* ---- Interfaces */

static json_t *flags_of_link(const struct tb_rt_link *link)
{
    json_t *flags = json_array();
    const char *name;

    for (unsigned i = 0; (name = tb_nic_flag_name(link->flags, i)) != NULL; i++)
        (void)json_array_append_new(flags, json_string(name));
    return flags;
}

static json_t *json_of_counters(const struct tb_rt_link *link)
{
    const struct tb_rt_counters *in = &link->received;
    const struct tb_rt_counters *out = &link->sent;

    return json_pack("{s:{s:I,s:I,s:I,s:I,s:I,s:I,s:I}, s:{s:I,s:I,s:I,s:I,s:I,s:I,s:I}}",
                     "received", "packets", (json_int_t)in->packets, "bytes",
                     (json_int_t)in->octets, "errors", (json_int_t)in->errors, "dropped",
                     (json_int_t)in->dropped, "overruns", (json_int_t)in->overruns, "frame",
                     (json_int_t)in->frame, "multicast", (json_int_t)in->other, "sent", "packets",
                     (json_int_t)out->packets, "bytes", (json_int_t)out->octets, "errors",
                     (json_int_t)out->errors, "dropped", (json_int_t)out->dropped, "overruns",
                     (json_int_t)out->overruns, "carrier", (json_int_t)out->frame, "collisions",
                     (json_int_t)out->other);
}

/* What it is made on, or connected to. */
static void set_relatives(json_t *object, const struct tb_nics *nics, const struct tb_rt_link *link)
{
    const char *mode = tb_nic_bond_mode_name(link->bond_mode);

    if (link->master != 0)
        (void)json_object_set_new(object, "master", name_of(nics, link->master));
    if (link->below_elsewhere)
        (void)json_object_set_new(object, "link_elsewhere", json_true());
    else if (link->below != 0 && link->below != link->index)
        (void)json_object_set_new(object, "link", name_of(nics, link->below));
    if (link->has_vlan)
        (void)json_object_set_new(object, "vlan", json_integer(link->vlan));
    if (link->has_bond_mode && mode != NULL)
        (void)json_object_set_new(object, "bond_mode", json_string(mode));
}

static json_t *type_of(const struct tb_rt_link *link)
{
    const char *name = tb_nic_type_name(link->type);

    return name != NULL ? json_string(name) : json_integer(link->type);
}

json_t *tb_nic_json(const struct tb_nics *nics, const struct tb_rt_link *link, bool speed)
{
    uint32_t mbps;
    json_t *object = json_pack(
        "{s:o, s:I, s:s, s:o, s:o, s:s, s:s, s:I, s:I}", "name", name_of(nics, link->index),
        "index", (json_int_t)link->index, "family", tb_nic_family_name(tb_nic_family(link)), "type",
        type_of(link), "flags", flags_of_link(link), "state", tb_nic_state_name(tb_nic_state(link)),
        "operstate", tb_nic_operstate_name(link->state), "mtu", (json_int_t)link->mtu, "tx_queue",
        (json_int_t)link->queue);

    if (link->kind[0] != '\0') {
        struct tb_line kind = { 0 };

        tb_line_put_outside(&kind, link->kind, strlen(link->kind));
        (void)json_object_set_new(object, "kind", tb_json_line(&kind));
    }
    if (link->mac_length > 0)
        (void)json_object_set_new(object, "mac", mac_of(link->mac, link->mac_length));
    set_relatives(object, nics, link);
    if (speed && tb_nic_speed(link->name, &mbps))
        (void)json_object_set_new(object, "speed_mbps", json_integer((json_int_t)mbps));
    (void)json_object_set_new(object, "addresses", addresses_of(nics, link->index));
    if (link->has_counters)
        (void)json_object_set_new(object, "counters", json_of_counters(link));
    return object;
}

json_t *tb_nics_json(const struct tb_nics *nics)
{
    json_t *list = json_array();

    for (size_t i = 0; i < nics->link_count; i++)
        (void)json_array_append_new(list, tb_nic_json(nics, &nics->links[i], false));
    return list;
}

/* ---- Routes */

void tb_route_put_type(struct tb_line *line, uint8_t type)
{
    static const char *const names[] = {
        [RTN_UNSPEC] = "unspec",
        [RTN_UNICAST] = "unicast",
        [RTN_LOCAL] = "local",
        [RTN_BROADCAST] = "broadcast",
        [RTN_ANYCAST] = "anycast",
        [RTN_MULTICAST] = "multicast",
        [RTN_BLACKHOLE] = "blackhole",
        [RTN_UNREACHABLE] = "unreachable",
        [RTN_PROHIBIT] = "prohibit",
        [RTN_THROW] = "throw",
        [RTN_NAT] = "nat",
    };

    if (type < sizeof(names) / sizeof(names[0]))
        tb_line_put(line, names[type]);
    else
        tb_line_put_number(line, type);
}

/* "192.0.2.0/24", "default" */
static json_t *destination_of(const struct tb_rt_route *route)
{
    struct tb_line line = { 0 };

    if (route->prefix == 0) {
        tb_line_put(&line, "default");
    } else {
        tb_endpoint_put_address(&line, route->destination);
        tb_line_put(&line, "/");
        tb_line_put_number(&line, route->prefix);
    }
    return tb_json_line(&line);
}

json_t *tb_route_json(const struct tb_nics *nics, const struct tb_rt_route *route)
{
    struct tb_line type = { 0 }, scope = { 0 };
    json_t *object;

    tb_route_put_type(&type, route->type);
    tb_nic_put_scope(&scope, route->scope);
    object = json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:i}", "family", family_name(route->family),
                       "destination", destination_of(route), "type", tb_json_line(&type), "scope",
                       tb_json_line(&scope), "table", (json_int_t)route->table, "metric",
                       (json_int_t)route->metric, "protocol", (int)route->protocol);
    if (route->has_gateway)
        (void)json_object_set_new(object, "gateway", tb_json_address(route->gateway));
    if (route->interface != 0)
        (void)json_object_set_new(object, "nic", name_of(nics, route->interface));
    if (route->has_source)
        (void)json_object_set_new(object, "source", tb_json_address(route->source));
    if (route->ways > 1) {
        (void)json_object_set_new(object, "ways", json_integer(route->ways));
        (void)json_object_set_new(object, "weight", json_integer(route->weight));
    }
    return object;
}

/* ---- Neighbours */

const char *tb_neighbour_state(uint16_t state)
{
    static const struct {
        uint16_t bit;
        const char *name;
    } rows[] = {
        { NUD_PERMANENT, "permanent" },   { NUD_NOARP, "noarp" },   { NUD_REACHABLE, "reachable" },
        { NUD_STALE, "stale" },           { NUD_DELAY, "delay" },   { NUD_PROBE, "probe" },
        { NUD_INCOMPLETE, "incomplete" }, { NUD_FAILED, "failed" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((state & rows[i].bit) != 0)
            return rows[i].name;
    }
    return "none";
}

json_t *tb_neighbour_json(const struct tb_nics *nics, const struct tb_rt_neighbour *neighbour)
{
    json_t *object =
        json_pack("{s:s, s:o, s:o, s:s, s:b}", "family", family_name(neighbour->family), "address",
                  tb_json_address(neighbour->address), "nic", name_of(nics, neighbour->interface),
                  "state", tb_neighbour_state(neighbour->state), "router",
                  (int)((neighbour->flags & NTF_ROUTER) != 0));

    if (neighbour->mac_length > 0)
        (void)json_object_set_new(object, "mac", mac_of(neighbour->mac, neighbour->mac_length));
    return object;
}
