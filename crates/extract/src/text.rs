//! Plain text; and calendars and contacts, whose lines are fields.

use std::sync::Arc;

use crate::document::{At, Escape, Segment, Unreadable};
use crate::read::{Reader, run};

/// A text is one segment; its lines are found in it.
pub(crate) fn read(reader: &mut Reader<'_>, leaf: u32, source: &str) -> Result<(), Unreadable> {
    reader.push_run(leaf, 0..source.len(), Escape::None, source, &"".into(), At::Line(1))
}

/// What people would call the field.
fn label(name: &str) -> &str {
    match name {
        "FN" | "N" | "NICKNAME" | "CN" => "naam",
        "BDAY" => "geboortedatum",
        "TEL" => "telefoon",
        "EMAIL" => "e-mail",
        "ADR" | "LABEL" => "adres",
        "ORG" => "organisatie",
        "ORGANIZER" | "ATTENDEE" => "deelnemer",
        other => other,
    }
}

/// A calendar or contact: one segment for each value, which may go on over several lines.
pub(crate) fn cards(reader: &mut Reader<'_>, leaf: u32, source: &str) -> Result<(), Unreadable> {
    let mut at = 0;
    let mut line = 0_u32;
    let mut open: Option<Segment> = None;
    for full in source.split_inclusive('\n') {
        reader.budget.step()?;
        line = line.saturating_add(1);
        let text = full.trim_end_matches(['\r', '\n']);
        let start = at;
        at += full.len();
        if let (Some(segment), Some(more)) = (open.as_mut(), text.strip_prefix([' ', '\t'])) {
            let from = segment.text.len();
            segment.text.push_str(more);
            segment.runs.push(run(
                leaf,
                &(start + 1..start + text.len()),
                from..segment.text.len(),
                Escape::Card,
            ));
            continue;
        }
        if let Some(segment) = open.take() {
            reader.push(segment)?;
        }
        let Some(colon) = colon(text) else { continue };
        let (head, value) = (&text[..colon], &text[colon + 1..]);
        let name = head.split(';').next().unwrap_or_default().rsplit('.').next().unwrap_or_default();
        let name = name.to_ascii_uppercase();
        if matches!(name.as_str(), "BEGIN" | "END" | "VERSION" | "PRODID" | "DTSTAMP") {
            continue;
        }
        let place = At::Line(line);
        // Parameters can hold names too: ATTENDEE;CN="Jan Jansen":mailto:…
        if let Some(parameters) = head.find(';') {
            let range = start + parameters + 1..start + colon;
            reader.push_run(leaf, range, Escape::None, &head[parameters + 1..], &"".into(), place)?;
        }
        let from = start + colon + 1;
        open = Some(Segment {
            text: value.to_owned(),
            label: Arc::from(label(&name)),
            place: reader.place(place),
            hidden: None,
            runs: vec![run(leaf, &(from..from + value.len()), 0..value.len(), Escape::Card)],
            also: Vec::new(),
        });
    }
    open.map_or(Ok(()), |segment| reader.push(segment))
}

/// The colon before the value; one in quotes belongs to a parameter.
fn colon(line: &str) -> Option<usize> {
    let mut quoted = false;
    line.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b':' && !quoted
    })
}
