//! Signed notes: text with Ed25519 signatures, as C2SP `signed-note` defines them.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::{hex, sha256};

/// Algorithm byte of plain Ed25519 in C2SP `signed-note`.
const ED25519_NOTE: u8 = 1;

/// More signature lines than this are not looked at: a hostile note must not cost time.
const MAX_SIGNATURES: usize = 64;

/// Why a key or a signed note is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// The name of a key is empty, or has a space or a plus sign in it.
    #[error("the name of a key must not be empty and must have no space and no plus sign")]
    Name,
    /// A verifier key is not of the form `name+id+base64`, or its identifier does not belong to it.
    #[error("this is not a verifier key of the form name+id+key with an Ed25519 key")]
    Key,
    /// The note does not have the form of a signed note or of a checkpoint.
    #[error("this is not a signed checkpoint")]
    Form,
    /// No signature line names the expected key.
    #[error("the note is not signed by the expected key")]
    Unsigned,
    /// The signature under the expected key is not valid for this text.
    #[error("the signature does not fit the text")]
    Signature,
}

/// The public half of a signing key with its name, written `name+id+base64(0x01 ‖ key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: [u8; 32],
}

impl VerifierKey {
    fn new(name: &str, key: [u8; 32]) -> Result<Self, NoteError> {
        let fits = !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+');
        if fits { Ok(Self { name: name.to_owned(), key }) } else { Err(NoteError::Name) }
    }

    /// Name of the key; for a ledger it is the origin of its checkpoints.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// First four bytes of SHA-256 over name, line feed, algorithm byte and key.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let hash = sha256(&[self.name.as_bytes(), b"\n", &[ED25519_NOTE], &self.key].concat());
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// The text of a note whose signature under this key is good. Signatures of other keys (witnesses) are passed over.
    ///
    /// # Errors
    /// `Form`, `Unsigned` or `Signature`.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        let end = note.rfind("\n\n").ok_or(NoteError::Form)?;
        let (text, signatures) = (&note[..=end], &note[end + 2..]);
        let lines = signatures.strip_suffix('\n').ok_or(NoteError::Form)?;
        for line in lines.split('\n').take(MAX_SIGNATURES) {
            let (name, blob) =
                line.strip_prefix("— ").and_then(|line| line.split_once(' ')).ok_or(NoteError::Form)?;
            let blob = STANDARD.decode(blob).map_err(|_| NoteError::Form)?;
            if name == self.name && blob.get(..4) == Some(&self.id()) {
                return UnparsedPublicKey::new(&ED25519, self.key)
                    .verify(text.as_bytes(), &blob[4..])
                    .map(|()| text)
                    .map_err(|_| NoteError::Signature);
            }
        }
        Err(NoteError::Unsigned)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[ED25519_NOTE], &self.key[..]].concat());
        write!(f, "{}+{}+{key}", self.name, hex(&self.id()))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        // The base64 part may have plus signs of its own; name and identifier have none.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let key: [u8; 33] = key.try_into().map_err(|_| NoteError::Key)?;
        let [ED25519_NOTE, key @ ..] = key else { return Err(NoteError::Key) };
        let key = Self::new(name, key)?;
        if id == hex(&key.id()) { Ok(key) } else { Err(NoteError::Key) }
    }
}

/// A signing key with its name.
pub struct Signer {
    pair: Ed25519KeyPair,
    key: VerifierKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Signer {
    /// The signing key that belongs to a secret seed of 32 bytes.
    ///
    /// # Errors
    /// `Name` if the name cannot stand in a note; `Key` if the seed is refused.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Key)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| NoteError::Key)?;
        Ok(Self { key: VerifierKey::new(name, public)?, pair })
    }

    /// The public half, to be handed to whoever verifies.
    #[must_use]
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// Signs a text. The same text gives the same note: Ed25519 needs no randomness.
    ///
    /// # Errors
    /// `Form` if the text is empty or does not end with a line feed.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Form);
        }
        let signature = self.pair.sign(text.as_bytes());
        let blob = STANDARD.encode([&self.key.id(), signature.as_ref()].concat());
        Ok(format!("{text}\n— {} {blob}\n", self.key.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Go package golang.org/x/mod/sumdb/note, from which the format comes.
    #[test]
    fn the_example_of_the_format_opens() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let note = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n\n\
                    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let key: VerifierKey = key.parse().unwrap();
        assert!(key.open(note).unwrap().ends_with("your problem is.\n"));
        assert_eq!(key.open(&note.replace("don't", "do not")), Err(NoteError::Signature));
        assert_eq!(key.open(&note.replace("PeterNeumann", "Peter")), Err(NoteError::Unsigned));
    }

    #[test]
    fn signing_and_opening() {
        let signer = Signer::new("sluis.example/ledger", &[7; 32]).unwrap();
        let key: VerifierKey = signer.verifier_key().to_string().parse().unwrap();
        assert_eq!(&key, signer.verifier_key());
        let note = signer.sign("a\nb\n").unwrap();
        assert_eq!(key.open(&note), Ok("a\nb\n"));
        let witnessed = format!("{note}— other.example {}\n", STANDARD.encode([9; 68]));
        assert_eq!(key.open(&witnessed), Ok("a\nb\n"));
        let stranger = Signer::new("sluis.example/ledger", &[8; 32]).unwrap();
        assert_eq!(stranger.verifier_key().open(&note), Err(NoteError::Unsigned));
        assert_eq!(signer.sign("no line feed"), Err(NoteError::Form));
        assert!(Signer::new("with space", &[7; 32]).is_err());
    }

    #[test]
    fn a_key_with_a_foreign_identifier_is_refused() {
        let text = Signer::new("a", &[7; 32]).unwrap().verifier_key().to_string();
        assert_eq!(text.replacen('a', "b", 1).parse::<VerifierKey>(), Err(NoteError::Key));
        assert_eq!("a+b".parse::<VerifierKey>(), Err(NoteError::Key));
    }
}
