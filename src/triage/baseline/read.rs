//! An export of groups read back: the JSON, NDJSON and CSV that `misfit groups` prints.

use std::collections::HashMap;

use serde_json::Value;

use super::{Baseline, Known};
use crate::ground::text::visible;
use crate::ground::time::parse_time;
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::Fingerprint;

/// A group's fields by their names.
trait Fields {
    /// A field's text; `None` where it is absent, null or empty.
    fn text(&self, name: &str) -> Option<String>;
}

pub(super) fn parse(text: &[u8]) -> Result<Baseline, Advised> {
    read(text).map_err(|reason| Advised::new(reason, Advice::PrintedGroups))
}

fn read(text: &[u8]) -> Result<Baseline, String> {
    let text = std::str::from_utf8(text).map_err(|error| format!("not UTF-8 after byte {}", error.valid_up_to()))?;
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        None => Err("empty".to_owned()),
        Some('{' | '[') => json(text),
        Some(_) => csv(text),
    }
}

/// One object with all groups, or one group a line.
fn json(text: &str) -> Result<Baseline, String> {
    let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let values: Vec<Value> = values.collect::<Result<_, _>>().map_err(|error| format!("not JSON: {error}"))?;
    let records: &[Value] = match values.as_slice() {
        [whole] if whole.get("fingerprint").is_none() => {
            whole.get("groups").and_then(Value::as_array).ok_or_else(|| "JSON without groups".to_owned())?
        }
        lines => lines,
    };
    groups(records.iter().map(Ok))
}

impl Fields for &Value {
    fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

fn csv(text: &str) -> Result<Baseline, String> {
    let mut rest = text;
    let header = record(&mut rest)?;
    if !header.iter().any(|name| name == "fingerprint") {
        return Err("neither JSON nor a CSV table with a column fingerprint".to_owned());
    }
    groups(std::iter::from_fn(|| {
        let cells = (!rest.is_empty()).then(|| record(&mut rest))?;
        Some(cells.map(|cells| header.iter().cloned().zip(cells).collect::<HashMap<_, _>>()))
    }))
}

impl Fields for HashMap<String, String> {
    fn text(&self, name: &str) -> Option<String> {
        self.get(name).filter(|cell| !cell.is_empty()).cloned()
    }
}

/// The cells of the next CSV record (RFC 4180).
fn record(rest: &mut &str) -> Result<Vec<String>, String> {
    let mut cells = Vec::new();
    loop {
        cells.push(cell(rest)?);
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => break,
        }
    }
    *rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])).unwrap_or(rest);
    Ok(cells)
}

/// The next cell; what is behind its closing quote, if anything, is left to be the separator.
fn cell(rest: &mut &str) -> Result<String, String> {
    let Some(mut quoted) = rest.strip_prefix('"') else {
        let (cell, after) = rest.split_at(rest.find([',', '\n', '\r']).unwrap_or(rest.len()));
        *rest = after;
        return Ok(cell.to_owned());
    };
    let mut cell = String::new();
    loop {
        let (part, after) = quoted.split_once('"').ok_or_else(|| "a CSV cell never ends".to_owned())?;
        cell.push_str(part);
        let Some(more) = after.strip_prefix('"') else {
            *rest = after;
            return Ok(cell);
        };
        cell.push('"');
        quoted = more;
    }
}

fn groups<F: Fields>(records: impl Iterator<Item = Result<F, String>>) -> Result<Baseline, String> {
    let numbered = records.zip(1..);
    let groups =
        numbered.map(|(record, number)| record.and_then(|record| group(&record).map_err(|reason| format!("group {number} {reason}"))));
    Ok(Baseline { groups: groups.collect::<Result<_, _>>()? })
}

fn group(record: &impl Fields) -> Result<Known, String> {
    let needed = |name: &str| record.text(name).ok_or_else(|| format!("has no {name}"));
    let (print, count) = (needed("fingerprint")?, needed("count")?);
    let time = |name: &str| record.text(name).as_deref().and_then(parse_time);
    Ok(Known {
        fingerprint: print.parse::<Fingerprint>().map_err(|_| format!("has the fingerprint {}, which is none", visible(&print)))?,
        count: count.parse().map_err(|_| format!("has the count {}, which is no number of rows", visible(&count)))?,
        span: time("first").zip(time("last")),
        namespace: record.text("namespace"),
        doctype: record.text("doctype"),
        version: record.text("version"),
        stage: record.text("stage"),
        path: record.text("path"),
        fault: record.text("fault").unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = r#"{"namespace":"acme","doctype":"a,b","version":null,"stage":"ParsePayload","path":"/x","fault":"type","fingerprint":"00000000000000ab","count":12,"first":"2026-03-02T08:05:00Z","last":"2026-03-02T08:06:00Z"}"#;

    fn error(text: &str) -> Advised {
        parse(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn every_form_says_the_same() {
        let whole = parse(format!("{{\"rows\":12,\"groups\":[{GROUP}]}}").as_bytes()).unwrap();
        let lines = parse(format!("{GROUP}\n").as_bytes()).unwrap();
        let csv = "namespace,doctype,version,stage,path,fault,fingerprint,count,first,last\r\n\
                   acme,\"a,b\",,ParsePayload,/x,type,00000000000000ab,12,2026-03-02T08:05:00Z,2026-03-02T08:06:00Z\r\n";
        assert_eq!((&whole, &whole), (&lines, &parse(csv.as_bytes()).unwrap()));
        let known = &whole.groups[0];
        assert_eq!((known.fingerprint, known.count, known.doctype.as_deref()), (Fingerprint(0xab), 12, Some("a,b")));
        assert_eq!(known.span, Some((1_772_438_700_000_000, 1_772_438_760_000_000)));
    }

    #[test]
    fn an_export_without_groups_is_one() {
        assert_eq!(parse(b"{\"groups\":[]}").unwrap(), Baseline::default());
    }

    #[test]
    fn cells_may_hold_anything() {
        let mut rest = "a,\"b \"\"c\"\",\nd\",\r\ne";
        assert_eq!(record(&mut rest).unwrap(), ["a", "b \"c\",\nd", ""]);
        assert_eq!(record(&mut rest).unwrap(), ["e"]);
        assert_eq!(rest, "");
    }

    #[test]
    fn what_is_no_baseline_says_why() {
        for (text, said) in [
            ("", "empty"),
            ("{\"groups\":[", "not JSON"),
            ("[1]", "JSON without groups"),
            ("{\"rows\":[]}", "JSON without groups"),
            ("| rows |", "neither JSON nor a CSV table"),
            ("{\"groups\":[{}]}", "group 1 has no fingerprint"),
            ("{\"groups\":[{\"fingerprint\":\"\u{1b}\",\"count\":1}]}", "not JSON"),
            ("{\"groups\":[{\"fingerprint\":\"\\u001b\",\"count\":1}]}", "the fingerprint \\u{1b}"),
            ("{\"groups\":[{\"fingerprint\":\"00000000000000ab\",\"count\":-1}]}", "the count -1"),
            ("fingerprint,count\n\"a", "never ends"),
        ] {
            let error = error(text);
            assert!(error.text.contains(said) && error.advice == Some(Advice::PrintedGroups), "{text}: {error}");
        }
        assert!(parse(b"\xff{}").unwrap_err().text.contains("not UTF-8 after byte 0"));
        assert!(error(&"[".repeat(200_000)).text.contains("not JSON"));
    }
}
