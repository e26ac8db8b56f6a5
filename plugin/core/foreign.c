/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foreign.c - what other tools than ours write into a capture about processes */
#include "foreign.h"

#include <assert.h>
#include <string.h>

enum {
    DECIMAL = 10,
    OCTET = 8,
    /* struct pktap_header: offsets, and its size */
    PKTAP_LENGTH = 0,
    PKTAP_RECORD = 4,
    PKTAP_FLAGS = 36,
    PKTAP_PID = 52,
    PKTAP_COMM = 56,
    PKTAP_COMM_SIZE = 20,
    PKTAP_SIZE = 108,
    PKTAP_RECORD_PACKET = 1,
    PKTAP_FLAG_IN = 1,
    PKTAP_FLAG_OUT = 2
};

struct span {
    const char *at;
    size_t length;
};

const char *tb_foreign_tool_name(enum tb_foreign_tool tool)
{
    static const char *const names[] = {
        [TB_FOREIGN_NONE] = "",           [TB_FOREIGN_PTCPDUMP] = "ptcpdump",
        [TB_FOREIGN_RUSTNET] = "rustnet", [TB_FOREIGN_PKTAP] = "pktap",
        [TB_FOREIGN_DARWIN] = "Darwin",
    };

    static_assert(sizeof(names) / sizeof(names[0]) == TB_FOREIGN_COUNT, "a name for each tool");
    return (unsigned)tool < TB_FOREIGN_COUNT ? names[tool] : "";
}

/* Cuts off what comes before `separator`, which goes; all of it where there is none. */
static struct span take(struct span *rest, char separator)
{
    const char *end = rest->length > 0 ? memchr(rest->at, separator, rest->length) : NULL;
    struct span taken = *rest;

    if (end == NULL) {
        rest->at += rest->length;
        rest->length = 0;
        return taken;
    }
    taken.length = (size_t)(end - rest->at);
    rest->at = end + 1;
    rest->length -= taken.length + 1;
    return taken;
}

static bool begins(const struct span *span, const char *with)
{
    const size_t length = strlen(with);

    return span->length >= length && memcmp(span->at, with, length) == 0;
}

static bool ends(const struct span *span, const char *with)
{
    const size_t length = strlen(with);

    return span->length >= length && memcmp(span->at + span->length - length, with, length) == 0;
}

/* Whether it begins with the key, which is then cut off. */
static bool is_key(struct span *span, const char *key)
{
    if (!begins(span, key))
        return false;
    span->at += strlen(key);
    span->length -= strlen(key);
    return true;
}

/* Decimal digits and nothing else, below 2^32. */
static bool read_number(struct span digits, uint32_t *number)
{
    uint64_t value = 0;

    if (digits.length == 0)
        return false;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return false;
        value = value * DECIMAL + (uint64_t)(digits.at[i] - '0');
        if (value > UINT32_MAX)
            return false;
    }
    *number = (uint32_t)value;
    return true;
}

/* Process 0 is the kernel's and owns no socket: it stands for nobody. */
static void set_pid(struct tb_owner *owner, struct span digits)
{
    uint32_t pid;

    if ((owner->has & TB_OWNER_PID) == 0 && read_number(digits, &pid) && pid != 0) {
        owner->pid = pid;
        owner->has |= TB_OWNER_PID;
    }
}

static void set_uid(struct tb_owner *owner, struct span digits)
{
    if ((owner->has & TB_OWNER_UID) == 0 && read_number(digits, &owner->uid))
        owner->has |= TB_OWNER_UID;
}

static void set_text(struct tb_owner *owner, enum tb_owner_text which, struct span text)
{
    const char *nul = text.length > 0 ? memchr(text.at, '\0', text.length) : NULL;
    struct tb_octet_string *place = &owner->text[which];

    if (nul != NULL)
        text.length = (size_t)(nul - text.at);
    if (text.length > TB_OWNER_TEXT_MAX)
        text.length = TB_OWNER_TEXT_MAX;
    if (place->length > 0 || text.length == 0)
        return;
    place->octets = text.at;
    place->length = text.length;
}

/* What a process was executed as: its path, or at least its name. */
static void set_program(struct tb_owner *owner, struct span program)
{
    struct span rest = program;
    struct span name = program;

    if (ends(&program, "..."))
        return; /* cut: what is left would be another name */
    while (rest.length > 0)
        name = take(&rest, '/');
    if (begins(&program, "/"))
        set_text(owner, TB_OWNER_EXE, program);
    set_text(owner, TB_OWNER_COMM, name);
}

/* Its arguments can hold a line break, so no other line of this comment is believed; whoever the
 * first line names is the process. */
static void read_ptcpdump(struct span text, struct tb_foreign *found)
{
    while (text.length > 0) {
        struct span line = take(&text, '\n');

        if (is_key(&line, "PID: "))
            set_pid(&found->owner, line);
        else if (is_key(&line, "Cmd: ") || is_key(&line, "Command: "))
            set_program(&found->owner, line);
        else if (is_key(&line, "Args: "))
            set_text(&found->owner, TB_OWNER_CMDLINE, line);
    }
}

static void read_rustnet(struct span text, struct tb_foreign *found)
{
    bool directed = false;

    while (text.length > 0) {
        struct span item = take(&text, ' ');

        if (is_key(&item, "pid=")) {
            set_pid(&found->owner, item);
        } else if (is_key(&item, "process=")) {
            set_text(&found->owner, TB_OWNER_COMM, item);
        } else if (is_key(&item, "uid=")) {
            set_uid(&found->owner, item);
        } else if (is_key(&item, "container=")) {
            set_text(&found->owner, TB_OWNER_CONTAINER, item);
        } else if (is_key(&item, "direction=") && !directed) {
            directed = true;
            if (item.length == strlen("outgoing") && begins(&item, "outgoing"))
                found->end = TB_FOREIGN_CLIENT;
            else if (item.length == strlen("incoming") && begins(&item, "incoming"))
                found->end = TB_FOREIGN_SERVER;
        }
    }
}

/* A name may hold spaces: it is the last item. */
static void read_enriched(struct span text, struct tb_foreign *found)
{
    if (is_key(&text, "PID:"))
        set_pid(&found->owner, take(&text, ' '));
    if (is_key(&text, "Process:"))
        set_text(&found->owner, TB_OWNER_COMM, take(&text, '\n'));
}

static void begin(struct tb_foreign *found, enum tb_foreign_tool tool, enum tb_foreign_end end)
{
    memset(found, 0, sizeof(*found));
    found->owner.certainty = TB_OWNER_UNSURE;
    found->tool = tool;
    found->end = end;
}

/* Nobody is named: as if nothing had been read. */
static bool settle(struct tb_foreign *found)
{
    if (!tb_owner_is_known(&found->owner))
        memset(found, 0, sizeof(*found));
    return found->tool != TB_FOREIGN_NONE;
}

static bool read_first(struct span text, struct tb_foreign *found)
{
    if (begins(&text, "PID: ")) {
        begin(found, TB_FOREIGN_PTCPDUMP, TB_FOREIGN_LOCAL);
        read_ptcpdump(text, found);
    } else if (begins(&text, "rustnet ")) {
        begin(found, TB_FOREIGN_RUSTNET, TB_FOREIGN_EITHER);
        read_rustnet(text, found);
    } else if (begins(&text, "PID:") || begins(&text, "Process:")) {
        begin(found, TB_FOREIGN_RUSTNET, TB_FOREIGN_EITHER);
        read_enriched(text, found);
    }
    return settle(found);
}

/* ptcpdump's other comments of the packet. */
static bool read_further(struct span text, struct tb_foreign *found)
{
    if (is_key(&text, "UserId: "))
        set_uid(&found->owner, take(&text, '\n'));
    else if (is_key(&text, "ContainerName: "))
        set_text(&found->owner, TB_OWNER_CONTAINER, take(&text, '\n'));
    else
        return false;
    return true;
}

bool tb_foreign_read_comment(const char *text, size_t length, struct tb_foreign *found)
{
    const struct span span = { text, length };

    if (found->tool == TB_FOREIGN_NONE)
        return read_first(span, found);
    return found->tool == TB_FOREIGN_PTCPDUMP && read_further(span, found);
}

/* Little-endian, as every machine is that writes it. */
static uint32_t get32(const uint8_t *octets)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < sizeof(value); i++)
        value |= (uint32_t)octets[i] << OCTET * i;
    return value;
}

/* -1: none. */
static void set_darwin(struct tb_foreign *found, uint32_t pid, struct span name)
{
    if (pid == 0 || pid > INT32_MAX)
        return;
    found->owner.pid = pid;
    found->owner.has |= TB_OWNER_PID;
    set_text(&found->owner, TB_OWNER_COMM, name);
}

bool tb_foreign_read_pktap(const uint8_t *octets, size_t length, struct tb_foreign *found)
{
    uint32_t way;

    if (length < PKTAP_SIZE || get32(octets + PKTAP_LENGTH) < PKTAP_SIZE ||
        get32(octets + PKTAP_RECORD) != PKTAP_RECORD_PACKET)
        return false;
    begin(found, TB_FOREIGN_PKTAP, TB_FOREIGN_EITHER);
    way = get32(octets + PKTAP_FLAGS) & (PKTAP_FLAG_IN | PKTAP_FLAG_OUT);
    if (way == PKTAP_FLAG_OUT)
        found->end = TB_FOREIGN_SRC;
    else if (way == PKTAP_FLAG_IN)
        found->end = TB_FOREIGN_DST;
    set_darwin(found, get32(octets + PKTAP_PID),
               (struct span){ (const char *)octets + PKTAP_COMM, PKTAP_COMM_SIZE });
    return settle(found);
}

bool tb_foreign_read_darwin(uint32_t pid, const char *name, struct tb_foreign *found)
{
    begin(found, TB_FOREIGN_DARWIN, TB_FOREIGN_LOCAL);
    set_darwin(found, pid, (struct span){ name, name != NULL ? strlen(name) : 0 });
    return settle(found);
}
