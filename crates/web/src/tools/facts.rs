//! What is known of a tool, in words.

use sluis_core::calendar::written;
use sluis_core::intake::{Answer, Assessment, Exception, Place, Storage};
use sluis_core::verdict::Language;

use super::words;
use crate::policy::words::pick;

/// A question and what is known about it.
pub(super) type Fact = (&'static str, String);

fn say(language: Language, nl: &'static str, en: &'static str) -> &'static str {
    pick(language, nl, en)
}

/// A choice, with what was typed beside it.
fn with(first: &str, more: &str) -> String {
    if more.trim().is_empty() { first.to_owned() } else { format!("{first}: {more}") }
}

/// Where data goes.
pub(super) fn place(one: &Assessment, language: Language) -> String {
    with(words::label(&words::places(language), one.place), &one.countries)
}

/// Whether it is kept.
pub(super) fn storage(one: &Assessment, language: Language) -> String {
    let label = words::label(&words::storages(language), one.storage);
    match (one.storage, one.days) {
        (Storage::Needed | Storage::Longer, Some(days)) => {
            format!("{label} ({days} {})", say(language, "dagen", "days"))
        }
        _ => label.to_owned(),
    }
}

/// Whether it is trained with.
pub(super) fn training(one: &Assessment, language: Language) -> String {
    words::label(&words::answers(language), one.training).to_owned()
}

/// The processor agreement.
pub(super) fn agreement(one: &Assessment, language: Language) -> String {
    let agreement = &one.agreement;
    let mut text = words::label(&words::answers(language), agreement.signed).to_owned();
    if agreement.signed == Answer::Yes {
        if let Some(day) = agreement.on {
            text = format!("{text}, {} {}", say(language, "van", "of"), written(day));
        }
        let settled = agreement.points.iter().filter(|answer| **answer == Answer::Yes).count();
        let points =
            say(language, "van de 8 punten van de wet geregeld", "of the 8 points of the law settled");
        text = format!("{text}; {settled} {points}");
    }
    text
}

/// What people want to know first.
pub(super) fn short(one: &Assessment, language: Language) -> Vec<Fact> {
    vec![
        (
            say(language, "In welk land komen de gegevens?", "Where does the data end up?"),
            place(one, language),
        ),
        (say(language, "Worden ze bewaard?", "Is it kept?"), storage(one, language)),
        (
            say(language, "Traint de aanbieder ermee?", "Does the provider train with it?"),
            training(one, language),
        ),
        (say(language, "Verwerkersovereenkomst?", "Processor agreement?"), agreement(one, language)),
    ]
}

/// Everything that was answered.
pub(super) fn all(one: &Assessment, language: Language) -> Vec<Fact> {
    let mut facts = short(one, language);
    let mut add = |nl, en, text: String| {
        if !text.trim().is_empty() {
            facts.push((say(language, nl, en), text));
        }
    };
    if one.place == Place::Elsewhere {
        let transfer = words::label(&words::transfers(language), one.transfer);
        add("Mag dat, buiten Europa?", "Is that allowed, outside Europe?", transfer.into());
    }
    add("Gratis of betaald?", "Free or paid?", words::label(&words::costs(language), one.cost).into());
    let others = words::label(&words::answers(language), one.others_known);
    add(
        "Weten we welke andere bedrijven meedoen?",
        "Do we know which other companies take part?",
        with(others, &one.others),
    );
    add("Certificaten", "Certificates", one.certificates.clone());
    let evidence = match one.evidence_on {
        Some(day) => format!("{} ({})", one.evidence, written(day)),
        None => one.evidence.clone(),
    };
    add("Waar staat dat in het contract?", "Where does the contract say so?", evidence);
    add(
        "Op welke grond mogen gegevens van mensen erheen?",
        "On what ground may data of people go there?",
        words::label(&words::bases(language), one.basis).into(),
    );
    if one.exception != Exception::Nothing {
        let exception = words::label(&words::exceptions(language), one.exception);
        add("Uitzondering op de AI-verordening", "Exception to the AI Act", exception.into());
    }
    add("Opmerking", "Note", one.note.clone());
    facts
}
