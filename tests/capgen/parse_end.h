/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse_end.h - what a line says about one end of a connection */
#ifndef CG_PARSE_END_H
#define CG_PARSE_END_H

#include "model.h"

/* Both take the text apart. */

/* Reads "192.0.2.1:80" or "[2001:db8::1]:80". */
bool cg_parse_endpoint(char *text, struct cg_end *end);

/* Reads "mss=1460", "sackok" and so on. */
bool cg_parse_end_setting(char *text, struct cg_end *end);

#endif
