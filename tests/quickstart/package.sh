#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# package.sh - the Debian packages that cpack makes here: what is in them, and that lintian is silent
set -euo pipefail
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

tb_begin
for tool in cpack dpkg-shlibdeps dpkg-deb lintian file; do
    command -v $tool >/dev/null || tb_skip "no $tool: packages are made on Debian and Ubuntu only"
done
cd "$TB_TMP"
cpack --config "$TB_BUILD_DIR/CPackConfig.cmake" -D "CPACK_PACKAGE_DIRECTORY=$TB_TMP/packages" \
    -D CPACK_BUILD_CONFIG=Release >said 2>&1 || tb_fail "cpack: $(tail -n 20 said)"

# PACKAGE PATH...: which it has to have
holds()
{
    local package=$1 path
    shift
    dpkg-deb --fsys-tarfile packages/"$package"_*.deb | tar -t | sed 's/^\.//' >inside
    for path in "$@"; do
        grep -q "$path\$" inside || tb_fail "$package: has no $path: $(tr '\n' ' ' <inside)"
    done
}

holds tcp-breath-plugin '/epan/tcp-breath\.so' '/share/wireshark/profiles/TCP Breath/colorfilters' \
    '/share/wireshark/profiles/TCP Breath ja/preferences'
holds tcp-breath-tools '/usr/bin/breath' '/usr/bin/breathdump' '/wireshark/extcap/breathdump' \
    '/usr/share/man/man1/breath\.1\.gz' '/usr/share/man/ja/man1/breath\.1\.gz' \
    '/bash-completion/completions/breath' '/vendor-completions/_breath' \
    '/vendor_completions\.d/breath\.fish' '/share/tcp-breath/article\.pcapng'
dpkg-deb -f packages/tcp-breath-plugin_*.deb Depends >depends
grep -Eq '^libwireshark[0-9]+[a-z0-9]* \(>= 4\.[0-9]+\), libwireshark[^ ]* \(<< 4\.[0-9]+~\)' depends ||
    tb_fail "tcp-breath-plugin depends on no one version of Wireshark: $(cat depends)"
# who installs it has a window to open: with an alternative, apt 3 takes what the tools recommend
dpkg-deb -f packages/tcp-breath-plugin_*.deb Recommends | grep -qx 'wireshark, tcp-breath-tools' ||
    tb_fail "tcp-breath-plugin recommends $(dpkg-deb -f packages/tcp-breath-plugin_*.deb Recommends)"
allow=
! tb_is_root || allow=--allow-root
lintian $allow --fail-on=error packages/*.deb >said 2>&1 || tb_fail "lintian: $(cat said)"
tb_end
