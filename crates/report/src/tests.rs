//! That a policy becomes exactly one page, that it says what people sign, and that nothing in it is anything but text.

use jiff::civil::date;
use sluis_core::a4::{A4, Country, Guard, MAX_LINE, MAX_RULES, Problem, Rule, Section, Sheet};
use sluis_core::policy::{Policy, Tool};
use sluis_core::settings::Settings;
use sluis_core::verdict::Language;
use typst::layout::{Frame, FrameItem, Point};
use typst_layout::PagedDocument;

use sluis_core::law;

use crate::{LINE, MAX_CHARACTERS, PAGE, SIZES, TooLong, a4, page, pdf};

/// What stands on a page: the text in the order of reading, and the sizes and corners of its runs.
#[derive(Default)]
struct Seen {
    text: String,
    runs: Vec<Run>,
}

struct Run {
    text: String,
    size: f64,
    left: f64,
    right: f64,
    bottom: f64,
}

impl Seen {
    fn of(sheet: &Sheet) -> Result<Self, TooLong> {
        page(sheet).map(|document| Self::on(&document))
    }

    fn on(document: &PagedDocument) -> Self {
        let [page] = document.pages() else { panic!("{} pages", document.pages().len()) };
        let mut seen = Self::default();
        seen.frame(&page.frame, Point::zero());
        seen
    }

    fn frame(&mut self, frame: &Frame, at: Point) {
        for (place, item) in frame.items() {
            let at = at + *place;
            match item {
                FrameItem::Group(group) => {
                    assert!(group.transform.is_identity() || group.transform.is_only_translate());
                    let shift = Point::new(group.transform.tx, group.transform.ty);
                    self.frame(&group.frame, at + shift);
                }
                FrameItem::Text(text) => {
                    self.text.push_str(&text.text);
                    self.runs.push(Run {
                        text: text.text.to_string(),
                        size: text.size.to_pt(),
                        left: at.x.to_pt(),
                        right: (at.x + text.width()).to_pt(),
                        bottom: at.y.to_pt(),
                    });
                }
                _ => {}
            }
        }
    }

    /// Whether a line stands there, whatever the ends of the lines on the page.
    fn says(&self, line: &str) -> bool {
        bare(&self.text).contains(&bare(line))
    }

    /// The size of the running text: that of the first rule.
    fn size(&self, sheet: &Sheet) -> f64 {
        let start: String = sheet.may.lines[0].chars().take(6).collect();
        self.runs.iter().find(|run| run.text.starts_with(&start)).expect("the first rule stands there").size
    }
}

/// Without what differs by where a line ends.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{ad}' | '\u{2010}')).collect()
}

fn node() -> Policy {
    let text = r#"
        tools.mistral = { url = "https://ai.example/v1", trust = "contracted" }
        tools.eigen = { url = "http://127.0.0.1:11434/v1", trust = "own" }
    "#;
    Settings::parse(text).expect("sound settings").policy
}

fn tools() -> Vec<Tool> {
    node().tools
}

/// The start policy with four normal answers.
fn filled(language: Language, country: Country) -> A4 {
    A4 {
        organisation: "Huisartsenpraktijk De Linde".into(),
        tools: ["mistral".to_owned()].into(),
        contact: "Fatima el Idrissi, praktijkmanager: kamer 2, toestel 214".into(),
        scope: "Iedereen die bij ons werkt, ook invallers en stagiairs".into(),
        ..A4::start(language, country, date(2026, 12, 1))
    }
}

fn sheet() -> Sheet {
    filled(Language::Nl, Country::Nl).sheet()
}

/// A sheet with this text in every place that an organisation fills in.
fn everywhere(text: &str) -> Sheet {
    let mut a4 = filled(Language::Nl, Country::Nl);
    a4.organisation = text.into();
    a4.contact = text.into();
    a4.scope = text.into();
    a4.tools = [text.to_owned()].into();
    a4.may[0] = text.into();
    a4.may_not[0].text = text.into();
    a4.clauses.sector = text.into();
    a4.board = text.into();
    a4.technical = text.into();
    a4.sheet()
}

fn lines(sheet: &Sheet) -> Vec<&str> {
    let sections = [&sheet.why, &sheet.may, &sheet.may_not, &sheet.rules].into_iter().chain(&sheet.fields);
    let mut lines = vec![sheet.title.as_str(), sheet.organisation.as_str()];
    for section in sections {
        lines.push(&section.heading);
        lines.extend(section.lines.iter().map(String::as_str));
    }
    lines
}

/// All runs lie between the margins, above the foot of the page and in type that can be read.
fn lies_within(seen: &Seen) {
    let margin = 16.0 / 25.4 * 72.0 - 0.5;
    for run in &seen.runs {
        let right = 210.0 / 25.4 * 72.0 - margin;
        assert!(run.left >= margin && run.right <= right, "{} … {}: {:?}", run.left, run.right, run.text);
        assert!(run.bottom > margin && run.bottom < PAGE - 20.0, "{}: {:?}", run.bottom, run.text);
        assert!(run.size >= 6.0);
    }
}

/// How many pages a PDF has, by its page objects.
fn pages(pdf: &[u8]) -> usize {
    let object = b"/Type/Page";
    pdf.windows(object.len() + 1)
        .filter(|part| part.starts_with(object) && part[object.len()] != b's')
        .count()
}

fn has(pdf: &[u8], part: &str) -> bool {
    pdf.windows(part.len()).any(|window| window == part.as_bytes())
}

#[test]
fn a18_the_start_policy_is_one_page_in_generous_type_and_says_all_that_people_sign() {
    for language in [Language::Nl, Language::En] {
        for country in [Country::Nl, Country::Be] {
            let a4 = filled(language, country);
            assert_eq!(a4.problems(&tools()), []);
            let sheet = a4.sheet();
            let seen = Seen::of(&sheet).expect("it fits");
            lies_within(&seen);
            assert!(seen.size(&sheet) >= 11.0, "{}", seen.size(&sheet));
            for line in lines(&sheet) {
                assert!(seen.says(line), "{line}");
            }
            assert!(seen.says(&sheet.version()));
            assert_eq!(pages(&super::a4(&sheet).expect("it fits")), 1);
        }
    }
}

#[test]
fn a18_the_longest_policy_is_one_page_or_is_refused_with_figures_that_make_sense() {
    let words = |length: usize| -> String {
        "Persoonsgegevens delen met anderen buiten ".chars().cycle().take(length).collect()
    };
    let mut before = 0;
    for length in [40, 80, 120, 160, MAX_LINE] {
        let mut a4 = filled(Language::Nl, Country::Nl);
        let rule = Rule { text: words(length), guards: [Guard::Check].into() };
        a4.may = vec![words(length); MAX_RULES];
        a4.may_not = vec![rule; MAX_RULES];
        let problems = a4.problems(&tools());
        assert!(problems.iter().all(|problem| matches!(problem, Problem::TooLong(..))), "{problems:?}");
        match Seen::of(&a4.sheet()) {
            Ok(seen) => {
                assert_eq!(before, 0, "what is longer than a refused sheet is refused");
                lies_within(&seen);
            }
            Err(refused) => {
                assert!(refused.lines > before && refused.lines < 80, "{refused:?}");
                assert_eq!(refused.pages, 2);
                before = refused.lines;
            }
        }
    }
}

#[test]
fn a18_taking_away_as_many_lines_as_are_over_makes_it_fit() {
    let mut a4 = filled(Language::Nl, Country::Nl);
    a4.board = "x".into();
    let mut sheet = a4.sheet();
    while page(&sheet).is_ok() {
        sheet.rules.lines.push("Nog een afspraak.".into());
    }
    sheet.rules.lines.extend(vec!["Nog een afspraak.".to_owned(); 6]);
    let refused = page(&sheet).expect_err("it was too long with less");
    let kept = sheet.rules.lines.len() - refused.lines;
    sheet.rules.lines.truncate(kept);
    assert!(page(&sheet).is_ok(), "{refused:?}");
}

#[test]
fn a_text_without_end_is_refused_before_it_is_set() {
    let mut sheet = sheet();
    sheet.may.lines = vec!["woord ".repeat(MAX_CHARACTERS)];
    let refused = a4(&sheet).expect_err("far too long");
    assert!(refused.pages > 5 && refused.lines > 400, "{refused:?}");
}

#[test]
fn the_same_sheet_gives_the_same_bytes_and_another_one_others() {
    let first = a4(&sheet()).expect("it fits");
    let other = a4(&everywhere("Iets anders")).expect("it fits");
    assert_eq!(a4(&sheet()).expect("it fits"), first);
    assert_ne!(first, other);
    assert!(!has(&first, "CreationDate") && !has(&first, "ModDate") && !has(&first, "CreateDate"));
}

#[test]
fn the_pdf_is_tagged_and_has_a_language_and_a_title() {
    for (language, code) in [(Language::Nl, "/Lang(nl)"), (Language::En, "/Lang(en)")] {
        let pdf = a4(&filled(language, Country::Nl).sheet()).expect("it fits");
        for part in
            [code, "/StructTreeRoot", "/MarkInfo", "/DisplayDocTitle true", "pdfuaid:part", "De Linde"]
        {
            assert!(has(&pdf, part), "{part}");
        }
    }
}

#[test]
fn hostile_text_is_shown_as_text() {
    for text in [
        "#panic(\"x\") ] #sheet.version [ )",
        "$ x^2 $ *vet* _schuin_ `code` <merk> @bron ~ \\ // weg /* weg */",
        "= Kop - lijst + nummer / term: uitleg",
        "#set page(height: 1pt) #include \"/etc/passwd\" #image(\"a.png\")",
        "\" \\u{41} \\ \\n ${x} {{x}} %s <b>&amp;</b>",
        "--- ... -? \"aanhaling\" 'enkel'",
    ] {
        let sheet = everywhere(text);
        let seen = Seen::of(&sheet).expect("it fits");
        lies_within(&seen);
        assert!(bare(&seen.text).matches(&bare(text)).count() >= 9, "{text}: {}", seen.text);
        assert_eq!(pages(&a4(&sheet).expect("it fits")), 1);
    }
}

#[test]
fn what_the_fonts_lack_is_shown_by_its_number_and_the_invisible_goes() {
    let seen = Seen::of(&everywhere("Praktijk \u{1f600}\u{fe0f} \u{202e}om\u{200b} 中 \u{e000} a\u{0}b"))
        .expect("it fits");
    assert!(seen.says("Praktijk 1F600 om 4E2D E000 a0000b"), "{}", seen.text);
    let blot = format!("e{}", "\u{301}".repeat(100));
    let _ = a4(&everywhere(&blot));
}

#[test]
fn an_empty_sheet_is_a_page_too() {
    let none = Section { heading: String::new(), lines: Vec::new() };
    let sheet = Sheet {
        language: Language::Nl,
        title: String::new(),
        organisation: String::new(),
        why: none.clone(),
        may: none.clone(),
        may_not: none.clone(),
        rules: none.clone(),
        fields: Vec::new(),
    };
    assert_eq!(pages(&a4(&sheet).expect("it fits")), 1);
    let blank = A4::start(Language::Nl, Country::Nl, date(2026, 12, 1));
    assert_eq!(pages(&a4(&blank.sheet()).expect("it fits")), 1);
}

/// Numbers that are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound).expect("a usize fits");
        usize::try_from((z ^ (z >> 31)) % bound).expect("below a usize")
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// A line of at most `most` characters: words of the trade, signs, letters of all of Europe, words without an end.
    fn line(&mut self, most: usize) -> String {
        let length = 1 + self.below(most);
        let manner = self.below(6);
        let mut line = String::new();
        while line.chars().count() < length {
            match manner {
                0..=2 => {
                    let word = self.pick(&[
                        "gegevens",
                        "van",
                        "klanten",
                        "Zorggroep",
                        "info@zorg-voorbeeld.nl",
                        "de",
                        "verwerkersovereenkomst",
                        "https://ai.voorbeeld.nl/afspraken?versie=2",
                        "§ 4.2",
                        "€ 1.250,00",
                        "(AVG)",
                    ]);
                    line.push_str(word);
                    line.push(' ');
                }
                3 => line.push(
                    self.pick(&[
                        "#", "[", "]", "$", "*", "_", "@", "<", ">", "\\", "`", "~", "\"", "'", "{", "}",
                        "/", "=", "-", " ", "(", ")", "&", "%",
                    ])
                    .chars()
                    .next()
                    .expect("one"),
                ),
                4 => {
                    let c = char::from_u32(u32::try_from(0xc0 + self.below(0x500)).expect("small"))
                        .expect("no surrogate");
                    line.push(if self.below(8) == 0 { ' ' } else { c });
                }
                _ => line.push(*self.pick(&[&'a', &'W', &'m', &'0', &'.', &'\u{1f600}', &'ĳ', &'W', &'M'])),
            }
        }
        line.chars().take(length).collect::<String>().trim().to_owned() + "."
    }

    fn a4(&mut self) -> A4 {
        let language = if self.below(2) == 0 { Language::Nl } else { Language::En };
        let mut a4 = A4::start(language, Country::Nl, date(2026, 12, 1));
        let most = [20, 60, 120, MAX_LINE - 1][self.below(4)];
        a4.organisation = self.line(most);
        a4.contact = self.line(most);
        a4.scope = self.line(most);
        a4.tools = (0..=self.below(4)).map(|_| self.line(40)).collect();
        for _ in 0..self.below(MAX_RULES - 3) {
            a4.may.push(self.line(most));
            a4.may_not.push(Rule { text: self.line(most), guards: [Guard::Check].into() });
        }
        a4.clauses.energy = self.below(2) == 0;
        a4.clauses.equipment = self.below(2) == 0;
        a4.clauses.agreed_with_client = self.below(2) == 0;
        if self.below(3) == 0 {
            a4.clauses.sector = self.line(most);
            a4.board = self.line(most);
            a4.technical = self.line(most);
        }
        a4
    }
}

/// How many of these organisations get a page; the others get a refusal.
fn pages_for(mut dice: Dice, organisations: usize) -> usize {
    let mut fit = 0;
    for _ in 0..organisations {
        let sheet = dice.a4().sheet();
        match page(&sheet) {
            Ok(document) => {
                let seen = Seen::on(&document);
                lies_within(&seen);
                assert!(seen.says(&sheet.version()));
                assert_eq!(pages(&pdf(&sheet, &document)), 1);
                fit += 1;
            }
            Err(over) => {
                assert!(over.pages >= 2 && over.lines >= 1, "{over:?}");
                // No more than all characters would take in the narrowest column, wide letters and all.
                let most = sheet.text().chars().count() / 10;
                assert!(over.lines < most, "{over:?} of {most}");
            }
        }
        typst::comemo::evict(0);
    }
    fit
}

#[test]
fn a18_three_hundred_organisations_get_one_page_or_a_refusal() {
    let fit: usize = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|run| scope.spawn(move || pages_for(Dice(run), 75))).collect();
        runs.into_iter().map(|run| run.join().expect("every sheet is one page or refused")).sum()
    });
    assert!((100..290).contains(&fit), "{fit} fit");
}

#[test]
fn the_smallest_type_is_nine_points_and_a_line_of_it_is_what_a_refusal_counts() {
    assert!((SIZES[SIZES.len() - 1] - 9.0).abs() < f64::EPSILON);
    assert!(SIZES.windows(2).all(|pair| pair[0] > pair[1]));
    let one = TooLong::of(PAGE);
    assert_eq!(one.pages, 2);
    let more = TooLong::of(PAGE + 10.0 * 9.0 * LINE);
    assert_eq!(more.lines, one.lines + 10);
}

#[test]
fn a27_the_annex_says_the_law_of_its_day_in_both_languages() {
    for (country, language, word) in
        [(Country::Nl, Language::Nl, "/Lang(nl)"), (Country::Be, Language::En, "/Lang(en)")]
    {
        for day in [date(2026, 7, 1), date(2026, 11, 22), date(2030, 1, 1)] {
            let law = law::background(day, country);
            let bytes = crate::background(&law, language);
            assert!((2..=4).contains(&pages(&bytes)), "{} pages", pages(&bytes));
            assert_eq!(bytes, crate::background(&law, language), "the same day gives the same bytes");
            assert!(has(&bytes, word), "no {word}");
        }
    }
}
