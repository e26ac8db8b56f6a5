/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse_number.h - numbers and hexadecimal octets */
#ifndef CG_PARSE_NUMBER_H
#define CG_PARSE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a decimal or 0x number up to `most`; `text` must end with it. */
bool cg_parse_number(const char *text, uint32_t most, uint32_t *number);

/* Reads hexadecimal octets, at most `size`; `text` must end with them. */
bool cg_parse_hex(const char *text, uint8_t *octets, size_t size, size_t *length);

#endif
