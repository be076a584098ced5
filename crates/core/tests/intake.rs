//! Requests for tools: what the answers say about trust, and what the company's decisions do.

use jiff::civil::{Date, date};
use sluis_core::class::DataClass;
use sluis_core::gate::{Gate, Standing, shut};
use sluis_core::intake::{
    Agreement, Answer, Assessment, Basis, Cost, Decision, Exception, MAX_STEPS, Missing, Opportunity,
    Outcome, Place, Point, Reason, Request, State, Stop, Storage, ToolRecord, Transfer, judged, open,
    record_of,
};
use sluis_core::policy::{Policy, Trust};
use sluis_core::settings::Settings;
use sluis_core::verdict::{Language, Verdict};

const TODAY: Date = date(2026, 11, 21);

/// Everything arranged with a maker in Europe.
fn arranged() -> Assessment {
    Assessment {
        by: "fg".into(),
        at: 5,
        place: Place::Europe,
        countries: "Frankrijk".into(),
        transfer: Transfer::Unknown,
        cost: Cost::Paid,
        storage: Storage::Needed,
        days: Some(30),
        training: Answer::No,
        agreement: Agreement { signed: Answer::Yes, on: Some(date(2026, 3, 2)), points: [Answer::Yes; 8] },
        others_known: Answer::Yes,
        others: "Een datacentrum in Parijs".into(),
        certificates: "ISO 27001".into(),
        evidence: "Overeenkomst, artikel 5".into(),
        evidence_on: Some(date(2026, 3, 2)),
        basis: Basis::Interest,
        exception: Exception::Nothing,
        note: String::new(),
    }
}

fn request() -> Request {
    Request {
        by: "fenna".into(),
        at: 1,
        maker: "De maker".into(),
        host: "chat.example".into(),
        purpose: "Brieven herschrijven".into(),
        personal: Answer::Unknown,
    }
}

fn record(name: &str, assessment: Option<Assessment>) -> ToolRecord {
    ToolRecord { assessment, ..ToolRecord::new("1".repeat(32), name.into(), request()) }
}

fn decision(outcome: Outcome, trust: Trust) -> Decision {
    let review = date(2027, 11, 21);
    Decision { outcome, trust, by: "bestuur".into(), at: 9, reason: "Het past".into(), review, ends: None }
}

fn stop() -> Stop {
    Stop { by: "fg".into(), at: 10, reason: "Een lek bij de maker".into(), started: None }
}

fn node() -> Policy {
    let text = r#"
        tools.mistral = { url = "https://ai.example/v1", trust = "contracted" }
        tools.nieuw = { url = "https://new.example/v1" }
    "#;
    Settings::parse(text).unwrap().policy
}

fn trust_of(name: &str, records: &[ToolRecord]) -> Trust {
    judged(&node(), records).tool(name).unwrap().trust
}

#[test]
fn a33_trust_follows_from_the_answers_and_what_nobody_knows_counts_as_the_careful_side() {
    type Change = fn(&mut Assessment);
    let cases: [(&str, Change, Trust, &[Reason]); 24] = [
        ("all is arranged", |_| {}, Trust::Contracted, &[]),
        ("kept nowhere", |a| (a.storage, a.days) = (Storage::Nothing, None), Trust::Contracted, &[]),
        ("free, and learns nothing", |a| a.cost = Cost::Free, Trust::Contracted, &[]),
        (
            "adequate country",
            |a| (a.place, a.transfer) = (Place::Elsewhere, Transfer::Adequate),
            Trust::Contracted,
            &[],
        ),
        (
            "safeguards",
            |a| (a.place, a.transfer) = (Place::Elsewhere, Transfer::Safeguards),
            Trust::Contracted,
            &[],
        ),
        ("elsewhere", |a| a.place = Place::Elsewhere, Trust::Open, &[Reason::Transfer]),
        (
            "nothing arranged",
            |a| (a.place, a.transfer) = (Place::Elsewhere, Transfer::Nothing),
            Trust::Open,
            &[Reason::Transfer],
        ),
        ("nobody knows where", |a| a.place = Place::Unknown, Trust::Open, &[Reason::Place]),
        ("trains", |a| a.training = Answer::Yes, Trust::Open, &[Reason::Training]),
        ("may train", |a| a.training = Answer::Unknown, Trust::Open, &[Reason::Training]),
        (
            "free and trains",
            |a| (a.cost, a.training) = (Cost::Free, Answer::Yes),
            Trust::Open,
            &[Reason::Training, Reason::Free],
        ),
        ("kept for ever", |a| a.storage = Storage::Longer, Trust::Open, &[Reason::Storage]),
        ("kept, nobody knows", |a| a.storage = Storage::Unknown, Trust::Open, &[Reason::Storage]),
        ("kept for some time", |a| a.days = None, Trust::Open, &[Reason::Days]),
        ("no agreement", |a| a.agreement.signed = Answer::No, Trust::Open, &[Reason::Agreement]),
        ("agreement unknown", |a| a.agreement = Agreement::default(), Trust::Open, &[Reason::Agreement]),
        ("without a day", |a| a.agreement.on = None, Trust::Open, &[Reason::Undated]),
        (
            "a point that is not settled",
            |a| a.agreement.points[3] = Answer::No,
            Trust::Open,
            &[Reason::Point(Point::SubProcessors)],
        ),
        ("who else", |a| a.others_known = Answer::Unknown, Trust::Open, &[Reason::Others]),
        ("no proof", |a| a.evidence = " ".into(), Trust::Open, &[Reason::Evidence]),
        ("proof without a day", |a| a.evidence_on = None, Trust::Open, &[Reason::Evidence]),
        ("no ground", |a| a.basis = Basis::Unknown, Trust::Open, &[Reason::Basis]),
        ("not for people", |a| a.basis = Basis::NoPersonalData, Trust::Open, &[Reason::Basis]),
        (
            "own machines, which learn from what is entered for free",
            |a| (a.place, a.cost, a.training) = (Place::Own, Cost::Free, Answer::Yes),
            Trust::Open,
            &[Reason::Free],
        ),
    ];
    for (says, change, trust, reasons) in cases {
        let mut assessment = arranged();
        change(&mut assessment);
        assert_eq!((assessment.trust(), &*assessment.reasons()), (trust, reasons), "{says}");
    }
    assert_eq!(Assessment { place: Place::Own, ..Assessment::default() }.trust(), Trust::Own);
    assert_eq!(Assessment::default().trust(), Trust::Open, "not one answer");
}

#[test]
fn a14_every_one_of_the_eight_points_has_to_be_settled() {
    for at in 0..Point::ALL.len() {
        for answer in [Answer::No, Answer::Unknown] {
            let mut assessment = arranged();
            assessment.agreement.points[at] = answer;
            assert_eq!(assessment.trust(), Trust::Open);
            assert_eq!(assessment.reasons(), [Reason::Point(Point::ALL[at])]);
        }
    }
    let letters: String = Point::ALL.iter().map(|point| point.letter()).collect();
    assert_eq!(letters, "abcdefgh");
}

#[test]
fn a33_free_and_trained_on_what_is_entered_gets_nothing_confidential_whatever_else_is_answered() {
    let node = node();
    for place in [Place::Own, Place::Europe, Place::Elsewhere, Place::Unknown] {
        let free = Assessment { place, cost: Cost::Free, training: Answer::Yes, ..arranged() };
        assert!(free.is_paid_with_data());
        assert_eq!(free.trust(), Trust::Open, "{place:?}");
        for class in [DataClass::Confidential, DataClass::Personal, DataClass::NationalId, DataClass::Special]
        {
            assert_eq!(node.verdict(class, free.trust()), Verdict::Block);
        }
    }
}

#[test]
fn a13_every_reason_is_a_sentence_in_both_languages() {
    let mut reasons = Assessment::default().reasons();
    reasons.extend([Reason::Transfer, Reason::Days, Reason::Undated, Reason::Free]);
    reasons.extend(Point::ALL.map(Reason::Point));
    for reason in reasons {
        let [nl, en] = [Language::Nl, Language::En].map(|language| reason.explain(language));
        assert!(nl.ends_with('.') && en.ends_with('.') && nl != en, "{nl} {en}");
    }
}

#[test]
fn a32_a_record_can_only_make_a_stated_trust_stricter() {
    assert_eq!(trust_of("mistral", &[]), Trust::Contracted);
    assert_eq!(trust_of("mistral", &[record("mistral", None)]), Trust::Contracted, "nobody answered yet");
    let learns = Assessment { training: Answer::Yes, ..arranged() };
    let mut one = record(" Mistral", Some(learns));
    assert_eq!(
        trust_of("mistral", std::slice::from_ref(&one)),
        Trust::Open,
        "names are compared as people do"
    );
    one.assessment = Some(Assessment { place: Place::Own, ..Assessment::default() });
    assert_eq!(trust_of("mistral", std::slice::from_ref(&one)), Trust::Contracted);
    one.decide(decision(Outcome::Declined, Trust::Own));
    assert_eq!(trust_of("mistral", &[one]), Trust::Unknown);
}

#[test]
fn c38_where_the_settings_leave_it_open_an_approved_record_gives_the_trust() {
    assert_eq!(trust_of("nieuw", &[]), Trust::Unknown);
    let mut one = record("nieuw", Some(arranged()));
    assert_eq!(trust_of("nieuw", std::slice::from_ref(&one)), Trust::Unknown, "nobody decided");
    one.decide(decision(Outcome::Approved, Trust::Open));
    assert_eq!(trust_of("nieuw", std::slice::from_ref(&one)), Trust::Open, "later answers raise nothing");
    one.decide(decision(Outcome::Approved, Trust::Contracted));
    assert_eq!(trust_of("nieuw", std::slice::from_ref(&one)), Trust::Contracted);
    one.assessment = None;
    assert_eq!(trust_of("nieuw", &[one]), Trust::Unknown);
}

#[test]
fn a32_what_was_stopped_declined_or_is_over_is_shut_for_everybody() {
    let standing = || Standing { person: None, acknowledged: &[], suspended: &[] };
    let gate = |one: &ToolRecord, day| shut(&[], std::slice::from_ref(one), standing(), "mistral", day, 10);
    let mut one = record("mistral", Some(arranged()));
    assert_eq!((one.state(TODAY), gate(&one, TODAY)), (State::Requested, None));
    one.decide(decision(Outcome::Declined, Trust::Contracted));
    assert_eq!((one.state(TODAY), gate(&one, TODAY)), (State::Declined, Some(Gate::Stopped)));
    let ends = Some(date(2026, 11, 22));
    one.decide(Decision { ends, ..decision(Outcome::Approved, Trust::Contracted) });
    assert_eq!((one.state(TODAY), gate(&one, TODAY)), (State::Approved, None));
    let later = date(2026, 11, 22);
    assert_eq!((one.state(later), gate(&one, later)), (State::Ended, Some(Gate::Stopped)));

    assert!(one.halt(stop()) && !one.halt(stop()));
    assert_eq!((one.state(TODAY), gate(&one, TODAY)), (State::Stopped, Some(Gate::Stopped)));
    let records = [one.clone()];
    assert!(open(node(), &records, TODAY).tool("mistral").is_none());
    assert!(open(node(), &records, TODAY).tool("nieuw").is_some());
    assert!(one.start("bestuur", 12) && !one.start("bestuur", 13));
    assert_eq!((one.state(TODAY), gate(&one, TODAY)), (State::Approved, None));
    assert_eq!(one.stops[0].started, Some(("bestuur".into(), 12)));
}

#[test]
fn a30_approving_takes_both_parts_of_the_test_and_a_recorded_ground() {
    let mut one = record("mistral", None);
    assert_eq!(one.missing(), [Missing::Opportunity, Missing::Assessment]);
    one.assessment = Some(Assessment { basis: Basis::Unknown, ..arranged() });
    one.opportunity =
        Opportunity { technical: "Past".into(), business: " ".into(), ..Opportunity::default() };
    assert_eq!(one.missing(), [Missing::Opportunity, Missing::Basis]);
    one.assessment = Some(arranged());
    one.opportunity.business = "Het scheelt werk".into();
    assert_eq!(one.missing(), []);
}

#[test]
fn a_review_is_due_from_its_day_on_and_only_for_what_is_approved() {
    let mut one = record("mistral", None);
    let review = date(2027, 11, 21);
    assert!(!one.is_due(review));
    one.decide(decision(Outcome::Approved, Trust::Open));
    assert!(one.is_due(review) && !one.is_due(date(2027, 11, 20)));
    one.decide(decision(Outcome::Declined, Trust::Open));
    assert!(!one.is_due(review));
}

#[test]
fn a_record_comes_back_from_json_and_does_not_grow_for_ever() {
    let mut one = record("Eén tool", Some(arranged()));
    for at in 0..150 {
        one.decide(Decision { at, ..decision(Outcome::Approved, Trust::Open) });
        assert!(one.halt(Stop { at, ..stop() }) && one.start("b", at));
    }
    assert_eq!((one.decisions.len(), one.stops.len()), (MAX_STEPS, MAX_STEPS));
    assert_eq!(one.decision().map(|one| one.at), Some(149));
    let json = serde_json::to_string(&one).unwrap();
    let read: ToolRecord = serde_json::from_str(&json).unwrap();
    assert_eq!(ToolRecord { id: one.id.clone(), revision: one.revision, ..read }, one);
    assert!(record_of(&[one], "EÉN TOOL").is_some());
}
