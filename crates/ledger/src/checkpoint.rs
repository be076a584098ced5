//! Checkpoints: the signed statement "my ledger has this many records and this root".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Hash;
use crate::note::{NoteError, Signer, VerifierKey};
use crate::record::number_of;

/// The body of a checkpoint as C2SP `tlog-checkpoint` defines it: three lines with origin, size and root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the ledger; the same as the name of the key that signs.
    pub origin: String,
    /// Number of records.
    pub size: u64,
    /// Merkle root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Signs the statement and gives the note. The origin is the name of the key.
    ///
    /// # Errors
    /// None that a [`Signer`] with a valid name can cause.
    pub fn sign(signer: &Signer, size: u64, root: &Hash) -> Result<String, NoteError> {
        signer.sign(&format!("{}\n{size}\n{}\n", signer.verifier_key().name(), STANDARD.encode(root)))
    }

    /// Opens a signed note and reads the statement. Lines after the root (extensions) are signed but not read.
    ///
    /// # Errors
    /// `Form`, `Unsigned` or `Signature`; `Form` too when the origin is not the name of the key.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, NoteError> {
        let text = key.open(note)?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::Form);
        };
        let root = STANDARD.decode(root).ok().and_then(|root| Hash::try_from(root).ok());
        match (number_of(size.as_bytes()), root) {
            (Some(size), Some(root)) if origin == key.name() => {
                Ok(Self { origin: origin.to_owned(), size, root })
            }
            _ => Err(NoteError::Form),
        }
    }
}
