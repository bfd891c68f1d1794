//! `misfit groups --senders`: what sets the rows of each group apart from others.
//!
//! Owns: its flags, the member that tells it to scripts, its lines for people.
//! Refuses: finding it out (triage/senders), its words (triage/facts).

use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::{bail, ensure};
use serde::Serialize;

use super::printed::Listing;
use super::table::{self, GroupCells};
use crate::cli::out;
use crate::ground::text::plural;
use crate::rows::group::{Group, GroupFields, Groups};
use crate::rows::samples::{self, SampleFile};
use crate::rows::source::{ErrorSource, Watch};
use crate::triage::facts;
use crate::triage::facts::senders::Beside;
use crate::triage::senders::{
    Claim, Comparison, MOST_PAYLOADS, SenderTrait, Senders, SendersError, SendersOf, SendersQuestion, ShareIs, ToldBy, TopicAnswer,
    TopicSays, senders,
};
use crate::tui::advice::EXPORT_TABLE;

/// Who sends it.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct SendersArgs {
    /// Below each group, what sets its rows apart from the other failures of its doctype: version, channel, system, country, ISP, any column or value of the
    /// payload that is commoner there than chance would make it. Looks at 2,000 rows of each group and 4,000 of each doctype, spread evenly
    #[arg(long, conflicts_with_all = ["baseline", "causes", "suspect", "follow", "by"])]
    pub(super) senders: bool,

    /// With --senders over BigQuery: payloads as well, of 300 rows of each group and 600 of each doctype. That is a query of its own, which reads the payloads
    /// of the whole window; its price is told first. Payloads of files are always looked at
    #[arg(long, requires = "senders")]
    payloads: bool,

    /// With --senders: accepted documents to compare with as well, a file or folder as misfit judge takes it; may be given several times
    #[arg(long, value_name = "DOC", requires = "senders")]
    accepted: Vec<String>,
}

/// What is asked of the rows, beside the groups.
pub(super) struct SendersAsked {
    by: ToldBy,
    /// The files of accepted documents.
    accepted: Vec<Arc<SampleFile>>,
}

impl SendersArgs {
    /// What is asked; before anything is read.
    pub(super) fn asked(&self, source: &dyn ErrorSource) -> Result<SendersAsked> {
        let by = if self.payloads { ToldBy::Payloads } else { ToldBy::usual(source) };
        if self.senders {
            check(source, by, !self.accepted.is_empty())?;
        }
        Ok(SendersAsked { by, accepted: if self.accepted.is_empty() { Vec::new() } else { samples::find(&self.accepted)?.files } })
    }
}

/// Refuses rows that cannot be looked at for this. Asked before anything is read.
pub(in crate::cli) fn check(source: &dyn ErrorSource, by: ToldBy, is_beside_accepted: bool) -> Result<()> {
    match SendersError::check(source, by, is_beside_accepted) {
        Err(error @ SendersError::Remote(_)) => bail!("{error}{EXPORT_TABLE}"),
        Err(error @ SendersError::NoPayloads(_)) => bail!("{error}: --payloads"),
        checked => Ok(checked?),
    }
}

/// The groups with their senders.
pub(super) fn print(mut listing: Listing<'_>, source: &dyn ErrorSource, asked: &SendersAsked) -> Result<()> {
    let (groups, shown) = (listing.groups, listing.shown);
    let line = out::ProgressLine::over(source.is_remote())?;
    let mut of = senders(&SendersQuestion { source, groups, chosen: shown, accepted: &asked.accepted, by: asked.by }, &line)?;
    ensure!(!line.cancelled(), "stopped; nothing was printed");
    let spent = line.bill();
    drop(line);
    let closing = closing(&of, asked.by.most_rows(source)).into_iter().chain(spent);
    if let Some(told) = &mut listing.told {
        told.senders(shown, &mut of);
    }
    let without_data = listing.without_data();
    let printed = listing.printed(without_data.as_deref());
    listing.print_with(|| lines(groups, &printed, &of), || members(groups, &printed, &of), closing)
}

/// A group with its senders. Names and meanings are stable.
#[derive(Serialize)]
pub(super) struct SendersMember<'a> {
    #[serde(flatten)]
    group: GroupFields<'a>,
    senders: Option<SendersRecord<'a>>,
}

/// What sets a group apart.
#[derive(Serialize)]
struct SendersRecord<'a> {
    /// From the other failures of its doctype.
    failures: ComparisonRecord<'a>,
    /// From accepted documents of its doctype; null where none were given.
    accepted: Option<ComparisonRecord<'a>>,
}

#[derive(Serialize)]
struct ComparisonRecord<'a> {
    /// Whether anything was compared: not where there are too few rows on either side.
    compared: bool,
    /// What rows were looked at for: `payloads`, with their columns; `columns` alone.
    by: &'static str,
    /// Rows of the group that were looked at, those whose payload could be read, all.
    rows: u64,
    documents: u64,
    of: u64,
    /// The same of the others.
    elsewhere: u64,
    elsewhere_documents: u64,
    elsewhere_of: u64,
    /// Values that were compared.
    values: usize,
    /// What is commoner here, the strongest first.
    claims: Vec<ClaimRecord<'a>>,
    /// Further claims.
    more: usize,
    /// What is asked first.
    asked: Vec<AskedRecord<'a>>,
    /// Fields that were left out because nearly every row tells something else, because they name somebody, because the fault is about them.
    left_out_distinct: usize,
    left_out_personal: usize,
    left_out_fault: usize,
    /// Values at places beyond those that are told apart; documents of which not all was looked at.
    beyond: u64,
    long: u64,
}

/// What is commoner here.
#[derive(Serialize)]
pub(super) struct ClaimRecord<'a> {
    #[serde(flatten)]
    told: TraitRecord<'a>,
    /// Rows with it of the rows that could tell it, here and elsewhere.
    rows: u64,
    of: u64,
    elsewhere: u64,
    elsewhere_of: u64,
    /// How much larger the share here is at least, 0 to 1, with 99 % confidence for this value by itself.
    least_difference: f64,
    /// A power of ten above the chance that shuffled rows make a claim like it in a list of all groups.
    chance: f64,
    /// What exactly as many rows tell.
    also: Vec<TraitRecord<'a>>,
    /// In words.
    sentence: String,
}

#[derive(Serialize)]
struct TraitRecord<'a> {
    /// What it is about, of what is asked first; null for anything else.
    topic: Option<&'static str>,
    /// A column; a JSON pointer into the payload with [] for positions; or what is made of others.
    field: String,
    /// Null where rows tell nothing.
    value: Option<&'a str>,
}

#[derive(Serialize)]
struct AskedRecord<'a> {
    topic: &'static str,
    /// `differs` (commoner here), `rarer`, `alike`, `not_compared`, `varies` (nearly every row tells another), `fault` (the fault is about it),
    /// `withheld` (too long, or names somebody), `rows_only` (accepted documents do not tell it), `unknown` (no row tells it).
    answer: &'static str,
    field: Option<String>,
    value: Option<&'a str>,
    rows: Option<u64>,
    of: Option<u64>,
    elsewhere: Option<u64>,
    elsewhere_of: Option<u64>,
}

impl<'a> TraitRecord<'a> {
    fn of(told: &'a SenderTrait) -> Self {
        TraitRecord {
            topic: told.topic.map(|topic| topic.name()),
            field: facts::senders::field_name(&told.field),
            value: told.value.as_ref().map(|value| value.text.as_str()),
        }
    }
}

impl<'a> ClaimRecord<'a> {
    pub(super) fn of(claim: &'a Claim, beside: Beside) -> Option<Self> {
        let (first, others) = claim.traits.split_first()?;
        Some(ClaimRecord {
            told: TraitRecord::of(first),
            rows: claim.counts.having,
            of: claim.counts.of,
            elsewhere: claim.counts.elsewhere,
            elsewhere_of: claim.counts.elsewhere_of,
            // Further digits would differ from machine to machine.
            least_difference: (claim.least_difference * 1000.0).round() / 1000.0,
            chance: claim.chance,
            also: others.iter().map(TraitRecord::of).collect(),
            sentence: facts::senders::claim(claim, beside),
        })
    }
}

impl<'a> AskedRecord<'a> {
    fn of(answer: &'a TopicAnswer) -> Self {
        let topic = answer.topic.name();
        let plain =
            |answer| AskedRecord { topic, answer, field: None, value: None, rows: None, of: None, elsewhere: None, elsewhere_of: None };
        match &answer.says {
            TopicSays::Value { told, counts, share } => AskedRecord {
                answer: match share {
                    ShareIs::Commoner => "differs",
                    ShareIs::Rarer => "rarer",
                    ShareIs::Alike => "alike",
                    ShareIs::NotCompared => "not_compared",
                },
                field: Some(facts::senders::field_name(&told.field)),
                value: told.value.as_ref().map(|value| value.text.as_str()),
                rows: Some(counts.having),
                of: Some(counts.of),
                elsewhere: Some(counts.elsewhere),
                elsewhere_of: Some(counts.elsewhere_of),
                topic,
            },
            TopicSays::Varies => plain("varies"),
            TopicSays::AtFault => plain("fault"),
            TopicSays::Withheld => plain("withheld"),
            TopicSays::RowsAlone => plain("rows_only"),
            TopicSays::Untold => plain("unknown"),
        }
    }
}

impl<'a> ComparisonRecord<'a> {
    fn of(comparison: &'a Comparison, beside: Beside) -> Self {
        let ([rows, documents, of], [elsewhere, elsewhere_documents, elsewhere_of]) = (comparison.rows, comparison.elsewhere);
        ComparisonRecord {
            compared: comparison.too_few.is_none(),
            by: if comparison.by == ToldBy::Payloads { "payloads" } else { "columns" },
            rows,
            documents,
            of,
            elsewhere,
            elsewhere_documents,
            elsewhere_of,
            values: comparison.compared,
            claims: comparison.claims.iter().filter_map(|claim| ClaimRecord::of(claim, beside)).collect(),
            more: comparison.more,
            asked: comparison.topics.iter().map(AskedRecord::of).collect(),
            left_out_distinct: comparison.left_out.distinct,
            left_out_personal: comparison.left_out.personal,
            left_out_fault: comparison.left_out.at_fault,
            beyond: comparison.left_out.beyond,
            long: comparison.left_out.long,
        }
    }
}

impl<'a> SendersRecord<'a> {
    fn of(senders: &'a Senders) -> Self {
        SendersRecord {
            failures: ComparisonRecord::of(&senders.failures, Beside::Failures),
            accepted: senders.accepted.as_ref().map(|accepted| ComparisonRecord::of(accepted, Beside::Accepted)),
        }
    }
}

/// The groups that are shown, each with its senders.
fn members<'a>(groups: &'a Groups, shown: &[&'a Group], of: &'a SendersOf) -> Vec<SendersMember<'a>> {
    let member = |group: &&'a Group| SendersMember {
        group: GroupFields::of(group, groups),
        senders: of.of.get(&group.fingerprint).map(SendersRecord::of),
    };
    shown.iter().map(member).collect()
}

/// The lines of a table: each group, and what sets it apart below it.
fn lines(groups: &Groups, shown: &[&Group], of: &SendersOf) -> Vec<GroupCells> {
    let mut all = Vec::with_capacity(4 * shown.len());
    for group in shown {
        all.push(table::cells(group, groups));
        let Some(senders) = of.of.get(&group.fingerprint) else { continue };
        let line = |words| [String::new(), SENDERS.to_owned(), String::new(), String::new(), words, String::new()];
        all.extend(facts::senders::below(senders, group).into_iter().map(line));
    }
    all
}

/// Stands in the column of a group's status.
pub(super) const SENDERS: &str = "senders";

/// What was looked at, for the closing line.
fn closing(of: &SendersOf, most: usize) -> Vec<String> {
    let groups = plural(of.of.len() as u64, "group", "groups");
    let compared = format!("senders of {groups}, by at most {} of each", plural(most as u64, "row", "rows"));
    let is_unread = of.of.values().any(|senders| senders.failures.by == ToldBy::ColumnsAlone);
    let unread = is_unread.then(|| format!("{}: --payloads reads those of {MOST_PAYLOADS} rows of each", facts::senders::PAYLOADS_UNREAD));
    [Some(compared), unread, facts::senders::counts(of.counts), facts::senders::accepted(of.accepted)].into_iter().flatten().collect()
}
