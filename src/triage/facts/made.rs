//! A table as it would be made of a changed schema: how many columns it has, which of them are new or others.

use crate::ground::text::{count, plural, visible};
use crate::pipeline::compat::DeployVerdict;
use crate::triage::facts::deploy;
use crate::triage::gate::{MadeState, MadeTable};

/// What stands above the tables.
pub fn title(tables: &[MadeTable]) -> String {
    plural(tables.len() as u64, "layout would be made of a changed schema", "layouts would be made of changed schemas")
}

/// `acme/ping.1 changes: 1 DDL, 2 OK; 12 leaf columns, 13 before`.
pub fn head(table: &MadeTable) -> String {
    let title = visible(&table.title);
    let leaves = plural(table.leaves.1 as u64, "leaf column", "leaf columns");
    match &table.state {
        MadeState::New(_) => format!("{title} is a new table: {leaves}"),
        MadeState::NotMade(reason) => format!("{title}: {}", visible(reason)),
        MadeState::Changed(changes) => {
            let of = |verdict: DeployVerdict| {
                let many = changes.iter().filter(|change| change.verdict == verdict).count();
                (many > 0).then(|| format!("{} {}", count(many as u64), verdict.name()))
            };
            let verdicts = [DeployVerdict::Block, DeployVerdict::Ddl, DeployVerdict::Warn, DeployVerdict::Ok];
            let told: Vec<String> = verdicts.into_iter().filter_map(of).collect();
            format!("{title} changes: {}; {leaves}, {} before", told.join(", "), count(table.leaves.0 as u64))
        }
    }
}

/// At most so many of its columns, each with what is said of it, and how many there are beyond those: all of a new table, of another one those that are
/// not what they were.
pub fn columns(table: &MadeTable, most: usize) -> (Vec<[String; 3]>, usize) {
    let safe = |text: &str| visible(text).into_owned();
    let told: Vec<[String; 3]> = match &table.state {
        MadeState::New(columns) => {
            columns.iter().take(most).map(|column| [String::new(), safe(&column.column), safe(&column.shape)]).collect()
        }
        MadeState::Changed(changes) => changes
            .iter()
            .take(most)
            .map(|change| {
                [
                    change.verdict.name().to_owned(),
                    if change.column.is_empty() { "the table".to_owned() } else { safe(&change.column) },
                    deploy::became(change),
                ]
            })
            .collect(),
        MadeState::NotMade(_) => Vec::new(),
    };
    let all = match &table.state {
        MadeState::New(columns) => columns.len(),
        MadeState::Changed(changes) => changes.len(),
        MadeState::NotMade(_) => 0,
    };
    let more = all - told.len();
    (told, more)
}
