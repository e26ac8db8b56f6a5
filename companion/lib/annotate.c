/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annotate.c - which packet carries which note
 *
 * What was written of a connection is remembered under its two ends, in an order that is the same
 * for both directions. The one that has been silent longest is forgotten first. */
#include "annotate.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "links.h"

#define CONNECTIONS_DEFAULT 65536u
#define REPEAT_DEFAULT      4096u
#define BUCKETS_MAX         ((size_t)1 << 18)

static_assert(TB_NOTE_END_COUNT == 2, "the ends of a connection");

struct key {
    struct tb_tuple tuple; /* of the two directions, the one that compares less */
    uint32_t netns;
    bool is_turned; /* the sender is the remote end of `tuple` */
};

struct tb_written {
    struct tb_written *next; /* in its bucket */
    struct tb_link link;     /* who was used last is last */
    struct tb_tuple tuple;
    uint32_t netns;
    uint32_t packets;                       /* since the latest note */
    uint64_t file;                          /* in which the notes are */
    uint64_t generation[TB_NOTE_END_COUNT]; /* by end of `tuple`; 0: no note */
    uint64_t listener[TB_NOTE_END_COUNT];   /* likewise; 0: not told */
};

struct tb_annotator {
    struct tb_written **bucket;
    size_t mask;
    size_t count;
    size_t limit;
    uint32_t repeat;
    uint64_t file;
    uint64_t version; /* counts what is added and what is forgotten */
    struct tb_link used;
};

struct tb_annotator *tb_annotator_new(const struct tb_annotator_limits *limits)
{
    struct tb_annotator *annotator = calloc(1, sizeof *annotator);
    size_t buckets = 16;

    if (annotator == NULL)
        return NULL;
    annotator->limit =
        limits == NULL || limits->connections == 0 ? CONNECTIONS_DEFAULT : limits->connections;
    annotator->repeat = limits == NULL || limits->repeat == 0 ? REPEAT_DEFAULT : limits->repeat;
    while (buckets < annotator->limit && buckets < BUCKETS_MAX)
        buckets *= 2;
    annotator->mask = buckets - 1;
    annotator->bucket = calloc(buckets, sizeof(struct tb_written *));
    tb_link_init(&annotator->used);
    if (annotator->bucket == NULL) {
        free(annotator);
        return NULL;
    }
    return annotator;
}

static struct key key_of(const struct tb_annotator_packet *packet)
{
    const struct tb_tuple *sender = &packet->frame.sender;
    int order = memcmp(sender->local, sender->remote, sizeof sender->local);
    struct key key = { .netns = packet->netns };

    key.is_turned = order > 0 || (order == 0 && sender->local_port > sender->remote_port);
    key.tuple = key.is_turned ? tb_tuple_turned(sender) : *sender;
    return key;
}

/* Which end of the key's tuple an end of the packet is. */
static size_t end_of(const struct key *key, size_t end)
{
    return key->is_turned ? 1 - end : end;
}

static struct tb_written **bucket_of(const struct tb_annotator *annotator,
                                     const struct tb_tuple *tuple)
{
    uint64_t hash = tb_tuple_hash(tuple, (uintptr_t)annotator);

    return &annotator->bucket[(size_t)(hash >> 16) & annotator->mask];
}

static struct tb_written *find(const struct tb_annotator *annotator, const struct key *key)
{
    struct tb_written *written = *bucket_of(annotator, &key->tuple);

    while (written != NULL &&
           (written->netns != key->netns || !tb_tuple_equal(&written->tuple, &key->tuple)))
        written = written->next;
    return written;
}

static void forget(struct tb_annotator *annotator, struct tb_written *written)
{
    struct tb_written **at = bucket_of(annotator, &written->tuple);

    while (*at != written)
        at = &(*at)->next;
    *at = written->next;
    tb_link_remove(&written->link);
    annotator->count--;
    annotator->version++;
    free(written);
}

void tb_annotator_free(struct tb_annotator *annotator)
{
    if (annotator == NULL)
        return;
    while (!tb_link_is_empty(&annotator->used))
        forget(annotator, TB_LINK_OF(annotator->used.next, struct tb_written, link));
    free(annotator->bucket);
    free(annotator);
}

static struct tb_attrib_question question_of(const struct tb_annotator_packet *packet, size_t end)
{
    return (struct tb_attrib_question){ .tuple = end == TB_NOTE_SRC
                                                     ? packet->frame.sender
                                                     : tb_tuple_turned(&packet->frame.sender),
                                        .time_ns = packet->time_ns,
                                        .netns = packet->netns,
                                        .may_open = packet->frame.may_open,
                                        .opens = packet->frame.opens,
                                        .only_there = packet->loopback };
}

/* Whether the file has the note of this answer, near enough. Who listened stays true when it is not
 * known any more. */
static bool is_written(const struct tb_annotator *annotator, const struct tb_written *written,
                       size_t end, const struct tb_attrib_answer *answer)
{
    return written != NULL && written->file == annotator->file &&
           written->generation[end] == answer->generation &&
           (answer->listener == 0 || written->listener[end] == answer->listener) &&
           written->packets < annotator->repeat;
}

void tb_annotator_look(const struct tb_annotator *annotator, struct tb_attrib *attrib,
                       const struct tb_annotator_packet *packet, struct tb_annotation *annotation)
{
    const struct key key = key_of(packet);
    struct tb_written *written = find(annotator, &key);

    annotation->written = written;
    annotation->version = annotator->version;
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++) {
        const struct tb_attrib_question question = question_of(packet, end);
        struct tb_attrib_answer *answer = &annotation->answer[end];
        bool known = tb_attrib_ask(attrib, &question, answer);

        annotation->known[end] = known;
        annotation->expected[end] = !known && tb_attrib_has_end(attrib, &question);
        annotation->due[end] = known && !is_written(annotator, written, end_of(&key, end), answer);
    }
}

bool tb_annotation_note(const struct tb_annotation *annotation, enum tb_mechanism mechanism,
                        uint64_t lost, struct tb_note *note)
{
    bool is_due = false;

    memset(note, 0, sizeof *note);
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++)
        if (annotation->due[end]) {
            note->owner[end] = annotation->answer[end].owner;
            is_due = true;
        }
    if (!is_due)
        return false;
    note->mechanism = (uint8_t)mechanism;
    note->lost = lost;
    return true;
}

static struct tb_written *add(struct tb_annotator *annotator, const struct key *key)
{
    struct tb_written **bucket = bucket_of(annotator, &key->tuple);
    struct tb_written *written = calloc(1, sizeof *written);

    if (written == NULL)
        return NULL;
    written->tuple = key->tuple;
    written->netns = key->netns;
    written->file = annotator->file;
    written->next = *bucket;
    *bucket = written;
    tb_link_append(&annotator->used, &written->link);
    annotator->count++;
    annotator->version++;
    return written;
}

/* Of a connection that nothing is known of nothing is remembered. */
int tb_annotator_wrote(struct tb_annotator *annotator, const struct tb_annotator_packet *packet,
                       const struct tb_annotation *annotation)
{
    const struct key key = key_of(packet);
    struct tb_written *written =
        annotation->version == annotator->version ? annotation->written : find(annotator, &key);
    bool is_due = annotation->due[TB_NOTE_SRC] || annotation->due[TB_NOTE_DST];

    if (written == NULL && !is_due)
        return 0;
    if (written == NULL) {
        while (annotator->count >= annotator->limit)
            forget(annotator, TB_LINK_OF(annotator->used.next, struct tb_written, link));
        written = add(annotator, &key);
        if (written == NULL)
            return -ENOMEM;
    }
    if (written->file != annotator->file) {
        memset(written->generation, 0, sizeof written->generation);
        memset(written->listener, 0, sizeof written->listener);
        written->file = annotator->file;
    }
    tb_link_remove(&written->link);
    tb_link_append(&annotator->used, &written->link);
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++)
        if (annotation->due[end]) {
            written->generation[end_of(&key, end)] = annotation->answer[end].generation;
            written->listener[end_of(&key, end)] = annotation->answer[end].listener;
        }
    /* both ends' notes come again together: the count starts with the one that was due */
    if (!is_due)
        written->packets += written->packets < annotator->repeat;
    else if (written->packets >= annotator->repeat ||
             (annotation->due[TB_NOTE_SRC] && annotation->due[TB_NOTE_DST]))
        written->packets = 0;
    return 0;
}

void tb_annotator_next_file(struct tb_annotator *annotator)
{
    annotator->file++;
}
