//! `misfit cases`: every row with the schema node that it broke and its columns, as text.
//!
//! Owns: the question.
//! Refuses: putting a case together (case), using all cores (cases/printer), the fields and forms of output (below).

mod answer;
mod only;
mod printer;
mod text;

use std::io::{BufWriter, Write};
use std::ops::Range;
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::{ensure, eyre};

use super::holding::{self, HoldingArgs};
use super::input::{self, Asked};
use super::scope::Scope;
use super::{out, unmet};
use crate::cli::config::Config;
use crate::rows::group::{Fingerprint, Group, Groups};
use crate::rows::source::Filter;
use crate::tui::advice::GIVE_SCHEMAS;
use only::OnlyFields;
use printer::{CasePrinter, MOST_OF_GROUP, PrintedRows, WantedCases};

/// Which rows, in which form.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = out::RAW)]
pub(super) struct CasesQuestion {
    #[command(flatten)]
    scope: Scope,

    /// Only rows of this group, or of this cause, as misfit groups prints it
    #[arg(long, value_name = "FINGERPRINT")]
    group: Option<Fingerprint>,

    /// Only these rows, counted from 0 over all sources: 10..20, 10.., ..20 or 10; the end is not included
    #[arg(long, value_name = "A..B", value_parser = parse_rows)]
    rows: Option<Range<u64>>,

    #[command(flatten)]
    holding: HoldingArgs,

    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    format: CasesFormat,

    /// Only these fields, separated by commas, with --format ndjson: group,verdict. What is not asked for is not worked out, which is faster
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    only: Vec<String>,
}

/// How cases are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum CasesFormat {
    /// A block a row, for people
    #[default]
    Text,
    /// One row a line
    Ndjson,
}

/// Reads, opens and prints row by row.
pub(super) fn run(asked: Asked<CasesQuestion>, config: &Config) -> Result<ExitCode> {
    let Asked { input, question } = asked;
    let only = OnlyFields::of(&question.only).map_err(|error| eyre!("--only: {error}"))?;
    ensure!(question.only.is_empty() || question.format == CasesFormat::Ndjson, "--only chooses fields of --format ndjson: give that too");
    let input::OpenedInput { source, schemas } = input.open(config, false, &question.scope)?;
    if schemas.is_none() {
        out::tell(&format!("misfit: no schemas, so nodes and columns are not known: {GIVE_SCHEMAS}"));
    }
    let holding = question.holding.holding();
    let wanted = WantedCases { group: question.group, holding: holding.clone(), only };
    let printer = CasePrinter::new(source.clone(), schemas.clone(), wanted, question.format);
    let mut stdout = BufWriter::new(std::io::stdout());
    let mut printed = 0;
    let request = question.scope.request(schemas.clone());
    let filter = Filter::new(&request);
    let line = out::ProgressLine::over(source.is_remote())?;
    // Reading all costs where a source names only a few rows of its groups.
    let is_dear = source.is_remote() && holding.is_none() && question.rows.is_none();
    let groups = is_dear.then(|| source.groups(&request, &line)).transpose()?;
    let names_few = |groups: &Groups| groups.list.is_empty() || groups.list.iter().any(|group| group.count > group.rows.len() as u64);
    let groups = groups.filter(names_few);
    let chosen = groups.as_ref().map(|groups| chosen(groups, question.group));
    let counted = chosen.as_ref().map(|groups| groups.iter().map(|group| group.count).sum::<u64>());
    let rows = match chosen {
        Some(groups) => PrintedRows::OfGroups(groups),
        None => PrintedRows::Range(question.rows.unwrap_or(0..u64::MAX)),
    };
    let unreadable = printer::print_in_order(source.as_ref(), rows, filter, &line, &|rows| printer.texts(rows), &mut |text| {
        printed += 1;
        line.clear();
        stdout.write_all(text.as_bytes())
    })?;
    let spent = line.bill();
    drop(line);
    stdout.flush()?;
    holding::tell(holding.as_ref());
    if printed == 0 && holding.is_none() && unreadable.empty.is_empty() {
        unmet::check(source.as_ref(), &request, &Groups::default())?.iter().for_each(|note| out::tell(&format!("misfit: {note}")));
        if let Some(group) = question.group {
            out::tell(&format!("misfit: {}", unmet::check_group(source.as_ref(), &request, group)?));
        }
    }
    if let Some(left) = counted.map(|rows| rows.saturating_sub(printed)).filter(|left| *left > 0) {
        let left = out::plural(left, "row is", "rows are");
        out::tell(&format!("misfit: the newest {MOST_OF_GROUP} rows of each group are printed; {left} left out, --rows .. prints all"));
    }
    for told in out::unreadable(&unreadable).into_iter().chain(out::strays(schemas.as_deref())).chain(spent) {
        out::tell(&format!("misfit: {told}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// The group that was asked for, or all: it may be a cause that was asked for, which stands in any of them.
fn chosen(groups: &Groups, named: Option<Fingerprint>) -> Vec<&Group> {
    let found: Vec<&Group> = groups.list.iter().filter(|group| named == Some(group.fingerprint)).collect();
    if found.is_empty() { groups.list.iter().collect() } else { found }
}

fn parse_rows(text: &str) -> Result<Range<u64>, String> {
    let number = |part: &str, or: u64| if part.is_empty() { Some(or) } else { part.parse().ok() };
    let range = match text.split_once("..") {
        Some((from, to)) => number(from, 0).zip(number(to, u64::MAX)),
        None => text.parse().ok().map(|row: u64| (row, row.saturating_add(1))),
    };
    let (from, to) = range.ok_or("rows are given as 10..20, 10.., ..20 or 10")?;
    if from > to { Err(format!("{from} comes after {to}")) } else { Ok(from..to) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_half_open_ranges() {
        assert_eq!(parse_rows("10..20"), Ok(10..20));
        assert_eq!(parse_rows("10.."), Ok(10..u64::MAX));
        assert_eq!(parse_rows("..20"), Ok(0..20));
        assert_eq!(parse_rows(".."), Ok(0..u64::MAX));
        assert_eq!(parse_rows("7"), Ok(7..8));
        for wrong in ["", "a", "1..b", "3..1", "-1", "1...2"] {
            assert!(parse_rows(wrong).is_err(), "{wrong}");
        }
    }
}
