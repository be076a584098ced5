//! Tables of `input → kind:value`, for every test of what is found.

use sluis_detect::{Detector, Kind, Profile};
use std::sync::LazyLock;

/// The rules alone: what they find does not change with the model.
pub static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(Profile::Fast));

/// "kind:value" of every finding, organisations and special categories left out.
fn found(text: &str) -> Vec<String> {
    DETECTOR
        .detect(text)
        .iter()
        .filter(|f| !f.kind.is_special() && f.kind != Kind::Organisation)
        .map(|f| format!("{}:{}", f.kind.name(), &text[f.start..f.end]))
        .collect()
}

/// Fails with every row whose findings are others than those expected.
#[track_caller]
pub fn table(rows: &[(&str, &[&str])]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(text, expected)| found(text) != *expected)
        .map(|(text, expected)| format!("{text:?}\n   expected {expected:?}\n   found    {:?}", found(text)))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
