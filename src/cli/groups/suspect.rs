//! `misfit groups --suspect`: which change made each group fail.
//!
//! Owns: its flags, the member that tells it to scripts, its lines for people.
//! Refuses: finding it out (triage/suspect), its words (triage/facts).

use std::path::PathBuf;
use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::bail;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::printed::Listing;
use super::senders::{ClaimRecord, SENDERS};
use super::table::{self, GroupCells};
use crate::cli::blame;
use crate::cli::config::Config;
use crate::cli::out;
use crate::cli::when;
use crate::ground::text::plural;
use crate::ground::time::Micros;
use crate::rows::group::{Fingerprint, Group, GroupFields, Groups};
use crate::rows::schemas::SchemaStore;
use crate::rows::source::ErrorSource;
use crate::triage::blame::upstream::UpstreamCommit;
use crate::triage::blame::{BlameError, HistorySettings};
use crate::triage::facts;
use crate::triage::facts::senders::Beside;
use crate::triage::suspect::{JudgedBy, Suspect, SuspectQuestion, SuspectRevision, most_documents, suspects};
use crate::tui::advice::{self, GIVE_SCHEMAS};

/// Whose change it was.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(in crate::cli) struct SuspectArgs {
    /// Of each group, which change made it fail: of the schema, of the sender, of the pipeline, or why that cannot be told; and which revision
    /// takes it. Judges some of its documents by every content of their schema file in the history of --schemas REPO
    #[arg(long)]
    pub(in crate::cli) suspect: bool,

    /// With --suspect: file that tells which commits of the source each revision took in, as of misfit blame
    #[arg(long, value_name = "FILE", requires = "suspect")]
    upstream: Option<PathBuf>,

    /// Clone of the repository that the schemas are generated from: with --suspect it tells what is not generated yet, and with incidents which
    /// schemas share a file
    #[arg(long, value_name = "REPO")]
    pub(in crate::cli) source_repo: Option<PathBuf>,
}

impl SuspectArgs {
    /// Where histories are read from.
    pub(in crate::cli) fn settings(&self, config: &Config) -> HistorySettings {
        let usual = blame::settings(config);
        HistorySettings { upstream: self.upstream.clone().or(usual.upstream), source: self.source_repo.clone().or(usual.source), ..usual }
    }
}

/// The suspects by their groups.
pub(in crate::cli) type SuspectsOf = FxHashMap<Fingerprint, Suspect>;

/// The schemas to look back from. Asked before anything is read.
pub(in crate::cli) fn schemas(schemas: Option<&Arc<SchemaStore>>) -> Result<()> {
    let Some(schemas) = schemas else { bail!("what changed is found in the history of the schemas: {GIVE_SCHEMAS}") };
    if matches!(schemas.lineage(), Ok(None)) {
        out::tell(&format!("misfit: {}", advice::told(&BlameError::NoHistory(schemas.name()))));
    }
    Ok(())
}

/// The groups with the change that made each fail.
pub(super) fn print(
    mut listing: Listing<'_>,
    source: &dyn ErrorSource,
    schemas: &Arc<SchemaStore>,
    settings: &HistorySettings,
    since: Option<Micros>,
) -> Result<()> {
    let (groups, chosen) = (listing.groups, listing.shown);
    let line = out::ProgressLine::over(source.is_remote())?;
    let is_raw = listing.told.is_none();
    let of = suspects(&SuspectQuestion { source, groups, chosen, schemas, settings, since, tells_senders: is_raw }, &line)?;
    let spent = line.bill();
    drop(line);
    let without_data = listing.without_data();
    let printed = listing.printed(without_data.as_deref());
    let closing = std::iter::once(closing(&of)).chain(spent);
    listing.print_with(|| lines(groups, &printed, &of, is_raw), || members(groups, &printed, &of, is_raw), closing)
}

/// A group with its suspect. Names and meanings are stable.
#[derive(Serialize)]
pub(super) struct SuspectMember<'a> {
    #[serde(flatten)]
    group: GroupFields<'a>,
    suspect: Option<SuspectRecord<'a>>,
}

/// Which change it was.
#[derive(Serialize)]
pub(in crate::cli) struct SuspectRecord<'a> {
    /// `schema_changed`, `sender_changed`, `pipeline_changed` or `unknown`.
    kind: &'static str,
    /// The answer in words.
    sentence: String,
    /// Why nothing can be told, or what the answer rests on.
    why: &'a str,
    /// The commit of the generated schemas since which it is refused so, 40 digits; null where none is known.
    revision: Option<&'a str>,
    /// RFC 3339: when that was made.
    date: Option<String>,
    /// What it took in from the source.
    upstream: &'a [UpstreamCommit],
    /// Whole hours from that revision to the group's first row; below 0 where the row came before.
    hours_before_first: Option<i64>,
    /// The first later commit that refuses no judged document so, 40 digits.
    taken_by: Option<&'a str>,
    /// RFC 3339: when that was made.
    taken_date: Option<String>,
    /// What that took in.
    taken_upstream: &'a [UpstreamCommit],
    /// The schema file, and the node in it that refuses: RFC 6901.
    file: Option<&'a str>,
    node: Option<&'a str>,
    /// The column that BigQuery names, where it refused the rows; `file` is its layout then.
    column: Option<&'a str>,
    /// Whether the schema itself was made by the revision.
    made: bool,
    /// `label`, `job`, `row` or `message`: how it is known which revision judged the first row.
    judged_by: Option<&'static str>,
    /// Documents that were judged, of all rows.
    judged: usize,
    rows: u64,
    /// What the first row tells of its sender.
    sender: Vec<SenderRecord<'a>>,
    /// What its rows have more often than the doctype's other failures, the strongest first: three at most; empty as well where rows cost to be
    /// read, and where no data is told.
    senders: Vec<ClaimRecord<'a>>,
    /// Where else it is taken, or what it is called there.
    elsewhere: &'a [String],
    /// Every revision with which something changed for the documents, oldest first.
    turns: Vec<TurnRecord<'a>>,
}

#[derive(Serialize)]
struct SenderRecord<'a> {
    name: &'a str,
    value: &'a str,
    /// Whether earlier rows of the doctype were looked at, and none of them tells it.
    new: bool,
}

#[derive(Serialize)]
struct TurnRecord<'a> {
    revision: &'a str,
    date: Option<String>,
    upstream: &'a [UpstreamCommit],
    /// Whether it has the schema.
    exists: bool,
    /// Documents that are refused as the group's rows are, that pass, that are refused for something else, that cannot be judged.
    refused: usize,
    passing: usize,
    otherwise: usize,
    unjudged: usize,
}

impl<'a> SuspectRecord<'a> {
    /// Without `sender` nothing of what sets the rows apart is told.
    pub(in crate::cli) fn of(suspect: &'a Suspect, sender: bool) -> Self {
        let since = suspect.since.as_ref();
        let taken = suspect.taken.as_ref();
        let date = |revision: Option<&SuspectRevision>| revision.and_then(|revision| when::rfc3339(revision.date));
        SuspectRecord {
            kind: suspect.kind.name(),
            sentence: facts::suspect::sentence(suspect, true),
            why: &suspect.why,
            revision: since.map(|since| since.revision.as_str()),
            date: date(since),
            upstream: since.map_or(&[], |since| &since.upstream),
            hours_before_first: suspect.hours_before_first(),
            taken_by: taken.map(|taken| taken.revision.as_str()),
            taken_date: date(taken),
            taken_upstream: taken.map_or(&[], |taken| &taken.upstream),
            file: suspect.file.as_deref(),
            node: suspect.node.as_deref(),
            column: suspect.column.as_deref(),
            made: suspect.is_made,
            judged_by: suspect.judged_by.map(|by| match by {
                JudgedBy::Label => "label",
                JudgedBy::Job => "job",
                JudgedBy::Row => "row",
                JudgedBy::Message | JudgedBy::Older => "message",
            }),
            judged: suspect.judged,
            rows: suspect.rows,
            sender: suspect.sender.iter().map(|told| SenderRecord { name: told.name, value: &told.value, new: told.is_new }).collect(),
            senders: suspect.apart.iter().filter(|_| sender).filter_map(|claim| ClaimRecord::of(claim, Beside::Failures)).collect(),
            elsewhere: &suspect.elsewhere,
            turns: suspect
                .turns
                .iter()
                .map(|turn| TurnRecord {
                    revision: &turn.at.revision,
                    date: date(Some(&turn.at)),
                    upstream: &turn.at.upstream,
                    exists: turn.is_there,
                    refused: turn.refused,
                    passing: turn.passing,
                    otherwise: turn.otherwise,
                    unjudged: turn.unjudged,
                })
                .collect(),
        }
    }
}

/// The groups that are shown, each with its suspect.
fn members<'a>(groups: &'a Groups, shown: &[&'a Group], of: &'a SuspectsOf, sender: bool) -> Vec<SuspectMember<'a>> {
    let member = |group: &&'a Group| SuspectMember {
        group: GroupFields::of(group, groups),
        suspect: of.get(&group.fingerprint).map(|suspect| SuspectRecord::of(suspect, sender)),
    };
    shown.iter().map(member).collect()
}

/// The lines of a table: each group, and its suspect below it. Without `sender` nothing in them is out of a document.
fn lines(groups: &Groups, shown: &[&Group], of: &SuspectsOf, sender: bool) -> Vec<GroupCells> {
    let mut all = Vec::with_capacity(2 * shown.len());
    for group in shown {
        all.push(table::cells(group, groups));
        let Some(suspect) = of.get(&group.fingerprint) else { continue };
        let sentence = facts::suspect::sentence(suspect, sender);
        all.push([String::new(), SUSPECT.to_owned(), String::new(), String::new(), sentence, String::new()]);
        let apart = facts::suspect::apart(suspect).filter(|_| sender);
        all.extend(apart.map(|claim| [String::new(), SENDERS.to_owned(), String::new(), String::new(), claim, String::new()]));
    }
    all
}

/// Stands in the column of a group's status.
const SUSPECT: &str = "suspect";

/// What was judged, for the closing line.
fn closing(of: &SuspectsOf) -> String {
    let groups = plural(of.len() as u64, "group", "groups");
    format!("suspects of {groups}, found by at most {} of each", plural(most_documents(of.len()) as u64, "document", "documents"))
}
