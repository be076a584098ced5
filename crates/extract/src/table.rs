//! Tables with a separator, as spreadsheets write them.

use std::sync::Arc;

use crate::cell;
use crate::document::{At, Escape, Unreadable};
use crate::read::Reader;

/// Lines that are looked at for the separator.
const LINES: usize = 20;
/// The separators, the likeliest here first.
const SEPARATORS: [u8; 4] = [b';', b'\t', b',', b'|'];

pub(crate) fn read(reader: &mut Reader<'_>, leaf: u32, source: &str) -> Result<(), Unreadable> {
    let (separator, start) = separator(source);
    let mut names = cell::Names::default();
    let none: Arc<str> = "".into();
    let mut rows = Rows { source, separator, at: start };
    let mut row = u32::from(start > 0);
    let mut first = true;
    while let Some(fields) = rows.next() {
        if first {
            names.read(fields.iter().map(|field| field.text.as_str()));
        }
        for (column, field) in (0..).zip(fields) {
            let label = if first { &none } else { names.of(column).unwrap_or(&none) };
            let label = Arc::clone(label);
            reader.push_run(
                leaf,
                field.at,
                Escape::Csv(separator),
                &field.text,
                &label,
                At::Cell(row, column),
            )?;
        }
        first = false;
        row = row.saturating_add(1);
    }
    Ok(())
}

/// The separator, and where the table begins behind a line that names it.
fn separator(source: &str) -> (u8, usize) {
    let line = source.split_inclusive('\n').next().unwrap_or_default();
    if line.get(..4).is_some_and(|sep| sep.eq_ignore_ascii_case("sep=")) {
        let rest = line[4..].trim_end_matches(['\r', '\n']).trim_matches('"');
        return (rest.bytes().next().filter(u8::is_ascii).unwrap_or(b';'), line.len());
    }
    // The one that gives every line as many cells, and more than one.
    let best = SEPARATORS.into_iter().rev().max_by_key(|&separator| {
        let mut rows = Rows { source, separator, at: 0 };
        let widths: Vec<usize> =
            std::iter::from_fn(|| rows.next()).take(LINES).map(|row| row.len()).collect();
        let width = widths.first().copied().unwrap_or(0);
        let same = widths.iter().filter(|&&other| other == width).count();
        if width > 1 { same * 1_000 / widths.len().max(1) * 100 + width.min(99) } else { 0 }
    });
    let best = best.unwrap_or(b';');
    (best, 0)
}

struct Field {
    text: String,
    at: std::ops::Range<usize>,
}

struct Rows<'s> {
    source: &'s str,
    separator: u8,
    at: usize,
}

impl Rows<'_> {
    fn next(&mut self) -> Option<Vec<Field>> {
        let bytes = self.source.as_bytes();
        if self.at >= bytes.len() {
            return None;
        }
        let mut fields = Vec::new();
        loop {
            let start = self.at;
            let mut end = start;
            let mut quoted = false;
            while let Some(&byte) = bytes.get(end) {
                if byte == b'"' && (quoted || end == start) {
                    quoted = !quoted;
                } else if byte == b'"' && end > start && bytes[start] == b'"' && bytes[end - 1] == b'"' {
                    // A doubled quote inside quotes.
                    quoted = true;
                } else if !quoted && (byte == self.separator || byte == b'\n' || byte == b'\r') {
                    break;
                }
                end += 1;
            }
            let raw = &self.source[start..end];
            let text = match raw.strip_prefix('"') {
                Some(inner) => inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\""),
                None => raw.to_owned(),
            };
            fields.push(Field { text, at: start..end });
            match bytes.get(end) {
                Some(&byte) if byte == self.separator => self.at = end + 1,
                Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => {
                    self.at = end + 2;
                    return Some(fields);
                }
                Some(_) => {
                    self.at = end + 1;
                    return Some(fields);
                }
                None => {
                    self.at = end;
                    return Some(fields);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(source: &str) -> Vec<Vec<String>> {
        let (separator, at) = separator(source);
        let mut rows = Rows { source, separator, at };
        std::iter::from_fn(|| rows.next()).map(|row| row.into_iter().map(|f| f.text).collect()).collect()
    }

    #[test]
    fn separators_and_quotes_are_understood() {
        assert_eq!(rows("a;b\r\n1;\"x; \"\"y\"\"\"\r\n"), [["a", "b"], ["1", "x; \"y\""]]);
        assert_eq!(rows("sep=,\na,b;c\n"), [["a", "b;c"]]);
        assert_eq!(rows("a\tb, c\n1\t2, 3\n"), [["a", "b, c"], ["1", "2, 3"]]);
        assert_eq!(rows("naam, voornaam\nx, y"), [["naam", " voornaam"], ["x", " y"]]);
        assert_eq!(rows("\"niet af"), [["niet af"]]);
        assert_eq!(rows("a;\"regel 1\nregel 2\"\n"), [["a", "regel 1\nregel 2"]]);
        assert!(rows("").is_empty());
    }
}
