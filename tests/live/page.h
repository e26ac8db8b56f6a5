/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page.h - a page of the kernel's trace ring: per_cpu/cpuN/trace_pipe_raw */
#ifndef TB_LIVE_PAGE_H
#define TB_LIVE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a page has what, as tracefs says in events/header_page. */
struct tb_page_format {
    size_t commit; /* how much is in it, and two flags: of 4 octets or 8 */
    size_t data;
};

struct tb_page {
    const uint8_t *data;
    size_t size;
    size_t at;
    uint64_t time_ns; /* of the trace's clock, as all times here */
    bool lost;        /* records before this page were overwritten */
};

struct tb_page_record {
    uint64_t time_ns;
    const uint8_t *data;
    size_t size;
};

/* False: the octets are no page. They must outlive the page. */
bool tb_page_begin(struct tb_page *page, const struct tb_page_format *format, const uint8_t *octets,
                   size_t size);

/* The next record, if there is one. */
bool tb_page_next(struct tb_page *page, struct tb_page_record *record);

#endif
