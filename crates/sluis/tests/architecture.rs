//! The invariants of ARCHITECTURE.md that can be read off the source.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace is two folders up").into()
}

/// The Rust files of a crate, without its tests.
fn sources(name: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("crates").join(name).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder of a crate's source is there") {
            let path = entry.expect("its entries can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&path).expect("source is text");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{name} has no source");
    found
}

fn crates() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join("crates"))
        .expect("the crates are there")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names
}

/// What a crate depends on among ours.
fn own_dependencies(name: &str) -> Vec<String> {
    let manifest =
        fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).expect("a manifest");
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let dependencies = dependencies.split("\n[").next().unwrap_or_default();
    dependencies
        .lines()
        .filter_map(|line| line.strip_prefix("sluis-"))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn invariant_1_crates_depend_in_one_direction() {
    for name in crates() {
        let allowed: &[&str] = match name.as_str() {
            "detect" | "extract" | "ledger" => &[],
            "core" => &["detect"],
            "store" => &["core", "ledger"],
            "gateway" | "web" => &["core", "detect", "ledger", "store"],
            "report" => &["core"],
            "sluis" => &["core", "detect", "extract", "gateway", "ledger", "report", "store", "web"],
            other => panic!("say here what the crate {other} may depend on"),
        };
        let mut own = own_dependencies(&name);
        own.sort_unstable();
        for dependency in &own {
            assert!(allowed.contains(&dependency.as_str()), "{name} may not depend on {dependency}");
        }
    }
}

/// Crates other than `owner` whose source has one of these words.
fn found_outside(owner: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for name in crates().iter().filter(|name| name.as_str() != owner) {
        for (path, text) in sources(name) {
            for word in words {
                if text.contains(word) {
                    found.push(format!("{}: {word}", path.display()));
                }
            }
        }
    }
    found
}

#[test]
fn invariant_1_only_the_store_has_sql() {
    let words = ["sqlx::", "SELECT ", "INSERT INTO", "CREATE TABLE", "DELETE FROM"];
    // The one other place is a test's table of hostile texts in the detector.
    let found: Vec<_> =
        found_outside("store", &words).into_iter().filter(|place| !place.contains("/detect/")).collect();
    assert!(found.is_empty(), "{found:#?}");
    for (path, text) in sources("detect") {
        assert!(!text.contains("sqlx::"), "{}", path.display());
    }
}

#[test]
fn invariant_1_only_the_gateway_knows_provider_wire_types() {
    let words = ["content_block", "tool_calls", "input_text", "response.output_text", "finish_reason"];
    let found = found_outside("gateway", &words);
    // The measurement brings a stand-in model, which speaks the wire format from the other side.
    let found: Vec<_> = found.into_iter().filter(|place| !place.contains("/sluis/src/bench/")).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn invariant_1_and_5_only_the_binary_reads_environment_clock_and_chance() {
    let words = ["env::var", "env::args", "SystemTime::now", "rand::fill", "thread_rng", "getrandom"];
    assert_eq!(found_outside("sluis", &words), Vec::<String>::new());
    let binary: Vec<_> = sources("sluis")
        .into_iter()
        .filter(|(_, text)| words.iter().any(|word| text.contains(word)))
        .map(|(path, _)| path.file_name().map(|name| name.to_string_lossy().into_owned()))
        .collect();
    assert_eq!(binary, [Some("node.rs".to_owned())], "one place reads them, for all others");
    let rules = fs::read_to_string(root().join("clippy.toml")).expect("the bans are there");
    for ban in ["std::time::SystemTime::now", "std::env::var", "aws_lc_rs::rand::fill"] {
        assert!(rules.contains(ban), "clippy.toml no longer bans {ban}");
    }
}

#[test]
fn invariant_4_only_clearance_makes_what_the_way_out_sends() {
    for (path, text) in sources("gateway") {
        let makes = text.contains("Cleared {") && !path.ends_with("clearance.rs");
        assert!(!makes, "{} makes a Cleared", path.display());
        let sends = text.contains(".post(&") || text.contains("reqwest::Client");
        assert!(!sends || path.ends_with("upstream.rs"), "{} has a way out of its own", path.display());
    }
    let clearance = sources("gateway").into_iter().find(|(path, _)| path.ends_with("clearance.rs"));
    let (_, text) = clearance.expect("clearance.rs is there");
    let definition = text.split("pub struct Cleared {").nth(1).and_then(|rest| rest.split('}').next());
    assert!(definition.is_some_and(|fields| !fields.contains("pub ")), "the fields of Cleared are private");
    let append = text.find("gateway.store.write(entry).await.map_err").expect("evidence is written here");
    let made = text.find("Ok((Cleared {").expect("Cleared is made here");
    assert!(append < made, "evidence comes before clearance");
}

#[test]
fn anyhow_stays_in_the_binary() {
    for name in crates().iter().filter(|name| name.as_str() != "sluis") {
        let manifest =
            fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).expect("a manifest");
        assert!(!manifest.contains("anyhow"), "{name} uses anyhow");
    }
}

#[test]
fn the_settings_of_the_documentation_are_right() {
    let text = fs::read_to_string(root().join("docs/settings.md")).expect("the page is there");
    let mut checked = 0;
    for example in text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        if let Err(error) = sluis_core::settings::Settings::parse(example) {
            panic!("{error}\n{example}");
        }
        checked += 1;
    }
    assert!(checked > 0, "the page has no example");
}
