/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c - capgen: renders a conversation written as text into a capture file
 *
 * The text format is described in captures/README.md. The same text gives the same octets,
 * everywhere and always. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "end.h"
#include "file.h"
#include "layers.h"
#include "parse.h"
#include "render.h"

#define EXIT_USAGE 2
#define PORT_STEP  100u        /* between the clients' ports of several inputs */
#define TEXT_LIMIT (16u << 20) /* octets of source: far more than anybody writes */

struct arguments {
    char **inputs;
    size_t input_count;
    const char *output; /* NULL: stdout */
    const struct cg_format *format;
    bool path_is_forced;
    struct cg_path path;
    bool missed[CG_SIDE_COUNT];
};

static int usage(FILE *stream)
{
    fprintf(stream,
            "usage: capgen [--format FORMAT] [--link BASE[,LAYER...]] [--only END] [-o OUTPUT]\n"
            "              INPUT.cap...\n"
            "  FORMAT  %s\n"
            "  BASE    ethernet, lo, null, null-be, sll, sll2, raw, pktap, amsdu\n"
            "  LAYER   vlan=ID, svlan=ID, mpls=LABEL, pppoe=SESSION, gre, ipip, vxlan=NETWORK,\n"
            "          geneve=NETWORK, grekey=KEY, gtpu=ENDPOINT, ipip-out, ipv6, ip6ext,\n"
            "          fragment=OCTETS; instead of what the input says\n"
            "  END     client or server: the capture misses what the other one sends\n"
            "Several inputs make one file: each begins a second after the one before it, and its\n"
            "clients' ports are 100 higher, so that connections stay apart.\n",
            cg_format_names());
    return stream == stderr ? EXIT_USAGE : 0;
}

static int wrong(const char *what, const char *word)
{
    fprintf(stderr, "capgen: %s: %s\n", word, what);
    return usage(stderr);
}

/* "ethernet,vlan=10" */
static bool parse_path(char *words, struct cg_path *path)
{
    for (char *word = strtok(words, ","); word != NULL; word = strtok(NULL, ","))
        if (!cg_path_add(path, word))
            return false;
    return true;
}

static bool parse_only(const char *word, bool missed[CG_SIDE_COUNT])
{
    missed[CG_CLIENT] = strcmp(word, "server") == 0;
    missed[CG_SERVER] = strcmp(word, "client") == 0;
    return missed[CG_CLIENT] || missed[CG_SERVER];
}

/* 0; EXIT_USAGE; -1: help was asked for, and given. */
static int parse_arguments(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        { "format", required_argument, NULL, 'f' }, { "link", required_argument, NULL, 'l' },
        { "only", required_argument, NULL, 'n' },   { "output", required_argument, NULL, 'o' },
        { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 }
    };
    int option;

    arguments->format = cg_format_find("pcapng");
    while ((option = getopt_long(argc, argv, "f:l:n:o:h", options, NULL)) != -1) {
        if (option == 'f') {
            arguments->format = cg_format_find(optarg);
            if (arguments->format == NULL)
                return wrong("is not a file format", optarg);
        } else if (option == 'l') {
            arguments->path_is_forced = true;
            if (!parse_path(optarg, &arguments->path))
                return wrong("has a word that is not a link type or a layer", optarg);
        } else if (option == 'n') {
            if (!parse_only(optarg, arguments->missed))
                return wrong("is neither client nor server", optarg);
        } else if (option == 'o') {
            arguments->output = optarg;
        } else {
            usage(option == 'h' ? stdout : stderr);
            return option == 'h' ? -1 : EXIT_USAGE;
        }
    }
    if (argc == optind)
        return usage(stderr);
    arguments->inputs = argv + optind;
    arguments->input_count = (size_t)(argc - optind);
    return 0;
}

static int read_text(const char *name, char **text, size_t *length)
{
    FILE *file = fopen(name, "rb");
    char *octets;

    if (file == NULL)
        return -errno;
    octets = malloc(TEXT_LIMIT);
    if (octets != NULL)
        *length = fread(octets, 1, TEXT_LIMIT, file);
    fclose(file);
    if (octets == NULL)
        return -ENOMEM;
    if (*length == TEXT_LIMIT) {
        free(octets);
        return -EFBIG;
    }
    *text = octets;
    return 0;
}

static int write_output(const char *name, const uint8_t *data, size_t length)
{
    FILE *file = name == NULL ? stdout : fopen(name, "wb");
    bool written;

    if (file == NULL)
        return -errno;
    written = fwrite(data, 1, length, file) == length && fflush(file) == 0;
    if (file != stdout && fclose(file) != 0)
        written = false;
    return written ? 0 : -EIO;
}

static int fail(const char *object, int error)
{
    fprintf(stderr, "capgen: %s: %s\n", object, strerror(-error));
    return EXIT_FAILURE;
}

/* Renders one input behind what there is; 0, or EXIT_FAILURE, and then it has said why. */
static int render_input(const char *input, size_t index, struct cg_render *render)
{
    static struct cg_source source;
    static struct cg_connection connections[CG_CONNECTIONS_MAX];
    char *text = NULL;
    size_t length = 0;
    int error = read_text(input, &text, &length);

    if (error != 0)
        return fail(input, error);
    memset(&source, 0, sizeof source);
    source.render = render;
    source.connections = connections;
    source.port_offset = (uint16_t)(index * PORT_STEP);
    cg_lex_init(&source.lexer, text, length);
    error = cg_source_read(&source);
    for (size_t i = 0; i < source.connection_count; i++)
        for (size_t side = 0; side < CG_SIDE_COUNT; side++)
            cg_end_free(&connections[i].end[side]);
    free(text);
    if (error == -EINVAL) {
        fprintf(stderr, "capgen: %s:%u: %s\n", input, source.lexer.line, source.lexer.reason);
        return EXIT_FAILURE;
    }
    return error == 0 ? 0 : fail(input, error);
}

/* Everything is rendered before anything is written: a wrong source leaves no half a file. */
static int render_all(const struct arguments *arguments, struct cg_render *render)
{
    int error;

    for (size_t i = 0; i < arguments->input_count; i++)
        if (render_input(arguments->inputs[i], i, render) != 0)
            return EXIT_FAILURE;
    error = write_output(arguments->output, render->file.out.data, render->file.out.used);
    if (error != 0)
        return fail(arguments->output == NULL ? "stdout" : arguments->output, error);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static struct cg_render render;
    struct arguments arguments = { .inputs = NULL };
    int status = parse_arguments(argc, argv, &arguments);

    if (status != 0)
        return status < 0 ? EXIT_SUCCESS : status;
    render.path_is_forced = arguments.path_is_forced;
    render.path = arguments.path;
    memcpy(render.missed, arguments.missed, sizeof render.missed);
    cg_file_init(&render.file, arguments.format);
    status = render_all(&arguments, &render);
    cg_file_free(&render.file);
    return status;
}
