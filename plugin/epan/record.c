/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.c - what is kept of a visited segment, packed
 *
 * Three octets for the enumerations, four that say which of the values below are not 0, and those
 * values, seven bits an octet, the low ones first (as DWARF's LEB128). */
#include "record.h"

#include <assert.h>
#include <string.h>

/* Each member of struct tb_record that is a number, by the bit that says whether it is there. All
 * are unsigned; the one that is not is apart. */
#define FOR_EACH_VALUE(DO)                                                                         \
    DO(0, connection, uint32_t)                                                                    \
    DO(1, event.has, uint16_t)                                                                     \
    DO(2, event.window, uint32_t)                                                                  \
    DO(3, acks, uint32_t)                                                                          \
    DO(4, event.acked, uint32_t)                                                                   \
    DO(5, event.unacked, uint32_t)                                                                 \
    DO(6, event.fresh, uint32_t)                                                                   \
    DO(7, event.exchange, uint32_t)                                                                \
    DO(8, event.exchange_last, uint32_t)                                                           \
    DO(9, event.request_in, uint32_t)                                                              \
    DO(10, event.request_bytes, uint64_t)                                                          \
    DO(11, event.response_bytes, uint64_t)                                                         \
    DO(12, event.response_time_ns, uint64_t)                                                       \
    DO(13, event.request_duration_ns, uint64_t)                                                    \
    DO(14, event.response_duration_ns, uint64_t)                                                   \
    DO(15, event.marks, uint16_t)                                                                  \
    DO(16, event.handshake_number, uint8_t)                                                        \
    DO(17, event.teardown_number[0], uint8_t)                                                      \
    DO(18, event.teardown_number[1], uint8_t)                                                      \
    DO(19, event.tries, uint8_t)                                                                   \
    DO(20, event.over, bool)                                                                       \
    DO(21, event.http_start[TB_ROLE_CLIENT], uint32_t)                                             \
    DO(22, event.http_start[TB_ROLE_SERVER], uint32_t)                                             \
    DO(23, event.rtt_ns, uint64_t)                                                                 \
    DO(24, event.rtt_server_ns, uint64_t)                                                          \
    DO(25, event.rtt_client_ns, uint64_t)                                                          \
    DO(26, event.unseen, bool)                                                                     \
    DO(27, event.missed, uint32_t)                                                                 \
    DO(28, event.answered_within_ns, uint64_t)                                                     \
    DO(29, event.answered_unseen, bool)

enum {
    CHANGE_BIT = 30, /* event.window_change */
    PRESENT_AT = 3,
    VALUES_AT = 7
};

static_assert(TB_PHASE_COUNT <= 16 && TB_STEP_COUNT <= 64, "they share octets");
static_assert(TB_STATE_COUNT <= 16, "two share an octet");
static_assert(TB_ROLE_COUNT <= 2 && TB_CUT_COUNT <= 4, "they share octets");
static_assert(TB_MARK_COUNT <= 16, "marks are 16 bits");

/* A negative change would need ten octets: the sign goes into the lowest bit. */
static uint64_t zigzag(int32_t number)
{
    return number < 0 ? ~((uint64_t)(int64_t)number << 1) : (uint64_t)number << 1;
}

static int32_t unzigzag(uint64_t number)
{
    return (int32_t)(int64_t)((number & 1u) != 0 ? ~(number >> 1) : number >> 1);
}

static uint8_t *put_number(uint8_t *at, uint64_t number)
{
    if (number >= 0x80 && number < 0x4000) { /* as most are */
        *at++ = (uint8_t)(number | 0x80);
        *at++ = (uint8_t)(number >> 7);
        return at;
    }
    for (; number >= 0x80; number >>= 7)
        *at++ = (uint8_t)(number | 0x80);
    *at++ = (uint8_t)number;
    return at;
}

static const uint8_t *get_number(const uint8_t *at, uint64_t *number)
{
    unsigned shift = 0;

    *number = 0;
    do {
        *number |= (uint64_t)(*at & 0x7f) << shift;
        shift += 7;
    } while ((*at++ & 0x80) != 0);
    return at;
}

size_t tb_record_pack(const struct tb_record *record, uint8_t bytes[TB_RECORD_MAX])
{
    const struct tb_event *event = &record->event;
    uint8_t *at = bytes + VALUES_AT;
    uint32_t present = 0;

    bytes[0] = (uint8_t)((unsigned)event->phase << 4 | (record->misfit ? 8u : 0u) |
                         (unsigned)event->cut << 1 | (unsigned)event->role);
    bytes[1] = (uint8_t)((unsigned)event->step << 2 | (record->half_open ? 2u : 0u) |
                         (record->linked ? 1u : 0u));
    bytes[2] = (uint8_t)((unsigned)event->state[TB_ROLE_CLIENT] << 4 |
                         (unsigned)event->state[TB_ROLE_SERVER]);
#define PUT(bit, member, type)                                                                     \
    if (record->member != 0) {                                                                     \
        present |= 1u << (bit);                                                                    \
        at = put_number(at, record->member);                                                       \
    }
    FOR_EACH_VALUE(PUT)
#undef PUT
    if (event->window_change != 0) {
        present |= 1u << CHANGE_BIT;
        at = put_number(at, zigzag(event->window_change));
    }
    memcpy(bytes + PRESENT_AT, &present, sizeof(present));
    return (size_t)(at - bytes);
}

void tb_record_unpack(const uint8_t *bytes, struct tb_record *record)
{
    struct tb_event *event = &record->event;
    const uint8_t *at = bytes + VALUES_AT;
    uint32_t present;
    uint64_t number;

    memset(record, 0, sizeof(*record));
    event->phase = (enum tb_phase)(bytes[0] >> 4);
    event->cut = (enum tb_cut)(bytes[0] >> 1 & 3);
    event->role = (enum tb_role)(bytes[0] & 1);
    record->misfit = (bytes[0] & 8) != 0;
    event->step = (enum tb_step)(bytes[1] >> 2);
    record->half_open = (bytes[1] & 2) != 0;
    record->linked = (bytes[1] & 1) != 0;
    event->state[TB_ROLE_CLIENT] = (enum tb_state)(bytes[2] >> 4);
    event->state[TB_ROLE_SERVER] = (enum tb_state)(bytes[2] & 15);
    memcpy(&present, bytes + PRESENT_AT, sizeof(present));
#define GET(bit, member, type)                                                                     \
    if ((present >> (bit)&1u) != 0) {                                                              \
        at = get_number(at, &number);                                                              \
        record->member = (type)number;                                                             \
    }
    FOR_EACH_VALUE(GET)
#undef GET
    if ((present >> CHANGE_BIT & 1u) != 0) {
        get_number(at, &number);
        event->window_change = unzigzag(number);
    }
}
