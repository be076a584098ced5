//! Questions, reports and measures, with every text marked.

use sluis_core::measure::{Decision, Measure};
use sluis_core::question::{Answer, Frequent, Question};
use sluis_core::report::{Account, Report};
use sluis_store::Store;

use crate::harness::digest;
use crate::questions::{answer, frequent, question};
use crate::reports::{measure, report, said};

pub const MARKS: [&str; 11] = [
    "CanaryQuestion6Ba",
    "CanaryAnswer7Dc",
    "CanaryFaq8Fe",
    "CanaryFaqAnswer9Hg",
    "CanaryWhat1Ji",
    "CanaryWhen2Lk",
    "CanaryWhich3Nm",
    "CanaryReach4Po",
    "CanaryMessage5Rq",
    "CanaryDossier6Ts",
    "CanaryReporter7Vu",
];

pub async fn fill(store: &Store) {
    store.ask(&Question { text: MARKS[0].into(), ..question("q", "p", 1) }, 9).await.unwrap();
    store.answer("q", &Answer { text: MARKS[1].into(), ..answer(2) }).await.unwrap();
    let (question, answer) = (MARKS[2].into(), MARKS[3].into());
    store.publish_frequent(&Frequent { question, answer, ..frequent("f", 3) }).await.unwrap();
    // Who reports in confidence is found nowhere in what is kept of the report; a marked name stands for them.
    store.insert_report(&report("r0", Some(MARKS[10]), 4), None).await.unwrap();
    let anonymous = report("r", None, 4);
    let account = Account {
        what: MARKS[4].into(),
        when: MARKS[5].into(),
        tool: MARKS[6].into(),
        contact: MARKS[7].into(),
        ..anonymous.account.clone()
    };
    store.insert_report(&Report { account, ..anonymous }, Some(&digest("code"))).await.unwrap();
    store.add_message("r", &said(None, MARKS[8], false, 5)).await.unwrap();
    let noted = measure("m", "p", Some("s"));
    let decision = Decision { reference: MARKS[9].into(), ..noted.decision.clone() };
    store.note_measure(&Measure { decision, ..noted }).await.unwrap();
}
