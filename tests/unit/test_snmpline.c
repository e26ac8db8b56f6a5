/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_snmpline.c - the counters of /proc/net/snmp and /proc/net/netstat */
#include "snmpline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edge.h"

static const char text[] = "Ip: Forwarding DefaultTTL InReceives\n"
                           "Ip: 2 64 13156\n"
                           "IcmpMsg: InType3\n"
                           "IcmpMsg: 1\n"
                           "Tcp: MaxConn ActiveOpens\n"
                           "Tcp: -1 18446744073709551615\n";

/* "Ip.Forwarding=2 ..." of all counters */
static void read_all(const char *octets, size_t length, char *all, size_t size)
{
    struct tb_snmp snmp;
    struct tb_snmp_counter counter;
    size_t used = 0;

    all[0] = '\0';
    tb_snmp_begin(&snmp, (const char *)tb_edge_put(octets, length), length);
    while (tb_snmp_next(&snmp, &counter) && used < size)
        used += (size_t)snprintf(all + used, size - used, "%.*s.%.*s=%s%llu ",
                                 (int)counter.group.length, counter.group.at,
                                 (int)counter.name.length, counter.name.at,
                                 counter.negative ? "-" : "", (unsigned long long)counter.value);
    assert_true(used < size);
}

static void reads(const char *octets, const char *expected)
{
    char all[512];

    read_all(octets, strlen(octets), all, sizeof(all));
    assert_string_equal(all, expected);
}

static void every_counter_is_read_with_its_group(void **state)
{
    (void)state;
    reads(text, "Ip.Forwarding=2 Ip.DefaultTTL=64 Ip.InReceives=13156 IcmpMsg.InType3=1 "
                "Tcp.MaxConn=-1 Tcp.ActiveOpens=18446744073709551615 ");
}

static void a_group_without_counters_is_passed_over(void **state)
{
    (void)state;
    reads("MPTcpExt:\nMPTcpExt:\nUdp: A\nUdp: 7\n", "Udp.A=7 ");
}

static void unequal_lines_lose_nothing_else(void **state)
{
    (void)state;
    reads("Ip: A B\nIp: 1\nTcp: C\nTcp: 2 3\n", "Ip.A=1 Tcp.C=2 ");
    reads("Ip: A\nTcp: B\nTcp: 4\n", "Tcp.B=4 ");
    reads("no colon\nTcp: B\nTcp: 4\n", "Tcp.B=4 ");
}

static void what_is_no_number_is_no_counter(void **state)
{
    (void)state;
    reads("Ip: A B C D\nIp: x 18446744073709551616 - 5\n", "Ip.D=5 ");
}

static void an_unfinished_line_is_not_read(void **state)
{
    (void)state;
    reads("Tcp: B\nTcp: 42", "");
}

static void a_text_cut_anywhere_is_read_safely(void **state)
{
    char all[512];

    (void)state;
    for (size_t cut = 0; cut < sizeof(text); cut++)
        read_all(text, cut, all, sizeof(all));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_counter_is_read_with_its_group),
        cmocka_unit_test(a_group_without_counters_is_passed_over),
        cmocka_unit_test(unequal_lines_lose_nothing_else),
        cmocka_unit_test(what_is_no_number_is_no_counter),
        cmocka_unit_test(an_unfinished_line_is_not_read),
        cmocka_unit_test(a_text_cut_anywhere_is_read_safely),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
