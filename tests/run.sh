#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh - the whole suite, in the order in which a mistake shows soonest
#
# usage: tests/run.sh quick|all
#
# To be started by ./quickstart test, which has installed what is needed and built build/. The
# last line sums up: "N passed, N failed, N skipped". With CI=true a skip that tests/skips.txt
# does not list counts as a failure.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
jobs=$(getconf _NPROCESSORS_ONLN)
output=$(mktemp)
passed=0
failed=0
skipped=0

# Whatever happens, the sum is the last line, and nothing is passed off as success.
finish()
{
    local status=$?
    rm -f "$output"
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
        failed=1
    fi
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" -eq 0 ] || status=1
    trap - EXIT
    exit "$status"
}

say()
{
    printf '==> %s\n' "$*"
}

build_sanitized()
{
    say "building with sanitizers in $root/build-asan"
    if ! (cd "$root" && cmake --preset asan && cmake --build --preset asan) >"$output" 2>&1; then
        cat "$output"
        return 1
    fi
}

# The names of the tests whose line in ctest's listing ends as $1 says.
tests_that()
{
    sed -n "s/^ *[0-9]*\/[0-9]* Test *#[0-9]*: \([^ ]*\) .*$1.*/\1/p" "$output"
}

# The reason that a skipped test printed. ctest's log holds the outputs, even of quiet runs.
reason_of()
{
    awk -v name="$2" '
        / Testing: / { inside = ($NF == name) }
        inside && sub(/^(SKIP|skip)[^:]*: */, "") { print; exit }' \
        "$1/Testing/Temporary/LastTest.log"
}

# $1: build folder
report_skips()
{
    local name reason allowed
    for name in $(tests_that '\*\*\*Skipped'); do
        reason=$(reason_of "$1" "$name")
        printf 'skipped: %s: %s\n' "$name" "${reason:-no reason given}"
        allowed=$(grep -c "^$name:" "$root/tests/skips.txt" || true)
        if [ "${CI:-}" = true ] && [ "$allowed" -eq 0 ]; then
            printf 'failed: %s: tests/skips.txt does not list this skip\n' "$name"
            failed=$((failed + 1))
        else
            skipped=$((skipped + 1))
        fi
    done
}

# $1: build folder; the rest: which tests
run_ctest()
{
    local folder=$1 ended ok
    shift
    say "ctest in $folder: $*"
    ctest --test-dir "$folder" --no-tests=error --output-on-failure -j "$jobs" "$@" 2>&1 |
        tee "$output" || true
    ended=$(tests_that '' | wc -l)
    ok=$(tests_that ' Passed ' | wc -l)
    passed=$((passed + ok))
    failed=$((failed + ended - ok - $(tests_that '\*\*\*Skipped' | wc -l)))
    [ "$ended" -gt 0 ] || failed=$((failed + 1))
    report_skips "$folder"
}

quick()
{
    run_ctest "$root/build" -LE '^(unit|fuzz|long|lint|gui|agreement|matrix|bench)$'
    run_ctest "$root/build-asan" -L '^(unit|fuzz)$'
}

slow()
{
    run_ctest "$root/build" -L '^(long|lint|agreement)$'
    # a window wants the machine for itself
    run_ctest "$root/build" -L '^gui$' -j 1
    run_ctest "$root/build" -L '^matrix$' --verbose
}

trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
case ${1:-} in
quick)
    build_sanitized
    quick
    ;;
all)
    build_sanitized
    quick
    slow
    ;;
*)
    printf 'usage: tests/run.sh quick|all\n' >&2
    exit 2
    ;;
esac
