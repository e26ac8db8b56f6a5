#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump_planted.sh - root's breathdump writes nowhere but where it was told to
#
# usage: breathdump_planted.sh BINARIES
#
# Other users have put links, files and FIFOs under the name of the file. In a network namespace of
# its own.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1

tb_is_root || tb_skip "a network namespace, a capture and other users' files need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
begin_capturing
unset SUDO_UID SUDO_GID

stranger=4711
invoker=4712

# ARGUMENT...: as that user
as_stranger()
{
    setpriv --reuid $stranger --regid $stranger --clear-groups "$@"
}
as_invoker()
{
    setpriv --reuid $invoker --regid $invoker --clear-groups "$@"
}

# A folder as /tmp is, one of the stranger's, one of root's, one of the user who calls sudo
chmod 755 .
mkdir sticky theirs ours sudoers
chmod 1777 sticky
chown $stranger:$stranger theirs
chown $invoker:$invoker sudoers

# WORDS ARGUMENT...: it refuses, at once, and says so
refuses()
{
    words=$1
    shift
    status=0
    timeout 20 "$breathdump" -q -i lo -a duration:0.2 "$@" >/dev/null 2>said || status=$?
    [ "$status" -eq 4 ] || tb_fail "$*: exit status $status, not 4: $(cat said)"
    grep -qF -- "$words" said || tb_fail "$*: said '$(cat said)', not '$words'"
}

# ARGUMENT...: it captures
takes()
{
    timeout 20 "$breathdump" -q -i lo -a duration:0.2 "$@" 2>said || tb_fail "$*: $(cat said)"
}

precious()
{
    printf 'precious\n' >ours/precious
    chmod 644 ours/precious
}

is_untouched()
{
    [ "$(cat ours/precious)" = precious ] || tb_fail "$1: the file behind it is written over"
    [ "$(stat -c %a ours/precious)" = 644 ] || tb_fail "$1: the mode of the file behind it"
}

link_words='over a symbolic link of another user'

another_users_link_is_not_followed()
{
    precious
    for folder in sticky theirs; do
        as_stranger ln -s "$work/ours/precious" $folder/link
        refuses "$folder/link: cannot be written: the way leads $link_words" -w $folder/link
        is_untouched $folder/link
        as_stranger ln -s "$work/ours/new" $folder/dangling
        refuses "$link_words" -w $folder/dangling
        [ ! -e ours/new ] || tb_fail "a file is made where the link leads"
        as_stranger ln -s "$work/ours" $folder/way
        refuses "$link_words" -w $folder/way/new
        [ ! -e ours/new ] || tb_fail "a file is made where the way leads"
        as_stranger ln -s "$work/theirs" $folder/home
        refuses "$link_words" -b packets:9 -w $folder/home/r.pcapng
        [ -z "$(find theirs -name 'r_*')" ] || tb_fail "root's capture is the stranger's"
    done
    refuses '途中に、ほかのユーザーのシンボリックリンクがあります' --lang=ja -w sticky/link
    refuses "theirs/link: cannot be written: the way leads $link_words" -b packets:9 \
        -b printname:theirs/link -w ours/r.pcapng
    is_untouched printname
}

another_name_of_a_file_is_not_written_to()
{
    precious
    ln ours/precious theirs/hard
    refuses 'theirs/hard: cannot be written: the file that is there has other names too' \
        -w theirs/hard
    is_untouched theirs/hard
    rm theirs/hard
}

another_users_file_is_not_written_to()
{
    for folder in sticky theirs; do
        as_stranger sh -c "echo mine >$folder/file"
        refuses "another user's file is there already" -w $folder/file
        [ "$(cat $folder/file)" = mine ] || tb_fail "$folder/file is written over"
    done
}

another_users_fifo_is_not_waited_for()
{
    for folder in sticky theirs; do
        as_stranger mkfifo $folder/fifo
        refuses "another user's FIFO is there" -w $folder/fifo
    done
}

what_is_ones_own_is_taken()
{
    ln -s "$work/ours/behind" sticky/own
    takes -w sticky/own
    [ -s ours/behind ] || tb_fail "root's own link is not followed"
    printf 'a longer file than the one that takes its place%01000d' 0 >ours/old
    chmod 664 ours/old
    takes -w ours/old
    [ "$(stat -c %a ours/old)" = 600 ] || tb_fail "mode $(stat -c %a ours/old) of a file that was there"
    "$binaries/live-blocks" --whole ours/old >walked || tb_fail "ours/old: $(cat walked)"
    mkfifo ours/fifo
    cat ours/fifo >had &
    takes -w ours/fifo
    wait $!
    "$binaries/live-blocks" --whole had >walked || tb_fail "FIFO: $(cat walked)"
    takes -w /dev/null
    takes -w /dev/stdout >had
    "$binaries/live-blocks" --whole had >walked || tb_fail "/dev/stdout, a file: $(cat walked)"
    takes -w /dev/stdout | cat >had
    "$binaries/live-blocks" --whole had >walked || tb_fail "/dev/stdout, a pipe: $(cat walked)"
    (cd ours && takes -w ./../ours//relative && [ -s relative ]) || tb_fail "a relative path"
}

sudos_user_leads_it_only_where_he_may_write_himself()
{
    precious
    export SUDO_UID=$invoker SUDO_GID=$invoker
    as_invoker ln -s target sudoers/link
    takes -w sudoers/link
    [ "$(stat -c '%a %u' sudoers/target)" = "600 $invoker" ] || tb_fail "$(ls -l sudoers)"
    as_invoker mkfifo sudoers/fifo
    cat sudoers/fifo >had &
    takes -w sudoers/fifo
    wait $!
    "$binaries/live-blocks" --whole had >walked || tb_fail "his FIFO: $(cat walked)"
    as_invoker ln -s "$work/ours/precious" sudoers/greedy
    refuses "sudoers/greedy: cannot be written: another user's file is there" -w sudoers/greedy
    is_untouched "the link of sudo's user"
    as_stranger ln -s "$work/sudoers/target" sticky/his
    refuses "$link_words" -w sticky/his
    takes -w ours/roots.pcapng
    [ "$(stat -c %u ours/roots.pcapng)" -eq 0 ] || tb_fail "where root alone may write"
    unset SUDO_UID SUDO_GID
}

# Seconds from now whose names are planted
later_names()
{
    now=$(date +%s) # once: a second may end on the way
    for second in 0 1 2 3 4 5 6 7 8 9; do
        date -d "@$((now + second))" +sticky/r_00002_%Y%m%d%H%M%S.pcapng
    done
}

a_later_file_of_a_ring_is_not_led_astray()
{
    precious
    later_names | while read -r name; do
        as_stranger ln -s "$work/ours/precious" "$name"
    done
    start -i lo -b packets:5 -a duration:30 -w sticky/r.pcapng
    "$binaries/live-hello" 0
    status=0
    wait "$dump" || status=$?
    [ "$status" -eq 4 ] || tb_fail "exit status $status, not 4: $(cat said)"
    grep -q "sticky/r_00002_.*: cannot be written: another user's file is there" said ||
        tb_fail "$(cat said)"
    is_untouched "a ring file"
    [ "$(find sticky -name 'r_00001_*' -size +0 | wc -l)" -eq 1 ] || tb_fail "the first file: $(ls sticky)"
}

# Whoever closes its standard streams does not make another descriptor of its one of them.
closed_streams_stay_closed()
{
    rm -f ours/streams.pcapng
    "$breathdump" -i lo -a duration:2 -w ours/streams.pcapng <&- >&- 2>&- &
    dump=$!
    await test -s ours/streams.pcapng
    for fd in 0 1 2; do
        [ "$(readlink "/proc/$dump/fd/$fd")" = /dev/null ] ||
            tb_fail "descriptor $fd is $(readlink "/proc/$dump/fd/$fd")"
    done
    wait "$dump" || tb_fail "closed streams: exit status $?"
    tcpdump -nr ours/streams.pcapng >/dev/null 2>said || tb_fail "closed streams: $(cat said)"
    status=0
    timeout 20 "$breathdump" -q -i lo -a duration:0.3 -w - >&- 2>said || status=$?
    [ "$status" -eq 4 ] || tb_fail "no standard output: exit status $status: $(cat said)"
}

# It believes sudo's variables, which anybody could set.
set_user_id_is_refused()
{
    install -m 4755 "$breathdump" ./set-user-id
    status=0
    as_stranger env SUDO_UID=$invoker SUDO_GID=$invoker ./set-user-id -i lo -a duration:0.1 -w theirs/x \
        >/dev/null 2>said || status=$?
    if [ "$(findmnt -no OPTIONS -T . | grep -c nosuid)" -eq 0 ]; then
        [ "$status" -eq 4 ] || tb_fail "set-user-ID: exit status $status: $(cat said)"
        grep -q 'set-user-ID: refused' said || tb_fail "set-user-ID: $(cat said)"
    fi
    [ ! -e theirs/x ] || tb_fail "set-user-ID: it wrote a file"
}

for test in \
    closed_streams_stay_closed \
    set_user_id_is_refused \
    another_users_link_is_not_followed \
    another_name_of_a_file_is_not_written_to \
    another_users_file_is_not_written_to \
    another_users_fifo_is_not_waited_for \
    what_is_ones_own_is_taken \
    sudos_user_leads_it_only_where_he_may_write_himself \
    a_later_file_of_a_ring_is_not_led_astray; do
    $test
    printf 'ok: %s\n' "$test"
done
