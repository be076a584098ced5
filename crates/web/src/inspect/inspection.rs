//! What Sluis sees in a text, and what would leave: the same steps as at the gateway, without sending.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use sluis_core::class::DataClass;
use sluis_core::mask::pseudonymise;
use sluis_core::policy::{Policy, Tool};
use sluis_core::practice;
use sluis_core::pseudonym::{Codebook, Full, Word, token_shapes};
use sluis_core::verdict::{Decision, Language, Verdict, decide, explain};
use sluis_detect::{Detector, Finding, Kind, Segment, practices, reason};

use crate::policy::words::{self, pick};

/// What a text is held against.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    /// The policy that decides.
    pub(crate) policy: Policy,
    /// The tool it would go to; without one, everything that is found is replaced.
    pub(crate) tool: Option<Tool>,
    /// The organisation's own words in the policy.
    pub(crate) terms: Vec<String>,
}

/// What came out.
#[derive(Debug, Clone)]
pub(crate) struct Inspection {
    /// The text, in pieces.
    pub(crate) pieces: Vec<Piece>,
    /// The text as it would leave, or could.
    pub(crate) safe: String,
    /// What happens to it.
    pub(crate) verdict: Verdict,
    /// That in a few words.
    pub(crate) heading: &'static str,
    /// That in plain sentences, with the way forward.
    pub(crate) says: String,
    /// Each kind that was found.
    pub(crate) found: Vec<Found>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// As it was typed.
    pub(crate) text: String,
    /// What it is, if it was found.
    pub(crate) mark: Option<Mark>,
}

/// What a piece was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The stable name of the kind.
    pub(crate) name: &'static str,
    /// The kind, as people call it.
    pub(crate) kind: &'static str,
    /// What would leave in its place; `None` when it stays.
    pub(crate) token: Option<String>,
}

/// A kind that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The stable name of the kind.
    pub(crate) name: &'static str,
    /// The kind, as people call it.
    pub(crate) kind: &'static str,
    /// How often.
    pub(crate) count: usize,
    /// What happens to it.
    pub(crate) effect: &'static str,
    /// Why Sluis takes it for that.
    pub(crate) why: &'static str,
}

impl Inspection {
    /// Whether it would leave without anybody having to decide.
    pub(crate) fn passes(&self) -> bool {
        self.verdict < Verdict::Ask
    }

    /// Whether something leaves as a pseudonym, or would have to.
    pub(crate) fn is_masked(&self) -> bool {
        self.pieces.iter().any(|piece| piece.mark.as_ref().is_some_and(|mark| mark.token.is_some()))
    }
}

/// Inspects a text. The secret makes its pseudonyms; it is for this one time.
///
/// # Errors
/// [`Full`] when there are more values in it than a conversation holds.
pub(crate) fn inspect(
    detector: &Detector,
    ground: &Ground,
    text: &str,
    secret: &[u8; 32],
    language: Language,
) -> Result<Inspection, Full> {
    let findings = findings(detector, &ground.terms, text);
    let decision = ground.tool.as_ref().map(|tool| decide(&ground.policy, tool, &findings));
    let masked: Vec<Kind> = match &decision {
        Some(decision) => decision.masked.clone(),
        None => Kind::ALL.to_vec(),
    };
    let mut book = Codebook::new(secret);
    let all = [findings];
    let replaced = pseudonymise(&[Segment { text, label: "" }], &all, &masked, &mut book)?;
    let [findings] = all;
    let safe = replaced.into_iter().flatten().next().unwrap_or_else(|| text.to_owned());
    let tokens = tokens(&safe, &mut book);
    let (verdict, says) =
        judge(text, ground.tool.as_ref(), decision.as_ref(), !findings.is_empty(), language);
    Ok(Inspection {
        pieces: pieces(text, &findings, &masked, tokens, language),
        safe,
        verdict,
        heading: heading(verdict, language),
        says,
        found: found(&findings, ground, language),
    })
}

/// What the detector finds, and the words of the policy, which the detector does not know yet while it is a draft.
fn findings(detector: &Detector, terms: &[String], text: &str) -> Vec<Finding> {
    let mut findings = detector.detect(text);
    if !terms.is_empty() {
        let own = detector.rules_only().with_terms(terms.iter().map(String::as_str)).detect(text);
        let is_known =
            |one: &Finding| findings.iter().any(|known| (known.kind, known.start) == (one.kind, one.start));
        let own: Vec<Finding> =
            own.into_iter().filter(|one| one.kind == Kind::ConfidentialTerm && !is_known(one)).collect();
        findings.extend(own);
        findings.sort_by_key(|one| (one.start, Reverse(one.end)));
    }
    findings
}

/// The tokens in place of findings, in the order of the text. What the person typed and looks like a token is none.
fn tokens(safe: &str, book: &mut Codebook) -> Vec<String> {
    let issued: BTreeSet<String> = book
        .take_fresh()
        .into_iter()
        .filter(|one| one.token.word != Word::Text)
        .map(|one| one.token.to_string())
        .collect();
    let shapes = token_shapes(safe).into_iter().map(|range| &safe[range]);
    shapes.filter(|token| issued.contains(*token)).map(str::to_owned).collect()
}

/// Cuts the text at what was found. What is replaced comes first; of the rest, only what does not lie across it is marked.
fn pieces(
    text: &str,
    findings: &[Finding],
    masked: &[Kind],
    tokens: Vec<String>,
    language: Language,
) -> Vec<Piece> {
    let mut order: Vec<&Finding> = findings.iter().collect();
    order.sort_by_key(|one| (one.start, Reverse(one.end)));
    let mut spans: Vec<(Range<usize>, Mark)> = Vec::new();
    let (mut end, mut tokens) = (0, tokens.into_iter());
    for finding in order.iter().filter(|one| masked.contains(&one.kind)) {
        let range = finding.start.max(end)..finding.end;
        if !range.is_empty() {
            end = range.end;
            spans.push((range, mark(finding, tokens.next(), language)));
        }
    }
    for finding in order.iter().filter(|one| !masked.contains(&one.kind)) {
        let range = finding.start..finding.end;
        let is_free = spans.iter().all(|(taken, _)| taken.end <= range.start || range.end <= taken.start);
        if is_free && !range.is_empty() {
            spans.push((range, mark(finding, None, language)));
        }
    }
    spans.sort_by_key(|(range, _)| range.start);

    let mut pieces = Vec::with_capacity(spans.len() * 2 + 1);
    let mut at = 0;
    for (range, mark) in spans {
        if at < range.start {
            pieces.push(Piece { text: text[at..range.start].to_owned(), mark: None });
        }
        at = range.end;
        pieces.push(Piece { text: text[range].to_owned(), mark: Some(mark) });
    }
    if at < text.len() {
        pieces.push(Piece { text: text[at..].to_owned(), mark: None });
    }
    pieces
}

fn mark(finding: &Finding, token: Option<String>, language: Language) -> Mark {
    Mark { name: finding.kind.name(), kind: words::kind(finding.kind, language), token }
}

/// What happens to the text, as the gateway decides it, and that in words.
fn judge(
    text: &str,
    tool: Option<&Tool>,
    decision: Option<&Decision>,
    has_findings: bool,
    language: Language,
) -> (Verdict, String) {
    let asked = practices(text).into_iter().max_by_key(|&one| practice::verdict(one));
    let verdict = decision
        .map_or(if has_findings { Verdict::Pseudonymise } else { Verdict::Allow }, |decision| {
            decision.verdict
        });
    if let Some(practice) = asked.filter(|&one| practice::verdict(one) > verdict) {
        return (practice::verdict(practice), practice::explain(practice, language));
    }
    let name = tool.map_or(pick(language, "een toepassing", "a tool"), |tool| tool.name.as_str());
    let says = match (verdict, tool, decision) {
        (Verdict::Ask | Verdict::Block, Some(tool), Some(decision)) => explain(decision, tool, language),
        (Verdict::Allow, ..) if has_findings => match language {
            Language::Nl => format!("Deze tekst mag zo naar {name}. Wat gemarkeerd is, blijft staan."),
            Language::En => format!("This text may go to {name} as it is. What is marked stays."),
        },
        (Verdict::Allow, ..) => match language {
            Language::Nl => {
                format!("Sluis herkent hier niets. Deze tekst mag zo naar {name}. Kijk zelf ook.")
            }
            Language::En => {
                format!(
                    "Sluis recognises nothing here. This text may go to {name} as it is. Look yourself too."
                )
            }
        },
        _ => match language {
            Language::Nl => format!(
                "Deze tekst mag naar {name}. Wat Sluis vervangt, gaat mee als schuilnaam. In het antwoord staan weer de echte gegevens."
            ),
            Language::En => format!(
                "This text may go to {name}. What Sluis replaces goes along as a pseudonym. In the answer the real data is back."
            ),
        },
    };
    (verdict, says)
}

pub(crate) const fn heading(verdict: Verdict, language: Language) -> &'static str {
    match verdict {
        Verdict::Allow => pick(language, "Dit mag", "This is allowed"),
        Verdict::Pseudonymise => {
            pick(language, "Dit mag, met schuilnamen", "This is allowed, with pseudonyms")
        }
        Verdict::Ask => pick(language, "Dit vraagt Sluis je eerst", "Sluis asks you first"),
        Verdict::Block => pick(language, "Dit houdt Sluis tegen", "Sluis stops this"),
    }
}

fn found(findings: &[Finding], ground: &Ground, language: Language) -> Vec<Found> {
    let mut kinds: BTreeMap<Kind, (usize, &Finding)> = BTreeMap::new();
    for finding in findings {
        kinds.entry(finding.kind).or_insert((0, finding)).0 += 1;
    }
    let one = |(kind, (count, first)): (Kind, (usize, &Finding))| {
        let verdict = ground
            .tool
            .as_ref()
            .map_or(Verdict::Pseudonymise, |tool| ground.policy.verdict(DataClass::of(kind), tool.trust));
        let why = reason(first);
        Found {
            name: kind.name(),
            kind: words::kind(kind, language),
            count,
            effect: words::effect(verdict, language),
            why: pick(language, why.nl, why.en),
        }
    };
    kinds.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use sluis_core::settings::Settings;
    use sluis_detect::Profile;

    use super::*;

    const TEXT: &str = "Mail mevrouw Jansen op a.jansen@voorbeeld.nl over Project Zilverreiger.";

    fn ground(trust: &str) -> Ground {
        let text = format!("[tools.t]\nurl = \"https://ai.example/v1\"\ntrust = \"{trust}\"\n");
        let policy = Settings::parse(&text).unwrap().policy;
        let tool = policy.tool("t").cloned();
        Ground { policy, tool, terms: vec!["Project Zilverreiger".into()] }
    }

    fn look(ground: &Ground, text: &str) -> Inspection {
        inspect(&Detector::new(Profile::Fast), ground, text, &[3; 32], Language::Nl).unwrap()
    }

    #[test]
    fn a08_pieces_join_to_the_text_and_tokens_stand_in_the_safe_version() {
        let seen = look(&ground("contracted"), TEXT);
        assert_eq!(seen.pieces.iter().map(|one| one.text.as_str()).collect::<String>(), TEXT);
        let marks: Vec<&Mark> = seen.pieces.iter().filter_map(|one| one.mark.as_ref()).collect();
        assert_eq!(
            marks.iter().map(|one| one.kind).collect::<Vec<_>>(),
            ["naam", "e-mailadres", "vertrouwelijk woord"]
        );
        assert!(marks[0].token.as_deref().is_some_and(|token| seen.safe.contains(token)), "{seen:?}");
        assert_eq!(marks[2].token, None, "confidential words may go to a tool under contract");
        assert!(!seen.safe.contains("Jansen") && seen.safe.contains("Zilverreiger"), "{}", seen.safe);
        assert_eq!((seen.verdict, seen.passes()), (Verdict::Pseudonymise, true));
    }

    #[test]
    fn a14_without_an_agreement_it_is_stopped_and_a_safe_version_is_offered() {
        let seen = look(&ground("open"), TEXT);
        assert_eq!(seen.verdict, Verdict::Block);
        assert!(!seen.passes() && seen.is_masked());
        assert!(!seen.safe.contains("Zilverreiger") && !seen.safe.contains("jansen@"), "{}", seen.safe);
        assert!(seen.says.contains("aanspreekpunt"), "{}", seen.says);
    }

    #[test]
    fn what_looks_like_a_token_is_not_taken_for_one_of_ours() {
        let seen = look(&ground("contracted"), "[PERSON_482137] schrijft aan mevrouw Jansen.");
        let tokens: Vec<&str> =
            seen.pieces.iter().filter_map(|one| one.mark.as_ref()?.token.as_deref()).collect();
        assert_eq!(tokens.len(), 1);
        assert_ne!(tokens[0], "[PERSON_482137]");
    }

    #[test]
    fn a10_a_request_to_decide_on_a_person_is_seen_too() {
        let seen =
            look(&ground("contracted"), "Wie van deze drie medewerkers moet ik ontslaan? Beslis jij maar.");
        assert_eq!(seen.verdict, Verdict::Ask, "{}", seen.says);
    }

    #[test]
    fn without_a_tool_everything_found_is_replaced() {
        let seen = look(&Ground { tool: None, ..ground("own") }, TEXT);
        assert!(seen.pieces.iter().filter_map(|one| one.mark.as_ref()).all(|one| one.token.is_some()));
        assert!(look(&ground("own"), "").pieces.is_empty());
    }
}
