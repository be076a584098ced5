"""Clients that keep asking until they are told to stop, and remember what they fully received."""

import http.client
import json
import random
import threading

from harness import people


class Load:
    """Asks `nodes` from several threads. `done` holds (request, endpoint, text) of answers that arrived whole."""

    def __init__(self, nodes, key, threads=6, seed=0):
        self.nodes, self.key = nodes, key
        self.done, self.statuses, self.wrong = [], [], []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(random.Random(seed * 1000 + number),), daemon=True)
            for number in range(threads)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in self._threads)

    def _work(self, chance):
        while not self._stop.is_set():
            node = chance.choice(self.nodes)
            kind = chance.choice(["chat", "stream", "responses"])
            try:
                self._one(node, kind, chance)
            except (OSError, http.client.HTTPException, ValueError):
                self._stop.wait(0.02)

    def _one(self, node, kind, chance):
        text = f"Dossier {chance.randrange(10**6)}. {people.MEETING}"
        if kind == "responses":
            path, body = "/v1/responses", {"model": "gpt-x", "input": text}
        else:
            messages = [{"role": "user", "content": text}]
            path, body = "/v1/chat/completions", {"model": "gpt-x", "messages": messages, "stream": kind == "stream"}
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            connection.request("POST", path, json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        self.statuses.append(answer.status)
        if answer.status != 200:
            return
        if kind == "stream" and not said.endswith(b"data: [DONE]\n\n"):
            return
        got = words(kind, said)
        if got != text:
            self.wrong.append((kind, text, got))
        self.done.append((answer.getheader("x-sluis-request"), kind))


def words(kind, said):
    if kind == "stream":
        data = [json.loads(line[6:]) for line in said.decode().split("\n") if line.startswith("data: {")]
        return "".join(choice["delta"].get("content") or "" for chunk in data for choice in chunk["choices"])
    said = json.loads(said)
    if kind == "chat":
        return said["choices"][0]["message"]["content"]
    return said["output"][0]["content"][0]["text"]
