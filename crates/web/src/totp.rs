//! The second step of signing in: codes of six digits that change every half minute (RFC 6238).

use std::fmt::Write as _;

use aws_lc_rs::hmac;

/// Seconds that a code lasts.
const STEP: i64 = 30;

/// Bytes of a secret: as long as the hash, as RFC 4226 recommends.
pub(crate) const SECRET: usize = 20;

/// The code of a step.
fn code(secret: &[u8], step: i64) -> String {
    // Apps for codes know SHA-1 only; as a keyed hash it is still sound.
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[tag.len() - 1] & 15);
    let number = u32::from_be_bytes([tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

/// The step whose code this is: the one of now, or a neighbour for clocks that differ. Spaces do not count.
pub(crate) fn step_of(secret: &[u8], given: &str, now: i64) -> Option<i64> {
    let given: String = given.chars().filter(|c| !c.is_whitespace()).take(7).collect();
    let step = now.div_euclid(1_000_000).div_euclid(STEP);
    [step, step - 1, step + 1].into_iter().find(|&step| {
        aws_lc_rs::constant_time::verify_slices_are_equal(code(secret, step).as_bytes(), given.as_bytes())
            .is_ok()
    })
}

/// The secret as people type it into their app: base32 in groups of four.
pub(crate) fn spelled(secret: &[u8]) -> String {
    let letters = base32(secret);
    let mut text = String::new();
    for (at, letter) in letters.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}

/// The address that an app opens or reads from a QR code.
pub(crate) fn address(secret: &[u8], organisation: &str, email: &str) -> String {
    let (issuer, account) = (escaped(organisation), escaped(email));
    format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", base32(secret))
}

/// The reverse of [`base32`], for a secret that waits in a form.
pub(crate) fn read(letters: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(SECRET);
    let (mut bits, mut count) = (0u32, 0);
    for letter in letters.bytes() {
        let value = ALPHABET.iter().position(|&one| one == letter)?;
        bits = (bits << 5) | u32::try_from(value).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
        if bytes.len() > SECRET {
            return None;
        }
    }
    (bytes.len() == SECRET).then_some(bytes)
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// RFC 4648 without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut block = [0; 8];
        block[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(block);
        for at in 0..(chunk.len() * 8).div_ceil(5) {
            let value = (bits >> (35 - 5 * at)) & 31;
            text.push(char::from(ALPHABET[usize::try_from(value).unwrap_or_default()]));
        }
    }
    text
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET_OF_RFC: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET_OF_RFC, seconds / STEP), expected);
            assert_eq!(step_of(SECRET_OF_RFC, expected, seconds * 1_000_000), Some(seconds / STEP));
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_and_late_and_no_longer() {
        let now = 1_111_111_109;
        for (late, good) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let found = step_of(SECRET_OF_RFC, " 081 804", (now + late) * 1_000_000);
            assert_eq!(found.is_some(), good, "{late}");
        }
        for bad in ["", "0818", "0818040", "abcdef"] {
            assert_eq!(step_of(SECRET_OF_RFC, bad, now * 1_000_000), None, "{bad}");
        }
    }

    #[test]
    fn a_secret_can_be_typed_and_opened() {
        assert_eq!(base32(SECRET_OF_RFC), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(read("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").as_deref(), Some(SECRET_OF_RFC));
        assert_eq!(read("GEZDGNBVGY3TQOJQ"), None);
        assert_eq!(read("!"), None);
        assert_eq!(spelled(b"foobar"), "MZXW 6YTB OI");
        assert_eq!(
            address(b"foobar", "Huisarts & Co", "jo@voorbeeld.nl"),
            "otpauth://totp/Huisarts%20%26%20Co:jo@voorbeeld.nl?secret=MZXW6YTBOI&issuer=Huisarts%20%26%20Co"
        );
    }
}
