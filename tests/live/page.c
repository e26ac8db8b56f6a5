/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page.c - a page of the kernel's trace ring: per_cpu/cpuN/trace_pipe_raw
 *
 * A time in 8 octets, the commit word, then entries. An entry begins with a word of 5 bits of type
 * and 27 bits of time since the entry before (include/linux/ring_buffer.h, enum ring_buffer_type,
 * and events/header_event in tracefs). */
#include "page.h"

#include <string.h>

/* kernel/trace/ring_buffer.c: RB_MISSED_EVENTS, RB_MISSED_STORED */
#define COMMIT_LOST  (1u << 31)
#define COMMIT_FLAGS (3u << 30)

enum {
    WORD = 4, /* octets */
    TYPE_BITS = 5,
    TIME_BITS = 27,
    TYPE_LENGTH_IN_WORD = 0, /* the next word is the length, its own included */
    TYPE_PADDING = 29,       /* below: the length in words */
    TYPE_TIME_EXTEND = 30,   /* the next word: upper bits of the time */
    TYPE_TIME_STAMP = 31     /* the same, and the time is not a difference */
};

struct entry {
    unsigned type;
    uint32_t time;
    uint32_t next_word; /* 0 at the end of the page */
};

static uint32_t word_at(const uint8_t *octets)
{
    uint32_t word;

    memcpy(&word, octets, sizeof(word));
    return word;
}

/* The compiler lays out bit fields from the lowest bit on where octets begin with the lowest. */
static struct entry entry_at(const struct tb_page *page, size_t at)
{
    uint32_t word = word_at(page->data + at);
    bool more = page->size - at >= (size_t)2 * WORD;
    struct entry entry = { .next_word = more ? word_at(page->data + at + WORD) : 0 };

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    entry.type = word & ((1u << TYPE_BITS) - 1);
    entry.time = word >> TYPE_BITS;
#else
    entry.type = word >> TIME_BITS;
    entry.time = word & ((1u << TIME_BITS) - 1);
#endif
    return entry;
}

bool tb_page_begin(struct tb_page *page, const struct tb_page_format *format, const uint8_t *octets,
                   size_t size)
{
    uint64_t commit = 0;

    if (format->data > size || format->commit >= format->data)
        return false;
    memset(page, 0, sizeof(*page));
    memcpy(&page->time_ns, octets, sizeof(page->time_ns));
    if (format->data - format->commit >= sizeof(commit))
        memcpy(&commit, octets + format->commit, sizeof(commit));
    else
        commit = word_at(octets + format->commit);
    page->lost = commit & COMMIT_LOST;
    page->data = octets + format->data;
    page->size = (size_t)(commit & ~(uint64_t)COMMIT_FLAGS);
    return page->size <= size - format->data;
}

/* Octets behind an entry's first word; at least its own length word. */
static size_t length_of(const struct entry *entry)
{
    switch (entry->type) {
    case TYPE_LENGTH_IN_WORD:
    case TYPE_PADDING:
        return ((size_t)entry->next_word + WORD - 1) / WORD * WORD;
    case TYPE_TIME_EXTEND:
    case TYPE_TIME_STAMP:
        return WORD;
    default:
        return (size_t)entry->type * WORD;
    }
}

/* A padding's time does not count (rb_update_read_stamp()). */
static void advance_time(struct tb_page *page, const struct entry *entry)
{
    uint64_t longer = ((uint64_t)entry->next_word << TIME_BITS) + entry->time;

    if (entry->type == TYPE_TIME_STAMP)
        page->time_ns = longer;
    else if (entry->type == TYPE_TIME_EXTEND)
        page->time_ns += longer;
    else if (entry->type != TYPE_PADDING)
        page->time_ns += entry->time;
}

bool tb_page_next(struct tb_page *page, struct tb_page_record *record)
{
    while (page->size - page->at >= (size_t)WORD) {
        struct entry entry = entry_at(page, page->at);
        size_t length = length_of(&entry);
        const size_t skip = entry.type == TYPE_LENGTH_IN_WORD ? WORD : 0;

        if (entry.type == TYPE_PADDING && entry.time == 0)
            return false; /* the rest of the page is empty */
        page->at += WORD;
        if (length < skip || length > page->size - page->at)
            return false;
        advance_time(page, &entry);
        record->time_ns = page->time_ns;
        record->data = page->data + page->at + skip;
        record->size = length - skip;
        page->at += length;
        if (entry.type < TYPE_PADDING)
            return true;
    }
    return false;
}
