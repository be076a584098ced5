//! Dates, and which of them are dates of birth: only where a word, a sign or a column says so, or where one stands right
//! behind a person's name and lies far back.

use crate::cue;
use crate::kind::Kind;
use crate::page::{Candidate, DEGREE, Page};

/// A date of a person right behind the name is taken for a date of birth up to this year.
const LONG_AGO: u64 = 2020;
/// How many words may stand between the cue and the date.
const REACH: usize = 5;

/// Whether the day exists. A year of two digits is of either century.
pub(crate) fn real(year: u64, month: u64, day: u64) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => {
            if leap {
                29
            } else {
                28
            }
        }
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

struct Date {
    /// Last token.
    last: usize,
    year: Option<u64>,
}

fn number(page: &Page<'_>, at: usize) -> Option<u64> {
    let token = page.get(at)?;
    if token.is_number() && token.len() <= 8 { page.word(at).parse().ok() } else { None }
}

fn year(page: &Page<'_>, at: usize) -> Option<u64> {
    let value = number(page, at)?;
    match page.tokens[at].len() {
        4 if (1880..=2035).contains(&value) => Some(value),
        2 => Some(if value > 26 { 1900 + value } else { 2000 + value }),
        _ => None,
    }
}

/// Whether the tokens `at` is a separator inside a date.
fn separator(page: &Page<'_>, at: usize) -> bool {
    page.get(at).is_some_and(|t| matches!(t.mark, b'-' | b'/' | b'.')) && page.gap(at) <= 1
}

/// The token behind the separator `at`, over an apostrophe or the end of a line that cuts the date in two.
fn after(page: &Page<'_>, at: usize) -> usize {
    let skip = page.get(at + 1).is_some_and(|t| t.is_line() || t.mark == b'\'');
    at + 1 + usize::from(skip)
}

/// The date that starts at number token `at`.
fn read(page: &Page<'_>, at: usize) -> Option<Date> {
    let first = number(page, at)?;
    let width = page.tokens[at].len();
    if width == 8 {
        let (d, m, y) = (first / 1_000_000, first / 10_000 % 100, first % 10_000);
        let (y2, m2, d2) = (first / 10_000, first / 100 % 100, first % 100);
        let found = if real(y, m, d) && (1880..=2035).contains(&y) {
            Some(y)
        } else if real(y2, m2, d2) && (1880..=2035).contains(&y2) {
            Some(y2)
        } else {
            None
        };
        return found.map(|y| Date { last: at, year: Some(y) });
    }
    if width == 4 && separator(page, at + 1) && separator(page, at + 3) {
        let (year, a, b) = (first, number(page, at + 2)?, number(page, at + 4)?);
        // Some exports swap month and day.
        return ((1880..=2035).contains(&year) && (real(year, a, b) || real(year, b, a)))
            .then_some(Date { last: at + 4, year: Some(year) });
    }
    if width > 2 || !(1..=31).contains(&first) {
        return None;
    }
    // 12-03-1980, 12/3/80, 12.03.1980, 2-2-'37, 12 03 1980
    let middle = after(page, at + 1);
    let (middle, last) = if separator(page, at + 1) && separator(page, middle + 1) {
        (middle, after(page, middle + 1))
    } else {
        (at + 1, at + 2)
    };
    if let Some(month) = number(page, middle) {
        if page.tokens[middle].len() > 2
            || last == at + 2 && (page.gap(middle) != 1 || page.gap(last.min(page.tokens.len() - 1)) != 1)
        {
            return None;
        }
        let year = year(page, last)?;
        if last == at + 2 && page.tokens[last].len() != 4 {
            return None;
        }
        return (real(year, month, first) || real(year, first, month))
            .then_some(Date { last, year: Some(year) });
    }
    // 12 maart 1980, 12 mrt. '80, 12-mei-1980, le 1er mars 1980, 3rd of May
    let mut month = at + 1;
    for _ in 0..2 {
        let skip = page.get(month).is_some_and(|t| {
            matches!(t.mark, b'-' | b'.' | b'/')
                || matches!(page.word(month), "er" | "e" | "st" | "nd" | "rd" | "th" | "of" | "de")
        });
        month += usize::from(skip);
    }
    if !page.get(month)?.has(cue::MONTH) {
        return None;
    }
    let mut last = month + 1;
    while page.get(last).is_some_and(|t| matches!(t.mark, b'-' | b'.' | b'/' | b'\'' | b',')) {
        last += 1;
    }
    match year(page, last) {
        Some(year) => Some(Date { last, year: Some(year) }),
        None => Some(Date { last: month, year: None }),
    }
}

/// The date at number token `at`, if it is a date of birth.
pub(crate) fn find(page: &Page<'_>, at: usize, person_before: bool, out: &mut Vec<Candidate>) {
    if at > 0
        && page.glued(at)
        && matches!(page.tokens[at - 1].mark, b'.' | b'-' | b'/' | b',')
        && at > 1
        && page.tokens[at - 2].is_number()
    {
        return;
    }
    let hint = page.tokens[at].hint & cue::BIRTH != 0;
    let Some(date) = read(page, at) else {
        if hint {
            loose(page, at, out);
        }
        return;
    };
    let age = date.year.is_some_and(|y| y <= LONG_AGO);
    let score = if hint || at > 0 && page.is(at - 1, DEGREE) {
        0.97
    } else if born_before(page, at, REACH) && (date.year.is_some() || page.tokens[at].len() <= 2) {
        0.95
    } else if person_before && age {
        0.7
    } else if bracketed(page, at, date.last) && date.year.is_some() && person_before || sexed(page, at) && age
    {
        0.75
    } else if age && born_after(page, date.last) {
        0.8
    } else {
        return;
    };
    let compact = page.tokens[at].len() == 8 && date.last == at;
    if compact && score < 0.9 {
        return;
    }
    push(page, at, date.last, score, out);
}

/// "Yara (21 maart 2019)": a whole date in brackets.
fn bracketed(page: &Page<'_>, at: usize, last: usize) -> bool {
    at > 0 && page.is(at - 1, b'(') && page.get(last + 1).is_some_and(|t| matches!(t.mark, b')' | b','))
}

/// "(v, 21/11/1988)", "V 14/09/1985": the sex right before.
fn sexed(page: &Page<'_>, at: usize) -> bool {
    (at.saturating_sub(2)..at).any(|i| matches!(page.word(i), "v" | "m" | "f" | "V" | "M" | "F" | "x" | "w"))
}

fn push(page: &Page<'_>, first: usize, last: usize, score: f32, out: &mut Vec<Candidate>) {
    out.push(Candidate {
        start: page.tokens[first].start,
        end: page.tokens[last].end,
        kind: Kind::BirthDate,
        score,
        detector: "birth-date",
    });
}

/// A word for birth among the words before, with no other date in between.
fn born_before(page: &Page<'_>, at: usize, reach: usize) -> bool {
    let mut left = reach;
    for index in (at.saturating_sub(reach * 3)..at).rev() {
        let token = &page.tokens[index];
        if token.is_line() && index + 1 != at || token.mark == b';' || token.mark == b'|' {
            return false;
        }
        if token.mark == DEGREE {
            return true;
        }
        if token.is_word() {
            if token.has(cue::BIRTH) {
                return true;
            }
            if token.has(cue::VALUE & !(cue::NAME | cue::CITY)) && !token.has(cue::BIRTH | cue::PREFIX) {
                return false;
            }
            left -= 1;
            if left == 0 {
                return false;
            }
        } else if token.is_number() && token.len() > 2 {
            return false;
        }
    }
    false
}

/// "12-03-1980 geboren", "12/03/1980 (geb.)".
fn born_after(page: &Page<'_>, last: usize) -> bool {
    (last + 1..=last + 2).any(|i| page.get(i).is_some_and(|t| t.has(cue::BIRTH)))
}

/// A damaged date in a column for dates of birth: "??/05/1951", "1979-31-02".
fn loose(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let mut last = at;
    while separator(page, last + 1) && page.get(last + 2).is_some_and(super::page::Token::is_number) {
        last += 2;
    }
    if last > at || page.tokens[at].len() == 4 && year(page, at).is_some() || page.tokens[at].len() == 8 {
        push(page, at, last, 0.7, out);
    }
}

/// A date of birth in words, as deeds have it: "geboren te Ronse op elf december negentienhonderdzestig".
pub(crate) fn find_words(page: &Page<'_>, month: usize, out: &mut Vec<Candidate>) {
    let numeral = |i: usize| {
        page.get(i).is_some_and(|t| t.is_word() && (t.has(cue::NUMERAL) || compound(page.word(i))))
    };
    let mut first = month;
    while first > 0 && month - first < 3 && numeral(first - 1) {
        first -= 1;
    }
    let mut last = month;
    while last - month < 5 && numeral(last + 1) {
        last += 1;
    }
    if first < month
        && last > month
        && (born_before(page, first, 8) || page.tokens[first].hint & cue::BIRTH != 0)
    {
        push(page, first, last, 0.9, out);
    }
}

/// "negentienhonderdzestig", "tweeduizendeen".
fn compound(word: &str) -> bool {
    word.contains("honderd") || word.contains("duizend") || word.ends_with("tig") || word.ends_with("tien")
}
