/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procrecent.c - where to look first for who holds a socket */
#include "procrecent.h"

#include <string.h>

void tb_procrecent_begun(struct tb_procrecent *recent, uint32_t pid)
{
    recent->new_pid[recent->new_at++ % TB_PROCRECENT_NEW] = pid;
}

static bool is_among(const uint32_t *pids, size_t count, uint32_t pid)
{
    for (size_t i = 0; i < count; i++) {
        if (pids[i] == pid)
            return true;
    }
    return false;
}

void tb_procrecent_held(struct tb_procrecent *recent, uint32_t place, uint32_t pid)
{
    struct tb_procrecent_place *slot = &recent->place[place % TB_PROCRECENT_PLACES];

    if (slot->key != place) {
        memset(slot, 0, sizeof *slot);
        slot->key = place;
    }
    if (!is_among(slot->pid, TB_PROCRECENT_OF_PLACE, pid))
        slot->pid[slot->at++ % TB_PROCRECENT_OF_PLACE] = pid;
}

struct list {
    uint32_t *pid;
    size_t count;
};

static void add(struct list *list, uint32_t pid)
{
    if (pid != 0 && !is_among(list->pid, list->count, pid))
        list->pid[list->count++] = pid;
}

/* The latest first. */
static void add_ring(struct list *list, const uint32_t *ring, size_t size, size_t at)
{
    for (size_t i = 1; i <= size; i++)
        add(list, ring[(at + size - i) % size]);
}

size_t tb_procrecent_list(const struct tb_procrecent *recent, const uint32_t place[2],
                          bool with_new, uint32_t pid[TB_PROCRECENT_MOST])
{
    struct list list = { pid, 0 };

    if (with_new)
        add_ring(&list, recent->new_pid, TB_PROCRECENT_NEW, recent->new_at % TB_PROCRECENT_NEW);
    for (size_t i = 0; i < 2; i++) {
        const struct tb_procrecent_place *slot = &recent->place[place[i] % TB_PROCRECENT_PLACES];

        if (slot->key == place[i])
            add_ring(&list, slot->pid, TB_PROCRECENT_OF_PLACE, slot->at % TB_PROCRECENT_OF_PLACE);
    }
    return list.count;
}
