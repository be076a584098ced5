//! What keeps a policy from being published, in plain words and with the field where it can be mended.

use sluis_core::a4::{Field, MAX_LINE, MAX_RULES, Problem};
use sluis_core::class::DataClass;
use sluis_core::policy::Trust;
use sluis_core::verdict::Language;

use super::words::{self, pick};
use crate::TooLong;
use crate::form::Errors;

/// All problems, each at the field of the editor that it is about. The allowed and forbidden things stand in the form in the
/// order of the policy.
pub(crate) fn said(problems: &[Problem], language: Language) -> Errors {
    let mut errors = Errors::default();
    for problem in problems {
        errors.add(place(problem), sentence(problem, language));
    }
    errors
}

/// The text takes more than one page.
pub(crate) fn too_long(over: TooLong, language: Language) -> (String, String) {
    let lines = over.lines_over.max(1);
    let text = match (language, lines) {
        (Language::Nl, 1) => "De tekst past niet op één A4. Haal ongeveer 1 regel weg.".into(),
        (Language::Nl, _) => format!("De tekst past niet op één A4. Haal ongeveer {lines} regels weg."),
        (Language::En, 1) => "The text does not fit on one A4. Take away about 1 line.".into(),
        (Language::En, _) => format!("The text does not fit on one A4. Take away about {lines} lines."),
    };
    ("voorbeeld".into(), text)
}

/// The `id` of the input.
fn place(problem: &Problem) -> String {
    match problem {
        Problem::Empty(field)
        | Problem::TooLong(field, _)
        | Problem::NotText(field)
        | Problem::Count(field) => id(*field),
        Problem::Unguarded(number) => format!("niet_{number}_bewaakt"),
        Problem::Undone(_, class, trust) | Problem::Contradiction(trust, class, _) => {
            format!("tabel_{}_{}", trust.name(), class.name())
        }
        Problem::UnknownTool(_) => id(Field::Tools),
        Problem::NoChatbotsButTools => "chatbots".into(),
    }
}

fn id(field: Field) -> String {
    match field {
        Field::Organisation => "organisatie".into(),
        Field::Tools => "toepassingen".into(),
        Field::Contact => "aanspreekpunt".into(),
        Field::Scope => "geldt_voor".into(),
        Field::May(number) => format!("mag_{number}"),
        Field::MayNot(number) => format!("niet_{number}"),
        Field::Table => "tabel".into(),
        Field::Sector => "sector".into(),
        Field::Board => "bestuur".into(),
        Field::Technical => "techniek".into(),
        Field::Sheet => "voorbeeld".into(),
    }
}

/// What the field is called in the form.
fn label(field: Field, language: Language) -> String {
    let (nl, en) = match field {
        Field::Organisation => ("Organisatie", "Organisation"),
        Field::Tools => ("Goedgekeurde toepassingen", "Approved tools"),
        Field::Contact => ("Aanspreekpunt bij twijfel", "Contact point in doubt"),
        Field::Scope => ("Dit beleid geldt voor", "This policy applies to"),
        Field::Table => ("De tabel", "The table"),
        Field::Sector => ("Regels van het vak", "Rules of the profession"),
        Field::Board => ("Beslist over toepassingen", "Decides on tools"),
        Field::Technical => ("Techniek", "Technical contact"),
        Field::Sheet => ("De tekst als geheel", "The text as a whole"),
        Field::May(number) => {
            return match language {
                Language::Nl => format!("Dit mag, regel {}", number + 1),
                Language::En => format!("This you may do, line {}", number + 1),
            };
        }
        Field::MayNot(number) => {
            return match language {
                Language::Nl => format!("Dit niet, regel {}", number + 1),
                Language::En => format!("This you may not, line {}", number + 1),
            };
        }
    };
    pick(language, nl, en).into()
}

fn sentence(problem: &Problem, language: Language) -> String {
    let nl = language == Language::Nl;
    match problem {
        Problem::Empty(Field::Tools) => pick(
            language,
            "Kies minstens één toepassing, of kies dat chatbots niet mogen.",
            "Choose at least one tool, or choose that chatbots are not allowed.",
        )
        .into(),
        Problem::Empty(field) if nl => format!("Vul in: {}.", label(*field, language)),
        Problem::Empty(field) => format!("Fill in: {}.", label(*field, language)),
        Problem::TooLong(Field::Sheet, over) if nl => {
            format!("De hele tekst is {over} tekens te lang voor één A4. Maak hem korter.")
        }
        Problem::TooLong(Field::Sheet, over) => {
            format!("The whole text is {over} characters too long for one A4. Make it shorter.")
        }
        Problem::TooLong(field, over) if nl => format!(
            "{}: {over} tekens te lang. Er passen er {MAX_LINE} in, want alles moet op één A4.",
            label(*field, language)
        ),
        Problem::TooLong(field, over) => format!(
            "{}: {over} characters too many. {MAX_LINE} fit, because all has to go on one A4.",
            label(*field, language)
        ),
        Problem::NotText(field) if nl => {
            format!("{}: hier staat een teken dat geen tekst is. Typ deze regel opnieuw.", label(*field, language))
        }
        Problem::NotText(field) => {
            format!("{}: there is a character that is no text. Type this line again.", label(*field, language))
        }
        Problem::Count(field) => count(*field, language),
        Problem::Unguarded(number) if nl => format!(
            "Dit niet, regel {}: kies wat Sluis bij deze regel bewaakt. Een regel die niemand bewaakt, staat er voor niets.",
            number + 1
        ),
        Problem::Unguarded(number) => format!(
            "This you may not, line {}: choose what Sluis guards for this rule. A rule that nobody guards stands there for nothing.",
            number + 1
        ),
        Problem::Undone(number, class, trust) => undone(*number, *class, *trust, language),
        Problem::Contradiction(trust, class, _) => contradiction(*trust, *class, language),
        Problem::UnknownTool(name) if nl => format!(
            "{name} is hier niet bekend of nog niet beoordeeld. Haal het vinkje weg, of laat je beheerder de toepassing instellen."
        ),
        Problem::UnknownTool(name) => format!(
            "{name} is not known here or not judged yet. Take the tick away, or have your administrator set up the tool."
        ),
        Problem::NoChatbotsButTools => pick(
            language,
            "Je kiest dat chatbots niet mogen, maar er zijn toepassingen goedgekeurd. Haal die vinkjes weg, of sta chatbots toe.",
            "You choose that chatbots are not allowed, and yet tools are approved. Take those ticks away, or allow chatbots.",
        )
        .into(),
    }
}

fn count(field: Field, language: Language) -> String {
    let heading = match field {
        Field::May(_) => pick(language, "Dit mag", "This you may do"),
        _ => pick(language, "Dit niet", "This you may not"),
    };
    match language {
        Language::Nl => format!("{heading}: schrijf 1 tot {MAX_RULES} regels."),
        Language::En => format!("{heading}: write 1 to {MAX_RULES} lines."),
    }
}

fn undone(number: usize, class: DataClass, trust: Trust, language: Language) -> String {
    let (what, which) = (words::class(class, language), words::trust(trust, language));
    match language {
        Language::Nl => format!(
            "Dit niet, regel {} verbiedt \u{201c}{what}\u{201d}, maar de tabel laat het door naar een toepassing: {which}. \
             Kies daar \u{201c}{}\u{201d} of \u{201c}{}\u{201d}.",
            number + 1,
            words::verdict(sluis_core::verdict::Verdict::Pseudonymise, language),
            words::verdict(sluis_core::verdict::Verdict::Block, language),
        ),
        Language::En => format!(
            "This you may not, line {} forbids \u{201c}{what}\u{201d}, but the table lets it through to a tool: {which}. \
             Choose \u{201c}{}\u{201d} or \u{201c}{}\u{201d} there.",
            number + 1,
            words::verdict(sluis_core::verdict::Verdict::Pseudonymise, language),
            words::verdict(sluis_core::verdict::Verdict::Block, language),
        ),
    }
}

/// Why the table cannot say this; the same cases as in the policy itself.
fn contradiction(trust: Trust, class: DataClass, language: Language) -> String {
    let (nl, en) = match (trust, class) {
        (Trust::Unknown, _) => (
            "naar een toepassing die niemand heeft beoordeeld, gaat niets",
            "nothing goes to a tool that nobody judged",
        ),
        (_, DataClass::Credential) => (
            "een wachtwoord of sleutel gaat nooit mee zoals het er staat",
            "a password or key never goes along as it is",
        ),
        (_, DataClass::Confidential) => (
            "zonder verwerkersovereenkomst gaat wat vertrouwelijk is nooit mee zoals het er staat",
            "without a processor agreement what is confidential never goes along as it is",
        ),
        _ => (
            "zonder verwerkersovereenkomst gaan persoonsgegevens nooit mee zoals ze er staan",
            "without a processor agreement personal data never goes along as it is",
        ),
    };
    let (why, what) = (pick(language, nl, en), words::class(class, language));
    let forbid = words::verdict(sluis_core::verdict::Verdict::Block, language);
    let token = words::verdict(sluis_core::verdict::Verdict::Pseudonymise, language);
    match language {
        Language::Nl => {
            format!("Tabel, {what}: {why}. Kies \u{201c}{token}\u{201d} of \u{201c}{forbid}\u{201d}.")
        }
        Language::En => {
            format!("Table, {what}: {why}. Choose \u{201c}{token}\u{201d} or \u{201c}{forbid}\u{201d}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use sluis_core::a4::{A4, Cell, Country};
    use sluis_core::policy::{Protocol, Tool};
    use sluis_core::verdict::Verdict;

    use super::*;

    fn tool(name: &str, trust: Trust) -> Tool {
        Tool {
            name: name.into(),
            trust,
            is_judged: true,
            protocol: Protocol::Openai,
            url: "https://ai.example/v1".into(),
            models: Vec::new(),
            key_env: None,
            key_file: None,
        }
    }

    #[test]
    fn a02_each_empty_field_is_named_where_it_stands() {
        let a4 = A4::start(Language::Nl, Country::Nl, date(2026, 11, 21));
        let errors = said(&a4.problems(&[]), Language::Nl);
        for (field, says) in [
            ("organisatie", "Vul in: Organisatie."),
            ("aanspreekpunt", "Vul in: Aanspreekpunt bij twijfel."),
            ("geldt_voor", "Vul in: Dit beleid geldt voor."),
            ("toepassingen", "Kies minstens één toepassing, of kies dat chatbots niet mogen."),
        ] {
            assert_eq!(errors.of(field), Some(says));
        }
        assert_eq!(errors.0.len(), 4, "{errors:?}");
    }

    #[test]
    fn a26_what_the_table_cannot_say_points_at_its_cell() {
        let mut a4 = A4::start(Language::Nl, Country::Nl, date(2026, 11, 21));
        (a4.organisation, a4.contact, a4.scope) = ("A".into(), "B".into(), "C".into());
        a4.tools = ["vrij".into(), "weg".into()].into();
        a4.table = vec![Cell { trust: Trust::Open, class: DataClass::Personal, verdict: Verdict::Allow }];
        a4.may_not[3].guards.clear();
        a4.may[0] = "x".repeat(MAX_LINE + 3);
        let errors = said(&a4.problems(&[tool("vrij", Trust::Open)]), Language::Nl);
        let cell = "tabel_open_personal";
        assert!(errors.of(cell).is_some_and(|said| said.contains("regel 1 verbiedt")), "{errors:?}");
        let of_cell = errors.0.iter().filter(|(field, _)| field == cell).count();
        assert_eq!(of_cell, 2, "the rule and the law each say so");
        assert!(errors.of("niet_3_bewaakt").is_some_and(|said| said.contains("regel 4")), "{errors:?}");
        assert!(errors.of("mag_0").is_some_and(|said| said.contains("3 tekens te lang")), "{errors:?}");
        assert!(
            errors.of("toepassingen").is_some_and(|said| said.starts_with("weg is hier niet")),
            "{errors:?}"
        );
    }

    #[test]
    fn a18_every_problem_is_a_sentence_in_both_languages() {
        let fields = [
            Field::Organisation,
            Field::Tools,
            Field::Contact,
            Field::Scope,
            Field::May(0),
            Field::MayNot(0),
            Field::Table,
            Field::Sector,
            Field::Board,
            Field::Technical,
            Field::Sheet,
        ];
        let of = |field: Field| {
            [
                Problem::Empty(field),
                Problem::TooLong(field, 4),
                Problem::NotText(field),
                Problem::Count(field),
            ]
        };
        let mut problems: Vec<Problem> = fields.into_iter().flat_map(of).collect();
        for trust in Trust::ALL {
            for class in DataClass::ALL {
                problems.push(Problem::Undone(1, class, trust));
                problems.push(Problem::Contradiction(trust, class, ""));
            }
        }
        problems.extend([
            Problem::Unguarded(2),
            Problem::UnknownTool("x".into()),
            Problem::NoChatbotsButTools,
        ]);
        for problem in &problems {
            let both = [Language::Nl, Language::En].map(|language| sentence(problem, language));
            assert!(both.iter().all(|said| said.ends_with('.')), "{both:?}");
            assert_ne!(both[0], both[1]);
            assert!(!place(problem).is_empty());
        }
        assert!(too_long(TooLong { pages: 2, lines_over: 3 }, Language::Nl).1.contains("3 regels"));
    }
}
