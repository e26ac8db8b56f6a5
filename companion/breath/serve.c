/* SPDX-License-Identifier: GPL-2.0-or-later */
/* serve.c - a server to try things on: HTTP that says hello, or TCP or UDP that echoes
 *
 * HTTP is the program `hello`, which is libmicrohttpd's; breath itself does not load that library,
 * or each of its commands would start later. */
#include <errno.h>
#include <string.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "auto.h"
#include "command.h"
#include "echo.h"
#include "listener.h"
#include "operand.h"
#include "packets.h"
#include "program.h"
#include "serve.h"

enum {
    PORT = 8080,
    FD_OCTETS = 16
};

static const char *kind_of(const struct tb_request *request)
{
    if (request->options.udp)
        return "udp";
    return request->options.raw ? "tcp" : "http";
}

/* ---- It cannot listen */

int tb_serve_tell_refused(struct tb_request *request, const struct tb_target *target, int error)
{
    const struct tb_page page = request->page;
    struct tb_line where = { 0 }, port = { 0 };

    tb_target_put(&where, target);
    tb_line_put_number(&port, target->port);
    if (error == -EADDRINUSE || error == -EACCES) {
        const struct tb_stage stage = { .name = "why",
                                        .word = port.text,
                                        .address = request->options.public ? NULL : "127.0.0.1",
                                        .udp = target->udp };

        request->page.stream = stderr;
        request->page.explain = page.explain > TB_EXPLAIN_SHORT ? page.explain : TB_EXPLAIN_SHORT;
        (void)tb_stage(request, &stage);
        request->page = page;
    }
    (void)tb_trouble_system(&request->trouble, tb_line_text(&where), error);
    tb_line_free(&where);
    tb_line_free(&port);
    return TB_EXIT_REFUSED;
}

/* ---- It listens */

static void put_next(const struct tb_request *request, const struct tb_target *target)
{
    struct tb_line next = { 0 }, look = { 0 };

    tb_line_put(&next, request->options.udp || request->options.raw
                           ? "breath dial 127.0.0.1 "
                           : "breath get http://127.0.0.1:");
    tb_line_put_number(&next, target->port);
    if (request->options.udp)
        tb_line_put(&next, " --udp");
    else if (!request->options.raw)
        tb_line_put(&next, "/");
    tb_line_put(&look, "breath listen ");
    tb_line_put_number(&look, target->port);
    tb_page_next(&request->page, tb_line_text(&next), TB_SAY_NEXT_GET);
    tb_page_next(&request->page, tb_line_text(&look), TB_SAY_NEXT_LISTEN);
    tb_line_free(&next);
    tb_line_free(&look);
}

static int tell_listens(struct tb_request *request, const struct tb_target *target)
{
    const struct tb_page *page = &request->page;
    struct tb_line where = { 0 }, pid = { 0 };

    tb_line_put(&where, request->options.udp || request->options.raw ? "" : "http://");
    tb_target_put(&where, target);
    tb_line_put(&where, request->options.udp || request->options.raw ? "" : "/");
    tb_line_put_number(&pid, (uint64_t)getpid());
    if (request->options.json) {
        json_t *made =
            json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:i}", "schema", 1, "command", "serve",
                      "event", "listening", "kind", kind_of(request), "where", tb_line_text(&where),
                      "port", (int)target->port, "pid", (int)getpid());

        if (made != NULL && json_dumpf(made, page->stream, JSON_COMPACT) == 0)
            (void)fputc('\n', page->stream);
        json_decref(made);
    } else {
        tb_page_tell(page, request->options.public ? TB_SAY_SERVE_PUBLIC : TB_SAY_SERVE_LOOPBACK,
                     TB_TOKENS({ "where", tb_line_text(&where) }, { "pid", tb_line_text(&pid) }));
        put_next(request, target);
        tb_page_say(page, TB_SAY_SERVE_ENDS, NULL);
        tb_page_gap(page);
    }
    tb_line_free(&where);
    tb_line_free(&pid);
    return fflush(page->stream) == 0 ? 0 : tb_trouble_system(&request->trouble, "stdout", errno);
}

/* ---- Serving */

static int echo(struct tb_request *request, int fd, int end)
{
    const struct tb_visits visits = { request->page.stream, request->page.lang,
                                      request->options.json };
    int error;

    (void)prctl(PR_SET_NAME, "breath-serve"); /* so that lists tell it from the others */
    error = request->options.udp ? tb_echo_udp(fd, end, &visits) : tb_echo_tcp(fd, end, &visits);
    return error == 0 ? TB_EXIT_FOUND : tb_trouble_system(&request->trouble, "serve", error);
}

/* Becomes `hello`, which takes the socket over. */
static int become_hello(struct tb_request *request, const char *path, int fd)
{
    char number[FD_OCTETS];
    char name[] = "hello", option_fd[] = "--fd", option_lang[] = "--lang", json[] = "--json";
    char lang[] = "en";
    char *arguments[] = { name,        option_fd, number,
                          option_lang, lang,      request->options.json ? json : NULL,
                          NULL };

    lang[0] = request->page.lang == TB_LANG_JA ? 'j' : 'e';
    lang[1] = request->page.lang == TB_LANG_JA ? 'a' : 'n';
    (void)snprintf(number, sizeof(number), "%d", fd);
    if (fcntl(fd, F_SETFD, 0) == 0)
        (void)execv(path, arguments);
    return tb_trouble_system(&request->trouble, path, errno);
}

static int read_port(struct tb_request *request, uint16_t *port)
{
    *port = PORT;
    if (request->word_count > 1)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[1]);
    if (request->options.udp && request->options.raw)
        return tb_usage(request, TB_SAY_USAGE_RAW_UDP, "--raw");
    if (request->word_count == 0)
        return 0;
    if (strcmp(request->word[0], "0") == 0)
        *port = 0;
    else if (!tb_operand_port(request->word[0], port))
        return tb_usage(request, TB_SAY_USAGE_PORT, request->word[0]);
    return 0;
}

int tb_serve(struct tb_request *request)
{
    const bool http = !request->options.udp && !request->options.raw;
    char path[TB_PROGRAM_PATH_MAX];
    struct tb_target target;
    tb_auto_fd int fd = -1;
    tb_auto_fd int signals = -1;
    uint16_t port;
    int status = read_port(request, &port);

    if (status != 0)
        return status;
    if (http && !tb_program_find("hello", path))
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_REFUSED,
                          TB_SAY_SERVE_NO_HELLO, NULL);
    tb_listener_target(&target, port, request->options.public, request->options.udp);
    fd = tb_listener_open(&target);
    if (fd < 0)
        return tb_serve_tell_refused(request, &target, fd);
    signals = tb_packets_signals(); /* before anybody knows that there is something to end */
    if (signals < 0)
        return tb_trouble_system(&request->trouble, "serve", signals);
    status = tell_listens(request, &target);
    if (status != 0)
        return status;
    return http ? become_hello(request, path, fd) : echo(request, fd, signals);
}
