//! Rich text: the text without its commands.

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::budget::MAX_XML_DEPTH;
use crate::document::{At, Hidden, Unreadable};
use crate::read::Reader;

/// Groups whose text is not the document's: tables of fonts and colours, pictures in digits.
const SILENT: [&str; 18] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "pict",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "xmlnstbl",
    "objdata",
    "blipuid",
    "filetbl",
    "pgdsctbl",
    "pgdsc",
];

#[derive(Clone, Copy)]
struct Group {
    silent: bool,
    hidden: Option<Hidden>,
    /// How many signs stand in for one of Unicode.
    skip: usize,
    /// Its text is one of its own.
    aside: bool,
}

struct Flow<'r, 'b> {
    reader: &'r mut Reader<'b>,
    text: String,
    item: u32,
    /// Bytes in the document's code page that wait.
    bytes: Vec<u8>,
    encoding: &'static Encoding,
}

impl Flow<'_, '_> {
    fn flush(&mut self) {
        if !self.bytes.is_empty() {
            self.text.push_str(&self.encoding.decode_without_bom_handling(&self.bytes).0);
            self.bytes.clear();
        }
    }

    fn end(&mut self, hidden: Option<Hidden>) -> Result<(), Unreadable> {
        self.flush();
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return Ok(());
        }
        self.item = self.item.saturating_add(1);
        let outer = std::mem::replace(&mut self.reader.hidden, hidden);
        let done = self.reader.push_fixed(text, "", At::Item(self.item));
        self.reader.hidden = outer;
        done
    }
}

pub(crate) fn read(reader: &mut Reader<'_>, bytes: &[u8]) -> Result<(), Unreadable> {
    let mut out = Flow { reader, text: String::new(), item: 0, bytes: Vec::new(), encoding: WINDOWS_1252 };
    let mut group = Group { silent: false, hidden: None, skip: 1, aside: false };
    let mut groups: Vec<Group> = Vec::new();
    let mut pictures = false;
    // Signs still to pass over behind one of Unicode.
    let mut pass = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        out.reader.budget.step()?;
        at += 1;
        match byte {
            b'{' => {
                if groups.len() >= MAX_XML_DEPTH {
                    return Err(Unreadable::TooDeep);
                }
                groups.push(group);
                group.aside = false;
            }
            b'}' => {
                if group.aside {
                    out.end(group.hidden)?;
                }
                let Some(outer) = groups.pop() else { return Err(Unreadable::Damaged) };
                group = outer;
            }
            b'\\' => {
                let command = Command::read(bytes, &mut at);
                pictures |= command.word == "pict";
                obey(&command, &mut group, &mut out, &mut pass)?;
            }
            b'\r' | b'\n' => {}
            _ if pass > 0 => pass -= 1,
            _ if group.silent => {}
            byte => out.bytes.push(byte),
        }
    }
    out.end(None)?;
    if !groups.is_empty() {
        return Err(Unreadable::Damaged);
    }
    if pictures {
        out.reader.not_read("picture", Unreadable::Picture);
    }
    Ok(())
}

/// A command: a word with a number, or a sign.
struct Command {
    word: String,
    number: Option<i32>,
    byte: Option<u8>,
}

impl Command {
    fn read(bytes: &[u8], at: &mut usize) -> Self {
        let letters = bytes[*at..].iter().take(40).take_while(|b| b.is_ascii_alphabetic()).count();
        if letters == 0 {
            let sign = bytes.get(*at).copied().unwrap_or(b'\\');
            *at += 1;
            if sign == b'\'' {
                let digits = bytes.get(*at..*at + 2).and_then(|two| std::str::from_utf8(two).ok());
                *at += 2;
                let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
                return Self { word: String::new(), number: None, byte };
            }
            return Self { word: char::from(sign).to_string(), number: None, byte: None };
        }
        let word = String::from_utf8_lossy(&bytes[*at..*at + letters]).into_owned();
        *at += letters;
        let digits = bytes[*at..]
            .iter()
            .enumerate()
            .take(11)
            .take_while(|(i, b)| b.is_ascii_digit() || *i == 0 && **b == b'-')
            .count();
        let number =
            std::str::from_utf8(&bytes[*at..*at + digits]).ok().and_then(|digits| digits.parse().ok());
        *at += digits;
        if bytes.get(*at) == Some(&b' ') {
            *at += 1;
        }
        Self { word, number, byte: None }
    }
}

fn obey(
    command: &Command,
    group: &mut Group,
    out: &mut Flow<'_, '_>,
    pass: &mut usize,
) -> Result<(), Unreadable> {
    if let Some(byte) = command.byte {
        if *pass > 0 {
            *pass -= 1;
        } else if !group.silent {
            out.bytes.push(byte);
        }
        return Ok(());
    }
    let aside = match command.word.as_str() {
        "footnote" => Some(Hidden::Note),
        "annotation" | "atnauthor" | "atnid" => Some(Hidden::Comment),
        "info" | "revtbl" => Some(Hidden::Property),
        "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" => {
            Some(Hidden::Margin)
        }
        "deleted" if command.number != Some(0) => Some(Hidden::Deleted),
        "fldinst" => Some(Hidden::Formula),
        _ => None,
    };
    if let Some(why) = aside {
        // What stood before goes on later as a text of its own: a footnote is no part of its sentence.
        out.end(group.hidden)?;
        (group.hidden, group.aside) = (Some(why), true);
        return Ok(());
    }
    if SILENT.contains(&command.word.as_str()) {
        group.silent = true;
        return Ok(());
    }
    match command.word.as_str() {
        "ansicpg" => {
            let name = command.number.map(|page| format!("windows-{page}"));
            out.encoding = name.and_then(|name| Encoding::for_label(name.as_bytes())).unwrap_or(WINDOWS_1252);
        }
        "uc" => group.skip = command.number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1).min(8),
        "u" if !group.silent => {
            out.flush();
            let unit = command.number.unwrap_or(0);
            let code = u32::try_from(if unit < 0 { unit + 65_536 } else { unit }).unwrap_or(0);
            out.text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            *pass = group.skip;
        }
        // The rows of a table stay together: the first names the columns.
        "row" if !group.silent => {
            out.flush();
            out.text.push('\n');
        }
        "par" | "sect" | "page" | "author" | "operator" | "company" | "manager" | "title" | "subject" => {
            out.end(group.hidden)?;
        }
        "cell" | "tab" | "line" if !group.silent => {
            out.flush();
            out.text.push(if command.word == "line" { '\n' } else { '\t' });
        }
        "\\" | "{" | "}" if !group.silent => out.bytes.push(command.word.as_bytes()[0]),
        "~" => out.bytes.push(b' '),
        "lquote" | "rquote" => out.bytes.push(b'\''),
        "ldblquote" | "rdblquote" => out.bytes.push(b'"'),
        "_" | "endash" | "emdash" => out.bytes.push(b'-'),
        _ => {}
    }
    Ok(())
}
