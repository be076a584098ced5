//! A record of a tool, with every text marked.

use sluis_core::intake::{Answer, Assessment, Decision, Opportunity, Outcome, Request, Stop, ToolRecord};
use sluis_core::policy::Trust;
use sluis_store::Store;

pub const MARKS: [&str; 10] = [
    "CanaryTool6Ab",
    "CanaryMaker7Cd",
    "canaryhost8ef",
    "CanaryPurpose9Gh",
    "CanaryBusiness1Ij",
    "CanaryCountry2Kl",
    "CanaryEvidence3Mn",
    "CanaryWhy4Op",
    "CanaryStop5Qr",
    "canaryasker6st",
];

pub async fn fill(store: &Store) {
    store.insert_tool(&tool()).await.unwrap();
    store.update_tool(&tool()).await.unwrap().unwrap();
}

fn tool() -> ToolRecord {
    let request = Request {
        by: MARKS[9].into(),
        at: 1,
        maker: MARKS[1].into(),
        host: MARKS[2].into(),
        purpose: MARKS[3].into(),
        personal: Answer::Yes,
    };
    let mut record = ToolRecord::new("t".into(), MARKS[0].into(), request);
    record.opportunity = Opportunity { business: MARKS[4].into(), ..Opportunity::default() };
    let assessment = Assessment::default();
    record.assessment =
        Some(Assessment { countries: MARKS[5].into(), evidence: MARKS[6].into(), ..assessment });
    record.decide(Decision {
        outcome: Outcome::Approved,
        trust: Trust::Open,
        by: "p".into(),
        at: 2,
        reason: MARKS[7].into(),
        review: "2027-11-21".parse().unwrap(),
        ends: None,
    });
    record.halt(Stop { by: "p".into(), at: 3, reason: MARKS[8].into(), started: None });
    record
}
