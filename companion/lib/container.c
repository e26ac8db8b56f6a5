/* SPDX-License-Identifier: GPL-2.0-or-later */
/* container.c - which container a cgroup is
 *
 * The rows are tried on one part of the path after the other, from the root. */
#include "container.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

enum {
    ID_DIGITS = 64,
    ID_SHOWN = 12,
    PART_MAX = 255 /* NAME_MAX of linux/limits.h */
};

struct part {
    const char *octets;
    size_t length;
};

enum naming {
    NAMING_ID,
    NAMING_NAME,   /* as it is */
    NAMING_ESCAPED /* as systemd escapes the names of units: systemd.unit(5) */
};

/* What stands before and behind the container's name in a part of a path. */
static const struct row {
    const char *engine;
    const char *before;
    const char *behind;
    const char *under; /* only in a folder of this name; NULL: anywhere */
    enum naming naming;
} rows[] = {
    { "docker", "docker-", ".scope", NULL, NAMING_ID },
    { "docker", "", "", "docker", NAMING_ID },
    { "podman", "libpod-", ".scope", NULL, NAMING_ID },
    { "podman", "libpod-", "", NULL, NAMING_ID },
    { "containerd", "cri-containerd-", ".scope", NULL, NAMING_ID },
    { "nerdctl", "nerdctl-", ".scope", NULL, NAMING_ID },
    { "crio", "crio-", ".scope", NULL, NAMING_ID },
    { "crio", "crio-", "", NULL, NAMING_ID },
    { "machine", "machine-", ".scope", NULL, NAMING_ESCAPED },
    { "machine", "systemd-nspawn@", ".service", NULL, NAMING_ESCAPED },
    { "lxc", "lxc.payload.", "", NULL, NAMING_NAME },
    { "lxc", "", "", "lxc", NAMING_NAME },
};

/* In a folder "pod" UID that is in kubepods, at whatever depth. */
static const struct row kubepods = { "kubepods", "", "", NULL, NAMING_ID };

static_assert((int)TB_CONTAINER_NAME_MAX >= PART_MAX + (int)sizeof "containerd-",
              "a part of a path with any engine's name");

static bool begins(const struct part *part, const char *word)
{
    size_t length = strlen(word);

    return part->length >= length && memcmp(part->octets, word, length) == 0;
}

static bool is(const struct part *part, const char *word)
{
    return part->length == strlen(word) && begins(part, word);
}

/* What stands between the two; false where they are not there, or nothing is between them. */
static bool is_between(const struct part *part, const struct row *row, struct part *middle)
{
    size_t before = strlen(row->before);
    size_t behind = strlen(row->behind);

    if (!begins(part, row->before) || part->length <= before + behind ||
        memcmp(part->octets + part->length - behind, row->behind, behind) != 0)
        return false;
    *middle = (struct part){ part->octets + before, part->length - before - behind };
    return true;
}

static int digit(char octet)
{
    if (octet >= '0' && octet <= '9')
        return octet - '0';
    return octet >= 'a' && octet <= 'f' ? octet - 'a' + 10 : -1;
}

static bool read_id(const struct part *middle, char *text)
{
    if (middle->length != ID_DIGITS)
        return false;
    for (size_t i = 0; i < ID_DIGITS; i++)
        if (digit(middle->octets[i]) < 0)
            return false;
    memcpy(text, middle->octets, ID_SHOWN);
    text[ID_SHOWN] = '\0';
    return true;
}

static bool read_name(const struct part *middle, char *text)
{
    if (memchr(middle->octets, '\0', middle->length) != NULL)
        return false;
    memcpy(text, middle->octets, middle->length);
    text[middle->length] = '\0';
    return true;
}

/* "\x2d" is "-", and "-" would be "/", which no machine's name has. */
static bool read_escaped(const struct part *middle, char *text)
{
    size_t at = 0;

    for (size_t i = 0; i < middle->length; i++) {
        const char *octet = &middle->octets[i];

        if (*octet == '\0')
            return false;
        text[at] = *octet;
        if (middle->length - i >= 4 && octet[0] == '\\' && octet[1] == 'x' &&
            digit(octet[2]) >= 0 && digit(octet[3]) >= 0) {
            text[at] = (char)(digit(octet[2]) << 4 | digit(octet[3]));
            i += 3;
        }
        if (text[at++] == '\0')
            return false;
    }
    text[at] = '\0';
    return strncmp(text, "qemu-", 5) != 0; /* libvirt: a virtual machine */
}

static bool read_middle(const struct row *row, const struct part *middle, char *text)
{
    switch (row->naming) {
    case NAMING_ID:
        return read_id(middle, text);
    case NAMING_NAME:
        return read_name(middle, text);
    case NAMING_ESCAPED:
        return read_escaped(middle, text);
    }
    return false;
}

static bool read_row(const struct row *row, const struct part *part, char *name)
{
    size_t engine = strlen(row->engine);
    struct part middle;

    if (!is_between(part, row, &middle) || !read_middle(row, &middle, name + engine + 1))
        return false;
    memcpy(name, row->engine, engine);
    name[engine] = '-';
    return true;
}

static bool read_part(const struct part *part, const struct part *folder, bool is_in_kubepods,
                      char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((rows[i].under == NULL || is(folder, rows[i].under)) && read_row(&rows[i], part, name))
            return true;
    return is_in_kubepods && begins(folder, "pod") && read_row(&kubepods, part, name);
}

bool tb_container_read(const char *path, size_t length, char name[TB_CONTAINER_NAME_MAX + 1])
{
    struct part folder = { "", 0 };
    bool is_in_kubepods = false;
    size_t at = 0;

    while (at < length) {
        struct part part = { path + at, 0 };

        while (at < length && path[at] != '/')
            at++;
        part.length = (size_t)(path + at - part.octets);
        at++;
        if (part.length == 0)
            continue;
        if (part.length > PART_MAX)
            return false;
        if (read_part(&part, &folder, is_in_kubepods, name))
            return true;
        is_in_kubepods = is_in_kubepods || is(&part, "kubepods");
        folder = part;
    }
    return false;
}
