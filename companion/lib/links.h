/* SPDX-License-Identifier: GPL-2.0-or-later */
/* links.h - a doubly linked list whose links are members of what is listed
 *
 * The head is a link too, and its own neighbour while the list is empty. */
#ifndef TB_LINKS_H
#define TB_LINKS_H

#include <stdbool.h>
#include <stddef.h>

struct tb_link {
    struct tb_link *next;
    struct tb_link *previous;
};

/* The structure of which *link is the member. */
#define TB_LINK_OF(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void tb_link_init(struct tb_link *head)
{
    head->next = head;
    head->previous = head;
}

static inline bool tb_link_is_empty(const struct tb_link *head)
{
    return head->next == head;
}

static inline void tb_link_append(struct tb_link *head, struct tb_link *link)
{
    link->next = head;
    link->previous = head->previous;
    head->previous->next = link;
    head->previous = link;
}

/* In no list, it may be removed once more. */
static inline void tb_link_remove(struct tb_link *link)
{
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was freed was taken off its list before */
    link->next->previous = link->previous;
    link->previous->next = link->next;
    tb_link_init(link);
}

#endif
