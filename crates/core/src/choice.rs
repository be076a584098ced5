//! What a person decides about their own text after they saw what was found: more to mask, and false alarms to let go of.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sluis_detect::{Finding, Kind, Segment};

use crate::class::DataClass;
use crate::policy::{Overrides, Policy, Tool};
use crate::verdict::Verdict;

/// The name of the detector that is a person.
pub const HAND: &str = "hand";

/// The most texts to mask, and the most to let go of, in one request.
pub const MAX_CHOICES: usize = 100;

/// The fewest and the most characters of such a text. One letter would stand everywhere.
pub const CHARACTERS: std::ops::RangeInclusive<usize> = 2..=200;

/// A text to mask that nobody found. In a chat that is kept it stays masked in the turns that follow.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mask {
    /// The text.
    pub text: String,
    /// Whether it says who somebody is; otherwise it is something else that has to stay here.
    pub person: bool,
}

impl fmt::Debug for Mask {
    /// Without the text: what is printed may end in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask").field("person", &self.person).finish_non_exhaustive()
    }
}

impl Mask {
    /// The kind it goes as.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        if self.person { Kind::Person } else { Kind::ConfidentialTerm }
    }
}

/// What a person decided.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// To mask though it was not found.
    pub mask: Vec<Mask>,
    /// To leave as it is though it was found.
    pub release: Vec<String>,
}

impl fmt::Debug for Choices {
    /// Without the texts: what is printed may end in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choices")
            .field("mask", &self.mask.len())
            .field("release", &self.release.len())
            .finish()
    }
}

impl Choices {
    /// Whether number and length of the texts are within the limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let texts = self.mask.iter().map(|one| &one.text).chain(&self.release);
        self.mask.len() <= MAX_CHOICES
            && self.release.len() <= MAX_CHOICES
            && texts.into_iter().all(|text| CHARACTERS.contains(&text.trim().chars().count()))
    }
}

/// What choices did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// How often something was masked by hand, by name of the kind.
    pub added: BTreeMap<&'static str, u32>,
    /// How often something was let go of, by name of the kind.
    pub released: BTreeMap<&'static str, u32>,
    /// Per segment, the findings that were let go of.
    pub gone: Vec<Vec<Finding>>,
}

/// Whether a person may let go of a finding of this kind on the way to this tool: names and places only, as numbers,
/// special categories, secrets and the organisation's own words are no matter of taste; and never what the policy blocks.
#[must_use]
pub fn may_release(policy: &Policy, tool: &Tool, kind: Kind) -> bool {
    policy.overrides == Overrides::Allow
        && matches!(kind, Kind::Person | Kind::Organisation | Kind::City | Kind::Address)
        && policy.verdict(DataClass::of(kind), tool.trust) < Verdict::Block
}

/// Whether a finding counts for the verdict. What a person masks by hand as "something else" is replaced, and that is all:
/// it must not shut the way for who is careful.
#[must_use]
pub fn weighs(finding: &Finding) -> bool {
    finding.detector != HAND || finding.kind != Kind::ConfidentialTerm
}

/// Changes the findings by the choices. Masking wins from letting go.
pub fn apply(
    choices: &Choices,
    policy: &Policy,
    tool: &Tool,
    segments: &[Segment<'_>],
    findings: &mut [Vec<Finding>],
) -> Applied {
    let mut applied = Applied { gone: vec![Vec::new(); findings.len()], ..Applied::default() };
    for ((segment, found), gone) in segments.iter().zip(findings.iter_mut()).zip(&mut applied.gone) {
        found.retain(|one| {
            let surface = segment.text[one.start..one.end].trim();
            let goes = may_release(policy, tool, one.kind)
                && choices.release.iter().any(|text| text.trim() == surface);
            if goes {
                *applied.released.entry(one.kind.name()).or_default() += 1;
                gone.push(*one);
            }
            !goes
        });
    }
    for mask in &choices.mask {
        let text = mask.text.trim();
        let places: Vec<Vec<usize>> = segments.iter().map(|segment| places(segment.text, text)).collect();
        // Where the text stands as a word, it is that word that is meant; a part of a word counts only where there is none.
        let stands_alone = segments
            .iter()
            .zip(&places)
            .any(|(segment, places)| places.iter().any(|&at| is_word(segment.text, at, text.len())));
        for ((segment, places), found) in segments.iter().zip(places).zip(findings.iter_mut()) {
            for at in places {
                let range = at..at + text.len();
                let is_known = |one: &Finding| {
                    (one.start, one.end) == (range.start, range.end)
                        && policy.verdict(DataClass::of(one.kind), tool.trust) >= Verdict::Pseudonymise
                };
                if (stands_alone && !is_word(segment.text, at, text.len())) || found.iter().any(is_known) {
                    continue;
                }
                *applied.added.entry(mask.kind().name()).or_default() += 1;
                found.push(Finding {
                    start: range.start,
                    end: range.end,
                    kind: mask.kind(),
                    score: 1.0,
                    detector: HAND,
                });
            }
            found.sort_by_key(|one| (one.start, std::cmp::Reverse(one.end)));
        }
    }
    applied
}

/// Where a text stands in another, whatever its case, as far as small letters take as many bytes as large ones; else as it
/// is written.
fn places(text: &str, sought: &str) -> Vec<usize> {
    let small = text.to_lowercase();
    let lines_up = small.len() == text.len()
        && text.chars().zip(small.chars()).all(|(one, other)| one.len_utf8() == other.len_utf8());
    let wanted = sought.to_lowercase();
    if lines_up && wanted.len() == sought.len() {
        small.match_indices(&wanted).map(|(at, _)| at).collect()
    } else {
        text.match_indices(sought).map(|(at, _)| at).collect()
    }
}

/// Whether no letter or digit of the same word stands before or behind it.
fn is_word(text: &str, at: usize, length: usize) -> bool {
    let here = &text[at..at + length];
    let joins = |inner: Option<char>, outer: Option<char>| {
        inner.is_some_and(char::is_alphanumeric) && outer.is_some_and(char::is_alphanumeric)
    };
    !joins(here.chars().next(), text[..at].chars().next_back())
        && !joins(here.chars().next_back(), text[at + length..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::pseudonymise;
    use crate::pseudonym::Codebook;
    use crate::settings::Settings;
    use crate::verdict::decide;

    fn policy(overrides: &str, trust: &str) -> Policy {
        let text = format!(
            "[policy]\noverrides = \"{overrides}\"\n[tools.t]\nurl = \"https://ai.example/v1\"\ntrust = \"{trust}\"\n"
        );
        Settings::parse(&text).unwrap().policy
    }

    fn finding(text: &str, part: &str, kind: Kind) -> Finding {
        let start = text.find(part).unwrap();
        Finding { start, end: start + part.len(), kind, score: 1.0, detector: "test" }
    }

    fn mask(text: &str, person: bool) -> Choices {
        Choices { mask: vec![Mask { text: text.into(), person }], release: Vec::new() }
    }

    fn release(text: &str) -> Choices {
        Choices { mask: Vec::new(), release: vec![text.into()] }
    }

    /// The text as it would leave, and what was done.
    fn leaves(policy: &Policy, choices: &Choices, text: &str, found: Vec<Finding>) -> (String, Applied) {
        let tool = policy.tool("t").unwrap();
        let segments = [Segment { text, label: "" }];
        let mut findings = [found];
        let applied = apply(choices, policy, tool, &segments, &mut findings);
        let decision = decide(policy, tool, findings.iter().flatten().filter(|one| weighs(one)));
        let mut book = Codebook::new(&[1; 32]);
        let out = pseudonymise(&segments, &findings, &decision.masked, &mut book).unwrap();
        (out[0].clone().unwrap_or_else(|| text.into()), applied)
    }

    #[test]
    fn what_a_person_masks_goes_as_a_token_wherever_it_stands() {
        let policy = policy("allow", "contracted");
        let text = "Zilvervos en de zilvervossen. ZILVERVOS!";
        let (safe, applied) = leaves(&policy, &mask(" Zilvervos ", false), text, Vec::new());
        assert!(safe.starts_with("[DETAIL_") && safe.contains("de zilvervossen. [DETAIL_"), "{safe}");
        assert_eq!(applied.added["confidential_term"], 2);
        // Part of a word, when it stands nowhere by itself.
        let (safe, _) = leaves(&policy, &mask("vervos", true), "De zilvervossen", Vec::new());
        assert!(safe.starts_with("De zil[PERSON_") && safe.ends_with("sen"), "{safe}");
        // Letters whose small form is longer than they are.
        let (safe, _) = leaves(&policy, &mask("İpek", true), "İİ İpek", Vec::new());
        assert!(safe.starts_with("İİ [PERSON_"), "{safe}");
    }

    #[test]
    fn masking_by_hand_does_not_mask_or_stop_the_rest() {
        let policy = policy("allow", "own");
        let text = "Bij Firma Bos en Firma Vis.";
        let found = vec![finding(text, "Firma Vis", Kind::Organisation)];
        let (safe, _) = leaves(&policy, &mask("Firma Bos", false), text, found);
        assert!(safe.contains("Firma Vis") && !safe.contains("Firma Bos"), "{safe}");
        let tool = policy.tool("t").unwrap();
        let open = self::policy("allow", "open");
        let mut findings = [Vec::new()];
        apply(&mask("Bos", false), &open, tool, &[Segment { text, label: "" }], &mut findings);
        assert!(findings[0].iter().all(|one| !weighs(one)) && findings[0].len() == 1);
    }

    #[test]
    fn a_name_that_is_none_stays_and_only_that_one() {
        let text = "Jan Steen schilderde; Jan Steen belde met mevrouw Vermeer.";
        let people = || {
            let mut found =
                vec![finding(text, "Jan Steen", Kind::Person), finding(text, "Vermeer", Kind::Person)];
            found.push(Finding { start: 22, end: 31, ..found[0] });
            found
        };
        let (safe, applied) = leaves(&policy("allow", "contracted"), &release("Jan Steen"), text, people());
        assert!(
            safe.starts_with("Jan Steen schilderde; Jan Steen belde") && !safe.contains("Vermeer"),
            "{safe}"
        );
        assert_eq!((applied.released["person"], applied.gone[0].len()), (2, 2));
        let (safe, applied) = leaves(&policy("forbid", "contracted"), &release("Jan Steen"), text, people());
        assert!(!safe.contains("Steen") && applied.released.is_empty(), "{safe}");
        let both = Choices { mask: mask("Jan Steen", true).mask, release: release("Jan Steen").release };
        let (safe, _) = leaves(&policy("allow", "contracted"), &both, text, people());
        assert!(!safe.contains("Steen"), "masking wins: {safe}");
    }

    #[test]
    fn only_names_and_places_can_be_let_go_of_and_never_what_is_blocked() {
        let (policy, open) = (policy("allow", "own"), policy("allow", "open"));
        let (tool, free) = (policy.tool("t").unwrap(), open.tool("t").unwrap());
        for &kind in Kind::ALL {
            let name_or_place =
                matches!(kind, Kind::Person | Kind::Organisation | Kind::City | Kind::Address);
            assert_eq!(may_release(&policy, tool, kind), name_or_place, "{}", kind.name());
        }
        assert!(!may_release(&open, free, Kind::Person), "a14: without an agreement nobody is let go of");
    }

    #[test]
    fn limits_hold() {
        for (text, sound) in [("x", false), ("xy", true), (" x ", false), (&*"x".repeat(201), false)] {
            assert_eq!(mask(text, true).is_sound(), sound, "{text}");
            assert_eq!(release(text).is_sound(), sound, "{text}");
        }
        let many = Choices { mask: Vec::new(), release: vec!["Jan".into(); MAX_CHOICES + 1] };
        assert!(!many.is_sound() && Choices::default().is_sound());
    }
}
