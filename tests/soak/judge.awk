# SPDX-License-Identifier: GPL-2.0-or-later
# judge.awk - do the samples of tests/soak/run grow?
#
# Usage: awk -v part=PART -f judge.awk PART.csv, with lines X,NAME,RESIDENT KiB,DESCRIPTORS,CPU ms
#
# Prints a line a name, and fails where something grows. The rules, by a straight line (least
# squares) through the second half of X, so that what fills up at first does not count:
#
# watch, capture: resident memory is flat where that line rises by at most 512 KiB, or 3 % of the
# memory, over that half.
#
# reload: likewise, beside what sharkd without the plugin grows by, which is the last name; so with
# descriptors: sharkd 4.0 keeps every file open.
#
# dissect: Wireshark keeps what it knows of each connection, so that memory grows; it must not grow
# faster than the capture: the second half takes at most 1.25 times what the first one took.
#
# Descriptors: the fewest in the second half are no more than the fewest in the first (while
# something is looked at there are more). CPU (not of dissect): for one X, the second half takes at
# most 1.5 times what the first one took, or 5 ms more.
BEGIN { FS = "," }

NR > 1 {
    name = $2
    if (!(name in count)) names[++kinds] = name
    i = ++count[name]
    x[name, i] = $1
    y[name, i] = $3
    fds[name, i] = $4
    cpu[name, i] = $5
}

# The straight line through FROM to TO of NAME: sets `slope` and `mean`
function fit(name, from, to,    i, n, sx, sy, sxx, sxy) {
    for (i = from; i <= to; i++) {
        n++
        sx += x[name, i]
        sy += y[name, i]
        sxx += x[name, i] * x[name, i]
        sxy += x[name, i] * y[name, i]
    }
    mean = sy / n
    slope = (n * sxx == sx * sx) ? 0 : (n * sxy - sx * sy) / (n * sxx - sx * sx)
}

function least(name, from, to,    i, low) {
    low = fds[name, from]
    for (i = from + 1; i <= to; i++)
        if (fds[name, i] < low) low = fds[name, i]
    return low
}

# Of one X
function cost(name, from, to) {
    return (cpu[name, to] - cpu[name, from]) / (x[name, to] - x[name, from])
}

function complain(words) {
    failures[++failed] = "FAIL: " part ": " words
}

function middle_of(name,    i, half) {
    half = (x[name, 1] + x[name, count[name]]) / 2
    for (i = 1; x[name, i] < half; i++) ;
    return i
}

function judge_memory(name, first, middle, last,    length_of, allowed, alone) {
    fit(name, middle, last)
    length_of = x[name, last] - x[name, middle]
    growth[name] = slope * length_of
    printf "resident %.1f MiB, second half %+.0f KiB", y[name, last] / 1024, growth[name]
    if (part == "dissect") {
        allowed = 1.25 * (y[name, middle] - y[name, 1]) / (x[name, middle] - x[name, 1])
        if ((y[name, last] - y[name, middle]) / length_of > allowed)
            complain(name ": memory grows faster than the capture")
        return
    }
    allowed = 0.03 * mean > 512 ? 0.03 * mean : 512
    alone = part == "reload" ? growth[names[kinds]] : 0
    if (name != names[kinds] || part != "reload") {
        if (growth[name] > allowed + alone)
            complain(name ": memory grows")
    }
}

function judge(name,    middle, last, early, late) {
    middle = middle_of(name)
    last = count[name]
    if (last < 8 || middle < 3) {
        complain(name ": too few samples")
        return
    }
    printf "%s: ", name
    judge_memory(name, 1, middle, last)
    early = cost(name, 1, middle)
    late = cost(name, middle, last)
    printf "; descriptors %d to %d; CPU %.3f ms, then %.3f ms a %s\n", \
        least(name, 1, middle), least(name, middle, last), early, late, one
    more[name] = least(name, middle, last) - least(name, 1, middle)
    if (more[name] > (part == "reload" ? more[names[kinds]] : 0))
        complain(name ": descriptors grow")
    if (part != "dissect" && late > 1.5 * early && late > early + 5)
        complain(name ": it gets slower")
}

NR == 1 { axis = one = $1; sub(/s$/, "", one) }

END {
    if (kinds == 0) complain("no samples")
    # the last one first: others are compared with it
    for (k = kinds; k >= 1; k--) judge(names[k])
    for (k = 1; k <= failed; k++) print failures[k]
    exit failed > 0
}
