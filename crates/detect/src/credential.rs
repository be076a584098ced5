//! Passwords, keys and tokens.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::WORD;
use crate::page::{Candidate, Class, Page, Shape};

/// What providers start their keys with, how long the whole key is at least, in bytes.
const KEYS: &[(&str, usize, &str)] = &[
    ("sk-ant-", 24, "key-anthropic"),
    ("sk-", 24, "key-openai"),
    ("sk_live_", 24, "key-stripe"),
    ("sk_test_", 24, "key-stripe"),
    ("rk_live_", 24, "key-stripe"),
    ("whsec_", 24, "key-stripe"),
    ("ghp_", 24, "key-github"),
    ("gho_", 24, "key-github"),
    ("ghs_", 24, "key-github"),
    ("ghu_", 24, "key-github"),
    ("ghr_", 24, "key-github"),
    ("github_pat_", 30, "key-github"),
    ("glpat-", 20, "key-gitlab"),
    ("xoxb-", 20, "key-slack"),
    ("xoxp-", 20, "key-slack"),
    ("xoxa-", 20, "key-slack"),
    ("xapp-", 20, "key-slack"),
    ("AKIA", 20, "key-aws"),
    ("ASIA", 20, "key-aws"),
    ("AIza", 35, "key-google"),
    ("ya29.", 24, "key-google"),
    ("hf_", 20, "key-huggingface"),
    ("npm_", 24, "key-npm"),
    ("pypi-", 24, "key-pypi"),
    ("SG.", 30, "key-sendgrid"),
    ("dop_v1_", 24, "key-digitalocean"),
    ("shpat_", 24, "key-shopify"),
    ("eyJ", 40, "jwt"),
];

fn key_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'+' | b'=')
}

fn push(out: &mut Vec<Candidate>, start: usize, end: usize, score: f32, detector: &'static str) {
    if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) {
        out.push(Candidate { start, end, kind: Kind::Credential, score, detector });
    }
}

/// A provider's key at word token `at`.
pub(crate) fn find_key(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let start = page.tokens[at].start as usize;
    let bytes = page.text.as_bytes();
    if !matches!(
        bytes[start],
        b's' | b'g' | b'x' | b'A' | b'y' | b'h' | b'n' | b'p' | b'S' | b'd' | b'e' | b'r' | b'w'
    ) {
        return;
    }
    // Their prefixes end in a mark or digit, or have capitals inside.
    let token = &page.tokens[at];
    let glued = page.glued(at + 1) && !page.tokens[at + 1].is_word();
    if !glued && matches!(token.shape, Shape::Lower | Shape::Title) && !page.text[start..].starts_with("eyJ")
    {
        return;
    }
    let rest = &page.text[start..];
    let Some(&(_, least, detector)) = KEYS.iter().find(|(prefix, ..)| rest.starts_with(prefix)) else {
        return;
    };
    if start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || matches!(bytes[start - 1], b'_' | b'-')) {
        return;
    }
    // 2 KiB is more than any token of these providers.
    let length = bytes[start..]
        .iter()
        .take(2048)
        .position(|&b| !key_byte(b))
        .unwrap_or((bytes.len() - start).min(2048));
    let key = rest[..length].trim_end_matches('.');
    let mixed = key.bytes().any(|b| b.is_ascii_digit());
    let dots = key.bytes().filter(|&b| b == b'.').count();
    if key.len() >= least && mixed && (detector != "jwt" || dots >= 1) {
        push(out, start, start + key.len(), 0.98, detector);
    }
}

/// PEM private keys, at the word "BEGIN". `searched` is how far the text was searched for an end in vain.
pub(crate) fn find_pem(page: &Page<'_>, at: usize, searched: &mut usize, out: &mut Vec<Candidate>) {
    let start = page.tokens[at].start as usize;
    if start < 5 || !page.text[..start].ends_with("-----") {
        return;
    }
    let mut head = (start + 48).min(page.text.len());
    while !page.text.is_char_boundary(head) {
        head -= 1;
    }
    if !page.text[start..head].contains("PRIVATE KEY") || start < *searched {
        return;
    }
    // An RSA key of 16384 bits takes some 13 KiB.
    let mut limit = (start + 16 * 1024).min(page.text.len());
    while !page.text.is_char_boundary(limit) {
        limit -= 1;
    }
    let end = match page.text[start..limit].find("-----END") {
        Some(n) => {
            let tail = start + n + 8;
            page.text[tail..limit].find("-----").map_or(tail, |m| tail + m + 5)
        }
        None => limit,
    };
    *searched = end;
    push(out, start - 5, end, 0.99, "private-key");
}

/// The secret behind a cue word at `at`: "wachtwoord: x", "PWD=x", "paswoord Zomer2024!".
pub(crate) fn find_secret(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let mut index = at + 1;
    let mut labelled = false;
    while index < at + 7 {
        let Some(next) = page.get(index) else { return };
        match next.class {
            Class::Mark if matches!(next.mark, b':' | b'=') => labelled = true,
            Class::Mark
                if next.mark == b'_'
                    && page.glued(index)
                    && page.glued(index + 1)
                    && page.tokens[index + 1].is_word() =>
            {
                index += 1;
            }
            Class::Mark if matches!(next.mark, b'"' | b'\'' | b'(' | b'`' | b'>' | b'*') => {}
            Class::Word
                if matches!(
                    page.word(index),
                    "is" | "was"
                        | "van"
                        | "naar"
                        | "est"
                        | "ist"
                        | "account"
                        | "nu"
                        | "tijdelijk"
                        | "tijdelijke"
                        | "key"
                        | "code"
                        | "gewijzigd"
                        | "aangepast"
                        | "nieuw"
                        | "nieuwe"
                        | "voor"
                        | "reset"
                        | "die"
                        | "it"
                        | "of"
                ) || next.has(cue::SECRET) => {}
            _ => break,
        }
        index += 1;
    }
    if !labelled
        && page.get(index).is_some_and(|t| t.shape == Shape::Lower && t.is_word())
        && let Some(value) = said_later(page, index)
    {
        index = value;
    }
    take_secret(page, index, labelled, out);
}

/// "Het wachtwoord van de server is X": the value behind the verb of the clause that goes on at `from`, if it is no word.
fn said_later(page: &Page<'_>, from: usize) -> Option<usize> {
    for at in from..from + 10 {
        let token = page.get(at)?;
        let verb =
            matches!(page.word(at), "is" | "was" | "wordt" | "werd" | "luidt" | "est" | "ist" | "lautet");
        if verb || page.is(at, b':') {
            let quoted = page.get(at + 1)?.class == Class::Mark && page.glued(at + 2);
            let value =
                at + 1 + usize::from(quoted && matches!(page.tokens[at + 1].mark, b'"' | b'\'' | b'`'));
            let start = page.tokens.get(value)?.start as usize;
            let rest = page.text.as_bytes()[start..].iter().take_while(|b| !b.is_ascii_whitespace());
            let (mut digit, mut letter, mut len) = (false, false, 0);
            for byte in rest {
                digit |= byte.is_ascii_digit();
                letter |= byte.is_ascii_alphabetic();
                len += 1;
            }
            return (digit && letter && len >= 6).then_some(value);
        }
        if !(token.is_word() || token.is_number() || token.mark == b'-') {
            return None;
        }
    }
    None
}

/// The secret at token `index`; without a label it must look like one.
pub(crate) fn take_secret(page: &Page<'_>, index: usize, labelled: bool, out: &mut Vec<Candidate>) {
    let Some(first) = page.get(index) else { return };
    if first.is_line() {
        return;
    }
    let start = first.start as usize;
    let quote = index > 0 && page.glued(index) && matches!(page.tokens[index - 1].mark, b'"' | b'\'' | b'`');
    let closing = if quote { page.tokens[index - 1].mark } else { b' ' };
    let bytes = page.text.as_bytes();
    let mut end = start;
    while end < bytes.len()
        && end - start < 256
        && !bytes[end].is_ascii_whitespace()
        && !(quote && bytes[end] == closing)
        && !matches!(bytes[end], b'"' | b'<' | b'|')
        && (bytes[end] != b';' || quote)
    {
        end += 1;
    }
    while end > start
        && (!page.text.is_char_boundary(end)
            || !quote && matches!(bytes[end - 1], b',' | b'.' | b')' | b':' | b'\''))
    {
        end -= 1;
    }
    let value = &page.text[start..end];
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let marks = value.len() > digits + letters && !value.contains('/');
    let word = digits == 0
        && !marks
        && (first.has(WORD | cue::ROLE | cue::NEVER) || first.shape == Shape::Lower && !labelled);
    let strong = digits > 0 && letters > 0
        || marks && value.len() >= 6 && !value.starts_with('[') && !value.starts_with('{');
    let pin = letters == 0 && digits == value.len() && (4..=8).contains(&digits);
    let score = match (labelled || quote, strong || pin, word) {
        (true, true, _) => 0.95,
        (true, false, false) => 0.75,
        (false, true, false) if value.len() >= 4 => 0.7,
        _ => return,
    };
    if value.len() >= 4
        && (quote || !value.starts_with(['-', '_', '/']))
        && !value.starts_with("***")
        && !value.starts_with("...")
        && !value.starts_with("${")
        && !["process.env", "os.environ", "getenv", "os.getenv", "config.", "settings.", "import.meta"]
            .iter()
            .any(|code| value.starts_with(code))
    {
        push(out, start, end, score, "secret");
    }
}

/// "sleutelkastje code 7319#", "code alarm: 4417*": the word "code" near a lock.
pub(crate) fn find_code(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    const LOCKS: &[&str] = &[
        "sleutelkastje",
        "sleutelkast",
        "sleutelkluis",
        "kluis",
        "kluisje",
        "afhaalkluis",
        "alarm",
        "portiek",
        "deur",
        "poort",
        "hek",
        "netwerk",
        "wifi",
        "slot",
        "toegang",
        "pin",
        "garage",
        "lift",
    ];
    let near =
        (at.saturating_sub(6)..at + 4).any(|i| LOCKS.iter().any(|l| page.word(i).eq_ignore_ascii_case(l)));
    if !near {
        return;
    }
    let mut index = at + 1;
    while index < at + 5
        && page.get(index).is_some_and(|t| {
            t.is_word() && LOCKS.iter().any(|l| page.word(index).eq_ignore_ascii_case(l))
                || matches!(t.mark, b':' | b'=' | b'#' | b'"' | b'\'')
                || matches!(page.word(index), "is" | "voor" | "van" | "het" | "de")
        })
    {
        index += 1;
    }
    if page.get(index).is_some_and(|t| t.is_number() || t.flags & WORD == 0) {
        take_secret(page, index, true, out);
    }
}

/// A word, a year and a mark in one: what people take for a safe password ("Zomer2025!").
pub(crate) fn find_habit(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let (word, number) = (&page.tokens[at], at + 1);
    if word.shape != Shape::Title
        || word.len() < 4
        || !page.glued(number)
        || !page.tokens[number].is_number()
        || !(2..=4).contains(&page.tokens[number].len())
    {
        return;
    }
    let mark = number + 1;
    if page.glued(mark)
        && matches!(page.tokens[mark].mark, b'!' | b'#' | b'$' | b'%' | b'&' | b'*' | b'@')
        && !(at > 0 && page.glued(at) && page.tokens[at - 1].is_word())
    {
        let glued = page.glued(mark + 1) && page.tokens[mark + 1].is_word();
        let last = if glued { mark + 1 } else { mark };
        push(out, word.start as usize, page.tokens[last].end as usize, 0.7, "password-habit");
    }
}
