//! Any text in any cut: the same bytes come out, and what was never issued stays as it is.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use sluis_core::policy::Sinks;
use sluis_core::pseudonym::{Codebook, Word};
use sluis_core::restore::{Place, Restorer};
use sluis_detect::Kind;

fn restore(book: &Arc<Codebook>, place: Place, pieces: &[&str]) -> String {
    let mut restorer = Restorer::new(Arc::clone(book), Sinks::default(), place);
    let mut out = String::new();
    for piece in pieces {
        restorer.push(piece, &mut out);
    }
    restorer.finish(&mut out);
    out
}

fuzz_target!(|input: (usize, bool, &str)| {
    let (cut, arguments, text) = input;
    let mut book = Codebook::new(&[1; 32]);
    let token = book.issue(Word::Kind(Kind::Person), "jan", "Jan").expect("there is room");
    let text = text.replace('#', &token.code.to_string());
    let book = Arc::new(book);
    let mut cut = cut % (text.len() + 1);
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    let place = if arguments { Place::Arguments } else { Place::Text };
    let whole = restore(&book, place, &[&text]);
    assert_eq!(restore(&book, place, &[&text[..cut], &text[cut..]]), whole);
    // Without its digits in any spelling there is no token, and nothing may change.
    if text.is_ascii() && !text.contains(['%', '\\']) && !text.contains(|c: char| c.is_ascii_digit()) {
        assert_eq!(whole, text);
    }
});
