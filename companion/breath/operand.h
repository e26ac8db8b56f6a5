/* SPDX-License-Identifier: GPL-2.0-or-later */
/* operand.h - ports and addresses as they are typed */
#ifndef TB_OPERAND_H
#define TB_OPERAND_H

#include <stdbool.h>
#include <stdint.h>

#include "line.h"

/* A whole number without sign, at most `most`. */
bool tb_operand_number(const char *word, uint32_t most, uint32_t *number);

/* "8080", ":8080" or a name of /etc/services. */
bool tb_operand_port(const char *word, uint16_t *port);

/* "127.0.0.1", "::1", "[::1]"; IPv4 is mapped. */
bool tb_operand_address(const char *word, uint8_t address[16]);

/* The port's name in /etc/services, of TCP or UDP; false: it has none. */
bool tb_operand_service(uint16_t port, bool udp, struct tb_line *name);

#endif
