#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# passes.sh - one pass and two say the same, but for what only a second can know
set -euo pipefail
. "$(dirname "$0")/golden.sh"

# Without the links to later frames and the expert info that needs the whole file
without_forward()
{
    sed -e 's/ response_in=[^ ]*//' -e 's/ acked_in=[^ ]*//' -e 's/ expert\.syn_unanswered//'
}

# Without numbers of frames
without_links()
{
    without_forward | sed -e 's/^[0-9]*//' -e 's/ request_in=[^ ]*//' -e 's/ acks=[^ ]*//'
}

# What was learned late is another thing that only a second pass knows; owners.sh looks at it
golden_begin
golden_join 'process-\(late\|port-reuse\|ptcpdump\|rustnet\)'
golden_dump out/all.pcapng >"$TB_TMP/one"
golden_dump out/all.pcapng -2 >"$TB_TMP/two"
without_forward <"$TB_TMP/one" >"$TB_TMP/one.same"
without_forward <"$TB_TMP/two" >"$TB_TMP/two.same"
diff -u "$TB_TMP/one.same" "$TB_TMP/two.same" || tb_fail "passes differ"
# or nothing was compared
for forward in response_in acked_in syn_unanswered; do
    grep -q "$forward" "$TB_TMP/two" || tb_fail "the second pass knows no $forward"
done
! grep -q syn_unanswered "$TB_TMP/one" || tb_fail "the first pass knows the future"

# A read filter counts the frames anew; what the first pass made of them stays
golden_dump out/all.pcapng -2 -R 'tcp.len > 0' | without_links >"$TB_TMP/filtered"
golden_dump out/all.pcapng -2 -Y 'tcp.len > 0' | without_links >"$TB_TMP/displayed"
[ "$(wc -l <"$TB_TMP/filtered")" -gt 100 ] || tb_fail "-2 -R: too few frames"
diff -u "$TB_TMP/displayed" "$TB_TMP/filtered" || tb_fail "-2 -R differs"
