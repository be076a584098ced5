//! Any text: findings in order, inside the text, on character boundaries.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sluis_detect::{Detector, Profile, Segment, char_offsets, identities};

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(Profile::Fast));

fuzz_target!(|texts: (&str, &str)| {
    let segments = [Segment { text: texts.0, label: "" }, Segment { text: texts.1, label: "naam" }];
    let findings = DETECTOR.detect_document(&segments);
    for (segment, findings) in segments.iter().zip(&findings) {
        for finding in findings {
            assert!(finding.start < finding.end);
            assert!(segment.text.get(finding.start..finding.end).is_some());
        }
        assert!(findings.is_sorted_by_key(|finding| finding.start));
        assert_eq!(char_offsets(segment.text, findings).len(), findings.len());
    }
    let owners = identities(&segments, &findings);
    assert!(owners.iter().zip(&findings).all(|(owners, findings)| owners.len() == findings.len()));
});
