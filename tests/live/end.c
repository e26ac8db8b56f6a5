/* SPDX-License-Identifier: GPL-2.0-or-later */
/* end.c - the kernel's names for TCP states */
#include "end.h"

#include <netinet/tcp.h>

static const char *const state_names[TB_KERNEL_STATES] = {
    [TB_KERNEL_NONE] = "NONE",
    [TCP_ESTABLISHED] = "ESTABLISHED",
    [TCP_SYN_SENT] = "SYN-SENT",
    [TCP_SYN_RECV] = "SYN-RECEIVED",
    [TCP_FIN_WAIT1] = "FIN-WAIT-1",
    [TCP_FIN_WAIT2] = "FIN-WAIT-2",
    [TCP_TIME_WAIT] = "TIME-WAIT",
    [TCP_CLOSE] = "CLOSED",
    [TCP_CLOSE_WAIT] = "CLOSE-WAIT",
    [TCP_LAST_ACK] = "LAST-ACK",
    [TCP_LISTEN] = "LISTEN",
    [TCP_CLOSING] = "CLOSING",
    [TB_KERNEL_NEW_SYN_RECV] = "SYN-RECEIVED",
};

const char *tb_kernel_name(int state)
{
    return state >= 0 && state < TB_KERNEL_STATES ? state_names[state] : "UNKNOWN";
}
