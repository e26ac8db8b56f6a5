/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packets.c - prints a capture through tshark and the plugin
 *
 * tshark prints a line for each packet with our columns, separated by tabs, and below it the octets
 * where they are asked for; all that is wanted here is made of these. It gets the capture by its
 * stdin, so that it needs no right on any file. */
#include "packets.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auto.h"
#include "octets.h"
#include "program.h"

enum cell {
    NUMBER,
    TIME,
    SOURCE,
    ARROW, /* tshark puts it between those two itself */
    DESTINATION,
    PROTOCOL,
    LENGTH,
    LINK_SOURCE,
    LINK_DESTINATION,
    ENCAPSULATION,
    PHASE,
    HANDSHAKE,
    TEARDOWN,
    STEP,
    CLIENT,
    SERVER,
    MEANING,
    INFO,
    CELLS
};

static char columns[] = "gui.column.format:"
                        "\"No.\",\"%m\",\"Time\",\"%Rt\",\"Source\",\"%s\",\"Destination\",\"%d\","
                        "\"Protocol\",\"%p\",\"Length\",\"%L\",\"A\",\"%Cus:eth.src:0:R\","
                        "\"B\",\"%Cus:eth.dst:0:R\",\"C\",\"%Cus:frame.encap_type:0:U\","
                        "\"D\",\"%Cus:tcp-breath.phase:0:R\","
                        "\"E\",\"%Cus:tcp-breath.handshake.number:0:R\","
                        "\"F\",\"%Cus:tcp-breath.teardown.number:0:R\","
                        "\"G\",\"%Cus:tcp-breath.step:0:R\","
                        "\"H\",\"%Cus:tcp-breath.client.state:0:R\","
                        "\"I\",\"%Cus:tcp-breath.server.state:0:R\","
                        "\"J\",\"%Cus:tcp-breath.meaning:0:R\",\"Info\",\"%i\"";

static const struct {
    const char *phase;
    enum tb_say heading;
} sections[] = {
    { "handshake", TB_SAY_SECTION_HANDSHAKE },
    { "request", TB_SAY_SECTION_REQUEST },
    { "response", TB_SAY_SECTION_RESPONSE },
    { "teardown", TB_SAY_SECTION_TEARDOWN },
};

enum {
    ARGUMENTS_MAX = 24,
    PIECE = 65536,
    BODY_INDENT = 7,  /* of what stands below a packet's line */
    LINE_INDENT = 11, /* of that line's own continuation */
    COMPLAINT_MAX = 2000
};

/* What is being printed. */
struct printer {
    struct tb_request *request;
    struct tb_packets *packets;
    struct tb_line octets; /* of the packet whose line came last */
    unsigned encapsulation;
    bool first_source; /* the octets of the frame itself come first, of what was put together later
                        */
    size_t section;    /* place among the sections, one more; 0: none yet */
};

/* ---- Signals */

int tb_packets_signals(void)
{
    sigset_t signals;
    int fd;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
        return -errno;
    fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int tb_packets_signal(int signals)
{
    struct signalfd_siginfo info;

    if (signals < 0 || read(signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return 0;
    return (int)info.ssi_signo;
}

/* ---- tshark */

void tb_packets_environment(void)
{
    char folder[TB_PROGRAM_PATH_MAX];

    (void)setenv("LC_ALL", "C.UTF-8", 1);
    if (getenv("WIRESHARK_PLUGIN_DIR") == NULL && tb_program_beside("wireshark/plugins", folder))
        (void)setenv("WIRESHARK_PLUGIN_DIR", folder, 0); /* of a build that is not installed */
}

static bool is_file(int fd)
{
    struct stat file;

    return fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
}

/* Starts it on that input; what it prints comes on *out, what it complains of goes to `err`. */
static pid_t start_tshark(const struct tb_request *request, const struct tb_packets *packets,
                          const char *path, int *out, int err)
{
    char name[] = "tshark", read[] = "-r", standard[] = "-", whole[] = "/dev/stdin", twice[] = "-2",
         line[] = "-l", tabs[] = "-T", tabs_value[] = "tabs", print[] = "-P", option[] = "-o",
         hex[] = "-x", numbers[] = "-n", prefix[] = "tcp-breath.info_prefix:FALSE",
         english[] = "tcp-breath.language:en", japanese[] = "tcp-breath.language:ja";
    char *arguments[ARGUMENTS_MAX] = {
        name,
        read,
        standard,
        line,
        tabs,
        tabs_value,
        print,
        option,
        prefix,
        option,
        columns,
        option,
        request->page.lang == TB_LANG_JA ? japanese : english,
    };
    size_t count = 13;
    struct tb_program program = { .path = path,
                                  .arguments = arguments,
                                  .in = packets->in,
                                  .err = err,
                                  .kept = -1,
                                  .unprivileged = true };
    int pipe_fd[2];
    pid_t pid;

    if (is_file(packets->in)) { /* what is learned late is told of earlier packets too */
        arguments[2] = whole;
        arguments[count++] = twice;
    }
    if (!packets->names)
        arguments[count++] = numbers;
    if (packets->octets != TB_PACKETS_NO_OCTETS)
        arguments[count++] = hex;
    assert(count < ARGUMENTS_MAX);
    if (pipe2(pipe_fd, O_CLOEXEC) != 0)
        return -errno;
    program.out = pipe_fd[1];
    tb_packets_environment();
    pid = tb_program_start(&program);
    (void)close(pipe_fd[1]);
    if (pid < 0)
        (void)close(pipe_fd[0]);
    else
        *out = pipe_fd[0];
    return pid;
}

/* The last line of what a program said, as it may be printed. */
static void put_complaint(int fd, struct tb_line *line)
{
    char text[COMPLAINT_MAX];
    ssize_t got = pread(fd, text, sizeof(text), 0);
    const char *begin = text;

    while (got > 0 && text[got - 1] == '\n')
        got--;
    if (got <= 0)
        return;
    for (ssize_t i = 0; i < got; i++) {
        if (text[i] == '\n')
            begin = text + i + 1;
    }
    tb_line_put_outside(line, begin, (size_t)(text + got - begin));
}

/* ---- A packet */

/* tshark escapes what packets hold; this is for what it might miss. Arrows are of no certain width
 * on a terminal. */
static void put_clean(struct tb_line *line, const char *text)
{
    static const char arrow[] = "\xe2\x86\x92"; /* U+2192 */

    for (size_t length; *text != '\0'; text += length) {
        if (strncmp(text, arrow, sizeof(arrow) - 1) == 0) {
            length = sizeof(arrow) - 1;
            tb_line_put(line, "->");
        } else {
            const unsigned char octet = (unsigned char)*text;

            length = 1;
            tb_line_put_octets(line, octet < ' ' || octet == 0x7f ? "?" : text, 1);
        }
    }
}

static const char *trimmed(char *cell)
{
    size_t length = strlen(cell);

    while (*cell == ' ') {
        cell++;
        length--;
    }
    while (length > 0 && cell[length - 1] == ' ')
        cell[--length] = '\0';
    return cell;
}

/* False: it is no line of a packet. */
static bool split(char *text, const char *cell[CELLS])
{
    for (size_t i = 0; i < CELLS; i++) {
        char *tab = i + 1 < CELLS ? strchr(text, '\t') : NULL;

        if (tab == NULL && i + 1 < CELLS)
            return false;
        if (tab != NULL)
            *tab = '\0';
        cell[i] = trimmed(text);
        text = tab == NULL ? text : tab + 1;
    }
    return true;
}

/* "handshake 1/3" */
static void put_phase(const char *const cell[CELLS], struct tb_line *line)
{
    put_clean(line, cell[PHASE]);
    if (cell[HANDSHAKE][0] != '\0') {
        tb_line_put(line, " ");
        put_clean(line, cell[HANDSHAKE]);
        tb_line_put(line, "/3");
    }
    if (cell[TEARDOWN][0] != '\0') {
        tb_line_put(line, " ");
        put_clean(line, cell[TEARDOWN]);
        tb_line_put(line, "/4");
    }
}

static void put_summary(const struct printer *printer, const char *const cell[CELLS],
                        struct tb_line *line)
{
    static const enum cell plain[] = { TIME, SOURCE, ARROW, DESTINATION, PROTOCOL, LENGTH };
    static const enum cell with_link[] = { TIME,   LINK_SOURCE, ARROW,       LINK_DESTINATION,
                                           SOURCE, ARROW,       DESTINATION, PROTOCOL,
                                           LENGTH };
    const bool link = printer->packets->link && cell[LINK_SOURCE][0] != '\0';
    const enum cell *wanted = link ? with_link : plain;
    const size_t count =
        link ? sizeof(with_link) / sizeof(with_link[0]) : sizeof(plain) / sizeof(plain[0]);

    for (size_t length = strlen(cell[NUMBER]); length < 5; length++)
        tb_line_put(line, " ");
    put_clean(line, cell[NUMBER]);
    for (size_t i = 0; i < count; i++) {
        tb_line_put(line, " ");
        put_clean(line, cell[wanted[i]]);
    }
    if (printer->request->page.explain == TB_EXPLAIN_OFF && cell[PHASE][0] != '\0') {
        tb_line_put(line, " [");
        put_phase(cell, line);
        tb_line_put(line, "]");
    }
    tb_line_put(line, " ");
    put_clean(line, cell[INFO]);
}

static void explain(const struct printer *printer, const char *const cell[CELLS])
{
    const struct tb_page *page = &printer->request->page;
    struct tb_line phase = { 0 }, step = { 0 }, line = { 0 };

    if (page->explain == TB_EXPLAIN_OFF)
        return;
    if (cell[PHASE][0] != '\0') {
        put_phase(cell, &phase);
        put_clean(&step, cell[STEP]);
        tb_say(&line, page->lang, TB_SAY_PACKET_PHASE,
               TB_TOKENS({ "phase", tb_line_text(&phase) }, { "step", tb_line_text(&step) },
                         { "client", cell[CLIENT] }, { "server", cell[SERVER] }));
        tb_page_put(page, BODY_INDENT, BODY_INDENT, tb_line_text(&line));
        tb_line_clear(&line);
        put_clean(&line, cell[MEANING]);
        tb_page_put(page, BODY_INDENT, BODY_INDENT, tb_line_text(&line));
    }
    (void)putc('\n', page->stream);
    tb_line_free(&phase);
    tb_line_free(&step);
    tb_line_free(&line);
}

static void begin_section(struct printer *printer, const char *phase)
{
    const struct tb_page *page = &printer->request->page;

    for (size_t i = 0; printer->packets->sections && i < sizeof(sections) / sizeof(sections[0]);
         i++) {
        if (strcmp(sections[i].phase, phase) != 0 || printer->section == i + 1)
            continue;
        printer->section = i + 1;
        (void)fprintf(page->stream, "%s%s%s%s\n\n", printer->packets->count == 0 ? "\n" : "",
                      page->colour ? tb_style_begin(TB_STYLE_HEADING) : "",
                      tb_say_raw(page->lang, sections[i].heading),
                      page->colour ? tb_style_end(TB_STYLE_HEADING) : "");
    }
}

static void print_octets(struct printer *printer)
{
    const uint8_t *octets = (const uint8_t *)printer->octets.text;
    const size_t length = printer->octets.length;
    FILE *stream = printer->request->page.stream;
    size_t link;

    if (length == 0)
        return;
    link = printer->packets->octets == TB_PACKETS_WHOLE
               ? 0
               : tb_octets_link(printer->encapsulation, octets, length);
    if (printer->packets->octets == TB_PACKETS_ASCII)
        tb_octets_print_text(stream, octets + link, length - link);
    else
        tb_octets_print_hex(stream, octets + link, length - link);
    if (printer->request->page.explain != TB_EXPLAIN_OFF)
        (void)putc('\n', stream);
    tb_line_clear(&printer->octets);
}

static void print_packet(struct printer *printer, const char *const cell[CELLS])
{
    const struct tb_page *page = &printer->request->page;
    struct tb_line line = { 0 };

    begin_section(printer, cell[PHASE]);
    put_summary(printer, cell, &line);
    if (page->colour)
        (void)fputs(tb_style_begin(TB_STYLE_HEADING), page->stream);
    tb_page_put(page, 0, LINE_INDENT, tb_line_text(&line));
    if (page->colour)
        (void)fputs(tb_style_end(TB_STYLE_HEADING), page->stream);
    explain(printer, cell);
    printer->packets->count++;
    printer->encapsulation = (unsigned)strtoul(cell[ENCAPSULATION], NULL, 10);
    printer->first_source = true;
    tb_line_free(&line);
}

/* Below a packet's line, with -x: an empty line, the octets, an empty line; then, of what several
 * packets were put together to, a title and its octets, and so on. */
static void take_line(struct printer *printer, char *text)
{
    const char *cell[CELLS];

    if (strchr(text, '\t') != NULL) {
        print_octets(printer);
        if (split(text, cell))
            print_packet(printer, cell);
        return;
    }
    if (text[0] == '\0' && printer->octets.length > 0) {
        print_octets(printer);
        printer->first_source = false;
    } else if (printer->first_source) {
        (void)tb_octets_read(text, &printer->octets);
    }
}

/* Takes the whole lines out of what has come. */
static void take_lines(struct printer *printer, struct tb_line *text)
{
    char *begin = text->text;
    char *end;

    while (begin != NULL && (end = strchr(begin, '\n')) != NULL) {
        *end = '\0';
        take_line(printer, begin);
        begin = end + 1;
    }
    if (begin == NULL)
        return;
    text->length -= (size_t)(begin - text->text);
    memmove(text->text, begin, text->length + 1);
    (void)fflush(printer->request->page.stream);
}

/* ---- */

/* NUL octets would end the text; tshark writes none. */
static int read_piece(int out, struct tb_line *text)
{
    static char piece[PIECE];
    const ssize_t got = read(out, piece, sizeof(piece));

    if (got < 0)
        return errno == EINTR ? 1 : -errno;
    for (ssize_t i = 0; i < got; i++)
        if (piece[i] == '\0')
            piece[i] = '?';
    tb_line_put_octets(text, piece, (size_t)got);
    return text->failed ? -ENOMEM : got > 0;
}

/* A second signal is not waited for politely. */
static bool pass_signal(struct tb_packets *packets)
{
    const int came = tb_packets_signal(packets->signals);
    const bool again = packets->signal != 0;

    if (came == 0)
        return true;
    packets->signal = came;
    if (packets->source > 0)
        (void)kill(packets->source, again ? SIGKILL : SIGINT);
    return packets->source > 0;
}

/* Returns 0 at its end, or -errno; -EINTR: a signal ended it. */
static int read_all(struct printer *printer, int out)
{
    struct tb_packets *packets = printer->packets;
    struct tb_line text = { 0 };
    int more = 1;

    while (more > 0) {
        struct pollfd wanted[] = { { .fd = out, .events = POLLIN },
                                   { .fd = packets->signals, .events = POLLIN } };

        if (poll(wanted, 2, -1) < 0 && errno != EINTR)
            more = -errno;
        else if (wanted[1].revents != 0 && !pass_signal(packets))
            more = -EINTR;
        else if (wanted[0].revents != 0)
            more = read_piece(out, &text);
        if (more > 0)
            take_lines(printer, &text);
    }
    print_octets(printer);
    tb_line_free(&text);
    tb_line_free(&printer->octets);
    return more;
}

static int missing_tshark(struct tb_request *request)
{
    return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_REFUSED,
                      TB_SAY_PACKETS_NO_TSHARK, NULL);
}

/* An empty input is no capture: tshark then says so, but only if it knows its options. */
int tb_packets_check(struct tb_request *request)
{
    char path[TB_PROGRAM_PATH_MAX];
    struct tb_line said = { 0 };
    tb_auto_fd int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    tb_auto_fd int err = memfd_create("complaint", MFD_CLOEXEC);
    tb_auto_fd int out = -1;
    const struct tb_packets packets = { .in = nothing };
    pid_t pid;
    int status = 0;

    if (nothing < 0 || err < 0)
        return tb_trouble_system(&request->trouble, "tshark", errno);
    if (!tb_program_find("tshark", path))
        return missing_tshark(request);
    pid = start_tshark(request, &packets, path, &out, err);
    if (pid < 0)
        return tb_trouble_system(&request->trouble, path, pid);
    (void)tb_program_wait(pid);
    put_complaint(err, &said);
    if (strstr(tb_line_text(&said), "unknown preference") != NULL)
        status = tb_trouble(&request->trouble, request->page.lang, TB_EXIT_REFUSED,
                            TB_SAY_PACKETS_NO_PLUGIN, NULL);
    tb_line_free(&said);
    return status;
}

int tb_packets_print(struct tb_request *request, struct tb_packets *packets)
{
    char path[TB_PROGRAM_PATH_MAX];
    struct printer printer = { .request = request, .packets = packets };
    struct tb_line said = { 0 };
    tb_auto_fd int err = memfd_create("complaint", MFD_CLOEXEC);
    tb_auto_fd int out = -1;
    pid_t pid;
    int error, status;

    if (!tb_program_find("tshark", path))
        return missing_tshark(request);
    pid = start_tshark(request, packets, path, &out, err);
    if (pid < 0)
        return tb_trouble_system(&request->trouble, path, pid);
    error = read_all(&printer, out);
    status = error == 0 ? tb_program_wait(pid) : tb_program_end(pid, SIGTERM);
    put_complaint(err, &said);
    if (error == 0 && status != 0 && packets->count == 0 && packets->source > 0)
        status = 0; /* no capture came: who should write it has said why */
    if (error != 0 && error != -EINTR)
        status = tb_trouble_system(&request->trouble, "tshark", error);
    else if (error == 0 && status != 0)
        status = tb_trouble(&request->trouble, request->page.lang, TB_EXIT_REFUSED,
                            TB_SAY_PACKETS_FAILED, TB_TOKENS({ "error", tb_line_text(&said) }));
    else
        status = 0;
    tb_line_free(&said);
    return status;
}
