//! The annex of the policy: the law behind it, as it stands on a day. It hangs beside the A4 and is not part of it.

use sluis_core::calendar::written;
use sluis_core::law::{Background, COMPARED, Fact};
use sluis_core::verdict::Language;
use typst::foundations::{Array, Dict, Value, dict};
use typst::layout::Abs;

use crate::{MARGIN, file, press};

/// The law of a day as a PDF; tagged, and in accordance with PDF/UA-1.
///
/// # Panics
/// When the template breaks a rule of typst or of PDF/UA-1, which no fact can make it do.
#[must_use]
pub fn background(background: &Background, language: Language) -> Vec<u8> {
    let document = press::annex(values(background, language));
    let pdf = file(format!("law-{}", background.day), &document);
    typst::comemo::evict(0);
    pdf
}

fn values(background: &Background, language: Language) -> Dict {
    let say = |nl: &'static str, en: &'static str| match language {
        Language::Nl => nl,
        Language::En => en,
    };
    let chapters = background.chapters.iter().map(|(topic, facts)| {
        Value::Dict(dict! {
            "heading" => topic.heading(language),
            "facts" => facts.iter().map(|one| fact(one, language, None)).collect::<Array>(),
        })
    });
    let coming = background.coming.iter().map(|one| {
        let from = one.from.map(|day| format!("{} {}", say("Vanaf", "From"), written(day)));
        fact(one, language, from)
    });
    dict! {
        "lang" => say("nl", "en"),
        "margin" => Abs::pt(MARGIN),
        "title" => say("De wet achter ons AI-beleid", "The law behind our AI policy"),
        "day" => format!(
            "{} {}. {} {}.",
            say("Zoals de wet is op", "As the law stands on"),
            written(background.day),
            say("De teksten zijn met de wet vergeleken op", "The texts were compared with the law on"),
            written(COMPARED),
        ),
        "note" => say(
            "Dit is algemene uitleg in gewone taal, geen juridisch advies. Wat voor jou geldt, staat op de A4.",
            "This is general explanation in plain language, no legal advice. What counts for you stands on the A4.",
        ),
        "chapters" => chapters.collect::<Array>(),
        "later" => say("Wat nog komt", "What is still to come"),
        "coming" => coming.collect::<Array>(),
        "page" => say("Bladzijde", "Page"),
    }
}

/// A fact, led by its article, or by the day from which it holds.
fn fact(fact: &Fact, language: Language, from: Option<String>) -> Value {
    let source = fact.source(language);
    let lead = from.map_or_else(|| source.to_owned(), |from| format!("{from}, {source}"));
    Value::Dict(dict! { "lead" => lead, "text" => fact.text(language) })
}
