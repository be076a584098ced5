//! Which findings of a document are about the same person or are the same value.

use crate::kind::{Finding, Kind, Segment};
use crate::normalise::{is_prefix, normalise, words};
use std::collections::{HashMap, HashSet};

/// A name taken apart.
#[derive(Default)]
struct Name {
    /// First names in full.
    given: Vec<String>,
    initials: Vec<char>,
    /// Words of the surname without prefixes.
    surname: Vec<String>,
    /// A single word that may be either.
    single: Option<String>,
}

impl Name {
    fn new(text: &str) -> Self {
        let mut name = Self::default();
        // "De Vries, J."
        if let Some((surname, given)) = text.split_once(',') {
            name.surname =
                words(surname).into_iter().filter(|w| !is_prefix(w) && w.chars().count() > 1).collect();
            name.give(words(given));
            if !name.surname.is_empty() {
                return name;
            }
        }
        let all = words(text);
        let prefix = all.iter().position(|w| is_prefix(w) && w.chars().count() > 1);
        let solid: Vec<String> =
            all.iter().filter(|w| !is_prefix(w) && w.chars().count() > 1).cloned().collect();
        match (&solid[..], prefix) {
            ([], _) => name.single = Some(all.concat()),
            ([one], None) if all.len() == 1 => name.single = Some(one.clone()),
            (_, Some(at)) => {
                name.give(all[..at].to_vec());
                name.surname =
                    all[at..].iter().filter(|w| !is_prefix(w) && w.chars().count() > 1).cloned().collect();
            }
            _ => {
                // Trailing initials hide the surname ("Samira B."), leading ones the first name ("J. Bakker").
                let lead = all.iter().take_while(|w| w.chars().count() == 1).count();
                if lead > 0 {
                    name.give(all[..lead].to_vec());
                    name.surname = all[lead..].iter().filter(|w| w.chars().count() > 1).cloned().collect();
                } else if solid.len() == 1 {
                    name.single = solid.first().cloned();
                } else {
                    name.given.push(all[0].clone());
                    name.surname = solid[1..].to_vec();
                }
            }
        }
        name
    }

    fn give(&mut self, words: Vec<String>) {
        for word in words {
            let mut letters = word.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) => self.initials.push(letter),
                (Some(_), Some(_)) if !is_prefix(&word) => self.given.push(word),
                _ => {}
            }
        }
    }

    /// The letter that the first name starts with.
    fn letter(&self) -> Option<char> {
        self.given.first().and_then(|g| g.chars().next()).or_else(|| self.initials.first().copied())
    }

    fn contains(&self, word: &str) -> bool {
        self.given.iter().chain(&self.surname).any(|w| w == word)
    }

    /// Whether two names, both with a surname, can be one person's.
    fn agrees(&self, other: &Self) -> bool {
        let same_words = {
            let mut a: Vec<&String> = self.given.iter().chain(&self.surname).collect();
            let mut b: Vec<&String> = other.given.iter().chain(&other.surname).collect();
            a.sort_unstable();
            b.sort_unstable();
            a == b && self.initials == other.initials
        };
        if same_words {
            return true;
        }
        // "Bouzidi-van Leeuwen" is also called "Bouzidi".
        let surname = self.surname.iter().all(|w| other.surname.contains(w))
            || other.surname.iter().all(|w| self.surname.contains(w));
        let given = match (self.given.first(), other.given.first()) {
            (Some(a), Some(b)) => a == b,
            _ => match (self.letter(), other.letter()) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            },
        };
        surname && given && !self.surname.is_empty() && !other.surname.is_empty()
    }
}

/// Whom or what a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The same number for all findings about one person, and for all that are the same value.
    pub entity: usize,
    /// The [`normalise`]d value of this finding.
    pub normal: String,
}

/// For each finding its identity, parallel to `findings`. Names are one person's where the document leaves no doubt: "De Vries"
/// is "Jan de Vries" unless another De Vries is named too. Findings that are not names share a number when kind and [`normalise`]d value are equal.
#[must_use]
pub fn identities(segments: &[Segment<'_>], findings: &[Vec<Finding>]) -> Vec<Vec<Identity>> {
    let mut identities: Vec<Vec<Identity>> = findings
        .iter()
        .enumerate()
        .map(|(segment, list)| {
            list.iter()
                .map(|f| Identity { entity: 0, normal: normalise(f.kind, value(segments, segment, f)) })
                .collect()
        })
        .collect();
    let mut people = People::default();
    for (segment, (list, own)) in findings.iter().zip(&identities).enumerate() {
        for (f, identity) in list.iter().zip(own).filter(|(f, _)| f.kind == Kind::Person) {
            people.meet(&identity.normal, value(segments, segment, f));
        }
    }
    let fullest = people.fullest();
    let mut ids: HashMap<(Kind, String), usize> = HashMap::new();
    for (list, own) in findings.iter().zip(&mut identities) {
        for (f, identity) in list.iter().zip(own) {
            let name = match f.kind {
                Kind::Person => fullest.get(&identity.normal).unwrap_or(&identity.normal),
                _ => &identity.normal,
            };
            let next = ids.len();
            identity.entity = *ids.entry((f.kind, name.clone())).or_insert(next);
        }
    }
    identities
}

fn value<'a>(segments: &[Segment<'a>], segment: usize, finding: &Finding) -> &'a str {
    segments.get(segment).and_then(|s| s.text.get(finding.start..finding.end)).unwrap_or("")
}

/// The people of a document: every way a name is written, once, in order of appearance.
#[derive(Default)]
struct People {
    forms: Vec<(String, Name)>,
    known: HashSet<String>,
}

impl People {
    fn meet(&mut self, normal: &str, value: &str) {
        if !self.known.contains(normal) {
            self.known.insert(normal.to_owned());
            self.forms.push((normal.to_owned(), Name::new(value)));
        }
    }

    /// For each way a name is written, the fullest form of the person.
    fn fullest(self) -> HashMap<String, String> {
        let Self { forms, .. } = self;
        let mut fullest: HashMap<String, String> = HashMap::new();
        // Full names first: each joins the one earlier person it agrees with.
        let mut persons: Vec<usize> = Vec::new();
        let mut by_word: HashMap<&str, Vec<usize>> = HashMap::new();
        let grade = |n: &Name| {
            if n.single.is_some() {
                3
            } else if !n.given.is_empty() {
                0
            } else if n.initials.is_empty() {
                2
            } else {
                1
            }
        };
        let mut order: Vec<usize> = (0..forms.len()).collect();
        order.sort_by_key(|&i| grade(&forms[i].1));
        for i in order {
            let (canonical, name) = &forms[i];
            let words: Vec<&str> = match &name.single {
                Some(word) => vec![word],
                None => name.surname.iter().map(String::as_str).collect(),
            };
            let mut matches: Vec<usize> = words
                .iter()
                .filter_map(|w| by_word.get(w))
                .flatten()
                .copied()
                .filter(|&p| match &name.single {
                    Some(word) => forms[p].1.contains(word),
                    None => forms[p].1.agrees(name),
                })
                .take(3)
                .collect();
            matches.sort_unstable();
            matches.dedup();
            if let [person] = matches[..] {
                fullest.insert(canonical.clone(), forms[person].0.clone());
            } else {
                fullest.insert(canonical.clone(), canonical.clone());
                if name.single.is_none() {
                    persons.push(i);
                    for word in name.given.iter().chain(&name.surname) {
                        by_word.entry(word).or_default().push(i);
                    }
                }
            }
        }
        fullest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<usize> {
        let text = names.join("|");
        let mut start = 0;
        let findings = names
            .iter()
            .map(|n| {
                let f =
                    Finding { start, end: start + n.len(), kind: Kind::Person, score: 0.9, detector: "test" };
                start += n.len() + 1;
                f
            })
            .collect();
        let found = identities(&[Segment { text: &text, label: "" }], &[findings]).remove(0);
        found.into_iter().map(|identity| identity.entity).collect()
    }

    #[test]
    fn parts_of_one_name_are_one_person() {
        assert_eq!(
            ids(&["Jan de Vries", "De Vries", "Jan", "J. de Vries", "de Vries, Jan", "JAN DE VRIES"]),
            [0; 6]
        );
    }

    #[test]
    fn two_people_with_one_surname_stay_apart() {
        let ids = ids(&["Jan de Vries", "Piet de Vries", "De Vries", "Jan", "Piet"]);
        assert_eq!(ids, [0, 1, 2, 0, 1]);
    }

    #[test]
    fn the_order_of_mention_does_not_matter() {
        assert_eq!(ids(&["Samira", "Samira El Amrani", "mevrouw El Amrani"])[..2], [0, 0]);
    }

    #[test]
    fn belgian_order_and_double_names() {
        assert_eq!(ids(&["Vercruysse Godelieve", "Godelieve Vercruysse", "Vercruysse"]), [0; 3]);
        assert_eq!(ids(&["Bouzidi-van Leeuwen, F.", "Bouzidi"]), [0; 2]);
    }
}
