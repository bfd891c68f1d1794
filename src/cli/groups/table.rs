//! Groups as a table for people, as wide as there is room.
//!
//! Owns: the columns, their widths, wrapping: a cell that does not fit goes on in the next line, nothing is cut off.

use unicode_segmentation::UnicodeSegmentation;

use crate::group::{Group, Status};
use crate::text::{count, visible, width};

const HEADS: [&str; 6] = ["ROWS", "STATUS", "DOCTYPE", "WHERE", "FAULT", "GROUP"];

/// Columns that may be made narrower: DOCTYPE, WHERE and FAULT.
const FLEXIBLE: [usize; 3] = [2, 3, 4];

/// Fewest cells of a column that is made narrower.
const LEAST: usize = 8;

const GAP: &str = "  ";

/// The groups with a header; empty where there are none.
pub(super) fn write(groups: &[&Group], room: usize) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let rows: Vec<[String; 6]> = std::iter::once(HEADS.map(str::to_owned)).chain(groups.iter().map(|group| cells(group))).collect();
    let widths = widths(&rows, room);
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn cells(group: &Group) -> [String; 6] {
    [count(group.count), state(group), doctype(group), place(group), fault(group), group.fingerprint.to_string()]
}

/// What the jobs say of it: `NEW`, `GONE`, with `?` where chance may have done it; else `noise` where it is that.
pub(super) fn state(group: &Group) -> String {
    match group.status {
        Status::New { sure } => format!("NEW{}", if sure { "" } else { "?" }),
        Status::Gone { sure } => format!("GONE{}", if sure { "" } else { "?" }),
        Status::Ongoing => String::from(if group.noise { "noise" } else { "" }),
    }
}

/// `namespace/doctype.version` as far as it is known.
pub(super) fn doctype(group: &Group) -> String {
    let key = &group.key;
    let mut name = key.namespace.as_deref().unwrap_or("-").to_owned();
    if let Some(doctype) = &key.doctype {
        name.push_str(&format!("/{doctype}"));
    }
    if let Some(version) = &key.version {
        name.push_str(&format!(".{version}"));
    }
    visible(&name).into_owned()
}

/// The path in the document, `/` for its root; the stage for what has no place in a document.
pub(super) fn place(group: &Group) -> String {
    match group.key.path.as_deref() {
        Some("") => "/".to_owned(),
        Some(path) => visible(path).into_owned(),
        None => visible(group.key.stage.as_deref().unwrap_or("-")).into_owned(),
    }
}

/// The fault, with the short name of the exception where it is no validation failure.
pub(super) fn fault(group: &Group) -> String {
    let class = group.key.class.as_deref().unwrap_or_default();
    let short = class.rsplit(['.', '$']).next().unwrap_or_default();
    let text = match (group.key.path.is_some(), &*group.key.fault) {
        (true, fault) => fault.to_owned(),
        (false, fault) if short.is_empty() || fault == short => fault.to_owned(),
        (false, "") => short.to_owned(),
        (false, fault) => format!("{short}: {fault}"),
    };
    visible(&text).into_owned()
}

/// Cells of each column: what it needs, or less where the line would not fit; the widest columns give first.
fn widths(rows: &[[String; 6]], room: usize) -> [usize; 6] {
    let mut widths = [0; 6];
    for row in rows {
        for (cell, most) in row.iter().zip(&mut widths) {
            *most = width(cell).max(*most);
        }
    }
    let mut excess = (widths.iter().sum::<usize>() + GAP.len() * (widths.len() - 1)).saturating_sub(room);
    while excess > 0 {
        let Some(&widest) = FLEXIBLE.iter().filter(|&&column| widths[column] > LEAST).max_by_key(|&&column| widths[column]) else { break };
        widths[widest] -= 1;
        excess -= 1;
    }
    widths
}

/// One row of the table, over as many lines as its longest cell takes.
fn line(row: &[String; 6], widths: &[usize; 6]) -> String {
    let parts: Vec<Vec<String>> = row.iter().zip(widths).map(|(cell, &room)| wrap(cell, room)).collect();
    let height = parts.iter().map(Vec::len).max().unwrap_or(0);
    let mut out = String::new();
    for y in 0..height {
        let mut text = String::new();
        for (x, (part, &room)) in parts.iter().zip(widths).enumerate() {
            let cell = part.get(y).map_or("", String::as_str);
            let pad = " ".repeat(room.saturating_sub(width(cell)));
            let (before, after) = if x == 0 { (pad.as_str(), "") } else { ("", pad.as_str()) };
            text.push_str(&format!("{}{before}{cell}{after}", if x == 0 { "" } else { GAP }));
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

/// The text in pieces of at most `room` cells, broken at the end of a word where there is one in the second half of a piece.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for grapheme in text.graphemes(true) {
        if width(&piece) + width(grapheme) > room && !piece.is_empty() {
            let rest = piece.split_off(word_end(&piece, grapheme));
            pieces.push(std::mem::replace(&mut piece, rest));
        }
        piece.push_str(grapheme);
    }
    pieces.push(piece);
    pieces.iter().map(|piece| piece.trim().to_owned()).collect()
}

/// Where the last word of a piece ends that is whole when `next` follows: behind a separator, else before a capital, else at the end.
fn word_end(piece: &str, next: &str) -> usize {
    let late = |end: &usize| end * 2 >= piece.len();
    let behind = piece.rfind(['/', '.', '_', '-', ' ', ',', ':']).map(|at| at + 1).filter(late);
    let behind = if next == " " { Some(piece.len()) } else { behind };
    let capital = || piece.rfind(char::is_uppercase).filter(late).filter(|_| !next.starts_with(char::is_uppercase));
    behind.or_else(capital).unwrap_or(piece.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::groups::record::tests::group;

    #[test]
    fn a_table_with_room_is_one_line_a_group() {
        let text = write(&[&group()], 100);
        assert_eq!(
            text,
            " ROWS  STATUS  DOCTYPE         WHERE         FAULT               GROUP\n\
             1,234  NEW?    acme/session.1  /client_info  required app_build  00000000000000ab\n"
        );
    }

    #[test]
    fn a_narrow_table_wraps_and_loses_nothing() {
        let text = write(&[&group()], 64);
        assert!(text.lines().all(|line| width(line) <= 64), "{text}");
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
        assert_eq!(letters(&text), letters(&write(&[&group()], 200)));
    }

    #[test]
    fn text_is_broken_between_words() {
        assert_eq!(wrap("/metrics/labeled_counter/{key}", 18), ["/metrics/labeled_", "counter/{key}"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("SchemaNotFoundException: no", 20), ["SchemaNotFound", "Exception: no"]);
        assert_eq!(wrap("propertyNames maxLength", 18), ["propertyNames", "maxLength"]);
        assert_eq!(wrap("no room here", 7), ["no room", "here"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn what_has_no_place_shows_its_stage_and_class() {
        let mut group = group();
        group.key.path = None;
        group.key.class = Some("a.b.Outer$BadException".into());
        group.key.fault = "what \u{1b}".into();
        assert_eq!((place(&group), fault(&group)), ("ParsePayload".to_owned(), "BadException: what \\u{1b}".to_owned()));
        group.key.path = Some("".into());
        assert_eq!(place(&group), "/");
    }
}
