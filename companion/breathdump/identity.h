/* SPDX-License-Identifier: GPL-2.0-or-later */
/* identity.h - as whom root's breathdump writes, and runs COMMAND */
#ifndef TB_IDENTITY_H
#define TB_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

struct tb_identity {
    uid_t uid;
    gid_t gid;
    char name[64]; /* "": not known */
    char home[256];
    char shell[256];
};

/* Whether root's rights come from sudo, for an ordinary user: who that is. */
bool tb_identity_of_invoker(struct tb_identity *invoker);

/* Becomes that user for good, with his groups. 0 or -errno. */
int tb_identity_become(const struct tb_identity *identity);

/* Opens an output file as somebody who can, and becomes him for good. Not root: oneself. Root:
 * sudo's user; else, where `several` files will be made in the same directory later, root without
 * the capabilities that he will not have by then; then the directory's owner, likewise; else root
 * as he is. Returns a descriptor, or -errno of the last one asked. */
int tb_identity_open(const char *path, bool several);

#endif
