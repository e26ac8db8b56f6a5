/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_script.h - events as a script, for what tests the attribution
 *
 * Times are milliseconds, so that a script reads; processes are numbers, named "pNUMBER". */
#ifndef TB_ATTRIB_SCRIPT_H
#define TB_ATTRIB_SCRIPT_H

#include <stdio.h>
#include <string.h>

#include "attrib.h"

/* Network namespaces; the first one of Linux has this number. */
#define HERE      4026531840u
#define THERE     4026532000u
#define ELSEWHERE 4026532001u

#define MS UINT64_C(1000000)

/* 127.0.0.1:PORT is the client of 127.0.0.1:80. */
static inline struct tb_tuple client(uint16_t port)
{
    struct tb_tuple tuple = { .local_port = port, .remote_port = 80 };

    tb_tuple_map_ipv4(tuple.local, "\x7f\0\0\1");
    tb_tuple_map_ipv4(tuple.remote, "\x7f\0\0\1");
    return tuple;
}

static inline struct tb_tuple server(uint16_t port)
{
    struct tb_tuple tuple = client(port);

    return tb_tuple_turned(&tuple);
}

static inline struct tb_tuple listening(const char *ipv4, uint16_t port)
{
    struct tb_tuple tuple = { .local_port = port };

    tb_tuple_map_ipv4(tuple.local, ipv4);
    return tuple;
}

static inline struct tb_sock_event event_of(enum tb_sock_event_kind kind, uint64_t ms, uint32_t pid)
{
    static char name[16];
    struct tb_sock_event event = {
        .kind = (uint8_t)kind, .time_ns = ms * MS, .fd = -1, .netns = HERE
    };

    snprintf(name, sizeof(name), "p%u", pid);
    event.process.pid = pid;
    if (pid != 0) {
        event.process.start_ns = (uint64_t)pid * 1000;
        event.process.comm = name;
    }
    return event;
}

static inline struct tb_sock_event of_socket(enum tb_sock_event_kind kind, uint64_t ms,
                                             uint32_t pid, struct tb_tuple tuple, uint64_t socket)
{
    struct tb_sock_event event = event_of(kind, ms, pid);

    event.tuple = tuple;
    event.socket = socket;
    event.uid = 1000 + pid;
    return event;
}

static inline struct tb_sock_event held(uint64_t ms, uint32_t pid, struct tb_tuple tuple,
                                        uint64_t socket, int32_t fd, bool alone)
{
    struct tb_sock_event event = of_socket(TB_SOCK_HELD, ms, pid, tuple, socket);

    event.found = TB_SOCK_FOUND_SNAPSHOT;
    event.fd = fd;
    event.alone = alone;
    return event;
}

static inline struct tb_sock_event scanned(uint64_t ms, uint32_t pid, struct tb_tuple tuple,
                                           uint64_t socket, bool alone)
{
    struct tb_sock_event event = held(ms, pid, tuple, socket, -1, alone);

    event.found = TB_SOCK_FOUND_SCAN;
    return event;
}

static inline struct tb_sock_event loss(uint64_t since_ms, uint64_t until_ms)
{
    struct tb_sock_event event = event_of(TB_SOCK_LOST, until_ms, 0);

    event.since_ns = since_ms * MS;
    event.lost = 1;
    return event;
}

static inline struct tb_attrib_question asked(struct tb_tuple tuple, uint64_t ms)
{
    return (struct tb_attrib_question){
        .tuple = tuple, .time_ns = ms * MS, .netns = HERE, .only_there = true
    };
}

#endif
