/* SPDX-License-Identifier: GPL-2.0-or-later */
/* liverule.c - what may be concluded from a socket that was found while its packet was fresh */
#include "liverule.h"

enum {
    LOOKS_MAX = 6,
    FIN_OCTET = 1 /* a FIN takes a sequence number: the kernel counts it in one number only */
};

#define FIRST_PAUSE_NS UINT64_C(50000000)
/* The kernel counts ticks late where a virtual machine halts. */
#define LATE_NS UINT64_C(20000000)

bool tb_live_may_look(struct tb_live_budget *budget, uint64_t now_ns)
{
    const uint64_t passed_ns = now_ns - budget->seen_ns;

    if (budget->seen_ns == 0 || passed_ns / TB_LIVE_SHARE >= 2 * TB_LIVE_BURST_NS)
        budget->left_ns = TB_LIVE_BURST_NS;
    else
        budget->left_ns += (int64_t)(passed_ns / TB_LIVE_SHARE);
    if (budget->left_ns > (int64_t)TB_LIVE_BURST_NS)
        budget->left_ns = TB_LIVE_BURST_NS;
    budget->seen_ns = now_ns;
    return budget->left_ns > 0;
}

void tb_live_looked(struct tb_live_budget *budget, uint64_t took_ns)
{
    budget->left_ns -= (int64_t)took_ns;
}

uint64_t tb_live_pause_ns(unsigned looks)
{
    return looks == 0 || looks >= LOOKS_MAX ? 0 : (uint64_t)FIRST_PAUSE_NS << (looks - 1);
}

/* A socket without an inode: no process has it (yet, any more). */
static enum tb_live_result read_unheld(uint8_t state)
{
    switch (state) {
    case TB_DIAG_ESTABLISHED:
    case TB_DIAG_SYN_RECV:
    case TB_DIAG_NEW_SYN_RECV:
    case TB_DIAG_CLOSE_WAIT:
        return TB_LIVE_UNACCEPTED;
    default: /* numbers of the kernel's, not an enumeration of ours */
        return TB_LIVE_GONE;
    }
}

struct tb_live_reading tb_live_read(const struct tb_holders *holders, bool connected)
{
    struct tb_live_reading reading = { .result = TB_LIVE_NAMED };

    if (holders->socket.inode == 0) {
        reading.result = read_unheld(holders->socket.state);
        reading.may_improve = reading.result == TB_LIVE_UNACCEPTED;
    } else if (holders->count == 0) {
        reading.result = TB_LIVE_HIDDEN;
        reading.may_improve = !holders->denied;
    } else if (holders->count > 1) {
        reading.result = TB_LIVE_SEVERAL;
        reading.may_improve = true; /* a server's child may be left alone with it */
    } else {
        if (!holders->complete)
            reading.doubts |= TB_OWNERS_DOUBT_HIDDEN;
        if (!connected && !tb_diag_is_used(&holders->socket))
            reading.doubts |= TB_OWNERS_DOUBT_UNUSED;
        reading.may_improve = (reading.doubts & TB_OWNERS_DOUBT_UNUSED) != 0 ||
                              (!holders->complete && !holders->denied);
    }
    return reading;
}

static bool is_below(uint32_t one, uint32_t other)
{
    return (int32_t)(one - other) < 0;
}

/* What the capture has shown until the look, the socket must have done by then. */
static bool has_done_less(const struct tb_live_found *found, const struct tb_live_shown *shown)
{
    if (shown->time_ns > found->asked_ns)
        return false;
    if (shown->over || (shown->finished && found->may_send))
        return true;
    return found->has_octets && shown->has_octets &&
           (is_below(found->received + FIN_OCTET, shown->received) ||
            is_below(found->sent + FIN_OCTET, shown->sent));
}

static bool has_more_than_was_sent(const struct tb_live_found *found,
                                   const struct tb_live_shown *shown)
{
    return found->has_octets && shown->has_octets &&
           is_below(shown->reached + FIN_OCTET, found->received);
}

/* From then on it was there for certain. */
static uint64_t latest_birth_ns(const struct tb_live_found *found)
{
    return found->quiet_ns == 0 ? UINT64_MAX
                                : found->answered_ns - found->quiet_ns + found->tick_ns + LATE_NS;
}

enum tb_live_verdict tb_live_judge(const struct tb_live_found *found,
                                   const struct tb_live_shown *shown)
{
    const bool goes_on = shown->goes_on && shown->time_ns > found->answered_ns + shown->slack_ns;

    if (has_done_less(found, shown))
        return TB_LIVE_REFUTED;
    if (has_more_than_was_sent(found, shown))
        return goes_on ? TB_LIVE_REFUTED : TB_LIVE_WAITS;
    return goes_on || latest_birth_ns(found) <= shown->time_ns ? TB_LIVE_PROVEN : TB_LIVE_WAITS;
}
