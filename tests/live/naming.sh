# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# naming.sh - compares the names in a capture with what a population says of itself
#
# To be sourced after tests/live/capturing.sh.

# FILE: sender, its port, receiver, its port, and the comment, of each packet
comments()
{
    tshark -n -r "$1" -T fields -E separator='|' -E occurrence=f -e ip.src -e ipv6.src \
        -e tcp.srcport -e ip.dst -e ipv6.dst -e tcp.dstport -e frame.comment 2>/dev/null |
        awk -F'|' '{ print $1 $2, $3, $4 $5, $6, $7 }'
}

# TRUTH COMMENTS: which ends are named, and whether each by a process that ever held its socket.
# Fails where one is not, or where nobody is named.
compare_holders()
{
    awk '
        function plain(address) { sub(/^::ffff:/, "", address); return address }
        function value(key, i) {
            for (i = 5; i <= NF; i++)
                if (index($i, key "=") == 1) return substr($i, length(key) + 2)
            return ""
        }
        function check(end, name) {
            if (name == "/" || (end, name) in seen) return
            seen[end, name] = 1
            if (!((end, name) in holds)) { wrong++; if (wrong < 4) print "said " name ": " $0 }
            else named[kind[end]]++
        }
        FILENAME == ARGV[1] {
            end = plain($2) " " $3 " " plain($4) " " $5
            holds[end, $6 "/" $7] = 1
            kind[end] = $1 == "client" ? "client" : "handler"
            all[kind[end]] += $1 != "acceptor"
            next
        }
        {
            check(plain($1) " " $2 " " plain($3) " " $4, value("src.pid") "/" value("src.comm"))
            check(plain($3) " " $4 " " plain($1) " " $2, value("dst.pid") "/" value("dst.comm"))
        }
        END {
            printf "clients: %d of %d named; handlers: %d of %d; %d wrong\n", named["client"],
                all["client"], named["handler"], all["handler"], wrong
            exit !(wrong == 0 && named["client"] + named["handler"] > 0)
        }' "$1" "$2"
}
