/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_end.c - the ends of connections that the attribution knows */
#include "attrib_end.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    BUCKETS_MAX = 1 << 18,
    RECENT = 1024, /* a power of two, no larger than what a processor has at hand */
    /* Of a tuple in a namespace, so that nobody can make us search for long. To count them is to
     * search: it is done when there may be twice as many. */
    GENERATIONS_MAX = 8
};

static size_t place_of(const struct tb_end_table *table, const struct tb_tuple *tuple)
{
    return (size_t)(tb_tuple_hash(tuple, table->seed) >> 16);
}

static struct tb_end **bucket_of(const struct tb_end_table *table, const struct tb_tuple *tuple)
{
    return &table->bucket[place_of(table, tuple) & table->mask];
}

int tb_end_table_init(struct tb_end_table *table, struct tb_process_table *processes, size_t limit,
                      uint64_t seed)
{
    size_t buckets = 16;

    while (buckets < limit && buckets < BUCKETS_MAX)
        buckets *= 2;
    memset(table, 0, sizeof *table);
    tb_link_init(&table->open);
    tb_link_init(&table->closed);
    table->processes = processes;
    table->limit = limit;
    table->seed = seed;
    table->mask = buckets - 1;
    table->bucket = calloc(buckets, sizeof(struct tb_end *));
    table->recent = calloc(RECENT, sizeof(struct tb_end *));
    if (table->bucket != NULL && table->recent != NULL)
        return 0;
    free(table->bucket);
    free(table->recent);
    return -ENOMEM;
}

/* Where the latest of the tuple is, or the first of this tuple is to be. */
static struct tb_end **latest_of(const struct tb_end_table *table, const struct tb_tuple *tuple)
{
    struct tb_end **at = bucket_of(table, tuple);

    while (*at != NULL && !tb_tuple_equal(&(*at)->tuple, tuple))
        at = &(*at)->next;
    return at;
}

/* Where the latest of the tuple may be, or another's. */
static struct tb_end **recent_of(const struct tb_end_table *table, const struct tb_tuple *tuple)
{
    return &table->recent[place_of(table, tuple) % RECENT];
}

/* As the latest of its tuple, and first in its bucket: what is asked for is mostly what is new, and
 * each old one on the way is one that no cache has. `at`: where the latest was. */
static void put_first(struct tb_end_table *table, struct tb_end **at, struct tb_end *end)
{
    struct tb_end **first = bucket_of(table, &end->tuple);

    end->generations = *at == NULL ? 1 : (*at)->generations + 1;
    end->older = *at;
    if (*at != NULL) {
        *at = end->older->next;
        end->older->next = NULL;
    }
    end->next = *first;
    *first = end;
    *recent_of(table, &end->tuple) = end;
}

static void put_before(struct tb_end **at, struct tb_end *end)
{
    end->older = *at;
    end->next = NULL;
    *at = end;
}

static void unchain(struct tb_end_table *table, struct tb_end *end)
{
    struct tb_end **at = latest_of(table, &end->tuple);
    struct tb_end **recent = recent_of(table, &end->tuple);

    if (*recent == end)
        *recent = NULL;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): its own latest leads to it */
    while (*at != end)
        at = &(*at)->older;
    *at = end->older != NULL ? end->older : end->next;
    if (end->older != NULL)
        end->older->next = end->next;
}

static void forget(struct tb_end_table *table, struct tb_end *end)
{
    unchain(table, end);
    tb_link_remove(&end->link);
    tb_process_drop(table->processes, end->owner);
    table->count--;
    free(end);
}

/* Before its time. */
static void evict(struct tb_end_table *table, struct tb_end *end)
{
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it was taken off its list before it was freed */
    uint64_t last_ns = end->closed_ns == TB_TIME_NEVER ? end->seen_ns : end->closed_ns;

    if (end->closed_ns == TB_TIME_NEVER)
        table->forgotten++;
    if (last_ns > table->forgotten_ns)
        table->forgotten_ns = last_ns;
    forget(table, end);
}

bool tb_end_forget_one(struct tb_end_table *table)
{
    struct tb_link *head = tb_link_is_empty(&table->closed) ? &table->open : &table->closed;

    if (tb_link_is_empty(head))
        return false;
    evict(table, TB_LINK_OF(head->next, struct tb_end, link));
    return true;
}

void tb_end_expire(struct tb_end_table *table, uint64_t now_ns)
{
    while (!tb_link_is_empty(&table->closed)) {
        struct tb_end *first = TB_LINK_OF(table->closed.next, struct tb_end, link);

        if (first->closed_ns > now_ns || now_ns - first->closed_ns <= TB_TIME_WAIT_NS)
            return;
        forget(table, first);
    }
}

void tb_end_table_clear(struct tb_end_table *table)
{
    while (tb_end_forget_one(table))
        ;
    free(table->bucket);
    free(table->recent);
}

struct tb_end *tb_end_next(const struct tb_end_table *table, const struct tb_tuple *tuple,
                           const struct tb_end *end)
{
    struct tb_end **recent;

    if (end != NULL)
        return end->older;
    recent = recent_of(table, tuple);
    if (*recent == NULL || !tb_tuple_equal(&(*recent)->tuple, tuple))
        *recent = *latest_of(table, tuple);
    return *recent;
}

static void list_closed(struct tb_end_table *table, struct tb_end *end, uint64_t time_ns,
                        bool implied)
{
    end->closed_ns = time_ns;
    end->implied = implied;
    tb_link_remove(&end->link);
    tb_link_append(&table->closed, &end->link);
}

void tb_end_close(struct tb_end_table *table, struct tb_end *end, uint64_t time_ns)
{
    list_closed(table, end, time_ns, false);
    if (time_ns > end->seen_ns)
        end->seen_ns = time_ns;
}

void tb_end_touch(struct tb_end_table *table, struct tb_end *end, uint64_t time_ns)
{
    if (time_ns > end->seen_ns)
        end->seen_ns = time_ns;
    if (end->closed_ns != TB_TIME_NEVER)
        return;
    tb_link_remove(&end->link);
    tb_link_append(&table->open, &end->link);
}

static void close_by_next(struct tb_end_table *table, struct tb_end *end, uint64_t time_ns)
{
    if (end->closed_ns > time_ns)
        list_closed(table, end, time_ns, true);
}

static struct tb_end *older_there(const struct tb_end *end)
{
    struct tb_end *older = end->older;

    while (older != NULL && older->netns != end->netns)
        older = older->older;
    return older;
}

/* Puts it behind those that opened later, and closes what cannot have been open any more. Where
 * the one before was told to have closed later than this one opened, this one began to open (as
 * connect() does) before it had the tuple. */
static void chain(struct tb_end_table *table, struct tb_end *end)
{
    struct tb_end **latest = latest_of(table, &end->tuple);
    struct tb_end **at = latest;
    struct tb_end *older;

    for (; *at != NULL && (*at)->opened_ns > end->opened_ns; at = &(*at)->older) {
        if ((*at)->netns == end->netns)
            close_by_next(table, end, (*at)->opened_ns);
    }
    if (at == latest)
        put_first(table, at, end);
    else
        put_before(at, end);
    older = older_there(end);
    if (older == NULL)
        return;
    if (older->closed_ns == TB_TIME_NEVER || older->implied)
        close_by_next(table, older, end->opened_ns);
    else if (older->closed_ns > end->opened_ns && older->closed_ns <= end->closed_ns)
        end->opened_ns = older->closed_ns;
}

/* The list of the open is by silence, that of the closed by when they closed: no generation is in
 * the way for long but in a tuple that somebody uses again and again. */
static void limit_generations(struct tb_end_table *table, const struct tb_end *newest)
{
    struct tb_end *latest = tb_end_next(table, &newest->tuple, NULL);
    struct tb_end *end = latest;
    uint32_t all = 0;
    size_t there = 0;

    if (latest == newest && latest->generations <= 2 * GENERATIONS_MAX)
        return;
    while (end != NULL) {
        struct tb_end *older = end->older;

        all++;
        if (end->netns == newest->netns && ++there > GENERATIONS_MAX && end != newest) {
            evict(table, end);
            all--;
        }
        end = older;
    }
    tb_end_next(table, &newest->tuple, NULL)->generations = all;
}

void tb_end_move(struct tb_end_table *table, struct tb_end *end, uint64_t opened_ns)
{
    unchain(table, end);
    end->opened_ns = opened_ns;
    chain(table, end);
}

struct tb_end *tb_end_add(struct tb_end_table *table, const struct tb_sock_event *event,
                          enum tb_end_origin origin)
{
    struct tb_end *end;

    while (table->count >= table->limit && tb_end_forget_one(table))
        ;
    end = calloc(1, sizeof *end);
    if (end == NULL)
        return NULL;
    tb_link_init(&end->link);
    end->tuple = event->tuple;
    end->netns = event->netns;
    end->socket = event->socket;
    end->serial = ++table->serial;
    end->opened_ns = event->time_ns;
    end->seen_ns = event->time_ns;
    end->closed_ns = TB_TIME_NEVER;
    end->other_ns = TB_TIME_NEVER;
    end->fd = -1;
    end->origin = (uint8_t)origin;
    tb_link_append(&table->open, &end->link);
    table->count++;
    chain(table, end);
    limit_generations(table, end);
    return end;
}
