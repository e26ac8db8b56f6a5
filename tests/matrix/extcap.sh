#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# extcap.sh - tests/live/extcap.sh with the tshark of one of the versions, as Debian made it
#
# usage: extcap.sh VERSION
#
# breathdump and the libraries that the version's chroot may not have are this machine's: what is to
# be proven is that this Wireshark and breathdump understand each other. In a network namespace of
# its own.
set -euo pipefail
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

if [ "${2:-}" != inside ]; then
    tb_is_root || tb_skip "needs root: a network namespace, a capture, and chroots"
    exec unshare --net "$0" "$1" inside
fi

tb_begin
ip link set lo up
source=$TB_TMP/source
mkdir -p "$source/bin" "$source/lib" "$source/tests"
cp "$TB_BUILD_DIR/bin/breathdump" "$TB_BUILD_DIR/bin/live-hello" "$source/bin"
cp -R "$TB_SOURCE_DIR/tests/lib" "$TB_SOURCE_DIR/tests/live" "$source/tests"
cp "$(ldd "$source/bin/breathdump" | awk '$1 ~ /^libbpf/ { print $3 }')" "$source/lib" 2>/dev/null || true

# A program with capabilities looks for its libraries where the system has them, and nowhere else:
# so they are laid over that folder, in the mount namespace that ends with the command.
# shellcheck disable=SC2016 # for the inner shell
inside='
    libraries=$(dirname "$(find /usr/lib -name "libpcap.so.*" | head -n 1)")
    mount -t sysfs sysfs /sys
    mount -t overlay -o "lowerdir=/mnt/source/lib:$libraries" overlay "$libraries"
    mkdir -p /mnt/build/bin /mnt/build/wireshark/extcap
    cp /mnt/source/bin/breathdump /mnt/build/bin/
    cp /mnt/source/bin/breathdump /mnt/build/wireshark/extcap/
    exec /mnt/source/tests/live/extcap.sh /mnt/source/bin/live-hello inside without-plugin'
matrix=$TB_SOURCE_DIR/tests/matrix/matrix.sh
status=0
TB_SOURCE_DIR=$source "$matrix" run "$1" sh -ec "$inside" || status=$?
exit $status
