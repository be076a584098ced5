//! Names of people: a small grammar of how names are written, and the evidence for one.
//!
//! The grammar reads the longest run that can be a name; the evidence (title, greeting, role, label, lists, position) decides
//! whether it is one.

use crate::cue;
use crate::lexicon::{ANY_FIRST, ANY_NAME, ANY_SUR, FIRST_COMMON, Flags, PLACE, SUR_COMMON, WORD};
use crate::page::{Class, Page, Shape, Token};

/// The most tokens in one name.
const LONGEST: usize = 16;

/// A run of tokens that can be a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub first: usize,
    /// One past the last token.
    pub end: usize,
    /// Words that are neither initial nor prefix.
    pub words: usize,
    pub initials: usize,
    /// Initials with a full stop.
    pub dotted: usize,
    pub prefixes: usize,
    /// Tokens of the first and last word.
    pub head: usize,
    pub tail: usize,
}

/// How the run may be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With capitals only.
    Capital,
    /// In lower case too, behind a title or a label.
    Lower,
}

/// The run that starts at token `at`.
pub(crate) fn read(page: &Page<'_>, at: usize, manner: Manner) -> Option<Run> {
    let mut run = Run { first: at, end: at, words: 0, initials: 0, dotted: 0, prefixes: 0, head: at, tail: at };
    let mut index = at;
    while index < at + LONGEST {
        let Some(token) = page.get(index) else { break };
        if index > at && page.gap(index) > 1 {
            break;
        }
        match token.class {
            Class::Word => {
                if let Some(end) = initial(page, index) {
                    run.initials += 1;
                    run.dotted += usize::from(end > index + 1);
                    run.end = end;
                    index = end;
                    continue;
                }
                if let Some(end) = prefix(page, index, run.words + run.initials > 0 || manner == Manner::Lower) {
                    run.prefixes += end - index;
                    index = end;
                    continue;
                }
                if !name_word(page, index, manner, run.words) {
                    break;
                }
                if run.words == 0 {
                    run.head = index;
                }
                run.words += 1;
                run.tail = index;
                run.end = index + 1;
                index += 1;
            }
            // "Bouzidi-van Leeuwen", "Ait-Lahcen"
            Class::Mark if token.mark == b'-' && page.glued(index) && run.end == index && page.glued(index + 1) && page.get(index + 1).is_some_and(|t| t.is_capital() || t.has(cue::PREFIX)) => {
                index += 1;
            }
            // "Hiemstra - de Boer" is not joined, "A. (Alexander) Pechtold" is.
            Class::Mark if token.mark == b'(' && run.initials > 0 && run.words == 0 && page.get(index + 1).is_some_and(Token::is_capital) => {
                let close = (index + 2..index + 5).find(|&i| page.is(i, b')'))?;
                if !page.get(close + 1).is_some_and(|t| t.is_capital() || t.has(cue::PREFIX)) {
                    break;
                }
                index = close + 1;
            }
            // "v.d. Berg", "v/d Ploeg" inside a name.
            _ => break,
        }
    }
    (run.words + run.initials > 0).then_some(run)
}

/// One past the last token of the initial at `index`: "J.", "Th.", "IJ.", or a bare "J" before another capital.
fn initial(page: &Page<'_>, index: usize) -> Option<usize> {
    let token = &page.tokens[index];
    let dot = page.is(index + 1, b'.') && page.glued(index + 1);
    if token.shape == Shape::Single {
        if dot {
            return Some(index + 2);
        }
        let next = page.get(index + 1)?;
        return (next.is_capital() && page.gap(index + 1) == 1 || next.has(cue::PREFIX) && next.shape == Shape::Lower && page.gap(index + 1) == 1 && page.get(index + 2).is_some_and(Token::is_capital)).then_some(index + 1);
    }
    // Two or three letters that stand for a first name.
    let short = token.len() <= 3 && token.is_capital() && matches!(page.word(index), "Th" | "Chr" | "Joh" | "Ph" | "Ch" | "Fr" | "IJ" | "Ij" | "Tj" | "Sj" | "Wm" | "Alb" | "Jac" | "Ed" | "St" | "Fl" | "Kl" | "Hk" | "Dj" | "Ys");
    (short && dot && page.get(index + 2).is_some_and(|t| t.is_capital() || t.has(cue::PREFIX))).then_some(index + 2)
}

/// One past the last token of a run of surname prefixes at `index`, if a capital follows. `inside`: something of the name stands before.
fn prefix(page: &Page<'_>, index: usize, inside: bool) -> Option<usize> {
    let token = &page.tokens[index];
    if !token.has(cue::PREFIX) || token.shape == Shape::Lower && !inside || token.shape == Shape::Mixed {
        return None;
    }
    let mut end = index;
    while end < index + 7 {
        let next = page.get(end)?;
        if end > index && page.gap(end) > 1 {
            return None;
        }
        if next.has(cue::PREFIX) && next.is_word() && (next.shape == Shape::Lower || next.is_capital() && !(next.flags & ANY_NAME != 0 && end > index && !more_follows(page, end))) {
            // "mac" and "di" are prefixes only before a capital: the caller sees what follows.
            end += 1;
            let marked = page.is(end, b'.') || page.is(end, b'/') && page.glued(end) && page.glued(end + 1);
            let hyphen = page.is(end, b'-') && page.glued(end) && page.glued(end + 1) && matches!(page.word(end - 1), "El" | "Al" | "el" | "al" | "Ben" | "ben" | "Aït" | "Ait");
            if marked && page.glued(end) || hyphen {
                end += 1;
            }
        } else {
            break;
        }
    }
    let next = page.get(end)?;
    let joined = page.gap(end) <= 1;
    // Prefix words that are also ordinary small words open a name only with a capital after them.
    (end > index && joined && next.is_word() && (next.is_capital() || inside && next.flags & ANY_SUR != 0 && next.flags & WORD == 0)).then_some(end)
}

/// Whether a capital or another prefix follows, so that the prefix word at `index` is not itself the name.
fn more_follows(page: &Page<'_>, index: usize) -> bool {
    page.get(index + 1).is_some_and(|t| t.is_capital() || t.has(cue::PREFIX)) && page.gap(index + 1) <= 1
}

/// Whether the word at `index` can be a word of a name.
fn name_word(page: &Page<'_>, index: usize, manner: Manner, words: usize) -> bool {
    let token = &page.tokens[index];
    let blocked = token.has(cue::NEVER | cue::TITLE | cue::MONTH | cue::RUE) || token.has(cue::COMPANY) && words > 0;
    if token.is_capital() {
        let listed = token.flags & (FIRST_COMMON | SUR_COMMON) != 0 && !token.has(cue::TITLE);
        return (!blocked || listed && token.shape != Shape::Upper) && token.len() > 1 && token.len() <= 40;
    }
    if manner == Manner::Capital || blocked || token.len() < 2 {
        return false;
    }
    let name = token.flags & ANY_NAME != 0;
    if words == 0 { name && !token.has(WORD | cue::VALUE | cue::ROLE) || !token.has(WORD | cue::VALUE | cue::ROLE | cue::DOES) && token.flags == 0 && token.len() > 3 } else { name && !token.has(WORD | cue::DOES | cue::PREFIX | cue::VALUE) }
}

/// What stands before a run.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Before {
    pub title: bool,
    pub greeting: bool,
    pub role: bool,
    pub label: bool,
    pub closing: bool,
    pub eponym: bool,
    pub sentence: bool,
    /// "en", a comma or a slash: what came before may be a name too.
    pub joined: bool,
}

/// Looks at the tokens before `first`.
pub(crate) fn before(page: &Page<'_>, first: usize) -> Before {
    let mut seen = Before { sentence: page.starts_sentence(first), ..Before::default() };
    let mut at = first;
    let mut steps = 0;
    while at > 0 && steps < 4 {
        at -= 1;
        steps += 1;
        let token = &page.tokens[at];
        match token.class {
            Class::Mark => match token.mark {
                b'.' | b'"' | b'\'' | b'*' | b'(' | b'/' => {}
                b':' | b'=' | b'-' | b'>' => {
                    if steps > 2 {
                        break;
                    }
                }
                b',' | b'&' | b'+' => {
                    seen.joined = true;
                    seen.closing |= at > 0 && page.tokens[at - 1].has(cue::CLOSING);
                    break;
                }
                _ => break,
            },
            Class::Line => {
                // "Met vriendelijke groet," and the name on one of the next lines.
                let mut line = at;
                while line > 0 && at - line < 4 && (page.tokens[line - 1].is_line() || matches!(page.tokens[line - 1].mark, b',' | b'.' | b'!')) {
                    line -= 1;
                }
                seen.closing |= line > 0 && page.tokens[line - 1].has(cue::CLOSING) || line > 1 && page.tokens[line - 2].has(cue::CLOSING) && !page.tokens[line - 1].is_line();
                break;
            }
            Class::Number => break,
            Class::Word => {
                let dotted = steps > 1 && page.is(at + 1, b'.');
                if token.has(cue::TITLE) {
                    seen.title = steps == 1 || dotted || matches!(page.tokens[at + 1].mark, b'/' | b'(' | b'"');
                } else if token.has(cue::GREETING) && (steps == 1 || !dotted) {
                    seen.greeting = steps == 1;
                } else if token.has(cue::CLOSING) {
                    seen.closing = true;
                } else if token.has(cue::EPONYM) {
                    seen.eponym = true;
                } else if matches!(page.word(at), "en" | "and" | "et" | "und" | "of" | "or" | "ou" | "oder" | "&") {
                    seen.joined = true;
                } else if token.has(cue::PREFIX) && token.shape == Shape::Lower {
                    // "ziekte van X", "wet van X"
                    continue;
                }
                if token.has(cue::ROLE) {
                    seen.role = steps == 1 || matches!(page.tokens[at + 1].mark, b'(' | b'"' | b':' | b'\'' | b'-');
                }
                break;
            }
        }
    }
    let token = &page.tokens[first];
    seen.label = token.hint & cue::NAME != 0;
    seen
}

/// Whether what follows the run says that it is no person: a company form, a compound, a street, an address on the web.
pub(crate) fn vetoed(page: &Page<'_>, run: &Run) -> bool {
    let next = run.end;
    let last = &page.tokens[run.end - 1];
    if let Some(token) = page.get(next) {
        let glued = page.glued(next);
        if glued && (matches!(token.mark, b'@' | b'_' | b'\\') || token.is_number() || token.is_word() && last.is_word() && token.len() > 3) {
            return true;
        }
        if glued && token.mark == b'-' && page.glued(next + 1) && page.get(next + 1).is_some_and(|t| t.is_word() && t.shape == Shape::Lower && !t.has(cue::PREFIX)) {
            return true;
        }
        if glued && token.mark == b'.' && page.glued(next + 1) && page.get(next + 1).is_some_and(|t| t.is_word() && t.shape == Shape::Lower && t.len() <= 4) && !last.has(cue::TITLE) && run.initials == 0 {
            return true;
        }
        if glued && token.mark == b'(' {
            return true;
        }
        if token.has(cue::COMPANY) && token.is_word() && page.gap(next) == 1 && (token.is_capital() || token.len() <= 4) {
            return true;
        }
    }
    let first = run.first;
    if page.glued(first) && first > 0 {
        let before = &page.tokens[first - 1];
        if matches!(before.mark, b'@' | b'_' | b'\\' | b'#' | b'.' | b'+' | b'%' | b'$') || before.is_number() || before.mark == b'-' && first > 1 && page.glued(first - 1) && page.tokens[first - 2].is_word() || before.mark == b'/' && first > 1 && page.tokens[first - 2].mark == b'/' {
            return true;
        }
    }
    run.words > 0 && page.tokens[run.tail].flags & ANY_NAME == 0 && thing(page.word(run.tail))
}

/// Compounds that name a street, school, building or product after somebody.
fn thing(word: &str) -> bool {
    const ENDS: &[&str] = &[
        "school", "huis", "kanaal", "koek", "college", "fonds", "prijs", "beker", "bokaal", "museum", "centrum", "loop", "toernooi", "kerk", "kapel", "toren", "brug", "tunnel", "zaal",
        "stadion", "park", "polder", "methode", "wet", "toets", "schaal", "ziekte", "syndroom", "hof", "weg", "pad",
    ];
    crate::address::is_street_word(word) || word.len() > 7 && ENDS.iter().any(|e| word.ends_with(e))
}

/// What the lists say of a word.
pub(crate) struct Known {
    pub first: bool,
    pub common: bool,
    pub sur: bool,
    pub word: bool,
    pub place: bool,
    pub upper: bool,
    pub never: bool,
}

pub(crate) fn known(token: &Token) -> Known {
    let has = |flags: Flags| token.flags & flags != 0;
    Known {
        first: has(ANY_FIRST),
        common: has(FIRST_COMMON),
        sur: has(ANY_SUR),
        word: has(WORD | cue::VALUE | cue::ROLE | cue::GREETING | cue::CLOSING),
        place: has(PLACE),
        upper: token.shape == Shape::Upper,
        never: has(cue::NEVER | cue::COMPANY),
    }
}

/// The score of a run that no word before or label vouches for.
pub(crate) fn unaided(page: &Page<'_>, run: &Run, before: &Before) -> f32 {
    let head = known(&page.tokens[run.head]);
    let tail = known(&page.tokens[run.tail]);
    let does = page.get(run.end).is_some_and(|t| t.has(cue::DOES) && page.gap(run.end) == 1);
    if run.words == 0 {
        return 0.0;
    }
    if run.initials > 0 && run.words <= 2 && run.first < run.head {
        // "J. de Vries" needs no list; "A Koper" does.
        if run.dotted > 0 {
            return if tail.never || tail.upper && tail.word { 0.3 } else { 0.9 };
        }
        return if tail.sur && !tail.word && !tail.place && !tail.never { 0.75 } else { 0.2 };
    }
    if run.words >= 2 {
        let listed = (head.first && tail.sur) || (head.sur && tail.first) || (head.first && tail.first);
        let plain = !head.word && !tail.word && !head.never && !tail.never;
        if head.upper && tail.upper && !(head.first && tail.sur && plain || head.sur && tail.first && plain) {
            return if run.prefixes > 0 && (head.first || tail.sur) { 0.6 } else { 0.2 };
        }
        return match (listed, plain) {
            (true, true) if head.place && tail.place => 0.4,
            (true, true) => 0.93,
            (true, false) if head.common && !head.word && tail.sur => 0.9,
            (true, false) if head.first && !head.word => 0.85,
            (true, false) if !before.sentence && head.first && (tail.sur && !tail.word) => 0.75,
            (true, false) if head.common && tail.sur && page.tokens[run.tail].flags & SUR_COMMON != 0 => 0.7,
            (true, false) if head.first && !tail.word => 0.65,
            (true, false) => 0.35,
            (false, true) if run.prefixes > 0 && !head.place => 0.85,
            (false, true) if head.first => 0.85,
            (false, true) if tail.sur && !head.place && !tail.place => 0.6,
            (false, true) if tail.first && !head.place => 0.55,
            (false, true) if before.joined && !before.sentence && !head.place && !tail.place => 0.4,
            _ => 0.2,
        };
    }
    // One word, perhaps with prefixes: "De Vries", "Van den Bossche".
    if run.prefixes > 0 && run.first < run.tail {
        let opener = page.word(run.first);
        let strong = page.tokens[run.first].is_capital() && matches!(opener, "Van" | "Vander" | "Vanden" | "El" | "Ten" | "Ter" | "Von" | "'t" | "VAN" | "Ait" | "Aït" | "Di" | "Ben" | "D" | "V" | "Del" | "Den");
        return match () {
            () if tail.never || tail.upper => 0.2,
            () if tail.place && !tail.sur => 0.2,
            () if tail.sur && !tail.word && strong => 0.85,
            () if tail.sur && !tail.word && !tail.place => if before.sentence { 0.75 } else { 0.8 },
            () if tail.sur && !before.sentence && page.tokens[run.tail].is_capital() && !tail.place => 0.7,
            () if strong && !before.sentence && !tail.word => 0.7,
            () if tail.sur && strong && does => 0.7,
            () if tail.sur && does && page.tokens[run.tail].flags & SUR_COMMON != 0 => 0.55,
            () => 0.2,
        };
    }
    if run.initials > 0 && run.first == run.head {
        // "Samira B.", "Floor K."
        return if (head.first || tail.sur) && (!head.word || !before.sentence || run.end > run.tail + 2) { 0.85 } else { 0.3 };
    }
    if head.never || head.upper || page.tokens[run.head].len() < 3 && !head.common {
        return if head.upper && head.first && !head.word && !head.never && page.tokens[run.head].len() > 3 { 0.35 } else { 0.1 };
    }
    if head.first && !head.word && !head.place {
        return if head.common { 0.85 } else if before.sentence && !does { 0.6 } else { 0.7 };
    }
    if head.first && !head.word {
        return if head.common && (!before.sentence || does) { 0.6 } else if does { 0.5 } else { 0.3 };
    }
    if head.first && head.word {
        let common = head.common && !before.sentence;
        return if common && !page.tokens[run.head].has(cue::VALUE) { 0.55 } else if does && !before.sentence { 0.55 } else { 0.2 };
    }
    if head.sur && !head.word && !head.place {
        let common = page.tokens[run.head].flags & SUR_COMMON != 0;
        return if common && !before.sentence { 0.75 } else if does { 0.65 } else if !before.sentence { 0.55 } else if common { 0.5 } else { 0.35 };
    }
    if !head.word && !head.place && page.tokens[run.head].flags == 0 && does && !before.sentence {
        return 0.4;
    }
    0.1
}
