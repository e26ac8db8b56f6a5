/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.c - what Wireshark knows of us by name: fields, expert infos, preferences, the tap */
#include "fields.h"

#include <assert.h>
#include <stdlib.h>

#include "conns.h"
#include "live.h"
#include "stats.h"

int tb_proto = -1;
int tb_tap = -1;
int tb_field_id[TB_FIELD_COUNT]; /* 0: not registered */
int tb_subtree_id[TB_SUBTREE_COUNT];
expert_field tb_expert_id[TB_EXPERT_COUNT];

tb_ws_bool tb_pref_info_prefix = true;
unsigned tb_pref_slow_response_ms = 1000;
tb_ws_bool tb_pref_process_notes = true;
tb_ws_bool tb_pref_live_processes = true;

/* Not one of Wireshark's enumerated preferences: those take any word and keep silent. */
static const char *pref_language = "auto";
static enum tb_lang lang_of_environment = TB_LANG_EN;
static enum tb_lang lang = TB_LANG_EN;

/* Fixed at registration, so in English; Japanese is drawn over them. */
#define FIELD(id, name, abbrev, type, display, strings, blurb)                                     \
    {                                                                                              \
        &tb_field_id[TB_FIELD_##id],                                                               \
        {                                                                                          \
            name, "tcp-breath." abbrev, FT_##type, display, strings, 0, blurb, HFILL               \
        }                                                                                          \
    }
#define STRING(id, name, abbrev, blurb) FIELD(id, name, abbrev, STRING, BASE_NONE, NULL, blurb)
#define TIME(id, name, abbrev, blurb)   FIELD(id, name, abbrev, RELATIVE_TIME, BASE_NONE, NULL, blurb)
#define FRAME(id, name, abbrev, kind, blurb)                                                       \
    FIELD(id, name, abbrev, FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_##kind), blurb)
#define NUMBER(id, name, abbrev, type, blurb) FIELD(id, name, abbrev, type, BASE_DEC, NULL, blurb)
#define MARK(id, name, abbrev, blurb)                                                              \
    FIELD(MARK_FIRST + TB_MARK_##id, name, "mark." abbrev, BOOLEAN, BASE_NONE, NULL, blurb)

/* Fields of owners: their places follow from the prefix and from what is told. */
#define OWNER(prefix, which, name, abbrev, type, display, blurb)                                   \
    {                                                                                              \
        &tb_field_id[TB_FIELD_OWNER_FIRST + (prefix) + TB_OWNER_FIELD_##which],                    \
        {                                                                                          \
            name, "tcp-breath." abbrev, FT_##type, display, NULL, 0, blurb, HFILL                  \
        }                                                                                          \
    }
/* `of`: whose process, for the description */
#define COMMON_FIELDS(at, before, title, of)                                                       \
    OWNER(at, PROCESS, title "Process", before "process", STRING, BASE_NONE,                       \
          "Name of the process " of),                                                              \
        OWNER(at, PID, title "Process ID", before "pid", UINT32, BASE_DEC,                         \
              "Number of the process " of),                                                        \
        OWNER(at, CMDLINE, title "Command", before "cmdline", STRING, BASE_NONE,                   \
              "Arguments of the process " of ", where the capture was asked to record them"),      \
        OWNER(at, EXE, title "Program", before "exe", STRING, BASE_NONE,                           \
              "Path of the program of the process " of),                                           \
        OWNER(at, USER, title "User", before "user", STRING, BASE_NONE,                            \
              "Name of the user who owns the socket of the process " of),                          \
        OWNER(at, UID, title "User ID", before "uid", UINT32, BASE_DEC,                            \
              "Number of the user who owns the socket of the process " of),                        \
        OWNER(at, CONTAINER, title "Container", before "container", STRING, BASE_NONE,             \
              "Container of the process " of)
#define END_FIELDS(prefix, before, title, of)                                                      \
    COMMON_FIELDS(END_AT(prefix), before, title, of),                                              \
        OWNER(END_AT(prefix), FD, title "File descriptor", before "fd", UINT32, BASE_DEC,          \
              "Lowest file descriptor seen for the socket in the process " of),                    \
        OWNER(END_AT(prefix), START, title "Started after boot", before "start", RELATIVE_TIME,    \
              BASE_NONE, "When the process " of " started, counted from the boot of its machine"), \
        OWNER(END_AT(prefix), SOURCE, title "Known by", before "source", STRING, BASE_NONE,        \
              "How the process " of " is known: connector, user, acceptor, snapshot, scan, live "  \
              "or unknown"),                                                                       \
        OWNER(END_AT(prefix), CERTAINTY, title "Certainty", before "certainty", STRING, BASE_NONE, \
              "Whether the process " of " is sure or unsure")
#define END_AT(prefix)                                                                             \
    (TB_OWNER_FIELD_COMMON + (TB_OWNER_PREFIX_##prefix - 1) * TB_OWNER_FIELD_COUNT)

static hf_register_info fields[] = {
    STRING(PHASE, "Phase", "phase",
           "Chapter of the connection's story: handshake, request, response, window-update, "
           "keep-alive, teardown, reset, quoted or unknown"),
    STRING(STEP, "Step", "step", "What the segment does in its phase: syn, request, fin, ..."),
    NUMBER(CONNECTION, "Connection", "connection", UINT32,
           "Number of the connection in this file, from 1; where tcp.stream splits a living "
           "connection, this does not"),
    STRING(FLAGS, "Flags", "flags",
           "The control bits as tcpdump writes them: S, S., P., F., R, \".\" for an ACK alone; "
           "none"),
    NUMBER(HANDSHAKE_NUMBER, "Handshake step", "handshake.number", UINT8,
           "Which of the handshake's three segments this is"),
    NUMBER(TEARDOWN_NUMBER, "Teardown step", "teardown.number", UINT8,
           "Which of the teardown's four parts this is; two where a FIN acknowledges a FIN"),
    STRING(ROLE, "Role", "role", "Who sent this segment: client or server"),
    STRING(CLIENT_STATE, "Client state", "client.state",
           "The client's TCP state after this segment was sent and received (RFC 9293)"),
    STRING(SERVER_STATE, "Server state", "server.state",
           "The server's TCP state after this segment was sent and received (RFC 9293)"),
    STRING(MEANING, "Meaning", "meaning",
           "What the segment means, in a sentence, with its own numbers"),
    STRING(RFC, "Read more", "rfc", "Where the standard says so: the address of the section"),
    NUMBER(EXCHANGE, "Exchange", "exchange", UINT32,
           "Number of the request and its response on the connection, from 1"),
    FRAME(REQUEST_IN, "Request in frame", "request_in", REQUEST,
          "Frame with the last byte of the request that this answers"),
    FRAME(RESPONSE_IN, "Response in frame", "response_in", RESPONSE,
          "Frame with the last byte of the response to this; known once that was read"),
    FRAME(ACKS, "Acknowledges frame", "acks", ACK,
          "Frame of the last segment that this one is the first to acknowledge"),
    FRAME(ACKED_IN, "Acknowledged in frame", "acked_in", ACK,
          "Frame of the first segment that acknowledges this one; known once that was read"),
    TIME(RESPONSE_TIME, "Response time", "response_time",
         "From the last byte of the request to the first byte of the response"),
    TIME(REQUEST_DURATION, "Request duration", "request_duration",
         "From the first to the last byte of the request, so far"),
    TIME(RESPONSE_DURATION, "Response duration", "response_duration",
         "From the first to the last byte of the response, so far"),
    TIME(RTT, "Handshake round trip", "handshake.rtt",
         "From the last SYN to the third segment of the handshake"),
    TIME(RTT_SERVER, "Server's part of the round trip", "handshake.rtt.server",
         "From the last SYN to the SYN-ACK: the way to the server and back"),
    TIME(RTT_CLIENT, "Client's part of the round trip", "handshake.rtt.client",
         "From the SYN-ACK to its acknowledgment: the way to the client and back"),
    NUMBER(REQUEST_BYTES, "Request bytes", "request.bytes", UINT64,
           "Bytes of the request, up to this segment, repeated ones counted once"),
    NUMBER(RESPONSE_BYTES, "Response bytes", "response.bytes", UINT64,
           "Bytes of the response, up to this segment, repeated ones counted once"),
    NUMBER(BREATH, "Breath", "breath", INT32,
           "Bytes of data that this segment brings and that were not seen before, without those in "
           "a SYN: above zero from the client, below zero from the server; not shown"),
    NUMBER(WINDOW, "Window", "window", UINT32,
           "Bytes that the sender of this segment can take now, scaled"),
    NUMBER(WINDOW_CHANGE, "Window change", "window.change", INT32,
           "Against the window in the sender's previous segment, in bytes"),
    FIELD(MARK, "Marks", "mark", NONE, BASE_NONE, NULL, "Remarks on the segment"),
    MARK(MIDSTREAM, "Midstream", "midstream",
         "The capture has not seen this connection's handshake"),
    MARK(INFERRED, "Inferred", "inferred", "Concluded, not seen"),
    MARK(COMPLETES_HANDSHAKE, "Completes the handshake", "completes-handshake",
         "The third segment of the handshake carries something more"),
    MARK(REFUSED, "Refused", "refused", "The reset answers a SYN"),
    MARK(INEFFECTIVE, "Ineffective", "ineffective", "The reset is ignored by its receiver"),
    MARK(LOST_BEFORE, "Lost before", "lost-before",
         "Segments before this one are not in the capture"),
    MARK(TRUNCATED, "Truncated", "truncated", "The header is too short to tell"),
    MARK(REUSED_PORT, "Reused port", "reused-port",
         "Opens a new connection on addresses and ports used before"),
    MARK(FAST_OPEN, "Fast Open", "fast-open", "TCP Fast Open (RFC 7413)"),
    MARK(ECN, "ECN", "ecn", "Negotiates or signals congestion (RFC 3168)"),
    MARK(MULTIPLEXED, "Multiplexed", "multiplexed",
         "Several exchanges share the bytes: none is told apart"),
    MARK(ONE_DIRECTION, "One direction", "one-direction",
         "The other end has sent too, and the capture has none of that so far"),
    STRING(LISTENER_PROCESS, "Process of the listening socket", "listener.process",
           "Name of the process that holds the listening socket: context, never the owner"),
    NUMBER(LISTENER_PID, "Process ID of the listening socket", "listener.pid", UINT32,
           "Number of the process that holds the listening socket: context, never the owner"),
    STRING(MECHANISM, "Recorded by", "mechanism",
           "How the capture learned of the process: bpf, proc, live, or foreign for another tool's "
           "note"),
    COMMON_FIELDS(0, "", "", "at either end"),
    END_FIELDS(SRC, "src.", "Sender: ", "that sends this segment"),
    END_FIELDS(DST, "dst.", "Receiver: ", "that receives this segment"),
    END_FIELDS(CLIENT, "client.", "Client: ", "at the client's end"),
    END_FIELDS(SERVER, "server.", "Server: ", "at the server's end"),
};

static_assert(sizeof(fields) / sizeof(fields[0]) == TB_FIELD_COUNT, "a row for each field");

#define EXPERT(id, name, group, severity, summary)                                                 \
    {                                                                                              \
        &tb_expert_id[TB_EXPERT_##id],                                                             \
        {                                                                                          \
            "tcp-breath.expert." name, PI_##group, PI_##severity, summary, EXPFILL                 \
        }                                                                                          \
    }

static ei_register_info experts[] = {
    EXPERT(HANDSHAKE_RETRANSMISSION, "handshake_retransmission", SEQUENCE, NOTE,
           "A segment of the handshake is sent again"),
    EXPERT(REFUSED, "refused", SEQUENCE, WARN, "The connection is refused"),
    EXPERT(SLOW_RESPONSE, "slow_response", SEQUENCE, NOTE,
           "The response took longer than the preference allows"),
    EXPERT(HALF_OPEN, "half_open", SEQUENCE, WARN,
           "Half-open: one end asks to open what the other still has open"),
    EXPERT(RESET_IN_EXCHANGE, "reset_in_exchange", SEQUENCE, WARN,
           "The connection is reset in the middle of an exchange"),
    EXPERT(CLOSED_UNANSWERED, "closed_unanswered", SEQUENCE, WARN,
           "The connection ends while a request is unanswered"),
    EXPERT(ZERO_WINDOW, "zero_window", SEQUENCE, WARN, "The sender can take no more bytes now"),
    EXPERT(SYN_UNANSWERED, "syn_unanswered", SEQUENCE, WARN,
           "Nobody ever answered this SYN (known once the file was read)"),
};

static_assert(sizeof(experts) / sizeof(experts[0]) == TB_EXPERT_COUNT, "a row for each");

/* The first of them that is set and not empty counts. setlocale() is not asked: Wireshark's
 * programs differ in whether they call it. */
static enum tb_lang read_environment(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *locale = getenv(names[i]);

        if (locale != NULL && *locale != '\0')
            return tb_text_lang_of_locale(locale);
    }
    return TB_LANG_EN;
}

enum tb_lang tb_pref_lang(void)
{
    return lang;
}

static void apply_preferences(void)
{
    if (g_ascii_strcasecmp(pref_language, "en") == 0) {
        lang = TB_LANG_EN;
    } else if (g_ascii_strcasecmp(pref_language, "ja") == 0) {
        lang = TB_LANG_JA;
    } else {
        lang = lang_of_environment;
        if (*pref_language != '\0' && g_ascii_strcasecmp(pref_language, "auto") != 0)
            report_failure("tcp-breath.language: %s: neither auto nor en nor ja", pref_language);
    }
    tb_stats_reword();
}

static void register_fields(void)
{
    static int *subtrees[TB_SUBTREE_COUNT];

    for (size_t i = 0; i < TB_SUBTREE_COUNT; i++) {
        tb_subtree_id[i] = -1;
        subtrees[i] = &tb_subtree_id[i];
    }
    proto_register_field_array(tb_proto, fields, TB_FIELD_COUNT);
    proto_register_subtree_array(subtrees, TB_SUBTREE_COUNT);
}

static void register_experts(void)
{
    for (size_t i = 0; i < TB_EXPERT_COUNT; i++) {
        tb_expert_id[i] = (expert_field)EI_INIT;
        experts[i].eiinfo.hf_info.hfinfo.blurb = experts[i].eiinfo.summary;
    }
    expert_register_field_array(expert_register_protocol(tb_proto), experts, TB_EXPERT_COUNT);
}

static void register_preferences(void)
{
    module_t *module = prefs_register_protocol(tb_proto, apply_preferences);

    prefs_register_string_preference(module, "language", "Language (auto, en or ja)",
                                     "Language of the sentences and labels: English (en), "
                                     "日本語 (ja), or as the environment says (auto: LC_ALL, "
                                     "LC_MESSAGES, LANG). Values to filter by are English always.",
                                     &pref_language);
    prefs_register_bool_preference(module, "info_prefix", "Say it in the Info column",
                                   "Whether the Info column begins with the segment's phase",
                                   &tb_pref_info_prefix);
    prefs_register_uint_preference(module, "slow_response_ms", "Slow response (milliseconds)",
                                   "Response times above this are an expert info; 0: none is", 10,
                                   &tb_pref_slow_response_ms);
    prefs_register_bool_preference(module, "process_notes", "Read process notes",
                                   "Whether the processes that breathdump has noted in a capture "
                                   "are shown",
                                   &tb_pref_process_notes);
    prefs_register_bool_preference(module, "live_processes", "Look for processes while capturing",
                                   "Whether this machine is asked, while a packet is fresh, which "
                                   "process has its socket (Linux only)",
                                   &tb_pref_live_processes);
}

void tb_fields_register(void)
{
    tb_proto = proto_register_protocol("TCP Breath", "TCP Breath", "tcp-breath");
    register_fields();
    register_experts();
    register_preferences();
    tb_tap = register_tap("tcp-breath");
    lang_of_environment = read_environment();
    lang = lang_of_environment;
    tb_conns_register();
    register_init_routine(tb_conns_reset);
    tb_live_register();
}
