/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner.h - who owns an end of a connection, as a note in a capture file says it
 *
 * A note is one line of printable ASCII in a packet's comment:
 *
 *   tcp-breath v=1 mechanism=bpf src.pid=4242 src.comm=curl src.uid=1000 dst.pid=...
 *
 * `src` is the end that sent the packet, `dst` the one that receives it. Values are
 * percent-escaped: every octet that is not a letter, a digit or one of "-._~/:@+," is "%XX", so no
 * name can end a value, a line or the comment. Keys that are not known are passed over: a later
 * version may add some. What follows the first line of the comment is somebody else's. A note is
 * hostile input. docs/process-notes.md has all keys.
 *
 * Notes live in files that are shared: command lines are in them only where somebody asked. */
#ifndef TB_OWNER_H
#define TB_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How it is known who owns an end. */
enum tb_owner_source {
    TB_OWNER_SOURCE_UNKNOWN,
    TB_OWNER_SOURCE_CONNECTOR, /* it called connect() */
    TB_OWNER_SOURCE_USER,      /* the first to read from or write to the accepted socket */
    TB_OWNER_SOURCE_ACCEPTOR,  /* it called accept() and was not seen to use the socket yet */
    TB_OWNER_SOURCE_SNAPSHOT,  /* it held the socket when the capture began */
    TB_OWNER_SOURCE_SCAN,      /* it was found holding the socket, under /proc, soon after */
    TB_OWNER_SOURCE_LIVE,      /* likewise, by Wireshark itself while it captured */
    TB_OWNER_SOURCE_COUNT
};

enum tb_owner_certainty {
    TB_OWNER_SURE,
    TB_OWNER_UNSURE, /* records were lost, or several processes hold the socket */
    TB_OWNER_CERTAINTY_COUNT
};

/* By what means the capture learned of owners. */
enum tb_mechanism {
    TB_MECHANISM_NONE,
    TB_MECHANISM_BPF,
    TB_MECHANISM_PROC,    /* sock_diag, process connector and /proc */
    TB_MECHANISM_LIVE,    /* Wireshark's own look while it captured */
    TB_MECHANISM_FOREIGN, /* another tool's note */
    TB_MECHANISM_COUNT
};

/* Octets, not terminated, not necessarily UTF-8. `length` 0: not known. */
struct tb_octet_string {
    const char *octets;
    size_t length;
};

/* Which numbers are known: bits of tb_owner.has */
#define TB_OWNER_PID          0x01u
#define TB_OWNER_START        0x02u
#define TB_OWNER_UID          0x04u
#define TB_OWNER_FD           0x08u
#define TB_OWNER_LISTENER_PID 0x10u

/* The texts of an owner: indexes of tb_owner.text */
enum tb_owner_text {
    TB_OWNER_COMM,      /* name of the thread group's leader: /proc/PID/comm, at most 15 octets */
    TB_OWNER_EXE,       /* path of the program */
    TB_OWNER_CMDLINE,   /* arguments, a space between each two */
    TB_OWNER_USER,      /* name of the user */
    TB_OWNER_CONTAINER, /* as the cgroup tells: "docker-0123456789ab", ... */
    TB_OWNER_LISTENER_COMM,
    TB_OWNER_TEXT_COUNT
};

enum {
    TB_OWNER_TEXT_MAX = 4096, /* octets used of each text; what is longer is cut */
    TB_NOTE_MAX = 65535       /* octets: as much as an option of pcapng holds */
};

struct tb_owner {
    struct tb_octet_string text[TB_OWNER_TEXT_COUNT];
    uint64_t start_ns;     /* start of the process, nanoseconds since boot (task->start_boottime) */
    uint32_t pid;          /* thread group, in the capturing tool's pid namespace */
    uint32_t uid;          /* of the socket (sk_uid) */
    uint32_t fd;           /* the lowest descriptor seen for the socket */
    uint32_t listener_pid; /* holds the listening socket: context, never the owner */
    uint16_t has;          /* TB_OWNER_... */
    uint8_t source;        /* enum tb_owner_source */
    uint8_t certainty;     /* enum tb_owner_certainty */
};

/* The ends of a note: index of tb_note.owner */
enum tb_note_end {
    TB_NOTE_SRC,
    TB_NOTE_DST,
    TB_NOTE_END_COUNT
};

struct tb_note {
    struct tb_owner owner[TB_NOTE_END_COUNT]; /* has 0 and no text: nothing is said of this end */
    uint64_t lost;     /* records of owners lost until here; 0: none, or not said */
    uint8_t mechanism; /* enum tb_mechanism */
};

/* Writes the note, terminated. Returns the octets written without the terminator, or 0 where
 * `size` is too small (nothing is written then but the terminator) or nothing is known of either
 * end. TB_NOTE_MAX + 1 is always enough: a note that would be longer is written without the command
 * lines, and if need be with no text but the names. A text ends at its first NUL. */
size_t tb_note_encode(const struct tb_note *note, char *text, size_t size);

/* Whether a comment is one of our notes, of whatever version. */
bool tb_note_is(const char *text, size_t length);

/* Reads a note. `scratch` gets the unescaped texts, which note->owner[].text point into: it must be
 * at least as large as `length` and live as long as they are used. False where it is none of ours,
 * of another version, or malformed: *note is then unchanged. A number out of range or a text that
 * holds NUL makes a note malformed; a key twice: the first counts. Words that are not known: no
 * source, no mechanism, unsure. Texts that are not there: octets NULL. */
bool tb_note_decode(const char *text, size_t length, char *scratch, struct tb_note *note);

/* "connector", "sure", "bpf", ...: identifiers, English in every language. Static strings; an
 * argument out of range gives "unknown". */
const char *tb_owner_source_name(enum tb_owner_source source);
const char *tb_owner_certainty_name(enum tb_owner_certainty certainty);
const char *tb_mechanism_name(enum tb_mechanism mechanism);

/* Whether anything is known of the end. */
static inline bool tb_owner_is_known(const struct tb_owner *owner)
{
    return (owner->has & TB_OWNER_PID) != 0 || owner->text[TB_OWNER_COMM].length > 0;
}

#endif
