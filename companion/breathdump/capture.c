/* SPDX-License-Identifier: GPL-2.0-or-later */
/* capture.c - packets of one interface, by libpcap */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "auto.h"

#define NS_PER_S 1000000000u
#define LINK_RAW 101u /* LINKTYPE_RAW; DLT_RAW has another number */

/* What an interface or its driver lost, of /sys/class/net/NAME/statistics. */
enum {
    MISSED,
    FIFO,
    DROP_COUNTER_COUNT
};

struct tb_capture {
    pcap_t *pcap;
    char name[IFNAMSIZ];
    char warning[PCAP_ERRBUF_SIZE];
    uint32_t snaplen;
    int index; /* of the interface; 0: any */
    struct tb_capture_counts counts;
    uint32_t last_received; /* libpcap's counters have 32 bits and wrap */
    uint32_t last_dropped;
    int drop_counters[DROP_COUNTER_COUNT]; /* -1: not known */
    uint64_t interface_dropped_before;
};

/* libpcap opens these files whenever it is asked; once this program has confined itself it cannot,
 * and counts nonsense. So they are opened here, and ps_ifdrop is not used. */
static bool read_number(int fd, uint64_t *number)
{
    char digits[32];
    ssize_t length;

    if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0)
        return false;
    length = read(fd, digits, sizeof digits - 1);
    if (length <= 0)
        return false;
    digits[length] = '\0';
    *number = strtoull(digits, NULL, 10);
    return true;
}

static int open_fact(const char *interface, const char *fact)
{
    char path[128];
    int length = snprintf(path, sizeof path, "/sys/class/net/%s/%s", interface, fact);

    return length < 0 || (size_t)length >= sizeof path ? -1 : open(path, O_RDONLY | O_CLOEXEC);
}

static uint64_t interface_drops(const struct tb_capture *capture)
{
    uint64_t sum = 0;
    uint64_t number;

    for (size_t i = 0; i < DROP_COUNTER_COUNT; i++)
        if (read_number(capture->drop_counters[i], &number))
            sum += number;
    return sum;
}

/* /sys shows the namespace in which it was mounted: there the name may be another interface's. */
static void open_drop_counters(struct tb_capture *capture)
{
    tb_auto_fd int index = open_fact(capture->name, "ifindex");
    uint64_t number;

    if (capture->index == 0 || !read_number(index, &number) || number != (uint64_t)capture->index)
        return;
    capture->drop_counters[MISSED] = open_fact(capture->name, "statistics/rx_missed_errors");
    capture->drop_counters[FIFO] = open_fact(capture->name, "statistics/rx_fifo_errors");
    capture->interface_dropped_before = interface_drops(capture);
}

/* What to do about a refusal. */
static int complain_refused(struct tb_complaint *complaint, const char *interface)
{
    return tb_complain(complaint, TB_EXIT_REFUSED, interface,
                       "CAP_NET_RAW is missing: start as root, or let the members of a group "
                       "capture: `./quickstart install --system --group=wireshark`; with the "
                       "Debian package `sudo dpkg-reconfigure tcp-breath-tools`; by hand "
                       "`setcap cap_net_raw,cap_bpf,cap_perfmon,cap_sys_ptrace,"
                       "cap_dac_read_search+ep`; -D and --help need no rights");
}

/* It has them in English only. */
static int complain_in_its_words(struct tb_complaint *complaint, const char *interface,
                                 const char *words)
{
    return tb_complain(complaint, TB_EXIT_REFUSED, interface, "libpcap says: \"%s\"", words);
}

static int complain_status(struct tb_complaint *complaint, const char *interface, pcap_t *pcap,
                           int status)
{
    const char *words = pcap_geterr(pcap);

    if (status == PCAP_ERROR_PERM_DENIED)
        return complain_refused(complaint, interface);
    if (status == PCAP_ERROR_NO_SUCH_DEVICE)
        return tb_complain(complaint, TB_EXIT_NOTHING, interface, "no such interface");
    if (words[0] == '\0' || status != PCAP_ERROR)
        words = pcap_statustostr(status);
    return complain_in_its_words(complaint, interface, words);
}

static bool compiles(pcap_t *pcap, const char *filter, struct bpf_program *program)
{
    /* The netmask matters to "ip broadcast" only. */
    return pcap_compile(pcap, program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
}

/* Where what cannot be understood begins: behind the longest beginning, in whole words, that is a
 * filter itself. libpcap does not say. */
static const char *offending_part(pcap_t *pcap, const char *filter)
{
    char *part = strdup(filter);
    const char *offending = filter;

    for (size_t at = part == NULL ? 0 : strlen(part); at > 0; at--) {
        struct bpf_program program;

        if (filter[at] != ' ' || filter[at - 1] == ' ')
            continue;
        part[at] = '\0';
        if (part[strspn(part, " ")] != '\0' && compiles(pcap, part, &program)) {
            pcap_freecode(&program);
            offending = filter + at;
            break;
        }
    }
    free(part);
    return offending + strspn(offending, " ");
}

static int complain_filter(struct tb_complaint *complaint, pcap_t *pcap, const char *filter)
{
    char words[PCAP_ERRBUF_SIZE];

    /* asked for the part, libpcap forgets what it said of the whole */
    (void)snprintf(words, sizeof words, "%s", pcap_geterr(pcap));
    return tb_complain(complaint, TB_EXIT_USAGE, filter,
                       "not a capture filter: libpcap says \"%.200s\", at '%.200s'", words,
                       offending_part(pcap, filter));
}

static int set_filter(struct tb_capture *capture, const char *filter,
                      struct tb_complaint *complaint)
{
    struct bpf_program program;
    int status;

    if (filter == NULL || filter[0] == '\0')
        return 0;
    if (!compiles(capture->pcap, filter, &program))
        return complain_filter(complaint, capture->pcap, filter);
    status = pcap_setfilter(capture->pcap, &program);
    pcap_freecode(&program);
    if (status != 0)
        return complain_status(complaint, capture->name, capture->pcap, PCAP_ERROR);
    return 0;
}

/* The two numbers differ for raw IP only, among what Linux captures. */
static int dlt_of(unsigned link_type)
{
    return link_type == LINK_RAW ? DLT_RAW : (int)link_type;
}

static uint16_t link_type_of(int dlt)
{
    return (uint16_t)(dlt == DLT_RAW ? (int)LINK_RAW : dlt);
}

int tb_capture_check_filter(const char *filter, unsigned link_type, struct tb_complaint *complaint)
{
    pcap_t *pcap = pcap_open_dead(dlt_of(link_type), TB_CAPTURE_SNAPLEN_MAX);
    struct bpf_program program;
    int status = 0;

    if (pcap == NULL)
        return tb_complain(complaint, TB_EXIT_REFUSED, filter, "out of memory");
    if (compiles(pcap, filter, &program))
        pcap_freecode(&program);
    else
        status = complain_filter(complaint, pcap, filter);
    pcap_close(pcap);
    return status;
}

static int configure(struct tb_capture *capture, const struct tb_capture_options *options)
{
    pcap_t *pcap = capture->pcap;

    if (pcap_set_snaplen(pcap, (int)capture->snaplen) != 0 ||
        pcap_set_promisc(pcap, options->promiscuous) != 0 ||
        pcap_set_timeout(pcap, TB_CAPTURE_DELAY_MS) != 0 ||
        pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO) != 0 ||
        pcap_set_buffer_size(pcap, (int)(options->buffer_mib << 20)) != 0)
        return -1;
    return 0;
}

/* The cooked header that names the interface, where there is a choice. */
static void prefer_cooked_v2(pcap_t *pcap)
{
    if (pcap_datalink(pcap) == DLT_LINUX_SLL)
        (void)!pcap_set_datalink(pcap, DLT_LINUX_SLL2); /* libpcap before 1.10 has the one only */
}

/* A packet of loopback goes out and comes in. libpcap passes over the one that goes out, when the
 * kernel has copied it. Since Linux 4.20 the kernel can be told to leave it out. */
static void leave_out_outgoing(pcap_t *pcap)
{
    int yes = 1;

    (void)setsockopt(pcap_fileno(pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes);
}

static int activate(struct tb_capture *capture, const struct tb_capture_options *options,
                    struct tb_complaint *complaint)
{
    char words[PCAP_ERRBUF_SIZE];
    int status;

    status = pcap_activate(capture->pcap);
    if (status < 0)
        return complain_status(complaint, options->interface, capture->pcap, status);
    if (status > 0) {
        const char *said = pcap_geterr(capture->pcap);

        (void)snprintf(capture->warning, sizeof capture->warning, "%s",
                       said[0] != '\0' ? said : pcap_statustostr(status));
    }
    if (options->is_loopback)
        leave_out_outgoing(capture->pcap);
    prefer_cooked_v2(capture->pcap);
    capture->index = (int)if_nametoindex(options->interface);
    open_drop_counters(capture);
    if (pcap_setnonblock(capture->pcap, 1, words) != 0)
        return complain_in_its_words(complaint, options->interface, words);
    return set_filter(capture, options->filter, complaint);
}

int tb_capture_open(const struct tb_capture_options *options, struct tb_capture **capture,
                    struct tb_complaint *complaint)
{
    struct tb_capture *made = calloc(1, sizeof *made);
    char words[PCAP_ERRBUF_SIZE];
    int status;

    if (made == NULL)
        return tb_complain(complaint, TB_EXIT_REFUSED, options->interface, "out of memory");
    (void)snprintf(made->name, sizeof made->name, "%s", options->interface);
    for (size_t i = 0; i < DROP_COUNTER_COUNT; i++)
        made->drop_counters[i] = -1;
    made->snaplen = options->snaplen == 0 || options->snaplen > TB_CAPTURE_SNAPLEN_MAX
                        ? TB_CAPTURE_SNAPLEN_MAX
                        : options->snaplen;
    made->pcap = pcap_create(options->interface, words);
    if (made->pcap == NULL)
        status = complain_in_its_words(complaint, options->interface, words);
    else if (configure(made, options) != 0)
        status = tb_complain(complaint, TB_EXIT_REFUSED, options->interface,
                             "libpcap does not take the settings");
    else
        status = activate(made, options, complaint);
    if (status != 0) {
        tb_capture_close(made);
        return status;
    }
    *capture = made;
    return 0;
}

void tb_capture_close(struct tb_capture *capture)
{
    if (capture == NULL)
        return;
    if (capture->pcap != NULL)
        pcap_close(capture->pcap);
    for (size_t i = 0; i < DROP_COUNTER_COUNT; i++)
        if (capture->drop_counters[i] >= 0)
            (void)close(capture->drop_counters[i]);
    free(capture);
}

const char *tb_capture_warning(const struct tb_capture *capture)
{
    return capture->warning[0] == '\0' ? NULL : capture->warning;
}

int tb_capture_fd(const struct tb_capture *capture)
{
    return pcap_get_selectable_fd(capture->pcap);
}

uint16_t tb_capture_link_type(const struct tb_capture *capture)
{
    return link_type_of(pcap_datalink(capture->pcap));
}

uint32_t tb_capture_snaplen(const struct tb_capture *capture)
{
    return capture->snaplen;
}

struct telling {
    tb_capture_packet_fn *tell;
    void *context;
};

static void tell_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    const struct telling *telling = (const void *)user;
    /* tv_usec holds nanoseconds: PCAP_TSTAMP_PRECISION_NANO */
    uint64_t time_ns = (uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec;

    telling->tell(time_ns, data, header->caplen, header->len, telling->context);
}

/* libpcap ends with one error whether the interface is down or gone. The packet socket itself can
 * be asked. */
static int why_failed(const struct tb_capture *capture)
{
    struct ifreq request = { .ifr_ifindex = capture->index };

    if (capture->index == 0)
        return -EIO;
    if (ioctl(pcap_fileno(capture->pcap), SIOCGIFNAME, &request) != 0)
        return -ENODEV;
    if (ioctl(pcap_fileno(capture->pcap), SIOCGIFFLAGS, &request) != 0)
        return -EIO;
    return (request.ifr_flags & IFF_UP) == 0 ? -ENETDOWN : -EIO;
}

int tb_capture_read(struct tb_capture *capture, int most, tb_capture_packet_fn *tell, void *context)
{
    struct telling telling = { tell, context };
    int count = pcap_dispatch(capture->pcap, most, tell_packet, (u_char *)&telling);

    return count < 0 ? why_failed(capture) : count;
}

bool tb_capture_counts(struct tb_capture *capture, struct tb_capture_counts *counts)
{
    struct pcap_stat stat;

    if (pcap_stats(capture->pcap, &stat) != 0)
        return false;
    capture->counts.received += stat.ps_recv - capture->last_received;
    capture->counts.dropped += stat.ps_drop - capture->last_dropped;
    capture->counts.interface_dropped =
        interface_drops(capture) - capture->interface_dropped_before;
    capture->last_received = stat.ps_recv;
    capture->last_dropped = stat.ps_drop;
    *counts = capture->counts;
    return true;
}

const char *tb_capture_library(void)
{
    return pcap_lib_version();
}
