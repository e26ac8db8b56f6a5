/* SPDX-License-Identifier: GPL-2.0-or-later */
/* users.h - names of users, read before files are out of reach */
#ifndef TB_USERS_H
#define TB_USERS_H

#include <stdint.h>

struct tb_users;

/* All that getpwent() tells. NULL: out of memory. NULL may be freed. */
struct tb_users *tb_users_read(void);
void tb_users_free(struct tb_users *users);

/* NULL: no name is known. Valid until tb_users_free(). */
const char *tb_users_name(const struct tb_users *users, uint32_t uid);

#endif
