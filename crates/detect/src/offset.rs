//! From byte offsets to character offsets.

use crate::kind::Finding;

/// The start and end of each finding in Unicode scalar values, in the order of `findings`, which are sorted by start. One pass
/// over the text.
#[must_use]
pub fn char_offsets(text: &str, findings: &[Finding]) -> Vec<(usize, usize)> {
    let mut bytes: Vec<usize> = findings.iter().flat_map(|f| [f.start, f.end]).collect();
    bytes.sort_unstable();
    bytes.dedup();
    let mut chars = Vec::with_capacity(bytes.len());
    let (mut at, mut count) = (0, 0);
    for &byte in &bytes {
        let stop = byte.min(text.len());
        // A character starts at every byte that is not a continuation byte.
        count += text.as_bytes()[at..stop].iter().filter(|&&b| b & 0xC0 != 0x80).count();
        at = stop;
        chars.push(count);
    }
    let find = |byte: usize| bytes.binary_search(&byte).map_or(0, |i| chars[i]);
    findings.iter().map(|f| (find(f.start), find(f.end))).collect()
}
