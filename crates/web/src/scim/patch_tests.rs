use serde_json::json;

use super::*;
use crate::scim::ENTERPRISE;

fn jo() -> Value {
    json!({
        "userName": "jo@a.example",
        "active": true,
        "name": {"givenName": "Jo", "familyName": "Wit"},
        "emails": [{"type": "work", "value": "jo@a.example", "primary": true}],
    })
}

fn after(operations: &Value) -> Result<Value, Problem> {
    let mut jo = jo();
    apply(&mut jo, &json!({"Operations": operations})).map(|()| jo)
}

#[test]
fn the_spellings_of_directories_are_understood() {
    for (operation, pointer, expected) in [
        (json!({"op": "Replace", "path": "active", "value": "False"}), "/active", json!("False")),
        (json!({"op": "replace", "value": {"active": false}}), "/active", json!(false)),
        (json!({"op": "Replace", "value": {"name.givenName": "Joke"}}), "/name/givenName", json!("Joke")),
        (
            json!({"op": "Add", "path": "name.familyName", "value": "Zwart"}),
            "/name/familyName",
            json!("Zwart"),
        ),
        (json!({"op": "add", "path": "DISPLAYNAME", "value": "J"}), "/displayName", json!("J")),
        (
            json!({"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "x@a.example"}),
            "/emails/0/value",
            json!("x@a.example"),
        ),
        (
            json!({"op": "Add", "path": "emails[type eq \"home\"].value", "value": "x@b.example"}),
            "/emails/1",
            json!({"type": "home", "value": "x@b.example"}),
        ),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "x@b.example", "primary": true}]}),
            "/emails/0/primary",
            json!(false),
        ),
        (
            json!({"op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "Zorg"}),
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department",
            json!("Zorg"),
        ),
        (
            json!({"op": "replace", "value": {format!("{ENTERPRISE}:department"): "Zorg"}}),
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department",
            json!("Zorg"),
        ),
        (
            json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:name", "value": {"givenName": "J"}}),
            "/name",
            json!({"givenName": "J", "familyName": "Wit"}),
        ),
    ] {
        assert_eq!(after(&json!([operation])).unwrap().pointer(pointer), Some(&expected), "{operation}");
    }
}

#[test]
fn what_is_removed_is_gone() {
    let members = |operation: Value| {
        let mut group = json!({"displayName": "x", "members": [{"value": "a"}, {"value": "b"}]});
        apply(&mut group, &json!({"Operations": [operation]})).unwrap();
        group["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["value"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(members(json!({"op": "remove", "path": "members[value eq \"a\"]"})), ["b"]);
    assert_eq!(members(json!({"op": "Remove", "path": "members", "value": [{"value": "b"}]})), ["a"]);
    assert!(members(json!({"op": "remove", "path": "members"})).is_empty());
    assert_eq!(members(json!({"op": "add", "path": "members", "value": [{"value": "a"}]})), ["b", "a"]);
    let jo = after(&json!([{"op": "remove", "path": "name.givenName"}, {"op": "remove", "path": "emails"}]))
        .unwrap();
    assert_eq!((&jo["name"], &jo["emails"]), (&json!({"familyName": "Wit"}), &json!([])));
}

#[test]
fn what_nobody_needs_is_passed_over_and_the_rest_is_refused() {
    for path in [
        "title",
        "addresses[type eq \"work\"].locality",
        "phoneNumbers",
        "name.middleName",
        &format!("{ENTERPRISE}:manager"),
    ] {
        assert_eq!(after(&json!([{"op": "add", "path": path, "value": "x"}])).unwrap(), jo(), "{path}");
    }
    for (operation, problem) in [
        (json!({"op": "replace", "path": "shoeSize", "value": 43}), Problem::PATH),
        (json!({"op": "replace", "path": "emails[type eq \"work\"", "value": 1}), Problem::PATH),
        (json!({"op": "replace", "path": "emails[type co \"w\"].value", "value": "x"}), Problem::FILTER),
        (json!({"op": "replace", "path": "id", "value": "x"}), Problem::READ_ONLY),
        (json!({"op": "replace", "path": "groups", "value": []}), Problem::READ_ONLY),
        (json!({"op": "remove"}), Problem::NO_TARGET),
        (json!({"op": "move", "path": "name"}), Problem::SYNTAX),
        (json!({"op": "add", "path": "emails", "value": "x@a.example"}), Problem::VALUE),
        (json!({"op": "add", "value": "x"}), Problem::VALUE),
        (json!(7), Problem::SYNTAX),
    ] {
        assert_eq!(after(&json!([operation])), Err(problem), "{operation}");
    }
    let many = vec![json!({"op": "remove", "path": "emails"}); MAX_OPERATIONS + 1];
    assert_eq!(after(&many.into()), Err(Problem::TOO_LARGE));
}
