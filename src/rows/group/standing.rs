//! How a group stands to the deploys, and why, in words that a person can check.
//!
//! Owns: what a deploy is called, the statuses and their words, the evidence in numbers and as a sentence.
//! Refuses: weighing the evidence (deploys).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::hours::HOUR;
use super::{Group, Groups};
use crate::ground::text::{count, plural, visible};
use crate::ground::time::Micros;
use crate::ground::zone::Zone;

/// One deploy: a job that took over from an older one of its family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deploy {
    /// The job that began: its position in [`Groups::jobs`].
    pub job: u32,
    /// What jobs have in common that succeed each other.
    #[serde(with = "super::record::name")]
    pub family: Arc<str>,
    /// When it began.
    pub time: Micros,
}

/// What the deploys say of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A deploy began it.
    Began,
    /// A deploy ended it.
    Ended,
    /// There was a deploy, and it was seen before and since.
    Ongoing,
}

impl Status {
    /// In the order in which they are told.
    pub const ALL: [Status; 3] = [Status::Began, Status::Ended, Status::Ongoing];

    /// What it is called, on the screen and in JSON alike.
    pub fn word(self) -> &'static str {
        match self {
            Status::Began => "began",
            Status::Ended => "ended",
            Status::Ongoing => "ongoing",
        }
    }

    /// Whether it is a deploy's doing.
    pub fn is_mark(self) -> bool {
        self != Status::Ongoing
    }
}

/// The status of a group with its reasons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// `None` where nothing can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The deploy that began or ended it, or that was looked at: a position in [`Groups::deploys`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploy: Option<u32>,
    /// What speaks for it, or why nothing can be said.
    pub evidence: Evidence,
}

/// What a standing rests on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// There is no deploy to speak of: one job, no jobs, or no times.
    #[default]
    NoDeploy,
    /// Only a part of the rows was read.
    Partial,
    /// Hours with rows on the one side, and none on the other.
    Hours {
        /// What it would be, or is.
        side: Status,
        /// Hours in which it was seen.
        seen: u32,
        /// Hours with any row of the source, on the same side of the deploy.
        of: u32,
        /// Hours with any row of the source, on the other side.
        without: u32,
        /// What that is enough for.
        worth: Worth,
    },
    /// Rows on both sides.
    BothSides {
        /// It was gone between two deploys, for so many hours of the source.
        returned_after: Option<u32>,
    },
}

/// How far evidence reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Worth {
    /// It is a mark.
    Mark,
    /// It is too little: so many hours without it may be chance.
    TooLittle,
    /// Rows of jobs of another family, or that tell no job, are on the other side as well.
    Elsewhere,
    /// It begins or ends that many hours away from the deploy: not the deploy's doing.
    Far(u32),
}

impl Groups {
    /// The deploy that began or ended a group.
    pub fn deploy(&self, group: &Group) -> Option<&Deploy> {
        group.standing.status.filter(|status| status.is_mark())?;
        self.deploys.get(group.standing.deploy? as usize)
    }

    /// Whether the newest deploy began the group. Families that were deployed within an hour were deployed together.
    pub fn is_new(&self, group: &Group) -> bool {
        group.standing.status == Some(Status::Began)
            && self.deploy(group).zip(self.deploys.last()).is_some_and(|(deploy, last)| deploy.time > last.time.saturating_sub(HOUR))
    }

    /// `decoder-0 of 2026-07-01 16:30`, in a zone; safe to show on a terminal.
    pub fn deploy_name(deploy: &Deploy, zone: &Zone) -> String {
        format!("{} of {}", visible(&deploy.family), zone.minute(deploy.time))
    }

    /// How a group stands to the deploys, as a sentence without a full stop; `None` where there is no deploy to speak of. Safe to show on a terminal.
    pub fn standing_words(&self, group: &Group) -> Option<String> {
        self.standing_in(group, &Zone::UTC)
    }

    /// The same with times in a zone.
    pub fn standing_in(&self, group: &Group, zone: &Zone) -> Option<String> {
        let deploy = group.standing.deploy.and_then(|at| self.deploys.get(at as usize));
        let name = deploy.map_or_else(|| "a deploy".to_owned(), |deploy| Self::deploy_name(deploy, zone));
        Some(match group.standing.evidence {
            Evidence::NoDeploy => return None,
            Evidence::Partial => "only a part of the rows was read, so nothing is said of deploys".to_owned(),
            Evidence::BothSides { returned_after: None } => format!("ongoing: seen before and since {name}"),
            Evidence::BothSides { returned_after: Some(hours) } => {
                format!("returned: it was gone for {} before {name}", plural(u64::from(hours), "hour", "hours"))
            }
            Evidence::Hours { side, seen, of, without, worth } => {
                let (with, other) = if side == Status::Began { ("since", "before") } else { ("before", "since") };
                let of = if of == 1 { "the 1 hour".to_owned() } else { format!("the {} hours", count(u64::from(of))) };
                let hours = format!("in {} of {of} {with}, in none of the {} {other}", count(u64::from(seen)), count(u64::from(without)));
                match worth {
                    Worth::Mark => format!("{} with {name}: {hours}", side.word()),
                    Worth::TooLittle => format!("too little to tell whether it {} with {name}: {hours}", side.word()),
                    Worth::Elsewhere => {
                        format!("not known whether it {} with {name}: rows of other jobs, or of none, have it {other} as well", side.word())
                    }
                    Worth::Far(away) => {
                        let away = plural(u64::from(away), "hour", "hours");
                        format!(
                            "{} {away} {} {name}, so not with that deploy",
                            side.word(),
                            if side == Status::Began { "after" } else { "before" }
                        )
                    }
                }
            }
        })
    }
}
