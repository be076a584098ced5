//! Our tree against another implementation of RFC 6962.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use sluis_ledger::{
    Frontier, Hash, consistency_proof, inclusion_proof, leaf_hash, verify_consistency, verify_inclusion,
};

const LEAVES: usize = 70;

fn hashes(proof: &[u8]) -> Vec<Hash> {
    proof.as_chunks::<32>().0.to_vec()
}

#[test]
fn roots_and_proofs_are_those_of_another_implementation() {
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let (mut frontier, mut leaves, mut roots) =
        (Frontier::default(), Vec::new(), vec![Frontier::default().root()]);
    for number in 0..LEAVES {
        let data = number.to_string().into_bytes();
        frontier.push(leaf_hash(&data));
        leaves.push(leaf_hash(&data));
        tree.push(data);
        assert_eq!(frontier.root()[..], tree.root().as_bytes()[..]);
        roots.push(frontier.root());

        let size = leaves.len();
        for index in 0..size {
            let proof = inclusion_proof(&leaves, index);
            assert_eq!(proof, hashes(tree.prove_inclusion(index).as_bytes()));
            let (index, size) = (index as u64, size as u64);
            assert!(verify_inclusion(
                leaves[usize::try_from(index).unwrap()],
                index,
                size,
                &proof,
                &frontier.root()
            ));
            assert!(!verify_inclusion(leaf_hash(b"other"), index, size, &proof, &frontier.root()));
            assert!(!verify_inclusion(leaves[0], size, size, &proof, &frontier.root()));
        }
        for old in 1..size {
            let proof = consistency_proof(&leaves, old);
            assert_eq!(proof, hashes(tree.prove_consistency(size - old).as_bytes()));
            let new = (size as u64, &roots[size]);
            assert!(verify_consistency((old as u64, &roots[old]), new, &proof));
            assert!(!verify_consistency((old as u64, &roots[old - 1]), new, &proof));
            assert!(!verify_consistency((old as u64, &roots[old]), (size as u64, &roots[old]), &proof));
            if !proof.is_empty() {
                assert!(!verify_consistency((old as u64, &roots[old]), new, &proof[1..]));
            }
        }
    }
}

#[test]
fn proofs_of_nothing_are_empty() {
    assert!(inclusion_proof(&[], 0).is_empty());
    assert!(consistency_proof(&[], 3).is_empty());
    let root = Frontier::default().root();
    assert!(!verify_inclusion(root, 0, 0, &[], &root));
    assert!(verify_consistency((0, &root), (5, &root), &[]));
    assert!(!verify_consistency((6, &root), (5, &root), &[]));
}
