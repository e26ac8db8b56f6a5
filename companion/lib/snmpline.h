/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snmpline.h - the counters of /proc/net/snmp and /proc/net/netstat
 *
 * Pure. Lines come in pairs, of names and of numbers, each begun by its group:
 *     Tcp: RtoAlgorithm RtoMin ...
 *     Tcp: 1 200 ...
 * (net/ipv4/proc.c, snmp_seq_show()). What does not fit that is passed over. */
#ifndef TB_SNMPLINE_H
#define TB_SNMPLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of the text, not terminated. */
struct tb_snmp_word {
    const char *at;
    size_t length;
};

/* What is left to read. */
struct tb_snmp {
    struct tb_snmp_word rest; /* lines behind this pair */
    struct tb_snmp_word names;
    struct tb_snmp_word numbers;
    struct tb_snmp_word group;
};

struct tb_snmp_counter {
    struct tb_snmp_word group; /* "Tcp" */
    struct tb_snmp_word name;  /* "RetransSegs" */
    uint64_t value;
    bool negative; /* Tcp's MaxConn is -1 where there is no limit */
};

void tb_snmp_begin(struct tb_snmp *snmp, const char *text, size_t length);

/* Takes the next counter; false at the end. */
bool tb_snmp_next(struct tb_snmp *snmp, struct tb_snmp_counter *counter);

bool tb_snmp_is(const struct tb_snmp_word *word, const char *text);

#endif
