//! A run of digit groups with the separators that people put between them.

use crate::page::{Class, Page};

const MOST_DIGITS: usize = 34;
const MOST_GROUPS: usize = 16;

/// Digit groups from one number token onward: "06-12 34 56 78" is five groups, ten digits.
pub(crate) struct Run {
    digits: [u8; MOST_DIGITS],
    groups: [Group; MOST_GROUPS],
    count: usize,
    /// Byte where the run starts.
    pub start: u32,
    /// Whether it ends at the end of a line, a cell or a box, behind which more digits follow.
    pub broken_off: bool,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Group {
    /// Digits up to and including this group.
    pub total: usize,
    /// Digits of this group.
    pub len: usize,
    /// The separator before the group: a mark, b' ', b'\n' for a line or cell that ends, or b'?' for a mixture such as " - ".
    pub separator: u8,
    /// Byte where the group ends.
    pub end: u32,
}

impl Run {
    /// The run that starts at number token `at`; `across` the ends of lines and cells too, where words before it say
    /// which number it is.
    pub fn new(page: &Page<'_>, at: usize, across: bool) -> Self {
        let mut run = Self {
            digits: [0; MOST_DIGITS],
            groups: [Group::default(); MOST_GROUPS],
            count: 0,
            start: page.tokens[at].start,
            broken_off: false,
        };
        let mut token = at;
        let mut separator = 0;
        while let Some(number) = page.get(token) {
            let total = run.total();
            if run.count == MOST_GROUPS || total + number.len() > MOST_DIGITS {
                break;
            }
            for (slot, byte) in run.digits[total..].iter_mut().zip(page.word(token).bytes()) {
                *slot = byte - b'0';
            }
            run.groups[run.count] =
                Group { total: total + number.len(), len: number.len(), separator, end: number.end };
            run.count += 1;
            let Some((next, mark)) = Self::next(page, token) else { break };
            if mark == b'\n' && !across {
                run.broken_off = true;
                break;
            }
            token = next;
            separator = mark;
        }
        run
    }

    /// The number token that follows across at most three separator marks, and the separator.
    fn next(page: &Page<'_>, token: usize) -> Option<(usize, u8)> {
        let mut mark = 0;
        for step in 1..=4 {
            let at = token + step;
            let next = page.get(at)?;
            let gap = page.gap(at);
            if gap > 2 && mark != b'\n' {
                return None;
            }
            if gap > 0 {
                mark = match mark {
                    0 => b' ',
                    b'/' | b'\n' => mark,
                    _ => b'?',
                };
            }
            match next.class {
                Class::Number => return (mark != 0).then_some((at, mark)),
                Class::Line => mark = b'\n',
                Class::Mark if matches!(next.mark, b'\t' | b'|') => mark = b'\n',
                Class::Mark if mark == b'\n' && next.mark == b'>' => {}
                Class::Mark if matches!(next.mark, b'.' | b'-' | b'/' | b'(' | b')') => {
                    mark = match mark {
                        b'\n' => mark,
                        b' ' if next.mark == b'/' => b'/',
                        _ if mark == 0 || mark == next.mark => next.mark,
                        _ => b'?',
                    };
                }
                _ => return None,
            }
        }
        None
    }

    fn total(&self) -> usize {
        if self.count == 0 { 0 } else { self.groups[self.count - 1].total }
    }

    pub fn groups(&self) -> &[Group] {
        &self.groups[..self.count]
    }

    /// The first `total` digits, each 0 to 9.
    pub fn digits(&self, total: usize) -> &[u8] {
        &self.digits[..total]
    }

    /// The groups that make up exactly `total` digits, if the run has a boundary there.
    pub fn exactly(&self, total: usize) -> Option<&[Group]> {
        let n = self.groups().iter().position(|g| g.total == total)?;
        Some(&self.groups[..=n])
    }
}

/// The lengths of the groups, compared with one of the usual ways to group a number.
pub(crate) fn grouped(groups: &[Group], lengths: &[usize]) -> bool {
    groups.len() == lengths.len() && groups.iter().zip(lengths).all(|(g, &l)| g.len == l)
}

/// Whether the separators between the groups are all the same.
pub(crate) fn uniform(groups: &[Group]) -> bool {
    groups.len() < 3 || groups[1..].iter().all(|g| g.separator == groups[1].separator)
}

/// The digits as a number.
pub(crate) fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, &d| sum.wrapping_mul(10).wrapping_add(u64::from(d)))
}
