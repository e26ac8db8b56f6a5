/* SPDX-License-Identifier: GPL-2.0-or-later */
/* containers.c - the containers' names, by the ids of their cgroups */
#include "containers.h"

#include <stdlib.h>
#include <string.h>

#include "container.h"
#include "links.h"

#define BUCKETS 4096u /* a power of two */

struct container {
    struct container *next; /* in its bucket */
    struct tb_link link;    /* who was learned last is last */
    uint64_t cgroup;
    char name[];
};

struct tb_containers {
    struct container *bucket[BUCKETS];
    struct tb_link learned;
    size_t count;
};

struct tb_containers *tb_containers_new(void)
{
    struct tb_containers *containers = calloc(1, sizeof *containers);

    if (containers != NULL)
        tb_link_init(&containers->learned);
    return containers;
}

static size_t bucket_of(uint64_t cgroup)
{
    return (size_t)(cgroup * 0x9e3779b97f4a7c15u >> 32) & (BUCKETS - 1); /* 2^64 / golden ratio */
}

static const struct container *find(const struct tb_containers *containers, uint64_t cgroup)
{
    const struct container *container = containers->bucket[bucket_of(cgroup)];

    while (container != NULL && container->cgroup != cgroup)
        container = container->next;
    return container;
}

static void forget_first(struct tb_containers *containers)
{
    struct container *first = TB_LINK_OF(containers->learned.next, struct container, link);
    struct container **at = &containers->bucket[bucket_of(first->cgroup)];

    while (*at != first)
        at = &(*at)->next;
    *at = first->next;
    tb_link_remove(&first->link);
    containers->count--;
    free(first);
}

void tb_containers_free(struct tb_containers *containers)
{
    if (containers == NULL)
        return;
    while (containers->count > 0)
        forget_first(containers);
    free(containers);
}

static void add(struct tb_containers *containers, uint64_t cgroup, const char *name)
{
    size_t size = strlen(name) + 1;
    struct container *container = malloc(sizeof *container + size);
    struct container **bucket = &containers->bucket[bucket_of(cgroup)];

    if (container == NULL)
        return;
    if (containers->count == TB_CONTAINERS_MAX)
        forget_first(containers);
    container->cgroup = cgroup;
    container->next = *bucket;
    memcpy(container->name, name, size);
    *bucket = container;
    tb_link_append(&containers->learned, &container->link);
    containers->count++;
}

/* An id is never another cgroup's; a cgroup of version 2 keeps its path. */
void tb_containers_learn(struct tb_containers *containers, uint64_t cgroup, const char *path)
{
    char name[TB_CONTAINER_NAME_MAX + 1];

    if (cgroup != 0 && find(containers, cgroup) == NULL &&
        tb_container_read(path, strlen(path), name))
        add(containers, cgroup, name);
}

const char *tb_containers_name(const struct tb_containers *containers, uint64_t cgroup)
{
    const struct container *container = find(containers, cgroup);

    return container == NULL ? NULL : container->name;
}
