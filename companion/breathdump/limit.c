/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limit.c - when to stop, and when to go on in another file: -a, -b and -c as dumpcap has them */
#include "limit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S       1000000000u
#define OCTETS_PER_KB  1000u   /* dumpcap's kB */
#define DURATION_MAX_S 1e9     /* 30 years; far below what nanoseconds can count */
#define RING_FILES_MAX 100000u /* five digits in a file's name */

/* A whole number from 1. */
static bool parse_count(const char *text, uint64_t max, uint64_t *count)
{
    char *end;
    unsigned long long number;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    number = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || number == 0 || number > max)
        return false;
    *count = number;
    return true;
}

/* Seconds, with a fraction where wanted. */
static bool parse_duration(const char *text, uint64_t *duration_ns)
{
    char *end;
    double seconds;

    if ((*text < '0' || *text > '9') && *text != '.')
        return false;
    seconds = strtod(text, &end);
    if (*end != '\0' || !isfinite(seconds) || seconds <= 0 || seconds > DURATION_MAX_S)
        return false;
    *duration_ns = (uint64_t)(seconds * NS_PER_S);
    return *duration_ns > 0;
}

enum value {
    VALUE_DURATION,
    VALUE_COUNT,
    VALUE_KB
};

struct condition {
    const char *name;
    enum value value;
    uint64_t max;
    uint64_t *place;
};

#define LAST_CONDITION                                                                             \
    {                                                                                              \
        NULL, VALUE_COUNT, 0, NULL                                                                 \
    }

static bool parse_value(const struct condition *condition, const char *text)
{
    switch (condition->value) {
    case VALUE_DURATION:
        return parse_duration(text, condition->place);
    case VALUE_KB:
        if (!parse_count(text, condition->max, condition->place))
            return false;
        *condition->place *= OCTETS_PER_KB;
        return true;
    case VALUE_COUNT:
        break;
    }
    return parse_count(text, condition->max, condition->place);
}

/* `names` is what to say where the name is none of the conditions'. */
static int parse_condition(const struct condition *condition, const char *word, const char *names,
                           const char **reason)
{
    const char *colon = strchr(word, ':');

    if (colon != NULL)
        for (; condition->name != NULL; condition++) {
            if (strlen(condition->name) != (size_t)(colon - word) ||
                strncmp(condition->name, word, (size_t)(colon - word)) != 0)
                continue;
            if (parse_value(condition, colon + 1))
                return 0;
            *reason = condition->value == VALUE_DURATION ? "needs a number of seconds above 0"
                                                         : "needs a whole number from 1";
            return -EINVAL;
        }
    *reason = names;
    return -EINVAL;
}

int tb_limits_parse_stop(struct tb_limits *limits, const char *word, const char **reason)
{
    const struct condition conditions[] = {
        { "duration", VALUE_DURATION, 0, &limits->duration_ns },
        { "filesize", VALUE_KB, UINT32_MAX, &limits->file_octets },
        { "files", VALUE_COUNT, UINT32_MAX, &limits->files },
        { "packets", VALUE_COUNT, UINT64_MAX, &limits->packets },
        LAST_CONDITION
    };

    return parse_condition(
        conditions, word, "not one of duration:, filesize:, files:, packets: and a number", reason);
}

int tb_limits_parse_ring(struct tb_limits *limits, const char *word, const char **reason)
{
    uint64_t files = limits->ring_files;
    uint64_t order = limits->time_first ? 2 : 1;
    const struct condition conditions[] = {
        { "duration", VALUE_DURATION, 0, &limits->file_duration_ns },
        { "filesize", VALUE_KB, UINT32_MAX, &limits->file_octets },
        { "files", VALUE_COUNT, RING_FILES_MAX, &files },
        { "interval", VALUE_COUNT, UINT32_MAX, &limits->interval_s },
        { "nametimenum", VALUE_COUNT, UINT32_MAX, &order },
        { "packets", VALUE_COUNT, UINT64_MAX, &limits->file_packets },
        LAST_CONDITION
    };
    static const char print_name[] = "printname:";
    int error = 0;

    if (strncmp(word, print_name, sizeof print_name - 1) == 0 && word[sizeof print_name - 1] != 0)
        limits->print_name = word + sizeof print_name - 1;
    else
        error = parse_condition(conditions, word,
                                "not one of duration:, filesize:, files:, interval:, "
                                "nametimenum:, packets: and a number, or printname:FILE",
                                reason);
    if (error != 0)
        return error;
    limits->ring_files = (uint32_t)files;
    limits->time_first = order > 1;
    limits->several = true;
    return 0;
}

int tb_limits_check(struct tb_limits *limits, const char **reason)
{
    bool ends_files = limits->file_octets != 0 || limits->file_packets != 0 ||
                      limits->file_duration_ns != 0 || limits->interval_s != 0;

    if (limits->several && !ends_files) {
        *reason = "several files need duration:, filesize:, interval: or packets: too";
        return -EINVAL;
    }
    if (limits->files != 0)
        limits->several = true;
    return 0;
}

void tb_progress_begin_file(struct tb_progress *progress, const struct tb_limits *limits,
                            uint64_t monotonic_ns, uint64_t realtime_s)
{
    if (progress->begun_ns == 0)
        progress->begun_ns = monotonic_ns;
    progress->file_begun_ns = monotonic_ns;
    progress->file_packets = 0;
    progress->file_octets = 0;
    if (limits->interval_s != 0)
        progress->next_interval_s =
            realtime_s - realtime_s % limits->interval_s + limits->interval_s;
}

static enum tb_limits_verdict end_file(const struct tb_limits *limits, struct tb_progress *progress)
{
    progress->files++;
    if (!limits->several || (limits->files != 0 && progress->files >= limits->files))
        return TB_LIMITS_STOP;
    return TB_LIMITS_NEXT_FILE;
}

enum tb_limits_verdict tb_limits_after_packet(const struct tb_limits *limits,
                                              struct tb_progress *progress, uint64_t file_octets)
{
    progress->packets++;
    progress->file_packets++;
    progress->file_octets = file_octets;
    if (limits->packets != 0 && progress->packets >= limits->packets)
        return TB_LIMITS_STOP;
    if (limits->file_packets != 0 && progress->file_packets >= limits->file_packets)
        return end_file(limits, progress);
    if (limits->file_octets != 0 && file_octets >= limits->file_octets)
        return end_file(limits, progress);
    return TB_LIMITS_GO_ON;
}

enum tb_limits_verdict tb_limits_at(const struct tb_limits *limits, struct tb_progress *progress,
                                    uint64_t monotonic_ns, uint64_t realtime_s)
{
    if (limits->duration_ns != 0 && monotonic_ns - progress->begun_ns >= limits->duration_ns)
        return TB_LIMITS_STOP;
    if (limits->file_duration_ns != 0 &&
        monotonic_ns - progress->file_begun_ns >= limits->file_duration_ns)
        return end_file(limits, progress);
    if (limits->interval_s != 0 && realtime_s >= progress->next_interval_s)
        return end_file(limits, progress);
    return TB_LIMITS_GO_ON;
}

static uint64_t earlier(uint64_t wait_ns, uint64_t limit_ns, uint64_t passed_ns)
{
    uint64_t rest_ns;

    if (limit_ns == 0)
        return wait_ns;
    rest_ns = passed_ns < limit_ns ? limit_ns - passed_ns : 0;
    return rest_ns < wait_ns ? rest_ns : wait_ns;
}

uint64_t tb_limits_wait_ns(const struct tb_limits *limits, const struct tb_progress *progress,
                           uint64_t monotonic_ns, uint64_t realtime_ns)
{
    uint64_t wait_ns = UINT64_MAX;

    wait_ns = earlier(wait_ns, limits->duration_ns, monotonic_ns - progress->begun_ns);
    wait_ns = earlier(wait_ns, limits->file_duration_ns, monotonic_ns - progress->file_begun_ns);
    if (limits->interval_s != 0)
        wait_ns = earlier(wait_ns, progress->next_interval_s * NS_PER_S, realtime_ns);
    return wait_ns;
}
