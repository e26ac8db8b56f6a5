#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""inject.py - what breath and breathdump say when a system call or an allocation of theirs fails

usage: inject.py BIN SHIM sample|all SEED [WORD]

In network, pid and mount namespaces of its own, with this process as the only owner of sockets. Each
command runs undisturbed first, then once for every call that it makes, by its number, and every
errno of ERRNOS, with strace(1) making that call fail; and once for every allocation, with SHIM making
it fail. sample: every command, but a few of these chosen by SEED. WORD: only commands that hold it.

Wrong are: a signal, no end within ten seconds, a status that means that nothing is there or that the
usage is wrong, a system's refusal without a word on stderr, and an answer that differs from the
undisturbed one while status, stderr and the answer itself tell nothing of it. A capture that ended
with 0 must hold what the undisturbed one holds; with another status its blocks must be whole as far
as they go, but for the last one.
"""
import collections
import difflib
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import time

ERRNOS = ("ENOMEM EPERM EMFILE ENFILE ENOSPC EIO EINTR ENOBUFS EACCES ENOENT EAGAIN").split()
# A signal's end of a wait, a resource that is short for a moment: only calls that may block have them.
BLOCKING = {"read", "write", "recvmsg", "recvfrom", "sendto", "sendmsg", "poll", "ppoll", "futex",
            "epoll_wait", "epoll_pwait", "pread64", "pwrite64", "writev", "connect", "accept4",
            "flock", "wait4", "waitid", "nanosleep", "clock_nanosleep", "getrandom", "select", "pselect6"}
# Of a file in /proc: its process has ended meanwhile, which is no fault.
GONE = {"openat", "readlinkat", "readlink", "newfstatat", "open", "stat", "access", "faccessat2",
        "statx", "getdents64", "read", "pidfd_open",
        # of NETLINK_SOCK_DIAG: the kernel does not have the protocol
        "socket", "sendto", "recvmsg"}
# These cannot fail, or do not return.
SPARED = {"execve", "exit", "exit_group", "rt_sigreturn", "arch_prctl", "set_tid_address",
          "set_robust_list", "rseq", "restart_syscall", "futex"}
PACKETS = 12
LIMIT_S = 10
UNSAID_S = 3
SAMPLE = 14  # of a command

Run = collections.namedtuple("Run", "status out said")


def hold():
    """Sockets that stay as they are while breath looks at them."""
    held = [socket.create_server(("127.0.0.1", 8080)), socket.create_server(("127.0.0.1", 8081))]
    for _ in range(3):
        held.append(socket.create_connection(("127.0.0.1", 8080)))
        held.append(held[0].accept()[0])
    bound = socket.socket()
    bound.bind(("127.0.0.1", 8084))
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagram.bind(("127.0.0.1", 8087))
    return held + [bound, datagram]


def run(command, extra=None, drive=None):
    """drive(process): what is done while it runs."""
    environment = dict(os.environ, LC_ALL="C.UTF-8", LANG="C.UTF-8", **(extra or {}))
    with open("out", "wb") as out, open("said", "wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=said,
                                   env=environment, start_new_session=True)
    status = None
    try:
        if drive:
            drive(process)
        status = process.wait(LIMIT_S)
    except subprocess.TimeoutExpired:
        pass
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    with open("out", "rb") as out, open("said", "rb") as said:
        return Run(status, out.read(), said.read())


# --- Answers --------------------------------------------------------------------------------------

VOLATILE = {"processes", "hidden", "mechanism", "microseconds", "queue", "received", "sent"}


def without_volatile(value):
    if isinstance(value, dict):
        return {key: without_volatile(one) for key, one in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [without_volatile(one) for one in value]
    return value


def answer_of(result):
    """What may be compared: a document, or text without its numbers that change."""
    if result.out[:1] == b"{":
        try:
            document = json.loads(result.out)
        except ValueError:
            return "not a whole document"
        return without_volatile(document)
    # A user is a number where its name cannot be looked up; libpcap keeps silent about a failure when
    # it asks for an interface's flags; files grow.
    return re.sub(rb"\d+", b"N", re.sub(rb" +", b" ", result.out.replace(b" root ", b" 0 ").replace(b" (loopback)", b"")))


def tells(answer):
    """The document itself says that something is missing."""
    search = answer.get("search", {}) if isinstance(answer, dict) else {}
    return bool(search) and (search.get("inexact") or search.get("unlisted"))


def difference(whole, part):
    """Its first lines."""
    texts = [one.decode(errors="replace") if isinstance(one, bytes) else json.dumps(one, indent=1)
             for one in (whole, part)]
    lines = difflib.ndiff(*(text.splitlines() for text in texts))
    return " | ".join([line for line in lines if line[0] in "+-"][:4])[:300]


def judge_answer(undisturbed, result, is_gone, errno):
    """The fault, or None."""
    answer, whole = answer_of(result), answer_of(undisturbed)
    is_told = is_gone or errno.encode() in result.out  # `why` prints what bind() said
    if result.status in (3, 4, 127) and undisturbed.status not in (3, 4):
        if result.status != 3 and not result.said:
            return f"status {result.status} without a word"
        return None
    if result.status != undisturbed.status and not (is_gone and result.status == 1):
        return f"status {result.status}, not {undisturbed.status}, said {result.said[:100]!r}"
    if answer != whole and not result.said and not tells(answer) and not is_told:
        return "another answer, and not a word: " + difference(whole, answer)
    return None


# --- Captures -------------------------------------------------------------------------------------

ENHANCED_PACKET, OPT_COMMENT = 6, 1


def blocks(data):
    """Of a pcapng file: (type, body), then None if the last one is not whole."""
    at = 0
    while at < len(data):
        if len(data) - at < 12:
            yield None
            return
        kind, length = struct.unpack_from("<II", data, at)
        if length < 12 or length % 4:
            raise ValueError(f"block of {length} octets at {at}")
        if at + length > len(data):
            yield None
            return
        if struct.unpack_from("<I", data, at + length - 4)[0] != length:
            raise ValueError(f"lengths of the block at {at} differ")
        yield kind, data[at + 8:at + length - 4]
        at += length


def has_note(body):
    captured = struct.unpack_from("<I", body, 12)[0]
    return len(body) > 20 + (captured + 3) // 4 * 4


def read_capture(name):
    """Packets, those with notes, whether the last block is whole."""
    with open(name, "rb") as file:
        found = list(blocks(file.read()))
    packets = [one[1] for one in found if one and one[0] == ENHANCED_PACKET]
    return len(packets), sum(has_note(one) for one in packets), None not in found


def exchange():
    """Connections until the capture has its packets."""
    with socket.create_connection(("127.0.0.1", 8081)) as client:
        client.sendall(b"hello?\n")


def drive_capture(listener):
    def drive(process):
        end = time.monotonic() + LIMIT_S
        while process.poll() is None and time.monotonic() < end:
            with open("said", "rb") as said:
                # what it says may be what fails
                if b"capturing on" in said.read() or time.monotonic() > end - LIMIT_S + UNSAID_S:
                    exchange()
                    listener.accept()[0].close()
            time.sleep(0.02)
    return drive


def judge_capture(undisturbed, least, result):
    """least: so many packets have a note at least."""
    if result.status not in (0, 1, 4, 127):
        return f"status {result.status}, said {result.said[:100]!r}"
    if result.status != 0 and not result.said:
        return f"status {result.status} without a word"
    try:
        packets, noted, whole = read_capture("capture.pcapng")
    except FileNotFoundError:
        return "status 0 and no file" if result.status == 0 else None
    except ValueError as fault:
        return f"the file is damaged: {fault}"
    plain = [re.sub(rb"\d+", b"N", one.said) for one in (undisturbed, result)]
    if result.status == 0 and (packets < PACKETS or not whole):
        return f"status 0, {packets} packets, whole: {whole}"
    if result.status == 0 and noted < least and plain[0] == plain[1]:
        return f"{noted} notes, undisturbed at least {least}, and not a word"
    return None


# --- Commands -------------------------------------------------------------------------------------

def commands(folder, pid):
    """Words, and whether they capture."""
    breath = [f"{folder}/breath"]
    few = ["setpriv", "--bounding-set", "-bpf,-perfmon,-sys_admin", "--inh-caps",
           "-bpf,-perfmon,-sys_admin"]
    for words in ("listen --json", "listen", "conns --json", "conns", "who 8080 --json", "who 8080",
                  f"who pid:{pid} --json", "why 8080 --json", "why 8084 --json", "nic --json", "nic lo",
                  "nic --to=127.0.0.1 --json", "route --json", "route", "neigh --json", "ifconfig -a",
                  "arp -a", "netstat -tan", "netstat -tlnp", "netstat -r", "netstat -i", "netstat -s",
                  "lsof -i:8080 -nP", f"lsof -nP -p {pid}", "help"):
        yield breath + words.split(), False
    for words in ("listen --json", "conns --json", "who 8080 --json"):
        yield few + breath + words.split(), False
    dump = [f"{folder}/breathdump"]
    capture = ["-i", "lo", "-c", str(PACKETS), "-w", "capture.pcapng"]
    yield dump + ["-D"], False
    yield dump + ["--extcap-interfaces"], False
    for how in ("bpf", "proc", "none", "auto"):
        yield dump + ["--attribution", how] + capture, True


def list_calls(command, drive):
    """Of each call, after which number it is the program's and not the loader's, and the last. strace
    counts each process and thread by itself."""
    traced = run(["strace", "-f", "-o", "trace"] + command, drive=drive)
    made, loaded, first, is_loading = collections.defaultdict(collections.Counter), {}, None, True
    with open("trace", encoding="ascii", errors="replace") as trace:
        for line in trace:
            begun = re.match(r"(\d+) +([a-z0-9_]+)\(", line)
            if not begun:
                continue
            pid, call = begun.groups()
            first = first or pid
            made[pid][call] += 1
            if pid == first and call == "execve":
                is_loading = True
            elif pid == first and call == "munmap" and is_loading:
                is_loading = False  # ld.so.cache, when all libraries are there
                loaded = dict(made[pid])
    counts = {}
    for pid, calls in made.items():
        for call, count in calls.items():
            if call not in SPARED:
                before = loaded.get(call, 0)
                low, high = counts.get(call, (before, before))
                low = low if pid == first else 0
                counts[call] = (low, max(high, count))
    return counts, traced


def faults_of(counts):
    for call, (before, last) in sorted(counts.items()):
        for number in range(before + 1, last + 1):
            for errno in ERRNOS:
                if errno in ("EINTR", "EAGAIN") and call not in BLOCKING:
                    continue
                yield call, number, errno


class Injector:
    def __init__(self, shim, how, seed):
        self.shim, self.how = shim, how
        self.random = random.Random(seed)
        self.listener = None
        self.least = 0
        self.tried = self.wrong = 0
        self.seen = collections.Counter()

    def choose(self, faults):
        faults = list(faults)
        if self.how == "all" or len(faults) <= SAMPLE:
            return faults
        return self.random.sample(faults, SAMPLE)

    def try_one(self, command, is_capture, undisturbed, fault):
        """fault: (call, number, errno), or the number of an allocation"""
        if os.path.exists("capture.pcapng"):
            os.unlink("capture.pcapng")
        drive = drive_capture(self.listener) if is_capture else None
        is_gone, errno = False, "ENOMEM"
        if isinstance(fault, int):
            result = run(command, {"LD_PRELOAD": self.shim, "TB_FAIL_ALLOCATION": str(fault)}, drive)
        else:
            call, number, errno = fault
            how = "retval=0" if call == "brk" else f"error={errno}"  # brk() has no errno
            result = run(["strace", "-f", "-o", "/dev/null", "-e",
                          f"inject={call}:{how}:when={number}"] + command, None, drive)
            is_gone = errno == "ENOENT" and call in GONE or \
                call == "newfstatat" and "lsof" in command  # a size that is not known is left empty
        self.tried += 1
        if result.status is None:
            fault_found = "it does not end"
        elif result.status < 0 or result.status > 128:
            fault_found = f"signal {-result.status if result.status < 0 else result.status - 128}"
        elif is_capture:
            fault_found = judge_capture(undisturbed, self.least, result)
        else:
            fault_found = judge_answer(undisturbed, result, is_gone, errno)
        if fault_found:
            self.wrong += 1
            self.report(command, fault, fault_found)

    def report(self, command, fault, found):
        words = " ".join(word.rsplit("/", 1)[-1] for word in command)
        what = f"allocation {fault}" if isinstance(fault, int) else " ".join(map(str, fault))
        print(f"WRONG: {words}: {what}: {found}", flush=True)

    @staticmethod
    def least_notes(command, undisturbed, is_capture):
        """What /proc tells depends on when it is looked at."""
        if not is_capture or undisturbed.status != 0 or "bpf" not in command:
            return 0
        return read_capture("capture.pcapng")[1]

    def count_allocations(self, command, drive):
        run(command, {"LD_PRELOAD": self.shim, "TB_COUNT_ALLOCATIONS": "allocations"}, drive)
        try:
            with open("allocations", encoding="ascii") as file:
                return max((int(line) for line in file), default=0)
        except FileNotFoundError:
            return 0
        finally:
            if os.path.exists("allocations"):
                os.unlink("allocations")

    def command(self, command, is_capture):
        drive = drive_capture(self.listener) if is_capture else None
        undisturbed = run(command, None, drive)
        self.least = self.least_notes(command, undisturbed, is_capture)
        counts, traced = list_calls(command, drive)
        if undisturbed.status != traced.status or undisturbed.status not in (0, 1, 3):
            sys.exit(f"{command}: status {undisturbed.status}, traced {traced.status}: "
                     f"{undisturbed.said} {traced.said}")
        before = self.tried, self.wrong
        for fault in self.choose(faults_of(counts)):
            self.try_one(command, is_capture, undisturbed, fault)
        calls = self.tried - before[0]
        allocations = self.count_allocations(command, drive)
        for number in self.choose(range(1, allocations + 1)):
            self.try_one(command, is_capture, undisturbed, number)
        words = " ".join(word.rsplit("/", 1)[-1] for word in command)
        print(f"{words}: status {undisturbed.status}, {len(counts)} calls of {sum(last - before for before, last in counts.values())}; "
              f"{calls} made to fail, {self.tried - before[0] - calls} of {allocations} allocations; "
              f"{self.wrong - before[1]} wrong", flush=True)


def main():
    folder, shim, how, seed = sys.argv[1:5]
    word = sys.argv[5] if len(sys.argv) > 5 else ""
    held = hold()
    injector = Injector(shim, how, int(seed))
    injector.listener = held[1]
    # Who is looked at holds still; this process opens and closes files.
    still = os.fork()
    if still == 0:
        signal.pause()
    for command, is_capture in commands(folder, still):
        if word in " ".join(command):
            injector.command(command, is_capture)
    os.kill(still, signal.SIGKILL)
    print(f"{injector.tried} failures, {injector.wrong} wrong (seed {seed})")
    sys.exit(1 if injector.wrong else 0)


main()
