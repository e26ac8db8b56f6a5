#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""breath_bind.py - compares what `breath why` says with bind() itself

usage: breath_bind.py PORT yes|no|any [--udp] [--address=ADDRESS] <JSON

The second word: whether SO_REUSEADDR helps to every address that was tried.
"""
import errno
import json
import socket
import sys


def bind(address, port, kind, reuse):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as tried:
        if reuse:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            tried.bind((address, port))
        except OSError as error:
            return errno.errorcode[error.errno]
    return None


def main():
    port, helps = int(sys.argv[1]), sys.argv[2]
    kind = socket.SOCK_DGRAM if "--udp" in sys.argv else socket.SOCK_STREAM
    tried = json.load(sys.stdin)["bind"]
    if not tried or all(one["plain"] is None for one in tried):
        sys.exit("no bind() fails")
    for one in tried:
        for key, reuse in (("plain", False), ("reuse_address", True)):
            really = bind(one["address"], port, kind, reuse)
            if really != one[key]:
                sys.exit(f"{one['address']}: {key} is {one[key]}, really {really}")
        if one["plain"] == "EADDRINUSE" and one["cause"] is None:
            sys.exit(f"{one['address']}: no cause")
        if helps != "any" and (one["reuse_address"] is None) != (helps == "yes"):
            sys.exit(f"{one['address']}: SO_REUSEADDR: {one['reuse_address']}")


main()
