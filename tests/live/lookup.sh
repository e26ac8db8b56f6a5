#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lookup.sh - while tshark captures, the plugin names who holds a socket, and never a wrong process
#
# usage: lookup.sh BINARIES
#
# On the loopback device of a network namespace of its own. What live-holding's processes say of
# themselves is the truth.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1

tb_is_root || tb_skip "a network namespace and a capture need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
begin_capturing
tb_require_plugin
tb_share "$binaries/live-holding"
holding=$TB_TMP/live-holding

ONE=8001 FORK=8002 LATE=8003 ROOTS=8004
LAST=40999 # the client port of the connection that ends a capture
captures=

nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'

# WHO ARGUMENT...: a holder in the background; its pid in $holder
hold()
{
    as=$1
    shift
    # shellcheck disable=SC2086 # a command
    (exec $as "$holding" "$@" >>truth) &
    holder=$!
    children="$children $holder"
}

# A look has 20 ms, and it would spend them waiting where all processors are busy.
before_others='chrt -r 1'
$before_others true 2>/dev/null || before_others=

# CAPABILITIES OUTPUT ARGUMENT...: tshark as another user; its pid in $tshark
capture()
{
    rights=$1
    output=$work/$2
    shift 2
    (
        cd "$TB_TMP"
        # shellcheck disable=SC2086 # a command
        exec env -i PATH="$PATH" HOME="$TB_TMP/home" TMPDIR="$TB_TMP/out" TZ=UTC LC_ALL=C.UTF-8 \
            WIRESHARK_PLUGIN_DIR="$TB_TMP/wireshark/plugins" \
            ${TB_PRELOAD:+"LD_PRELOAD=$TB_PRELOAD"} \
            ${TB_PRELOAD:+WIRESHARK_DEBUG_WMEM_OVERRIDE=simple} \
            ${TB_PRELOAD:+"ASAN_OPTIONS=${TB_ASAN_OPTIONS:-detect_leaks=0}"} \
            ${TB_PRELOAD:+UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1} \
            $before_others setpriv --reuid 65534 --regid 65534 --clear-groups \
            --inh-caps "$rights" --ambient-caps "$rights" \
            tshark -n -l "$@" >"$output" 2>"$output.err"
    ) &
    tshark=$!
    children="$children $tshark"
}

# COUNT: so many packet sockets capture
captures_run()
{
    [ "$(awk '$6 == 1' /proc/net/packet | wc -l)" -ge "$1" ]
}

# CAPABILITIES OUTPUT OPTION...: what check_names reads
capture_fields()
{
    capture "$@" -T fields -E 'separator=|' -E occurrence=f -e frame.number -e tcp.srcport \
        -e tcp.dstport -e tcp-breath.connection -e tcp-breath.src.pid -e tcp-breath.dst.pid \
        -e tcp-breath.src.process -e tcp-breath.src.source -e tcp-breath.src.certainty \
        -e tcp-breath.mechanism -e ip.src -e ipv6.src -e ip.dst -e ipv6.dst
    captures="$captures $tshark"
}

# A connection that shows that everything before it has been printed.
end_captures()
{
    hold "$nobody" once $ONE $LAST
    for output in "$@"; do
        await grep -q "$LAST" "$output"
    done
    for process in $captures; do
        kill -INT "$process"
        wait "$process" || tb_fail "tshark ended with $?: $(cat ./*.err)"
    done
    captures=
}

serve()
{
    hold "$1" serve "$2" "$3"
    await grep -q "$(printf ':%04X 0*:0000 0A' "$2")" /proc/net/tcp6
}

# Servers anew, without clients; the truth begins.
serve_all()
{
    end_children
    wait
    children=
    : >truth
    serve "$nobody" $ONE one
    serve "$nobody" $FORK fork
    serve "$nobody" $LATE late
    late=$holder
    serve '' $ROOTS one
}

# SHOWN: every process that is named there holds that end of that connection. Prints the ends that
# are named, "client 8001" and "client 40001", once each.
check_names()
{
    awk -F'|' '
        FILENAME == ARGV[1] {
            split($0, word, " ")
            key = word[2] " " word[3]
            truth[key, ++truths[key]] = word[1]
            next
        }
        function is_server(port) { return port >= 8000 && port < 9000 }
        # the n-th connection from a port is that of the n-th process
        function generation(port, connection) {
            if (!((port, connection) in known))
                known[port, connection] = ++generations[port]
            return known[port, connection]
        }
        function name(end, port) { if (!((end, port) in told)) print end, port; told[end, port] = 1 }
        function check(pid, end, port, server, connection) {
            n = generation(port, connection)
            if (pid == "")
                return
            if (pid != truth[end " " port, n]) {
                print "frame " $1 ": the " end " of " port " is " truth[end " " port, n] ", not " pid
                wrong = 1
            } else {
                name(end, port)
                name(end, server)
            }
        }
        {
            server = is_server($2) ? $2 : $3
            port = is_server($2) ? $3 : $2
            check($5, is_server($2) ? "server" : "client", port, server, $4)
            check($6, is_server($2) ? "client" : "server", port, server, $4)
        }
        END { exit wrong }' truth "$1"
}

# SHOWN END: it is named
is_named()
{
    check_names "$1" | grep -qx "$2"
}

# TREE PORTS: what is said of the process at the ends with such ports, each once
said_of()
{
    awk -v ports=":$2\$" '/^    (From|To): / { ours = $0 ~ ports }
        ours && /^        Process: / { sub(/^ *Process: /, ""); print }' "$1" | sort -u
}

# TREE PORTS WORDS
says()
{
    said_of "$1" "$2" | grep -qF -- "$3"
}

# WHO WHAT SERVER TEST...: connections, one after the other, until the test succeeds: where all
# processors are busy, packets come too late to be asked for, and looks find nobody in time. Their
# client's ports follow on $client.
until_shown()
{
    who=$1
    what=$2
    server=$3
    shift 3
    tries=0
    until "$@" >/dev/null 2>&1; do
        [ $tries -lt 1200 ] || tb_fail "not shown: $*; $(cat truth shown 2>/dev/null)"
        if [ $((tries % 60)) -eq 0 ]; then
            client=$((client + 1))
            hold "$who" "$what" "$server" $client
        fi
        tries=$((tries + 1))
        sleep 0.05
    done
}

it_names_who_stays_and_says_why_not_who_does_not()
{
    serve_all
    capture_fields +net_raw,+net_admin shown -i lo -f tcp
    capture +net_raw,+net_admin tree -i lo -f tcp -O tcp-breath
    captures="$captures $tshark"
    await captures_run 2
    client=41000
    until_shown "$nobody" once $ONE says tree '41...' \
        "unknown (its socket was gone before Wireshark could ask for it; breathdump"
    client=42000
    until_shown "$nobody" ask $LATE says tree $LATE "unknown (no process had accepted the connection"
    kill -USR1 "$late"
    until_shown "$nobody" ask $LATE is_named shown "client $LATE"
    until_shown "$nobody" ask $LATE is_named shown "server $LATE"
    until_shown "$nobody" ask $ONE is_named shown "client $ONE"
    until_shown "$nobody" ask $ONE is_named shown "server $ONE"
    until_shown "$nobody" ask $ONE says tree '42...' "shows that the socket found is this connection's: live"
    until_shown "$nobody" ask $FORK is_named shown "client $FORK"
    until_shown "$nobody" ask $FORK says tree $FORK "unknown (several processes hold the socket"
    until_shown "$nobody" ask $ROOTS is_named shown "client $ROOTS"
    until_shown "$nobody" ask $ROOTS says tree $ROOTS \
        "unknown (it is none of the processes that Wireshark may look into"
    client=43000
    until_shown '' ask $ONE says tree '43...' \
        "unknown (it is none of the processes that Wireshark may look into"
    client=44000
    until_shown "$nobody" reuse $ONE is_named shown 'client 44...'
    until_shown "$nobody" reuse $ONE is_named shown 'server 44...'
    end_captures shown tree
    check_names shown >named || tb_fail "$(cat named)"
    ! grep -qx -e "server $ROOTS" -e 'client 43...' named ||
        tb_fail "named in spite of doubt: $(cat named)"
    ! says tree '41...' live-holding || tb_fail "a client that was gone is named"
    [ "$(awk -F'|' '$7 != "" { print $7, $8, $9, $10 }' shown | sort -u)" = \
        "live-holding live unsure live" ] || tb_fail "$(awk -F'|' '$7 != ""' shown)"
    grep -q 'Known by: live (it was found' tree || tb_fail "not said how it is known"
    grep -q 'Certainty: unsure (others may hold' tree || tb_fail "not said why it is unsure"
}

# Processes that have begun since the boot
begun()
{
    awk '$1 == "processes" { print $2 }' /proc/stat
}

# SHOWN: somebody is sure; nobody can be where processes begin during each look, a hundred a second
is_sure()
{
    ! grep -q '|sure|live|' "$1" || return 0
    [ "$tries" -ge 600 ] && [ $(($(begun) - before)) -ge 3000 ]
}

who_may_look_everywhere_is_sure()
{
    serve_all
    capture_fields +net_raw,+net_admin,+sys_ptrace,+dac_read_search sure -i lo -f tcp
    await captures_run 1
    client=45000
    before=$(begun)
    until_shown '' ask $ROOTS is_named sure "client $ROOTS"
    until_shown '' ask $ROOTS is_named sure "server $ROOTS"
    until_shown '' ask $ROOTS is_sure sure
    grep -q '|sure|live|' sure ||
        printf 'nobody was sure: %d processes began meanwhile\n' $(($(begun) - before))
    end_captures sure
    check_names sure >named || tb_fail "$(cat named)"
}

# Packets that another program captures; IPv6, and IPv4 on the server's IPv6 socket.
it_names_who_sends_over_a_pipe_and_over_ipv6()
{
    serve_all
    mkfifo -m 644 pipe
    # shellcheck disable=SC2094 # a pipe
    (exec dumpcap -q -P -i lo -f tcp -w - >pipe 2>/dev/null) &
    children="$children $!"
    capture_fields -all piped -i "$work/pipe"
    await captures_run 1
    client=46000
    until_shown "$nobody" ask $ONE is_named piped 'client 46...'
    until_shown "$nobody" ask $ONE is_named piped 'server 46...'
    client=47000
    until_shown "$nobody" ask6 $ONE is_named piped 'client 47...'
    until_shown "$nobody" ask6 $ONE is_named piped 'server 47...'
    end_captures piped
    check_names piped >named || tb_fail "$(cat named)"
}

# Clients that live for a millisecond, and servers of every kind.
of_a_population_nobody_is_named_wrongly()
{
    serve_all
    capture_fields +net_raw,+net_admin,+sys_ptrace,+dac_read_search crowd -i lo -f tcp
    await captures_run 1
    "$binaries/live-population" --clients=40 --drivers=4 --idle=20 crowd.truth >/dev/null
    end_captures crowd
    awk -F'|' '
        function plain(address) { sub(/^::ffff:/, "", address); return address }
        function check(pid, from, from_port, to, to_port) {
            end = from " " from_port " " to " " to_port
            if (pid == "" || from_port == last || to_port == last)
                return
            if (!((end, pid) in holds)) { print "frame " $1 ": " end " is not " pid "s"; wrong++ }
            else if (!(end in told)) { told[end] = 1; named++ }
        }
        FILENAME == ARGV[1] {
            split($0, word, " ")
            end = plain(word[2]) " " word[3] " " plain(word[4]) " " word[5]
            holds[end, word[6]] = 1
            ends++
            next
        }
        {
            check($5, $11 $12, $2, $13 $14, $3)
            check($6, $13 $14, $3, $11 $12, $2)
        }
        END { printf "of %d ends %d named, %d frames wrongly\n", ends, named, wrong; exit wrong != 0 }
        ' crowd.truth last=$LAST crowd || tb_fail "somebody is named who is not there"
}

# FILE WORDS: nobody is named in it, and why
names_nobody()
{
    tb_run tshark -n -r "$1" -O tcp-breath >later
    grep -qF "$2" later || tb_fail "$1: not said: $2; $(grep -m 3 Process: later)"
    ! grep -q 'Process ID' later || tb_fail "$1: somebody is named"
}

a_file_names_nobody()
{
    serve_all
    (cd "$TB_TMP" && exec dumpcap -q -i lo -f tcp -c 8 -w out/later.pcapng 2>/dev/null) &
    dump=$!
    children="$children $dump"
    await captures_run 1
    hold "$nobody" ask $ONE 40021 # it is still there while the file is read
    wait $dump
    chmod a+r "$TB_TMP/out/later.pcapng"
    # packets are fresh for two seconds
    last=$(tshark -n -r "$TB_TMP/out/later.pcapng" -T fields -e frame.time_epoch 2>/dev/null | tail -1)
    await sh -c "[ \$(date +%s) -ge $((${last%.*} + 3)) ]"
    names_nobody out/later.pcapng 'captured without process information'
}

# Where all processors are busy, packets are read too late to be fresh: several tries.
a_capture_of_another_machine_names_nobody()
{
    first=$(tshark -n -r "$TB_TMP/captures/article.pcapng" -c 1 -T fields \
        -e frame.time_epoch 2>/dev/null)
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        editcap -t "$(($(date +%s) + 1 - ${first%.*}))" "$TB_TMP/captures/article.pcapng" \
            "$TB_TMP/out/fresh.pcapng"
        chmod a+r "$TB_TMP/out/fresh.pcapng"
        tb_run tshark -n -r out/fresh.pcapng -O tcp-breath >fresh 2>/dev/null
        ! grep -q 'Process ID' fresh || tb_fail "somebody is named: $(grep Process fresh)"
        ! grep -q 'its socket was gone' fresh || return 0
    done
    tb_fail "not asked for: $(grep Process fresh)"
}

# SHOWN PORT COUNT
has_shown()
{
    [ "$(grep -c "$2" "$1")" -ge "$3" ]
}

a_preference_turns_it_off()
{
    serve_all
    capture_fields +net_raw,+net_admin off -i lo -f tcp -o tcp-breath.live_processes:FALSE
    await captures_run 1
    hold "$nobody" ask $ONE 40031
    await has_shown off 40031 15
    end_captures off
    check_names off >named
    [ ! -s named ] || tb_fail "named in spite of the preference: $(cat named)"
}

for test in \
    it_names_who_stays_and_says_why_not_who_does_not \
    who_may_look_everywhere_is_sure \
    it_names_who_sends_over_a_pipe_and_over_ipv6 \
    of_a_population_nobody_is_named_wrongly \
    a_file_names_nobody \
    a_capture_of_another_machine_names_nobody \
    a_preference_turns_it_off; do
    $test
    printf 'ok: %s\n' "$test"
done
