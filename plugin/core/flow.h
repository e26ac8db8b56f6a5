/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow.h - one TCP connection: takes its segments in capture order, answers each with an event
 *
 * The memory is the caller's and its size is fixed: a connection costs sizeof(struct tb_flow),
 * however long it lives. Nothing here allocates, blocks or fails. */
#ifndef TB_FLOW_H
#define TB_FLOW_H

#include "event.h"
#include "exchange.h"
#include "segment.h"

struct tb_flow; /* fields: below, for embedding; they are the engine's */

/* Starts a connection. `port` by side: a guess at the roles where nothing better is seen.
 * `before`: the flow that tb_flow_is_followed_by() was true of, or NULL: its candidate SYN, if it
 * had one, is carried over, and the event of the first segment bears TB_MARK_REUSED_PORT. */
void tb_flow_init(struct tb_flow *flow, const uint16_t port[TB_SIDE_COUNT],
                  const struct tb_flow *before);

/* Whether `segment` is the next connection on the same addresses and ports: the caller then
 * initialises a new flow with `before` and steps that one. Ask before each step. */
bool tb_flow_is_followed_by(const struct tb_flow *flow, const struct tb_segment *segment);

/* Takes the next segment. Every member of *event is set. */
void tb_flow_step(struct tb_flow *flow, const struct tb_segment *segment, struct tb_event *event);

/* Which side is the client, as far as known now. */
enum tb_side tb_flow_client(const struct tb_flow *flow);

#endif
