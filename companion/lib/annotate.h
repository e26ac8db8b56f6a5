/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annotate.h - which packet carries which note
 *
 * An owner is written with the first packet of its connection after it is known, whichever end sent
 * it; again when the answer's generation is another, after tb_annotator_limits.repeat packets, and
 * in each new file. So a file costs little more than its packets, and a piece cut from it still
 * tells.
 *
 * For each packet: tb_annotator_look(), as often as wanted while the packet is held back; then
 * tb_annotation_note() and the packet is written; then tb_annotator_wrote().
 *
 * Pure but for bounded memory. Not thread-safe. */
#ifndef TB_ANNOTATE_H
#define TB_ANNOTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attrib.h"
#include "frame.h"
#include "owner.h"

struct tb_annotator;

struct tb_annotator_limits {
    size_t connections; /* remembered; 0: 65536. Of what had to be forgotten the note comes again */
    uint32_t repeat;    /* packets of a connection after which its note comes again; 0: 4096 */
};

struct tb_annotator_packet {
    struct tb_frame frame;
    uint64_t time_ns; /* CLOCK_MONOTONIC */
    uint32_t netns;   /* where it was captured; 0: not known */
    bool loopback;    /* captured on a loopback interface: both ends are in that namespace */
};

/* Of each end: the sender's at TB_NOTE_SRC. */
struct tb_annotation {
    struct tb_attrib_answer answer[TB_NOTE_END_COUNT]; /* cleared where unknown. Valid until the
                                                          next tb_attrib_feed() or _expire() */
    bool known[TB_NOTE_END_COUNT];
    bool expected[TB_NOTE_END_COUNT]; /* unknown, but the end is there: somebody may become known */
    bool due[TB_NOTE_END_COUNT];      /* known, and to be written with this packet */
    struct tb_written *written; /* the annotator's, of the connection, while it is of version */
    uint64_t version;
};

/* `limits` may be NULL. NULL: out of memory. Destroy with tb_annotator_free(); NULL is allowed
 * there. */
struct tb_annotator *tb_annotator_new(const struct tb_annotator_limits *limits);
void tb_annotator_free(struct tb_annotator *annotator);

/* What is known of the packet's ends now, and what of it is due. Changes nothing that shows. */
void tb_annotator_look(const struct tb_annotator *annotator, struct tb_attrib *attrib,
                       const struct tb_annotator_packet *packet, struct tb_annotation *annotation);

/* Fills the note with what is due; the texts of user and container are the caller's to add, to the
 * ends that are due. False where nothing is due: *note is then cleared. */
bool tb_annotation_note(const struct tb_annotation *annotation, enum tb_mechanism mechanism,
                        uint64_t lost, struct tb_note *note);

/* The packet was written, and the note with it where one was due. 0, or -ENOMEM: not remembered, so
 * that the note comes once more. */
int tb_annotator_wrote(struct tb_annotator *annotator, const struct tb_annotator_packet *packet,
                       const struct tb_annotation *annotation);

/* Another file begins: everything is due again. */
void tb_annotator_next_file(struct tb_annotator *annotator);

#endif
