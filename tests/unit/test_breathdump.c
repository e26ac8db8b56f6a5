/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_breathdump.c - options, limits, names of files and blocks of the capture tool */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blocks.h"
#include "complaint.h"
#include "extcap.h"
#include "limit.h"
#include "options.h"
#include "output.h"
#include "packet.h"
#include "processes.h"
#include "ringfiles.h"

#define MS 1000000ull

/* --- Options ------------------------------------------------------------------------------- */

struct given {
    enum tb_option option;
    const char *value;
};

/* Takes the options up to the one that is zero. */
static int take(struct tb_options *options, const struct given *given,
                struct tb_complaint *complaint)
{
    int status = 0;

    tb_options_begin(options);
    for (; status == 0 && given->option != 0; given++)
        status = tb_options_set(options, given->option, "-x", given->value, complaint);
    return status == 0 ? tb_options_end(options, complaint) : status;
}

static void nothing_said_is_any_interface_to_stdout(void **state)
{
    const struct given none[] = { { 0, NULL } };
    struct tb_complaint complaint;
    struct tb_options options;

    (void)state;
    assert_int_equal(take(&options, none, &complaint), 0);
    assert_int_equal(options.interface_count, 1);
    assert_string_equal(options.interfaces[0].name, "any");
    assert_int_equal(options.interfaces[0].buffer_mib, 16);
    assert_true(options.interfaces[0].promiscuous);
    assert_string_equal(options.output, "-");
}

static void what_stands_before_the_first_interface_holds_for_all(void **state)
{
    const struct given given[] = {
        { TB_OPTION_FILTER, "tcp" },         { TB_OPTION_SNAPLEN, "96" },
        { TB_OPTION_INTERFACE, "lo" },       { TB_OPTION_FILTER, "port 80" },
        { TB_OPTION_NOT_PROMISCUOUS, NULL }, { TB_OPTION_INTERFACE, "eth0" },
        { TB_OPTION_BUFFER, "2" },           { 0, NULL }
    };
    struct tb_complaint complaint;
    struct tb_options options;

    (void)state;
    assert_int_equal(take(&options, given, &complaint), 0);
    assert_int_equal(options.interface_count, 2);
    assert_string_equal(options.interfaces[0].filter, "port 80");
    assert_false(options.interfaces[0].promiscuous);
    assert_int_equal(options.interfaces[0].buffer_mib, 16);
    assert_string_equal(options.interfaces[1].filter, "tcp");
    assert_int_equal(options.interfaces[1].snaplen, 96);
    assert_true(options.interfaces[1].promiscuous);
    assert_int_equal(options.interfaces[1].buffer_mib, 2);
}

static void a_value_that_is_no_number_is_refused(void **state)
{
    static const struct given wrong[] = { { TB_OPTION_COUNT, "" },
                                          { TB_OPTION_COUNT, "0" },
                                          { TB_OPTION_COUNT, "-1" },
                                          { TB_OPTION_COUNT, "1x" },
                                          { TB_OPTION_COUNT, " 1" },
                                          { TB_OPTION_COUNT, "99999999999999999999" },
                                          { TB_OPTION_SNAPLEN, "-1" },
                                          { TB_OPTION_SNAPLEN, "4294967296" },
                                          { TB_OPTION_BUFFER, "0" },
                                          { TB_OPTION_BUFFER, "2048" },
                                          { TB_OPTION_EVENT_BUFFER, "0" },
                                          { TB_OPTION_EVENT_BUFFER, "1025" },
                                          { TB_OPTION_STOP, "duration" },
                                          { TB_OPTION_STOP, "duration:" },
                                          { TB_OPTION_STOP, "duration:0" },
                                          { TB_OPTION_STOP, "duration:-1" },
                                          { TB_OPTION_STOP, "duration:nan" },
                                          { TB_OPTION_STOP, "duration:inf" },
                                          { TB_OPTION_STOP, "filesize:0" },
                                          { TB_OPTION_STOP, "packets:1e3" },
                                          { TB_OPTION_RING, "files:x" },
                                          { TB_OPTION_RING, "nonsense:1" },
                                          { TB_OPTION_RING, "printname:" },
                                          { TB_OPTION_PID, "" },
                                          { TB_OPTION_PID, "0" },
                                          { TB_OPTION_PID, "-1" },
                                          { TB_OPTION_PID, "1,,2" },
                                          { TB_OPTION_PID, "1,x" },
                                          { TB_OPTION_PID, "4194305" },
                                          { TB_OPTION_PROCESS, "" },
                                          { TB_OPTION_PROCESS, "curl," },
                                          { TB_OPTION_ATTRIBUTION, "" },
                                          { TB_OPTION_ATTRIBUTION, "BPF" } };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct given given[] = { wrong[i], { 0, NULL } };
        struct tb_complaint complaint = { .reason = "" };
        struct tb_options options;

        assert_int_equal(take(&options, given, &complaint), TB_EXIT_USAGE);
        assert_string_not_equal(complaint.reason, "");
    }
}

static void lists_of_processes_and_users_add_up(void **state)
{
    const struct given given[] = { { TB_OPTION_PID, "1,4194304" },  { TB_OPTION_PROCESS, "curl" },
                                   { TB_OPTION_PID, "7" },          { TB_OPTION_PROCESS, "a b,c" },
                                   { TB_OPTION_USER, "root,1234" }, { 0, NULL } };
    struct tb_complaint complaint;
    struct tb_options options;

    (void)state;
    assert_int_equal(take(&options, given, &complaint), 0);
    assert_int_equal(options.wanted.pid_count, 3);
    assert_int_equal(options.wanted.pids[1], 4194304);
    assert_int_equal(options.wanted.pids[2], 7);
    assert_int_equal(options.wanted.process_count, 3);
    assert_int_equal(options.wanted.processes[0].length, 4);
    assert_memory_equal(options.wanted.processes[0].octets, "curl", 4);
    assert_int_equal(options.wanted.processes[1].length, 3);
    assert_memory_equal(options.wanted.processes[1].octets, "a b", 3);
    assert_int_equal(options.wanted.processes[2].length, 1);
    assert_memory_equal(options.wanted.processes[2].octets, "c", 1);
    assert_int_equal(options.wanted.user_count, 2);
    assert_int_equal(options.wanted.users[0], 0);
    assert_int_equal(options.wanted.users[1], 1234);
}

static void nobody_and_too_many_are_refused(void **state)
{
    const struct given nobody[] = { { TB_OPTION_USER, "no such user" }, { 0, NULL } };
    char many[2 * (TB_WANTED_MAX + 1)];
    const struct given too_many[] = { { TB_OPTION_PID, many }, { 0, NULL } };
    struct tb_complaint complaint;
    struct tb_options options;

    (void)state;
    assert_int_equal(take(&options, nobody, &complaint), TB_EXIT_NOTHING);
    assert_string_equal(complaint.object, "no such user");
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = i % 2 == 0 ? '1' : ',';
    many[sizeof many - 1] = '\0';
    assert_int_equal(take(&options, too_many, &complaint), TB_EXIT_USAGE);
}

static void without_owners_no_connection_can_be_chosen(void **state)
{
    const struct given given[] = { { TB_OPTION_PID, "1" },
                                   { TB_OPTION_ATTRIBUTION, "none" },
                                   { 0, NULL } };
    struct tb_complaint complaint;
    struct tb_options options;

    (void)state;
    assert_int_equal(take(&options, given, &complaint), TB_EXIT_USAGE);
}

static void what_would_do_nothing_is_refused(void **state)
{
    const struct given no_arguments[] = { { TB_OPTION_ATTRIBUTION, "none" },
                                          { TB_OPTION_CMDLINE, NULL },
                                          { 0, NULL } };
    const struct given no_events[] = { { TB_OPTION_ATTRIBUTION, "proc" },
                                       { TB_OPTION_EVENT_BUFFER, "1" },
                                       { 0, NULL } };
    char name[] = "curl";
    char *command[] = { name, NULL };
    struct tb_complaint complaint;
    struct tb_options options;

    (void)state;
    assert_int_equal(take(&options, no_events, &complaint), TB_EXIT_USAGE);
    assert_int_equal(take(&options, no_arguments, &complaint), TB_EXIT_USAGE);
    tb_options_begin(&options);
    options.command = command;
    assert_int_equal(tb_options_set(&options, TB_OPTION_LIST, "-D", NULL, &complaint), 0);
    assert_int_equal(tb_options_end(&options, &complaint), TB_EXIT_USAGE);
    assert_string_equal(complaint.object, "curl");
}

static void a_command_and_packets_do_not_share_stdout(void **state)
{
    char name[] = "curl";
    char *command[] = { name, NULL };
    struct tb_complaint complaint;
    struct tb_options options;

    (void)state;
    tb_options_begin(&options);
    options.command = command;
    assert_int_equal(tb_options_end(&options, &complaint), TB_EXIT_USAGE);
    options.output = "f";
    assert_int_equal(tb_options_end(&options, &complaint), 0);
}

static void several_files_need_a_name_and_an_end(void **state)
{
    const struct given no_name[] = { { TB_OPTION_RING, "packets:5" }, { 0, NULL } };
    const struct given no_end[] = { { TB_OPTION_RING, "files:5" },
                                    { TB_OPTION_WRITE, "f" },
                                    { 0, NULL } };
    struct tb_complaint complaint;
    struct tb_options options;

    (void)state;
    assert_int_equal(take(&options, no_name, &complaint), TB_EXIT_USAGE);
    assert_int_equal(take(&options, no_end, &complaint), TB_EXIT_USAGE);
}

static void one_interface_too_many_is_refused(void **state)
{
    struct tb_complaint complaint;
    struct tb_options options;

    (void)state;
    tb_options_begin(&options);
    for (int i = 0; i < TB_INTERFACES_MAX; i++)
        assert_int_equal(tb_options_set(&options, TB_OPTION_INTERFACE, "-i", "lo", &complaint), 0);
    assert_int_equal(tb_options_set(&options, TB_OPTION_INTERFACE, "-i", "lo", &complaint),
                     TB_EXIT_USAGE);
}

static void wireshark_names_an_interface_and_a_fifo(void **state)
{
    const struct given capture[] = { { TB_OPTION_EXTCAP_CAPTURE, NULL },
                                     { TB_OPTION_EXTCAP_INTERFACE, "tcpbreath-lo" },
                                     { TB_OPTION_EXTCAP_FIFO, "pipe" },
                                     { TB_OPTION_FILTER, "tcp" },
                                     { 0, NULL } };
    const struct given ask[] = { { TB_OPTION_EXTCAP_INTERFACE, "tcpbreath-lo" },
                                 { TB_OPTION_FILTER, "tcp" },
                                 { 0, NULL } };
    const struct given foreign[] = { { TB_OPTION_EXTCAP_INTERFACE, "lo" }, { 0, NULL } };
    const struct given alone[] = { { TB_OPTION_EXTCAP_CAPTURE, NULL }, { 0, NULL } };
    struct tb_complaint complaint;
    struct tb_options options;

    (void)state;
    assert_int_equal(take(&options, capture, &complaint), 0);
    assert_int_equal(options.mode, TB_MODE_CAPTURE);
    assert_string_equal(options.output, "pipe");
    assert_string_equal(options.interfaces[0].name, "lo");
    assert_string_equal(options.interfaces[0].filter, "tcp");
    assert_int_equal(take(&options, ask, &complaint), 0);
    assert_int_equal(options.mode, TB_MODE_EXTCAP_FILTER);
    assert_int_equal(take(&options, foreign, &complaint), TB_EXIT_USAGE);
    assert_int_equal(take(&options, alone, &complaint), TB_EXIT_USAGE);
}

/* --- Limits -------------------------------------------------------------------------------- */

static void a_limit_of_packets_stops_at_the_last_one(void **state)
{
    struct tb_limits limits = { .packets = 2 };
    struct tb_progress progress = { .packets = 0 };

    (void)state;
    tb_progress_begin_file(&progress, &limits, 1, 1);
    assert_int_equal(tb_limits_after_packet(&limits, &progress, 10), TB_LIMITS_GO_ON);
    assert_int_equal(tb_limits_after_packet(&limits, &progress, 20), TB_LIMITS_STOP);
}

static void a_full_file_stops_or_goes_on_in_the_next(void **state)
{
    struct tb_limits one = { .file_octets = 100 };
    struct tb_limits many = { .file_octets = 100, .several = true, .files = 2 };
    struct tb_progress progress = { .packets = 0 };

    (void)state;
    assert_int_equal(tb_limits_after_packet(&one, &progress, 99), TB_LIMITS_GO_ON);
    assert_int_equal(tb_limits_after_packet(&one, &progress, 100), TB_LIMITS_STOP);
    memset(&progress, 0, sizeof progress);
    assert_int_equal(tb_limits_after_packet(&many, &progress, 100), TB_LIMITS_NEXT_FILE);
    assert_int_equal(tb_limits_after_packet(&many, &progress, 100), TB_LIMITS_STOP);
}

static void time_passes_for_the_capture_and_for_each_file(void **state)
{
    struct tb_limits limits = { .several = true };
    struct tb_progress progress = { .packets = 0 };
    const char *reason;

    (void)state;
    assert_int_equal(tb_limits_parse_stop(&limits, "duration:0.5", &reason), 0);
    assert_int_equal(tb_limits_parse_ring(&limits, "duration:0.2", &reason), 0);
    tb_progress_begin_file(&progress, &limits, 1000 * MS, 5);
    assert_true(tb_limits_wait_ns(&limits, &progress, 1000 * MS, 5000 * MS) == 200 * MS);
    assert_int_equal(tb_limits_at(&limits, &progress, 1199 * MS, 5), TB_LIMITS_GO_ON);
    assert_int_equal(tb_limits_at(&limits, &progress, 1200 * MS, 5), TB_LIMITS_NEXT_FILE);
    tb_progress_begin_file(&progress, &limits, 1400 * MS, 5);
    assert_int_equal(tb_limits_at(&limits, &progress, 1500 * MS, 5), TB_LIMITS_STOP);
    assert_true(tb_limits_wait_ns(&limits, &progress, 1600 * MS, 5000 * MS) == 0);
}

static void an_interval_ends_at_the_clocks_multiples(void **state)
{
    struct tb_limits limits = { .interval_s = 60, .several = true };
    struct tb_progress progress = { .packets = 0 };

    (void)state;
    tb_progress_begin_file(&progress, &limits, 1, 125);
    assert_int_equal(tb_limits_at(&limits, &progress, 2, 179), TB_LIMITS_GO_ON);
    assert_int_equal(tb_limits_at(&limits, &progress, 2, 180), TB_LIMITS_NEXT_FILE);
}

/* --- Files --------------------------------------------------------------------------------- */

static void files_are_named_as_dumpcap_names_them(void **state)
{
    const struct tm noon = { .tm_year = 126, .tm_mday = 1, .tm_hour = 12 };
    static const struct {
        const char *path;
        uint64_t number;
        bool time_first;
        const char *name;
    } rows[] = {
        { "d/x.pcapng", 1, false, "d/x_00001_20260101120000.pcapng" },
        { "d/x.pcapng", 2, true, "d/x_20260101120000_00002.pcapng" },
        { "d.d/x", 3, false, "d.d/x_00003_20260101120000" },
        { "x", 100001, false, "x_00001_20260101120000" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length = strlen(rows[i].name);
        char name[64];

        assert_int_equal(tb_ring_name(name, sizeof name, rows[i].path, rows[i].number, &noon,
                                      rows[i].time_first),
                         length);
        assert_string_equal(name, rows[i].name);
        assert_int_equal(
            tb_ring_name(name, length, rows[i].path, rows[i].number, &noon, rows[i].time_first), 0);
    }
}

static void a_ring_lets_its_oldest_file_go(void **state)
{
    struct tb_ring *ring = tb_ring_new(2);
    const char *gone;

    (void)state;
    assert_non_null(ring);
    assert_null(tb_ring_last(ring));
    assert_int_equal(tb_ring_push(ring, "a", &gone), 0);
    assert_null(gone);
    assert_int_equal(tb_ring_push(ring, "b", &gone), 0);
    assert_null(gone);
    assert_int_equal(tb_ring_push(ring, "c", &gone), 0);
    assert_string_equal(gone, "a");
    assert_string_equal(tb_ring_last(ring), "c");
    assert_int_equal(tb_ring_count(ring), 3);
    tb_ring_free(ring);
}

static void a_ring_that_keeps_all_lets_none_go(void **state)
{
    struct tb_ring *ring = tb_ring_new(0);
    const char *gone;

    (void)state;
    assert_non_null(ring);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(tb_ring_push(ring, "a", &gone), 0);
        assert_null(gone);
    }
    tb_ring_free(ring);
}

/* --- Packets and processes ----------------------------------------------------------------- */

static void packets_are_taken_in_the_order_of_their_times(void **state)
{
    static const uint64_t times[] = { 5, 3, 9, 3, 1 };
    static const uint64_t sorted[] = { 1, 3, 3, 5, 9 };
    struct tb_packet_list list = { .count = 0 };

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct tb_packet *packet = tb_packet_new("x", 1, 1);

        assert_non_null(packet);
        packet->time_ns = times[i];
        packet->source = (uint32_t)i;
        tb_packet_list_add(&list, packet);
    }
    for (size_t i = 0; i < 5; i++) {
        struct tb_packet *packet = tb_packet_list_take(&list);

        assert_non_null(packet);
        assert_int_equal(packet->time_ns, sorted[i]);
        if (i == 1) /* the one that came first goes first */
            assert_int_equal(packet->source, 1);
        free(packet);
    }
    assert_null(tb_packet_list_take(&list));
    assert_int_equal(list.octets, 0);
}

static void a_process_id_used_again_is_another_process(void **state)
{
    struct tb_processes processes = { .count = 0 };
    uint32_t number;
    bool is_new;

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(tb_processes_number(&processes, 7, i, &number, &is_new), 0);
        assert_true(is_new);
        assert_int_equal(number, i);
    }
    assert_int_equal(tb_processes_number(&processes, 7, 500, &number, &is_new), 0);
    assert_false(is_new);
    assert_int_equal(number, 500);
    tb_processes_clear(&processes);
}

/* --- Output -------------------------------------------------------------------------------- */

static const struct tb_machine machine = { .hardware = "x86_64", .system = "Linux 6.1.0" };

static void a_section_says_how_owners_were_learned(void **state)
{
    const struct tb_section section = { .machine = &machine, .mechanism = TB_MECHANISM_NONE };
    static const char words[] = "tcp-breath-capture v=1 mechanism=none cmdline=no";
    struct tb_output *output = tb_output_new();
    char file[1024];
    FILE *stream = tmpfile();
    size_t length;

    (void)state;
    assert_non_null(output);
    assert_non_null(stream);
    assert_int_equal(tb_output_use(output, fileno(stream)), 0);
    assert_int_equal(tb_blocks_add_section(output, &section), 0);
    assert_int_equal(tb_output_flush(output), 0);
    assert_int_equal(tb_output_waiting(output), 0);
    rewind(stream);
    length = fread(file, 1, sizeof file, stream);
    assert_int_equal(length, tb_output_octets(output));
    assert_non_null(memmem(file, length, words, sizeof words - 1));
    (void)fclose(stream);
    tb_output_free(output);
}

static void a_closed_pipe_is_an_error_and_the_packets_count_as_lost(void **state)
{
    const struct tb_remarks remarks = { .process = TB_NO_PROCESS };
    struct tb_packet *packet = tb_packet_new("octets", 6, 6);
    struct tb_output *output = tb_output_new();
    int ends[2];

    (void)state;
    assert_non_null(packet);
    assert_non_null(output);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(tb_output_use(output, ends[1]), 0);
    assert_int_equal(tb_blocks_add_packet(output, packet, &remarks), 0);
    (void)close(ends[0]);
    assert_int_equal(tb_output_flush(output), -EPIPE);
    assert_int_equal(tb_output_lost_packets(output), 1);
    (void)close(ends[1]);
    tb_output_free(output);
    free(packet);
}

static void a_slow_reader_gets_every_octet(void **state)
{
    const struct tb_remarks remarks = { .process = TB_NO_PROCESS };
    struct tb_packet *packet = tb_packet_new("octets", 6, 6);
    struct tb_output *output = tb_output_new();
    char heard[4096];
    size_t sum = 0;
    int ends[2];

    (void)state;
    assert_non_null(packet);
    assert_non_null(output);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(tb_output_use(output, ends[1]), 0);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(tb_blocks_add_packet(output, packet, &remarks), 0);
    do {
        ssize_t some;

        assert_int_equal(tb_output_flush(output), 0);
        some = read(ends[0], heard, sizeof heard);
        assert_true(some > 0);
        sum += (size_t)some;
    } while (sum < tb_output_octets(output));
    assert_int_equal(tb_output_waiting(output), 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    tb_output_free(output);
    free(packet);
}

/* --- What is said -------------------------------------------------------------------------- */

static void braces_and_line_ends_cannot_leave_a_value(void **state)
{
    const struct tb_extcap_pair pairs[] = { { "value", "a}{b\n\033[c" },
                                            { "left-out", NULL },
                                            { NULL, NULL } };
    static const char expected[] = "interface {value=a)(b  [c}\n";
    char text[64];

    (void)state;
    assert_int_equal(tb_extcap_sentence(text, sizeof text, "interface", pairs),
                     sizeof expected - 1);
    assert_string_equal(text, expected);
    for (size_t size = 1; size < sizeof expected; size++) {
        assert_int_equal(tb_extcap_sentence(text, size, "interface", pairs), 0);
        assert_string_equal(text, "");
    }
    assert_null(tb_extcap_interface_of("tcpbreath-"));
    assert_null(tb_extcap_interface_of("lo"));
    assert_string_equal(tb_extcap_interface_of("tcpbreath-lo"), "lo");
}

static void a_complaint_steers_no_terminal(void **state)
{
    struct tb_complaint complaint;
    char text[256] = "";
    FILE *stream = tmpfile();

    (void)state;
    assert_non_null(stream);
    assert_int_equal(tb_complain(&complaint, TB_EXIT_USAGE, "a\033[2J", "%s",
                                 "b\n\xc2\x9b"
                                 "c\xe3\x81\x82"),
                     TB_EXIT_USAGE);
    tb_complaint_print(stream, &complaint);
    rewind(stream);
    assert_non_null(fgets(text, sizeof text, stream));
    assert_string_equal(text, "breathdump: a\\x1b[2J: b\\x0a\\xc2\\x9bc\xe3\x81\x82\n");
    (void)fclose(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_said_is_any_interface_to_stdout),
        cmocka_unit_test(what_stands_before_the_first_interface_holds_for_all),
        cmocka_unit_test(a_value_that_is_no_number_is_refused),
        cmocka_unit_test(lists_of_processes_and_users_add_up),
        cmocka_unit_test(nobody_and_too_many_are_refused),
        cmocka_unit_test(without_owners_no_connection_can_be_chosen),
        cmocka_unit_test(what_would_do_nothing_is_refused),
        cmocka_unit_test(a_command_and_packets_do_not_share_stdout),
        cmocka_unit_test(several_files_need_a_name_and_an_end),
        cmocka_unit_test(one_interface_too_many_is_refused),
        cmocka_unit_test(wireshark_names_an_interface_and_a_fifo),
        cmocka_unit_test(a_limit_of_packets_stops_at_the_last_one),
        cmocka_unit_test(a_full_file_stops_or_goes_on_in_the_next),
        cmocka_unit_test(time_passes_for_the_capture_and_for_each_file),
        cmocka_unit_test(an_interval_ends_at_the_clocks_multiples),
        cmocka_unit_test(files_are_named_as_dumpcap_names_them),
        cmocka_unit_test(a_ring_lets_its_oldest_file_go),
        cmocka_unit_test(a_ring_that_keeps_all_lets_none_go),
        cmocka_unit_test(packets_are_taken_in_the_order_of_their_times),
        cmocka_unit_test(a_process_id_used_again_is_another_process),
        cmocka_unit_test(a_section_says_how_owners_were_learned),
        cmocka_unit_test(a_closed_pipe_is_an_error_and_the_packets_count_as_lost),
        cmocka_unit_test(a_slow_reader_gets_every_octet),
        cmocka_unit_test(braces_and_line_ends_cannot_leave_a_value),
        cmocka_unit_test(a_complaint_steers_no_terminal),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
