/* SPDX-License-Identifier: GPL-2.0-or-later */
/* track.h - what one end of a connection has sent: sequence numbers, acknowledgments, window */
#ifndef TB_TRACK_H
#define TB_TRACK_H

#include "gaps.h"
#include "segment.h"

struct tb_half {
    uint64_t syn_ns;     /* time of the last SYN or SYN-ACK */
    struct tb_gaps gaps; /* below top, not seen */
    uint32_t isn;        /* with syn_seen */
    uint32_t syn_length; /* octets of data in the SYN (Fast Open); with syn_seen */
    uint32_t start;      /* the first number known; with top_known */
    uint32_t top;        /* number after the highest octet seen, or acknowledged; SYN, FIN count */
    uint32_t acked;      /* the highest acknowledgment the other end sent for this half */
    uint32_t fin;        /* number of the FIN; with fin_seen */
    struct tb_range missed; /* what the other end's SACK shows as missing before the FIN; with
                               fin_missed */
    uint32_t parsed;        /* number of the next octet for the exchange; with parsing */
    uint32_t message;       /* number of the first octet of its latest message; with parsing */
    struct tb_range sacked; /* the last first SACK block the other end sent (RFC 2018 section 4) */
    uint32_t window;        /* octets, scaled; with window_known */
    uint16_t window_raw;    /* the header's field */
    uint8_t state;          /* enum tb_state of this end */
    uint8_t wscale;         /* with scale_offered */
    uint8_t dup_acks;       /* duplicate ACKs that asked for this half's octets, saturating */
    uint8_t tries;          /* how often the SYN was seen, saturating */
    uint8_t fin_tries;
    uint8_t fin_number;  /* 1: the connection's first FIN, 3: the second; with fin_seen */
    uint8_t probe_octet; /* the new octet sent into a zero window; with probe_pending */
    bool seen;           /* a segment of this end was seen */
    bool top_known;
    bool syn_seen;     /* its SYN or SYN-ACK was seen */
    bool syn_bare;     /* it sent a SYN without ACK */
    bool syn_ack_seen; /* it sent a SYN with ACK */
    bool syn_acked;    /* the other end has acknowledged it */
    bool scale_told;   /* its SYN was seen whole: no offer means none */
    bool scale_offered;
    bool window_known;
    bool raw_known;
    bool fin_seen;
    bool fin_delivered; /* the other end has received the FIN in order */
    bool fin_acked;
    bool fin_ack_lost;  /* it was acknowledged, and then sent again */
    bool closed_by_ack; /* CLOSED is the last ACK's doing, not a reset's */
    bool fin_missed;    /* it was delivered, until a SACK disproved that */
    bool open_proved;   /* it sent what only a synchronised end sends */
    bool parsing;
    bool octets_seen;    /* some of its payload was seen */
    bool tail_unseen;    /* the last number below top was acknowledged, not seen: an octet, or the
                            FIN, which has a number too (RFC 9293 section 3.4) */
    bool tail_alone;     /* it was acknowledged by itself, by an end that had not closed */
    bool fin_concluded;  /* or by one that had: the FIN, in all likelihood */
    bool passed_over;    /* what the other end sent shows that this one had sent something unseen */
    bool probe_pending;  /* one new octet is at top, and may have been taken or not */
    bool owes_probe_ack; /* the other end sent a zero-window probe */
    bool owes_keep_alive_ack;
    bool owes_challenge; /* the other end sent what RFC 5961 answers by a challenge ACK */
};

/* What a segment's sequence numbers say about its sender's half, before it is applied. */
struct tb_reach {
    uint32_t data;   /* number of the first payload octet */
    uint32_t end;    /* number after the last octet, SYN and FIN included */
    uint32_t above;  /* octets (SYN, FIN included) at and above top: never seen */
    uint32_t filled; /* octets below top that were missing */
    bool gap;        /* it starts above top: something is missing before it */
    bool wild;       /* it is further off than any window allows: its receiver drops it */
};

struct tb_reach tb_half_reach(const struct tb_half *half, const struct tb_segment *segment);

/* Takes note that the segment's octets were seen. */
void tb_half_saw(struct tb_half *half, const struct tb_segment *segment,
                 const struct tb_reach *reach);

/* What was last acknowledged is shown to be data, or its FIN itself is seen. */
void tb_half_tail_seen(struct tb_half *half);

/* What an acknowledgment says about the half it speaks to, before it is applied. */
struct tb_ack_news {
    uint32_t data;     /* octets of payload newly acknowledged; where they are not seen, with the
                          last one, which may be a FIN, unless that is all there is */
    uint32_t unseen;   /* octets beyond what the capture has seen, the last one perhaps a FIN */
    bool fresh;        /* it covers something that was not acknowledged before */
    bool repeats;      /* the same number as the highest before */
    bool beyond;       /* it covers what the capture has not seen */
    bool unacceptable; /* it covers what can not have been sent (RFC 9293 section 3.10.7.4) */
    bool covers_fin;   /* the first to cover the FIN */
    bool new_sack;     /* SACK blocks above the ack cover octets not reported before; not D-SACK */
};

/* `half` is spoken to; `other` is the speaker's, for its window. */
struct tb_ack_news tb_half_ack_news(const struct tb_half *half, const struct tb_half *other,
                                    const struct tb_segment *segment);

/* Takes note of the acknowledgment. */
void tb_half_acked(struct tb_half *half, const struct tb_segment *segment,
                   const struct tb_ack_news *news);

/* Octets of payload seen and not acknowledged. */
uint32_t tb_half_unacked(const struct tb_half *half);

/* The number that the other end expects next, as far as seen. */
uint32_t tb_half_next(const struct tb_half *half);

#endif
