# SPDX-License-Identifier: GPL-2.0-or-later
"""browser.py - a page in headless Chromium, by its debugging protocol over a pipe

The protocol's messages are JSON, each ended by a NUL; the browser reads them from descriptor 3 and
answers on 4 (chrome://flags has no say in it: --remote-debugging-pipe). No network, no port, nothing
beyond Python's own library.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find():
    """The path of a Chromium, or None."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return None


class Browser:
    """Starts it with an empty profile; to be used in a with statement."""

    def __init__(self, path, patience=60):
        self.patience = patience
        self.events = []
        self.count = 0
        self.rest = b""
        self.session = None
        self.folder = tempfile.mkdtemp(prefix="tcp-breath-browser.")
        to_it, self.write = os.pipe()
        self.read, from_it = os.pipe()

        def place():
            # above the two places first, in case one stands in the way of the other
            high_in, high_out = os.dup2(to_it, 30), os.dup2(from_it, 31)
            os.dup2(high_in, 3)
            os.dup2(high_out, 4)

        command = [path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                   "--no-first-run", "--remote-debugging-pipe", "--hide-scrollbars",
                   "--user-data-dir=" + self.folder, "about:blank"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=place,
            env={"HOME": self.folder, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
        os.close(to_it)
        os.close(from_it)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.write)
        os.close(self.read)
        shutil.rmtree(self.folder, ignore_errors=True)

    def message(self):
        end = time.monotonic() + self.patience
        while b"\0" not in self.rest:
            if not select.select([self.read], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self.read, 1 << 20)
            if not piece:
                raise EOFError("the browser has ended")
            self.rest += piece
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **params):
        self.count += 1
        number = self.count
        request = {"id": number, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.write, data):]
        while True:
            answer = self.message()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(method + ": " + answer["error"]["message"])
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def of(self, method):
        """The events of that name that have come."""
        return [event["params"] for event in self.events if event["method"] == method]

    def open(self, path):
        """Goes to a file and waits until it has loaded and was painted."""
        self.events.clear()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        while not self.of("Page.loadEventFired"):
            answer = self.message()
            if "method" in answer:
                self.events.append(answer)
        self.ask("new Promise(done => { const look = () => "
                 "performance.getEntriesByName('first-contentful-paint').length ? done() : "
                 "setTimeout(look, 10); look(); })")

    def ask(self, expression):
        """The value of an expression in the page. The page's policy does not bind the debugger."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(expression + ": " + str(result["exceptionDetails"]))
        return result["result"].get("value")

    def key(self, name):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                      windowsVirtualKeyCode={"ArrowDown": 40, "ArrowUp": 38, "End": 35, "Home": 36,
                                             "Enter": 13, "Tab": 9}[name])

    def click(self, selector):
        """In the middle of an element, as a mouse does."""
        x, y = self.ask(
            "(node => { node.scrollIntoView({ block: 'center' }); const box = "
            "node.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })"
            "(document.querySelector(%s))" % json.dumps(selector))
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self, path, width, height=None, dark=False):
        """A PNG of the window, or of the whole page where no height is given."""
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height or 900,
                  deviceScaleFactor=1, mobile=False)
        self.ask("new Promise(done => setTimeout(done, 300))")
        data = self.call("Page.captureScreenshot", captureBeyondViewport=height is None)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
