//! The trained layer: a small encoder that gives each piece of the text a label, and how its word is weighed against that of the rules.
//!
//! A text is cut into pieces with what the rules and lists know of each (`pieces.rs`); windows of them go through the layers on the lanes;
//! labels become spans, and spans and rules together become candidates. The order of work is in `pass.rs`.

pub(crate) mod combine;
mod encoder;
mod lanes;
mod matrix;
mod memo;
mod pass;
mod plausible;
pub(crate) mod spans;
mod weights;
mod windows;

use crate::kind::Kind;
use crate::pieces::{END, Piece, Pieces};
use encoder::Encoder;
use lanes::Lanes;
use matrix::Hands;
use memo::{Memo, Noted};
use std::sync::{Arc, LazyLock};
use weights::File;
pub use weights::ModelError;
use windows::Stretch;

/// From so many windows on they are read on all lanes; threads for fewer cost more than they bring.
const SPREAD: usize = 3;

/// The model of this program.
static EMBEDDED: LazyLock<Result<Tagger, ModelError>> =
    LazyLock::new(|| Tagger::read(include_bytes!("../../../../models/tagger.slm")));

/// The model with its vocabulary and thresholds. Immutable and shared by all detectors.
pub struct Tagger {
    encoder: Encoder,
    vocabulary: Pieces,
    lanes: Lanes,
    memo: Memo,
    classes: Vec<Class>,
    categories: Vec<Category>,
    labels: usize,
    max_window: usize,
    overlap: usize,
    /// Below which probability a special finding of the rules is taken back.
    special_stays: f32,
    /// How much of a public figure's probability counts for a person, where the rules found one.
    figure_stays: f32,
    /// The same, where the model looks for persons itself.
    figure_adds: f32,
    /// How likely the likeliest piece of a span must be.
    sure: f32,
    /// How clearly the clearest finding of a document must show that somebody is spoken of, for doubtful ones to count.
    alone: f32,
}

impl std::fmt::Debug for Tagger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tagger").field("labels", &self.labels).finish_non_exhaustive()
    }
}

/// What two labels of the model stand for.
pub(crate) struct Class {
    /// None for public figures, who are nobody's secret.
    pub kind: Option<Kind>,
    /// The label of a first piece; that of the others is the next.
    pub begin: usize,
    /// From which probability on a piece belongs to it.
    pub theta: f32,
    /// Below which probability a finding of the rules is taken back; none where the rules are believed anyhow.
    pub stays: Option<f32>,
}

/// A category that the model looks for in a window as a whole.
pub(crate) struct Category {
    pub kind: Kind,
    /// The class with the words of this category.
    pub class: usize,
    /// From which probability on it is there.
    pub theta: f32,
}

/// What the model says of one text.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Reading {
    /// For each piece the probability of each label.
    pub labels: Vec<f32>,
    /// The greatest probability of each category in the windows of the text.
    pub categories: Vec<f32>,
    /// Categories that are there, with the piece that speaks for each most clearly: piece, number of the category, probability.
    pub seen: Vec<(usize, usize, f32)>,
}

impl Tagger {
    /// The model that is part of the program.
    ///
    /// # Errors
    ///
    /// If the program was built with a file that is not a model; its tests would have failed.
    pub fn embedded() -> Result<&'static Self, &'static ModelError> {
        EMBEDDED.as_ref()
    }

    /// Reads a model file. `file` stays in use: the rows of words are taken from it as they are needed.
    ///
    /// # Errors
    ///
    /// If anything in the file is not as it should be.
    pub fn read(file: &'static [u8]) -> Result<Self, ModelError> {
        let file = File::open(file)?;
        let vocabulary = Pieces::parse(file.vocabulary()?).ok_or(ModelError::Vocabulary)?;
        if vocabulary.len() != file.header.vocab {
            return Err(ModelError::Vocabulary);
        }
        let classes = spans::classes(&file.header)?;
        let categories = spans::categories(&file.header, &classes)?;
        let special_stays = *file.header.lam.get("special").ok_or(ModelError::Size("threshold"))?;
        let tagger = Self {
            encoder: Encoder::read(&file)?,
            vocabulary,
            lanes: Lanes::new(),
            memo: Memo::default(),
            classes,
            categories,
            labels: file.header.labels.len(),
            max_window: file.header.max_window,
            overlap: file.header.overlap,
            special_stays,
            figure_stays: file.header.lam.get("figure").copied().unwrap_or(0.0),
            figure_adds: file.header.theta.get("figure as person").copied().unwrap_or(0.0),
            sure: file.header.sure,
            alone: file.header.alone,
        };
        // What could still go wrong in a product goes wrong now.
        tagger.label_anew(&[&[Piece::default()]])?;
        Ok(tagger)
    }

    /// The vocabulary that the model was trained with.
    #[must_use]
    pub fn vocabulary(&self) -> &Pieces {
        &self.vocabulary
    }

    /// The probabilities for texts, given as pieces; texts that follow one another are read together as far as they fit. Windows that were read
    /// before are not read again; many windows are read on all lanes.
    ///
    /// # Errors
    ///
    /// If the model cannot be computed, which was tried when it was read.
    #[doc(hidden)]
    pub fn label(&self, texts: &[&[Piece]]) -> Result<Vec<Reading>, ModelError> {
        let windows = self.windows(texts);
        let noted: Vec<Result<Arc<Noted>, ModelError>> = if windows.len() < SPREAD {
            windows.iter().map(|(together, _)| self.noted(together)).collect()
        } else {
            let share = windows.len().div_ceil(self.lanes.most());
            std::thread::scope(|scope| {
                let running: Vec<_> = windows
                    .chunks(share)
                    .map(|part| {
                        scope.spawn(|| part.iter().map(|(together, _)| self.noted(together)).collect())
                    })
                    .collect();
                let done = running.into_iter().map(|thread| {
                    thread.join().unwrap_or_else(|_| vec![Err(ModelError::Compute("a thread ended".into()))])
                });
                done.flatten().collect()
            })
        };
        let mut out = self.blank(texts);
        for ((together, window), noted) in windows.iter().zip(noted) {
            let noted = noted?;
            self.note(window, &noted.labels(together.len(), self.labels), noted.categories(), &mut out);
        }
        Ok(out)
    }

    /// The same, with every window computed, one after the other; for measuring.
    ///
    /// # Errors
    ///
    /// If the model cannot be computed.
    #[doc(hidden)]
    pub fn label_anew(&self, texts: &[&[Piece]]) -> Result<Vec<Reading>, ModelError> {
        let mut out = self.blank(texts);
        for (together, window) in self.windows(texts) {
            self.compute(&together, |labels, categories| self.note(&window, labels, categories, &mut out))?;
        }
        Ok(out)
    }

    /// Readings in which nothing is seen yet.
    fn blank(&self, texts: &[&[Piece]]) -> Vec<Reading> {
        let blank = |pieces: &&[Piece]| Reading {
            labels: vec![0.0; pieces.len() * self.labels],
            categories: vec![0.0; self.categories.len()],
            seen: Vec::new(),
        };
        texts.iter().map(blank).collect()
    }

    /// The windows of texts, with what stands in each.
    fn windows(&self, texts: &[&[Piece]]) -> Vec<(Vec<Piece>, Vec<Stretch>)> {
        let lengths: Vec<usize> = texts.iter().map(|pieces| pieces.len()).collect();
        let fill = |window: Vec<Stretch>| {
            let mut together = Vec::with_capacity(self.max_window);
            for stretch in &window {
                if !together.is_empty() {
                    together.push(Piece { id: END, ..Piece::default() });
                }
                together.extend_from_slice(&texts[stretch.text][stretch.pieces.clone()]);
            }
            (together, window)
        };
        windows::windows(&lengths, self.max_window, self.overlap).into_iter().map(fill).collect()
    }

    /// What the model says of a window, as it was noted or anew.
    fn noted(&self, together: &[Piece]) -> Result<Arc<Noted>, ModelError> {
        let key = self.memo.key(together);
        if let Some(noted) = self.memo.get(key) {
            return Ok(noted);
        }
        let read = |labels: &[f32], categories: &[f32]| Noted::new(labels, self.labels, categories);
        let noted = Arc::new(self.compute(together, read)?);
        self.memo.put(key, Arc::clone(&noted));
        Ok(noted)
    }

    /// Reads one window on a lane. One at a time, so that a long document does not keep others from the core.
    fn compute<T: Send>(
        &self,
        window: &[Piece],
        take: impl FnOnce(&[f32], &[f32]) -> T + Send,
    ) -> Result<T, ModelError> {
        self.lanes.run(|room| {
            let hands = Hands::new();
            self.encoder.window(window, &hands, room).map_err(|e| ModelError::Compute(e.to_string()))?;
            self.encoder.probabilities(room);
            Ok(take(&room.labels, &room.categories))
        })
    }

    /// Puts what was found in a window where it belongs.
    fn note(&self, window: &[Stretch], labels: &[f32], categories: &[f32], out: &mut [Reading]) {
        let mut at = 0;
        // For each category the text and piece that speak for it most clearly.
        let mut best = vec![(f32::MIN, 0, 0); categories.len()];
        for stretch in window {
            let from = at + (stretch.decides.start - stretch.pieces.start);
            let here = from * self.labels..(from + stretch.decides.len()) * self.labels;
            let there = stretch.decides.start * self.labels..stretch.decides.end * self.labels;
            let reading = &mut out[stretch.text];
            reading.labels[there].copy_from_slice(&labels[here.clone()]);
            for (most, now) in reading.categories.iter_mut().zip(categories) {
                *most = most.max(*now);
            }
            for (piece, row) in stretch.decides.clone().zip(labels[here].chunks(self.labels)) {
                for (best, category) in best.iter_mut().zip(&self.categories) {
                    let clear = self.classes[category.class].probability(row);
                    if clear > best.0 {
                        *best = (clear, stretch.text, piece);
                    }
                }
            }
            at += stretch.pieces.len() + 1;
        }
        for (number, ((probability, category), best)) in
            categories.iter().zip(&self.categories).zip(best).enumerate()
        {
            if *probability >= category.theta && best.0 >= 0.0 {
                out[best.1].seen.push((best.2, number, *probability));
            }
        }
    }
}
