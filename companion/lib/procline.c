/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procline.c - reads the texts of /proc */
#include "procline.h"

#include <string.h>

enum {
    PID_MAX = INT32_MAX /* pid_t */
};

/* PF_KTHREAD: include/linux/sched.h; the field is in /proc/PID/stat since Linux 2.6.17 */
#define FLAG_KERNEL_THREAD 0x00200000u

/* What is left of a text. */
struct cursor {
    const char *at;
    const char *end;
};

static bool is_digit(char octet)
{
    return octet >= '0' && octet <= '9';
}

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
        cursor->at++;
}

/* A decimal number of at most `most`. */
static bool take_number(struct cursor *cursor, uint64_t most, uint64_t *number)
{
    uint64_t value = 0;

    if (cursor->at == cursor->end || !is_digit(*cursor->at))
        return false;
    for (; cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++) {
        const uint64_t digit = (uint64_t)(*cursor->at - '0');

        if (value > (most - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

static bool take_pid(struct cursor *cursor, uint32_t *pid)
{
    uint64_t number;

    if (!take_number(cursor, PID_MAX, &number))
        return false;
    *pid = (uint32_t)number;
    return true;
}

/* Passes over so many words and the blanks behind each. */
static bool skip_words(struct cursor *cursor, int words)
{
    for (; words > 0; words--) {
        const char *start = cursor->at;

        while (cursor->at < cursor->end && *cursor->at != ' ' && *cursor->at != '\n')
            cursor->at++;
        if (cursor->at == start || cursor->at == cursor->end || *cursor->at != ' ')
            return false;
        skip_blanks(cursor);
    }
    return true;
}

static void copy_comm(char comm[TB_PROC_COMM_MAX + 1], const char *from, size_t length)
{
    const size_t taken = length < TB_PROC_COMM_MAX ? length : TB_PROC_COMM_MAX;

    memset(comm, 0, TB_PROC_COMM_MAX + 1);
    memcpy(comm, from, taken);
}

static const char *find_last(const struct cursor *cursor, char octet)
{
    for (const char *at = cursor->end; at > cursor->at; at--) {
        if (at[-1] == octet)
            return at - 1;
    }
    return NULL;
}

/* -1 for a process that is being taken apart: do_task_stat(). */
static bool take_group(struct cursor *cursor, uint32_t *group)
{
    if (cursor->end - cursor->at >= 2 && memcmp(cursor->at, "-1", 2) == 0) {
        cursor->at += 2;
        *group = 0;
        return true;
    }
    return take_pid(cursor, group);
}

/* The words behind the name, counted as proc(5) does: 3 state, 4 parent, 5 group, 9 flags, 20
 * threads, 22 start. */
static bool read_after_comm(struct cursor *cursor, struct tb_proc_stat *stat)
{
    uint64_t flags, threads;

    if (cursor->end - cursor->at < 2)
        return false;
    stat->state = *cursor->at;
    if (!skip_words(cursor, 1) || !take_pid(cursor, &stat->parent_pid))
        return false;
    skip_blanks(cursor);
    if (!take_group(cursor, &stat->process_group))
        return false;
    skip_blanks(cursor);
    if (!skip_words(cursor, 3) || !take_number(cursor, UINT32_MAX, &flags))
        return false;
    skip_blanks(cursor);
    stat->kernel = (flags & FLAG_KERNEL_THREAD) != 0;
    if (!skip_words(cursor, 10) || !take_number(cursor, UINT32_MAX, &threads))
        return false;
    skip_blanks(cursor);
    stat->threads = (uint32_t)threads;
    if (!skip_words(cursor, 1) || !take_number(cursor, UINT64_MAX, &stat->start_ticks))
        return false;
    /* or the number may go on behind what was read */
    return cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\n');
}

bool tb_proc_read_stat(const char *text, size_t length, struct tb_proc_stat *stat)
{
    struct cursor cursor = { text, text + length };
    struct tb_proc_stat found;
    const char *name, *name_end;

    if (!take_pid(&cursor, &found.pid) || cursor.end - cursor.at < 2 ||
        memcmp(cursor.at, " (", 2) != 0)
        return false;
    name = cursor.at + 2;
    cursor.at = name;
    name_end = find_last(&cursor, ')');
    if (name_end == NULL)
        return false;
    copy_comm(found.comm, name, (size_t)(name_end - name));
    cursor.at = name_end + 1;
    if (cursor.at == cursor.end || *cursor.at != ' ')
        return false;
    skip_blanks(&cursor);
    if (!read_after_comm(&cursor, &found))
        return false;
    *stat = found;
    return true;
}

/* Sets *line to the next line without its newline; one that is not ended is none. */
static bool take_line(struct cursor *cursor, struct cursor *line)
{
    const char *newline = NULL;

    if (cursor->at < cursor->end)
        newline = memchr(cursor->at, '\n', (size_t)(cursor->end - cursor->at));
    if (newline == NULL)
        return false;
    line->at = cursor->at;
    line->end = newline;
    cursor->at = newline + 1;
    return true;
}

static bool take_prefix(struct cursor *line, const char *prefix)
{
    const size_t length = strlen(prefix);

    if ((size_t)(line->end - line->at) < length || memcmp(line->at, prefix, length) != 0)
        return false;
    line->at += length;
    return true;
}

/* "Uid:" has four: real, effective, saved, of the file system. */
static bool take_uid(struct cursor *line, uint32_t *uid)
{
    uint64_t real, effective;

    skip_blanks(line);
    if (!take_number(line, UINT32_MAX, &real))
        return false;
    skip_blanks(line);
    if (!take_number(line, UINT32_MAX, &effective))
        return false;
    *uid = (uint32_t)effective;
    return true;
}

bool tb_proc_read_status(const char *text, size_t length, struct tb_proc_status *status)
{
    struct cursor cursor = { text, text + length };
    struct cursor line;
    struct tb_proc_status found = { 0 };
    bool has_group = false, has_uid = false;

    while (!(has_group && has_uid) && take_line(&cursor, &line)) {
        if (take_prefix(&line, "Tgid:")) {
            skip_blanks(&line);
            has_group = take_pid(&line, &found.group);
        } else if (take_prefix(&line, "Uid:")) {
            has_uid = take_uid(&line, &found.uid);
        }
    }
    if (!has_group || !has_uid)
        return false;
    *status = found;
    return true;
}

bool tb_proc_read_cgroup(const char *text, size_t length, const char **path, size_t *path_length)
{
    struct cursor cursor = { text, text + length };
    struct cursor line;

    while (take_line(&cursor, &line)) {
        if (take_prefix(&line, "0::") && line.at < line.end && *line.at == '/') {
            *path = line.at;
            *path_length = (size_t)(line.end - line.at);
            return true;
        }
    }
    return false;
}

bool tb_proc_is_socket(const char *target, size_t length, uint64_t *inode)
{
    struct cursor cursor = { target, target + length };
    uint64_t number;

    if (!take_prefix(&cursor, "socket:[") || !take_number(&cursor, UINT64_MAX, &number) ||
        cursor.end - cursor.at != 1 || *cursor.at != ']')
        return false;
    *inode = number;
    return true;
}

size_t tb_proc_exe_length(const char *target, size_t length)
{
    static const char deleted[] = " (deleted)"; /* fs/d_path.c */
    const size_t tail = sizeof(deleted) - 1;

    if (length > tail && memcmp(target + length - tail, deleted, tail) == 0)
        return length - tail;
    return length;
}

bool tb_proc_is_number(const char *name, uint32_t *number)
{
    struct cursor cursor = { name, name + strlen(name) };
    uint64_t value;

    if ((name[0] == '0' && name[1] != '\0') || !take_number(&cursor, PID_MAX, &value) ||
        cursor.at != cursor.end)
        return false;
    *number = (uint32_t)value;
    return true;
}

bool tb_proc_read_last_pid(const char *text, size_t length, uint32_t *pid)
{
    struct cursor cursor = { text, text + length };
    struct cursor line;
    uint32_t number;

    if (!take_line(&cursor, &line) || !skip_words(&line, 4) || !take_pid(&line, &number) ||
        line.at != line.end)
        return false;
    *pid = number;
    return true;
}

#define NS_PER_S 1000000000

/* "-3  999999999": seconds below 0, and what is to be added to them. */
static bool take_offset(struct cursor *cursor, int64_t *offset_ns)
{
    const bool negative = cursor->at < cursor->end && *cursor->at == '-';
    uint64_t seconds, rest_ns;

    if (negative)
        cursor->at++;
    if (!take_number(cursor, INT64_MAX / NS_PER_S - 1, &seconds))
        return false;
    skip_blanks(cursor);
    if (!take_number(cursor, NS_PER_S - 1, &rest_ns))
        return false;
    *offset_ns = (negative ? -(int64_t)seconds : (int64_t)seconds) * NS_PER_S + (int64_t)rest_ns;
    return cursor->at < cursor->end && *cursor->at == '\n';
}

static bool find_offset(const char *text, size_t length, const char *clock, int64_t *offset_ns)
{
    struct cursor cursor = { text, text + length };
    const size_t name = strlen(clock);

    while (cursor.at < cursor.end) {
        const char *line_end = memchr(cursor.at, '\n', (size_t)(cursor.end - cursor.at));

        if ((size_t)(cursor.end - cursor.at) > name && memcmp(cursor.at, clock, name) == 0 &&
            cursor.at[name] == ' ') {
            cursor.at += name;
            skip_blanks(&cursor);
            return take_offset(&cursor, offset_ns);
        }
        if (line_end == NULL)
            return false;
        cursor.at = line_end + 1;
    }
    return false;
}

bool tb_proc_read_clocks(const char *text, size_t length, struct tb_proc_clocks *clocks)
{
    struct tb_proc_clocks found;

    if (!find_offset(text, length, "monotonic", &found.monotonic_ns) ||
        !find_offset(text, length, "boottime", &found.boottime_ns))
        return false;
    *clocks = found;
    return true;
}
