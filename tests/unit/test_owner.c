/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_owner.c - notes on owners: written, read back, cut, and made to mislead */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "edge.h"
#include "owner.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OCTETS(text)                                                                               \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
#define CURL "tcp-breath v=1 mechanism=bpf src.pid=4242 src.comm=curl src.uid=1000"
#define EVERY_KEY                                                                                  \
    "tcp-breath v=1 mechanism=proc lost=18446744073709551615 src.pid=4242 src.comm=my%20app "      \
    "src.exe=/usr/bin/my%20app src.cmdline=my%20app%20-x%3D1%25 src.uid=1000 src.user=ann "        \
    "src.container=docker-0123456789ab src.start=18446744073709551615 src.fd=7 src.source=user "   \
    "src.certainty=unsure src.listener.pid=4294967295 src.listener.comm=init dst.pid=1 dst.comm=x"

static char scratch[TB_EDGE_SIZE];

/* Decodes a copy that ends where memory does. */
static bool decode(const char *text, size_t length, struct tb_note *note)
{
    return tb_note_decode((const char *)tb_edge_put(text, length), length, scratch, note);
}

static bool decode_string(const char *text, struct tb_note *note)
{
    return decode(text, strlen(text), note);
}

static void assert_text(const struct tb_octet_string *text, const char *expected)
{
    assert_int_equal(text->length, strlen(expected));
    assert_memory_equal(text->octets, expected, text->length);
}

static void assert_same_text(const struct tb_octet_string *one, const struct tb_octet_string *two)
{
    assert_int_equal(one->length, two->length);
    if (one->length > 0)
        assert_memory_equal(one->octets, two->octets, one->length);
}

static void assert_same_owner(const struct tb_owner *one, const struct tb_owner *two)
{
    assert_int_equal(one->has, two->has);
    assert_int_equal(one->pid, two->pid);
    assert_int_equal(one->uid, two->uid);
    assert_int_equal(one->fd, two->fd);
    assert_int_equal(one->listener_pid, two->listener_pid);
    assert_true(one->start_ns == two->start_ns);
    assert_int_equal(one->source, two->source);
    assert_int_equal(one->certainty, two->certainty);
    for (size_t i = 0; i < TB_OWNER_TEXT_COUNT; i++)
        assert_same_text(&one->text[i], &two->text[i]);
}

static void assert_same_note(const struct tb_note *one, const struct tb_note *two)
{
    assert_int_equal(one->mechanism, two->mechanism);
    assert_true(one->lost == two->lost);
    for (size_t i = 0; i < TB_NOTE_END_COUNT; i++)
        assert_same_owner(&one->owner[i], &two->owner[i]);
}

static void the_note_of_the_documents_is_written(void **state)
{
    const struct tb_note note = {
        .owner[TB_NOTE_SRC] = { .text[TB_OWNER_COMM] = OCTETS("curl"),
                                .pid = 4242,
                                .uid = 1000,
                                .has = TB_OWNER_PID | TB_OWNER_UID },
        .mechanism = TB_MECHANISM_BPF,
    };
    char text[128];

    (void)state;
    assert_int_equal(tb_note_encode(&note, text, sizeof(text)), strlen(CURL));
    assert_string_equal(text, CURL);
}

static void every_key_comes_back(void **state)
{
    char text[sizeof(EVERY_KEY)];
    struct tb_note note;
    const struct tb_owner *owner = &note.owner[TB_NOTE_SRC];

    (void)state;
    assert_true(decode_string(EVERY_KEY, &note));
    assert_int_equal(note.mechanism, TB_MECHANISM_PROC);
    assert_true(note.lost == UINT64_MAX);
    assert_int_equal(owner->has, TB_OWNER_PID | TB_OWNER_START | TB_OWNER_UID | TB_OWNER_FD |
                                     TB_OWNER_LISTENER_PID);
    assert_int_equal(owner->pid, 4242);
    assert_int_equal(owner->uid, 1000);
    assert_int_equal(owner->fd, 7);
    assert_int_equal(owner->listener_pid, UINT32_MAX);
    assert_true(owner->start_ns == UINT64_MAX);
    assert_int_equal(owner->source, TB_OWNER_SOURCE_USER);
    assert_int_equal(owner->certainty, TB_OWNER_UNSURE);
    assert_text(&owner->text[TB_OWNER_COMM], "my app");
    assert_text(&owner->text[TB_OWNER_EXE], "/usr/bin/my app");
    assert_text(&owner->text[TB_OWNER_CMDLINE], "my app -x=1%");
    assert_text(&owner->text[TB_OWNER_USER], "ann");
    assert_text(&owner->text[TB_OWNER_CONTAINER], "docker-0123456789ab");
    assert_text(&owner->text[TB_OWNER_LISTENER_COMM], "init");
    assert_int_equal(note.owner[TB_NOTE_DST].has, TB_OWNER_PID);
    assert_int_equal(note.owner[TB_NOTE_DST].pid, 1);
    assert_int_equal(tb_note_encode(&note, text, sizeof(text)), sizeof(text) - 1);
    assert_string_equal(text, EVERY_KEY);
}

static void an_owner_that_listens_itself_says_so_in_a_word(void **state)
{
    char text[256];
    struct tb_note note = { .owner[TB_NOTE_DST] = { .has = TB_OWNER_PID | TB_OWNER_LISTENER_PID,
                                                    .pid = 7,
                                                    .listener_pid = 7 } };
    struct tb_note read;
    struct tb_owner *owner = &note.owner[TB_NOTE_DST];
    size_t length;

    (void)state;
    owner->text[TB_OWNER_COMM] = (struct tb_octet_string){ "httpd", 5 };
    owner->text[TB_OWNER_LISTENER_COMM] = (struct tb_octet_string){ "httpd", 5 };
    length = tb_note_encode(&note, text, sizeof(text));
    assert_string_equal(text, "tcp-breath v=1 dst.pid=7 dst.comm=httpd dst.listener=self");
    assert_true(tb_note_decode(text, length, scratch, &read));
    assert_same_owner(&read.owner[TB_NOTE_DST], owner);
    /* another pid, or another name, is another listener */
    owner->text[TB_OWNER_LISTENER_COMM] = (struct tb_octet_string){ "inetd", 5 };
    (void)tb_note_encode(&note, text, sizeof(text));
    assert_non_null(strstr(text, "dst.listener.pid=7 dst.listener.comm=inetd"));
    owner->text[TB_OWNER_LISTENER_COMM] = (struct tb_octet_string){ "httpd", 5 };
    owner->listener_pid = 8;
    (void)tb_note_encode(&note, text, sizeof(text));
    assert_non_null(strstr(text, "dst.listener.pid=8 dst.listener.comm=httpd"));
}

static void a_listener_that_is_named_goes_before_self(void **state)
{
    static const char *const notes[] = {
        "tcp-breath v=1 dst.listener=self dst.pid=7 dst.listener.pid=8 dst.listener.comm=inetd",
        "tcp-breath v=1 dst.pid=7 dst.listener.comm=inetd dst.listener.pid=8 dst.listener=self",
    };
    static const char *const none[] = {
        "tcp-breath v=1 dst.comm=httpd dst.listener=self",
        "tcp-breath v=1 dst.pid=7 dst.listener=other dst.listener=self",
        "tcp-breath v=1 dst.pid=7 src.listener=self",
    };
    struct tb_note note;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_true(tb_note_decode(notes[i], strlen(notes[i]), scratch, &note));
        assert_int_equal(note.owner[TB_NOTE_DST].listener_pid, 8);
        assert_int_equal(note.owner[TB_NOTE_DST].text[TB_OWNER_LISTENER_COMM].length, 5);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_true(tb_note_decode(none[i], strlen(none[i]), scratch, &note));
        for (size_t end = 0; end < TB_NOTE_END_COUNT; end++)
            assert_int_equal(note.owner[end].has & TB_OWNER_LISTENER_PID, 0);
    }
}

static void every_octet_of_a_text_comes_back_but_nul(void **state)
{
    char octets[255];
    char text[1024];
    struct tb_note note = { .owner[TB_NOTE_DST].text[TB_OWNER_EXE] = { octets, sizeof(octets) } };
    struct tb_note back;
    size_t length;

    (void)state;
    for (size_t i = 0; i < sizeof(octets); i++)
        octets[i] = (char)(uint8_t)(i + 1);
    length = tb_note_encode(&note, text, sizeof(text));
    for (size_t i = 0; i < length; i++)
        assert_true(text[i] >= ' ' && text[i] <= '~');
    assert_true(decode(text, length, &back));
    assert_same_note(&back, &note);
}

static void a_text_ends_at_its_first_nul(void **state)
{
    const struct tb_note note = { .owner[TB_NOTE_SRC].text[TB_OWNER_COMM] = OCTETS("a\0b") };
    const struct tb_note empty = { .owner[TB_NOTE_SRC].text[TB_OWNER_COMM] = OCTETS("\0b") };
    char text[64];

    (void)state;
    tb_note_encode(&note, text, sizeof(text));
    assert_string_equal(text, "tcp-breath v=1 src.comm=a");
    assert_int_equal(tb_note_encode(&empty, text, sizeof(text)), 0);
    assert_string_equal(text, "");
}

static void nothing_known_is_no_note(void **state)
{
    const struct tb_note note = { .lost = 7,
                                  .mechanism = TB_MECHANISM_BPF,
                                  .owner[TB_NOTE_SRC].source = TB_OWNER_SOURCE_SCAN };
    char text[64] = "x";

    (void)state;
    assert_int_equal(tb_note_encode(&note, text, sizeof(text)), 0);
    assert_string_equal(text, "");
}

static void a_buffer_too_small_gets_nothing_but_the_terminator(void **state)
{
    char text[sizeof(EVERY_KEY) + 1];
    struct tb_note note;

    (void)state;
    assert_true(decode_string(EVERY_KEY, &note));
    for (size_t size = 0; size < sizeof(EVERY_KEY); size++) {
        memset(text, 'x', sizeof(text));
        assert_int_equal(tb_note_encode(&note, text, size), 0);
        if (size > 0)
            assert_int_equal(text[0], '\0');
        assert_int_equal(text[size == 0 ? 0 : size], 'x');
    }
    assert_int_equal(tb_note_encode(&note, text, sizeof(EVERY_KEY)), sizeof(EVERY_KEY) - 1);
}

static char long_text[TB_OWNER_TEXT_MAX + 1];

static void make_long(struct tb_note *note, enum tb_owner_text which, char octet)
{
    memset(long_text, octet, sizeof(long_text));
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++)
        note->owner[end].text[which] = (struct tb_octet_string){ long_text, sizeof(long_text) };
}

static void a_long_text_is_cut(void **state)
{
    static char text[TB_NOTE_MAX + 1];
    struct tb_note note = { .mechanism = TB_MECHANISM_BPF };
    struct tb_note back;
    size_t length;

    (void)state;
    make_long(&note, TB_OWNER_CMDLINE, '\n');
    length = tb_note_encode(&note, text, sizeof(text));
    assert_true(decode(text, length, &back));
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++) {
        assert_int_equal(back.owner[end].text[TB_OWNER_CMDLINE].length, TB_OWNER_TEXT_MAX);
        assert_memory_equal(back.owner[end].text[TB_OWNER_CMDLINE].octets, long_text,
                            TB_OWNER_TEXT_MAX);
    }
}

static void a_long_text_is_cut_when_read_too(void **state)
{
    static char text[TB_NOTE_MAX];
    static const char before[] = "tcp-breath v=1 src.pid=1 src.exe=";
    struct tb_note note;

    (void)state;
    memset(text, 'z', sizeof(text));
    memcpy(text, before, sizeof(before) - 1);
    assert_true(decode(text, sizeof(text), &note));
    assert_int_equal(note.owner[TB_NOTE_SRC].text[TB_OWNER_EXE].length, TB_OWNER_TEXT_MAX);
}

static void a_note_too_long_is_written_without_the_command_lines(void **state)
{
    static char text[TB_NOTE_MAX + 1];
    struct tb_note note = { .owner[TB_NOTE_SRC] = { .pid = 7, .has = TB_OWNER_PID } };
    struct tb_note back;
    size_t length;

    (void)state;
    make_long(&note, TB_OWNER_CMDLINE, ' ');
    make_long(&note, TB_OWNER_EXE, ' ');
    make_long(&note, TB_OWNER_COMM, ' ');
    length = tb_note_encode(&note, text, sizeof(text));
    assert_true(length >= 1 && length <= TB_NOTE_MAX);
    assert_true(decode(text, length, &back));
    assert_int_equal(back.owner[TB_NOTE_SRC].pid, 7);
    assert_int_equal(back.owner[TB_NOTE_SRC].text[TB_OWNER_EXE].length, TB_OWNER_TEXT_MAX);
    assert_int_equal(back.owner[TB_NOTE_SRC].text[TB_OWNER_CMDLINE].length, 0);
}

static void the_longest_note_still_has_the_names(void **state)
{
    static char text[TB_NOTE_MAX + 1];
    struct tb_note note = { .lost = UINT64_MAX, .mechanism = TB_MECHANISM_FOREIGN };
    struct tb_note back;
    size_t length;

    (void)state;
    for (unsigned i = 0; i < TB_OWNER_TEXT_COUNT; i++)
        make_long(&note, (enum tb_owner_text)i, '\xff');
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++) {
        note.owner[end].has = UINT16_MAX;
        note.owner[end].start_ns = UINT64_MAX;
        note.owner[end].pid = UINT32_MAX;
        note.owner[end].uid = UINT32_MAX;
        note.owner[end].fd = UINT32_MAX;
        note.owner[end].listener_pid = UINT32_MAX;
    }
    length = tb_note_encode(&note, text, sizeof(text));
    assert_true(length >= 1 && length <= TB_NOTE_MAX);
    assert_true(decode(text, length, &back));
    assert_int_equal(back.owner[TB_NOTE_DST].pid, UINT32_MAX);
    assert_int_equal(back.owner[TB_NOTE_DST].text[TB_OWNER_COMM].length, TB_OWNER_TEXT_MAX);
    assert_int_equal(back.owner[TB_NOTE_DST].text[TB_OWNER_EXE].length, 0);
}

static const struct {
    const char *text;
    size_t length;
} wrong[] = {
    OCTETS(""),
    OCTETS("PID: 4242"),
    OCTETS("tcp-breath"),
    OCTETS("tcp-breath v"),
    OCTETS(" tcp-breath v=1 src.pid=1"),
    OCTETS("TCP-breath v=1 src.pid=1"),
    OCTETS("tcp-breathing v=1 src.pid=1"),
    OCTETS("tcp-breath  v=1 src.pid=1"),
    OCTETS("tcp-breath src.pid=1 v=1"),
    /* versions */
    OCTETS("tcp-breath v= src.pid=1"),
    OCTETS("tcp-breath v=2 src.pid=1"),
    OCTETS("tcp-breath v=10 src.pid=1"),
    OCTETS("tcp-breath v=01 src.pid=1"),
    OCTETS("tcp-breath v=1.0 src.pid=1"),
    /* numbers */
    OCTETS("tcp-breath v=1 src.pid="),
    OCTETS("tcp-breath v=1 src.pid=4294967296"),
    OCTETS("tcp-breath v=1 src.pid=4294967305"),
    OCTETS("tcp-breath v=1 src.pid=99999999999999999999999999"),
    OCTETS("tcp-breath v=1 src.pid=-1"),
    OCTETS("tcp-breath v=1 src.pid=+1"),
    OCTETS("tcp-breath v=1 src.pid=1x"),
    OCTETS("tcp-breath v=1 src.pid=0x10"),
    OCTETS("tcp-breath v=1 src.pid=%31"),
    OCTETS("tcp-breath v=1 src.pid=1,"),
    OCTETS("tcp-breath v=1 src.uid=4294967296"),
    OCTETS("tcp-breath v=1 src.fd=4294967296"),
    OCTETS("tcp-breath v=1 dst.listener.pid=4294967296"),
    OCTETS("tcp-breath v=1 src.start=18446744073709551616"),
    OCTETS("tcp-breath v=1 lost=18446744073709551616 src.pid=1"),
    /* escapes */
    OCTETS("tcp-breath v=1 src.comm=%"),
    OCTETS("tcp-breath v=1 src.comm=%4"),
    OCTETS("tcp-breath v=1 src.comm=%4g"),
    OCTETS("tcp-breath v=1 src.comm=%g4"),
    OCTETS("tcp-breath v=1 src.comm=%%41"),
    OCTETS("tcp-breath v=1 src.comm=a%00b"),
    OCTETS("tcp-breath v=1 src.comm=%00"),
    OCTETS("tcp-breath v=1 src.comm=\"curl\""),
    OCTETS("tcp-breath v=1 src.comm=a=b"),
    OCTETS("tcp-breath v=1 src.comm=a;b"),
    /* octets that no note has */
    OCTETS("tcp-breath v=1 src.pid=1\0"),
    OCTETS("tcp-breath v=1\0src.pid=1"),
    OCTETS("tcp-breath v=1 src.comm=a\0b"),
    OCTETS("tcp-breath v=1\tsrc.pid=1"),
    OCTETS("tcp-breath v=1 src.comm=a\x1b[31m"),
    OCTETS("tcp-breath v=1 src.comm=caf\xc3\xa9"),
    OCTETS("tcp-breath v=1 src.comm=\xff"),
    OCTETS("tcp-breath v=1 src.comm=a\x7f"),
    OCTETS("tcp-breath v=1 x.later=\x80 src.pid=1"),
    OCTETS("tcp-breath v=1 src.pid=1 curl"),
};

static void what_is_malformed_says_nothing(void **state)
{
    struct tb_note before;

    (void)state;
    memset(&before, 0xa5, sizeof(before));
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct tb_note note = before;

        if (decode(wrong[i].text, wrong[i].length, &note))
            fail_msg("believed: %s", wrong[i].text);
        assert_memory_equal(&note, &before, sizeof(note));
    }
}

static void keys_that_are_not_known_are_passed_over(void **state)
{
    struct tb_note note;

    (void)state;
    assert_true(decode_string("tcp-breath v=1 later=%zz src.colour=\"red\" src.pidx=x pid=7 "
                              "middle.pid=8 src.=1 =2 Src.pid=3 src.PID=4 src.pid=5",
                              &note));
    assert_int_equal(note.owner[TB_NOTE_SRC].has, TB_OWNER_PID);
    assert_int_equal(note.owner[TB_NOTE_SRC].pid, 5);
    assert_int_equal(note.owner[TB_NOTE_DST].has, 0);
}

static void words_that_are_not_known_promise_nothing(void **state)
{
    struct tb_note note;

    (void)state;
    assert_true(decode_string("tcp-breath v=1 mechanism=magic src.pid=5 src.source=oracle "
                              "src.certainty=absolute dst.certainty=sure dst.source=",
                              &note));
    assert_int_equal(note.mechanism, TB_MECHANISM_NONE);
    assert_int_equal(note.owner[TB_NOTE_SRC].source, TB_OWNER_SOURCE_UNKNOWN);
    assert_int_equal(note.owner[TB_NOTE_SRC].certainty, TB_OWNER_UNSURE);
    assert_int_equal(note.owner[TB_NOTE_DST].certainty, TB_OWNER_SURE);
    assert_int_equal(note.owner[TB_NOTE_DST].source, TB_OWNER_SOURCE_UNKNOWN);
}

static void of_a_key_twice_the_first_counts(void **state)
{
    struct tb_note note;

    (void)state;
    assert_true(decode_string("tcp-breath v=1 src.pid=1 src.pid=2 src.pid=x src.comm=a src.comm=b "
                              "mechanism=bpf mechanism=proc dst.pid=3",
                              &note));
    assert_int_equal(note.mechanism, TB_MECHANISM_BPF);
    assert_int_equal(note.owner[TB_NOTE_SRC].pid, 1);
    assert_text(&note.owner[TB_NOTE_SRC].text[TB_OWNER_COMM], "a");
    assert_int_equal(note.owner[TB_NOTE_DST].pid, 3);
}

static void an_empty_text_is_not_known(void **state)
{
    struct tb_note note;

    (void)state;
    assert_true(decode_string("tcp-breath v=1 src.comm=", &note));
    assert_int_equal(note.owner[TB_NOTE_SRC].text[TB_OWNER_COMM].length, 0);
    assert_false(tb_owner_is_known(&note.owner[TB_NOTE_SRC]));
}

static void the_note_ends_with_its_line(void **state)
{
    static const char *const comments[] = {
        CURL "\n",
        CURL "\r\nsrc.pid=1",
        CURL " \nseen by ann, \xe3\x81\x82",
        CURL "   ",
    };
    struct tb_note note;

    (void)state;
    for (size_t i = 0; i < COUNT(comments); i++) {
        assert_true(decode_string(comments[i], &note));
        assert_int_equal(note.owner[TB_NOTE_SRC].pid, 4242);
    }
}

static void a_note_cut_short_is_read_within_its_octets(void **state)
{
    struct tb_note note;

    (void)state;
    for (size_t length = 0; length < sizeof(EVERY_KEY); length++)
        (void)decode(EVERY_KEY, length, &note);
}

static void any_octet_anywhere_is_survived(void **state)
{
    char text[sizeof(EVERY_KEY)];
    char again[2 * sizeof(EVERY_KEY)];

    (void)state;
    for (size_t place = 0; place < sizeof(text) - 1; place++)
        for (unsigned octet = 0; octet < 256; octet++) {
            struct tb_note note;
            struct tb_note back;
            size_t length;

            memcpy(text, EVERY_KEY, sizeof(text));
            text[place] = (char)(uint8_t)octet;
            if (!decode(text, sizeof(text) - 1, &note))
                continue;
            length = tb_note_encode(&note, again, sizeof(again));
            if (length == 0)
                continue; /* a line end before anything was said */
            assert_true(tb_note_decode(again, length, scratch + sizeof(text), &back));
            assert_same_note(&back, &note);
        }
}

static void a_note_is_recognised_in_every_version(void **state)
{
    (void)state;
    assert_true(tb_note_is("tcp-breath v=9", 14));
    assert_true(tb_note_is(CURL, strlen(CURL)));
    assert_false(tb_note_is("tcp-breath v", 12));
    assert_false(tb_note_is("tcp-breath: a comment", 21));
    assert_false(tb_note_is("", 0));
}

static void names_out_of_range_are_unknown(void **state)
{
    (void)state;
    assert_string_equal(tb_owner_source_name(TB_OWNER_SOURCE_CONNECTOR), "connector");
    assert_string_equal(tb_owner_certainty_name(TB_OWNER_SURE), "sure");
    assert_string_equal(tb_mechanism_name(TB_MECHANISM_FOREIGN), "foreign");
    assert_string_equal(tb_owner_source_name(TB_OWNER_SOURCE_COUNT), "unknown");
    assert_string_equal(tb_owner_certainty_name(TB_OWNER_CERTAINTY_COUNT), "unknown");
    assert_string_equal(tb_mechanism_name(TB_MECHANISM_COUNT), "unknown");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_note_of_the_documents_is_written),
        cmocka_unit_test(every_key_comes_back),
        cmocka_unit_test(an_owner_that_listens_itself_says_so_in_a_word),
        cmocka_unit_test(a_listener_that_is_named_goes_before_self),
        cmocka_unit_test(every_octet_of_a_text_comes_back_but_nul),
        cmocka_unit_test(a_text_ends_at_its_first_nul),
        cmocka_unit_test(nothing_known_is_no_note),
        cmocka_unit_test(a_buffer_too_small_gets_nothing_but_the_terminator),
        cmocka_unit_test(a_long_text_is_cut),
        cmocka_unit_test(a_long_text_is_cut_when_read_too),
        cmocka_unit_test(a_note_too_long_is_written_without_the_command_lines),
        cmocka_unit_test(the_longest_note_still_has_the_names),
        cmocka_unit_test(what_is_malformed_says_nothing),
        cmocka_unit_test(keys_that_are_not_known_are_passed_over),
        cmocka_unit_test(words_that_are_not_known_promise_nothing),
        cmocka_unit_test(of_a_key_twice_the_first_counts),
        cmocka_unit_test(an_empty_text_is_not_known),
        cmocka_unit_test(the_note_ends_with_its_line),
        cmocka_unit_test(a_note_cut_short_is_read_within_its_octets),
        cmocka_unit_test(any_octet_anywhere_is_survived),
        cmocka_unit_test(a_note_is_recognised_in_every_version),
        cmocka_unit_test(names_out_of_range_are_unknown),
    };

    return cmocka_run_group_tests_name("owner", tests, NULL, NULL);
}
