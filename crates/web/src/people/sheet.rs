//! The list for a spreadsheet.

use crate::page::Shown;
use crate::people::Line;

/// Text that Dutch spreadsheets open with a double click: semicolons, and a mark that it is UTF-8.
pub(crate) fn sheet(shown: &Shown, lines: &[Line]) -> String {
    let mut text = "\u{feff}".to_owned();
    let yes = |is: bool| shown.say(if is { "ja" } else { "nee" }, if is { "yes" } else { "no" });
    let heads = super::COLUMNS.map(|(_, nl, en)| shown.say(nl, en).to_owned());
    push(&mut text, &heads);
    for line in lines {
        let person = &line.person;
        push(
            &mut text,
            &[
                person.name.clone(),
                person.email.clone(),
                person.department.clone(),
                line.relation.to_owned(),
                line.roles.clone(),
                yes(line.signed).to_owned(),
                if line.works_here {
                    shown.say("werkt hier", "works here").to_owned()
                } else {
                    shown.say("uit dienst", "left").to_owned()
                },
            ],
        );
    }
    text
}

fn push(text: &mut String, cells: &[String; super::COLUMNS.len()]) {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    text.push_str(&cells.join(";"));
    text.push_str("\r\n");
}

/// One cell. What a spreadsheet would take for a formula gets an apostrophe in front.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas_and_stay_in_their_place() {
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("a;\"b\""), "\"a;\"\"b\"\"\"");
        assert_eq!(quoted("Jo"), "\"Jo\"");
    }
}
