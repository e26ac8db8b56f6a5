/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptors_nobpf.c - where the BPF iterator was not built in */
#include "descriptors_inside.h"

#include <errno.h>

int tb_descriptors_iterate(struct tb_gathering *gathering, int proc, const struct tb_inodes *wanted,
                           const struct tb_lists *lists)
{
    (void)gathering;
    (void)proc;
    (void)wanted;
    (void)lists;
    return -ENOSYS;
}
