/* SPDX-License-Identifier: GPL-2.0-or-later */
/* octets.c - a packet's octets, as tshark -x prints them and as tcpdump does */
#include "octets.h"

#include <string.h>

enum {
    LINE_OCTETS = 16,
    OFFSET_DIGITS = 4, /* at least */
    ETHERNET_HEADER = 14,
    ETHERNET_TYPE = 12, /* where it stands */
    VLAN_TAG = 4
};

/* ---- tshark's lines */

static int digit_of(char character)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = character == '\0' ? NULL : strchr(digits, character);

    return found == NULL ? -1 : (int)(found - digits);
}

bool tb_octets_read(const char *text, struct tb_line *octets)
{
    const size_t offset = strspn(text, "0123456789abcdef");
    char found[LINE_OCTETS];
    size_t count = 0;

    if (offset < OFFSET_DIGITS || strncmp(text + offset, "  ", 2) != 0)
        return false;
    text += offset + 2;
    while (count < LINE_OCTETS) {
        const int high = digit_of(text[0]);
        const int low = high < 0 ? -1 : digit_of(text[1]);

        if (low < 0 || text[2] != ' ')
            break;
        found[count++] = (char)(high * 16 + low);
        text += 3;
    }
    tb_line_put_octets(octets, found, count);
    return count > 0;
}

/* ---- Link layers */

static const struct {
    unsigned encapsulation;
    size_t header;
} links[] = {
    { 1, ETHERNET_HEADER }, /* WTAP_ENCAP_ETHERNET */
    { 15, 4 },              /* WTAP_ENCAP_NULL */
    { 16, 4 },              /* WTAP_ENCAP_LOOP */
    { 25, 16 },             /* WTAP_ENCAP_SLL */
    { 210, 20 },            /* WTAP_ENCAP_SLL2 */
};

static bool is_tagged(const uint8_t *type)
{
    const unsigned number = (unsigned)type[0] << 8 | type[1];

    return number == 0x8100 || number == 0x88a8; /* IEEE 802.1Q, 802.1ad */
}

size_t tb_octets_link(unsigned encapsulation, const uint8_t *octets, size_t length)
{
    size_t header = 0;

    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        if (links[i].encapsulation == encapsulation)
            header = links[i].header;
    }
    if (encapsulation == links[0].encapsulation) {
        while (header <= length && is_tagged(octets + header - 2))
            header += VLAN_TAG;
    }
    return header < length ? header : length;
}

/* ---- Printing */

static char shown(uint8_t octet)
{
    if (octet >= ' ' && octet < 0x7f)
        return (char)octet;
    return '.';
}

static void print_hex_line(FILE *stream, const uint8_t *octets, size_t count, size_t offset)
{
    (void)fprintf(stream, "\t0x%04zx: ", offset);
    for (size_t i = 0; i < LINE_OCTETS; i++) {
        if (i % 2 == 0)
            (void)putc(' ', stream);
        if (i < count)
            (void)fprintf(stream, "%02x", octets[i]);
        else
            (void)fputs("  ", stream);
    }
    (void)fputs("  ", stream);
    for (size_t i = 0; i < count; i++)
        (void)putc(shown(octets[i]), stream);
    (void)putc('\n', stream);
}

void tb_octets_print_hex(FILE *stream, const uint8_t *octets, size_t length)
{
    for (size_t at = 0; at < length; at += LINE_OCTETS)
        print_hex_line(stream, octets + at, length - at < LINE_OCTETS ? length - at : LINE_OCTETS,
                       at);
}

void tb_octets_print_text(FILE *stream, const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (octets[i] == '\r' && i + 1 < length && octets[i + 1] == '\n')
            continue;
        if (octets[i] == '\n' || octets[i] == '\t')
            (void)putc(octets[i], stream);
        else
            (void)putc(shown(octets[i]), stream);
    }
    (void)putc('\n', stream);
}
