//! Groups whose messages are alike, told apart where SQL can.
//!
//! Owns: finding the groups that a condition selects as well, what leaves them out, which cannot be left out.
//! Refuses: what a condition is made of (message).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::message::{Asker, MessageTest};
use super::message_tells_class;
use crate::rows::group::{Fingerprint, Group};

/// Most groups that are named as alike.
const MOST_NAMED: usize = 12;

/// Most messages that are left out: BigQuery takes no more than 1 MB of SQL, and nobody reads as much.
const MOST_LEFT_OUT: usize = 100;

/// All groups, by what their rows have besides a message, and which messages those have that were looked at.
/// One of these is for one way of telling groups.
pub struct Neighbours<'g> {
    places: FxHashMap<Columns, usize>,
    /// Groups with the same columns, by their samples.
    near: Vec<BTreeMap<&'g str, Vec<&'g Group>>>,
    askers: RefCell<FxHashMap<Fingerprint, Rc<Asker>>>,
    tests: RefCell<FxHashMap<MessageTest, Rc<Asker>>>,
    taken: RefCell<TakenByTest>,
}

/// Namespace, doctype, version, stage, and the class where no message tells it.
type Columns = [Option<Arc<str>>; 5];

/// By position of the place and test.
type TakenByTest = FxHashMap<(usize, MessageTest), Rc<[TakenGroups]>>;

/// Groups of one test whose messages another test takes.
struct TakenGroups {
    test: Rc<Asker>,
    groups: Vec<Fingerprint>,
}

/// What tells a group from its neighbours.
#[derive(Debug, Default)]
pub struct Apart {
    /// Messages to be left out: those of groups that have fewer.
    pub narrower: Vec<MessageTest>,
    /// Groups whose rows are selected as well: no condition on columns tells them apart.
    pub alike: AlikeGroups,
}

/// Groups whose rows are selected as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlikeGroups {
    /// The first few of them.
    pub first: Vec<Fingerprint>,
    /// How many there are.
    pub count: usize,
}

impl<'g> Neighbours<'g> {
    /// Of all groups that there are.
    pub fn new(groups: &'g [Group]) -> Self {
        let mut places = FxHashMap::default();
        let mut near: Vec<BTreeMap<&str, Vec<&Group>>> = Vec::new();
        for group in groups {
            let place = *places.entry(columns(group)).or_insert(near.len());
            if place == near.len() {
                near.push(BTreeMap::new());
            }
            near[place].entry(&*group.sample).or_default().push(group);
        }
        Neighbours { places, near, askers: RefCell::default(), tests: RefCell::default(), taken: RefCell::default() }
    }

    /// Which messages a group has, made once; groups with the same messages share them.
    fn asker(&self, group: &Group, test_of: &mut dyn FnMut(&Group) -> MessageTest) -> Rc<Asker> {
        if let Some(known) = self.askers.borrow().get(&group.fingerprint) {
            return known.clone();
        }
        let made = test_of(group);
        let mut tests = self.tests.borrow_mut();
        let shared = tests.entry(made.clone()).or_insert_with(|| Rc::new(Asker::new(made))).clone();
        self.askers.borrow_mut().insert(group.fingerprint, shared.clone());
        shared
    }

    /// The groups of a place whose messages a test takes, by their own tests: looked for once for a test.
    fn taken(&self, place: usize, own: &Asker, test_of: &mut dyn FnMut(&Group) -> MessageTest) -> Rc<[TakenGroups]> {
        let key = (place, own.test.clone());
        if let Some(known) = self.taken.borrow().get(&key) {
            return known.clone();
        }
        let begins = own.test.beginning();
        let behind = self.near[place].range(begins.as_str()..).take_while(|(sample, _)| sample.starts_with(&begins));
        let mut by_test: BTreeMap<MessageTest, TakenGroups> = BTreeMap::new();
        for &group in behind.filter(|(sample, _)| own.takes(sample)).flat_map(|(_, groups)| groups) {
            let test = self.asker(group, test_of);
            let of_test = by_test.entry(test.test.clone()).or_insert_with(|| TakenGroups { test, groups: Vec::new() });
            of_test.groups.push(group.fingerprint);
        }
        let taken: Rc<[TakenGroups]> = by_test.into_values().collect();
        self.taken.borrow_mut().insert(key, taken.clone());
        taken
    }

    /// The neighbours of a group whose messages its test takes too. `test_of` tells which messages a group has.
    pub fn of(&self, group: &Group, test_of: &mut dyn FnMut(&Group) -> MessageTest) -> Apart {
        let mut apart = Apart::default();
        let Some(&place) = self.places.get(&columns(group)) else { return apart };
        let own = self.asker(group, test_of);
        for TakenGroups { test, groups } in self.taken(place, &own, test_of).iter() {
            if !test.takes(&group.sample) && apart.narrower.len() < MOST_LEFT_OUT {
                apart.narrower.push(test.test.clone());
                continue;
            }
            let others = || groups.iter().filter(|other| **other != group.fingerprint);
            apart.alike.first.extend(others().take(MOST_NAMED));
            apart.alike.first.sort_unstable();
            apart.alike.first.truncate(MOST_NAMED);
            // A group is one of those that have its test.
            apart.alike.count += groups.len() - usize::from(Rc::ptr_eq(test, &own));
        }
        apart
    }
}

fn columns(group: &Group) -> Columns {
    let key = &group.key;
    let class = key.class.clone().filter(|_| !message_tells_class(group));
    [key.namespace.clone(), key.doctype.clone(), key.version.clone(), key.stage.clone(), class]
}

#[cfg(test)]
mod tests {
    use super::super::ValuesTold;
    use super::super::tests::group;
    use super::*;

    const CLASS: &str = "org.everit.json.schema.ValidationException";

    fn groups(number: u64, text: impl Fn(u64) -> String) -> Vec<Group> {
        let of = |number| Group { fingerprint: Fingerprint(number), ..group(None, CLASS, &format!("{CLASS}: {}", text(number))) };
        (1..=number).map(of).collect()
    }

    #[test]
    fn of_many_groups_that_are_alike_few_are_named_and_all_counted() {
        let groups = groups(3000, |number| format!("#/part{number}: expected type: String, found: Null"));
        let neighbours = Neighbours::new(&groups);
        let mut asked = 0;
        let mut test_of = |_: &Group| {
            asked += 1;
            MessageTest::Like(format!("(?s)^{CLASS}: #/[^/]*: expected type: String, found: [A-Za-z]+$"))
        };
        for group in &groups {
            let apart = neighbours.of(group, &mut test_of);
            assert_eq!((apart.alike.first.len(), apart.alike.count, apart.narrower.len()), (MOST_NAMED, 2999, 0));
        }
        assert_eq!(asked, 3000, "what messages a group has is made once");
    }

    #[test]
    fn what_has_fewer_messages_is_left_out_up_to_a_bound() {
        let mut groups = groups(300, |number| format!("#/m: string [{number}] does not match pattern ^x"));
        groups.push(Group {
            fingerprint: Fingerprint(1000),
            ..group(Some("/m"), CLASS, &format!("{CLASS}: #/m: string [a] does not match pattern ^x"))
        });
        let mut test_of = |group: &Group| match group.fingerprint {
            Fingerprint(1000) => MessageTest::of(group, ValuesTold::Told),
            _ => MessageTest::Text(group.sample.to_string()),
        };
        let apart = Neighbours::new(&groups).of(&groups[300], &mut test_of);
        assert_eq!((apart.narrower.len(), apart.alike.count), (MOST_LEFT_OUT, 300 - MOST_LEFT_OUT));
    }
}
