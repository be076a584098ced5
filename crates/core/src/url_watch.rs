//! Knowing whether a text is inside an address, as it streams by.

/// The most characters of an address in quotes: an attribute can hold spaces and line ends, and browsers take them
/// out, but a quote that is never closed must not swallow the rest of the answer.
const MOST_QUOTED: usize = 4_096;

/// What stood right before an address, and so decides where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Opener {
    /// Nothing: it ends at a space, a quote or an angle bracket.
    #[default]
    None,
    /// A quote, a backtick or a cell's bar: it ends at the same sign.
    Same(char),
    /// `<`: it ends at `>`, and may hold spaces.
    Angle,
    /// A parenthesis: it ends at the one that closes it, or at a space.
    Paren,
}

/// Knows whether the text is inside an address: behind `scheme://`, `//` after a quote or bracket, `www.`, or the
/// opening of a markdown link or picture. A page that is loaded from such an address carries off what is in it.
#[derive(Debug, Default)]
pub(crate) struct UrlWatch {
    inside: Option<Opener>,
    /// What stood before the word we are in.
    opener: Opener,
    depth: usize,
    length: usize,
    recent: [char; 4],
}

impl UrlWatch {
    /// Whether the next character belongs to an address.
    pub(crate) fn is_inside(&self) -> bool {
        self.inside.is_some()
    }

    /// Takes the next character as meant, without the backslash that escapes it.
    pub(crate) fn see(&mut self, char: char) {
        if self.inside.is_some() {
            self.go_on(char);
        } else if self.starts(char) {
            self.inside = Some(if char == '(' { Opener::Paren } else { self.opener });
            self.depth = 1;
            self.length = 0;
        }
        self.opener = match char {
            '"' | '\'' | '`' | '|' => Opener::Same(char),
            '<' => Opener::Angle,
            '(' => Opener::Paren,
            c if c.is_whitespace() || c == '=' || c == ']' || c == '>' => Opener::None,
            _ => self.opener,
        };
        self.recent.rotate_left(1);
        self.recent[3] = char;
    }

    fn go_on(&mut self, char: char) {
        self.length += 1;
        let opener = self.inside.unwrap_or_default();
        let ends = match opener {
            Opener::None => {
                char.is_whitespace() || char.is_control() || matches!(char, '"' | '<' | '>' | '`')
            }
            Opener::Same(quote) => char == quote || self.length > MOST_QUOTED,
            Opener::Angle => char == '>' || char == '\n',
            Opener::Paren => {
                match char {
                    '(' => self.depth += 1,
                    ')' => self.depth -= 1,
                    _ => {}
                }
                self.depth == 0 || char.is_whitespace()
            }
        };
        if self.length == 1 && char == '<' && opener == Opener::Paren {
            // A markdown destination in angle brackets: `](<…>)`.
            self.inside = Some(Opener::Angle);
        } else if ends {
            self.inside = None;
        }
    }

    fn starts(&self, char: char) -> bool {
        let [a, b, c, d] = self.recent;
        match char {
            // "://", or "//" right behind a quote, a bracket or an equals sign
            '/' => d == '/' && matches!(c, ':' | '"' | '\'' | '=' | '(' | '<'),
            '(' => d == ']',
            '.' => [b, c, d].iter().all(|w| w.eq_ignore_ascii_case(&'w')) && !a.is_alphanumeric(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the place marked by `T` is inside an address.
    fn inside(text: &str) -> bool {
        let mut watch = UrlWatch::default();
        for char in text.chars() {
            if char == 'T' {
                return watch.is_inside();
            }
            watch.see(char);
        }
        panic!("no T in {text}");
    }

    #[test]
    fn an_address_ends_where_a_browser_ends_it() {
        for (text, expected) in [
            ("https://x.example/T", true),
            ("https://x.example T", false),
            ("(https://x.example) T", false),
            ("(https://x.example/(a)?q=T)", true),
            ("![x](https://x.example/(a)?q=T)", true),
            ("![x](https://x.example/a|b?q=T)", true),
            ("![x](<https://x.example/? q=T>)", true),
            ("![x](/relative?T)", true),
            ("[x](https://x.example) T", false),
            ("<img src=\"https://x.example/? q=T\">", true),
            ("<img src='//x.example/\n?q=T'>", true),
            ("<img src=\"https://x.example/a\"> T", false),
            ("<a href=https://x.example/T>", true),
            ("<https://x.example/T>", true),
            ("<https://x.example> T", false),
            ("www.x.example/T", true),
            ("| https://x.example | T |", false),
            ("|https://x.example|T|", false),
            ("{\"url\": \"https://x.example/?q=T\"}", true),
            ("{\"url\": \"https://x.example\", \"n\": \"T\"}", false),
            ("// T", false),
            ("either/or T", false),
            ("kwaad.example?T", false),
        ] {
            assert_eq!(inside(text), expected, "{text}");
        }
    }
}
