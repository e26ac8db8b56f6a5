/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tour.c - every step from a server to its packets, in order, on this machine
 *
 * The steps are the sections of the article that this project began with. Whatever is started ends
 * with the tour, also when a signal ends it; what is captured is kept in memory (memfd_create(2)),
 * so that no file is left. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "auto.h"
#include "command.h"
#include "endpoint.h"
#include "listener.h"
#include "operand.h"
#include "packets.h"
#include "program.h"
#include "rtnetlink.h"
#include "serve.h"
#include "visitor.h"

enum {
    PORT = 8080,
    FD_OCTETS = 32,
    SIGNAL_BASE = 128, /* a shell's way to tell which signal ended a program */
    COMPLAINT_MAX = 4000,
    ARGUMENTS_MAX = 20,
    SAID_INDENT = 2,
    PACKET_BLOCK = 6,     /* Enhanced Packet Block: draft-ietf-opsawg-pcapng section 4.3 */
    SETTLE_NS = 200000000 /* for the last segments, which come behind the answer */
};

struct tour {
    struct tb_request *request;
    struct tb_target target; /* where the server is */
    pid_t server;            /* ours; 0: none */
    int signals;
    int signal;            /* that ended the tour; 0: none */
    unsigned step;         /* the number of the last heading */
    char nic[IF_NAMESIZE]; /* that the exchange goes through */
    int capture;           /* in memory: the packets, */
    int said;              /* what breathdump and get said, */
    int answer;            /* and what the server did */
    struct tb_line url;
    struct tb_line port;
};

/* ---- Steps */

static bool is_ended(struct tour *tour)
{
    if (tour->signal == 0)
        tour->signal = tb_packets_signal(tour->signals);
    return tour->signal != 0;
}

static void wait_for_enter(struct tour *tour)
{
    struct pollfd wanted[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                               { .fd = tour->signals, .events = POLLIN } };
    char octet = '\0';

    if (isatty(STDIN_FILENO) == 1)
        (void)fprintf(stderr, "%s ", tb_say_raw(tour->request->page.lang, TB_SAY_TOUR_PAUSE));
    while (octet != '\n') {
        if (poll(wanted, 2, -1) < 0 && errno != EINTR)
            return;
        if (wanted[1].revents != 0)
            return;
        if (wanted[0].revents != 0 && read(STDIN_FILENO, &octet, 1) <= 0)
            return; /* nobody is there to press it */
    }
}

/* "2. Which sockets listen (netstat)", then the command that shows it. */
static void begin_step(struct tour *tour, enum tb_say heading, const char *command)
{
    const struct tb_page *page = &tour->request->page;
    struct tb_line line = { 0 };

    if (tour->step > 0 && tour->request->options.pause)
        wait_for_enter(tour);
    tb_line_put_number(&line, ++tour->step);
    tb_line_put(&line, ". ");
    tb_say(&line, page->lang, heading, NULL);
    tb_page_heading(page, tb_line_text(&line));
    if (command != NULL)
        (void)fprintf(page->stream, "$ breath %s\n", command);
    (void)fflush(page->stream);
    tb_line_free(&line);
}

static void begin_step_of_port(struct tour *tour, enum tb_say heading, const char *command)
{
    struct tb_line line = { 0 };

    tb_line_put(&line, command);
    tb_line_put(&line, tb_line_text(&tour->port));
    begin_step(tour, heading, tb_line_text(&line));
    tb_line_free(&line);
}

/* ---- 1. The server */

/* Somebody's server on that port. Where it listens on all addresses it is asked on loopback. */
static bool find_server(struct tour *tour, uint16_t port)
{
    const struct tb_sockets_filter filter = { .tcp_states = 1u << TB_SOCKET_LISTEN,
                                              .local_port = port };
    const struct in_addr loopback4 = { htonl(INADDR_LOOPBACK) };
    struct tb_sockets sockets = { 0 };
    const struct tb_socket *found = NULL;

    if (tb_sockets_read(&sockets, &filter) == 0) {
        tb_sockets_sort(&sockets);
        found = sockets.count > 0 ? &sockets.list[0] : NULL;
    }
    if (found != NULL) {
        tour->target = (struct tb_target){ .port = port };
        memcpy(tour->target.address, found->tuple.local, sizeof(tour->target.address));
        if (tb_socket_is_wildcard(found) && (found->family == AF_INET || tb_socket_is_dual(found)))
            tb_tuple_map_ipv4(tour->target.address, &loopback4);
        else if (tb_socket_is_wildcard(found))
            memcpy(tour->target.address, &in6addr_loopback, sizeof(tour->target.address));
    }
    tb_sockets_free(&sockets);
    return found != NULL;
}

/* The socket is the server's alone from here on. */
static int start_hello(struct tour *tour, const char *path, int fd)
{
    char name[] = "hello", option[] = "--fd", quiet[] = "--quiet", number[FD_OCTETS];
    char *arguments[] = { name, option, number, quiet, NULL };
    const struct tb_program program = {
        .path = path, .arguments = arguments, .in = -1, .out = -1, .err = -1, .kept = fd
    };
    pid_t pid;

    (void)snprintf(number, sizeof(number), "%d", fd);
    pid = tb_program_start(&program);
    if (pid < 0)
        return tb_trouble_system(&tour->request->trouble, path, (int)pid);
    tour->server = pid;
    return 0;
}

static int start_server(struct tour *tour, uint16_t port, bool port_given)
{
    struct tb_request *request = tour->request;
    char path[TB_PROGRAM_PATH_MAX];
    struct tb_target target;
    tb_auto_fd int fd = -1;

    if (!tb_program_find("hello", path))
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_REFUSED,
                          TB_SAY_SERVE_NO_HELLO, NULL);
    tb_listener_target(&target, port, false, false);
    fd = tb_listener_open(&target);
    if (fd == -EADDRINUSE && !port_given) {
        tb_listener_target(&target, 0, false, false);
        fd = tb_listener_open(&target);
    }
    if (fd < 0)
        return tb_serve_tell_refused(request, &target, fd);
    tour->target = target;
    return start_hello(tour, path, fd);
}

static void put_url(struct tour *tour)
{
    tb_line_put(&tour->url, "http://");
    tb_target_put(&tour->url, &tour->target);
    tb_line_put(&tour->url, "/");
    tb_line_put_number(&tour->port, tour->target.port);
}

static void tell_server(const struct tour *tour, bool other_port)
{
    const struct tb_page *page = &tour->request->page;
    struct tb_line pid = { 0 };

    tb_line_put_number(&pid, (uint64_t)tour->server);
    if (other_port)
        tb_page_tell(page, TB_SAY_TOUR_OTHER_PORT,
                     TB_TOKENS({ "port", tb_line_text(&tour->port) }));
    if (tour->server == 0)
        tb_page_tell(page, TB_SAY_TOUR_YOURS, TB_TOKENS({ "where", tb_line_text(&tour->url) }));
    else
        tb_page_tell(
            page, TB_SAY_SERVE_LOOPBACK,
            TB_TOKENS({ "where", tb_line_text(&tour->url) }, { "pid", tb_line_text(&pid) }));
    tb_page_say(page, TB_SAY_TOUR_SERVER, NULL);
    tb_line_free(&pid);
}

static int step_server(struct tour *tour)
{
    struct tb_request *request = tour->request;
    const bool given = request->word_count > 0;
    uint16_t port = PORT;
    int status = 0;

    if (given && !tb_operand_port(request->word[0], &port))
        return tb_usage(request, TB_SAY_USAGE_PORT, request->word[0]);
    if (!given || !find_server(tour, port))
        status = start_server(tour, port, given);
    if (status != 0)
        return status;
    put_url(tour);
    if (tour->server > 0)
        begin_step_of_port(tour, TB_SAY_TOUR_STEP_SERVER, "serve ");
    else
        begin_step(tour, TB_SAY_TOUR_STEP_SERVER, NULL);
    tell_server(tour, tour->target.port != port);
    return 0;
}

/* ---- 2, 3. The socket, the process */

static int step_of_port(struct tour *tour, enum tb_say heading, const char *name)
{
    const struct tb_stage stage = { .name = name, .word = tour->port.text };
    struct tb_line command = { 0 };

    tb_line_put(&command, name);
    tb_line_put(&command, " ");
    begin_step_of_port(tour, heading, tb_line_text(&command));
    tb_line_free(&command);
    (void)tb_stage(tour->request, &stage); /* what it could not see it has said itself */
    tb_line_free(&tour->request->trouble.reason);
    return 0;
}

/* ---- 4. The NIC */

static void step_nic(struct tour *tour)
{
    const struct tb_page *page = &tour->request->page;
    struct tb_rt_route route;
    struct tb_line address = { 0 }, command = { 0 };

    tb_endpoint_put_address(&address, tour->target.address);
    tb_line_put(&command, "nic --to=");
    tb_line_put(&command, tb_line_text(&address));
    begin_step(tour, TB_SAY_TOUR_STEP_NIC, tb_line_text(&command));
    (void)tb_stage(tour->request, &(const struct tb_stage){ .name = "nic",
                                                            .to = tb_line_text(&address),
                                                            .port = tour->target.port });
    tb_line_free(&tour->request->trouble.reason);
    if (tb_route_ask(tour->target.address, 0, &route) != 0 ||
        if_indextoname(route.interface, tour->nic) == NULL)
        tour->nic[0] = '\0';
    tb_page_gap(page);
    tb_page_say(page, TB_SAY_TOUR_NIC_WORK, NULL);
    tb_page_say(page, TB_SAY_TOUR_NIC_ADDRESSES, NULL);
    tb_page_say(page, TB_SAY_TOUR_NIC_MAC, NULL);
    tb_line_free(&address);
    tb_line_free(&command);
}

/* ---- 5. One request, captured */

/* What breathdump said, its first line; that it has a name there already is left out. */
static void put_reason(int fd, struct tb_line *line)
{
    static const char prefix[] = "breathdump: ";
    char text[COMPLAINT_MAX + 1];
    const ssize_t got = pread(fd, text, COMPLAINT_MAX, 0);
    const char *begin = text;

    text[got > 0 ? got : 0] = '\0';
    if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
        begin += sizeof(prefix) - 1;
    tb_line_put_outside(line, begin, strcspn(begin, "\n"));
}

/* How breathdump and `breath get URL` are called, each alone or the one with the other. */
struct call {
    char self[TB_PROGRAM_PATH_MAX];
    char file[FD_OCTETS];
    struct tb_line expression;
    char *argument[ARGUMENTS_MAX];
    size_t count;
};

static void add_dump(struct call *call, struct tour *tour, int capture)
{
    static char name[] = "breathdump", interface[] = "-i", filter[] = "-f", write[] = "-w";

    (void)snprintf(call->file, sizeof(call->file), "/proc/self/fd/%d", capture);
    tb_line_put(&call->expression, "tcp port ");
    tb_line_put(&call->expression, tb_line_text(&tour->port));
    call->argument[call->count++] = name;
    call->argument[call->count++] = interface;
    call->argument[call->count++] = tour->nic;
    call->argument[call->count++] = filter;
    call->argument[call->count++] = call->expression.text;
    call->argument[call->count++] = write;
    call->argument[call->count++] = call->file;
}

static void add_get(struct call *call, struct tour *tour)
{
    static char get[] = "get", english[] = "--lang=en", japanese[] = "--lang=ja",
                explain[] = "--explain=short";
    const ssize_t got = readlink("/proc/self/exe", call->self, sizeof(call->self) - 1);

    call->self[got > 0 ? got : 0] = '\0';
    call->argument[call->count++] = call->self;
    call->argument[call->count++] = get;
    call->argument[call->count++] = tour->url.text;
    call->argument[call->count++] = tour->request->page.lang == TB_LANG_JA ? japanese : english;
    call->argument[call->count++] = explain;
}

/* Returns its exit status, or -errno. */
static int run(struct tour *tour, const struct call *call, const char *path, bool aside)
{
    const struct tb_program program = { .path = path,
                                        .arguments = call->argument,
                                        .in = -1,
                                        .out = aside ? tour->answer : -1,
                                        .err = aside ? tour->said : -1,
                                        .kept = aside ? tour->capture : -1 };
    const pid_t pid = tb_program_start(&program);

    return pid < 0 ? (int)pid : tb_program_wait_passing(pid, tour->signals, &tour->signal);
}

/* `aside`: what comes of it is printed later. */
static void run_get(struct tour *tour, bool aside)
{
    struct call call = { .count = 0 };

    add_get(&call, tour);
    (void)run(tour, &call, call.self, aside);
}

/* breathdump runs it: what is captured begins with its first packet and ends with its last, and
 * holds no others. It needs the right to trace. */
static void capture_get(struct tour *tour, const char *path)
{
    static char quiet[] = "-q", end[] = "--";
    struct call call = { .count = 0 };

    add_dump(&call, tour, tour->capture);
    call.argument[call.count++] = quiet;
    call.argument[call.count++] = end;
    add_get(&call, tour);
    (void)run(tour, &call, path, true);
    tb_line_free(&call.expression);
}

/* breathdump tells on stderr when it has begun. False: it ended instead, or a signal came. */
static bool has_begun(const struct tour *tour, int said)
{
    char piece[COMPLAINT_MAX];
    struct tb_line text = { 0 };
    struct pollfd wanted[] = { { .fd = said, .events = POLLIN },
                               { .fd = tour->signals, .events = POLLIN } };
    bool begun = false;
    ssize_t got = 1;

    while (got > 0 && !begun) {
        if (poll(wanted, 2, -1) < 0 || wanted[1].revents != 0)
            break;
        got = read(said, piece, sizeof(piece));
        tb_line_put_octets(&text, piece, got > 0 ? (size_t)got : 0);
        begun = strstr(tb_line_text(&text), "capturing on") != NULL;
    }
    if (!begun)
        (void)!write(tour->said, tb_line_text(&text), text.length);
    tb_line_free(&text);
    return begun;
}

/* Beside it: where breathdump may capture, but not trace. */
static void capture_beside(struct tour *tour, const char *path)
{
    const struct timespec settle = { .tv_nsec = SETTLE_NS };
    struct call call = { .count = 0 };
    struct tb_program program = {
        .path = path, .arguments = call.argument, .in = -1, .out = -1, .kept = tour->capture
    };
    int said[2];
    pid_t pid;

    if (pipe2(said, O_CLOEXEC) != 0)
        return;
    add_dump(&call, tour, tour->capture);
    program.err = said[1];
    pid = tb_program_start(&program);
    (void)close(said[1]);
    if (pid > 0 && has_begun(tour, said[0])) {
        run_get(tour, true);
        (void)nanosleep(&settle, NULL);
    }
    if (pid > 0)
        (void)tb_program_end(pid, SIGINT);
    (void)close(said[0]);
    tb_line_free(&call.expression);
}

static void print_answer(const struct tour *tour)
{
    char piece[COMPLAINT_MAX];
    ssize_t got;

    for (off_t at = 0; (got = pread(tour->answer, piece, sizeof(piece), at)) > 0; at += got)
        (void)fwrite(piece, 1, (size_t)got, tour->request->page.stream);
}

/* What `breath get` said, as part of this page. */
static void print_said(const struct tb_page *page, int fd)
{
    char text[COMPLAINT_MAX + 1];
    const ssize_t got = pread(fd, text, COMPLAINT_MAX, 0);
    char *line = text;
    char *end;

    text[got > 0 ? got : 0] = '\0';
    for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        tb_page_put(page, SAID_INDENT, SAID_INDENT, line + strspn(line, " "));
    }
}

/* Walks through the blocks, which are in this machine's order: breathdump wrote them. Where it
 * refuses there are none, and where it cannot tell whose a packet is, none of packets. */
static bool has_packets(int fd)
{
    uint32_t head[2]; /* type and length of a block */
    off_t at = 0;

    while (pread(fd, head, sizeof(head), at) == (ssize_t)sizeof(head)) {
        if (head[0] == PACKET_BLOCK)
            return true;
        if (head[1] < sizeof(head))
            return false;
        at += (off_t)head[1];
    }
    return false;
}

/* The capture that comes with this, of the article's own exchange. */
static int open_shipped(void)
{
    char path[TB_PROGRAM_PATH_MAX];

    if (!tb_program_beside("share/tcp-breath/article.pcapng", path))
        return -ENOENT;
    return open(path, O_RDONLY | O_CLOEXEC);
}

static bool empty(int fd)
{
    return ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0;
}

/* Whether there are packets in the capture. */
static bool capture_somehow(struct tour *tour, const char *path)
{
    if (tour->nic[0] == '\0' || tour->capture < 0 || tour->said < 0 || tour->answer < 0)
        return false;
    capture_get(tour, path);
    if (!has_packets(tour->capture) && !is_ended(tour) && empty(tour->said) && empty(tour->answer))
        capture_beside(tour, path);
    return has_packets(tour->capture);
}

/* Leaves what is to be shown in *fd. */
static void show_captured(struct tour *tour, int *fd)
{
    const struct tb_page *page = &tour->request->page;

    print_answer(tour);
    print_said(page, tour->said);
    tb_page_say(page, TB_SAY_TOUR_CAPTURED, TB_TOKENS({ "nic", tour->nic }));
    (void)lseek(tour->capture, 0, SEEK_SET);
    *fd = tb_auto_take_fd(&tour->capture);
}

static void show_shipped(struct tour *tour, bool found, int *fd)
{
    const struct tb_page *page = &tour->request->page;
    struct tb_line reason = { 0 };

    put_reason(tour->said, &reason);
    run_get(tour, false);
    tb_page_tell(page, found ? TB_SAY_TOUR_NOT_PERMITTED : TB_SAY_TOUR_NO_BREATHDUMP,
                 TB_TOKENS({ "reason", tb_line_text(&reason) }));
    tb_page_tell(page, TB_SAY_TOUR_SHIPPED, NULL);
    *fd = open_shipped();
    tb_line_free(&reason);
}

static void step_capture(struct tour *tour, int *fd)
{
    const struct tb_page *page = &tour->request->page;
    char path[TB_PROGRAM_PATH_MAX];
    const bool found = tb_program_find("breathdump", path);
    struct tb_line command = { 0 };

    tour->capture = memfd_create("capture", MFD_CLOEXEC);
    tour->said = memfd_create("said", MFD_CLOEXEC);
    tour->answer = memfd_create("answer", MFD_CLOEXEC);
    tb_line_put(&command, "capture -i ");
    tb_line_put(&command, tour->nic);
    tb_line_put(&command, " tcp port ");
    tb_line_put(&command, tb_line_text(&tour->port));
    begin_step(tour, TB_SAY_TOUR_STEP_CAPTURE, tb_line_text(&command));
    (void)fprintf(page->stream, "$ breath get %s\n", tb_line_text(&tour->url));
    (void)fflush(page->stream);
    if (found && capture_somehow(tour, path))
        show_captured(tour, fd);
    else if (!is_ended(tour))
        show_shipped(tour, found, fd);
    tb_line_free(&command);
}

/* ---- 6. The packets */

static int step_packets(struct tour *tour, int fd)
{
    struct tb_request *request = tour->request;
    struct tb_packets packets = { .in = fd, .sections = true, .signals = tour->signals };
    int status = tb_packets_check(request);

    begin_step(tour, TB_SAY_TOUR_STEP_PACKETS, NULL);
    tb_page_say(&request->page, TB_SAY_TOUR_PACKETS, NULL);
    if (status == 0)
        status = tb_packets_print(request, &packets);
    if (packets.signal != 0)
        tour->signal = packets.signal;
    return status;
}

/* ---- */

static void print_replaced(const struct tb_page *page)
{
    static const char *const rows[][2] = {
        { "ifconfig", "ip addr, ip -s link" },
        { "netstat", "ss" },
        { "route", "ip route" },
        { "arp", "ip neigh" },
    };
    const char *const headings[] = { tb_say_raw(page->lang, TB_SAY_HEAD_CLASSIC),
                                     tb_say_raw(page->lang, TB_SAY_HEAD_NOW) };
    struct tb_table table;

    tb_table_begin(&table, 2);
    tb_table_add(&table, TB_STYLE_HEADING, headings);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        tb_table_add(&table, TB_STYLE_PLAIN, rows[i]);
    tb_page_table(page, &table);
    tb_table_free(&table);
    tb_page_gap(page);
}

static void finish(struct tour *tour)
{
    const struct tb_page *page = &tour->request->page;

    begin_step(tour, TB_SAY_TOUR_STEP_END, NULL);
    tb_page_say(page, TB_SAY_TOUR_REPLACED, NULL);
    print_replaced(page);
    tb_page_say(page, TB_SAY_TOUR_END, NULL);
}

static int go(struct tour *tour)
{
    tb_auto_fd int fd = -1;
    int status = step_server(tour);

    if (status != 0 || is_ended(tour))
        return status;
    (void)step_of_port(tour, TB_SAY_TOUR_STEP_LISTEN, "listen");
    if (!is_ended(tour))
        (void)step_of_port(tour, TB_SAY_TOUR_STEP_WHO, "who");
    if (!is_ended(tour))
        step_nic(tour);
    if (!is_ended(tour))
        step_capture(tour, &fd);
    if (!is_ended(tour))
        status = fd >= 0 ? step_packets(tour, fd)
                         : tb_trouble(&tour->request->trouble, tour->request->page.lang,
                                      TB_EXIT_REFUSED, TB_SAY_TOUR_NO_CAPTURE, NULL);
    if (!is_ended(tour))
        finish(tour);
    return status;
}

static void close_all(const struct tour *tour)
{
    const int fds[] = { tour->signals, tour->capture, tour->said, tour->answer };

    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        if (fds[i] >= 0)
            (void)close(fds[i]);
    }
}

int tb_tour(struct tb_request *request)
{
    struct tour tour = { .request = request, .capture = -1, .said = -1, .answer = -1 };
    int status;

    if (request->word_count > 1)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[1]);
    if (!request->options.explain_given)
        request->page.explain = TB_EXPLAIN_SHORT; /* it is what the tour is for, also in a pipe */
    if (request->page.columns == 0)
        request->page.columns = TB_PAGE_WIDTH;
    tour.signals = tb_packets_signals();
    if (tour.signals < 0)
        return tb_trouble_system(&request->trouble, "tour", tour.signals);
    status = go(&tour);
    if (tour.server > 0)
        (void)tb_program_end(tour.server, SIGTERM);
    close_all(&tour);
    tb_line_free(&tour.url);
    tb_line_free(&tour.port);
    return tour.signal != 0 ? SIGNAL_BASE + tour.signal : status;
}
