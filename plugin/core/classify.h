/* SPDX-License-Identifier: GPL-2.0-or-later */
/* classify.h - decides what a segment does; changes nothing. For flow.c only. */
#ifndef TB_CLASSIFY_H
#define TB_CLASSIFY_H

#include "flow.h"

/* How a SYN or SYN-ACK stands to what its sender sent before. */
enum tb_syn_kind {
    TB_SYN_NONE, /* no SYN */
    TB_SYN_FIRST,
    TB_SYN_REPEATED,
    TB_SYN_FOREIGN,           /* another initial sequence number, on a connection that is open */
    TB_SYN_CANDIDATE_REPEATED /* that one again */
};

/* A segment against the connection, before it is applied. */
struct tb_view {
    const struct tb_flow *flow;
    const struct tb_segment *segment;
    const struct tb_half *me;   /* the sender's */
    const struct tb_half *peer; /* the other end's */
    struct tb_reach reach;
    struct tb_ack_news ack;
    enum tb_syn_kind syn;
    uint32_t fresh;  /* payload octets never seen before */
    uint32_t window; /* octets; with window_known */
    bool window_known;
    bool window_changed;
    bool bare; /* an ACK and nothing else: no payload, SYN, FIN, RST */
    bool first_fin;
    bool concludes_fin; /* it acknowledges one unseen number of an end whose FIN is due */
    bool third_step;    /* completes the 3-way handshake */
    bool stray;         /* answers a SYN with an old connection's numbers: half-open */
    bool by_client;
};

/* How a reset acts on its receiver. */
enum tb_reset_kind {
    TB_RESET_IGNORED,
    TB_RESET_EXACT,    /* it has the number that the receiver expects */
    TB_RESET_LIKELY,   /* that number is not known, through loss */
    TB_RESET_REFUSAL,  /* it answers a SYN */
    TB_RESET_HALF_OPEN /* it ends the old connection that answered a new SYN */
};

void tb_view_init(struct tb_view *view, const struct tb_flow *flow,
                  const struct tb_segment *segment);

/* `data` is the step of new payload, which the exchange has found out (request, response, greeting,
 * tls-handshake). */
enum tb_step tb_view_step(const struct tb_view *view, enum tb_step data);

enum tb_phase tb_view_phase(const struct tb_view *view, enum tb_step step);

enum tb_reset_kind tb_view_reset(const struct tb_view *view);

/* Whether the segment carries new payload in its ordinary place: the exchange will want it. */
bool tb_view_is_data(const struct tb_view *view);

#endif
