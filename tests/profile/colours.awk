# SPDX-License-Identifier: GPL-2.0-or-later
# colours.awk - measures the colours of a colorfilters file
#
# Text on its background: WCAG 2.2's contrast ratio, at least 7 (level AAA). Backgrounds, each with
# each other and with the windows' own in light and dark mode: the distance in CIELAB (CIE 1976),
# as seen with ordinary vision and by the simulation of Machado, Oliveira and Fernandes (2009) with
# no red, no green or no blue cones at all. 2.3 is about the least that anybody can tell.
BEGIN {
    contrast_wanted = 7
    apart_wanted = 15
    window_wanted = 10
    count = split("ordinary protanopia deuteranopia tritanopia", eyes, " ")
    seen["ordinary"] = "1 0 0 0 1 0 0 0 1"
    seen["protanopia"] = "0.152286 1.052583 -0.204868 0.114503 0.786281 0.099216 " \
        "-0.003882 -0.048116 1.051998"
    seen["deuteranopia"] = "0.367322 0.860646 -0.227968 0.280085 0.672501 0.047413 " \
        "-0.011820 0.042940 0.968881"
    seen["tritanopia"] = "1.255528 -0.076749 -0.178779 -0.078411 0.930809 0.147602 " \
        "0.004733 0.691367 0.303900"
    rules = 0
    FS = "@"
}

# sRGB (IEC 61966-2-1), of 65535
function linear(channel)
{
    channel /= 65535
    return channel <= 0.04045 ? channel / 12.92 : exp(2.4 * log((channel + 0.055) / 1.055))
}

function clamped(value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value
}

function luminance(channels, c)
{
    split(channels, c, ",")
    return 0.2126 * linear(c[1]) + 0.7152 * linear(c[2]) + 0.0722 * linear(c[3])
}

function contrast(one, other, a, b)
{
    a = luminance(one) + 0.05
    b = luminance(other) + 0.05
    return a > b ? a / b : b / a
}

function cube_root_or_line(t)
{
    return t > 216 / 24389 ? exp(log(t) / 3) : (24389 / 27 * t + 16) / 116
}

# Sets lab[name, eye, 1 to 3]; D65 white.
function look(name, channels, eye, c, m, i, rgb, x, y, z)
{
    split(channels, c, ",")
    split(seen[eye], m, " ")
    for (i = 0; i < 3; i++)
        rgb[i] = clamped(m[3 * i + 1] * linear(c[1]) + m[3 * i + 2] * linear(c[2]) + \
            m[3 * i + 3] * linear(c[3]))
    x = cube_root_or_line((0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047)
    y = cube_root_or_line(0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2])
    z = cube_root_or_line((0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883)
    lab[name, eye, 1] = 116 * y - 16
    lab[name, eye, 2] = 500 * (x - y)
    lab[name, eye, 3] = 200 * (y - z)
}

function apart(one, other, eye, i, d, sum)
{
    for (i = 1; i <= 3; i++) {
        d = lab[one, eye, i] - lab[other, eye, i]
        sum += d * d
    }
    return sqrt(sum)
}

function wrong(text)
{
    print text
    bad = 1
}

# $1: what; keeps the least of each
function least(what, value, of)
{
    if (!(what in smallest) || value < smallest[what]) {
        smallest[what] = value
        where[what] = of
    }
}

/^@/ {
    if (!match($0, /@\[[0-9,]*\]\[[0-9,]*\]$/)) {
        wrong("not understood: " $0)
        next
    }
    split(substr($0, RSTART + 2, RLENGTH - 3), pair, /\]\[/)
    name[++rules] = $2
    back[$2] = pair[1]
    ratio = contrast(pair[1], pair[2])
    least("contrast", ratio, $2)
    if (ratio < contrast_wanted)
        wrong(sprintf("%s: contrast %.2f", $2, ratio))
}

END {
    back["light window"] = "65535,65535,65535"
    back["dark window"] = "6939,7710,8224"
    for (e = 1; e <= count; e++) {
        for (n in back)
            look(n, back[n], eyes[e])
        for (i = 1; i <= rules; i++) {
            for (j = i + 1; j <= rules; j++) {
                d = apart(name[i], name[j], eyes[e])
                least(eyes[e], d, name[i] ", " name[j])
                if (d < apart_wanted)
                    wrong(sprintf("%s: %s and %s: %.1f apart", eyes[e], name[i], name[j], d))
            }
            for (j = 1; j <= 2; j++) {
                window = j == 1 ? "light window" : "dark window"
                d = apart(name[i], window, eyes[e])
                least(window, d, name[i] " (" eyes[e] ")")
                if (d < window_wanted)
                    wrong(sprintf("%s: %s and %s: %.1f apart", eyes[e], name[i], window, d))
            }
        }
    }
    if (rules != 10)
        wrong(rules " rules, not 10")
    for (what in smallest)
        printf "least: %s: %.1f: %s\n", what, smallest[what], where[what]
    exit bad
}
