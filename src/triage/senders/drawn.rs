//! The same where rows are kept somewhere else: they are drawn there, in one query.
//!
//! Owns: how many rows, which columns of them. Refuses: the query (rows/source/drawn).

use rustc_hash::FxHashSet;

use super::personal::is_column_left_out;
use super::sampled::{Counted, MOST_POOLED, MOST_ROWS, Wanted, doctypes, readable, shares};
use super::{SendersQuestion, ToldBy};
use crate::pipeline::document::Document;
use crate::rows::column::{CountColumn, ErrorColumn};
use crate::rows::payload;
use crate::rows::source::drawn::{Draw, DrawPool, DrawRows};
use crate::rows::source::{SourceError, Watch};

/// Rows of a group whose payloads are looked at, where these cost; twice as many of a doctype.
pub const MOST_PAYLOADS: usize = 300;

/// Asks and counts.
pub(super) fn count(question: &SendersQuestion<'_>, drawer: &dyn DrawRows, watch: &dyn Watch) -> Result<Counted, SourceError> {
    let (mut counted, groups_of) = doctypes(question);
    let is_chosen: FxHashSet<_> = question.chosen.iter().map(|group| group.fingerprint).collect();
    let has_payloads = question.by == ToldBy::Payloads;
    let most = if has_payloads { MOST_PAYLOADS } else { MOST_ROWS };
    let most_pooled = most * (MOST_POOLED / MOST_ROWS);
    let mut pools = Vec::with_capacity(groups_of.len());
    for (groups, doctype) in groups_of.iter().zip(&mut counted.doctypes) {
        let lengths = || groups.iter().map(|group| usize::try_from(group.count).unwrap_or(usize::MAX));
        let all = lengths().fold(0, usize::saturating_add);
        let largest = shares(lengths(), all, most_pooled).iter().position(|share| *share > most_pooled / 2);
        doctype.apart = largest.map(|largest| (largest, Default::default()));
        pools.push(DrawPool { groups: groups.iter().map(|group| (*group, is_chosen.contains(&group.fingerprint))).collect(), largest });
    }
    let wants = if has_payloads { tells_with_payloads } else { tells };
    let draw = Draw { pools, of_group: most as u64, of_pool: most_pooled as u64, wants };
    drawer.draw(&draw, watch, &mut |mut drawn| {
        let document = match has_payloads {
            true => readable(Document::parse(payload::decode(std::mem::take(&mut drawn.row.payload)).text)),
            false => None,
        };
        let (doctype, group) = (drawn.pool as u32, drawn.group as u32);
        let wanted = Wanted { doctype, group, own: drawn.own, pooled: drawn.pooled, apart: drawn.apart };
        counted.add(wanted, &drawn.row, document.as_ref());
    })?;
    Ok(counted)
}

/// Whether a column tells something of a sender, or belongs to what others tell.
fn tells(column: &str) -> bool {
    let is_needed = column == ErrorColumn::Time.name() || column == ErrorColumn::Uri.name() || column == CountColumn::Count.name();
    is_needed || !is_column_left_out(column)
}

fn tells_with_payloads(column: &str) -> bool {
    tells(column) || column == ErrorColumn::Payload.name()
}
