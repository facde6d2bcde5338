"""A client of the Language Server Protocol, as small as the tests need."""
import json
import pathlib
import select
import subprocess
import time

PATIENCE = 120  # seconds, on a machine that does other things as well


class Client:
    def __init__(self, coretap, *options, encodings=None, initialize=True, cwd=None):
        self.run = subprocess.Popen([coretap, "--language-server", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, cwd=cwd)
        self.buffer = b""
        self.number = 0
        self.notes = []
        if initialize:
            general = {"general": {"positionEncodings": encodings}} if encodings else {}
            self.capabilities = self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": general})["capabilities"]
            self.tell("initialized", {})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.run.poll() is None:
            self.run.kill()
        self.run.wait()
        for stream in (self.run.stdin, self.run.stdout, self.run.stderr):
            stream.close()

    def write(self, data):
        self.run.stdin.write(data)
        self.run.stdin.flush()

    def send(self, message):
        text = json.dumps(message).encode()
        self.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)

    def tell(self, method, params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def read(self):
        """The next message; None at the end."""
        end = time.monotonic() + PATIENCE
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if found:
                length = int(head.split(b":")[1])
                if len(rest) >= length:
                    self.buffer = rest[length:]
                    return json.loads(rest[:length])
            if not select.select([self.run.stdout], [], [], max(end - time.monotonic(), 0))[0]:
                raise TimeoutError("the server says nothing")
            data = self.run.stdout.read1(65536)
            if not data:
                return None
            self.buffer += data

    def request(self, method, params):
        """The whole answer."""
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        while (message := self.read()) is not None:
            if message.get("id") == self.number:
                return message
            self.notes.append(message)
        raise EOFError(self.run.stderr.read().decode())

    def ask(self, method, params):
        answer = self.request(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, path, text):
        self.text = text
        self.uri = pathlib.Path(path).as_uri()
        self.version = 1
        self.tell("textDocument/didOpen",
                  {"textDocument": {"uri": self.uri, "languageId": "systemtap", "version": 1, "text": text}})

    def change(self, *changes):
        self.version += 1
        self.tell("textDocument/didChange", {"textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": list(changes)})

    def diagnostics(self):
        """Those of the present version."""
        while True:
            message = self.notes.pop(0) if self.notes else self.read()
            if message is None:
                raise EOFError(self.run.stderr.read().decode())
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"].get("version") == self.version:
                return message["params"]["diagnostics"]
            assert message.get("method") != "window/showMessage", message

    def position(self, mark, back=0):
        """Behind `mark` in the text, which is ASCII, less `back` characters."""
        at = self.text.index(mark) + len(mark) - back
        before = self.text[:at]
        return {"line": before.count("\n"), "character": at - (before.rfind("\n") + 1)}

    def at(self, mark, back=0):
        return {"textDocument": {"uri": self.uri}, "position": self.position(mark, back)}

    def labels(self, mark, back=0):
        """What completion offers behind `mark`, and the items by label."""
        items = self.ask("textDocument/completion", self.at(mark, back))["items"]
        return {item["label"]: item for item in items}

    def document(self):
        return {"textDocument": {"uri": self.uri}}
