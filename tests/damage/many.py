#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""many.py - damaged captures by the thousand, through one sharkd after another

usage: many.py [--first NUMBER] [--keep FOLDER] --with COMMAND --without COMMAND COUNT CAPTURE...

Each number from NUMBER (1) on chooses a capture, which is pcapng, and what is damaged in it: octets of
packets, lengths, comments, options, blocks, link types, the section's header, its end. The same
number makes the same file. sharkd loads it, as the window does, and is asked for its frames in
random order, twice: our layers must be there and the same both times. COMMAND is a sharkd with our plugin,
sanitized, and one without: what ends that too is Wireshark's own.

Prints how many were read and what failed, each with its number and the file kept. Fails where
sharkd died, said what bears our name, gave another answer or none for a minute.
"""
import argparse
import json
import os
import random
import shlex
import struct
import subprocess
import sys
import threading
import time

FRAMES_ASKED = 16  # of a capture, each time
FILES_A_SHARKD = 250  # so that leaks are looked for, and one that dies costs little
SECONDS_MAX = 60  # for an answer, sanitized and on a busy machine

SECTION, INTERFACE, PACKET, DARWIN = 0x0A0D0D0A, 1, 6, 0x80000001
LINK_TYPES = [0, 1, 12, 101, 108, 109, 113, 129, 140, 149, 192, 195, 220, 226, 228, 229, 239, 251,
              258, 268, 276, 283, 292, 65535]
PIECES = [b"%n%s%d", b"\n", b"\r", b"\x00", b"\x1b[31m", b"=", b" ", b"src.pid=", b"dst.comm=",
          b"src.pid=4294967296 ", b"src.uid=-1 ", b"v=1 ", b"tcp-breath v=1 mechanism=bpf ",
          b"\\x00", b"\\x", b"\\", b"\xff\xfe", b"\xe3\x83", b"x" * 5000, b"src.start=" + b"9" * 40,
          b"src.source=acceptor ", b"dst.listener=self ", b"lost=1 ", b"certainty=unsure "]


def blocks_of(octets):
    """(type, body) of a little-endian file, such as every capture of ours."""
    at, blocks = 0, []
    while at + 12 <= len(octets):
        kind, length = struct.unpack_from("<II", octets, at)
        blocks.append([kind, bytearray(octets[at + 8:at + length - 4])])
        at += length
    return blocks


def block(kind, body, length=None, tail=None):
    body = bytes(body) + b"\0" * (-len(body) % 4)
    whole = len(body) + 12
    return (struct.pack("<II", kind & 0xFFFFFFFF, length if length is not None else whole) + body +
            struct.pack("<I", tail if tail is not None else whole))


def option(code, value, length=None):
    return (struct.pack("<HH", code, (len(value) if length is None else length) & 0xFFFF) + value +
            b"\0" * (-len(value) % 4))


def options_at(kind, body):
    """Where a block's options begin; None: it has none."""
    if kind == PACKET and len(body) >= 20:
        captured = struct.unpack_from("<I", body, 12)[0]
        return 20 + (captured + 3 & ~3)
    return {SECTION: 16, INTERFACE: 8, DARWIN: 4, 5: 12}.get(kind)


def any_octets(rng, most):
    return rng.randbytes(rng.randrange(most + 1))


def damaged_text(rng, text):
    text = bytearray(text)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(text) + 1)
        what = rng.randrange(4)
        if what == 0:
            text[at:at] = rng.choice(PIECES)
        elif what == 1:
            del text[at:at + rng.randrange(1, 20)]
        elif what == 2 and at < len(text):
            text[at] = rng.randrange(256)
        else:
            text[at:at] = text[max(0, at - rng.randrange(1, 60)):at]
    return bytes(text[:60000])


def packets(blocks):
    return [each for each in blocks if each[0] == PACKET and len(each[1]) >= 20]


# --- What may be damaged: each takes the blocks and changes them ------------------------------------


def octets_of_packets(rng, blocks):
    share = rng.choice([0.002, 0.02, 0.1])
    for _, body in packets(blocks):
        captured = min(struct.unpack_from("<I", body, 12)[0], len(body) - 20)
        for at in range(20, 20 + captured):
            if rng.random() < share:
                body[at] = rng.choice([rng.randrange(256), body[at] ^ 1 << rng.randrange(8)])


def lengths_of_packets(rng, blocks):
    for _, body in packets(blocks):
        if rng.random() < 0.3:
            where = rng.choice([12, 16])
            struct.pack_into("<I", body, where,
                             rng.choice([0, 1, 20, 40, 54, 65535, 262144, 0xFFFFFFFF,
                                         rng.randrange(200)]))


def times_and_interfaces(rng, blocks):
    for _, body in packets(blocks):
        if rng.random() < 0.2:
            struct.pack_into("<I", body, rng.choice([0, 4, 8]),
                             rng.choice([0, 1, 2, 7, 0x7FFFFFFF, 0xFFFFFFFF]))


def random_packets(rng, blocks):
    """What looks like IP and TCP for so long, and is noise behind."""
    for _, body in packets(blocks):
        if rng.random() < 0.5:
            begin = rng.choice([20, 34, 54, 60, 74])
            body[begin:] = rng.randbytes(max(0, len(body) - begin))


def comments(rng, blocks):
    found = packets(blocks)
    for each in found:
        at = options_at(*each)
        text = bytes(each[1][at + 4:]) if at < len(each[1]) else b"tcp-breath v=1 mechanism=bpf "
        if rng.random() < 0.5:
            each[1][at:] = option(1, damaged_text(rng, text)) + option(0, b"")


def comments_elsewhere(rng, blocks):
    """A note with another packet than its own, and several with one."""
    found = packets(blocks)
    tails = [bytes(each[1][options_at(*each):]) for each in found]
    rng.shuffle(tails)
    for each, tail in zip(found, tails):
        each[1][options_at(*each):] = tail[:-4] * rng.randrange(1, 4) + option(0, b"")


def options(rng, blocks):
    for each in blocks:
        at = options_at(*each)
        if at is None or rng.random() < 0.5:
            continue
        made = b"".join(
            option(rng.choice([1, 2, 3, 4, 9, 11, 14, 0x8001, 0x8003, 0xBAD, 2988, rng.randrange(65536)]),
                   any_octets(rng, 40),
                   rng.choice([None, None, 0, 1, 4, 65535, rng.randrange(65536)]))
            for _ in range(rng.randrange(1, 5)))
        each[1][at:] = made + rng.choice([b"", option(0, b"")])


def darwin_blocks(rng, blocks):
    for _ in range(rng.randrange(1, 6)):
        body = struct.pack("<I", rng.choice([0, 1, 4242, 0xFFFFFFFF])) + b"".join(
            option(rng.choice([2, 4, rng.randrange(10)]), any_octets(rng, 30),
                   rng.choice([None, 0, 65535])) for _ in range(rng.randrange(4)))
        blocks.insert(rng.randrange(len(blocks) + 1), [DARWIN, bytearray(body)])
    for each in packets(blocks):
        if rng.random() < 0.5:
            each[1][options_at(*each):] = option(
                0x8001, struct.pack("<I", rng.randrange(8))) + option(0, b"")


def whole_blocks(rng, blocks):
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(blocks))
        what = rng.randrange(5)
        if what == 0 and len(blocks) > 1:
            del blocks[at]
        elif what == 1:
            blocks.insert(rng.randrange(len(blocks) + 1), [blocks[at][0], bytearray(blocks[at][1])])
        elif what == 2:
            to = rng.randrange(len(blocks))
            blocks[at], blocks[to] = blocks[to], blocks[at]
        elif what == 3:
            blocks[at][0] = rng.choice([SECTION, INTERFACE, 2, 3, 4, 5, PACKET, DARWIN, 0xBAD,
                                        rng.randrange(1 << 32)])
        else:
            blocks.insert(at, [rng.choice([0xBAD, 10, 11, 0x40000BAD, DARWIN]),
                               bytearray(any_octets(rng, 200))])


def link_types(rng, blocks):
    for kind, body in blocks:
        if kind == INTERFACE and len(body) >= 8:
            struct.pack_into("<H", body, 0, rng.choice(LINK_TYPES))
            struct.pack_into("<I", body, 4, rng.choice([0, 1, 96, 262144, 0xFFFFFFFF]))


def section_header(rng, blocks):
    for kind, body in blocks:
        if kind == SECTION and len(body) >= 16:
            at = rng.choice([0, 4, 6, 8])
            body[at:at + 2] = rng.choice([b"\x1a\x2b", b"\0\0", b"\x01\0", b"\xff\xff"])


DAMAGES = [octets_of_packets, octets_of_packets, octets_of_packets, lengths_of_packets,
           times_and_interfaces, random_packets, comments, comments, comments_elsewhere, options,
           darwin_blocks, whole_blocks, link_types, section_header]


def damaged(number, captures):
    """What it was made of, and its octets."""
    rng = random.Random(number)
    name = rng.choice(captures)
    with open(name, "rb") as file:
        blocks = blocks_of(file.read())
    ways = rng.sample(DAMAGES, rng.choice([1, 1, 2, 3]))
    for way in ways:
        way(rng, blocks)
    made = b""
    for kind, body in blocks:
        wrong = rng.random() < 0.003
        made += block(kind, body, length=rng.randrange(1 << 16) if wrong else None)
    if rng.random() < 0.1:
        made = made[:rng.randrange(len(made) + 1)]
    return rng, f"{os.path.basename(name)}: {', '.join(way.__name__ for way in ways)}", made


# --- The program that reads them --------------------------------------------------------------------


class Died(Exception):
    pass


class Sharkd:
    def __init__(self, command):
        self.said = open("sharkd.said", "w+b")
        self.process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.said)
        self.number = 0
        self.slowest = 0

    def send(self, method, **parameters):
        self.number += 1
        asked = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": parameters}
        try:
            self.process.stdin.write(json.dumps(asked).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Died from None

    def ask(self, method, **parameters):
        self.send(method, **parameters)
        began = time.monotonic()
        late = threading.Timer(SECONDS_MAX, self.process.kill)
        late.start()
        try:
            return self.answer()
        finally:
            late.cancel()
            self.slowest = max(self.slowest, time.monotonic() - began)

    def answer(self):
        for line in self.process.stdout:
            if not line.startswith(b"{"):
                continue
            try:
                answer = json.loads(line.decode("utf-8", "replace"), strict=False)
            except ValueError:
                # sharkd's own texts of damaged names are not always JSON: then by its octets
                answer = {"id": self.number, "garbled": line}
            if answer.get("id") == self.number:
                return answer
        raise Died

    def end(self):
        """Its exit status, and what it said."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.read()
        self.process.wait()
        self.said.seek(0)
        said = self.said.read()
        self.said.close()
        return self.process.returncode, said


def layers_of(node, found):
    if isinstance(node, list):
        for each in node:
            layers_of(each, found)
    elif isinstance(node, dict):
        if node.get("l", "").startswith("TCP Breath"):
            found.append(json.dumps(node, sort_keys=True))
        else:
            layers_of(node.get("n", []), found)
    return found


class Failure(Exception):
    pass


def visit(sharkd, frames):
    layers = {}
    for frame in frames:
        answer = sharkd.ask("frame", frame=frame, proto=True)
        text = json.dumps(answer.get("result", {}), default=repr)
        if "TCP Breath" in text and ("Dissector bug" in text and "tcp-breath" in text.split(
                "Dissector bug", 1)[1][:200] or "Malformed Packet: TCP.Breath" in text):
            raise Failure(f"frame {frame}: a bug or malformed: {text[:400]}")
        if "garbled" not in answer:
            layers[frame] = layers_of(answer.get("result", {}).get("tree", []), [])
    return layers


def read(sharkd, rng, name):
    """How many layers were seen; None: sharkd takes nothing of the file."""
    sharkd.send("load", file=name)  # of a file that is damaged in the middle 4.0 says nothing
    status = sharkd.ask("status").get("result", {})
    frames = status.get("frames", 0)
    if frames == 0 or status.get("filename") != os.path.basename(name):
        return None  # the one before is still there
    chosen = rng.sample(range(1, frames + 1), min(frames, FRAMES_ASKED))
    once = visit(sharkd, chosen)
    rng.shuffle(chosen)
    again = visit(sharkd, chosen)
    for frame in once:
        if frame in again and once[frame] != again[frame]:
            raise Failure(f"frame {frame}: {once[frame]} and then {again[frame]}")
    return sum(map(len, once.values()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--keep", default=".")
    parser.add_argument("--with", required=True, dest="ours")
    parser.add_argument("--without", required=True)
    parser.add_argument("count", type=int)
    parser.add_argument("captures", nargs="+")
    asked = parser.parse_args()
    refused = layers = with_layers = theirs = slowest = 0
    failures = []

    def fail(number, made, octets, why):
        kept = os.path.join(asked.keep, f"damaged-{number}.pcapng")
        with open(kept, "wb") as file:
            file.write(octets)
        failures.append(number)
        print(f"{number}: {made}: {why}\n  kept as {kept}", flush=True)

    def write(number, octets):
        """A file of its own: what was refused leaves the one before open."""
        name = os.path.abspath(f"{number}.pcapng")
        with open(name, "wb") as file:
            file.write(octets)
        return name

    def dies_without_us(number):
        rng, _, octets = damaged(number, asked.captures)
        other = Sharkd(asked.without)
        try:
            read(other, rng, write(number, octets))
        except (Died, Failure):
            pass
        status, said = other.end()
        return status != 0 and b"LeakSanitizer" not in said

    def end(sharkd, number, made, octets):
        nonlocal theirs, slowest
        slowest = max(slowest, sharkd.slowest)
        status, said = sharkd.end()
        ours = b"tcp-breath" in said.partition(b"LeakSanitizer")[2]
        if status != 0 and not ours and b"LeakSanitizer" not in said and dies_without_us(number):
            theirs += 1
        elif status != 0 and (ours or b"LeakSanitizer" not in said):
            fail(number, made, octets, f"sharkd ended with {status}: {said[-4000:].decode(errors='replace')}")
        elif ours:
            fail(number, made, octets, f"leaks: {said[-4000:].decode(errors='replace')}")

    sharkd = None
    for number in range(asked.first, asked.first + asked.count):
        rng, made, octets = damaged(number, asked.captures)
        name = write(number, octets)
        sharkd = sharkd or Sharkd(asked.ours)
        try:
            seen = read(sharkd, rng, name)
        except Died:
            end(sharkd, number, made, octets)
            sharkd = None
            continue
        except Failure as failure:
            fail(number, made, octets, failure)
            continue
        finally:
            os.unlink(name)
        refused += seen is None
        layers += seen or 0
        with_layers += bool(seen)
        if (number - asked.first + 1) % FILES_A_SHARKD == 0:
            end(sharkd, number, made, octets)
            sharkd = None
    if sharkd:
        end(sharkd, number, made, octets)
    print(f"{asked.count} damaged captures, {refused} refused, {with_layers} with layers of ours "
          f"({layers}), {theirs} that Wireshark itself does not survive, {len(failures)} failed; "
          f"slowest answer {slowest:.2f} s")
    return 1 if failures or with_layers * 2 < asked.count else 0


if __name__ == "__main__":
    sys.exit(main())
