//! From an account of the organisation to a person here.

use std::collections::BTreeSet;

use serde_json::Value;
use sluis_core::person::{Person, Relation, Role};
use sluis_core::verdict::Language;
use sluis_ledger::Event;
use sluis_store::StoreError;

use super::id_token::Claims;
use super::issuer::{Issuer, Refused};
use crate::Web;
use crate::error::Failure;
use crate::people::details::{MAX_NAME, is_email};
use crate::people::one::is_last_admin;
use crate::visitor;

/// Who changed something, in the evidence, when it was what the provider said.
const PROVIDER: &str = "provider";

/// The most groups of somebody that are looked at.
const MAX_GROUPS: usize = 1_000;

/// Microsoft's provider, by the beginning of its address; the tenant follows.
const ENTRA: &str = "https://login.microsoftonline.com/";

/// Whose account it is. The first time it is found by its address of mail and bound to the person; from then on the
/// address is not looked at.
pub(super) async fn person(
    web: &Web,
    issuer: &Issuer,
    claims: &Claims,
    now: i64,
) -> Result<Result<Person, Refused>, Failure> {
    let name = &issuer.provider.issuer;
    let subject = subject(name, claims);
    let bound = web.store.identity(name, &subject).await?;
    let person = match bound {
        Some(id) => web.store.person(&id).await?,
        None => match first_time(web, issuer, claims, &subject, now).await? {
            Ok(person) => Some(person),
            Err(refused) => return Ok(Err(refused)),
        },
    };
    match person.filter(|person| person.works_here(now)) {
        Some(person) => Ok(Ok(regroup(web, issuer, claims, person).await?)),
        None => Ok(Err(Refused::Left)),
    }
}

async fn first_time(
    web: &Web,
    issuer: &Issuer,
    claims: &Claims,
    subject: &str,
    now: i64,
) -> Result<Result<Person, Refused>, Failure> {
    let name = &issuer.provider.issuer;
    let Some(email) = address(name, claims) else { return Ok(Err(Refused::Unknown)) };
    let person = match web.store.person_by_email(&email).await? {
        Some(person) => person,
        None if may_create(issuer, &email) => {
            let person = new(web, claims, &email, now);
            match web.store.insert_person(&person).await {
                Ok(()) => visitor::record(web, Event::PersonAdded, &person.id, PROVIDER).await?,
                // Another browser of theirs was first; what it made is taken at the next try.
                Err(StoreError::Duplicate) => return Ok(Err(Refused::Expired)),
                Err(other) => return Err(other.into()),
            }
            person
        }
        None => return Ok(Err(Refused::Unknown)),
    };
    if !person.works_here(now) {
        return Ok(Err(Refused::Left));
    }
    match web.store.bind_identity(name, subject, &person.id, now).await {
        Ok(()) => Ok(Ok(person)),
        // Somebody with another account had this address before: addresses are given out again, people are not.
        Err(StoreError::Duplicate) => Ok(Err(Refused::Unknown)),
        Err(other) => Err(other.into()),
    }
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn is_true(claims: &Claims, name: &str) -> bool {
    claims.get(name).is_some_and(|value| *value == Value::Bool(true) || value.as_str() == Some("true"))
}

/// Whether the token is of Microsoft, about somebody of the tenant that the settings name.
fn is_of_tenant(issuer: &str, claims: &Claims) -> bool {
    let tenant = issuer.strip_prefix(ENTRA).and_then(|rest| rest.split('/').next());
    tenant.is_some() && text(claims, "tid") == tenant
}

/// What the provider calls the account, for good. Microsoft's `sub` changes with the registration, `oid` does not.
fn subject(issuer: &str, claims: &Claims) -> String {
    match text(claims, "oid").filter(|_| is_of_tenant(issuer, claims)) {
        Some(account) => format!("oid:{account}"),
        None => format!("sub:{}", text(claims, "sub").unwrap_or_default()),
    }
}

/// The address that the provider vouches for. Microsoft does not say whether it verified `email`, which anybody can have
/// changed; the name with which a member signs in is in a domain of the tenant. Guests have that name from elsewhere.
fn address(issuer: &str, claims: &Claims) -> Option<String> {
    let of_tenant = is_of_tenant(issuer, claims);
    let verified = is_true(claims, "email_verified") || of_tenant && is_true(claims, "xms_edov");
    let email = text(claims, "email").filter(|_| verified);
    let is_member = of_tenant && !claims.contains_key("idp");
    let email = email.or_else(|| text(claims, "preferred_username").filter(|_| is_member))?;
    is_email(email).then(|| email.to_lowercase())
}

fn may_create(issuer: &Issuer, email: &str) -> bool {
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    issuer.provider.create && issuer.provider.domains.contains(domain)
}

fn new(web: &Web, claims: &Claims, email: &str, now: i64) -> Person {
    let name: String = text(claims, "name").unwrap_or(email).chars().take(MAX_NAME).collect();
    let english = text(claims, "locale").is_some_and(|locale| locale.starts_with("en"));
    Person {
        id: visitor::identifier(web),
        name: name.replace(char::is_control, " "),
        email: email.to_owned(),
        roles: BTreeSet::from([Role::Employee]),
        relation: Relation::default(),
        department: String::new(),
        language: if english { Language::En } else { web.language },
        created_at: now,
        left_at: None,
    }
}

/// Gives and takes the roles that groups give. The last administrator stays one.
async fn regroup(web: &Web, issuer: &Issuer, claims: &Claims, person: Person) -> Result<Person, Failure> {
    let groups = groups(claims, &issuer.provider.claim);
    // Where a directory says who is in which group, a token may leave it out.
    if web.sign_in.groups.is_empty() || groups.is_none() && web.directory.is_some() {
        return Ok(person);
    }
    let given = web.sign_in.roles(groups.unwrap_or_default());
    let mut roles = web.sign_in.regrouped(&person.roles, &given);
    if person.is(&[Role::Admin]) && !roles.contains(&Role::Admin) && is_last_admin(web, &person.id).await? {
        roles.insert(Role::Admin);
    }
    if roles == person.roles {
        return Ok(person);
    }
    let person = Person { roles, ..person };
    web.store.update_person(&person).await?;
    visitor::record(web, Event::PersonChanged, &person.id, PROVIDER).await?;
    Ok(person)
}

/// The groups in a claim, or in a claim in a claim (`realm_access.roles`); `None` if there is no such claim.
fn groups<'a>(claims: &'a Claims, name: &str) -> Option<Vec<&'a str>> {
    let found = claims.get(name).or_else(|| {
        let mut path = name.split('.');
        let first = claims.get(path.next()?)?;
        path.try_fold(first, |value, part| value.get(part))
    })?;
    Some(match found {
        Value::Array(all) => all.iter().take(MAX_GROUPS).filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one],
        _ => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TENANT: &str = "https://login.microsoftonline.com/t1/v2.0";

    fn claims(value: Value) -> Claims {
        let Value::Object(claims) = value else { panic!("an object") };
        claims
    }

    #[test]
    fn only_an_address_that_the_provider_vouches_for_counts() {
        for (issuer, said, expected) in [
            (
                "https://idp.example",
                json!({"email": "Jo@A.example", "email_verified": true}),
                Some("jo@a.example"),
            ),
            (
                "https://idp.example",
                json!({"email": "jo@a.example", "email_verified": "true"}),
                Some("jo@a.example"),
            ),
            ("https://idp.example", json!({"email": "jo@a.example", "email_verified": false}), None),
            ("https://idp.example", json!({"email": "jo@a.example"}), None),
            ("https://idp.example", json!({"email": "Jo <jo@a.example>", "email_verified": true}), None),
            ("https://idp.example", json!({"preferred_username": "jo@a.example", "tid": "t1"}), None),
            (TENANT, json!({"preferred_username": "jo@a.example", "tid": "t1"}), Some("jo@a.example")),
            (TENANT, json!({"preferred_username": "jo@a.example", "tid": "t2"}), None),
            (TENANT, json!({"preferred_username": "jo@a.example", "tid": "t1", "idp": "live.com"}), None),
            (TENANT, json!({"email": "boss@a.example", "tid": "t1"}), None),
            (TENANT, json!({"email": "jo@a.example", "xms_edov": true, "tid": "t1"}), Some("jo@a.example")),
        ] {
            assert_eq!(address(issuer, &claims(said.clone())).as_deref(), expected, "{issuer} {said}");
        }
    }

    #[test]
    fn groups_are_found_at_the_top_and_inside() {
        let said = claims(
            json!({"groups": ["a", 7, "b"], "one": "c", "realm_access": {"roles": ["d"]}, "a.b": ["e"]}),
        );
        for (name, expected) in [
            ("groups", Some(vec!["a", "b"])),
            ("one", Some(vec!["c"])),
            ("realm_access.roles", Some(vec!["d"])),
            ("a.b", Some(vec!["e"])),
            ("realm_access.none", None),
            ("none", None),
        ] {
            assert_eq!(groups(&said, name), expected, "{name}");
        }
    }

    #[test]
    fn an_account_of_microsoft_keeps_its_name_when_sluis_is_registered_anew() {
        let said = claims(json!({"sub": "s", "oid": "o", "tid": "t1"}));
        assert_eq!(subject(TENANT, &said), "oid:o");
        assert_eq!(subject("https://idp.example", &said), "sub:s");
    }
}
