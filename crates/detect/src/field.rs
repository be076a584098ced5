//! Fields: labels with a value behind them, `key=value`, JSON and XML pairs, and tables whose first row names the columns.
//!
//! The result is a hint on every token of a value.

use crate::cue;
use crate::lexicon::{Flags, Lexicon, key};
use crate::page::{Class, Page, Token};

/// The longest label, in words.
const LABEL_WORDS: usize = 4;
/// The most columns that are looked at.
const COLUMNS: usize = 64;

/// Gives every token that stands in a field the cues of the field's label. A table may have begun in the piece before: `header` comes in as that
/// piece left it and goes out for the next.
pub(crate) fn mark(page: &mut Page<'_>, segment_label: &str, header: &mut Header, lexicon: &Lexicon) {
    let whole = label_text(segment_label, lexicon);
    if whole != 0 {
        for token in &mut page.tokens {
            token.hint |= whole;
        }
    }
    let mut at = 0;
    while at < page.tokens.len() {
        let end = page.line_end(at);
        if !header.apply(page, at, end) {
            header.read(page, at, end);
        }
        labels(page, at, end);
        at = end + 1;
    }
}

/// What a label such as a JSON key or column name says: "patientId", "klant_nr", "Geb. datum".
pub(crate) fn label_text(label: &str, lexicon: &Lexicon) -> Flags {
    if label.is_empty() || label.len() > 80 {
        return 0;
    }
    // "patientId" is two words.
    let mut spaced = String::with_capacity(label.len() + 4);
    let mut lower = false;
    for c in label.chars() {
        if c.is_uppercase() && lower {
            spaced.push(' ');
        }
        lower = c.is_lowercase();
        spaced.push(if c.is_alphanumeric() { c } else { ' ' });
    }
    let page = Page::new(&spaced, lexicon);
    let flags = label_tokens(&page, 0, page.tokens.len(), Some(lexicon));
    if flags == 0 { lexicon.word(key(label)) & cue::VALUE } else { flags }
}

/// What the words `from..to` say as a label.
fn label_tokens(page: &Page<'_>, from: usize, to: usize, lexicon: Option<&Lexicon>) -> Flags {
    let mut flags = 0;
    let mut suffix = false;
    let mut role = false;
    for token in page.tokens[from..to].iter().filter(|t| t.is_word()) {
        flags |= token.flags & cue::VALUE;
        suffix |= token.has(cue::SUFFIX);
        role |= token.has(cue::ROLE | cue::TITLE);
    }
    if let Some(lexicon) = lexicon {
        let mut joined = String::new();
        for index in from..to {
            joined.push_str(page.word(index));
        }
        flags |= lexicon.word(key(&joined)) & cue::VALUE;
    }
    // "schuldnr", "deelneemsternummer": a compound that the lists do not have.
    if flags == 0 && !suffix && to - from == 1 {
        let word = page.word(from);
        let compound = ["nr", "nummer", "_id"].iter().any(|e| word.len() > e.len() + 2 && word.ends_with(e));
        if compound && !page.tokens[from].has(cue::OTHER) && !crate::reference::neutral(word) {
            return cue::CUSTOMER;
        }
    }
    // A pair such as "klant nr" is the label "klantnr".
    if suffix {
        let numbers = flags
            & (cue::BSN
                | cue::NRN
                | cue::CARD
                | cue::PHONE
                | cue::PLATE
                | cue::DOCUMENT
                | cue::PATIENT
                | cue::CUSTOMER
                | cue::IBAN
                | cue::OTHER);
        if numbers != 0 {
            return numbers;
        }
        if role || flags & cue::NAME != 0 {
            return cue::CUSTOMER | cue::PATIENT;
        }
        return flags;
    }
    let strong = flags & !(cue::NAME | cue::OTHER | cue::CUSTOMER);
    if strong
        & (cue::BIRTH
            | cue::PHONE
            | cue::EMAIL
            | cue::ADDRESS
            | cue::POSTCODE
            | cue::BSN
            | cue::NRN
            | cue::IBAN
            | cue::USER
            | cue::SECRET)
        != 0
    {
        // "naam rekeninghouder" is a name, "tel contactpersoon" is a telephone number: the first word decides.
        let first = page.tokens[from..to]
            .iter()
            .find(|t| t.flags & cue::VALUE != 0)
            .map_or(0, |t| t.flags & cue::VALUE);
        if first & cue::NAME != 0 && first & strong == 0 {
            return cue::NAME;
        }
        return strong | (flags & cue::CUSTOMER & first);
    }
    if role && flags & !(cue::CUSTOMER | cue::PATIENT) == 0 { flags | cue::NAME } else { flags }
}

/// Finds `label: value` and `label = value` in the tokens of one line.
fn labels(page: &mut Page<'_>, from: usize, end: usize) {
    let mut at = from;
    while at < end {
        let mark = page.tokens[at].mark;
        let is_mark = page.tokens[at].class == Class::Mark;
        let separates = is_mark && (mark == b':' || mark == b'=' || mark == b'>');
        let dots = is_mark && mark == b'.' && page.is(at + 1, b'.') && page.is(at + 2, b'.');
        let tab = is_mark && mark == b'\t' && (from..end).filter(|&i| page.is(i, b'\t')).count() == 1;
        if !(separates || dots || tab) {
            at += 1;
            continue;
        }
        let start = label_start(page, from, at, mark == b'>');
        let mut flags = if start < at { label_tokens(page, start, at, None) } else { 0 };
        if flags & cue::NAME != 0 && !names(page, from, start, at) {
            flags &= !cue::NAME;
        }
        at += 1;
        if flags == 0 {
            continue;
        }
        while at < end
            && page.tokens[at].class == Class::Mark
            && matches!(page.tokens[at].mark, b'.' | b':' | b'=' | b'\t' | b'*' | b'_' | b'>')
        {
            at += 1;
        }
        let (first, last) = value(page, at, end, mark == b'>');
        // A name on the next line stands there alone; a sentence is what somebody says.
        if first > end && last - first > 6 {
            flags &= !cue::NAME;
        }
        for token in &mut page.tokens[first..last] {
            token.hint |= flags;
        }
    }
}

/// Whether the label can stand before a name: short, and at the start of its line or cell. "Vermeld dat ze van X: …" is a sentence.
fn names(page: &Page<'_>, from: usize, start: usize, colon: usize) -> bool {
    let words: Vec<&Token> = page.tokens[start..colon].iter().filter(|t| t.is_word()).collect();
    let opens = start == from
        || page.tokens[start - 1].class == Class::Mark && page.tokens[start - 1].mark != b'.'
        || page.tokens[start - 1].is_number()
        || page.gap(start) > 2;
    // "Van:", "Aan:" and the like are labels only alone.
    let alone = words.len() == 1;
    let known = words
        .iter()
        .filter(|t| {
            t.has(cue::NAME | cue::ROLE | cue::TITLE)
                && (alone || !t.has(cue::PREFIX | cue::GREETING) && t.len() > 2)
        })
        .count();
    opens && words.len() <= 3 && known > 0
}

/// Where the label that ends before `colon` starts.
fn label_start(page: &Page<'_>, from: usize, colon: usize, tag: bool) -> usize {
    let mut at = colon;
    let mut words = 0;
    // The closing quote of a JSON key.
    if at > from
        && page.tokens[at - 1].class == Class::Mark
        && matches!(page.tokens[at - 1].mark, b'"' | b'\'' | b'*' | b']' | b')')
    {
        at -= 1;
    }
    while at > from && words < LABEL_WORDS {
        let token = &page.tokens[at - 1];
        match token.class {
            Class::Word => words += 1,
            Class::Mark if matches!(token.mark, b'.' | b'_' | b'-' | b'/' | b'\'' | b'(' | b')') && !tag => {}
            _ => break,
        }
        // A wide gap parts columns.
        if at < colon && page.gap(at) > 2 {
            break;
        }
        at -= 1;
    }
    if tag && !(at > from && page.is(at - 1, b'<')) { colon } else { at }
}

/// The tokens of the value that starts at `at`.
fn value(page: &Page<'_>, at: usize, end: usize, tag: bool) -> (usize, usize) {
    let (mut first, mut end) = (at, end);
    if first >= end && !tag && end + 1 < page.tokens.len() {
        // The label stands alone on its line: the value is the next line, unless that is a label itself.
        first = end + 1;
        end = page.line_end(first);
        if page.tokens[first..end].iter().any(|t| t.mark == b':') {
            return (first, first);
        }
    }
    if page.is(first, b'"') {
        let close = (first + 1..end).find(|&i| page.is(i, b'"')).unwrap_or(end);
        return (first + 1, close);
    }
    let mut at = first;
    while at < end {
        let token = &page.tokens[at];
        let stops = match token.class {
            Class::Mark => matches!(token.mark, b';' | b'|' | b'<' | b'\t' | b'"'),
            // The next label begins: "naam: X geb: Y".
            Class::Word => {
                at > first && (page.is(at + 1, b':') && !page.is(at + 2, b'/') || page.is(at + 1, b'='))
            }
            _ => false,
        };
        if stops || at > first && page.gap(at) > 3 {
            break;
        }
        at += 1;
    }
    (first, at)
}

/// The columns of the table that is being read.
#[derive(Clone, Default)]
pub(crate) struct Header {
    separator: u8,
    columns: Vec<(u32, Flags)>,
}

impl Header {
    /// Reads the line as a header, if it is one: cells without digits of which at least one names a kind.
    fn read(&mut self, page: &Page<'_>, from: usize, end: usize) {
        self.columns.clear();
        let mut seen = [0_usize; 5];
        for at in from..end {
            match page.tokens[at].mark {
                b'|' => seen[0] += 1,
                b';' => seen[1] += 1,
                b'\t' => seen[2] += 1,
                b',' => seen[3] += 1,
                _ => {}
            }
            seen[4] += usize::from(at > from && page.gap(at) >= 2);
        }
        for (separator, seen) in [b'|', b';', b'\t', b',', b' '].into_iter().zip(seen) {
            if seen == 0 || separator == b',' && seen < 2 {
                continue;
            }
            let cells = cells(page, from, end, separator);
            if cells.len() < 2 {
                continue;
            }
            let mut known = 0;
            let mut plain = true;
            let mut columns = Vec::with_capacity(cells.len());
            for &(first, last) in &cells {
                let words = page.tokens[first..last].iter().filter(|t| t.is_word()).count();
                plain &= words <= LABEL_WORDS
                    && !page.tokens[first..last]
                        .iter()
                        .any(|t| t.is_number() && t.len() > 2 || t.mark == b':' || t.mark == b'@');
                if !plain {
                    break;
                }
                let flags = if words > 0 { label_tokens(page, first, last, None) } else { 0 };
                known += usize::from(flags != 0);
                columns.push((page.tokens.get(first).map_or(0, |t| t.start), flags));
            }
            // A sentence with commas is no header: most of its cells name nothing.
            let enough = match separator {
                b',' => known >= 2 && known * 2 >= cells.len() && rows_follow(page, end, cells.len()),
                b' ' => known >= 2 && known * 2 >= cells.len(),
                _ => known >= 1,
            };
            // The first column of a table about people is their number.
            let about = columns.iter().any(|c| c.1 & (cue::NAME | cue::EMAIL | cue::BIRTH) != 0);
            let first = cells[0].0;
            let numbered = page.tokens[first..cells[0].1].iter().any(|t| t.has(cue::SUFFIX));
            if about && columns[0].1 == 0 && numbered {
                columns[0].1 = cue::CUSTOMER;
            }
            if plain && enough {
                self.separator = separator;
                self.columns = columns;
                let line = page.tokens[from..end].first().map_or(0, |t| t.start);
                for column in &mut self.columns {
                    column.0 = column.0.saturating_sub(line);
                }
                return;
            }
        }
    }

    /// Marks the cells of a row under the header. Says whether the line is one.
    fn apply(&self, page: &mut Page<'_>, from: usize, end: usize) -> bool {
        if self.columns.is_empty() || from >= end {
            return false;
        }
        let cells = cells(page, from, end, self.separator);
        if cells.len() < 2 || cells.len() * 2 < self.columns.len() {
            return false;
        }
        let line = page.tokens[from].start;
        for (index, &(first, last)) in cells.iter().enumerate() {
            let flags = if self.separator == b' ' {
                // Aligned columns: the header that starts nearest.
                let Some(token) = page.tokens.get(first) else { continue };
                let at = token.start - line;
                self.columns.iter().min_by_key(|(column, _)| column.abs_diff(at)).map_or(0, |c| c.1)
            } else {
                self.columns.get(index).map_or(0, |c| c.1)
            };
            for token in &mut page.tokens[first..last] {
                token.hint |= flags;
            }
        }
        true
    }
}

/// Whether the next line has as many cells, so that commas make a table and not a sentence.
fn rows_follow(page: &Page<'_>, end: usize, columns: usize) -> bool {
    if end + 1 >= page.tokens.len() {
        return false;
    }
    let next = page.line_end(end + 1);
    cells(page, end + 1, next, b',').len().abs_diff(columns) <= 1
}

/// The cells of a line, as token ranges. Separator ' ' stands for a gap of two spaces or more.
fn cells(page: &Page<'_>, from: usize, end: usize, separator: u8) -> Vec<(usize, usize)> {
    let mut cells = Vec::new();
    let mut start = from;
    let mut quoted = false;
    for at in from..end {
        let token: &Token = &page.tokens[at];
        if separator == b' ' {
            if at > start && page.gap(at) >= 2 {
                cells.push((start, at));
                start = at;
            }
        } else if token.class == Class::Mark {
            quoted ^= token.mark == b'"' && separator == b',';
            if token.mark == separator && !quoted {
                cells.push((start, at));
                start = at + 1;
            }
        }
        if cells.len() >= COLUMNS {
            break;
        }
    }
    if !cells.is_empty() {
        cells.push((start, end));
    }
    cells
}
