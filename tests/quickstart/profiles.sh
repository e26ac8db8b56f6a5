#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profiles.sh - install and uninstall leave alone every profile that is the user's, and leave no folder
#
# quickstart itself, from a checkout whose build folder is the one under test, for a user whose home
# is empty.
set -euo pipefail
# shellcheck source=tests/lib/tshark.sh
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

# $1: command; the rest: options. As another user when root: root's folders would be the system's.
quickstart()
{
    tb_run env -u WIRESHARK_PLUGIN_DIR -u WIRESHARK_EXTCAP_DIR PATH="$TB_TMP/bin:$in_path$PATH" \
        checkout/quickstart --lang=en "$@" >"$TB_TMP/got" 2>"$TB_TMP/errors" ||
        tb_fail "quickstart $*: $(cat "$TB_TMP/errors")"
}

expect()
{
    grep -q -- "$1" "$TB_TMP/got" || tb_fail "no '$1' in: $(cat "$TB_TMP/got")"
}

# $1: what is wrong otherwise
all_there()
{
    local file
    for file in preferences recent colorfilters dfilter_buttons io_graphs; do
        [ -s "$profiles/TCP Breath/$file" ] || tb_fail "$1: $file"
        [ -s "$profiles/TCP Breath ja/$file" ] || tb_fail "$1: ja: $file"
    done
}

tb_begin
in_path=
profiles=$TB_TMP/home/.config/wireshark/profiles
mkdir "$TB_TMP/bin" "$TB_TMP/checkout" "$TB_TMP/checkout/build"
# what has been built already is not built again, and nothing installed
for program in cmake apt-get; do
    printf '#!/bin/sh\n' >"$TB_TMP/bin/$program"
done
cp "$TB_SOURCE_DIR/quickstart" "$TB_TMP/checkout/"
cp -R "$TB_SOURCE_DIR"/{captures,docs} "$TB_TMP/checkout/"
cp -RL "$TB_BUILD_DIR/wireshark" "$TB_TMP/checkout/build/"
mkdir "$TB_TMP/checkout/build/bin"
for program in breath breathdump hello; do
    [ ! -e "$TB_BUILD_DIR/bin/$program" ] || cp "$TB_BUILD_DIR/bin/$program" "$TB_TMP/checkout/build/bin/"
done
chmod -R go+rX "$TB_TMP/bin" "$TB_TMP/checkout"
chmod -R go+w "$TB_TMP/checkout/build" # it builds only what it may write
chmod 755 "$TB_TMP"/bin/*

# a profile that he has already
tb_run sh -c 'mkdir -p home/.config/wireshark/profiles/Mine && echo "# mine" >home/.config/wireshark/profiles/Mine/preferences'
quickstart install
all_there "install"
expect 'wireshark -C "TCP Breath ja"'
# where the programs are, and what makes the shell find them
expect "^==> $TB_TMP/home/.local/bin is not in your PATH: .* $TB_TMP/home/.profile .*: export PATH=\"\$HOME/.local/bin:\$PATH\"\$"
tb_run env -u WIRESHARK_PLUGIN_DIR tshark -n -C 'TCP Breath' -r captures/article.pcapng >"$TB_TMP/list" 2>"$TB_TMP/errors"
grep -q ' handshake  *syn  *The client asks' "$TB_TMP/list" || tb_fail "the profile is not used: $(cat "$TB_TMP/list" "$TB_TMP/errors")"

# an older one of ours is renewed
# shellcheck disable=SC2016 # for the inner shell
tb_run sh -c 'cd "home/.config/wireshark/profiles/TCP Breath" && echo "# older" >colorfilters &&
    sed -i "/ colorfilters$/d" tcp-breath.installed && echo "$(cksum <colorfilters) colorfilters" >line &&
    sed -i "1r line" tcp-breath.installed && rm line'
quickstart install
! grep -q older "$profiles/TCP Breath/colorfilters" || tb_fail "an older profile stays"

# what Wireshark writes when it ends is no change; what he sets is
tb_run sh -c 'echo "# window" >>"home/.config/wireshark/profiles/TCP Breath/recent"'
tb_run sh -c 'echo "# his" >>"home/.config/wireshark/profiles/TCP Breath ja/preferences"'
quickstart install
expect 'kept .*/TCP Breath ja: you have changed it'
grep -q '# his' "$profiles/TCP Breath ja/preferences" || tb_fail "what he set is gone"
grep -q '# window' "$profiles/TCP Breath/recent" || tb_fail "the window's state is gone"
quickstart uninstall --dry-run
all_there "uninstall --dry-run"
quickstart uninstall
[ ! -e "$profiles/TCP Breath" ] || tb_fail "uninstall: TCP Breath stays"
expect 'kept .*/TCP Breath ja: you have changed it'
grep -q '# his' "$profiles/TCP Breath ja/preferences" || tb_fail "uninstall: what he set is gone"
grep -q '# mine' "$profiles/Mine/preferences" || tb_fail "another profile is gone"

# of the folders that are ours alone nothing is left, and nothing is said of them again
for folder in share/tcp-breath libexec/tcp-breath; do
    [ ! -e "$TB_TMP/home/.local/$folder" ] || tb_fail "uninstall: $folder stays: $(ls "$TB_TMP/home/.local/$folder")"
done
quickstart uninstall
! grep -q 'share/tcp-breath$' "$TB_TMP/got" || tb_fail "uninstall: $(cat "$TB_TMP/got")"

# Wireshark's own copy of the system's profile, as it makes one without our sums, is no change of his
tb_run sh -c 'rm -r "home/.config/wireshark/profiles/TCP Breath ja" &&
    cp -R checkout/build/wireshark/profiles/* home/.config/wireshark/profiles/'
quickstart install
! grep -q 'kept ' "$TB_TMP/got" || tb_fail "a copy of the system's: $(cat "$TB_TMP/got")"
tb_run sh -c 'cd home/.config/wireshark/profiles && rm */tcp-breath.installed && echo "# older" >"TCP Breath ja/colorfilters"'
quickstart install
expect 'kept .*/TCP Breath ja: it is yours, or '
! grep -q 'kept .*/TCP Breath:' "$TB_TMP/got" || tb_fail "a copy of the system's: $(cat "$TB_TMP/got")"
quickstart uninstall
[ ! -e "$profiles/TCP Breath" ] || tb_fail "uninstall: a copy of the system's stays"
grep -q '# older' "$profiles/TCP Breath ja/colorfilters" || tb_fail "uninstall: an older one is gone"

# a file of his own in ours
tb_run rm -r home/.config/wireshark/profiles/'TCP Breath ja'
in_path=$TB_TMP/home/.local/bin:
quickstart install
! grep -q 'not in your PATH' "$TB_TMP/got" || tb_fail "install: says so of a PATH that has it"
tb_run sh -c 'echo "his" >"home/.config/wireshark/profiles/TCP Breath/dfilters" &&
    echo "his" >home/.local/share/tcp-breath/notes'
quickstart uninstall
expect 'kept .*/share/tcp-breath: there are files of yours in it'
[ "$(ls "$TB_TMP/home/.local/share/tcp-breath")" = notes ] || tb_fail "uninstall: his file in share/tcp-breath"
[ "$(ls "$profiles/TCP Breath")" = dfilters ] || tb_fail "uninstall: $(ls "$profiles/TCP Breath")"
[ ! -e "$profiles/TCP Breath ja" ] || tb_fail "uninstall: TCP Breath ja stays"
tb_end
