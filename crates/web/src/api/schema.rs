//! Shapes that several answers have, and names from the domain as the description lists them.

use jiff::Timestamp;
use sluis_core::a4::Country;
use sluis_core::class::DataClass;
use sluis_core::person::{Relation, Role};
use sluis_core::policy::Trust;
use sluis_core::verdict::{Language, Verdict};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Array, Object};

/// A moment as RFC 3339 writes it.
pub(crate) fn moment(at: i64) -> String {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

fn one_of(names: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(names)).build()
}

fn list(items: Object) -> Array {
    ArrayBuilder::new().items(items).build()
}

pub(crate) fn roles() -> Array {
    list(one_of(Role::ALL.map(Role::name)))
}

pub(crate) fn relation() -> Object {
    one_of(Relation::ALL.map(Relation::name))
}

pub(crate) fn language() -> Object {
    one_of([Language::Nl, Language::En].map(crate::page::lang))
}

pub(crate) fn country() -> Object {
    one_of([Country::Nl, Country::Be].map(country_name))
}

pub(crate) const fn country_name(country: Country) -> &'static str {
    match country {
        Country::Nl => "nl",
        Country::Be => "be",
    }
}

pub(crate) fn trust() -> Object {
    one_of(Trust::ALL.map(Trust::name))
}

/// The levels of trust that the table of a policy has.
pub(crate) fn level() -> Object {
    one_of(crate::policy::filled::LEVELS.map(Trust::name))
}

pub(crate) fn class() -> Object {
    one_of(DataClass::ALL.map(DataClass::name))
}

pub(crate) fn verdict() -> Object {
    one_of([Verdict::Allow, Verdict::Pseudonymise, Verdict::Ask, Verdict::Block].map(Verdict::name))
}

pub(crate) fn guards() -> Array {
    list(one_of(crate::policy::filled::guards().into_iter().map(|(name, _)| name)))
}
