//! An attempt to sign in elsewhere, between leaving and coming back: sealed, in a cookie of the browser that began it.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::Web;
use crate::visitor::{SECOND, cookie, secret, set_cookie};

/// Seconds that an attempt may take.
const SECONDS: i64 = 600;

/// What has to be remembered until the browser comes back.
#[derive(Serialize, Deserialize)]
pub(super) struct Attempt {
    /// Comes back with the browser: the answer belongs to this attempt.
    pub(super) state: String,
    /// Comes back in the token: the token belongs to this attempt.
    pub(super) nonce: String,
    /// Shown when the code is exchanged: whoever catches the code cannot use it (RFC 7636).
    pub(super) verifier: String,
    /// Where to go on to.
    pub(super) next: String,
    /// Unix microseconds of its end.
    until: i64,
}

impl Attempt {
    /// A new one.
    pub(super) fn new(web: &Web, next: &str) -> Self {
        Self {
            state: secret(web),
            nonce: secret(web),
            verifier: secret(web),
            next: next.to_owned(),
            until: (web.source.now)() + SECONDS * SECOND,
        }
    }

    /// The cookie to leave with. `None` only if sealing fails, which it does not.
    pub(super) fn cookie(&self, web: &Web) -> Option<HeaderValue> {
        let mut sealed = serde_json::to_vec(self).ok()?;
        let mut nonce = [0; NONCE_LEN];
        (web.source.random)(&mut nonce);
        key(web)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .ok()?;
        let text = URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat());
        Some(set_cookie(web, name(web), &text, SECONDS))
    }

    /// The one that this browser began, if it is not too long ago.
    pub(super) fn of(web: &Web, headers: &HeaderMap) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cookie(headers, name(web))?).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let plain =
            key(web)?.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut sealed).ok()?;
        let attempt: Self = serde_json::from_slice(plain).ok()?;
        ((web.source.now)() < attempt.until).then_some(attempt)
    }

    /// Takes the cookie away: an attempt counts once.
    pub(super) fn over(web: &Web) -> HeaderValue {
        set_cookie(web, name(web), "", 0)
    }
}

fn name(web: &Web) -> &'static str {
    if web.secure { "__Host-extern" } else { "extern" }
}

fn key(web: &Web) -> Option<LessSafeKey> {
    let form_key = hmac::Key::new(hmac::HMAC_SHA256, &web.form_key);
    let bytes = hmac::sign(&form_key, b"attempt to sign in elsewhere");
    UnboundKey::new(&AES_256_GCM_SIV, bytes.as_ref()).ok().map(LessSafeKey::new)
}
