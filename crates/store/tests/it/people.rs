//! People, how they sign in, their sessions, and suspensions.

use sluis_core::person::{Person, Relation, Role, Suspension};
use sluis_core::verdict::Language;
use sluis_store::{Credentials, Purpose, Session, Store, StoreError, Ticket};

use crate::harness::{Place, digest, on_both};

on_both!(
    a_person_comes_back_as_kept,
    an_address_is_found_whatever_its_case,
    an_address_belongs_to_one_person,
    a_person_who_was_tampered_with_does_not_open,
    credentials_come_back_and_are_replaced,
    a_code_counts_once,
    a_code_counts_once_on_two_nodes_at_once,
    a_suspension_is_lifted_once,
    a_session_ends_in_time_or_when_told,
    a_ticket_is_taken_once,
    a_ticket_is_taken_once_by_many_at_once,
    purging_takes_expired_sessions_and_tickets,
);

pub fn person(id: &str) -> Person {
    Person {
        id: id.into(),
        name: format!("Name of {id}"),
        email: format!("{id}@example.org"),
        roles: [Role::Employee, Role::Admin].into(),
        relation: Relation::Freelancer,
        department: "Care".into(),
        language: Language::En,
        created_at: 5,
        left_at: None,
    }
}

pub fn credentials() -> Credentials {
    Credentials { password: "$argon2id$v=19$abc".into(), totp: Some(vec![0, 7, 255]) }
}

pub fn suspension(id: &str, person: &str) -> Suspension {
    Suspension {
        id: id.into(),
        person: person.into(),
        tool: Some("claude".into()),
        reason: "A leak in “Care”\n".into(),
        by: "hr".into(),
        from: 10,
        until: 20,
        lifted_at: None,
    }
}

fn session(name: &str, person: &str, expires_at: i64) -> Session {
    Session { hash: digest(name), person: person.into(), created_at: 1, expires_at }
}

async fn with_people(place: &Place, ids: &[&str]) -> Store {
    let store = place.open().await;
    for id in ids {
        store.insert_person(&person(id)).await.unwrap();
    }
    store
}

async fn a_person_comes_back_as_kept(place: Place) {
    let store = with_people(&place, &["b"]).await;
    let first = Person { created_at: 1, ..person("z") };
    store.insert_person(&first).await.unwrap();
    assert_eq!(store.people().await.unwrap(), [first, person("b")]);
    assert_eq!(store.person("b").await.unwrap(), Some(person("b")));
    assert_eq!(store.person("c").await.unwrap(), None);
    let changed = Person {
        name: "Fatima El Idrissi".into(),
        email: "fatima@example.org".into(),
        roles: [Role::Employee].into(),
        relation: Relation::Intern,
        department: String::new(),
        language: Language::Nl,
        left_at: Some(9),
        ..person("b")
    };
    assert!(store.update_person(&Person { created_at: 77, ..changed.clone() }).await.unwrap());
    assert_eq!(store.person("b").await.unwrap(), Some(changed), "all but the moment of adding");
    assert_eq!(store.person_by_email("b@example.org").await.unwrap(), None);
    assert!(!store.update_person(&person("c")).await.unwrap());
    assert_eq!(store.people().await.unwrap().len(), 2);
}

async fn an_address_is_found_whatever_its_case(place: Place) {
    let store = place.open().await;
    let shouted = Person { email: " Zoë.Jansen@Example.ORG\t".into(), ..person("a") };
    store.insert_person(&shouted).await.unwrap();
    let kept = Person { email: "zoë.jansen@example.org".into(), ..person("a") };
    for email in ["zoë.jansen@example.org", "ZOË.JANSEN@EXAMPLE.ORG", "  Zoë.jansen@example.org\n"] {
        assert_eq!(store.person_by_email(email).await.unwrap().as_ref(), Some(&kept), "{email}");
    }
    for email in ["", "zoe.jansen@example.org", "zoë.jansen@example.or"] {
        assert_eq!(store.person_by_email(email).await.unwrap(), None, "{email}");
    }
}

async fn an_address_belongs_to_one_person(place: Place) {
    let store = with_people(&place, &["a", "b"]).await;
    let same = Person { email: "A@Example.org".into(), ..person("c") };
    assert_eq!(store.insert_person(&same).await.unwrap_err(), StoreError::Duplicate);
    let same = Person { email: "A@Example.org".into(), ..person("b") };
    assert_eq!(store.update_person(&same).await.unwrap_err(), StoreError::Duplicate);
    let known = Person { email: "new@example.org".into(), ..person("a") };
    assert_eq!(store.insert_person(&known).await.unwrap_err(), StoreError::Duplicate);
    assert_eq!(store.people().await.unwrap(), [person("a"), person("b")]);
}

async fn a_person_who_was_tampered_with_does_not_open(place: Place) {
    let store = with_people(&place, &["a", "b"]).await;
    // Somebody else's roles.
    place.run("UPDATE people SET sealed = (SELECT sealed FROM people WHERE id = 'a') WHERE id = 'b'").await;
    assert_eq!(store.person("b").await.unwrap_err(), StoreError::Sealed);
    // Somebody else's address.
    place.run("DELETE FROM people WHERE id = 'b'").await;
    store.insert_person(&person("c")).await.unwrap();
    place.run("UPDATE people SET email = sealed WHERE id = 'c'").await;
    assert_eq!(store.person("c").await.unwrap_err(), StoreError::Sealed);
    assert_eq!(store.person("a").await.unwrap(), Some(person("a")));
    // Somebody else's password.
    store.set_credentials("a", &credentials()).await.unwrap();
    place.run("UPDATE credentials SET person = 'c'").await;
    assert_eq!(store.credentials("c").await.unwrap_err(), StoreError::Sealed);
}

async fn credentials_come_back_and_are_replaced(place: Place) {
    let store = with_people(&place, &["a"]).await;
    assert_eq!(store.credentials("a").await.unwrap(), None);
    store.set_credentials("a", &credentials()).await.unwrap();
    assert_eq!(store.credentials("a").await.unwrap(), Some(credentials()));
    let bare = Credentials { password: "other".into(), totp: None };
    store.set_credentials("a", &bare).await.unwrap();
    assert_eq!(store.credentials("a").await.unwrap(), Some(bare.clone()));
    assert_eq!(store.set_credentials("b", &bare).await.unwrap_err(), StoreError::Gone);
    let shown = format!("{:?}", credentials());
    assert!(!shown.contains("argon2id") && !shown.contains("255"), "{shown}");
}

async fn a_code_counts_once(place: Place) {
    let store = with_people(&place, &["a"]).await;
    assert!(!store.use_totp_step("a", 1).await.unwrap(), "without credentials there is no code");
    store.set_credentials("a", &credentials()).await.unwrap();
    for (step, counts) in [(7, true), (7, false), (6, false), (8, true), (7, false)] {
        assert_eq!(store.use_totp_step("a", step).await.unwrap(), counts, "{step}");
    }
    store.set_credentials("a", &credentials()).await.unwrap();
    assert!(store.use_totp_step("a", 7).await.unwrap());
}

async fn a_code_counts_once_on_two_nodes_at_once(place: Place) {
    let nodes = [with_people(&place, &["a"]).await, place.open().await];
    nodes[0].set_credentials("a", &credentials()).await.unwrap();
    let using: Vec<_> = (0..12)
        .map(|number| {
            let store = nodes[number % 2].clone();
            tokio::spawn(async move { store.use_totp_step("a", 7).await.unwrap() })
        })
        .collect();
    let mut counted = 0;
    for one in using {
        counted += usize::from(one.await.unwrap());
    }
    assert_eq!(counted, 1);
}

async fn a_suspension_is_lifted_once(place: Place) {
    let store = with_people(&place, &["a", "b"]).await;
    let later = Suspension { tool: None, from: 11, ..suspension("s2", "a") };
    for one in [&suspension("s1", "a"), &later, &suspension("s3", "b")] {
        store.suspend(one).await.unwrap();
    }
    assert_eq!(store.suspensions_of("a").await.unwrap(), [later.clone(), suspension("s1", "a")]);
    assert!(store.lift_suspension("s1", 15).await.unwrap());
    assert!(!store.lift_suspension("s1", 16).await.unwrap());
    assert!(!store.lift_suspension("s9", 16).await.unwrap());
    let lifted = Suspension { lifted_at: Some(15), ..suspension("s1", "a") };
    assert_eq!(store.suspensions_of("a").await.unwrap(), [later, lifted]);
    assert!(store.suspensions_of("c").await.unwrap().is_empty());
    assert_eq!(store.suspend(&suspension("s4", "c")).await.unwrap_err(), StoreError::Gone);
    assert_eq!(store.suspend(&suspension("s1", "a")).await.unwrap_err(), StoreError::Duplicate);
    place.run("UPDATE suspensions SET person = 'a' WHERE id = 's3'").await;
    assert_eq!(store.suspensions_of("a").await.unwrap_err(), StoreError::Sealed);
}

async fn a_session_ends_in_time_or_when_told(place: Place) {
    let store = with_people(&place, &["a", "b"]).await;
    for (name, person) in [("1", "a"), ("2", "a"), ("3", "a"), ("4", "b")] {
        store.insert_session(&session(name, person, 100)).await.unwrap();
    }
    assert_eq!(store.session(&digest("1"), 99).await.unwrap(), Some(session("1", "a", 100)));
    assert_eq!(store.session(&digest("1"), 100).await.unwrap(), None);
    assert_eq!(store.session(&digest("9"), 0).await.unwrap(), None);
    store.end_session(&digest("1")).await.unwrap();
    store.end_session(&digest("1")).await.unwrap();
    assert_eq!(store.session(&digest("1"), 99).await.unwrap(), None);
    assert!(store.session(&digest("2"), 99).await.unwrap().is_some());
    store.end_sessions_of("a").await.unwrap();
    assert_eq!(store.session(&digest("2"), 99).await.unwrap(), None);
    assert_eq!(store.session(&digest("3"), 99).await.unwrap(), None);
    assert!(store.session(&digest("4"), 99).await.unwrap().is_some());
    let nobody = store.insert_session(&session("5", "c", 100)).await;
    assert_eq!(nobody.unwrap_err(), StoreError::Gone);
}

async fn a_ticket_is_taken_once(place: Place) {
    let store = with_people(&place, &["a"]).await;
    let invite =
        Ticket { hash: digest("1"), purpose: Purpose::Invite, person: Some("a".into()), expires_at: 100 };
    let set_up = Ticket { hash: digest("2"), purpose: Purpose::SetUp, person: None, expires_at: 100 };
    for ticket in [&invite, &set_up] {
        store.insert_ticket(ticket).await.unwrap();
        assert_eq!(store.ticket(&ticket.hash, 99).await.unwrap().as_ref(), Some(ticket));
        assert_eq!(store.ticket(&ticket.hash, 100).await.unwrap(), None);
        assert_eq!(store.take_ticket(&ticket.hash, 100).await.unwrap(), None);
        assert_eq!(store.take_ticket(&ticket.hash, 99).await.unwrap().as_ref(), Some(ticket));
        assert_eq!(store.take_ticket(&ticket.hash, 99).await.unwrap(), None);
        assert_eq!(store.ticket(&ticket.hash, 99).await.unwrap(), None);
    }
    let nobody = Ticket { person: Some("c".into()), ..invite };
    assert_eq!(store.insert_ticket(&nobody).await.unwrap_err(), StoreError::Gone);
}

async fn a_ticket_is_taken_once_by_many_at_once(place: Place) {
    let nodes = [place.open().await, place.open().await];
    for name in ["1", "2", "3"] {
        let ticket = Ticket { hash: digest(name), purpose: Purpose::SetUp, person: None, expires_at: 100 };
        nodes[0].insert_ticket(&ticket).await.unwrap();
        let taking: Vec<_> = (0..8)
            .map(|number| {
                let store = nodes[number % 2].clone();
                tokio::spawn(async move { store.take_ticket(&digest(name), 1).await.unwrap() })
            })
            .collect();
        let mut taken = Vec::new();
        for one in taking {
            taken.extend(one.await.unwrap());
        }
        assert_eq!(taken, [ticket]);
    }
}

async fn purging_takes_expired_sessions_and_tickets(place: Place) {
    let store = with_people(&place, &["a"]).await;
    for (name, expires_at) in [("1", 10), ("2", 11)] {
        store.insert_session(&session(name, "a", expires_at)).await.unwrap();
        let ticket = Ticket { hash: digest(name), purpose: Purpose::SetUp, person: None, expires_at };
        store.insert_ticket(&ticket).await.unwrap();
    }
    store.purge_sessions(10).await.unwrap();
    assert_eq!(place.numbers("SELECT expires_at FROM sessions").await, [11]);
    assert_eq!(place.numbers("SELECT expires_at FROM tickets").await, [11]);
}
