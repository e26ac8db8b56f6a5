#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""stats.py - compares our tables with Wireshark's numbers

usage: stats.py conversations FILE    FILE: the JSON tables, and -z conv,tcp
       stats.py times FILE FIELDS     JSON of the exchanges; frame, http.time, transum.st, exchange
       stats.py filtered              standard input: connections of the article, filtered
"""
import json
import re
import sys

CONVERSATION = re.compile(
    r"(\S+)\s+<->\s+(\S+)" + 3 * r"\s+(\d+)\s+([\d,]+)\s+(bytes|kB|MB)" + r"\s+([\d.]+)\s+([\d.]+)")


def tables(text):
    """The JSON tables in tshark's output, by name."""
    found = {}
    for match in re.finditer(r'^\{"table": .*?^\]\}$', text, re.MULTILINE | re.DOTALL):
        table = json.loads(match.group(0))
        found[table["table"]] = table["rows"]
    return found


def plain(end):
    return end.replace("[", "").replace("]", "")


def wireshark(text):
    """(ends, packets each way, bytes each way or None, start, duration) of each conversation."""
    rows = []
    for match in CONVERSATION.finditer(text):
        one, other = match.group(1), match.group(2)
        counts = {}
        for receiver, at in ((one, 3), (other, 6)):
            exact = match.group(at + 2) == "bytes"
            size = int(match.group(at + 1).replace(",", "")) if exact else None
            counts[receiver] = (int(match.group(at)), size)
        # bytes "<-" are those that the first end receives
        sent = {one: counts[other], other: counts[one]}
        rows.append((sent, float(match.group(12)), float(match.group(13))))
    return rows


def agree(ours, theirs):
    sent, start, duration = theirs
    for role in ("client", "server"):
        end = plain(ours[role + "_address"])
        if end not in sent:
            return False
        packets, size = sent[end]
        if packets != ours[role + "_packets"]:
            return False
        if size is not None and size != ours[role + "_bytes"]:
            return False
    # conv,tcp prints the duration to a tenth of a millisecond
    return abs(start - ours["start"]) < 1e-6 and abs(duration - ours["duration"]) < 5.1e-5


def conversations(name):
    with open(name, encoding="utf-8") as file:
        text = file.read()
    ours = tables(text)["conn"]
    theirs = wireshark(text)
    for row in ours:
        match = next((one for one in theirs if agree(row, one)), None)
        if match is None:
            print("no conversation like", row)
            return 1
        theirs.remove(match)
    if theirs:
        print("no connection like", theirs)
        return 1
    return 0


def times(name, fields):
    with open(name, encoding="utf-8") as file:
        ours = tables(file.read())["exchanges"]
    requests = {row["request_frame"]: row for row in ours}
    responses = {row["response_frame"]: row for row in ours}
    compared = 0
    with open(fields, encoding="utf-8") as file:
        for line in file:
            frame, http, transum, exchange = line.rstrip("\n").split("\t")
            if http:
                row = responses[int(frame)]
                total = row["response_time"] + row["response_duration"]
                assert abs(total - float(http.split(",")[-1])) < 1e-9, (frame, http, row)
                compared += 1
            if transum and exchange and int(frame) in requests:
                row = requests[int(frame)]
                assert abs(row["response_time"] - float(transum)) < 1e-9, (frame, transum, row)
                compared += 1
    assert compared >= 2, "nothing to compare"
    return 0


def filtered():
    row = tables(sys.stdin.read())["conn"][0]
    assert (row["client_packets"], row["server_packets"]) == (1, 2), row
    assert row["complete"] and row["end"] == "fin" and row["closed_by"] == "client", row
    assert row["handshake"] is None and row["response_max"] == 0.000094, row
    return 0


if sys.argv[1] == "conversations":
    sys.exit(conversations(sys.argv[2]))
elif sys.argv[1] == "times":
    sys.exit(times(sys.argv[2], sys.argv[3]))
else:
    sys.exit(filtered())
