/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limit.h - when to stop, and when to go on in another file: -a, -b and -c as dumpcap has them
 *
 * Pure: the caller tells the time and counts. Everywhere 0 means: no such limit. */
#ifndef TB_LIMIT_H
#define TB_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct tb_limits {
    uint64_t packets;          /* -c, -a packets: of the whole capture */
    uint64_t duration_ns;      /* -a duration */
    uint64_t files;            /* -a files */
    uint64_t file_octets;      /* -a or -b filesize: ends a file that has grown to it */
    uint64_t file_packets;     /* -b packets */
    uint64_t file_duration_ns; /* -b duration */
    uint64_t interval_s;       /* -b interval */
    uint32_t ring_files;       /* -b files: keep the last so many */
    bool several;              /* -b or -a files was given */
    bool time_first;           /* -b nametimenum: above 1 */
    const char *print_name;    /* -b printname; NULL: not asked for */
};

/* Reads a condition, "duration:0.5". 0; or -EINVAL and in *reason a static sentence. */
int tb_limits_parse_stop(struct tb_limits *limits, const char *word, const char **reason);
int tb_limits_parse_ring(struct tb_limits *limits, const char *word, const char **reason);

/* Whether the limits make sense together. As above. -a files means several files, as in dumpcap. */
int tb_limits_check(struct tb_limits *limits, const char **reason);

/* What has happened so far; zero at first. */
struct tb_progress {
    uint64_t packets; /* written */
    uint64_t files;   /* ended */
    uint64_t file_packets;
    uint64_t file_octets;
    uint64_t begun_ns; /* CLOCK_MONOTONIC */
    uint64_t file_begun_ns;
    uint64_t next_interval_s; /* CLOCK_REALTIME */
};

enum tb_limits_verdict {
    TB_LIMITS_GO_ON,
    TB_LIMITS_NEXT_FILE,
    TB_LIMITS_STOP
};

/* A file begins; the first one begins the capture. */
void tb_progress_begin_file(struct tb_progress *progress, const struct tb_limits *limits,
                            uint64_t monotonic_ns, uint64_t realtime_s);

/* A packet has been written; the file has `file_octets` now. */
enum tb_limits_verdict tb_limits_after_packet(const struct tb_limits *limits,
                                              struct tb_progress *progress, uint64_t file_octets);

enum tb_limits_verdict tb_limits_at(const struct tb_limits *limits, struct tb_progress *progress,
                                    uint64_t monotonic_ns, uint64_t realtime_s);

/* Nanoseconds until tb_limits_at() may have something to say; UINT64_MAX: never. */
uint64_t tb_limits_wait_ns(const struct tb_limits *limits, const struct tb_progress *progress,
                           uint64_t monotonic_ns, uint64_t realtime_ns);

#endif
