//! ID tokens (OpenID Connect Core 1.0, section 3.1.3.7): whether the provider really said this, to us, just now.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Seconds that the clocks of the provider and of this node may differ.
const SKEW: i64 = 60;

/// The most seconds since a token was made: it comes straight from the provider.
const FRESH: i64 = 600;

/// The most characters of what a provider calls somebody.
const MAX_SUBJECT: usize = 255;

/// What a provider says of somebody.
pub(crate) type Claims = Map<String, Value>;

/// A public key of the provider (RFC 7517).
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PublicKey {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
}

/// What a token has to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    /// Unix seconds.
    pub(crate) now: i64,
}

/// Why a token counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// None of the known keys has this name: perhaps the provider has new ones.
    Key,
    /// It is from the future, or past: one of the clocks is wrong.
    Clock,
    /// It is not the provider's, or not for us, or not for this attempt.
    Untrusted,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

/// What the token says, if all of it is right.
pub(crate) fn check(token: &str, keys: &[PublicKey], expected: Expected<'_>) -> Result<Claims, Wrong> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Wrong::Untrusted)?;
    let (head, body) = signed.split_once('.').ok_or(Wrong::Untrusted)?;
    let header: Header = serde_json::from_slice(&decode(head)?).map_err(|_| Wrong::Untrusted)?;
    let algorithm = Algorithm::named(&header.alg).ok_or(Wrong::Untrusted)?;
    // Extensions that must be understood: there are none that we do.
    if header.crit.is_some() {
        return Err(Wrong::Untrusted);
    }
    let signature = decode(signature)?;
    let mut known = false;
    let mut good = false;
    for key in keys.iter().filter(|key| header.kid.is_none() || key.kid == header.kid) {
        known = true;
        good |= key.fits(algorithm, &header.alg) && key.signed(algorithm, signed.as_bytes(), &signature);
    }
    if !known {
        return Err(Wrong::Key);
    }
    if !good {
        return Err(Wrong::Untrusted);
    }
    let claims: Claims = serde_json::from_slice(&decode(body)?).map_err(|_| Wrong::Untrusted)?;
    check_claims(&claims, expected)?;
    Ok(claims)
}

fn check_claims(claims: &Claims, expected: Expected<'_>) -> Result<(), Wrong> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let authorised = text("azp");
    let subject = text("sub").unwrap_or_default();
    if text("iss") != Some(expected.issuer)
        || !audience.contains(&expected.client_id)
        || audience.len() > 1 && authorised.is_none()
        || claims.contains_key("azp") && authorised != Some(expected.client_id)
        || text("nonce") != Some(expected.nonce)
        || subject.is_empty()
        || subject.chars().count() > MAX_SUBJECT
    {
        return Err(Wrong::Untrusted);
    }
    let moment =
        |name: &str| claims.get(name).map(|value| seconds(value).ok_or(Wrong::Untrusted)).transpose();
    let (Some(ends), Some(made)) = (moment("exp")?, moment("iat")?) else { return Err(Wrong::Untrusted) };
    let begins = moment("nbf")?.unwrap_or(made);
    let now = expected.now;
    if ends <= now - SKEW || made > now + SKEW || begins > now + SKEW || made < now - FRESH {
        return Err(Wrong::Clock);
    }
    Ok(())
}

/// A moment in a token, in whole Unix seconds.
fn seconds(value: &Value) -> Option<i64> {
    const FAR: f64 = 1e11;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole seconds, and no further than some thousand years"
    )]
    let whole = |number: f64| (number.abs() < FAR).then_some(number as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
}

impl Algorithm {
    /// The algorithms that are let in. `none` and those with a shared secret are not among them.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "PS256" => Self::Ps256,
            "ES256" => Self::Es256,
            "EdDSA" => Self::EdDsa,
            _ => return None,
        })
    }
}

impl PublicKey {
    fn fits(&self, algorithm: Algorithm, name: &str) -> bool {
        let kind = match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => self.kty == "RSA",
            Algorithm::Es256 => self.kty == "EC" && self.crv == "P-256",
            Algorithm::EdDsa => self.kty == "OKP" && self.crv == "Ed25519",
        };
        kind && self.alg.as_deref().is_none_or(|alg| alg == name)
            && self.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
    }

    fn signed(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match algorithm {
            Algorithm::Rs256 => self.rsa(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            Algorithm::Ps256 => self.rsa(&RSA_PSS_2048_8192_SHA256, message, signature),
            Algorithm::Es256 => match (decode(&self.x), decode(&self.y)) {
                (Ok(x), Ok(y)) if x.len() == 32 && y.len() == 32 => {
                    let point = [&[4], &x[..], &y[..]].concat();
                    verifies(&ECDSA_P256_SHA256_FIXED, &point, message, signature)
                }
                _ => false,
            },
            Algorithm::EdDsa => {
                decode(&self.x).is_ok_and(|point| verifies(&ED25519, &point, message, signature))
            }
        }
    }

    /// Keys under 2048 bits verify nothing.
    fn rsa(&self, parameters: &RsaParameters, message: &[u8], signature: &[u8]) -> bool {
        let number = |text: &str| {
            let bytes = decode(text).ok()?;
            let start = bytes.iter().position(|&byte| byte != 0)?;
            Some(bytes[start..].to_vec())
        };
        let (Some(n), Some(e)) = (number(&self.n), number(&self.e)) else { return false };
        RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
    }
}

fn verifies(
    algorithm: &'static dyn VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
}

fn decode(text: &str) -> Result<Vec<u8>, Wrong> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Wrong::Untrusted)
}

#[cfg(test)]
#[path = "id_token_tests.rs"]
mod tests;
