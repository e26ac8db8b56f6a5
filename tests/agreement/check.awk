# SPDX-License-Identifier: GPL-2.0-or-later
# check.awk - the differences found against the differences that differences.md lists and explains
#
# usage: awk -f check.awk differences.md ROWS CAPTURES
#
# ROWS is what compare.awk wrote; CAPTURES names the captures that were compared, one a line, so that
# a row about a capture that could not be had is not taken for one that is gone. Prints new
# differences as rows for the document, and listed ones that are gone. Exit status 1 if any.

function trim(text)
{
    gsub(/^[ \t`]+|[ \t`]+$/, "", text)
    return text
}

# "3, 7-9" becomes an entry for each frame; `any` for a value stands for all.
function list_row(    frames, part, count, range, ends, i, frame)
{
    frames = trim(cell[3])
    count = split(frames, part, /, */)
    for (i = 1; i <= count; i++) {
        ends = split(part[i], range, "-")
        for (frame = range[1]; frame <= range[ends]; frame++)
            listed[trim(cell[2]) "\t" frame "\t" trim(cell[4])] = trim(cell[5]) "\t" trim(cell[6])
    }
}

function matches(pattern, theirs, ours,    part)
{
    split(pattern, part, "\t")
    return (part[1] == "any" || part[1] == theirs) && (part[2] == "any" || part[2] == ours)
}

function is_first_of_run(i)
{
    return i == 1 || alike[i] != alike[i - 1] || frame[i] != frame[i - 1] + 1
}

function print_new(    i, last)
{
    for (i = 1; i <= news; i++) {
        if (!is_first_of_run(i))
            continue
        for (last = i; last < news && !is_first_of_run(last + 1); last++)
            ;
        split(alike[i], cell, "\t")
        printf "new: | %s | %s | %s | %s | %s |\n", cell[1],
            frame[i] (last > i ? "-" frame[last] : ""), cell[2], cell[3], cell[4]
    }
}

FNR == 1 { file++ }

file == 1 && /^## / { section = $0; explained[section] = 0 }
file == 1 && section != "" && /^[A-Za-z]/ { explained[section] = 1 }
file == 1 && /^\|/ && !/^\|[- |]*$/ && !/^\| *capture / {
    split($0, cell, "|")
    if (!explained[section]) {
        print "no reason is given above: " $0
        bad = 1
    }
    list_row()
}

file == 2 {
    split($0, cell, "\t")
    key = cell[1] "\t" cell[2] "\t" cell[3]
    seen[key] = 1
    if (key in listed && matches(listed[key], cell[4], cell[5]))
        next
    # the fields of a frame stand in one order, so runs of one field are found by sorting
    news++
    frame[news] = cell[2]
    alike[news] = cell[1] "\t" cell[3] "\t" cell[4] "\t" cell[5]
}

file == 3 { compared[$0] = 1 }

END {
    print_new()
    for (key in listed) {
        split(key, cell, "\t")
        if (cell[1] in compared && !(key in seen)) {
            print "gone: " cell[1] " frame " cell[2] " " cell[3]
            bad = 1
        }
    }
    exit news > 0 || bad
}
