/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_unixlist.c - the input is a line of /proc/net/unix, whose paths anybody may choose */
#include <stdlib.h>
#include <string.h>

#include "../breath/unixlist.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = malloc(size + 1);
    struct tb_unix_socket socket;

    if (line == NULL)
        return 0;
    memcpy(line, data, size);
    line[size] = '\0';
    if (tb_unix_read_line(&socket, line)) {
        REQUIRE(strlen(socket.address) < sizeof(socket.address));
        REQUIRE(socket.path >= line && socket.path + socket.path_length <= line + strlen(line));
        REQUIRE(memchr(socket.path, '\n', socket.path_length) == NULL);
        REQUIRE(tb_unix_type(socket.type) != NULL && tb_unix_state(&socket) != NULL);
    }
    free(line);
    return 0;
}
