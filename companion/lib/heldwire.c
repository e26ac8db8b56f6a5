/* SPDX-License-Identifier: GPL-2.0-or-later */
/* heldwire.c - reads what the BPF iterator writes */
#include "heldwire.h"

#include <errno.h>
#include <string.h>

static bool is_holding(const struct tb_nl_rest *rest)
{
    struct tb_wire_holding holding;

    if (rest->length < sizeof(holding))
        return false;
    memcpy(&holding, rest->at, sizeof(holding));
    return holding.inode != 0;
}

int tb_held_next(struct tb_nl_rest *rest, struct tb_held *held)
{
    struct tb_held read = { .count = 0 };

    if (rest->length == 0)
        return 0;
    if (!tb_nl_take(rest, &read.process, sizeof(read.process)) || read.process.zero != 0 ||
        read.process.comm[TB_HOLDERS_COMM - 1] != '\0')
        return -EPROTO;
    read.holdings = rest->at;
    for (; is_holding(rest); read.count++) {
        rest->at += sizeof(struct tb_wire_holding);
        rest->length -= sizeof(struct tb_wire_holding);
    }
    *held = read;
    return 1;
}

struct tb_wire_holding tb_held_at(const struct tb_held *held, size_t place)
{
    struct tb_wire_holding holding;

    memcpy(&holding, held->holdings + place * sizeof(holding), sizeof(holding));
    return holding;
}
