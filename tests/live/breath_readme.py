#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""breath_readme.py - whether a screen in a README is what is printed

usage: breath_readme.py README PRINTED [COMMAND]

PRINTED: what COMMAND, `breath tour` without one, printed on 80 columns. The README shows the tour
from its first step to its last line, and leaves out only what stands for "[...]"; another command
stands before what it prints, as "$ COMMAND". Numbers, the folding of lines and what is of one
machine alone (its processes, /etc/services, where the program is) may differ.
"""
import re
import sys

FIRST = re.compile(r"^1\. (A server|サーバー)")
OF_THIS_MACHINE = [
    r'N is "http-alt" in /etc/services\.',
    r"N 番ポートは /etc/services に http-alt として登録されています。",
    r"complete search: N processes, N hidden from you",
    r"Searched: the N processes of this container \(pid namespace\); I see no others\.",
    r"hidden from you: N of N processes, which may hold these sockets too",
    r"The kernel lets not even root look into .*? here\.",
    r"全 N プロセスを確認しました \(権限不足 N\)",
    r"このコンテナ \(PID 名前空間\) の N プロセスを確認しました。外側のプロセスは見えません。",
    r"N プロセス中 N は権限不足で調べられません \(同じソケットを持つ可能性あり\)。",
    r"[!-~]*? \(N\) は、root でもカーネルに拒否されるため調べられません。",
]


def screen_of(readme, command):
    with open(readme, encoding="utf-8") as text:
        blocks = text.read().split("\n```\n")
    if command is None:
        found = [block for block in blocks if FIRST.match(block)]
    else:
        found = [part.removeprefix(f"{command}\n") for block in blocks if not FIRST.match(block)
                 for part in re.split(r"^\$ ", block, flags=re.M)
                 if part.startswith(f"{command}\n")]
    if len(found) != 1:
        sys.exit(f"{readme}: {len(found)} screens of {command or 'the tour'}")
    return found[0]


def without_parents(text):
    """The row of `who` tells who started the tour, maybe on several lines."""
    kept, skipping = [], False
    for line in text.splitlines():
        skipping = skipping and line.strip() != ""
        row = re.match(r"hello .* (s ago|秒前)", line)
        if row:
            line = row.group(0)
        if not skipping and not re.match(r"  (exe|実行ファイル:) ", line):
            kept.append(line)
        skipping = skipping or bool(row)
    return "\n".join(kept)


def squeezed(text):
    text = re.sub(r"[0-9]+", "N", without_parents(text))
    text = re.sub(r"\(N(\.N)? (B|[KMG]iB)\)", "(N)", text)
    text = re.sub(r"\s+", "", text)
    text = re.sub(r"N(\.N)?(µs|ms)", "Nms", text)
    text = re.sub(r"N(\.N)?(マイクロ秒|ミリ秒)", "Nミリ秒", text)
    for pattern in OF_THIS_MACHINE:
        text = re.sub(pattern.replace(" ", ""), "", text)
    return text


def main():
    readme, printed, *command = sys.argv[1:]
    with open(printed, encoding="utf-8") as text:
        told = squeezed(text.read())
    screen = screen_of(readme, command[0] if command else None)
    chunks = [squeezed(chunk) for chunk in screen.split("\n[...]\n")]
    at = 0
    for number, chunk in enumerate(chunks):
        found = told.find(chunk, at)
        if not chunk or found < 0 or (number == 0 and found > 0):
            sys.exit(f"{readme}: not printed: {chunk}\nbut: {told[at:]}")
        at = found + len(chunk)
    if at != len(told):
        sys.exit(f"{readme}: printed, and not shown: {told[at:]}")


main()
