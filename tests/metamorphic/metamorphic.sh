#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# metamorphic.sh - the way a conversation travels does not change what its segments mean
#
# Conversations of captures/src are rendered in every link type, tunnel and file format that capgen
# knows; the layer of every segment, with its sentence, states, marks and numbers, must be that of
# the same segment on Ethernet. Three things are made comparable first: addresses are left out,
# frame numbers become segment numbers (fragments need more frames than segments), and for A-MSDU,
# where two segments share a frame and its time, frames and times are left out.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

CAPGEN=${TB_BUILD_DIR:?}/bin/capgen
failures=0

# Not: what is about a way of travelling itself, or about frames that are not whole. Where the ways
# there and back are unlike, numbers tell that they belong together, and a SYN that answers none has
# none to tell. Packets of the old pcap format have no comments.
unlike=
conversations()
{
    for source in "$TB_SOURCE_DIR"/captures/src/*.cap; do
        case ${source##*/} in
        simultaneous-open.cap) [ -n "$unlike" ] || printf '%s\n' "$source" ;;
        two-*.cap | one-way-tunnel.cap | snaplen.cap | icmp-quote.cap | lengths.cap | bad-header.cap | process-*.cap) ;;
        *) printf '%s\n' "$source" ;;
        esac
    done
}

# name, then capgen's arguments
ways()
{
    cat <<'END'
bsd-loopback              --link null
bsd-loopback-big-endian   --link null-be
bsd-loopback-ipv6         --link null,ipv6
linux-loopback            --link lo
vlan                      --link ethernet,vlan=10
qinq                      --link ethernet,svlan=10,vlan=20
mpls                      --link ethernet,mpls=1000
mpls-two-labels           --link ethernet,mpls=1000,mpls=2000
pppoe                     --link ethernet,pppoe=7
pppoe-in-vlan-ipv6        --link ethernet,vlan=10,pppoe=7,ipv6
linux-cooked-1            --link sll
linux-cooked-2            --link sll2
raw-ip                    --link raw
ipv6                      --link ethernet,ipv6
ipv6-extension-headers    --link ethernet,ip6ext
raw-ipv6-extensions       --link raw,ip6ext
gre                       --link ethernet,gre
gre-ipv6                  --link ethernet,gre,ipv6
ip-in-ip                  --link ethernet,ipip
ipv6-in-ip                --link ethernet,ipip,ipv6
vxlan                     --link ethernet,vxlan=42
vxlan-vlan                --link ethernet,vxlan=42,vlan=10
vxlan-on-cooked-2         --link sll2,vxlan=42
geneve                    --link ethernet,geneve=42
gre-with-a-key            --link null,grekey=7
gtp-u                     --link raw,gtpu=7
tunnel-one-way            --link ethernet,ipip-out
tunnel-in-tunnel          --link ethernet,vlan=10,vxlan=42,gtpu=7
fragments                 --link ethernet,fragment=256
small-fragments           --link ethernet,fragment=16
ipv6-fragments            --link ethernet,ip6ext,fragment=256
pktap                     --link pktap
amsdu                     --link amsdu
pcap                      --link ethernet --format pcap
pcap-big-endian           --link ethernet --format pcap-be
pcap-nanoseconds          --link ethernet --format pcap-ns
pcap-nanoseconds-big      --link ethernet --format pcap-ns-be
pcapng-big-endian         --link ethernet --format pcapng-be
pcapng-microseconds       --link ethernet --format pcapng-us
bsd-loopback-pcap-big     --link null-be --format pcap-be
END
}

# $1: tshark's output with our layer's details. Our layers, with segments instead of frames; within
# an A-MSDU they are indented.
layers_of()
{
    awk '
        { match($0, /^ */) }
        /^Frame [0-9]+:/ { frame = $2 + 0 }
        /^ *TCP Breath, / {
            indent = RLENGTH
            segments++
            if (pass == 1)
                segment_of[frame] = segments
            else
                print ""
            ours = 1
            if (pass == 2)
                print substr($0, indent + 1)
            next
        }
        RLENGTH <= indent { ours = 0 }
        pass == 1 || !ours { next }
        { $0 = substr($0, indent + 1) }
        /^    (From|To): / { sub(/, .*/, "") }
        /^ *\[.*frame: [0-9]+\]$/ {
            number = $NF
            sub(/\]$/, "", number)
            sub(/frame: [0-9]+\]$/, "segment: " segment_of[number] "]")
        }
        { print }
    ' pass=1 "$1" pass=2 "$1"
}

without_frames_and_times()
{
    sed -E '/Expert Info .*response was slow/,/Group:/d
        /\[.*segment: [0-9]*\]$/d
        s/[0-9]+(\.[0-9]+)? (s|ms|µs)([^A-Za-z]|$)/TIME\3/g' "$1"
}

# $1: name, then capgen's arguments: leaves $TB_TMP/NAME
look()
{
    name=$1
    shift
    # shellcheck disable=SC2046 # our file names have no blanks
    "$CAPGEN" "$@" -o "$TB_TMP/file" $(conversations) || tb_fail "capgen: $name"
    chmod a+r "$TB_TMP/file"
    tb_run tshark -2 -n -r file -o tcp-breath.language:en -O tcp-breath,wlan_aggregate >"$TB_TMP/tree" ||
        tb_fail "tshark: $name"
    layers_of "$TB_TMP/tree" >"$TB_TMP/$name"
}

# $1: what there is; $2: what there should be, where that is not what Ethernet has
compare()
{
    expected=$TB_TMP/${2:-ethernet$unlike}
    if [ "$1" = amsdu ]; then
        without_frames_and_times "$TB_TMP/ethernet" >"$TB_TMP/ethernet-amsdu"
        without_frames_and_times "$TB_TMP/amsdu" >"$TB_TMP/amsdu-only"
        mv "$TB_TMP/amsdu-only" "$TB_TMP/amsdu"
        expected=$TB_TMP/ethernet-amsdu
    fi
    diff -u "$expected" "$TB_TMP/$1" >"$TB_TMP/difference" && return
    printf '%s differs from Ethernet:\n' "$1" >&2
    head -n 40 "$TB_TMP/difference" >&2
    failures=$((failures + 1))
}

# name, two ways, and a display filter that finds what takes the first one
pairs()
{
    cat <<'END'
two-vxlans    ethernet,vxlan=42    ethernet,vxlan=43    vxlan.vni==42
two-geneves   ethernet,geneve=42   ethernet,geneve=43   geneve.vni==42
two-keys      ethernet,grekey=7    ethernet,grekey=8    gre.key==7
two-labels    ethernet,mpls=1000   ethernet,mpls=2000   mpls.label==1000
two-stacks    ethernet,svlan=1,vlan=9    ethernet,svlan=2,vlan=9    ieee8021ad.id==1
two-sessions  ethernet,pppoe=7     ethernet,pppoe=8     pppoe.session_id==7
in-and-out    ethernet             ethernet,ipip        !ip.proto==4&&!ip.proto==41
END
}

without_numbers()
{
    sed '/^    \[Connection: [0-9]*\]$/d' "$1"
}

# Every conversation at once in two tunnels, to the octet the same: those in one are told as if there
# were no others. $1: name, $2, $3: ways, $4: filter
look_at_one_of_two()
{
    name=$1
    # shellcheck disable=SC2046 # our file names have no blanks
    for way in "$2" "$3"; do
        "$CAPGEN" --link "$way" -o "$TB_TMP/$way.pcapng" $(conversations) || tb_fail "capgen: $way"
        chmod a+r "$TB_TMP/$way.pcapng"
    done
    tb_run mergecap -w out/both.pcapng "$2.pcapng" "$3.pcapng" || tb_fail "mergecap: $name"
    tb_run tshark -2 -n -r out/both.pcapng -Y "$4" -o tcp-breath.language:en \
        -O tcp-breath,wlan_aggregate >"$TB_TMP/tree" || tb_fail "tshark: $name"
    layers_of "$TB_TMP/tree" >"$TB_TMP/one"
    without_numbers "$TB_TMP/one" >"$TB_TMP/$name"
    rm "$TB_TMP/$2.pcapng" "$TB_TMP/$3.pcapng" "$TB_TMP/out/both.pcapng"
}

tb_begin
tb_require_plugin
[ -x "$CAPGEN" ] || tb_fail "capgen is not built"
unlike=-unlike
look ethernet-unlike --link ethernet
unlike=
look ethernet --link ethernet
# enough to compare: every phase but the quoted one, and a layer for every segment
[ "$(grep '^    Phase: ' "$TB_TMP/ethernet" | sort -u | wc -l)" -ge 7 ] ||
    tb_fail "hardly anything to compare"
segments=$(grep -c '^TCP Breath' "$TB_TMP/ethernet")
[ "$segments" -eq "$(grep -c '^Frame ' "$TB_TMP/tree")" ] || tb_fail "a segment has no layer"
ways >"$TB_TMP/ways"
while read -r way arguments; do
    case $arguments in
    *gtpu* | *ipip-out*) unlike=-unlike ;;
    *) unlike= ;;
    esac
    # shellcheck disable=SC2086 # several words
    look "$way" $arguments
    compare "$way"
done <"$TB_TMP/ways"
unlike=
without_numbers "$TB_TMP/ethernet" >"$TB_TMP/ethernet-alone"
pairs >"$TB_TMP/pairs"
while read -r name first second filter; do
    look_at_one_of_two "$name" "$first" "$second" "$filter"
    compare "$name" ethernet-alone
done <"$TB_TMP/pairs"
[ "$failures" -eq 0 ] || tb_fail "$failures ways of travelling change the meaning"
printf '%d segments mean the same in %d ways, and in one of two in %d\n' "$segments" \
    "$(wc -l <"$TB_TMP/ways")" "$(wc -l <"$TB_TMP/pairs")"
