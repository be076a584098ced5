//! The trained layer: that it computes what it was trained to, refuses files that are no models, and keeps what holds for every text.

use proptest::prelude::*;
use sluis_detect::pieces::Piece;
use sluis_detect::tagger::{ModelError, Tagger};
use sluis_detect::{Detector, Finding, Kind, Profile, Segment};
use std::sync::LazyLock;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(Profile::Accurate));
const MODEL: &[u8] = include_bytes!("../../../models/tagger.slm");

/// A text, its pieces, and what the model must say of them before the probabilities.
type Golden = (String, Vec<Piece>, Vec<Vec<f64>>, Vec<f64>);

fn golden() -> Vec<Golden> {
    let file: serde_json::Value = serde_json::from_str(include_str!("../../../models/golden.json")).unwrap();
    let numbers = |v: &serde_json::Value| -> Vec<f64> {
        v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
    };
    let one = |text: &serde_json::Value| {
        let pieces = text["pieces"].as_array().unwrap().iter().map(|p| {
            let n = |key: &str| u32::try_from(p[key].as_u64().unwrap()).unwrap();
            Piece {
                start: n("start") as usize,
                end: n("end") as usize,
                id: u16::try_from(n("id")).unwrap(),
                flags: n("flags"),
                rule: u8::try_from(n("rule")).unwrap(),
                shape: u8::try_from(n("shape")).unwrap(),
            }
        });
        let logits = text["logits"].as_array().unwrap().iter().map(numbers).collect();
        (text["text"].as_str().unwrap().to_owned(), pieces.collect(), logits, numbers(&text["categories"]))
    };
    file["texts"].as_array().unwrap().iter().map(one).collect()
}

fn softmax(logits: &[f64]) -> Vec<f64> {
    let most = logits.iter().copied().fold(f64::MIN, f64::max);
    let raised: Vec<f64> = logits.iter().map(|x| (x - most).exp()).collect();
    let sum: f64 = raised.iter().sum();
    raised.iter().map(|x| x / sum).collect()
}

#[test]
fn the_model_computes_what_it_was_trained_to() {
    let tagger = Tagger::embedded().unwrap();
    let (mut most, mut sum, mut count) = (0.0_f64, 0.0, 0_u32);
    for (_, pieces, logits, categories) in golden() {
        let reading = tagger.label_anew(&[&pieces]).unwrap().remove(0);
        let labels = reading.labels.len() / pieces.len();
        for (row, logits) in reading.labels.chunks(labels).zip(&logits) {
            let wanted = softmax(logits);
            for (got, wanted) in row.iter().zip(&wanted) {
                let far = (f64::from(*got) - wanted).abs();
                most = most.max(far);
                sum += far;
                count += 1;
            }
        }
        for (got, logit) in reading.categories.iter().zip(&categories) {
            let far = (f64::from(*got) - 1.0 / (1.0 + (-logit).exp())).abs();
            most = most.max(far);
        }
    }
    // The inputs of each layer are rounded to eight bits: where the model doubts, that moves a probability by some hundredths.
    assert!(most < 0.06, "a probability is off by {most}");
    assert!(
        sum / f64::from(count) < 0.000_5,
        "probabilities are off by {} on average",
        sum / f64::from(count)
    );
}

#[test]
fn the_pieces_of_the_golden_texts_are_those_of_training() {
    let tagger = Tagger::embedded().unwrap();
    let fast = Detector::new(Profile::Fast);
    for (text, pieces, ..) in golden() {
        let chars = |byte: usize| text[..byte].chars().count();
        let mut got = fast.read_pieces(tagger.vocabulary(), &text);
        for p in &mut got {
            (p.start, p.end) = (chars(p.start), chars(p.end));
        }
        assert_eq!(got, pieces, "{text}");
    }
}

#[test]
fn what_is_no_model_is_refused() {
    let refused = |bytes: Vec<u8>| Tagger::read(bytes.leak()).err();
    assert!(matches!(refused(Vec::new()), Some(ModelError::Magic)));
    assert!(matches!(refused(b"SLUISTG1".to_vec()), Some(ModelError::Header(_))));
    assert!(matches!(refused(b"SLUISTG1\xff\xff\xff\xff{}".to_vec()), Some(ModelError::Header(_))));
    assert!(matches!(refused(b"SLUISTG1\x02\0\0\0{}".to_vec()), Some(ModelError::Header(_))));
    // Cut off in the header, behind it, in the middle and just before the end.
    for length in [100, 5_000, MODEL.len() / 2, MODEL.len() - 64] {
        assert!(refused(MODEL[..length].to_vec()).is_some(), "cut at {length}");
    }
}

/// The model with some text of its header replaced by as many bytes.
fn changed(from: &str, to: &str) -> Vec<u8> {
    let at = MODEL.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
    let mut bytes = MODEL.to_vec();
    bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
    bytes
}

#[test]
fn a_header_that_does_not_fit_its_tensors_is_refused() {
    for (from, to) in [
        ("\"version\":1", "\"version\":2"),
        ("\"width\":384", "\"width\":383"),
        ("\"width\":384", "\"width\":768"),
        ("\"heads\":12", "\"heads\":00"),
        ("\"heads\":12", "\"heads\":13"),
        ("\"vocab\":43", "\"vocab\":42"),
        ("\"max_window\":192", "\"max_window\":191"),
        ("\"overlap\":32", "\"overlap\":99"),
        ("\"flags\":32", "\"flags\":31"),
        ("\"B-figure\"", "\"B-figurx\""),
        ("\"I-person\"", "\"I-figure\""),
        ("\"dtype\":\"i8\"", "\"dtype\":\"u8\""),
        ("\"offset\":0}", "\"offset\":1}"),
    ] {
        assert!(Tagger::read(changed(from, to).leak()).is_err(), "{from} {to}");
    }
}

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
    ", ",
    ": ",
    "|",
    "\n",
    "\t",
    "BSN ",
    "geb. 01-02-1980 ",
    "Dorpsstraat 12a, 1234 AB Utrecht",
    "\u{200B}",
    "\u{0}",
    "e\u{301}",
    "😀",
    "مرحبا",
    "٠٦١٢٣٤",
    "(",
    ")",
    "'t ",
    " heeft diabetes ",
    "klant",
    " ﬁ",
    "3²",
    "—",
    "wachtwoord: ",
    "x",
    " ",
];

fn check(text: &str, findings: &[Finding]) -> Result<(), TestCaseError> {
    let (mut reach, mut start) = (0, 0);
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
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_gives_sound_findings(text in any::<String>()) {
        check(&text, &DETECTOR.detect(&text))?;
    }

    #[test]
    fn any_order_of_nasty_pieces_gives_sound_findings_and_the_same_again(picks in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = picks.iter().map(|&i| PIECES[i]).collect();
        let findings = DETECTOR.detect(&text);
        check(&text, &findings)?;
        prop_assert_eq!(DETECTOR.detect(&text), findings);
    }

    #[test]
    fn documents_give_findings_per_segment(picks in proptest::collection::vec(0..PIECES.len(), 0..40), label in "[a-zA-Z_]{0,12}|naam|patientId") {
        let texts: Vec<String> = picks.chunks(5).map(|c| c.iter().map(|&i| PIECES[i]).collect()).collect();
        let segments: Vec<Segment<'_>> = texts.iter().map(|t| Segment { text: t, label: &label }).collect();
        let findings = DETECTOR.detect_document(&segments);
        prop_assert_eq!(findings.len(), segments.len());
        for (segment, list) in segments.iter().zip(&findings) {
            check(segment.text, list)?;
        }
    }
}

#[test]
fn long_texts_are_read_to_the_end() {
    for piece in ["a", "Jan ", "J.", "(", "\n", "06 ", "A"] {
        let text = piece.repeat((1 << 15) / piece.len());
        assert!(DETECTOR.detect(&text).iter().all(|f| f.end <= text.len()));
    }
    let text =
        format!("{} Bel mevrouw Bouzidi op 06-12345678.", "De vergadering begint om drie uur. ".repeat(2000));
    let found = DETECTOR.detect(&text);
    assert!(found.iter().any(|f| f.kind == Kind::Person && text[f.start..f.end].contains("Bouzidi")));
}

#[test]
fn many_detectors_share_the_model_and_threads_may_use_one() {
    let text = "Bel mevrouw Bouzidi op 06-12345678.";
    let expected = DETECTOR.detect(text);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(DETECTOR.detect(text), expected));
        }
    });
}
