#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""breath_nics.py - the facts of breath's JSON and those of ip's, line by line

usage: breath_nics.py links|routes|way|neighbours|counters OURS THEIRS

Prints the differences, and fails if there are any, or no facts. What only one of them tells is left
out. A file may hold several documents.
"""
import difflib
import json
import sys

NO_END = (None, 4294967295)  # of an address's life: INFINITY_LIFE_TIME
ADDRESS_FLAGS = ("secondary", "temporary", "dynamic", "tentative", "deprecated", "nodad")


def life(seconds):
    """It runs on from one answer to the next."""
    return "for ever" if seconds in NO_END else "for a time"


def links_of_breath(document):
    for nic in document["nics"]:
        yield ("link", nic["name"], nic["index"], nic["mtu"], nic["tx_queue"], nic["operstate"],
               nic.get("kind", ""), nic.get("master", ""), nic.get("link", ""),
               nic.get("link_elsewhere", False), sorted(nic["flags"]), nic.get("mac", ""))
        for own in nic["addresses"]:
            yield ("address", nic["name"], own["family"], own["address"], own.get("peer", ""),
                   own["prefix"], own["scope"], own.get("broadcast", ""), own.get("label", ""),
                   life(own["valid_s"]), life(own["preferred_s"]),
                   sorted(flag for flag in own["flags"] if flag in ADDRESS_FLAGS))


def links_of_ip(document):
    for nic in document:
        if not nic:
            continue
        # M-DOWN is ip's own word for what a NIC is made on being down.
        away = "link_netnsid" in nic
        mac = "" if nic["link_type"] == "none" else nic.get("address", "")
        yield ("link", nic["ifname"], nic["ifindex"], nic["mtu"], nic.get("txqlen", 0),
               nic["operstate"], nic.get("linkinfo", {}).get("info_kind", ""),
               nic.get("master", ""), "" if away else nic.get("link", ""), away,
               sorted(flag for flag in nic["flags"] if flag != "M-DOWN"), mac)
        for own in nic.get("addr_info", []):
            flags = [flag for flag in ADDRESS_FLAGS if own.get(flag)]
            yield ("address", nic["ifname"], own["family"], own["local"], own.get("address", ""),
                   own["prefixlen"], own["scope"], own.get("broadcast", ""), own.get("label", ""),
                   life(own["valid_life_time"]), life(own["preferred_life_time"]), sorted(flags))


def counters_of_breath(document):
    for nic in document["nics"]:
        received, sent = nic["counters"]["received"], nic["counters"]["sent"]
        yield (nic["name"], received["packets"], received["bytes"], received["errors"],
               received["dropped"], received["multicast"], sent["packets"], sent["bytes"],
               sent["errors"], sent["dropped"], sent["carrier"], sent["collisions"])


def counters_of_ip(document):
    for nic in document:
        received, sent = nic["stats64"]["rx"], nic["stats64"]["tx"]
        yield (nic["ifname"], received["packets"], received["bytes"], received["errors"],
               received["dropped"], received["multicast"], sent["packets"], sent["bytes"],
               sent["errors"], sent["dropped"], sent["carrier_errors"], sent["collisions"])


def with_prefix(destination):
    """ip leaves out the prefix of a single host."""
    if destination == "default" or "/" in destination:
        return destination
    return destination + ("/128" if ":" in destination else "/32")


def routes_of_breath(document):
    for route in document["routes"]:
        yield (route["destination"], route["type"], route.get("gateway", ""), route.get("nic", ""),
               route["metric"], route.get("source", ""), route.get("weight", 1))


def routes_of_ip(document):
    for route in document:
        if not route:
            continue
        for way in route.get("nexthops", [route]):
            gateway = way.get("gateway") or way.get("via", {}).get("host", "")
            yield (with_prefix(route["dst"]), route.get("type", "unicast"), gateway,
                   way.get("dev", ""), route.get("metric", 0), route.get("prefsrc", ""),
                   way.get("weight", 1))


def way_of_breath(document):
    way = document["to"]
    return [(way["address"], way["type"], way["nic"], way.get("gateway", ""), way.get("source", ""))]


def way_of_ip(document):
    return [(way["dst"], way.get("type", "unicast"), way["dev"], way.get("gateway", ""),
             way.get("prefsrc", "")) for way in document]


def neighbours_of_breath(document):
    for neighbour in document["neighbours"]:
        yield (neighbour["address"], neighbour["nic"], neighbour.get("mac", ""), neighbour["state"],
               neighbour["router"])


def neighbours_of_ip(document):
    for neighbour in document:
        yield (neighbour["dst"], neighbour["dev"], neighbour.get("lladdr", ""),
               neighbour["state"][0].lower(), "router" in neighbour)


def documents(text):
    """Those of several calls of ip, one behind the other, as one list."""
    decoder = json.JSONDecoder()
    whole = []
    while text.strip():
        document, end = decoder.raw_decode(text.strip())
        text = text.strip()[end:]
        whole.extend(document if isinstance(document, list) else [document])
    return whole


def lines(rows):
    return sorted(str(row) for row in rows)


def main():
    what, ours, theirs = sys.argv[1:]
    with open(ours, encoding="utf-8") as told:
        ours = lines(row for document in documents(told.read())
                     for row in globals()[f"{what}_of_breath"](document))
    with open(theirs, encoding="utf-8") as told:
        theirs = lines(globals()[f"{what}_of_ip"](documents(told.read())))
    difference = list(difflib.unified_diff(theirs, ours, "ip", "breath", n=0, lineterm=""))
    print("\n".join(difference[:20]))
    return 1 if difference or not ours else 0


sys.exit(main())
