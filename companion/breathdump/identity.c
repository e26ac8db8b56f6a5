/* SPDX-License-Identifier: GPL-2.0-or-later */
/* identity.c - as whom root's breathdump writes, and runs COMMAND */
#include "identity.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534 /* DEFAULT_OVERFLOWUID of linux/highuid.h; "nobody" nearly everywhere */

static bool id_from_environment(const char *name, unsigned *id)
{
    const char *text = getenv(name);
    char *end;
    unsigned long number;

    if (text == NULL || *text < '0' || *text > '9')
        return false;
    number = strtoul(text, &end, 10);
    if (*end != '\0' || number >= UINT32_MAX)
        return false;
    *id = (unsigned)number;
    return true;
}

static void name_identity(struct tb_identity *identity)
{
    const struct passwd *entry = getpwuid(identity->uid);

    if (entry == NULL)
        return;
    (void)snprintf(identity->name, sizeof identity->name, "%s", entry->pw_name);
    (void)snprintf(identity->home, sizeof identity->home, "%s", entry->pw_dir);
    (void)snprintf(identity->shell, sizeof identity->shell, "%s", entry->pw_shell);
}

bool tb_identity_of_invoker(struct tb_identity *invoker)
{
    unsigned uid;
    unsigned gid;

    if (geteuid() != 0 || !id_from_environment("SUDO_UID", &uid) || uid == 0 ||
        !id_from_environment("SUDO_GID", &gid))
        return false;
    memset(invoker, 0, sizeof *invoker);
    invoker->uid = uid;
    invoker->gid = gid;
    name_identity(invoker);
    return true;
}

static int set_groups(const struct tb_identity *identity)
{
    int result = identity->name[0] != '\0' ? initgroups(identity->name, identity->gid)
                                           : setgroups(1, &identity->gid);

    return result != 0 ? -errno : 0;
}

int tb_identity_become(const struct tb_identity *identity)
{
    int error = set_groups(identity);

    if (error != 0)
        return error;
    if (setresgid(identity->gid, identity->gid, identity->gid) != 0 ||
        setresuid(identity->uid, identity->uid, identity->uid) != 0)
        return -errno;
    return 0;
}

/* Root's capabilities, without the effect they have on files; or with it again. */
static int set_effective(cap_flag_value_t value)
{
    static const cap_value_t file_rights[] = { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER };
    cap_t now = cap_get_proc();
    int result = now == NULL
                     ? -1
                     : cap_set_flag(now, CAP_EFFECTIVE, sizeof file_rights / sizeof *file_rights,
                                    file_rights, value);

    if (result == 0)
        result = cap_set_proc(now);
    if (now != NULL)
        (void)cap_free(now);
    return result;
}

static int open_here(const char *path, struct tb_place *place, const char **reason)
{
    int fd = tb_place_find(place, path, reason);

    if (fd == 0)
        fd = tb_place_open(place, reason);
    if (fd < 0)
        tb_place_close(place);
    return fd;
}

/* Opens it with nothing more than the rights of that user; this process, which has to be root's, is
 * root's again afterwards, groups included. */
static int open_as(const struct tb_identity *identity, const char *path, struct tb_place *place,
                   const char **reason)
{
    const struct tb_identity root = { .name = "root" };
    int fd;

    *reason = NULL;
    if (identity->uid == 0) {
        (void)set_effective(CAP_CLEAR);
        fd = open_here(path, place, reason);
        (void)set_effective(CAP_SET);
        return fd;
    }
    if (set_groups(identity) != 0 || setegid(identity->gid) != 0 || seteuid(identity->uid) != 0)
        return -errno;
    fd = open_here(path, place, reason);
    if (seteuid(0) != 0 || setegid(0) != 0 || set_groups(&root) != 0) {
        if (fd >= 0)
            (void)close(fd);
        return -EPERM;
    }
    return fd;
}

static bool owner_of_folder(const char *path, struct tb_identity *owner)
{
    char copy[4096];
    struct stat status;

    if ((size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy ||
        stat(dirname(copy), &status) != 0 || status.st_uid == 0)
        return false;
    memset(owner, 0, sizeof *owner);
    owner->uid = status.st_uid;
    owner->gid = status.st_gid;
    name_identity(owner);
    return true;
}

/* Those as whom to try, in turn. */
static size_t list_candidates(const char *path, bool several, struct tb_identity candidates[3])
{
    const struct tb_identity root = { .name = "root" };
    size_t count = 0;

    if (tb_identity_of_invoker(&candidates[count]))
        count++;
    if (!several)
        return count;
    candidates[count++] = root;
    if (owner_of_folder(path, &candidates[count]))
        count++;
    return count;
}

int tb_identity_open(const char *path, bool several, struct tb_place *place, const char **reason)
{
    struct tb_identity candidates[3];
    size_t count = geteuid() == 0 ? list_candidates(path, several, candidates) : 0;
    const char *first_reason = NULL; /* the others may see less of it */
    int fd = -EACCES;
    int error;

    for (size_t i = 0; i < count; i++) {
        /* the folder's owner comes after root, and must not be the one who leads root there */
        if (i > 0 && candidates[i - 1].uid == 0 && first_reason != NULL)
            break;
        fd = open_as(&candidates[i], path, place, reason);
        if (fd < 0) {
            first_reason = first_reason == NULL ? *reason : first_reason;
            continue;
        }
        error = candidates[i].uid == 0 ? 0 : tb_identity_become(&candidates[i]);
        if (error == 0)
            return fd;
        (void)close(fd);
        tb_place_close(place);
        return error;
    }
    if (geteuid() != 0)
        (void)set_effective(CAP_CLEAR); /* file capabilities are not for the output's path */
    if (!several || geteuid() != 0)
        fd = open_here(path, place, reason);
    if (fd < 0 && first_reason != NULL)
        *reason = first_reason;
    return fd;
}

void tb_identity_settle(void)
{
    struct tb_identity other = { .uid = NOBODY, .gid = NOBODY };

    if (geteuid() != 0)
        return;
    (void)tb_identity_of_invoker(&other);
    (void)tb_identity_become(&other);
}
