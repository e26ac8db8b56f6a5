/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_listener.c - who listens where */
#include "attrib_listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct listener {
    struct tb_link in_bucket;
    struct tb_link in_all;
    struct tb_process *process; /* held */
    uint64_t socket;
    uint64_t since_ns;
    uint8_t address[16];
    uint32_t netns;
    uint16_t port;
};

static const uint8_t any_ipv6[16];
static const uint8_t any_ipv4[16] = { [10] = 0xff, [11] = 0xff };

static size_t bucket_of(uint32_t netns, uint16_t port)
{
    return (netns * 31u + port) % TB_LISTENER_BUCKETS;
}

void tb_listener_table_init(struct tb_listener_table *table, struct tb_process_table *processes)
{
    memset(table, 0, sizeof *table);
    table->processes = processes;
    tb_link_init(&table->all);
    for (size_t i = 0; i < TB_LISTENER_BUCKETS; i++)
        tb_link_init(&table->bucket[i]);
}

static void forget(struct tb_listener_table *table, struct listener *listener)
{
    tb_link_remove(&listener->in_bucket);
    tb_link_remove(&listener->in_all);
    tb_process_drop(table->processes, listener->process);
    table->count--;
    free(listener);
}

void tb_listener_table_clear(struct tb_listener_table *table)
{
    while (!tb_link_is_empty(&table->all))
        forget(table, TB_LINK_OF(table->all.next, struct listener, in_all));
}

static bool is_of(const struct listener *listener, const struct tb_sock_event *event)
{
    return listener->netns == event->netns && listener->port == event->tuple.local_port &&
           memcmp(listener->address, event->tuple.local, 16) == 0 &&
           (listener->socket == event->socket || listener->socket == 0 || event->socket == 0);
}

static bool is_known(struct tb_link *bucket, const struct tb_sock_event *event,
                     const struct tb_process *process)
{
    for (struct tb_link *link = bucket->next; link != bucket; link = link->next) {
        const struct listener *listener = TB_LINK_OF(link, struct listener, in_bucket);

        if (listener->process == process && is_of(listener, event))
            return true;
    }
    return false;
}

int tb_listener_add(struct tb_listener_table *table, const struct tb_sock_event *event,
                    struct tb_process *process)
{
    struct tb_link *bucket = &table->bucket[bucket_of(event->netns, event->tuple.local_port)];
    struct listener *listener;

    if (is_known(bucket, event, process))
        return 0;
    listener = malloc(sizeof *listener);
    if (listener == NULL)
        return -ENOMEM;
    *listener = (struct listener){ .process = tb_process_hold(process),
                                   .socket = event->socket,
                                   .since_ns = event->time_ns,
                                   .netns = event->netns,
                                   .port = event->tuple.local_port };
    memcpy(listener->address, event->tuple.local, 16);
    tb_link_append(bucket, &listener->in_bucket);
    tb_link_append(&table->all, &listener->in_all);
    if (++table->count > TB_LISTENERS_MAX) {
        table->has_forgotten = true;
        forget(table, TB_LINK_OF(table->all.next, struct listener, in_all));
    }
    return 0;
}

void tb_listener_remove(struct tb_listener_table *table, const struct tb_sock_event *event)
{
    struct tb_link *bucket = &table->bucket[bucket_of(event->netns, event->tuple.local_port)];
    struct tb_link *link = bucket->next;

    while (link != bucket) {
        struct listener *listener = TB_LINK_OF(link, struct listener, in_bucket);

        link = link->next;
        if (is_of(listener, event) && listener->since_ns <= event->time_ns)
            forget(table, listener);
    }
}

/* The kernel prefers the socket of the very address (__inet_lookup_listener()). 0: no match. */
static int rank(const struct listener *listener, uint32_t netns, const struct tb_tuple *tuple)
{
    if (listener->netns != netns || listener->port != tuple->local_port)
        return 0;
    if (memcmp(listener->address, tuple->local, 16) == 0)
        return 2;
    return memcmp(listener->address, any_ipv6, 16) == 0 ||
                   memcmp(listener->address, any_ipv4, 16) == 0
               ? 1
               : 0;
}

static int best_rank(const struct tb_link *bucket, uint32_t netns, const struct tb_tuple *tuple)
{
    int best = 0;

    for (struct tb_link *link = bucket->next; link != bucket; link = link->next) {
        int found = rank(TB_LINK_OF(link, struct listener, in_bucket), netns, tuple);

        if (found > best)
            best = found;
    }
    return best;
}

struct tb_process *tb_listener_of(const struct tb_listener_table *table, uint32_t netns,
                                  const struct tb_tuple *tuple, uint64_t time_ns,
                                  const struct tb_loss *loss)
{
    const struct tb_link *bucket = &table->bucket[bucket_of(netns, tuple->local_port)];
    int best = best_rank(bucket, netns, tuple);
    struct tb_process *found = NULL;

    if (best == 0 || table->has_forgotten)
        return NULL;
    for (struct tb_link *link = bucket->next; link != bucket; link = link->next) {
        const struct listener *listener = TB_LINK_OF(link, struct listener, in_bucket);
        struct tb_process *process = listener->process;

        if (rank(listener, netns, tuple) != best)
            continue;
        if (tb_loss_is_between(loss, listener->since_ns, time_ns))
            return NULL;
        if (listener->since_ns > time_ns || process->ended_ns <= time_ns)
            continue;
        if (found == NULL || tb_process_descends(table->processes, found, process))
            found = process;
        else if (!tb_process_descends(table->processes, process, found))
            return NULL;
    }
    return found;
}
