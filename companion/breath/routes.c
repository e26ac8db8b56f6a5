/* SPDX-License-Identifier: GPL-2.0-or-later */
/* routes.c - the routing table as route(8) and netstat(8) -r print it
 *
 * That is the main table; those of ip rule are counted. As the classic commands read
 * /proc/net/route, they show one way only where a route has several, and no gateway of the other
 * family; both are shown here. */
#include "routes.h"

#include <errno.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "classic.h"
#include "endpoint.h"
#include "nic.h"
#include "nicjson.h"
#include "nictext.h"

enum {
    ROUTE_COLUMNS = 8,
    ROUTE6_COLUMNS = 5,
    HOST_BITS = 32,
    SAID_MAX = 4 /* routes that are explained one by one */
};

struct view {
    struct tb_request *request;
    struct tb_nics nics;
    struct tb_routes routes;
    bool netstat;
    bool numeric;
};

/* ---- Which of them */

/* What /proc/net/route and /proc/net/ipv6_route have of the main table: fib_route_seq_show(). */
static bool is_shown(const struct tb_rt_route *route, uint8_t family)
{
    return route->family == family && route->table == RT_TABLE_MAIN &&
           (route->flags & RTM_F_CLONED) == 0 && route->type != RTN_BROADCAST &&
           route->type != RTN_MULTICAST && route->type != RTN_LOCAL && route->type != RTN_ANYCAST;
}

static bool is_refused(const struct tb_rt_route *route)
{
    return route->type == RTN_UNREACHABLE || route->type == RTN_PROHIBIT ||
           route->type == RTN_BLACKHOLE || route->type == RTN_THROW;
}

static size_t count_shown(const struct view *view, uint8_t family)
{
    size_t count = 0;

    for (size_t i = 0; i < view->routes.count; i++)
        count += is_shown(&view->routes.list[i], family);
    return count;
}

static size_t count_of_other_tables(const struct view *view)
{
    size_t count = 0;

    for (size_t i = 0; i < view->routes.count; i++) {
        const uint32_t table = view->routes.list[i].table;

        count += table != RT_TABLE_MAIN && table != RT_TABLE_LOCAL && table != RT_TABLE_DEFAULT;
    }
    return count;
}

/* ---- Cells */

static void put_flags(struct tb_line *line, const struct tb_rt_route *route)
{
    tb_line_put(line, is_refused(route) ? "!" : "U");
    if (route->has_gateway)
        tb_line_put(line, "G");
    if (route->family == AF_INET ? route->prefix == HOST_BITS : route->prefix == 4 * HOST_BITS)
        tb_line_put(line, "H");
}

static void put_gateway(struct tb_line *line, const struct tb_rt_route *route)
{
    if (is_refused(route))
        tb_line_put(line, "-");
    else if (route->has_gateway)
        tb_endpoint_put_address(line, route->gateway);
    else
        tb_line_put(line, "0.0.0.0");
}

static void put_nic(const struct view *view, struct tb_line *line, const struct tb_rt_route *route)
{
    if (is_refused(route) || route->interface == 0)
        tb_line_put(line, "-");
    else
        tb_nic_put_name(line, &view->nics, route->interface);
}

static void put_numbers(const struct view *view, struct tb_line *cell,
                        const struct tb_rt_route *route)
{
    const bool refused = is_refused(route);

    if (view->netstat && refused) {
        for (size_t i = 0; i < 3; i++)
            tb_line_put(&cell[i], "-");
    } else if (view->netstat) {
        tb_line_put_number(&cell[0], route->mss > 0 ? route->mss + 40 : 0); /* with headers */
        tb_line_put_number(&cell[1], route->window);
        tb_line_put_number(&cell[2], route->rtt >> 3);
    } else {
        tb_line_put_number(&cell[0], route->metric);
        tb_line_put(&cell[1], refused ? "-" : "0"); /* no longer counted since Linux 3.6 */
        tb_line_put(&cell[2], "0");
    }
}

static void put_route(const struct view *view, const struct tb_rt_route *route,
                      struct tb_line *cell)
{
    if (route->prefix == 0 && !view->numeric)
        tb_line_put(&cell[0], "default");
    else
        tb_endpoint_put_address(&cell[0], route->destination);
    put_gateway(&cell[1], route);
    tb_nic_put_netmask(&cell[2], route->prefix);
    put_flags(&cell[3], route);
    put_numbers(view, &cell[4], route);
    put_nic(view, &cell[7], route);
}

/* ---- Tables */

static const struct tb_column route_columns[ROUTE_COLUMNS] = {
    { "Destination", 15 }, { "Gateway", 15 }, { "Genmask", 15 }, { "Flags", 5 },
    { "Metric", 6 },       { "Ref", 2 },      { "Use", -7 },     { "Iface", 0 },
};
static const char route_heading[] =
    "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface";

static const struct tb_column netstat_columns[ROUTE_COLUMNS] = {
    { "Destination", 15 }, { "Gateway", 15 }, { "Genmask", 15 }, { "Flags", 6 },
    { "MSS", -4 },         { "Window", 5 },   { "irtt", -6 },    { "Iface", 0 },
};
static const char netstat_heading[] =
    "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface";

static int print_ipv4(const struct view *view)
{
    const struct tb_page *page = &view->request->page;
    struct tb_classic classic;

    tb_page_line(page, "Kernel IP routing table", 0);
    tb_classic_begin(&classic, page, view->netstat ? netstat_columns : route_columns, ROUTE_COLUMNS,
                     view->netstat ? netstat_heading : route_heading);
    for (size_t i = 0; i < view->routes.count; i++) {
        if (!is_shown(&view->routes.list[i], AF_INET))
            continue;
        put_route(view, &view->routes.list[i], classic.row.cell);
        tb_classic_add(&classic);
    }
    return tb_classic_end(&classic);
}

/* Ref and Use are left out: NETLINK_ROUTE does not tell them. */
static int print_ipv6(const struct view *view)
{
    static const struct tb_column columns[ROUTE6_COLUMNS] = {
        { "Destination", 30 }, { "Next Hop", 26 }, { "Flag", 4 }, { "Met", 4 }, { "If", 0 },
    };
    const struct tb_page *page = &view->request->page;
    struct tb_classic classic;

    tb_page_line(page, "Kernel IPv6 routing table", 0);
    tb_classic_begin(&classic, page, columns, ROUTE6_COLUMNS,
                     "Destination                    Next Hop                   Flag Met  If");
    for (size_t i = 0; i < view->routes.count; i++) {
        const struct tb_rt_route *route = &view->routes.list[i];

        if (!is_shown(route, AF_INET6))
            continue;
        tb_nic_put_prefix(&classic.row.cell[0], route->destination, route->prefix);
        if (route->has_gateway)
            tb_endpoint_put_address(&classic.row.cell[1], route->gateway);
        else
            tb_line_put(&classic.row.cell[1], "::");
        put_flags(&classic.row.cell[2], route);
        tb_line_put_number(&classic.row.cell[3], route->metric);
        put_nic(view, &classic.row.cell[4], route);
        tb_classic_add(&classic);
    }
    return tb_classic_end(&classic);
}

/* ---- What it means */

/* As it stands in the table, but with its prefix. */
static void put_network(const struct view *view, struct tb_line *line,
                        const struct tb_rt_route *route)
{
    if (route->prefix > 0 || route->family == AF_INET6)
        tb_nic_put_prefix(line, route->destination, route->prefix);
    else
        tb_line_put(line, view->numeric ? "0.0.0.0" : "default");
}

static void say_route(const struct view *view, const struct tb_rt_route *route)
{
    const struct tb_page *page = &view->request->page;
    struct tb_line network = { 0 }, gateway = { 0 }, nic = { 0 };
    enum tb_say id = TB_SAY_ROUTE_DIRECT;

    put_network(view, &network, route);
    put_gateway(&gateway, route);
    put_nic(view, &nic, route);
    if (is_refused(route))
        id = TB_SAY_ROUTE_REFUSED;
    else if (route->has_gateway)
        id = route->prefix == 0 ? TB_SAY_ROUTE_DEFAULT : TB_SAY_ROUTE_GATEWAY;
    else if (route->prefix == 0)
        id = TB_SAY_ROUTE_DEFAULT_DIRECT;
    tb_page_say(page, id,
                TB_TOKENS({ "network", tb_line_text(&network) },
                          { "gateway", tb_line_text(&gateway) }, { "nic", tb_line_text(&nic) }));
    tb_line_free(&network);
    tb_line_free(&gateway);
    tb_line_free(&nic);
}

/* Only what is shown: IPv6 has its own columns. */
static void explain_columns(const struct view *view, bool ipv4)
{
    const struct tb_page *page = &view->request->page;

    tb_page_say(page, TB_SAY_ROUTE_FLAGS, NULL);
    if (ipv4)
        tb_page_say(page, TB_SAY_ROUTE_GENMASK, NULL);
    else
        tb_page_say(page, TB_SAY_ROUTE_NEXT_HOP, NULL);
    tb_page_say(page, TB_SAY_ROUTE_LONGEST, NULL);
    if (!ipv4 || !view->netstat)
        tb_page_say(page, TB_SAY_ROUTE_METRIC, TB_TOKENS({ "metric", ipv4 ? "Metric" : "Met" }));
    tb_page_say(page, TB_SAY_ROUTE_OWN, NULL);
    if (ipv4)
        tb_page_say(page, view->netstat ? TB_SAY_ROUTE_NETSTAT : TB_SAY_ROUTE_REF, NULL);
}

static void explain(const struct view *view, uint8_t only)
{
    const struct tb_page *page = &view->request->page;
    const size_t others = count_of_other_tables(view);
    size_t said = 0;

    tb_page_gap(page);
    for (size_t i = 0; i < view->routes.count && said < SAID_MAX; i++) {
        const struct tb_rt_route *route = &view->routes.list[i];

        if (!is_shown(route, only == 0 ? AF_INET : only))
            continue;
        say_route(view, route);
        said++;
    }
    explain_columns(view, only != AF_INET6);
    if (others > 0) {
        struct tb_line count = { 0 };

        tb_line_put_number(&count, others);
        tb_page_say(page, TB_SAY_ROUTE_OTHER_TABLES, TB_TOKENS({ "count", tb_line_text(&count) }));
        tb_line_free(&count);
    }
}

static json_t *routes_json(const struct view *view, uint8_t only)
{
    json_t *list = json_array();

    for (size_t i = 0; i < view->routes.count; i++) {
        const struct tb_rt_route *route = &view->routes.list[i];

        if (is_shown(route, route->family) && (only == 0 || route->family == only))
            (void)json_array_append_new(list, tb_route_json(&view->nics, route));
    }
    return list;
}

static void say_nothing(const struct view *view)
{
    const struct tb_page told = tb_page_talk(&view->request->page);

    tb_page_tell(&told, TB_SAY_ROUTE_NOTHING, NULL);
    tb_page_status(&view->request->page, TB_EXIT_NOTHING);
}

/* "route -n -4", "ip -4 route": of both families the modern one must be asked twice. */
static void put_same(const struct view *view, uint8_t only, bool ipv6)
{
    const bool both = only == 0 && ipv6;
    struct tb_line classic = { 0 };

    tb_line_put(&classic, view->netstat ? "netstat -r" : "route");
    if (view->numeric)
        tb_line_put(&classic, view->netstat ? "n" : " -n");
    if (only != 0)
        tb_line_put(&classic, only == AF_INET ? " -4" : " -6");
    tb_page_same(&view->request->page, tb_line_text(&classic),
                 both               ? "ip route; ip -6 route"
                 : only == AF_INET6 ? "ip -6 route"
                                    : "ip route");
    tb_line_free(&classic);
}

static int show(const struct view *view)
{
    struct tb_request *request = view->request;
    const bool only4 = tb_options_letter(&request->options, '4');
    const bool only6 = tb_options_letter(&request->options, '6');
    const uint8_t only = only4 == only6 ? 0 : (only4 ? AF_INET : AF_INET6);
    const size_t ipv4 = only == AF_INET6 ? 0 : count_shown(view, AF_INET);
    const size_t ipv6 = only == AF_INET ? 0 : count_shown(view, AF_INET6);
    const enum tb_exit status = ipv4 + ipv6 > 0 ? TB_EXIT_FOUND : TB_EXIT_NOTHING;
    int error = 0;

    if (request->options.json)
        return tb_print_json(request,
                             json_pack("{s:o, s:b}", "routes", routes_json(view, only), "inexact",
                                       (int)(view->routes.inexact || view->nics.inexact)),
                             (int)status);
    if (only != AF_INET6)
        error = print_ipv4(view);
    if (error == 0 && only != AF_INET6 && ipv6 > 0)
        tb_page_line(&request->page, "", 0);
    if (error == 0 && (only == AF_INET6 || ipv6 > 0))
        error = print_ipv6(view);
    if (error != 0)
        return tb_trouble_system(&request->trouble, request->command->name, error);
    if (status == TB_EXIT_NOTHING)
        say_nothing(view);
    else
        explain(view, only);
    put_same(view, only, ipv6 > 0);
    tb_page_next(&request->page, "breath neigh", TB_SAY_NEXT_NEIGH);
    return (int)status;
}

int tb_routes_show(struct tb_request *request, bool netstat, bool numeric)
{
    struct view view = { .request = request, .netstat = netstat, .numeric = numeric };
    int status;

    if (request->word_count > 0)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[0]);
    status = tb_routes_read(&view.routes);
    if (status == 0)
        status = tb_nics_read(&view.nics);
    status = status == 0 ? show(&view) : tb_trouble_system(&request->trouble, "rtnetlink", status);
    tb_routes_free(&view.routes);
    tb_nics_free(&view.nics);
    return status;
}

int tb_route(struct tb_request *request)
{
    return tb_routes_show(request, false, tb_options_letter(&request->options, 'n'));
}
