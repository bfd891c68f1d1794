//! What sets the rows of a group apart from the rest of the failures of its doctype, and from accepted documents: who sends them.
//!
//! Owns: the question, which rows stand beside which, the answers by group.
//! Refuses: words (facts), what of it may leave the machine (redact), how rows are drawn where reading them costs (rows/source/drawn).
//!
//! Rows of a group and rows of the other groups of its doctype are looked at, spread evenly over all of them. Each column, each scalar place of the payloads
//! and what is made of addresses, agents and times is a field; that a row tells a value there, or nothing, is compared by Fisher's exact test. What is told
//! as commoner would come by chance in fewer than one of a hundred lists of all groups: the doubt is shared by all groups that could be asked about and by
//! all values that could have told anything (Tarone 1990).

mod comparison;
mod drawn;
mod exact;
mod fault_place;
mod fields;
mod personal;
mod sampled;
#[cfg(test)]
mod tests;
mod told;
pub mod topic;
mod weighed;

use std::ops::ControlFlow;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ground::text::visible;
use crate::pipeline::document::Document;
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::samples::{Content, SampleError, SampleFile, read_all};
use crate::rows::source::{ErrorSource, SourceError, Watch};
pub use comparison::{Claim, Comparison, LeftOut, SenderTrait, ShareIs, TooFew, TopicAnswer, TopicSays, TraitValue};
pub use drawn::MOST_PAYLOADS;
pub use exact::Counts;
pub use fields::Field;
pub use sampled::MOST_ROWS;
pub use topic::Topic;
pub use weighed::LEAST_ROWS;

use exact::Exact;
use sampled::{Counted, CountedDoctype, Dense, key_of, readable};
use weighed::{Others, There, weigh};

/// Whose senders are asked about.
pub struct SendersQuestion<'a> {
    /// Where the rows are.
    pub source: &'a dyn ErrorSource,
    /// All groups, which the others are of.
    pub groups: &'a Groups,
    /// Those that are asked about.
    pub chosen: &'a [&'a Group],
    /// Files of accepted documents to compare with as well.
    pub accepted: &'a [Arc<SampleFile>],
    /// What rows are looked at for.
    pub by: ToldBy,
}

/// By what rows tell their senders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ToldBy {
    /// By their columns alone, which are there at once; payloads may be asked for after.
    Columns,
    /// The same where payloads cost so much that they are not looked at.
    ColumnsAlone,
    /// By their columns and their payloads, which have to be unpacked.
    #[default]
    Payloads,
}

impl ToldBy {
    /// What rows of a source are looked at for where nobody says: payloads are left where reading them costs.
    pub fn usual(source: &dyn ErrorSource) -> Self {
        if source.is_remote() { ToldBy::ColumnsAlone } else { ToldBy::Payloads }
    }

    /// Rows of a group that are looked at, at most.
    pub fn most_rows(self, source: &dyn ErrorSource) -> usize {
        if self == ToldBy::Payloads && source.is_remote() { MOST_PAYLOADS } else { MOST_ROWS }
    }
}

/// The senders of a group.
#[derive(Debug, Clone)]
pub struct Senders {
    /// Beside the other failures of its doctype.
    pub failures: Comparison,
    /// Beside accepted documents of its doctype, where there are any.
    pub accepted: Option<Comparison>,
    /// Its rows that were left out because each stands for several.
    pub counts: u64,
}

/// The senders of groups.
#[derive(Debug, Clone, Default)]
pub struct SendersOf {
    /// By their groups.
    pub of: FxHashMap<Fingerprint, Senders>,
    /// Rows that were left out because each stands for several.
    pub counts: u64,
    /// What became of the accepted documents.
    pub accepted: AcceptedCounts,
}

/// Accepted documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AcceptedCounts {
    /// Compared with a group.
    pub taken: u64,
    /// Of other doctypes.
    pub others: u64,
    /// Neither file nor row says of which doctype.
    pub unnamed: u64,
    /// No JSON object.
    pub unreadable: u64,
}

/// Why nothing is known of senders. Messages say what and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SendersError {
    /// Its rows are somewhere else, and cannot be drawn there.
    #[error(
        "who sends a group is told by its rows, and some rows of each group cannot be drawn from {}, which is read by a map or by a query of yours, so none were read: export the rows to a file and open that",
        visible(.0)
    )]
    Remote(String),
    /// Accepted documents without payloads to compare them with.
    #[error(
        "accepted documents are compared with payloads, which are not read from {}: ask for them as well, or leave out the accepted documents",
        visible(.0)
    )]
    NoPayloads(String),
    /// The source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Accepted documents cannot be read.
    #[error(transparent)]
    Accepted(#[from] SampleError),
}

impl SendersError {
    /// Whether rows of a source could be looked at for this; asked before anything is read.
    ///
    /// # Errors
    /// They are somewhere else, and cannot be drawn there; or payloads are not to be looked at, and would have to be.
    pub fn check(source: &dyn ErrorSource, by: ToldBy, is_beside_accepted: bool) -> Result<(), SendersError> {
        match (source.is_remote(), source.drawer(), by) {
            (true, None, _) => Err(SendersError::Remote(source.name())),
            (true, Some(_), ToldBy::Columns | ToldBy::ColumnsAlone) if is_beside_accepted => Err(SendersError::NoPayloads(source.name())),
            _ => Ok(()),
        }
    }
}

/// Finds what sets groups apart.
///
/// # Errors
/// The rows cannot be drawn where they are, or cannot be read.
pub fn senders(question: &SendersQuestion<'_>, watch: &dyn Watch) -> Result<SendersOf, SendersError> {
    SendersError::check(question.source, question.by, !question.accepted.is_empty())?;
    let (by, counted) = match (question.source.drawer(), question.by) {
        (Some(drawer), ToldBy::Payloads) => (ToldBy::Payloads, drawn::count(question, drawer, watch)),
        (Some(drawer), _) => (ToldBy::ColumnsAlone, drawn::count(question, drawer, watch)),
        (None, by) => (by, sampled::count(question, watch)),
    };
    let mut counted = counted?;
    let accepted = accept(&mut counted, question.accepted, watch)?;
    let mut answer = SendersOf { of: FxHashMap::default(), counts: counted.counts, accepted };
    let groups = question.groups.list.iter().filter(|group| group.count >= LEAST_ROWS).count();
    let position_of: FxHashMap<Fingerprint, usize> =
        question.groups.list.iter().enumerate().map(|(position, group)| (group.fingerprint, position)).collect();
    let others: Vec<DoctypeOthers<'_>> = counted.doctypes.iter().map(DoctypeOthers::of).collect();
    let exact = Exact::new(counted.doctypes.iter().map(most_rows).max().unwrap_or(0));
    for group in question.chosen {
        let Some(&at) = counted.at.get(&key_of(group)) else { continue };
        let position = position_of.get(&group.fingerprint).copied();
        let (doctype, others) = (&counted.doctypes[at], &others[at]);
        let Ok(number) = doctype.groups.binary_search_by_key(&position, |counted| Some(counted.position)) else { continue };
        let mut senders = of_group((doctype, others), number, group, groups, &exact);
        senders.failures.by = by;
        answer.of.insert(group.fingerprint, senders);
    }
    Ok(answer)
}

/// What the groups of a doctype are compared with.
struct DoctypeOthers<'a> {
    failures: Others<'a>,
    /// The same for the group that is nearly all of the doctype.
    apart: Option<(usize, Others<'a>)>,
    accepted: Option<Others<'a>>,
}

impl<'a> DoctypeOthers<'a> {
    fn of(doctype: &'a CountedDoctype) -> Self {
        let at_fault = |apart: bool| doctype.fields.fields.iter().map(|known| doctype.at_fault(apart, &known.field)).collect();
        let rows = |told: &'a Dense, apart: bool| Others { told, at_fault: at_fault(apart), is_bare: false };
        DoctypeOthers {
            failures: rows(&doctype.pooled, false),
            apart: doctype.apart.as_ref().map(|(largest, told)| (*largest, rows(told, true))),
            accepted: (doctype.accepted.rows > 0).then(|| Others { told: &doctype.accepted, at_fault: Vec::new(), is_bare: true }),
        }
    }
}

/// Most rows of one comparison.
fn most_rows(doctype: &CountedDoctype) -> u64 {
    let own = doctype.groups.iter().map(|group| group.own.rows).max().unwrap_or(0);
    let apart = doctype.apart.as_ref().map_or(0, |(_, told)| told.rows);
    own + doctype.pooled.rows.max(apart).max(doctype.accepted.rows)
}

fn of_group(
    (doctype, others): (&CountedDoctype, &DoctypeOthers<'_>),
    number: usize,
    group: &Group,
    groups: usize,
    exact: &Exact,
) -> Senders {
    let counted = &doctype.groups[number];
    let apart = others.apart.as_ref().filter(|(largest, _)| *largest == number).map(|(_, others)| others);
    let there =
        There { others: apart.unwrap_or(&others.failures), own: apart.is_none().then(|| counted.pooled()), all: doctype.all - group.count };
    let is_at_fault = |field: &Field| counted.is_at_fault(field);
    let here = (&counted.own, group.count);
    // A doubt is that of all lists.
    let groups = if others.accepted.is_some() { 2 * groups } else { groups };
    let failures = weigh(&doctype.fields, here, &is_at_fault, &there, groups, exact);
    let accepted = others.accepted.as_ref().map(|others| {
        let there = There { others, own: None, all: doctype.accepted.rows };
        weigh(&doctype.fields, here, &is_at_fault, &there, groups, exact)
    });
    Senders { failures, accepted, counts: counted.counts }
}

/// Counts accepted documents.
fn accept(counted: &mut Counted, files: &[Arc<SampleFile>], watch: &dyn Watch) -> Result<AcceptedCounts, SampleError> {
    let mut counts = AcceptedCounts::default();
    read_all(files, &mut |sample, _| {
        if watch.cancelled() {
            return ControlFlow::Break(());
        }
        let of_file = sample.file.doctype.clone();
        let content = Content::of(sample.bytes);
        match (content.doctype.or(of_file), readable(Document::parse(content.decoded.text))) {
            (_, None) => counts.unreadable += 1,
            (None, _) => counts.unnamed += 1,
            (Some(name), Some(document)) => match counted.accept(&name, &document) {
                true => counts.taken += 1,
                false => counts.others += 1,
            },
        }
        ControlFlow::Continue(())
    })?;
    Ok(counts)
}
