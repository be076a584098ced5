//! Names of people: a small grammar of how names are written, and the evidence for one.
//!
//! The grammar reads the longest run that can be a name; the evidence (title, greeting, role, label, lists, position) decides
//! whether it is one.

use crate::cue;
use crate::lexicon::{ANY_NAME, ANY_SUR, FIRST_COMMON, SUR_COMMON, WORD};
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
    let mut run =
        Run { first: at, end: at, words: 0, initials: 0, dotted: 0, prefixes: 0, head: at, tail: at };
    let mut index = at;
    while index < at + LONGEST {
        let Some(token) = page.get(index) else { break };
        if index > at && page.gap(index) > 1 {
            break;
        }
        match token.class {
            Class::Word => {
                if let Some(end) = initial(page, index) {
                    // "De Vlietlanden B.V."
                    let behind = run.words > 0 || index > 0 && page.tokens[index - 1].is_capital();
                    if behind && matches!(page.word(index), "B" | "N") && page.word(end) == "V" {
                        break;
                    }
                    run.initials += 1;
                    run.dotted += usize::from(end > index + 1);
                    run.end = end;
                    index = end;
                    continue;
                }
                // One surname has one group of prefixes: "Van Beek van het ziekenhuis" ends before the second.
                let hyphen = index > 0 && page.is(index - 1, b'-');
                if run.words > 0
                    && run.prefixes > 0
                    && !hyphen
                    && token.has(cue::PREFIX)
                    && !token.is_capital()
                {
                    break;
                }
                if let Some(end) =
                    prefix(page, index, run.words + run.initials > 0 || manner == Manner::Lower)
                {
                    run.prefixes += end - index;
                    index = end;
                    continue;
                }
                if run.words > 0
                    && token.shape == Shape::Single
                    && page.get(index + 1).is_none_or(|t| !t.is_word() || page.gap(index + 1) > 1)
                    && !(page.is(index + 1, b'-') && page.get(index + 2).is_some_and(Token::is_number))
                {
                    run.initials += 1;
                    run.end = index + 1;
                    break;
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
            Class::Mark
                if token.mark == b'-'
                    && page.glued(index)
                    && run.end == index
                    && page.glued(index + 1)
                    && page.get(index + 1).is_some_and(|t| t.is_capital() || t.has(cue::PREFIX)) =>
            {
                index += 1;
            }
            // "Hiemstra - de Boer" is not joined, "A. (Alexander) Pechtold" is.
            Class::Mark
                if token.mark == b'('
                    && run.initials > 0
                    && run.words == 0
                    && page.get(index + 1).is_some_and(Token::is_capital) =>
            {
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
    // "HN-806-V. Voor": a letter of a number.
    if index > 1 && page.glued(index) && page.is(index - 1, b'-') && page.tokens[index - 2].is_number() {
        return None;
    }
    let dot = page.is(index + 1, b'.') && page.glued(index + 1);
    if token.shape == Shape::Single {
        if dot {
            return Some(index + 2);
        }
        let next = page.get(index + 1)?;
        return (next.is_capital() && page.gap(index + 1) == 1
            || next.has(cue::PREFIX)
                && next.shape == Shape::Lower
                && page.gap(index + 1) == 1
                && page.get(index + 2).is_some_and(Token::is_capital))
        .then_some(index + 1);
    }
    // Two or three letters that stand for a first name.
    let short = token.len() <= 3
        && token.is_capital()
        && matches!(
            page.word(index),
            "Th" | "Chr"
                | "Joh"
                | "Ph"
                | "Ch"
                | "Fr"
                | "IJ"
                | "Ij"
                | "Tj"
                | "Sj"
                | "Wm"
                | "Alb"
                | "Jac"
                | "Ed"
                | "St"
                | "Fl"
                | "Kl"
                | "Hk"
                | "Dj"
                | "Ys"
        );
    (short && dot && page.get(index + 2).is_some_and(|t| t.is_capital() || t.has(cue::PREFIX)))
        .then_some(index + 2)
}

/// One past the last token of a run of surname prefixes at `index`, if a capital follows. `inside`: something of the name stands before.
fn prefix(page: &Page<'_>, index: usize, inside: bool) -> Option<usize> {
    let token = &page.tokens[index];
    if !token.has(cue::PREFIX) || token.shape == Shape::Lower && !inside || token.shape == Shape::Mixed {
        return None;
    }
    // "Aan 't Hof" and "Op de Beek" are surnames, "in Gent" and "voor Fatima" are not.
    let preposition = matches!(
        page.word(index),
        "in" | "op" | "aan" | "bij" | "over" | "onder" | "tot" | "uit" | "voor" | "auf" | "im"
    );
    if preposition && !page.get(index + 1).is_some_and(|t| t.has(cue::PREFIX)) {
        return None;
    }
    let mut end = index;
    while end < index + 7 {
        let next = page.get(end)?;
        if end > index && page.gap(end) > 1 {
            return None;
        }
        if next.has(cue::PREFIX)
            && next.is_word()
            && (next.shape == Shape::Lower
                || next.is_capital()
                    && !(next.flags & ANY_NAME != 0 && end > index && !more_follows(page, end)))
        {
            // "mac" and "di" are prefixes only before a capital: the caller sees what follows.
            end += 1;
            let marked = page.is(end, b'.') || page.is(end, b'/') && page.glued(end) && page.glued(end + 1);
            let hyphen = page.is(end, b'-')
                && page.glued(end)
                && page.glued(end + 1)
                && matches!(page.word(end - 1), "El" | "Al" | "el" | "al" | "Ben" | "ben" | "Aït" | "Ait");
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
    (end > index
        && joined
        && next.is_word()
        && (next.is_capital()
            || inside && (next.flags & ANY_SUR != 0 && next.flags & WORD == 0 || next.has(SUR_COMMON))))
    .then_some(end)
}

/// Whether a capital or another prefix follows, so that the prefix word at `index` is not itself the name.
fn more_follows(page: &Page<'_>, index: usize) -> bool {
    page.get(index + 1).is_some_and(|t| t.is_capital() || t.has(cue::PREFIX)) && page.gap(index + 1) <= 1
}

/// Whether the word at `index` can be a word of a name.
fn name_word(page: &Page<'_>, index: usize, manner: Manner, words: usize) -> bool {
    let token = &page.tokens[index];
    let blocked =
        token.has(cue::NEVER | cue::TITLE | cue::MONTH | cue::RUE) || token.has(cue::COMPANY) && words > 0;
    let number = page.glued(index + 1) && page.tokens[index + 1].is_number()
        || token.has(cue::MONTH) && words == 0 && beside_number(page, index);
    let short = token.shape == Shape::Upper && words > 0 && token.len() <= 3 && token.flags & ANY_SUR == 0;
    if number || short {
        return false;
    }
    if token.is_capital() {
        let listed = token.flags & (FIRST_COMMON | SUR_COMMON) != 0 && !token.has(cue::TITLE);
        return (!blocked || listed && token.shape != Shape::Upper) && token.len() > 1 && token.len() <= 40;
    }
    if words == 0
        && manner == Manner::Lower
        && token.has(FIRST_COMMON)
        && !token.has(cue::TITLE | cue::ROLE | cue::PREFIX)
    {
        return true;
    }
    if manner == Manner::Capital || blocked || token.len() < 2 {
        return false;
    }
    let name = token.flags & ANY_NAME != 0;
    if words == 0 {
        name && !token.has(WORD | cue::VALUE | cue::ROLE)
            || !token.has(WORD | cue::VALUE | cue::ROLE | cue::DOES) && token.flags == 0 && token.len() > 3
    } else {
        name && (!token.has(WORD)
            || token.has(SUR_COMMON) && index > 0 && page.tokens[index - 1].has(cue::PREFIX))
            && !token.has(cue::DOES | cue::PREFIX | cue::VALUE)
    }
}

/// "3 Jan", "Jan 2025", "April '24": a month of a date.
fn beside_number(page: &Page<'_>, index: usize) -> bool {
    let next = index + 1 + usize::from(page.is(index + 1, b'.') || page.is(index + 1, b'\''));
    let day = index > 0 && page.tokens[index - 1].is_number() && page.gap(index) <= 1;
    day && !page.get(next).is_some_and(|t| t.is_capital() || t.has(cue::PREFIX))
        || page.get(next).is_some_and(|t| t.is_number() && page.gap(next) <= 1)
}

/// What stands before a run.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent kind of evidence")]
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Before {
    pub title: bool,
    pub greeting: bool,
    pub role: bool,
    pub label: bool,
    pub closing: bool,
    pub eponym: bool,
    /// The word right before says that the name is that of a room, school, ship, apple: "zaal Hella Haasse".
    pub thing: bool,
    pub sentence: bool,
    /// "en", a comma or a slash: what came before may be a name too.
    pub joined: bool,
}

/// Things that bear a person's name, which stands right behind the word.
const THINGS: &[&str] = &[
    "zaal",
    "locatie",
    "gemaal",
    "campus",
    "parking",
    "wijkcentrum",
    "school",
    "basisschool",
    "college",
    "lyceum",
    "museum",
    "theater",
    "stadion",
    "brug",
    "tunnel",
    "metrostation",
    "hotel",
    "café",
    "restaurant",
    "brasserie",
    "mascotte",
    "chatbot",
    "clematis",
    "dahlia",
    "kazerne",
    "luchthaven",
    "orkaan",
    "storm",
    "statue",
    "standbeeld",
    "vergaderzaal",
    "kade",
    "gebouw",
    "sporthal",
    "zwembad",
    "woonzorgcentrum",
    "wzc",
    "cocktail",
    "personage",
    "camping",
    "buurthuis",
    "dienstencentrum",
    "hogeschool",
    "kinderopvang",
    "gasthuis",
    "wet",
    "loi",
];

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
                while line > 0
                    && at - line < 4
                    && (page.tokens[line - 1].is_line()
                        || matches!(page.tokens[line - 1].mark, b',' | b'.' | b'!'))
                {
                    line -= 1;
                }
                seen.closing |= line > 0 && page.tokens[line - 1].has(cue::CLOSING)
                    || line > 1
                        && page.tokens[line - 2].has(cue::CLOSING)
                        && !page.tokens[line - 1].is_line();
                break;
            }
            Class::Number => break,
            Class::Word => {
                // A title with a full stop is an abbreviation; "griffier." ends a sentence.
                let dotted = steps > 1 && page.is(at + 1, b'.') && token.len() <= 5;
                if token.has(cue::TITLE) {
                    seen.title =
                        steps == 1 || dotted || matches!(page.tokens[at + 1].mark, b'/' | b'(' | b'"');
                } else if token.has(cue::GREETING) && (steps == 1 || !dotted) {
                    seen.greeting = steps == 1;
                } else if token.has(cue::CLOSING) {
                    seen.closing = true;
                } else if token.has(cue::EPONYM) {
                    seen.eponym = true;
                    seen.thing = steps == 1 && THINGS.contains(&page.word(at).to_lowercase().as_str());
                } else if matches!(
                    page.word(at),
                    "en" | "and" | "et" | "und" | "of" | "or" | "ou" | "oder" | "&"
                ) {
                    seen.joined = true;
                } else if token.has(cue::PREFIX) && token.shape == Shape::Lower {
                    // "ziekte van X", "wet van X"
                    continue;
                }
                if token.has(cue::ROLE) {
                    seen.role =
                        steps == 1 || matches!(page.tokens[at + 1].mark, b'(' | b'"' | b':' | b'\'' | b'-');
                }
                break;
            }
        }
    }
    let token = &page.tokens[first];
    seen.label = token.hint & cue::NAME != 0;
    seen
}
