/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_process.c - the processes that the attribution knows, and what each was at which time */
#include "attrib_process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "owner.h"

#define BUCKETS_MAX        65536u
#define PROGRAM_OCTETS_MAX ((size_t)64 << 20) /* of all programs' texts; of more none is kept */
#define RENAME_NS                                                                                  \
    1000000u               /* task_rename is told before the name is changed: a thread that        \
                              runs meanwhile may still tell the old one */
#define ANCESTORS_MAX 4096 /* a chain of processes cannot be longer: a guard */

static size_t bucket_of(const struct tb_process_table *table, uint32_t pid)
{
    return (pid * 0x9e3779b1u >> 16) & table->mask; /* 2^32 / golden ratio */
}

int tb_process_table_init(struct tb_process_table *table, size_t limit)
{
    size_t buckets = 16;

    while (buckets < limit && buckets < BUCKETS_MAX)
        buckets *= 2;
    memset(table, 0, sizeof *table);
    tb_link_init(&table->idle);
    tb_link_init(&table->ended);
    table->limit = limit;
    table->mask = buckets - 1;
    table->bucket = calloc(buckets, sizeof(struct tb_process *));
    return table->bucket == NULL ? -ENOMEM : 0;
}

/* --- Programs --------------------------------------------------------------------------------- */

static void drop_program(struct tb_process_table *table, struct tb_program *program)
{
    if (program == NULL || --program->users > 0)
        return;
    table->program_octets -= program->exe_length + program->arguments_length;
    free(program);
}

static struct tb_program *share_program(struct tb_program *program)
{
    if (program != NULL)
        program->users++;
    return program;
}

static size_t at_most(size_t length)
{
    return length > TB_OWNER_TEXT_MAX ? TB_OWNER_TEXT_MAX : length;
}

static void copy_arguments(char *to, const char *arguments, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((to[i] = arguments[i]) == '\0')
            to[i] = ' ';
}

/* NULL: nothing was told, or there is no room. */
static struct tb_program *new_program(struct tb_process_table *table,
                                      const struct tb_sock_event *event)
{
    const struct tb_sock_process *told = &event->process;
    size_t exe = told->exe == NULL ? 0 : at_most(strlen(told->exe));
    size_t arguments = told->arguments == NULL ? 0 : at_most(told->arguments_length);
    struct tb_program *program;

    if (arguments > 0 && arguments == told->arguments_length &&
        told->arguments[arguments - 1] == '\0')
        arguments--;
    if (exe + arguments == 0 || table->program_octets + exe + arguments > PROGRAM_OCTETS_MAX)
        return NULL;
    program = malloc(sizeof *program + exe + arguments);
    if (program == NULL)
        return NULL;
    *program = (struct tb_program){
        .users = 1, .told_ns = event->time_ns, .exe_length = exe, .arguments_length = arguments
    };
    if (exe > 0)
        memcpy(program->octets, told->exe, exe);
    if (arguments > 0)
        copy_arguments(program->octets + exe, told->arguments, arguments);
    table->program_octets += exe + arguments;
    return program;
}

/* --- Images ----------------------------------------------------------------------------------- */

static const char *told_comm(const struct tb_sock_event *event)
{
    return event->process.comm == NULL ? "" : event->process.comm;
}

static void set_comm(struct tb_image *image, const char *comm)
{
    memset(image->comm, 0, sizeof image->comm);
    for (size_t i = 0; i < TB_COMM_SIZE - 1 && comm[i] != '\0'; i++)
        image->comm[i] = comm[i];
}

static bool has_comm(const struct tb_image *image, const char *comm)
{
    return strncmp(image->comm, comm, TB_COMM_SIZE - 1) == 0;
}

/* Index of the image in force; image_count where the time is before all of them. */
static size_t image_at(const struct tb_process *process, uint64_t time_ns)
{
    for (size_t i = process->image_count; i > 0; i--) {
        if (process->image[i - 1].from_ns <= time_ns)
            return i - 1;
    }
    return process->image_count;
}

static void forget_first_image(struct tb_process_table *table, struct tb_process *process)
{
    drop_program(table, process->image[0].program);
    process->image_count--;
    memmove(&process->image[0], &process->image[1],
            process->image_count * sizeof process->image[0]);
    process->was_something_else = true;
}

/* Takes over `program`. */
static void add_image(struct tb_process_table *table, struct tb_process *process,
                      const struct tb_sock_event *event, struct tb_program *program)
{
    struct tb_image image = { .from_ns = event->time_ns, .seen_ns = event->time_ns };
    size_t at;

    image.serial = ++table->serial;
    image.program = program;
    set_comm(&image, told_comm(event));
    if (process->image_count == TB_IMAGES)
        forget_first_image(table, process);
    at = process->image_count;
    while (at > 0 && process->image[at - 1].from_ns > image.from_ns)
        at--;
    memmove(&process->image[at + 1], &process->image[at],
            (process->image_count - at) * sizeof process->image[0]);
    process->image[at] = image;
    process->image_count++;
}

static bool is_late_news(const struct tb_process *process, const struct tb_image *image,
                         uint64_t time_ns, const char *comm)
{
    return image > process->image && time_ns - image->from_ns < RENAME_NS &&
           has_comm(image - 1, comm);
}

/* The event is of something else, and tells by the way what the process is called. A name that
 * nobody has told of comes from an exec or a renaming that was lost: what runs is not known. */
static void observe(struct tb_process_table *table, struct tb_process *process,
                    const struct tb_sock_event *event)
{
    const char *comm = told_comm(event);
    size_t at = image_at(process, event->time_ns);
    struct tb_image *image = at < process->image_count ? &process->image[at] : NULL;

    if (comm[0] == '\0')
        return;
    if (image != NULL && image->comm[0] == '\0') {
        set_comm(image, comm);
        image->serial = ++table->serial;
        image->seen_ns = event->time_ns;
    } else if (image != NULL && has_comm(image, comm)) {
        if (image->seen_ns < event->time_ns)
            image->seen_ns = event->time_ns;
    } else if (image == NULL || !is_late_news(process, image, event->time_ns, comm)) {
        add_image(table, process, event, NULL);
    }
}

static void rename_process(struct tb_process_table *table, struct tb_process *process,
                           const struct tb_sock_event *event)
{
    size_t at = image_at(process, event->time_ns);
    struct tb_program *program = at == process->image_count ? NULL : process->image[at].program;

    add_image(table, process, event, share_program(program));
}

/* What forks runs the same program on both sides. */
static void inherit(struct tb_process_table *table, struct tb_process *child,
                    const struct tb_sock_event *event)
{
    const struct tb_process *parent = child->parent;
    size_t at = parent == NULL ? 0 : image_at(parent, event->time_ns);
    struct tb_program *program =
        parent == NULL || at == parent->image_count ? NULL : parent->image[at].program;

    if (child->image_count == 0)
        add_image(table, child, event, share_program(program));
    else
        observe(table, child, event);
}

const struct tb_image *tb_process_image(const struct tb_process *process, uint64_t time_ns)
{
    size_t at = image_at(process, time_ns);

    if (at < process->image_count)
        return &process->image[at];
    return process->image_count == 0 || process->was_something_else ? NULL : &process->image[0];
}

/* --- The table -------------------------------------------------------------------------------- */

static void list_if_idle(struct tb_process_table *table, struct tb_process *process)
{
    bool lives = process->ended_ns == TB_TIME_NEVER;

    tb_link_remove(&process->link);
    if (process->holders == 0)
        tb_link_append(lives ? &table->idle : &table->ended, &process->link);
}

struct tb_process *tb_process_hold(struct tb_process *process)
{
    if (process != NULL && process->holders++ == 0)
        tb_link_remove(&process->link);
    return process;
}

void tb_process_drop(struct tb_process_table *table, struct tb_process *process)
{
    if (process != NULL && --process->holders == 0)
        list_if_idle(table, process);
}

static void forget(struct tb_process_table *table, struct tb_process *process)
{
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it was taken off its list before it was freed */
    struct tb_process **at = &table->bucket[bucket_of(table, process->pid)];

    while (*at != process)
        at = &(*at)->next;
    *at = process->next;
    tb_link_remove(&process->link);
    for (size_t i = 0; i < process->image_count; i++)
        drop_program(table, process->image[i].program);
    tb_process_drop(table, process->parent);
    table->count--;
    free(process);
}

bool tb_process_forget_one(struct tb_process_table *table)
{
    struct tb_link *head = tb_link_is_empty(&table->ended) ? &table->idle : &table->ended;

    if (tb_link_is_empty(head))
        return false;
    forget(table, TB_LINK_OF(head->next, struct tb_process, link));
    return true;
}

void tb_process_expire(struct tb_process_table *table, uint64_t before_ns)
{
    while (!tb_link_is_empty(&table->ended)) {
        struct tb_process *first = TB_LINK_OF(table->ended.next, struct tb_process, link);

        if (first->ended_ns >= before_ns)
            return;
        forget(table, first);
    }
}

void tb_process_table_clear(struct tb_process_table *table)
{
    while (tb_process_forget_one(table))
        ;
    free(table->bucket);
}

struct tb_process *tb_process_find(const struct tb_process_table *table, uint32_t pid,
                                   uint64_t start_ns)
{
    struct tb_process *process = table->bucket[bucket_of(table, pid)];

    while (process != NULL &&
           (process->pid != pid || (start_ns != 0 && process->start_ns != start_ns)))
        process = process->next;
    return process;
}

struct tb_process *tb_process_find_between(const struct tb_process_table *table, uint32_t pid,
                                           uint64_t from_ns, uint64_t to_ns)
{
    struct tb_process *process = table->bucket[bucket_of(table, pid)];

    while (process != NULL &&
           (process->pid != pid || process->start_ns < from_ns || process->start_ns >= to_ns))
        process = process->next;
    return process;
}

static bool is_before(const struct tb_process *one, const struct tb_process *other)
{
    if (one->start_ns != 0 && other->start_ns != 0)
        return one->start_ns < other->start_ns;
    return one->first_ns < other->first_ns;
}

static void end_process(struct tb_process_table *table, struct tb_process *process,
                        uint64_t time_ns)
{
    if (process->ended_ns <= time_ns)
        return;
    process->ended_ns = time_ns;
    list_if_idle(table, process);
}

/* A pid is one process at a time: what was it before has ended, also where nobody told so. */
static void insert(struct tb_process_table *table, struct tb_process *process)
{
    struct tb_process **at = &table->bucket[bucket_of(table, process->pid)];

    for (; *at != NULL; at = &(*at)->next) {
        if ((*at)->pid != process->pid)
            continue;
        if (is_before(*at, process)) {
            end_process(table, *at, process->first_ns);
            break;
        }
        process->ended_ns = (*at)->first_ns;
    }
    process->next = *at;
    *at = process;
    table->count++;
}

static struct tb_process *new_process(struct tb_process_table *table,
                                      const struct tb_sock_event *event)
{
    const struct tb_sock_process *told = &event->process;
    struct tb_process *process;

    while (table->count >= table->limit) {
        if (!tb_process_forget_one(table))
            return NULL;
    }
    process = calloc(1, sizeof *process);
    if (process == NULL)
        return NULL;
    tb_link_init(&process->link);
    process->pid = told->pid;
    process->start_ns = told->start_ns;
    process->start_told_ns = event->time_ns;
    process->first_ns = event->time_ns;
    process->ended_ns = TB_TIME_NEVER;
    process->serial = ++table->serial;
    insert(table, process);
    list_if_idle(table, process);
    return process;
}

/* The latest of the pid, where it may be the one that is meant although only one of the two starts
 * is known. */
static struct tb_process *find_bare(const struct tb_process_table *table,
                                    const struct tb_sock_event *event)
{
    struct tb_process *process = tb_process_find(table, event->process.pid, 0);

    if (process == NULL || process->ended_ns <= event->time_ns || event->kind == TB_SOCK_FORK)
        return NULL;
    return event->process.start_ns == 0 || process->start_ns == 0 ? process : NULL;
}

static void find_parent(struct tb_process_table *table, struct tb_process *process,
                        const struct tb_sock_event *event)
{
    uint32_t pid = event->process.parent_pid;
    struct tb_process *parent;

    if (process->parent_pid == 0)
        process->parent_pid = pid;
    if (process->parent != NULL || pid == 0 || pid == process->pid || process->parent_pid != pid)
        return;
    parent = tb_process_find(table, pid, 0);
    if (parent == NULL || parent->ended_ns <= event->time_ns ||
        (parent->start_ns != 0 && parent->start_ns > process->start_ns && process->start_ns != 0) ||
        tb_process_descends(table, parent, process))
        return;
    process->parent = tb_process_hold(parent);
}

struct tb_process *tb_process_tell(struct tb_process_table *table,
                                   const struct tb_sock_event *event)
{
    const struct tb_sock_process *told = &event->process;
    struct tb_process *process =
        told->start_ns == 0 ? NULL : tb_process_find(table, told->pid, told->start_ns);

    if (process == NULL)
        process = find_bare(table, event);
    if (process == NULL)
        process = new_process(table, event);
    if (process == NULL)
        return NULL;
    if (process->start_ns == 0 && told->start_ns != 0) {
        process->start_ns = told->start_ns;
        process->start_told_ns = event->time_ns;
    }
    if (told->cgroup != 0)
        process->cgroup = told->cgroup;
    find_parent(table, process, event);
    if (event->kind == TB_SOCK_EXEC)
        add_image(table, process, event, new_program(table, event));
    else if (event->kind == TB_SOCK_RENAME)
        rename_process(table, process, event);
    else if (event->kind == TB_SOCK_FORK)
        inherit(table, process, event);
    else
        observe(table, process, event);
    if (event->kind == TB_SOCK_EXIT)
        end_process(table, process, event->time_ns);
    return process;
}

/* Who was told before its parent was, as a snapshot may, has only the parent's pid. */
static const struct tb_process *parent_of(const struct tb_process_table *table,
                                          const struct tb_process *process)
{
    const struct tb_process *parent = process->parent;

    if (parent != NULL || process->parent_pid == 0)
        return parent;
    parent = tb_process_find(table, process->parent_pid, 0);
    if (parent == NULL || parent->start_ns == 0 || parent->start_ns > process->start_ns)
        return NULL;
    return parent;
}

bool tb_process_descends(const struct tb_process_table *table, const struct tb_process *process,
                         const struct tb_process *ancestor)
{
    for (int i = 0; process != NULL && i < ANCESTORS_MAX; i++) {
        if (process == ancestor)
            return true;
        process = parent_of(table, process);
    }
    return false;
}
