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

/// All groups, by what their rows have besides a message, and which messages those have that were looked at.
/// One of these is for one way of telling groups.
pub struct Neighbours<'g> {
    by_columns: FxHashMap<Columns, BTreeMap<&'g str, Vec<&'g Group>>>,
    askers: RefCell<FxHashMap<Fingerprint, Rc<Asker>>>,
}

/// Namespace, doctype, version, stage, and the class where no message tells it.
type Columns = [Option<Arc<str>>; 5];

/// What tells a group from its neighbours.
#[derive(Debug, Default)]
pub struct Apart {
    /// Messages to be left out: those of groups that have fewer.
    pub narrower: Vec<MessageTest>,
    /// Groups whose rows are selected as well: no condition on columns tells them apart.
    pub alike: Vec<Fingerprint>,
}

impl<'g> Neighbours<'g> {
    /// Of all groups that there are.
    pub fn new(groups: &'g [Group]) -> Self {
        let mut by_columns: FxHashMap<Columns, BTreeMap<&str, Vec<&Group>>> = FxHashMap::default();
        for group in groups {
            by_columns.entry(columns(group)).or_default().entry(&*group.sample).or_default().push(group);
        }
        Neighbours { by_columns, askers: RefCell::default() }
    }

    /// Which messages a group has, made once.
    fn asker(&self, group: &Group, test_of: &mut dyn FnMut(&Group) -> MessageTest) -> Rc<Asker> {
        if let Some(known) = self.askers.borrow().get(&group.fingerprint) {
            return known.clone();
        }
        let made = Rc::new(Asker::new(test_of(group)));
        self.askers.borrow_mut().insert(group.fingerprint, made.clone());
        made
    }

    /// The neighbours of a group whose messages its test takes too. `test_of` tells which messages a group has.
    pub fn of(&self, group: &Group, test_of: &mut dyn FnMut(&Group) -> MessageTest) -> Apart {
        let mut apart = Apart::default();
        let Some(near) = self.by_columns.get(&columns(group)) else { return apart };
        let own = self.asker(group, test_of);
        let begins = own.test.beginning();
        let behind = near.range(begins.as_str()..).take_while(|(sample, _)| sample.starts_with(&begins));
        let others = behind.filter(|(sample, _)| own.takes(sample)).flat_map(|(_, groups)| groups);
        for &other in others.filter(|other| other.fingerprint != group.fingerprint) {
            let theirs = self.asker(other, test_of);
            let is_narrower = !theirs.takes(&group.sample);
            if is_narrower { apart.narrower.push(theirs.test.clone()) } else { apart.alike.push(other.fingerprint) }
        }
        apart.narrower.sort();
        apart.narrower.dedup();
        apart.alike.sort();
        apart
    }
}

fn columns(group: &Group) -> Columns {
    let key = &group.key;
    let class = key.class.clone().filter(|_| !message_tells_class(group));
    [key.namespace.clone(), key.doctype.clone(), key.version.clone(), key.stage.clone(), class]
}
