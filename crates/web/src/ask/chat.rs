//! A conversation that is kept, or not: what was said before, and keeping what was said now.

use sluis_core::choice::Mask;
use sluis_store::{Chat, Turn};

use crate::Web;
use crate::error::Failure;
use crate::visitor::{Visitor, identifier};

/// Microseconds in a day.
const DAY_US: i64 = 86_400_000_000;

/// The most characters of a title.
pub(crate) const MAX_TITLE: usize = 80;

/// About how long a title is that is made of a question, in characters.
const TITLE: usize = 60;

/// The most characters of an answer that are kept.
pub(crate) const MAX_ANSWER: usize = 400_000;

/// A conversation so far.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    /// As it is kept; `None` for one that begins now.
    pub(crate) chat: Option<Chat>,
    pub(crate) turns: Vec<Turn>,
}

impl Conversation {
    /// The visitor's own conversation of this identifier.
    pub(crate) async fn read(web: &Web, visitor: &Visitor, id: &str) -> Result<Self, Failure> {
        let chat = web.store.chat(&visitor.person.id, id, visitor.now).await?.ok_or(Failure::NotFound)?;
        let turns = web.store.turns(&visitor.person.id, id).await?;
        Ok(Self { chat: Some(chat), turns })
    }

    /// What was masked by hand so far.
    pub(crate) fn masks(&self) -> &[Mask] {
        self.chat.as_ref().map_or(&[], |chat| &chat.masks)
    }

    /// Questions and answers before the turn of this number.
    pub(crate) fn before(&self, number: usize) -> Vec<(String, String)> {
        let said = |turn: &Turn| (turn.question.clone(), turn.answer.clone());
        self.turns.iter().take(number).map(said).collect()
    }

    /// Keeps a turn, if chats are kept at all; gives the chat it is in. `None` also when the chat is full or has changed.
    pub(crate) async fn keep(
        &self,
        web: &Web,
        visitor: &Visitor,
        number: usize,
        turn: Turn,
        model: &str,
        masks: Vec<Mask>,
    ) -> Result<Option<Chat>, Failure> {
        let Ok(number) = u32::try_from(number) else { return Ok(None) };
        if web.chat_days == 0 {
            return Ok(None);
        }
        let now = (web.source.now)();
        let expires_at = now.saturating_add(i64::from(web.chat_days) * DAY_US);
        let chat = match &self.chat {
            Some(chat) => {
                Chat { model: model.to_owned(), masks, changed_at: now, expires_at, ..chat.clone() }
            }
            None => Chat {
                id: identifier(web),
                title: title(&turn.question),
                model: model.to_owned(),
                masks,
                created_at: now,
                changed_at: now,
                expires_at,
            },
        };
        let kept = web.store.keep_turn(&visitor.person.id, &chat, number, &turn).await?;
        Ok(kept.then_some(chat))
    }
}

/// The first words of a question. Made here, so that nothing extra leaves.
pub(crate) fn title(question: &str) -> String {
    let line = question.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("…");
    let line: String = line.chars().filter(|one| !one.is_control()).collect();
    let Some((cut, _)) = line.char_indices().nth(TITLE) else { return line };
    let words = line[..cut].rfind(' ').filter(|&at| at > cut / 2).unwrap_or(cut);
    format!("{}…", line[..words].trim_end_matches([' ', ',', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_words_of_the_question() {
        for (question, expected) in [
            ("Wat is btw?", "Wat is btw?"),
            ("\n  Eerste regel \nTweede", "Eerste regel"),
            (
                "Schrijf een vriendelijke brief aan mevrouw Jansen over de afspraak van morgen",
                "Schrijf een vriendelijke brief aan mevrouw Jansen over de…",
            ),
            ("", "…"),
        ] {
            assert_eq!(title(question), expected);
        }
        assert_eq!(title(&"é".repeat(200)).chars().count(), TITLE + 1);
    }
}
