//! Which version of the policy counts, which ones come, who signed, and what was decided on tools.

use jiff::civil::Date;
use sluis_core::gate::{Gate, Published, Standing, in_force, shut};
use sluis_core::intake::{self, ToolRecord};
use sluis_core::person::{Acknowledgement, Suspension};
use sluis_core::policy::{Policy, Tool};

use crate::Web;
use crate::error::Failure;
use crate::inspect::Ground;
use crate::visitor::Visitor;

/// All published versions, on one day.
#[derive(Debug)]
pub(crate) struct Agreements {
    /// The oldest first.
    pub(crate) versions: Vec<Published>,
    /// What people asked for and what was decided, by name.
    pub(crate) records: Vec<ToolRecord>,
    today: Date,
}

impl Agreements {
    /// As they stand on this day.
    pub(crate) async fn read(web: &Web, today: Date) -> Result<Self, Failure> {
        Ok(Self { versions: web.store.versions().await?, records: web.store.tools().await?, today })
    }

    /// The version that counts.
    pub(crate) fn in_force(&self) -> Option<&Published> {
        in_force(&self.versions, self.today)
    }

    /// Versions that will count on a later day, the next one first. One that a later version takes the place of before it
    /// begins is not among them.
    pub(crate) fn coming(&self) -> Vec<&Published> {
        let current = self.in_force().map_or(0, |version| version.number);
        let begins_later = |one: &&Published| one.number > current && one.a4.effective > self.today;
        let mut coming: Vec<&Published> = self.versions.iter().filter(begins_later).collect();
        coming.sort_by_key(|one| (one.a4.effective, one.number));
        let mut newest = 0;
        coming.retain(|one| {
            let counts = one.number > newest;
            newest = newest.max(one.number);
            counts
        });
        coming
    }

    /// The version to read: the one that counts or, before the first does, the first that will.
    pub(crate) fn to_read(&self) -> Option<&Published> {
        self.in_force().or_else(|| self.coming().first().copied())
    }

    /// The version that was published last.
    pub(crate) fn newest(&self) -> Option<&Published> {
        self.versions.last()
    }

    /// The version of this number, and the one before it.
    pub(crate) fn version(&self, number: u32) -> Option<(&Published, Option<&Published>)> {
        let at = self.versions.iter().position(|one| one.number == number)?;
        Some((&self.versions[at], at.checked_sub(1).map(|before| &self.versions[before])))
    }

    /// Whether people can sign it: it counts, or will.
    pub(crate) fn can_be_signed(&self, version: &Published) -> bool {
        self.in_force().is_some_and(|current| current.number == version.number)
            || self.coming().iter().any(|one| one.number == version.number)
    }

    /// What the settings know of tools, with the trust that counts once records are heard.
    pub(crate) fn judged(&self, node: &Policy) -> Policy {
        intake::judged(node, &self.records)
    }

    /// The policy that the gateway obeys on this day.
    pub(crate) fn governed(&self, node: &Policy) -> Policy {
        let node = self.judged(node);
        let policy = match self.in_force() {
            Some(version) => version.a4.govern(&node),
            None if self.versions.is_empty() => node,
            // Nothing passes before the first version counts.
            None => Policy { tools: Vec::new(), ..node },
        };
        intake::open(policy, &self.records, self.today)
    }

    /// What a text for this tool is held against.
    pub(crate) fn ground(&self, node: &Policy, tool: Option<&str>) -> Ground {
        let policy = self.governed(node);
        Ground {
            tool: tool.and_then(|name| policy.tool(name)).cloned(),
            terms: self.in_force().iter().flat_map(|one| one.a4.terms()).map(str::to_owned).collect(),
            policy,
        }
    }
}

/// What somebody signed and what is shut for them.
#[derive(Debug)]
pub(crate) struct Position {
    pub(crate) acknowledged: Vec<Acknowledgement>,
    pub(crate) suspended: Vec<Suspension>,
}

impl Position {
    /// Of the visitor.
    pub(crate) async fn read(web: &Web, visitor: &Visitor) -> Result<Self, Failure> {
        Ok(Self {
            acknowledged: web.store.acknowledgements_of(&visitor.person.id).await?,
            suspended: web.store.suspensions_of(&visitor.person.id).await?,
        })
    }

    /// When this version was signed.
    pub(crate) fn signed(&self, version: &Published) -> Option<i64> {
        let of_it = |one: &&Acknowledgement| one.policy == version.number && one.hash == version.hash;
        self.acknowledged.iter().find(of_it).map(|one| one.at)
    }

    /// The gate that is shut for the visitor on the way to this tool.
    pub(crate) fn gate(&self, agreements: &Agreements, visitor: &Visitor, tool: &Tool) -> Option<Gate> {
        let standing = Standing {
            person: Some(&visitor.person),
            acknowledged: &self.acknowledged,
            suspended: &self.suspended,
        };
        shut(&agreements.versions, &agreements.records, standing, &tool.name, visitor.today, visitor.now)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use sluis_core::a4::{A4, Country};
    use sluis_core::verdict::Language;

    use super::*;

    fn agreements(begin: &[Date]) -> Agreements {
        let version = |(number, &effective): (u32, &Date)| {
            let a4 = A4::start(Language::Nl, Country::Nl, effective);
            Published { number, hash: a4.sheet().hash(), a4, by: "anna".into(), at: 0 }
        };
        Agreements {
            versions: (1..).zip(begin).map(version).collect(),
            records: Vec::new(),
            today: date(2026, 11, 21),
        }
    }

    fn numbers(versions: &[&Published]) -> Vec<u32> {
        versions.iter().map(|one| one.number).collect()
    }

    #[test]
    fn a57_coming_versions_are_those_that_will_really_count() {
        let all = agreements(&[date(2026, 1, 1), date(2027, 3, 1), date(2027, 1, 1), date(2027, 2, 1)]);
        assert_eq!(all.in_force().map(|one| one.number), Some(1));
        // The second would begin after the fourth, which is newer.
        assert_eq!(numbers(&all.coming()), [3, 4]);
        assert!(!all.can_be_signed(&all.versions[1]));
        assert!(all.can_be_signed(&all.versions[0]) && all.can_be_signed(&all.versions[3]));
        let (third, before) = all.version(3).unwrap();
        assert_eq!((third.number, before.map(|one| one.number)), (3, Some(2)));
    }

    #[test]
    fn a22_before_the_first_version_counts_there_are_no_tools() {
        let node = sluis_core::settings::Settings::parse("").unwrap().policy;
        assert_eq!(agreements(&[]).governed(&node).tools.len(), 1);
        let later = agreements(&[date(2027, 1, 1)]);
        assert!(later.governed(&node).tools.is_empty());
        assert_eq!(later.to_read().map(|one| one.number), Some(1));
        assert!(agreements(&[date(2026, 1, 1)]).governed(&node).tools.is_empty(), "none is approved");
    }
}
