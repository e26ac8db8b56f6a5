#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ek.py - makes what `tshark -T ek` writes fit for OpenSearch and Elasticsearch

usage: tshark -G elastic-mapping --elastic-mapping-filter PROTOCOLS | ek.py mapping FIELDS >mapping.json
       tshark -r FILE -2 -T ek -J PROTOCOLS | ek.py bulk [--host NAME] >FILE.bulk

FIELDS: what `tshark -G fields` printed. docs/fleet.md says what is wrong without this, and in which
version of Wireshark. Of other layers than TCP Breath it passes on what KEPT names and nothing else: the
layer tcp holds the payload.
"""
import argparse
import json
import sys

# Elasticsearch's limit of an indexed term is 32,766 octets; a character has up to four.
KEYWORD = {"type": "keyword", "ignore_above": 8191}
DURATION = {"type": "double"}
TIME = {"type": "date_nanos"} # Wireshark 4.0 and 4.4: date, which has milliseconds
MISSPELT = {"unsigned long": "long"} # Wireshark 4.6; unsigned_long is not in older engines
STRINGS = {"FT_STRING", "FT_STRINGZ", "FT_STRINGZPAD", "FT_STRINGZTRUNC", "FT_UINT_STRING"}

OURS = "tcp-breath"
KEPT = {
    "frame": {"frame_frame_number", "frame_frame_time", "frame_frame_len", "frame_frame_interface_name"},
    "ip": {"ip_ip_src", "ip_ip_dst"},
    "ipv6": {"ipv6_ipv6_src", "ipv6_ipv6_dst"},
    "tcp": {"tcp_tcp_srcport", "tcp_tcp_dstport", "tcp_tcp_stream", "tcp_tcp_len"},
}


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


def is_kept(protocol, name):
    if protocol == OURS:
        return name.startswith(OURS + "_") # not "text", the lines for people
    return name in KEPT.get(protocol, ())


def kept_of(protocol, layer):
    """What is kept of a layer; of several of one name, as in a tunnel, an array."""
    some = [{name: value for name, value in one.items() if is_kept(protocol, name)} for one in listed(layer)]
    return some if isinstance(layer, list) else some[0]


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
    for protocol, layer in layers.items():
        layer["properties"] = kept_of(protocol, layer["properties"])
        for field in layer["properties"].values():
            field["type"] = MISSPELT.get(field["type"], field["type"])
    for protocol, name, kind in rows_of(fields):
        if protocol not in layers or not is_kept(protocol, name):
            continue
        if kind == "FT_RELATIVE_TIME":
            layers[protocol]["properties"][name] = DURATION
        elif kind == "FT_ABSOLUTE_TIME":
            layers[protocol]["properties"][name] = TIME
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
            one["layers"] = {name: kept_of(name, layer) for name, layer in one["layers"].items()
                             if name == OURS or name in KEPT}
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
