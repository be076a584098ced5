//! Products of activations and weights in 8-bit whole numbers, and the steps between them, by the widest instructions of the machine.
//!
//! Weights are signed bytes with a scale for each output. Activations become unsigned bytes with a scale and a zero of their own for each row, just
//! before the product: a row is one piece of the text, and pieces differ more than their parts. The sums are exact, so the same input gives
//! the same output on a machine.

use rten_gemm::{GemmError, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::ops::{BitOps, FloatOps, NarrowSaturate, NumOps, ToFloat};
use rten_simd::{Isa, Simd, SimdOp};
use rten_tensor::NdTensorView;

/// Products of whole numbers and of floating point numbers, for one thread.
pub(super) struct Hands {
    pub whole: GemmExecutor<u8, i8, i32>,
    pub float: GemmExecutor<f32, f32, f32>,
}

impl Hands {
    pub fn new() -> Self {
        Self { whole: GemmExecutor::default(), float: GemmExecutor::default() }
    }
}

/// A layer of weights: outputs = inputs × weights + bias.
pub(super) struct Matrix {
    packed: PackedBMatrix<i8>,
    /// The sum of each output's weights: so much is too much in a product for each step that the zero of a row lies above 0.
    totals: Vec<i32>,
    scales: Vec<f32>,
    bias: Vec<f32>,
    inputs: usize,
}

impl Matrix {
    /// Packs weights that stand output by output, `inputs` each. There must be a scale and a bias for each output.
    pub fn new(hands: &Hands, weights: &[i8], scales: Vec<f32>, bias: Vec<f32>, inputs: usize) -> Self {
        let view = NdTensorView::from_data([scales.len(), inputs], weights);
        let packed = hands.whole.prepack_b(view.transposed());
        let totals = weights.chunks(inputs).map(|row| row.iter().map(|&w| i32::from(w)).sum()).collect();
        Self { packed, totals, scales, bias, inputs }
    }

    /// How many numbers a row of the output has.
    pub fn outputs(&self) -> usize {
        self.scales.len()
    }

    /// Computes the outputs for all rows of `input`.
    pub fn apply(&self, hands: &Hands, input: &mut Rows, out: &mut [f32]) -> Result<(), GemmError> {
        let rows = input.scales.len();
        let Rows { bytes, zeros, scales, sums, .. } = input;
        sums.resize(rows * self.outputs(), 0);
        let view = NdTensorView::from_data([rows, self.inputs], bytes.as_slice());
        // The zeros of the rows are left to the step back: version 0.27 of the product takes those of the first rows for all.
        let (a, b) = (GemmInputA::Unpacked(view), GemmInputB::Packed(&self.packed));
        hands.whole.gemm(sums, a, b, GemmOptions::default())?;
        let width = self.outputs();
        let rows = zeros.iter().zip(scales.iter());
        for ((sums, out), (&zero, &scale)) in sums.chunks(width).zip(out.chunks_mut(width)).zip(rows) {
            Back { sums, zero: zero.into(), scale, matrix: self, out }.dispatch();
        }
        Ok(())
    }
}

/// Rows of activations as bytes: value = (byte - zero) × scale.
#[derive(Default)]
pub(super) struct Rows {
    bytes: Vec<u8>,
    zeros: Vec<u8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
}

impl Rows {
    /// Takes rows of `width` numbers.
    pub fn take(&mut self, hands: &Hands, values: &[f32], width: usize) {
        // Without the instructions for it, two products of full bytes do not fit in the 16 bits in which they are first added.
        let top = if hands.whole.may_saturate() { 127.0 } else { 255.0 };
        self.bytes.resize(values.len(), 0);
        self.zeros.clear();
        self.scales.clear();
        for (row, bytes) in values.chunks(width).zip(self.bytes.chunks_mut(width)) {
            let (low, high) = Range { row }.dispatch();
            let (low, high) = (low.min(0.0), high.max(0.0));
            let scale = ((high - low) / top).max(f32::MIN_POSITIVE);
            let zero = (-low / scale).round_ties_even().clamp(0.0, top);
            Fit { row, bytes, inverse: 1.0 / scale, zero }.dispatch();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "lies between 0 and 255"
            )]
            self.zeros.push(zero as u8);
            self.scales.push(scale);
        }
    }
}

/// From sums of whole numbers back to numbers.
struct Back<'a> {
    sums: &'a [i32],
    zero: i32,
    scale: f32,
    matrix: &'a Matrix,
    out: &'a mut [f32],
}

impl SimdOp for Back<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "only inlined code is compiled for the instructions of the machine"
    )]
    #[expect(clippy::cast_precision_loss, reason = "the steps below do the same")]
    fn eval<I: Isa>(self, isa: I) {
        let (whole, float) = (isa.i32(), isa.f32());
        let step = float.len();
        let (scale, zero) = (float.splat(self.scale), whole.splat(self.zero));
        let n = self.out.len();
        let full = n - n % step;
        let Matrix { totals, scales, bias, .. } = self.matrix;
        let (totals, scales, bias, sums) = (&totals[..n], &scales[..n], &bias[..n], &self.sums[..n]);
        for at in (0..full).step_by(step) {
            let surplus = whole.mul(zero, whole.load(&totals[at..at + step]));
            let sum = whole.to_float(whole.sub(whole.load(&sums[at..at + step]), surplus));
            let by = float.mul(scale, float.load(&scales[at..at + step]));
            let value = float.mul_add(sum, by, float.load(&bias[at..at + step]));
            float.store(value, &mut self.out[at..at + step]);
        }
        for at in full..n {
            let sum = sums[at] - self.zero * totals[at];
            self.out[at] = (sum as f32).mul_add(self.scale * scales[at], bias[at]);
        }
    }
}

/// The least and the greatest number of a row.
struct Range<'a> {
    row: &'a [f32],
}

impl SimdOp for Range<'_> {
    type Output = (f32, f32);

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "only inlined code is compiled for the instructions of the machine"
    )]
    fn eval<I: Isa>(self, isa: I) -> (f32, f32) {
        let float = isa.f32();
        let step = float.len();
        // Two of each, because one would wait for itself.
        let (mut low, mut high) = ([float.zero(); 2], [float.zero(); 2]);
        let mut pairs = self.row.chunks_exact(2 * step);
        for pair in &mut pairs {
            for half in 0..2 {
                let value = float.load(&pair[half * step..]);
                low[half] = float.min(value, low[half]);
                high[half] = float.max(value, high[half]);
            }
        }
        let (low, high) = (float.min(low[0], low[1]), float.max(high[0], high[1]));
        let low = low.to_array().as_ref().iter().copied().fold(0.0, f32::min);
        let high = high.to_array().as_ref().iter().copied().fold(0.0, f32::max);
        pairs.remainder().iter().fold((low, high), |(low, high), &x| (low.min(x), high.max(x)))
    }
}

/// A row as bytes.
struct Fit<'a> {
    row: &'a [f32],
    bytes: &'a mut [u8],
    inverse: f32,
    zero: f32,
}

impl SimdOp for Fit<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "only inlined code is compiled for the instructions of the machine"
    )]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounded and between 0 and 255"
    )]
    fn eval<I: Isa>(self, isa: I) {
        let (whole, float) = (isa.i32(), isa.f32());
        let step = float.len();
        let (inverse, zero) = (float.splat(self.inverse), float.splat(self.zero));
        let mut row = self.row.chunks_exact(4 * step);
        let mut bytes = self.bytes.chunks_exact_mut(4 * step);
        for (row, bytes) in (&mut row).zip(&mut bytes) {
            let four = float.load_many::<4>(row).map(|x| float.to_int_round(float.mul_add(x, inverse, zero)));
            let low = whole.narrow_saturate(four[0], four[1]);
            let high = whole.narrow_saturate(four[2], four[3]);
            isa.u8().store(isa.i16().narrow_saturate(low, high), bytes);
        }
        for (x, byte) in row.remainder().iter().zip(bytes.into_remainder()) {
            *byte = x.mul_add(self.inverse, self.zero).round_ties_even().clamp(0.0, 255.0) as u8;
        }
    }
}

/// Adds one row of numbers to another.
pub(super) struct Sum<'a> {
    pub to: &'a mut [f32],
    pub from: &'a [f32],
}

impl SimdOp for Sum<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "only inlined code is compiled for the instructions of the machine"
    )]
    fn eval<I: Isa>(self, isa: I) {
        let float = isa.f32();
        let step = float.len();
        let mut to = self.to.chunks_exact_mut(step);
        let mut from = self.from.chunks_exact(step);
        for (to, from) in (&mut to).zip(&mut from) {
            float.store(float.add(float.load(to), float.load(from)), to);
        }
        for (to, from) in to.into_remainder().iter_mut().zip(from.remainder()) {
            *to += from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look like chance, from -1 to 1.
    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from(u16::try_from(state >> 16).unwrap_or(0)) / 32_768.0 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "a width has few digits")]
    fn products_are_those_of_floating_point_numbers_but_for_rounding() {
        for (rows, inputs, outputs) in [(1, 32, 5), (3, 24, 61), (70, 100, 17), (194, 1536, 384)] {
            let hands = Hands::new();
            #[expect(clippy::cast_possible_truncation, reason = "lies between -127 and 127")]
            let weights: Vec<i8> = numbers(inputs * outputs, 1).iter().map(|x| (x * 127.0) as i8).collect();
            let (scales, bias) = (numbers(outputs, 2), numbers(outputs, 3));
            let input = numbers(rows * inputs, 4);
            let matrix = Matrix::new(&hands, &weights, scales.clone(), bias.clone(), inputs);
            let mut held = Rows::default();
            held.take(&hands, &input, inputs);
            for row in 0..rows {
                for at in 0..inputs {
                    let x = (f32::from(held.bytes[row * inputs + at]) - f32::from(held.zeros[row]))
                        * held.scales[row];
                    let step = (x - input[row * inputs + at]).abs() / held.scales[row];
                    assert!(
                        step < 1.01,
                        "{rows}x{inputs} at {row},{at}: {step} {x} {}",
                        input[row * inputs + at]
                    );
                }
            }
            let mut out = vec![0.0; rows * outputs];
            matrix.apply(&hands, &mut held, &mut out).unwrap();
            for row in 0..rows {
                for at in 0..outputs {
                    let pairs = input[row * inputs..].iter().zip(&weights[at * inputs..(at + 1) * inputs]);
                    let sum: f32 = pairs.map(|(x, w)| x * f32::from(*w)).sum();
                    let wanted = sum.mul_add(scales[at], bias[at]);
                    // A step of 2/255 in each input, and steps that cancel out like chance.
                    let most = 0.004 * 127.0 * 4.0 * (inputs as f32).sqrt() * scales[at].abs() + 1e-3;
                    let got = out[row * outputs + at];
                    assert!(
                        (got - wanted).abs() < most,
                        "{rows}x{inputs}x{outputs} at {row},{at}: {got} not {wanted}"
                    );
                }
            }
        }
    }
}
