//! Which pieces are read together: short texts side by side, long ones in windows that overlap.

use std::ops::Range;

/// A stretch of one text inside a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The number of the text.
    pub text: usize,
    /// Its pieces in the window.
    pub pieces: Range<usize>,
    /// Those of them that this window decides about: where windows overlap, each decides about the half that lies further inside it.
    pub decides: Range<usize>,
}

/// The windows for texts of so many pieces each, at most `most` pieces to a window with one between two texts.
pub(super) fn windows(lengths: &[usize], most: usize, overlap: usize) -> Vec<Vec<Stretch>> {
    let mut out = Vec::new();
    let mut open: Vec<Stretch> = Vec::new();
    let mut used = 0;
    for (text, &length) in lengths.iter().enumerate() {
        if length == 0 {
            continue;
        }
        if length <= most {
            if used > 0 && used + 1 + length > most {
                out.push(std::mem::take(&mut open));
                used = 0;
            }
            used += usize::from(used > 0) + length;
            open.push(Stretch { text, pieces: 0..length, decides: 0..length });
            continue;
        }
        if used > 0 {
            out.push(std::mem::take(&mut open));
            used = 0;
        }
        let half = overlap / 2;
        for start in (0..length - overlap).step_by(most - overlap) {
            let end = length.min(start + most);
            let from = if start == 0 { 0 } else { start + half };
            let to = if end == length { length } else { end - half };
            out.push(vec![Stretch { text, pieces: start..end, decides: from..to }]);
        }
    }
    if !open.is_empty() {
        out.push(open);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_piece_is_decided_once_and_no_window_is_too_long(lengths in proptest::collection::vec(0_usize..900, 0..12)) {
            let mut next = vec![0; lengths.len()];
            for window in windows(&lengths, 192, 32) {
                let size: usize = window.iter().map(|s| s.pieces.len()).sum();
                prop_assert!(size + window.len() - 1 <= 192);
                for stretch in window {
                    prop_assert_eq!(stretch.decides.start, next[stretch.text]);
                    prop_assert!(stretch.pieces.start <= stretch.decides.start && stretch.decides.end <= stretch.pieces.end);
                    next[stretch.text] = stretch.decides.end;
                }
            }
            prop_assert_eq!(next, lengths);
        }
    }
}
