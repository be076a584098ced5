//! The forward pass: the layers of a BERT encoder, normalised after each sum, between the sum of embeddings and features and the two heads.

use super::matrix::{Hands, Matrix, Rows, Sum};
use super::weights::{File, ModelError, Scaled};
use crate::pieces::{BEGIN, END, Piece};
use rten_gemm::{GemmError, GemmInputA, GemmInputB, GemmOptions};
use rten_simd::{SimdOp, SimdUnaryOp};
use rten_tensor::NdTensorView;
use rten_vecmath::{Gelu, Normalize, NormalizeOptions, Sigmoid, Softmax, SumSquareSub};

/// The model, ready to read windows.
pub(super) struct Encoder {
    width: usize,
    heads: usize,
    hidden: usize,
    max_window: usize,
    labels: usize,
    categories: usize,
    eps: f32,
    words: Scaled<'static>,
    positions: Vec<f32>,
    flags: Vec<f32>,
    rules: Vec<f32>,
    shapes: Vec<f32>,
    start: Norm,
    layers: Vec<Layer>,
    /// The two halves of the head's first layer: for what the layers made of a piece, and for its features. Their inputs are of different size, so
    /// each is made into bytes by itself.
    mix: [Matrix; 2],
    out: Matrix,
    category: Matrix,
}

/// Gain and offset of a normalisation.
struct Norm {
    gain: Vec<f32>,
    offset: Vec<f32>,
}

struct Layer {
    /// Queries, keys and values side by side.
    qkv: Matrix,
    joined: Matrix,
    after_attention: Norm,
    inner: Matrix,
    outer: Matrix,
    after: Norm,
}

/// What reading needs beside the model: kept from window to window, so that nothing is allocated for one.
#[derive(Default)]
pub(super) struct Room {
    x: Vec<f32>,
    facts: Vec<f32>,
    qkv: Vec<f32>,
    scores: Vec<f32>,
    head: Vec<f32>,
    joined: Vec<f32>,
    inner: Vec<f32>,
    rows: Rows,
    /// The probability of each label, for each piece of the window.
    pub labels: Vec<f32>,
    /// The probability of each category in the window.
    pub categories: Vec<f32>,
}

impl Norm {
    fn read(file: &File<'_>, name: &str) -> Result<Self, ModelError> {
        let width = file.header.width;
        Ok(Self {
            gain: file.floats(&format!("{name}.w"), &[width])?,
            offset: file.floats(&format!("{name}.b"), &[width])?,
        })
    }

    fn apply(&self, values: &mut [f32], eps: f32) {
        let width = self.gain.len();
        #[expect(clippy::cast_precision_loss, reason = "a width has few digits")]
        let n = width as f32;
        for row in values.chunks_mut(width) {
            let mean = rten_vecmath::Sum::new(row).dispatch() / n;
            let variance = SumSquareSub::new(row, mean).dispatch() / n;
            let options = NormalizeOptions {
                pre_scale_bias: mean,
                scale: 1.0 / (variance + eps).sqrt(),
                element_scale: Some(&self.gain),
                element_bias: Some(&self.offset),
                ..NormalizeOptions::default()
            };
            Normalize::new_mut(row, options).dispatch();
        }
    }
}

/// Several layers of weights with the same inputs as one.
fn matrix(
    file: &File<'_>,
    hands: &Hands,
    names: &[String],
    inputs: usize,
    outputs: usize,
) -> Result<Matrix, ModelError> {
    let (mut weights, mut scales, mut bias) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        let part = file.scaled(&format!("{name}.w"), outputs, inputs)?;
        weights.extend(part.bytes.iter().map(|b| b.cast_signed()));
        scales.extend(part.scales);
        bias.extend(file.floats(&format!("{name}.b"), &[outputs])?);
    }
    Ok(Matrix::new(hands, &weights, scales, bias, inputs))
}

/// The first layer of the head.
fn halves(file: &File<'_>, hands: &Hands) -> Result<[Matrix; 2], ModelError> {
    let (width, hidden) = (file.header.width, file.header.hidden);
    let whole = file.scaled("mix.w", hidden, 2 * width)?;
    let half = |at: usize, bias| {
        let rows = whole.bytes.chunks(2 * width);
        let weights: Vec<i8> = rows.flat_map(|r| &r[at..at + width]).map(|b| b.cast_signed()).collect();
        Matrix::new(hands, &weights, whole.scales.clone(), bias, width)
    };
    Ok([half(0, file.floats("mix.b", &[hidden])?), half(width, vec![0.0; hidden])])
}

impl Encoder {
    /// Takes the weights out of a model file.
    pub fn read(file: &File<'static>) -> Result<Self, ModelError> {
        let h = &file.header;
        let hands = Hands::new();
        let one = |part: &str, from, to| matrix(file, &hands, &[part.to_owned()], from, to);
        let mut layers = Vec::with_capacity(h.layers);
        for n in 0..h.layers {
            let name = |part: &str| format!("layers.{n}.{part}");
            layers.push(Layer {
                qkv: matrix(file, &hands, &["q", "k", "v"].map(name), h.width, h.width)?,
                joined: one(&name("ao"), h.width, h.width)?,
                after_attention: Norm::read(file, &name("aln"))?,
                inner: one(&name("fi"), h.width, h.ff)?,
                outer: one(&name("fo"), h.ff, h.width)?,
                after: Norm::read(file, &name("oln"))?,
            });
        }
        Ok(Self {
            width: h.width,
            heads: h.heads,
            hidden: h.hidden,
            max_window: h.max_window,
            labels: h.labels.len(),
            categories: h.categories.len(),
            eps: h.eps,
            words: file.scaled("word", h.vocab, h.width)?,
            positions: file.floats("pos", &[h.max_window + 2, h.width])?,
            flags: file.floats("flag", &[h.flags, h.width])?,
            rules: file.floats("rule", &[h.rules, h.width])?,
            shapes: file.floats("form", &[h.shapes, h.width])?,
            start: Norm::read(file, "eln")?,
            layers,
            mix: halves(file, &hands)?,
            out: one("out", h.hidden, h.labels.len())?,
            category: one("cat", 2 * h.width, h.categories.len())?,
        })
    }

    /// Reads a window of at most as many pieces as the model allows; what it finds stands in the room. The rest of a longer window is not read.
    pub fn window(&self, window: &[Piece], hands: &Hands, room: &mut Room) -> Result<(), GemmError> {
        let window = &window[..window.len().min(self.max_window)];
        let n = window.len() + 2;
        let width = self.width;
        self.embed(window, room);
        room.qkv.resize(3 * n * width, 0.0);
        room.joined.resize(n * width, 0.0);
        for layer in &self.layers {
            room.rows.take(hands, &room.x, width);
            layer.qkv.apply(hands, &mut room.rows, &mut room.qkv)?;
            self.attend(n, hands, room)?;
            room.rows.take(hands, &room.joined, width);
            layer.joined.apply(hands, &mut room.rows, &mut room.joined)?;
            Sum { to: &mut room.x, from: &room.joined }.dispatch();
            layer.after_attention.apply(&mut room.x, self.eps);
            room.inner.resize(n * layer.inner.outputs(), 0.0);
            room.rows.take(hands, &room.x, width);
            layer.inner.apply(hands, &mut room.rows, &mut room.inner)?;
            Gelu {}.map_mut(&mut room.inner);
            room.rows.take(hands, &room.inner, layer.inner.outputs());
            layer.outer.apply(hands, &mut room.rows, &mut room.joined)?;
            Sum { to: &mut room.x, from: &room.joined }.dispatch();
            layer.after.apply(&mut room.x, self.eps);
        }
        self.judge(n, hands, room)
    }

    /// The sum of what is known of each piece: the word, its place, and the features, which stay beside it for the head.
    fn embed(&self, window: &[Piece], room: &mut Room) {
        let width = self.width;
        let end = Piece { id: END, ..Piece::default() };
        let begin = Piece { id: BEGIN, ..Piece::default() };
        room.facts.clear();
        room.x.clear();
        for (at, piece) in std::iter::once(&begin).chain(window).chain([&end]).enumerate() {
            let row = |table: &'_ [f32], n: usize| -> std::ops::Range<usize> {
                // A feature that the model does not know is none.
                let n = if (n + 1) * width <= table.len() { n } else { 0 };
                n * width..(n + 1) * width
            };
            let first = room.facts.len();
            room.facts.extend_from_slice(&self.rules[row(&self.rules, piece.rule.into())]);
            let facts = &mut room.facts[first..];
            Sum { to: facts, from: &self.shapes[row(&self.shapes, piece.shape.into())] }.dispatch();
            let mut flags = piece.flags;
            while flags != 0 {
                Sum { to: facts, from: &self.flags[row(&self.flags, flags.trailing_zeros() as usize)] }
                    .dispatch();
                flags &= flags - 1;
            }
            let id = usize::from(piece.id).min(self.words.scales.len() - 1);
            let scale = self.words.scales[id];
            let word = &self.words.bytes[id * width..(id + 1) * width];
            room.x.extend(word.iter().map(|b| f32::from(b.cast_signed()) * scale));
            let x = &mut room.x[first..];
            Sum { to: x, from: &self.positions[at * width..(at + 1) * width] }.dispatch();
            Sum { to: x, from: &room.facts[first..] }.dispatch();
        }
        self.start.apply(&mut room.x, self.eps);
    }

    /// What each piece takes from the others, into `joined`.
    fn attend(&self, n: usize, hands: &Hands, room: &mut Room) -> Result<(), GemmError> {
        let width = self.width;
        let part = width / self.heads;
        #[expect(clippy::cast_precision_loss, reason = "a width has few digits")]
        let alpha = 1.0 / (part as f32).sqrt();
        room.scores.resize(n * n, 0.0);
        room.head.resize(n * part, 0.0);
        let qkv = NdTensorView::from_data([n, 3 * width], room.qkv.as_slice());
        for head in 0..self.heads {
            let at = head * part;
            let slice = |from: usize| qkv.slice((.., from + at..from + at + part));
            let options = GemmOptions { alpha, ..GemmOptions::default() };
            let (query, key) =
                (GemmInputA::Unpacked(slice(0)), GemmInputB::Unpacked(slice(width).transposed()));
            hands.float.gemm(&mut room.scores, query, key, options)?;
            for row in room.scores.chunks_mut(n) {
                Softmax::new_mut(row).dispatch();
            }
            let scores = NdTensorView::from_data([n, n], room.scores.as_slice());
            let value = GemmInputB::Unpacked(slice(2 * width));
            hands.float.gemm(&mut room.head, GemmInputA::Unpacked(scores), value, GemmOptions::default())?;
            for (to, from) in room.joined.chunks_mut(width).zip(room.head.chunks(part)) {
                to[at..at + part].copy_from_slice(from);
            }
        }
        Ok(())
    }

    /// The two heads.
    fn judge(&self, n: usize, hands: &Hands, room: &mut Room) -> Result<(), GemmError> {
        let width = self.width;
        // Beside what the layers made of each piece stand its features once more.
        room.inner.resize(n * self.hidden, 0.0);
        room.rows.take(hands, &room.x, width);
        self.mix[0].apply(hands, &mut room.rows, &mut room.inner)?;
        room.qkv.resize(n * self.hidden, 0.0);
        room.rows.take(hands, &room.facts, width);
        self.mix[1].apply(hands, &mut room.rows, &mut room.qkv)?;
        Sum { to: &mut room.inner, from: &room.qkv }.dispatch();
        Gelu {}.map_mut(&mut room.inner);
        room.labels.resize((n - 2) * self.labels, 0.0);
        if n > 2 {
            room.rows.take(hands, &room.inner[self.hidden..(n - 1) * self.hidden], self.hidden);
            self.out.apply(hands, &mut room.rows, &mut room.labels)?;
        }
        // The window as a whole: its first piece, and the greatest of each part of all pieces.
        room.joined.clear();
        room.joined.extend_from_slice(&room.x[..width]);
        room.joined.extend_from_slice(&room.x[..width]);
        for x in room.x.chunks(width) {
            room.joined[width..].iter_mut().zip(x).for_each(|(top, x)| *top = top.max(*x));
        }
        room.categories.resize(self.categories, 0.0);
        room.rows.take(hands, &room.joined, 2 * width);
        self.category.apply(hands, &mut room.rows, &mut room.categories)
    }

    /// Turns what stands in the room into probabilities.
    pub fn probabilities(&self, room: &mut Room) {
        for row in room.labels.chunks_mut(self.labels) {
            Softmax::new_mut(row).dispatch();
        }
        Sigmoid {}.map_mut(&mut room.categories);
    }
}
