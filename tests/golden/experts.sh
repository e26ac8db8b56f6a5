#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# experts.sh - expert infos are raised with and without a tree, under our name, in our language
set -euo pipefail
. "$(dirname "$0")/golden.sh"

golden_begin

# The statistics ask for no tree; the protocol's name is ours, not IP's
tb_run tshark -n -q -r captures/refused.pcapng -o tcp-breath.language:en -z expert >"$TB_TMP/got"
grep -q '^ *2 *Sequence *TCP Breath  *The connection was refused$' "$TB_TMP/got" ||
    tb_fail "-z expert: $(cat "$TB_TMP/got")"
tb_run tshark -n -q -r captures/refused.pcapng -o tcp-breath.language:ja -z expert >"$TB_TMP/got"
grep -q '^ *2 *Sequence *TCP Breath  *接続が拒否' "$TB_TMP/got" || tb_fail "-z expert: not Japanese"

# Wireshark's own filters find them, though none of our fields is asked for
[ "$(tb_run tshark -n -r captures/refused.pcapng -o tcp-breath.language:en \
    -Y '_ws.expert.message contains "was refused"' | wc -l)" -eq 2 ] ||
    tb_fail "_ws.expert.message does not find ours"

# Never answered: on a second visit only, and not where the answer is merely not in the capture
unanswered()
{
    tb_run tshark -n "${@:2}" -r "captures/$1.pcapng" -Y tcp-breath.expert.syn_unanswered | wc -l
}
[ "$(unanswered icmp-quote -2)" -eq 1 ] || tb_fail "the SYN that nobody answered is not told"
[ "$(unanswered icmp-quote)" -eq 0 ] || tb_fail "a first pass knows the future"
[ "$(unanswered one-direction -2)" -eq 0 ] || tb_fail "a SYN whose answer took another way"

# The hierarchy of protocols is as without us: nothing is counted twice
tb_run tshark -n -q -r captures/article.pcapng -z io,phs >"$TB_TMP/got"
tb_run tshark -n -q -r captures/article.pcapng -z io,phs --disable-protocol tcp-breath |
    diff - "$TB_TMP/got" || tb_fail "another hierarchy of protocols"
