//! Pseudonyms: the tokens that stand for personal data while a text is away, and the book that knows which
//! token stands for what.
//!
//! A token looks like `[PERSON_482137]`. The word tells the model what kind of thing it is; the six digits come
//! from a keyed hash of the value, so the same value has the same token in every turn of a conversation, on
//! every node, and nobody without the key can compute it. Digits survive what models do to text: they have no
//! upper case, no plural and no translation. Other spellings and parts of the same name share the digits and
//! get a letter: "Jan de Vries" is `[PERSON_482137]`, "De Vries" is `[PERSON_482137B]`, so a model sees that they
//! are one person, and each comes back exactly as it was written.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use aws_lc_rs::hmac;
use sluis_detect::Kind;

/// Letters that tell spellings of one value apart. Vowels, and the letters that Dutch, French, German and
/// English put behind a noun (s, n, r, x), are left out: `[PERSON_482137]s` must stay a genitive.
const VARIANT_LETTERS: &[u8] = b"BCDFGHJKLMPQTVW";

/// Codes run from here, so that each has six digits.
const FIRST_CODE: u32 = 100_000;
const CODES: u32 = 900_000;

/// The most values one conversation can hold: above it, codes would no longer be found quickly.
pub const MAX_VALUES: usize = 300_000;

/// What stands in a token before its digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Word {
    /// A finding of this kind.
    Kind(Kind),
    /// Text that already looked like a token when it came in.
    Text,
}

impl Word {
    /// The word as it stands in a token: short, upper case, the same in every language.
    #[must_use]
    pub fn name(self) -> &'static str {
        let Self::Kind(kind) = self else { return "TEXT" };
        match kind {
            Kind::Person => "PERSON",
            Kind::Address => "ADDRESS",
            Kind::Postcode => "POSTCODE",
            Kind::City => "CITY",
            Kind::Email => "EMAIL",
            Kind::Phone => "PHONE",
            Kind::Bsn => "BSN",
            Kind::Nrn => "NRN",
            Kind::Iban => "IBAN",
            Kind::Card => "CARD",
            Kind::BirthDate => "BIRTHDATE",
            Kind::LicencePlate => "PLATE",
            Kind::IdDocument => "DOCUMENT",
            Kind::PatientNumber => "PATIENT",
            Kind::CustomerNumber => "NUMBER",
            Kind::IpAddress => "IP",
            Kind::Username => "USER",
            Kind::ProfileUrl => "PROFILE",
            Kind::Organisation => "ORG",
            Kind::Credential => "SECRET",
            _ => "DETAIL",
        }
    }
}

impl Word {
    /// The name under which the vault keeps it: that of the kind, or `text`.
    #[must_use]
    pub fn stored(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Text => "text",
        }
    }

    fn from_stored(name: &str) -> Option<Self> {
        if name == "text" { Some(Self::Text) } else { Kind::from_name(name).map(Self::Kind) }
    }
}

/// Type words a model may put in place of ours when it translates or rewords, in lower case. Any of them is
/// accepted before any issued code: the code alone decides what comes back. Sorted.
pub(crate) const TYPE_WORDS: &[&str] = &[
    "address",
    "adres",
    "adresse",
    "benutzer",
    "birthdate",
    "bsn",
    "card",
    "carte",
    "city",
    "courriel",
    "date",
    "datum",
    "detail",
    "document",
    "dokument",
    "détail",
    "email",
    "geboortedatum",
    "gebruiker",
    "geburtsdatum",
    "geheim",
    "iban",
    "ip",
    "kaart",
    "karte",
    "kennzeichen",
    "kenteken",
    "mail",
    "naam",
    "name",
    "nom",
    "nrn",
    "number",
    "numero",
    "nummer",
    "nummerplaat",
    "numéro",
    "org",
    "organisatie",
    "organisation",
    "ort",
    "patient",
    "patiënt",
    "person",
    "persona",
    "personne",
    "persoon",
    "phone",
    "plaats",
    "place",
    "plaque",
    "plate",
    "plz",
    "postcode",
    "profiel",
    "profil",
    "profile",
    "secret",
    "stad",
    "stadt",
    "tekst",
    "tel",
    "telefon",
    "telefoon",
    "telephone",
    "text",
    "texte",
    "téléphone",
    "user",
    "utilisateur",
    "ville",
    "zip",
];

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    /// The word in front.
    pub word: Word,
    /// Six digits, unique in a conversation.
    pub code: u32,
    /// Which spelling of the value, from 0.
    pub variant: u32,
}

impl Token {
    /// Reads a token back from the vault: the stored name of its word, and the token as it was displayed.
    #[must_use]
    pub fn from_stored(word: &str, token: &str) -> Option<Self> {
        let word = Word::from_stored(word)?;
        let inner = token.strip_prefix('[')?.strip_suffix(']')?;
        let (_, code) = inner.rsplit_once('_')?;
        let (digits, letters) = code.split_at_checked(6)?;
        Some(Self { word, code: digits.parse().ok()?, variant: variant_of(letters)? })
    }
}

/// Where tokens in exactly our own spelling stand in a text, issued or not.
#[must_use]
pub fn token_shapes(text: &str) -> Vec<Range<usize>> {
    let mut shapes = Vec::new();
    for (open, _) in text.match_indices('[') {
        let Some(length) = text[open..].bytes().take(40).position(|b| b == b']') else { continue };
        let inner = &text[open + 1..open + length];
        let Some((word, code)) = inner.rsplit_once('_') else { continue };
        let digits = code.bytes().take_while(u8::is_ascii_digit).count();
        let upper = |part: &str| part.bytes().all(|b| b.is_ascii_uppercase());
        if digits == 6 && !word.is_empty() && upper(word) && upper(&code[digits..]) {
            shapes.push(open..open + length + 1);
        }
    }
    shapes
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}_{}{}]", self.word.name(), self.code, variant_letters(self.variant))
    }
}

/// 0 is no letter, then B, C, … W, BB, BC, …
fn variant_letters(variant: u32) -> String {
    let base = u32::try_from(VARIANT_LETTERS.len()).unwrap_or(1);
    let mut letters = Vec::new();
    let mut rest = variant;
    while rest > 0 {
        rest -= 1;
        letters.push(VARIANT_LETTERS[(rest % base) as usize]);
        rest /= base;
    }
    letters.reverse();
    String::from_utf8_lossy(&letters).into_owned()
}

/// The variant that letters stand for; `None` when they are no variant letters.
pub(crate) fn variant_of(letters: &str) -> Option<u32> {
    let base = u32::try_from(VARIANT_LETTERS.len()).ok()?;
    letters.bytes().try_fold(0u32, |sum, letter| {
        let place = VARIANT_LETTERS.iter().position(|&l| l == letter.to_ascii_uppercase())?;
        sum.checked_mul(base)?.checked_add(u32::try_from(place).ok()? + 1)
    })
}

/// A token with its value, as it is kept in the vault.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The token.
    pub token: Token,
    /// The value's normal form, shared by all its spellings.
    pub canonical: String,
    /// The value exactly as it was written.
    pub surface: String,
}

impl fmt::Debug for Issued {
    /// Without the value: what is printed may end in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("token", &self.token).finish_non_exhaustive()
    }
}

/// No room for more values in this conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a conversation holds at most {MAX_VALUES} different values")]
pub struct Full;

struct Value {
    word: Word,
    canonical: String,
    surfaces: Vec<String>,
}

/// All tokens of one conversation.
pub struct Codebook {
    secret: hmac::Key,
    values: HashMap<u32, Value>,
    codes: HashMap<(&'static str, String), u32>,
    fresh: Vec<Issued>,
}

impl fmt::Debug for Codebook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codebook").field("values", &self.values.len()).finish_non_exhaustive()
    }
}

impl Codebook {
    /// An empty book. The secret decides the codes; two conversations never share one.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self {
            secret: hmac::Key::new(hmac::HMAC_SHA256, secret),
            values: HashMap::new(),
            codes: HashMap::new(),
            fresh: Vec::new(),
        }
    }

    /// Takes in what the vault already holds of this conversation. Tokens that stand there keep their meaning.
    pub fn load(&mut self, issued: impl IntoIterator<Item = Issued>) {
        let mut issued: Vec<Issued> = issued.into_iter().collect();
        issued.sort_by_key(|one| (one.token.code, one.token.variant));
        for one in issued {
            let Token { word, code, variant } = one.token;
            let value = self.values.entry(code).or_insert_with(|| Value {
                word,
                canonical: one.canonical.clone(),
                surfaces: Vec::new(),
            });
            if value.surfaces.len() == variant as usize {
                value.surfaces.push(one.surface);
                self.codes.insert((word.name(), one.canonical), code);
            }
        }
    }

    /// The token for a value, issued now or before.
    ///
    /// # Errors
    /// [`Full`] when the conversation holds [`MAX_VALUES`].
    pub fn issue(&mut self, word: Word, canonical: &str, surface: &str) -> Result<Token, Full> {
        let code = match self.codes.get(&(word.name(), canonical.to_owned())) {
            Some(&code) => code,
            None => self.new_code(word, canonical)?,
        };
        let Some(value) = self.values.get_mut(&code) else { return Err(Full) };
        let (variant, is_new) = if let Some(place) = value.surfaces.iter().position(|known| known == surface)
        {
            (place, false)
        } else {
            value.surfaces.push(surface.to_owned());
            (value.surfaces.len() - 1, true)
        };
        let token = Token { word: value.word, code, variant: u32::try_from(variant).map_err(|_| Full)? };
        if is_new {
            self.fresh.push(Issued { token, canonical: canonical.into(), surface: surface.into() });
        }
        Ok(token)
    }

    fn new_code(&mut self, word: Word, canonical: &str) -> Result<u32, Full> {
        if self.values.len() >= MAX_VALUES {
            return Err(Full);
        }
        let mut counter = 0u32;
        let code = loop {
            let mut context = hmac::Context::with_key(&self.secret);
            context.update(word.name().as_bytes());
            context.update(&[0]);
            context.update(&counter.to_be_bytes());
            context.update(canonical.as_bytes());
            let tag = context.sign();
            let mut head = [0u8; 8];
            head.copy_from_slice(&tag.as_ref()[..8]);
            let code =
                FIRST_CODE + u32::try_from(u64::from_be_bytes(head) % u64::from(CODES)).map_err(|_| Full)?;
            if !self.values.contains_key(&code) {
                break code;
            }
            counter += 1;
        };
        let value = Value { word, canonical: canonical.to_owned(), surfaces: Vec::new() };
        self.codes.insert((word.name(), value.canonical.clone()), code);
        self.values.insert(code, value);
        Ok(code)
    }

    /// What was issued since the last call, to be kept in the vault.
    pub fn take_fresh(&mut self) -> Vec<Issued> {
        std::mem::take(&mut self.fresh)
    }

    /// The value behind a code and variant, if that token was issued.
    #[must_use]
    pub fn surface(&self, code: u32, variant: u32) -> Option<&str> {
        self.values.get(&code)?.surfaces.get(variant as usize).map(String::as_str)
    }

    /// Whether any spelling has this code.
    #[must_use]
    pub(crate) fn knows(&self, code: u32) -> bool {
        self.values.contains_key(&code)
    }

    /// Whether nothing was issued.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many values have a token.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: Word = Word::Kind(Kind::Person);

    #[test]
    fn the_same_value_has_the_same_token_in_every_book_with_the_same_secret() {
        let mut one = Codebook::new(&[1; 32]);
        let mut two = Codebook::new(&[1; 32]);
        two.issue(PERSON, "piet", "Piet").unwrap();
        assert_eq!(one.issue(PERSON, "jan", "Jan").unwrap(), two.issue(PERSON, "jan", "Jan").unwrap());
        let mut other = Codebook::new(&[2; 32]);
        assert_ne!(one.issue(PERSON, "jan", "Jan").unwrap(), other.issue(PERSON, "jan", "Jan").unwrap());
    }

    #[test]
    fn spellings_of_one_value_share_digits_and_differ_by_a_letter() {
        let mut book = Codebook::new(&[1; 32]);
        let tokens: Vec<Token> = ["Jan de Vries", "De Vries", "Jan", "De Vries"]
            .into_iter()
            .map(|surface| book.issue(PERSON, "jan de vries", surface).unwrap())
            .collect();
        assert!(tokens.iter().all(|token| token.code == tokens[0].code));
        assert_eq!(tokens.iter().map(|token| token.variant).collect::<Vec<_>>(), [0, 1, 2, 1]);
        assert_eq!(tokens[1].to_string(), format!("[PERSON_{}B]", tokens[0].code));
        assert_eq!(book.surface(tokens[2].code, 2), Some("Jan"));
        assert_eq!(book.take_fresh().len(), 3);
    }

    #[test]
    fn two_values_never_share_a_code_however_many_there_are() {
        let mut book = Codebook::new(&[3; 32]);
        let mut seen = std::collections::HashSet::new();
        for i in 0..20_000 {
            let value = format!("value {i}");
            assert!(seen.insert(book.issue(PERSON, &value, &value).unwrap().code));
        }
    }

    #[test]
    fn a_book_that_was_kept_and_loaded_gives_the_same_tokens() {
        let mut book = Codebook::new(&[1; 32]);
        let before: Vec<Token> =
            ["Jan", "JAN", "jan"].into_iter().map(|s| book.issue(PERSON, "jan", s).unwrap()).collect();
        let mut later = Codebook::new(&[1; 32]);
        later.load(book.take_fresh().into_iter().rev());
        assert_eq!(later.surface(before[1].code, 1), Some("JAN"));
        assert_eq!(later.issue(PERSON, "jan", "jan").unwrap(), before[2]);
        assert!(later.take_fresh().is_empty());
    }

    #[test]
    fn tokens_are_read_back_from_the_vault() {
        for (word, variant) in [(PERSON, 0), (Word::Text, 3), (Word::Kind(Kind::Health), 17)] {
            let token = Token { word, code: 482_137, variant };
            assert_eq!(Token::from_stored(word.stored(), &token.to_string()), Some(token));
        }
        assert_eq!(Token::from_stored("person", "PERSON_1"), None);
    }

    #[test]
    fn shapes_are_found_issued_or_not() {
        let text = "[a [PERSON_482137] é [EMAIL_111111BB] [x_111111] [PERSON_11111] [BSN_1234567]";
        let found: Vec<&str> = token_shapes(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["[PERSON_482137]", "[EMAIL_111111BB]"]);
    }

    #[test]
    fn variant_letters_count_on_and_come_back() {
        for variant in 0..2_000 {
            let letters = variant_letters(variant);
            assert_eq!(variant_of(&letters), Some(variant), "{letters}");
        }
        assert_eq!(variant_letters(1), "B");
        assert_eq!(variant_letters(15), "W");
        assert_eq!(variant_letters(16), "BB");
        assert_eq!(variant_of("s"), None);
    }

    #[test]
    fn every_word_is_one_that_restoring_knows() {
        for &kind in Kind::ALL {
            let name = Word::Kind(kind).name().to_lowercase();
            assert!(TYPE_WORDS.contains(&name.as_str()), "{name}");
        }
        assert!(TYPE_WORDS.contains(&"text"));
        assert!(TYPE_WORDS.is_sorted());
    }
}
