//! The rows of the sample: stories told as often as the table says, spread over the jobs' time.
//!
//! Owns: the columns of a row, the values filled into a story, times. The same text on every machine and every day: no clock, no chance.
//! Refuses: what the stories say (stories).

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::stories::{STORIES, Story, fitting};

/// A decoder job with the time in which it judged documents, in seconds since 1970. Each begins as the one before drains.
struct DemoJob {
    name: &'static str,
    from: i64,
    until: i64,
}

/// 2026-03-02 08:05, 2026-03-09 09:36 and 2026-03-16 10:12 UTC; the last one has run for two days.
const JOBS: [DemoJob; 3] = [
    DemoJob { name: "decoder-0-0302080511-4e1d7a20", from: 1_772_438_700, until: 1_773_049_500 },
    DemoJob { name: "decoder-0-0309093542-b07c55f1", from: 1_773_048_960, until: 1_773_656_400 },
    DemoJob { name: "decoder-0-0316101203-9af2c6d8", from: 1_773_655_920, until: 1_773_856_800 },
];

/// Most bytes of a message, with the three dots that stand for the rest.
const MOST_MESSAGE: usize = 1024;

/// Bytes of the payload that the JSON parser quotes.
const MOST_QUOTED: usize = 500;

/// Every twentieth payload is stored as it is, the others as gzip, about as in the real tables.
const PLAIN_EVERY: u64 = 20;

/// All rows as NDJSON, in order of time.
pub(super) fn ndjson() -> Vec<u8> {
    let mut rows = Vec::new();
    for (story, number) in STORIES.iter().zip(0..) {
        for (job, &count) in JOBS.iter().zip(&story.rows) {
            let told = rows.len() as u64;
            rows.extend((0..count).map(|i| {
                let at = moment(job, i, count, number);
                (at, row(story, job, told + i, at))
            }));
        }
    }
    rows.sort_by_key(|&(at, _)| at);
    let mut out = Vec::new();
    for (_, row) in rows {
        out.extend_from_slice(Value::Object(row).to_string().as_bytes());
        out.push(b'\n');
    }
    out
}

/// The time of the `i`th of `count` rows: evenly spread, each story with its own shift. Microseconds.
fn moment(job: &DemoJob, i: u64, count: u64, story: u64) -> i64 {
    let span = (job.until - job.from) * 1_000_000;
    let (i, count, shift) = (i as i64, count as i64, (story as i64 * 37 + 11) % 97);
    job.from * 1_000_000 + span / count * i + span / count * shift / 97 + story as i64 * 1_013
}

/// One row of the error table: the columns that have something to say.
fn row(story: &Story, job: &DemoJob, told: u64, at: i64) -> Map<String, Value> {
    let values = values(told);
    let payload = document(story, &values);
    let message = message(story, &values, &payload);
    let (namespace, rest) = story.doctype.split_once('/').unwrap_or_default();
    let (doctype, version) = rest.split_once('.').unwrap_or((rest, ""));
    let text = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    let pairs = [
        ("document_namespace", text(namespace)),
        ("document_type", text(doctype)),
        ("document_version", text(version)),
        ("error_message", text(&message)),
        ("error_type", text(story.stage)),
        ("exception_class", text(story.class)),
        ("job_name", text(job.name)),
        ("method", text("POST")),
        ("payload", Value::from(stored(payload.as_bytes(), told.is_multiple_of(PLAIN_EVERY)))),
        ("submission_timestamp", Timestamp::from_microsecond(at).map_or(Value::Null, |at| text(&at.strftime("%F %T%.6f UTC").to_string()))),
        ("uri", text(&uri(namespace, doctype, version, told))),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Where the document was sent to.
fn uri(namespace: &str, doctype: &str, version: &str, told: u64) -> String {
    match namespace {
        "" => format!("/favicon-{told}.ico"),
        "telemetry" => format!("/submit/telemetry/{}/{doctype}/Acme/131.0/release/20260226101500", uuid(told)),
        _ => format!("/submit/{namespace}/{doctype}/{version}/{}", uuid(told)),
    }
}

/// Numbers as identifiers, so that nobody's is among them.
fn uuid(number: u64) -> String {
    format!("acce5500-0000-4000-8000-{number:012x}")
}

/// What the names in angle brackets stand for in the row with that number.
fn values(told: u64) -> Vec<(&'static str, String)> {
    const LABELS: [&str; 4] = [
        "share_page_with_another_device_from_toolbar",
        "open_in_new_window_from_reading_list_menu",
        "switch_to_high_contrast_theme_for_the_night",
        "save_page_for_reading_without_a_connection",
    ];
    const WORDS: [&str; 5] = ["nickname", "colour", "last seen", "source", "via"];
    const STATES: [&str; 3] = ["done", "aborted", "OK"];
    let pick = |list: &[&'static str]| list.get((told % list.len() as u64) as usize).copied().unwrap_or_default().to_owned();
    let label = pick(&LABELS);
    let long = "a long story ".repeat(9).chars().take(101 + (told % 12) as usize).collect::<String>();
    vec![
        ("<n>", (told * 7 % 9 + 1).to_string()),
        ("<at>", (told * 5 % 3).to_string()),
        ("<big>", (told * 137 % 900 + 100).to_string()),
        ("<#label>", label.chars().count().to_string()),
        ("<label>", label),
        ("<#long>", long.chars().count().to_string()),
        ("<long>", long),
        ("<word>", pick(&WORDS)),
        ("<state>", pick(&STATES)),
        ("<six>", r#"{"category":"page","name":"scroll","timestamp":1},"#.repeat(6)),
        ("<id>", uuid(told)),
    ]
}

fn fill(template: &str, values: &[(&'static str, String)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// The document that was sent: a fitting one with the story's change.
fn document(story: &Story, values: &[(&'static str, String)]) -> String {
    let text = fill(fitting(story.doctype), values);
    let (find, put) = (fill(story.find, values), fill(story.put, values));
    let changed = if find.is_empty() { text } else { text.replacen(&find, &put, 1) };
    match changed.split_once("<cut>") {
        Some((kept, _)) => kept.to_owned(),
        None => changed,
    }
}

/// The message as the pipeline writes it: the class, the text, cut at [`MOST_MESSAGE`] bytes.
fn message(story: &Story, values: &[(&'static str, String)], payload: &str) -> String {
    // The parser has read one character beyond a wrong token, and none beyond the end.
    let stop = payload.find("undefined").map_or(payload.len() + 1, |at| at + "undefined".len() + 2);
    let text = fill(story.text, values).replace("<source>", &quoted(payload)).replace("<stop>", &stop.to_string());
    let whole = format!("{}: {text}", story.class);
    if whole.len() <= MOST_MESSAGE { whole } else { format!("{}...", beginning(&whole, MOST_MESSAGE - 3)) }
}

/// As many whole characters as fit in that many bytes.
fn beginning(text: &str, most: usize) -> &str {
    (0..=most.min(text.len())).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

/// The payload as the JSON parser quotes it.
fn quoted(payload: &str) -> String {
    let head = beginning(payload, MOST_QUOTED);
    let rest = payload.len() - head.len();
    let tail = if rest == 0 { String::new() } else { format!("[truncated {rest} bytes]") };
    format!("(byte[])\"{head}\"{tail}")
}

/// The payload column: base64 of gzip, or of the text itself.
fn stored(payload: &[u8], plain: bool) -> String {
    if plain {
        return STANDARD.encode(payload);
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    match gzip.write_all(payload).and_then(|()| gzip.finish()) {
        Ok(bytes) => STANDARD.encode(bytes),
        // Writing to memory does not fail; a plain payload says the same.
        Err(_) => STANDARD.encode(payload),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Value> {
        String::from_utf8(ndjson()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn the_sample_is_small_sorted_and_always_the_same() {
        let rows = rows();
        assert!((120..=220).contains(&rows.len()), "{} rows", rows.len());
        assert_eq!(ndjson(), ndjson());
        let times: Vec<&str> = rows.iter().map(|row| row["submission_timestamp"].as_str().unwrap()).collect();
        assert!(times.is_sorted());
        assert!(times[0].starts_with("2026-03-02 ") && times[0].ends_with(" UTC"), "{}", times[0]);
    }

    #[test]
    fn every_change_is_made_and_every_name_filled_in() {
        for story in &STORIES {
            for told in 0..12 {
                let values = values(told);
                let text = document(story, &values);
                let find = fill(story.find, &values);
                assert!(fill(fitting(story.doctype), &values).contains(&find), "{find} is not in the document of {}", story.doctype);
                let message = message(story, &values, &text);
                for name in ["<n>", "<at>", "label>", "long>", "<word>", "<state>", "<six>", "<id>", "<cut>", "<source>", "<stop>", "<big>"]
                {
                    assert!(!text.contains(name) && !message.contains(name), "{name}: {message} {text}");
                }
                assert!(message.len() <= MOST_MESSAGE);
            }
        }
    }

    #[test]
    fn a_quoted_payload_is_cut_as_the_parser_does() {
        assert_eq!(quoted("{}"), "(byte[])\"{}\"");
        assert!(quoted(&"x".repeat(507)).ends_with("x\"[truncated 7 bytes]"));
    }
}
