/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse_number.c - numbers and hexadecimal octets */
#include "parse_number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool cg_parse_number(const char *text, uint32_t most, uint32_t *number)
{
    char *end;
    unsigned long value;

    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    value = strtoul(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
    if (*end != '\0' || errno != 0 || value > most)
        return false;
    *number = (uint32_t)value;
    return true;
}

bool cg_parse_hex(const char *text, uint8_t *octets, size_t size, size_t *length)
{
    size_t digits = strlen(text);

    if (digits % 2 != 0 || digits / 2 > size || strspn(text, "0123456789abcdefABCDEF") != digits)
        return false;
    for (size_t i = 0; i < digits / 2; i++) {
        const char pair[3] = { text[2 * i], text[2 * i + 1], '\0' };

        octets[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    *length = digits / 2;
    return true;
}
