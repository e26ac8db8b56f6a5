/* SPDX-License-Identifier: GPL-2.0-or-later */
/* view.h - the sockets that a command shows, with their owners */
#ifndef TB_VIEW_H
#define TB_VIEW_H

#include <jansson.h>

#include "descriptors.h"
#include "inodes.h"
#include "ownerless.h"
#include "page.h"
#include "sockets.h"

struct tb_view {
    struct tb_sockets sockets;
    struct tb_sockets listeners; /* read where a connection that nobody accepted is shown */
    struct tb_descriptors owners;
    struct tb_line *container; /* of each process: its name, empty: none; NULL: not looked for */
};

/* What --watch keeps from one look to the next. */
struct tb_view_memory {
    struct tb_inodes inodes; /* that were looked for */
    struct tb_descriptors owners;
    unsigned uses; /* since then */
};

/* Who has a socket. */
enum tb_view_owner {
    TB_VIEW_HELD,      /* processes do */
    TB_VIEW_HIDDEN,    /* no process that the caller may look into, but there are others */
    TB_VIEW_NOBODY,    /* no process: the kernel's own, or on its way between two */
    TB_VIEW_HANDSHAKE, /* these have no inode: see ownerless.h */
    TB_VIEW_UNACCEPTED,
    TB_VIEW_CLOSED,
    TB_VIEW_TIME_WAIT,
    TB_VIEW_OWNER_COUNT
};

/* Whether a socket is to be shown. */
typedef bool tb_view_fn(const struct tb_socket *socket, const void *context);

/* Reads the sockets that one of the filters passes, each once, keeps what `keep` says (NULL: all),
 * sorts them and finds their owners. Returns 0 or -errno; to be freed either way. */
int tb_view_read(struct tb_view *view, const struct tb_sockets_filter *filters, size_t count,
                 tb_view_fn *keep, const void *context);
void tb_view_free(struct tb_view *view);

/* Likewise, and processes are looked for only where a socket is new or a holder has gone, and each
 * tenth time: another one may have got a socket meanwhile. */
int tb_view_read_again(struct tb_view *view, const struct tb_sockets_filter *filters, size_t count,
                       tb_view_fn *keep, const void *context, struct tb_view_memory *memory);
void tb_view_forget(struct tb_view_memory *memory);

/* Looks in which containers the owners run. Returns 0 or -ENOMEM. What it found is freed with the
 * view, or where the view only borrows its owners, by the other. */
int tb_view_find_containers(struct tb_view *view);
void tb_view_forget_containers(struct tb_view *view);

/* The name of a container that one of them runs in; NULL: none does, or it was not looked for. */
const char *tb_view_container(const struct tb_view *view);

enum tb_view_owner tb_view_owner(const struct tb_view *view, const struct tb_socket *socket);

/* "hello (20152), worker (20153) [docker-0123456789ab]", or why there is no process. */
void tb_view_put_owner(const struct tb_view *view, const struct tb_socket *socket,
                       enum tb_lang lang, struct tb_line *line);

/* "hello (20152)" */
void tb_view_put_process(struct tb_line *line, const struct tb_process *process);

/* How many of the sockets have an owner that is hidden. */
size_t tb_view_hidden(const struct tb_view *view);

/* FOUND, NOTHING or HIDDEN. */
enum tb_exit tb_view_status(const struct tb_view *view);

/* What the brackets behind a process mean, where there are any. */
void tb_view_say_containers(const struct tb_view *view, const struct tb_page *page);

/* How complete the search was. Where explanations are not wanted it is told on stderr, and then
 * only where an owner is hidden or the list is not exact. */
void tb_view_say_search(const struct tb_view *view, const struct tb_page *page);

/* The next step; where an owner is hidden, and root would see it, that is what was typed, as root.
 */
void tb_view_next(const struct tb_view *view, const struct tb_page *page, const char *typed,
                  const char *next, enum tb_say why);

/* The same for programs: see tests/live/breath.schema.json. NULL: no memory. */
json_t *tb_view_json_socket(const struct tb_view *view, const struct tb_socket *socket);
json_t *tb_view_json_sockets(const struct tb_view *view);
json_t *tb_view_json_search(const struct tb_view *view);

#endif
