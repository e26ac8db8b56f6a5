/* SPDX-License-Identifier: GPL-2.0-or-later */
/* play.h - what a scenario's two ends can do
 *
 * Each call either acts and returns at once (the segments stay where they are until something
 * waits), or waits until the kernel says that it has come about. */
#ifndef TB_LIVE_PLAY_H
#define TB_LIVE_PLAY_H

#include "world.h"

/* Acts. */
void tb_play_listen(struct tb_world *world, int backlog);
void tb_play_socket(struct tb_world *world, enum tb_end end);
void tb_play_connect(struct tb_world *world, enum tb_end end);
void tb_play_option(struct tb_world *world, enum tb_end end, int level, int name, int value);
void tb_play_send(struct tb_world *world, enum tb_end end, const char *text);
void tb_play_send_octets(struct tb_world *world, enum tb_end end, size_t size);
void tb_play_shut(struct tb_world *world, enum tb_end end);
void tb_play_close(struct tb_world *world, enum tb_end end);
void tb_play_abort(struct tb_world *world, enum tb_end end); /* SO_LINGER with 0 seconds */

/* Wait. */
void tb_play_accept(struct tb_world *world);
void tb_play_read(struct tb_world *world, enum tb_end end, size_t size);
void tb_play_acked(struct tb_world *world, enum tb_end end); /* all that `end` has sent */
void tb_play_drain(struct tb_world *world, enum tb_end end); /* the same, and all of it is read */
void tb_play_states(struct tb_world *world, int client, int server);
void tb_play_frames(struct tb_world *world, size_t more);
void tb_play_round_trip(struct tb_world *world); /* as long as the handshake took, and no frame */
void tb_play_fill(struct tb_world *world, enum tb_end end); /* sends until nothing more goes */

/* Both. */
void tb_play_open(struct tb_world *world);     /* listen to accept: ESTABLISHED at both ends */
void tb_play_exchange(struct tb_world *world); /* an HTTP request and its response */
void tb_play_close_in_turn(struct tb_world *world, enum tb_end first);

/* A connection from the server's own namespace, which takes a place in the accept queue. */
int tb_play_crowd(struct tb_world *world);

#endif
