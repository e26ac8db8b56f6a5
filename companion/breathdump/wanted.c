/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wanted.c - whose connections are to be written */
#include "wanted.h"

#include <string.h>

#define COMM_MAX 15u /* TASK_COMM_LEN of linux/sched.h, without the terminator */

bool tb_wanted_is_some(const struct tb_wanted *wanted)
{
    return wanted->pid_count + wanted->process_count + wanted->user_count > 0;
}

static bool is_one_of(const uint32_t *numbers, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

static bool is_one_of_processes(const struct tb_wanted *wanted, const struct tb_owner *owner)
{
    const unsigned both = TB_OWNER_PID | TB_OWNER_START;

    for (size_t i = 0; (owner->has & both) == both && i < wanted->pid_count; i++)
        if (wanted->pids[i] == owner->pid && owner->start_ns >= wanted->starts_ns[i] &&
            owner->start_ns - wanted->starts_ns[i] < wanted->step_ns)
            return true;
    return false;
}

static bool equals(const struct tb_octet_string *text, const char *octets, size_t length)
{
    return text->length == length && length > 0 && memcmp(text->octets, octets, length) == 0;
}

/* What follows the last slash. */
static struct tb_octet_string file_name(const struct tb_octet_string *path)
{
    size_t begin = path->length;

    while (begin > 0 && path->octets[begin - 1] != '/')
        begin--;
    return (struct tb_octet_string){ path->octets + begin, path->length - begin };
}

static bool is_named(const struct tb_owner *owner, const struct tb_octet_string *name)
{
    const struct tb_octet_string *exe = &owner->text[TB_OWNER_EXE];
    struct tb_octet_string program;

    if (equals(&owner->text[TB_OWNER_COMM], name->octets,
               name->length < COMM_MAX ? name->length : COMM_MAX))
        return true;
    if (exe->length == 0)
        return false;
    program = file_name(exe);
    return equals(&program, name->octets, name->length);
}

bool tb_wanted_matches(const struct tb_wanted *wanted, const struct tb_owner *owner)
{
    if (is_one_of_processes(wanted, owner))
        return true;
    if ((owner->has & TB_OWNER_UID) != 0 &&
        is_one_of(wanted->users, wanted->user_count, owner->uid))
        return true;
    for (size_t i = 0; i < wanted->process_count; i++)
        if (is_named(owner, &wanted->processes[i]))
            return true;
    return false;
}
