"""The organisation's directory keeps people up to date (SCIM 2.0), against the running program."""

import json
import secrets
import time

import httpx
import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from harness.node import Node

SETTINGS = """
language = "nl"
demo = true
[detection]
profile = "fast"
[sign_in]
scim_token_file = "TOKEN"
[sign_in.groups]
Directie = ["management"]
"""


class Directory:
    """A node, and a client with the secret of the directory."""

    def __init__(self, folder):
        self.token = secrets.token_hex(32)
        (folder / "token").write_text(self.token)
        self.node = Node(folder / "node", SETTINGS.replace("TOKEN", str(folder / "token"))).start()
        self.client = self.with_token(self.token)

    def with_token(self, token):
        return httpx.Client(base_url=f"{self.node.url}/scim/v2", headers={"authorization": f"Bearer {token}"})

    def patch(self, path, *operations):
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}
        return self.client.patch(path, json=body)

    def close(self):
        self.client.close()
        assert self.node.stop() == 0


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    directory = Directory(tmp_path_factory.mktemp("scim"))
    yield directory
    directory.close()


def test_the_checks_of_scim2_tester_pass(directory):
    client = httpx2.Client(base_url=str(directory.client.base_url), headers=dict(directory.client.headers))
    with client:
        results = check_server(SyncSCIMClient(client))
    wrong = [f"{one.title} {one.resource_type}: {one.reason}" for one in results
             if one.status in (Status.ERROR, Status.CRITICAL, Status.DEVIATION)]
    assert not wrong, "\n".join(wrong)
    assert sum(one.status != Status.SKIPPED for one in results) > 40
    assert not [one.reason for one in results if one.status == Status.SKIPPED]


def test_only_the_secret_of_the_directory_opens_the_door(directory):
    key = directory.node.key()
    for token in ("x", key, directory.token[:-1], directory.token.upper()):
        with directory.with_token(token) as client:
            answer = client.get("/Users")
            assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.headers["content-type"] == "application/scim+json"
            assert client.post("/Users", json={"userName": "evil@linde.example"}).status_code == 401
    assert httpx.get(f"{directory.node.url}/scim/v2/Users").status_code == 401
    # The secret opens nothing else.
    headers = {"authorization": f"Bearer {directory.token}"}
    assert httpx.get(f"{directory.node.url}/v1/models", headers=headers).status_code == 401
    assert "evil" not in directory.client.get("/Users").text


def test_a_life_as_entra_tells_it(directory):
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    assert directory.client.get("/Users", params={"filter": 'userName eq "an@linde.example"'}).json()["totalResults"] == 0
    answer = directory.client.post("/Users", json={
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", enterprise],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef", "userName": "An@linde.example", "active": True,
        "displayName": "An Smit", "name": {"formatted": "An Smit", "familyName": "Smit", "givenName": "An"},
        "emails": [{"primary": True, "type": "work", "value": "An@linde.example"}], "title": "Arts",
        "meta": {"resourceType": "User"}, enterprise: {"department": "Zorg", "employeeNumber": "12345"},
    })
    assert answer.status_code == 201, answer.text
    an = answer.json()
    assert answer.headers["location"] == an["meta"]["location"] == f"{directory.node.url}/scim/v2/Users/{an['id']}"
    assert "title" not in an and "employeeNumber" not in an[enterprise], "what nobody needs is not kept"
    found = directory.client.get("/Users", params={"filter": 'userName eq "AN@linde.example"'}).json()
    assert [one["id"] for one in found["Resources"]] == [an["id"]]
    assert directory.client.post("/Users", json={"userName": "an@linde.example"}).status_code == 409

    changed = directory.patch(
        f"/Users/{an['id']}",
        {"op": "Replace", "path": "displayName", "value": "An de Smit"},
        {"op": "Add", "path": 'emails[type eq "home"].value', "value": "an@thuis.example"},
        {"op": "Replace", "path": f"{enterprise}:department", "value": "Balie"},
    ).json()
    assert changed["displayName"] == "An de Smit" and changed[enterprise]["department"] == "Balie"
    assert {one["value"] for one in changed["emails"]} == {"An@linde.example", "an@thuis.example"}

    key = directory.node.key("van An", person="an@linde.example")
    ask = {"model": "demo", "messages": [{"role": "user", "content": "Dag"}]}
    url, headers = f"{directory.node.url}/v1/chat/completions", {"authorization": f"Bearer {key}"}
    assert httpx.post(url, json=ask, headers=headers).status_code == 200
    left = directory.patch(f"/Users/{an['id']}", {"op": "Replace", "path": "active", "value": "False"})
    assert left.json()["active"] is False
    # A node believes for two seconds what it knows of a key.
    end = time.monotonic() + 10
    while (answer := httpx.post(url, json=ask, headers=headers)).status_code == 200 and time.monotonic() < end:
        time.sleep(0.2)
    assert answer.status_code == 403 and answer.json()["error"]["code"] == "no_longer_here", answer.text

    assert directory.client.delete(f"/Users/{an['id']}").status_code == 204
    assert directory.client.get(f"/Users/{an['id']}").status_code == 404
    events = [entry["event"] for entry in directory.node.ledger() if entry.get("principal") == an["id"]]
    assert events[0] == "person_added" and events.count("person_changed") == 2
    # Their address is not given to another account; the same account can come back.
    new = {"userName": "an@linde.example", "externalId": "another"}
    assert directory.client.post("/Users", json=new).status_code == 409
    again = directory.client.post("/Users", json={**new, "externalId": an["externalId"]})
    assert again.status_code == 201 and again.json()["id"] == an["id"] and again.json()["active"] is True


def test_groups_give_roles(directory):
    bo = directory.client.post("/Users", json={"userName": "bo@linde.example"}).json()
    group = directory.client.post("/Groups", json={"displayName": "Directie", "externalId": "g1"}).json()
    path = f"/Groups/{group['id']}"
    assert directory.client.post("/Groups", json={"displayName": "DIRECTIE"}).status_code == 409
    member = {"op": "Add", "path": "members", "value": [{"value": bo["id"]}]}
    assert directory.patch(path, member).json()["members"][0]["value"] == bo["id"]
    assert directory.client.get(f"/Users/{bo['id']}").json()["groups"][0]["display"] == "Directie"
    without = directory.client.get(path, params={"excludedAttributes": "members"}).json()
    assert "members" not in without and without["displayName"] == "Directie"
    unknown = {"op": "Add", "path": "members", "value": [{"value": "nobody"}]}
    assert directory.patch(path, unknown).status_code == 400
    gone = directory.patch(path, {"op": "Remove", "path": f"members[value eq \"{bo['id']}\"]"}).json()
    assert "members" not in gone
    changes = [entry for entry in directory.node.ledger()
               if entry["event"] == "person_changed" and entry["principal"] == bo["id"]]
    assert len(changes) == 2 and all(entry["by"] == "directory" for entry in changes)
    assert directory.client.delete(path).status_code == 204


def test_mistakes_are_told_in_the_form_of_scim_without_what_was_sent(directory):
    for method, path, body, status, kind in [
        ("GET", '/Users?filter=userName co "marked"', None, 400, "invalidFilter"),
        ("GET", "/Users?filter=marked", None, 400, "invalidFilter"),
        ("GET", "/Users?count=marked", None, 400, "invalidValue"),
        ("GET", "/Users/marked", None, 404, None),
        ("GET", "/marked", None, 404, None),
        ("POST", "/Users", b"{marked", 400, "invalidSyntax"),
        ("POST", "/Users", b"[]", 400, "invalidValue"),
        ("POST", "/Users", b'{"displayName": "marked"}', 400, "invalidValue"),
        ("POST", "/Users", json.dumps({"userName": "marked" * 60}).encode(), 400, "invalidValue"),
        ("POST", "/Users", b'{"userName": "marked@x.example", "active": "maybe"}', 400, "invalidValue"),
        ("POST", "/Users", b'{"userName": "' + b"x" * 1_100_000 + b'"}', 413, None),
        ("POST", "/Users", b"[" * 100_000, 400, "invalidSyntax"),
        ("PUT", "/Users/marked", b'{"userName": "marked@x.example"}', 404, None),
        ("DELETE", "/Users", None, 405, None),
        ("POST", "/Bulk", b"{}", 404, None),
    ]:
        answer = directory.client.request(method, path, content=body)
        said = answer.json()
        assert (answer.status_code, said["status"]) == (status, str(status)), (path, answer.text)
        assert said.get("scimType") == kind and "marked" not in answer.text, (path, answer.text)
        assert said["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


def test_lists_come_in_pages(directory):
    for name in ("p1", "p2", "p3"):
        assert directory.client.post("/Users", json={"userName": f"{name}@page.example"}).status_code == 201
    total = directory.client.get("/Users", params={"count": 0}).json()
    assert total["Resources"] == [] and total["totalResults"] >= 3
    seen = []
    for start in range(1, total["totalResults"] + 1):
        page = directory.client.get("/Users", params={"startIndex": start, "count": 1}).json()
        assert page["itemsPerPage"] == 1 and page["startIndex"] == start
        seen.append(page["Resources"][0]["id"])
    assert len(set(seen)) == total["totalResults"]
    assert directory.client.get("/Users", params={"startIndex": -5, "count": -1}).json()["itemsPerPage"] == 0


def test_without_a_secret_there_is_no_door(server):
    answer = httpx.get(f"{server.url}/scim/v2/Users", headers={"authorization": "Bearer x"})
    assert answer.status_code == 404
