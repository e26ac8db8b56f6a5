/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blocks.c - what breathdump says in a pcapng file beside the packets */
#include "blocks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#define TSRESOL     9u /* nanoseconds */
#define BLOCK_ROOM  65536u
#define PACKET_ROOM 128u /* of an EPB beside packet and comment; two short options fit */

/* Wireshark's wiretap/pcapng_module.h, and Apple's libpcap */
#define BLOCK_PROCESS         0x80000001u
#define OPTION_PROCESS_NAME   2u
#define OPTION_PACKET_PROCESS 0x8001u
#define IF_FILTER_TEXT        0x00 /* first octet of if_filter: libpcap's syntax follows */

/* "model name : ..." of x86; other machines say it in other ways or not at all. */
static void read_cpu(char *name, size_t size)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[256];

    name[0] = '\0';
    if (file == NULL)
        return;
    while (name[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');

        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "model name", 10) == 0 && colon != NULL)
            (void)snprintf(name, size, ", %s", colon + 1 + strspn(colon + 1, " "));
    }
    (void)fclose(file);
}

static void read_place(uint32_t netns, char *text, size_t size)
{
    char boot[9] = "";
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

    text[0] = '\0';
    if (file != NULL && fgets(boot, sizeof boot, file) != NULL && netns != 0)
        (void)snprintf(text, size, "net:[%u] boot %s", netns, boot);
    if (file != NULL)
        (void)fclose(file);
}

void tb_machine_read(struct tb_machine *machine, uint32_t netns)
{
    struct utsname names;
    char cpu[sizeof machine->hardware - sizeof names.machine];

    machine->hardware[0] = '\0';
    machine->system[0] = '\0';
    read_place(netns, machine->place, sizeof machine->place);
    if (uname(&names) != 0)
        return;
    read_cpu(cpu, sizeof cpu);
    (void)snprintf(machine->hardware, sizeof machine->hardware, "%s%s", names.machine, cpu);
    (void)snprintf(machine->system, sizeof machine->system, "%s %s", names.sysname, names.release);
}

/* Options in the making: an empty text is left out. */
struct options {
    struct tb_pcapng_option list[8 + 2 * TB_INTERFACE_ADDRESSES];
    size_t count;
};

static void add(struct options *options, struct tb_pcapng_option option)
{
    options->list[options->count++] = option;
}

static void add_text(struct options *options, uint16_t code, const char *text)
{
    if (text != NULL && text[0] != '\0')
        add(options, tb_pcapng_text(code, text));
}

int tb_blocks_add_section(struct tb_output *output, const struct tb_section *section)
{
    struct tb_pcapng *room = tb_output_room(output, BLOCK_ROOM);
    struct options options = { .count = 0 };
    char comment[128];

    if (room == NULL)
        return -ENOMEM;
    (void)snprintf(comment, sizeof comment, "tcp-breath-capture v=1 mechanism=%s cmdline=%s",
                   tb_mechanism_name(section->mechanism), section->arguments ? "yes" : "no");
    add_text(&options, TB_PCAPNG_SHB_HARDWARE, section->machine->hardware);
    add_text(&options, TB_PCAPNG_SHB_OS, section->machine->system);
    add_text(&options, TB_PCAPNG_SHB_USERAPPL, "breathdump " TB_VERSION);
    add_text(&options, TB_PCAPNG_COMMENT, comment);
    return tb_pcapng_add_section(room, options.list, options.count);
}

int tb_blocks_add_interface(struct tb_output *output,
                            const struct tb_described_interface *described)
{
    const struct tb_interface *interface = described->interface;
    struct tb_pcapng_interface block = { .link_type = described->link_type,
                                         .snaplen = described->snaplen,
                                         .tsresol = TSRESOL };
    struct tb_pcapng *room = tb_output_room(output, BLOCK_ROOM);
    struct options options = { .count = 0 };
    const char *place = described->machine->place;
    char description[sizeof interface->description + sizeof described->machine->place + 2];
    char filter[4096];

    if (room == NULL)
        return -ENOMEM;
    (void)snprintf(description, sizeof description, "%s%s%s", interface->description,
                   interface->description[0] != '\0' && place[0] != '\0' ? ", " : "", place);
    add_text(&options, TB_PCAPNG_IF_NAME, interface->name);
    add_text(&options, TB_PCAPNG_IF_DESCRIPTION, description);
    for (size_t i = 0; i < interface->ipv4_count; i++)
        add(&options, tb_pcapng_octets(TB_PCAPNG_IF_IPV4ADDR, interface->ipv4[i], 8));
    for (size_t i = 0; i < interface->ipv6_count; i++)
        add(&options, tb_pcapng_octets(TB_PCAPNG_IF_IPV6ADDR, interface->ipv6[i], 17));
    if (interface->has_mac)
        add(&options, tb_pcapng_octets(TB_PCAPNG_IF_MACADDR, interface->mac, 6));
    if (interface->speed != 0)
        add(&options, tb_pcapng_number(TB_PCAPNG_IF_SPEED, 8, interface->speed));
    if (described->filter != NULL && described->filter[0] != '\0') {
        int length = snprintf(filter, sizeof filter, "%c%s", IF_FILTER_TEXT, described->filter);

        if (length > 0 && (size_t)length < sizeof filter)
            add(&options, tb_pcapng_octets(TB_PCAPNG_IF_FILTER, filter, (size_t)length));
    }
    add_text(&options, TB_PCAPNG_IF_OS, described->machine->system);
    block.options = options.list;
    block.option_count = options.count;
    return tb_pcapng_add_interface(room, &block);
}

int tb_blocks_add_process(struct tb_output *output, const struct tb_owner *owner)
{
    const struct tb_octet_string *comm = &owner->text[TB_OWNER_COMM];
    struct tb_pcapng *room = tb_output_room(output, BLOCK_ROOM);
    struct tb_pcapng_option name;
    uint32_t pid = owner->pid;

    if (room == NULL)
        return -ENOMEM;
    name = tb_pcapng_octets(OPTION_PROCESS_NAME, comm->octets, comm->length);
    return tb_pcapng_add_block(room, BLOCK_PROCESS, &pid, sizeof pid, &name, comm->length > 0);
}

int tb_blocks_add_packet(struct tb_output *output, const struct tb_packet *packet,
                         const struct tb_remarks *remarks)
{
    size_t note_length = remarks->note == NULL ? 0 : strlen(remarks->note);
    struct tb_pcapng *room = tb_output_room(output, packet->captured + note_length + PACKET_ROOM);
    struct options options = { .count = 0 };
    struct tb_pcapng_packet block = { .interface = packet->source,
                                      .ticks = tb_pcapng_ticks(packet->time_ns, TSRESOL),
                                      .data = packet->data,
                                      .captured = packet->captured,
                                      .length = packet->length };

    if (room == NULL)
        return -ENOMEM;
    add_text(&options, TB_PCAPNG_COMMENT, remarks->note);
    if (remarks->process != TB_NO_PROCESS)
        add(&options, tb_pcapng_number(OPTION_PACKET_PROCESS, 4, (uint64_t)remarks->process));
    block.options = options.list;
    block.option_count = options.count;
    return tb_pcapng_add_packet(room, &block);
}

int tb_blocks_add_statistics(struct tb_output *output, uint32_t interface,
                             const struct tb_statistics *statistics)
{
    struct tb_pcapng *room = tb_output_room(output, BLOCK_ROOM);
    uint64_t ended = tb_pcapng_ticks(statistics->ended_ns, TSRESOL);
    struct options options = { .count = 0 };
    char comment[256];

    if (room == NULL)
        return -ENOMEM;
    (void)snprintf(comment, sizeof comment,
                   "tcp-breath-statistics v=1 mechanism=%s lost=%" PRIu64 " forgotten=%" PRIu64
                   " undecided=%" PRIu64,
                   tb_mechanism_name(statistics->mechanism), statistics->lost,
                   statistics->forgotten, statistics->undecided);
    add(&options,
        tb_pcapng_time(TB_PCAPNG_ISB_STARTTIME, tb_pcapng_ticks(statistics->begun_ns, TSRESOL)));
    add(&options, tb_pcapng_time(TB_PCAPNG_ISB_ENDTIME, ended));
    if (statistics->counts_known) {
        add(&options, tb_pcapng_number(TB_PCAPNG_ISB_IFRECV, 8, statistics->received));
        add(&options, tb_pcapng_number(TB_PCAPNG_ISB_IFDROP, 8,
                                       statistics->dropped + statistics->interface_dropped));
        add(&options, tb_pcapng_number(TB_PCAPNG_ISB_OSDROP, 8, statistics->dropped));
    }
    add(&options, tb_pcapng_number(TB_PCAPNG_ISB_USRDELIV, 8, statistics->delivered));
    add_text(&options, TB_PCAPNG_COMMENT, comment);
    return tb_pcapng_add_statistics(room, interface, ended, options.list, options.count);
}
