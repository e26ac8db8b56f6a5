/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traffic.c - writes a capture of HTTP connections: as many packets and connections as asked for
 *
 * Each connection has a handshake, exchanges (1 to 20 segments to a response, ACKs delayed to every
 * second one, some left out) and a teardown; many are open at a time and take turns at random. The
 * same options give the same octets: the generator is its own source of chance, and time starts at
 * 2026-01-01T00:00:00Z. Classic pcap, microseconds. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINK_NULL = 0, /* https://www.tcpdump.org/linktypes.html */
    LINK_ETHERNET = 1,
    FAMILY_INET = 2, /* of LINK_NULL */
    ETHERNET_LENGTH = 14,
    IP_LENGTH = 20,
    TCP_MAX = 60,
    MSS_MAX = 16384,
    MSS_MIN = 400, /* the head of a message fits */
    PACKETS_MIN = 8,
    HEAD_MAX = 400,
    SNAPLEN = 262144
};

enum {
    FIN = 0x01,
    SYN = 0x02,
    PSH = 0x08,
    ACK = 0x10
};

enum side {
    CLIENT,
    SERVER
};

struct options {
    uint32_t connections;
    uint32_t packets;
    uint32_t concurrent;
    uint32_t mss;
    uint32_t link;
    const char *output;
};

/* What a connection does next. */
enum stage {
    STAGE_SYN,
    STAGE_SYN_ACK,
    STAGE_HANDSHAKE_ACK,
    STAGE_REQUEST,
    STAGE_REQUEST_ACK,
    STAGE_RESPONSE,
    STAGE_RESPONSE_ACK,
    STAGE_FIN,
    STAGE_FIN_ACK,
    STAGE_OTHER_FIN,
    STAGE_LAST_ACK,
    STAGE_DONE
};

struct connection {
    uint32_t number;
    uint32_t left; /* packets still to be spent on exchanges */
    uint32_t seq[2];
    uint32_t exchange;
    uint32_t segments; /* of the response still to come */
    uint32_t unacked;  /* segments of the response */
    uint32_t sent;     /* octets of the response */
    uint32_t total;    /* likewise, all */
    uint32_t head_length;
    uint8_t stage;
    bool request_ack;
    bool final_ack;
    bool server_closes;
    bool short_close; /* the second FIN acknowledges the first */
    bool chunked;
    char head[HEAD_MAX];
};

static const char chunk_end[] = "\r\n0\r\n\r\n";
enum {
    CHUNK_END = sizeof(chunk_end) - 1
};

struct bench {
    struct options options;
    FILE *file;
    uint64_t chance;
    uint64_t time_us;
    uint32_t packets_left;
    uint32_t started;
    uint16_t ip_id;
};

/* 0 to `below` - 1 (Knuth's MMIX generator). */
static uint32_t draw(struct bench *bench, uint32_t below)
{
    bench->chance = bench->chance * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((bench->chance >> 32) * below >> 32);
}

static void put16(uint8_t *place, uint32_t value)
{
    place[0] = (uint8_t)(value >> 8);
    place[1] = (uint8_t)value;
}

static void put32(uint8_t *place, uint32_t value)
{
    put16(place, value >> 16);
    put16(place + 2, value);
}

static uint32_t sum16(const uint8_t *data, size_t length, uint32_t sum)
{
    size_t i = 0;

    for (; i + 1 < length; i += 2)
        sum += (uint32_t)data[i] << 8 | data[i + 1];
    return i < length ? sum + ((uint32_t)data[i] << 8) : sum;
}

static uint32_t fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static uint32_t link_length(const struct bench *bench)
{
    return bench->options.link == LINK_ETHERNET ? ETHERNET_LENGTH : 4;
}

static void put_link(const struct bench *bench, uint8_t *frame, enum side from)
{
    static const uint8_t mac[2][6] = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } };
    const uint32_t family = FAMILY_INET;

    if (bench->options.link == LINK_NULL) {
        memcpy(frame, &family, sizeof(family)); /* in the order of the writing host */
        return;
    }
    memcpy(frame, mac[!from], 6);
    memcpy(frame + 6, mac[from], 6);
    put16(frame + 12, 0x0800);
}

/* Addresses of documentation (RFC 5737), or of loopback; no two connections have the same. */
static void put_addresses(const struct bench *bench, const struct connection *conn, uint8_t *ip,
                          enum side from)
{
    static const uint16_t loopback_port[] = { 8080, 8088, 3128, 80 };
    bool ethernet = bench->options.link == LINK_ETHERNET;
    uint32_t address[2] = { 0x7f000001, 0x7f000001 };
    uint32_t port[2] = { 32768 + conn->number % 28000, loopback_port[conn->number / 28000 % 4] };

    if (ethernet) {
        address[CLIENT] = 0xc0000201 + conn->number % 200;
        address[SERVER] = 0xc6336414 + conn->number % 8;
        port[CLIENT] = 32768 + conn->number / 200 % 28000;
        port[SERVER] = 80;
    }
    put32(ip + 12, address[from]);
    put32(ip + 16, address[!from]);
    put16(ip + IP_LENGTH, port[from]);
    put16(ip + IP_LENGTH + 2, port[!from]);
}

static uint32_t put_options(const struct bench *bench, uint8_t *tcp, unsigned flags)
{
    uint8_t *option = tcp + 20;

    if (flags & SYN) {
        put32(option, 0x02040000 | (bench->options.mss + 12));
        put16(option + 4, 0x0402); /* SACK permitted */
        put16(option + 6, 0x080a);
        put32(option + 8, (uint32_t)(bench->time_us / 1000));
        put32(option + 12, (uint32_t)(bench->time_us / 1000 - 1));
        put32(option + 16, 0x01030307); /* windows in units of 128 */
        return 40;
    }
    put32(option, 0x0101080a);
    put32(option + 4, (uint32_t)(bench->time_us / 1000));
    put32(option + 8, (uint32_t)(bench->time_us / 1000 - 1));
    return 32;
}

static void write_frame(struct bench *bench, const uint8_t *frame, uint32_t length)
{
    uint32_t header[4] = { (uint32_t)(bench->time_us / 1000000),
                           (uint32_t)(bench->time_us % 1000000), length, length };

    fwrite(header, sizeof(header), 1, bench->file);
    fwrite(frame, length, 1, bench->file);
    bench->time_us += 1 + draw(bench, 40);
}

/* Sends a segment; the payload is given in up to three parts. */
struct part {
    const void *data;
    uint32_t length;
};

static void send(struct bench *bench, struct connection *conn, enum side from, unsigned flags,
                 const struct part *part, unsigned parts)
{
    static uint8_t frame[ETHERNET_LENGTH + IP_LENGTH + TCP_MAX + MSS_MAX];
    uint8_t *ip = frame + link_length(bench);
    uint8_t *tcp = ip + IP_LENGTH;
    uint32_t header = put_options(bench, tcp, flags);
    uint32_t payload = 0;
    uint32_t length;

    for (unsigned i = 0; i < parts; i++) {
        memcpy(tcp + header + payload, part[i].data, part[i].length);
        payload += part[i].length;
    }
    length = header + payload;
    put_link(bench, frame, from);
    memset(ip, 0, IP_LENGTH);
    put16(ip, 0x4500);
    put16(ip + 2, IP_LENGTH + length);
    put16(ip + 4, bench->ip_id++);
    put16(ip + 6, 0x4000);
    put16(ip + 8, 64 << 8 | 6);
    put_addresses(bench, conn, ip, from);
    put16(ip + 10, fold(sum16(ip, IP_LENGTH, 0)));
    put32(tcp + 4, conn->seq[from]);
    put32(tcp + 8, flags & ACK ? conn->seq[!from] : 0);
    put16(tcp + 12, header / 4 << 12 | flags);
    put16(tcp + 14, flags & SYN ? 64240 : 501);
    put32(tcp + 16, 0);
    put16(tcp + 16, fold(sum16(tcp, length, sum16(ip + 12, 8, 6 + length))));
    conn->seq[from] += payload + ((flags & (SYN | FIN)) != 0);
    write_frame(bench, frame, (uint32_t)(ip - frame) + IP_LENGTH + length);
}

static void say(struct bench *bench, struct connection *conn, enum side from, unsigned flags)
{
    send(bench, conn, from, flags, NULL, 0);
}

static uint32_t cost(const struct connection *conn)
{
    uint32_t segments = conn->segments;

    return 1 + conn->request_ack + segments + segments / 2 + (segments % 2 && conn->final_ack);
}

static uint32_t draw_segments(struct bench *bench)
{
    uint32_t kind = draw(bench, 100);

    if (kind < 45)
        return 1;
    if (kind < 75)
        return 2 + draw(bench, 2);
    return kind < 95 ? 4 + draw(bench, 5) : 9 + draw(bench, 12);
}

/* The packets left are spent exactly: a rest of one could not be another exchange. */
static void plan_exchange(struct bench *bench, struct connection *conn)
{
    conn->segments = draw_segments(bench);
    conn->request_ack = draw(bench, 2);
    conn->final_ack = draw(bench, 2);
    while (cost(conn) > conn->left && conn->segments > 1)
        conn->segments--;
    if (cost(conn) > conn->left)
        conn->final_ack = false;
    if (cost(conn) > conn->left)
        conn->request_ack = false;
    if (conn->left - cost(conn) == 1)
        conn->request_ack = !conn->request_ack;
    conn->left -= cost(conn);
    conn->exchange++;
}

static void write_head(struct bench *bench, struct connection *conn)
{
    /* Mostly what no dissector looks into: bodies are not what is measured. */
    const char *type = conn->exchange % 6 == 1 ? "text/html" : "application/octet-stream";
    uint32_t mss = bench->options.mss;
    uint32_t total = (conn->segments - 1) * mss + HEAD_MAX + draw(bench, mss - HEAD_MAX + 1);
    uint32_t body = total;
    char framing[40];
    int length = 0;

    conn->chunked = draw(bench, 4) == 0;
    /* Twice: the number in the head, always as wide, is what the head's own length leaves. */
    for (int round = 0; round < 2; round++) {
        snprintf(framing, sizeof(framing),
                 conn->chunked ? "Transfer-Encoding: chunked" : "Content-Length: %8u", body);
        length = snprintf(conn->head, sizeof(conn->head),
                          "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                          "Server: example\r\nContent-Type: %s\r\n%s\r\n"
                          "Cache-Control: max-age=600\r\nConnection: keep-alive\r\n\r\n",
                          type, framing);
        body = total - (uint32_t)length;
    }
    if (conn->chunked) {
        body -= 10 + CHUNK_END;
        length +=
            snprintf(conn->head + length, sizeof(conn->head) - (size_t)length, "%08x\r\n", body);
    }
    conn->head_length = (uint32_t)length;
    conn->total = conn->head_length + body + (conn->chunked ? CHUNK_END : 0);
    conn->sent = 0;
    conn->unacked = 0;
}

static void send_request(struct bench *bench, struct connection *conn)
{
    char text[HEAD_MAX];
    int length;

    if (conn->number % 10 == 9)
        length = snprintf(text, sizeof(text),
                          "POST /form/%u HTTP/1.1\r\nHost: www.example\r\nUser-Agent: bench/1\r\n"
                          "Content-Type: application/octet-stream\r\nContent-Length: 20\r\n\r\n"
                          "01234567890123456789",
                          conn->exchange);
    else
        length = snprintf(text, sizeof(text),
                          "GET /page/%u/%u.html HTTP/1.1\r\nHost: www.example\r\n"
                          "User-Agent: bench/1 (like others)\r\nAccept: text/html,*/*;q=0.8\r\n"
                          "Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: identity\r\n"
                          "Cookie: session=0123456789abcdef\r\nConnection: keep-alive\r\n\r\n",
                          conn->number, conn->exchange);
    send(bench, conn, CLIENT, PSH | ACK, &(struct part){ text, (uint32_t)length }, 1);
    write_head(bench, conn);
}

/* The next segment of the response: of its head, its body, its end. */
static void send_response(struct bench *bench, struct connection *conn)
{
    static char filler[MSS_MAX];
    uint32_t end = conn->segments == 1 ? conn->total : conn->sent + bench->options.mss;
    uint32_t body_end = conn->total - (conn->chunked ? CHUNK_END : 0);
    struct part part[3] = { { conn->head, 0 }, { filler, 0 }, { chunk_end, 0 } };
    uint32_t at = conn->sent;

    if (filler[0] == 0)
        memset(filler, 'x', sizeof(filler));
    if (at < conn->head_length) {
        part[0].length = conn->head_length;
        at += part[0].length;
    }
    part[1].length = (end < body_end ? end : body_end) - (at < body_end ? at : body_end);
    at += part[1].length;
    if (at < end) {
        part[2].data = chunk_end + (at - body_end);
        part[2].length = end - at;
    }
    send(bench, conn, SERVER, conn->segments == 1 ? PSH | ACK : ACK, part, 3);
    conn->sent = end;
    conn->segments--;
    conn->unacked++;
}

static enum stage after_exchange(struct bench *bench, struct connection *conn)
{
    if (conn->left < 2)
        return STAGE_FIN;
    plan_exchange(bench, conn);
    return STAGE_REQUEST;
}

static enum stage after_response(struct bench *bench, struct connection *conn)
{
    if (conn->unacked == 2 || (conn->segments == 0 && conn->unacked == 1 && conn->final_ack))
        return STAGE_RESPONSE_ACK;
    return conn->segments > 0 ? STAGE_RESPONSE : after_exchange(bench, conn);
}

/* Sends the next packet of a connection. Returns what comes after it. */
static enum stage step(struct bench *bench, struct connection *conn)
{
    enum side closer = conn->server_closes ? SERVER : CLIENT;

    switch ((enum stage)conn->stage) {
    case STAGE_SYN:
        say(bench, conn, CLIENT, SYN);
        return STAGE_SYN_ACK;
    case STAGE_SYN_ACK:
        say(bench, conn, SERVER, SYN | ACK);
        return STAGE_HANDSHAKE_ACK;
    case STAGE_HANDSHAKE_ACK:
        say(bench, conn, CLIENT, ACK);
        return after_exchange(bench, conn);
    case STAGE_REQUEST:
        send_request(bench, conn);
        return conn->request_ack ? STAGE_REQUEST_ACK : STAGE_RESPONSE;
    case STAGE_REQUEST_ACK:
        say(bench, conn, SERVER, ACK);
        return STAGE_RESPONSE;
    case STAGE_RESPONSE:
        send_response(bench, conn);
        return after_response(bench, conn);
    case STAGE_RESPONSE_ACK:
        say(bench, conn, CLIENT, ACK);
        conn->unacked = 0;
        return conn->segments > 0 ? STAGE_RESPONSE : after_exchange(bench, conn);
    case STAGE_FIN:
        say(bench, conn, closer, FIN | ACK);
        return conn->short_close ? STAGE_OTHER_FIN : STAGE_FIN_ACK;
    case STAGE_FIN_ACK:
        say(bench, conn, !closer, ACK);
        return STAGE_OTHER_FIN;
    case STAGE_OTHER_FIN:
        say(bench, conn, !closer, FIN | ACK);
        return STAGE_LAST_ACK;
    case STAGE_LAST_ACK:
        say(bench, conn, closer, ACK);
        break;
    case STAGE_DONE:
        break;
    }
    return STAGE_DONE;
}

/* Packets for the next connection: around the mean of what is left, all of it for the last. */
static uint32_t draw_budget(struct bench *bench)
{
    uint32_t others = bench->options.connections - bench->started - 1;
    uint32_t mean = bench->packets_left / (others + 1);
    uint32_t most = bench->packets_left - others * PACKETS_MIN;
    uint32_t budget = mean / 2 + draw(bench, mean + 1);

    if (budget < PACKETS_MIN)
        budget = PACKETS_MIN;
    return others == 0 || budget > most ? most : budget;
}

static void start(struct bench *bench, struct connection *conn)
{
    uint32_t budget = draw_budget(bench);
    uint32_t rest;

    memset(conn, 0, sizeof(*conn));
    conn->number = bench->started++;
    conn->seq[CLIENT] = (uint32_t)draw(bench, UINT32_MAX);
    conn->seq[SERVER] = (uint32_t)draw(bench, UINT32_MAX);
    conn->server_closes = draw(bench, 10) < 3;
    conn->short_close = draw(bench, 2);
    bench->packets_left -= budget;
    rest = budget - 3 - (conn->short_close ? 3 : 4);
    if (rest == 1) {
        conn->short_close = !conn->short_close;
        rest = conn->short_close ? 2 : 0;
    }
    conn->left = rest;
}

static int write_all(struct bench *bench)
{
    uint32_t open = 0;
    struct connection *conns = calloc(bench->options.concurrent, sizeof(*conns));

    if (conns == NULL)
        return -ENOMEM;
    while (open > 0 || bench->started < bench->options.connections) {
        uint32_t slot;

        while (open < bench->options.concurrent && bench->started < bench->options.connections)
            start(bench, &conns[open++]);
        slot = draw(bench, open);
        conns[slot].stage = (uint8_t)step(bench, &conns[slot]);
        if (conns[slot].stage == STAGE_DONE)
            conns[slot] = conns[--open];
    }
    free(conns);
    return 0;
}

static int write_capture(const struct options *options)
{
    const uint32_t header[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, SNAPLEN, options->link };
    struct bench bench = { .options = *options,
                           .chance = 1,
                           .time_us = 1767225600000000u, /* 2026-01-01T00:00:00Z */
                           .packets_left = options->packets };
    int result;

    bench.file = fopen(options->output, "wb");
    if (bench.file == NULL)
        return -errno;
    setvbuf(bench.file, NULL, _IOFBF, 1 << 20);
    fwrite(header, sizeof(header), 1, bench.file);
    result = write_all(&bench);
    if (ferror(bench.file) && result == 0)
        result = -EIO;
    if (fclose(bench.file) != 0 && result == 0)
        result = -errno;
    return result;
}

static bool read_number(const char *text, uint32_t least, uint32_t most, uint32_t *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || value < least || value > most)
        return false;
    *number = (uint32_t)value;
    return true;
}

static bool read_option(struct options *options, const char *name, const char *value)
{
    if (strcmp(name, "--connections") == 0)
        return read_number(value, 1, 100000, &options->connections);
    if (strcmp(name, "--packets") == 0)
        return read_number(value, PACKETS_MIN, 100000000, &options->packets);
    if (strcmp(name, "--concurrent") == 0)
        return read_number(value, 1, 100000, &options->concurrent);
    if (strcmp(name, "--mss") == 0)
        return read_number(value, MSS_MIN, MSS_MAX, &options->mss);
    if (strcmp(name, "--link") == 0 && strcmp(value, "ethernet") == 0) {
        options->link = LINK_ETHERNET;
        return true;
    }
    if (strcmp(name, "--link") == 0 && strcmp(value, "loopback") == 0) {
        options->link = LINK_NULL;
        return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    struct options options = { 23000, 500000, 64, 1448, LINK_ETHERNET, NULL };
    int at = 1;
    int result;

    while (at + 1 < argc && read_option(&options, argv[at], argv[at + 1]))
        at += 2;
    if (at + 1 != argc || options.packets / PACKETS_MIN < options.connections) {
        fprintf(stderr,
                "usage: traffic [--connections N] [--packets N (8 or more a connection)]\n"
                "               [--concurrent N] [--mss N] [--link ethernet|loopback] FILE\n");
        return 2;
    }
    options.output = argv[at];
    result = write_capture(&options);
    if (result != 0) {
        fprintf(stderr, "traffic: %s: %s\n", options.output, strerror(-result));
        return 1;
    }
    return 0;
}
