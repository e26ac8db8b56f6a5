/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story.c - a capture as one page, through tshark and the plugin
 *
 * The plugin's sentences come in the language of a preference, so that tshark runs twice, side by
 * side: once for all fields, once for the Japanese sentences. The page is written into a temporary
 * file in the folder of the result, and takes its name when it is complete. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auto.h"
#include "command.h"
#include "packets.h"
#include "program.h"
#include "storyfeed.h"
#include "storypage.h"

enum {
    PIECE = 65536,
    LINE_MAX =
        1 << 24, /* octets of a packet's line; the longest sentences are 1000 times shorter */
    SEGMENTS = 10000,
    SIGNAL_BASE = 128,
    COMPLAINT_MAX = 4000,
    PRIVATE_MODE = 0600,
    READ_WRITE_ALL = 0666
};

struct story {
    struct tb_request *request;
    const char *capture; /* as it was typed */
    const char *output;
    char *filter;
    int in;      /* a file that tshark may open by /dev/stdin */
    mode_t mode; /* of the page: whoever may read the capture may read it */
    int err;     /* what tshark complains of */
    int signals;
    int signal; /* that ended it; 0: none */
    struct tb_story_feed feed[TB_LANG_COUNT];
    struct tb_story_page page;
    struct tb_line temporary; /* its name; empty: none */
    struct tb_line complaint;
};

/* ---- Options */

static int take(struct story *story, int option, char *value)
{
    switch (option) {
    case 'o':
        story->output = value;
        break;
    case 'Y':
        story->filter = value;
        break;
    default: /* 'h': getopt() has no enum */
        story->request->options.help = true;
        break;
    }
    return 0;
}

static int read_options(struct story *story)
{
    struct tb_request *request = story->request;
    const int count = (int)request->word_count + 1;
    char **arguments = request->word - 1; /* the command's own name stands before its words */
    int option;

    opterr = 0;
    optind = 0;
    while ((option = getopt(count, arguments, ":o:Y:h")) != -1) {
        const char spelled[3] = { '-', (char)optopt, '\0' };

        if (option == '?' || option == ':')
            return tb_usage(request, option == ':' ? TB_SAY_USAGE_VALUE : TB_SAY_USAGE_OPTION,
                            spelled);
        (void)take(story, option, optarg);
    }
    if (request->options.help)
        return 0;
    if (optind == count)
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_USAGE, TB_SAY_USAGE_NEEDED,
                          TB_TOKENS({ "what", "CAPTURE" }));
    if (optind + 1 < count)
        return tb_usage(request, TB_SAY_USAGE_MANY, arguments[optind + 1]);
    story->capture = arguments[optind];
    return 0;
}

/* ---- The capture */

static int trouble_file(const struct story *story, const char *name, int error)
{
    struct tb_line outside = { 0 };
    int status;

    tb_line_put_outside(&outside, name, strlen(name));
    status = tb_trouble_system(&story->request->trouble, tb_line_text(&outside), error);
    tb_line_free(&outside);
    return status;
}

/* A nameless file that everybody may read who gets its descriptor. */
static int open_nameless(void)
{
    const char *folder = getenv("TMPDIR");
    int fd = open(folder != NULL && folder[0] == '/' ? folder : "/tmp",
                  O_TMPFILE | O_RDWR | O_CLOEXEC, PRIVATE_MODE);

    if (fd < 0)
        fd = memfd_create("capture", MFD_CLOEXEC);
    if (fd >= 0 && fchmod(fd, READ_WRITE_ALL) != 0) {
        (void)close(fd);
        return -errno;
    }
    return fd < 0 ? -errno : fd;
}

/* Returns a descriptor of the copy, or -errno. */
static int copy(int from)
{
    static char piece[PIECE];
    tb_auto_fd int to = open_nameless();
    ssize_t got;

    while (to >= 0 && (got = read(from, piece, sizeof(piece))) != 0) {
        if (got < 0 && errno != EINTR)
            return -errno;
        for (ssize_t at = 0, put; at < got; at += put) {
            put = write(to, piece + at, (size_t)(got - at));
            if (put < 0)
                return -errno;
        }
    }
    return to < 0 ? to : tb_auto_take_fd(&to);
}

/* tshark opens it twice, without any right of root: what is no file, or not for everybody to read,
 * is copied. */
static int open_capture(struct story *story)
{
    const bool standard = strcmp(story->capture, "-") == 0;
    tb_auto_fd int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                 : open(story->capture, O_RDONLY | O_CLOEXEC);
    struct stat file;
    bool plain;

    if (fd < 0 || fstat(fd, &file) != 0)
        return trouble_file(story, story->capture, errno);
    if (S_ISDIR(file.st_mode))
        return trouble_file(story, story->capture, EISDIR);
    plain = S_ISREG(file.st_mode);
    story->mode = plain ? file.st_mode & READ_WRITE_ALL : PRIVATE_MODE;
    story->in = plain && (geteuid() != 0 || (file.st_mode & S_IROTH) != 0) ? tb_auto_take_fd(&fd)
                                                                           : copy(fd);
    return story->in < 0 ? trouble_file(story, story->capture, story->in) : 0;
}

/* ---- tshark */

/* The first line of what tshark said of its own; what it may call /dev/stdin is the capture. */
static void read_complaint(struct story *story)
{
    static const char begin[] = "tshark: ", file[] = "\"/dev/stdin\"";
    char text[COMPLAINT_MAX + 1];
    const ssize_t got = pread(story->err, text, COMPLAINT_MAX, 0);
    const char *line, *name;
    size_t length;

    text[got > 0 ? got : 0] = '\0';
    tb_line_clear(&story->complaint);
    line = strstr(text, begin);
    if (line == NULL)
        return;
    line += sizeof(begin) - 1;
    length = strcspn(line, "\n");
    name = strstr(line, file);
    if (name != NULL && (size_t)(name - line) < length) {
        tb_line_put_outside(&story->complaint, line, (size_t)(name - line));
        tb_line_put_outside(&story->complaint, story->capture, strlen(story->capture));
        length -= (size_t)(name - line) + sizeof(file) - 1;
        line = name + sizeof(file) - 1;
    }
    tb_line_put_outside(&story->complaint, line, length);
}

/* ---- What it prints */

/* Both print the same packets, also where a capture breaks off. */
static int read_pair(struct story *story)
{
    struct tb_story_row row = { 0 }, japanese = { 0 };
    const int one = tb_story_feed_next(&story->feed[TB_LANG_EN], story->signals, &row);
    const int other =
        one < 0 ? one : tb_story_feed_next(&story->feed[TB_LANG_JA], story->signals, &japanese);
    int result = other;

    if (one > 0 && other > 0)
        result = tb_story_page_add(&story->page, &row, &japanese);
    else if (other >= 0 && one != other)
        result = -EBADMSG;
    if (one > 0 && result == 0)
        result = 1;
    tb_story_row_release(&row);
    tb_story_row_release(&japanese);
    return result;
}

/* Returns 0 at the end of both, or -errno. */
static int read_all(struct story *story)
{
    int more;

    do
        more = read_pair(story);
    while (more > 0);
    return more;
}

/* ---- The page's file */

/* "captures/article.pcapng" gives "article.html" in the present folder. */
static void choose_output(const struct story *story, struct tb_line *name)
{
    const char *slash = strrchr(story->capture, '/');
    const char *base = slash == NULL ? story->capture : slash + 1;
    const char *point = strrchr(base, '.');

    if (story->output != NULL) {
        tb_line_put(name, story->output);
        return;
    }
    if (strcmp(story->capture, "-") == 0)
        base = point = "story";
    tb_line_put_octets(name, base,
                       point == NULL || point == base ? strlen(base) : (size_t)(point - base));
    tb_line_put(name, ".html");
}

static bool is_standard(const struct tb_line *name)
{
    return strcmp(tb_line_text(name), "-") == 0;
}

/* Beside the result, so that it can take its name; for stdout a nameless one. */
static int open_page(struct story *story, const struct tb_line *name)
{
    int fd;

    if (is_standard(name)) {
        fd = open_nameless();
    } else {
        tb_line_put(&story->temporary, tb_line_text(name));
        tb_line_put(&story->temporary, ".XXXXXX");
        fd = story->temporary.failed ? -1 : mkostemp(story->temporary.text, O_CLOEXEC);
        if (fd < 0)
            tb_line_free(&story->temporary);
    }
    story->page.out = fd < 0 ? NULL : fdopen(fd, "w+");
    return story->page.out == NULL ? trouble_file(story, tb_line_text(name), errno) : 0;
}

static int print_page(struct story *story)
{
    static char piece[PIECE];
    size_t got;

    rewind(story->page.out);
    while ((got = fread(piece, 1, sizeof(piece), story->page.out)) > 0)
        (void)fwrite(piece, 1, got, story->request->page.stream);
    return 0;
}

static int finish_page(struct story *story, const struct tb_line *name)
{
    const mode_t mask = umask(0);
    int error;

    (void)umask(mask);
    if (tb_line_text(&story->complaint)[0] != '\0')
        story->page.complaint = tb_line_text(&story->complaint);
    error = tb_story_page_end(&story->page);
    if (error == 0 && is_standard(name))
        return print_page(story);
    if (error == 0 && (fchmod(fileno(story->page.out), story->mode & ~mask) != 0 ||
                       rename(tb_line_text(&story->temporary), tb_line_text(name)) != 0))
        error = -errno;
    if (error != 0)
        return trouble_file(story, tb_line_text(name), error);
    tb_line_free(&story->temporary);
    return 0;
}

/* ---- */

/* Whether tshark takes the filter; nothing is a capture without packets to it. */
static bool filter_parses(const struct story *story, const char *path)
{
    static char name[] = "tshark", read[] = "-r", nothing[] = "/dev/null", numbers[] = "-n",
                display[] = "-Y";
    char *arguments[] = { name, read, nothing, numbers, display, story->filter, NULL };
    const struct tb_program program = { .path = path,
                                        .arguments = arguments,
                                        .in = -1,
                                        .out = story->err,
                                        .err = story->err,
                                        .kept = -1,
                                        .unprivileged = true };
    const pid_t pid = tb_program_start(&program);

    return pid < 0 || tb_program_wait(pid) == 0;
}

/* tshark failed before its first packet: says why. */
static int explain_failure(struct story *story, const char *path)
{
    struct tb_request *request = story->request;
    const int status = tb_packets_check(request);

    if (status != 0)
        return status;
    if (story->filter != NULL && !filter_parses(story, path))
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_USAGE, TB_SAY_STORY_FILTER,
                          TB_TOKENS({ "error", tb_line_text(&story->complaint) }));
    return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_REFUSED, TB_SAY_PACKETS_FAILED,
                      TB_TOKENS({ "error", tb_line_text(&story->complaint) }));
}

/* Both have ended by themselves. */
static int judge(struct story *story, int failed, const char *path)
{
    struct tb_request *request = story->request;
    struct tb_line name = { 0 };
    int status;

    if (failed != 0)
        read_complaint(story);
    if (story->page.shown > 0)
        return 0;
    if (failed != 0)
        return explain_failure(story, path);
    tb_line_put_outside(&name, story->capture, strlen(story->capture));
    status = tb_trouble(&request->trouble, request->page.lang, TB_EXIT_NOTHING,
                        story->filter == NULL ? TB_SAY_STORY_NO_TCP : TB_SAY_STORY_NO_MATCH,
                        TB_TOKENS({ "file", tb_line_text(&name) }));
    tb_line_free(&name);
    return status;
}

static int start_feed(struct story *story, enum tb_lang lang, const char *path)
{
    const struct tb_story_ask ask = { .path = path,
                                      .in = story->in,
                                      .err = story->err,
                                      .filter = story->filter,
                                      .cmdline = story->page.cmdline,
                                      .lang = lang };

    return tb_story_feed_start(&story->feed[lang], &ask);
}

static int run_tshark(struct story *story)
{
    char path[TB_PROGRAM_PATH_MAX];
    int error = 0, failed = 0;

    if (!tb_program_find("tshark", path))
        return tb_packets_check(story->request); /* which says so */
    tb_packets_environment();
    tb_story_page_begin(&story->page);
    for (int lang = 0; lang < TB_LANG_COUNT && error == 0; lang++)
        error = start_feed(story, (enum tb_lang)lang, path);
    if (error == 0)
        error = read_all(story);
    for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
        const pid_t pid = story->feed[lang].pid;

        if (pid > 0)
            failed |= error == 0 ? tb_program_wait(pid) : tb_program_end(pid, SIGTERM);
    }
    if (error == -EINTR)
        story->signal = tb_packets_signal(story->signals);
    if (error == -EBADMSG)
        return tb_trouble(&story->request->trouble, story->request->page.lang, TB_EXIT_REFUSED,
                          TB_SAY_STORY_GARBLED, NULL);
    if (error != 0)
        return error == -EINTR ? 0 : tb_trouble_system(&story->request->trouble, "tshark", error);
    return judge(story, failed, path);
}

/* What was written, and what is not in it, for people. */
static void tell(const struct story *story, const struct tb_line *name)
{
    const struct tb_story_page *page = &story->page;
    struct tb_page talk = tb_page_talk(&story->request->page);
    struct tb_line outside = { 0 }, shown = { 0 }, left_out = { 0 };

    talk.stream = stderr;
    tb_line_put_outside(&outside, tb_line_text(name), name->length);
    tb_line_put_number(&shown, page->shown);
    tb_line_put_number(&left_out, page->left_out);
    if (page->complaint != NULL)
        tb_page_tell(&talk, TB_SAY_STORY_CUT, TB_TOKENS({ "error", page->complaint }));
    if (page->left_out > 0)
        tb_page_tell(
            &talk, TB_SAY_STORY_LEFT_OUT,
            TB_TOKENS({ "shown", tb_line_text(&shown) }, { "count", tb_line_text(&left_out) }));
    if (!is_standard(name))
        (void)fprintf(story->request->page.stream, "%s\n", tb_line_text(&outside));
    tb_line_free(&outside);
    tb_line_free(&shown);
    tb_line_free(&left_out);
}

static int go(struct story *story)
{
    struct tb_line name = { 0 };
    int status = open_capture(story);

    choose_output(story, &name);
    if (status == 0)
        status = open_page(story, &name);
    if (status == 0)
        status = run_tshark(story);
    if (status == 0 && story->signal == 0)
        status = finish_page(story, &name);
    if (status == 0 && story->signal == 0)
        tell(story, &name);
    tb_line_free(&name);
    return status;
}

static void end(struct story *story)
{
    if (story->temporary.length > 0)
        (void)unlink(tb_line_text(&story->temporary));
    if (story->page.out != NULL)
        (void)fclose(story->page.out);
    for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
        tb_story_feed_free(&story->feed[lang]);
    }
    if (story->in >= 0)
        (void)close(story->in);
    if (story->err >= 0)
        (void)close(story->err);
    if (story->signals >= 0)
        (void)close(story->signals);
    tb_story_page_free(&story->page);
    tb_line_free(&story->temporary);
    tb_line_free(&story->complaint);
}

/* With what was asked for. */
static int begin(struct story *story)
{
    const struct tb_request *request = story->request;
    const char *slash = strrchr(story->capture, '/');

    story->signals = tb_packets_signals();
    story->err = memfd_create("complaint", MFD_CLOEXEC);
    if (story->signals < 0 || story->err < 0)
        return tb_trouble_system(&story->request->trouble, "story", errno);
    story->page.file = slash == NULL ? story->capture : slash + 1;
    story->page.filter = story->filter;
    story->page.version = TB_VERSION;
    story->page.lang = request->page.lang;
    story->page.cmdline = request->options.cmdline;
    story->page.limit = request->options.segments > 0 ? request->options.segments : SEGMENTS;
    return go(story);
}

int tb_story(struct tb_request *request)
{
    struct story story = { .request = request,
                           .capture = "",
                           .in = -1,
                           .feed = { { .out = -1 }, { .out = -1 } },
                           .err = -1,
                           .signals = -1 };
    int status = read_options(&story);

    if (status == 0 && request->options.help)
        tb_help_print(&request->page, request->command);
    else if (status == 0)
        status = begin(&story);
    end(&story);
    return story.signal != 0 ? SIGNAL_BASE + story.signal : status;
}
