use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use serde_json::json;

use super::*;

const SHORT_N: &str = concat!(
    "zfWvuV6oViwf9nVjDq7tJW4rZfwc3ciay_iC3c_NxJEXzE9i5UHzkxa_k3F-rkC66fJehT6kteCYfbS5FobKyi",
    "pdGdgNcVw2x7N5bLOqWXzopiyerC27mdTMlXY_5N5x5UPbehwCOaG8x3IydDtMr6PhZumxU26_QP-Yoejd8F8"
);
const SHORT_SIGNATURE: &str = concat!(
    "mDTbd7xM6ncp51mtp3XNHq6-bT4odw4dPUg9ZBwljYj91ch6hDtPJWe86y_KI6mtqgCB5W8LQ40KY7dBgNrwXw",
    "M-A8Q3Q9Ug4CokuIeUoAvn0qMi3ILKMLIkNcyJVCFFUfXUWQApu28rUiXDCYZcNnwiXb2-AqNxZKCoye7K04U"
);

const NOW: i64 = 1_795_266_000;

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn public(value: Value) -> PublicKey {
    serde_json::from_value(value).unwrap()
}

fn good() -> Value {
    json!({"iss": "https://idp.example", "aud": "sluis", "sub": "jo", "nonce": "n", "iat": NOW, "exp": NOW + 300})
}

fn expected() -> Expected<'static> {
    Expected { issuer: "https://idp.example", client_id: "sluis", nonce: "n", now: NOW }
}

struct Rsa(RsaKeyPair);

impl Rsa {
    fn new() -> Self {
        Self(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    fn public(&self) -> Value {
        // The DER of a key of 2048 bits: modulus after nine bytes, and 65537 as exponent.
        let der = self.0.public_key().as_ref();
        json!({"kty": "RSA", "kid": "1", "n": text(&der[9..265]), "e": "AQAB"})
    }

    fn token(&self, header: &Value, claims: &Value, encoding: &'static dyn RsaEncoding) -> String {
        let signed = format!("{}.{}", text(header.to_string()), text(claims.to_string()));
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(encoding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", text(signature))
    }
}

fn signed(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", text(header.to_string()), text(claims.to_string()));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", text(signature))
}

#[test]
fn tokens_of_all_four_algorithms_are_read() {
    let rsa = Rsa::new();
    let keys = [public(rsa.public())];
    for (name, encoding) in
        [("RS256", &RSA_PKCS1_SHA256 as &'static dyn RsaEncoding), ("PS256", &RSA_PSS_SHA256)]
    {
        let token = rsa.token(&json!({"alg": name, "kid": "1"}), &good(), encoding);
        assert_eq!(check(&token, &keys, expected()).unwrap()["sub"], "jo", "{name}");
    }

    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref();
    let key =
        json!({"kty": "EC", "crv": "P-256", "kid": "1", "x": text(&point[1..33]), "y": text(&point[33..])});
    let sign = |bytes: &[u8]| pair.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec();
    let token = signed(&json!({"alg": "ES256"}), &good(), sign);
    assert!(check(&token, &[public(key)], expected()).is_ok());

    let pair = Ed25519KeyPair::generate().unwrap();
    let key = json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "x": text(pair.public_key())});
    let token = signed(&json!({"alg": "EdDSA"}), &good(), |bytes| pair.sign(bytes).as_ref().to_vec());
    assert!(check(&token, &[public(key)], expected()).is_ok());
}

#[test]
fn forged_tokens_are_refused() {
    let (rsa, other) = (Rsa::new(), Rsa::new());
    let keys = [public(rsa.public())];
    let head = json!({"alg": "RS256", "kid": "1"});
    let sign = |header: &Value| rsa.token(header, &good(), &RSA_PKCS1_SHA256);
    let honest = sign(&head);
    assert!(check(&honest, &keys, expected()).is_ok());

    let parts: Vec<&str> = honest.split('.').collect();
    let boss = text(json!({"sub": "boss"}).to_string());
    let none = text(json!({"alg": "none"}).to_string());
    for (what, token) in [
        ("another key", other.token(&head, &good(), &RSA_PKCS1_SHA256)),
        ("no algorithm", format!("{none}.{}.", parts[1])),
        ("no algorithm, with a signature", sign(&json!({"alg": "none", "kid": "1"}))),
        ("a shared secret", sign(&json!({"alg": "HS256", "kid": "1"}))),
        ("another padding", sign(&json!({"alg": "PS256", "kid": "1"}))),
        ("a kind of key that it is not", sign(&json!({"alg": "ES256", "kid": "1"}))),
        ("an extension", sign(&json!({"alg": "RS256", "kid": "1", "crit": ["b64"], "b64": false}))),
        ("another body", format!("{}.{boss}.{}", parts[0], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("a part more", format!("{honest}.x")),
        ("a part less", parts[..2].join(".")),
        ("nothing", String::new()),
    ] {
        assert_eq!(check(&token, &keys, expected()).err(), Some(Wrong::Untrusted), "{what}");
    }
    let token = sign(&json!({"alg": "RS256", "kid": "2"}));
    assert_eq!(check(&token, &keys, expected()).err(), Some(Wrong::Key));
    let mut for_secrets = rsa.public();
    for_secrets["use"] = "enc".into();
    assert_eq!(check(&honest, &[public(for_secrets)], expected()).err(), Some(Wrong::Untrusted));
}

/// A key of 1024 bits, with a signature that is right. Made with OpenSSL, for this test.
#[test]
fn short_keys_verify_nothing() {
    let short = RsaPublicKeyComponents { n: vec![0xff; 128], e: vec![1, 0, 1] };
    assert!(short.verify(&RSA_PKCS1_2048_8192_SHA256, b"x", &[1; 128]).is_err());
    let key = public(json!({"kty": "RSA", "n": SHORT_N, "e": "AQAB"}));
    let (message, signature) = (b"sluis", decode(SHORT_SIGNATURE).unwrap());
    let components = RsaPublicKeyComponents { n: decode(SHORT_N).unwrap(), e: vec![1, 0, 1] };
    let lenient = &aws_lc_rs::signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
    assert!(components.verify(lenient, message, &signature).is_ok(), "the signature itself is right");
    assert!(!key.signed(Algorithm::Rs256, message, &signature));
}

#[test]
fn what_is_not_for_us_or_not_now_is_refused() {
    let rsa = Rsa::new();
    let keys = [public(rsa.public())];
    let with = |name: &str, value: Value| {
        let mut claims = good();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        let token = rsa.token(&json!({"alg": "RS256", "kid": "1"}), &claims, &RSA_PKCS1_SHA256);
        check(&token, &keys, expected()).err()
    };
    for (name, value, wrong) in [
        ("iss", json!("https://idp.example/"), Some(Wrong::Untrusted)),
        ("iss", Value::Null, Some(Wrong::Untrusted)),
        ("aud", json!("other"), Some(Wrong::Untrusted)),
        ("aud", json!(["sluis"]), None),
        ("aud", json!(["sluis", "other"]), Some(Wrong::Untrusted)),
        ("aud", Value::Null, Some(Wrong::Untrusted)),
        ("azp", json!("sluis"), None),
        ("azp", json!("other"), Some(Wrong::Untrusted)),
        ("azp", json!(7), Some(Wrong::Untrusted)),
        ("nonce", json!("m"), Some(Wrong::Untrusted)),
        ("nonce", Value::Null, Some(Wrong::Untrusted)),
        ("sub", json!(""), Some(Wrong::Untrusted)),
        ("sub", json!("x".repeat(256)), Some(Wrong::Untrusted)),
        ("exp", json!(NOW - 59), None),
        ("exp", json!(NOW - 60), Some(Wrong::Clock)),
        ("exp", json!("soon"), Some(Wrong::Untrusted)),
        ("exp", Value::Null, Some(Wrong::Untrusted)),
        ("iat", json!(NOW + 60), None),
        ("iat", json!(1_795_266_000.5), None),
        ("iat", json!(NOW + 61), Some(Wrong::Clock)),
        ("iat", json!(NOW - 601), Some(Wrong::Clock)),
        ("iat", Value::Null, Some(Wrong::Untrusted)),
        ("nbf", json!(NOW + 61), Some(Wrong::Clock)),
    ] {
        assert_eq!(with(name, value.clone()), wrong, "{name} {value}");
    }
}
