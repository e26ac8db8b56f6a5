# SPDX-License-Identifier: GPL-2.0-or-later
"""merged.py - connections in two network namespaces at once, and whether a merged capture keeps them apart

usage: merged.py serve NAME ADDRESS
           an HTTP server on port 8080 that is called NAME
       merged.py ask NAME FROM TO WHEN COUNT
           COUNT clients in turn from the same ports, at the same time of day wherever this runs: the
           first at WHEN, seconds
       merged.py check SHARE MERGED PARTS...
           each a table: what tells a segment, |, names at its ends; of a part the names are NAME's:
           "FILE=SUFFIX". At least SHARE per cent of the segments have both, and none a wrong one
"""
import socket
import sys
import time

FIRST_PORT = 41000
SPACING = 0.02  # seconds from one client to the next


def be(name):
    with open('/proc/self/comm', 'w') as comm:
        comm.write(name)


def serve(name, address):
    be(name)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, 8080))
    listener.listen(64)
    while True:
        connection, _ = listener.accept()
        connection.recv(4096)
        connection.sendall(b'HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n')
        connection.close()


def ask(name, here, there, when, count):
    be(name)
    for i in range(count):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind((here, FIRST_PORT + i))
        then = when + i * SPACING
        time.sleep(max(0.0, then - time.time() - 0.003))
        while time.time() < then:
            pass
        client.connect((there, 8080))
        client.sendall(b'GET / HTTP/1.0\r\n\r\n')
        while client.recv(4096):
            pass
        client.close()


def rows(path):
    with open(path) as table:
        for line in table:
            segment, names = line.rstrip('\n').split('|')
            yield segment, names.split()


def check(share, merged, parts):
    whose = {}
    for part in parts:
        path, suffix = part.split('=')
        for segment, names in rows(path):
            whose.setdefault(segment, set()).add(suffix)
    right = wrong = unknown = 0
    for segment, names in rows(merged):
        suffixes = whose[segment]
        bad = [name for name in names if not any(name.endswith(suffix) for suffix in suffixes)]
        if bad:
            wrong += 1
            print(f'wrong: {segment}: {names}, not {sorted(suffixes)}')
        elif len(names) == 2:
            right += 1
        else:
            unknown += 1
    print(f'{right} right, {unknown} unknown, {wrong} wrong')
    return 1 if wrong or right * 100 < share * (right + unknown) or not right else 0


if __name__ == '__main__':
    if sys.argv[1] == 'serve':
        serve(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == 'ask':
        ask(*sys.argv[2:5], float(sys.argv[5]), int(sys.argv[6]))
    else:
        sys.exit(check(int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
