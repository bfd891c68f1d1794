//! Groups as a table for people, as wide as there is room.
//!
//! Owns: the columns, their widths; a sentence that does not fit goes on in the next line, a path loses its front, the fingerprint stays whole.
//! Also owns: groups as a Markdown table, to paste into a report.
//! Refuses: whole paths at any cost (`--format json` and `csv` have them), the words of a fault (group).

use crate::cli::when;
use crate::ground::aligned::{GAP, Widths};
use crate::ground::markdown::{cell, cell_code};
use crate::ground::text::{clip_middle, clip_path, count, width, wrap};
use crate::rows::group::{Group, Groups, Remark, RemarkState};
use crate::triage::facts;

/// One line: rows, status, doctype, place, fault, fingerprint.
pub(super) type GroupCells = [String; 6];

const HEADS: [&str; 6] = ["ROWS", "STATUS", "DOCTYPE", "WHERE", "FAULT", "GROUP"];
/// Where rates are known, they stand beside the rows.
const RATED: &str = "ROWS      RATE";

const ROWS: usize = 0;
const DOCTYPE: usize = 2;
const WHERE: usize = 3;
const FAULT: usize = 4;

/// Columns that may be made narrower, with how soon: the one of most cells times this gives first. A sentence can go on below; a path cannot.
const FLEXIBLE: [(usize, usize); 3] = [(DOCTYPE, 4), (WHERE, 3), (FAULT, 3)];

/// Fewest cells of a column that is made narrower.
const LEAST: usize = 8;

/// The groups with a header; empty where there are none.
pub(super) fn write(shown: &[&Group], among: &Groups, room: usize) -> String {
    lines(heads(among), shown.iter().map(|group| cells(group, among)).collect(), room)
}

/// The heads of the columns.
pub(super) fn heads(among: &Groups) -> [&'static str; 6] {
    let [rows, rest @ ..] = HEADS;
    let [status, doctype, place, fault, group] = rest;
    [if among.rates.is_some() { RATED } else { rows }, status, doctype, place, fault, group]
}

/// A number of rows, with their rate where rates are known.
pub(super) fn rows(rows: u64, among: &Groups, rate: &str) -> String {
    if among.rates.is_some() { format!("{}  {rate:>8}", count(rows)) } else { count(rows) }
}

/// Lines under heads, as wide as there is room; empty where there are none.
pub(super) fn lines(heads: [&str; 6], rows: Vec<GroupCells>, room: usize) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let rows: Vec<GroupCells> = std::iter::once(heads.map(str::to_owned)).chain(rows).collect();
    let widths = widths(&rows, room);
    rows.iter().map(|row| line(row, &widths)).collect()
}

pub(super) fn cells(group: &Group, among: &Groups) -> GroupCells {
    let rows = rows(group.count, among, &facts::rate::of_group(among, group).unwrap_or_default());
    [rows, state_among(group, among), group.key.doctype_name(), group.place(), says(group, among), group.fingerprint.to_string()]
}

/// What is wrong, with what people have noted of the group behind it.
pub(super) fn says(group: &Group, among: &Groups) -> String {
    match among.remark(group).map(Remark::line) {
        Some(noted) => format!("{}  [{noted}]", group.phrase()),
        None => group.phrase(),
    }
}

/// As [`state`], with how people say that it stands where that matters in a list.
fn state_among(group: &Group, among: &Groups) -> String {
    let noted = among.remark(group).map(|remark| remark.state).filter(|state| matches!(state, RemarkState::Muted | RemarkState::CameBack));
    match (state(group), noted) {
        (state, None) => state,
        (state, Some(noted)) if state.is_empty() => noted.word().to_owned(),
        (state, Some(noted)) => format!("{state}, {}", noted.word()),
    }
}

/// What a deploy did, or why nobody has to look at it.
pub(super) fn state(group: &Group) -> String {
    group.state().to_owned()
}

/// Cells of each column: what it needs, or less where the line would not fit; the widest columns give first.
fn widths(rows: &[GroupCells], room: usize) -> Widths<6> {
    let Widths(mut widths) = Widths::of(rows);
    let mut excess = (widths.iter().sum::<usize>() + GAP.len() * (widths.len() - 1)).saturating_sub(room);
    while excess > 0 {
        let wide = FLEXIBLE.iter().filter(|&&(column, _)| widths[column] > LEAST);
        let Some(&(widest, _)) = wide.max_by_key(|&&(column, soon)| widths[column] * soon) else { break };
        widths[widest] -= 1;
        excess -= 1;
    }
    Widths(widths)
}

/// One row of the table, over as many lines as its longest cell takes.
fn line(row: &GroupCells, widths: &Widths<6>) -> String {
    let parts: Vec<Vec<String>> = row.iter().zip(widths.0).enumerate().map(|(column, (cell, room))| fit(column, cell, room)).collect();
    let height = parts.iter().map(Vec::len).max().unwrap_or(0);
    let cells = |y: usize| std::array::from_fn(|x| parts[x].get(y).map_or("", String::as_str));
    (0..height).map(|y| widths.line(cells(y), &[ROWS]) + "\n").collect()
}

/// A cell in the lines that its column may take: a path one, a doctype two, a sentence as many as it needs.
fn fit(column: usize, cell: &str, room: usize) -> Vec<String> {
    match column {
        WHERE => vec![clip_path(cell, room).into_owned()],
        DOCTYPE if width(cell) > room => {
            let (namespace, doctype) = cell.split_at(cell.find('/').map_or(0, |slash| slash + 1));
            [namespace, doctype].iter().filter(|name| !name.is_empty()).map(|name| clip_middle(name, room).into_owned()).collect()
        }
        FAULT => wrap(cell, room).iter().map(|line| line.trim_end().to_owned()).collect(),
        _ => vec![cell.to_owned()],
    }
}

/// One line per group.
pub(super) fn markdown(shown: &[&Group], among: &Groups) -> String {
    let (head, rule) = if among.rates.is_some() { (" rate |", "---:|") } else { ("", "") };
    let mut out =
        format!("| rows |{head} status | doctype | where | fault | first | last | group |\n|---:|{rule}---|---|---|---|---|---|---|\n");
    for group in shown {
        let (first, last) = group.span.map_or_else(Default::default, |(first, last)| (when::minute(first), when::minute(last)));
        let rate = facts::rate::of_group(among, group).map(|rate| format!(" {rate} |")).unwrap_or_default();
        out.push_str(&format!(
            "| {} |{rate} {} | {} | {} | {} | {first} | {last} | {} |\n",
            count(group.count),
            state_among(group, among),
            cell_code(&group.key.doctype_name()),
            cell_code(&group.place()),
            cell_code(&says(group, among)),
            cell_code(&group.fingerprint.to_string()),
        ));
    }
    out
}

/// Lines of a table for people, the first two cells ours and the others from the data.
pub(super) fn markdown_lines(heads: [&str; 6], rows: &[GroupCells]) -> String {
    let heads = heads.map(str::to_lowercase).join(" | ");
    let mut out = format!("| {heads} |\n|---:|---|---|---|---|---|\n");
    for [rows, status, data @ ..] in rows {
        let data: Vec<String> = data.iter().map(|text| cell_code(text)).collect();
        out.push_str(&format!("| {} | {} | {} |\n", cell(rows), cell(status), data.join(" | ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::groups::example::group;

    #[test]
    fn a_table_with_room_is_one_line_a_group() {
        let text = write(&[&group()], &Groups::default(), 100);
        assert_eq!(
            text,
            " ROWS  STATUS  DOCTYPE         WHERE         FAULT                         GROUP\n\
             1,234  began   acme/session.1  /client_info  is missing the key app_build  00000000000000ab\n"
        );
    }

    #[test]
    fn a_narrow_table_keeps_what_a_row_is_called_by() {
        let mut long = group();
        long.key.doctype = Some("a-rather-long-doctype-of-many-words-and-more-words".into());
        long.key.path = Some("/metrics/labeled_counter/{key}/{key}".into());
        for room in [64, 80, 100] {
            let text = write(&[&long], &Groups::default(), room);
            assert!(text.lines().all(|line| width(line) <= room), "{text}");
            assert!(text.contains("00000000000000ab") && text.contains("{key} "), "{text}");
            let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let said: Vec<String> = text.lines().skip(1).flat_map(words).collect();
            assert!(["is", "missing", "the", "key"].iter().all(|word| said.iter().any(|found| found == word)), "{text}");
        }
    }

    #[test]
    fn paths_take_one_line_and_names_two() {
        assert_eq!(fit(WHERE, "/metrics/labeled_counter/{key}/{key}", 30), ["…/labeled_counter/{key}/{key}"]);
        assert_eq!(fit(DOCTYPE, "acme-desktop/update.1", 14), ["acme-desktop/", "update.1"]);
        assert_eq!(fit(DOCTYPE, "acme-desktop/update-of-much-more.1", 14), ["acme-desktop/", "update…-more.1"]);
        assert_eq!(fit(FAULT, "one two three four", 8), ["one two", "three", "four"]);
    }

    #[test]
    fn what_has_no_place_shows_its_stage_and_what_went_wrong() {
        let mut group = group();
        group.key.path = None;
        group.key.class = Some("a.b.Outer$BadException".into());
        group.sample = "a.b.Outer$BadException: what \u{1b}".into();
        let cells = cells(&group, &Groups::default());
        assert_eq!((cells[WHERE].as_str(), cells[FAULT].contains("what \\u{1b}")), ("ParsePayload", true), "{cells:?}");
        group.key.path = Some("".into());
        assert_eq!(group.place(), "/");
    }

    #[test]
    fn a_group_is_one_line() {
        let text = markdown(&[&group()], &Groups::default());
        assert_eq!(
            text.lines().last().unwrap(),
            "| 1,234 | began | `acme/session.1` | `/client_info` | `is missing the key app_build` | 2026-03-02 08:05 | 2026-03-02 08:06 | `00000000000000ab` |"
        );
    }
}
