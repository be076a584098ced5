//! The order of work: fold, cut into tokens, mark fields, let every layer propose, remember names, resolve.

use crate::confidential::{self, Terms};
use crate::draft::{self, Draft, Kept};
use crate::field::Header;
use crate::kind::{Finding, Kind, Profile, Segment};
use crate::lexicon::{Flags, Lexicon};
use crate::memory::Memory;
use crate::page::{Candidate, Class, Page, Token};
use crate::special::Special;
use crate::tagger::Tagger;
use crate::{
    account, address, bsn, card, credential, cue, date, digits, document, doubt, field, iban, mail, merge,
    national, network, organisation, person, phone, plate, reference, town,
};
use std::sync::Arc;

/// The tokens of documents of at most this many bytes are kept until the second pass; they take some ten times as much.
const KEEP: usize = 1 << 20;

/// Finds personal data. Immutable: build one and share it; a clone shares its lists.
#[derive(Clone)]
pub struct Detector {
    profile: Profile,
    pub(crate) lexicon: Arc<Lexicon>,
    special: Arc<Special>,
    terms: Arc<Terms>,
    /// The trained layer, for the profile that has it.
    tagger: Option<&'static Tagger>,
}

impl std::fmt::Debug for Detector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Detector").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// Cues behind which a number may go on over the end of a line or a cell.
const LINE_CROSSING: Flags = cue::BSN | cue::NRN | cue::PHONE | cue::CARD;

impl Detector {
    /// Builds the word lists and automata; some tens of milliseconds, once. The first detector of the profile [`Profile::Accurate`] also makes
    /// the model ready, for all that follow.
    ///
    /// # Panics
    ///
    /// If the program was built with a damaged model.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        let tagger = match profile {
            Profile::Fast => None,
            Profile::Accurate => Some(Tagger::embedded().unwrap_or_else(|error| panic!("{error}"))),
        };
        Self {
            profile,
            tagger,
            lexicon: Arc::new(Lexicon::new()),
            special: Arc::new(Special::new()),
            terms: Arc::default(),
        }
    }

    /// The same detector, which also finds the organisation's own terms as `confidential_term`. Case, diacritics and the
    /// marks between words do not matter; of a term the first eight words count.
    #[must_use]
    pub fn with_terms<'a>(self, terms: impl IntoIterator<Item = &'a str>) -> Self {
        Self { terms: Arc::new(Terms::new(terms)), ..self }
    }

    /// The fast detector with the same lists and terms, which are shared.
    #[must_use]
    pub fn rules_only(&self) -> Self {
        Self {
            profile: Profile::Fast,
            tagger: None,
            lexicon: Arc::clone(&self.lexicon),
            special: Arc::clone(&self.special),
            terms: Arc::clone(&self.terms),
        }
    }

    /// The profile the detector was built for.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The findings of one text, sorted by start. Findings of directly identifying kinds never overlap one another.
    #[must_use]
    pub fn detect(&self, text: &str) -> Vec<Finding> {
        self.detect_document(&[Segment { text, label: "" }]).pop().unwrap_or_default()
    }

    /// The findings of each segment of one document or conversation: names found in one are sought in all.
    #[must_use]
    pub fn detect_document(&self, segments: &[Segment<'_>]) -> Vec<Vec<Finding>> {
        let mut findings: Vec<Vec<Finding>> = segments.iter().map(|_| Vec::new()).collect();
        let drafts = draft::drafts(segments);
        // First what each piece shows by itself; then each piece once more with the names of all. The tokens of long documents are not
        // kept for that but cut again, with the header that each piece began with.
        let mut memory = Memory::default();
        let bytes: usize = drafts.iter().map(|d| d.folded.text.len()).sum();
        let keep = bytes <= KEEP;
        let mut kept = Vec::with_capacity(drafts.len());
        let mut header = Header::default();
        for (at, draft) in drafts.iter().enumerate() {
            if at > 0 && drafts[at - 1].segment != draft.segment {
                header = Header::default();
            }
            let before = if keep { Header::default() } else { header.clone() };
            let page = self.page(draft, &mut header);
            let candidates = self.propose(&page);
            memory.learn(&page, &candidates);
            kept.push(Kept { candidates, before, page: keep.then_some(page) });
        }
        if let Some(tagger) = self.tagger {
            memory = self.tag(tagger, &drafts, &mut kept, &memory);
        }
        for (draft, mut kept) in drafts.iter().zip(kept) {
            let page = self.page_again(draft, &mut kept);
            memory.recall(&page, &mut kept.candidates);
            // The model's pass has them already.
            if self.tagger.is_none() {
                self.special(&page, &mut kept.candidates);
            }
            findings[draft.segment].extend(merge::resolve(kept.candidates, &draft.folded, draft.offset));
        }
        findings
    }

    /// The pieces of a text as the trained layer sees them, with the findings of the rules beside them; for training.
    #[doc(hidden)]
    #[must_use]
    pub fn read_pieces(&self, vocabulary: &crate::pieces::Pieces, text: &str) -> Vec<crate::pieces::Piece> {
        let findings = self.detect(text);
        let mut header = Header::default();
        let mut out = Vec::new();
        for draft in draft::drafts(&[Segment { text, label: "" }]) {
            let page = self.page(&draft, &mut header);
            let texts = (draft.text, &draft.folded);
            out.extend(crate::pieces::read(vocabulary, &page, &self.lexicon, texts, draft.offset, &findings));
        }
        out
    }

    /// The tokens of a piece, as they were kept or cut again.
    pub(crate) fn page_again<'d>(&self, draft: &'d Draft<'_>, kept: &mut Kept<'d>) -> Page<'d> {
        kept.page.take().unwrap_or_else(|| self.page(draft, &mut kept.before.clone()))
    }

    fn page<'d>(&self, draft: &'d Draft<'_>, header: &mut Header) -> Page<'d> {
        let mut page = Page::new(&draft.folded.text, &self.lexicon);
        field::mark(&mut page, draft.label, header, &self.lexicon);
        page
    }

    /// What each layer proposes.
    fn propose(&self, page: &Page<'_>) -> Vec<Candidate> {
        let mut out = Vec::new();
        person::find(page, &self.lexicon, &mut out);
        let people = out.len();
        self.tokens(page, &mut out);
        self.births(page, people, &mut out);
        doubt::lower(page, &mut out);
        self.terms.find(page, &mut out);
        out
    }

    /// One pass over the tokens: each calls the layers that can begin at it.
    fn tokens(&self, page: &Page<'_>, out: &mut Vec<Candidate>) {
        let mut people: Vec<u32> = out.iter().filter(|c| c.score >= 0.5).map(|c| c.end).collect();
        people.sort_unstable();
        let mut pem = 0;
        let mut line = 0;
        let mut before = 0;
        for at in 0..page.tokens.len() {
            let token = page.tokens[at];
            let opens = at == 0
                || page.tokens[at - 1].hint != token.hint
                || page.tokens[at - 1].class == Class::Mark
                || page.tokens[at - 1].is_line();
            if token.hint != 0 && opens {
                self.field(page, at, before, out);
            }
            before = token.hint;
            match token.class {
                Class::Number => self.number(page, at, &people, out),
                Class::Word => self.word(page, at, &mut pem, out),
                Class::Mark => match token.mark {
                    b'@' | b'%' => mail::find(page, at, out),
                    b'\\' => account::find_domain_user(page, at, out),
                    b':' => network::find_v6(page, at, out),
                    _ => {}
                },
                Class::Line => {
                    document::find_zone(page, line, at, out);
                    line = at + 1;
                }
            }
        }
        document::find_zone(page, line, page.tokens.len(), out);
    }

    fn number(&self, page: &Page<'_>, at: usize, people: &[u32], out: &mut Vec<Candidate>) {
        let token = &page.tokens[at];
        let glued = page.glued(at);
        let inside = glued && (page.tokens[at - 1].is_word() || page.tokens[at - 1].mark == b'_');
        if !inside {
            let mut run = digits::Run::new(page, at, false);
            if run.broken_off && page.cue(at, 4) & LINE_CROSSING != 0 {
                run = digits::Run::new(page, at, true);
            }
            let total = run.groups().last().map_or(0, |g| g.total);
            // Eight digits are the shortest number of these kinds.
            if total >= 8
                && !(glued
                    && matches!(page.tokens[at - 1].mark, b'.' | b'-' | b'/')
                    && at > 1
                    && page.tokens[at - 2].is_number())
            {
                let cues = page.cue(at, 4);
                bsn::find(&run, cues, out);
                national::find(&run, page, at, cues, out);
                card::find(&run, cues, out);
                phone::find(&run, page, at, cues, out);
            }
        }
        if !inside {
            let i = people.partition_point(|&end| end <= token.start);
            let near = i > 0
                && token.start - people[i - 1] <= 6
                && !page.text[people[i - 1] as usize..token.start as usize].contains('\n');
            date::find(page, at, near, out);
            address::find(page, at, &self.lexicon, out);
            plate::find(page, at, out);
            network::find_v4(page, at, out);
            self.code(page, at, out);
        }
    }

    fn code(&self, page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
        let _ = self;
        if at > 0 && page.glued(at) && (page.tokens[at - 1].is_word() || page.tokens[at - 1].is_number()) {
            return;
        }
        let mixed = page.glued(at + 1)
            && page
                .get(at + 1)
                .is_some_and(|t| t.is_word() || t.is_number() || t.mark == b'-' || t.mark == b'.');
        if mixed
            && let Some(code) = reference::code(page, at)
            && (code.digits >= 2 && code.letters > 0 || code.digits == 12)
        {
            let cues = page.cue(at, 4);
            let (first, last) = (page.tokens[code.first], page.tokens[code.end - 1]);
            national::find_code(page.between(code.first, code.end - 1), first.start, last.end, cues, out);
        }
        if page.tokens[at].is_number() || page.tokens[at].is_capital() {
            document::find_document(page, at, out);
        }
    }

    fn word(&self, page: &Page<'_>, at: usize, pem: &mut usize, out: &mut Vec<Candidate>) {
        let token = page.tokens[at];
        credential::find_key(page, at, out);
        if page.glued(at + 1) {
            let next = page.tokens[at + 1];
            if next.is_number() {
                credential::find_habit(page, at, out);
            } else if next.mark == b'.' && page.glued(at + 2) {
                account::find_profile(page, at, out);
            }
        }
        if page.get(at + 1).is_some_and(Token::is_number) {
            iban::find(page, at, out);
        }
        if token.len() <= 3 && page.get(at + 1).is_some_and(|t| t.is_number() || t.mark == b'-') {
            plate::find(page, at, out);
        }
        if token.is_capital() || page.glued(at + 1) && page.tokens[at + 1].is_number() {
            self.code(page, at, out);
        }
        if token.len() == 1 {
            document::find_student(page, at, out);
            account::find_short(page, at, out);
        }
        if token.flags >> 12 != 0 {
            if token.has(cue::CUSTOMER | cue::PATIENT | cue::DOCUMENT | cue::SUFFIX) {
                reference::find(page, at, out);
            }
            let next = at + 1;
            if token.has(cue::ROLE)
                && page.is(next + 1, b'_')
                && page.glued(next + 1)
                && page.tokens[next].is_word()
            {
                account::take_login(page, next, true, out);
            }
            if token.has(cue::USER) {
                account::find_login(page, at, out);
            }
            if token.has(cue::SECRET) {
                credential::find_secret(page, at, out);
            }
            if token.has(cue::LIVES) {
                town::find_home(page, at, &self.lexicon, out);
            }
            if token.has(cue::MONTH) {
                date::find_words(page, at, out);
            }
            if token.has(cue::COMPANY) {
                organisation::find(page, at, out);
            }
        }
        match page.word(at) {
            "home" | "Users" => account::find_home_folder(page, at, out),
            "BEGIN" => credential::find_pem(page, at, pem, out),
            "at" | "apenstaartje" => mail::find_spoken(page, at, out),
            "Stichting" | "Vereniging" | "Woonstichting" => organisation::find(page, at, out),
            "for" if ssh_log(page, at) => account::take_login(page, at + 1, true, out),
            "code" | "Code" => credential::find_code(page, at, out),
            "VERTROUWELIJK" | "Vertrouwelijk" | "vertrouwelijk" | "GEHEIM" | "CONFIDENTIEEL"
            | "Confidentieel" | "confidentieel" | "CONFIDENTIAL" | "Confidential" | "confidential"
            | "CONFIDENTIEL" | "Confidentiel" | "VERTRAULICH" | "Vertraulich" => {
                confidential::find_marking(page, at, out);
            }
            "TLP" => confidential::find_traffic_light(page, at, out),
            "koersgevoelige"
            | "Koersgevoelige"
            | "onder"
            | "Onder"
            | "price"
            | "niet"
            | "bedrijfsvertrouwelijk"
            | "Bedrijfsvertrouwelijk"
            | "BEDRIJFSVERTROUWELIJK" => {
                confidential::find_phrase(page, at, out);
            }
            _ => {}
        }
        if token.flags >> 12 == 0 && token.len() > 6 {
            reference::find_unlisted(page, at, out);
        }
        if page.starts_line(at) {
            account::find_speaker(page, at, out);
        }
        if token.is_capital() && token.len() >= 7 {
            address::find_street(page, at, out);
        }
    }

    /// The start of a field or of a part of one.
    fn field(&self, page: &Page<'_>, at: usize, before: u64, out: &mut Vec<Candidate>) {
        let hint = page.tokens[at].hint;
        if page.tokens[at].class == Class::Mark && page.tokens[at].mark != b'?' {
            return;
        }
        let fresh =
            before != hint || page.tokens[at - 1].is_line() || page.tokens[at - 1].class == Class::Mark;
        if !fresh {
            return;
        }
        let opened = before != hint || at == 0 || page.tokens[at - 1].is_line();
        if opened && hint & (cue::CUSTOMER | cue::PATIENT | cue::DOCUMENT | cue::CARD) != 0 {
            reference::find_field(page, at, out);
        }
        if opened && hint & cue::USER != 0 {
            account::take_login(page, at, true, out);
        }
        if opened && hint & cue::SECRET != 0 {
            credential::take_secret(page, at, true, out);
        }
        if hint & cue::CITY != 0 {
            town::find_field(page, at, &self.lexicon, out);
        }
    }

    /// Towns behind dates of birth and behind people ("uit").
    fn births(&self, page: &Page<'_>, people: usize, out: &mut Vec<Candidate>) {
        let dates: Vec<u32> =
            out[people..].iter().filter(|c| c.kind == Kind::BirthDate).map(|c| c.end).collect();
        for end in dates {
            town::find_birthplace(page, end, &self.lexicon, out);
        }
        let ends: Vec<u32> = out[..people].iter().filter(|c| c.score >= 0.6).map(|c| c.end).collect();
        for end in ends {
            let after = page.tokens.partition_point(|t| t.start < end);
            // "Dieudonné (24, uit Sint-Jans-Molenbeek)"
            let Some(at) = (after..after + 5).find(|&i| matches!(page.word(i), "uit" | "from" | "aus"))
            else {
                continue;
            };
            if matches!(page.word(at), "uit" | "from" | "aus")
                && page.get(at + 1).is_some_and(Token::is_capital)
                && let Some(last) = town::place(page, at + 1, &self.lexicon)
            {
                out.push(Candidate {
                    start: page.tokens[at + 1].start,
                    end: page.tokens[last - 1].end,
                    kind: Kind::City,
                    score: 0.7,
                    detector: "city-of-person",
                });
            }
        }
    }

    pub(crate) fn special(&self, page: &Page<'_>, candidates: &mut Vec<Candidate>) {
        let about = |kind: Kind| {
            matches!(
                kind,
                Kind::Person
                    | Kind::Bsn
                    | Kind::Nrn
                    | Kind::PatientNumber
                    | Kind::BirthDate
                    | Kind::Email
                    | Kind::CustomerNumber
                    | Kind::Username
            )
        };
        let mut people: Vec<(u32, u32)> = candidates
            .iter()
            .filter(|c| about(c.kind) && c.score >= merge::REPORT_FROM)
            .map(|c| (c.start, c.end))
            .collect();
        people.sort_unstable();
        let record = candidates.iter().any(|c| {
            c.score >= merge::REPORT_FROM
                && matches!(c.kind, Kind::Bsn | Kind::Nrn | Kind::PatientNumber | Kind::BirthDate)
        });
        self.special.find(page, &people, record, candidates);
    }
}

/// "Failed password for X from", "Accepted publickey for X from".
fn ssh_log(page: &Page<'_>, at: usize) -> bool {
    at > 0 && matches!(page.word(at - 1), "password" | "publickey" | "pam" | "user" | "session")
}
