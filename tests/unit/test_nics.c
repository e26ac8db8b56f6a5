/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_nics.c - what a network interface is, and how its facts are written */
#include "nicname.h"
#include "nictext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cmocka.h>

static enum tb_nic_family family(const char *name, const char *kind, uint16_t type)
{
    struct tb_rt_link link = { .index = 1, .type = type };

    (void)snprintf(link.name, sizeof(link.name), "%s", name);
    (void)snprintf(link.kind, sizeof(link.kind), "%s", kind);
    return tb_nic_family(&link);
}

static void hardware_is_told_by_its_name(void **state)
{
    (void)state;
    assert_int_equal(family("eth0", "", ARPHRD_ETHER), TB_NIC_ETH);
    assert_int_equal(family("ens3", "", ARPHRD_ETHER), TB_NIC_EN);
    assert_int_equal(family("enp0s3", "", ARPHRD_ETHER), TB_NIC_EN);
    assert_int_equal(family("enx0250b6000001", "", ARPHRD_ETHER), TB_NIC_EN);
    assert_int_equal(family("wlp3s0", "", ARPHRD_ETHER), TB_NIC_WIRELESS);
    assert_int_equal(family("wlan0", "", ARPHRD_ETHER), TB_NIC_WIRELESS);
    assert_int_equal(family("lan", "", ARPHRD_ETHER), TB_NIC_ETHERNET);
    assert_int_equal(family("english", "", ARPHRD_ETHER), TB_NIC_ETHERNET);
}

static void the_kernel_s_word_counts_more_than_the_name(void **state)
{
    (void)state;
    assert_int_equal(family("eth0", "veth", ARPHRD_ETHER), TB_NIC_VETH);
    assert_int_equal(family("eth0", "macvlan", ARPHRD_ETHER), TB_NIC_COPY);
    assert_int_equal(family("docker0", "", ARPHRD_ETHER), TB_NIC_ETHERNET);
    assert_int_equal(family("veth0", "bridge", ARPHRD_ETHER), TB_NIC_BRIDGE);
    assert_int_equal(family("eth0", "something", ARPHRD_ETHER), TB_NIC_UNKNOWN);
    assert_int_equal(family("wg0", "tun", ARPHRD_NONE), TB_NIC_TUN);
    assert_int_equal(family("vpn", "wireguard", ARPHRD_NONE), TB_NIC_WIREGUARD);
}

static void a_bridge_is_told_by_who_names_so(void **state)
{
    (void)state;
    assert_int_equal(family("docker0", "bridge", ARPHRD_ETHER), TB_NIC_DOCKER);
    assert_int_equal(family("virbr0", "bridge", ARPHRD_ETHER), TB_NIC_LIBVIRT);
    assert_int_equal(family("br-0123456789ab", "bridge", ARPHRD_ETHER), TB_NIC_DOCKER_NETWORK);
    assert_int_equal(family("br-lan", "bridge", ARPHRD_ETHER), TB_NIC_BRIDGE);
    assert_int_equal(family("virbr0-nic", "tun", ARPHRD_ETHER), TB_NIC_LIBVIRT_NIC);
    assert_int_equal(family("tap0", "tun", ARPHRD_ETHER), TB_NIC_TAP);
}

static void loopback_is_a_flag(void **state)
{
    const struct tb_rt_link link = { .name = "lo", .type = ARPHRD_LOOPBACK, .flags = IFF_LOOPBACK };

    (void)state;
    assert_int_equal(tb_nic_family(&link), TB_NIC_LOOPBACK);
    assert_int_equal(family("lo0", "dummy", ARPHRD_ETHER), TB_NIC_DUMMY);
}

static void names_of_a_mac_are_known(void **state)
{
    (void)state;
    assert_int_equal(tb_nic_family_of_name("awdl0"), TB_NIC_AWDL);
    assert_int_equal(tb_nic_family_of_name("llw0"), TB_NIC_LLW);
    assert_int_equal(tb_nic_family_of_name("utun3"), TB_NIC_UTUN);
    assert_int_equal(tb_nic_family_of_name("en0"), TB_NIC_EN);
    assert_int_equal(tb_nic_family_of_name("lo0"), TB_NIC_LOOPBACK);
    assert_int_equal(tb_nic_family_of_name("lol"), TB_NIC_UNKNOWN);
    assert_int_equal(tb_nic_family_of_name(""), TB_NIC_UNKNOWN);
}

static void an_example_is_of_its_own_family(void **state)
{
    (void)state;
    for (int family = 0; family < TB_NIC_FAMILY_COUNT; family++) {
        const char *example = tb_nic_family_example((enum tb_nic_family)family);

        assert_non_null(tb_nic_family_name((enum tb_nic_family)family));
        /* A VLAN is not told by its name alone. */
        if (example != NULL && family != TB_NIC_VLAN)
            assert_int_equal(tb_nic_family_of_name(example), family);
    }
}

/* ---- Texts */

static void is_text(struct tb_line *line, const char *expected)
{
    assert_string_equal(tb_line_text(line), expected);
    tb_line_free(line);
}

static void flags_are_ifconfig_s_and_ip_s(void **state)
{
    static const uint32_t flags =
        IFF_UP | IFF_BROADCAST | IFF_RUNNING | IFF_MULTICAST | IFF_LOWER_UP;
    struct tb_line line = { 0 };

    (void)state;
    tb_nic_put_flags(&line, flags);
    is_text(&line, "4163<UP,BROADCAST,RUNNING,MULTICAST>");
    assert_string_equal(tb_nic_flag_name(flags, 0), "BROADCAST");
    assert_string_equal(tb_nic_flag_name(flags, 2), "UP");
    assert_string_equal(tb_nic_flag_name(flags, 3), "LOWER_UP");
    assert_null(tb_nic_flag_name(flags, 4));
    assert_string_equal(tb_nic_flag_name(IFF_UP, 0), "NO-CARRIER");
}

static void a_netmask_is_written_out(void **state)
{
    static const struct {
        unsigned prefix;
        const char *text;
    } rows[] = {
        { 0, "0.0.0.0" },           { 8, "255.0.0.0" },        { 10, "255.192.0.0" },
        { 24, "255.255.255.0" },    { 31, "255.255.255.254" }, { 32, "255.255.255.255" },
        { 128, "255.255.255.255" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tb_line line = { 0 };

        tb_nic_put_netmask(&line, rows[i].prefix);
        is_text(&line, rows[i].text);
    }
}

static void sizes_are_rounded_down_like_ifconfig_s(void **state)
{
    static const struct {
        uint64_t octets;
        const char *text;
    } rows[] = {
        { 0, "0.0 B" },
        { 1024, "1024.0 B" },
        { 1360, "1.3 KiB" },
        { 551335037, "525.7 MiB" },
        { (uint64_t)3 << 40, "3.0 TiB" },
        { UINT64_MAX, "16383.0 PiB" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tb_line line = { 0 };

        tb_nic_put_size(&line, rows[i].octets);
        is_text(&line, rows[i].text);
    }
}

static void names_are_in_the_order_of_their_numbers(void **state)
{
    (void)state;
    assert_true(tb_nic_compare_names("eth2", "eth10") < 0);
    assert_true(tb_nic_compare_names("eth10", "eth2") > 0);
    assert_true(tb_nic_compare_names("br0", "eth0") < 0);
    assert_true(tb_nic_compare_names("eth0", "eth0.100") < 0);
    assert_int_equal(tb_nic_compare_names("lo", "lo"), 0);
    assert_true(tb_nic_compare_names("", "lo") < 0);
    assert_true(tb_nic_compare_names("veth", "veth1") < 0);
}

static void one_bit_means_two_things(void **state)
{
    struct tb_rt_address address = { .family = AF_INET6,
                                     .flags = IFA_F_PERMANENT | IFA_F_TEMPORARY };

    (void)state;
    assert_string_equal(tb_nic_address_flag(&address, 0), "temporary");
    address.family = AF_INET;
    assert_string_equal(tb_nic_address_flag(&address, 0), "secondary");
    assert_null(tb_nic_address_flag(&address, 1));
    address.flags = 0;
    assert_string_equal(tb_nic_address_flag(&address, 0), "dynamic");
}

static void what_is_not_known_has_no_name(void **state)
{
    (void)state;
    assert_string_equal(tb_nic_operstate_name(200), "UNKNOWN");
    assert_null(tb_nic_bond_mode_name(200));
    assert_null(tb_nic_type_name(60000));
    assert_true(tb_nic_mac_is_zero(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hardware_is_told_by_its_name),
        cmocka_unit_test(the_kernel_s_word_counts_more_than_the_name),
        cmocka_unit_test(a_bridge_is_told_by_who_names_so),
        cmocka_unit_test(loopback_is_a_flag),
        cmocka_unit_test(names_of_a_mac_are_known),
        cmocka_unit_test(an_example_is_of_its_own_family),
        cmocka_unit_test(flags_are_ifconfig_s_and_ip_s),
        cmocka_unit_test(a_netmask_is_written_out),
        cmocka_unit_test(sizes_are_rounded_down_like_ifconfig_s),
        cmocka_unit_test(names_are_in_the_order_of_their_numbers),
        cmocka_unit_test(one_bit_means_two_things),
        cmocka_unit_test(what_is_not_known_has_no_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
