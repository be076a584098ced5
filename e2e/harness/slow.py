"""Cases that take minutes, started in threads of their own at the beginning of the session."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from harness import people, raw
from standin import Answer, Reply, StandIn

CHAT = {"model": "gpt-x", "messages": [{"role": "user", "content": people.MEETING}]}


class Slow:
    def __init__(self, make_node):
        self.standin = StandIn()
        self.standin.answer = self._stall
        self.node = make_node(self.standin)
        self.key = self.node.key()
        self.node.start()
        self._end = threading.Event()
        self._pool = ThreadPoolExecutor(8)
        self._cases = {
            name: self._pool.submit(case)
            for name, case in (
                ("stream", lambda: self._stream("/v1/chat/completions", CHAT)),
                ("messages", lambda: self._stream("/v1/messages", {**CHAT, "model": "claude-x", "max_tokens": 9})),
                ("whole", lambda: raw.call(self.node, "/v1/chat/completions", CHAT, self.key, timeout=160)),
                ("upload", lambda: self._dribble(f"Authorization: Bearer {self.key}\r\nContent-Length: 1000\r\n\r\n{{")),
                ("headers", lambda: self._dribble("X-Half: ")),
            )
        }

    def result(self, name):
        return self._cases[name].result(165)

    def close(self):
        self._end.set()
        self.standin.close()
        self.node.kill()
        self._pool.shutdown(cancel_futures=True)

    def _stall(self, got):
        """The beginning of an answer, and then nothing."""
        reply = Answer(words=lambda got: f"Dag {got.tokens[0]}, alles goed?")(got)
        chunks = reply.chunks[:4] if got.streams else [reply.chunks[0][:40]]
        return Reply([*chunks, lambda: self._end.wait(400)], media_type=reply.media_type, framing="chunked")

    def _stream(self, path, body):
        stream = raw.stream(self.node, path, {**body, "stream": True}, self.key, timeout=160)
        return stream, list(stream)

    def _dribble(self, rest):
        """Half a request, and then a byte now and then."""
        began, got = time.monotonic(), b""
        with socket.create_connection(("127.0.0.1", self.node.port), timeout=4) as sock:
            sock.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{rest}".encode())
            while time.monotonic() - began < 80 and not self._end.is_set():
                try:
                    sock.sendall(b" ")
                    piece = sock.recv(65536)
                except TimeoutError:
                    continue
                except OSError:
                    break
                got += piece
                if not piece or raw.answered(got):
                    break
        return got, time.monotonic() - began
