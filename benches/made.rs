//! Documents that are made up, with the schemas that they are of and what breaks them: in size and mix like those of real exports.
//!
//! Owns: three doctypes of one namespace, small, middle and large; documents that pass and those that break one rule, with the validator's message.
//! Refuses: rows (generate), measuring.

use std::fmt::Write;

/// xorshift64*: the same numbers everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit as u64) as usize
    }

    /// Small numbers more often, as a few faults make most of the rows.
    pub fn skewed(&mut self, limit: usize) -> usize {
        let below = self.below(limit) + 1;
        self.below(below)
    }

    pub fn one_of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.skewed(texts.len())]
    }

    /// Letters that gzip packs about as well as those of real documents.
    fn word(&mut self) -> String {
        const WORDS: [&str; 12] =
            ["page", "load", "time", "count", "error", "search", "tab", "engine", "default", "cache", "startup", "addon"];
        format!("{}_{}_{}", WORDS[self.below(12)], WORDS[self.below(12)], self.below(50))
    }
}

pub const NAMESPACE: &str = "made-app";

/// Doctypes, each with the number of metrics that its schema knows and of histograms that its documents have.
pub const DOCTYPES: [(&str, usize, usize); 3] = [("baseline", 60, 0), ("metrics", 400, 6), ("main", 1200, 90)];

/// Which doctype the next row is of: most are small.
pub fn doctype(random: &mut Random) -> usize {
    match random.below(10) {
        0..5 => 0,
        5..9 => 1,
        _ => 2,
    }
}

/// A schema in draft 06, as the pipeline's are generated.
pub fn schema(doctype: usize) -> String {
    let (name, metrics, _) = DOCTYPES[doctype];
    let family = |kind: &str, value: &str| {
        let members: Vec<String> = (0..metrics / 4).map(|i| format!(r#""{kind}_{i}_total":{value}"#)).collect();
        format!(r#""{kind}":{{"type":"object","additionalProperties":false,"properties":{{{}}}}}"#, members.join(","))
    };
    let label = r#"{"type":"object","propertyNames":{"type":"string","maxLength":71},"additionalProperties":{"type":"integer"}}"#;
    let histogram = r#"{"type":"object","required":["sum","values"],"properties":{"bucket_count":{"type":"integer","minimum":0},
        "histogram_type":{"type":"integer","minimum":0,"maximum":6},"sum":{"type":"integer","minimum":0},
        "range":{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2},
        "values":{"type":"object","additionalProperties":{"type":"integer"}}}}"#;
    let event = r#"{"type":"object","required":["category","name","timestamp"],"properties":{"category":{"type":"string","maxLength":80},
        "name":{"type":"string","pattern":"^[a-z_][a-z0-9_\\.]+$"},"timestamp":{"type":"integer","minimum":0},
        "extra":{"type":"object","additionalProperties":{"type":["string","null"]}}}}"#;
    format!(
        r#"{{"$schema":"http://json-schema.org/draft-06/schema#","title":"{name}","type":"object","required":["ping_info","client_info"],
"properties":{{
"ping_info":{{"type":"object","required":["seq","start_time"],"properties":{{"seq":{{"type":"integer","minimum":0}},
    "start_time":{{"type":"string","format":"date-time"}},"ping_type":{{"type":"string","enum":["{name}","other"]}}}}}},
"client_info":{{"type":"object","required":["app_build","client_id"],"properties":{{"app_build":{{"type":"string","maxLength":30}},
    "client_id":{{"type":"string","pattern":"^[a-f0-9]{{8}}-[a-f0-9]{{4}}-[a-f0-9]{{4}}-[a-f0-9]{{4}}-[a-f0-9]{{12}}$"}},
    "architecture":{{"type":["string","null"]}},"os":{{"type":"string"}},"locale":{{"type":"string","pattern":"^[a-z-_][a-z0-9-_]*$"}}}}}},
"metrics":{{"type":"object","additionalProperties":false,"properties":{{{},{},{},
    "labeled_counter":{{"type":"object","additionalProperties":{label}}}}}}},
"events":{{"type":"array","items":{event}}},
"histograms":{{"type":"object","additionalProperties":{histogram}}}}}}}"#,
        family("counter", r#"{"type":"integer","minimum":0}"#),
        family("string", r#"{"type":"string","maxLength":100}"#),
        family("boolean", r#"{"type":"boolean"}"#),
    )
}

/// One document and what the pipeline says of it; nothing where it passes.
pub fn document(random: &mut Random, doctype: usize, breaks: bool) -> (String, Option<String>) {
    let (name, metrics, histograms) = DOCTYPES[doctype];
    let fault = if breaks { 1 + random.skewed(6) } else { 0 };
    let mut out = String::with_capacity(4096);
    let message = match fault {
        1 => Some("#/client_info/app_build: expected type: String, found: Integer".to_owned()),
        2 => Some("#/ping_info: required key [start_time] not found".to_owned()),
        3 => Some("#/client_info/app_build: expected maxLength: 30, actual: 40".to_owned()),
        4 => Some("#/ping_info/seq: -1 is not greater or equal to 0".to_owned()),
        5 => Some(format!("#/ping_info/ping_type: {name}2 is not a valid enum value")),
        6 => Some("#/metrics: extraneous key [unknown] is not permitted".to_owned()),
        _ => None,
    };
    let build = match fault {
        1 => "20260601".to_owned(),
        3 => format!("\"{}\"", "1".repeat(40)),
        _ => "\"20260601120000\"".to_owned(),
    };
    let (seq, kind) =
        (if fault == 4 { -1 } else { random.below(1000) as i64 }, if fault == 5 { format!("{name}2") } else { name.to_owned() });
    let start = if fault == 2 { "" } else { r#""start_time":"2026-06-01T12:00:00+02:00","# };
    let (a, b) = (random.below(1 << 30), random.below(1 << 30));
    let _ = write!(
        out,
        r#"{{"ping_info":{{"seq":{seq},{start}"ping_type":"{kind}"}},"client_info":{{"app_build":{build},"client_id":"{a:08x}-0000-4000-8000-{b:012x}","architecture":null,"os":"Linux","locale":"en-us"}},"metrics":{{"#
    );
    let mut family = |out: &mut String, kind: &str, value: &mut dyn FnMut(&mut Random) -> String| {
        let _ = write!(out, r#""{kind}":{{"#);
        for (n, i) in (0..metrics / 4).step_by(3).enumerate() {
            let value = value(random);
            let _ = write!(out, r#"{}"{kind}_{i}_total":{value}"#, if n > 0 { "," } else { "" });
        }
        out.push_str("},");
    };
    family(&mut out, "counter", &mut |random| random.below(100_000).to_string());
    family(&mut out, "string", &mut |random| format!("\"{}\"", random.word()));
    family(&mut out, "boolean", &mut |random| if random.below(2) == 0 { "true" } else { "false" }.to_owned());
    if fault == 6 {
        out.push_str(r#""unknown":1,"#);
    }
    out.push_str(r#""labeled_counter":{"#);
    for i in 0..8 {
        let (label, count) = (random.word(), random.below(90));
        let _ = write!(out, r#"{}"family_{i}":{{"{label}":{count}}}"#, if i > 0 { "," } else { "" });
    }
    out.push_str(r#"}},"events":["#);
    for i in 0..random.below(12) {
        let (category, at) = (random.word(), random.below(1 << 20));
        let comma = if i > 0 { "," } else { "" };
        let _ = write!(
            out,
            r#"{comma}{{"category":"{category}","name":"clicked_{i}","timestamp":{at},"extra":{{"value":"{}"}}}}"#,
            random.word()
        );
    }
    out.push_str(r#"],"histograms":{"#);
    for i in 0..histograms {
        let (sum, count) = (random.below(1 << 20), random.below(400));
        let comma = if i > 0 { "," } else { "" };
        let _ = write!(
            out,
            r#"{comma}"{}_{i}":{{"bucket_count":100,"histogram_type":0,"sum":{sum},"range":[1,10000],"values":{{"0":0,"1":{count},"5":{count},"12":{count},"30":1,"74":0}}}}"#,
            random.word().to_uppercase()
        );
    }
    out.push_str("}}");
    (out, message)
}
