/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_tls.c - the input is one direction of a connection
 *
 * Fed whole, in pieces and octet by octet each octet must have the same class and the hello the
 * same facts; likewise when a stretch of it is missing. */
#include <stdbool.h>
#include <string.h>

#include "../unit/edge.h"
#include "pieces.h"
#include "tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    SIZE_MAX_TRIED = 1 << 14
};

struct run {
    struct tb_tls parser;
    uint64_t found; /* hash of the runs of equal class, and of data records, and their lengths */
    uint64_t length;
    enum tb_tls_class what; /* of the present run */
};

static void note(struct run *run, enum tb_tls_class what, bool begins, size_t length)
{
    if (what != run->what || begins) {
        run->found = tb_hash(run->found, run->what);
        run->found = tb_hash(run->found, run->length);
        run->length = 0;
    }
    run->what = what;
    run->length += length;
}

static void feed(struct run *run, const uint8_t *data, size_t length)
{
    size_t used = 0;

    while (used < length) {
        enum tb_tls_class what;
        struct tb_tls before = run->parser;
        size_t now =
            tb_tls_feed(&run->parser, data == NULL ? NULL : data + used, length - used, &what);

        REQUIRE(now <= length - used);
        REQUIRE((now == 0) == (what == TB_TLS_NONE));
        REQUIRE(run->parser.record_left <= 16384 + 2048);
        REQUIRE(run->parser.data_records - before.data_records <= (what == TB_TLS_DATA ? 1 : 0));
        REQUIRE((before.facts & ~run->parser.facts) == 0);
        if (what == TB_TLS_NONE)
            return;
        note(run, what, run->parser.data_records != before.data_records, now);
        used += now;
    }
}

static uint64_t feed_all(const uint8_t *data, size_t size, enum tb_cutting cutting,
                         const size_t gap[2])
{
    struct run run = { .found = TB_HASH_START };
    uint64_t state = size;
    size_t at = 0;

    tb_tls_init(&run.parser);
    while (at < size) {
        bool missing = at >= gap[0] && at < gap[1];
        size_t end = at < gap[0] ? gap[0] : missing ? gap[1] : size;
        size_t piece = tb_piece(cutting, end - at, &state);

        feed(&run, missing ? NULL : tb_edge_put(data + at, piece), piece);
        at += piece;
    }
    note(&run, TB_TLS_NONE, true, 0);
    return tb_hash(run.found, run.parser.facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t state = size;
    size_t gap[2];

    if (size > SIZE_MAX_TRIED)
        return -1;
    gap[0] = tb_random(&state) % (size + 1);
    gap[1] = gap[0] + tb_random(&state) % (size - gap[0] + 1);
    (void)tb_tls_looks_like(data, size);
    for (int round = 0; round < 2; round++) {
        uint64_t whole = feed_all(data, size, TB_CUT_WHOLE, gap);

        for (enum tb_cutting cutting = TB_CUT_PIECES; cutting < TB_CUTTINGS; cutting++)
            REQUIRE(feed_all(data, size, cutting, gap) == whole);
        gap[0] = gap[1] = size;
    }
    return 0;
}
