"""A stand-in for the paid model upstream, and for nothing else.

It speaks the providers' wire formats, keeps every byte it received, and answers with words that use the tokens it
found in them. A test steers it through `standin.answer`, in the same process.
"""

import json
import re
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import playback

TOKEN = re.compile(r"\[[A-Z]+_\d{6}[A-Z]*\]")


@dataclass
class Got:
    """One request as it arrived."""

    method: str
    path: str
    headers: list
    body: bytes

    @property
    def json(self):
        return json.loads(self.body) if self.body else {}

    @property
    def bytes(self):
        """All of it, for searching."""
        head = "".join(f"{name}: {value}\n" for name, value in self.headers)
        return f"{self.method} {self.path}\n{head}\n".encode() + self.body

    @property
    def tokens(self):
        """The tokens in it, each once, in their order."""
        return list(dict.fromkeys(TOKEN.findall(self.body.decode(errors="replace"))))

    @property
    def last_text(self):
        """What was said last: the text of the last message or input."""
        turns = self.json.get("messages") or self.json.get("input") or ""
        return _text(turns[-1] if isinstance(turns, list) and turns else turns)

    @property
    def streams(self):
        return self.json.get("stream") is True


def _text(value):
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    if isinstance(value, dict):
        return _text(value.get("text") or value.get("content") or value.get("output") or value.get("arguments") or "")
    return value or ""


@dataclass
class Reply:
    """An answer as bytes. `length` lies about them when a test says so; `cut` breaks the connection behind them."""

    chunks: list
    status: int = 200
    media_type: str = "application/json"
    headers: dict = field(default_factory=dict)
    framing: str = "length"  # or "chunked", "close"
    length: int | None = None
    cut: bool = False
    handler: object = None  # set when it is sent, for chunks that write for themselves


@dataclass
class Answer:
    """The usual answer. `words` makes the model's words of what it received: a text, or a text per hole."""

    words: object = lambda got: got.last_text
    wire: str | None = None
    pieces: object = 4
    newline: str = "\n"
    ascii_only: bool = False
    write: int | None = None  # bytes per write to the network; None is an event at a time
    gate: threading.Event | None = None  # waits for this before the last events
    behind_gate: int = 3
    usage: tuple = (11, 7)

    def __call__(self, got):
        path = urlsplit(got.path).path
        stem = self.wire or next(
            stem for end, stem in (
                ("/chat/completions", "chat"), ("/responses", "responses"), ("/embeddings", "embeddings"),
                ("/count_tokens", "count_tokens"), ("/messages", "messages"), ("/models", "models"),
            ) if path.endswith(end)
        )
        words = self.words(got) if callable(self.words) else self.words
        values = dict(words) if isinstance(words, dict) else {"TEXT": words}
        values |= {"MODEL": str(got.json.get("model", "")), "IN": str(self.usage[0]), "OUT": str(self.usage[1])}
        if not got.streams:
            return Reply([playback.whole(stem, values, self.ascii_only)])
        chunks = playback.events(stem, values, self.pieces, self.newline, self.ascii_only)
        if stem.startswith("chat") and not (got.json.get("stream_options") or {}).get("include_usage"):
            chunks = [chunk for chunk in chunks if b'"choices":[],' not in chunk]
        if self.write:
            joined = b"".join(chunks)
            chunks = [joined[at : at + self.write] for at in range(0, len(joined), self.write)]
        if self.gate:
            chunks.insert(max(1, len(chunks) - self.behind_gate), self.gate)
        return Reply(chunks, media_type="text/event-stream", framing="chunked")


class StandIn:
    """The server. `answer` takes what it got and gives a [`Reply`]; `by_model` overrides it for one model."""

    def __init__(self):
        self.seen = []
        self.answer = Answer()
        self.by_model = {}
        self.gates_missed = 0
        standin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                standin._serve(self)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # a client that leaves early is part of the tests

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def forget(self):
        """Back to the usual answer, with nothing seen."""
        self.seen, self.answer = [], Answer()

    @property
    def last(self):
        return self.seen[-1]

    @property
    def everything(self):
        """All bytes that ever arrived since the last `forget`."""
        return b"\n".join(got.bytes for got in list(self.seen))

    def _serve(self, handler):
        length = int(handler.headers.get("content-length") or 0)
        body = handler.rfile.read(length)
        if (handler.headers.get("transfer-encoding") or "").lower() == "chunked":
            body = _unchunk(handler.rfile)
        got = Got(handler.command, handler.path, list(handler.headers.items()), body)
        self.seen.append(got)
        try:
            model = got.json.get("model")
        except ValueError:
            model = None
        answer = self.by_model.get(model, self.answer)
        self._send(handler, answer(got) if callable(answer) else answer)

    def _send(self, handler, reply):
        reply.handler = handler
        body = [chunk for chunk in reply.chunks if isinstance(chunk, bytes)]
        handler.send_response_only(reply.status)
        if reply.media_type:
            handler.send_header("Content-Type", reply.media_type)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.framing == "chunked":
            handler.send_header("Transfer-Encoding", "chunked")
        elif reply.framing == "length":
            handler.send_header("Content-Length", str(sum(map(len, body)) if reply.length is None else reply.length))
        else:
            handler.send_header("Connection", "close")
            handler.close_connection = True
        handler.end_headers()
        for chunk in reply.chunks:
            if isinstance(chunk, threading.Event):
                self.gates_missed += not chunk.wait(15)
            elif callable(chunk):
                chunk()
            elif reply.framing == "chunked":
                handler.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            else:
                handler.wfile.write(chunk)
        if reply.cut:
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        elif reply.framing == "chunked":
            handler.wfile.write(b"0\r\n\r\n")


def _unchunk(reader):
    body = b""
    while size := int(reader.readline().split(b";")[0], 16):
        body += reader.read(size)
        reader.readline()
    reader.readline()
    return body
