/* SPDX-License-Identifier: GPL-2.0-or-later */
/* visitor.h - who is at an end of a connection that may be on this machine too */
#ifndef TB_VISITOR_H
#define TB_VISITOR_H

#include <netinet/in.h>

#include "tuple.h"
#include "view.h"

struct tb_visitor {
    struct tb_view view;
    const struct tb_socket *socket; /* NULL: no such socket in this network namespace */
    bool own;                       /* the address is this machine's */
};

/* Looks for the socket whose own end is the tuple's local one. Its owner is that of this moment.
 * Returns 0 or -errno; to be freed either way. */
int tb_visitor_find(struct tb_visitor *visitor, const struct tb_tuple *end, bool udp);
void tb_visitor_free(struct tb_visitor *visitor);

/* "curl (4242)", why there is no process, or that it is not of this machine. */
void tb_visitor_put(const struct tb_visitor *visitor, enum tb_lang lang, struct tb_line *line);

/* The socket as everywhere in JSON, or null. */
json_t *tb_visitor_json(const struct tb_visitor *visitor);

/* An address of the kernel's; IPv4 is mapped. False where it is of another family. */
bool tb_visitor_read_address(const struct sockaddr_storage *name, uint8_t address[16],
                             uint16_t *port);

/* Both ends of a connected socket. Returns 0 or -errno. */
int tb_visitor_ends(int fd, struct tb_tuple *ends);

/* "127.0.0.1:8080", "[::1]:8080" */
void tb_visitor_put_end(struct tb_line *line, const uint8_t address[16], uint16_t port);

#endif
