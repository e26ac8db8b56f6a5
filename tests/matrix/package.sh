#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# package.sh - the Debian packages on one of the releases: made, installed, upgraded, removed; and what
# `quickstart install --system` puts into a system, and takes away again
#
# usage: package.sh VERSION
#
# In the chroot of the release, whose changes end with the test. As root; the Wireshark that has to
# find the plugin runs as nobody.
set -eu

if [ "${2:-}" != inside ]; then
    "$(dirname "$0")/matrix.sh" change "$1" /mnt/source/tests/matrix/package.sh "$1" inside
    exit
fi

fail()
{
    printf 'FAIL: %s\n' "$*"
    exit 1
}

quietly()
{
    "$@" >/tmp/said 2>&1 || {
        cat /tmp/said
        fail "$*"
    }
}

# A shell's own words are not asked for: what it prints is what nobody sees.
as_nobody()
{
    setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp/nobody "$@"
}

# VERSION: leaves /tmp/VERSION/*.deb
make_packages()
{
    (cd "$TB_BUILD_DIR" && quietly cpack -D "CPACK_PACKAGE_VERSION=$1" \
        -D "CPACK_PACKAGE_DIRECTORY=/tmp/$1")
    [ "$(find "/tmp/$1" -maxdepth 1 -name '*.deb' | wc -l)" -eq 2 ] || fail "$1: not two packages"
}

install_packages()
{
    quietly apt-get -y --no-install-recommends install "/tmp/$1/"*.deb
    for package in tcp-breath-plugin tcp-breath-tools; do
        # shellcheck disable=SC2016 # dpkg's own variables
        [ "$(dpkg-query -W -f '${Version} ${db:Status-Status}' $package)" = "$1 installed" ] ||
            fail "$package $1: not installed"
    done
}

choose()
{
    printf 'tcp-breath-tools tcp-breath-tools/let-group-capture boolean %s\n' "$1" |
        debconf-set-selections
}

wireshark_finds_it()
{
    as_nobody tshark -G plugins | grep -q '^tcp-breath\.so' || fail "tshark -G plugins: not ours"
    as_nobody tshark -G protocols | grep -qw 'tcp-breath' || fail "tshark -G protocols: not ours"
    as_nobody tshark -r /mnt/source/captures/article.pcapng -Y 'tcp-breath.phase == "teardown"' \
        >/tmp/said || fail "tshark -Y: does not know the layer"
    [ "$(wc -l </tmp/said)" -eq 4 ] || fail "teardown: $(cat /tmp/said)"
    as_nobody tshark -C 'TCP Breath' -r /mnt/source/captures/article.pcapng 2>&1 >/tmp/said |
        grep . && fail "tshark -C: warns"
    grep -q 'handshake' /tmp/said || fail "tshark -C: $(head -n 3 /tmp/said)"
    $1 tshark -D >/tmp/said 2>&1 || true
    grep -q 'TCP Breath: lo' /tmp/said || fail "tshark -D: $(cat /tmp/said)"
}

# OWNER MODE CAPABILITIES: of breathdump
breathdump_is()
{
    is=$(stat -c '%U:%G %a' /usr/bin/breathdump)
    [ "$is" = "$1 $2" ] || fail "breathdump: $is, not $1 $2"
    is=$(getcap /usr/bin/breathdump)
    case $is in
    '') [ -z "$3" ] || fail "breathdump: no capabilities, not \"$3\"" ;;
    *"${3:-none}"*) ;;
    *) fail "breathdump: capabilities \"$is\", not \"$3\"" ;;
    esac
}

tools_work()
{
    breath --version | grep -q '^breath ' || fail "breath --version"
    breath route >/tmp/said 2>&1 || fail "breath route: $(cat /tmp/said)"
    as_nobody breathdump --version >/dev/null || fail "breathdump --version"
    for page in /usr/share/man/man1/breath*.1.gz /usr/share/man/ja/man1/breath*.1.gz; do
        [ ! -e "$page" ] || said=$(MANWIDTH=80 man -l "$page" 2>&1 >/dev/null) || fail "man $page: $said"
        [ -z "${said:-}" ] || fail "man $page: $said"
    done
    for file in /usr/share/man/man1/breath.1.gz /usr/share/man/ja/man1/breathdump.1.gz \
        /usr/share/bash-completion/completions/breath /usr/share/zsh/vendor-completions/_breath \
        /usr/share/fish/vendor_completions.d/breath.fish /usr/share/tcp-breath/article.pcapng; do
        # a chroot may leave manuals and documentation out
        [ -s $file ] || grep -rqs '^path-exclude' /etc/dpkg/dpkg.cfg.d || fail "$file: not there"
    done
}

nothing_is_left()
{
    find / -xdev \( -path /proc -o -path /sys -o -path /mnt -o -path /tmp \) -prune -o \
        \( -iname '*tcp-breath*' -o -name 'breath*' -o -name '_breath' \) -print |
        grep -v -e '^/etc/tcp-breath$' -e '^/var/log/' -e '^/var/cache/apt/' >/tmp/said || true
    [ ! -s /tmp/said ] || fail "left behind: $(tr '\n' ' ' </tmp/said)"
    ! as_nobody tshark -G plugins | grep -q tcp-breath || fail "the plugin is still there"
    ! grep -q tcp-breath /var/cache/debconf/config.dat || fail "debconf still knows it"
}

# A checkout whose build is the one at hand; what has been built is not built again, nothing installed.
make_checkout()
{
    mkdir -p /tmp/checkout /tmp/none
    cp "$TB_SOURCE_DIR/quickstart" /tmp/checkout/
    ln -s "$TB_SOURCE_DIR/captures" "$TB_SOURCE_DIR/docs" /tmp/checkout/
    ln -s "$TB_BUILD_DIR" /tmp/checkout/build
    for program in cmake apt-get; do
        printf '#!/bin/sh\n' >/tmp/none/$program
        chmod 755 /tmp/none/$program
    done
}

quickstart()
{
    env PATH="/tmp/none:/usr/local/bin:$PATH" /tmp/checkout/quickstart --lang=en "$@" >/tmp/told 2>&1 ||
        fail "quickstart $*: $(cat /tmp/told)"
}

told()
{
    grep -q -- "$1" /tmp/told || fail "quickstart does not say '$1': $(cat /tmp/told)"
}

profiles=/usr/share/wireshark/profiles

# The profiles are the system's: whoever has none of his own gets them, and a changed one stays.
install_for_everybody()
{
    make_checkout
    quickstart install --system
    told 'only root can capture with it.*--system --group=wireshark'
    command -v wireshark >/dev/null || told 'the window is not here: it is the package wireshark'
    for file in preferences recent colorfilters dfilter_buttons io_graphs; do
        [ -s "$profiles/TCP Breath/$file" ] || fail "install --system: TCP Breath: no $file"
        [ -s "$profiles/TCP Breath ja/$file" ] || fail "install --system: TCP Breath ja: no $file"
        [ "$(stat -c '%U %a' "$profiles/TCP Breath/$file")" = 'root 644' ] || fail "install --system: $file: not readable"
    done
    wireshark_finds_it as_nobody
    as_nobody tshark -C 'TCP Breath ja' -r /mnt/source/captures/article.pcapng 2>&1 >/tmp/said |
        grep . && fail "tshark -C 'TCP Breath ja': warns"
    grep -q 'クライアント' /tmp/said || fail "tshark -C 'TCP Breath ja': $(head -n 3 /tmp/said)"

    groupadd --system wireshark 2>/dev/null || true
    quickstart install --system --group=wireshark
    told 'the members of the group wireshark may capture'
    [ "$(stat -c '%U:%G %a' /usr/local/bin/breathdump)" = 'root:wireshark 750' ] || fail "--group: $(stat -c '%U:%G %a' /usr/local/bin/breathdump)"
    getcap /usr/local/bin/breathdump | grep -q cap_net_raw || fail "--group: no capabilities"

    echo '# changed' >>"$profiles/TCP Breath ja/preferences"
    quickstart install --system
    told 'kept .*/TCP Breath ja: you have changed it'
    getcap /usr/local/bin/breathdump | grep -q cap_net_raw || fail "installed again: the group may capture no more"
    quickstart uninstall --system
    told 'kept .*/TCP Breath ja: you have changed it'
    rm -r "$profiles/TCP Breath ja"
    nothing_is_left
}

mkdir -p /tmp/nobody
chown 65534:65534 /tmp/nobody
quietly cmake -S "$TB_SOURCE_DIR" -B "$TB_BUILD_DIR" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DTB_TESTS=OFF -DTB_WERROR=ON
quietly cmake --build "$TB_BUILD_DIR"
make_packages 0.1.0
make_packages 0.1.1

choose false
install_packages 0.1.0
wireshark_finds_it as_nobody
tools_work
breathdump_is root:root 755 ''

choose true
quietly dpkg-reconfigure tcp-breath-tools
breathdump_is root:wireshark 750 cap_net_raw
install_packages 0.1.1
breathdump_is root:wireshark 750 cap_net_raw
wireshark_finds_it ''
! as_nobody breathdump --version >/dev/null 2>&1 || fail "one who is not of the group can run it"

choose false
quietly dpkg-reconfigure tcp-breath-tools
breathdump_is root:root 755 ''
quietly apt-get -y purge tcp-breath-plugin tcp-breath-tools
nothing_is_left
install_for_everybody
printf 'matrix: %s: packages and quickstart: installed, upgraded and removed\n' "$1"
