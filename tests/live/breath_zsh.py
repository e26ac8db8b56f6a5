#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""breath_zsh.py - what zsh offers behind a line, a candidate a line

usage: breath_zsh.py LINE

An interactive zsh on a terminal, in which the line is typed, and then the key that completes. What
zsh would insert is told by a function of ours in place of compadd(1)'s own.
"""
import os
import pty
import select
import sys
import time

SECONDS_MAX = 30
BEGIN, END = "<<offered", "offered>>"

SETTINGS = r"""
PS1=REA""DY PROMPT_SP=
autoload -Uz compinit && compinit -u -D
source <(breath completion zsh)
compadd() {
    local -a hits
    builtin compadd -O hits "$@"
    print -rl -- "" "<<"offered $hits "offered>>"
}
bindkey '^I' complete-word
print SET
"""


def read_until(master, mark, text):
    """The mark stands in the settings in pieces, so that their echo is not taken for it."""
    end = time.monotonic() + SECONDS_MAX
    while mark not in text:
        ready = select.select([master], [], [], max(0, end - time.monotonic()))[0]
        if not ready:
            sys.exit(f"no {mark!r} in {text!r}")
        try:
            text += os.read(master, 65536).decode("utf-8", "replace")
        except OSError:
            sys.exit(f"zsh ended: {text!r}")
    return text


def main():
    pid, master = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "dumb"
        os.execvp("zsh", ["zsh", "-f", "-i"])
    with open("settings.zsh", "w", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    os.write(master, b"source ./settings.zsh\n")
    read_until(master, "READY", read_until(master, "SET", ""))
    os.write(master, sys.argv[1].encode() + b"\t")
    text = read_until(master, END, "").replace("\r", "")
    os.write(master, b"\x03exit\n")
    os.close(master)
    os.waitpid(pid, 0)
    print(text.split(BEGIN, 1)[1].split(END, 1)[0].strip())


main()
