#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""breath_reuse.py - whom breath names while processes come, listen and go, and pids are used again

usage: breath_reuse.py BREATH LOOKS

As the first process of a pid namespace. Children live for some milliseconds each, with one of a few
pids again and again, and listen on a port that their name tells: "p50123". Whoever breath names as a
port's owner must bear its name. Prints how often it named somebody, and how many pids came again.
"""
import collections
import json
import os
import random
import socket
import subprocess
import sys
import time

AT_ONCE = 12
PIDS = 30
FIRST_PORT, PORTS = 50000, 400


def spawn(port, pid):
    """With that pid, if it is free: ns_last_pid is the last one given, proc(5)."""
    with open("/proc/sys/kernel/ns_last_pid", "w", encoding="ascii") as last:
        last.write(str(pid - 1))
    child = os.fork()
    if child == 0:
        with open("/proc/self/comm", "w", encoding="ascii") as comm:
            comm.write(f"p{port}")
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind(("127.0.0.1", port))
            held.listen()
            time.sleep(random.random() / 100)
        except OSError:  # the port is still another's
            pass
        os._exit(0)
    return child


def watch(breath, looks, told):
    """In a process of its own: the crowd's parent must not wait for breath."""
    named = 0
    for _ in range(looks):
        answer = subprocess.run([breath, "listen", "--json"], capture_output=True, check=False)
        if answer.returncode not in (0, 1, 3):
            sys.exit(f"status {answer.returncode}: {answer.stderr}")
        document = json.loads(answer.stdout)
        for one in document["sockets"]:
            port = one["local"]["port"]
            for owner in one["owners"]:
                named += 1
                if owner["name"] != f"p{port}":
                    sys.exit(f"port {port} is not of {owner}")
    os.write(told, str(named).encode())


def crowd():
    """For half a second. They are reaped one by one: the watcher's end is left to main(). Returns how
    often each pid was given."""
    given, alive = collections.Counter(), set()
    end = time.monotonic() + 0.5
    while time.monotonic() < end or alive:
        while len(alive) < AT_ONCE and time.monotonic() < end:
            child = spawn(FIRST_PORT + random.randrange(PORTS), 1000 + random.randrange(PIDS))
            given[child] += 1
            alive.add(child)
        for child in list(alive):
            if os.waitpid(child, os.WNOHANG)[0] == child:
                alive.discard(child)
        time.sleep(0.0005)
    return given


def main():
    breath, looks = sys.argv[1], int(sys.argv[2])
    ours, theirs = os.pipe()
    watcher = os.fork()
    if watcher == 0:
        try:
            watch(breath, looks, theirs)
        except SystemExit as fault:
            print(fault.code, flush=True)
            os._exit(1)
        os._exit(0)
    os.close(theirs)
    given = collections.Counter()
    while not os.waitid(os.P_PID, watcher, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        given += crowd()
    status = os.waitpid(watcher, 0)[1]
    named = int(os.read(ours, 100) or b"0")
    again = sum(count - 1 for count in given.values())
    print(f"{named} owners named, {again} pids used again")
    if status != 0 or named < looks or again < looks:
        sys.exit(1)


main()
