/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_words.c - what is typed at breath, and how sockets are written and compared */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "edge.h"
#include "endpoint.h"
#include "lsof_files.h"
#include "lsof_spec.h"
#include "networks.h"
#include "operand.h"
#include "options.h"
#include "probe.h"
#include "sieve.h"
#include "suggest.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct tb_socket tcp(enum tb_socket_state state, const char *local, uint16_t port,
                            const char *remote, uint16_t remote_port)
{
    struct tb_socket made = { .state = (uint8_t)state, .protocol = IPPROTO_TCP };

    assert_true(tb_operand_address(local, made.tuple.local));
    made.family = strchr(local, ':') == NULL ? AF_INET : AF_INET6;
    made.tuple.local_port = port;
    made.tuple.remote_port = remote_port;
    if (remote_port != 0)
        assert_true(tb_operand_address(remote, made.tuple.remote));
    return made;
}

static struct tb_socket listener(const char *local, uint16_t port)
{
    return tcp(TB_SOCKET_LISTEN, local, port, NULL, 0);
}

/* ---- Suggestions, ports, addresses */

static void a_slip_of_the_fingers_is_seen_through(void **state)
{
    static const char *const words[] = { "listen", "conns", "who", "why", "help" };
    static const struct {
        const char *typed;
        const char *meant;
    } rows[] = {
        { "lisen", "listen" }, { "lsiten", "listen" }, { "LISTEN", "listen" },
        { "cons", "conns" },   { "hwo", "who" },       { "listening", NULL },
        { "x", NULL },         { "", NULL },           { "netstat", NULL },
    };
    static const char endless[] = "listenlistenlistenlistenlistenlistenlistenlisten";

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *meant = tb_suggest(rows[i].typed, words, LENGTH(words));

        if (rows[i].meant == NULL)
            assert_null(meant);
        else
            assert_string_equal(meant, rows[i].meant);
    }
    assert_null(tb_suggest(endless, words, LENGTH(words)));
}

static void a_port_is_a_number_or_a_name(void **state)
{
    static const char *const wrong[] = {
        "", ":", "0", "65536", "99999999999999999999", "80x", "-1", "no such service"
    };
    uint16_t port = 0;

    (void)state;
    assert_true(tb_operand_port("8080", &port));
    assert_int_equal(port, 8080);
    assert_true(tb_operand_port(":65535", &port));
    assert_int_equal(port, 65535);
    for (size_t i = 0; i < LENGTH(wrong); i++)
        assert_false(tb_operand_port(wrong[i], &port));
    assert_int_equal(port, 65535);
}

static void an_address_is_of_either_family(void **state)
{
    static const char *const wrong[] = {
        "",    "127.0.0",   "[::1", "::1]",
        "1:2", "localhost", "[]",   "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]"
    };
    uint8_t address[16];

    (void)state;
    assert_true(tb_operand_address("127.0.0.1", address));
    assert_true(tb_endpoint_is_ipv4(address));
    assert_true(tb_operand_address("[::1]", address));
    assert_false(tb_endpoint_is_ipv4(address));
    for (size_t i = 0; i < LENGTH(wrong); i++)
        assert_false(tb_operand_address(wrong[i], address));
}

/* ---- How sockets are written */

static void writes(const struct tb_socket *socket, const char *local, const char *remote,
                   const char *protocol, const char *socket_state)
{
    struct tb_line line = { 0 };

    tb_endpoint_put_local(&line, socket);
    assert_string_equal(tb_line_text(&line), local);
    tb_line_clear(&line);
    tb_endpoint_put_remote(&line, socket);
    assert_string_equal(tb_line_text(&line), remote);
    assert_string_equal(tb_endpoint_protocol(socket), protocol);
    assert_string_equal(tb_endpoint_state(socket), socket_state);
    tb_line_free(&line);
}

static void families_are_told_apart(void **state)
{
    struct tb_socket socket = listener("0.0.0.0", 80);

    (void)state;
    writes(&socket, "0.0.0.0:80", "*", "tcp4", "LISTEN");
    socket = listener("::", 80);
    writes(&socket, "*:80", "*", "tcp46", "LISTEN");
    socket.ipv6_only = true;
    writes(&socket, "[::]:80", "*", "tcp6", "LISTEN");
    socket = tcp(TB_SOCKET_ESTABLISHED, "127.0.0.1", 80, "127.0.0.1", 40000);
    writes(&socket, "127.0.0.1:80", "127.0.0.1:40000", "tcp4", "ESTABLISHED");
    socket.family = AF_INET6;
    writes(&socket, "127.0.0.1:80", "127.0.0.1:40000", "tcp46", "ESTABLISHED");
    socket = tcp(TB_SOCKET_TIME_WAIT, "2001:db8::1", 80, "2001:db8::2", 40000);
    writes(&socket, "[2001:db8::1]:80", "[2001:db8::2]:40000", "tcp6", "TIME_WAIT");
    socket = listener("0.0.0.0", 53);
    socket.protocol = IPPROTO_UDP;
    socket.state = TB_SOCKET_CLOSE;
    writes(&socket, "0.0.0.0:53", "*", "udp4", "UNCONN");
    socket.protocol = IPPROTO_TCP;
    socket.state = TB_SOCKET_CLOSE;
    writes(&socket, "0.0.0.0:53", "*", "tcp4", "BOUND");
    socket.state = 200;
    writes(&socket, "0.0.0.0:53", "*", "tcp4", "UNKNOWN");
}

static void states_are_known_by_every_usual_name(void **state)
{
    static const struct {
        const char *name;
        unsigned state;
    } rows[] = {
        { "ESTABLISHED", TB_SOCKET_ESTABLISHED },
        { "estab", TB_SOCKET_ESTABLISHED },
        { "time-wait", TB_SOCKET_TIME_WAIT },
        { "TIME_WAIT", TB_SOCKET_TIME_WAIT },
        { "timewait", TB_SOCKET_TIME_WAIT },
        { "fin-wait-1", TB_SOCKET_FIN_WAIT1 },
        { "bound", TB_SOCKET_CLOSE },
        { "unconn", TB_SOCKET_CLOSE },
        { "listen", TB_SOCKET_LISTEN },
        { "listens", 0 },
        { "-", 0 },
        { "", 0 },
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_int_equal(tb_endpoint_state_of(rows[i].name), rows[i].state);
    for (size_t i = 0; i < tb_endpoint_state_count; i++)
        assert_int_not_equal(tb_endpoint_state_of(tb_endpoint_states[i]), 0);
}

static void the_address_says_who_can_reach_it(void **state)
{
    static const struct {
        const char *local;
        enum tb_reach reach;
    } rows[] = {
        { "0.0.0.0", TB_REACH_ANY4 },     { "::", TB_REACH_ANY46 },
        { "127.0.0.1", TB_REACH_SELF },   { "127.255.1.2", TB_REACH_SELF },
        { "::1", TB_REACH_SELF },         { "fe80::1", TB_REACH_LINK },
        { "169.254.1.1", TB_REACH_LINK }, { "192.0.2.1", TB_REACH_ONE },
        { "2001:db8::1", TB_REACH_ONE },
    };
    struct tb_socket only6 = listener("::", 80);

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct tb_socket socket = listener(rows[i].local, 80);

        assert_int_equal(tb_endpoint_reach(&socket), rows[i].reach);
    }
    only6.ipv6_only = true;
    assert_int_equal(tb_endpoint_reach(&only6), TB_REACH_ANY6);
}

static void a_network_is_its_address_and_its_ones(void **state)
{
    static const uint8_t mask4[] = { 255, 255, 240, 0 };
    static const uint8_t mask6[16] = { 255, 255, 255, 255, 255, 255, 255, 255 };
    struct tb_line line = { 0 };
    uint8_t address[16];

    (void)state;
    assert_true(tb_operand_address("192.0.2.77", address));
    tb_networks_put_prefix(&line, address, mask4);
    tb_line_put(&line, " ");
    assert_true(tb_operand_address("2001:db8::77", address));
    tb_networks_put_prefix(&line, address, mask6);
    assert_string_equal(tb_line_text(&line), "192.0.0.0/20 2001:db8::/64");
    tb_line_free(&line);
}

/* ---- Filters */

static struct tb_sieve sieve_of(const char *const *words)
{
    struct tb_sieve sieve = { 0 };

    for (; *words != NULL; words++)
        assert_true(tb_sieve_add(&sieve, *words));
    return sieve;
}

static void all_words_must_hold(void **state)
{
    static const struct {
        const char *words[4];
        bool passes;
    } rows[] = {
        { { NULL }, true },
        { { "80", NULL }, true },
        { { "40000", NULL }, true },
        { { "81", NULL }, false },
        { { "80", "40000", NULL }, true },
        { { "80", "81", NULL }, false },
        { { "established", NULL }, true },
        { { "listen", "established", NULL }, true },
        { { "listen", NULL }, false },
        { { "tcp", NULL }, true },
        { { "udp", NULL }, false },
        { { "udp", "tcp", NULL }, true },
        { { "192.0.2.2", NULL }, true },
        { { "192.0.2.3", NULL }, false },
        { { "192.0.2.1", "192.0.2.2", "80", NULL }, true },
    };
    const struct tb_socket socket = tcp(TB_SOCKET_ESTABLISHED, "192.0.2.1", 80, "192.0.2.2", 40000);

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct tb_sieve sieve = sieve_of(rows[i].words);

        assert_int_equal(tb_sieve_passes(&sieve, &socket), rows[i].passes);
    }
}

static void an_other_word_is_refused(void **state)
{
    struct tb_sieve sieve = { 0 };

    (void)state;
    assert_false(tb_sieve_add(&sieve, "establshed"));
    assert_string_equal(tb_sieve_suggest("establshed"), "established");
    assert_null(tb_sieve_suggest("nothing like it"));
    for (int i = 0; i < TB_SIEVE_WORDS_MAX; i++)
        assert_true(tb_sieve_add(&sieve, "80"));
    assert_false(tb_sieve_add(&sieve, "80"));
}

static void the_kernel_is_asked_for_either_end(void **state)
{
    static const char *const words[] = { "80", "tcp", "bound", NULL };
    const struct tb_sieve sieve = sieve_of(words);
    const struct tb_sockets_filter question = tb_sieve_question(&sieve);

    (void)state;
    assert_int_equal(question.either_port, 80);
    assert_int_equal(question.local_port, 0);
    assert_int_equal(question.remote_port, 0);
    assert_int_equal(question.tcp_states, 1u << TB_SOCKET_CLOSE | TB_SOCKETS_BOUND);
    assert_int_equal(question.udp_states, 0);
}

/* ---- lsof's spellings */

static bool means(const char *text, const struct tb_socket *socket)
{
    struct tb_lsof_spec spec;

    assert_true(tb_lsof_read(&spec, text));
    return tb_lsof_passes(&spec, socket);
}

static void lsofs_words_choose_sockets(void **state)
{
    static const char *const passing[] = { "",
                                           ":80",
                                           ":40000",
                                           ":79-81",
                                           ":1,80",
                                           "4",
                                           "TCP",
                                           "tcp:80",
                                           "4TCP@192.0.2.1:80",
                                           "@192.0.2.2",
                                           "@192.0.2.2:40000",
                                           ":http" };
    static const char *const others[] = { ":81",           "6",    "UDP", "udp:80", "@192.0.2.3",
                                          "@192.0.2.2:80", ":1-79" };
    const struct tb_socket socket = tcp(TB_SOCKET_ESTABLISHED, "192.0.2.1", 80, "192.0.2.2", 40000);
    const struct tb_socket six = listener("::1", 80);

    (void)state;
    for (size_t i = 0; i < LENGTH(passing); i++) {
        if (!means(passing[i], &socket))
            fail_msg("-i%s leaves it out", passing[i]);
    }
    for (size_t i = 0; i < LENGTH(others); i++) {
        if (means(others[i], &socket))
            fail_msg("-i%s passes it", others[i]);
    }
    assert_true(means("6@[::1]:80", &six));
    assert_false(means("@192.0.2.1", &six));
}

static void other_words_are_no_spec(void **state)
{
    static const char *const wrong[] = { "x",
                                         ":",
                                         ":80-",
                                         ":81-80",
                                         ":80,",
                                         "@",
                                         "@:80",
                                         "@[::1",
                                         "tcp80",
                                         "4 ",
                                         ":1,2,3,4,5,6,7,8,9",
                                         "@256.0.0.1" };
    struct tb_lsof_spec spec;

    (void)state;
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        if (tb_lsof_read(&spec, wrong[i]))
            fail_msg("-i%s is taken", wrong[i]);
    }
}

static void a_mapped_file_is_read_whole_or_not_at_all(void **state)
{
    static const char line[] = "7f00-7f01 r-xp 00000000 fe:01 131      /tmp/a file (deleted)";
    static const char *const none[] = { "7f00-7f01 r-xp 00000000 00:00 0 [heap]",
                                        "7f00-7f01 rw-p 00000000 00:00 0",
                                        "7f00-7f01 r-xp 00000000 fe:01 131 ",
                                        "7f00-7f01 r-xp 00000000 fe:01 99999999999999999999 /x",
                                        "7f00-7f01 r-xp 00000000 fffffffff:01 131 /x" };
    struct tb_lsof_map map;

    (void)state;
    assert_true(tb_lsof_read_map(line, sizeof(line) - 1, &map));
    assert_int_equal(map.major, 0xfe);
    assert_int_equal(map.minor, 1);
    assert_int_equal(map.inode, 131);
    assert_true(map.deleted);
    assert_int_equal(map.path_length, strlen("/tmp/a file"));
    for (size_t i = 0; i < LENGTH(none); i++)
        assert_false(tb_lsof_read_map(none[i], strlen(none[i]), &map));
    for (size_t length = 0; length < strlen("7f00-7f01 r-xp 00000000 fe:01 131      /"); length++)
        assert_false(tb_lsof_read_map((const char *)tb_edge_put(line, length), length, &map));
}

/* ---- What is in the way of bind() */

static bool meets(const char *target, const char *local, bool ipv6_only)
{
    struct tb_target asked = { .port = 80 };
    struct tb_socket socket = listener(local, 80);

    assert_true(tb_operand_address(target, asked.address));
    socket.ipv6_only = ipv6_only;
    return tb_target_meets(&asked, &socket);
}

static void addresses_that_overlap_meet(void **state)
{
    (void)state;
    assert_true(meets("0.0.0.0", "127.0.0.1", false));
    assert_true(meets("127.0.0.1", "0.0.0.0", false));
    assert_true(meets("127.0.0.1", "127.0.0.1", false));
    assert_false(meets("127.0.0.1", "127.0.0.2", false));
    assert_true(meets("127.0.0.1", "::", false));
    assert_false(meets("127.0.0.1", "::", true));
    assert_false(meets("127.0.0.1", "::1", true));
    assert_true(meets("::", "127.0.0.1", false));
    assert_true(meets("::", "::1", true));
    assert_true(meets("::1", "::", true));
    assert_false(meets("::1", "127.0.0.1", false));
    assert_false(meets("::1", "2001:db8::1", false));
}

static void the_likeliest_is_the_cause(void **state)
{
    const struct tb_target target = { .port = 80 };
    struct tb_socket list[] = {
        tcp(TB_SOCKET_TIME_WAIT, "127.0.0.1", 80, "127.0.0.1", 1),
        tcp(TB_SOCKET_ESTABLISHED, "127.0.0.1", 80, "127.0.0.1", 2),
        tcp(TB_SOCKET_CLOSE, "127.0.0.1", 80, NULL, 0),
        listener("127.0.0.1", 80),
        listener("127.0.0.1", 81),
    };

    (void)state;
    assert_ptr_equal(tb_target_cause(&target, list, 1), &list[0]);
    assert_ptr_equal(tb_target_cause(&target, list, 2), &list[1]);
    assert_ptr_equal(tb_target_cause(&target, list, 3), &list[2]);
    assert_ptr_equal(tb_target_cause(&target, list, 5), &list[3]);
    assert_null(tb_target_cause(&target, &list[4], 1));
    list[3].protocol = IPPROTO_UDP;
    assert_null(tb_target_cause(&target, &list[3], 1));
}

/* ---- Options */

enum {
    WORDS_MAX = 8,
    WORD_OCTETS = 64
};

/* getopt() may put the words in another order, so it gets words of its own. */
struct command_line {
    char text[WORDS_MAX][WORD_OCTETS];
    char *word[WORDS_MAX + 1];
    int count;
    int first;
};

static int read_words(struct tb_options *options, struct tb_trouble *trouble,
                      struct command_line *line, const char *const *words)
{
    *line = (struct command_line){ .count = 0 };
    for (; words[line->count] != NULL; line->count++) {
        assert_true(line->count < WORDS_MAX && strlen(words[line->count]) < WORD_OCTETS);
        strncpy(line->text[line->count], words[line->count], WORD_OCTETS - 1);
        line->word[line->count] = line->text[line->count];
    }
    tb_options_begin(options, line->count, line->word);
    return tb_options_read(options, line->count, line->word, "", &line->first, trouble);
}

static void options_stand_anywhere(void **state)
{
    static const char *const words[] = { "listen",    "--json", "8080",      "--lang=ja",
                                         "--explain", "long",   "--watch=5", NULL };
    struct tb_options options;
    struct tb_trouble trouble = { 0 };
    struct command_line line;

    (void)state;
    assert_int_equal(read_words(&options, &trouble, &line, words), 0);
    assert_int_equal(options.lang, TB_LANG_JA);
    assert_int_equal(options.explain, TB_EXPLAIN_LONG);
    assert_int_equal(options.watch_seconds, 5);
    assert_true(options.json);
    assert_string_equal(line.word[line.first], "8080");
}

static void wrong_options_are_quoted_in_the_language_asked_for(void **state)
{
    static const char *const rows[][4] = {
        { "listen", "--jsn", "--lang=ja", NULL },     { "listen", "-x", "--lang=ja", NULL },
        { "listen", "--explain", NULL, NULL },        { "listen", "--explain=shrt", NULL, NULL },
        { "listen", "--watch=0", NULL, NULL },        { "listen", "--watch=1x", NULL, NULL },
        { "listen", "--color=\033[31m", NULL, NULL },
    };
    static const char *const words[] = {
        "'--jsn': そのようなオプションはありません (もしかして: --json)",
        "'-x': そのようなオプションはありません",
        "'--explain': needs a value",
        "--explain: 'shrt': must be off, short, long; did you mean short?",
        "--watch: '0': must be 1..86400",
        "--watch: '1x': must be 1..86400",
        "--color: '\\x1b[31m': must be auto, always, never",
    };

    (void)state;
    assert_int_equal(setenv("LC_ALL", "C", 1), 0);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct tb_options options;
        struct tb_trouble trouble = { 0 };
        struct command_line line;

        assert_int_equal(read_words(&options, &trouble, &line, rows[i]), TB_EXIT_USAGE);
        assert_string_equal(tb_line_text(&trouble.reason), words[i]);
        tb_line_free(&trouble.reason);
    }
}

static void the_locale_chooses_the_language(void **state)
{
    struct tb_options options;

    (void)state;
    assert_int_equal(setenv("LC_ALL", "", 1), 0);
    assert_int_equal(setenv("LC_MESSAGES", "ja_JP.UTF-8", 1), 0);
    assert_int_equal(setenv("LANG", "en_US.UTF-8", 1), 0);
    tb_options_begin(&options, 0, NULL);
    assert_int_equal(options.lang, TB_LANG_JA);
    assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
    tb_options_begin(&options, 0, NULL);
    assert_int_equal(options.lang, TB_LANG_EN);
}

static void colours_are_for_terminals_that_want_them(void **state)
{
    struct tb_options options = { .colour = TB_COLOUR_AUTO };

    (void)state;
    assert_int_equal(unsetenv("NO_COLOR"), 0);
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    assert_true(tb_options_colour(&options, true));
    assert_false(tb_options_colour(&options, false));
    assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
    assert_false(tb_options_colour(&options, true));
    assert_int_equal(setenv("NO_COLOR", "", 1), 0);
    assert_int_equal(setenv("TERM", "dumb", 1), 0);
    assert_false(tb_options_colour(&options, true));
    options.colour = TB_COLOUR_ALWAYS;
    assert_true(tb_options_colour(&options, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_of_the_fingers_is_seen_through),
        cmocka_unit_test(a_port_is_a_number_or_a_name),
        cmocka_unit_test(an_address_is_of_either_family),
        cmocka_unit_test(families_are_told_apart),
        cmocka_unit_test(states_are_known_by_every_usual_name),
        cmocka_unit_test(the_address_says_who_can_reach_it),
        cmocka_unit_test(a_network_is_its_address_and_its_ones),
        cmocka_unit_test(all_words_must_hold),
        cmocka_unit_test(an_other_word_is_refused),
        cmocka_unit_test(the_kernel_is_asked_for_either_end),
        cmocka_unit_test(lsofs_words_choose_sockets),
        cmocka_unit_test(other_words_are_no_spec),
        cmocka_unit_test(a_mapped_file_is_read_whole_or_not_at_all),
        cmocka_unit_test(addresses_that_overlap_meet),
        cmocka_unit_test(the_likeliest_is_the_cause),
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(wrong_options_are_quoted_in_the_language_asked_for),
        cmocka_unit_test(the_locale_chooses_the_language),
        cmocka_unit_test(colours_are_for_terminals_that_want_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
