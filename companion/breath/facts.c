/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts.c - what /proc tells of one process, for a reader who wonders which one it is */
#include "facts.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "auto.h"
#include "procfs.h"
#include "say.h"

enum {
    PATH_OCTETS = 64,
    ENTRY_OCTETS = 4096, /* of a user's entry */
    MINUTE = 60,
    HOUR = 60 * MINUTE,
    DAY = 24 * HOUR
};

static uint64_t age_of(uint64_t start_ticks)
{
    struct timespec now;
    const long ticks = sysconf(_SC_CLK_TCK);
    uint64_t started;

    if (ticks <= 0 || clock_gettime(CLOCK_BOOTTIME, &now) != 0)
        return 0;
    started = start_ticks / (uint64_t)ticks;
    return (uint64_t)now.tv_sec > started ? (uint64_t)now.tv_sec - started : 0;
}

static bool read_parent(uint32_t pid, struct tb_parent *parent, uint32_t *grandparent)
{
    char path[PATH_OCTETS];
    struct tb_proc_stat stat;

    (void)snprintf(path, sizeof(path), "/proc/%u/stat", pid);
    if (!tb_procfs_stat(AT_FDCWD, path, &stat))
        return false;
    parent->pid = pid;
    memcpy(parent->comm, stat.comm, sizeof(parent->comm));
    *grandparent = stat.parent_pid;
    return true;
}

/* Whether the file is still found under that name. */
static bool is_still_there(int folder, const char *path)
{
    struct stat running, named;

    return fstatat(folder, "exe", &running, 0) == 0 && running.st_nlink > 0 &&
           stat(path, &named) == 0 && running.st_dev == named.st_dev &&
           running.st_ino == named.st_ino;
}

/* A process of another mount namespace has its program under a name of that namespace: then only
 * what the kernel says of the file counts. */
static void read_exe(int folder, struct tb_facts *facts)
{
    char path[TB_PROC_TEXT_MAX + 1];
    const ssize_t got = readlinkat(folder, "exe", path, TB_PROC_TEXT_MAX);
    struct stat ours, theirs;
    size_t length;

    if (got <= 0 || got == TB_PROC_TEXT_MAX)
        return;
    length = tb_proc_exe_length(path, (size_t)got);
    path[length] = '\0';
    tb_line_put_outside(&facts->exe, path, length);
    if (stat("/proc/self/ns/mnt", &ours) == 0 && fstatat(folder, "ns/mnt", &theirs, 0) == 0 &&
        ours.st_ino == theirs.st_ino)
        facts->exe_gone = !is_still_there(folder, path);
    else
        facts->exe_gone = length < (size_t)got;
}

bool tb_facts_read(struct tb_facts *facts, const struct tb_process *process)
{
    char path[PATH_OCTETS];
    struct tb_proc_stat stat;
    tb_auto_fd int folder = -1;
    uint32_t parent;

    *facts = (struct tb_facts){ 0 };
    (void)snprintf(path, sizeof(path), "/proc/%u", process->pid);
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || !tb_procfs_stat(folder, "stat", &stat) ||
        stat.start_ticks != process->start_ticks)
        return false;
    facts->age_s = age_of(stat.start_ticks);
    read_exe(folder, facts);
    parent = stat.parent_pid;
    while (facts->parents < TB_FACTS_PARENTS && parent > 1 &&
           read_parent(parent, &facts->parent[facts->parents], &parent))
        facts->parents++;
    return true;
}

void tb_facts_free(struct tb_facts *facts)
{
    tb_line_free(&facts->exe);
}

void tb_facts_put_age(struct tb_line *line, enum tb_lang lang, uint64_t seconds)
{
    static const struct {
        uint64_t unit;
        enum tb_say say;
    } units[] = { { DAY, TB_SAY_AGE_DAYS },
                  { HOUR, TB_SAY_AGE_HOURS },
                  { MINUTE, TB_SAY_AGE_MINUTES },
                  { 1, TB_SAY_AGE_SECONDS } };
    struct tb_line number = { 0 };
    size_t i = 0;

    while (units[i].unit > 1 && seconds < 2 * units[i].unit)
        i++;
    tb_line_put_number(&number, seconds / units[i].unit);
    tb_say(line, lang, units[i].say, TB_TOKENS({ "n", tb_line_text(&number) }));
    tb_line_free(&number);
}

void tb_facts_put_parents(struct tb_line *line, const struct tb_facts *facts)
{
    for (unsigned i = 0; i < facts->parents; i++) {
        tb_line_put(line, i > 0 ? " < " : "");
        tb_line_put_outside(line, facts->parent[i].comm, strlen(facts->parent[i].comm));
        tb_line_put(line, " (");
        tb_line_put_number(line, facts->parent[i].pid);
        tb_line_put(line, ")");
    }
}

void tb_facts_put_user(struct tb_line *line, uint32_t uid)
{
    char text[ENTRY_OCTETS];
    struct passwd entry;
    struct passwd *found = NULL;

    if (getpwuid_r(uid, &entry, text, sizeof(text), &found) == 0 && found != NULL)
        tb_line_put_outside(line, found->pw_name, strlen(found->pw_name));
    else
        tb_line_put_number(line, uid);
}
