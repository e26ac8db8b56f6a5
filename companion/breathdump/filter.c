/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.c - writes only the connections of certain processes or users
 *
 * A connection that is undecided, or that was left out because an end turned out to be nobody's
 * here, has an entry in a hash table. All entries are in a list too, the one that was used last at
 * the end. */
#include "filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OCTETS      (64u << 20)
#define STRANGER_NS 1000000000u
#define SLOTS       4096u  /* of the hash table: a power of two */
#define ENTRIES_MAX 16384u /* connections remembered */

struct entry {
    struct entry *next; /* in its slot */
    struct entry *older;
    struct entry *newer;
    struct tb_tuple tuple; /* the smaller end is the local one */
    struct tb_packet_list packets;
    uint64_t since_ns; /* of the first packet that waited */
    bool only_opens;   /* every packet that waits is a SYN */
    bool is_strangers; /* left out: an end turned out to be nobody's here */
};

struct tb_filter {
    struct tb_filter_options options;
    struct entry *slots[SLOTS];
    struct entry *oldest;
    struct entry *newest;
    size_t entry_count;
    size_t octets;
    struct tb_packet_list released; /* to be written at the next review */
    struct tb_filter_counts counts;
};

struct tb_filter *tb_filter_new(const struct tb_filter_options *options)
{
    struct tb_filter *filter = calloc(1, sizeof *filter);

    if (filter == NULL)
        return NULL;
    filter->options = *options;
    if (filter->options.octets == 0)
        filter->options.octets = OCTETS;
    if (filter->options.stranger_ns == 0)
        filter->options.stranger_ns = STRANGER_NS;
    return filter;
}

/* Both directions are one connection. */
static struct tb_tuple key_of(const struct tb_tuple *tuple)
{
    int order = memcmp(tuple->local, tuple->remote, sizeof tuple->local);

    if (order > 0 || (order == 0 && tuple->local_port > tuple->remote_port))
        return tb_tuple_turned(tuple);
    return *tuple;
}

static size_t slot_of(const struct tb_filter *filter, const struct tb_tuple *key)
{
    return (size_t)tb_tuple_hash(key, (uintptr_t)filter) & (SLOTS - 1);
}

static void unlink_age(struct tb_filter *filter, struct entry *entry)
{
    if (entry->older == NULL)
        filter->oldest = entry->newer;
    else
        entry->older->newer = entry->newer;
    if (entry->newer == NULL)
        filter->newest = entry->older;
    else
        entry->newer->older = entry->older;
}

static void link_newest(struct tb_filter *filter, struct entry *entry)
{
    entry->older = filter->newest;
    entry->newer = NULL;
    if (filter->newest == NULL)
        filter->oldest = entry;
    else
        filter->newest->newer = entry;
    filter->newest = entry;
}

static struct entry *find(const struct tb_filter *filter, const struct tb_tuple *key)
{
    struct entry *entry = filter->slots[slot_of(filter, key)];

    while (entry != NULL && !tb_tuple_equal(&entry->tuple, key))
        entry = entry->next;
    return entry;
}

static void drop_packets(struct tb_filter *filter, struct entry *entry, uint64_t *counter)
{
    *counter += entry->packets.count;
    filter->counts.waiting -= entry->packets.count;
    filter->octets -= entry->packets.octets;
    tb_packet_list_clear(&entry->packets);
}

static void forget(struct tb_filter *filter, struct entry *entry)
{
    struct entry **link = &filter->slots[slot_of(filter, &entry->tuple)];

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    unlink_age(filter, entry);
    drop_packets(filter, entry, &filter->counts.dropped);
    filter->entry_count--;
    free(entry);
}

/* Its connection is wanted. */
static void release(struct tb_filter *filter, struct entry *entry)
{
    struct tb_packet *packet;

    while ((packet = tb_packet_list_take(&entry->packets)) != NULL)
        tb_packet_list_add(&filter->released, packet);
    forget(filter, entry);
}

static void hand_out(struct tb_filter *filter, struct tb_packet_list *ready)
{
    struct tb_packet *packet;

    filter->counts.waiting -= filter->released.count;
    filter->octets -= filter->released.octets;
    while ((packet = tb_packet_list_take(&filter->released)) != NULL)
        tb_packet_list_add(ready, packet);
}

void tb_filter_free(struct tb_filter *filter)
{
    if (filter == NULL)
        return;
    while (filter->oldest != NULL)
        forget(filter, filter->oldest);
    tb_packet_list_clear(&filter->released);
    free(filter);
}

/* The oldest ones go until there is room for `octets` more. */
static void make_room(struct tb_filter *filter, size_t octets)
{
    struct entry *entry = filter->oldest;

    while (entry != NULL && filter->octets > 0 &&
           filter->octets + octets > filter->options.octets) {
        struct entry *newer = entry->newer;

        if (entry->packets.count > 0)
            forget(filter, entry);
        entry = newer;
    }
    while (filter->entry_count >= ENTRIES_MAX)
        forget(filter, filter->oldest);
}

/* Decides by what is known alone; the entry may be NULL. */
static enum tb_choice decide(const struct tb_filter *filter, const struct tb_filter_view *view,
                             const struct entry *entry)
{
    bool all_known = true;
    bool all_here = true;

    for (size_t i = 0; i < 2; i++) {
        const struct tb_owner *owner = view->end[i].owner;

        if (owner != NULL && filter->options.wants(owner, filter->options.context))
            return TB_CHOICE_WRITE;
        all_known = all_known && owner != NULL;
        all_here = all_here && (owner != NULL || view->end[i].is_here);
    }
    if (all_known)
        return TB_CHOICE_LEAVE;
    if (!all_here && entry != NULL &&
        (entry->is_strangers || view->now_ns - entry->since_ns >= filter->options.stranger_ns))
        return TB_CHOICE_LEAVE;
    return TB_CHOICE_WAIT;
}

enum tb_choice tb_filter_choose(struct tb_filter *filter, const struct tb_filter_view *view)
{
    struct tb_tuple key = key_of(&view->tuple);
    struct entry *entry = find(filter, &key);
    enum tb_choice choice;

    /* the tuple is opened again, unless the SYN is repeated */
    if (entry != NULL && view->opens && !entry->only_opens) {
        forget(filter, entry);
        entry = NULL;
    }
    choice = decide(filter, view, entry);
    /* at once: what waits would go if the tuple was opened again before the next review */
    if (choice == TB_CHOICE_WRITE && entry != NULL)
        release(filter, entry);
    if (choice == TB_CHOICE_LEAVE)
        filter->counts.left_out++;
    return choice;
}

static struct entry *new_entry(struct tb_filter *filter, const struct tb_tuple *key,
                               uint64_t now_ns)
{
    struct entry *entry = calloc(1, sizeof *entry);
    struct entry **slot = &filter->slots[slot_of(filter, key)];

    if (entry == NULL)
        return NULL;
    entry->tuple = *key;
    entry->since_ns = now_ns;
    entry->only_opens = true;
    entry->next = *slot;
    *slot = entry;
    link_newest(filter, entry);
    filter->entry_count++;
    return entry;
}

int tb_filter_keep(struct tb_filter *filter, const struct tb_filter_view *view,
                   struct tb_packet *packet)
{
    struct tb_tuple key = key_of(&view->tuple);
    struct entry *entry;

    make_room(filter, sizeof *packet + packet->captured);
    entry = find(filter, &key);
    if (entry == NULL)
        entry = new_entry(filter, &key, view->now_ns);
    if (entry == NULL)
        return -ENOMEM;
    unlink_age(filter, entry);
    link_newest(filter, entry);
    entry->only_opens = entry->only_opens && view->opens;
    filter->octets -= entry->packets.octets;
    tb_packet_list_add(&entry->packets, packet);
    filter->octets += entry->packets.octets;
    filter->counts.waiting++;
    return 0;
}

static void review(struct tb_filter *filter, struct entry *entry, const struct tb_filter_view *view)
{
    bool is_strangers = view->end[0].owner == NULL || view->end[1].owner == NULL;

    switch (decide(filter, view, entry)) {
    case TB_CHOICE_WRITE:
        release(filter, entry);
        return;
    case TB_CHOICE_LEAVE:
        drop_packets(filter, entry, &filter->counts.left_out);
        entry->is_strangers = is_strangers;
        entry->only_opens = false;
        if (!is_strangers)
            forget(filter, entry);
        return;
    case TB_CHOICE_WAIT:
        return;
    }
}

void tb_filter_review(struct tb_filter *filter, tb_filter_look_fn *look, void *context,
                      struct tb_packet_list *ready)
{
    struct entry *newer;

    for (struct entry *entry = filter->oldest; entry != NULL; entry = newer) {
        struct tb_filter_view view = { .opens = false };

        newer = entry->newer;
        if (entry->packets.count == 0)
            continue;
        /* the last one: what is known now is known of the latest moment */
        look(entry->packets.last, &view, context);
        review(filter, entry, &view);
    }
    hand_out(filter, ready);
}

struct tb_filter_counts tb_filter_counts(const struct tb_filter *filter, bool at_end)
{
    struct tb_filter_counts counts = filter->counts;

    if (at_end)
        counts.dropped += counts.waiting;
    return counts;
}
