/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nic.c - the network interfaces and their addresses */
#include "nic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if.h>
#include <linux/rtnetlink.h>

#include "auto.h"
#include "endpoint.h"
#include "nicjson.h"
#include "nicname.h"
#include "nictext.h"
#include "row.h"

enum column {
    NAME,
    STATE,
    ADDRESSES,
    MAC,
    WHAT,
    COLUMNS
};

enum {
    GROUPS_SAID = 3, /* of NICs that share a MAC */
    MEMBERS_SAID = 8
};

/* ---- The table */

static void put_headings(const struct tb_page *page, struct tb_row *row, struct tb_table *table)
{
    static const enum tb_say headings[COLUMNS] = { TB_SAY_HEAD_NIC, TB_SAY_HEAD_STATE,
                                                   TB_SAY_HEAD_ADDRESSES, TB_SAY_HEAD_MAC,
                                                   TB_SAY_HEAD_WHAT };

    tb_row_clear(row);
    for (size_t i = 0; i < COLUMNS; i++)
        tb_say(&row->cell[i], page->lang, headings[i], NULL);
    tb_row_add(row, table, TB_STYLE_HEADING);
}

static enum tb_style put_nic(const struct tb_page *page, const struct tb_nics *nics,
                             const struct tb_rt_link *link, struct tb_row *row)
{
    const enum tb_nic_state state = tb_nic_state(link);
    size_t count;
    const struct tb_rt_address *addresses = tb_nics_addresses(nics, link->index, &count);

    tb_row_clear(row);
    tb_line_put_outside(&row->cell[NAME], link->name, strlen(link->name));
    tb_line_put(&row->cell[STATE], tb_nic_state_name(state));
    for (size_t i = 0; i < count; i++) {
        tb_line_put(&row->cell[ADDRESSES], i > 0 ? " " : "");
        tb_nic_put_prefix(&row->cell[ADDRESSES], addresses[i].local, addresses[i].prefix);
    }
    tb_nic_put_mac_of(&row->cell[MAC], link);
    tb_say(&row->cell[WHAT], page->lang, tb_nic_family_short(tb_nic_family(link)), NULL);
    return state == TB_NIC_UP ? TB_STYLE_PLAIN : TB_STYLE_FAINT;
}

static int print_table(const struct tb_page *page, const struct tb_nics *nics)
{
    struct tb_row row = { 0 };
    struct tb_table table;
    int error;

    tb_table_begin(&table, COLUMNS);
    tb_table_may_narrow(&table, ADDRESSES, 18);
    tb_table_may_narrow(&table, WHAT, 14);
    put_headings(page, &row, &table);
    for (size_t i = 0; i < nics->link_count; i++) {
        const enum tb_style style = put_nic(page, nics, &nics->links[i], &row);

        tb_row_add(&row, &table, style);
    }
    error = table.failed ? -ENOMEM : 0;
    if (error == 0)
        tb_page_table(page, &table);
    tb_row_free(&row);
    tb_table_free(&table);
    return error;
}

/* ---- What it means */

static bool has_mac(const struct tb_rt_link *link)
{
    return link->mac_length > 0 && !tb_nic_mac_is_zero(link->mac, link->mac_length);
}

static int compare_macs(const void *left, const void *right)
{
    const struct tb_rt_link *one = ((const struct tb_link_ref *)left)->link;
    const struct tb_rt_link *other = ((const struct tb_link_ref *)right)->link;
    const int order = (one->mac_length > other->mac_length) - (one->mac_length < other->mac_length);

    return order != 0 ? order : memcmp(one->mac, other->mac, one->mac_length);
}

/* "eth0, eth0.100" */
static void say_group(const struct tb_page *page, const struct tb_link_ref *group, size_t count)
{
    struct tb_line names = { 0 }, mac = { 0 };

    for (size_t i = 0; i < count && i < MEMBERS_SAID; i++) {
        tb_line_put(&names, i > 0 ? ", " : "");
        tb_line_put_outside(&names, group[i].link->name, strlen(group[i].link->name));
    }
    if (count > MEMBERS_SAID)
        tb_line_put(&names, ", ...");
    tb_nic_put_mac(&mac, group[0].link->mac, group[0].link->mac_length);
    tb_page_say(page, TB_SAY_NIC_SAME_MAC,
                TB_TOKENS({ "nics", tb_line_text(&names) }, { "mac", tb_line_text(&mac) }));
    tb_line_free(&names);
    tb_line_free(&mac);
}

static void say_more_groups(const struct tb_page *page, size_t count)
{
    struct tb_line number = { 0 };

    tb_line_put_number(&number, count);
    tb_page_say(page, TB_SAY_NIC_SAME_MAC_MORE, TB_TOKENS({ "count", tb_line_text(&number) }));
    tb_line_free(&number);
}

static void say_shared_macs(const struct tb_page *page, const struct tb_nics *nics)
{
    tb_auto_free struct tb_link_ref *links = calloc(nics->link_count + 1, sizeof(*links));
    size_t count = 0, groups = 0;

    if (links == NULL)
        return;
    for (size_t i = 0; i < nics->link_count; i++) {
        if (has_mac(&nics->links[i]))
            links[count++].link = &nics->links[i];
    }
    qsort(links, count, sizeof(*links), compare_macs);
    for (size_t first = 0, end = 0; first < count; first = end) {
        while (end < count && compare_macs(&links[first], &links[end]) == 0)
            end++;
        if (end - first > 1 && groups++ < GROUPS_SAID)
            say_group(page, links + first, end - first);
    }
    if (groups > GROUPS_SAID)
        say_more_groups(page, groups - GROUPS_SAID);
}

/* The first that has several addresses, as an example. */
static void say_addresses(const struct tb_page *page, const struct tb_nics *nics)
{
    for (size_t i = 0; i < nics->link_count; i++) {
        struct tb_line name = { 0 }, number = { 0 };
        size_t count;

        (void)tb_nics_addresses(nics, nics->links[i].index, &count);
        if (count < 2 || (nics->links[i].flags & IFF_LOOPBACK) != 0)
            continue;
        tb_nic_put_name(&name, nics, nics->links[i].index);
        tb_line_put_number(&number, count);
        tb_page_say(page, TB_SAY_NIC_OWNS,
                    TB_TOKENS({ "nic", tb_line_text(&name) }, { "count", tb_line_text(&number) }));
        tb_line_free(&name);
        tb_line_free(&number);
        return;
    }
    tb_page_say(page, TB_SAY_NIC_MAY_OWN, NULL);
}

static void say_states(const struct tb_page *page, const struct tb_nics *nics)
{
    bool seen[TB_NIC_UP + 1] = { false };

    for (size_t i = 0; i < nics->link_count; i++)
        seen[tb_nic_state(&nics->links[i])] = true;
    if (seen[TB_NIC_UP])
        tb_page_say_more(page, TB_SAY_NIC_STATE_UP, NULL);
    if (seen[TB_NIC_NO_CARRIER])
        tb_page_say(page, TB_SAY_NIC_STATE_NO_CARRIER, NULL);
    if (seen[TB_NIC_DOWN])
        tb_page_say(page, TB_SAY_NIC_STATE_DOWN, NULL);
}

/* Every habit of names, also those of no NIC here. */
static void say_names(const struct tb_page *page)
{
    for (int family = 0; family < TB_NIC_FAMILY_COUNT; family++) {
        const char *example = tb_nic_family_example((enum tb_nic_family)family);
        const char *meaning =
            tb_say_raw(page->lang, tb_nic_family_long((enum tb_nic_family)family));

        if (example != NULL)
            tb_page_say_more(page, TB_SAY_NIC_FAMILY,
                             TB_TOKENS({ "example", example }, { "meaning", meaning }));
    }
}

static void say_inexact(const struct tb_page *page, const struct tb_nics *nics)
{
    const struct tb_page told = tb_page_talk(page);

    if (nics->inexact)
        tb_page_tell(&told, TB_SAY_NIC_INEXACT, NULL);
}

/* An address that other hosts could send to, or one of this machine's own. */
static const struct tb_rt_address *example_of(const struct tb_nics *nics)
{
    for (size_t i = 0; i < nics->address_count; i++) {
        if (nics->addresses[i].scope == RT_SCOPE_UNIVERSE)
            return &nics->addresses[i];
    }
    return nics->address_count > 0 ? &nics->addresses[0] : NULL;
}

static void next_to(const struct tb_page *page, const struct tb_nics *nics)
{
    const struct tb_rt_address *example = example_of(nics);
    struct tb_line next = { 0 };

    if (example == NULL)
        return;
    tb_line_put(&next, "breath nic --to ");
    tb_endpoint_put_address(&next, example->local);
    tb_page_next(page, tb_line_text(&next), TB_SAY_NEXT_NIC_TO);
    tb_line_free(&next);
}

static int show_all(struct tb_request *request, const struct tb_nics *nics)
{
    const struct tb_page *page = &request->page;
    const int error = print_table(page, nics);

    if (error != 0)
        return tb_trouble_system(&request->trouble, "nic", error);
    tb_page_gap(page);
    say_addresses(page, nics);
    if (page->explain >= TB_EXPLAIN_SHORT)
        say_shared_macs(page, nics);
    say_states(page, nics);
    tb_page_say_more(page, TB_SAY_NIC_FRAMES, NULL);
    say_names(page);
    say_inexact(page, nics);
    tb_page_same(page, "ifconfig -a", "ip addr");
    next_to(page, nics);
    return TB_EXIT_FOUND;
}

/* ---- One */

static int show_one(struct tb_request *request, const struct tb_nics *nics,
                    const struct tb_rt_link *link)
{
    const struct tb_page *page = &request->page;
    struct tb_line classic = { 0 }, modern = { 0 };

    tb_nic_show(page, nics, link);
    tb_page_gap(page);
    tb_nic_explain(page, nics, link);
    say_inexact(page, nics);
    tb_line_put(&classic, "ifconfig ");
    tb_line_put_outside(&classic, link->name, strlen(link->name));
    tb_line_put(&modern, "ip -s addr show ");
    tb_line_put_outside(&modern, link->name, strlen(link->name));
    tb_page_same(page, tb_line_text(&classic), tb_line_text(&modern));
    tb_nic_next_capture(request, link->name, TB_SAY_NEXT_CAPTURE);
    tb_line_free(&classic);
    tb_line_free(&modern);
    return TB_EXIT_FOUND;
}

/* A name of a Mac or of another machine is explained all the same. */
static int say_not_here(struct tb_request *request, const char *name)
{
    const struct tb_page told = tb_page_talk(&request->page);
    const enum tb_nic_family family = tb_nic_family_of_name(name);
    struct tb_line quoted = { 0 };

    tb_line_put_outside(&quoted, name, strlen(name));
    tb_page_tell(&told, TB_SAY_NIC_NOT_HERE, TB_TOKENS({ "nic", tb_line_text(&quoted) }));
    if (family != TB_NIC_UNKNOWN)
        tb_page_tell(&told, TB_SAY_NIC_FAMILY,
                     TB_TOKENS({ "example", tb_line_text(&quoted) },
                               { "meaning", tb_say_raw(told.lang, tb_nic_family_long(family)) }));
    tb_page_next(&request->page, "breath nic", TB_SAY_NEXT_NICS);
    tb_page_status(&request->page, TB_EXIT_NOTHING);
    tb_line_free(&quoted);
    return TB_EXIT_NOTHING;
}

static int print_json(struct tb_request *request, const struct tb_nics *nics,
                      const struct tb_rt_link *link)
{
    json_t *list = request->word_count == 0 ? tb_nics_json(nics) : json_array();
    enum tb_exit status;

    if (link != NULL)
        (void)json_array_append_new(list, tb_nic_json(nics, link, true));
    status = json_array_size(list) > 0 ? TB_EXIT_FOUND : TB_EXIT_NOTHING;
    return tb_print_json(
        request, json_pack("{s:o, s:b}", "nics", list, "inexact", (int)nics->inexact), (int)status);
}

static int show(struct tb_request *request, const struct tb_nics *nics)
{
    const char *name = request->word_count > 0 ? request->word[0] : NULL;
    const struct tb_rt_link *link = name != NULL ? tb_nics_find_name(nics, name) : NULL;
    const bool missing = name != NULL && link == NULL;

    if (request->options.to != NULL && !missing)
        return tb_nic_to(request, nics, link);
    if (request->options.json)
        return print_json(request, nics, link);
    if (missing)
        return say_not_here(request, name);
    return link != NULL ? show_one(request, nics, link) : show_all(request, nics);
}

int tb_nic(struct tb_request *request)
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
