//! The form of the opportunity test and the supplier guide: read, judged, and shown again as it was typed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sluis_core::intake::{Agreement, Assessment, Opportunity, Point, ToolRecord, host};
use sluis_core::verdict::Language;

use super::facts::Fact;
use super::questions::{Kind, Question, test_labels};
use super::words;
use crate::form::{Errors, Form, day};
use crate::page::Shown;

/// The most days that something is kept, in a form.
const MOST_DAYS: u32 = 36_500;

/// The form, as it was typed: each field by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed(BTreeMap<String, String>);

/// The name of the field for one of the eight points.
pub(super) fn point_id(point: Point) -> String {
    format!("punt_{}", point.letter())
}

fn date(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

impl Typed {
    /// What was answered before.
    pub(super) fn of(record: &ToolRecord) -> Self {
        let nl = Language::Nl;
        let nothing = Assessment::default();
        let one = record.assessment.as_ref().unwrap_or(&nothing);
        let test = &record.opportunity;
        let mut typed = Self::default();
        let mut put = |id: &str, value: String| typed.0.insert(id.to_owned(), value);
        put("naam", record.name.clone());
        put("maker", record.request.maker.clone());
        put("adres", record.request.host.clone());
        for (id, text) in TEST.iter().zip(parts(test)) {
            put(id, text.clone());
        }
        put("plaats", words::name(&words::places(nl), one.place));
        put("landen", one.countries.clone());
        put("doorgifte", words::name(&words::transfers(nl), one.transfer));
        put("kosten", words::name(&words::costs(nl), one.cost));
        put("bewaren", words::name(&words::storages(nl), one.storage));
        put("dagen", one.days.map(|days| days.to_string()).unwrap_or_default());
        put("training", words::name(&words::answers(nl), one.training));
        put("overeenkomst", words::name(&words::answers(nl), one.agreement.signed));
        put("overeenkomst_datum", date(one.agreement.on));
        for (point, answer) in Point::ALL.into_iter().zip(one.agreement.points) {
            put(&point_id(point), words::name(&words::answers(nl), answer));
        }
        put("anderen", words::name(&words::answers(nl), one.others_known));
        put("welke_anderen", one.others.clone());
        put("certificaten", one.certificates.clone());
        put("bewijs", one.evidence.clone());
        put("bewijs_datum", date(one.evidence_on));
        put("grond", words::name(&words::bases(nl), one.basis));
        put("uitzondering", words::name(&words::exceptions(nl), one.exception));
        put("opmerking", one.note.clone());
        typed
    }

    /// From a form.
    pub(super) fn read(form: &Form) -> Self {
        let mut typed = Self::default();
        for group in typed.groups(Language::Nl) {
            for question in group.questions {
                // Browsers send lines with a return before each break.
                let value = form.text(&question.id).replace("\r\n", "\n");
                typed.0.insert(question.id, value);
            }
        }
        typed
    }

    pub(super) fn get(&self, id: &str) -> &str {
        self.0.get(id).map_or("", String::as_str)
    }

    /// The record with these answers, or what is wrong with them.
    pub(super) fn fill(
        &self,
        record: &ToolRecord,
        by: &str,
        at: i64,
        shown: &Shown,
    ) -> Result<ToolRecord, Errors> {
        let mut errors = Errors::default();
        for question in self.groups(shown.language).into_iter().flat_map(|group| group.questions) {
            check(&question, shown, &mut errors);
        }
        if self.get("naam").is_empty() {
            errors.add("naam", shown.say("Vul in: Naam.", "Fill in: Name."));
        }
        let address = self.get("adres");
        if !address.is_empty() && host(address).is_none() {
            errors.add(
                "adres",
                shown.say(
                    "Dit is geen webadres. Een webadres ziet eruit als chat.example.",
                    "This is no web address. A web address looks like chat.example.",
                ),
            );
        }
        if errors.any() {
            return Err(errors);
        }
        let nl = Language::Nl;
        let mut filled = record.clone();
        self.get("naam").clone_into(&mut filled.name);
        self.get("maker").clone_into(&mut filled.request.maker);
        filled.request.host = host(address).unwrap_or_default();
        let [technical, business, why, rest, kind, working, source, risks] =
            TEST.map(|id| self.get(id).to_owned());
        filled.opportunity = Opportunity { technical, business, why, rest, kind, working, source, risks };
        let answer = |id: &str| words::chosen(&words::answers(nl), self.get(id));
        let text = |id: &str| self.get(id).to_owned();
        filled.assessment = Some(Assessment {
            by: by.to_owned(),
            at,
            place: words::chosen(&words::places(nl), self.get("plaats")),
            countries: text("landen"),
            transfer: words::chosen(&words::transfers(nl), self.get("doorgifte")),
            cost: words::chosen(&words::costs(nl), self.get("kosten")),
            storage: words::chosen(&words::storages(nl), self.get("bewaren")),
            days: self.get("dagen").parse().ok(),
            training: answer("training"),
            agreement: Agreement {
                signed: answer("overeenkomst"),
                on: day(self.get("overeenkomst_datum")),
                points: Point::ALL.map(|point| answer(&point_id(point))),
            },
            others_known: answer("anderen"),
            others: text("welke_anderen"),
            certificates: text("certificaten"),
            evidence: text("bewijs"),
            evidence_on: day(self.get("bewijs_datum")),
            basis: words::chosen(&words::bases(nl), self.get("grond")),
            exception: words::chosen(&words::exceptions(nl), self.get("uitzondering")),
            note: text("opmerking"),
        });
        Ok(filled)
    }

    /// What is different in the answers of somebody else: the question, theirs, and mine.
    pub(super) fn differences(&self, theirs: &Self, language: Language) -> Vec<(String, String, String)> {
        let questions = self.groups(language).into_iter().flat_map(|group| group.questions);
        questions
            .filter(|question| question.value != theirs.get(&question.id))
            .map(|question| {
                let (other, mine) = (question.said(theirs.get(&question.id)), question.said(&question.value));
                (question.label, other, mine)
            })
            .collect()
    }
}

/// The fields of the opportunity test.
pub(super) const TEST: [&str; 8] =
    ["techniek", "bedrijf", "waarom_ai", "slapen", "soort", "werking", "inkopen", "risicos"];

/// The parts of the test, in the order of [`TEST`].
fn parts(test: &Opportunity) -> [&String; 8] {
    [
        &test.technical,
        &test.business,
        &test.why,
        &test.rest,
        &test.kind,
        &test.working,
        &test.source,
        &test.risks,
    ]
}

/// The opportunity test as it was filled in, without what is empty.
pub(super) fn opportunity(record: &ToolRecord, language: Language) -> Vec<Fact> {
    let labels = test_labels(language);
    let filled = labels.into_iter().zip(parts(&record.opportunity));
    filled.filter(|(_, text)| !text.is_empty()).map(|(label, text)| (label, text.clone())).collect()
}

fn check(question: &Question, shown: &Shown, errors: &mut Errors) {
    let value = &question.value;
    let most = question.most();
    let odd = |c: char| c.is_control() && !(c == '\n' && question.kind == Kind::Lines);
    match question.kind {
        Kind::Line | Kind::Lines if value.chars().count() > most => errors.add(
            question.id.clone(),
            match shown.language {
                Language::Nl => format!("{}: maak dit korter. Er passen {most} tekens in.", question.label),
                Language::En => format!("{}: make this shorter. {most} characters fit.", question.label),
            },
        ),
        Kind::Line | Kind::Lines if value.chars().any(odd) => errors.add(
            question.id.clone(),
            shown.say(
                "Hier staat een teken dat geen tekst is. Typ dit opnieuw.",
                "There is a character that is no text. Type this again.",
            ),
        ),
        Kind::Day if !value.is_empty() && day(value).is_none() => errors.add(
            question.id.clone(),
            shown.say(
                "Dit is geen datum. Schrijf haar zoals 21-11-2026, of laat dit leeg.",
                "This is no date. Write it like 21-11-2026, or leave this empty.",
            ),
        ),
        Kind::Number if !value.is_empty() && !value.parse::<u32>().is_ok_and(|days| days <= MOST_DAYS) => {
            errors.add(
                question.id.clone(),
                shown.say(
                    "Dit is geen aantal dagen. Schrijf een getal, of laat dit leeg.",
                    "This is no number of days. Write a number, or leave this empty.",
                ),
            );
        }
        _ => {}
    }
}
