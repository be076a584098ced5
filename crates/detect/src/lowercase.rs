//! Names in lower case, as people type them in chats.

use crate::cue;
use crate::lexicon::{ANY_NAME, ANY_SUR, PLACE, SUR_COMMON, WORD};
use crate::name::{self, Manner, Run};
use crate::page::{Candidate, Page};
use crate::person::{field_start, push};
use crate::{veto, weigh};

/// Names in lower case: behind a title or label, or a listed first name with a listed surname.
pub(crate) fn lower(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) -> usize {
    let token = &page.tokens[at];
    if token.has(cue::PREFIX) {
        return prefix(page, at, out);
    }
    let interesting = token.flags & ANY_NAME != 0 || token.flags == 0;
    if !interesting || token.len() < 2 {
        return at + 1;
    }
    let head = weigh::known(token);
    // "jan de vries", "mohammed iqbal"
    if head.first
        && !head.place
        && (!head.word || head.common)
        && let Some(run) = name::read(page, at, Manner::Lower).filter(|r| r.words >= 2)
    {
        let tail = weigh::known(&page.tokens[run.tail]);
        let sure = !head.word || run.prefixes > 0 && page.tokens[run.tail].flags & SUR_COMMON != 0;
        let familiar = !tail.word || run.prefixes > 0 && page.tokens[run.tail].flags & SUR_COMMON != 0;
        let dutch = run.prefixes == 0
            || !matches!(
                page.word(at + 1),
                "la" | "le"
                    | "les"
                    | "dem"
                    | "den"
                    | "in"
                    | "op"
                    | "aan"
                    | "uit"
                    | "im"
                    | "zu"
                    | "voor"
                    | "tot"
                    | "onder"
                    | "over"
                    | "bij"
                    | "het"
            );
        if sure && dutch && tail.sur && familiar && !veto::vetoed(page, &run) && page.gap(run.head + 1) > 0 {
            push(page, at, run.end, 0.75, "name-lower", out);
            return run.end;
        }
    }
    let vouched = at > 0
        && (page.tokens[at - 1].has(cue::TITLE | cue::GREETING | cue::ROLE | cue::CLOSING)
            || page.is(at - 1, b'.') && at > 1 && page.tokens[at - 2].has(cue::TITLE))
        || token.hint & cue::NAME != 0
        || at > 0 && page.tokens[at - 1].is_line();
    if !vouched {
        return at + 1;
    }
    let before = name::before(page, at);
    // "me", "ms" and "prof" in lower case stand before other words too.
    let sure = at > 0
        && !matches!(page.word(at - 1), "me" | "ms" | "ing" | "ir" | "president" | "minister")
        && !(page.is(at - 1, b'.') && matches!(page.word(at.saturating_sub(2)), "prof" | "ms" | "me"));
    let title = before.title && (head.first || head.sur || token.flags == 0 && sure) && token.len() > 2;
    let plain = !token.has(WORD | cue::VALUE | cue::ROLE | cue::DOES | cue::NEVER);
    let vouch = before.greeting && head.first && plain
        || before.role && head.first && plain && !head.place
        || before.label && (head.first || head.sur) && plain && field_start(page, at)
        || before.closing && plain && (head.first || head.sur);
    // Behind "mevr" a word that is also a surname is one, unless a verb or role.
    let surname = before.title
        && head.sur
        && !token.has(cue::VALUE | cue::ROLE | cue::DOES | cue::NEVER | cue::TITLE)
        && !function_word(page.word(at));
    if (title && plain || vouch || surname) && !token.has(cue::TITLE) {
        let run = name::read(page, at, Manner::Lower).filter(|r| r.words > 0);
        let end = run.map_or(at + 1, |r| r.end).max(at + 1);
        let shown =
            Run { first: at, end, words: 1, initials: 0, dotted: 0, prefixes: 0, head: at, tail: end - 1 };
        if !veto::vetoed(page, &shown) {
            push(page, at, end, if before.title { 0.8 } else { 0.65 }, "name-lower", out);
            return end;
        }
    }
    at + 1
}

/// "van Eck" behind a title or at the start of a field; "v.d. Kolk" anywhere.
fn prefix(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) -> usize {
    let before = name::before(page, at);
    // "de Dag van de …" greets nobody.
    let day = at > 0 && page.word(at - 1).eq_ignore_ascii_case("dag");
    if (before.title || before.label || before.greeting && !day || before.role)
        && !office(page, at)
        && let Some(run) = name::read(page, at, Manner::Lower).filter(|r| r.words > 0 && r.prefixes > 0)
    {
        let tail = &page.tokens[run.tail];
        let opened = tail.is_capital() || before.title && tail.flags & ANY_SUR != 0;
        let article = matches!(
            page.word(at),
            "de" | "het"
                | "in"
                | "op"
                | "aan"
                | "voor"
                | "bij"
                | "uit"
                | "over"
                | "tot"
                | "onder"
                | "la"
                | "le"
        ) && !before.title
            && (tail.flags & ANY_SUR == 0 || page.tokens[run.head].has(WORD) && run.words > 1);
        if opened
            && !article
            && !veto::vetoed(page, &run)
            && !tail.has(cue::NEVER)
            && (tail.flags & PLACE == 0 || before.title)
        {
            push(
                page,
                run.first,
                run.end,
                if before.title || before.label { 0.85 } else { 0.6 },
                "name-prefix",
                out,
            );
            return run.end;
        }
    }
    // "v. Deurse", "v.d. Kolk": abbreviated prefixes are written for people.
    if matches!(page.word(at), "v" | "vd")
        && (page.is(at + 1, b'.') || page.is(at + 1, b'/') || page.word(at) == "vd")
        && let Some(run) = name::read(page, at, Manner::Lower)
            .filter(|r| r.words > 0 && r.prefixes > 0 && page.tokens[r.tail].is_capital())
        && !veto::vetoed(page, &run)
        && page.tokens[run.tail].flags & ANY_SUR != 0
    {
        push(page, run.first, run.end, 0.75, "name-prefix", out);
        return run.end;
    }
    at + 1
}

/// "minister van Justitie", "ambtenaar van Staat": an office, not a name.
fn office(page: &Page<'_>, at: usize) -> bool {
    at > 0
        && matches!(page.word(at), "van" | "voor" | "de" | "der" | "het")
        && matches!(
            page.word(at - 1).to_lowercase().as_str(),
            "minister"
                | "staatssecretaris"
                | "schepen"
                | "burgemeester"
                | "wethouder"
                | "president"
                | "secretaris"
                | "officier"
                | "commissaris"
                | "ambtenaar"
                | "voorzitter"
                | "hoogleraar"
                | "koning"
                | "directeur"
                | "manager"
                | "lid"
                | "leden"
                | "raadslid"
                | "eigenaar"
                | "namens"
                | "door"
                | "aan"
                | "met"
                | "premier"
                | "kanselier"
                | "bisschop"
                | "griffier"
                | "moeder"
                | "vader"
                | "ouders"
                | "man"
                | "vrouw"
                | "kind"
                | "klant"
                | "bewoner"
                | "huurder"
                | "medewerker"
        )
}

/// Small words that are surnames too, and follow "mevrouw" in sentences.
fn function_word(word: &str) -> bool {
    word.len() <= 3
        || matches!(
            word,
            "niet"
                | "maar"
                | "ook"
                | "zelf"
                | "goed"
                | "thuis"
                | "alleen"
                | "graag"
                | "nog"
                | "dan"
                | "hier"
                | "daar"
                | "veel"
                | "kort"
                | "lang"
                | "voor"
                | "over"
                | "onder"
                | "door"
                | "haar"
                | "hem"
                | "zijn"
                | "deze"
                | "weer"
                | "snel"
                | "wordt"
                | "geen"
                | "met"
                | "last"
                | "klein"
                | "groot"
        )
}
