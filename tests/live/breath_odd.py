#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""breath_odd.py - a process whose every name is as long and as odd as the kernel lets it be

usage: breath_odd.py PORT

A full-width name with an escape sequence, a deep path, long IPv6 addresses, sockets of the file
system with long names. Says "ready PID", and holds everything until its input ends.
"""
import os
import socket
import sys

ADDRESS = "2001:db8:1111:2222:3333:4444:5555:6666"
PATH_OCTETS = 4000  # of PATH_MAX, 4096
NAME = "ｗｉ\033[31m"  # 15 octets at most


def deep_file():
    """Its path is longer than a terminal has room for."""
    for _ in range(PATH_OCTETS // 101):
        folder = "漢" * 30 + "x" * 10
        os.makedirs(folder, exist_ok=True)
        os.chdir(folder)
    return open("file name\n", "w", encoding="utf-8")


def main():
    port = int(sys.argv[1])
    kept = []
    for address in ADDRESS, "::1":
        listener = socket.create_server((address, port), family=socket.AF_INET6)
        client = socket.create_connection((address, port))
        kept += [listener, client, listener.accept()]
    wide = socket.create_server(("", port + 1), family=socket.AF_INET6, dualstack_ipv6=True)
    bound = socket.socket()
    bound.bind(("127.0.0.1", port + 2))
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp.bind((ADDRESS, port))
    local = socket.socket(socket.AF_UNIX)
    local.bind("\0" + "長い名前" * 8)
    local.listen()
    kept += [wide, bound, udp, local]
    with open("/proc/self/comm", "w", encoding="utf-8") as comm:
        comm.write(NAME)
    kept.append(deep_file())
    print("ready", os.getpid(), flush=True)
    sys.stdin.read()


main()
