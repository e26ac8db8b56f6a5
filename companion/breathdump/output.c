/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.c - whole pcapng blocks on their way to a file, a FIFO or a pipe */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FIRST_SIZE   (256u << 10)
#define HANG_UP_NS   20000000 /* between two tries, */
#define HANG_UPS     50       /* so many */
#define BLOCK_PACKET 6u
#define BLOCK_HEAD   8u /* type and total length */

struct tb_output {
    struct tb_pcapng blocks;
    size_t begun; /* octets at the front of the buffer that a stream has taken already */
    uint64_t written;
    uint64_t lost_packets;
    int fd;
    bool is_stream;
};

bool tb_output_is_stream(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

/* A reader that nobody has written to sees no end before somebody has opened the FIFO for it. */
void tb_output_hang_up(const char *path)
{
    const struct timespec pause = { .tv_nsec = HANG_UP_NS };
    struct stat status;
    int fd = -1;

    if (stat(path, &status) != 0 || !S_ISFIFO(status.st_mode))
        return;
    for (int i = 0; i < HANG_UPS && fd < 0; i++) {
        fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0 && errno != ENXIO) /* no reader yet */
            return;
        if (fd < 0)
            (void)nanosleep(&pause, NULL);
    }
    if (fd >= 0)
        (void)close(fd);
}

struct tb_output *tb_output_new(void)
{
    struct tb_output *output = calloc(1, sizeof *output);

    if (output == NULL)
        return NULL;
    output->fd = -1;
    output->blocks.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    output->blocks.data = malloc(FIRST_SIZE);
    output->blocks.size = FIRST_SIZE;
    if (output->blocks.data == NULL) {
        free(output);
        return NULL;
    }
    return output;
}

void tb_output_free(struct tb_output *output)
{
    if (output == NULL)
        return;
    free(output->blocks.data);
    free(output);
}

int tb_output_use(struct tb_output *output, int fd)
{
    int flags;

    output->fd = fd;
    output->written = 0;
    output->lost_packets = 0;
    output->blocks.used = 0;
    output->begun = 0;
    output->is_stream = tb_output_is_stream(fd);
    if (!output->is_stream)
        return 0;
    flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

struct tb_pcapng *tb_output_room(struct tb_output *output, size_t octets)
{
    struct tb_pcapng *blocks = &output->blocks;
    size_t size = blocks->size;
    uint8_t *data;

    while (size - blocks->used < octets) {
        if (size > SIZE_MAX / 2)
            return NULL;
        size *= 2;
    }
    if (size == blocks->size)
        return blocks;
    data = realloc(blocks->data, size);
    if (data == NULL)
        return NULL;
    blocks->data = data;
    blocks->size = size;
    return blocks;
}

/* The length of the block that begins there; its type. Blocks are in this machine's order. */
static uint32_t block_length(const uint8_t *block, uint32_t *type)
{
    uint32_t length;

    memcpy(type, block, sizeof *type);
    memcpy(&length, block + sizeof *type, sizeof length);
    return length;
}

/* Octets of the whole blocks among the first `octets` of the buffer. The packets in the others are
 * counted as lost. */
static size_t whole_blocks(struct tb_output *output, size_t octets)
{
    const struct tb_pcapng *blocks = &output->blocks;
    size_t whole = 0;
    uint32_t type;

    for (size_t at = 0; at + BLOCK_HEAD <= blocks->used;) {
        at += block_length(blocks->data + at, &type);
        if (at <= octets)
            whole = at;
        else if (type == BLOCK_PACKET)
            output->lost_packets++;
    }
    return whole;
}

/* The file took `taken` octets of the buffer and no more. Devices cannot be cut: let them be. */
static void cut_back(struct tb_output *output, size_t taken)
{
    size_t whole = whole_blocks(output, taken);
    off_t end = lseek(output->fd, 0, SEEK_CUR);

    if (whole < taken && end >= (off_t)(taken - whole)) {
        off_t keep = end - (off_t)(taken - whole);

        if (ftruncate(output->fd, keep) == 0)
            (void)lseek(output->fd, keep, SEEK_SET);
    }
    output->written += whole;
    output->blocks.used = 0;
}

static int flush_file(struct tb_output *output)
{
    struct tb_pcapng *blocks = &output->blocks;
    size_t taken = 0;

    while (taken < blocks->used) {
        ssize_t some = write(output->fd, blocks->data + taken, blocks->used - taken);

        if (some < 0 && errno != EINTR) {
            int error = -errno;

            cut_back(output, taken);
            return error;
        }
        taken += some > 0 ? (size_t)some : 0;
    }
    output->written += taken;
    blocks->used = 0;
    return 0;
}

/* Takes whole blocks that have gone off the front of the buffer. */
static void forget_written(struct tb_output *output)
{
    struct tb_pcapng *blocks = &output->blocks;
    size_t whole = 0;
    uint32_t type;

    while (whole < output->begun) {
        uint32_t length = block_length(blocks->data + whole, &type);

        if (whole + length > output->begun)
            break;
        whole += length;
    }
    memmove(blocks->data, blocks->data + whole, blocks->used - whole);
    blocks->used -= whole;
    output->begun -= whole;
    output->written += whole;
}

static int flush_stream(struct tb_output *output)
{
    struct tb_pcapng *blocks = &output->blocks;
    int error = 0;

    while (error == 0 && output->begun < blocks->used) {
        ssize_t some =
            write(output->fd, blocks->data + output->begun, blocks->used - output->begun);

        if (some >= 0)
            output->begun += (size_t)some;
        else if (errno != EINTR)
            error = -errno;
    }
    if (error != 0 && error != -EAGAIN)
        (void)whole_blocks(output, output->begun);
    forget_written(output);
    return error == -EAGAIN ? 0 : error;
}

int tb_output_flush(struct tb_output *output)
{
    if (output->blocks.used == 0)
        return 0;
    return output->is_stream ? flush_stream(output) : flush_file(output);
}

size_t tb_output_waiting(const struct tb_output *output)
{
    return output->blocks.used - output->begun;
}

uint64_t tb_output_octets(const struct tb_output *output)
{
    return output->written + output->blocks.used;
}

uint64_t tb_output_lost_packets(const struct tb_output *output)
{
    return output->lost_packets;
}
