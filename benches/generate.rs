//! Writes made-up error rows, 45 columns and about 1.6 KB each, for measuring:
//!
//!     cargo bench --bench generate -- rows.ndjson 1000000
//!
//! The same arguments always write the same bytes.

use std::fmt::Write as _;
use std::io::{BufWriter, Write};

/// A small generator of numbers: the same sequence everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

const PLACES: &[(&str, &str, &str)] = &[
    ("acme-desktop", "metrics", "1"),
    ("acme-desktop", "baseline", "1"),
    ("acme-reader", "events", "1"),
    ("acme-reader", "session", "2"),
    ("telemetry", "main", ""),
    ("telemetry", "crash", ""),
];

/// Columns that are empty in most rows.
const EMPTY: &[&str] = &[
    "client_id",
    "dnt",
    "geo_subdivision1",
    "geo_subdivision2",
    "input",
    "input_type",
    "stack_trace",
    "stack_trace_cause_1",
    "stack_trace_cause_2",
    "stack_trace_cause_3",
    "stack_trace_cause_4",
    "stack_trace_cause_5",
    "x_debug_id",
    "x_foxsec_ip_reputation",
    "x_lb_tags",
    "x_source_tags",
    "x_telemetry_agent",
    "isp_name",
    "isp_organization",
    "geo_city",
];

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [path, rows] = args.as_slice() else {
        println!("generate: nothing written; give a file and a number of rows");
        return Ok(());
    };
    let rows: u64 = rows.parse().map_err(|_| std::io::Error::other("the number of rows is no number"))?;
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut line = String::new();
    for i in 0..rows {
        line.clear();
        row(&mut line, &mut numbers, i, rows);
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}

fn row(line: &mut String, numbers: &mut Numbers, i: u64, rows: u64) {
    let (namespace, doctype, version) = PLACES[numbers.below(PLACES.len() as u64) as usize];
    let (class, stage, message) = message(numbers);
    let version = if version.is_empty() { "null".to_owned() } else { format!("\"{version}\"") };
    // A week, its jobs one after the other.
    let second = i * 604_800 / rows.max(1);
    let job =
        ["decoder-0-0301080000-1a2b3c4d", "decoder-0-0303090000-2b3c4d5e", "decoder-0-0306100000-3c4d5e6f"][(second / 201_601) as usize];
    let (day, second) = (1 + second / 86_400, second % 86_400);
    let time =
        format!("2026-03-{day:02} {:02}:{:02}:{:02}.{:06} UTC", second / 3600, second / 60 % 60, second % 60, numbers.below(1_000_000));
    let _ = write!(line, r#"{{"args":null,"content_length":"{}","date":"Sun, 01 Mar 2026 00:00:00 GMT","#, 200 + numbers.below(2000));
    let _ = write!(line, r#""document_namespace":"{namespace}","document_type":"{doctype}","document_version":{version},"#);
    let _ = write!(line, r#""error_message":{},"error_type":"{stage}","exception_class":"{class}","#, serde_json::Value::from(message));
    let _ = write!(
        line,
        r#""geo_country":"{}","host":"incoming.example.com","job_name":"{job}","method":"POST","#,
        ["DE", "FR", "IN", "US"][numbers.below(4) as usize]
    );
    line.push_str(r#""payload":""#);
    payload(line, numbers);
    let _ = write!(line, r#"","protocol":"HTTP/1.1","remote_addr":null,"submission_timestamp":"{time}","#);
    let _ = write!(line, r#""uri":"/submit/{namespace}/{doctype}/1/{:016x}-{:08x}","#, numbers.next(), numbers.below(u64::from(u32::MAX)));
    line.push_str(r#""user_agent":"acme/4.2 (made up)","user_agent_browser":"acme","user_agent_os":"Linux","user_agent_version":"4.2","#);
    line.push_str(r#""x_forwarded_for":null,"x_pingsender_version":"1.0","x_pipeline_proxy":null"#);
    for name in EMPTY {
        let _ = write!(line, r#","{name}":null"#);
    }
    line.push_str("}\n");
}

/// Text that looks like gzip in base64.
fn payload(line: &mut String, numbers: &mut Numbers) {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    line.push_str("H4sI");
    for _ in 0..(20 + numbers.below(20)) {
        let mut bits = numbers.next();
        for _ in 0..8 {
            line.push(char::from(LETTERS[(bits & 63) as usize]));
            bits >>= 6;
        }
    }
    while !line.len().is_multiple_of(4) {
        line.push('A');
    }
}

fn message(numbers: &mut Numbers) -> (&'static str, &'static str, String) {
    const EVERIT: &str = "org.everit.json.schema.ValidationException";
    const PARSE: &str = "com.fasterxml.jackson.core.JsonParseException";
    let n = numbers.below(100);
    let metric = numbers.below(40);
    let text = match numbers.below(10) {
        0..=2 => {
            format!("{EVERIT}: #/metrics/labeled_counter/reader.metric_{metric}/label_{n}: expected maxLength: 61, actual: {}", 62 + n)
        }
        3 => format!("{EVERIT}: #/events/{n}/timestamp: expected type: Integer, found: BigDecimal"),
        4 => format!("{EVERIT}: #/client_info: required key [app_build_{}] not found", n % 5),
        5 => format!("{EVERIT}: #/metrics/url/reader.url_{metric}: string [x{n}] does not match pattern ^((?!data)([a-z]+):(.*))$"),
        6 => format!("{EVERIT}: #/payload/devices/{n}: extraneous key [os{}] is not permitted", n % 7),
        7 => format!("{EVERIT}: #/environment/settings/{}: #: no subschema matched out of the total 2 subschemas", metric % 9),
        8 => {
            let source = "{\"a\": \"made up\"".repeat(2);
            return (
                PARSE,
                "ParsePayload",
                format!(
                    "{PARSE}: Unexpected character ('o' (code {n})): was expecting a colon\n at [Source: (byte[])\"{source}\"; line: 1, column: {n}]"
                ),
            );
        }
        _ => {
            return (
                "com.mozilla.telemetry.decoder.ParseUri$InvalidUriException",
                "ParseUri",
                "com.mozilla.telemetry.decoder.ParseUri$InvalidUriException: Unknown URI prefix".to_owned(),
            );
        }
    };
    (EVERIT, "ParsePayload", text)
}
