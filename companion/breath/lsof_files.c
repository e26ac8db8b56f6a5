/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lsof_files.c - everything that a process has open, as lsof tells it
 *
 * The working folder, the root, the program, the files that are mapped, then the descriptors. What
 * ends meanwhile is left out. */
#include "lsof_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "auto.h"
#include "procfs.h"
#include "shortage.h"
#include "unixlist.h"

enum {
    PATH_OCTETS = 64,
    TARGET_MAX = 4096,
    INFO_OCTETS = 256,
    PROTOCOL_OCTETS = 32
};

struct listing {
    tb_lsof_file_fn *tell;
    void *context;
    struct tb_lsof_file file;
    int process; /* /proc/PID */
    uint32_t pid;
};

static void clear(struct tb_lsof_file *file)
{
    tb_line_clear(&file->fd);
    tb_line_clear(&file->type);
    tb_line_clear(&file->device);
    tb_line_clear(&file->size);
    tb_line_clear(&file->node);
    tb_line_clear(&file->name);
    file->socket = 0;
}

static void free_file(struct tb_lsof_file *file)
{
    tb_line_free(&file->fd);
    tb_line_free(&file->type);
    tb_line_free(&file->device);
    tb_line_free(&file->size);
    tb_line_free(&file->node);
    tb_line_free(&file->name);
}

static void put_device(struct tb_line *line, unsigned major_number, unsigned minor_number)
{
    tb_line_put_number(line, major_number);
    tb_line_put(line, ",");
    tb_line_put_number(line, minor_number);
}

/* What stat() says of it. An anonymous file ("anon_inode:[eventpoll]") has no kind. */
static void put_kind(struct tb_lsof_file *file, const struct stat *stat, const char *target)
{
    static const struct {
        mode_t kind;
        const char *name;
    } kinds[] = { { S_IFREG, "REG" },  { S_IFDIR, "DIR" },   { S_IFCHR, "CHR" }, { S_IFBLK, "BLK" },
                  { S_IFIFO, "FIFO" }, { S_IFSOCK, "sock" }, { S_IFLNK, "LINK" } };
    const char *name = strncmp(target, "anon_inode:", 11) == 0 ? "a_inode" : "unknown";

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if ((stat->st_mode & S_IFMT) == kinds[i].kind && strcmp(name, "a_inode") != 0)
            name = kinds[i].name;
    }
    tb_line_put(&file->type, name);
    if (S_ISCHR(stat->st_mode) || S_ISBLK(stat->st_mode))
        put_device(&file->device, major(stat->st_rdev), minor(stat->st_rdev));
    else
        put_device(&file->device, major(stat->st_dev), minor(stat->st_dev));
    tb_line_put_number(&file->node, stat->st_ino);
}

/* The offset as lsof writes it: "0t" and decimal. */
static void put_offset(struct tb_line *line, uint64_t offset)
{
    tb_line_put(line, "0t");
    tb_line_put_number(line, offset);
}

/* "pos:" and "flags:" of /proc/PID/fdinfo/N; the latter in octal. */
static void read_info(const struct listing *listing, uint32_t fd, uint64_t *offset, unsigned *flags)
{
    char path[PATH_OCTETS], text[INFO_OCTETS + 1];
    ssize_t got;
    const char *found;

    *offset = 0;
    *flags = O_RDWR;
    (void)snprintf(path, sizeof(path), "fdinfo/%u", fd);
    got = tb_procfs_read(listing->process, path, text, INFO_OCTETS);
    if (got <= 0)
        return;
    text[got] = '\0';
    found = strstr(text, "pos:");
    *offset = found == NULL ? 0 : strtoull(found + 4, NULL, 10);
    found = strstr(text, "flags:");
    *flags = found == NULL ? O_RDWR : (unsigned)strtoul(found + 6, NULL, 8);
}

static char access_letter(unsigned flags)
{
    switch (flags & O_ACCMODE) {
    case O_RDONLY:
        return 'r';
    case O_WRONLY:
        return 'w';
    default:
        return 'u';
    }
}

struct finding {
    struct tb_lsof_file *file;
    bool found;
};

static void take_unix(const struct tb_unix_socket *socket, void *context)
{
    struct finding *finding = context;
    struct tb_lsof_file *file = finding->file;

    if (finding->found || socket->inode != file->socket)
        return;
    finding->found = true;
    tb_line_clear(&file->type);
    tb_line_put(&file->type, "unix");
    tb_line_clear(&file->device);
    tb_line_put(&file->device, "0x");
    tb_line_put(&file->device, socket->address);
    if (socket->path_length > 0) {
        tb_line_put_outside(&file->name, socket->path, socket->path_length);
        tb_line_put(&file->name, " ");
    }
    tb_line_put(&file->name, "type=");
    tb_line_put(&file->name, tb_unix_type(socket->type));
}

/* A Unix socket of the process's own network namespace. */
static bool put_unix(const struct listing *listing, struct tb_lsof_file *file)
{
    char path[PATH_OCTETS];
    struct finding finding = { file, false };

    (void)snprintf(path, sizeof(path), "/proc/%u/net/unix", listing->pid);
    return tb_unix_read(path, take_unix, &finding) == 0 && finding.found;
}

/* A socket that is not known otherwise: the kernel names its protocol, sock_protoname. */
static void put_protocol(const struct listing *listing, const char *name, struct tb_line *line)
{
    char path[PATH_OCTETS * 2], protocol[PROTOCOL_OCTETS];
    ssize_t got;

    (void)snprintf(path, sizeof(path), "/proc/%u/%s", listing->pid, name);
    got = getxattr(path, "system.sockprotoname", protocol, sizeof(protocol));
    tb_line_put(line, "protocol: ");
    if (got > 0)
        tb_line_put_outside(line, protocol, strnlen(protocol, (size_t)got));
    else
        tb_line_put(line, "?");
}

/* "pipe" and "[eventpoll]", as lsof has them; else the name of the file. */
static void put_name(struct tb_line *line, const char *target, size_t length)
{
    if (strncmp(target, "pipe:[", 6) == 0)
        tb_line_put(line, "pipe");
    else if (strncmp(target, "anon_inode:", 11) == 0)
        tb_line_put_outside(line, target + 11, length - 11);
    else
        tb_line_put_outside(line, target, length);
}

/* `name`: below the process's folder. False: it is gone, or may not be read. */
static bool describe(struct listing *listing, const char *name)
{
    struct tb_lsof_file *file = &listing->file;
    char target[TARGET_MAX + 1];
    const ssize_t length = readlinkat(listing->process, name, target, TARGET_MAX);
    struct stat stat;

    if (length <= 0)
        return false;
    target[length] = '\0';
    if (fstatat(listing->process, name, &stat, 0) != 0) {
        tb_line_put(&file->type, "unknown");
        put_name(&file->name, target, (size_t)length);
        return true;
    }
    put_kind(file, &stat, target);
    if (S_ISSOCK(stat.st_mode) && tb_proc_is_socket(target, (size_t)length, &file->socket)) {
        if (!put_unix(listing, file))
            put_protocol(listing, name, &file->name);
    } else {
        put_name(&file->name, target, (size_t)length);
    }
    if (S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode) || strncmp(target, "anon_inode:", 11) == 0)
        tb_line_put_number(&file->size, (uint64_t)stat.st_size);
    return true;
}

static void tell_special(struct listing *listing, const char *name, const char *fd)
{
    clear(&listing->file);
    if (!describe(listing, name))
        return;
    tb_line_put(&listing->file.fd, fd);
    listing->tell(&listing->file, listing->context);
}

static void tell_descriptor(struct listing *listing, uint32_t number)
{
    char name[PATH_OCTETS];
    uint64_t offset;
    unsigned flags;
    char letter[2] = { 0 };

    (void)snprintf(name, sizeof(name), "fd/%u", number);
    clear(&listing->file);
    if (!describe(listing, name))
        return;
    read_info(listing, number, &offset, &flags);
    letter[0] = access_letter(flags);
    tb_line_put_number(&listing->file.fd, number);
    tb_line_put(&listing->file.fd, letter);
    if (listing->file.size.length == 0)
        put_offset(&listing->file.size, offset);
    listing->tell(&listing->file, listing->context);
}

/* ---- Mapped files */

struct cursor {
    const char *at;
    const char *end;
};

static bool take_hex(struct cursor *cursor, uint32_t *number)
{
    const char *start = cursor->at;

    *number = 0;
    for (; cursor->at < cursor->end; cursor->at++) {
        const char octet = *cursor->at;
        const unsigned digit = octet >= '0' && octet <= '9'   ? (unsigned)(octet - '0')
                               : octet >= 'a' && octet <= 'f' ? (unsigned)(octet - 'a') + 10
                                                              : 16;

        if (digit == 16 || *number > UINT32_MAX >> 4)
            break;
        *number = *number << 4 | digit;
    }
    return cursor->at > start;
}

/* At least one blank. */
static bool skip_blanks(struct cursor *cursor)
{
    const char *start = cursor->at;

    while (cursor->at < cursor->end && *cursor->at == ' ')
        cursor->at++;
    return cursor->at > start;
}

static bool skip_word(struct cursor *cursor)
{
    while (cursor->at < cursor->end && *cursor->at != ' ')
        cursor->at++;
    return skip_blanks(cursor);
}

static bool take_decimal(struct cursor *cursor, uint64_t *number)
{
    const char *start = cursor->at;

    *number = 0;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9') {
        const uint64_t digit = (uint64_t)(*cursor->at - '0');

        if (*number > (UINT64_MAX - digit) / 10)
            return false;
        *number = *number * 10 + digit;
        cursor->at++;
    }
    return cursor->at > start;
}

/* "7f00-7f01 r-xp 00000000 08:01 131 /usr/lib/libc.so.6": show_map_vma() */
bool tb_lsof_read_map(const char *line, size_t length, struct tb_lsof_map *map)
{
    struct cursor cursor = { line, line + length };
    struct tb_lsof_map found = { .inode = 0 };

    for (int words = 0; words < 3; words++) {
        if (!skip_word(&cursor))
            return false;
    }
    if (!take_hex(&cursor, &found.major) || cursor.at == cursor.end || *cursor.at++ != ':' ||
        !take_hex(&cursor, &found.minor) || !skip_blanks(&cursor) ||
        !take_decimal(&cursor, &found.inode) || !skip_blanks(&cursor) || found.inode == 0 ||
        cursor.at == cursor.end)
        return false;
    found.path = cursor.at;
    found.path_length = tb_proc_exe_length(cursor.at, (size_t)(cursor.end - cursor.at));
    found.deleted = found.path_length < (size_t)(cursor.end - cursor.at);
    *map = found;
    return true;
}

/* Which files were told already. */
struct seen {
    struct tb_lsof_map *list;
    size_t count;
    size_t room;
};

static bool is_new(struct seen *seen, const struct tb_lsof_map *map)
{
    for (size_t i = seen->count; i > 0; i--) {
        const struct tb_lsof_map *other = &seen->list[i - 1];

        if (other->inode == map->inode && other->major == map->major && other->minor == map->minor)
            return false;
    }
    if (seen->count == seen->room) {
        const size_t room = seen->room == 0 ? 64 : seen->room * 2;
        struct tb_lsof_map *list = realloc(seen->list, room * sizeof(*list));

        if (list == NULL) {
            tb_shortage_note();
            return true; /* told twice rather than not at all */
        }
        seen->list = list;
        seen->room = room;
    }
    seen->list[seen->count++] = *map;
    return true;
}

/* The name may be another file's by now, so that its size is told only where it is the same one. */
static void tell_map(struct listing *listing, const struct tb_lsof_map *map)
{
    struct tb_lsof_file *file = &listing->file;
    char path[TARGET_MAX + 1];
    struct stat stat;

    if (map->path_length > TARGET_MAX)
        return;
    memcpy(path, map->path, map->path_length);
    path[map->path_length] = '\0';
    clear(file);
    tb_line_put(&file->fd, map->deleted ? "DEL" : "mem");
    tb_line_put(&file->type, "REG");
    put_device(&file->device, map->major, map->minor);
    tb_line_put_number(&file->node, map->inode);
    tb_line_put_outside(&file->name, map->path, map->path_length);
    if (!map->deleted && lstat(path, &stat) == 0 && stat.st_ino == map->inode)
        tb_line_put_number(&file->size, (uint64_t)stat.st_size);
    listing->tell(file, listing->context);
}

static bool is_gone_or_hidden(int error)
{
    return error == -ENOENT || error == -ESRCH || error == -EACCES || error == -EPERM;
}

/* 0 or -errno. A process that has ended, or hides them, has none to tell. */
static int tell_maps(struct listing *listing)
{
    const int fd = openat(listing->process, "maps", O_RDONLY | O_CLOEXEC);
    FILE *maps = fd < 0 ? NULL : fdopen(fd, "r");
    struct seen seen = { NULL, 0, 0 };
    struct stat program;
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int error = maps == NULL ? -errno : 0;

    if (maps == NULL) {
        if (fd >= 0)
            close(fd);
        return is_gone_or_hidden(error) ? 0 : error;
    }
    if (fstatat(listing->process, "exe", &program, 0) != 0)
        program.st_ino = 0;
    while ((length = getline(&line, &room, maps)) > 0) {
        struct tb_lsof_map map;

        length -= line[length - 1] == '\n';
        if (tb_lsof_read_map(line, (size_t)length, &map) && map.inode != program.st_ino &&
            is_new(&seen, &map))
            tell_map(listing, &map);
    }
    if (!feof(maps))
        error = -errno;
    free(line);
    free(seen.list);
    (void)fclose(maps);
    return is_gone_or_hidden(error) ? 0 : error;
}

/* ---- All of them */

static int compare_numbers(const void *left, const void *right)
{
    const uint32_t *one = left;
    const uint32_t *other = right;

    return (*one > *other) - (*one < *other);
}

/* Returns 0 or -ENOMEM; *list is the caller's to free, also then. */
static int list_numbers(DIR *folder, uint32_t **list, size_t *count)
{
    const struct dirent *entry;
    size_t room = 0;

    while ((entry = readdir(folder)) != NULL) {
        if (*count == room) {
            uint32_t *grown = realloc(*list, (room * 2 + 64) * sizeof(**list));

            if (grown == NULL)
                return -ENOMEM;
            *list = grown;
            room = room * 2 + 64;
        }
        if (tb_proc_is_number(entry->d_name, &(*list)[*count]))
            ++*count;
    }
    return 0;
}

/* In the order of their numbers. */
static int tell_descriptors(struct listing *listing)
{
    const int fd = openat(listing->process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder;
    uint32_t *list = NULL;
    size_t count = 0;
    int error;

    if (fd < 0)
        return -errno;
    folder = fdopendir(fd);
    if (folder == NULL) {
        close(fd);
        return -ENOMEM;
    }
    error = list_numbers(folder, &list, &count);
    closedir(folder);
    if (count > 1)
        qsort(list, count, sizeof(*list), compare_numbers);
    for (size_t i = 0; i < count && error == 0; i++)
        tell_descriptor(listing, list[i]);
    free(list);
    return error;
}

int tb_lsof_files(uint32_t pid, tb_lsof_file_fn *tell, void *context)
{
    struct listing listing = { .tell = tell, .context = context, .pid = pid };
    char path[PATH_OCTETS];
    tb_auto_fd int process = -1;
    int error;

    (void)snprintf(path, sizeof(path), "/proc/%u", pid);
    process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (process < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    listing.process = process;
    tell_special(&listing, "cwd", "cwd");
    tell_special(&listing, "root", "rtd");
    tell_special(&listing, "exe", "txt");
    error = tell_maps(&listing);
    if (error == 0)
        error = tell_descriptors(&listing);
    free_file(&listing.file);
    return error == -EPERM ? -EACCES : error;
}
