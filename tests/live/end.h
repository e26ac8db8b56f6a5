/* SPDX-License-Identifier: GPL-2.0-or-later */
/* end.h - the two ends of the connection under test, and the kernel's names for their states */
#ifndef TB_LIVE_END_H
#define TB_LIVE_END_H

#include <netinet/in.h>

/* The client is the end that connects (first). */
enum tb_end {
    TB_END_CLIENT,
    TB_END_SERVER,
    TB_END_COUNT
};

static inline enum tb_end tb_end_other(enum tb_end end)
{
    return end == TB_END_CLIENT ? TB_END_SERVER : TB_END_CLIENT;
}

static inline const char *tb_end_name(enum tb_end end)
{
    return end == TB_END_CLIENT ? "client" : "server";
}

enum {
    TB_KERNEL_NONE = 0,          /* no word yet */
    TB_KERNEL_NEW_SYN_RECV = 12, /* include/net/tcp_states.h: a minisocket in SYN-RECEIVED */
    TB_KERNEL_STATES = 13
};

/* RFC 9293's name of a state that the kernel numbers (include/net/tcp_states.h). */
const char *tb_kernel_name(int state);

/* One connection's addresses, by end. */
struct tb_pair {
    struct sockaddr_in address[TB_END_COUNT];
};

#endif
