/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stream.h - a stream that tells where in it one is
 *
 * Words of 64 bits, as the machine has them, that count from 0. */
#ifndef TB_LIVE_STREAM_H
#define TB_LIVE_STREAM_H

enum {
    STREAM_PORT = 7071
};

#endif
