/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.c - what breathdump says of itself */
#include "help.h"

#include "capture.h"
#include "complaint.h"

void tb_help_print(FILE *stream)
{
    static const char *const lines[] = {
        "usage: breathdump [-i INTERFACE [-f FILTER]]... [-w FILE]\n"
        "                  [-- COMMAND [ARGUMENT]...]\n"
        "\n"
        "Captures packets, with the process at each end, into a pcapng file that only its owner\n"
        "can read.\n"
        "\n"
        "What to capture; -f, -s, -B and -p hold for the -i before them, or for all\n"
        "  -i, --interface NAME          one, or several by several -i; default: any\n"
        "  -f FILTER                     capture filter, as tcpdump has it\n"
        "  -s, --snapshot-length N       keep N octets of each packet; 0: whole packets\n"
        "  -B, --buffer-size MIB         the kernel's room for packets; default: 16\n"
        "  -p, --no-promiscuous-mode     only packets for this machine\n"
        "      --netns NAME|PATH|PID     in this network namespace\n"
        "      --pid PID[,PID]...        only connections of these processes,\n"
        "      --process NAME[,NAME]...  of processes or programs of these names,\n"
        "      --user USER[,USER]...     or of these users\n"
        "  -- COMMAND [ARGUMENT]...      run it, capture only its connections and its children's,\n"
        "                                and stop when it ends\n"
        "  -D, --list-interfaces         list the interfaces\n"
        "\n",
        "How processes are known\n"
        "      --attribution HOW         auto (default): the best that is allowed; bpf, proc: "
        "that\n"
        "                                one or nothing; none\n"
        "      --cmdline                 record the processes' arguments too: they may hold\n"
        "                                secrets\n"
        "\n",
        "Where to\n"
        "  -w FILE                       a file, a FIFO, or - for stdout\n"
        "  -b, --ring-buffer CONDITION   several files, the next one after duration:S,\n"
        "                                filesize:KB, interval:S or packets:N; files:N keeps\n"
        "                                the last N; nametimenum:2; printname:FILE\n"
        "\n"
        "When to stop\n"
        "  -c N                          after N packets\n"
        "  -a, --autostop CONDITION      after duration:S, filesize:KB, files:N, packets:N\n"
        "\n"
        "  -q, --quiet                   say nothing but errors\n"
        "  -h, --help\n"
        "  -v, --version\n"
        "\n"
        "Exit status: 0; 1 no such interface or namespace; 2 wrong usage; 4 the system refused,\n"
        "or the capture broke off. With COMMAND its own; 126 or 127 if it cannot be run.\n"
        "\n"
        "examples:\n"
        "  breathdump -i lo -f 'port 8080' -w hello.pcapng\n"
        "  breathdump -w curl.pcapng -- curl http://127.0.0.1:8080/\n"
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        (void)fputs(lines[i], stream);
}

void tb_help_print_version(FILE *stream)
{
    (void)fprintf(stream, "breathdump %s\n%s\n", TB_VERSION, tb_capture_library());
}

void tb_help_print_interfaces(FILE *stream, const struct tb_interfaces *interfaces)
{
    for (size_t i = 0; i < interfaces->count; i++) {
        const struct tb_interface *interface = &interfaces->list[i];

        (void)fprintf(stream, "%zu. ", i + 1);
        tb_print_safely(stream, interface->name);
        if (interface->description[0] != '\0') {
            (void)fputs(" (", stream);
            tb_print_safely(stream, interface->description);
            (void)fputc(')', stream);
        }
        (void)fputs(interface->is_up ? " [up]\n" : " [down]\n", stream);
    }
}
