//! Writes made-up rows in the layout of the error table, about 1.6 KB each, to measure with:
//!
//! ```text
//! cargo bench -p misfit-benches --bench generate -- errors.ndjson 1000000
//! ```
//!
//! Knobs behind the number of rows:
//!
//! - `--groups N`: about so many groups, by paths that are all different; without it a few hundred;
//! - `--payload BYTES`: so long a payload, to have large rows;
//! - `--mix`: real payloads of three doctypes, small ones most often, each broken as its message says, for who unpacks and judges them;
//! - `--schemas FOLDER`, `--documents PATH`: beside the rows the schemas of those doctypes, and as many documents that pass, one a line.
//!
//! Equal words give equal files. Without `--mix`, payloads are random text that only looks like gzip in base64: grouping never reads them.

// A measurement that cannot go on says where; nobody imports it.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use flate2::Compression;
use flate2::write::GzEncoder;

#[path = "made.rs"]
mod made;

use made::Random;

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

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Text that looks like a payload; of a length that varies, or the one that is asked for.
fn payload(random: &mut Random, into: &mut String, length: Option<usize>) {
    into.clear();
    into.push_str("H4sIAAAAAAAA");
    let length = length.map_or_else(|| 40 + random.below(40), |bytes| bytes / 5);
    for _ in 0..length {
        let bits = random.below(1 << 30);
        (0..5).for_each(|i| into.push(char::from(ALPHABET[(bits >> (6 * i)) & 63])));
    }
    into.truncate(into.len() / 4 * 4);
}

/// A document as the pipeline stores it.
fn packed(document: &str, into: &mut String) -> io::Result<()> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    gzip.write_all(document.as_bytes())?;
    into.clear();
    for three in gzip.finish()?.chunks(3) {
        let bits = three.iter().chain(&[0, 0]).take(3).fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        (0..4).for_each(|i| into.push(if i > three.len() { '=' } else { char::from(ALPHABET[(bits >> (18 - 6 * i)) & 63]) }));
    }
    Ok(())
}

/// Letters for a number, so that it is a name and no position.
fn letters(mut number: usize) -> String {
    let mut out = String::new();
    loop {
        out.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return out;
        }
    }
}

/// What is written.
#[derive(Default)]
struct Wanted {
    rows: usize,
    groups: Option<usize>,
    payload: Option<usize>,
    mix: bool,
    schemas: Option<String>,
    documents: Option<String>,
}

/// What a row tells.
struct Told {
    namespace: String,
    doctype: String,
    version: Option<String>,
    message: String,
}

fn told(random: &mut Random, wanted: &Wanted, buffer: &mut String, documents: &mut dyn Write) -> io::Result<Told> {
    if wanted.mix {
        let doctype = made::doctype(random);
        let (document, message) = made::document(random, doctype, true);
        packed(&document, buffer)?;
        writeln!(documents, "{}", made::document(&mut Random(random.below(1 << 30) as u64 + 1), doctype, false).0)?;
        let message = format!("{EVERIT}: {}", message.unwrap_or_default());
        return Ok(Told {
            namespace: made::NAMESPACE.to_owned(),
            doctype: made::DOCTYPES[doctype].0.to_owned(),
            version: Some("1".to_owned()),
            message,
        });
    }
    let (namespace, doctype) = (random.one_of(&NAMESPACES).to_owned(), random.one_of(&DOCTYPES).to_owned());
    let mut message = message(random, EVERIT);
    if let Some(groups) = wanted.groups {
        message = format!("{EVERIT}: #/metrics/string/{}: expected type: Integer, found: String", letters(random.below(groups)));
    }
    payload(random, buffer, wanted.payload);
    let version = (namespace != "telemetry").then(|| (1 + random.below(2)).to_string());
    if wanted.groups.is_some() {
        // The path alone tells groups apart.
        return Ok(Told { namespace: NAMESPACES[1].to_owned(), doctype: DOCTYPES[1].to_owned(), version: Some("1".to_owned()), message });
    }
    Ok(Told { namespace, doctype, version, message })
}

fn write_row(out: &mut impl Write, random: &mut Random, i: usize, told: &Told, buffer: &str) -> io::Result<()> {
    let Told { namespace, doctype, version, message: text } = told;
    for (c, column) in COLUMNS.iter().enumerate() {
        write!(out, "{}\"{column}\":", if c == 0 { "{" } else { "," })?;
        match *column {
            "content_length" => write!(out, "\"{}\"", random.below(20_000))?,
            "date" => write!(out, "\"Thu, 25 Jun 2026 12:44:{:02} GMT\"", i % 60)?,
            "document_namespace" => write!(out, "\"{namespace}\"")?,
            "document_type" => write!(out, "\"{doctype}\"")?,
            "document_version" if version.is_some() => write!(out, "\"{}\"", version.as_deref().unwrap_or_default())?,
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

fn generate(path: &str, wanted: &Wanted) -> io::Result<()> {
    if let Some(folder) = &wanted.schemas {
        for (doctype, (name, ..)) in made::DOCTYPES.iter().enumerate() {
            let folder = format!("{folder}/{}/{name}", made::NAMESPACE);
            std::fs::create_dir_all(&folder)?;
            std::fs::write(format!("{folder}/{name}.1.schema.json"), made::schema(doctype))?;
        }
    }
    let mut documents: Box<dyn Write> = match &wanted.documents {
        Some(path) => Box::new(BufWriter::new(File::create(path)?)),
        None => Box::new(io::sink()),
    };
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let (mut random, mut buffer) = (Random(0x9e37_79b9_7f4a_7c15), String::new());
    for i in 0..wanted.rows {
        let told = told(&mut random, wanted, &mut buffer, &mut documents)?;
        write_row(&mut out, &mut random, i, &told, &buffer)?;
    }
    documents.flush()?;
    out.flush()
}

fn read(arguments: &[String]) -> Option<(&str, Wanted)> {
    let [path, rows, knobs @ ..] = arguments else { return None };
    let mut wanted = Wanted { rows: rows.parse().ok()?, ..Wanted::default() };
    let mut knobs = knobs.iter();
    while let Some(knob) = knobs.next() {
        match knob.as_str() {
            "--groups" => wanted.groups = Some(knobs.next()?.parse().ok().filter(|groups| *groups > 0)?),
            "--payload" => wanted.payload = Some(knobs.next()?.parse().ok()?),
            "--mix" => wanted.mix = true,
            "--schemas" => wanted.schemas = Some(knobs.next()?.clone()),
            "--documents" => wanted.documents = Some(knobs.next()?.clone()),
            _ => return None,
        }
    }
    Some((path, wanted))
}

fn main() -> ExitCode {
    // Cargo adds a flag of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Some((path, wanted)) = read(&arguments) else {
        println!(
            "usage: cargo bench -p misfit-benches --bench generate -- PATH ROWS [--groups N] [--payload BYTES] [--mix] [--schemas FOLDER] [--documents PATH]"
        );
        return if arguments.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    };
    match generate(path, &wanted) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}
