/* SPDX-License-Identifier: GPL-2.0-or-later */
/* opening.c - sees every packet that opens a TCP connection */
#include "opening.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "auto.h"
#include "frame.h"

#define NS_PER_S UINT64_C(1000000000)

enum {
    KEPT = 256, /* octets of a packet: its addresses and ports, behind the longest IPv4 header */
    AT_ONCE = 4096,
    LINKTYPE_RAW = 101,
    READ_TRIES = 4
};

#define CLOCK_NEAR_NS 500u /* between two readings of a clock: good enough */

/* Without a link header: SOCK_DGRAM. What is told goes through frame.c, which knows more; so IPv6
 * with extension headers is let pass. */
static struct sock_filter program[] = {
    /* 0 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
    BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 1, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 6, 8, 17),
    /* 4: IPv4: TCP, the first fragment, its flags behind the header */
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 15),
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 13, 0),
    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
    BPF_STMT(BPF_LD | BPF_B | BPF_IND, 13),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 8, 9),
    /* 12: IPv6: TCP, or a header that may stand before it */
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_HOPOPTS, 5, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ROUTING, 4, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_DSTOPTS, 3, 4),
    /* 17 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 40 + 13),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
    /* 20 */ BPF_STMT(BPF_RET | BPF_K, KEPT),
    BPF_STMT(BPF_RET | BPF_K, 0),
};

static void make_room(int fd)
{
    static const int octets = 8 << 20;

    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
}

/* With protocol 0 it gets nothing before it is bound, and by then it has its filter. */
int tb_opening_open(void)
{
    const struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
    const struct sock_fprog filter = { sizeof program / sizeof *program, program };
    const int yes = 1;
    tb_auto_fd int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    make_room(fd);
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &yes, sizeof yes) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes) != 0 ||
        bind(fd, (const struct sockaddr *)&all, sizeof all) != 0)
        return -errno;
    return tb_auto_take_fd(&fd);
}

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* CLOCK_REALTIME - CLOCK_MONOTONIC. */
static uint64_t clocks_apart(void)
{
    uint64_t best_ns = UINT64_MAX;
    uint64_t apart = 0;

    for (int i = 0; i < READ_TRIES && best_ns > CLOCK_NEAR_NS; i++) {
        uint64_t before_ns = read_clock(CLOCK_MONOTONIC);
        uint64_t between_ns = read_clock(CLOCK_REALTIME);
        uint64_t took_ns = read_clock(CLOCK_MONOTONIC) - before_ns;

        if (took_ns >= best_ns)
            continue;
        best_ns = took_ns;
        apart = between_ns - before_ns - took_ns / 2;
    }
    return apart;
}

static bool find_time(struct msghdr *message, uint64_t *time_ns)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL;
         part = CMSG_NXTHDR(message, part)) {
        struct timespec stamp;

        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS)
            continue;
        memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
        *time_ns = (uint64_t)stamp.tv_sec * NS_PER_S + (uint64_t)stamp.tv_nsec;
        return true;
    }
    return false;
}

/* Loopback shows each packet as it leaves and as it comes: once is enough, the earlier time. */
static bool is_second_look(const struct sockaddr_ll *from)
{
    return from->sll_hatype == ARPHRD_LOOPBACK && from->sll_pkttype != PACKET_OUTGOING;
}

/* False: nothing waits. */
static bool read_one(int fd, uint64_t apart, tb_opening_fn *tell, void *context)
{
    _Alignas(struct cmsghdr) char control[256];
    uint8_t packet[KEPT];
    struct sockaddr_ll from = { 0 };
    struct iovec data = { packet, sizeof packet };
    struct msghdr message = { .msg_name = &from,
                              .msg_namelen = sizeof from,
                              .msg_iov = &data,
                              .msg_iovlen = 1,
                              .msg_control = control,
                              .msg_controllen = sizeof control };
    ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);
    struct tb_frame frame;
    uint64_t time_ns;

    if (got < 0) /* ENETDOWN: an interface has gone; what is behind that is read next */
        return errno == EINTR || errno == ENETDOWN;
    if (!is_second_look(&from) && find_time(&message, &time_ns) &&
        tb_frame_read(LINKTYPE_RAW, packet, (size_t)got, &frame) && frame.opens)
        tell(&frame.sender, time_ns - apart, context);
    return true;
}

bool tb_opening_read(int fd, tb_opening_fn *tell, void *context)
{
    uint64_t apart = clocks_apart();

    for (int i = 0; i < AT_ONCE; i++) {
        if (!read_one(fd, apart, tell, context))
            return true;
    }
    return false;
}

uint64_t tb_opening_lost(int fd)
{
    struct tpacket_stats counts = { 0 };
    socklen_t size = sizeof counts;

    if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &counts, &size) != 0)
        return 0;
    return counts.tp_drops;
}
