//! Accepted counts out of a file: CSV with a header, or one JSON object a line.
//!
//! Owns: the names of its members, what is refused with the line and what to do; bounds.
//! Refuses: what counts are good for (volume).

use std::io::{self, BufRead, BufReader, Read};

use csv::{ReaderBuilder, StringRecord};
use serde_json::Value;

use super::{HOUR, Volume};
use crate::ground::text::{clip, count, visible};
use crate::ground::time::{DAY, Micros, parse_time};
use crate::rows::column::ErrorColumn;

/// Most counts that are held.
pub const MOST_COUNTS: usize = 2_000_000;
/// Longest line that is read, in bytes.
const LONGEST: u64 = 64 << 10;
/// Cells of a text that is quoted.
const QUOTED: usize = 60;

/// The members, each with the error table's name for it.
const NAMES: [(&str, &str); 5] = [
    ("namespace", ErrorColumn::Namespace.name()),
    ("doctype", ErrorColumn::Doctype.name()),
    ("version", ErrorColumn::Version.name()),
    ("hour", "day"),
    ("accepted", "accepted"),
];
/// What has to be there.
const NEEDED: &str = "namespace, doctype, hour (or a day such as 2026-06-25) and accepted; version may be left out";

/// Why a file of counts is not one. Says the line and what to do; safe to show on a terminal.
#[derive(Debug, thiserror::Error)]
pub enum VolumeError {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A line is none, or there are too many.
    #[error("line {line}: {reason}")]
    Line {
        /// From 1.
        line: u64,
        /// What was found, and what is expected.
        reason: String,
    },
    /// There is none.
    #[error("it holds no counts: give a CSV table or a JSON object a line with {NEEDED}")]
    Empty,
}

/// One count as it is written.
#[derive(Default)]
struct Told([Option<String>; NAMES.len()]);

impl Volume {
    /// Reads counts, a line at a time.
    ///
    /// # Errors
    /// Something that is no count: a bad number or time, a missing member, another form, too much of it.
    pub fn read(input: impl Read) -> Result<Volume, VolumeError> {
        read(input, MOST_COUNTS)
    }
}

fn read(input: impl Read, most: usize) -> Result<Volume, VolumeError> {
    let mut lines = BufReader::new(input);
    let (mut volume, mut header, mut bytes) = (Volume::default(), None, Vec::new());
    for number in 1.. {
        let at = |reason: String| VolumeError::Line { line: number, reason };
        bytes.clear();
        if lines.by_ref().take(LONGEST + 1).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.len() as u64 > LONGEST {
            return Err(at(format!("longer than {}: a count takes less", crate::ground::text::bytes(LONGEST))));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| at("not UTF-8: save the file as UTF-8".to_owned()))?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        let told = match (&header, text.starts_with('{')) {
            (None, true) => object(text).map_err(at)?,
            (None, false) if volume.is_empty() => {
                header = Some(columns(text).map_err(at)?);
                continue;
            }
            (None, false) => return Err(at(format!("expected a JSON object, as in the lines before, but found {}", quoted(text)))),
            (Some(header), _) => cells(text, header).map_err(at)?,
        };
        told.add_to(&mut volume).map_err(at)?;
        if volume.counts > most {
            return Err(at(format!("more than {} counts: give them by the day, or of a shorter time", count(most as u64))));
        }
    }
    if volume.is_empty() { Err(VolumeError::Empty) } else { Ok(volume) }
}

fn quoted(text: &str) -> String {
    format!("`{}`", clip(&visible(text), QUOTED))
}

/// Which member a name means.
fn member(name: &str) -> Option<usize> {
    let name = name.trim();
    NAMES.iter().position(|(short, long)| name.eq_ignore_ascii_case(short) || name.eq_ignore_ascii_case(long))
}

fn object(text: &str) -> Result<Told, String> {
    let value: serde_json::Map<String, Value> =
        serde_json::from_str(text).map_err(|error| format!("not a JSON object in one line ({error}): {}", quoted(text)))?;
    let mut told = Told::default();
    for (name, value) in value {
        let Some(at) = member(&name) else { continue };
        told.0[at] = match value {
            Value::Null => None,
            Value::String(text) => Some(text),
            other => Some(other.to_string()),
        };
    }
    Ok(told)
}

/// Cells of a line of CSV.
fn record(text: &str) -> Result<StringRecord, String> {
    let wrong = || format!("not a line of CSV: {}", quoted(text));
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(text.len().max(1)).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let is_read = reader.read_record(&mut record).map_err(|_| wrong())?;
    if !is_read || !text.bytes().filter(|byte| *byte == b'"').count().is_multiple_of(2) {
        return Err(wrong());
    }
    Ok(record)
}

/// By column of the table: which member it is.
fn columns(text: &str) -> Result<Vec<Option<usize>>, String> {
    let header: Vec<Option<usize>> = record(text)?.iter().map(member).collect();
    for (at, (name, _)) in NAMES.iter().enumerate().filter(|(_, (name, _))| *name != "version") {
        match header.iter().filter(|known| **known == Some(at)).count() {
            1 => {}
            0 => return Err(format!("the header {} names no column {name}: a table of counts has {NEEDED}", quoted(text))),
            _ => return Err(format!("the header {} names {name} more than once", quoted(text))),
        }
    }
    Ok(header)
}

fn cells(text: &str, header: &[Option<usize>]) -> Result<Told, String> {
    let record = record(text)?;
    if record.len() != header.len() {
        return Err(format!("{} cells, but the header names {}: {}", record.len(), header.len(), quoted(text)));
    }
    let mut told = Told::default();
    for (cell, at) in record.iter().zip(header) {
        if let Some(at) = at {
            told.0[*at] = Some(cell.trim().to_owned());
        }
    }
    Ok(told)
}

impl Told {
    fn add_to(self, volume: &mut Volume) -> Result<(), String> {
        let [namespace, doctype, version, hour, accepted] = self.0.map(|text| text.filter(|text| !text.is_empty()));
        let needed = |name: &str, text: Option<String>| text.ok_or_else(|| format!("no {name}: a count has {NEEDED}"));
        let (namespace, doctype) = (needed("namespace", namespace)?, needed("doctype", doctype)?);
        let (hour, accepted) = (needed("hour", hour)?, needed("accepted", accepted)?);
        let number: u64 = accepted
            .parse()
            .map_err(|_| format!("accepted is {}, not a number of documents: give whole numbers from 0 on", quoted(&accepted)))?;
        volume.add((&namespace, &doctype), version.as_deref(), span(&hour)?, number);
        Ok(())
    }
}

/// When an hour or a day begins, and how long it is.
fn span(text: &str) -> Result<(Micros, Micros), String> {
    let time = parse_time(text).filter(|time| time.checked_add(2 * DAY).is_some() && time.checked_sub(2 * DAY).is_some());
    let time = time.ok_or_else(|| {
        format!("hour is {}, not a time: give an hour such as 2026-06-25 13:00:00, or a day such as 2026-06-25", quoted(text))
    })?;
    Ok((time, if text.trim().len() == "2026-06-25".len() && text.contains('-') { DAY } else { HOUR }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "namespace,doctype,version,hour,accepted\n\
                       acme-app,events,1,2026-06-25T13:00:00Z,100\r\n\
                       \"acme-app\",events,,2026-06-25 13:00:00 UTC,250\n\
                       \n\
                       telemetry,main,,2026-06-25,2400\n";

    fn error(text: &str) -> String {
        Volume::read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn both_forms_say_the_same() {
        let lines = r#"{"namespace":"acme-app","doctype":"events","version":"1","hour":"2026-06-25 13:00:00","accepted":100}
            {"document_namespace":"acme-app","document_type":"events","document_version":null,"hour":"2026-06-25T13:30:00Z","accepted":"250","x":[1]}
            {"namespace":"telemetry","doctype":"main","hour":"2026-06-25","accepted":2400}"#;
        let (table, objects) = (Volume::read(CSV.as_bytes()).unwrap(), Volume::read(format!("\u{feff}{lines}").as_bytes()).unwrap());
        assert_eq!(table, objects);
        let of = table.of("acme_app", "events", Some("1")).unwrap();
        let hour = parse_time("2026-06-25 13:00:00").unwrap();
        assert_eq!(table.accepted(&of, (hour, hour + HOUR)), Some(100));
        assert_eq!(table.accepted(&table.of("telemetry", "main", None).unwrap(), (hour, hour + HOUR)), Some(100));
    }

    #[test]
    fn what_is_no_count_is_told_with_its_line_and_what_to_do() {
        for (text, told) in [
            ("", "it holds no counts: give a CSV table or a JSON object a line with namespace, doctype"),
            ("namespace,doctype,hour,accepted\n", "it holds no counts"),
            ("rows\u{1b}[2J\n1\n", "line 1: the header `rows\\u{1b}[2J` names no column namespace: a table of counts has"),
            ("namespace,doctype,hour,accepted,accepted\n", "names accepted more than once"),
            ("namespace,doctype,hour,accepted\na,b,2026-06-25,-1\n", "line 2: accepted is `-1`, not a number of documents"),
            ("namespace,doctype,hour,accepted\na,b,yesterday,1\n", "line 2: hour is `yesterday`, not a time: give an hour such as"),
            ("namespace,doctype,hour,accepted\na,,2026-06-25,1\n", "line 2: no doctype: a count has"),
            ("namespace,doctype,hour,accepted\na,b,1\n", "line 2: 3 cells, but the header names 4"),
            ("namespace,doctype,hour,accepted\na,\"b,2026-06-25,1\n", "line 2: not a line of CSV"),
            ("{\"namespace\":\"a\",\"doctype\":\"b\",\"hour\":\"2026-06-25\",\"accepted\":1.5}", "line 1: accepted is `1.5`"),
            ("\n{\"namespace\":", "line 2: not a JSON object in one line"),
            ("{\"namespace\":\"a\",\"doctype\":\"b\",\"hour\":\"2026-06-25\",\"accepted\":1}\na,b\n", "line 2: expected a JSON object"),
        ] {
            assert!(error(text).contains(told), "{text}: {}", error(text));
        }
        assert!(error(&"x".repeat(100_000)).contains("line 1: longer than 64.0 KiB"));
        assert!(Volume::read(&b"namespace\xff"[..]).unwrap_err().to_string().contains("not UTF-8"));
    }

    #[test]
    fn an_endless_file_is_refused_before_it_fills_the_memory() {
        let lines: String = (0..40).map(|n| format!("a,b{n},2026-06-25,1\na,b{n},2026-06-25,1\n")).collect();
        let text = format!("namespace,doctype,hour,accepted\n{lines}");
        assert_eq!(read(text.as_bytes(), 40).unwrap().repeated, 40);
        let told = read(text.as_bytes(), 30).unwrap_err().to_string();
        assert_eq!(told, "line 62: more than 30 counts: give them by the day, or of a shorter time");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

        #[test]
        fn whatever_is_read_is_counts_or_a_sentence_that_is_safe_to_show(head in "(namespace,doctype,hour,accepted\n)?", text in "(.|[,\"{}:0-9\n]){0,80}") {
            if let Err(error) = Volume::read((head + &text).as_bytes()) {
                proptest::prop_assert!(!error.to_string().contains(crate::ground::text::is_unsafe), "{error}");
            }
        }
    }
}
