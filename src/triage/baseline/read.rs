//! An export of groups read back: the JSON, NDJSON and CSV that `misfit groups` prints.

use std::collections::HashMap;

use serde_json::Value;

use super::Baseline;
use crate::ground::text::visible;
use crate::ground::time::parse_time;
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::{Fingerprint, GroupRecord};

/// A group's fields by their names.
trait Fields {
    /// A field's text; `None` where it is absent, null or empty.
    fn text(&self, name: &str) -> Option<String>;

    /// Whether it is so; `None` where the field is absent or says neither.
    fn flag(&self, name: &str) -> Option<bool> {
        self.text(name)?.parse().ok()
    }
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
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }
}

/// A table whose first record names the columns.
fn csv(text: &str) -> Result<Baseline, String> {
    // Quotes come in pairs unless the end is missing, which the reader would take for the end of the cell.
    if !text.bytes().filter(|&byte| byte == b'"').count().is_multiple_of(2) {
        return Err("a CSV cell never ends".to_owned());
    }
    let unread = |error: csv::Error| format!("not CSV: {error}");
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(unread)?.clone();
    if !header.iter().any(|name| name == "fingerprint") {
        return Err("neither JSON nor a CSV table with a column fingerprint".to_owned());
    }
    let named = |record: csv::StringRecord| -> HashMap<String, String> {
        header.iter().zip(&record).map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    groups(reader.records().map(|record| record.map(named).map_err(unread)))
}

impl Fields for HashMap<String, String> {
    fn text(&self, name: &str) -> Option<String> {
        self.get(name).filter(|cell| !cell.is_empty()).cloned()
    }
}

fn groups<F: Fields>(records: impl Iterator<Item = Result<F, String>>) -> Result<Baseline, String> {
    let numbered = records.zip(1..);
    let mut by_schemas = None;
    let groups = numbered.map(|(record, number)| {
        let record = record?;
        by_schemas = by_schemas.or_else(|| record.flag("by_schemas"));
        group(&record).map_err(|reason| format!("group {number} {reason}"))
    });
    let groups: Vec<GroupRecord> = groups.collect::<Result<_, _>>()?;
    // Exports without the mark: only schemas tell the keys of a map from names.
    let has_keys = || groups.iter().any(|group| group.path.as_deref().is_some_and(|path| path.split('/').any(|token| token == "{key}")));
    let by_schemas = by_schemas.or_else(|| has_keys().then_some(true));
    Ok(Baseline { groups, by_schemas })
}

fn group(record: &impl Fields) -> Result<GroupRecord, String> {
    let needed = |name: &str| record.text(name).ok_or_else(|| format!("has no {name}"));
    let (print, count) = (needed("fingerprint")?, needed("count")?);
    let time = |name: &str| record.text(name).as_deref().and_then(parse_time);
    Ok(GroupRecord {
        fingerprint: print.parse::<Fingerprint>().map_err(|_| format!("has the fingerprint {}, which is not one", visible(&print)))?,
        count: count.parse().map_err(|_| format!("has the count {}, which is not a number of rows", visible(&count)))?,
        span: time("first").zip(time("last")),
        namespace: record.text("namespace"),
        doctype: record.text("doctype"),
        version: record.text("version"),
        stage: record.text("stage"),
        exception_class: record.text("exception_class"),
        path: record.text("path"),
        fault: record.text("fault").unwrap_or_default(),
        rate: record.text("rate").as_deref().and_then(|text| text.parse().ok()).filter(|rate| (0.0..=1.0).contains(rate)),
        ..GroupRecord::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::group::GroupFields;

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
    fn an_export_tells_whether_it_was_made_with_schemas_as_far_as_anything_in_it_does() {
        let told = |more: &str| {
            let line = GROUP.replacen('{', &format!("{{{more}"), 1);
            parse(line.as_bytes()).unwrap().by_schemas
        };
        assert_eq!(
            (told("\"by_schemas\":true,"), told("\"by_schemas\":false,"), told("\"by_schemas\":null,"), told("")),
            (Some(true), Some(false), None, None)
        );
        assert_eq!(parse(GROUP.replace("\"/x\"", "\"/x/{key}\"").as_bytes()).unwrap().by_schemas, Some(true));
        let csv = "fingerprint,count,by_schemas\r\n00000000000000ab,1,false\r\n";
        assert_eq!(parse(csv.as_bytes()).unwrap().by_schemas, Some(false));
    }

    #[test]
    fn an_export_without_groups_is_one() {
        assert_eq!(parse(b"{\"groups\":[]}").unwrap(), Baseline::default());
    }

    #[test]
    fn cells_may_hold_anything() {
        let csv = "fingerprint,count,doctype,path,note\n\
                   00000000000000ab,1,a,\"b \"\"c\"\",\nd\",\r\n\
                   00000000000000ac,2\r\
                   \"00000000000000ad\",\"3\",\"\",é\"\"x,,more";
        let known = parse(csv.as_bytes()).unwrap().groups;
        let told: Vec<_> =
            known.iter().map(|known| (known.fingerprint.0, known.count, known.doctype.as_deref(), known.path.as_deref())).collect();
        assert_eq!(told, [(0xab, 1, Some("a"), Some("b \"c\",\nd")), (0xac, 2, None, None), (0xad, 3, None, Some("é\"\"x"))]);
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

    #[test]
    fn a_group_is_the_same_record_in_a_bundle_for_scripts_and_in_a_baseline() {
        let groups = crate::rows::demo::source().unwrap().groups(&Default::default(), &crate::rows::source::Unwatched).unwrap();
        let records: Vec<GroupRecord> = groups.list.iter().map(GroupRecord::of).collect();
        let printed: Vec<Value> = groups.list.iter().map(|group| serde_json::to_value(GroupFields::of(group, &groups)).unwrap()).collect();
        let baseline = parse(serde_json::json!({ "groups": printed }).to_string().as_bytes()).unwrap();
        for ((record, known), printed) in records.iter().zip(&baseline.groups).zip(&printed) {
            let line = serde_json::to_value(record).unwrap();
            let kept: GroupRecord = serde_json::from_value(line.clone()).unwrap();
            assert_eq!(&GroupRecord { noise: record.noise, ..kept }, record);
            let GroupRecord { fingerprint, count, span, .. } = *record;
            let GroupRecord { namespace, doctype, version, stage, exception_class, path, fault, .. } = record.clone();
            let rest = GroupRecord::default();
            assert_eq!(
                known,
                &GroupRecord { fingerprint, namespace, doctype, version, stage, exception_class, path, fault, count, span, ..rest }
            );
            for name in [
                "fingerprint",
                "namespace",
                "doctype",
                "version",
                "stage",
                "exception_class",
                "path",
                "fault",
                "keyword",
                "count",
                "sample",
            ] {
                assert_eq!(line[name], printed[name], "{name}");
            }
        }
        assert_eq!(baseline.groups.len(), groups.list.len());
    }
}
