/* SPDX-License-Identifier: GPL-2.0-or-later */
/* operand.c - ports and addresses as they are typed */
#include "operand.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "tuple.h"

enum {
    ENTRY_OCTETS = 2048 /* of a line of /etc/services */
};

bool tb_operand_number(const char *word, uint32_t most, uint32_t *number)
{
    uint64_t value = 0;

    if (word[0] == '\0')
        return false;
    for (; *word != '\0'; word++) {
        if (*word < '0' || *word > '9')
            return false;
        value = value * 10 + (uint64_t)(*word - '0');
        if (value > most)
            return false;
    }
    *number = (uint32_t)value;
    return true;
}

static bool find_service(const char *word, uint16_t *port)
{
    char text[ENTRY_OCTETS];
    struct servent entry;
    struct servent *found = NULL;

    if (getservbyname_r(word, NULL, &entry, text, sizeof(text), &found) != 0 || found == NULL)
        return false;
    *port = ntohs((uint16_t)found->s_port);
    return true;
}

bool tb_operand_port(const char *word, uint16_t *port)
{
    uint32_t number;

    if (word[0] == ':')
        word++;
    if (word[0] < '0' || word[0] > '9')
        return find_service(word, port);
    if (!tb_operand_number(word, UINT16_MAX, &number) || number == 0)
        return false;
    *port = (uint16_t)number;
    return true;
}

bool tb_operand_address(const char *word, uint8_t address[16])
{
    const size_t length = strlen(word);
    char bare[INET6_ADDRSTRLEN];
    struct in_addr ipv4;

    if (inet_pton(AF_INET, word, &ipv4) == 1) {
        tb_tuple_map_ipv4(address, &ipv4);
        return true;
    }
    if (length > 2 && length - 2 < sizeof(bare) && word[0] == '[' && word[length - 1] == ']') {
        memcpy(bare, word + 1, length - 2);
        bare[length - 2] = '\0';
        word = bare;
    }
    return inet_pton(AF_INET6, word, address) == 1;
}

bool tb_operand_service(uint16_t port, bool udp, struct tb_line *name)
{
    char text[ENTRY_OCTETS];
    struct servent entry;
    struct servent *found = NULL;

    if (getservbyport_r(htons(port), udp ? "udp" : "tcp", &entry, text, sizeof(text), &found) !=
            0 ||
        found == NULL)
        return false;
    tb_line_put_outside(name, found->s_name, strlen(found->s_name));
    return true;
}
