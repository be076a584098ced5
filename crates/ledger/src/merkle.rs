//! The Merkle tree of RFC 6962 §2.1, kept as its right edge only.

use crate::hash::{Hash, sha256};

/// Leaf hash as in RFC 6962: SHA-256 of a zero byte and the data.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    // One call over contiguous bytes is markedly faster than a context with two updates; records fit the array.
    let mut small = [0; 256];
    if let Some(room) = small.get_mut(1..=data.len()) {
        room.copy_from_slice(data);
        return sha256(&small[..=data.len()]);
    }
    let mut bytes = Vec::with_capacity(data.len() + 1);
    bytes.push(0);
    bytes.extend_from_slice(data);
    sha256(&bytes)
}

/// Inner node as in RFC 6962: SHA-256 of a one byte and both children.
pub(crate) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    sha256(&bytes)
}

/// The roots of the complete subtrees along the right edge of the tree, largest first: one for each bit that is set in
/// the number of leaves. Appending costs one hash on average; the root costs at most one for each of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    nodes: Vec<Hash>,
}

impl Frontier {
    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        let mut bits = self.size;
        while bits & 1 == 1 {
            if let Some(left) = self.nodes.pop() {
                node = node_hash(&left, &node);
            }
            bits >>= 1;
        }
        self.nodes.push(node);
        self.size += 1;
    }

    /// Root over all leaves so far; SHA-256 of nothing when there are none, as RFC 6962 says.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut nodes = self.nodes.iter().rev();
        let Some(last) = nodes.next() else { return sha256(b"") };
        nodes.fold(*last, |right, left| node_hash(left, &right))
    }

    /// The nodes one after the other, for keeping; [`Frontier::from_bytes`] reads them back.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.nodes.concat()
    }

    /// The frontier of a tree of `size` leaves from what [`Frontier::to_bytes`] gave; `None` if the two do not fit.
    #[must_use]
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (nodes, tail) = bytes.as_chunks::<32>();
        let fits = tail.is_empty() && nodes.len() == usize::try_from(size.count_ones()).ok()?;
        fits.then(|| Self { size, nodes: nodes.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hex;

    /// Known values from the reference tests of Certificate Transparency (RFC 6962 trees over these eight leaves).
    #[test]
    fn known_roots() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let mut frontier = Frontier::default();
        assert_eq!(hex(&frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let mut roots = Vec::new();
        for leaf in leaves {
            frontier.push(leaf_hash(leaf));
            roots.push(hex(&frontier.root()));
        }
        assert_eq!(roots[0], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(roots[1], "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
        assert_eq!(roots[7], "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    #[test]
    fn a_frontier_is_kept_and_read_back() {
        let mut frontier = Frontier::default();
        for n in 0..11_u8 {
            frontier.push(leaf_hash(&[n]));
            let read = Frontier::from_bytes(frontier.size(), &frontier.to_bytes()).unwrap();
            assert_eq!(read, frontier);
        }
        assert_eq!(Frontier::from_bytes(10, &frontier.to_bytes()), None);
        assert_eq!(Frontier::from_bytes(11, &frontier.to_bytes()[1..]), None);
    }

    #[test]
    fn long_leaves_hash_like_short_ones() {
        for size in [0, 1, 254, 255, 256, 257, 1000] {
            let data = vec![7; size];
            assert_eq!(leaf_hash(&data), sha256(&[&[0], &data[..]].concat()));
        }
    }
}
