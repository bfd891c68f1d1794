//! What a version of a file says at one place.
//!
//! Owns: finding the place without reading more of the file than it takes; what of a version is as in the one before is not looked at again.
//! Refuses: which versions those are.

use std::ops::Range;

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::BlameTarget;
use crate::pipeline::document::skim::{self, NoJson};
use crate::pipeline::layout::Type;

/// The versions of one file, one after another.
pub(super) struct Reading<'a> {
    target: &'a BlameTarget,
    /// Of a node its own text in the version before, of a column all of that version.
    before: Vec<u8>,
    /// What that says there.
    node: Option<Value>,
    column: Option<FoundColumn>,
}

/// A column of the version before.
struct FoundColumn {
    /// Where it stands.
    at: Range<usize>,
    /// Where its name and those of the columns around it stand: they may follow all that is inside of them.
    names: Vec<Range<usize>>,
    value: Value,
}

impl<'a> Reading<'a> {
    pub(super) fn new(target: &'a BlameTarget) -> Self {
        Reading { target, before: Vec::new(), node: None, column: None }
    }

    /// What the next version says; `None` where it says nothing there.
    pub(super) fn of(&mut self, text: &[u8]) -> Result<Option<Value>, NoJson> {
        match self.target {
            BlameTarget::Node(tokens) => self.node(text, tokens),
            BlameTarget::Column(names) => self.column(text, names),
        }
    }

    fn node(&mut self, text: &[u8], tokens: &[String]) -> Result<Option<Value>, NoJson> {
        // A file that is broken behind the value is broken all the same: nobody could load that schema.
        serde_json::from_slice::<IgnoredAny>(text).map_err(|_| NoJson)?;
        let Some(at) = skim::find(text, tokens)? else { return Ok(None) };
        let raw = &text[at];
        if let Some(value) = self.node.as_ref().filter(|_| self.before == raw) {
            return Ok(Some(value.clone()));
        }
        let value: Value = serde_json::from_slice(raw).map_err(|_| NoJson)?;
        self.before = raw.to_vec();
        self.node = Some(value.clone());
        Ok(Some(value))
    }

    fn column(&mut self, text: &[u8], names: &[String]) -> Result<Option<Value>, NoJson> {
        if !self.is_as_before(text, names) {
            self.column = match column(text, names) {
                Ok(found) => found,
                Err(NoJson) => {
                    self.before.clear();
                    return Err(NoJson);
                }
            };
        }
        self.before.clear();
        self.before.extend_from_slice(text);
        Ok(self.column.as_ref().map(|column| column.value.clone()))
    }

    /// Whether all that differs from the version before are whole columns elsewhere, so that this one must be what it was; moves its place then.
    fn is_as_before(&mut self, text: &[u8], names: &[String]) -> bool {
        let Some(changed) = Changed::between(&self.before, text) else { return false };
        let (old, new) = (&self.before[changed.old.clone()], &text[changed.new.clone()]);
        if !skim::is_balanced(old)
            || !skim::is_balanced(new)
            || names.iter().any(|name| memchr::memmem::find(new, name.as_bytes()).is_some())
        {
            return false;
        }
        let Some(column) = &mut self.column else { return true };
        let places = column.names.iter().chain([&column.at]);
        let Some(mut moved) = places.map(|place| changed.moved(place)).collect::<Option<Vec<_>>>() else { return false };
        let Some(at) = moved.pop() else { return false };
        (column.at, column.names) = (at, moved);
        true
    }
}

/// The lines in which two versions differ.
struct Changed {
    old: Range<usize>,
    new: Range<usize>,
}

impl Changed {
    /// Where they begin and end alike. Lines end nowhere inside of a text in quotes, so what is inside of quotes is so in both.
    fn between(old: &[u8], new: &[u8]) -> Option<Self> {
        let begin = alike(old.chunks(CHUNK).zip(new.chunks(CHUNK)), old.iter().zip(new));
        let begin = memchr::memrchr(b'\n', &old[..begin])? + 1;
        let (rest, other) = (&old[begin..], &new[begin..]);
        let end = alike(rest.rchunks(CHUNK).zip(other.rchunks(CHUNK)), rest.iter().rev().zip(other.iter().rev()));
        let end = end - (memchr::memchr(b'\n', &old[old.len() - end..])? + 1);
        Some(Changed { old: begin..old.len() - end, new: begin..new.len() - end })
    }

    /// Where a place of the old version is in the new one; `None` where it is among the lines that differ.
    fn moved(&self, place: &Range<usize>) -> Option<Range<usize>> {
        let moved = |at: usize| at + self.new.end - self.old.end;
        match place {
            place if place.end <= self.old.start => Some(place.clone()),
            place if place.start >= self.old.end => Some(moved(place.start)..moved(place.end)),
            _ => None,
        }
    }
}

/// Bytes that are compared at once.
const CHUNK: usize = 4096;

/// How many bytes are alike, by chunks first.
fn alike<'t>(mut chunks: impl Iterator<Item = (&'t [u8], &'t [u8])>, bytes: impl Iterator<Item = (&'t u8, &'t u8)>) -> usize {
    let whole = chunks.by_ref().take_while(|(a, b)| a == b && a.len() == CHUNK).count() * CHUNK;
    whole + bytes.skip(whole).take_while(|(a, b)| a == b).count()
}

/// Where the parts of a column stand.
#[derive(Debug, Clone, Default)]
struct ColumnPlace {
    name: Option<Range<usize>>,
    kind: Option<Range<usize>>,
    mode: Option<Range<usize>>,
    tags: Option<Range<usize>>,
    fields: Option<Range<usize>>,
}

impl ColumnPlace {
    fn read(text: &[u8], column: usize) -> Result<Self, NoJson> {
        let mut place = ColumnPlace::default();
        skim::each_member(text, column, |key, value| {
            match key {
                "name" => place.name = Some(value),
                "type" => place.kind = Some(value),
                "mode" => place.mode = Some(value),
                "policyTags" => place.tags = Some(value),
                "fields" => place.fields = Some(value),
                _ => {}
            }
            true
        })?;
        Ok(place)
    }

    /// Type, mode and policy tags: what a change of a column is about.
    fn to_json(&self, text: &[u8]) -> Value {
        let said = |at: &Option<Range<usize>>| at.clone().and_then(|at| serde_json::from_slice::<String>(&text[at]).ok());
        let tags = self.tags.clone().and_then(|at| serde_json::from_slice::<Value>(&text[at]).ok());
        let tags = tags.and_then(|mut tags| tags.get_mut("names").map(Value::take)).unwrap_or(json!([]));
        let kind = Type::from(said(&self.kind).unwrap_or_default().as_str());
        json!({ "type": &*kind, "mode": said(&self.mode).unwrap_or_else(|| "NULLABLE".to_owned()), "policy_tags": tags })
    }
}

/// The column of those names; of columns of the same name the first is meant.
fn column(text: &[u8], names: &[String]) -> Result<Option<FoundColumn>, NoJson> {
    let none: [&str; 0] = [];
    let root = skim::find(text, &none)?.ok_or(NoJson)?;
    let mut list = match text.get(root.start) {
        // What `bq show` prints is the list in one or two objects.
        Some(b'{') => skim::find(text, &["schema", "fields"])?.or(skim::find(text, &["fields"])?).ok_or(NoJson)?,
        _ => root,
    };
    let (mut found, mut passed) = (None, Vec::new());
    for name in names {
        if text.get(list.start) != Some(&b'[') {
            return Ok(None);
        }
        let (mut here, mut broken) = (None, false);
        skim::each_element(text, list.start, |at| {
            if text.get(at.start) != Some(&b'{') {
                broken = true;
                return false;
            }
            match ColumnPlace::read(text, at.start) {
                Ok(place) => {
                    let is_it = place.name.clone().is_some_and(|said| is_name(&text[said], name));
                    here = is_it.then_some((at, place));
                }
                Err(NoJson) => broken = true,
            }
            here.is_none() && !broken
        })?;
        if broken {
            return Err(NoJson);
        }
        let Some((at, place)) = here else { return Ok(None) };
        passed.extend(place.name.clone());
        list = place.fields.clone().unwrap_or(text.len()..text.len());
        found = Some((at, place));
    }
    Ok(found.map(|(at, place)| FoundColumn { at, names: passed, value: place.to_json(text) }))
}

fn is_name(quoted: &[u8], name: &str) -> bool {
    quoted.len() >= 2 && skim::decoded(&quoted[1..quoted.len() - 1]).is_ok_and(|said| said == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The column `m.a` in each of the texts, read one after another.
    fn read(texts: &[&str]) -> Vec<Option<String>> {
        let target = BlameTarget::parse("m.a").unwrap();
        let mut reading = Reading::new(&target);
        let told = |value: Value| value["type"].as_str().map(str::to_owned);
        let read: Vec<_> = texts.iter().map(|text| reading.of(text.as_bytes()).unwrap().and_then(told)).collect();
        let alone: Vec<_> = texts.iter().map(|text| Reading::new(&target).of(text.as_bytes()).unwrap().and_then(told)).collect();
        assert_eq!(read, alone, "what is not looked at again is as it was");
        read
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
}
