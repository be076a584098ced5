//! Profile pages and login names.

use crate::cue;
use crate::kind::Kind;
use crate::page::{Candidate, Page};

fn push(out: &mut Vec<Candidate>, start: usize, end: usize, kind: Kind, score: f32, detector: &'static str) {
    if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end))
        && start < end
    {
        out.push(Candidate { start, end, kind, score, detector });
    }
}

/// Hosts of people's pages, without the ending.
const HOSTS: &[&str] = &[
    "linkedin",
    "facebook",
    "instagram",
    "twitter",
    "x",
    "github",
    "gitlab",
    "xing",
    "tiktok",
    "youtube",
    "threads",
    "snapchat",
    "pinterest",
    "strava",
    "soundcloud",
    "reddit",
    "medium",
    "vk",
    "fb",
    "orcid",
    "researchgate",
    "google",
    "behance",
    "telegram",
    "t",
    "bsky",
];

/// First parts of a path that belong to nobody.
const GENERAL: &[&str] = &[
    "company",
    "jobs",
    "groups",
    "pages",
    "events",
    "login",
    "home",
    "help",
    "search",
    "about",
    "legal",
    "policies",
    "learning",
    "school",
    "marketplace",
    "watch",
    "features",
    "pricing",
    "orgs",
    "topics",
    "explore",
    "p",
    "reel",
    "hashtag",
    "docs",
    "sharer",
    "share",
    "results",
    "feed",
    "drive",
    "document",
    "settings",
];

/// A page on a social network, at the word token of its host name.
pub(crate) fn find_profile(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    if !page.is(at + 1, b'.')
        || !page.glued(at + 1)
        || !HOSTS.iter().any(|h| page.word(at).eq_ignore_ascii_case(h))
    {
        return;
    }
    let bytes = page.text.as_bytes();
    let mut start = page.tokens[at].start as usize;
    let host = start;
    while start > 0
        && host - start < 24
        && (bytes[start - 1].is_ascii_alphanumeric() || matches!(bytes[start - 1], b'.' | b':' | b'/' | b'-'))
    {
        start -= 1;
    }
    let lead = &page.text[start..host];
    let lead = lead
        .rfind("http")
        .unwrap_or_else(|| lead.rfind("www.").unwrap_or(if lead.len() == 3 { 0 } else { lead.len() }));
    start += lead;
    let mut end = page.tokens[at].end as usize;
    while end < bytes.len()
        && end - host < 200
        && !bytes[end].is_ascii_whitespace()
        && bytes[end] < 0x80
        && !matches!(bytes[end], b'"' | b'\'' | b'<' | b'>' | b'|' | b';' | b',' | b')' | b']' | b'`' | b'*')
    {
        end += 1;
    }
    while end > host && matches!(bytes[end - 1], b'.' | b':' | b'!' | b'?') {
        end -= 1;
    }
    let url = &page.text[host..end];
    let mut parts = url.split('/').skip(1).filter(|p| !p.is_empty());
    let (Some(first), second) = (parts.next(), parts.next()) else { return };
    let maps = page.word(at).eq_ignore_ascii_case("google");
    if maps && !url.contains("/contrib/")
        || GENERAL.iter().any(|g| first.eq_ignore_ascii_case(g))
        || (first == "in" || first == "profile") && second.is_none()
    {
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
    let path =
        at >= 2 && page.glued(at - 1) && matches!(page.tokens[at - 2].mark, b'\\' | b':' | b'/' | b'.');
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

/// The login in the path of a home folder: at the word "home", the login is the folder below it.
pub(crate) fn find_home_folder(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    if !page.is(at + 1, b'/')
        || !page.glued(at + 1)
        || !page.glued(at + 2)
        || at == 0
        || !page.is(at - 1, b'/')
    {
        return;
    }
    let bytes = page.text.as_bytes();
    let start = page.tokens[at + 1].end as usize;
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let end = start + bytes[start..].iter().take(40).take_while(|b| name(b)).count();
    if end - start >= 3 {
        push(out, start, end, Kind::Username, 0.8, "home-folder");
    }
}

/// "p.oudejans", "m.devries2": an initial, a full stop and a surname in lower case, in no address.
pub(crate) fn find_short(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let name = at + 2;
    if page.tokens[at].is_capital()
        || page.glued(at)
        || !page.is(at + 1, b'.')
        || !page.glued(at + 1)
        || !page.glued(name)
    {
        return;
    }
    let Some(token) = page.get(name) else { return };
    let listed = token.flags & crate::lexicon::ANY_SUR != 0
        && token.flags & (crate::lexicon::WORD | cue::VALUE | cue::DOES) == 0;
    if !token.is_word() || token.is_capital() || token.len() < 5 || !listed {
        return;
    }
    let number = page.glued(name + 1) && page.tokens[name + 1].is_number();
    let next = name + 1 + usize::from(number);
    let ends = !page.glued(next)
        || page.tokens[next].class == crate::page::Class::Line
        || matches!(page.tokens[next].mark, b',' | b')' | b';' | b':' | b'"' | b'|' | b'?' | b'!')
        || page.is(next, b'.') && !page.glued(next + 1);
    if ends {
        push(
            out,
            page.tokens[at].start as usize,
            page.tokens[next - 1].end as usize,
            Kind::Username,
            0.65,
            "short-login",
        );
    }
}

/// The login name behind a cue word at `at`.
pub(crate) fn find_login(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let mut index = at + 1;
    let mut labelled = false;
    while index < at + 6
        && page.get(index).is_some_and(|t| {
            matches!(t.mark, b':' | b'=' | b'"' | b'\'' | b'.' | b'(') && t.class == crate::page::Class::Mark
                || matches!(
                    page.word(index),
                    "is" | "van" | "name" | "id" | "met" | "naam" | "heet" | "c" | "'c" | "est" | "op"
                )
        })
    {
        labelled |= matches!(page.tokens[index].mark, b':' | b'=');
        index += 1;
    }
    take_login(page, index, labelled, out);
}

/// "Ollie_V: lol", "fietsfanaat_072": at the start of a line, a name that people do not have but accounts do.
pub(crate) fn find_speaker(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let Some(code) = crate::reference::code(page, at) else { return };
    if !page.is(code.end, b':')
        || page.gap(code.end) > 0
        || page.get(code.end + 1).is_none_or(|t| t.is_line() || page.gap(code.end + 1) == 0)
    {
        return;
    }
    let text = page.between(code.first, code.end - 1);
    let strange = text.contains('_') || text.contains('.') || code.digits >= 2;
    if code.letters >= 4 && strange && page.tokens[at].flags & (cue::VALUE | crate::lexicon::WORD) == 0 {
        push(
            out,
            page.tokens[at].start as usize,
            page.tokens[code.end - 1].end as usize,
            Kind::Username,
            0.6,
            "speaker",
        );
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
    let strange =
        code.digits > 0 && code.letters > 0 || text.contains('_') || text.contains('.') && code.letters > 4;
    let name =
        code.end == index + 1 && !first.has(crate::lexicon::WORD | cue::NEVER | cue::VALUE | cue::ROLE);
    let score = match (labelled, strange, name) {
        (true, true, _) | (true, _, true) => 0.85,
        (false, true, _) => 0.65,
        (false, _, true)
            if first.shape == crate::page::Shape::Lower
                && first.flags & crate::lexicon::ANY_FIRST == 0
                && text.len() >= 5 =>
        {
            0.6
        }
        _ => return,
    };
    if text.len() >= 3 && code.letters > 0 {
        push(
            out,
            page.tokens[index].start as usize,
            page.tokens[code.end - 1].end as usize,
            Kind::Username,
            score,
            "login",
        );
    }
}
