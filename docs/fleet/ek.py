#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ek.py - what `tshark -T ek` of Wireshark 4.0 and 4.4 lacks to be loaded into OpenSearch or Elasticsearch

usage: tshark -G elastic-mapping --elastic-mapping-filter PROTOCOLS | ek.py mapping FIELDS >mapping.json
       tshark -r FILE -2 -T ek -J PROTOCOLS | ek.py bulk [--host NAME] >FILE.bulk

FIELDS: what `tshark -G fields` printed. docs/fleet.md says what is wrong without this, and in which
version. With Wireshark 4.6 nothing is; its output passes through, and NAME is added all the same.
"""
import argparse
import json
import sys

# Elasticsearch's limit of an indexed term is 32,766 octets; a character has up to four.
KEYWORD = {"type": "keyword", "ignore_above": 8191}
DURATION = {"type": "double"}
STRINGS = {"FT_STRING", "FT_STRINGZ", "FT_STRINGZPAD", "FT_STRINGZTRUNC", "FT_UINT_STRING"}


def listed(value):
    return value if isinstance(value, list) else [value]


def merged(pairs):
    """An object in which a name that comes several times has all its values, in one array."""
    names = dict(pairs)
    if len(names) == len(pairs):
        return names
    names = {}
    for name, value in pairs:
        names[name] = listed(names[name]) + listed(value) if name in names else value
    return names


def is_left_out(layer):
    """Whether -J has left the layer out: only its name is in its place."""
    return all(isinstance(one, dict) and list(one) == ["filtered"] for one in listed(layer))


def dump(value, **how):
    # not json.dump(), which takes ten times as long
    sys.stdout.write(json.dumps(value, ensure_ascii=False, **how) + "\n")


def rows_of(fields):
    """(protocol, name in the mapping, type) of each field"""
    with open(fields, encoding="utf-8") as rows:
        for row in rows:
            column = row.rstrip("\n").split("\t")
            if column[0] == "F":
                yield column[4], f"{column[4]}_{column[2]}".replace(".", "_"), column[3]


def mapping(fields):
    whole = json.load(sys.stdin)
    layers = whole["mappings"]["properties"]["layers"]["properties"]
    for protocol, name, kind in rows_of(fields):
        if protocol not in layers:
            continue
        if kind == "FT_RELATIVE_TIME":
            layers[protocol]["properties"][name] = DURATION
        elif kind in STRINGS:
            layers[protocol]["properties"][name] = KEYWORD
    whole.setdefault("index_patterns", ["packets-*"])
    whole["mappings"]["dynamic"] = False
    whole["mappings"]["properties"]["host"] = {"properties": {"name": KEYWORD}}
    dump(whole, indent=2)


def bulk(host):
    for number, line in enumerate(sys.stdin, 1):
        try:
            one = json.loads(line, object_pairs_hook=merged)
        except ValueError as error:
            sys.exit(f"ek.py: line {number}: {error}")
        if "index" in one:
            one["index"].pop("_type", None)
        elif "layers" in one:
            one["layers"] = {name: layer for name, layer in one["layers"].items() if not is_left_out(layer)}
            if host:
                one["host"] = {"name": host}
        dump(one, separators=(",", ":"))


def main():
    parser = argparse.ArgumentParser(prog="ek.py", description=__doc__.split("\n", 1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("mapping", help="the mapping, with types for durations and strings") \
        .add_argument("fields", metavar="FIELDS", help="what tshark -G fields printed")
    commands.add_parser("bulk", help="the documents, each name once, without _type") \
        .add_argument("--host", metavar="NAME", help="the machine that was captured on: host.name")
    words = parser.parse_args()
    for stream in sys.stdin, sys.stdout:
        stream.reconfigure(encoding="utf-8", errors="replace")
    if words.command == "mapping":
        mapping(words.fields)
    else:
        bulk(words.host)


if __name__ == "__main__":
    main()
