//! Writes made-up rows in the layout of the error table, about 1.6 KB each, to measure with:
//!
//! ```text
//! cargo bench -p misfit-benches --bench generate -- errors.ndjson 1000000
//! ```
//!
//! Equal numbers of rows give equal files. Payloads are random text that only looks like gzip in base64: grouping never reads them.

// A measurement that cannot go on says where; nobody imports it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

const COLUMNS: [&str; 45] = [
    "args",
    "client_id",
    "content_length",
    "date",
    "dnt",
    "document_namespace",
    "document_type",
    "document_version",
    "error_message",
    "error_type",
    "exception_class",
    "geo_city",
    "geo_country",
    "geo_subdivision1",
    "geo_subdivision2",
    "host",
    "input",
    "input_type",
    "isp_name",
    "isp_organization",
    "job_name",
    "method",
    "payload",
    "protocol",
    "remote_addr",
    "stack_trace",
    "stack_trace_cause_1",
    "stack_trace_cause_2",
    "stack_trace_cause_3",
    "stack_trace_cause_4",
    "stack_trace_cause_5",
    "submission_timestamp",
    "uri",
    "user_agent",
    "user_agent_browser",
    "user_agent_os",
    "user_agent_version",
    "x_debug_id",
    "x_forwarded_for",
    "x_foxsec_ip_reputation",
    "x_lb_tags",
    "x_pingsender_version",
    "x_pipeline_proxy",
    "x_source_tags",
    "x_telemetry_agent",
];

const NAMESPACES: [&str; 8] = [
    "telemetry",
    "org-mozilla-fenix",
    "org-mozilla-ios-firefox",
    "firefox-desktop",
    "org-mozilla-focus",
    "contextual-services",
    "mdn-yari",
    "regrets-reporter",
];
const DOCTYPES: [&str; 6] = ["main", "metrics", "baseline", "events", "new-profile", "topsites-impression"];
const PLACES: [&str; 8] = [
    "environment/system/memoryMB",
    "metrics/labeled_counter/glean_error",
    "payload/processes/parent/scalars",
    "ping_info/start_time",
    "client_info/app_build",
    "events/0/extra",
    "environment/addons/activeAddons/addon@example.com/version",
    "metrics/url/search.default",
];
const EVERIT: &str = "org.everit.json.schema.ValidationException";

/// xorshift64*: the same numbers everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit as u64) as usize
    }

    /// Small numbers more often, as a few faults make most of the rows.
    fn skewed(&mut self, limit: usize) -> usize {
        let below = self.below(limit) + 1;
        self.below(below)
    }

    fn one_of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.skewed(texts.len())]
    }
}

/// One message in eight has not been there before, as in real exports.
fn message(random: &mut Random, class: &str) -> String {
    let place = random.one_of(&PLACES);
    let n = if random.below(4) == 0 { random.below(1_000_000) } else { random.below(20) };
    match random.below(6) {
        0 => format!("{class}: #/{place}: expected type: Integer, found: String"),
        1 => format!("{class}: #/{place}: expected maxLength: 50, actual: {}", 51 + n % 900),
        2 => format!("{class}: #/{place}: required key [{}] not found", random.one_of(&["seq", "start_time", "client_id"])),
        3 => format!("{class}: #/{place}/{n}: string [\\\"value {n}\\\"] does not match pattern ^[a-z]+$"),
        4 => format!("{class}: #/{place}: {n} is not less or equal to 1000"),
        _ => format!("{class}: #: extraneous key [extra_{}] is not permitted", n % 40),
    }
}

fn payload(random: &mut Random, into: &mut String) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    into.clear();
    into.push_str("H4sIAAAAAAAA");
    for _ in 0..(40 + random.below(40)) {
        let bits = random.below(1 << 30);
        (0..5).for_each(|i| into.push(char::from(ALPHABET[(bits >> (6 * i)) & 63])));
    }
    into.truncate(into.len() / 4 * 4);
}

fn write_row(out: &mut impl Write, random: &mut Random, i: usize, buffer: &mut String) -> io::Result<()> {
    let (namespace, doctype) = (random.one_of(&NAMESPACES), random.one_of(&DOCTYPES));
    let text = message(random, EVERIT);
    payload(random, buffer);
    for (c, column) in COLUMNS.iter().enumerate() {
        write!(out, "{}\"{column}\":", if c == 0 { "{" } else { "," })?;
        match *column {
            "content_length" => write!(out, "\"{}\"", random.below(20_000))?,
            "date" => write!(out, "\"Thu, 25 Jun 2026 12:44:{:02} GMT\"", i % 60)?,
            "document_namespace" => write!(out, "\"{namespace}\"")?,
            "document_type" => write!(out, "\"{doctype}\"")?,
            "document_version" if namespace != "telemetry" => write!(out, "\"{}\"", 1 + random.below(2))?,
            "error_message" => write!(out, "\"{text}\"")?,
            "error_type" => write!(out, "\"ParsePayload\"")?,
            "exception_class" => write!(out, "\"{EVERIT}\"")?,
            "geo_city" if random.below(2) == 0 => write!(out, "\"München\"")?,
            "geo_country" => write!(out, "\"{}\"", random.one_of(&["DE", "US", "IN", "BR"]))?,
            "host" => write!(out, "\"incoming.telemetry.mozilla.org\"")?,
            "isp_name" => write!(out, "\"Example Telecom\"")?,
            "job_name" => write!(out, "\"decoder-0-06{:02}083012-1f2ab9c4\"", 1 + (i * 3 / 1_000_000) % 28)?,
            "method" => write!(out, "\"POST\"")?,
            "payload" => write!(out, "\"{buffer}\"")?,
            "protocol" => write!(out, "\"HTTP/1.1\"")?,
            "submission_timestamp" => {
                let (day, hour, minute, second) = (1 + i / 86_400 % 28, i / 3600 % 24, i / 60 % 60, i % 60);
                write!(out, "\"2026-06-{day:02} {hour:02}:{minute:02}:{second:02}.{:06} UTC\"", random.below(1_000_000))?;
            }
            "uri" => write!(out, "\"/submit/{namespace}/{doctype}/{:032x}\"", random.below(1 << 30))?,
            "user_agent" => write!(out, "\"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\"")?,
            _ => out.write_all(b"null")?,
        }
    }
    out.write_all(b"}\n")
}

fn generate(path: &str, rows: usize) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let (mut random, mut buffer) = (Random(0x9e37_79b9_7f4a_7c15), String::new());
    for i in 0..rows {
        write_row(&mut out, &mut random, i, &mut buffer)?;
    }
    out.flush()
}

fn main() -> ExitCode {
    // Cargo adds a flag of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [path, rows] = arguments.as_slice() else {
        println!("usage: cargo bench -p misfit-benches --bench generate -- PATH ROWS");
        return ExitCode::SUCCESS;
    };
    let Ok(rows) = rows.parse() else {
        eprintln!("{rows} is not a number of rows");
        return ExitCode::FAILURE;
    };
    match generate(path, rows) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}
