//! Plain names of what is asked about a tool, in Dutch (B1) and English.

use sluis_core::intake::{
    Answer, Basis, Cost, Exception, Missing, Outcome, Place, Reason, State, Storage, Transfer,
};
use sluis_core::verdict::Language;

use crate::policy::words::pick;

/// What can be chosen: the value, its name in forms, and what people read.
pub(super) type Options<T> = Vec<(T, &'static str, &'static str)>;

fn options<T: Copy>(all: &[(T, &'static str, &'static str, &'static str)], language: Language) -> Options<T> {
    all.iter().map(|&(value, name, nl, en)| (value, name, pick(language, nl, en))).collect()
}

/// The value of this name in a form; what nobody chose is what nobody knows.
pub(super) fn chosen<T: Copy + Default>(options: &Options<T>, name: &str) -> T {
    options.iter().find(|(_, one, _)| *one == name).map(|(value, ..)| *value).unwrap_or_default()
}

/// The name of a value in forms.
pub(super) fn name<T: Copy + PartialEq>(options: &Options<T>, value: T) -> String {
    options.iter().find(|(one, ..)| *one == value).map_or("", |(_, name, _)| name).to_owned()
}

/// What people read for a value.
pub(super) fn label<T: Copy + PartialEq>(options: &Options<T>, value: T) -> &'static str {
    options.iter().find(|(one, ..)| *one == value).map_or("", |(.., label)| label)
}

pub(super) fn answers(language: Language) -> Options<Answer> {
    let all = [
        (Answer::Unknown, "weet_niet", "Weet ik niet", "I do not know"),
        (Answer::Yes, "ja", "Ja", "Yes"),
        (Answer::No, "nee", "Nee", "No"),
    ];
    options(&all, language)
}

pub(super) fn places(language: Language) -> Options<Place> {
    let all = [
        (Place::Unknown, "weet_niet", "Weet ik niet", "I do not know"),
        (Place::Own, "eigen", "Ze blijven op onze eigen computers", "It stays on our own machines"),
        (
            Place::Europe,
            "europa",
            "Binnen Europa (de EER: de EU, Noorwegen, IJsland en Liechtenstein)",
            "Inside Europe (the EEA: the EU, Norway, Iceland and Liechtenstein)",
        ),
        (Place::Elsewhere, "elders", "Naar een land buiten Europa", "To a country outside Europe"),
    ];
    options(&all, language)
}

pub(super) fn transfers(language: Language) -> Options<Transfer> {
    let all = [
        (Transfer::Unknown, "weet_niet", "Weet ik niet", "I do not know"),
        (
            Transfer::Adequate,
            "passend",
            "De Europese Commissie vindt de privacywet van dat land goed genoeg",
            "The European Commission finds the privacy law of that country good enough",
        ),
        (
            Transfer::Safeguards,
            "waarborgen",
            "Er zijn waarborgen afgesproken, zoals de modelcontracten van de EU",
            "Safeguards were agreed on, such as the standard clauses of the EU",
        ),
        (Transfer::Nothing, "niets", "Er is niets geregeld", "Nothing was arranged"),
    ];
    options(&all, language)
}

pub(super) fn costs(language: Language) -> Options<Cost> {
    let all = [
        (Cost::Unknown, "weet_niet", "Weet ik niet", "I do not know"),
        (Cost::Free, "gratis", "Gratis", "Free"),
        (Cost::Paid, "betaald", "Betaald", "Paid"),
    ];
    options(&all, language)
}

pub(super) fn storages(language: Language) -> Options<Storage> {
    let all = [
        (Storage::Unknown, "weet_niet", "Weet ik niet", "I do not know"),
        (Storage::Nothing, "niets", "Nee, er wordt niets bewaard", "No, nothing is kept"),
        (
            Storage::Needed,
            "nodig",
            "Ja, zo kort als nodig, en daarna gewist",
            "Yes, as short as needed, and then erased",
        ),
        (Storage::Longer, "langer", "Ja, langer of zonder einde", "Yes, longer or without an end"),
    ];
    options(&all, language)
}

pub(super) fn bases(language: Language) -> Options<Basis> {
    let all = [
        (Basis::Unknown, "weet_niet", "Nog niet opgeschreven", "Not written down yet"),
        (
            Basis::NoPersonalData,
            "geen",
            "Er gaan geen gegevens van mensen naartoe",
            "No data of people goes there",
        ),
        (
            Basis::Consent,
            "toestemming",
            "De mensen hebben toestemming gegeven (a)",
            "The people consented (a)",
        ),
        (
            Basis::Contract,
            "contract",
            "Nodig voor een contract met hen (b)",
            "Needed for a contract with them (b)",
        ),
        (Basis::Law, "wet", "Een wet verplicht het (c)", "A law obliges to it (c)"),
        (
            Basis::Vital,
            "leven",
            "Nodig om iemands leven te beschermen (d)",
            "Needed to protect somebody's life (d)",
        ),
        (Basis::PublicTask, "taak", "Nodig voor een publieke taak (e)", "Needed for a public task (e)"),
        (
            Basis::Interest,
            "belang",
            "Een belang dat we hebben afgewogen tegen dat van de mensen (f)",
            "An interest that we weighed against that of the people (f)",
        ),
    ];
    options(&all, language)
}

pub(super) fn exceptions(language: Language) -> Options<Exception> {
    let all = [
        (
            Exception::Nothing,
            "geen",
            "Geen: de AI-verordening geldt gewoon",
            "None: the AI Act applies as usual",
        ),
        (
            Exception::Security,
            "veiligheid",
            "Alleen voor defensie of nationale veiligheid, tenzij het ook voor iets anders wordt gebruikt",
            "For defence or national security only, unless it is used for anything else too",
        ),
        (
            Exception::Research,
            "onderzoek",
            "Onderzoek, ontwikkeling of prototype, tenzij het in gebruik is of met echte mensen wordt getest",
            "Research, development or prototype, unless it is in use or tested with real people",
        ),
        (
            Exception::Personal,
            "prive",
            "Persoonlijk gebruik, tenzij het voor het werk is",
            "Personal use, unless it is for work",
        ),
        (
            Exception::OpenSource,
            "open",
            "Vrije of opensourcelicentie, tenzij het hoog risico is, verboden is, of mensen moeten weten dat het AI is",
            "Free or open-source licence, unless it is high-risk, prohibited, or people have to know that it is AI",
        ),
    ];
    options(&all, language)
}

/// Where a tool stands.
pub(super) const fn state(state: State, language: Language) -> &'static str {
    let (nl, en) = match state {
        State::Requested => ("Aangevraagd", "Requested"),
        State::Approved => ("Goedgekeurd", "Approved"),
        State::Declined => ("Afgewezen", "Declined"),
        State::Ended => ("Afgelopen", "Over"),
        State::Stopped => ("Stilgezet", "Stopped"),
    };
    pick(language, nl, en)
}

/// What was decided.
pub(super) const fn outcome(outcome: Outcome, language: Language) -> &'static str {
    match outcome {
        Outcome::Approved => state(State::Approved, language),
        Outcome::Declined => state(State::Declined, language),
    }
}

/// What keeps it from being approved, and the field where it can be mended.
pub(super) const fn missing(missing: Missing, language: Language) -> &'static str {
    let (nl, en) = match missing {
        Missing::Opportunity => (
            "Vul eerst de twee delen van de opportuniteitstoets in: techniek en bedrijf.",
            "First fill in both parts of the opportunity test: technical and business.",
        ),
        Missing::Assessment => (
            "Vul eerst de keuzewijzer in: wat gebeurt er met gegevens?",
            "First fill in the supplier guide: what happens to data?",
        ),
        Missing::Basis => (
            "Schrijf eerst op welke grond gegevens van mensen hierheen mogen, of dat ze er niet heen gaan.",
            "First write down on what ground data of people may go there, or that it does not go there.",
        ),
    };
    pick(language, nl, en)
}

/// Reasons in the order in which they are read: the plain ones first, then the eight points.
pub(super) fn reasons(reasons: &[Reason], language: Language) -> Vec<String> {
    reasons.iter().map(|reason| reason.explain(language)).collect()
}
