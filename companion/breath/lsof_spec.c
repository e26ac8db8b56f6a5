/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lsof_spec.c - which sockets `lsof -i SPEC` means */
#include "lsof_spec.h"

#include <string.h>
#include <strings.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "operand.h"

enum {
    WORD_OCTETS = 64
};

/* The next word up to one of the octets; false: it is empty or too long. */
static bool take_word(const char **text, const char *until, char word[WORD_OCTETS])
{
    const size_t length = strcspn(*text, until);

    if (length == 0 || length >= WORD_OCTETS)
        return false;
    memcpy(word, *text, length);
    word[length] = '\0';
    *text += length;
    return true;
}

static bool take_address(const char **text, struct tb_lsof_spec *spec)
{
    char word[WORD_OCTETS];
    const bool bracketed = **text == '[';
    size_t length;

    if (!take_word(text, bracketed ? "]" : ":", word))
        return false;
    length = strlen(word);
    if (bracketed) {
        if (**text != ']' || length + 1 >= sizeof(word))
            return false;
        word[length] = ']';
        word[length + 1] = '\0';
        ++*text;
    }
    spec->has_address = true;
    return tb_operand_address(word, spec->address);
}

/* "80", "http", "8000-8080" */
static bool take_port(const char **text, struct tb_lsof_spec *spec)
{
    char word[WORD_OCTETS];
    char *hyphen;
    uint16_t first, last;

    if (spec->ports == TB_LSOF_PORTS_MAX || !take_word(text, ",", word))
        return false;
    if (!tb_operand_port(word, &first)) { /* a name may have a hyphen */
        hyphen = strchr(word, '-');
        if (hyphen == NULL)
            return false;
        *hyphen = '\0';
        if (!tb_operand_port(word, &first) || !tb_operand_port(hyphen + 1, &last) || last < first)
            return false;
    } else {
        last = first;
    }
    spec->port[spec->ports].first = first;
    spec->port[spec->ports++].last = last;
    return true;
}

bool tb_lsof_read(struct tb_lsof_spec *spec, const char *text)
{
    *spec = (struct tb_lsof_spec){ 0 };
    if (*text == '4' || *text == '6')
        spec->family = *text++ == '4' ? AF_INET : AF_INET6;
    if (strncasecmp(text, "tcp", 3) == 0 || strncasecmp(text, "udp", 3) == 0) {
        spec->protocol = *text == 't' || *text == 'T' ? IPPROTO_TCP : IPPROTO_UDP;
        text += 3;
    }
    if (*text == '@') {
        text++;
        if (!take_address(&text, spec))
            return false;
    }
    if (*text == ':') {
        do {
            text++;
            if (!take_port(&text, spec))
                return false;
        } while (*text == ',');
    }
    return *text == '\0';
}

static bool has_port(const struct tb_lsof_spec *spec, uint16_t port)
{
    for (size_t i = 0; i < spec->ports; i++) {
        if (port >= spec->port[i].first && port <= spec->port[i].last)
            return true;
    }
    return spec->ports == 0;
}

bool tb_lsof_passes(const struct tb_lsof_spec *spec, const struct tb_socket *socket)
{
    const struct tb_tuple *tuple = &socket->tuple;
    const bool connected = tuple->remote_port != 0;
    const bool local = !spec->has_address || memcmp(spec->address, tuple->local, 16) == 0;
    const bool remote =
        connected && (!spec->has_address || memcmp(spec->address, tuple->remote, 16) == 0);

    if ((spec->family != 0 && spec->family != socket->family) ||
        (spec->protocol != 0 && spec->protocol != socket->protocol))
        return false;
    return (local && has_port(spec, tuple->local_port)) ||
           (remote && has_port(spec, tuple->remote_port));
}
