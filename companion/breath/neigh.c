/* SPDX-License-Identifier: GPL-2.0-or-later */
/* neigh.c - the neighbours: which MAC an address of the same link has; also as arp(8) prints them
 */
#include <errno.h>
#include <string.h>

#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <sys/socket.h>

#include "classic.h"
#include "endpoint.h"
#include "nic.h"
#include "nicjson.h"
#include "nictext.h"
#include "row.h"

enum column {
    ADDRESS,
    NAME,
    MAC,
    STATE,
    COLUMNS
};

enum {
    ARP_COLUMNS = 6,
    STATES = 8
};

struct view {
    struct tb_request *request;
    struct tb_nics nics;
    struct tb_neighbours neighbours;
};

/* Groups and what needs no asking (NUD_NOARP) are no neighbours to anybody: ip(8) hides them too.
 */
static bool is_shown(const struct tb_rt_neighbour *neighbour)
{
    return neighbour->state != NUD_NOARP;
}

/* arp(8) knows IPv4 only. */
static bool is_arp(const struct tb_rt_neighbour *neighbour)
{
    return is_shown(neighbour) && neighbour->family == AF_INET;
}

static bool is_named(const struct view *view, const struct tb_rt_neighbour *neighbour)
{
    const struct tb_request *request = view->request;
    uint8_t address[16];
    const struct tb_rt_link *scope;

    return request->word_count == 0 ||
           (tb_nic_read_address(&view->nics, request->word[0], address, &scope) &&
            memcmp(address, neighbour->address, sizeof(address)) == 0);
}

typedef bool passes_fn(const struct tb_rt_neighbour *neighbour);

/* Keeps those that pass, and that were asked for. */
static void sieve(struct view *view, passes_fn *passes)
{
    struct tb_neighbours *all = &view->neighbours;
    size_t kept = 0;

    for (size_t i = 0; i < all->count; i++) {
        if (passes(&all->list[i]) && is_named(view, &all->list[i]))
            all->list[kept++] = all->list[i];
    }
    all->count = kept;
}

/* ---- neigh */

static void put_headings(const struct tb_page *page, struct tb_row *row, struct tb_table *table)
{
    static const enum tb_say headings[COLUMNS] = { TB_SAY_HEAD_ADDRESS, TB_SAY_HEAD_NIC,
                                                   TB_SAY_HEAD_MAC, TB_SAY_HEAD_STATE };

    tb_row_clear(row);
    for (size_t i = 0; i < COLUMNS; i++)
        tb_say(&row->cell[i], page->lang, headings[i], NULL);
    tb_row_add(row, table, TB_STYLE_HEADING);
}

static void put_state(struct tb_line *line, const struct tb_rt_neighbour *neighbour)
{
    for (const char *name = tb_neighbour_state(neighbour->state); *name != '\0'; name++) {
        const char upper = (char)(*name - 'a' + 'A');

        tb_line_put_octets(line, &upper, 1);
    }
    if ((neighbour->flags & NTF_ROUTER) != 0)
        tb_line_put(line, " router");
}

static int print_table(const struct view *view)
{
    const struct tb_page *page = &view->request->page;
    struct tb_row row = { 0 };
    struct tb_table table;
    int error;

    tb_table_begin(&table, COLUMNS);
    tb_table_may_narrow(&table, ADDRESS, 20);
    put_headings(page, &row, &table);
    for (size_t i = 0; i < view->neighbours.count; i++) {
        const struct tb_rt_neighbour *neighbour = &view->neighbours.list[i];
        const bool failed = (neighbour->state & (NUD_FAILED | NUD_INCOMPLETE)) != 0;

        tb_row_clear(&row);
        tb_endpoint_put_address(&row.cell[ADDRESS], neighbour->address);
        tb_nic_put_name(&row.cell[NAME], &view->nics, neighbour->interface);
        tb_nic_put_mac(&row.cell[MAC], neighbour->mac, neighbour->mac_length);
        put_state(&row.cell[STATE], neighbour);
        tb_row_add(&row, &table, failed ? TB_STYLE_WARNING : TB_STYLE_PLAIN);
    }
    error = table.failed ? -ENOMEM : 0;
    if (error == 0)
        tb_page_table(page, &table);
    tb_row_free(&row);
    tb_table_free(&table);
    return error;
}

static void explain(const struct view *view)
{
    static const struct {
        uint16_t bits;
        enum tb_say say;
    } rows[STATES] = {
        { NUD_REACHABLE, TB_SAY_NEIGH_REACHABLE },   { NUD_STALE, TB_SAY_NEIGH_STALE },
        { NUD_DELAY, TB_SAY_NEIGH_DELAY },           { NUD_PROBE, TB_SAY_NEIGH_PROBE },
        { NUD_INCOMPLETE, TB_SAY_NEIGH_INCOMPLETE }, { NUD_FAILED, TB_SAY_NEIGH_FAILED },
        { NUD_PERMANENT, TB_SAY_NEIGH_PERMANENT },   { NUD_NOARP, TB_SAY_NEIGH_NOARP },
    };
    const struct tb_page *page = &view->request->page;
    unsigned seen = 0;

    tb_page_gap(page);
    tb_page_say(page, TB_SAY_NEIGH_WHAT, NULL);
    for (size_t i = 0; i < view->neighbours.count; i++)
        seen |= view->neighbours.list[i].state;
    for (size_t i = 0; i < STATES; i++) {
        if ((seen & rows[i].bits) != 0)
            tb_page_say(page, rows[i].say, NULL);
    }
}

static json_t *neighbours_json(const struct view *view)
{
    json_t *list = json_array();

    for (size_t i = 0; i < view->neighbours.count; i++)
        (void)json_array_append_new(list,
                                    tb_neighbour_json(&view->nics, &view->neighbours.list[i]));
    return list;
}

static int print_json(const struct view *view)
{
    return tb_print_json(view->request,
                         json_pack("{s:o, s:b}", "neighbours", neighbours_json(view), "inexact",
                                   (int)(view->neighbours.inexact || view->nics.inexact)),
                         view->neighbours.count > 0 ? TB_EXIT_FOUND : TB_EXIT_NOTHING);
}

static int say_nothing(const struct view *view)
{
    const struct tb_page told = tb_page_talk(&view->request->page);

    tb_page_tell(&told, TB_SAY_NEIGH_NOTHING, NULL);
    tb_page_status(&view->request->page, TB_EXIT_NOTHING);
    return TB_EXIT_NOTHING;
}

/* With the address, where one was asked for. */
static void put_same(const struct tb_request *request, const char *arp, const char *ip)
{
    struct tb_line classic = { 0 }, modern = { 0 };

    tb_line_put(&classic, arp);
    tb_line_put(&modern, ip);
    if (request->word_count > 0) {
        tb_line_put(&classic, " ");
        tb_line_put_outside(&classic, request->word[0], strlen(request->word[0]));
        tb_line_put(&modern, " show to ");
        tb_line_put_outside(&modern, request->word[0], strlen(request->word[0]));
    }
    tb_page_same(&request->page, tb_line_text(&classic), tb_line_text(&modern));
    tb_line_free(&classic);
    tb_line_free(&modern);
}

static int show_neighbours(const struct view *view)
{
    struct tb_request *request = view->request;
    int error;

    if (view->neighbours.count == 0)
        return say_nothing(view);
    error = print_table(view);
    if (error != 0)
        return tb_trouble_system(&request->trouble, "neigh", error);
    explain(view);
    put_same(request, "arp -n", "ip neigh");
    tb_page_next(&request->page, "breath route", TB_SAY_NEXT_ROUTE);
    return TB_EXIT_FOUND;
}

/* ---- arp */

/* ATF_COM of /proc/net/arp: net/ipv4/arp.c, arp_state_to_flags() */
static bool is_complete(const struct tb_rt_neighbour *neighbour)
{
    return (neighbour->state &
            (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY)) != 0;
}

static const char *hardware_of(const struct view *view, const struct tb_rt_neighbour *neighbour)
{
    const struct tb_rt_link *link = tb_nics_find(&view->nics, neighbour->interface);

    if (link == NULL)
        return "";
    return link->type == ARPHRD_LOOPBACK ? "loop" : tb_nic_type_name(link->type);
}

static const char *hardware_word(const struct view *view, const struct tb_rt_neighbour *neighbour)
{
    const char *word = hardware_of(view, neighbour);

    return word != NULL ? word : "unspec";
}

static int print_arp(const struct view *view)
{
    static const struct tb_column columns[ARP_COLUMNS] = { { "Address", 24 },   { "HWtype", 7 },
                                                           { "HWaddress", 19 }, { "Flags", 5 },
                                                           { "Mask", 15 },      { "Iface", 0 } };
    struct tb_classic classic;

    tb_classic_begin(
        &classic, &view->request->page, columns, ARP_COLUMNS,
        "Address                  HWtype  HWaddress           Flags Mask            Iface");
    for (size_t i = 0; i < view->neighbours.count; i++) {
        const struct tb_rt_neighbour *neighbour = &view->neighbours.list[i];
        struct tb_line *cell = classic.row.cell;

        tb_endpoint_put_address(&cell[0], neighbour->address);
        if (is_complete(neighbour)) {
            tb_line_put(&cell[1], hardware_word(view, neighbour));
            tb_nic_put_mac(&cell[2], neighbour->mac, neighbour->mac_length);
            tb_line_put(&cell[3], (neighbour->state & NUD_PERMANENT) != 0 ? "CM" : "C");
        } else {
            tb_line_put(&cell[2], "(incomplete)");
        }
        tb_nic_put_name(&cell[5], &view->nics, neighbour->interface);
        tb_classic_add(&classic);
    }
    return tb_classic_end(&classic);
}

/* "? (192.0.2.1) at 02:... [ether] on eth0": the question mark is a name that was not looked up. */
static void print_arp_a(const struct view *view)
{
    struct tb_line line = { 0 };

    for (size_t i = 0; i < view->neighbours.count; i++) {
        const struct tb_rt_neighbour *neighbour = &view->neighbours.list[i];

        tb_line_put(&line, "? (");
        tb_endpoint_put_address(&line, neighbour->address);
        tb_line_put(&line, ") at ");
        if (is_complete(neighbour)) {
            tb_nic_put_mac(&line, neighbour->mac, neighbour->mac_length);
            tb_line_put(&line, " [");
            tb_line_put(&line, hardware_word(view, neighbour));
            tb_line_put(&line, "] ");
            tb_line_put(&line, (neighbour->state & NUD_PERMANENT) != 0 ? "PERM " : "");
        } else {
            tb_line_put(&line, "<incomplete> ");
        }
        tb_line_put(&line, "on ");
        tb_nic_put_name(&line, &view->nics, neighbour->interface);
        tb_page_line(&view->request->page, tb_line_text(&line), 4);
        tb_line_clear(&line);
    }
    tb_line_free(&line);
}

static int show_arp(const struct view *view)
{
    struct tb_request *request = view->request;
    const bool as_lines = tb_options_letter(&request->options, 'a');
    int error = 0;

    if (view->neighbours.count == 0)
        return say_nothing(view);
    if (as_lines)
        print_arp_a(view);
    else
        error = print_arp(view);
    if (error != 0)
        return tb_trouble_system(&request->trouble, "arp", error);
    explain(view);
    tb_page_say(&request->page, as_lines ? TB_SAY_ARP_NAMES : TB_SAY_ARP_FLAGS, NULL);
    put_same(request, as_lines ? "arp -an" : "arp -n", "ip -4 neigh");
    tb_page_next(&request->page, "breath neigh", TB_SAY_NEXT_NEIGH6);
    return TB_EXIT_FOUND;
}

/* ---- */

typedef int show_fn(const struct view *view);

static int run(struct tb_request *request, passes_fn *passes, show_fn *show)
{
    struct view view = { .request = request };
    uint8_t address[16];
    const struct tb_rt_link *scope;
    int status;

    if (request->word_count > 1)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[1]);
    status = tb_nics_read(&view.nics);
    if (status == 0 && request->word_count == 1 &&
        !tb_nic_read_address(&view.nics, request->word[0], address, &scope)) {
        tb_nics_free(&view.nics);
        return tb_usage(request, TB_SAY_USAGE_ADDRESS, request->word[0]);
    }
    if (status == 0)
        status = tb_neighbours_read(&view.neighbours);
    if (status == 0) {
        sieve(&view, passes);
        status = request->options.json ? print_json(&view) : show(&view);
    } else {
        status = tb_trouble_system(&request->trouble, "rtnetlink", status);
    }
    tb_nics_free(&view.nics);
    tb_neighbours_free(&view.neighbours);
    return status;
}

int tb_neigh(struct tb_request *request)
{
    return run(request, is_shown, show_neighbours);
}

int tb_arp(struct tb_request *request)
{
    return run(request, is_arp, show_arp);
}
