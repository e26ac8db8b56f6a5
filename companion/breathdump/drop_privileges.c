/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drop_privileges.c - breathdump gives up what it may do, before it looks at a packet */
#include "drop_privileges.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "confine.h"
#include "word.h"

static int drop_capabilities(void)
{
    cap_t none = cap_init(); /* all flags clear */
    int error = 0;

    if (none == NULL)
        return -errno;
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (cap_set_proc(none) != 0)
        error = -errno;
    (void)cap_free(none);
    return error;
}

/* Believe the kernel, not the call. */
static bool has_capabilities(void)
{
    cap_t now = cap_get_proc();
    cap_t none = cap_init();
    bool differ = now == NULL || none == NULL || cap_compare(now, none) != 0;

    (void)cap_free(now);
    (void)cap_free(none);
    return differ;
}

void tb_drop_bounding(void)
{
    for (cap_value_t which = 0; cap_get_bound(which) >= 0; which++)
        (void)cap_drop_bound(which);
}

int tb_drop_privileges(int folder, struct tb_complaint *complaint)
{
    int error = drop_capabilities();

    if (error != 0 || has_capabilities())
        return tb_complain(complaint, TB_EXIT_REFUSED, tb_word("capabilities"),
                           "cannot be dropped: %s", tb_word_error(-error));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, "no_new_privs", "%s", tb_word_error(errno));
    error = tb_confine_files(folder);
    if (error != 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, "Landlock", "%s", tb_word_error(-error));
    error = tb_confine_calls(folder);
    if (error != 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, "seccomp", "%s", tb_word_error(-error));
    return 0;
}
