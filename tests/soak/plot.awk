# SPDX-License-Identifier: GPL-2.0-or-later
# plot.awk - the samples of tests/soak/run as an SVG: resident memory, descriptors, CPU
#
# Usage: awk -v title=TITLE -v under=MACHINE -v x=WORDS -f plot.awk PART.csv
#
# Three panels over the same X. CPU is what was taken between two samples, for one X.
BEGIN {
    FS = ","
    split("#1f77b4 #d62728 #2ca02c", colour, " ")
    split("resident, MiB|descriptors|CPU, ms", label, "|")
    WIDTH = 760; LEFT = 70; RIGHT = 20; PANEL = 130; GAP = 28; TOP = 62
}

NR == 1 { axis = one = $1; sub(/s$/, "", one); next }

{
    if (!($2 in count)) names[++kinds] = $2
    i = ++count[$2]
    at[$2, i] = $1
    value[$2, i, 1] = $3 / 1024
    value[$2, i, 2] = $4
    value[$2, i, 3] = \
        i > 1 && $1 > at[$2, i - 1] ? ($5 - before[$2]) / ($1 - at[$2, i - 1]) : -1
    before[$2] = $5
    if ($1 > far) far = $1
}

# a round number that is no less
function roof(number,    unit) {
    for (unit = 1; unit * 10 <= number; unit *= 10) ;
    while (unit > number && unit > 1e-6) unit /= 10
    if (number <= unit) return unit
    if (number <= 2 * unit) return 2 * unit
    if (number <= 5 * unit) return 5 * unit
    return 10 * unit
}

function escaped(text) {
    gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text)
    return text
}

function text(px, py, anchor, size, words) {
    printf "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n", \
        px, py, anchor, size, escaped(words)
}

function px(v) { return LEFT + v / far * (WIDTH - LEFT - RIGHT) }

function panel(which,    top, high, k, i, n, name) {
    top = TOP + (which - 1) * (PANEL + GAP)
    high = 0
    for (k = 1; k <= kinds; k++)
        for (i = 1; i <= count[names[k]]; i++)
            if (value[names[k], i, which] > high) high = value[names[k], i, which]
    high = roof(high)
    printf "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#999\"/>\n", \
        LEFT, top, WIDTH - LEFT - RIGHT, PANEL
    text(LEFT - 6, top + 10, "end", 11, high)
    text(LEFT - 6, top + PANEL, "end", 11, "0")
    text(LEFT + 6, top + 14, "start", 12, label[which] (which == 3 ? " a " one : ""))
    for (k = 1; k <= kinds; k++) {
        name = names[k]
        printf "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.2\" points=\"", colour[k]
        for (i = 1; i <= count[name]; i++)
            if (value[name, i, which] >= 0)
                printf "%.1f,%.1f ", px(at[name, i]), \
                    top + PANEL - value[name, i, which] / high * PANEL
        print "\"/>"
    }
}

END {
    height = TOP + 3 * (PANEL + GAP) + 22
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" " \
        "font-family=\"sans-serif\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n", \
        WIDTH, height
    text(LEFT, 20, "start", 15, title)
    legend = LEFT
    for (k = 1; k <= kinds; k++) {
        printf "<rect x=\"%d\" y=\"34\" width=\"14\" height=\"4\" fill=\"%s\"/>\n", legend, colour[k]
        text(legend + 19, 41, "start", 12, names[k])
        legend += 60 + 8 * length(names[k])
    }
    for (which = 1; which <= 3; which++) panel(which)
    text(LEFT, TOP + 3 * PANEL + 2 * GAP + 15, "start", 11, "0")
    text(WIDTH - RIGHT, TOP + 3 * PANEL + 2 * GAP + 15, "end", 11, far " " x)
    text(LEFT, height - 8, "start", 11, under)
    print "</svg>"
}
