//! What would happen to a sentence under a policy that is still being written.

use std::sync::Arc;

use sluis_core::a4::A4;
use sluis_core::policy::{Policy, Trust};
use sluis_core::verdict::Language;

use super::words::pick;
use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::inspect::{Ground, Inspection, look};

/// The most characters of a sentence to try.
pub(crate) const MAX_SENTENCE: usize = 1_000;

/// A sentence, the tool that it would go to, and what would happen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trial {
    pub(crate) sentence: String,
    pub(crate) tool: String,
    /// Once it was tried.
    pub(crate) seen: Option<Inspection>,
    /// Why nothing at all would go there.
    pub(crate) shut: Option<&'static str>,
}

impl Trial {
    /// What was filled in.
    pub(crate) fn read(form: &Form) -> Self {
        Self {
            sentence: form.raw("zin").trim().to_owned(),
            tool: form.text("zin_toepassing").to_owned(),
            ..Self::default()
        }
    }

    /// Tries it.
    pub(crate) async fn run(
        mut self,
        web: &Arc<Web>,
        node: &Policy,
        a4: &A4,
        language: Language,
    ) -> Result<(Self, Errors), Failure> {
        let mut errors = Errors::default();
        if self.sentence.is_empty() {
            errors.add("zin", pick(language, "Typ een zin om te proberen.", "Type a sentence to try."));
            return Ok((self, errors));
        }
        if self.sentence.chars().count() > MAX_SENTENCE {
            let (nl, en) = ("Neem een kortere zin om te proberen.", "Take a shorter sentence to try.");
            errors.add("zin", pick(language, nl, en));
            return Ok((self, errors));
        }
        let policy = a4.govern(node);
        let tool = policy.tool(&self.tool).filter(|tool| tool.trust != Trust::Unknown).cloned();
        if tool.is_none() {
            self.shut = Some(if a4.chatbots {
                pick(
                    language,
                    "Er gaat niets naar deze toepassing: dit concept keurt haar niet goed.",
                    "Nothing goes to this tool: this draft does not approve it.",
                )
            } else {
                pick(
                    language,
                    "Er gaat niets naar welke toepassing ook: dit concept staat geen chatbots toe.",
                    "Nothing goes to any tool: this draft allows no chatbots.",
                )
            });
            return Ok((self, errors));
        }
        let terms = a4.terms().map(str::to_owned).collect();
        let ground = Ground { policy, tool, terms };
        self.seen = Some(look(web, ground, self.sentence.clone(), language).await?);
        Ok((self, errors))
    }
}
