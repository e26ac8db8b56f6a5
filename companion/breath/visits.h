/* SPDX-License-Identifier: GPL-2.0-or-later */
/* visits.h - what a server tells of those who come to it: a line each, or a JSON document each */
#ifndef TB_VISITS_H
#define TB_VISITS_H

#include "visitor.h"

enum tb_visit_kind {
    TB_VISIT_REQUEST,  /* of HTTP */
    TB_VISIT_OPENED,   /* a TCP connection */
    TB_VISIT_DATA,     /* came on it, and was sent back */
    TB_VISIT_DATAGRAM, /* likewise */
    TB_VISIT_CLOSED,
    TB_VISIT_KIND_COUNT
};

struct tb_visits {
    FILE *stream;
    enum tb_lang lang;
    bool json;
};

struct tb_visit {
    enum tb_visit_kind kind;
    struct tb_tuple ends; /* as the server sees them */
    const char *method;   /* of a request; from outside, like the others */
    const char *target;
    const void *octets; /* of DATA and DATAGRAM */
    uint64_t length;    /* of the response, the data, or all that was sent back */
};

/* Prints it, with the process at the other end as it is now, and flushes. */
void tb_visits_tell(const struct tb_visits *visits, const struct tb_visit *visit);

#endif
