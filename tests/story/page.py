#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""page.py - the story's page in headless Chromium: what is drawn, what a choice shows

usage: page.py CHECK PAGE...
"""
import json
import sys

import browser


def text(page, selector):
    return page.ask("[...document.querySelectorAll(%s)].map(node => node.textContent)" %
                    json.dumps(selector))


def count(page, selector):
    return page.ask("document.querySelectorAll(%s).length" % json.dumps(selector))


def must(condition, what):
    if not condition:
        print("FAIL: " + str(what))
        sys.exit(1)


def same(got, wanted, what):
    must(got == wanted, "%s: %r, not %r" % (what, got, wanted))


def quiet(page):
    """No script error, nothing that the policy stopped, nothing asked of the network."""
    for event in page.of("Runtime.exceptionThrown") + page.of("Log.entryAdded"):
        must(False, json.dumps(event)[:2000])
    for event in page.of("Network.requestWillBeSent"):
        url = event["request"]["url"]
        must(url.startswith("file:") and url.endswith(".html"), "asked for " + url)


def opened(page, path):
    page.open(path)
    quiet(page)
    for word in page.ask("[document.body.innerText, ...[...document.querySelectorAll('[aria-label]')]"
                         ".map(node => node.getAttribute('aria-label'))]"):
        must("undefined" not in word and "NaN" not in word, "a word of the page is missing: " + word[:500])


def article(page, path):
    opened(page, path)
    policy = page.ask("document.querySelector('meta[http-equiv]').content")
    must(policy.startswith("default-src 'none'; style-src 'sha256-"), policy)
    must("unsafe" not in policy, policy)
    same(count(page, "#connections details.connection"), 1, "connections")
    same(count(page, ".ladder .row"), 12, "segments")
    same(count(page, ".heads .box"), 2, "lifelines' heads")
    same(count(page, ".ladder .row:first-of-type .rail"), 2, "lifelines")
    same(count(page, ".heads .box.unknown"), 2, "ends whose process is unknown")
    kinds = page.ask("[...document.querySelectorAll('.ladder .row')].map("
                     "row => row.querySelector('line.arrow').getAttribute('class'))")
    same(kinds, ["arrow p" + p for p in "1 1 1 4 2 3 3 3 6 6 6 6".split()], "phases")
    # arrows point away from who sent it
    same(page.ask("[...document.querySelectorAll('.ladder .row line.arrow')].map("
                  "line => line.x1.baseVal.value < line.x2.baseVal.value)"),
         [True, False, True, False, True, False, False, True, True, False, False, True], "directions")
    # the two of a kind are told apart by more than their colour
    same(len(set(page.ask("['p1', 'p4', 'p6'].map(kind => getComputedStyle("
                          "document.querySelector('.arrow.' + kind)).strokeDasharray)"))), 3, "patterns")


def choices(page, path):
    """A click, the mouse over a row, and keys."""
    article(page, path)
    sentence = ".panel .sentence"
    page.click("#s0-4")
    same(text(page, sentence), ["The client sends its request: GET / HTTP/1.1, 78 bytes."], "a click")
    same(page.ask("document.querySelector('.panel a').href"),
         "https://www.rfc-editor.org/rfc/rfc9112#section-3", "the link")
    same(page.ask("document.querySelector('.panel a').rel"), "noopener noreferrer", "its relation")
    same(text(page, '.row[aria-selected="true"] .time'), ["0.297 ms", "#5"], "what is chosen")
    page.ask("document.querySelector('#s0-6').dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))")
    must("HTTP/1.1 200 OK" in text(page, sentence)[0], "the mouse over a row shows nothing")
    page.ask("document.querySelector('.ladder').dispatchEvent(new MouseEvent('mouseleave'))")
    must("GET / HTTP/1.1" in text(page, sentence)[0], "without the mouse it is the chosen one")

    page.ask("document.querySelector('.ladder').focus()")
    same(page.ask("document.activeElement.getAttribute('role')"), "listbox", "the focus")
    page.key("ArrowDown")
    must("The server's TCP has received all 78 bytes" in text(page, sentence)[0], "arrow down")
    active = page.ask("document.activeElement.getAttribute('aria-activedescendant')")
    same(active, "s0-5", "the row that a screen reader tells")
    label = page.ask("document.getElementById(%s).getAttribute('aria-label')" % json.dumps(active))
    must("78 bytes" in label and "frame 6" in label, "its label: " + label)
    page.key("End")
    must("connection is closed" in text(page, sentence)[0], "end: " + text(page, sentence)[0])
    page.key("ArrowDown")
    same(text(page, '.row[aria-selected="true"] .time')[1], "#12", "down at the end")
    page.key("Home")
    same(text(page, '.row[aria-selected="true"] .time')[1], "#1", "home")
    page.key("ArrowUp")
    same(text(page, '.row[aria-selected="true"] .time')[1], "#1", "up at the beginning")
    page.key("Enter")
    same(page.ask("document.activeElement.textContent"), "frame 2", "enter goes to the explanation")
    page.key("Enter")
    page.ask("document.activeElement.click()")
    same(text(page, '.row[aria-selected="true"] .time')[1], "#2", "the link to a frame")
    quiet(page)


def languages(page, path):
    article(page, path)
    page.click("#s0-4")
    page.click('[data-language="1"]')
    same(page.ask("document.documentElement.lang"), "ja", "the page's language")
    same(text(page, "h1"), ["article.pcapng で起きたこと"], "the heading")
    must("リクエスト" in text(page, ".panel .sentence")[0], "the chosen segment stays, in Japanese")
    same(text(page, '.row[aria-selected="true"] .time')[1], "#5", "what is chosen")
    same(page.ask("[...document.querySelectorAll('#languages button')].map("
                  "button => button.getAttribute('aria-pressed'))"), ["false", "true"], "the buttons")
    page.ask("document.querySelector('.alt').open = true")
    page.ask("new Promise(done => setTimeout(done, 50))")
    same(count(page, ".alt tbody tr"), 12, "the table's rows")
    for word in text(page, "th"):
        must(any(ch > "\u3000" for ch in word) or word in ("PID",), "a heading in English: " + word)
    page.click('[data-language="0"]')
    same(text(page, "h1"), ["What happened in article.pcapng"], "the heading, back in English")
    quiet(page)


def processes(page, path):
    opened(page, path)
    same(text(page, ".heads .who"), ["curl (4242)", "hello (20152)"], "names on the lifelines")
    same(count(page, ".heads .box.unknown, .heads .box.unsure"), 0, "doubts")
    rows = text(page, "#processes tbody tr td:first-child")
    same(rows, ["curl", "hello"], "the list of processes")
    must("hello-main" in page.ask("document.querySelector('.inside').innerText"), "the listener")
    must("http://localhost" not in page.ask("document.documentElement.outerHTML"), "arguments")


def arguments(page, path):
    opened(page, path)
    must("curl http://localhost:8080/" in text(page, "#processes tbody")[0], "no arguments")
    must(count(page, "#notices p") == 1, "no word of warning")


def doubts(page, path):
    opened(page, path)
    same(count(page, ".row .badge"), 5, "segments with a doubt")
    same(count(page, ".row .gap"), 3, "places where segments are missing")
    place = page.ask("document.querySelector('.row:has(.badge)').id")
    page.click("#" + place)
    must(count(page, ".panel .note") > 0, "the doubt is not told")


def hostile(page, path):
    opened(page, path)
    page.ask("document.querySelectorAll('.tools button')[0].click()")
    page.ask("document.querySelectorAll('.alt').forEach(one => { one.open = true; })")
    page.ask("new Promise(done => setTimeout(done, 100))")
    quiet(page)
    same(page.ask("typeof window.stolen"), "undefined", "something of the capture ran")
    same(count(page, "img, iframe, object, embed, body script ~ script ~ script, [onerror], [onload]"), 0,
         "elements that the page does not make")
    whole = page.ask("document.body.innerText")
    for name in ("</script><script>stolen=1</script>", "<img src=x onerror=stolen=1>", "\"'><b>bold",
                 "{n} &lt;"):
        must(name in whole, "not shown as text: " + name)
    must("/<script>stolen=2</script>" in page.ask("document.body.textContent"), "a URI is not shown as text")


def large(page, path):
    opened(page, path)
    paint = page.ask("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    print("first paint after %d ms" % paint)
    must("80 TCP segments that came later are left out" in text(page, "#notices")[0], "what is left out")
    page.ask("new Promise(done => setTimeout(done, 3000))")
    same(count(page, "#connections details.connection"), 834, "connections")
    same(count(page, ".ladder"), 1, "ladders that are drawn")
    page.ask("document.getElementById('c700').open = true")
    page.ask("document.getElementById('c700').scrollIntoView()")
    page.ask("new Promise(done => setTimeout(done, 500))")
    same(count(page, "#c700 .row"), 12, "segments of one that was opened")
    quiet(page)


def long(page, path):
    opened(page, path)
    page.ask("document.querySelector('.ladder').focus()")
    must(count(page, ".row") < 1000, "rows that nobody sees are drawn")
    page.key("End")
    same(page.ask("document.querySelector('[aria-selected=\"true\"]').getAttribute('aria-posinset')"),
         page.ask("document.querySelector('[aria-selected=\"true\"]').getAttribute('aria-setsize')"), "the end")
    box = page.ask("(box => [box.top, box.bottom, innerHeight])("
                   "document.querySelector('[aria-selected=\"true\"]').getBoundingClientRect())")
    must(0 <= box[0] and box[1] <= box[2] + 1, "the last row is not in sight: %s" % box)
    quiet(page)


def printed(page, path):
    opened(page, path)
    pdf = page.call("Page.printToPDF", printBackground=True)
    must(len(pdf["data"]) > 20000, "a page of paper")
    same(count(page, ".alt[open] tbody tr"), 10, "sentences on paper")
    same(count(page, ".row"), 10, "segments on paper")


def main():
    path = browser.find()
    check = globals()[sys.argv[1]]
    with browser.Browser(path) as page:
        page.call("Emulation.setDeviceMetricsOverride", width=1200, height=900, deviceScaleFactor=1,
                  mobile=False)
        check(page, sys.argv[2])


main()
