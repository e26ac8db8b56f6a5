#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""hostile.py - whom breath and breathdump name among processes that never hold still

usage: hostile.py BIN HOSTILE SECONDS

In a network namespace of its own, and not in a pid namespace: there BPF counts otherwise. Looks with `breath listen`, `conns` and `who`, by BPF and by
/proc, one after the other; `breath conns --watch` and breathdump, by BPF and by /proc, run all the
time. Afterwards everybody who was named is looked for in what the processes wrote down: he must have
held that socket at some time between the look's begin and end. Wrong are another, a crash, and
descriptors or memory of a watcher that grow.
"""
import collections
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time

FEW = ["setpriv", "--bounding-set", "-bpf,-perfmon,-sys_admin", "--inh-caps",
       "-bpf,-perfmon,-sys_admin"]
DRIVERS = 4
GROWTH_KB = 4096  # of a watcher's memory, after its first third; the buffers of its reading
GROWTH_FDS = 8  # what is open while it walks

Look = collections.namedtuple("Look", "words begin end sockets")
wrong = []


def look(command, looks, statuses):
    begin = time.monotonic_ns()
    got = subprocess.run(command, capture_output=True, check=False, timeout=60)
    end = time.monotonic_ns()
    words = " ".join(word.rsplit("/", 1)[-1] for word in command)
    statuses[got.returncode] += 1
    if got.returncode not in (0, 1, 3):
        wrong.append(f"{words}: status {got.returncode}: {got.stderr[:200]}")
        return
    looks.append(Look(words, begin, end, json.loads(got.stdout).get("sockets", [])))


def measure(process):
    """Its memory in KB and how many descriptors it has; None when it has ended."""
    try:
        with open(f"/proc/{process.pid}/status", encoding="ascii", errors="replace") as status:
            memory = re.search(r"VmRSS:\s+(\d+)", status.read())
        return int(memory.group(1)), len(os.listdir(f"/proc/{process.pid}/fd"))
    except (OSError, AttributeError):
        return None


def read_truth(name):
    """Of each socket and each connection, whose it was: (pid, from, to)."""
    lives, ends, sockets, connections = {}, {}, collections.defaultdict(set), \
        collections.defaultdict(set)
    with open(name, encoding="ascii") as truth:
        for line in truth:
            kind, one, *rest = line.split()
            if kind == "B":
                lives[one] = int(rest[0]), int(rest[1])
            elif kind == "S":
                sockets[int(rest[0])].add(one)
            elif kind == "C":
                connections[int(rest[0]), int(rest[1])].add(one)
            else:
                ends[one] = int(rest[0])

    def spans(of):
        return {key: [(*lives[one], ends.get(one, time.monotonic_ns())) for one in ids]
                for key, ids in of.items()}
    return spans(sockets), spans(connections)


def judge_looks(looks, sockets):
    """Everybody named held that socket meanwhile. Returns how many were named."""
    named = 0
    for one in looks:
        for socket in one.sockets:
            for owner in socket["owners"]:
                named += 1
                if not any(owner["pid"] == pid and begin <= one.end and end >= one.begin
                           for pid, begin, end in sockets.get(socket["inode"], [])):
                    wrong.append(f"{one.words}: socket {socket['inode']} is not of {owner}")
    return named


def packets(name):
    """Of each packet with a note: nanoseconds, ports, note."""
    with open(name, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8:at + length - 4]
        if kind == 6:
            captured = struct.unpack_from("<I", body, 12)[0]
            frame, rest = body[20:20 + captured], body[20 + (captured + 3) // 4 * 4:]
            note = re.search(rb"tcp-breath v=1[ -~]*", rest)
            # IPv4 behind 14 octets of Ethernet, without options
            if note and frame[12:14] == b"\x08\x00" and frame[23] == 6:
                high, low = struct.unpack_from("<II", body, 4)
                yield high << 32 | low, struct.unpack_from(">HH", frame, 34), note.group().decode()
        at += length


def judge_capture(name, connections):
    """Likewise of the notes; the clock of packets is that of the day."""
    offset = time.time_ns() - time.monotonic_ns()
    slack = 2_000_000_000  # the two clocks, and a note on a packet behind the process's end
    named = 0
    for when, (source, destination), note in packets(name):
        moment = when - offset
        for end, key in (("src", (source, destination)), ("dst", (destination, source))):
            pid = re.search(rf" {end}\.pid=(\d+)", note)
            if not pid:
                continue
            named += 1
            if not any(int(pid.group(1)) == one and begin - slack <= moment <= last + slack
                       for one, begin, last in connections.get(key, [])):
                wrong.append(f"{name}: port {key[0]} to {key[1]} at {moment}: of "
                             f"{connections.get(key)}, not of {note}")
    return named


def stop(process, words):
    process.send_signal(signal.SIGINT)
    try:
        status = process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        status = "no end"
    if status not in (0, -signal.SIGINT, 130):
        wrong.append(f"{words}: status {status}")


def main():
    folder, hostile, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    breath, dump = f"{folder}/breath", f"{folder}/breathdump"
    watchers = {"conns --watch": [breath, "conns", "--watch=1"],
                "conns --watch by /proc": FEW + [breath, "conns", "--watch=1"],
                "breathdump by bpf": [dump, "--attribution", "bpf", "-i", "lo", "-w", "bpf.pcapng"],
                "breathdump by proc": [dump, "--attribution", "proc", "-i", "lo", "-w",
                                       "proc.pcapng"]}
    running = {}
    for words, command in watchers.items():
        with open(f"{words.replace('/', '')}.said", "wb") as said:
            running[words] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
    time.sleep(1)  # they begin
    measured = {words: [] for words in running}
    looks, statuses, number = [], collections.Counter(), 0
    with subprocess.Popen([hostile, str(seconds), str(DRIVERS), "truth"],
                          stdout=subprocess.PIPE, text=True) as population:
        while population.poll() is None:
            port = str(40000 + number * 7 % 200)
            words = (["listen"], ["conns"], ["who", port])[number % 3]
            look((FEW if number % 2 else []) + [breath] + words + ["--json"], looks, statuses)
            for one, process in running.items():
                got = measure(process)
                if got is None or process.poll() is not None:
                    wrong.append(f"{one}: has ended: {process.poll()}")
                else:
                    measured[one].append(got)
            number += 1
        print(population.stdout.read().strip(), f"in {seconds} s")
        if population.returncode != 0:
            wrong.append("the population failed")
    for words, process in running.items():
        stop(process, words)
    sockets, connections = read_truth("truth")
    named = judge_looks(looks, sockets)
    print(f"{len(looks)} looks, {named} owners named, statuses {dict(statuses)}")
    if named == 0:
        wrong.append("nobody was named")
    for name in ("bpf", "proc"):
        print(f"breathdump by {name}: {judge_capture(f'{name}.pcapng', connections)} names")
    for words, values in measured.items():
        values = values[len(values) // 3:]
        if not values:
            continue
        memory, descriptors = zip(*values)
        print(f"{words}: {memory[0]} to {memory[-1]} KB, {min(descriptors)} to {max(descriptors)} "
              "descriptors")
        if words.startswith("conns") and memory[-1] - memory[0] > GROWTH_KB:
            wrong.append(f"{words}: memory grows: {memory[0]} to {memory[-1]} KB")
        if descriptors[-1] - descriptors[0] > GROWTH_FDS:
            wrong.append(f"{words}: descriptors grow")
    for one in wrong[:20]:
        print(f"WRONG: {one}")
    print(f"{len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
