/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net.c - network namespaces of our own and the wire between them
 *
 * The namespaces have no names: they, and every device in them, vanish with the process. */
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

struct request {
    struct nlmsghdr header;
    struct ifinfomsg link;
    char attributes[256];
};

const char *tb_wire_name(enum tb_wire wire)
{
    static const char *const names[TB_WIRE_COUNT] = {
        [TB_WIRE_RELAY] = "relay", [TB_WIRE_VETH] = "veth", [TB_WIRE_LO] = "lo"
    };

    return names[wire];
}

void tb_net_isolate(void)
{
    if (unshare(CLONE_NEWNS) < 0)
        tb_skip("no mount namespace: %s (needs root)", strerror(errno));
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        tb_skip("mounts cannot be made private: %s", strerror(errno));
}

void tb_net_enter(const struct tb_net *net, enum tb_end end)
{
    if (setns(net->ns[end], CLONE_NEWNET) < 0)
        tb_fail("cannot enter the %s's namespace: %s", tb_end_name(end), strerror(errno));
}

bool tb_net_set(const struct tb_net *net, enum tb_end end, const char *path, const char *value)
{
    char name[128];
    ssize_t written = -1;
    int fd;

    tb_net_enter(net, end);
    snprintf(name, sizeof(name), "/proc/sys/net/%s", path);
    fd = open(name, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        written = write(fd, value, strlen(value));
        close(fd);
    }
    return written == (ssize_t)strlen(value);
}

static int new_namespace(void)
{
    int fd;

    if (unshare(CLONE_NEWNET) < 0)
        tb_skip("no network namespace: %s (needs root)", strerror(errno));
    fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        tb_fail("/proc/self/ns/net: %s", strerror(errno));
    return fd;
}

static void device_ioctl(unsigned long what, struct ifreq *request)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || ioctl(fd, what, request) < 0)
        tb_fail("device %s: %s", request->ifr_name, strerror(errno));
    close(fd);
}

static void bring_up(const char *device, const struct sockaddr_in *address)
{
    struct sockaddr_in netmask = { .sin_family = AF_INET, .sin_addr = { htonl(IN_CLASSA_NET) } };
    struct ifreq request = { 0 };

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
    if (address) {
        memcpy(&request.ifr_addr, address, sizeof(*address));
        device_ioctl(SIOCSIFADDR, &request);
        memcpy(&request.ifr_netmask, &netmask, sizeof(netmask));
        device_ioctl(SIOCSIFNETMASK, &request);
    }
    device_ioctl(SIOCGIFFLAGS, &request);
    request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
    device_ioctl(SIOCSIFFLAGS, &request);
}

/* The process number is in the addresses, so that runs at the same time tell their tracepoint
 * events apart, which do not name the namespace. */
static struct sockaddr_in own_address(uint32_t network, enum tb_end end)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    uint32_t host = ((uint32_t)getpid() << 1 | (uint32_t)end) + 2;

    address.sin_addr.s_addr = htonl(network | (host & 0xffffffu));
    address.sin_port = htons(end == TB_END_CLIENT ? TB_NET_CLIENT_PORT : TB_NET_SERVER_PORT);
    return address;
}

static int open_tun(void)
{
    struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        tb_skip("/dev/net/tun: %s", strerror(errno));
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", TB_NET_DEVICE);
    if (ioctl(fd, TUNSETIFF, &request) < 0)
        tb_skip("no TUN device: %s", strerror(errno));
    return fd;
}

static struct rtattr *attribute(struct request *request, unsigned short type, const void *data,
                                size_t size)
{
    size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
    struct rtattr *new_one = (struct rtattr *)(void *)((char *)request + at);

    new_one->rta_type = type;
    new_one->rta_len = (unsigned short)RTA_LENGTH(size);
    if (size)
        memcpy(RTA_DATA(new_one), data, size);
    request->header.nlmsg_len = (uint32_t)(at + RTA_ALIGN(new_one->rta_len));
    return new_one;
}

static void end_nest(const struct request *request, struct rtattr *nest)
{
    const char *end = (const char *)request + request->header.nlmsg_len;

    nest->rta_len = (unsigned short)(end - (const char *)nest);
}

static void transact(const struct request *request)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char echo[512];
    } answer;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd < 0 || send(fd, request, request->header.nlmsg_len, 0) < 0 ||
        recv(fd, &answer, sizeof(answer), 0) < (ssize_t)NLMSG_LENGTH(sizeof(answer.error)))
        tb_fail("rtnetlink: %s", strerror(errno));
    close(fd);
    if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error)
        tb_skip("no veth device: %s", strerror(-answer.error.error));
}

/* In the current namespace, the other end of the cable in `peer_ns`. */
static void make_veth(int peer_ns)
{
    struct request request = {
        .header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
                    .nlmsg_type = RTM_NEWLINK,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK },
    };
    struct ifinfomsg peer_link = { 0 };
    struct rtattr *info, *data, *peer;

    attribute(&request, IFLA_IFNAME, TB_NET_DEVICE, sizeof(TB_NET_DEVICE));
    info = attribute(&request, IFLA_LINKINFO, NULL, 0);
    attribute(&request, IFLA_INFO_KIND, "veth", sizeof("veth"));
    data = attribute(&request, IFLA_INFO_DATA, NULL, 0);
    peer = attribute(&request, VETH_INFO_PEER, &peer_link, sizeof(peer_link));
    attribute(&request, IFLA_IFNAME, TB_NET_DEVICE, sizeof(TB_NET_DEVICE));
    attribute(&request, IFLA_NET_NS_FD, &peer_ns, sizeof(peer_ns));
    end_nest(&request, peer);
    end_nest(&request, data);
    end_nest(&request, info);
    transact(&request);
}

static void make_lo(struct tb_net *net)
{
    net->ns[TB_END_CLIENT] = net->ns[TB_END_SERVER] = new_namespace();
    bring_up("lo", NULL);
    for (int end = 0; end < TB_END_COUNT; end++)
        net->pair.address[end] = own_address(INADDR_LOOPBACK & 0xff000000u, (enum tb_end)end);
}

static void make_two(struct tb_net *net)
{
    for (int end = 0; end < TB_END_COUNT; end++) {
        net->ns[end] = new_namespace();
        net->pair.address[end] = own_address(0x0a000000u, (enum tb_end)end);
        bring_up("lo", NULL);
        if (net->wire == TB_WIRE_RELAY)
            net->tun[end] = open_tun();
    }
    if (net->wire == TB_WIRE_VETH)
        make_veth(net->ns[TB_END_CLIENT]);
    for (int end = 0; end < TB_END_COUNT; end++) {
        tb_net_enter(net, (enum tb_end)end);
        tb_net_set(net, (enum tb_end)end, "ipv6/conf/all/disable_ipv6", "1");
        bring_up(TB_NET_DEVICE, &net->pair.address[end]);
    }
}

void tb_net_make(struct tb_net *net, enum tb_wire wire)
{
    *net = (struct tb_net){ .wire = wire, .ns = { -1, -1 }, .tun = { -1, -1 } };
    if (wire == TB_WIRE_LO)
        make_lo(net);
    else
        make_two(net);
}
