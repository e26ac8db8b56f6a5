/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packets.h - prints a capture through tshark and the plugin: each packet and what it means */
#ifndef TB_PACKETS_H
#define TB_PACKETS_H

#include <sys/types.h>

#include "command.h"

enum tb_packets_octets {
    TB_PACKETS_NO_OCTETS,
    TB_PACKETS_NETWORK, /* hexadecimal and ASCII, from the IP header on: -X */
    TB_PACKETS_WHOLE,   /* likewise, with the link layer's: -XX */
    TB_PACKETS_ASCII    /* -A */
};

struct tb_packets {
    int in; /* the capture, a file or a pipe; stays the caller's */
    enum tb_packets_octets octets;
    bool names;    /* tshark may look names up */
    bool link;     /* the link layer's addresses too: -e */
    bool sections; /* a heading before each part of the conversation */
    int signals;   /* of signalfd(2): what comes is passed to `source`; -1: none */
    pid_t source;  /* who writes the capture; 0: nobody, a signal then ends the printing */
    size_t count;  /* out: packets printed */
    int signal;    /* out: the last one that came; 0: none */
};

/* Whether tshark is there and knows the plugin: 0, or a status with its trouble. */
int tb_packets_check(struct tb_request *request);

/* Returns 0, or a status with its trouble. */
int tb_packets_print(struct tb_request *request, struct tb_packets *packets);

/* For tshark: the plugin of a build that is not installed, and texts in UTF-8. */
void tb_packets_environment(void);

/* The signals that end breath's longer commands, blocked, and a descriptor that tells them, or
 * -errno. */
int tb_packets_signals(void);

/* The one that has come, or 0; does not wait. */
int tb_packets_signal(int signals);

#endif
