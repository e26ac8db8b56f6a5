/* SPDX-License-Identifier: GPL-2.0-or-later */
/* url.c - the parts of an http:// address */
#include "url.h"

#include <string.h>

#include "operand.h"

enum {
    HTTP_PORT = 80
};

/* Beyond "://": what the name of a scheme may hold, RFC 3986 section 3.1. */
static bool has_scheme(const char *text)
{
    const size_t length =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    return length > 0 && strncmp(text + length, "://", 3) == 0;
}

/* Spaces and control characters would end the request line, or begin another one. */
static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
            return false;
    }
    return true;
}

static bool copy(char *to, size_t most, const char *from, size_t length)
{
    if (length > most)
        return false;
    memcpy(to, from, length);
    to[length] = '\0';
    return true;
}

/* "host", "host:port", "[::1]:port"; of that length. */
static bool read_authority(const char *text, size_t length, struct tb_url *url)
{
    char port[6];
    uint32_t number;
    const char *end = text + length;
    const char *host = text;
    const char *host_end;

    url->ipv6 = length > 0 && text[0] == '[';
    if (url->ipv6) {
        host++;
        host_end = memchr(text, ']', length);
        if (host_end == NULL)
            return false;
        text = host_end + 1;
    } else {
        host_end = memchr(text, ':', length);
        host_end = host_end == NULL ? end : host_end;
        text = host_end;
    }
    if (host_end == host || memchr(host, '@', (size_t)(end - host)) != NULL ||
        !copy(url->host, TB_URL_HOST_MAX, host, (size_t)(host_end - host)))
        return false;
    url->port = HTTP_PORT;
    if (text == end)
        return true;
    if (*text != ':' || !copy(port, sizeof(port) - 1, text + 1, (size_t)(end - text - 1)) ||
        !tb_operand_number(port, UINT16_MAX, &number) || number == 0)
        return false;
    url->port = (uint16_t)number;
    url->port_given = true;
    return true;
}

enum tb_url_fault tb_url_read(const char *text, struct tb_url *url)
{
    struct tb_url read = { .port_given = false };
    size_t authority;
    const char *target;

    if (strncmp(text, "http://", 7) == 0)
        text += 7;
    else if (has_scheme(text))
        return TB_URL_NOT_HTTP;
    if (!is_printable(text))
        return TB_URL_BAD;
    authority = strcspn(text, "/?#");
    if (!read_authority(text, authority, &read))
        return TB_URL_BAD;
    target = text + authority;
    if (*target != '/') {
        read.target[0] = '/'; /* RFC 9112 section 3.2.1: an empty path is "/" */
        if (!copy(read.target + 1, TB_URL_TARGET_MAX - 1, target, strcspn(target, "#")))
            return TB_URL_BAD;
    } else if (!copy(read.target, TB_URL_TARGET_MAX, target, strcspn(target, "#"))) {
        return TB_URL_BAD;
    }
    *url = read;
    return TB_URL_FINE;
}
