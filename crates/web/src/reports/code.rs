//! The code with which an anonymous reporter comes back. It is shown once; only its digest is kept.

use sluis_ledger::sha256;

use crate::Web;

/// Digits and letters that nobody mistakes for one another when they are written down.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a code, of five bits each: 125 random bits.
const LENGTH: usize = 25;

/// Characters that stand together, so that the code is easy to copy.
const GROUP: usize = 5;

/// The most characters of what is typed as a code.
pub(crate) const MAX_TYPED: usize = 100;

/// A new code, in groups.
pub(crate) fn new(web: &Web) -> String {
    let mut random = [0; LENGTH];
    (web.source.random)(&mut random);
    let mut code = String::new();
    for (place, byte) in random.iter().enumerate() {
        if place > 0 && place % GROUP == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32: all characters come equally often.
        code.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    code
}

/// What is kept of a code, however it was typed.
pub(crate) fn digest(typed: &str) -> [u8; 32] {
    let plain: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    sha256(format!("report:{plain}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let code = digest("01ABC-DEFGH-JKMNP-QRSTV-WXYZ0");
        for typed in
            ["oLabcdefghjkmnpqrstvwxyz0", " 01ABC DEFGH JKMNP QRSTV WXYZO ", "0iABC-DEFGH-jkmnpqrstvwxyz0"]
        {
            assert_eq!(digest(typed), code, "{typed}");
        }
        for other in ["", "01ABC-DEFGH-JKMNP-QRSTV-WXYZ1", "01ABC"] {
            assert_ne!(digest(other), code, "{other}");
        }
    }
}
