/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drive.c - plays scenarios with real sockets; leaves a capture and the kernel's word on it
 *
 *   live-drive --list WIRE                 names the scenarios that can be played there
 *   live-drive WIRE SCENARIO PCAP KERNEL   plays one */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "scenarios.h"

static enum tb_wire wire_named(const char *name)
{
    for (int wire = 0; wire < TB_WIRE_COUNT; wire++) {
        if (strcmp(name, tb_wire_name((enum tb_wire)wire)) == 0)
            return (enum tb_wire)wire;
    }
    tb_fail("no such wire");
}

static const struct tb_scenario *scenario_named(const char *name, enum tb_wire wire)
{
    for (const struct tb_scenario *one = tb_scenarios; one->name; one++) {
        if (strcmp(name, one->name) == 0 && one->wires >> wire & 1u)
            return one;
    }
    tb_fail("no such scenario on this wire");
}

static void list(enum tb_wire wire)
{
    for (const struct tb_scenario *one = tb_scenarios; one->name; one++) {
        if (one->wires >> wire & 1u)
            puts(one->name);
    }
}

/* Where nothing is held up, the kernel's word is not so exact that an allowance is always needed.
 */
static void print(const struct tb_world *world, const char *path)
{
    const struct tb_scenario *scenario = world->scenario;
    bool exact = world->net.wire == TB_WIRE_RELAY;
    FILE *out = fopen(path, "we");

    if (!out)
        tb_fail("%s cannot be written", path);
    tb_record_print(&world->record, out);
    for (const struct tb_allowance *one = scenario->allowed; one->times; one++)
        fprintf(out, "allow\t%s\t%s\t%s\t%u\t%u\t%s\n", tb_end_name(one->end), one->ours,
                one->kernel, exact ? one->times : 0, one->times, one->reason);
    if (scenario->steps)
        fprintf(out, "steps\t%s\n", scenario->steps);
    if (fclose(out) != 0)
        tb_fail("%s cannot be written", path);
}

int main(int count, char **arguments)
{
    static struct tb_world world;
    const struct tb_scenario *scenario;
    enum tb_wire wire;

    if (count == 3 && strcmp(arguments[1], "--list") == 0) {
        list(wire_named(arguments[2]));
        return EXIT_SUCCESS;
    }
    if (count != 5)
        tb_fail("usage: live-drive --list WIRE | live-drive WIRE SCENARIO PCAP KERNEL");
    wire = wire_named(arguments[1]);
    scenario = scenario_named(arguments[2], wire);
    tb_fail_name(scenario->name);
    tb_world_make(&world, scenario, wire, arguments[3]);
    scenario->play(&world);
    tb_world_finish(&world);
    print(&world, arguments[4]);
    return EXIT_SUCCESS;
}
