//! What can be found: the kinds, a finding, and a piece of a document.

/// A kind of personal data. The names are stable: API, CLI, data files and evidence use them.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A natural person's name, whole or in part, without title.
    Person,
    /// Street and house number.
    Address,
    /// Postcode of an address.
    Postcode,
    /// Town, where a private person lives, was born or is.
    City,
    /// E-mail address.
    Email,
    /// Telephone number of a person.
    Phone,
    /// Dutch citizen service number (burgerservicenummer).
    Bsn,
    /// Belgian national register or BIS number, and the national numbers of other countries.
    Nrn,
    /// Bank account number.
    Iban,
    /// Payment card number.
    Card,
    /// Date of birth.
    BirthDate,
    /// Vehicle registration.
    LicencePlate,
    /// Number of a passport, identity card, driving or residence permit, or a machine readable zone.
    IdDocument,
    /// Number that a care provider knows a patient by.
    PatientNumber,
    /// Customer, policy, case, file, staff, student or member number.
    CustomerNumber,
    /// IPv4 or IPv6 address.
    IpAddress,
    /// Login name or handle.
    Username,
    /// Address of a person's page on a social network.
    ProfileUrl,
    /// Organisation; supporting information, not direct.
    Organisation,
    /// Password, key or token.
    Credential,
    /// Special category: health (GDPR article 9).
    Health,
    /// Special category: racial or ethnic origin (GDPR article 9).
    Ethnicity,
    /// Special category: religious or philosophical belief (GDPR article 9).
    Religion,
    /// Special category: political opinion (GDPR article 9).
    Politics,
    /// Special category: trade union membership (GDPR article 9).
    Union,
    /// Special category: sex life or orientation (GDPR article 9).
    Sexuality,
    /// Special category: genetic data (GDPR article 9).
    Genetic,
    /// Special category: biometric data (GDPR article 9).
    Biometric,
    /// Criminal convictions and offences (GDPR article 10).
    Criminal,
    /// A term that the organisation itself lists as confidential.
    ConfidentialTerm,
}

impl Kind {
    /// Every kind, in the order of the declaration.
    pub const ALL: &[Self] = &[
        Self::Person,
        Self::Address,
        Self::Postcode,
        Self::City,
        Self::Email,
        Self::Phone,
        Self::Bsn,
        Self::Nrn,
        Self::Iban,
        Self::Card,
        Self::BirthDate,
        Self::LicencePlate,
        Self::IdDocument,
        Self::PatientNumber,
        Self::CustomerNumber,
        Self::IpAddress,
        Self::Username,
        Self::ProfileUrl,
        Self::Organisation,
        Self::Credential,
        Self::Health,
        Self::Ethnicity,
        Self::Religion,
        Self::Politics,
        Self::Union,
        Self::Sexuality,
        Self::Genetic,
        Self::Biometric,
        Self::Criminal,
        Self::ConfidentialTerm,
    ];

    /// The stable name, in snake case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Address => "address",
            Self::Postcode => "postcode",
            Self::City => "city",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Bsn => "bsn",
            Self::Nrn => "nrn",
            Self::Iban => "iban",
            Self::Card => "card",
            Self::BirthDate => "birth_date",
            Self::LicencePlate => "licence_plate",
            Self::IdDocument => "id_document",
            Self::PatientNumber => "patient_number",
            Self::CustomerNumber => "customer_number",
            Self::IpAddress => "ip_address",
            Self::Username => "username",
            Self::ProfileUrl => "profile_url",
            Self::Organisation => "organisation",
            Self::Credential => "credential",
            Self::Health => "health",
            Self::Ethnicity => "ethnicity",
            Self::Religion => "religion",
            Self::Politics => "politics",
            Self::Union => "union",
            Self::Sexuality => "sexuality",
            Self::Genetic => "genetic",
            Self::Biometric => "biometric",
            Self::Criminal => "criminal",
            Self::ConfidentialTerm => "confidential_term",
        }
    }

    /// The kind with this stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether the kind is a special category (GDPR article 9) or criminal data (article 10).
    #[must_use]
    pub fn is_special(self) -> bool {
        matches!(
            self,
            Self::Health
                | Self::Ethnicity
                | Self::Religion
                | Self::Politics
                | Self::Union
                | Self::Sexuality
                | Self::Genetic
                | Self::Biometric
                | Self::Criminal
        )
    }
}

/// A place in the text that holds personal data. The finding never holds the text itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// First byte, always on a character boundary.
    pub start: usize,
    /// One past the last byte, always on a character boundary.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// How sure, from 0 to 1.
    pub score: f32,
    /// Which rule found it; a stable name for evidence and for repair.
    pub detector: &'static str,
}

/// How much work is done per text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Rules and lists alone: tens of microseconds per kibibyte.
    Fast,
    /// Rules, lists and the trained model together: tens of milliseconds per kibibyte, on one core. Meant for people's own prompts.
    #[default]
    Accurate,
}

/// A piece of one document or conversation: a message, a field, a cell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Segment<'a> {
    /// The text.
    pub text: &'a str,
    /// The JSON key, column or field name that stands before it, or an empty string.
    pub label: &'a str,
}
