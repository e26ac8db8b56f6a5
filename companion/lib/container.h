/* SPDX-License-Identifier: GPL-2.0-or-later */
/* container.h - which container a cgroup is
 *
 * Pure. Container engines give each container a cgroup, and the names that they choose tell of it:
 *
 *   docker-ID.scope, /docker/ID                       docker-ID       Docker; systemd, cgroupfs
 *   libpod-ID.scope, libpod-ID                        podman-ID       Podman
 *   cri-containerd-ID.scope                           containerd-ID   containerd, under Kubernetes
 *   nerdctl-ID.scope                                  nerdctl-ID      containerd, by nerdctl
 *   crio-ID.scope, crio-ID                            crio-ID         CRI-O
 *   /kubepods/.../podUID/ID                           kubepods-ID     Kubernetes with cgroupfs
 *   machine-NAME.scope, systemd-nspawn@NAME.service   machine-NAME    systemd-machined, -nspawn
 *   lxc.payload.NAME, /lxc/NAME                       lxc-NAME        LXC, Incus
 *
 * An ID has 64 hexadecimal digits, of which the first 12 are told, as these engines do. Their
 * helpers (libpod-conmon-ID.scope, lxc.monitor.NAME) are outside of the container, and a machine
 * that is QEMU's is none.
 *
 * Of containers in one another the outermost is told: whoever is root in a container may make
 * cgroups there and name them as he likes. */
#ifndef TB_CONTAINER_H
#define TB_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

enum {
    TB_CONTAINER_NAME_MAX = 255 + 16 /* octets: NAME_MAX and the engine's name */
};

/* `path`: of a cgroup, from the root of the hierarchy, as in /proc/PID/cgroup; need not be
 * terminated. True where it is a container's or below it: its name is then in `name`, terminated.
 */
bool tb_container_read(const char *path, size_t length, char name[TB_CONTAINER_NAME_MAX + 1]);

#endif
