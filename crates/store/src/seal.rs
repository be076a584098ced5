//! Keys and sealed values: HKDF-SHA256 (RFC 5869) and AES-256-GCM-SIV (RFC 8452).

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sluis_ledger::hex;
use zeroize::{Zeroize as _, Zeroizing};

use crate::Source;
use crate::error::{Result, StoreError};

/// First byte of a sealed value, so that another way of sealing can come beside this one.
const VERSION: u8 = 1;

/// Sealed JSON is filled up to a multiple of this, so that its size says little about the name in it.
const PADDING: usize = 64;

/// The key above all others. From it every other key is derived; it is never written anywhere.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Takes 32 secret random bytes.
    #[must_use]
    pub fn from_bytes(mut bytes: [u8; 32]) -> Self {
        let key = Self(bytes);
        bytes.zeroize();
        key
    }

    /// A key of its own for the purpose that `label` names (HKDF-SHA256).
    #[must_use]
    pub fn derive(&self, label: &str) -> [u8; 32] {
        derive(&self.0, label)
    }

    /// Seals a file of its own, for the purpose that `label` names: it opens with this key and label only.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if it cannot be sealed.
    pub fn seal_file(&self, source: Source, label: &str, plain: Vec<u8>) -> Result<Vec<u8>> {
        SealKey::new(self.derive(label))?.seal(source, &[label.as_bytes()], plain)
    }

    /// Opens what [`MasterKey::seal_file`] made with the same label.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if it was changed, or sealed with another key or label.
    pub fn open_file(&self, label: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        Ok(SealKey::new(self.derive(label))?.open(&[label.as_bytes()], sealed)?.to_vec())
    }

    /// A short public name of the key, kept in the database so that a wrong key is told at once.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex(&self.derive("key-check")[..16])
    }
}

/// HKDF-SHA256 of a secret for one purpose.
pub(crate) fn derive(secret: &[u8; 32], label: &str) -> [u8; 32] {
    let mut out = [0; 32];
    let label = [label.as_bytes()];
    Salt::new(HKDF_SHA256, b"sluis")
        .extract(secret)
        .expand(&label, HKDF_SHA256)
        .and_then(|key| key.fill(&mut out))
        .unwrap_or_else(|_| unreachable!("HKDF-SHA256 gives 32 bytes for every secret and label"));
    out
}

/// A key that seals values of one kind.
pub(crate) struct SealKey(LessSafeKey);

impl SealKey {
    pub(crate) fn new(bytes: [u8; 32]) -> Result<Self> {
        let bytes = Zeroizing::new(bytes);
        let key = UnboundKey::new(&AES_256_GCM_SIV, &*bytes).map_err(|_| StoreError::Sealed)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals `plain` and wipes it. `place` says where the value belongs (table, column, row): it opens nowhere else.
    pub(crate) fn seal(&self, source: Source, place: &[&[u8]], mut plain: Vec<u8>) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        (source.random)(&mut nonce);
        let tag = self.0.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bind(place)),
            &mut plain,
        );
        let tag = tag.map_err(|_| StoreError::Sealed)?;
        // `plain` holds the ciphertext by now.
        Ok([&[VERSION], &nonce[..], &plain, tag.as_ref()].concat())
    }

    /// Opens what [`SealKey::seal`] made for the same place.
    pub(crate) fn open(&self, place: &[&[u8]], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let body = sealed.strip_prefix(&[VERSION]).ok_or(StoreError::Sealed)?;
        let (nonce, body) = body.split_first_chunk::<NONCE_LEN>().ok_or(StoreError::Sealed)?;
        let mut plain = Zeroizing::new(body.to_vec());
        let size = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bind(place)), &mut plain)
            .map_err(|_| StoreError::Sealed)?
            .len();
        plain.truncate(size);
        Ok(plain)
    }

    /// Seals a value as JSON.
    pub(crate) fn seal_json(
        &self,
        source: Source,
        place: &[&[u8]],
        value: &impl Serialize,
    ) -> Result<Vec<u8>> {
        let mut plain = serde_json::to_vec(value).map_err(|_| StoreError::Sealed)?;
        // Spaces after JSON mean nothing.
        plain.resize(plain.len().next_multiple_of(PADDING), b' ');
        self.seal(source, place, plain)
    }

    /// Opens what [`SealKey::seal_json`] made for the same place.
    pub(crate) fn open_json<T: DeserializeOwned>(&self, place: &[&[u8]], sealed: &[u8]) -> Result<T> {
        let plain = self.open(place, sealed)?;
        serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("a sealed value of another shape"))
    }
}

/// Each part with its length before it, so that no two places are written alike.
pub(crate) fn bind(place: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in place {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Source = Source { now: || 0, random: |bytes| bytes.fill(5) };

    #[test]
    fn a_value_opens_at_its_own_place_only() {
        let key = SealKey::new(MasterKey::from_bytes([1; 32]).derive("a")).unwrap();
        let sealed = key.seal(SOURCE, &[b"keys", b"label", b"7"], b"Jan".to_vec()).unwrap();
        assert_eq!(&**key.open(&[b"keys", b"label", b"7"], &sealed).unwrap(), b"Jan");
        for place in [&[&b"keys"[..], b"label", b"8"][..], &[b"keys", b"labe", b"l7"], &[]] {
            assert_eq!(key.open(place, &sealed).err(), Some(StoreError::Sealed));
        }
        let other = SealKey::new(MasterKey::from_bytes([1; 32]).derive("b")).unwrap();
        assert_eq!(other.open(&[b"keys", b"label", b"7"], &sealed).err(), Some(StoreError::Sealed));
    }

    #[test]
    fn every_changed_or_missing_bit_is_seen() {
        let key = SealKey::new([9; 32]).unwrap();
        let sealed = key.seal(SOURCE, &[b"x"], b"secret".to_vec()).unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut wrong = sealed.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.open(&[b"x"], &wrong).err(), Some(StoreError::Sealed));
        }
        for size in 0..sealed.len() {
            assert_eq!(key.open(&[b"x"], &sealed[..size]).err(), Some(StoreError::Sealed));
        }
    }

    #[test]
    fn a_sealed_file_opens_with_its_key_and_label_only() {
        let master = MasterKey::from_bytes([1; 32]);
        let sealed = master.seal_file(SOURCE, "map", b"Jan".to_vec()).unwrap();
        assert!(!sealed.windows(3).any(|part| part == b"Jan"));
        assert_eq!(master.open_file("map", &sealed).unwrap(), b"Jan");
        assert_eq!(master.open_file("other", &sealed), Err(StoreError::Sealed));
        assert_eq!(MasterKey::from_bytes([2; 32]).open_file("map", &sealed), Err(StoreError::Sealed));
    }

    #[test]
    fn keys_differ_by_label_and_do_not_show() {
        let master = MasterKey::from_bytes([3; 32]);
        assert_ne!(master.derive("a"), master.derive("b"));
        assert_eq!(master.fingerprint().len(), 32);
        assert_eq!(format!("{master:?}"), "MasterKey(…)");
    }
}
