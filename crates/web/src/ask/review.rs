//! What leaves when a question is sent, as the gateway found it, and what the person can still decide about it.

use std::collections::BTreeSet;

use sluis_core::choice::{CHARACTERS, Choices, MAX_CHOICES, Mask};
use sluis_core::verdict::{Language, Verdict};

use crate::form::{Errors, Form};
use crate::inspect::{Mark, Piece, heading};
use crate::page::Shown;
use crate::policy::words::{self, pick};

use super::passing::{Look, Seen};

/// What the form says of the choices.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish {
    pub(crate) choices: Choices,
    /// The receipt of the last look.
    pub(crate) seen: Option<String>,
}

impl Wish {
    /// Reads the choices of a form: what was masked by hand before and still is, what comes to it, and what is let go of.
    pub(crate) fn read(form: &Form, kept: &[Mask], shown: &Shown) -> Result<Self, Errors> {
        let mut mask = kept.to_vec();
        let mut add = |text: &str, person: bool| {
            let text = text.trim();
            if !text.is_empty() && !mask.iter().any(|one| one.text == text) {
                mask.push(Mask { text: text.to_owned(), person });
            }
        };
        for one in form.all("masker") {
            if let Some((kind, text)) = one.split_once(':') {
                add(text, kind == "persoon");
            }
        }
        add(form.raw("maskeer"), form.text("soort") == "persoon");
        let choices = Choices { mask, release: form.all("laat").map(str::to_owned).collect() };
        if !choices.is_sound() {
            let mut errors = Errors::default();
            let (least, most) = (CHARACTERS.start(), CHARACTERS.end());
            errors.add(
                "maskeer",
                match shown.language {
                    Language::Nl => format!(
                        "Wat je maskeert heeft {least} tot {most} tekens, en je maskeert hoogstens {MAX_CHOICES} stukken."
                    ),
                    Language::En => format!(
                        "What you mask has {least} to {most} characters, and you mask at most {MAX_CHOICES} pieces."
                    ),
                },
            );
            return Err(errors);
        }
        Ok(Self {
            choices,
            seen: Some(form.text("bewijs")).filter(|seen| !seen.is_empty()).map(str::to_owned),
        })
    }

    /// What was masked by hand, to keep with the chat.
    pub(crate) fn masks(&self) -> Vec<Mask> {
        self.choices.mask.clone()
    }
}

/// What the page shows of a question that was looked at.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    pub(crate) heading: &'static str,
    pub(crate) says: String,
    /// Whether it can be sent like this.
    pub(crate) passes: bool,
    pub(crate) receipt: String,
    /// The question, in pieces.
    pub(crate) pieces: Vec<Piece>,
    pub(crate) items: Vec<Item>,
    /// What was masked by hand, as the form writes it, and as people read it.
    pub(crate) masks: Vec<(String, String)>,
}

/// Something that was found, once for each text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) text: String,
    pub(crate) kind: &'static str,
    pub(crate) token: Option<String>,
    pub(crate) may_release: bool,
    pub(crate) released: bool,
    pub(crate) why: String,
}

impl Review {
    /// Of this question, with these choices.
    pub(crate) fn new(look: Look, question: &str, wish: &Wish, language: Language) -> Self {
        let starts: Vec<usize> =
            question.char_indices().map(|(at, _)| at).chain(std::iter::once(question.len())).collect();
        let (mut pieces, mut items, mut known) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut at = 0;
        for seen in &look.seen {
            let (Some(&start), Some(&end)) = (starts.get(seen.range.0), starts.get(seen.range.1)) else {
                continue;
            };
            if start >= end {
                continue;
            }
            let text = &question[start..end];
            let kind = kind(seen, language);
            if start >= at {
                if at < start {
                    pieces.push(Piece { text: question[at..start].to_owned(), mark: None });
                }
                let mark = Mark { name: seen.kind.name(), kind, token: seen.token.clone() };
                pieces.push(Piece { text: text.to_owned(), mark: Some(mark) });
                at = end;
            }
            if !seen.by_hand && known.insert((text, seen.kind)) {
                items.push(Item {
                    text: text.to_owned(),
                    kind,
                    token: seen.token.clone(),
                    may_release: seen.may_release,
                    released: seen.released,
                    why: pick_text(&seen.why, language).to_owned(),
                });
            }
        }
        if at < question.len() {
            pieces.push(Piece { text: question[at..].to_owned(), mark: None });
        }
        let written = |one: &Mask| {
            let (name, said) = if one.person {
                ("persoon", pick(language, "persoon", "person"))
            } else {
                ("anders", pick(language, "iets anders", "something else"))
            };
            (format!("{name}:{}", one.text), format!("{} ({said})", one.text))
        };
        // What is masked by hand leaves as a pseudonym too.
        let verdict = if look.seen.iter().any(|seen| seen.token.is_some()) {
            look.verdict.max(Verdict::Pseudonymise)
        } else {
            look.verdict
        };
        Self {
            heading: heading(verdict, language),
            says: look.message,
            passes: look.verdict < Verdict::Block,
            receipt: look.receipt,
            pieces,
            items,
            masks: wish.choices.mask.iter().map(written).collect(),
        }
    }
}

fn kind(seen: &Seen, language: Language) -> &'static str {
    match seen {
        Seen { by_hand: true, .. } => pick(language, "zelf gemaskeerd", "masked by you"),
        Seen { released: true, .. } => pick(language, "door jou vrijgegeven", "let go of by you"),
        seen => words::kind(seen.kind, language),
    }
}

fn pick_text(both: &(String, String), language: Language) -> &str {
    match language {
        Language::Nl => &both.0,
        Language::En => &both.1,
    }
}

#[cfg(test)]
mod tests {
    use sluis_detect::Kind;

    use super::*;

    fn seen(range: (usize, usize), kind: Kind) -> Seen {
        Seen {
            range,
            kind,
            token: Some("[X_1]".into()),
            may_release: kind == Kind::Person,
            released: false,
            by_hand: false,
            why: ("Daarom.".into(), "Because.".into()),
        }
    }

    fn review(question: &str, seen: Vec<Seen>) -> Review {
        let look = Look { message: "Kijk.".into(), verdict: Verdict::Allow, receipt: "1.a".into(), seen };
        Review::new(look, question, &Wish::default(), Language::Nl)
    }

    #[test]
    fn pieces_join_to_the_question_whatever_the_places_are() {
        let question = "Één Jansen, één jansen@x.nl";
        for places in [
            vec![(4, 10), (16, 27)],
            vec![(0, 27), (4, 10)],
            vec![(4, 10), (6, 12), (90, 99), (5, 5), (10, 4)],
            vec![],
        ] {
            let review = review(question, places.iter().map(|&place| seen(place, Kind::Person)).collect());
            assert_eq!(review.pieces.iter().map(|one| one.text.as_str()).collect::<String>(), question);
        }
        let review = review(question, vec![seen((4, 10), Kind::Person), seen((16, 27), Kind::Email)]);
        assert_eq!(review.heading, "Dit mag, met schuilnamen");
        let items: Vec<&str> = review.items.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(items, ["Jansen", "jansen@x.nl"]);
        assert!(review.items[0].may_release && !review.items[1].may_release);
    }
}
