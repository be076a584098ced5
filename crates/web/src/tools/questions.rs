//! The questions of the opportunity test and the supplier guide.

use sluis_core::intake::{MAX_NAME, MAX_TEXT, Point};
use sluis_core::verdict::Language;

use super::answers::{TEST, Typed, point_id};
use super::words;
use crate::policy::words::pick;

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In one line.
    Line,
    /// In a few lines.
    Lines,
    /// By choosing.
    Choice,
    /// With a day.
    Day,
    /// With a number.
    Number,
}

/// A question of the form.
pub(super) struct Question {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) hint: &'static str,
    pub(super) kind: Kind,
    pub(super) options: Vec<(String, String)>,
    /// As it was typed.
    pub(super) value: String,
}

impl Question {
    /// The answer as people read it.
    pub(super) fn said(&self, value: &str) -> String {
        let option = self.options.iter().find(|(name, _)| name == value);
        option.map_or_else(|| value.to_owned(), |(_, label)| label.clone())
    }

    /// The most characters.
    pub(super) fn most(&self) -> usize {
        match self.kind {
            Kind::Lines => MAX_TEXT,
            Kind::Day | Kind::Number => 10,
            _ if self.id == "naam" || self.id == "maker" => MAX_NAME,
            _ => MAX_LINE,
        }
    }
}

/// The most characters of an answer in one line.
const MAX_LINE: usize = 300;

/// Questions that belong together.
pub(super) struct Group {
    pub(super) id: &'static str,
    pub(super) legend: &'static str,
    pub(super) hint: &'static str,
    pub(super) questions: Vec<Question>,
}

impl Typed {
    /// The form: all questions with what was typed.
    pub(super) fn groups(&self, language: Language) -> Vec<Group> {
        let say = |nl, en| pick(language, nl, en);
        let ask = |id: &str, kind, label: &str, hint: &'static str| Question {
            id: id.to_owned(),
            label: label.to_owned(),
            hint,
            kind,
            options: Vec::new(),
            value: self.get(id).to_owned(),
        };
        let choose = |id: &str, options: Vec<(String, String)>, label: &str, hint| Question {
            options,
            ..ask(id, Kind::Choice, label, hint)
        };
        let answers = || named(&words::answers(language));
        let mut agreement = vec![
            choose(
                "overeenkomst",
                answers(),
                say("Is er een verwerkersovereenkomst?", "Is there a processor agreement?"),
                say(
                    "Dat is het contract waarin de aanbieder belooft alleen voor ons met de gegevens te werken.",
                    "That is the contract in which the provider promises to work with the data only for us.",
                ),
            ),
            ask("overeenkomst_datum", Kind::Day, say("Van welke datum?", "Of which date?"), ""),
        ];
        agreement.extend(Point::ALL.map(|point| {
            let label = format!("{}. {}", point.letter(), point.explain(language));
            choose(&point_id(point), answers(), &label, "")
        }));
        vec![
            Group {
                id: "toepassing",
                legend: say("De toepassing", "The tool"),
                hint: "",
                questions: vec![
                    ask(
                        "naam",
                        Kind::Line,
                        say("Naam", "Name"),
                        say(
                            "Staat de toepassing in de instellingen van Sluis? Gebruik dan precies die naam. Alleen dan tellen de antwoorden daar.",
                            "Does the tool stand in the settings of Sluis? Then use exactly that name. Only then do the answers count there.",
                        ),
                    ),
                    ask("maker", Kind::Line, say("Wie maakt het?", "Who makes it?"), ""),
                    ask(
                        "adres",
                        Kind::Line,
                        say("Webadres", "Web address"),
                        say(
                            "We bewaren alleen het eerste deel, zoals chat.example.",
                            "We keep the first part only, such as chat.example.",
                        ),
                    ),
                ],
            },
            test_group(language, &ask),
            data_group(language, &ask, &choose),
            Group {
                id: "contract",
                legend: say("Verwerkersovereenkomst", "Processor agreement"),
                hint: say(
                    "De wet noemt acht punten die erin moeten staan (AVG, artikel 28 lid 3).",
                    "The law names eight points that it has to settle (GDPR, article 28(3)).",
                ),
                questions: agreement,
            },
            proof_group(language, &ask, &choose),
        ]
    }
}

fn named<T>(options: &words::Options<T>) -> Vec<(String, String)> {
    options.iter().map(|(_, name, label)| ((*name).to_owned(), (*label).to_owned())).collect()
}

pub(super) fn test_labels(language: Language) -> [&'static str; 8] {
    [
        ("Techniek: past het, en is het veilig?", "Technical: does it fit, and is it safe?"),
        (
            "Bedrijf: willen we dit, en wat levert het op?",
            "Business: do we want this, and what does it bring?",
        ),
        ("Waarom willen we hier AI inzetten?", "Why do we want to use AI for this?"),
        (
            "Kunnen we nog slapen als we deze soort AI gebruiken?",
            "Can we still sleep if we use this kind of AI?",
        ),
        ("Welke soort AI is ervoor nodig?", "Which kind of AI does it take?"),
        (
            "Weten we hoe het werkt, en met welke gegevens het is gemaakt?",
            "Do we know how it works, and with which data it was made?",
        ),
        ("Kopen we het in, of maken we het zelf?", "Do we buy it, or make it ourselves?"),
        ("Met welke kanten en risico's houden we rekening?", "Which sides and risks do we reckon with?"),
    ]
    .map(|(nl, en)| pick(language, nl, en))
}

fn test_group(language: Language, ask: &impl Fn(&str, Kind, &str, &'static str) -> Question) -> Group {
    let questions = TEST.into_iter().zip(test_labels(language));
    Group {
        id: "toets",
        legend: pick(language, "Opportuniteitstoets", "Opportunity test"),
        hint: pick(
            language,
            "Iemand van bestuur of management kijkt naar techniek en naar het bedrijf. Die twee zijn nodig om goed te keuren. De zes vragen helpen daarbij; een kort antwoord is genoeg.",
            "Somebody of the board or management looks at the technical side and at the business. Those two are needed to approve. The six questions help; a short answer will do.",
        ),
        questions: questions.map(|(id, label)| ask(id, Kind::Lines, label, "")).collect(),
    }
}

fn data_group(
    language: Language,
    ask: &impl Fn(&str, Kind, &str, &'static str) -> Question,
    choose: &impl Fn(&str, Vec<(String, String)>, &str, &'static str) -> Question,
) -> Group {
    let say = |nl, en| pick(language, nl, en);
    Group {
        id: "keuzewijzer",
        legend: say("Keuzewijzer: wat gebeurt er met gegevens?", "Supplier guide: what happens to data?"),
        hint: say(
            "Zoek het op bij de aanbieder. Weet je het niet? Zeg dat dan. Sluis is dan voorzichtig.",
            "Look it up with the provider. You do not know? Then say so. Sluis is careful then.",
        ),
        questions: vec![
            choose(
                "plaats",
                named(&words::places(language)),
                say("Waar gaan de gegevens heen?", "Where does the data go?"),
                "",
            ),
            ask("landen", Kind::Line, say("Welk land of welke landen?", "Which country or countries?"), ""),
            choose(
                "doorgifte",
                named(&words::transfers(language)),
                say(
                    "Gaan ze naar buiten Europa: waarom mag dat?",
                    "If it goes outside Europe: why is that allowed?",
                ),
                "",
            ),
            choose("kosten", named(&words::costs(language)), say("Gratis of betaald?", "Free or paid?"), ""),
            choose(
                "bewaren",
                named(&words::storages(language)),
                say("Bewaart de aanbieder wat je invoert?", "Does the provider keep what you enter?"),
                "",
            ),
            ask("dagen", Kind::Number, say("Hoeveel dagen?", "How many days?"), ""),
            choose(
                "training",
                named(&words::answers(language)),
                say(
                    "Traint de aanbieder met wat je invoert?",
                    "Does the provider train with what you enter?",
                ),
                say("Bij gratis toepassingen is dat vaak zo.", "With free tools that is often so."),
            ),
            choose(
                "anderen",
                named(&words::answers(language)),
                say(
                    "Weten we welke andere bedrijven de gegevens verwerken?",
                    "Do we know which other companies handle the data?",
                ),
                "",
            ),
            ask("welke_anderen", Kind::Lines, say("Welke zijn dat?", "Which are those?"), ""),
        ],
    }
}

fn proof_group(
    language: Language,
    ask: &impl Fn(&str, Kind, &str, &'static str) -> Question,
    choose: &impl Fn(&str, Vec<(String, String)>, &str, &'static str) -> Question,
) -> Group {
    let say = |nl, en| pick(language, nl, en);
    Group {
        id: "bewijs-groep",
        legend: say("Bewijs en grond", "Proof and ground"),
        hint: "",
        questions: vec![
            ask(
                "bewijs",
                Kind::Line,
                say(
                    "Waar in het contract staat wat er met gegevens gebeurt?",
                    "Where does the contract say what happens to data?",
                ),
                say(
                    "Bijvoorbeeld: verwerkersovereenkomst, artikel 5 en bijlage 2.",
                    "For example: processor agreement, article 5 and annex 2.",
                ),
            ),
            ask(
                "bewijs_datum",
                Kind::Day,
                say("Van welke datum is dat contract?", "Of which date is that contract?"),
                "",
            ),
            ask(
                "certificaten",
                Kind::Line,
                say("Certificaten (mag leeg)", "Certificates (can be empty)"),
                say("Bijvoorbeeld: ISO 27001, SOC 2.", "For example: ISO 27001, SOC 2."),
            ),
            choose(
                "grond",
                named(&words::bases(language)),
                say(
                    "Op welke grond mogen gegevens van mensen erheen?",
                    "On what ground may data of people go there?",
                ),
                say(
                    "De letters zijn die van de AVG, artikel 6 lid 1.",
                    "The letters are those of the GDPR, article 6(1).",
                ),
            ),
            choose(
                "uitzondering",
                named(&words::exceptions(language)),
                say(
                    "Beroepen we ons op een uitzondering van de AI-verordening?",
                    "Do we rely on an exception of the AI Act?",
                ),
                say(
                    "Meestal niet. Let op wat er achter \u{201c}tenzij\u{201d} staat.",
                    "Mostly not. Mind what stands after \u{201c}unless\u{201d}.",
                ),
            ),
            ask("opmerking", Kind::Lines, say("Opmerking (mag leeg)", "Note (can be empty)"), ""),
        ],
    }
}
