/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.h - the sentences, labels and links, in English and Japanese
 *
 * All words come from text.def. Output is UTF-8, always terminated, never cut inside a character.
 * No locale is consulted. Names and start lines given by the caller are hostile: octets that are
 * not printable UTF-8 are escaped. Where a process takes the place of "the client" or "the server"
 * and is not known for sure, the sentence says so; where both ends' are named alike, which end. */
#ifndef TB_TEXT_H
#define TB_TEXT_H

#include <stddef.h>

#include "event.h"
#include "owner.h"
#include "segment.h"

enum tb_lang {
    TB_LANG_EN,
    TB_LANG_JA,
    TB_LANG_COUNT
};

enum {
    TB_ROWS_MAX = 8
};

/* Which rows of text.def tell a story. text.c's own. */
struct tb_choice {
    size_t count; /* of the rows; 0: not chosen yet */
    unsigned row[TB_ROWS_MAX];
    unsigned place;
};

/* Everything a sentence may use. */
struct tb_story {
    const struct tb_event *event;
    const struct tb_segment *segment;
    const struct tb_owner *owner[TB_ROLE_COUNT]; /* process by role, or NULL: "the client" */
    const char
        *start_line[TB_ROLE_COUNT]; /* of the HTTP message that starts here, or NULL; need not
                                       be terminated by a line end; at most 255 octets used */
    struct tb_choice choice;        /* tb_text_choose()'s, or zeroed */
};

/* Once all else in the story is set: what is written of it is chosen once and not each time. */
void tb_text_choose(struct tb_story *story);

/* The chapter and section that a sentence stands on. `label` is in the language asked for
 * ("RFC 9293 section 3.5", "RFC 9293 3.5 節"), `url` is the section at rfc-editor.org. */
struct tb_reference {
    const char *label;
    const char *url;
};

/* Each returns the octets written without the terminator. `size` at least 1. */

/* One or two sentences with this segment's own numbers. */
size_t tb_text_meaning(enum tb_lang lang, const struct tb_story *story, char *text, size_t size);

/* The folded layer's line after "TCP Breath, ": "Handshake 1 of 3: the client asks ...". Processes
 * stand with what tells them from others of their name: "curl (4242, uid 1000)". */
size_t tb_text_headline(enum tb_lang lang, const struct tb_story *story, char *text, size_t size);

/* The prefix of the Info column, short, without brackets: "handshake 1/3", "response 0.094 ms";
 * where a process is known: "handshake 1/3 curl → hello". */
size_t tb_text_info(enum tb_lang lang, const struct tb_story *story, char *text, size_t size);

/* A duration in the unit that suits: "0.094 ms", "1.250 s", "12 µs" never less exact than 3 digits.
 */
size_t tb_text_duration(enum tb_lang lang, uint64_t ns, char *text, size_t size);

/* A process that is known: "curl (4242, uid 1000)". */
size_t tb_text_owner(enum tb_lang lang, const struct tb_owner *owner, char *text, size_t size);

/* The same in short, for tables and ladders: "curl (4242)", "curl (4242)?" where it is not sure. */
size_t tb_text_owner_short(enum tb_lang lang, const struct tb_owner *owner, char *text,
                           size_t size);

/* Hostile octets as they may be shown: what is not printable UTF-8 becomes \\x1b, a backslash is
 * doubled. Nothing is cut where `size` is more than four times `length`. */
size_t tb_text_outside(struct tb_octet_string outside, char *text, size_t size);

/* As tcpdump writes them: "S", "S.", "P.", "F.", ".", "none" (order SFPRUWEe then "." as
 * tcpdump's). */
size_t tb_text_flags(uint16_t flags, char *text, size_t size);
/* Spelled out: "SYN, ACK". */
size_t tb_text_flag_names(uint16_t flags, char *text, size_t size);

struct tb_reference tb_text_reference(enum tb_lang lang, const struct tb_event *event);
/* The same, of a story that is chosen. */
struct tb_reference tb_text_reference_of(enum tb_lang lang, const struct tb_story *story);

/* Words for the tree in the language: "Handshake" / "ハンドシェイク". Static strings. */
const char *tb_text_phase(enum tb_lang lang, enum tb_phase phase);
const char *tb_text_step(enum tb_lang lang, enum tb_step step);
const char *tb_text_role(enum tb_lang lang, enum tb_role role);
const char *tb_text_mark(enum tb_lang lang, enum tb_mark mark); /* a short explanation */
const char *tb_text_source(enum tb_lang lang, enum tb_owner_source source); /* likewise */

/* Labels of the tree's lines, expert texts and other fixed strings: rows of text.def. */
enum tb_label {
    TB_LABEL_PHASE,
    TB_LABEL_STEP,
    TB_LABEL_FLAGS,
    TB_LABEL_MEANING,
    TB_LABEL_FROM,
    TB_LABEL_TO,
    TB_LABEL_ROLE,
    TB_LABEL_CONNECTION,
    TB_LABEL_CLIENT_STATE,
    TB_LABEL_SERVER_STATE,
    TB_LABEL_HANDSHAKE_NUMBER,
    TB_LABEL_TEARDOWN_NUMBER,
    TB_LABEL_EXCHANGE,
    TB_LABEL_REQUEST_IN,
    TB_LABEL_RESPONSE_IN,
    TB_LABEL_ACKS,
    TB_LABEL_ACKED_IN,
    TB_LABEL_RESPONSE_TIME,
    TB_LABEL_REQUEST_DURATION,
    TB_LABEL_RESPONSE_DURATION,
    TB_LABEL_RTT,
    TB_LABEL_RTT_SERVER,
    TB_LABEL_RTT_CLIENT,
    TB_LABEL_REQUEST_BYTES,
    TB_LABEL_RESPONSE_BYTES,
    TB_LABEL_BREATH,
    TB_LABEL_WINDOW,
    TB_LABEL_WINDOW_CHANGE,
    TB_LABEL_MARKS,
    TB_LABEL_READ_MORE,
    TB_LABEL_PROCESS,
    TB_LABEL_PID,
    TB_LABEL_USER,
    TB_LABEL_UID,
    TB_LABEL_CMDLINE,
    TB_LABEL_EXE,
    TB_LABEL_CONTAINER,
    TB_LABEL_FD,
    TB_LABEL_SOURCE,
    TB_LABEL_CERTAINTY,
    TB_LABEL_START,
    TB_LABEL_LISTENER_PROCESS,
    TB_LABEL_LISTENER_PID,
    TB_LABEL_MECHANISM,
    TB_LABEL_UNKNOWN_UNRECORDED,
    TB_LABEL_UNKNOWN_END,
    TB_LABEL_UNKNOWN_CONNECTION,
    TB_LABEL_UNKNOWN_UNREAD,
    TB_LABEL_UNKNOWN_WHICH,
    TB_LABEL_SURE,
    TB_LABEL_UNSURE_BECAUSE,
    TB_LABEL_UNSURE_FOREIGN,
    TB_LABEL_UNSURE_LIVE_HIDDEN,
    TB_LABEL_UNSURE_LIVE_UNUSED,
    TB_LABEL_LIVE_BUSY,
    TB_LABEL_LIVE_GONE,
    TB_LABEL_LIVE_ELSEWHERE,
    TB_LABEL_LIVE_UNACCEPTED,
    TB_LABEL_LIVE_HIDDEN,
    TB_LABEL_LIVE_SEVERAL,
    TB_LABEL_LIVE_REFUSED,
    TB_LABEL_LIVE_CANDIDATE,
    TB_LABEL_EITHER,
    TB_LABEL_EXPERT_HANDSHAKE_RETRANSMISSION,
    TB_LABEL_EXPERT_REFUSED,
    TB_LABEL_EXPERT_SLOW_RESPONSE,
    TB_LABEL_EXPERT_HALF_OPEN,
    TB_LABEL_EXPERT_RESET_IN_EXCHANGE,
    TB_LABEL_EXPERT_CLOSED_UNANSWERED,
    TB_LABEL_EXPERT_ZERO_WINDOW,
    TB_LABEL_EXPERT_SYN_UNANSWERED,
    TB_LABEL_STATS_CONN,
    TB_LABEL_STATS_EXCHANGES,
    TB_LABEL_STATS_PROCESS,
    TB_LABEL_STATS_PHASES,
    TB_LABEL_STATS_FILTER,
    TB_LABEL_STATS_NO_SEGMENT,
    TB_LABEL_STATS_NO_SEGMENT_PASSES,
    TB_LABEL_STATS_NO_EXCHANGE,
    TB_LABEL_STATS_NO_PROCESS,
    TB_LABEL_STATS_TIMES,
    TB_LABEL_STATS_EXCHANGE_TIMES,
    TB_LABEL_STATS_PROCESS_TIMES,
    TB_LABEL_STATS_INCOMPLETE_NOTE,
    TB_LABEL_STATS_SHARED_NOTE,
    TB_LABEL_STATS_HANDED_NOTE,
    TB_LABEL_STATS_NO,
    TB_LABEL_STATS_CLIENT,
    TB_LABEL_STATS_SERVER,
    TB_LABEL_STATS_START,
    TB_LABEL_STATS_DURATION,
    TB_LABEL_STATS_PACKETS_UP,
    TB_LABEL_STATS_PACKETS_DOWN,
    TB_LABEL_STATS_BYTES_UP,
    TB_LABEL_STATS_BYTES_DOWN,
    TB_LABEL_STATS_RESENT,
    TB_LABEL_STATS_EXCHANGE_COUNT,
    TB_LABEL_STATS_HANDSHAKE,
    TB_LABEL_STATS_MIN,
    TB_LABEL_STATS_MEAN,
    TB_LABEL_STATS_P95,
    TB_LABEL_STATS_MAX,
    TB_LABEL_STATS_END,
    TB_LABEL_STATS_COMPLETE,
    TB_LABEL_STATS_YES,
    TB_LABEL_STATS_NOT,
    TB_LABEL_STATS_CONN_NO,
    TB_LABEL_STATS_EXCHANGE_NO,
    TB_LABEL_STATS_REQUEST,
    TB_LABEL_STATS_RESPONSE,
    TB_LABEL_STATS_REQUEST_FRAME,
    TB_LABEL_STATS_REQUEST_BYTES,
    TB_LABEL_STATS_RESPONSE_FRAME,
    TB_LABEL_STATS_RESPONSE_BYTES,
    TB_LABEL_STATS_SEND,
    TB_LABEL_STATS_WAIT,
    TB_LABEL_STATS_TOTAL,
    TB_LABEL_STATS_PROCESSES,
    TB_LABEL_STATS_CONNS,
    TB_LABEL_STATS_SENT,
    TB_LABEL_STATS_RECEIVED,
    TB_LABEL_STATS_ROLE,
    TB_LABEL_STATS_PEER,
    TB_LABEL_STATS_UNKNOWN_PROCESS,
    TB_LABEL_STATS_FIN_CLIENT,
    TB_LABEL_STATS_FIN_SERVER,
    TB_LABEL_STATS_FIN_BOTH,
    TB_LABEL_STATS_HALF_CLOSED,
    TB_LABEL_STATS_RESET_CLIENT,
    TB_LABEL_STATS_RESET_SERVER,
    TB_LABEL_STATS_REFUSED,
    TB_LABEL_STATS_UNANSWERED,
    TB_LABEL_STATS_OPEN,
    TB_LABEL_FILTER_CONNECTION,
    TB_LABEL_FILTER_EXCHANGE,
    TB_LABEL_FILTER_PROCESS,
    TB_LABEL_COUNT
};

const char *tb_text_label(enum tb_lang lang, enum tb_label label);

/* auto: the first of LC_ALL, LC_MESSAGES, LANG that is set and not empty; the caller reads them. */
enum tb_lang tb_text_lang_of_locale(const char *locale);

#endif
