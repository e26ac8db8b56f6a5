/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_procwire.c - the input is a message between breathdump and its helper */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pieces.h"
#include "procwire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(const void *part, size_t length, const uint8_t *data, size_t size)
{
    const uint8_t *from = part;

    return from >= data && length <= size && from <= data + size - length;
}

/* What is read and written again is the same. */
static void check_event(const uint8_t *data, size_t size, const struct tb_sock_event *event)
{
    uint8_t again[TB_PROCWIRE_MAX];
    const char *text = event->kind == TB_SOCK_CGROUP ? event->path : event->process.exe;

    REQUIRE(event->kind < TB_SOCK_EVENT_COUNT);
    REQUIRE(is_inside(event->process.comm, strlen(event->process.comm) + 1, data, size));
    REQUIRE(is_inside(text, strlen(text) + 1, data, size));
    if (event->process.arguments != NULL)
        REQUIRE(is_inside(event->process.arguments, event->process.arguments_length, data, size));
    REQUIRE(tb_procwire_put_event(again, event) == size);
}

/* The same as a stream: whatever comes, a message is inside. */
static void read_stream(const uint8_t *data, size_t size)
{
    static struct tb_procwire_stream stream;
    const uint8_t *message;
    size_t length;
    size_t room;

    stream.from = 0;
    stream.to = 0;
    memcpy(tb_procwire_room(&stream, &room), data, size);
    tb_procwire_came(&stream, size);
    while (tb_procwire_next(&stream, &message, &length) == 1)
        REQUIRE(length > 0 && is_inside(message, length, stream.octets, stream.to));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy;
    struct tb_sock_event event;
    struct tb_procwire_request request;
    int error;

    if (size > TB_PROCWIRE_MAX + 1)
        return -1;
    copy = malloc(size == 0 ? 1 : size); /* aligned, and of that size */
    REQUIRE(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    if (tb_procwire_read_event(copy, size, &event))
        check_event(copy, size, &event);
    if (tb_procwire_read_request(copy, size, &request))
        REQUIRE(request.task < TB_PROCWIRE_TASK_COUNT);
    if (tb_procwire_read_end(copy, size, &error))
        REQUIRE(error <= 0);
    read_stream(copy, size);
    free(copy);
    return 0;
}
