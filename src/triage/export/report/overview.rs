//! All groups of a report in one table, and what each deploy began and ended.
//!
//! Owns: which groups a table has room for, its columns, what is said of those that are left out.
//! Refuses: what may be told of a group (hidden), the parts about single groups (pages).

use crate::ground::text::{count, plural};
use crate::ground::time::minute;
use crate::ground::zone::Zone;
use crate::rows::group::{Group, Groups, Status};
use crate::triage::export::page::{LinePiece, Page, TableHead, data, ours, rows, said};
use crate::triage::facts;

/// Groups that are listed.
pub const MOST_LISTED: usize = 1_000;
/// Groups of one deploy that are named.
const MOST_NAMED: usize = 20;

const HEADS: [TableHead; 9] = [
    number("rows"),
    number("rate"),
    words("status"),
    words("doctype"),
    words("where"),
    words("fault"),
    words("first (UTC)"),
    words("last (UTC)"),
    words("group"),
];
const RATE: usize = 1;

const fn number(words: &'static str) -> TableHead {
    TableHead { words, is_number: true }
}

const fn words(words: &'static str) -> TableHead {
    TableHead { words, is_number: false }
}

/// Groups and rows that are counted and not told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many groups.
    pub groups: usize,
    /// How many rows.
    pub rows: u64,
}

impl LeftOut {
    /// Of these groups those behind the first so many.
    pub fn behind(groups: &[&Group], most: usize) -> Self {
        let others = groups.get(most..).unwrap_or_default();
        LeftOut { groups: others.len(), rows: others.iter().map(|group| group.count).sum() }
    }

    /// `12 groups with 34 rows`
    pub fn told(self) -> String {
        format!("{} with {}", plural(self.groups as u64, "group", "groups"), rows(self.rows))
    }
}

/// The groups that a table is about, as they may be told.
pub(super) struct Listed<'a> {
    pub(super) groups: Vec<Group>,
    /// How many of them, from the first, have a part of their own.
    pub(super) with_part: usize,
    pub(super) left_out: LeftOut,
    /// All that was counted, with the names of its deploys as they may be told.
    pub(super) deployed: &'a Groups,
    pub(super) counted: &'a Groups,
}

impl Listed<'_> {
    pub(super) fn page(&self) -> Page {
        let mut page = Page::default();
        let all = LeftOut {
            groups: self.groups.len() + self.left_out.groups,
            rows: self.groups.iter().map(|group| group.count).sum::<u64>() + self.left_out.rows,
        };
        page.heading([ours("Groups")]);
        page.line([ours(format!("{}: rows with the same fault are one group.", all.told()))]);
        self.limits(&mut page);
        let rates = self.deployed.rates.is_some();
        let heads: Vec<TableHead> = HEADS.iter().enumerate().filter(|(at, _)| rates || *at != RATE).map(|(_, head)| *head).collect();
        page.table(heads, self.groups.iter().enumerate().map(|(at, group)| self.row(group, at)).collect());
        self.deploys(&mut page);
        page
    }

    /// What is not told, and what nobody knows.
    fn limits(&self, page: &mut Page) {
        let listed = self.groups.len().saturating_sub(self.with_part);
        if listed > 0 {
            let most = count(self.with_part as u64);
            page.line([ours(format!(
                "The first {most} are told one by one below; the {} behind them are only listed.",
                count(listed as u64)
            ))]);
        }
        if self.left_out.groups > 0 {
            page.line([ours(format!("Left out of this page: {} more.", self.left_out.told()))]);
        }
        let unreadable = self.counted.unreadable.count;
        if unreadable > 0 {
            let pieces = plural(unreadable, "piece of input is not a row", "pieces of input are not rows");
            page.line([ours(format!("{pieces} and could not be counted."))]);
        }
        for column in &self.counted.missing_columns {
            let lost = column.lost().unwrap_or("not known");
            page.line([ours("Not in the source: "), data(column.name()), ours(format!(", {lost}."))]);
        }
        if self.counted.partial {
            page.line([ours("Reading was stopped before the end: only a part of the rows was counted.")]);
        }
    }

    fn row(&self, group: &Group, at: usize) -> Vec<Vec<LinePiece>> {
        let (first, last) = group.span.map_or_else(Default::default, |(first, last)| (minute(first), minute(last)));
        let rate = facts::rate::of_group(self.deployed, group).map(|rate| vec![ours(rate)]);
        let before = std::iter::once(vec![ours(count(group.count))]).chain(rate);
        let behind = [
            vec![ours(group.state())],
            vec![data(group.key.doctype_name())],
            vec![data(group.place())],
            vec![said(group.phrase())],
            vec![ours(first)],
            vec![ours(last)],
            vec![self.name(group, at)],
        ];
        before.chain(behind).collect()
    }

    fn name(&self, group: &Group, at: usize) -> LinePiece {
        LinePiece::Group { print: group.fingerprint, is_below: at < self.with_part }
    }

    /// What each deploy began and ended, the newest first.
    fn deploys(&self, page: &mut Page) {
        page.heading([ours("Deploys")]);
        if self.deployed.deploys.is_empty() {
            page.line([ours("These rows tell of no deploy.")]);
            return;
        }
        for (at, deploy) in self.deployed.deploys.iter().enumerate().rev() {
            let with = |wanted: Status| {
                let is_its = move |group: &&Group| group.standing.status == Some(wanted) && group.standing.deploy == Some(at as u32);
                self.groups.iter().enumerate().filter(move |(_, group)| is_its(group))
            };
            page.line([ours(format!("{}:", Groups::deploy_name(deploy, &Zone::UTC)))]);
            for status in [Status::Began, Status::Ended] {
                let (number, total) = with(status).fold((0, 0), |(number, total), (_, group)| (number + 1, total + group.count));
                if number == 0 {
                    page.item([ours(format!("{} none of these groups", status.word()))]);
                    continue;
                }
                let groups = plural(number, "group", "groups");
                let mut pieces = vec![ours(format!("{} {groups} with {}: ", status.word(), rows(total)))];
                for (nth, (at, group)) in with(status).take(MOST_NAMED).enumerate() {
                    pieces.extend([ours(if nth > 0 { ", " } else { "" }), self.name(group, at)]);
                }
                let more = number.saturating_sub(MOST_NAMED as u64);
                if more > 0 {
                    pieces.push(ours(format!(" and {} more", count(more))));
                }
                page.item(pieces);
            }
        }
    }
}
