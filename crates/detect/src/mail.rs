//! E-mail addresses, profile pages, handles and login names.

use crate::cue;
use crate::kind::Kind;
use crate::page::{Candidate, Page};

/// The longest local part and domain that are read, in bytes (RFC 5321 has 64 and 255).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// Mailboxes of an organisation rather than of a person.
const SHARED: &[&str] = &[
    "info",
    "contact",
    "support",
    "help",
    "helpdesk",
    "servicedesk",
    "klantenservice",
    "receptie",
    "administratie",
    "noreply",
    "no-reply",
    "sales",
    "verkoop",
    "webmaster",
    "postmaster",
    "privacy",
    "security",
    "office",
    "service",
    "facturen",
    "marketing",
    "redactie",
    "hallo",
    "hello",
    "admin",
    "root",
    "example",
    "test",
    "user",
    "name",
    "naam",
    "jouwnaam",
    "gebruikersnaam",
    "voornaam.achternaam",
    "firstname.lastname",
    "avg",
    "fg",
    "dpo",
    "secretariaat",
    "bestuur",
];

fn push(out: &mut Vec<Candidate>, start: usize, end: usize, kind: Kind, score: f32, detector: &'static str) {
    if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end))
        && start < end
    {
        out.push(Candidate { start, end, kind, score, detector });
    }
}

fn local_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || b >= 0x80
        || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'' | b'&' | b'~')
}

/// At mark token `at`, an "@" or the "%" of "%40".
pub(crate) fn find(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let bytes = page.text.as_bytes();
    let sign = page.tokens[at].start as usize;
    let after = if page.tokens[at].mark == b'%' { sign + 3 } else { sign + 1 };
    if page.tokens[at].mark == b'%' && bytes.get(sign + 1..sign + 3) != Some(b"40") {
        return;
    }
    let mut start = sign;
    while start > 0 && sign - start < LOCAL && local_byte(bytes[start - 1]) {
        start -= 1;
    }
    while start < sign
        && (!page.text.is_char_boundary(start) || matches!(bytes[start], b'.' | b'-' | b'\'' | b'%' | b'&'))
    {
        start += 1;
    }
    let mut end = after;
    while end < bytes.len()
        && end - after < DOMAIN
        && (bytes[end].is_ascii_alphanumeric() || bytes[end] >= 0x80 || matches!(bytes[end], b'.' | b'-'))
    {
        end += 1;
    }
    while end > after && (!page.text.is_char_boundary(end) || matches!(bytes[end - 1], b'.' | b'-')) {
        end -= 1;
    }
    let domain = &page.text[after.min(end)..end];
    let top = domain.rsplit('.').next().unwrap_or("");
    let whole = domain.contains('.')
        && top.chars().count() >= 2
        && top.chars().all(char::is_alphabetic)
        && !domain.starts_with('.')
        && !domain.contains("..");
    if password(page, sign, out) {
        return;
    }
    if start < sign && whole {
        let shared = !domain.starts_with("example.")
            && SHARED.iter().any(|s| page.text[start..sign].eq_ignore_ascii_case(s));
        push(out, start, end, Kind::Email, if shared { 0.4 } else { 0.98 }, "email");
    } else if start < sign && domain.parse::<std::net::Ipv4Addr>().is_ok() {
        // "ssh jan@10.0.0.7": a login on a machine.
        push(out, start, sign, Kind::Username, 0.85, "login-at");
    } else if start < sign
        && !domain.is_empty()
        && (page.tokens[at].hint & cue::EMAIL != 0
            || domain.len() >= 3 && bytes.get(start.wrapping_sub(1)).is_none_or(|b| *b != b'/'))
        && domain.contains(|c: char| c.is_ascii_lowercase())
        && page.tokens[at].mark == b'@'
        && !domain.contains('.')
    {
        push(out, start, end, Kind::Email, 0.55, "email-local");
    } else if start == sign {
        handle(page, at, sign, out);
    }
}

/// "scheme://user:password@host": the part before the "@".
fn password(page: &Page<'_>, sign: usize, out: &mut Vec<Candidate>) -> bool {
    let bytes = page.text.as_bytes();
    let mut from = sign;
    while from > 0
        && sign - from < 128
        && !bytes[from - 1].is_ascii_whitespace()
        && !matches!(bytes[from - 1], b'"' | b'\'' | b'<' | b'/')
    {
        from -= 1;
    }
    if from < 3
        || &bytes[from - 2..from] != b"//"
        || bytes[from - 3] != b':'
        || !page.text.is_char_boundary(from)
    {
        return false;
    }
    let part = &page.text[from..sign];
    if part.contains(':') {
        push(out, from, sign, Kind::Credential, 0.97, "url-password");
        return true;
    }
    false
}

/// "@handle" at the start of a word.
fn handle(page: &Page<'_>, at: usize, sign: usize, out: &mut Vec<Candidate>) {
    const CODE: &[&str] = &[
        "override",
        "test",
        "autowired",
        "media",
        "import",
        "param",
        "return",
        "returns",
        "app",
        "property",
        "staticmethod",
        "classmethod",
        "dataclass",
        "here",
        "everyone",
        "channel",
        "all",
        "bean",
        "entity",
        "id",
        "component",
        "keyframes",
        "echo",
        "charset",
        "allen",
        "iedereen",
        "team",
        "var",
        "null",
        "nullable",
        "deprecated",
        "pytest",
        "types",
        "angular",
        "font",
        "supports",
        "author",
        "since",
        "throws",
        "see",
    ];
    let bytes = page.text.as_bytes();
    if sign > 0 && (bytes[sign - 1].is_ascii_alphanumeric() || bytes[sign - 1] == b'@') {
        return;
    }
    let mut end = sign + 1;
    while end < bytes.len()
        && end - sign < 40
        && (bytes[end].is_ascii_alphanumeric() || matches!(bytes[end], b'_' | b'.' | b'-'))
    {
        end += 1;
    }
    while end > sign + 1 && matches!(bytes[end - 1], b'.' | b'-') {
        end -= 1;
    }
    let name = &page.text[sign + 1..end];
    if name.len() < 3
        || !name.bytes().any(|b| b.is_ascii_alphabetic())
        || CODE.iter().any(|c| name.eq_ignore_ascii_case(c))
        || bytes.get(end) == Some(&b'(')
        || bytes.get(end) == Some(&b'/')
    {
        return;
    }
    let next = page.get(at + 1).map_or(0, |t| t.flags);
    let strange = name.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.'));
    let score = if strange || next & crate::lexicon::WORD == 0 { 0.75 } else { 0.45 };
    push(out, sign, end, Kind::Username, score, "handle");
}

/// "jan punt jansen at bedrijf punt nl", "jan [at] bedrijf.nl": at a word token "at" or "apenstaartje".
pub(crate) fn find_spoken(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let dot = |i: usize| matches!(page.word(i), "punt" | "dot" | "point" | "Punkt" | ".");
    let bracket =
        |i: usize, marks: &[u8]| page.get(i).is_some_and(|t| marks.contains(&t.mark) && t.mark != 0);
    let mut left = at;
    let mut right = at + 1;
    if at > 0 && bracket(at - 1, b"[({") {
        left -= 1;
        right += usize::from(bracket(right, b"])}"));
    }
    if left == 0 || !(page.tokens[left - 1].is_word() || page.tokens[left - 1].is_number()) {
        return;
    }
    let mut first = left - 1;
    while first >= 2
        && (dot(first - 1)
            || page.is(first - 1, b'_')
            || page.is(first - 1, b'-')
            || page.is(first - 1, b'.'))
        && page.tokens[first - 2].is_word()
        && left - first < 8
    {
        first -= 2;
    }
    let mut last = right;
    let mut dots = 0;
    while page.get(last).is_some_and(super::page::Token::is_word)
        && (dot(last + 1) || page.is(last + 1, b'-'))
        && page.get(last + 2).is_some_and(super::page::Token::is_word)
        && last - right < 8
    {
        dots += usize::from(dot(last + 1));
        last += 2;
    }
    let tops = ["nl", "be", "com", "org", "net", "eu", "de", "fr", "uk", "me", "info"];
    if dots > 0 && tops.contains(&page.word(last)) {
        let (start, end) = (page.tokens[first].start as usize, page.tokens[last].end as usize);
        push(out, start, end, Kind::Email, 0.85, "email-spoken");
    }
}
