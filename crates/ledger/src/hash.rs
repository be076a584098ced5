//! SHA-256 values and their lower-case hexadecimal form.

use aws_lc_rs::digest;

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// What the first record names as its predecessor: there is none.
pub const ZERO: Hash = [0; 32];

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// SHA-256 of the bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    let mut out = ZERO;
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// Lower-case hexadecimal form of any bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len() * 2);
    push_hex(&mut out, bytes);
    out.into_iter().map(char::from).collect()
}

pub(crate) fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// Reads 64 lower-case hexadecimal digits; anything else, upper case too, is `None`, so that one value has one form.
#[must_use]
pub fn from_hex(text: &[u8]) -> Option<Hash> {
    let text: &[u8; 64] = text.try_into().ok()?;
    let mut out = ZERO;
    let mut wrong = 0;
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
        wrong |= high | low;
        *byte = (high << 4) | (low & 15);
    }
    // A digit is at most 15, everything else is 255: one look at the end is enough.
    (wrong < 16).then_some(out)
}

const VALUES: [u8; 256] = {
    let mut table = [255; 256];
    let mut digit = 0;
    while digit < 16 {
        table[DIGITS[digit as usize] as usize] = digit;
        digit += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_there_and_back_and_knows_one_form_only() {
        let hash = sha256(b"abc");
        let text = hex(&hash);
        assert_eq!(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(from_hex(text.as_bytes()), Some(hash));
        assert_eq!(from_hex(text.to_uppercase().as_bytes()), None);
        assert_eq!(from_hex(&text.as_bytes()[1..]), None);
    }
}
