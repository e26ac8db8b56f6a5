/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse.h - the text of a .cap file, statement by statement, into a capture file */
#ifndef CG_PARSE_H
#define CG_PARSE_H

#include "lex.h"
#include "model.h"
#include "render.h"

/* A source being read. */
struct cg_source {
    struct cg_lexer lexer;
    struct cg_render *render;
    struct cg_connection *connections; /* CG_CONNECTIONS_MAX of them */
    size_t connection_count;
    struct cg_connection *current; /* what "c" and "s" speak of */
    uint64_t time_ns;              /* of the last statement that had one */
    bool has_frames;
    uint16_t port_offset; /* added to the clients' ports */
    struct cg_packet packet;
    uint8_t whole[CG_PACKET_BACK]; /* a payload that is being cut */
};

/* 0; -EINVAL with the lexer's line and reason; -ENOMEM. */
int cg_source_read(struct cg_source *source);

#endif
