/* SPDX-License-Identifier: GPL-2.0-or-later */
/* identity.h - as whom root's breathdump writes, and runs COMMAND */
#ifndef TB_IDENTITY_H
#define TB_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#include "place.h"

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

/* Opens an output file (place.h) as somebody who can, and becomes for good somebody who is not root
 * where that is possible. Not root: oneself. Root: sudo's user; else, where `several` files will be
 * made in the same folder later, root without the capabilities that he will not have by then, who
 * stays root; then the folder's owner, likewise; else root as he is, for this one file only:
 * tb_identity_settle() follows. Returns a descriptor, and in *place where it is, to be closed by
 * the caller; or -errno of the last one asked, and in *reason a static sentence, NULL: as the errno
 * says. */
int tb_identity_open(const char *path, bool several, struct tb_place *place, const char **reason);

/* No more files are to be opened: root becomes sudo's user, or else nobody. As far as he may:
 * without CAP_SETUID and CAP_SETGID he stays root. */
void tb_identity_settle(void);

#endif
