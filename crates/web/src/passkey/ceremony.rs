//! What a passkey says, and whether it may be believed (Web Authentication Level 3, sections 7.1 and 7.2).
//!
//! Attestations are not asked for: which make of authenticator somebody has is their own affair. Without one, the public
//! key that the browser hands over as DER is as good as the one inside the attestation, so nothing here reads CBOR.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use serde::Deserialize;
use sluis_ledger::sha256;

/// Seconds in which a question has to be answered.
pub(super) const PATIENCE: i64 = 300;

/// The algorithms that are asked for, the best first, as COSE numbers: `EdDSA`, `ES256`, `RS256`.
pub(super) const ALGORITHMS: [i64; 3] = [-8, -7, -257];

/// The most bytes of a credential's name, by the standard.
const MAX_ID: usize = 1023;

/// The most bytes of a public key: RSA of 8192 bits.
const MAX_KEY: usize = 1100;

/// Flags of what an authenticator did.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// The site that passkeys are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its origin: `https://ai.example`.
    pub origin: String,
    /// Its name, which passkeys are bound to: `ai.example`.
    pub id: String,
}

impl Party {
    /// The site at an address. `None` where browsers offer no passkeys: a site without a name, or without https.
    #[must_use]
    pub fn at(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let authority = rest.split('/').next()?;
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let is_name = host.contains(|c: char| c.is_ascii_alphabetic()) && !host.starts_with('[');
        let is_safe = scheme == "https" || (scheme == "http" && host == "localhost");
        (is_name && is_safe)
            .then(|| Self { origin: format!("{scheme}://{authority}"), id: host.to_ascii_lowercase() })
    }
}

/// What a question is for: an answer to one is none to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Making a passkey.
    Create,
    /// Signing in with one.
    Get,
}

impl Act {
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// A question: until when it can be answered, randomness, and a tag by which this site knows it again. It is bound to the
/// browser by `seed`.
pub(super) fn challenge(key: &[u8; 32], act: Act, seed: &[u8; 32], until: i64, random: [u8; 16]) -> [u8; 56] {
    let mut challenge = [0; 56];
    challenge[..8].copy_from_slice(&until.to_be_bytes());
    challenge[8..24].copy_from_slice(&random);
    let tag = hmac::sign(&challenge_key(key), &tagged(act, seed, &challenge[..24]));
    challenge[24..].copy_from_slice(tag.as_ref());
    challenge
}

/// Until when a question of ours can be answered, in Unix microseconds; `None` if it is none, or another browser's.
fn asked(key: &[u8; 32], act: Act, seed: &[u8; 32], challenge: &[u8]) -> Option<i64> {
    let (head, tag) = challenge.split_at_checked(24)?;
    hmac::verify(&challenge_key(key), &tagged(act, seed, head), tag).ok()?;
    Some(i64::from_be_bytes(*head.first_chunk()?))
}

fn challenge_key(key: &[u8; 32]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key)
}

fn tagged(act: Act, seed: &[u8; 32], head: &[u8]) -> Vec<u8> {
    [b"passkey:", act.name().as_bytes(), seed.as_slice(), head].concat()
}

/// What the browser says of the question it passed on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// Everything that an answer is looked at with.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) party: &'a Party,
    pub(super) key: &'a [u8; 32],
    pub(super) seed: &'a [u8; 32],
    pub(super) now: i64,
}

/// A question that was answered: its hash, so that it is not answered again, and until when that has to be remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answered {
    pub(super) hash: [u8; 32],
    pub(super) until: i64,
}

/// A passkey that was made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) answered: Answered,
    /// Its name.
    pub(super) id: Vec<u8>,
    pub(super) counter: i64,
}

impl Expected<'_> {
    /// The passkey that was made, with this public key (DER) for this algorithm; `None` if anything is wrong with it.
    pub(super) fn made(
        self,
        client: &[u8],
        authenticator: &[u8],
        algorithm: i64,
        key: &[u8],
    ) -> Option<Made> {
        let answered = self.answered(client, Act::Create)?;
        let counter = self.authenticator(authenticator)?;
        // Then come sixteen bytes for the make, and the length and the name of the credential.
        let attested = authenticator.get(37..)?;
        let (size, rest) = attested.get(16..)?.split_first_chunk::<2>()?;
        let size = usize::from(u16::from_be_bytes(*size));
        let id = rest.get(..size)?;
        let is_whole = authenticator[32] & ATTESTED != 0 && (1..=MAX_ID).contains(&size);
        let is_key = key.len() <= MAX_KEY && public_key(algorithm, key).is_some();
        (is_whole && is_key).then(|| Made { answered, id: id.into(), counter })
    }

    /// The counter of a passkey with this public key that signed the question; `None` if anything is wrong with it.
    pub(super) fn signed(
        self,
        client: &[u8],
        authenticator: &[u8],
        (algorithm, key): (i64, &[u8]),
        signature: &[u8],
    ) -> Option<(Answered, i64)> {
        let answered = self.answered(client, Act::Get)?;
        let counter = self.authenticator(authenticator)?;
        let signed = [authenticator, &sha256(client)].concat();
        public_key(algorithm, key)?.verify_sig(&signed, signature).ok()?;
        Some((answered, counter))
    }

    /// The browser passed on a question of ours, from our own page, in time.
    fn answered(self, client: &[u8], act: Act) -> Option<Answered> {
        let data: ClientData = serde_json::from_slice(client).ok()?;
        let challenge = super::decode(&data.challenge)?;
        let until = asked(self.key, act, self.seed, &challenge)?;
        let is_ours = data.r#type == act.name() && data.origin == self.party.origin && !data.cross_origin;
        (is_ours && self.now < until).then(|| Answered { hash: sha256(&challenge), until })
    }

    /// Somebody was there and showed who they are, on this site. Gives the counter.
    fn authenticator(self, data: &[u8]) -> Option<i64> {
        let (site, rest) = data.split_first_chunk::<32>()?;
        let (flags, rest) = rest.split_first()?;
        let counter = rest.first_chunk::<4>()?;
        let needed = PRESENT | VERIFIED;
        (*site == sha256(self.party.id.as_bytes()) && flags & needed == needed)
            .then(|| u32::from_be_bytes(*counter).into())
    }
}

/// The public key, if it is one for this algorithm.
fn public_key(algorithm: i64, key: &[u8]) -> Option<ParsedPublicKey> {
    let verification: &'static dyn VerificationAlgorithm = match algorithm {
        -7 => &ECDSA_P256_SHA256_ASN1,
        -8 => &ED25519,
        -257 => &RSA_PKCS1_2048_8192_SHA256,
        _ => return None,
    };
    ParsedPublicKey::new(verification, key).ok()
}

#[cfg(test)]
mod tests;
