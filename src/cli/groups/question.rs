//! What `misfit groups` is asked: which groups, in which order and form.
//!
//! Owns: its flags, which of them go together.
//! Refuses: those of one view (causes, incidents, senders, suspect), the forms (printed).

use std::path::PathBuf;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::ensure;

use super::printed::GroupsFormat;
use super::{follow, incidents, metrics, senders, suspect};
use crate::cli::holding::HoldingArgs;
use crate::cli::notes;
use crate::cli::scope::Scope;
use crate::cli::volume::VolumeArgs;
use crate::rows::group::{Fingerprint, Group, Groups, Sort, Status};
use crate::triage::baseline::Growth;

const RAW: &str = "\
The table, JSON, NDJSON and CSV hold values as they are: for you and for scripts of
yours. Markdown and OpenMetrics are made for others: they tell values by their
shapes, unless --raw is given.";

/// Which groups, in which form.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = RAW)]
pub(in crate::cli) struct GroupsQuestion {
    #[command(flatten)]
    pub(super) scope: Scope,

    /// Only groups with all of these words, in any case, in what is known of them: names, path and keys, fault, message, status, class, jobs,
    /// values; where no group has them, those that resemble them
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Option<String>,

    /// Only groups that a deploy began or ended, or that it did not (ongoing)
    #[arg(long, value_enum, value_name = "STATUS", conflicts_with = "baseline")]
    pub(super) status: Option<WantedStatus>,

    /// Only groups that stand so by the notes on them: open has no note that says otherwise; may be given several times. With --baseline it is how groups
    /// stand now, and those that are gone are left out
    #[arg(long = "state", value_enum, value_name = "STATE")]
    pub(super) states: Vec<notes::WantedState>,

    #[command(flatten)]
    pub(super) notes: notes::NotesArg,

    #[command(flatten)]
    pub(super) holding: HoldingArgs,

    #[command(flatten)]
    pub(super) volume: VolumeArgs,

    /// What a line stands for
    #[arg(long, value_enum, default_value_t, conflicts_with_all = ["causes", "suspect"])]
    pub(super) by: incidents::By,

    /// Order of the groups
    #[arg(long, value_enum, default_value_t)]
    pub(super) sort: Order,

    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: GroupsFormat,

    /// With --format md and openmetrics: values as they are, instead of their shapes. All other forms are raw anyway
    #[arg(long)]
    pub(super) raw: bool,

    /// With --format openmetrics: groups that have lines of their own, the largest; all others are one
    #[arg(long, value_name = "N", default_value_t = metrics::USUAL)]
    pub(super) most: usize,

    /// Below each group that fits no form, or meets not all conditions, what is really wrong with its first 2,000 rows; each cause has a fingerprint
    #[arg(long, conflicts_with_all = ["baseline", "suspect"])]
    pub(super) causes: bool,

    #[command(flatten)]
    pub(super) suspected: suspect::SuspectArgs,

    #[command(flatten)]
    pub(super) sent: senders::SendersArgs,

    /// Only this group, as misfit groups prints it; may be given several times
    #[arg(long = "group", value_name = "FINGERPRINT", conflicts_with = "baseline")]
    pub(super) groups: Vec<Fingerprint>,

    /// Print only what has changed since an earlier export (--format json, ndjson or csv): new, grown, gone; exit code 1 where groups are new
    #[arg(long, value_name = "FILE", conflicts_with_all = ["filter", "payload", "suspect"])]
    pub(super) baseline: Option<PathBuf>,

    #[command(flatten)]
    pub(super) following: follow::FollowArgs,

    /// With --baseline: how many times as fast a group's rows have to come for it to have grown
    #[arg(long, value_name = "TIMES", value_parser = parse_times, requires = "baseline", default_value_t = Growth::default().factor)]
    pub(super) grown_by: f64,

    /// With --baseline: and how many rows it has to have at least
    #[arg(long, value_name = "ROWS", requires = "baseline", default_value_t = Growth::default().rows)]
    pub(super) grown_rows: u64,
}

impl GroupsQuestion {
    /// What goes together only in some ways. Asked before anything is read.
    pub(super) fn check(&self) -> Result<()> {
        let is_beside = self.baseline.is_some() || self.causes || self.suspected.suspect || self.sent.senders;
        if is_beside || self.by != incidents::By::default() {
            self.format.list()?;
        }
        let is_source_used = self.by == incidents::By::Incident || self.suspected.suspect;
        ensure!(self.suspected.source_repo.is_none() || is_source_used, "--source-repo goes with --suspect or --by incident");
        Ok(())
    }

    pub(super) fn is_metrics(&self) -> bool {
        matches!(self.format, GroupsFormat::OpenMetrics)
    }

    /// Whether the form is made for others, so that values are told by their shapes.
    pub(super) fn is_pasted(&self) -> bool {
        (self.is_metrics() || matches!(self.format, GroupsFormat::Md)) && !self.raw
    }

    pub(super) fn growth(&self) -> Growth {
        Growth { factor: self.grown_by, rows: self.grown_rows }
    }

    /// The words that groups are looked for by; blank ones are none.
    pub(super) fn filter(&self) -> Option<&str> {
        self.filter.as_deref().filter(|text| !text.trim().is_empty())
    }

    /// Whether a group is asked for by its fingerprint, its status and its state.
    pub(super) fn takes(&self, groups: &Groups, group: &Group) -> bool {
        (self.groups.is_empty() || self.groups.contains(&group.fingerprint))
            && self.status.is_none_or(|status| group.standing.status == Some(status.into()))
            && (self.states.is_empty() || self.states.iter().any(|state| state.holds(groups, group)))
    }
}

fn parse_times(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|times| *times >= 1.0 && f64::is_finite(*times))
        .ok_or_else(|| "growth is a number from 1 on, such as 2 or 1.5".to_owned())
}

/// How groups are ordered.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(in crate::cli) enum Order {
    /// Most rows first
    #[default]
    Count,
    /// What the newest deploy began, then most rows first
    Deploy,
    /// Last seen first
    Newest,
    /// What was first seen last comes first
    First,
    /// By namespace, doctype, version, path
    Name,
    /// Strongest growth first
    Growth,
}

/// How groups stand to the deploys.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum WantedStatus {
    /// A deploy began it
    Began,
    /// A deploy ended it
    Ended,
    /// There before and since
    Ongoing,
}

impl From<WantedStatus> for Status {
    fn from(wanted: WantedStatus) -> Self {
        match wanted {
            WantedStatus::Began => Status::Began,
            WantedStatus::Ended => Status::Ended,
            WantedStatus::Ongoing => Status::Ongoing,
        }
    }
}

impl From<Order> for Sort {
    fn from(order: Order) -> Self {
        match order {
            Order::Count => Sort::Count,
            Order::Deploy => Sort::Deploy,
            Order::Newest => Sort::Newest,
            Order::First => Sort::First,
            Order::Name => Sort::Name,
            Order::Growth => Sort::Growth,
        }
    }
}
