//! The lines of a deploy, made.
//!
//! Owns: what stands below what.
//! Refuses: what a line leads to (deploy_tree).

use super::{DeployFound, DeployItem, DeployLine, ExplainedLog};
use crate::pipeline::compat::DeployVerdict;
use crate::triage::compat::{DeployComparison, TableState};
use crate::triage::explain::LOOKED_FOR;
use crate::triage::facts::deploy;

/// The lines of what was found.
pub(super) fn items(of: &DeployFound) -> Vec<DeployItem> {
    let mut planting = Planting::default();
    match of {
        DeployFound::Compared(pair) => compared(&pair.found, &mut planting),
        DeployFound::Explained(log) => explained(log, &mut planting),
    }
    planting.items
}

/// Makes the lines, outermost first.
#[derive(Default)]
struct Planting {
    items: Vec<DeployItem>,
    open: Vec<u32>,
}

impl Planting {
    fn put(&mut self, line: DeployLine) {
        let at = self.items.len() as u32;
        self.items.push(DeployItem { line, depth: self.open.len() as u8, end: at + 1, parent: self.open.last().copied() });
    }

    fn branch(&mut self, line: DeployLine, below: impl FnOnce(&mut Self)) {
        let at = self.items.len();
        self.put(line);
        self.open.push(at as u32);
        below(self);
        self.open.pop();
        self.items[at].end = self.items.len() as u32;
    }
}

fn compared(found: &DeployComparison, planting: &mut Planting) {
    let unread = found.tables.iter().enumerate().filter(|(_, table)| matches!(table.state, TableState::Unreadable(_)));
    unread.for_each(|(at, _)| planting.put(DeployLine::NotCompared(at)));
    // The changes of each finding of each table.
    let changes: Vec<Vec<Vec<usize>>> = found
        .tables
        .iter()
        .map(|table| {
            let mut of = vec![Vec::new(); table.changes.findings.len()];
            for (at, change) in table.changes.changes.iter().enumerate() {
                if let Some(of) = of.get_mut(change.finding) {
                    of.push(at);
                }
            }
            of
        })
        .collect();
    let put = |planting: &mut Planting, at: usize| {
        let cause = &found.causes[at];
        let of = |table: usize| -> Vec<usize> {
            let findings = cause.findings.iter().filter(|(known, _)| *known == table);
            let mut all: Vec<usize> = findings.flat_map(|&(table, finding)| changes[table][finding].iter().copied()).collect();
            all.sort_unstable();
            all
        };
        let columns = |planting: &mut Planting, table: usize, all: &[usize]| {
            if all.len() > 1 {
                all.iter().for_each(|&change| planting.put(DeployLine::Column(at, table, change)));
            }
        };
        planting.branch(DeployLine::Cause(at), |planting| match &cause.tables[..] {
            [only] => columns(planting, *only, &of(*only)),
            tables => {
                for &table in tables {
                    planting.branch(DeployLine::Table(at, table), |planting| columns(planting, table, &of(table)));
                }
            }
        });
    };
    let (through, told): (Vec<usize>, Vec<usize>) = (0..found.causes.len()).partition(|&at| found.causes[at].verdict == DeployVerdict::Ok);
    told.into_iter().for_each(|at| put(planting, at));
    if !through.is_empty() {
        planting.branch(DeployLine::Through, |planting| through.into_iter().for_each(|at| put(planting, at)));
    }
    if deploy::documents(found).is_some() {
        planting.branch(DeployLine::Documents, |planting| {
            let all = found.tables.iter().enumerate();
            all.for_each(|(at, table)| (0..table.schema.len()).for_each(|place| planting.put(DeployLine::Keyword(at, place))));
        });
    }
    if let Some(report) = &found.allowlist {
        planting.branch(DeployLine::Allowlist, |planting| {
            (0..report.uncovered.len()).for_each(|at| planting.put(DeployLine::Uncovered(at)));
            (0..report.globs.len()).for_each(|at| planting.put(DeployLine::Glob(at)));
        });
    }
    if deploy::standing(found).next().is_some() {
        planting.branch(DeployLine::Standing, |planting| {
            deploy::standing(found).for_each(|(at, place)| planting.put(DeployLine::Stands(at, place)));
        });
    }
}

fn explained(log: &ExplainedLog, planting: &mut Planting) {
    let line = |number: usize| log.lines.binary_search_by_key(&number, |(number, _)| *number).ok();
    let lines = |planting: &mut Planting, numbers: &[usize]| {
        numbers.iter().filter_map(|&number| line(number)).for_each(|at| planting.put(DeployLine::LogLine(at)));
    };
    for (at, cause) in log.found.causes.iter().enumerate() {
        planting.branch(DeployLine::LogCause(at), |planting| lines(planting, &cause.lines));
    }
    for (at, fault) in log.found.row_faults.iter().enumerate() {
        planting.branch(DeployLine::RowFault(at), |planting| lines(planting, &fault.lines));
    }
    if planting.items.is_empty() {
        log.found.unknown.iter().filter_map(|unknown| line(unknown.line)).for_each(|at| planting.put(DeployLine::LogLine(at)));
        (0..LOOKED_FOR.len()).for_each(|at| planting.put(DeployLine::LookedFor(at)));
    }
}
