//! The A4: what can be published, and that what is published is what is obeyed.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use sluis_core::a4::{A4, Cell, Country, Field, Guard, MAX_LINE, MAX_RULES, Problem, Rule};
use sluis_core::class::DataClass;
use sluis_core::gate::{Gate, Published, Standing, in_force, shut};
use sluis_core::person::{Acknowledgement, Person, Relation, Role, Suspension};
use sluis_core::policy::{Policy, Tool, Trust};
use sluis_core::settings::Settings;
use sluis_core::verdict::{Language, Verdict};

const TODAY: Date = date(2026, 11, 21);

fn node() -> Policy {
    let text = r#"
        tools.mistral = { url = "https://ai.example/v1", trust = "contracted" }
        tools.gratis = { url = "https://free.example/v1", trust = "open" }
        tools.eigen = { url = "http://127.0.0.1:11434/v1", trust = "own" }
        tools.vreemd = { url = "https://odd.example/v1", trust = "unknown" }
    "#;
    Settings::parse(text).unwrap().policy
}

/// Four answers, and nothing more (A-03).
fn filled() -> A4 {
    let mut a4 = A4::start(Language::Nl, Country::Nl, TODAY);
    a4.organisation = "Huisartsenpraktijk De Linde".into();
    a4.tools = ["mistral".to_owned()].into();
    a4.contact = "De praktijkmanager, kamer 2".into();
    a4.scope = "Iedereen die bij ons werkt, ook invallers en stagiairs".into();
    a4
}

#[test]
fn a03_four_answers_make_a_policy_that_can_be_published() {
    for language in [Language::Nl, Language::En] {
        for country in [Country::Nl, Country::Be] {
            let a4 = A4 { may: A4::start(language, country, TODAY).may, language, country, ..filled() };
            assert_eq!(a4.problems(&node().tools), []);
        }
    }
}

#[test]
fn a02_publishing_is_impossible_while_a_field_is_empty() {
    type Emptying = fn(&mut A4);
    let cases: [(Field, Emptying); 4] = [
        (Field::Organisation, |a4| a4.organisation.clear()),
        (Field::Tools, |a4| a4.tools.clear()),
        (Field::Contact, |a4| a4.contact = "  ".into()),
        (Field::Scope, |a4| a4.scope.clear()),
    ];
    for (field, empty) in cases {
        let mut a4 = filled();
        empty(&mut a4);
        assert_eq!(a4.problems(&node().tools), [Problem::Empty(field)]);
    }
}

#[test]
fn a02_all_four_fields_stand_on_the_sheet() {
    let text = filled().sheet().text();
    for part in ["mistral", "De praktijkmanager, kamer 2", "ook invallers en stagiairs", "21-11-2026"] {
        assert!(text.contains(part), "{part}");
    }
}

/// Whoever changes a word of the sheet makes a new edition of the wording, or else signatures of before stand under a text
/// that nobody has read.
#[test]
fn a58_the_words_of_this_edition_never_change() {
    let full = |language, country| {
        let mut a4 = A4 { language, country, ..filled() };
        a4.clauses.energy = true;
        a4.clauses.equipment = true;
        a4.clauses.agreed_with_client = true;
        a4.clauses.sector = "De beroepscode".into();
        a4.board = "Het bestuur".into();
        a4.technical = "De systeembeheerder".into();
        a4.sheet().version()
    };
    assert_eq!(filled().sheet().version(), "bef460b8cc3e2989");
    assert_eq!(full(Language::Nl, Country::Nl), "bebcb9cca29f21e9");
    assert_eq!(full(Language::Nl, Country::Be), "9539ba723fb7ca5c");
    assert_eq!(full(Language::En, Country::Nl), "7c904b0c50fac50b");
    assert_eq!(
        A4 { chatbots: false, tools: BTreeSet::new(), ..filled() }.sheet().version(),
        "22dbf0c0fe0fccad"
    );
}

#[test]
fn a58_where_the_table_differs_stands_on_the_sheet_that_people_sign() {
    let cell = |trust, class, verdict| Cell { trust, class, verdict };
    let table = vec![
        cell(Trust::Contracted, DataClass::Confidential, Verdict::Block),
        cell(Trust::Own, DataClass::Confidential, Verdict::Ask),
        cell(Trust::Contracted, DataClass::Personal, Verdict::Pseudonymise),
    ];
    let a4 = A4 { table: table.clone(), ..filled() };
    let line = "Vertrouwelijke woorden: met verwerkersovereenkomst niet toegestaan; op onze eigen computers pas na \
                bevestigen.";
    let lines = a4.sheet().rules.lines;
    assert!(lines.iter().any(|one| one == line), "{lines:?}");
    // What is as it always is says nothing: the rules around it do.
    assert!(!lines.iter().any(|one| one.starts_with("Persoonsgegevens:")), "{lines:?}");
    assert_ne!(a4.sheet().hash(), filled().sheet().hash());
    // What was signed under the first edition keeps its text and its hash.
    let first = A4 { wording: 1, table, ..filled() };
    assert_eq!(first.sheet().version(), "bef460b8cc3e2989");
}

#[test]
fn a23_no_chatbots_is_a_policy_too_and_shuts_every_tool() {
    let a4 = A4 { chatbots: false, tools: BTreeSet::new(), ..filled() };
    assert_eq!(a4.problems(&node().tools), []);
    assert!(a4.sheet().text().contains("Gebruik geen chatbots"));
    assert_eq!(a4.govern(&node()).tools, []);
    let with_tools = A4 { chatbots: false, ..filled() };
    assert_eq!(with_tools.problems(&node().tools), [Problem::NoChatbotsButTools]);
}

#[test]
fn a26_personal_data_as_it_is_needs_a_processor_agreement() {
    for verdict in [Verdict::Allow, Verdict::Ask] {
        let cell = Cell { trust: Trust::Open, class: DataClass::Personal, verdict };
        let a4 = A4 { table: vec![cell], ..filled() };
        let found = a4.problems(&node().tools);
        assert!(
            matches!(found[..], [Problem::Contradiction(Trust::Open, DataClass::Personal, _)]),
            "{found:?}"
        );
    }
}

#[test]
fn a32_a_tool_that_nobody_decided_on_cannot_be_approved() {
    for name in ["vreemd", "bestaat niet"] {
        let mut a4 = filled();
        a4.tools.insert(name.into());
        assert_eq!(a4.problems(&node().tools), [Problem::UnknownTool(name.into())]);
    }
}

#[test]
fn a12_an_own_rule_needs_something_that_enforces_it() {
    let mut a4 = filled();
    a4.may_not.push(Rule { text: "Over project Zilverreiger praten.".into(), guards: BTreeSet::new() });
    assert_eq!(a4.problems(&node().tools), [Problem::Unguarded(4)]);
    a4.may_not[4].guards.insert(Guard::Terms(["Zilverreiger".to_owned()].into()));
    assert_eq!(a4.problems(&node().tools), []);
    assert_eq!(a4.terms().collect::<Vec<_>>(), ["Zilverreiger"]);
}

#[test]
fn a12_a_rule_that_the_table_undoes_cannot_be_published() {
    let mut a4 = filled();
    a4.tools.insert("gratis".into());
    a4.table = vec![Cell { trust: Trust::Open, class: DataClass::Confidential, verdict: Verdict::Allow }];
    let found = a4.problems(&node().tools);
    assert!(found.contains(&Problem::Undone(1, DataClass::Confidential, Trust::Open)), "{found:?}");
    // A33: without the rule it cannot be published either.
    a4.may_not.remove(1);
    let found = a4.problems(&node().tools);
    assert!(
        matches!(found[..], [Problem::Contradiction(Trust::Open, DataClass::Confidential, _)]),
        "{found:?}"
    );
}

#[test]
fn a18_what_is_too_long_is_told_by_how_much() {
    let a4 = A4 { contact: "x".repeat(MAX_LINE + 7), ..filled() };
    assert_eq!(a4.problems(&node().tools), [Problem::TooLong(Field::Contact, 7)]);
    let a4 = A4 { scope: "een\u{7}piep".into(), ..filled() };
    assert_eq!(a4.problems(&node().tools), [Problem::NotText(Field::Scope)]);
    let a4 = A4 { may: vec!["Iets.".into(); MAX_RULES + 1], ..filled() };
    assert_eq!(a4.problems(&node().tools), [Problem::Count(Field::May(0))]);
}

#[test]
fn an_a4_comes_back_from_json_as_it_was() {
    let mut a4 = filled();
    a4.may_not[0].guards.insert(Guard::Terms(["Zilverreiger".to_owned()].into()));
    a4.table.push(Cell { trust: Trust::Own, class: DataClass::Personal, verdict: Verdict::Allow });
    let json = serde_json::to_string(&a4).unwrap();
    assert_eq!(serde_json::from_str::<A4>(&json).unwrap(), a4);
}

fn published(number: u32, a4: A4) -> Published {
    Published { number, hash: a4.sheet().hash(), a4, by: "b".into(), at: 0 }
}

fn person() -> Person {
    Person {
        id: "p".into(),
        name: "Fenna".into(),
        email: "fenna@example.org".into(),
        roles: [Role::Employee].into(),
        relation: Relation::Employee,
        department: String::new(),
        language: Language::Nl,
        created_at: 0,
        left_at: None,
    }
}

#[test]
fn a58_gates_open_one_after_the_other() {
    let fenna = person();
    let second = A4 { effective: date(2026, 12, 1), contact: "De directie".into(), ..filled() };
    let versions = [published(1, filled()), published(2, second)];
    let ack = |version: &Published| Acknowledgement {
        person: "p".into(),
        policy: version.number,
        hash: version.hash,
        at: 1,
    };
    let first_signed = [ack(&versions[0])];
    let both_signed = [ack(&versions[0]), ack(&versions[1])];
    let later = date(2026, 12, 1);
    let early = date(2026, 11, 20);
    let gate = |signed: &[Acknowledgement], tool, day| {
        let standing = Standing { person: Some(&fenna), acknowledged: signed, suspended: &[] };
        shut(&versions, &[], standing, tool, day, 10)
    };
    for (signed, tool, day, expected) in [
        (&[][..], "mistral", early, Some(Gate::NotYet(TODAY))),
        (&[], "mistral", TODAY, Some(Gate::NotAcknowledged)),
        (&first_signed, "mistral", TODAY, None),
        (&first_signed, "gratis", TODAY, Some(Gate::NotApproved)),
        (&first_signed, "mistral", later, Some(Gate::NotAcknowledged)),
        (&both_signed, "mistral", later, None),
    ] {
        assert_eq!(gate(signed, tool, day), expected, "{} {tool} {day}", signed.len());
    }
    // A signature under another text of the same number is none.
    let forged = [Acknowledgement { hash: [0; 32], ..first_signed[0].clone() }];
    assert_eq!(gate(&forged, "mistral", TODAY), Some(Gate::NotAcknowledged));
    assert_eq!(in_force(&versions, later).map(|version| version.number), Some(2));
}

#[test]
fn h05_a_suspension_shuts_one_tool_or_all_for_a_time_and_can_be_lifted() {
    let fenna = person();
    let versions = [published(1, filled())];
    let signed = [Acknowledgement { person: "p".into(), policy: 1, hash: versions[0].hash, at: 1 }];
    let suspension = |tool: Option<&str>, lifted_at| Suspension {
        id: "s".into(),
        person: "p".into(),
        tool: tool.map(Into::into),
        reason: "Onderzoek naar een melding".into(),
        by: "b".into(),
        from: 5,
        until: 20,
        lifted_at,
    };
    for (one, now, expected) in [
        (suspension(None, None), 4, None),
        (suspension(None, None), 5, Some(Gate::Suspended(20))),
        (suspension(Some("mistral"), None), 19, Some(Gate::Suspended(20))),
        (suspension(Some("eigen"), None), 19, None),
        (suspension(None, None), 20, None),
        (suspension(None, Some(8)), 9, None),
    ] {
        let suspended = [one];
        let standing = Standing { person: Some(&fenna), acknowledged: &signed, suspended: &suspended };
        assert_eq!(shut(&versions, &[], standing, "mistral", TODAY, now), expected, "{now}");
    }
}

#[test]
fn who_left_finds_every_gate_shut_and_programs_sign_nothing() {
    let gone = Person { left_at: Some(3), ..person() };
    let standing = |person| Standing { person, acknowledged: &[], suspended: &[] };
    assert_eq!(shut(&[], &[], standing(Some(&gone)), "mistral", TODAY, 3), Some(Gate::Left));
    let versions = [published(1, filled())];
    assert_eq!(shut(&versions, &[], standing(None), "mistral", TODAY, 3), None);
    // Before there is any policy, the node's settings alone decide.
    assert_eq!(shut(&[], &[], standing(None), "gratis", TODAY, 3), None);
}

#[test]
fn a21_every_gate_says_what_to_do_and_where() {
    for gate in [
        Gate::NotYet(TODAY),
        Gate::Stopped,
        Gate::NoChatbots,
        Gate::NotApproved,
        Gate::NotAcknowledged,
        Gate::Suspended(1_800_000_000_000_000),
        Gate::Left,
    ] {
        for language in [Language::Nl, Language::En] {
            let said = gate.explain(language);
            assert!(said.matches(['.', '?']).count() >= 2, "{said}");
        }
        assert!(gate.page().starts_with('/'));
    }
}

fn cells() -> impl Strategy<Value = Vec<Cell>> {
    let one =
        (0..Trust::ALL.len(), 0..DataClass::ALL.len(), 0..4usize).prop_map(|(trust, class, verdict)| Cell {
            trust: Trust::ALL[trust],
            class: DataClass::ALL[class],
            verdict: [Verdict::Allow, Verdict::Pseudonymise, Verdict::Ask, Verdict::Block][verdict],
        });
    prop::collection::vec(one, 0..6)
}

fn tools() -> impl Strategy<Value = BTreeSet<String>> {
    let names = ["mistral", "gratis", "eigen", "vreemd", "elders"];
    prop::collection::btree_set(prop::sample::select(names.to_vec()).prop_map(str::to_owned), 0..5)
}

proptest! {
    #[test]
    fn a12_every_rule_of_a_policy_that_can_be_published_is_enforced(
        table in cells(), tools in tools(), without in 0..5usize, chatbots: bool,
    ) {
        let mut a4 = A4 { table, tools, chatbots, ..filled() };
        if let Some(rule) = a4.may_not.get_mut(without) {
            rule.guards.clear();
        }
        let node = node();
        if a4.problems(&node.tools).is_empty() {
            let governed = a4.govern(&node);
            // Every approved tool is known and decided on.
            let known: Vec<&Tool> = governed.tools.iter().collect();
            prop_assert_eq!(known.len(), if chatbots { a4.tools.len() } else { 0 });
            prop_assert!(known.iter().all(|tool| tool.trust != Trust::Unknown));
            for rule in &a4.may_not {
                prop_assert!(!rule.guards.is_empty());
                for guard in &rule.guards {
                    let Guard::Class(class) = guard else { continue };
                    for tool in &known {
                        let raw = governed.verdict(*class, tool.trust) == Verdict::Allow;
                        prop_assert!(!raw || (*class == DataClass::Confidential && tool.trust >= Trust::Contracted));
                    }
                }
            }
        }
    }

    #[test]
    fn the_strictest_rule_wins(ours in cells(), nodes in cells()) {
        let mut node = node();
        node.table = nodes.iter().map(|cell| ((cell.trust, cell.class), cell.verdict)).collect();
        let a4 = A4 { table: ours, ..filled() };
        let governed = a4.govern(&node);
        for trust in Trust::ALL {
            for class in DataClass::ALL {
                let verdict = governed.verdict(class, trust);
                prop_assert_eq!(verdict, a4.verdict(trust, class).max(node.verdict(class, trust)));
            }
        }
    }

    #[test]
    fn another_verdict_is_another_hash(one in cells(), other in cells()) {
        let [one, other] = [one, other].map(|table| A4 { table, ..filled() });
        let cells = Trust::ALL.into_iter().flat_map(|trust| DataClass::ALL.map(|class| (trust, class)));
        let is_same = cells.into_iter().all(|(trust, class)| one.verdict(trust, class) == other.verdict(trust, class));
        prop_assert_eq!(one.sheet().hash() == other.sheet().hash(), is_same);
    }

    #[test]
    fn another_word_is_another_hash(a in "[a-z]{1,30}", b in "[a-z]{1,30}") {
        let of = |contact: &str| A4 { contact: contact.into(), ..filled() }.sheet().hash();
        prop_assert_eq!(of(&a) == of(&b), a == b);
    }
}
