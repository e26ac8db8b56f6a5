/* SPDX-License-Identifier: GPL-2.0-or-later */
/* url.h - the parts of an http:// address
 *
 * Pure. RFC 3986 as far as one GET needs it, RFC 9110 section 4.2.1. */
#ifndef TB_URL_H
#define TB_URL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TB_URL_HOST_MAX = 255, /* of a name: RFC 1035 section 2.3.4 */
    TB_URL_TARGET_MAX = 4096
};

enum tb_url_fault {
    TB_URL_FINE,
    TB_URL_NOT_HTTP, /* https, or another scheme */
    TB_URL_BAD       /* no host, a bad port, octets that may not stand in one, too long */
};

struct tb_url {
    char host[TB_URL_HOST_MAX + 1];     /* without brackets */
    char target[TB_URL_TARGET_MAX + 1]; /* from the first slash on, without "#..."; "/" at least */
    uint16_t port;                      /* 80 where none is given */
    bool port_given;
    bool ipv6; /* the host stood in brackets */
};

/* "http://host:port/path?query"; "http://" may be missing. A user and password are bad. *url is
 * written where it is fine. */
enum tb_url_fault tb_url_read(const char *text, struct tb_url *url);

#endif
