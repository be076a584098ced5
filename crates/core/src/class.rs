//! Data classes: what the policy speaks of, where the detector speaks of kinds.

use serde::{Deserialize, Serialize};
use sluis_detect::Kind;

/// A class of data in the policy's table (requirement A-24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataClass {
    /// Nothing was found.
    Public,
    /// Names of organisations in the case: not personal, but not public either.
    Internal,
    /// Trade secrets, contracts, unpublished finance.
    Confidential,
    /// Data on a natural person (GDPR art. 4(1)).
    Personal,
    /// BSN, rijksregisternummer and their foreign sisters (GDPR art. 87).
    NationalId,
    /// Special categories of an identifiable person (GDPR art. 9(1)).
    Special,
    /// Offences and convictions (GDPR art. 10).
    Criminal,
    /// Passwords, keys, tokens.
    Credential,
}

impl DataClass {
    /// Every class, from the least to the most sensitive.
    pub const ALL: [Self; 8] = [
        Self::Public,
        Self::Internal,
        Self::Confidential,
        Self::Personal,
        Self::NationalId,
        Self::Special,
        Self::Criminal,
        Self::Credential,
    ];

    /// The stable name, as in the policy file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
            Self::Personal => "personal",
            Self::NationalId => "national_id",
            Self::Special => "special",
            Self::Criminal => "criminal",
            Self::Credential => "credential",
        }
    }

    /// The class a kind of finding belongs to. A kind that this version does not know is personal:
    /// in doubt, no personal data.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Organisation => Self::Internal,
            Kind::ConfidentialTerm => Self::Confidential,
            Kind::Bsn | Kind::Nrn => Self::NationalId,
            Kind::Health
            | Kind::Ethnicity
            | Kind::Religion
            | Kind::Politics
            | Kind::Union
            | Kind::Sexuality
            | Kind::Genetic
            | Kind::Biometric => Self::Special,
            Kind::Criminal => Self::Criminal,
            Kind::Credential => Self::Credential,
            _ => Self::Personal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a15_every_kind_has_a_class_and_no_direct_identifier_is_public() {
        for &kind in Kind::ALL {
            assert_ne!(DataClass::of(kind), DataClass::Public, "{}", kind.name());
        }
    }

    #[test]
    fn names_are_those_of_the_policy_file() {
        for class in DataClass::ALL {
            let parsed: DataClass = toml::Value::String(class.name().into()).try_into().unwrap();
            assert_eq!(parsed, class);
        }
    }
}
