//! An authenticator as the standard describes it, and everything that can be wrong with what it says.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::json;

use super::*;
use crate::passkey::encode;

const KEY: [u8; 32] = [7; 32];
const SEED: [u8; 32] = [1; 32];
const UNTIL: i64 = 1_000;

fn party() -> Party {
    Party::at("https://ai.example:8443").unwrap()
}

fn expected(party: &Party) -> Expected<'_> {
    Expected { party, key: &KEY, seed: &SEED, now: UNTIL - 1 }
}

fn client(act: Act, seed: &[u8; 32]) -> serde_json::Value {
    let challenge = challenge(&KEY, act, seed, UNTIL, [5; 16]);
    json!({
        "type": act.name(), "challenge": encode(&challenge), "origin": "https://ai.example:8443", "crossOrigin": false,
        "something": "later",
    })
}

fn bytes(client: &serde_json::Value) -> Vec<u8> {
    serde_json::to_vec(client).unwrap()
}

fn said(flags: u8, counter: u32) -> Vec<u8> {
    [&sha256(b"ai.example")[..], &[flags], &counter.to_be_bytes()].concat()
}

fn attested(id: &[u8]) -> Vec<u8> {
    let size = u16::try_from(id.len()).unwrap().to_be_bytes();
    [&said(PRESENT | VERIFIED | ATTESTED, 3)[..], &[0; 16], &size, id, &[0xa5]].concat()
}

fn p256() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()
}

#[test]
fn sites_with_a_name_and_https_have_passkeys() {
    for (address, id) in [
        ("https://ai.example", Some("ai.example")),
        ("https://AI.example:8443/x", Some("ai.example")),
        ("http://localhost:8080", Some("localhost")),
        ("http://ai.example", None),
        ("https://127.0.0.1:8443", None),
        ("https://[::1]:8443", None),
        ("ai.example", None),
    ] {
        assert_eq!(Party::at(address).map(|party| party.id).as_deref(), id, "{address}");
    }
    assert_eq!(party().origin, "https://ai.example:8443");
}

#[test]
fn a_passkey_is_made_and_signs_in() {
    let party = party();
    let expected = expected(&party);
    let pair = p256();
    let key: Vec<u8> = pair.public_key().as_der().unwrap().as_ref().into();
    let made = expected.made(&bytes(&client(Act::Create, &SEED)), &attested(b"name"), -7, &key).unwrap();
    assert_eq!((made.id.as_slice(), made.counter, made.answered.until), (b"name".as_slice(), 3, UNTIL));

    let (client, said) = (bytes(&client(Act::Get, &SEED)), said(PRESENT | VERIFIED, 4));
    let signature = pair.sign(&SystemRandom::new(), &[&said[..], &sha256(&client)].concat()).unwrap();
    let (answered, counter) = expected.signed(&client, &said, (-7, &key), signature.as_ref()).unwrap();
    assert_eq!(counter, 4);
    assert_ne!(answered.hash, made.answered.hash, "two questions are two");

    let mut other = said.clone();
    *other.last_mut().unwrap() += 1;
    assert_eq!(expected.signed(&client, &other, (-7, &key), signature.as_ref()), None, "another counter");
    let another = p256();
    let another = another.public_key().as_der().unwrap();
    assert_eq!(expected.signed(&client, &said, (-7, another.as_ref()), signature.as_ref()), None);
    assert_eq!(expected.signed(&client, &said, (-8, &key), signature.as_ref()), None, "another algorithm");
}

#[test]
fn every_algorithm_that_is_asked_for_is_read() {
    let pair = Ed25519KeyPair::generate().unwrap();
    let key = pair.public_key().as_der().unwrap();
    let (client, said) = (bytes(&client(Act::Get, &SEED)), said(PRESENT | VERIFIED, 0));
    let signature = pair.sign(&[&said[..], &sha256(&client)].concat());
    let party = party();
    assert!(expected(&party).signed(&client, &said, (-8, key.as_ref()), signature.as_ref()).is_some());
    let rsa = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der = rsa.public_key().as_der().unwrap();
    assert!(public_key(-257, der.as_ref()).is_some());
    assert!(public_key(-257, &der.as_ref()[1..]).is_none() && public_key(0, der.as_ref()).is_none());
}

#[test]
fn what_another_page_browser_or_time_says_is_not_believed() {
    let party = party();
    let key: Vec<u8> = p256().public_key().as_der().unwrap().as_ref().into();
    let good = client(Act::Create, &SEED);
    let with = |name: &str, value: serde_json::Value| {
        let mut client = good.clone();
        client[name] = value;
        bytes(&client)
    };
    let made = |expected: Expected<'_>, client: &[u8]| expected.made(client, &attested(b"name"), -7, &key);
    let expected = expected(&party);
    assert!(made(expected, &bytes(&good)).is_some());
    for (what, client) in [
        ("another site", with("origin", json!("https://evil.example"))),
        ("a frame of another site", with("crossOrigin", json!(true))),
        ("another act", with("type", json!("webauthn.get"))),
        ("a question for another act", bytes(&client(Act::Get, &SEED))),
        ("another browser's question", bytes(&client(Act::Create, &[2; 32]))),
        ("a question of nobody", with("challenge", json!(encode(&[9; 56])))),
        ("no question", with("challenge", json!(""))),
        ("no JSON", b"webauthn".to_vec()),
    ] {
        assert_eq!(made(expected, &client), None, "{what}");
    }
    assert_eq!(made(Expected { now: UNTIL, ..expected }, &bytes(&good)), None, "too late");
    assert_eq!(made(Expected { key: &[8; 32], ..expected }, &bytes(&good)), None, "another installation");
}

#[test]
fn somebody_has_to_be_there_and_show_who_they_are() {
    let party = party();
    let expected = expected(&party);
    for (flags, good) in [
        (PRESENT | VERIFIED, true),
        (PRESENT | VERIFIED | 0x18, true),
        (PRESENT, false),
        (VERIFIED, false),
        (0, false),
    ] {
        assert_eq!(expected.authenticator(&said(flags, 1)).is_some(), good, "{flags}");
    }
    let mut elsewhere = said(PRESENT | VERIFIED, 1);
    elsewhere[0] ^= 1;
    assert_eq!(expected.authenticator(&elsewhere), None);
}

#[test]
fn any_bytes_of_an_authenticator_are_read_or_refused() {
    let party = party();
    let expected = expected(&party);
    let key: Vec<u8> = p256().public_key().as_der().unwrap().as_ref().into();
    let client = bytes(&client(Act::Create, &SEED));
    let whole = attested(b"name");
    for size in 0..whole.len() {
        let good = size >= whole.len() - 1;
        assert_eq!(expected.made(&client, &whole[..size], -7, &key).is_some(), good, "{size} bytes");
    }
    let longest = attested(&[1; MAX_ID]);
    assert!(expected.made(&client, &longest, -7, &key).is_some());
    for bad in [attested(&[1; MAX_ID + 1]), attested(b"")] {
        assert_eq!(expected.made(&client, &bad, -7, &key), None);
    }
}
