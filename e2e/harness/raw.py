"""Plain HTTP, for what the official client libraries would never send."""

import http.client
import json
import socket
import time
from dataclasses import dataclass, field


@dataclass
class Said:
    """One whole answer."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def request(self):
        """The identifier that ties the answer to the evidence."""
        return self.headers.get("x-sluis-request", "")


def call(node, path, body=None, key=None, method="POST", headers=None, timeout=60):
    """Sends one request and reads the whole answer."""
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=timeout)
    sent = {"Content-Type": "application/json", **(headers or {})}
    if key:
        sent.setdefault("Authorization", f"Bearer {key}")
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body, ensure_ascii=False)
    if isinstance(body, str):
        body = body.encode()
    try:
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        got = {name.lower(): value for name, value in answer.getheaders()}
        return Said(answer.status, got, answer.read())
    finally:
        connection.close()


@dataclass
class Event:
    """One server-sent event, and when it came."""

    name: str
    data: str
    at: float = 0.0

    @property
    def json(self):
        return json.loads(self.data)


@dataclass
class Stream:
    """A streamed answer, event by event."""

    status: int
    headers: dict
    answer: object
    connection: object = None
    raw: bytearray = field(default_factory=bytearray)

    def __iter__(self):
        name, data = "", []
        while line := self.answer.readline():
            self.raw += line
            line = line.decode().rstrip("\r\n")
            if not line:
                if data:
                    yield Event(name, "\n".join(data), time.monotonic())
                name, data = "", []
            elif line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))

    def close(self):
        self.connection.close()


def stream(node, path, body, key, headers=None, timeout=60):
    """Starts a request of which the answer is streamed."""
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=timeout)
    sent = {"Content-Type": "application/json", "Authorization": f"Bearer {key}", **(headers or {})}
    connection.request("POST", path, body=json.dumps(body, ensure_ascii=False).encode(), headers=sent)
    answer = connection.getresponse()
    got = {name.lower(): value for name, value in answer.getheaders()}
    return Stream(answer.status, got, answer, connection)


def bytes_in(node, data, wait=10):
    """Sends bytes as they are and gives what came back until the server closes or is silent."""
    with socket.create_connection(("127.0.0.1", node.port), timeout=wait) as sock:
        try:
            sock.sendall(data)
            got = b""
            while piece := sock.recv(65536):
                got += piece
                if answered(got):
                    break
        except (TimeoutError, ConnectionError):
            pass
        return got


def answered(got):
    """Whether the bytes are one whole answer with a declared length."""
    head, _, body = got.partition(b"\r\n\r\n")
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(length) and len(body) >= int(length[0].split(b":")[1])
