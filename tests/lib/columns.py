#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""columns.py - whether every line of the input fits a terminal of so many columns

usage: columns.py COLUMNS <TEXT

Fails, and says which, where a line is wider (full-width characters take two columns), ends in a
space, holds a control character or a token that nothing was put in for, or where there is no line.
"""
import sys
import unicodedata


def width(line):
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def fault(line, columns):
    """What is wrong with the line, or None."""
    if width(line) > columns:
        return f"{width(line)} columns"
    if line.endswith(" "):
        return "a space at its end"
    if any(unicodedata.category(c) == "Cc" for c in line):
        return "a control character"
    if "{" in line and "}" in line.split("{", 1)[1]:
        return "a token without a value"
    return None


def main():
    lines = sys.stdin.buffer.read().decode("utf-8").replace("\r\n", "\n").splitlines()
    faults = [f"{why}: {line!r}" for line in lines if (why := fault(line, int(sys.argv[1])))]
    print("\n".join(faults[:20]) if faults else f"{len(lines)} lines")
    return 1 if faults or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
