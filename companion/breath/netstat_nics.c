/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netstat_nics.c - the classic netstat -i: the interfaces and what they have counted
 *
 * Labels of addresses ("eth0:1") have no row of their own: there is nothing to count of them. */
#include "netstat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if.h>

#include "auto.h"
#include "classic.h"
#include "nic.h"
#include "nicjson.h"
#include "nictext.h"

enum {
    COLUMNS = 11
};

/* net-tools' lib/interface.c, ife_print_short() */
static void put_letters(struct tb_line *line, uint32_t flags)
{
    static const struct {
        uint32_t bit;
        const char *letter;
    } rows[] = {
        { IFF_ALLMULTI, "A" },    { IFF_BROADCAST, "B" },  { IFF_DEBUG, "D" },
        { IFF_LOOPBACK, "L" },    { IFF_MULTICAST, "M" },  { IFF_DYNAMIC, "d" },
        { IFF_PROMISC, "P" },     { IFF_NOTRAILERS, "N" }, { IFF_NOARP, "O" },
        { IFF_POINTOPOINT, "P" }, { IFF_SLAVE, "s" },      { IFF_MASTER, "m" },
        { IFF_RUNNING, "R" },     { IFF_UP, "U" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((flags & rows[i].bit) != 0)
            tb_line_put(line, rows[i].letter);
    }
}

static void put_nic(struct tb_line *cell, const struct tb_rt_link *link)
{
    const uint64_t numbers[] = { link->mtu,
                                 link->received.packets,
                                 link->received.errors,
                                 link->received.dropped,
                                 link->received.overruns,
                                 link->sent.packets,
                                 link->sent.errors,
                                 link->sent.dropped,
                                 link->sent.overruns };

    tb_line_put_outside(&cell[0], link->name, strlen(link->name));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        tb_line_put_number(&cell[i + 1], numbers[i]);
    put_letters(&cell[COLUMNS - 1], link->flags);
}

static int print_nics(const struct tb_request *request, const struct tb_nics *nics)
{
    static const struct tb_column columns[COLUMNS] = {
        { "Iface", 15 },  { "MTU", -5 },    { "RX-OK", -8 }, { "RX-ERR", -6 },
        { "RX-DRP", -6 }, { "RX-OVR", 6 },  { "TX-OK", -8 }, { "TX-ERR", -6 },
        { "TX-DRP", -6 }, { "TX-OVR", -6 }, { "Flg", 0 },
    };
    tb_auto_free struct tb_link_ref *refs = tb_nics_by_name(nics);
    struct tb_classic classic;

    if (refs == NULL)
        return -ENOMEM;
    tb_page_line(&request->page, "Kernel Interface table", 0);
    tb_classic_begin(&classic, &request->page, columns, COLUMNS,
                     "Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP "
                     "TX-OVR Flg");
    for (size_t i = 0; i < nics->link_count; i++) {
        if ((refs[i].link->flags & IFF_UP) == 0 && !tb_options_letter(&request->options, 'a'))
            continue;
        put_nic(classic.row.cell, refs[i].link);
        tb_classic_add(&classic);
    }
    return tb_classic_end(&classic);
}

static int show_nics(struct tb_request *request, const struct tb_nics *nics)
{
    const struct tb_page *page = &request->page;
    int error;

    if (request->options.json)
        return tb_print_json(
            request,
            json_pack("{s:o, s:b}", "nics", tb_nics_json(nics), "inexact", (int)nics->inexact),
            TB_EXIT_FOUND);
    error = print_nics(request, nics);
    if (error != 0)
        return tb_trouble_system(&request->trouble, "netstat", error);
    tb_page_gap(page);
    tb_page_say(page, TB_SAY_NETSTAT_I_COLUMNS, NULL);
    tb_page_say(page, TB_SAY_NETSTAT_I_FLAGS, NULL);
    tb_page_same(page, tb_options_letter(&request->options, 'a') ? "netstat -ia" : "netstat -i",
                 tb_options_letter(&request->options, 'a') ? "ip -s link" : "ip -s link show up");
    tb_page_next(page, "breath nic", TB_SAY_NEXT_NICS);
    return TB_EXIT_FOUND;
}

int tb_netstat_nics(struct tb_request *request)
{
    struct tb_nics nics = { 0 };
    int status = tb_nics_read(&nics);

    status = status == 0 ? show_nics(request, &nics)
                         : tb_trouble_system(&request->trouble, "rtnetlink", status);
    tb_nics_free(&nics);
    return status;
}
