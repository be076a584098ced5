//! Showing a text with its findings marked.

use std::fmt::Write as _;

use sluis_detect::{Finding, Kind};

/// Marks findings in colour on a terminal, with brackets elsewhere. Control characters of the text are made
/// visible: what is shown must not be able to steer a terminal.
pub fn mark(text: &str, findings: &[Finding], colour: bool) -> String {
    let mut out = String::with_capacity(text.len() + findings.len() * 24);
    let mut at = 0;
    for finding in findings {
        // A special category can overlap an identifier; what was marked already is not marked again.
        let start = finding.start.max(at);
        if start >= finding.end {
            continue;
        }
        show(&text[at..start], &mut out);
        let name = finding.kind.name();
        if colour {
            let shade = shade(finding.kind);
            let _ = write!(out, "\x1b[{shade}m");
            show(&text[start..finding.end], &mut out);
            let _ = write!(out, "\x1b[0m\x1b[2m\u{2039}{name}\u{203a}\x1b[0m");
        } else {
            out.push('[');
            show(&text[start..finding.end], &mut out);
            let _ = write!(out, "]\u{2039}{name}\u{203a}");
        }
        at = finding.end;
    }
    show(&text[at..], &mut out);
    out
}

fn shade(kind: Kind) -> &'static str {
    match kind {
        Kind::Credential => "1;31",
        kind if kind.is_special() => "1;35",
        Kind::Person | Kind::Address | Kind::City | Kind::Postcode => "1;33",
        _ => "1;36",
    }
}

fn show(text: &str, out: &mut String) {
    for char in text.chars() {
        match char {
            '\n' | '\t' => out.push(char),
            '\r' => {}
            c if c.is_control() => {
                let _ = write!(out, "{}", c.escape_unicode());
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_marked_and_control_characters_cannot_steer() {
        let finding = |start, end, kind| Finding { start, end, kind, score: 1.0, detector: "test" };
        let found = [finding(3, 6, Kind::Person), finding(5, 9, Kind::Health)];
        assert_eq!(
            mark("ik Jan ziek\x1b[2J", &found, false),
            "ik [Jan]\u{2039}person\u{203a}[ zi]\u{2039}health\u{203a}ek\\u{1b}[2J"
        );
        assert!(mark("ik Jan", &found[..1], true).contains("\x1b[1;33mJan\x1b[0m"));
    }
}
