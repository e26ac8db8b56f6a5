#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""breath_sockets.py - one line a socket, from breath's JSON or from what ss prints

usage: breath_sockets.py breath|ss <INPUT

A line: state, receive queue, send queue, local, remote, then "pid:fd" of every holder. It is the
same of both, but for what README.md names.
"""
import json
import re
import sys

STATES = {
    "ESTAB": "ESTABLISHED", "SYN-SENT": "SYN_SENT", "SYN-RECV": "SYN_RECV",
    "FIN-WAIT-1": "FIN_WAIT1", "FIN-WAIT-2": "FIN_WAIT2", "TIME-WAIT": "TIME_WAIT",
    "UNCONN": "BOUND", "CLOSE-WAIT": "CLOSE_WAIT", "LAST-ACK": "LAST_ACK", "LISTEN": "LISTEN",
    "CLOSING": "CLOSING",
}


def end(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def of_breath(document):
    for socket in json.loads(document)["sockets"]:
        local, remote = socket["local"], socket["remote"]
        address = local["address"]
        if socket["protocol"].endswith("46") and remote is None:
            address = "*"
        remote = end(remote["address"], remote["port"]) if remote else "*"
        holders = [(owner["pid"], fd) for owner in socket["owners"] for fd in owner["fds"]]
        yield (socket["state"], socket["queue"]["receive"], socket["queue"]["send"],
               end(address, local["port"]), remote, holders)


def of_ss(text):
    for line in text.splitlines():
        words = line.split(None, 5)
        if not words or words[0] == "State":
            continue
        local, remote = (word.replace("[::ffff:", "").replace("]", "")
                         if word.startswith("[::ffff:") else word for word in words[3:5])
        if remote.endswith(":*"):
            remote = "*"
        holders = [(int(pid), int(fd)) for pid, fd in
                   re.findall(r"pid=(\d+),fd=(\d+)", words[5] if len(words) > 5 else "")]
        yield STATES[words[0]], int(words[1]), int(words[2]), local, remote, holders


def main():
    rows = of_breath(sys.stdin.read()) if sys.argv[1] == "breath" else of_ss(sys.stdin.read())
    for row in sorted((*row[:5], sorted(row[5])) for row in rows):
        print(*row[:5], " ".join(f"{pid}:{fd}" for pid, fd in row[5]))


main()
