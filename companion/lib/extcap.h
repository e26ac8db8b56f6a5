/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extcap.h - what a capture program says to Wireshark
 *
 * Pure. A sentence is a line "kind {key=value}{key=value}": Wireshark's extcap(4). It has no way to
 * write a brace, so braces in values become parentheses; octets that could steer a terminal and
 * line ends become spaces. */
#ifndef TB_EXTCAP_H
#define TB_EXTCAP_H

#include <stddef.h>

/* Our interfaces' names begin so: "tcpbreath-lo". */
#define TB_EXTCAP_PREFIX "tcpbreath-"

/* "lo" of "tcpbreath-lo"; NULL: not one of ours. Points into `name`. */
const char *tb_extcap_interface_of(const char *name);

struct tb_extcap_pair {
    const char *key;   /* NULL: ends the list */
    const char *value; /* NULL: the pair is left out */
};

/* Writes a sentence and a newline, terminated. Returns its length without the terminator, or 0
 * where `size` is too small; then only a terminator is written. */
size_t tb_extcap_sentence(char *text, size_t size, const char *kind,
                          const struct tb_extcap_pair *pairs);

#endif
