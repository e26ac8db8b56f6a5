/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.c - what is kept of a visited segment, packed
 *
 * Three octets for the enumerations, four that say which of the values below are not 0, and those
 * values, seven bits an octet, the low ones first (as DWARF's LEB128). */
#include "record.h"

#include <assert.h>
#include <string.h>

enum width {
    WIDTH_8,
    WIDTH_16,
    WIDTH_32,
    WIDTH_SIGNED,
    WIDTH_64
};

struct value {
    uint16_t offset; /* in struct tb_record */
    uint16_t width;  /* enum width */
};

#define VALUE(member, width)                                                                       \
    {                                                                                              \
        (uint16_t) offsetof(struct tb_record, member), width                                       \
    }

static const struct value values[] = {
    VALUE(connection, WIDTH_32),
    VALUE(event.has, WIDTH_16),
    VALUE(event.window, WIDTH_32),
    VALUE(acks, WIDTH_32),
    VALUE(event.acked, WIDTH_32),
    VALUE(event.unacked, WIDTH_32),
    VALUE(event.fresh, WIDTH_32),
    VALUE(event.exchange, WIDTH_32),
    VALUE(event.exchange_last, WIDTH_32),
    VALUE(event.request_in, WIDTH_32),
    VALUE(event.request_bytes, WIDTH_64),
    VALUE(event.response_bytes, WIDTH_64),
    VALUE(event.response_time_ns, WIDTH_64),
    VALUE(event.request_duration_ns, WIDTH_64),
    VALUE(event.response_duration_ns, WIDTH_64),
    VALUE(event.marks, WIDTH_16),
    VALUE(event.handshake_number, WIDTH_8),
    VALUE(event.teardown_number[0], WIDTH_8),
    VALUE(event.teardown_number[1], WIDTH_8),
    VALUE(event.tries, WIDTH_8),
    VALUE(event.over, WIDTH_8),
    VALUE(event.window_change, WIDTH_SIGNED),
    VALUE(event.http_start[TB_ROLE_CLIENT], WIDTH_32),
    VALUE(event.http_start[TB_ROLE_SERVER], WIDTH_32),
    VALUE(event.rtt_ns, WIDTH_64),
    VALUE(event.rtt_server_ns, WIDTH_64),
    VALUE(event.rtt_client_ns, WIDTH_64),
};

enum {
    VALUE_COUNT = sizeof(values) / sizeof(values[0]),
    PRESENT_AT = 3,
    VALUES_AT = 7
};

static_assert(VALUE_COUNT <= 32, "one bit a value");
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

static uint64_t load(const struct tb_record *record, const struct value *value)
{
    const uint8_t *at = (const uint8_t *)record + value->offset;
    uint16_t half;
    uint32_t word;
    int32_t change;
    uint64_t wide;

    switch ((enum width)value->width) {
    case WIDTH_8:
        return *at;
    case WIDTH_16:
        memcpy(&half, at, sizeof(half));
        return half;
    case WIDTH_32:
        memcpy(&word, at, sizeof(word));
        return word;
    case WIDTH_SIGNED:
        memcpy(&change, at, sizeof(change));
        return zigzag(change);
    case WIDTH_64:
        break;
    }
    memcpy(&wide, at, sizeof(wide));
    return wide;
}

static void store(struct tb_record *record, const struct value *value, uint64_t number)
{
    uint8_t *at = (uint8_t *)record + value->offset;
    const uint16_t half = (uint16_t)number;
    const uint32_t word = (uint32_t)number;
    const int32_t change = unzigzag(number);

    switch ((enum width)value->width) {
    case WIDTH_8:
        *at = (uint8_t)number;
        break;
    case WIDTH_16:
        memcpy(at, &half, sizeof(half));
        break;
    case WIDTH_32:
        memcpy(at, &word, sizeof(word));
        break;
    case WIDTH_SIGNED:
        memcpy(at, &change, sizeof(change));
        break;
    case WIDTH_64:
        memcpy(at, &number, sizeof(number));
        break;
    }
}

static uint8_t *put_number(uint8_t *at, uint64_t number)
{
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

    bytes[0] =
        (uint8_t)((unsigned)event->phase << 4 | (unsigned)event->cut << 1 | (unsigned)event->role);
    bytes[1] = (uint8_t)((unsigned)event->step << 2 | (record->half_open ? 2u : 0u) |
                         (record->linked ? 1u : 0u));
    bytes[2] = (uint8_t)((unsigned)event->state[TB_ROLE_CLIENT] << 4 |
                         (unsigned)event->state[TB_ROLE_SERVER]);
    for (unsigned i = 0; i < VALUE_COUNT; i++) {
        const uint64_t number = load(record, &values[i]);

        if (number != 0) {
            present |= 1u << i;
            at = put_number(at, number);
        }
    }
    memcpy(bytes + PRESENT_AT, &present, sizeof(present));
    return (size_t)(at - bytes);
}

void tb_record_unpack(const uint8_t *bytes, struct tb_record *record)
{
    struct tb_event *event = &record->event;
    const uint8_t *at = bytes + VALUES_AT;
    uint32_t present;

    memset(record, 0, sizeof(*record));
    event->phase = (enum tb_phase)(bytes[0] >> 4);
    event->cut = (enum tb_cut)(bytes[0] >> 1 & 3);
    event->role = (enum tb_role)(bytes[0] & 1);
    event->step = (enum tb_step)(bytes[1] >> 2);
    record->half_open = (bytes[1] & 2) != 0;
    record->linked = (bytes[1] & 1) != 0;
    event->state[TB_ROLE_CLIENT] = (enum tb_state)(bytes[2] >> 4);
    event->state[TB_ROLE_SERVER] = (enum tb_state)(bytes[2] & 15);
    memcpy(&present, bytes + PRESENT_AT, sizeof(present));
    for (unsigned i = 0; i < VALUE_COUNT; i++) {
        uint64_t number;

        if ((present >> i & 1u) == 0)
            continue;
        at = get_number(at, &number);
        store(record, &values[i], number);
    }
}
