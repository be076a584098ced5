//! What this node says of itself to a directory: what it can do, which kinds of resource it has, and their attributes
//! (RFC 7643, sections 5 to 7).

use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::{ENTERPRISE, GROUP, MAX_PAGE, USER};

const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// Name of a schema, its words, and a line for each attribute: its path, its type and what is special about it.
type Described = (&'static str, &'static str, &'static str, &'static [&'static str]);

const SCHEMAS: [Described; 6] = [
    (
        USER,
        "User",
        "Somebody who works for the organisation",
        &[
            "userName string required server",
            "displayName string",
            "name complex",
            "name.formatted string",
            "name.familyName string",
            "name.givenName string",
            "emails complex multi",
            "emails.value string",
            "emails.type string",
            "emails.primary boolean",
            "preferredLanguage string",
            "active boolean",
            "groups complex multi readonly",
            "groups.value string readonly",
            "groups.$ref reference:Group readonly",
            "groups.display string readonly",
        ],
    ),
    (ENTERPRISE, "EnterpriseUser", "Where somebody works", &["department string"]),
    (
        GROUP,
        "Group",
        "A group, which can give roles",
        &[
            "displayName string required server",
            "members complex multi",
            "members.value string immutable",
            "members.$ref reference:User immutable",
            "members.type string immutable =User",
        ],
    ),
    (
        CONFIG,
        "ServiceProviderConfig",
        "What this service can do",
        &[
            "documentationUri reference:external readonly",
            "patch complex required readonly",
            "patch.supported boolean required readonly",
            "bulk complex required readonly",
            "bulk.supported boolean required readonly",
            "bulk.maxOperations integer required readonly",
            "bulk.maxPayloadSize integer required readonly",
            "filter complex required readonly",
            "filter.supported boolean required readonly",
            "filter.maxResults integer required readonly",
            "changePassword complex required readonly",
            "changePassword.supported boolean required readonly",
            "sort complex required readonly",
            "sort.supported boolean required readonly",
            "etag complex required readonly",
            "etag.supported boolean required readonly",
            "authenticationSchemes complex multi required readonly",
            "authenticationSchemes.type string required readonly",
            "authenticationSchemes.name string required readonly",
            "authenticationSchemes.description string required readonly",
        ],
    ),
    (
        RESOURCE_TYPE,
        "ResourceType",
        "A kind of resource",
        &[
            "name string required readonly",
            "description string readonly",
            "endpoint reference:uri required readonly",
            "schema reference:uri required readonly exact",
            "schemaExtensions complex multi readonly",
            "schemaExtensions.schema reference:uri required readonly exact",
            "schemaExtensions.required boolean required readonly",
        ],
    ),
    (
        SCHEMA,
        "Schema",
        "The attributes of a kind of resource",
        &[
            "name string required readonly",
            "description string readonly",
            "attributes complex multi required readonly",
            "attributes.name string required readonly exact",
            "attributes.type string required readonly",
            "attributes.multiValued boolean required readonly",
            "attributes.description string readonly exact",
            "attributes.required boolean readonly",
            "attributes.canonicalValues string multi readonly exact",
            "attributes.caseExact boolean readonly",
            "attributes.mutability string readonly exact",
            "attributes.returned string readonly exact",
            "attributes.uniqueness string readonly exact",
            "attributes.referenceTypes string multi readonly exact",
            "attributes.subAttributes complex multi readonly",
        ],
    ),
];

/// What this service can do.
pub(super) fn config(base: &str) -> Value {
    json!({
        "schemas": [CONFIG],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": MAX_PAGE},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": false},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "The secret of the settings sign_in.scim_token_env or sign_in.scim_token_file",
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig")},
    })
}

/// The kinds of resource, or one of them.
pub(super) fn resource_types(base: &str) -> Vec<Value> {
    let one = |name: &str, endpoint: &str, schema: &str| {
        json!({
            "schemas": [RESOURCE_TYPE],
            "id": name,
            "name": name,
            "endpoint": endpoint,
            "schema": schema,
            "meta": {"resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}")},
        })
    };
    let mut user = one("User", "/Users", USER);
    user["schemaExtensions"] = json!([{"schema": ENTERPRISE, "required": false}]);
    vec![user, one("Group", "/Groups", GROUP)]
}

/// All schemas.
pub(super) fn schemas(base: &str) -> Vec<Value> {
    SCHEMAS
        .iter()
        .map(|(id, name, description, lines)| {
            json!({
                "schemas": [SCHEMA],
                "id": id,
                "name": name,
                "description": description,
                "attributes": attributes(lines),
                "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{id}")},
            })
        })
        .collect()
}

/// The one of this identifier.
pub(super) fn one(all: Vec<Value>, id: &str) -> Result<Value, Problem> {
    all.into_iter().find(|one| one["id"] == id).ok_or(Problem::NOT_FOUND)
}

fn attributes(lines: &[&str]) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for line in lines {
        let mut words = line.split(' ');
        let path = words.next().unwrap_or_default();
        let kind = words.next().unwrap_or_default();
        let flags: Vec<&str> = words.collect();
        let (parent, name) = path.split_once('.').map_or((None, path), |(parent, name)| (Some(parent), name));
        let one = attribute(name, kind, &flags);
        match all.last_mut().filter(|last| parent.is_some_and(|parent| last["name"] == parent)) {
            Some(last) => {
                if let Some(inside) = last["subAttributes"].as_array_mut() {
                    inside.push(one);
                }
            }
            None => all.push(one),
        }
    }
    all
}

fn attribute(name: &str, kind: &str, flags: &[&str]) -> Value {
    let has = |flag: &str| flags.contains(&flag);
    let (kind, reference) = kind.split_once(':').unwrap_or((kind, ""));
    let mutability = match (has("readonly"), has("immutable")) {
        (true, _) => "readOnly",
        (_, true) => "immutable",
        _ => "readWrite",
    };
    let mut one = Map::new();
    for (key, value) in [
        ("name", name.into()),
        ("type", kind.into()),
        ("multiValued", has("multi").into()),
        ("required", has("required").into()),
        ("caseExact", has("exact").into()),
        ("mutability", mutability.into()),
        ("returned", "default".into()),
        ("uniqueness", if has("server") { "server" } else { "none" }.into()),
    ] {
        one.insert(key.to_owned(), value);
    }
    if kind == "complex" {
        one.insert("subAttributes".into(), json!([]));
    }
    if let Some(only) = flags.iter().find_map(|flag| flag.strip_prefix('=')) {
        one.insert("canonicalValues".into(), json!([only]));
    }
    if !reference.is_empty() {
        one.insert("referenceTypes".into(), json!([reference]));
    }
    Value::Object(one)
}
