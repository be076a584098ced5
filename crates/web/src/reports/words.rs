//! Reports, as people call what is in them.

use sluis_core::a4::Country;
use sluis_core::report::{Involved, Kind, State};
use sluis_core::verdict::Language;

/// What a report is about.
pub(crate) const fn kind(kind: Kind, language: Language) -> &'static str {
    match (kind, language) {
        (Kind::Anomaly, Language::Nl) => "Iets is vreemd of werkt anders dan anders",
        (Kind::Anomaly, Language::En) => "Something is odd or works differently",
        (Kind::Misuse, Language::Nl) => "Ik denk dat een systeem is gehackt of wordt misbruikt",
        (Kind::Misuse, Language::En) => "I think that a system was hacked or is misused",
        (Kind::Slip, Language::Nl) => "Ik heb iets aan een AI gegeven wat niet had gemogen",
        (Kind::Slip, Language::En) => "I gave an AI something that I should not have",
    }
}

/// Whether data of people is involved.
pub(crate) const fn involved(involved: Involved, language: Language) -> &'static str {
    match (involved, language) {
        (Involved::Yes, Language::Nl) => "Ja",
        (Involved::Yes, Language::En) => "Yes",
        (Involved::No, Language::Nl) => "Nee",
        (Involved::No, Language::En) => "No",
        (Involved::Unknown, Language::Nl) => "Dat weet ik niet",
        (Involved::Unknown, Language::En) => "I do not know",
    }
}

/// How far it is.
pub(crate) const fn state(state: State, language: Language) -> &'static str {
    match (state, language) {
        (State::New, Language::Nl) => "Nieuw",
        (State::New, Language::En) => "New",
        (State::Underway, Language::Nl) => "Wordt bekeken",
        (State::Underway, Language::En) => "Being looked at",
        (State::Closed, Language::Nl) => "Afgesloten",
        (State::Closed, Language::En) => "Closed",
    }
}

/// Who hears of data breaches.
pub(crate) const fn authority(country: Country) -> &'static str {
    match country {
        Country::Nl => "Autoriteit Persoonsgegevens (AP)",
        Country::Be => "Gegevensbeschermingsautoriteit (GBA)",
    }
}
