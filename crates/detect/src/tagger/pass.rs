//! The model's pass over a document, between the rules' first look and the names that are sought everywhere.

use super::combine::DETECTOR;
use super::{Reading, Tagger};
use crate::detector::Detector;
use crate::draft::{Draft, Kept};
use crate::field;
use crate::fold::Folded;
use crate::memory::Memory;
use crate::merge;
use crate::page::{Candidate, Page};
use crate::pieces::{self, Piece};

/// About so many bytes of text go to the model at once: small texts share windows, and memory stays in proportion.
const BATCH: usize = 1 << 15;
/// Shorter texts are left to the rules, in characters.
const SHORT: usize = 3;

/// Names of the model with this score are sought in the whole document.
const SURE: f32 = 0.9;

/// A text ready for the model.
struct Sheet {
    /// The label of the text and then the text, in bytes of the page.
    pieces: Vec<Piece>,
    /// How many pieces are the label's.
    lead: usize,
    /// What the rules found.
    rules: Vec<Candidate>,
}

impl Detector {
    /// Turns what the rules propose for each piece of the document into what rules and model agree on, and gives the names to be sought in all.
    pub(crate) fn tag<'d>(
        &self,
        tagger: &Tagger,
        drafts: &'d [Draft<'_>],
        kept: &mut [Kept<'d>],
        memory: &Memory,
    ) -> Memory {
        let mut union = Memory::default();
        let mut clearest = 0.0f32;
        let mut from = 0;
        while from < drafts.len() {
            let mut bytes = 0;
            let more = drafts[from..].iter().take_while(|draft| {
                let fits = bytes < BATCH;
                bytes += draft.text.len();
                fits
            });
            let to = from + more.count();
            let here = self.tag_batch(tagger, &drafts[from..to], &mut kept[from..to], memory, &mut union);
            clearest = clearest.max(here);
            from = to;
        }
        if clearest < tagger.alone {
            // Where nothing is clear, what is doubtful is a brand, a law or a street: one such alarm after another in texts about nobody.
            for kept in kept {
                kept.candidates.retain(|candidate| !tagger.is_doubtful(candidate));
            }
            return Memory::default();
        }
        union
    }

    fn tag_batch<'d>(
        &self,
        tagger: &Tagger,
        drafts: &'d [Draft<'_>],
        kept: &mut [Kept<'d>],
        memory: &Memory,
        union: &mut Memory,
    ) -> f32 {
        let mut clearest = 0.0f32;
        let mut sheets = Vec::with_capacity(drafts.len());
        for (draft, kept) in drafts.iter().zip(&mut *kept) {
            let keep = kept.page.is_some();
            let page = self.page_again(draft, kept);
            let mut candidates = std::mem::take(&mut kept.candidates);
            memory.recall(&page, &mut candidates);
            self.special(&page, &mut candidates);
            let rules = merge::settle(candidates, page.text);
            sheets.push(self.sheet(tagger, draft, &page, rules));
            kept.page = keep.then_some(page);
        }
        let texts: Vec<&[Piece]> = sheets.iter().map(|sheet| sheet.pieces.as_slice()).collect();
        // That the model can be computed was tried when it was read. If it fails all the same, the rules stand alone.
        let readings = tagger.label(&texts).ok();
        let readings = readings.into_iter().flatten().map(Some).chain(std::iter::repeat_with(|| None));
        for (((draft, kept), sheet), reading) in drafts.iter().zip(kept).zip(sheets).zip(readings) {
            let keep = kept.page.is_some();
            let page = self.page_again(draft, kept);
            let Sheet { pieces, lead, rules } = sheet;
            let clarity;
            (kept.candidates, clarity) = match reading {
                Some(mut reading) => {
                    reading.skip(lead, pieces.len());
                    tagger.combine(page.text, &pieces[lead..], &reading, rules)
                }
                None => (rules, 1.0),
            };
            // What was not read says nothing for or against what was.
            clearest = clearest.max(if kept.candidates.is_empty() { 0.0 } else { clarity });
            let sure = |c: &&Candidate| c.detector != DETECTOR || c.score >= SURE;
            union.learn(&page, &kept.candidates.iter().filter(sure).copied().collect::<Vec<_>>());
            kept.page = keep.then_some(page);
        }
        clearest
    }

    fn sheet(&self, tagger: &Tagger, draft: &Draft<'_>, page: &Page<'_>, rules: Vec<Candidate>) -> Sheet {
        if page.text.trim().chars().nth(SHORT - 1).is_none() {
            return Sheet { pieces: Vec::new(), lead: 0, rules };
        }
        let vocabulary = tagger.vocabulary();
        let findings = merge::findings(&rules, &draft.folded, draft.offset);
        let texts = (draft.text, &draft.folded);
        let known = pieces::read(vocabulary, page, &self.lexicon, texts, draft.offset, &findings);
        // The same pieces where they stand on the page, because the findings of the rules stand there too.
        let mut here = vocabulary.split(page.text);
        for (piece, known) in here.iter_mut().zip(known) {
            *piece = Piece { start: piece.start, end: piece.end, ..known };
        }
        let mut pieces = if draft.offset == 0 { self.lead(tagger, draft.label) } else { Vec::new() };
        let lead = pieces.len();
        pieces.append(&mut here);
        Sheet { pieces, lead, rules }
    }

    /// The label of a text as words before it, if it says what the text is.
    fn lead(&self, tagger: &Tagger, label: &str) -> Vec<Piece> {
        if field::label_text(label, &self.lexicon) == 0 {
            return Vec::new();
        }
        let text = format!("{label}: ");
        let folded = Folded::new(&text);
        let page = Page::new(&folded.text, &self.lexicon);
        pieces::read(tagger.vocabulary(), &page, &self.lexicon, (&text, &folded), 0, &[])
    }
}

impl Reading {
    /// Forgets the first pieces, of `all`.
    fn skip(&mut self, lead: usize, all: usize) {
        if lead > 0 {
            self.labels.drain(..lead * (self.labels.len() / all));
            self.seen = self
                .seen
                .iter()
                .map(|&(piece, what, sure)| (piece.saturating_sub(lead), what, sure))
                .collect();
        }
    }
}
