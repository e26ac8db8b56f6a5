/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file.c - a capture file in memory: pcapng or classic pcap */
#include "file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PCAP_MICROSECONDS 0xa1b2c3d4u
#define PCAP_NANOSECONDS  0xa1b23c4du
#define PCAP_SNAPLEN      262144u /* what tcpdump writes where there is no limit */
#define NS_PER_S          1000000000u
/* Apple's pcapng.h: a process, its name, and the packets that are its */
#define BLOCK_PROCESS         0x80000001u
#define OPTION_PROCESS_NAME   2u
#define OPTION_PACKET_PROCESS 0x8001u

#define COMMENTS_MAX 8u
#define BLOCK_ROOM   4096u /* more than a block has beside packet and comment */

static const struct cg_format formats[] = {
    { "pcapng", true, false, 9 },     { "pcapng-be", true, true, 9 },
    { "pcapng-us", true, false, 6 },  { "pcap", false, false, 6 },
    { "pcap-be", false, true, 6 },    { "pcap-ns", false, false, 9 },
    { "pcap-ns-be", false, true, 9 },
};

const struct cg_format *cg_format_find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

const char *cg_format_names(void)
{
    return "pcapng, pcapng-be, pcapng-us, pcap, pcap-be, pcap-ns, pcap-ns-be";
}

void cg_file_init(struct cg_file *file, const struct cg_format *format)
{
    memset(file, 0, sizeof *file);
    file->format = format;
    file->out.big_endian = format->big_endian;
}

void cg_file_free(struct cg_file *file)
{
    free(file->out.data);
    file->out = (struct tb_pcapng){ 0 };
}

static int reserve(struct tb_pcapng *out, size_t more)
{
    size_t size = out->size == 0 ? 65536 : out->size;
    uint8_t *data;

    while (size - out->used < more)
        size *= 2;
    if (size == out->size)
        return 0;
    data = realloc(out->data, size);
    if (data == NULL)
        return -ENOMEM;
    out->data = data;
    out->size = size;
    return 0;
}

static void put(struct tb_pcapng *out, uint32_t number, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        size_t place = out->big_endian ? width - 1 - i : i;

        out->data[out->used++] = (uint8_t)(number >> 8 * place);
    }
}

/* https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap: 24 octets. */
static void put_pcap_header(struct cg_file *file, uint16_t link_type)
{
    put(&file->out, file->format->tsresol == 9 ? PCAP_NANOSECONDS : PCAP_MICROSECONDS, 4);
    put(&file->out, 2, 2);
    put(&file->out, 4, 2);
    put(&file->out, 0, 4);
    put(&file->out, 0, 4);
    put(&file->out, file->snaplen > 0 ? file->snaplen : PCAP_SNAPLEN, 4);
    put(&file->out, link_type, 4);
}

static bool has_options(const struct cg_notes *notes)
{
    return notes != NULL &&
           (notes->comments_length > 0 || notes->way != CG_WAY_UNSAID || notes->darwin != 0);
}

static int add_pcap(struct cg_file *file, const struct cg_frame *frame)
{
    uint32_t fraction = (uint32_t)(frame->time_ns % NS_PER_S);

    if (has_options(frame->notes))
        return -ENOTSUP;
    if (file->interface_count == 0) {
        put_pcap_header(file, frame->link_type);
        file->interfaces[file->interface_count++].link_type = frame->link_type;
    }
    if (file->interfaces[0].link_type != frame->link_type)
        return -EXDEV;
    put(&file->out, (uint32_t)(frame->time_ns / NS_PER_S), 4);
    put(&file->out, file->format->tsresol == 9 ? fraction : fraction / 1000, 4);
    put(&file->out, (uint32_t)frame->captured, 4);
    put(&file->out, (uint32_t)frame->length, 4);
    memcpy(file->out.data + file->out.used, frame->data, frame->captured);
    file->out.used += frame->captured;
    return 0;
}

static int begin_section(struct cg_file *file)
{
    return file->out.used > 0 ? 0 : tb_pcapng_add_section(&file->out, NULL, 0);
}

int cg_file_add_process(struct cg_file *file, uint32_t pid, const char *name)
{
    const struct tb_pcapng_option option = tb_pcapng_text(OPTION_PROCESS_NAME, name);
    uint8_t body[4];
    int error;

    if (!file->format->pcapng)
        return -ENOTSUP;
    if (reserve(&file->out, BLOCK_ROOM) != 0)
        return -ENOMEM;
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (uint8_t)(pid >> 8 * (file->format->big_endian ? sizeof body - 1 - i : i));
    error = begin_section(file);
    return error != 0
               ? error
               : tb_pcapng_add_block(&file->out, BLOCK_PROCESS, body, sizeof body, &option, 1);
}

/* The interface of this link type and name, described where it is the first time. */
static int find_interface(struct cg_file *file, uint16_t link_type, uint32_t *interface)
{
    const struct tb_pcapng_option texts[] = { tb_pcapng_text(TB_PCAPNG_IF_NAME, file->interface),
                                              tb_pcapng_text(TB_PCAPNG_IF_DESCRIPTION,
                                                             file->description) };
    const struct tb_pcapng_interface description = {
        .link_type = link_type,
        .snaplen = file->snaplen,
        .tsresol = file->format->tsresol,
        .options = texts,
        .option_count = (size_t)(*file->interface != '\0') + (*file->description != '\0')
    };
    int error = 0;

    for (*interface = 0; *interface < file->interface_count; ++*interface)
        if (file->interfaces[*interface].link_type == link_type &&
            strcmp(file->interfaces[*interface].name, file->interface) == 0)
            return 0;
    if (file->interface_count == CG_INTERFACES_MAX)
        return -ENOMEM;
    error = begin_section(file);
    if (error == 0)
        error = tb_pcapng_add_interface(&file->out, &description);
    file->interfaces[file->interface_count].link_type = link_type;
    memcpy(file->interfaces[file->interface_count++].name, file->interface, sizeof file->interface);
    return error;
}

/* Returns how many there are. */
static size_t list_options(const struct cg_notes *notes,
                           struct tb_pcapng_option options[COMMENTS_MAX + 2])
{
    size_t count = 0;

    if (notes == NULL)
        return 0;
    for (size_t at = 0; at < notes->comments_length && count < COMMENTS_MAX;
         at += strlen(notes->comments + at) + 1)
        options[count++] = tb_pcapng_text(TB_PCAPNG_COMMENT, notes->comments + at);
    if (notes->way != CG_WAY_UNSAID)
        options[count++] = tb_pcapng_number(TB_PCAPNG_EPB_FLAGS, 4, notes->way);
    if (notes->darwin != 0)
        options[count++] = tb_pcapng_number(OPTION_PACKET_PROCESS, 4, notes->darwin - 1);
    return count;
}

static int add_pcapng(struct cg_file *file, const struct cg_frame *frame)
{
    struct tb_pcapng_option options[COMMENTS_MAX + 2];
    struct tb_pcapng_packet packet = { .ticks =
                                           tb_pcapng_ticks(frame->time_ns, file->format->tsresol),
                                       .data = frame->data,
                                       .captured = frame->captured,
                                       .length = frame->length,
                                       .options = options,
                                       .option_count = list_options(frame->notes, options) };
    int error = find_interface(file, frame->link_type, &packet.interface);

    return error != 0 ? error : tb_pcapng_add_packet(&file->out, &packet);
}

int cg_file_add(struct cg_file *file, const struct cg_frame *frame)
{
    if (reserve(&file->out, frame->captured + BLOCK_ROOM) != 0)
        return -ENOMEM;
    return file->format->pcapng ? add_pcapng(file, frame) : add_pcap(file, frame);
}
