"""What Sluis cannot read does not leave: never "skip and send"."""

import base64

import pytest

from harness import people
from harness.leaks import leaks
from harness.raw import call

PNG = base64.b64encode(b"\x89PNG" + people.NAME.encode()).decode()
TEXT = {"type": "text", "text": f"Wat staat hier van {people.NAME}?"}
INPUT = {"type": "input_text", "text": TEXT["text"]}


def chat(part):
    return "/v1/chat/completions", {"model": "gpt-5-mini", "messages": [{"role": "user", "content": [TEXT, part]}]}


def chat_with(**fields):
    return "/v1/chat/completions", {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "Hoi"}], **fields}


def responses(part):
    return "/v1/responses", {"model": "gpt-5-mini", "input": [{"role": "user", "content": [INPUT, part]}]}


def responses_with(**fields):
    return "/v1/responses", {"model": "gpt-5-mini", "input": "Hoi", **fields}


def messages(part):
    return "/v1/messages", {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": [TEXT, part]}]}


def messages_with(**fields):
    return "/v1/messages", {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "Hoi"}], **fields}


ATTACHMENTS = {
    "chat image": chat({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}),
    "chat remote image": chat({"type": "image_url", "image_url": {"url": "https://elders.example/foto.png"}}),
    "chat audio": chat({"type": "input_audio", "input_audio": {"data": PNG, "format": "wav"}}),
    "chat file": chat({"type": "file", "file": {"filename": "brief.pdf", "file_data": f"data:application/pdf;base64,{PNG}"}}),
    "chat file id": chat({"type": "file", "file": {"file_id": "file-abc123"}}),
    "chat image without a type": chat({"image_url": {"url": f"data:image/png;base64,{PNG}"}}),
    "responses image": responses({"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"}),
    "responses file id": responses({"type": "input_file", "file_id": "file-abc123"}),
    "responses file url": responses({"type": "input_file", "file_url": "https://elders.example/brief.pdf"}),
    "responses stored prompt": responses_with(prompt={"id": "pmpt_123", "variables": {"wie": people.NAME}}),
    "messages image": messages({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}),
    "messages remote image": messages({"type": "image", "source": {"type": "url", "url": "https://elders.example/f.png"}}),
    "messages document": messages({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PNG}}),
    "messages remote document": messages({"type": "document", "source": {"type": "url", "url": "https://elders.example/b.pdf"}}),
    "messages file id": messages({"type": "document", "source": {"type": "file", "file_id": "file_01"}}),
    "messages image in a tool's result": messages(
        {
            "type": "tool_result",
            "tool_use_id": "t1",
            "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}],
        }
    ),
    "messages container": messages_with(container="container_01"),
}

HOSTED = {
    "chat web search": chat_with(web_search_options={"search_context_size": "low"}),
    "responses web search": responses_with(tools=[{"type": "web_search"}]),
    "responses web search preview": responses_with(tools=[{"type": "web_search_preview"}]),
    "responses file search": responses_with(tools=[{"type": "file_search", "vector_store_ids": ["vs_1"]}]),
    "responses code": responses_with(tools=[{"type": "code_interpreter", "container": {"type": "auto"}}]),
    "responses mcp": responses_with(tools=[{"type": "mcp", "server_label": "x", "server_url": "https://kwaad.example/mcp"}]),
    "responses image generation": responses_with(tools=[{"type": "image_generation"}]),
    "responses computer": responses_with(tools=[{"type": "computer_use_preview", "display_width": 9}]),
    "messages web search": messages_with(tools=[{"type": "web_search_20250305", "name": "web_search"}]),
    "messages code": messages_with(tools=[{"type": "code_execution_20250825", "name": "code_execution"}]),
    "messages mcp": messages_with(mcp_servers=[{"type": "url", "url": "https://kwaad.example/sse", "name": "x"}]),
}

UNKNOWN = {
    "chat part": chat({"type": "hologram", "beam": people.NAME}),
    "responses part": responses({"type": "hologram", "beam": people.NAME}),
    "messages part": messages({"type": "hologram", "beam": people.NAME}),
    "chat audio answer": chat_with(modalities=["text", "audio"], audio={"voice": "alloy", "format": "wav"}),
    "responses in the background": responses_with(background=True),
    "embedded token numbers": ("/v1/embeddings", {"model": "text-embedding-3-small", "input": [[1, 2, 3]]}),
    "no messages": ("/v1/chat/completions", {"model": "gpt-5-mini"}),
    "messages that are none": ("/v1/chat/completions", {"model": "gpt-5-mini", "messages": {"a": 1}}),
}

ALL = {**ATTACHMENTS, **HOSTED, **UNKNOWN}


@pytest.mark.parametrize(("path", "body"), ALL.values(), ids=ALL.keys())
def test_refused_with_help_in_the_callers_protocol(server, key, standin, path, body):
    said = call(server, path, body, key)
    assert standin.seen == [], "it was sent"
    assert said.status == 400, said.body
    error = said.json
    if path == "/v1/messages":
        assert error["type"] == "error" and error["error"]["type"] == "invalid_request_error"
    else:
        assert error["error"]["type"] == "invalid_request_error"
    message = error["error"]["message"]
    assert len(message) > 40 and message.count(".") >= 1, message
    assert leaks(said.body, [people.NAME]) == []


@pytest.mark.parametrize(("path", "body"), ALL.values(), ids=ALL.keys())
def test_the_refusal_stands_in_the_evidence(server, key, standin, path, body):
    said = call(server, path, body, key)
    entries = server.entries(said.request)
    assert set(entries) == {"failed"} and entries["failed"]["outcome"] in ("unreadable_content", "unsupported_option")


@pytest.mark.parametrize("kind", ["nl", "en"])
def test_the_help_is_in_the_language_of_the_settings(server, masking, standin, kind):
    node = server if kind == "nl" else masking
    path, body = ATTACHMENTS["chat image"]
    message = call(node, path, body, node.key()).json["error"]["message"]
    assert ("afbeelding" in message) == (kind == "nl")
    assert ("image" in message) == (kind == "en")


def test_a_document_of_plain_text_is_read(server, key, standin):
    path, body = messages({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": people.MEETING}, "title": people.OTHER})
    said = call(server, path, body, key)
    assert said.status == 200
    assert leaks(standin.everything, [people.ACCENTED, people.OTHER, people.NAME]) == []
