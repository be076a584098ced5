//! E-mail addresses, profile pages, handles and login names.

use crate::cue;
use crate::kind::Kind;
use crate::page::{Candidate, Page};

/// The longest local part and domain that are read, in bytes (RFC 5321 has 64 and 255).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// Mailboxes of an organisation rather than of a person.
const SHARED: &[&str] = &[
    "info", "contact", "support", "help", "helpdesk", "servicedesk", "klantenservice", "receptie", "administratie", "noreply", "no-reply", "sales", "verkoop", "webmaster",
    "postmaster", "privacy", "security", "office", "service", "facturen", "marketing", "redactie", "hallo", "hello", "admin", "root", "example", "test", "user", "name", "naam", "jouwnaam",
    "gebruikersnaam", "voornaam.achternaam", "firstname.lastname", "avg", "fg", "dpo", "secretariaat", "bestuur",
];

fn push(out: &mut Vec<Candidate>, start: usize, end: usize, kind: Kind, score: f32, detector: &'static str) {
    if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) {
        if start < end {
            out.push(Candidate { start, end, kind, score, detector });
        }
    }
}

fn local_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'' | b'&' | b'~')
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
    while start < sign && (!page.text.is_char_boundary(start) || matches!(bytes[start], b'.' | b'-' | b'\'' | b'%' | b'&')) {
        start += 1;
    }
    let mut end = after;
    while end < bytes.len() && end - after < DOMAIN && (bytes[end].is_ascii_alphanumeric() || bytes[end] >= 0x80 || matches!(bytes[end], b'.' | b'-')) {
        end += 1;
    }
    while end > after && (!page.text.is_char_boundary(end) || matches!(bytes[end - 1], b'.' | b'-')) {
        end -= 1;
    }
    let domain = &page.text[after.min(end)..end];
    let top = domain.rsplit('.').next().unwrap_or("");
    let whole = domain.contains('.') && top.chars().count() >= 2 && top.chars().all(char::is_alphabetic) && !domain.starts_with('.') && !domain.contains("..");
    if password(page, sign, out) {
        return;
    }
    if start < sign && whole {
        let shared = SHARED.iter().any(|s| page.text[start..sign].eq_ignore_ascii_case(s));
        push(out, start, end, Kind::Email, if shared { 0.4 } else { 0.98 }, "email");
    } else if start < sign && !domain.is_empty() && (page.tokens[at].hint & cue::EMAIL != 0 || domain.len() >= 3 && bytes.get(start.wrapping_sub(1)).is_none_or(|b| *b != b'/')) && domain.contains(|c: char| c.is_ascii_lowercase()) && page.tokens[at].mark == b'@' && !domain.contains('.') {
        push(out, start, end, Kind::Email, 0.55, "email-local");
    } else if start == sign {
        handle(page, at, sign, out);
    }
}

/// "scheme://user:password@host": the part before the "@".
fn password(page: &Page<'_>, sign: usize, out: &mut Vec<Candidate>) -> bool {
    let bytes = page.text.as_bytes();
    let mut from = sign;
    while from > 0 && sign - from < 128 && !bytes[from - 1].is_ascii_whitespace() && !matches!(bytes[from - 1], b'"' | b'\'' | b'<' | b'/') {
        from -= 1;
    }
    if from < 3 || &bytes[from - 2..from] != b"//" || bytes[from - 3] != b':' || !page.text.is_char_boundary(from) {
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
        "override", "test", "autowired", "media", "import", "param", "return", "returns", "app", "property", "staticmethod", "classmethod", "dataclass",
        "here", "everyone", "channel", "all", "bean", "entity", "id", "component", "keyframes", "echo", "charset", "allen", "iedereen", "team",
        "var", "null", "nullable", "deprecated", "pytest", "types", "angular", "font", "supports", "author", "since", "throws", "see",
    ];
    let bytes = page.text.as_bytes();
    if sign > 0 && (bytes[sign - 1].is_ascii_alphanumeric() || bytes[sign - 1] == b'@') {
        return;
    }
    let mut end = sign + 1;
    while end < bytes.len() && end - sign < 40 && (bytes[end].is_ascii_alphanumeric() || matches!(bytes[end], b'_' | b'.' | b'-')) {
        end += 1;
    }
    while end > sign + 1 && matches!(bytes[end - 1], b'.' | b'-') {
        end -= 1;
    }
    let name = &page.text[sign + 1..end];
    if name.len() < 3 || !name.bytes().any(|b| b.is_ascii_alphabetic()) || CODE.iter().any(|c| name.eq_ignore_ascii_case(c)) || bytes.get(end) == Some(&b'(') || bytes.get(end) == Some(&b'/') {
        return;
    }
    let next = page.get(at + 1).map_or(0, |t| t.flags);
    let strange = name.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.'));
    let score = if strange || next & crate::lexicon::WORD == 0 { 0.75 } else { 0.45 };
    push(out, sign, end, Kind::Username, score, "handle");
}

/// "jan punt jansen at bedrijf punt nl", "jan [at] bedrijf.nl": at a word token "at" or "apenstaartje".
pub(crate) fn find_spoken(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let dot = |i: usize| matches!(page.word(i), "punt" | "dot" | "point" | "Punkt" | "." );
    let bracket = |i: usize, marks: &[u8]| page.get(i).is_some_and(|t| marks.contains(&t.mark) && t.mark != 0);
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
    while first >= 2 && (dot(first - 1) || page.is(first - 1, b'_') || page.is(first - 1, b'-') || page.is(first - 1, b'.')) && page.tokens[first - 2].is_word() && left - first < 8 {
        first -= 2;
    }
    let mut last = right;
    let mut dots = 0;
    while page.get(last).is_some_and(|t| t.is_word()) && (dot(last + 1) || page.is(last + 1, b'-')) && page.get(last + 2).is_some_and(|t| t.is_word()) && last - right < 8 {
        dots += usize::from(dot(last + 1));
        last += 2;
    }
    let tops = ["nl", "be", "com", "org", "net", "eu", "de", "fr", "uk", "me", "info"];
    if dots > 0 && tops.contains(&page.word(last)) {
        let (start, end) = (page.tokens[first].start as usize, page.tokens[last].end as usize);
        push(out, start, end, Kind::Email, 0.85, "email-spoken");
    }
}

/// A page on a social network, at the word token of its host name.
pub(crate) fn find_profile(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    const HOSTS: &[&str] = &[
        "linkedin", "facebook", "instagram", "twitter", "x", "github", "gitlab", "xing", "tiktok", "youtube", "threads", "snapchat", "pinterest", "strava",
        "soundcloud", "reddit", "medium", "vk", "fb", "orcid", "researchgate", "google", "behance", "telegram", "t", "bsky",
    ];
    const GENERAL: &[&str] = &[
        "company", "jobs", "groups", "pages", "events", "login", "home", "help", "search", "about", "legal", "policies", "learning", "school", "marketplace",
        "watch", "features", "pricing", "orgs", "topics", "explore", "p", "reel", "hashtag", "docs", "sharer", "share", "results", "feed", "drive", "document", "settings",
    ];
    if !page.is(at + 1, b'.') || !page.glued(at + 1) || !HOSTS.iter().any(|h| page.word(at).eq_ignore_ascii_case(h)) {
        return;
    }
    let bytes = page.text.as_bytes();
    let mut start = page.tokens[at].start as usize;
    let host = start;
    while start > 0 && host - start < 24 && (bytes[start - 1].is_ascii_alphanumeric() || matches!(bytes[start - 1], b'.' | b':' | b'/' | b'-')) {
        start -= 1;
    }
    let lead = &page.text[start..host];
    let lead = lead.rfind("http").unwrap_or_else(|| lead.rfind("www.").unwrap_or(if lead.len() == 3 { 0 } else { lead.len() }));
    start += lead;
    let mut end = page.tokens[at].end as usize;
    while end < bytes.len() && end - host < 200 && !bytes[end].is_ascii_whitespace() && bytes[end] < 0x80 && !matches!(bytes[end], b'"' | b'\'' | b'<' | b'>' | b'|' | b';' | b',' | b')' | b']' | b'`' | b'*') {
        end += 1;
    }
    while end > host && matches!(bytes[end - 1], b'.' | b':' | b'!' | b'?') {
        end -= 1;
    }
    let url = &page.text[host..end];
    let mut parts = url.split('/').skip(1).filter(|p| !p.is_empty());
    let (Some(first), second) = (parts.next(), parts.next()) else { return };
    let maps = page.word(at).eq_ignore_ascii_case("google");
    if maps && !url.contains("/contrib/") || GENERAL.iter().any(|g| first.eq_ignore_ascii_case(g)) || (first == "in" || first == "profile") && second.is_none() {
        return;
    }
    push(out, start, end, Kind::ProfileUrl, 0.9, "profile-url");
}

/// "DOMAIN\user", "\Users\jan": at a backslash.
pub(crate) fn find_domain_user(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    if at == 0 || !page.glued(at) || !page.glued(at + 1) || !page.tokens[at - 1].is_word() {
        return;
    }
    let Some(code) = crate::reference::code(page, at + 1) else { return };
    let path = at >= 2 && page.glued(at - 1) && matches!(page.tokens[at - 2].mark, b'\\' | b':' | b'/' | b'.');
    let users = matches!(page.word(at - 1), "Users" | "users" | "home" | "profiles" | "Profiles");
    let deeper = page.is(code.end, b'\\');
    let domain = page.tokens[at - 1].shape != crate::page::Shape::Lower || page.word(at - 1).len() >= 3;
    let letter = matches!(page.word(at + 1), "n" | "t" | "r" | "d" | "w" | "s" | "b");
    let (start, end) = (page.tokens[at + 1].start as usize, page.tokens[code.end - 1].end as usize);
    if users {
        push(out, start, end, Kind::Username, 0.8, "home-folder");
    } else if domain && !path && !deeper && !letter && end - start >= 3 {
        push(out, start, end, Kind::Username, 0.7, "domain-user");
    }
}

/// The login name behind a cue word at `at`.
pub(crate) fn find_login(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let mut index = at + 1;
    let mut labelled = false;
    while index < at + 6 && page.get(index).is_some_and(|t| matches!(t.mark, b':' | b'=' | b'"' | b'\'' | b'.' | b'(') && t.class == crate::page::Class::Mark || matches!(page.word(index), "is" | "van" | "name" | "id" | "met" | "naam" | "heet" | "c" | "'c" | "est" | "op")) {
        labelled |= matches!(page.tokens[index].mark, b':' | b'=');
        index += 1;
    }
    take_login(page, index, labelled, out);
}

/// "Ollie_V: lol", "fietsfanaat_072": at the start of a line, a name that people do not have but accounts do.
pub(crate) fn find_speaker(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let Some(code) = crate::reference::code(page, at) else { return };
    if !page.is(code.end, b':') || page.gap(code.end) > 0 || page.get(code.end + 1).is_none_or(|t| t.is_line() || page.gap(code.end + 1) == 0) {
        return;
    }
    let text = page.between(code.first, code.end - 1);
    let strange = text.contains('_') || text.contains('.') || code.digits >= 2;
    if code.letters >= 4 && strange && page.tokens[at].flags & (cue::VALUE | crate::lexicon::WORD) == 0 {
        push(out, page.tokens[at].start as usize, page.tokens[code.end - 1].end as usize, Kind::Username, 0.6, "speaker");
    }
}

/// The login name at `index`. Without a label it must look like one.
pub(crate) fn take_login(page: &Page<'_>, index: usize, labelled: bool, out: &mut Vec<Candidate>) {
    let Some(first) = page.get(index) else { return };
    if !first.is_word() && !first.is_number() {
        return;
    }
    let Some(code) = crate::reference::code(page, index) else { return };
    if page.is(code.end, b'@') && page.glued(code.end) || page.is(code.end, b'\\') && page.glued(code.end) {
        return;
    }
    let text = page.between(code.first, code.end - 1);
    let strange = code.digits > 0 && code.letters > 0 || text.contains('_') || text.contains('.') && code.letters > 4;
    let name = code.end == index + 1 && !first.has(crate::lexicon::WORD | cue::NEVER | cue::VALUE | cue::ROLE);
    let score = match (labelled, strange, name) {
        (true, true, _) | (true, _, true) => 0.85,
        (false, true, _) => 0.65,
        (false, _, true) if first.shape == crate::page::Shape::Lower && first.flags & crate::lexicon::ANY_FIRST == 0 && text.len() >= 5 => 0.6,
        _ => return,
    };
    if text.len() >= 3 && code.letters > 0 {
        push(out, page.tokens[index].start as usize, page.tokens[code.end - 1].end as usize, Kind::Username, score, "login");
    }
}
