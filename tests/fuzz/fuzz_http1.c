/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_http1.c - the input is one direction of a connection, tried as requests and as responses
 *
 * Fed whole, in pieces and octet by octet it must have the same borders; likewise when a stretch of
 * it is missing and that stretch is fed whole or in pieces. */
#include <stdbool.h>
#include <string.h>

#include "../unit/edge.h"
#include "http1.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    struct tb_http1 parser;
    uint64_t found; /* hash of the borders, their offsets and facts */
    uint64_t offset;
    unsigned answers;
    bool lost;
};

static void note(struct run *run, enum tb_http1_border border)
{
    const struct tb_http1 *parser = &run->parser;

    run->found = tb_hash(run->found, border);
    run->found = tb_hash(run->found, run->offset);
    if (border != TB_HTTP1_LOST)
        run->found = tb_hash(run->found, (uint64_t)parser->facts << 16 | parser->status);
    if (border == TB_HTTP1_HEAD && parser->kind == TB_HTTP1_RESPONSE)
        REQUIRE(parser->status >= 100 && parser->status <= 999);
    if (border == TB_HTTP1_END || border == TB_HTTP1_LOST || border == TB_HTTP1_START)
        REQUIRE(parser->left == 0);
}

/* Feeds a piece until it is used up, as a caller does. */
static void feed(struct run *run, const uint8_t *data, size_t length)
{
    enum tb_http1_border border = TB_HTTP1_START;
    size_t used = 0;
    int idle = 0;

    while (!run->lost && border != TB_HTTP1_MORE) {
        size_t now =
            tb_http1_feed(&run->parser, data == NULL ? NULL : data + used, length - used, &border);

        REQUIRE(now <= length - used);
        idle = now == 0 ? idle + 1 : 0;
        REQUIRE(idle <= 3); /* END, START and MORE may follow each other without an octet */
        used += now;
        run->offset += now;
        run->lost = border == TB_HTTP1_LOST;
        if (border == TB_HTTP1_MORE)
            REQUIRE(used == length);
        else
            note(run, border);
        if (border == TB_HTTP1_START)
            tb_http1_answers(&run->parser, run->answers);
    }
}

/* Feeds the input; the octets from `gap` to `gap_end` are missing. */
static uint64_t feed_all(enum tb_http1_kind kind, unsigned answers, const uint8_t *data,
                         size_t size, enum tb_cutting cutting, const size_t gap[2])
{
    struct run run = { .found = TB_HASH_START, .answers = answers };
    uint64_t state = size;
    size_t at = 0;

    tb_http1_init(&run.parser, kind);
    while (at < size) {
        bool missing = at >= gap[0] && at < gap[1];
        size_t end = at < gap[0] ? gap[0] : missing ? gap[1] : size;
        size_t piece = tb_piece(cutting, end - at, &state);

        feed(&run, missing ? NULL : tb_edge_put(data + at, piece), piece);
        at += piece;
    }
    run.found = tb_hash(run.found, tb_http1_close(&run.parser));
    REQUIRE(!tb_http1_close(&run.parser));
    return run.found;
}

static void try_all_cuttings(enum tb_http1_kind kind, unsigned answers, const uint8_t *data,
                             size_t size, const size_t gap[2])
{
    uint64_t whole = feed_all(kind, answers, data, size, TB_CUT_WHOLE, gap);

    for (enum tb_cutting cutting = TB_CUT_PIECES; cutting < TB_CUTTINGS; cutting++)
        REQUIRE(feed_all(kind, answers, data, size, cutting, gap) == whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned answers[] = { 0, TB_HTTP1_IS_HEAD, TB_HTTP1_IS_CONNECT };
    uint64_t state = size;
    size_t none[2] = { size, size };
    size_t gap[2];

    if (size > 1 << 14)
        return -1;
    gap[0] = tb_random(&state) % (size + 1);
    gap[1] = gap[0] + tb_random(&state) % (size - gap[0] + 1);
    (void)tb_http1_looks_like(TB_HTTP1_REQUEST, data, size);
    (void)tb_http1_looks_like(TB_HTTP1_RESPONSE, data, size);
    try_all_cuttings(TB_HTTP1_REQUEST, 0, data, size, none);
    try_all_cuttings(TB_HTTP1_REQUEST, 0, data, size, gap);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        try_all_cuttings(TB_HTTP1_RESPONSE, answers[i], data, size, none);
    try_all_cuttings(TB_HTTP1_RESPONSE, 0, data, size, gap);
    return 0;
}
