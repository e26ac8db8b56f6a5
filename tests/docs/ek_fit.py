#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ek_fit.py - whether documents of `tshark -T ek` fit a mapping of OpenSearch or Elasticsearch

usage: ek_fit.py [--allow DEFECT]... FIELDS MAPPING DOCUMENTS...

FIELDS: what `tshark -G fields` printed. Prints what does not fit, and each kind of misfit once, by its
name, as DEFECT; exits with 1 where one is not allowed, or an allowed one is not there.

A value fits as the engines' documentation of their field types has it: a whole number in its range, as
a number or as a string of one; true or false; a date as ISO 8601 or as milliseconds since 1970. A
duration in seconds is no date, though its digits would be read as one.
"""
import argparse
import datetime
import ipaddress
import json
import re

OURS = "tcp-breath"
WHOLE = {"byte": 7, "short": 15, "integer": 31, "long": 63}
TYPES = set(WHOLE) | {"boolean", "date", "date_nanos", "float", "double", "ip", "keyword"}
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


class Findings:
    def __init__(self):
        self.kinds = {}

    def add(self, kind, what):
        self.kinds.setdefault(kind, what)


def is_whole(value, bits):
    text = str(value)
    return not isinstance(value, bool) and re.fullmatch(r"-?\d+", text) and -2**bits <= int(text) < 2**bits


def is_date(value):
    text = str(value)
    if re.fullmatch(r"\d{10,13}", text):
        return True
    try:
        return ISO.fullmatch(text) and datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return False


def is_number(value):
    return re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", str(value))


def is_address(value):
    try:
        return ipaddress.ip_address(value)
    except ValueError:
        return False


def fits(value, kind):
    if value is None or value == "" and kind == "boolean":
        return True
    if kind in WHOLE:
        return is_whole(value, WHOLE[kind])
    return {
        "boolean": lambda: value in (True, False, "true", "false"),
        "date": lambda: is_date(value),
        "date_nanos": lambda: is_date(value),
        "float": lambda: is_number(value),
        "double": lambda: is_number(value),
        "ip": lambda: is_address(value),
        "keyword": lambda: isinstance(value, str) and len(value.encode()) <= 32766,
    }[kind]()


def types_of(fields):
    with open(fields, encoding="utf-8") as rows:
        columns = [row.rstrip("\n").split("\t") for row in rows]
    return {f"{OURS}_{c[2]}".replace(".", "_"): c[3] for c in columns if c[0] == "F" and c[4] == OURS}


def check_mapping(types, properties, dynamic, found):
    for name in properties:
        if name not in types:
            found.add("name", f"{name}: in the mapping, and not a field")
    for name, kind in types.items():
        mapped = properties.get(name, {}).get("type")
        if mapped is not None and mapped not in TYPES:
            found.add("type", f"{name}: {mapped}: no engine has such a type")
        if kind == "FT_RELATIVE_TIME" and mapped != "double":
            found.add("duration", f"{name}: seconds, and mapped as {mapped}")
        elif kind == "FT_STRING" and mapped is None and dynamic is False:
            found.add("string", f"{name}: not mapped, and the mapping takes nothing that it has not")
        elif kind not in ("FT_STRING", "FT_NONE") and mapped is None:
            found.add("missing", f"{name}: {kind}, not in the mapping")


def check_layer(layer, types, properties, found):
    for name, values in layer.items():
        if name in ("text", "_ws_expert") or name.startswith("_ws_expert_"):
            continue
        if name not in types:
            found.add("name", f"{name}: not a field")
            continue
        mapped = properties.get(name, {}).get("type")
        for value in values if isinstance(values, list) else [values]:
            if mapped in TYPES and not fits(value, mapped):
                found.add("duration" if types[name] == "FT_RELATIVE_TIME" else "value",
                          f"{name}: {value!r} is no {mapped}")
            elif types[name] == "FT_STRING" and not isinstance(value, str):
                found.add("value", f"{name}: {value!r} is no string")


def check_document(where, line, types, properties, found):
    def unique(pairs):
        names = dict(pairs)
        if len(names) != len(pairs):
            found.add("duplicate", f"{where}: a name comes twice: {sorted(n for n, _ in pairs)}")
        return names

    one = json.loads(line, object_pairs_hook=unique)
    if "index" in one:
        if set(one["index"]) != {"_index"}:
            found.add("action", f"{where}: {one['index']}")
        return 0
    if not is_whole(one["timestamp"], 63):
        found.add("value", f"{where}: timestamp {one['timestamp']!r}")
    ours = one["layers"].get(OURS, [])
    ours = ours if isinstance(ours, list) else [ours]
    for layer in ours:
        check_layer(layer, types, properties, found)
    return len(ours)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--allow", action="append", default=[])
    parser.add_argument("files", nargs="+")
    words = parser.parse_args()
    fields, mapping, *documents = words.files
    found, layers = Findings(), 0
    with open(mapping, encoding="utf-8") as text:
        mappings = json.load(text)["mappings"]
    properties = mappings["properties"]["layers"]["properties"][OURS]["properties"]
    types = types_of(fields)
    check_mapping(types, properties, mappings.get("dynamic"), found)
    for document in documents:
        with open(document, encoding="utf-8") as lines: # strict: what is no UTF-8 is not taken
            for number, line in enumerate(lines, 1):
                layers += check_document(f"{document}:{number}", line, types, properties, found)
    for kind, what in found.kinds.items():
        print(f"{kind}: {what[:300]}")
    print(f"{layers} layers of {len(documents)} files, {len(types)} fields")
    if layers == 0:
        raise SystemExit("not one layer")
    if set(found.kinds) != set(words.allow):
        raise SystemExit(f"expected {sorted(words.allow)}, found {sorted(found.kinds)}")


if __name__ == "__main__":
    main()
