# SPDX-License-Identifier: GPL-2.0-or-later
# generate.awk - the files of a Wireshark profile, from profile.tsv
#
# -v folder=FOLDER, and -v ja=1 for the Japanese one. What is written is what Wireshark 4.0, 4.4 and
# 4.6 all read without a word: a row of io_graphs ends with its ninth value, and later versions take
# their default for the tenth.
BEGIN {
    FS = "\t"
    preferences = folder "/preferences"
    recent = folder "/recent"
    print "gui.time_precision: USEC" >recent
}

# A field in English, or the next one
function either(n)
{
    return $(n + ja)
}

# Between quotes Wireshark escapes by numbers.
function stored(text)
{
    gsub(/\\/, "\\x5c", text)
    gsub(/"/, "\\x22", text)
    return "\"" text "\""
}

function digit(text)
{
    return index("0123456789abcdef", text) - 1
}

# Wireshark counts to 65535, the table to 255
function channel(colour, at)
{
    return (digit(substr(colour, at, 1)) * 16 + digit(substr(colour, at + 1, 1))) * 257
}

function channels(colour)
{
    return "[" channel(colour, 2) "," channel(colour, 4) "," channel(colour, 6) "]"
}

$1 == "setting" { print $2 ": " either(3) >preferences }

$1 == "column" {
    columns = columns comma "\"" either(2) "\",\"" $4 "\""
    # a column of ours is known by its fields alone there
    sub(/:0:R$/, "", $4)
    widths = widths space $4 ", " $5
    comma = ","
    space = ", "
}

$1 == "colour" {
    print "@" either(2) "@" $4 "@" channels($5) channels($6) >(folder "/colorfilters")
}

$1 == "button" {
    print "\"TRUE\"," stored(either(2)) "," stored($4) "," stored(either(5)) \
        >(folder "/dfilter_buttons")
}

$1 == "graph" {
    print stored($2) "," stored(either(3)) "," stored($5) "," stored($6) "," stored($7) "," \
        stored($8) "," stored($9) ",\"None\",\"1\"" >(folder "/io_graphs")
}

END {
    print "gui.column.format: " columns >preferences
    print "column.width: " widths >recent
}
