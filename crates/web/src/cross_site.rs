//! Protection against forms that another site sends in somebody's name: a token that only this site can put into a
//! form, and what the browser says of where the form comes from.

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Name of the hidden field.
pub(crate) const FIELD: &str = "_csrf";

/// The token for a visitor. The seed is the hash of the session or, signed out, of the cookie for forms.
pub(crate) fn token(key: &[u8; 32], seed: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &message(seed)))
}

/// Whether this is the token for the visitor. Takes the same time wherever the first difference is.
pub(crate) fn is_token(key: &[u8; 32], seed: &[u8; 32], given: &str) -> bool {
    let Ok(given) = URL_SAFE_NO_PAD.decode(given) else { return false };
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), &message(seed), &given).is_ok()
}

fn message(seed: &[u8; 32]) -> Vec<u8> {
    [b"form:".as_slice(), seed].concat()
}

/// Whether the browser, as far as it says anything, sends this from a page of this site. Pages ask for no referrer, so
/// the origin of an honest form can be `null`; the token is what counts then.
pub(crate) fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("?"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (None | Some("null"), _) => true,
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_one_visitor_only() {
        let (key, anna, bart) = ([7; 32], [1; 32], [2; 32]);
        let hers = token(&key, &anna);
        assert!(is_token(&key, &anna, &hers));
        assert!(!is_token(&key, &bart, &hers));
        assert!(!is_token(&[8; 32], &anna, &hers));
        for bad in ["", "x", "????", &hers[1..], &format!("{hers}A")] {
            assert!(!is_token(&key, &anna, bad), "{bad}");
        }
    }

    #[test]
    fn other_sites_are_seen() {
        let from = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.insert("host", "ai.example:8443".parse().unwrap());
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            is_from_here(&headers)
        };
        assert!(from(&[]));
        assert!(from(&[("origin", "https://ai.example:8443")]));
        assert!(from(&[("origin", "null")]));
        assert!(from(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!from(&[("origin", "null"), ("sec-fetch-site", "cross-site")]));
        assert!(!from(&[("sec-fetch-site", "same-site")]));
        assert!(!from(&[("origin", "https://ai.example:8444")]));
        assert!(!from(&[("origin", "https://evil.example")]));
        assert!(!from(&[("origin", "ai.example:8443")]));
    }
}
