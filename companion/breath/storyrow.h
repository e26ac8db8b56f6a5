/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storyrow.h - a packet as `tshark -T ek -e FIELD...` prints it
 *
 * The fields come without the layers that they stood in: each is a list of all that the packet has
 * of it. A packet may hold several TCP headers (in tunnels, in ICMP errors, in A-MSDUs). Then what
 * cannot be told to one of them is left out: unknown stays unknown. */
#ifndef TB_STORYROW_H
#define TB_STORYROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* TB_STORY_FIELD(id, name): what is asked of tshark. ROLE_*, of an end: the client's, and next the
 * server's. */
#define TB_STORY_FIELDS                                                                            \
    TB_STORY_FIELD(FRAME, "frame.number")                                                          \
    TB_STORY_FIELD(MEANING, "tcp-breath.meaning")                                                  \
    TB_STORY_FIELD(EPOCH, "frame.time_epoch")                                                      \
    TB_STORY_FIELD(TIME, "frame.time_relative")                                                    \
    TB_STORY_FIELD(PROTOCOLS, "frame.protocols")                                                   \
    TB_STORY_FIELD(INTERFACE, "frame.interface_name")                                              \
    TB_STORY_FIELD(INTERFACE_ID, "frame.interface_id")                                             \
    TB_STORY_FIELD(IP_SRC, "ip.src")                                                               \
    TB_STORY_FIELD(IP_DST, "ip.dst")                                                               \
    TB_STORY_FIELD(IPV6_SRC, "ipv6.src")                                                           \
    TB_STORY_FIELD(IPV6_DST, "ipv6.dst")                                                           \
    TB_STORY_FIELD(SRC_PORT, "tcp.srcport")                                                        \
    TB_STORY_FIELD(DST_PORT, "tcp.dstport")                                                        \
    TB_STORY_FIELD(LENGTH, "tcp.len")                                                              \
    TB_STORY_FIELD(PHASE, "tcp-breath.phase")                                                      \
    TB_STORY_FIELD(STEP, "tcp-breath.step")                                                        \
    TB_STORY_FIELD(CONNECTION, "tcp-breath.connection")                                            \
    TB_STORY_FIELD(FLAGS, "tcp-breath.flags")                                                      \
    TB_STORY_FIELD(ROLE, "tcp-breath.role")                                                        \
    TB_STORY_FIELD(CLIENT_STATE, "tcp-breath.client.state")                                        \
    TB_STORY_FIELD(SERVER_STATE, "tcp-breath.server.state")                                        \
    TB_STORY_FIELD(RFC, "tcp-breath.rfc")                                                          \
    TB_STORY_FIELD(HANDSHAKE, "tcp-breath.handshake.number")                                       \
    TB_STORY_FIELD(TEARDOWN, "tcp-breath.teardown.number")                                         \
    TB_STORY_FIELD(EXCHANGE, "tcp-breath.exchange")                                                \
    TB_STORY_FIELD(REQUEST_IN, "tcp-breath.request_in")                                            \
    TB_STORY_FIELD(RESPONSE_IN, "tcp-breath.response_in")                                          \
    TB_STORY_FIELD(ACKS, "tcp-breath.acks")                                                        \
    TB_STORY_FIELD(ACKED_IN, "tcp-breath.acked_in")                                                \
    TB_STORY_FIELD(RESPONSE_TIME, "tcp-breath.response_time")                                      \
    TB_STORY_FIELD(REQUEST_DURATION, "tcp-breath.request_duration")                                \
    TB_STORY_FIELD(RESPONSE_DURATION, "tcp-breath.response_duration")                              \
    TB_STORY_FIELD(RTT, "tcp-breath.handshake.rtt")                                                \
    TB_STORY_FIELD(RTT_SERVER, "tcp-breath.handshake.rtt.server")                                  \
    TB_STORY_FIELD(RTT_CLIENT, "tcp-breath.handshake.rtt.client")                                  \
    TB_STORY_FIELD(REQUEST_BYTES, "tcp-breath.request.bytes")                                      \
    TB_STORY_FIELD(RESPONSE_BYTES, "tcp-breath.response.bytes")                                    \
    TB_STORY_FIELD(WINDOW, "tcp-breath.window")                                                    \
    TB_STORY_FIELD(MECHANISM, "tcp-breath.mechanism")                                              \
    TB_STORY_FIELD(LISTENER_PROCESS, "tcp-breath.listener.process")                                \
    TB_STORY_FIELD(LISTENER_PID, "tcp-breath.listener.pid")                                        \
    TB_STORY_END_FIELDS(CLIENT, "client")                                                          \
    TB_STORY_END_FIELDS(SERVER, "server")

#define TB_STORY_END_FIELDS(end, prefix)                                                           \
    TB_STORY_FIELD(end##_PROCESS, "tcp-breath." prefix ".process")                                 \
    TB_STORY_FIELD(end##_PID, "tcp-breath." prefix ".pid")                                         \
    TB_STORY_FIELD(end##_USER, "tcp-breath." prefix ".user")                                       \
    TB_STORY_FIELD(end##_UID, "tcp-breath." prefix ".uid")                                         \
    TB_STORY_FIELD(end##_EXE, "tcp-breath." prefix ".exe")                                         \
    TB_STORY_FIELD(end##_CONTAINER, "tcp-breath." prefix ".container")                             \
    TB_STORY_FIELD(end##_START, "tcp-breath." prefix ".start")                                     \
    TB_STORY_FIELD(end##_SOURCE, "tcp-breath." prefix ".source")                                   \
    TB_STORY_FIELD(end##_CERTAINTY, "tcp-breath." prefix ".certainty")                             \
    TB_STORY_FIELD(end##_CMDLINE, "tcp-breath." prefix ".cmdline")

enum tb_story_field {
#define TB_STORY_FIELD(id, name) TB_STORY_##id,
    TB_STORY_FIELDS
#undef TB_STORY_FIELD
        TB_STORY_MARK_FIRST, /* and TB_MARK_COUNT of them: tcp-breath.mark.NAME */
    TB_STORY_FIELD_COUNT = TB_STORY_MARK_FIRST + 12
};

enum {
    TB_STORY_END_FIELD_COUNT = TB_STORY_SERVER_PROCESS - TB_STORY_CLIENT_PROCESS,
    TB_STORY_NAME_MAX = 48
};

struct tb_story_row {
    json_t *document;
    json_t *field[TB_STORY_FIELD_COUNT]; /* NULL: the packet has none */
    size_t layers;                       /* TCP headers that the plugin has annotated */
};

/* "tcp-breath.mark.midstream" */
void tb_story_field_name(size_t field, char name[TB_STORY_NAME_MAX]);

/* Reads a line, terminated, and changes it. 1: it is a packet's, and the row is to be released; 0:
 * it is another of tshark's; -EBADMSG: it is none. */
int tb_story_row_read(struct tb_story_row *row, char *line, size_t length);
void tb_story_row_release(struct tb_story_row *row);

/* The value in that layer, from 0; NULL: none, or it cannot be told whose it is. */
const char *tb_story_row_value(const struct tb_story_row *row, enum tb_story_field field,
                               size_t layer);

/* Likewise, of a field that one layer may have several of: the i-th; NULL behind the last. */
const char *tb_story_row_each(const struct tb_story_row *row, enum tb_story_field field, size_t i);

/* The address below that layer's TCP; NULL: not known. */
const char *tb_story_row_address(const struct tb_story_row *row, bool source, size_t layer);

/* Digits, and nothing else: 0 to 2^64 - 1. */
bool tb_story_number(const char *text, uint64_t *number);

/* "0.020270000" in nanoseconds; what has an exponent, or is out of range: false. */
bool tb_story_nanoseconds(const char *text, int64_t *ns);

#endif
