/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nicjson.h - network interfaces, routes and neighbours for programs
 *
 * Schema 1; tests/live/breath.schema.json describes it. Each returns NULL where memory does not
 * suffice. */
#ifndef TB_NICJSON_H
#define TB_NICJSON_H

#include <jansson.h>

#include "line.h"
#include "rtnetlink.h"

/* The interface's name as it may be printed; "?" where there is none of that index. */
void tb_nic_put_name(struct tb_line *line, const struct tb_nics *nics, uint32_t index);

/* `speed`: ask the driver too. */
json_t *tb_nic_json(const struct tb_nics *nics, const struct tb_rt_link *link, bool speed);
json_t *tb_nics_json(const struct tb_nics *nics);

json_t *tb_route_json(const struct tb_nics *nics, const struct tb_rt_route *route);
json_t *tb_neighbour_json(const struct tb_nics *nics, const struct tb_rt_neighbour *neighbour);

/* Takes the line's text and frees the line. */
json_t *tb_json_line(struct tb_line *line);
json_t *tb_json_address(const uint8_t address[16]);

/* "unicast", "local"; a number where there is no name. */
void tb_route_put_type(struct tb_line *line, uint8_t type);

/* "reachable"; "none" where there is no state. */
const char *tb_neighbour_state(uint16_t state);

#endif
