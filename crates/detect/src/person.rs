//! The layer that finds people in running text, tables and labels.

use crate::cue;
use crate::kind::Kind;
use crate::lexicon::{
    ANY_FIRST, ANY_NAME, FIGURE, Lexicon, NAMESAKE, NAMESAKE_HEAD, PLACE, SUR_COMMON, WORD, join,
};
use crate::lowercase::lower;
use crate::name::{self, Before, Manner, Run};
use crate::page::{Candidate, Class, Page, Shape, Token};
use crate::{veto, weigh};

/// The rule for a listed first name with a listed surname.
pub(crate) const FULL: &str = "name-full";

/// The rule for the name of somebody in public life.
pub(crate) const KNOWN: &str = "name-known";

/// Finds names; the candidates are in the order of the text.
pub(crate) fn find(page: &Page<'_>, lexicon: &Lexicon, out: &mut Vec<Candidate>) {
    let from = out.len();
    let mut at = 0;
    while at < page.tokens.len() {
        let token = &page.tokens[at];
        if !token.is_word() {
            at += 1;
            continue;
        }
        let next = if token.is_capital() { capital(page, at, lexicon, out) } else { lower(page, at, out) };
        at = next.max(at + 1);
    }
    if out.len() > from {
        neighbours(page, from, out);
    }
}

pub(crate) fn push(
    page: &Page<'_>,
    first: usize,
    end: usize,
    score: f32,
    detector: &'static str,
    out: &mut Vec<Candidate>,
) {
    let mut last = &page.tokens[end - 1];
    let first_token = &page.tokens[first];
    if last.end <= first_token.start {
        last = first_token;
    }
    out.push(Candidate { start: first_token.start, end: last.end, kind: Kind::Person, score, detector });
}

/// Tries the run that starts with a capital at `at`; gives the token to go on from.
fn capital(page: &Page<'_>, at: usize, lexicon: &Lexicon, out: &mut Vec<Candidate>) -> usize {
    let Some(mut run) = name::read(page, at, Manner::Capital) else { return at + 1 };
    let mut before = name::before(page, at);
    // Words of the sentence before the name: "Graag Visser bellen", "Wil Fatima morgen".
    while run.words >= 2 && run.head == run.first && sheds(page, &run, before) {
        let Some(rest) = name::read(page, run.head + 1, Manner::Capital) else { return at + 1 };
        if rest.end < run.end || page.gap(run.head + 1) == 0 {
            return run.end;
        }
        run = rest;
        before = name::before(page, run.first);
    }
    comma_initials(page, &mut run);
    if veto::vetoed(page, &run) {
        return run.end.max(at + 1);
    }
    let (score, detector) = judge(page, &mut run, before);
    let known =
        if matches!(detector, "name" | "name-title" | FULL) { namesake(page, &run, lexicon) } else { 0 };
    if known & NAMESAKE != 0 && (detector != "name-title" || run.words == 1) {
        return run.end;
    }
    let detector = if known & FIGURE != 0 && detector != "name-title" { KNOWN } else { detector };
    if score >= 0.35 {
        push(page, run.first, run.end, score, detector, out);
        return run.end;
    }
    // A run that is nobody may hold somebody: "Stichting Jan de Vries" does not, "OK Fatima" does.
    if run.words >= 2 && !before.eponym {
        return run.head + 1;
    }
    run.end
}

/// What the lists of names know of the run: [`NAMESAKE`] where it is, or begins with, a brand or character ("Albert Heijn", "Jip en Janneke"),
/// [`FIGURE`] where it names somebody in public life. The name may begin before the run: "Jip en Janneke", "Mata Hari".
fn namesake(page: &Page<'_>, run: &Run, lexicon: &Lexicon) -> u64 {
    if page.tokens[run.first].flags & NAMESAKE != 0 && run.words == 1 {
        return NAMESAKE;
    }
    for start in run.first.saturating_sub(2)..=run.first {
        if page.tokens[start].flags & NAMESAKE_HEAD == 0 {
            continue;
        }
        let mut key = 0;
        let mut words = 0;
        for at in start..(run.end + 3).min(page.tokens.len()) {
            let token = &page.tokens[at];
            if token.is_word() {
                key = join(key, token.key);
                words += 1;
            } else if !matches!(token.mark, b'-' | b'.' | b'&' | b'\'') || token.is_line() {
                break;
            }
            // What precedes the run counts only if the name reaches its end.
            if words > 1 && at >= run.first && (start == run.first || at + 1 >= run.end) {
                let found = lexicon.phrase(key) & (NAMESAKE | FIGURE);
                if found != 0 {
                    return found;
                }
            }
        }
    }
    0
}

/// Whether the run's first word is a word of the sentence and not of the name.
fn sheds(page: &Page<'_>, run: &Run, before: Before) -> bool {
    let token = &page.tokens[run.head];
    let head = weigh::known(token);
    if before.title {
        return token.has(cue::ROLE | cue::GREETING) && !head.sur;
    }
    if token.has(cue::GREETING | cue::CLOSING | cue::LIVES) && (!head.common || before.sentence)
        || head.never && !head.first
    {
        return true;
    }
    if token.has(cue::ROLE | cue::VALUE) && !head.first {
        return true;
    }
    head.word && !head.first && (before.sentence || !head.sur)
        || head.word && before.sentence && !head.common && !before.label && {
            // "Bel Annelies de Wit": the first name comes after the verb.
            let next = weigh::known(&page.tokens[run.head + 1]);
            let tail = weigh::known(&page.tokens[run.tail]);
            tail.first && !tail.sur
                || next.first && !next.word && token.flags & SUR_COMMON == 0 && page.gap(run.head + 1) == 1
        }
}

/// "Bouzidi-van Leeuwen, F.", "De Vries, J.": a comma and initials, or a first name where a label or column vouches for it.
fn comma_initials(page: &Page<'_>, run: &mut Run) {
    let comma = run.end;
    // Without a space the comma parts cells.
    if !page.is(comma, b',') || run.words == 0 || run.initials > 0 || page.glued(comma + 1) {
        return;
    }
    let mut at = comma + 1;
    let mut initials = 0;
    while initials < 6
        && page.get(at).is_some_and(|t| {
            t.shape == Shape::Single
                || t.is_capital() && t.len() <= 2 && t.shape != Shape::Upper && !t.has(cue::TITLE)
        })
        && page.gap(at) <= 1
        && page.is(at + 1, b'.')
        && page.glued(at + 1)
    {
        at += 2;
        initials += 1;
    }
    // "Visser, M" and "Visser, MJ" in lists.
    if initials == 0
        && page.tokens[run.tail].shape != Shape::Upper
        && !page.glued(at + 1)
        && page.get(at).is_some_and(|t| {
            (t.shape == Shape::Single
                || t.shape == Shape::Upper
                    && t.len() <= 4
                    && !t.has(WORD | cue::VALUE | cue::NEVER | cue::COMPANY | cue::SUFFIX))
                && page.gap(at) <= 1
        })
        && page
            .get(at + 1)
            .is_none_or(|t| !(t.is_word() || t.is_number() || t.mark == b':') || page.gap(at + 1) > 1)
    {
        at += 1;
        initials += 1;
    }
    if initials > 0 {
        // "Kolk, G. v.d."
        let mut end = at;
        while page.get(end).is_some_and(|t| t.has(cue::PREFIX) && t.shape == Shape::Lower)
            && page.gap(end) <= 1
            && end < at + 4
        {
            end += 1;
            while page.is(end, b'.') && page.glued(end) || page.is(end, b'/') && page.glued(end) {
                end += 1;
            }
        }
        run.end = end;
        run.initials = initials;
        run.dotted = initials;
        return;
    }
    // "Aalbers, Corrie"; a list of first names has no surname in front.
    let surname = weigh::known(&page.tokens[run.tail]);
    if page.get(at).is_some_and(|t| {
        t.is_capital() && page.gap(at) == 1 && t.flags & ANY_FIRST != 0 && t.flags & (WORD | cue::NEVER) == 0
    }) && surname.sur
        && !surname.first
        && (run.words == 1 || run.prefixes > 0)
    {
        let alone =
            page.get(at + 1).is_none_or(|t| !t.is_word() || page.gap(at + 1) > 1 || t.shape == Shape::Lower);
        if alone || page.is(at + 1, b'-') {
            run.end = name::read(page, at, Manner::Capital).map_or(at + 1, |r| r.end);
            run.words += 1;
        }
    }
}

/// How sure it is that the run is a person, and why. Cuts words off the end that do not belong.
fn judge(page: &Page<'_>, run: &mut Run, before: Before) -> (f32, &'static str) {
    let head = weigh::known(&page.tokens[run.head]);
    let tail = weigh::known(&page.tokens[run.tail]);
    let full = run.words >= 2 && head.first && tail.sur && !head.word;
    if before.thing && !before.title || before.eponym && !before.title && !full {
        return (0.1, "");
    }
    if before.title && run.words + run.initials > 0 {
        let any =
            page.tokens[run.first..run.end].iter().any(|t| t.is_word() && !t.has(cue::NEVER | cue::ROLE));
        let role = run.words == 1
            && run.prefixes == 0
            && page.tokens[run.head].has(cue::ROLE | cue::TITLE)
            && !head.sur;
        return if any && !role && (run.words > 0 || run.dotted > 0) {
            (0.95, "name-title")
        } else {
            (0.2, "")
        };
    }
    let alone = weigh::unaided(page, run, before);
    if before.label && run.words > 0 {
        let fine = head.first
            || tail.sur
            || head.sur
            || !head.word && !head.never && (!head.upper || run.words > 1 || page.tokens[run.head].len() > 3);
        let odd = head.word && !head.first && !head.sur || head.never && !head.first;
        if fine && (!odd || run.words > 1 && !head.never && field_start(page, run.first)) {
            let start = field_start(page, run.first);
            return (
                if start { 0.9 } else { alone.max(if head.word || head.place { 0.3 } else { 0.6 }) },
                "name-label",
            );
        }
    }
    if before.label && run.words == 0 && run.dotted > 0 && field_start(page, run.first) {
        return (0.8, "name-label");
    }
    if before.closing && run.words > 0 && !head.never && (!head.word || head.first || run.words > 1) {
        return (0.85, "name-closing");
    }
    let verb = page.tokens[run.head].has(cue::ROLE | cue::GREETING | cue::VALUE);
    if before.greeting && !verb && greeted(page, run, &head, &tail) {
        return (0.85, "name-greeting");
    }
    // "met" and "heet" stand before things as often as before people.
    let weak = before.role
        && run.first > 0
        && matches!(
            page.word(run.first - 1),
            "met" | "namens" | "door" | "heet" | "heette" | "heten" | "noemt"
        );
    if weak {
        let given = (head.first || head.sur) && !head.word && !head.place && !head.never;
        return (if given { alone.max(0.65) } else { alone }, "name");
    }
    if before.role
        && run.words > 0
        && !head.never
        && !verb
        && (!head.word || (head.first || head.sur) && !before.sentence)
        && !(head.place && !head.first && !head.sur)
        && (!head.upper || head.first || head.sur)
    {
        // "de tafel van Opa Henk": with a capital the role belongs to the name of a thing more often than in "mijn opa Henk".
        let loud = page.tokens[run.first - 1].is_capital() && !page.starts_sentence(run.first - 1);
        let score = if head.first || head.sur || run.words > 1 { 0.85 } else { 0.65 };
        return (score, if loud { "name" } else { "name-role" });
    }
    if speaker(page, run) && !head.never && !verb && (!head.word || head.common) && !head.upper {
        return (
            if head.first {
                0.8
            } else if head.sur {
                0.55
            } else {
                0.3
            },
            "name-speaker",
        );
    }
    if own_line(page, run) && head.first && !head.word && !head.never {
        return (alone.max(0.75), "name-line");
    }
    // "Jan Jansen": a listed first name and a listed surname need no other sign.
    if run.words >= 2 && alone >= 0.85 && head.first && tail.sur && head.upper == tail.upper
        || run.dotted > 0 && tail.sur && alone >= 0.9
    {
        return (alone, FULL);
    }
    // "Peter Morgen": the second word belongs to the sentence.
    if alone < 0.5 && run.words >= 2 && head.first && !head.word && run.head == run.first {
        let tail_out = tail.word && !tail.sur || tail.never;
        if tail_out && run.words == 2 && run.prefixes == 0 {
            run.end = run.head + 1;
            run.tail = run.head;
            run.words = 1;
            return (weigh::unaided(page, run, before), "name");
        }
    }
    (alone, "name")
}

/// Whether "beste" or "aan" before the run greets somebody.
fn greeted(page: &Page<'_>, run: &Run, head: &weigh::Known, tail: &weigh::Known) -> bool {
    // "voldoen aan WCAG": "aan" greets only names.
    let to = run.first > 0 && page.word(run.first - 1).eq_ignore_ascii_case("aan");
    let common = page.tokens[run.head].has(SUR_COMMON);
    run.words > 0
        && !(to && head.upper && !head.first && !head.sur && !tail.sur)
        && (!head.never || head.first || common)
        && (!head.word || head.first || common)
}

/// Whether the run opens its field or follows a separator inside it.
pub(crate) fn field_start(page: &Page<'_>, first: usize) -> bool {
    let mut at = first;
    while at > 0 {
        let before = &page.tokens[at - 1];
        if before.hint != page.tokens[first].hint || before.is_line() {
            return true;
        }
        match before.class {
            Class::Mark => {
                if matches!(before.mark, b',' | b'/' | b'&' | b';' | b'+' | b':' | b'=' | b'|' | b'\t') {
                    return true;
                }
            }
            Class::Word
                if matches!(page.word(at - 1), "en" | "and" | "et" | "und") || before.has(cue::TITLE) =>
            {
                return true;
            }
            _ => return false,
        }
        at -= 1;
    }
    true
}

/// "Bilal: file a2", "16:42 Sil > Aha": the one who speaks.
fn speaker(page: &Page<'_>, run: &Run) -> bool {
    let opens = page.starts_line(run.first)
        || run.first > 1
            && (page.is(run.first - 1, b']')
                || page.tokens[run.first - 1].is_number()
                || page.is(run.first - 1, b'-'));
    let closes =
        page.is(run.end, b':') && page.gap(run.end) == 0 || page.is(run.end, b'>') && page.gap(run.end) == 1;
    opens && closes && run.words <= 3 && !page.get(run.end + 1).is_none_or(Token::is_line)
}

/// Whether the run is all there is on its line.
fn own_line(page: &Page<'_>, run: &Run) -> bool {
    page.starts_line(run.first) && page.get(run.end).is_none_or(Token::is_line) && run.words <= 4
}

/// Capitals beside a found name in a list: "Jos, Ellis, Sjraar en Thieu".
fn neighbours(page: &Page<'_>, from: usize, out: &mut Vec<Candidate>) {
    let mut found: Vec<(u32, u32, f32)> = out[from..].iter().map(|c| (c.start, c.end, c.score)).collect();
    found.sort_unstable_by_key(|c| c.0);
    let mut more = Vec::new();
    for &(start, end, score) in found.iter().filter(|c| c.2 >= 0.6) {
        let _ = score;
        let last = page.tokens.partition_point(|t| t.start < end);
        let joined = page.is(last, b',')
            || page.is(last, b'/')
            || page.is(last, b'&')
            || matches!(page.word(last), "en" | "and" | "et" | "und" | "&");
        if joined {
            beside(page, last + 1, &found, &mut more);
        }
        let first = page.tokens.partition_point(|t| t.start < start);
        if first >= 2
            && (matches!(page.word(first - 1), "en" | "and" | "et" | "und" | "&")
                || page.is(first - 1, b'&')
                || page.is(first - 1, b','))
        {
            let mut at = first - 2;
            if page.is(at, b',') && at > 0 {
                at -= 1;
            }
            beside(page, at, &found, &mut more);
        }
    }
    out.append(&mut more);
}

fn beside(page: &Page<'_>, at: usize, found: &[(u32, u32, f32)], out: &mut Vec<Candidate>) {
    let Some(token) = page.get(at) else { return };
    if !token.is_capital()
        || token.shape == Shape::Upper
        || token.len() < 2
        || token.has(
            WORD | PLACE
                | cue::NEVER
                | cue::VALUE
                | cue::TITLE
                | cue::ROLE
                | cue::GREETING
                | cue::MONTH
                | cue::COMPANY,
        ) && !(token.has(WORD)
            && token.flags & ANY_FIRST != 0
            && !token.has(PLACE | cue::NEVER | cue::VALUE | cue::ROLE))
    {
        return;
    }
    // The word stands alone between separators; a longer run was judged as such.
    if page.get(at + 1).is_some_and(|t| t.is_capital() && page.gap(at + 1) <= 1)
        || at > 0 && page.tokens[at - 1].is_capital() && page.gap(at) <= 1
        || page.is(at + 1, b'-') && page.glued(at + 1)
    {
        return;
    }
    let i = found.partition_point(|c| c.0 <= token.start);
    if i > 0 && found[i - 1].1 > token.start && found[i - 1].2 >= 0.5 {
        return;
    }
    push(page, at, at + 1, if token.flags & ANY_NAME != 0 { 0.6 } else { 0.5 }, "name-beside", out);
}
