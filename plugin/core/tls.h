/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tls.h - which octets of a direction are TLS handshake, which are data (RFC 8446, RFC 5246)
 *
 * One parser per direction, fed in order; it reads record headers, and the hello's version, ALPN
 * (RFC 7301) and supported_versions; nothing is decrypted. No allocation. */
#ifndef TB_TLS_H
#define TB_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tb_tls_class {
    TB_TLS_NONE,      /* not TLS, or the record border is lost: nothing consumed */
    TB_TLS_HANDSHAKE, /* handshake, change_cipher_spec, alert or heartbeat records */
    TB_TLS_DATA       /* application_data records (in TLS 1.3 also encrypted handshake) */
};

struct tb_tls {
    uint32_t number;       /* the parser's own: the number being read */
    uint32_t message_left; /* the parser's own: octets of the hello still to come */
    uint16_t record_left;  /* octets of the current record still to come */
    uint16_t skip;         /* the parser's own: octets of the hello to pass over */
    uint16_t ext_left;     /* the parser's own: octets of the extension still to come */
    uint16_t records;      /* records begun, saturating */
    uint16_t data_records; /* application_data records begun, saturating */
    uint8_t type;          /* content type of the current record */
    uint8_t at;            /* the parser's own: octets of the record's header seen */
    uint8_t hello;         /* the parser's own: what of the hello is being read */
    uint8_t next;          /* the parser's own: what is read after the length */
    uint8_t have;          /* the parser's own: octets of the number seen */
    uint8_t facts;         /* TB_TLS_... */
    bool changed;          /* the parser's own: change_cipher_spec was seen */
};

#define TB_TLS_CLIENT_HELLO 0x01u
#define TB_TLS_SERVER_HELLO 0x02u
#define TB_TLS_ALPN_H2      0x04u /* ClientHello: h2 is offered; ServerHello: h2 is chosen */
#define TB_TLS_ALPN         0x08u /* ALPN extension present */
#define TB_TLS_V13          0x10u /* ServerHello: TLS 1.3 is chosen (supported_versions) */
#define TB_TLS_FINISHED     0x40u /* client: an encrypted handshake record: not TLS 1.3 */
#define TB_TLS_HELLO_READ   0x20u /* the whole hello was read: absence of the above means absence */

void tb_tls_init(struct tb_tls *parser);

/* Whether the octets begin like a TLS record: type 20 to 24, version 3.0 to 3.4, length 1 to 2^14 +
 * 2048; five octets are needed to say yes. */
bool tb_tls_looks_like(const uint8_t *data, size_t length);

/* Feeds up to `length` octets; consumes a run of one class (possibly many records) and says which.
 * Stops also before the first octet of each application_data record, so that the caller can look at
 * data_records between calls. `data` NULL: missing octets; they pass within a record's body (the
 * hello is then not read further), else TB_TLS_NONE. After TB_TLS_NONE it stays TB_TLS_NONE. A
 * HelloRetryRequest (RFC 8446 section 4.1.4) sets no facts: the ServerHello after it does. */
size_t tb_tls_feed(struct tb_tls *parser, const uint8_t *data, size_t length,
                   enum tb_tls_class *what);

#endif
