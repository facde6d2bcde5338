"""A headless Chromium, spoken to through two pipes in its own protocol (chromedevtools.github.io/devtools-protocol)."""
import collections
import json
import os
import shutil
import subprocess
import tempfile
import time


class Browser:
    """One page of a browser. `said` is what the page's console was told of errors, `asked` the addresses that it loaded."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="coretap-browser-")
        from_us, self.out = os.pipe()
        self.into, to_us = os.pipe()

        def take_pipes():
            # The browser reads 3 and writes 4; either may be the number of the other now.
            ours = os.dup(from_us), os.dup(to_us)
            os.dup2(ours[0], 3)
            os.dup2(ours[1], 4)
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", f"--user-data-dir={self.folder}"],
            preexec_fn=take_pipes, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        os.close(from_us)
        os.close(to_us)
        self.number, self.rest, self.session = 0, b"", None
        self.said, self.asked, self.events = [], [], collections.Counter()
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for part in ("Page", "Runtime", "Log", "Network"):
            self.ask(part + ".enable")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        os.close(self.out)
        os.close(self.into)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def hear(self):
        """The next message; events are noted."""
        while b"\0" not in self.rest:
            piece = os.read(self.into, 1 << 20)
            if not piece:
                raise EOFError("the browser has ended")
            self.rest += piece
        text, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(text)
        kind, given = message.get("method"), message.get("params", {})
        if kind:
            self.events[kind] += 1
        if kind == "Runtime.exceptionThrown":
            self.said.append(str(given["exceptionDetails"].get("exception", given["exceptionDetails"]).get("description", given)))
        if kind == "Runtime.consoleAPICalled" and given["type"] in ("error", "assert"):
            self.said.append(str(given["args"]))
        if kind == "Log.entryAdded" and given["entry"]["level"] == "error":
            self.said.append(given["entry"]["text"] + " " + given["entry"].get("url", ""))
        if kind == "Network.requestWillBeSent":
            self.asked.append(given["request"]["url"])
        return message

    def ask(self, method, **params):
        """The answer to a request."""
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.out, json.dumps(request).encode() + b"\0")
        while True:
            message = self.hear()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def open(self, address):
        """Goes to a page and waits until it is loaded."""
        loaded = self.events["Page.loadEventFired"]
        failed = self.ask("Page.navigate", url=address).get("errorText")
        if failed:
            raise RuntimeError(f"{address}: {failed}")
        while self.events["Page.loadEventFired"] == loaded:
            self.hear()

    def value(self, expression):
        """What a JavaScript expression gives."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, expression, seconds=120):
        """The value of the expression, as soon as it is true; what it is at last otherwise."""
        until = time.monotonic() + seconds
        while not (value := self.value(expression)) and time.monotonic() < until:
            time.sleep(0.05)
        return value

    def set_width(self, width, height=800):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True)
