//! What holds for every text.

use proptest::prelude::*;
use sluis_detect::{Detector, Finding, Kind, Profile, Segment, char_offsets, identities, normalise};
use std::sync::LazyLock;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(Profile::Fast));

/// Pieces that make nasty texts when put in any order.
const PIECES: &[&str] = &[
    "Jan",
    " de ",
    "Vries",
    "mevr. ",
    "06-12345678",
    "111222333",
    "NL91ABNA0417164300",
    "@",
    ".",
    ",",
    ":",
    ";",
    "|",
    "\n",
    "\t",
    "  ",
    "=",
    "BSN ",
    "geb. ",
    "01-02-1980",
    "Dorpsstraat 12a, 1234 AB Utrecht",
    "\u{200B}",
    "\u{0}",
    "é",
    "e\u{301}",
    "😀",
    "مرحبا",
    "٠٦١٢٣٤",
    "１２３４",
    "061234567８",
    "—",
    "\\",
    "-----BEGIN PRIVATE KEY-----",
    "sk-ant-",
    "°",
    "€ ",
    "(",
    ")",
    "'t ",
    "\"",
    "J.",
    "van den",
    "wachtwoord: ",
    "https://linkedin.com/in/jan",
    "::1",
    "2a02:a457::1",
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "v/d ",
    "ß",
    "İ",
    "ﬁ",
    "\u{202E}",
    "12",
    " 3 ",
    "-",
];

fn check(text: &str, findings: &[Finding]) -> Result<(), TestCaseError> {
    let mut reach = 0;
    let mut start = 0;
    for f in findings {
        prop_assert!(f.start < f.end && f.end <= text.len(), "{f:?} in {} bytes", text.len());
        prop_assert!(text.is_char_boundary(f.start) && text.is_char_boundary(f.end));
        prop_assert!((0.0..=1.0).contains(&f.score));
        prop_assert!(f.start >= start, "sorted by start");
        start = f.start;
        if !f.kind.is_special() && f.kind != Kind::Organisation {
            prop_assert!(f.start >= reach, "direct kinds never overlap: {f:?}");
            reach = f.end;
        }
    }
    let chars = char_offsets(text, findings);
    for (f, (from, to)) in findings.iter().zip(chars) {
        let value: String = text.chars().skip(from).take(to - from).collect();
        prop_assert_eq!(value.as_str(), &text[f.start..f.end]);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_gives_sound_findings(text in any::<String>()) {
        check(&text, &DETECTOR.detect(&text))?;
    }

    #[test]
    fn any_order_of_nasty_pieces_gives_sound_findings(picks in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = picks.iter().map(|&i| PIECES[i]).collect();
        check(&text, &DETECTOR.detect(&text))?;
    }

    #[test]
    fn detection_gives_the_same_every_time(picks in proptest::collection::vec(0..PIECES.len(), 0..30)) {
        let text: String = picks.iter().map(|&i| PIECES[i]).collect();
        prop_assert_eq!(DETECTOR.detect(&text), DETECTOR.detect(&text));
    }

    #[test]
    fn documents_give_findings_per_segment(picks in proptest::collection::vec(0..PIECES.len(), 0..40), label in "[a-zA-Z_]{0,12}") {
        let texts: Vec<String> = picks.chunks(7).map(|c| c.iter().map(|&i| PIECES[i]).collect()).collect();
        let segments: Vec<Segment<'_>> = texts.iter().map(|t| Segment { text: t, label: &label }).collect();
        let findings = DETECTOR.detect_document(&segments);
        prop_assert_eq!(findings.len(), segments.len());
        for (segment, list) in segments.iter().zip(&findings) {
            check(segment.text, list)?;
        }
        let ids = identities(&segments, &findings);
        prop_assert!(ids.iter().zip(&findings).all(|(a, b)| a.len() == b.len()));
    }

    #[test]
    fn normalising_twice_changes_nothing(
        text in prop_oneof!["\\PC{0,40}", "[0-9 +().'/-]{0,14}", "(https?://|www\\.|@| |[a-z0-9/Æ´]){0,6}", any::<String>()],
        kind in 0..Kind::ALL.len(),
    ) {
        let kind = Kind::ALL[kind];
        let once = normalise(kind, &text);
        prop_assert_eq!(normalise(kind, &once), once);
    }

    #[test]
    fn every_number_with_a_right_check_digit_is_a_bsn_behind_the_word(n in 10_000_000_u32..99_999_999) {
        // Oracle by another way: try the ten last digits and take those that the law's sum allows.
        let lead: Vec<u32> = format!("{n:08}").bytes().map(|b| u32::from(b - b'0')).collect();
        let sum: u32 = lead.iter().zip((2..=9).rev()).map(|(d, w)| d * w).sum();
        let check = sum % 11;
        prop_assume!(check < 10);
        let text = format!("zijn BSN is {n:08}{check}.");
        let found = DETECTOR.detect(&text);
        let number = format!("{n:08}{check}");
        let there = found.iter().any(|f| f.kind == Kind::Bsn && f.score > 0.9 && text[f.start..f.end] == number);
        prop_assert!(there);
    }

    #[test]
    fn ibans_with_right_remainder_are_found_in_any_grouping(account in 100_000_000_u64..9_999_999_999, step in 2_usize..6) {
        let bban = format!("ABNA{account:010}");
        // 98 minus the remainder of the account, the country and 00 (ISO 13616).
        let digits: String = format!("{bban}NL00").chars().map(|c| c.to_digit(36).map_or(String::new(), |d| d.to_string())).collect();
        let rest = digits.bytes().fold(0_u32, |r, b| (r * 10 + u32::from(b - b'0')) % 97);
        let iban = format!("NL{:02}{bban}", 98 - rest);
        let grouped: Vec<String> = iban.as_bytes().chunks(step).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
        let text = format!("graag naar {} overmaken", if step == 4 { grouped.join(" ") } else { iban.clone() });
        let found = DETECTOR.detect(&text);
        let there = found.iter().any(|f| f.kind == Kind::Iban && normalise(Kind::Iban, &text[f.start..f.end]) == iban.to_lowercase());
        prop_assert!(there);
    }
}

#[test]
fn a_megabyte_of_hostile_repeats_is_read_to_the_end() {
    for piece in [
        "1",
        "1 ",
        "12-",
        "a",
        "A",
        "Jan ",
        "@",
        "a@",
        "a@b.",
        "06 ",
        "1234 AB ",
        "van ",
        "J.",
        "-----BEGIN PRIVATE KEY",
        "ww: ",
        "(",
        "\"",
        "x=",
        "a:",
        "1:",
        "Straat 1 ",
        "\n",
        ",",
        "eyJ",
        "BSN ",
    ] {
        let text = piece.repeat((1 << 20) / piece.len());
        for f in DETECTOR.detect(&text) {
            assert!(f.end <= text.len());
        }
    }
}

#[test]
fn kinds_have_stable_names() {
    for &kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(Kind::BirthDate.name(), "birth_date");
    assert_eq!(Kind::from_name("nobody"), None);
}

#[test]
fn the_detector_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<Detector>();
}
