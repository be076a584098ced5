//! What the organisation agreed on, as it stands at this moment: the policy that people sign is the rule obeyed here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use sluis_core::calendar;
use sluis_core::gate::{Gate, Published, Standing, in_force, shut};
use sluis_core::intake::{self, ToolRecord};
use sluis_core::person::{Acknowledgement, Person, Suspension};
use sluis_core::policy::{Policy, Tool};
use sluis_detect::Detector;
use sluis_store::{Result, Store};

/// How long what was read is believed, in microseconds: a policy published on another node counts here after at most
/// this long.
const BELIEVED_US: i64 = 1_000_000;

/// The most people that are remembered.
const REMEMBERED: usize = 10_000;

/// The rules of a moment. A request keeps the ones it began with.
#[derive(Debug)]
pub struct Rules {
    /// The table and the settings to decide with.
    pub policy: Arc<Policy>,
    /// Finds personal data, and the organisation's confidential words.
    pub detector: Arc<Detector>,
    /// Looks at answers as they stream by, so it has to be quick.
    pub lookout: Arc<Detector>,
    /// All tools of the node with the trust that counts, approved or not: a gate says which it is.
    pub tools: Vec<Arc<Tool>>,
    versions: Vec<Published>,
    records: Vec<ToolRecord>,
    today: Date,
}

/// Somebody, with what gates look at.
#[derive(Debug)]
struct Member {
    person: Option<Person>,
    acknowledged: Vec<Acknowledgement>,
    suspended: Vec<Suspension>,
}

/// The rules and the people, as last read.
#[derive(Debug)]
pub struct Governance {
    node: Arc<Policy>,
    terms: Vec<String>,
    detector: Arc<Detector>,
    lookout: Arc<Detector>,
    rules: Mutex<Option<Known<Rules>>>,
    members: Mutex<HashMap<String, Known<Member>>>,
}

#[derive(Debug)]
struct Known<T> {
    what: Arc<T>,
    generation: i64,
    /// Unix microseconds at which the store was asked.
    at: i64,
}

impl<T> Clone for Known<T> {
    fn clone(&self) -> Self {
        Self { what: Arc::clone(&self.what), ..*self }
    }
}

impl Governance {
    /// Begins with the policy of the node's settings, and their confidential terms, which the detector knows already.
    #[must_use]
    pub fn new(node: Policy, detector: Detector, terms: Vec<String>) -> Self {
        Self {
            terms,
            node: Arc::new(node),
            lookout: Arc::new(detector.rules_only()),
            detector: Arc::new(detector),
            rules: Mutex::new(None),
            members: Mutex::default(),
        }
    }

    /// The detector of the node.
    #[must_use]
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// The rules at `now` (Unix microseconds).
    ///
    /// # Errors
    /// The store's: without knowing the rules nothing passes.
    pub async fn rules(&self, store: &Store, now: i64) -> Result<Arc<Rules>> {
        let today = calendar::day(now);
        let known = self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let known = known.filter(|known| known.what.today == today);
        if let Some(known) = &known
            && now - known.at < BELIEVED_US
        {
            return Ok(Arc::clone(&known.what));
        }
        let generation = store.generation().await?;
        let what = match known.filter(|known| known.generation == generation) {
            Some(known) => known.what,
            None => Arc::new(self.read(store.versions().await?, store.tools().await?, today)),
        };
        let fresh = Known { what: Arc::clone(&what), generation, at: now };
        *self.rules.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(what)
    }

    fn read(&self, versions: Vec<Published>, mut records: Vec<ToolRecord>, today: Date) -> Rules {
        // Most records are of tools that nobody can reach from here; every request would go through them.
        let is_reached =
            |name: &str| self.node.tools.iter().any(|tool| intake::comparable(&tool.name) == name);
        records.retain(|record| is_reached(&intake::comparable(&record.name)));
        let node = intake::judged(&self.node, &records);
        let current = in_force(&versions, today);
        let (policy, detector, lookout) = match current {
            None => (node.clone(), Arc::clone(&self.detector), Arc::clone(&self.lookout)),
            Some(version) => {
                let policy = version.a4.govern(&node);
                if version.a4.terms().next().is_none() {
                    (policy, Arc::clone(&self.detector), Arc::clone(&self.lookout))
                } else {
                    let terms = self.terms.iter().map(String::as_str).chain(version.a4.terms());
                    let detector = (*self.detector).clone().with_terms(terms);
                    (policy, Arc::new(detector.clone()), Arc::new(detector.rules_only()))
                }
            }
        };
        let policy = Arc::new(intake::open(policy, &records, today));
        let tools = node.tools.into_iter().map(Arc::new).collect();
        Rules { policy, detector, lookout, tools, versions, records, today }
    }

    /// The gate that is shut for this person (or program) and tool, if one is.
    ///
    /// # Errors
    /// The store's.
    pub async fn gate(
        &self,
        store: &Store,
        rules: &Rules,
        person: Option<&str>,
        tool: &str,
        now: i64,
    ) -> Result<Option<Gate>> {
        let Some(id) = person else {
            let program = Standing { person: None, acknowledged: &[], suspended: &[] };
            return Ok(shut(&rules.versions, &rules.records, program, tool, rules.today, now));
        };
        let member = self.member(store, id, now).await?;
        let Some(person) = &member.person else { return Ok(Some(Gate::Left)) };
        let standing = Standing {
            person: Some(person),
            acknowledged: &member.acknowledged,
            suspended: &member.suspended,
        };
        Ok(shut(&rules.versions, &rules.records, standing, tool, rules.today, now))
    }

    async fn member(&self, store: &Store, id: &str, now: i64) -> Result<Arc<Member>> {
        let known = self.members.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(known) = &known
            && now - known.at < BELIEVED_US
        {
            return Ok(Arc::clone(&known.what));
        }
        let generation = store.generation().await?;
        let what = match known.filter(|known| known.generation == generation) {
            Some(known) => known.what,
            None => Arc::new(Member {
                person: store.person(id).await?,
                acknowledged: store.acknowledgements_of(id).await?,
                suspended: store.suspensions_of(id).await?,
            }),
        };
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        if members.len() >= REMEMBERED {
            members.clear();
        }
        members.insert(id.to_owned(), Known { what: Arc::clone(&what), generation, at: now });
        Ok(what)
    }
}
