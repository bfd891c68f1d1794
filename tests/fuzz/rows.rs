//! Rows as text: what the fast reader makes of them is what serde_json makes of them, in lines, in arrays and told otherwise.

use std::ops::ControlFlow;

use base64::Engine;
use misfit::rows::column::ErrorColumn;
use misfit::rows::group::Groups;
use misfit::rows::payload::Payload;
use misfit::rows::row::{RowRef, SourceRow};
use misfit::rows::source::files::{Files, read_row};
use misfit::rows::source::{ErrorSource, Request, Unwatched};

use super::dice::Dice;
use super::{fuzz, is_safe, messages};

/// The names and values of one row, in their order; no name twice.
pub(crate) type Cells = Vec<(String, Option<String>)>;

const TELLING: [ErrorColumn; 3] = [ErrorColumn::Message, ErrorColumn::Stage, ErrorColumn::Class];

/// A row that tells an error.
pub(crate) fn cells(dice: &mut Dice) -> Cells {
    let mut cells = Cells::new();
    for column in ErrorColumn::NEEDED {
        if column != ErrorColumn::Message && dice.once_in(8) {
            continue;
        }
        let value = match column {
            _ if dice.once_in(12) => None,
            ErrorColumn::Message => Some(messages::message(dice)),
            ErrorColumn::Namespace => Some(dice.pick(&["acme-desktop", "telemetry", "acme_desktop", "nobody"]).to_owned()),
            ErrorColumn::Doctype => Some(dice.pick(&["sync", "crash", "Sync", "unknown"]).to_owned()),
            ErrorColumn::Version => Some(dice.pick(&["1", "4", "999"]).to_owned()),
            ErrorColumn::Stage => Some(dice.pick(&["ParsePayload", "ParseUri", "InsertAll"]).to_owned()),
            ErrorColumn::Job => Some(dice.pick(&["decoder-1-20260301", "decoder-2", ""]).to_owned()),
            ErrorColumn::Payload => Some(base64::engine::general_purpose::STANDARD.encode(dice.json(2))),
            ErrorColumn::Time => Some(match dice.below(8) {
                0 => dice.text(),
                _ => format!("2026-0{}-1{} 0{}:1{}:00 UTC", 1 + dice.below(9), dice.below(10), dice.below(10), dice.below(10)),
            }),
            _ => Some(dice.text()),
        };
        cells.push((column.name().to_owned(), value));
    }
    if dice.once_in(3) {
        cells.push((ErrorColumn::Client.name().to_owned(), Some(dice.text())));
    }
    cells
}

/// The row as an object.
pub(crate) fn object(dice: &mut Dice, cells: &Cells) -> String {
    let members = cells.iter().map(|(name, value)| {
        let value = value.as_deref().map_or_else(|| "null".to_owned(), |value| serde_json::to_string(value).expect("a text"));
        let space = dice.pick(&["", "", "", " ", "\t"]);
        format!("{}{space}:{space}{value}", serde_json::to_string(name).expect("a text"))
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// What is told of groups: prints, counts, times, and what was left out.
pub(crate) fn told(groups: &Groups) -> String {
    let mut told: Vec<String> =
        groups.list.iter().map(|group| format!("{} {} {:?} {}", group.fingerprint, group.count, group.span, group.sample)).collect();
    told.sort();
    told.push(format!(
        "{} rows, {} unreadable, {} odd times, {:?}",
        groups.rows, groups.unreadable.count, groups.unreadable.times.count, groups.span
    ));
    told.join("\n")
}

pub(crate) fn groups(bytes: impl Into<std::sync::Arc<[u8]>>) -> Option<Groups> {
    Files::from_memory("x", bytes).ok()?.with_threads(1).groups(&Request::default(), &Unwatched).ok()
}

/// All rows, each with its place, and how many pieces are none.
pub(crate) fn all_rows(files: &Files) -> Option<(Vec<(RowRef, SourceRow)>, u64)> {
    let mut rows = Vec::new();
    let unreadable = files.rows(0..u64::MAX, &Unwatched, &mut |_, at, row| {
        rows.push((at, row));
        ControlFlow::Continue(())
    });
    Some((rows, unreadable.ok()?.count))
}

/// Names with texts.
type Columns = Vec<(std::borrow::Cow<'static, str>, Option<String>)>;

/// What a row holds, for comparisons.
pub(crate) fn content(row: &SourceRow) -> (Columns, &Payload) {
    let mut columns = row.columns.clone();
    columns.sort();
    (columns, &row.payload)
}

fn is_telling(row: &SourceRow, line: &str) -> bool {
    // A column that is NULL tells that the row has it.
    TELLING.iter().any(|column| row.columns.iter().any(|(name, _)| name == column.name())) && line.trim_start().starts_with('{')
}

#[test]
fn lines_are_read_as_serde_json_reads_them() {
    fuzz("rows, lines", 200, |dice| {
        let good = cells(dice);
        let mut lines = vec![object(dice, &good)];
        for _ in 0..dice.below(6) {
            let cells = cells(dice);
            let mut line = object(dice, &cells).into_bytes();
            match dice.below(6) {
                0 => dice.respell(&mut line),
                1 => dice.mutate(&mut line),
                2 if dice.once_in(2) => line = dice.json(3).into_bytes(),
                3 if dice.once_in(4) => line = b" \t\r".to_vec(),
                _ => {}
            }
            line.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
            // What holds counts stands for more rows than one.
            if line.windows(6).any(|some| some == b"count(") || line.windows(5).any(|some| some == b"\"n\":1") {
                continue;
            }
            // Not UTF-8 is bad in both.
            lines.push(String::from_utf8_lossy(&line).into_owned());
        }
        let plain: Vec<Option<SourceRow>> = lines.iter().map(|line| read_row(line.as_bytes(), String::new()).ok()).collect();
        let good = plain.iter().zip(&lines).filter(|(row, line)| row.as_ref().is_some_and(|row| is_telling(row, line))).count() as u64;
        let filled = lines.iter().filter(|line| line.bytes().any(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))).count() as u64;
        let text = lines.join(dice.pick(&["\n", "\n", "\r\n"])) + dice.pick(&["", "\n"]);
        let files = Files::from_memory("x", text.clone().into_bytes()).expect("a table").with_threads(1);
        let groups = files.groups(&Request::default(), &Unwatched).expect("groups");
        assert_eq!((groups.rows, groups.rows + groups.unreadable.count), (good, filled), "{text}");
        let (rows, bad) = all_rows(&files).expect("rows");
        assert_eq!((rows.len() as u64, bad), (good, filled - good), "{text}");
        let plain = plain.into_iter().zip(&lines).filter_map(|(row, line)| row.filter(|row| is_telling(row, line)));
        for ((at, row), plain) in rows.iter().zip(plain) {
            assert_eq!(content(row), content(&plain), "{text}");
            assert_eq!(content(&files.fetch(*at, &Unwatched).expect("the row")), content(&plain), "{text}");
        }
        let utc = misfit::ground::zone::Zone::UTC;
        groups
            .list
            .iter()
            .for_each(|group| is_safe(&misfit::triage::facts::group::sheet(&groups, group, &utc, None, &[], "").indented("")));
    });
}

#[test]
fn rows_told_in_other_forms_make_the_same_groups() {
    fuzz("rows, forms", 100, |dice| {
        let rows: Vec<Cells> = (0..1 + dice.below(5)).map(|_| cells(dice)).collect();
        let lines: Vec<String> = rows.iter().map(|cells| object(dice, cells)).collect();
        let first = told(&groups(lines.join("\n").into_bytes()).expect("groups"));
        let array = format!("[{}]", lines.join(dice.pick(&[",", " ,\n"])));
        assert_eq!(first, told(&groups(array.into_bytes()).expect("groups")));
        // What the fast reader leaves to serde_json.
        let slow: Vec<String> = lines.iter().map(|line| format!("{},\"x\":{{}}}}", &line[..line.len() - 1])).collect();
        assert_eq!(first, told(&groups(slow.join("\n").into_bytes()).expect("groups")));
        let attributes: Vec<String> = lines.iter().map(|line| format!("{{\"attributeMap\":{line},\"payload\":\"e30\"}}")).collect();
        assert_eq!(first, told(&groups(attributes.join("\n").into_bytes()).expect("groups")));
    });
}

#[test]
fn any_bytes_are_a_table_or_none() {
    fuzz("rows, bytes", 800, |dice| {
        let mut bytes = match dice.below(4) {
            0 => (0..dice.below(64)).map(|_| dice.next() as u8).collect(),
            1 => dice.json(4).into_bytes(),
            _ => {
                let cells = cells(dice);
                object(dice, &cells).into_bytes()
            }
        };
        dice.respell(&mut bytes);
        match Files::from_memory("x", bytes) {
            Ok(files) => {
                let files = files.with_threads(1);
                if let Err(error) = files.groups(&Request::default(), &Unwatched) {
                    is_safe(&error.to_string());
                }
                let _ = all_rows(&files);
            }
            Err(error) => is_safe(&error.to_string()),
        }
    });
}
