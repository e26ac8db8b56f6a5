/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nic_to.c - which network interface carries packets to an address */
#include <errno.h>
#include <string.h>

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "endpoint.h"
#include "nic.h"
#include "nicjson.h"
#include "operand.h"
#include "word.h"

enum {
    COLUMNS = 3,
    EXAMPLE_PORT = 8080,
    WORD_MAX = 80
};

/* What is known of the way. */
struct way {
    uint8_t address[16];
    struct tb_line text;            /* the address as it is written */
    struct tb_rt_route route;       /* where there is an answer */
    const struct tb_rt_link *nic;   /* that packets of this machine take */
    const struct tb_rt_link *owner; /* the first that has the address; NULL: none, or loopback */
    bool own;                       /* the address is this machine's */
    bool nobody;                    /* it is a loopback address: no other host can send to it */
};

bool tb_nic_read_address(const struct tb_nics *nics, const char *word, uint8_t address[16],
                         const struct tb_rt_link **scope)
{
    const char *percent = strchr(word, '%');
    char bare[WORD_MAX];

    *scope = NULL;
    if (percent == NULL)
        return tb_operand_address(word, address);
    if ((size_t)(percent - word) >= sizeof(bare))
        return false;
    memcpy(bare, word, (size_t)(percent - word));
    bare[percent - word] = '\0';
    *scope = tb_nics_find_name(nics, percent + 1);
    return *scope != NULL && tb_operand_address(bare, address);
}

static bool is_link_local(const uint8_t address[16])
{
    return address[0] == 0xfe && (address[1] & 0xc0) == 0x80; /* RFC 4291 section 2.5.6 */
}

static bool is_loopback(const uint8_t address[16])
{
    static const uint8_t loopback6[16] = { [15] = 1 };

    if (tb_endpoint_is_ipv4(address))
        return address[12] == IN_LOOPBACKNET;
    return memcmp(address, loopback6, sizeof(loopback6)) == 0;
}

static bool has_address(const struct tb_rt_address *own, const uint8_t address[16],
                        const struct tb_rt_link *from)
{
    return memcmp(own->local, address, sizeof(own->local)) == 0 &&
           (from == NULL || own->interface == from->index || !is_link_local(address));
}

static const struct tb_rt_link *find_loopback(const struct tb_nics *nics)
{
    for (size_t i = 0; i < nics->link_count; i++) {
        if ((nics->links[i].flags & IFF_LOOPBACK) != 0)
            return &nics->links[i];
    }
    return NULL;
}

/* What goes to an own address is looped back, also where the route names the NIC that has it, as
 * IPv6 routes do: net/ipv6/route.c, ip6_rt_get_dev_rcu(). In a VRF it is the VRF's own device. */
static void look_at(struct way *way, const struct tb_nics *nics, const struct tb_rt_link *from)
{
    way->own = way->route.type == RTN_LOCAL;
    way->nic = tb_nics_find(nics, way->route.interface);
    way->nobody = way->own && is_loopback(way->address);
    if (!way->own)
        return;
    if (way->nic == NULL || way->nic->master == 0)
        way->nic = find_loopback(nics);
    for (size_t i = 0; i < nics->address_count && way->owner == NULL; i++) {
        const struct tb_rt_link *link = tb_nics_find(nics, nics->addresses[i].interface);

        if (link != NULL && (link->flags & IFF_LOOPBACK) == 0 &&
            has_address(&nics->addresses[i], way->address, from))
            way->owner = link;
    }
}

/* ---- The table */

static void add(struct tb_table *table, const struct tb_page *page, enum tb_say from,
                const char *nic, const struct tb_line *why)
{
    const char *const cells[] = { tb_say_raw(page->lang, from), nic, tb_line_text(why) };

    tb_table_add(table, TB_STYLE_PLAIN, cells);
}

static void put_why(struct tb_line *why, const struct tb_page *page, const struct way *way)
{
    if (way->own) {
        tb_say(why, page->lang, TB_SAY_TO_OWN, NULL);
    } else if (way->route.has_gateway) {
        struct tb_line gateway = { 0 };

        tb_endpoint_put_address(&gateway, way->route.gateway);
        tb_say(why, page->lang, TB_SAY_TO_ROUTER, TB_TOKENS({ "gateway", tb_line_text(&gateway) }));
        tb_line_free(&gateway);
    } else if (way->route.type == RTN_BROADCAST) {
        tb_say(why, page->lang, TB_SAY_TO_BROADCAST, NULL);
    } else {
        tb_say(why, page->lang,
               way->route.type == RTN_MULTICAST ? TB_SAY_TO_MULTICAST : TB_SAY_TO_DIRECT, NULL);
    }
}

/* Every NIC that has the address: there may be several. */
static void add_owners(struct tb_table *table, const struct tb_page *page,
                       const struct tb_nics *nics, const struct way *way,
                       const struct tb_rt_link *from)
{
    struct tb_line has = { 0 }, prefix = { 0 };

    if (way->owner == NULL) {
        tb_say(&has, page->lang, way->nobody ? TB_SAY_TO_NOBODY : TB_SAY_TO_ANY, NULL);
        add(table, page, TB_SAY_TO_FROM_THERE, "-", &has);
    }
    for (size_t i = 0; i < nics->address_count && way->owner != NULL; i++) {
        const struct tb_rt_address *own = &nics->addresses[i];
        struct tb_line name = { 0 };

        if (!has_address(own, way->address, from))
            continue;
        tb_line_clear(&has);
        tb_line_clear(&prefix);
        tb_nic_put_prefix(&prefix, own->local, own->prefix);
        tb_say(&has, page->lang, TB_SAY_TO_HAS, TB_TOKENS({ "address", tb_line_text(&prefix) }));
        tb_nic_put_name(&name, nics, own->interface);
        add(table, page, TB_SAY_TO_FROM_THERE, tb_line_text(&name), &has);
        tb_line_free(&name);
    }
    tb_line_free(&has);
    tb_line_free(&prefix);
}

static int print_table(const struct tb_page *page, const struct tb_nics *nics,
                       const struct way *way, const struct tb_rt_link *from)
{
    struct tb_table table;
    struct tb_line why = { 0 }, name = { 0 };
    int error;

    tb_table_begin(&table, COLUMNS);
    tb_table_may_narrow(&table, COLUMNS - 1, 20);
    put_why(&why, page, way);
    tb_nic_put_name(&name, nics, way->nic != NULL ? way->nic->index : 0);
    add(&table, page, TB_SAY_TO_FROM_HERE, tb_line_text(&name), &why);
    if (way->own)
        add_owners(&table, page, nics, way, from);
    error = table.failed ? -ENOMEM : 0;
    if (error == 0)
        tb_page_table(page, &table);
    tb_table_free(&table);
    tb_line_free(&why);
    tb_line_free(&name);
    return error;
}

/* ---- What it means, and what next */

static void explain(const struct tb_page *page, const struct tb_nics *nics, const struct way *way,
                    bool scoped)
{
    struct tb_line text = { 0 };

    tb_page_gap(page);
    if (way->own && way->owner != NULL) {
        tb_nic_put_name(&text, nics, way->owner->index);
        tb_page_say(page, TB_SAY_TO_CAPTURE_LO, TB_TOKENS({ "nic", tb_line_text(&text) }));
    }
    if (!way->own && way->route.has_source) {
        tb_endpoint_put_address(&text, way->route.source);
        tb_page_say(page, TB_SAY_TO_SOURCE, TB_TOKENS({ "source", tb_line_text(&text) }));
    }
    if (is_link_local(way->address) && !scoped)
        tb_page_say(page, TB_SAY_TO_WHICH_LINK, TB_TOKENS({ "address", tb_line_text(&way->text) }));
    if (way->route.table != 0 && way->route.table != RT_TABLE_MAIN &&
        way->route.table != RT_TABLE_LOCAL && way->route.table != RT_TABLE_DEFAULT) {
        tb_line_clear(&text);
        tb_line_put_number(&text, way->route.table);
        tb_page_say(page, TB_SAY_TO_POLICY, TB_TOKENS({ "table", tb_line_text(&text) }));
    }
    tb_line_free(&text);
}

static void put_same(const struct tb_page *page, const struct way *way,
                     const struct tb_rt_link *from)
{
    struct tb_line classic = { 0 }, modern = { 0 };
    const struct tb_rt_link *shown = way->owner != NULL ? way->owner : way->nic;

    if (shown != NULL) {
        tb_line_put(&classic, "ifconfig ");
        tb_line_put_outside(&classic, shown->name, strlen(shown->name));
    }
    tb_line_put(&modern, "ip addr; ip route get ");
    tb_line_put(&modern, tb_line_text(&way->text));
    if (from != NULL) {
        tb_line_put(&modern, " oif ");
        tb_line_put_outside(&modern, from->name, strlen(from->name));
    }
    tb_page_same(page, shown != NULL ? tb_line_text(&classic) : NULL, tb_line_text(&modern));
    tb_line_free(&classic);
    tb_line_free(&modern);
}

void tb_nic_next_capture(const struct tb_request *request, const char *name, enum tb_say why)
{
    struct tb_line next = { 0 };

    tb_line_put(&next, "breath capture -i ");
    tb_line_put_outside(&next, name, strlen(name));
    tb_line_put(&next, " -f 'tcp port ");
    tb_line_put_number(&next, request->port != 0 ? request->port : EXAMPLE_PORT);
    tb_line_put(&next, "'");
    tb_page_next(&request->page, tb_line_text(&next), why);
    tb_line_free(&next);
}

static json_t *names_of_owners(const struct tb_nics *nics, const struct way *way,
                               const struct tb_rt_link *from)
{
    json_t *list = json_array();

    for (size_t i = 0; i < nics->address_count && way->owner != NULL; i++) {
        struct tb_line name = { 0 };

        if (!has_address(&nics->addresses[i], way->address, from))
            continue;
        tb_nic_put_name(&name, nics, nics->addresses[i].interface);
        (void)json_array_append_new(list, tb_json_line(&name));
    }
    return list;
}

static int print_json(struct tb_request *request, const struct tb_nics *nics, const struct way *way,
                      const struct tb_rt_link *from)
{
    json_t *to = tb_route_json(nics, &way->route);
    json_t *list = json_array();
    struct tb_line name = { 0 };

    tb_nic_put_name(&name, nics, way->nic != NULL ? way->nic->index : 0);
    (void)json_object_set_new(to, "address", tb_json_address(way->address));
    (void)json_object_set_new(to, "nic", tb_json_line(&name));
    (void)json_object_set_new(to, "own", json_boolean(way->own));
    if (way->own)
        (void)json_object_set_new(to, "from_others", names_of_owners(nics, way, from));
    if (way->nic != NULL)
        (void)json_array_append_new(list, tb_nic_json(nics, way->nic, true));
    if (way->owner != NULL)
        (void)json_array_append_new(list, tb_nic_json(nics, way->owner, true));
    return tb_print_json(
        request,
        json_pack("{s:o, s:o, s:b}", "to", to, "nics", list, "inexact", (int)nics->inexact),
        TB_EXIT_FOUND);
}

static int show(struct tb_request *request, const struct tb_nics *nics, const struct way *way,
                const struct tb_rt_link *from, bool scoped)
{
    const struct tb_page *page = &request->page;
    const struct tb_rt_link *shown = way->owner != NULL ? way->owner : way->nic;
    int error;

    if (request->options.json)
        return print_json(request, nics, way, from);
    error = print_table(page, nics, way, from);
    if (error != 0)
        return tb_trouble_system(&request->trouble, "nic", error);
    if (shown != NULL)
        tb_nic_show(page, nics, shown);
    explain(page, nics, way, scoped);
    put_same(page, way, from);
    if (way->nic != NULL)
        tb_nic_next_capture(request, way->nic->name,
                            way->own ? TB_SAY_NEXT_CAPTURE_HERE : TB_SAY_NEXT_CAPTURE);
    return TB_EXIT_FOUND;
}

/* ---- No way */

/* What the kernel answers where a route says no: net/ipv4/fib_semantics.c, fib_props. */
static bool is_refusal(int error)
{
    return error == -ENETUNREACH || error == -EHOSTUNREACH || error == -EACCES ||
           error == -EINVAL || error == -EAGAIN;
}

static bool refuses(const struct tb_rt_route *route)
{
    return route->type == RTN_UNREACHABLE || route->type == RTN_BLACKHOLE ||
           route->type == RTN_PROHIBIT || route->type == RTN_THROW;
}

static int say_no_way(struct tb_request *request, const struct way *way, int error)
{
    struct tb_line type = { 0 };

    if (request->options.json) {
        json_t *to = json_pack("{s:o, s:b}", "address", tb_json_address(way->address), "own", 0);

        return tb_print_json(request, json_pack("{s:o, s:[], s:b}", "to", to, "nics", "inexact", 0),
                             TB_EXIT_NOTHING);
    }
    if (error != 0) {
        const struct tb_page told = tb_page_talk(&request->page);

        tb_page_tell(
            &told, TB_SAY_TO_NO_WAY,
            TB_TOKENS({ "address", tb_line_text(&way->text) }, { "error", tb_word_error(-error) }));
    } else {
        const struct tb_page told = tb_page_talk(&request->page);

        tb_route_put_type(&type, way->route.type);
        tb_page_tell(
            &told, TB_SAY_TO_REFUSED,
            TB_TOKENS({ "address", tb_line_text(&way->text) }, { "type", tb_line_text(&type) }));
        tb_line_free(&type);
    }
    tb_page_next(&request->page, "breath route", TB_SAY_NEXT_ROUTE);
    tb_page_status(&request->page, TB_EXIT_NOTHING);
    return TB_EXIT_NOTHING;
}

int tb_nic_to(struct tb_request *request, const struct tb_nics *nics, const struct tb_rt_link *from)
{
    struct way way = { .own = false };
    const struct tb_rt_link *scope;
    int error, status;

    if (!tb_nic_read_address(nics, request->options.to, way.address, &scope))
        return tb_usage(request, TB_SAY_USAGE_TO, request->options.to);
    if (from == NULL)
        from = scope;
    tb_endpoint_put_address(&way.text, way.address);
    error = tb_route_ask(way.address, from != NULL ? from->index : 0, &way.route);
    if (error != 0 && !is_refusal(error)) {
        status = tb_trouble_system(&request->trouble, "rtnetlink", error);
    } else if (error != 0 || refuses(&way.route)) {
        status = say_no_way(request, &way, error);
    } else {
        look_at(&way, nics, from);
        status = show(request, nics, &way, from, from != NULL);
    }
    tb_line_free(&way.text);
    return status;
}
