#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""breath_screen.py - runs commands on a terminal of so many columns, and looks at every line

usage: breath_screen.py COLUMNS LANGUAGE BREATH <COMMANDS

A line of the input: the words of a call, as a shell takes them apart; "# ..." is none. Fails where a
line is wider than the terminal (full-width characters take two columns), ends in a space, holds a
control character or a token that nothing was put in for, or where nothing is printed at all. Prints
how many lines it saw.
"""
import fcntl
import os
import pty
import shlex
import struct
import subprocess
import sys
import termios
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
from columns import fault  # noqa: E402

SECONDS_MAX = 30


def screen(columns, words):
    """What comes on stdout and stderr, both the terminal; stdin is empty."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
                          env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"}) as process:
        os.close(slave)
        late = threading.Timer(SECONDS_MAX, process.kill)
        late.start()
        octets = b""
        try:
            while piece := os.read(master, 65536):
                octets += piece
        except OSError:  # EIO: nobody has the terminal any more
            pass
        late.cancel()
    os.close(master)
    if process.returncode < 0:
        raise SystemExit(f"{words}: ended by signal {-process.returncode}")
    return octets.decode("utf-8").replace("\r\n", "\n").splitlines()


def main():
    columns, language, breath = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    seen, faults = 0, []
    for call in sys.stdin:
        words = shlex.split(call)
        if not words or words[0] == "#":
            continue
        lines = screen(columns, [breath, *words, f"--lang={language}"])
        seen += len(lines)
        if not lines:
            faults.append(f"{call.strip()}: nothing is printed")
        faults += [f"{call.strip()}: {why}: {line!r}" for line in lines
                   if (why := fault(line, columns))]
    print("\n".join(faults[:20]) if faults else f"{language}: {seen} lines")
    return 1 if faults or seen == 0 else 0


sys.exit(main())
