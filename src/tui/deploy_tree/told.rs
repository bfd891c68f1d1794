//! What is told of a line of a deploy, copied from it, and found in it.
//!
//! Owns: which texts a line has.
//! Refuses: their words (facts), drawing.

use super::{DeployLine, DeployTree, ExplainedLog};
use crate::ground::sought::Sighting;
use crate::pipeline::compat::DeployVerdict;
use crate::triage::compat::{ComparedTable, DeployComparison, TableState};
use crate::triage::facts::{Facts, deploy, explain};

impl DeployTree {
    /// The line that ends the cause of a line, in full: of a table that which is for it.
    pub fn mend(&self, item: usize) -> Option<String> {
        if let Some(log) = self.explained() {
            return Some(log.found.causes.get(self.log_cause(item)?)?.mend.clone());
        }
        let (found, cause) = self.cause(item)?;
        let (DeployLine::Table(_, table) | DeployLine::Column(_, table, _)) = self.line(item) else {
            return cause.mends.first().map(|mend| mend.line.clone());
        };
        let lines = cause.findings.iter().filter(|(at, _)| *at == table);
        let lines: Vec<&str> =
            lines.filter_map(|&(at, finding)| Some(found.tables.get(at)?.mends.get(finding)?.as_ref()?.line.as_str())).collect();
        let mends = || cause.mends.iter().map(|mend| &mend.line);
        // Of several columns beside each other the line is one.
        mends().find(|line| lines.iter().all(|part| line.contains(part))).or_else(|| mends().next()).cloned()
    }

    /// The words of BigQuery, of the generator or of the log for a line.
    pub fn message(&self, item: usize) -> Option<String> {
        match self.explained() {
            Some(log) => Some(log.found.causes.get(self.log_cause(item)?)?.message.clone()),
            None => self.cause(item)?.1.message.clone(),
        }
    }

    /// Everything about a line, as a text.
    pub fn everything(&self, item: usize) -> String {
        let mut facts = Facts::default();
        let named = |facts: &mut Facts, parts: deploy::ToldParts| parts.iter().for_each(|(name, words)| facts.named(*name, words));
        if let Some(log) = self.explained() {
            if let Some(cause) = self.log_cause(item).and_then(|at| log.found.causes.get(at)) {
                facts.line(&explain::cause_head(cause));
                named(&mut facts, explain::cause_parts(cause));
            } else if let DeployLine::RowFault(at) = self.line(item)
                && let Some(fault) = log.found.row_faults.get(at)
            {
                facts.line(&explain::row_fault_head(fault));
                named(&mut facts, explain::row_fault_parts(fault));
                facts.line(explain::NO_CHANGE);
            } else if let DeployLine::LogLine(at) = self.line(item) {
                facts.line(log.lines.get(at).map_or("", |(_, text)| text));
            }
            return facts.to_text();
        }
        let Some(found) = self.compared().map(|pair| &pair.found) else { return String::new() };
        match self.line(item) {
            DeployLine::Keyword(_, place) => {
                let Some((table, change)) = self.table(item).and_then(|table| Some((table, table.schema.get(place)?))) else {
                    return String::new();
                };
                facts.line(&deploy::keyword_place(table, change));
                facts.line(&change.words);
                named(&mut facts, deploy::keyword_parts(change));
            }
            DeployLine::NotCompared(_) => {
                let Some(table) = self.table(item) else { return String::new() };
                if let TableState::Unreadable(reason) = &table.state {
                    facts.line(&deploy::not_compared(&table.title(), reason));
                    facts.line(deploy::NOT_COMPARED_NOTE);
                }
            }
            DeployLine::Stands(table, place) => {
                facts.line(&deploy::stands(found, (table, place)));
                facts.line(deploy::STANDING_NOTE);
            }
            DeployLine::Allowlist => {
                facts.line(&found.allowlist.as_ref().map(deploy::allowlist).unwrap_or_default());
                allowlist(found).for_each(|line| facts.line(&line));
            }
            line @ (DeployLine::Glob(_) | DeployLine::Uncovered(_)) => facts.line(&listed(found, line)),
            DeployLine::Standing => {
                deploy::standing(found).for_each(|at| facts.line(&deploy::stands(found, at)));
                facts.line(deploy::STANDING_NOTE);
            }
            DeployLine::Through => {
                facts.line(&deploy::summary(found));
                let through = found.causes.iter().filter(|cause| cause.verdict == DeployVerdict::Ok);
                through.for_each(|cause| facts.line(&deploy::cause_head(found, cause, usize::MAX)));
            }
            DeployLine::Documents => {
                facts.line(&deploy::documents(found).unwrap_or_default());
                for table in &found.tables {
                    table.schema.iter().for_each(|change| facts.named(deploy::keyword_place(table, change), &change.words));
                }
            }
            _ => self.cause_told(item, &mut facts),
        }
        facts.to_text()
    }

    fn cause_told(&self, item: usize, facts: &mut Facts) {
        let Some((found, cause)) = self.cause(item) else { return };
        facts.line(&deploy::cause_head(found, cause, usize::MAX));
        let is_of_one = !matches!(self.line(item), DeployLine::Cause(_)) || cause.tables.len() == 1;
        let of_table = self.table(item).filter(|_| is_of_one).map(deploy::table_parts).unwrap_or_default();
        deploy::cause_parts(found, cause).into_iter().chain(of_table).for_each(|(name, words)| facts.named(name, &words));
        if cause.mends.len() > 1 {
            facts.heading("The line for each table");
            for mend in &cause.mends {
                facts.named(found.tables.get(mend.table).map(ComparedTable::title).unwrap_or_default(), &deploy::shortened(&mend.line));
            }
        }
        if cause.columns.len() > 1 {
            facts.heading("Columns");
            cause.columns.iter().for_each(|column| facts.line(column));
        }
    }

    /// Shows a search what is drawn of a line.
    pub fn show(&self, item: usize, sighting: &mut Sighting<'_>) {
        if let Some(log) = self.explained() {
            return show_log(log, self.line(item), sighting);
        }
        let Some(pair) = self.compared() else { return };
        let found = &pair.found;
        match self.line(item) {
            DeployLine::Cause(cause) => {
                let Some(cause) = found.causes.get(cause) else { return };
                sighting.see_word(cause.verdict.name()).see_word(&cause.rule.name()).see(&cause.sentence);
                for table in cause.tables.iter().filter_map(|&at| found.tables.get(at)) {
                    sighting.see(&table.title());
                }
                for column in &cause.columns {
                    sighting.see_long(column);
                }
            }
            DeployLine::Table(..) | DeployLine::NotCompared(_) => {
                sighting.see(&self.table(item).map(ComparedTable::title).unwrap_or_default());
            }
            DeployLine::Column(..) => {
                sighting.see(self.change(item).map_or("", |change| &change.column));
            }
            DeployLine::Keyword(table, place) => {
                let known = found.tables.get(table);
                if let Some((table, change)) = known.and_then(|table| Some((table, table.schema.get(place)?))) {
                    sighting.see(&deploy::keyword_place(table, change)).see(&change.words).see_word(change.effect.name());
                }
            }
            DeployLine::Stands(table, place) => {
                sighting.see(&deploy::stands(found, (table, place)));
            }
            line @ (DeployLine::Glob(_) | DeployLine::Uncovered(_)) => {
                sighting.see(&listed(found, line));
            }
            DeployLine::Through | DeployLine::Documents | DeployLine::Standing | DeployLine::Allowlist => {}
            DeployLine::LogCause(_) | DeployLine::RowFault(_) | DeployLine::LogLine(_) | DeployLine::LookedFor(_) => {}
        }
    }
}

/// A line of the allowlist, or a table that none covers.
pub(in super::super) fn listed(found: &DeployComparison, line: DeployLine) -> String {
    let Some(report) = &found.allowlist else { return String::new() };
    match line {
        DeployLine::Glob(at) => report.globs.get(at).map(deploy::allowed).unwrap_or_default(),
        DeployLine::Uncovered(at) => report.uncovered.get(at).map(|table| deploy::uncovered(table)).unwrap_or_default(),
        _ => String::new(),
    }
}

fn allowlist(found: &DeployComparison) -> impl Iterator<Item = String> {
    let report = found.allowlist.iter();
    report.flat_map(|report| report.uncovered.iter().map(|table| deploy::uncovered(table)).chain(report.globs.iter().map(deploy::allowed)))
}

fn show_log(log: &ExplainedLog, line: DeployLine, sighting: &mut Sighting<'_>) {
    match line {
        DeployLine::LogCause(at) => {
            let Some(cause) = log.found.causes.get(at) else { return };
            sighting.see_word(cause.verdict.name()).see_word(&cause.rule.name()).see(&cause.sentence);
            for name in cause.tables.iter().chain(&cause.columns) {
                sighting.see_long(name);
            }
        }
        DeployLine::RowFault(at) => {
            sighting.see(log.found.row_faults.get(at).map_or("", |fault| &fault.sentence));
        }
        DeployLine::LogLine(at) => {
            sighting.see_long(log.lines.get(at).map_or("", |(_, text)| text));
        }
        _ => {}
    }
}
