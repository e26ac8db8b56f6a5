/* SPDX-License-Identifier: GPL-2.0-or-later */
/* contact.h - connects to another end, and tells what came of it in words */
#ifndef TB_CONTACT_H
#define TB_CONTACT_H

#include <sys/socket.h>

#include "command.h"
#include "outcome.h"
#include "visitor.h"

enum {
    TB_CONTACT_ATTEMPTS_MAX = 8, /* addresses of one name */
    TB_CONTACT_TIMEOUT_S = 5     /* where none is given */
};

struct tb_attempt {
    struct sockaddr_storage name;
    int error; /* 0 or errno */
};

struct tb_contact {
    const char *host; /* what to call: these five are the caller's */
    uint16_t port;
    bool udp;
    bool timeout_given;
    unsigned timeout_s; /* of each attempt, and of waiting for an answer */
    int fd;             /* -1: not connected */
    int lookup;         /* of getaddrinfo() */
    struct tb_attempt attempt[TB_CONTACT_ATTEMPTS_MAX];
    size_t attempts;
    enum tb_outcome outcome;
    int error; /* errno of the outcome; 0 where it has none */
    struct tb_tuple ends;
    bool route_known;
    bool own_address;          /* it is of this machine: nothing leaves it */
    uint32_t interface;        /* where the route leads */
    struct tb_visitor visitor; /* who answers; looked for where the address is of this machine */
    bool visitor_known;
};

/* Tries the host's addresses in turn, and looks who is at the other end. To be closed, whatever
 * comes of it. A name's look-up takes as long as the resolver's configuration lets it. */
void tb_contact_open(struct tb_contact *contact);
void tb_contact_close(struct tb_contact *contact);

/* Waits until it can be read from: 0, ETIMEDOUT or another errno. */
int tb_contact_wait(const struct tb_contact *contact);

/* What went wrong after it was open. */
void tb_contact_failed(struct tb_contact *contact, int error);

/* Where get and dial talk: stdout is for what the other end says. */
struct tb_page tb_contact_talk(const struct tb_request *request);

/* Which addresses were tried, who answers, and through which NIC. */
void tb_contact_tell(const struct tb_contact *contact, const struct tb_page *talk);

/* Why there is no answer: sets the trouble, explains it, says what to do next. Returns the status
 * of the outcome. */
int tb_contact_explain(const struct tb_contact *contact, struct tb_request *request,
                       const struct tb_page *talk);

json_t *tb_contact_json(const struct tb_contact *contact);

#endif
