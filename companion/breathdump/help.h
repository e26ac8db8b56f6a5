/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.h - what breathdump says of itself */
#ifndef TB_HELP_H
#define TB_HELP_H

#include <stdio.h>

#include "interfaces.h"

void tb_help_print(FILE *stream);
void tb_help_print_version(FILE *stream);

/* -D: a line an interface, "1. lo (loopback) [up]". */
void tb_help_print_interfaces(FILE *stream, const struct tb_interfaces *interfaces);

#endif
