//! Reads a model file, strictly: what is not exactly as the header says is an error, and no bytes can make the reader panic.
//!
//! The file, little-endian: the magic, the length of the header as u32, the header as JSON, and from the next multiple of 64 on the tensors, each
//! at a multiple of 64 from the first. Matrices and the rows of words are signed bytes with a scale for each row, which stands as a tensor of
//! its own under the name with `.scale` behind it; the vocabulary is bytes; the rest is f32.

use serde::Deserialize;
use std::collections::BTreeMap;

const MAGIC: &[u8] = b"SLUISTG1";
/// The version of the format that is read.
const VERSION: u32 = 1;
/// The longest header, in bytes.
const MAX_HEADER: usize = 1 << 20;

/// Why a model file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The first bytes are those of something else.
    #[error("not a model of the tagger")]
    Magic,
    /// The header is cut off, too long, or not what it should be.
    #[error("the header of the model cannot be read: {0}")]
    Header(String),
    /// A format of another time.
    #[error("the model has version {0}, and this program reads version {VERSION}")]
    Version(u32),
    /// A size that cannot be, or that this program does not serve.
    #[error("the model's {0} is out of bounds")]
    Size(&'static str),
    /// A tensor that is missing or unlike what the sizes say.
    #[error("the tensor {0} is missing, cut off or of another shape")]
    Tensor(String),
    /// The bytes are not those that were written.
    #[error("the model's checksum is another: the file is damaged")]
    Checksum,
    /// The vocabulary is not one, or not that of the model.
    #[error("the vocabulary does not belong to the model")]
    Vocabulary,
    /// The machine's product of matrices refused.
    #[error("the model cannot be computed: {0}")]
    Compute(String),
}

/// What the header says of the model.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    version: u32,
    pub width: usize,
    pub heads: usize,
    pub layers: usize,
    pub ff: usize,
    pub hidden: usize,
    pub vocab: usize,
    pub flags: usize,
    pub rules: usize,
    pub shapes: usize,
    pub eps: f32,
    pub labels: Vec<String>,
    pub categories: Vec<String>,
    pub max_window: usize,
    pub overlap: usize,
    /// From which probability on a piece belongs to a span of this kind.
    pub theta: BTreeMap<String, f32>,
    /// Below which probability a finding of the rules is taken back; under "special" for all special categories.
    pub lam: BTreeMap<String, f32>,
    /// From which probability on a category is in the window.
    pub category: BTreeMap<String, f32>,
    /// How likely the likeliest piece of a span must be.
    #[serde(default = "half")]
    pub sure: f32,
    #[serde(default)]
    pub alone: f32,
    /// Adler-32 of all bytes from the first tensor on.
    adler32: Option<u32>,
    tensors: Vec<Tensor>,
}

fn half() -> f32 {
    0.5
}

#[derive(Debug, Deserialize)]
struct Tensor {
    name: String,
    dtype: String,
    shape: Vec<usize>,
    offset: usize,
}

/// An opened file.
pub(super) struct File<'f> {
    pub header: Header,
    tensors: &'f [u8],
}

/// Bytes with a scale for each row.
pub(super) struct Scaled<'f> {
    pub bytes: &'f [u8],
    pub scales: Vec<f32>,
}

impl<'f> File<'f> {
    /// Reads the header and checks everything that does not depend on a tensor.
    pub fn open(bytes: &'f [u8]) -> Result<Self, ModelError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::Magic)?;
        let cut = || ModelError::Header("it is cut off".to_owned());
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let length = u32::from_le_bytes(*length) as usize;
        if length > MAX_HEADER {
            return Err(ModelError::Header("it is too long".to_owned()));
        }
        let json = rest.get(..length).ok_or_else(cut)?;
        let header: Header = serde_json::from_slice(json).map_err(|e| ModelError::Header(e.to_string()))?;
        if header.version != VERSION {
            return Err(ModelError::Version(header.version));
        }
        header.check()?;
        let start = (MAGIC.len() + 4 + length).next_multiple_of(64);
        let tensors = bytes.get(start..).ok_or_else(cut)?;
        if header.adler32.is_some_and(|sum| sum != adler32(tensors)) {
            return Err(ModelError::Checksum);
        }
        Ok(Self { header, tensors })
    }

    /// A tensor's type and bytes; its shape must be this one.
    fn tensor(&self, name: &str, shape: &[usize]) -> Result<(&str, &'f [u8]), ModelError> {
        let wrong = || ModelError::Tensor(name.to_owned());
        let tensor = self.header.tensors.iter().find(|t| t.name == name).ok_or_else(wrong)?;
        let width: usize = if tensor.dtype == "f32" { 4 } else { 1 };
        if tensor.shape != shape || !tensor.offset.is_multiple_of(64) {
            return Err(wrong());
        }
        let length = shape.iter().try_fold(width, |n, &size| n.checked_mul(size));
        let end = length.and_then(|n| n.checked_add(tensor.offset)).ok_or_else(wrong)?;
        let bytes = self.tensors.get(tensor.offset..end).ok_or_else(wrong)?;
        Ok((&tensor.dtype, bytes))
    }

    /// The bytes of the vocabulary.
    pub fn vocabulary(&self) -> Result<&'f [u8], ModelError> {
        let tensor = self.header.tensors.iter().find(|t| t.name == "pieces").ok_or(ModelError::Vocabulary)?;
        Ok(self.tensor("pieces", &[*tensor.shape.first().ok_or(ModelError::Vocabulary)?])?.1)
    }

    /// A tensor of floating point numbers, whether the file has it as such or as bytes with scales.
    pub fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let (dtype, bytes) = self.tensor(name, shape)?;
        let values: Vec<f32> = match (dtype, shape) {
            ("f32", _) => bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            ("i8", &[rows, width]) => {
                let scaled = self.scaled(name, rows, width)?;
                let rows = scaled.bytes.chunks(width).zip(&scaled.scales);
                rows.flat_map(|(row, scale)| row.iter().map(move |&b| f32::from(b.cast_signed()) * scale))
                    .collect()
            }
            _ => return Err(ModelError::Tensor(name.to_owned())),
        };
        if values.iter().all(|x| x.is_finite()) {
            Ok(values)
        } else {
            Err(ModelError::Tensor(name.to_owned()))
        }
    }

    /// A tensor of bytes with a scale for each row.
    pub fn scaled(&self, name: &str, rows: usize, width: usize) -> Result<Scaled<'f>, ModelError> {
        let ("i8", bytes) = self.tensor(name, &[rows, width])? else {
            return Err(ModelError::Tensor(name.to_owned()));
        };
        Ok(Scaled { bytes, scales: self.floats(&format!("{name}.scale"), &[rows])? })
    }
}

impl Header {
    /// Whether the sizes are such that nothing computed from them overflows or takes much memory.
    fn check(&self) -> Result<(), ModelError> {
        let within = |name, value: usize, most| {
            if (1..=most).contains(&value) { Ok(()) } else { Err(ModelError::Size(name)) }
        };
        within("width", self.width, 1024)?;
        within("number of heads", self.heads, 64)?;
        if !self.width.is_multiple_of(self.heads) {
            return Err(ModelError::Size("number of heads"));
        }
        within("number of layers", self.layers, 24)?;
        within("inner width", self.ff, 8192)?;
        within("width of the head", self.hidden, 4096)?;
        within("vocabulary", self.vocab, usize::from(u16::MAX))?;
        within("window", self.max_window, 1024)?;
        within("window", 2 * self.overlap + 2, self.max_window)?;
        within("number of labels", self.labels.len(), 255)?;
        within("number of categories", self.categories.len(), 64)?;
        let same = |name, value, known| if value == known { Ok(()) } else { Err(ModelError::Size(name)) };
        same("number of flags", self.flags, crate::pieces::FLAGS)?;
        same("number of rules", self.rules, crate::pieces::RULES)?;
        same("number of shapes", self.shapes, crate::pieces::SHAPES)?;
        if !(self.eps.is_finite() && self.eps >= 0.0) {
            return Err(ModelError::Size("epsilon"));
        }
        let thresholds = [&self.theta, &self.lam, &self.category];
        if thresholds.iter().flat_map(|t| t.values()).any(|x| !x.is_finite()) {
            return Err(ModelError::Size("threshold"));
        }
        Ok(())
    }
}

/// The checksum of RFC 1950: quick, and enough against damage. Against malice stands that the model is part of the program.
fn adler32(bytes: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    let (mut a, mut b) = (1_u32, 0_u32);
    // As many bytes as can be added before the sums no longer fit.
    for block in bytes.chunks(5552) {
        for &byte in block {
            a += u32::from(byte);
            b += a;
        }
        a %= BASE;
        b %= BASE;
    }
    b << 16 | a
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(super::adler32(b"Wikipedia"), 0x11E6_0398);
    }
}
