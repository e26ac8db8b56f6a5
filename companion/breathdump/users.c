/* SPDX-License-Identifier: GPL-2.0-or-later */
/* users.c - names of users, read before files are out of reach */
#include "users.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64u
#define USERS_MAX  65536u /* a directory service may know more; the first ones are kept */

struct user {
    uint32_t uid;
    size_t order; /* of several names of one uid the first counts, as with getpwuid() */
    char *name;
};

struct tb_users {
    struct user *list;
    size_t count;
    size_t room;
};

static int compare(const void *one, const void *other)
{
    const struct user *a = one;
    const struct user *b = other;

    if (a->uid != b->uid)
        return a->uid < b->uid ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static bool add(struct tb_users *users, const struct passwd *entry)
{
    struct user *user;

    if (users->count == users->room) {
        size_t room = users->room == 0 ? FIRST_ROOM : users->room * 2;
        struct user *list = reallocarray(users->list, room, sizeof *list);

        if (list == NULL)
            return false;
        users->list = list;
        users->room = room;
    }
    user = &users->list[users->count];
    *user = (struct user){ .uid = entry->pw_uid, .order = users->count };
    user->name = strdup(entry->pw_name);
    if (user->name == NULL)
        return false;
    users->count++;
    return true;
}

struct tb_users *tb_users_read(void)
{
    struct tb_users *users = calloc(1, sizeof *users);
    const struct passwd *entry;
    bool has_room = users != NULL;

    if (users == NULL)
        return NULL;
    setpwent();
    while (has_room && users->count < USERS_MAX && (entry = getpwent()) != NULL)
        has_room = add(users, entry);
    endpwent();
    if (!has_room) {
        tb_users_free(users);
        return NULL;
    }
    if (users->count > 0)
        qsort(users->list, users->count, sizeof *users->list, compare);
    return users;
}

void tb_users_free(struct tb_users *users)
{
    if (users == NULL)
        return;
    for (size_t i = 0; i < users->count; i++)
        free(users->list[i].name);
    free(users->list);
    free(users);
}

const char *tb_users_name(const struct tb_users *users, uint32_t uid)
{
    size_t low = 0;
    size_t high = users->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (users->list[middle].uid < uid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < users->count && users->list[low].uid == uid ? users->list[low].name : NULL;
}
