//! The sheet in which teams keep their notes, as CSV.
//!
//! Owns: its columns, reading it row by row with every mistake by its line, what a row of it is as a note and back.
//! Refuses: writing CSV (cli), the file of notes (file).

use csv::{ReaderBuilder, StringRecord};

use super::form::parse_day;
use super::like::Like;
use super::pattern::NotePattern;
use super::{Note, NoteAbout, NoteChange, NoteEdit, NoteMistake};
use crate::ground::text::{FORMULA, plural, visible};
use crate::ground::time::{self, DAY, Micros, parse_time};
use crate::rows::column::ErrorColumn;

/// Its columns.
pub const COLUMNS: [&str; 7] =
    ["start_date", "end_date", ErrorColumn::Namespace.name(), ErrorColumn::Doctype.name(), "path", "notes", "bug"];

/// A sheet, read.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Its notes, in its order.
    pub notes: Vec<Note>,
    /// Rows that cannot be used, by line.
    pub mistakes: Vec<NoteMistake>,
    /// What is to be known beside: columns that mean nothing here, rows that are there twice, names that are not told.
    pub remarks: Vec<String>,
}

/// A note as a row of the sheet.
pub fn row(note: &Note, pattern: &NotePattern) -> [Option<String>; COLUMNS.len()] {
    let day = |day: Option<Micros>| day.map(time::day);
    let names = [pattern.namespace.clone(), pattern.doctype.clone(), pattern.path.clone()];
    let [namespace, doctype, path] = names;
    [day(pattern.start), day(pattern.end), namespace, doctype, path, note.text.clone(), note.bug.clone()]
}

impl Sheet {
    /// Reads the text of a sheet.
    ///
    /// # Errors
    /// It has no header with the columns that are needed, or is no CSV.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
        let header = reader.headers().map_err(|error| format!("the sheet cannot be read: {}", reason(&error)))?.clone();
        let at: Vec<Option<usize>> =
            COLUMNS.iter().map(|column| header.iter().position(|name| name.trim().eq_ignore_ascii_case(column))).collect();
        let needed = [2, 3, 4, 5];
        let missing: Vec<&str> = needed.into_iter().filter(|column| at[*column].is_none()).map(|column| COLUMNS[column]).collect();
        if !missing.is_empty() {
            return Err(format!("the sheet has no column {}: its first line has to name {}", missing.join(", "), COLUMNS.join(", ")));
        }
        let mut sheet = Sheet::default();
        let others: Vec<String> = header
            .iter()
            .map(str::trim)
            .filter(|name| !name.is_empty() && !COLUMNS.iter().any(|column| name.eq_ignore_ascii_case(column)))
            .map(|name| visible(name).into_owned())
            .collect();
        if !others.is_empty() {
            sheet.remarks.push(format!("{} not read: {}", plural(others.len() as u64, "column is", "columns are"), others.join(", ")));
        }
        let (mut row, mut twice, mut any, mut silent) = (StringRecord::new(), 0, 0, 0);
        let mut seen = rustc_hash::FxHashMap::default();
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) => {
                    let line = error.position().map_or(line, csv::Position::line) as usize;
                    sheet.mistakes.push(NoteMistake { line, why: reason(&error) });
                    continue;
                }
            }
            let line = row.position().map_or(line, csv::Position::line) as usize;
            let cell = |column: usize| at[column].and_then(|at| row.get(at)).map(plain).filter(|cell| !cell.is_empty());
            if (0..COLUMNS.len()).all(|column| cell(column).is_none()) {
                continue;
            }
            match note(cell) {
                Err(why) => sheet.mistakes.push(NoteMistake { line, why }),
                Ok(note) => {
                    if note.text.is_none() && note.bug.is_none() {
                        silent += 1;
                    }
                    any += usize::from([2, 3, 4].into_iter().any(|column| cell(column).is_none()));
                    match seen.get(&note.about).copied() {
                        None => {
                            seen.insert(note.about.clone(), sheet.notes.len());
                            sheet.notes.push(note);
                        }
                        Some(first) => {
                            twice += 1;
                            join(&mut sheet.notes[first], note);
                        }
                    }
                }
            }
        }
        if any > 0 {
            sheet.remarks.push(format!("{} a name or a path empty, which matches any", plural(any as u64, "row leaves", "rows leave")));
        }
        if twice > 0 {
            sheet
                .remarks
                .push(format!("{} put to an earlier one with the same names, path and dates", plural(twice, "row is", "rows are")));
        }
        if silent > 0 {
            sheet.remarks.push(format!("{} neither notes nor a bug, and is left out", plural(silent, "row has", "rows have")));
            sheet.notes.retain(|note| note.text.is_some() || note.bug.is_some());
        }
        Ok(sheet)
    }

    /// The notes as changes of a file.
    pub fn changes(&self) -> Vec<NoteChange> {
        let change = |note: &Note| NoteChange {
            about: note.about.clone(),
            told: None,
            edit: NoteEdit::Sheet { text: note.text.clone(), bug: note.bug.clone() },
        };
        self.notes.iter().map(change).collect()
    }
}

/// The words of an error without what it names of the text.
fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "this is not UTF-8 text".to_owned(),
        _ => visible(&error.to_string()).into_owned(),
    }
}

/// Two notes on the same as one.
fn join(first: &mut Note, second: Note) {
    let both = |first: &mut Option<String>, second: Option<String>, between: &str| match (first.as_mut(), second) {
        (Some(text), Some(more)) if !text.contains(&more) => text.push_str(&format!("{between}{more}")),
        (None, more) => *first = more,
        _ => {}
    };
    both(&mut first.text, second.text, "\n");
    both(&mut first.bug, second.bug, ", ");
}

/// A cell without the space around it, and without the quote that an export put before what looks like a formula.
fn plain(cell: &str) -> String {
    let cell = cell.trim();
    let bare = cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA));
    bare.unwrap_or(cell).to_owned()
}

/// A row as a note.
fn note(cell: impl Fn(usize) -> Option<String>) -> Result<Note, String> {
    let like = |column: usize| {
        let Some(text) = cell(column) else { return Ok(None) };
        let name = COLUMNS[column];
        if text.contains(char::is_control) {
            return Err(format!("{name} has a line break or another control character in it"));
        }
        Like::parse(&text).map(|_| Some(text)).map_err(|why| format!("{name}: {why}"))
    };
    let day = |column: usize| {
        let Some(text) = cell(column) else { return Ok(None) };
        date(&text).map(Some).ok_or_else(|| format!("{}: {} is not a date; one is written 2026-06-30", COLUMNS[column], visible(&text)))
    };
    let pattern = NotePattern { start: day(0)?, end: day(1)?, namespace: like(2)?, doctype: like(3)?, path: like(4)? };
    if let Some(why) = pattern.wrong() {
        return Err(why.to_owned());
    }
    let bug = cell(6).and_then(|bug| super::said::bug(&bug));
    Ok(Note { text: cell(5), bug, ..Note::new(NoteAbout::Pattern(pattern)) })
}

/// A day, with or without a time behind it.
fn date(text: &str) -> Option<Micros> {
    parse_day(text).or_else(|| {
        let is_dated = text.len() > 10 && text.as_bytes().get(4) == Some(&b'-');
        is_dated.then(|| parse_time(text)).flatten().map(|time| time.div_euclid(DAY) * DAY)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "start_date,end_date,document_namespace,document_type,path,notes,bug\n";

    fn sheet(rows: &str) -> Sheet {
        Sheet::parse(format!("{HEAD}{rows}").as_bytes()).unwrap()
    }

    #[test]
    fn rows_are_notes_on_whatever_matches() {
        let read = sheet(
            "2021-11-17,2022-01-09,regrets-reporter-ucs,main-events,#/events/%/timestamp%,\"a float,\nnot an integer\",bug 1742111\r\n,,a,%,#,x,\n",
        );
        assert!(read.mistakes.is_empty() && read.remarks.is_empty(), "{read:?}");
        let NoteAbout::Pattern(pattern) = &read.notes[0].about else { panic!() };
        assert_eq!(pattern.words(), "regrets-reporter-ucs main-events #/events/%/timestamp% 2021-11-17 to 2022-01-09");
        assert_eq!((read.notes[0].text.as_deref(), read.notes[0].bug.as_deref()), (Some("a float,\nnot an integer"), Some("1742111")));
        assert_eq!(read.notes.len(), 2);
    }

    #[test]
    fn bad_rows_are_told_by_their_lines_and_the_others_are_read() {
        let read =
            sheet("soon,,a,b,#/a,x,\n2022-02-02,2022-01-01,a,b,#/a,x,\n,,a,b,#/a\\,x,\n,,,,,x,\n,,a,b,#/a,good,\n,,a,\"b\nc\",#/a,x,\n");
        let told: Vec<(usize, &str)> = read.mistakes.iter().map(|mistake| (mistake.line, mistake.why.as_str())).collect();
        assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4, 5, 7]);
        for ((_, why), part) in told.iter().zip([
            "start_date: soon is not a date",
            "ends before it starts",
            "ends with a backslash",
            "match all groups",
            "line break",
        ]) {
            assert!(why.contains(part), "{why}");
        }
        assert_eq!(read.notes.len(), 1);
    }

    #[test]
    fn what_is_odd_about_a_sheet_is_said() {
        let text = "\u{feff}Path, document_namespace ,document_type,notes,owner\n#/a,n,,x,jo\n#/a,n,,y,jo\n#/b,n,d,,\n,,,,\n";
        let read = Sheet::parse(text.as_bytes()).unwrap();
        assert_eq!(read.notes.len(), 1);
        assert_eq!(read.notes[0].text.as_deref(), Some("x\ny"));
        assert_eq!(
            read.remarks,
            [
                "1 column is not read: owner",
                "2 rows leave a name or a path empty, which matches any",
                "1 row is put to an earlier one with the same names, path and dates",
                "1 row has neither notes nor a bug, and is left out"
            ]
        );
        assert!(Sheet::parse(b"a,b\n1,2\n").unwrap_err().contains("no column document_namespace, document_type, path, notes"));
        assert!(Sheet::parse(b"").is_err());
        let bad = Sheet::parse(&[HEAD.as_bytes(), b",,a,b,#/\xff,x,\n,,a,b,#/a,x,\n"].concat()).unwrap();
        assert_eq!((bad.mistakes.len(), bad.notes.len()), (1, 1));
    }

    #[test]
    fn a_quote_before_a_formula_is_none_of_the_note() {
        assert_eq!(sheet(",,a,b,#/a,'=1+1,\n").notes[0].text.as_deref(), Some("=1+1"));
        assert_eq!(sheet(",,a,b,#/a,'quoted',\n").notes[0].text.as_deref(), Some("'quoted'"));
    }
}
