//! The rules an organisation starts with: four that are allowed and four that are not, after the template for
//! entrepreneurs (source 002), in our words.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{A4, Clauses, Country, Guard, Rule};
use crate::class::DataClass;
use crate::verdict::Language;

/// What is allowed.
const MAY: [[&str; 2]; 4] = [
    [
        "Een eerste versie laten maken van een mail, tekst of samenvatting. Je kijkt die daarna zelf na.",
        "Have a first version made of a mail, text or summary. You check it yourself afterwards.",
    ],
    [
        "Ideeën bedenken, ordenen, en lange stukken laten samenvatten.",
        "Find ideas, put them in order, and have long pieces summarised.",
    ],
    ["Openbare informatie zoeken, sorteren en vergelijken.", "Look up, sort and compare public information."],
    [
        "Je iets laten uitleggen: een formule, een regeling of een stuk code.",
        "Have something explained: a formula, a regulation or a piece of code.",
    ],
];

/// What is not, with what enforces it.
const MAY_NOT: [[&str; 2]; 4] = [
    [
        "Gegevens van klanten of andere mensen invoeren, zoals namen, adressen, dossiers en e-mails. Sluis vervangt wat het \
         herkent door schuilnamen, of houdt het tegen.",
        "Enter data of clients or other people, such as names, addresses, files and e-mails. Sluis replaces what it recognises \
         by pseudonyms, or stops it.",
    ],
    [
        "Bedrijfsgeheimen, contracten of financiële details delen met een toepassing zonder verwerkersovereenkomst.",
        "Share trade secrets, contracts or financial details with a tool that has no processor agreement.",
    ],
    [
        "AI het laatste woord geven over mensen, geld of risico. Dat besluit neemt een mens.",
        "Give AI the last word on people, money or risk. A person takes that decision.",
    ],
    [
        "Een antwoord overnemen dat je niet zelf hebt gecontroleerd.",
        "Take over an answer that you have not checked yourself.",
    ],
];

impl A4 {
    /// A policy with the rules to start with and the four fields empty.
    #[must_use]
    pub fn start(language: Language, country: Country, today: Date) -> Self {
        let guards = [
            BTreeSet::from([
                Guard::Class(DataClass::Personal),
                Guard::Class(DataClass::NationalId),
                Guard::Class(DataClass::Special),
                Guard::Class(DataClass::Criminal),
            ]),
            BTreeSet::from([Guard::Class(DataClass::Confidential)]),
            BTreeSet::from([Guard::HumanDecision, Guard::ProhibitedPractice]),
            BTreeSet::from([Guard::Check]),
        ];
        let at = usize::from(language == Language::En);
        let rule = |(text, guards): (&[&str; 2], _)| Rule { text: text[at].into(), guards };
        Self {
            wording: super::WORDING,
            language,
            country,
            organisation: String::new(),
            chatbots: true,
            tools: BTreeSet::new(),
            contact: String::new(),
            scope: String::new(),
            effective: today,
            may: MAY.iter().map(|text| text[at].into()).collect(),
            may_not: MAY_NOT.iter().zip(guards).map(rule).collect(),
            table: Vec::new(),
            clauses: Clauses::default(),
            board: String::new(),
            technical: String::new(),
        }
    }
}
