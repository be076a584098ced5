//! What the model said of windows that it read before: in a conversation, clients send all that was said with every turn.
//!
//! A window is known again by a hash of its pieces and of all that goes in beside them, under a key that is drawn when the program starts. Kept are
//! probabilities, never text, and no piece of it.

use crate::pieces::Piece;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

/// The most bytes that each of the two halves takes.
const HALF: usize = 2 << 20;
/// What the keeping of a window takes beside its marks, in bytes.
const OVERHEAD: usize = 96;
/// Probabilities below this are taken for none, whether a window is kept or read.
const LEAST: f32 = 0.000_5;

/// The windows read last.
#[derive(Default)]
pub(super) struct Memo {
    keys: [RandomState; 2],
    halves: Mutex<Halves>,
}

/// Those of late, and those before them: when the first are too many, they become the second, and the second go. What is asked for stays.
#[derive(Default)]
struct Halves {
    young: HashMap<u128, Arc<Noted>>,
    old: HashMap<u128, Arc<Noted>>,
    bytes: usize,
}

/// What the model said of a window, with what is next to nothing left out.
#[derive(Debug)]
pub(super) struct Noted {
    marks: Box<[Mark]>,
    categories: Box<[f32]>,
}

#[derive(Debug)]
struct Mark {
    piece: u16,
    label: u8,
    probability: f32,
}

impl Noted {
    /// Notes the labels of a window, so many to a piece; the first of them, which says that a piece is nothing, is what the others leave.
    pub fn new(labels: &[f32], count: usize, categories: &[f32]) -> Self {
        let row = |(piece, row): (usize, &[f32])| {
            let piece = u16::try_from(piece).unwrap_or(u16::MAX);
            let likely = row.iter().enumerate().skip(1).filter(|(_, p)| **p >= LEAST);
            let mark = |(label, p): (usize, &f32)| Mark {
                piece,
                label: u8::try_from(label).unwrap_or(u8::MAX),
                probability: *p,
            };
            likely.map(mark).collect::<Vec<_>>()
        };
        let marks = labels.chunks(count.max(1)).enumerate().flat_map(row).collect();
        Self { marks, categories: categories.into() }
    }

    /// The labels as they were but for what is next to nothing.
    pub fn labels(&self, pieces: usize, count: usize) -> Vec<f32> {
        let mut out = vec![0.0; pieces * count];
        for row in out.chunks_mut(count.max(1)) {
            row[0] = 1.0;
        }
        for mark in &self.marks {
            let row = usize::from(mark.piece) * count;
            out[row + usize::from(mark.label)] = mark.probability;
            out[row] -= mark.probability;
        }
        out
    }

    /// The probability of each category.
    pub fn categories(&self) -> &[f32] {
        &self.categories
    }

    fn bytes(&self) -> usize {
        OVERHEAD + size_of_val(&*self.marks) + size_of_val(&*self.categories)
    }
}

impl Memo {
    /// The key of a window.
    pub fn key(&self, window: &[Piece]) -> u128 {
        let known: Vec<_> = window.iter().map(|p| (p.id, p.flags, p.rule, p.shape)).collect();
        let [high, low] = self.keys.each_ref().map(|state| state.hash_one(&known));
        u128::from(high) << 64 | u128::from(low)
    }

    /// What was said of the window with this key, if it is still known.
    pub fn get(&self, key: u128) -> Option<Arc<Noted>> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(noted) = halves.young.get(&key) {
            return Some(Arc::clone(noted));
        }
        let noted = halves.old.remove(&key)?;
        halves.keep(key, Arc::clone(&noted));
        Some(noted)
    }

    /// Keeps what was said of a window.
    pub fn put(&self, key: u128, noted: Arc<Noted>) {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner).keep(key, noted);
    }
}

impl Halves {
    fn keep(&mut self, key: u128, noted: Arc<Noted>) {
        self.bytes += noted.bytes();
        if self.bytes > HALF {
            self.bytes = noted.bytes();
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, noted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_comes_back() {
        let noted = Noted::new(&[0.7, 0.3, 0.0, 0.1, 0.000_1, 0.9], 3, &[0.25]);
        let labels = noted.labels(2, 3);
        for (got, wanted) in labels.iter().zip([0.7, 0.3, 0.0, 0.1, 0.0, 0.9]) {
            assert!((got - wanted).abs() < 1e-6, "{labels:?}");
        }
    }

    #[test]
    fn the_memo_forgets_and_keeps_what_is_asked_for() {
        let memo = Memo::default();
        let noted = || Arc::new(Noted::new(&vec![0.5; 1000], 2, &[]));
        let piece = |id| [Piece { id, ..Piece::default() }];
        let first = memo.key(&piece(0));
        memo.put(first, noted());
        assert_ne!(first, memo.key(&piece(1)));
        for id in 1..5000 {
            assert!(memo.get(first).is_some());
            memo.put(memo.key(&piece(id)), noted());
        }
        assert!(memo.get(memo.key(&piece(1))).is_none());
        let halves = memo.halves.lock().unwrap();
        let kept = halves.young.values().chain(halves.old.values()).map(|n| n.bytes()).sum::<usize>();
        assert!(kept <= 2 * HALF, "{kept} bytes");
    }
}
