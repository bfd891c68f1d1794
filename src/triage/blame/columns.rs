//! One column of a layout's text, found in one pass over it.
//!
//! Owns: the way there: a column's name may follow all that is inside of it, so that the way is known for sure only at its end.
//! Refuses: layouts as wholes (pipeline/layout).

use std::ops::Range;

use serde_json::{Value, json};

use crate::pipeline::document::skim::{self, NoJson};
use crate::pipeline::layout::Type;

/// A place where the last name stands as the name of a column, with what is open around it.
struct Candidate {
    /// Where each opens: the list, a column in it, its list, and so on, to the column itself.
    opens: Vec<usize>,
    /// Where the list inside of each of those columns ends, once it has.
    ends: Vec<usize>,
    /// The column, once it has ended.
    column: Range<usize>,
}

/// What a text says of a column: type, mode and policy tags, all that a change of a column is about; `None` where there is no such column. Of columns
/// of the same name the first is meant. A name is looked for as it is spelled, without escapes: what they would be for is in no column's name.
pub(super) fn find(text: &[u8], names: &[String]) -> Result<Option<Value>, NoJson> {
    let Some(last) = names.last() else { return Ok(None) };
    let list = list(text)?;
    let quoted = format!("\"{last}\"");
    let mut hits = memchr::memmem::find_iter(text, quoted.as_bytes()).peekable();
    let (mut open, mut candidates): (Vec<usize>, Vec<Candidate>) = (Vec::new(), Vec::new());
    let mut at = list;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => {
                while hits.next_if(|&hit| hit < at).is_some() {}
                if hits.peek() == Some(&at) && open.len() == 2 * names.len() && is_name(&text[..at]) {
                    candidates.push(Candidate { opens: open.clone(), ends: vec![0; names.len()], column: 0..0 });
                }
                if hits.peek().is_none() && candidates.is_empty() {
                    return ended(text);
                }
                at = skim::string_end(text, at)?;
                continue;
            }
            b'{' | b'[' => open.push(at),
            b'}' | b']' => {
                let begun = open.pop().ok_or(NoJson)?;
                close(text, names, &mut candidates, open.len(), begun..at + 1)?;
                if open.is_empty() {
                    return Ok(None);
                }
                // The first column of the outermost list that leads to one, whole.
                if open.len() == 1
                    && let Some(found) = candidates.first()
                {
                    return said(text, found.column.clone()).map(Some);
                }
            }
            _ => {}
        }
        at += 1;
    }
    Err(NoJson)
}

/// There is none; a text that is cut off says nothing of that.
fn ended(text: &[u8]) -> Result<Option<Value>, NoJson> {
    let last = text.iter().rev().find(|byte| !byte.is_ascii_whitespace());
    if matches!(last, Some(b']' | b'}')) { Ok(None) } else { Err(NoJson) }
}

/// Where the outermost list begins: what `bq show` prints has it in one or two objects.
fn list(text: &[u8]) -> Result<usize, NoJson> {
    let begin = text.iter().position(|byte| !byte.is_ascii_whitespace()).ok_or(NoJson)?;
    match text[begin] {
        b'[' => Ok(begin),
        b'{' => {
            let found = skim::find(text, &["schema", "fields"])?.or(skim::find(text, &["fields"])?);
            found.filter(|list| text[list.start] == b'[').map(|list| list.start).ok_or(NoJson)
        }
        _ => Err(NoJson),
    }
}

/// Whether what follows is the value of a member `name`.
fn is_name(before: &[u8]) -> bool {
    let key = before.trim_ascii_end().strip_suffix(b":").map(<[u8]>::trim_ascii_end);
    key.is_some_and(|key| key.ends_with(b"\"name\""))
}

/// What has ended at a level is taken down of the candidates in it; those whose way there has other names are none any more.
fn close(text: &[u8], names: &[String], candidates: &mut Vec<Candidate>, level: usize, ended: Range<usize>) -> Result<(), NoJson> {
    let inside = candidates.iter().rev().take_while(|candidate| candidate.opens.get(level) == Some(&ended.start)).count();
    let first = candidates.len() - inside;
    let depth = level / 2;
    let is_list = level.is_multiple_of(2);
    let Some(one) = candidates.get(first) else { return Ok(()) };
    if !is_list && depth + 1 < names.len() && !is_named(text, &ended, one.opens[level + 1]..one.ends[depth + 1], &names[depth])? {
        candidates.truncate(first);
        return Ok(());
    }
    for candidate in &mut candidates[first..] {
        match is_list {
            true => candidate.ends[depth] = ended.end,
            false if depth + 1 == names.len() => candidate.column = ended.clone(),
            false => {}
        }
    }
    Ok(())
}

/// Whether a column has that name and the list is what is inside of it.
fn is_named(text: &[u8], column: &Range<usize>, list: Range<usize>, name: &str) -> Result<bool, NoJson> {
    let (mut at, mut is_named, mut holds) = (column.start + 1, false, false);
    while let Some((key, begin)) = skim::next_member(text, at)? {
        if begin == list.start {
            holds = key == "fields";
            at = list.end;
            continue;
        }
        at = skim::skip(text, begin)?;
        if key == "name" {
            is_named = text[begin..at].len() >= 2 && skim::decoded(&text[begin + 1..at - 1])? == name;
        }
    }
    Ok(is_named && holds)
}

fn said(text: &[u8], column: Range<usize>) -> Result<Value, NoJson> {
    let (mut kind, mut mode, mut tags) = (String::new(), "NULLABLE".to_owned(), json!([]));
    let mut read = Ok(());
    skim::each_member(text, column.start, |key, value| {
        let string = || serde_json::from_slice::<String>(&text[value.clone()]).map_err(|_| NoJson);
        let taken = match key {
            "type" => string().map(|said| kind = said),
            "mode" => string().map(|said| mode = said),
            "policyTags" => serde_json::from_slice::<Value>(&text[value.clone()]).map_err(|_| NoJson).map(|mut said| {
                if let Some(names) = said.get_mut("names") {
                    tags = names.take();
                }
            }),
            _ => Ok(()),
        };
        read = read.and(taken);
        read.is_ok()
    })?;
    read?;
    Ok(json!({ "type": &*Type::from(kind.as_str()), "mode": mode, "policy_tags": tags }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The type of the column `m.a` in each of the texts.
    fn read(texts: &[&str]) -> Vec<Option<String>> {
        let names = ["m".to_owned(), "a".to_owned()];
        let told = |value: Value| value["type"].as_str().map(str::to_owned);
        texts.iter().map(|text| find(text.as_bytes(), &names).unwrap().and_then(told)).collect()
    }

    #[test]
    fn what_is_around_a_column_decides_with_it() {
        let layout = |before: &str, a: &str, behind: &str, name: &str| {
            format!(
                "[\n{before}{{\n\"fields\": [\n{{\n\"name\": \"a\",\n\"type\": \"{a}\"\n}}{behind}\n],\n\"name\": \"{name}\",\n\"type\": \"RECORD\"\n}}\n]\n"
            )
        };
        let plain = layout("", "INT64", "", "m");
        let other = "{\n\"name\": \"x\",\n\"type\": \"STRING\"\n},\n";
        let behind = ",\n{\n\"name\": \"z\",\n\"type\": \"STRING\"\n}";
        let texts = [
            plain.clone(),
            layout(other, "INT64", "", "m"),
            layout(other, "INT64", behind, "m"),
            layout(other, "INT64", behind, "m2"),
            layout(other, "INT64", behind, "m"),
            layout("", "STRING", behind, "m"),
            layout(
                &layout("", "BOOL", "", "m").trim_matches(['[', ']', '\n']).to_owned().chars().chain(",\n".chars()).collect::<String>(),
                "STRING",
                "",
                "m",
            ),
            "[\n]\n".to_owned(),
            format!("[\n{}\n]\n", other.trim_end_matches(",\n")),
            plain,
        ];
        let int = || Some("INT64".to_owned());
        let string = Some("STRING".to_owned());
        assert_eq!(
            read(&texts.each_ref().map(String::as_str)),
            [int(), int(), int(), None, int(), string, Some("BOOL".to_owned()), None, None, int()]
        );
    }

    #[test]
    fn a_name_elsewhere_is_no_column() {
        let names = ["m".to_owned(), "a".to_owned()];
        let at = |text: &str| find(text.as_bytes(), &names).map(|found| found.map(|value| value["type"].as_str().unwrap().to_owned()));
        let none = Ok(None);
        assert_eq!(at(r#"[{"name": "a", "type": "RECORD", "fields": [{"name": "m", "type": "STRING"}]}]"#), none);
        assert_eq!(at(r#"[{"name": "m", "type": "RECORD", "fields": [{"name": "b", "description": "a", "type": "STRING"}]}]"#), none);
        assert_eq!(at(r#"[{"name": "m", "type": "RECORD", "other": [{"name": "a", "type": "STRING"}]}]"#), none);
        assert_eq!(
            at(r#"{"fields": [{"type": "RECORD", "fields": [{"type": "STRING", "name": "a"}], "name": "m"}]}"#),
            Ok(Some("STRING".to_owned()))
        );
        assert_eq!(at(r#"[{"name": "m", "fields": [{"name": "a", "type": "STRING"}"#), Err(NoJson));
        assert_eq!((at("[]"), at("[{\"name\": \"x\"}]"), at("[{"), at("\"a\"")), (none.clone(), none, Err(NoJson), Err(NoJson)));
    }
}
