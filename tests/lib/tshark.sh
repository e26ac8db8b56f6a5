# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# tshark.sh - run Wireshark's programs on our plugin, whoever runs the test
#
# To be sourced by POSIX sh and bash tests. CTest gives them TB_SOURCE_DIR (the checkout) and
# TB_BUILD_DIR (the build); by hand they default to this checkout and its build/. A whole test:
#
#     . "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"
#     tb_begin
#     tb_require_plugin
#     tb_run tshark -n -r "$TB_TMP/captures/article.pcapng" -T fields -e tcp-breath.phase >"$TB_TMP/got"
#     diff -u "$TB_SOURCE_DIR/tests/.../expected" "$TB_TMP/got" || tb_fail "phases differ"
#
# As root, Wireshark ignores plugins that are not installed and says nothing, and the checkout may
# lie where another user may not look. So everything it reads is copied to a folder that all can
# read, and as root its programs run as nobody (user, group and no other groups: with the user
# alone it still counts as privileged).
#
#   tb_begin               makes $TB_TMP, world-readable, removed at exit:
#                            $TB_TMP/captures/   copy of captures/ (pcap and pcapng files)
#                            $TB_TMP/wireshark/  copy of <build>/wireshark
#                            $TB_TMP/home/       empty, HOME of the programs, writable by them
#                            $TB_TMP/out/        writable by the programs, for their output files
#                          Set TB_ON_EXIT to a command to have it run at exit before the removal.
#   tb_share FILE...       copies files to $TB_TMP, readable by the programs
#   tb_run PROGRAM ARG...  runs tshark, sharkd, editcap, ... as another user when root, with only
#                          PATH, HOME, TMPDIR, TZ=UTC, LC_ALL=C.UTF-8 and our folders of plugins
#                          and extcaps in its environment (so Wireshark's own are not there);
#                          `tb_run env LC_ALL=ja_JP.UTF-8 tshark ...` changes it. It runs in
#                          $TB_TMP, so that `-r captures/article.pcapng` will do. stdin, stdout,
#                          stderr and the exit status are the program's.
#   tb_require_plugin      fails unless `tshark -G plugins` lists the plugin just built
#   tb_wireshark_version   prints the X.Y of the tshark at hand
#   tb_unescape            a filter for the output of `-T fields`: Wireshark later than 4.0 doubles
#                          the backslashes of a value, 4.0 does not; what comes out is the value
#   tb_is_root             true as root
#   tb_skip REASON         prints the reason and exits 77; tests/skips.txt lists the allowed ones
#   tb_fail REASON         prints the reason and exits 1
#
# To run a test in one of the matrix's chroots: tests/matrix/matrix.sh run RELEASE COMMAND...
# runs COMMAND there with the same variables, so that these functions work unchanged.

TB_SOURCE_DIR=${TB_SOURCE_DIR:-$(git rev-parse --show-toplevel)}
TB_BUILD_DIR=${TB_BUILD_DIR:-$TB_SOURCE_DIR/build}
TB_ON_EXIT=${TB_ON_EXIT:-}
TB_TMP=

tb_skip()
{
    printf 'SKIP: %s\n' "$*"
    exit 77
}

tb_fail()
{
    printf 'FAIL: %s\n' "$*" >&2
    exit 1
}

tb_is_root()
{
    [ "$(id -u)" -eq 0 ]
}

tb_end()
{
    [ -z "$TB_ON_EXIT" ] || eval "$TB_ON_EXIT"
    [ -z "$TB_TMP" ] || rm -rf -- "$TB_TMP"
    TB_TMP=
}

tb_copy_captures()
{
    mkdir "$TB_TMP/captures"
    for tb_file in "$TB_SOURCE_DIR"/captures/*.pcap "$TB_SOURCE_DIR"/captures/*.pcapng; do
        [ ! -f "$tb_file" ] || cp -- "$tb_file" "$TB_TMP/captures/"
    done
}

tb_begin()
{
    # root's own TMPDIR may be closed to others; /tmp is not
    if tb_is_root; then
        TB_TMP=$(mktemp -d /tmp/tcp-breath.XXXXXX)
    else
        TB_TMP=$(mktemp -d "${TMPDIR:-/tmp}/tcp-breath.XXXXXX")
    fi || tb_fail "no temporary folder"
    trap tb_end EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM

    tb_copy_captures
    mkdir "$TB_TMP/home" "$TB_TMP/out"
    [ ! -d "$TB_BUILD_DIR/wireshark" ] || cp -RL -- "$TB_BUILD_DIR/wireshark" "$TB_TMP/wireshark"
    mkdir -p "$TB_TMP/wireshark/extcap"
    chmod -R u+rwX,go+rX,go-w -- "$TB_TMP"
    chmod 1777 "$TB_TMP/home" "$TB_TMP/out"
}

tb_share()
{
    cp -R -- "$@" "$TB_TMP/"
    chmod -R go+rX -- "$TB_TMP"
}

# A sanitized plugin needs the sanitizer's library in the program first, and Wireshark's pools
# replaced by malloc, or the sanitizer sees nothing. TB_PRELOAD comes from the build.
tb_run()
{
    set -- env -i PATH="$PATH" HOME="$TB_TMP/home" TMPDIR="$TB_TMP/out" TZ=UTC LC_ALL=C.UTF-8 \
        WIRESHARK_PLUGIN_DIR="$TB_TMP/wireshark/plugins" \
        WIRESHARK_EXTCAP_DIR="$TB_TMP/wireshark/extcap" \
        ${TB_PRELOAD:+"LD_PRELOAD=$TB_PRELOAD"} \
        ${TB_PRELOAD:+WIRESHARK_DEBUG_WMEM_OVERRIDE=simple} \
        ${TB_PRELOAD:+"ASAN_OPTIONS=${TB_ASAN_OPTIONS:-detect_leaks=0}"} \
        ${TB_PRELOAD:+UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1} \
        "$@"
    if tb_is_root; then
        set -- setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
    fi
    (cd "$TB_TMP" && "$@")
}

tb_wireshark_version()
{
    tb_run tshark --version | sed -n '1s/^TShark (Wireshark) \([0-9]*\.[0-9]*\)\..*/\1/p'
}

tb_unescape()
{
    case $(tb_wireshark_version) in
    4.0) cat ;;
    *) sed 's/\\\\/\\/g' ;;
    esac
}

tb_require_plugin()
{
    tb_run tshark -G plugins >"$TB_TMP/plugins.txt" || tb_fail "tshark -G plugins failed"
    # the path too: an installed plugin is not the one under test
    awk -F '\t' -v ours="$TB_TMP/wireshark/plugins/" '
        $1 ~ /^tcp-breath\.so *$/ && index($NF, ours) == 1 { found = 1 }
        END { exit !found }' "$TB_TMP/plugins.txt" ||
        tb_fail "tshark does not load tcp-breath.so of $TB_BUILD_DIR"
}
