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
    /// The version before.
    before: Vec<u8>,
    /// Where in it the value stands, and what it says.
    found: Option<(Range<usize>, Value)>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(target: &'a BlameTarget) -> Self {
        Reading { target, before: Vec::new(), found: None }
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
        let raw = &text[at.clone()];
        if let Some((_, value)) = self.found.as_ref().filter(|_| self.before == raw) {
            return Ok(Some(value.clone()));
        }
        let value: Value = serde_json::from_slice(raw).map_err(|_| NoJson)?;
        self.before = raw.to_vec();
        self.found = Some((at, value.clone()));
        Ok(Some(value))
    }

    fn column(&mut self, text: &[u8], names: &[String]) -> Result<Option<Value>, NoJson> {
        if let Some((at, value)) = &self.found
            && text.get(..at.end).is_some_and(|begin| self.before.get(..at.end) == Some(begin))
        {
            return Ok(Some(value.clone()));
        }
        let found = column(text, names)?;
        self.found = found.as_ref().map(|(at, column)| (at.clone(), column.to_json(text)));
        self.before.clear();
        if let Some((at, _)) = &found {
            self.before.extend_from_slice(&text[..at.end]);
        }
        Ok(self.found.as_ref().map(|(_, value)| value.clone()))
    }
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

/// The column of those names, with its place; of columns of the same name the first is meant.
fn column(text: &[u8], names: &[String]) -> Result<Option<(Range<usize>, ColumnPlace)>, NoJson> {
    let none: [&str; 0] = [];
    let root = skim::find(text, &none)?.ok_or(NoJson)?;
    let mut list = match text.get(root.start) {
        // What `bq show` prints is the list in one or two objects.
        Some(b'{') => skim::find(text, &["schema", "fields"])?.or(skim::find(text, &["fields"])?).ok_or(NoJson)?,
        _ => root,
    };
    let mut found = None;
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
        list = place.fields.clone().unwrap_or(0..0);
        found = Some((at, place));
    }
    Ok(found)
}

fn is_name(quoted: &[u8], name: &str) -> bool {
    quoted.len() >= 2 && skim::decoded(&quoted[1..quoted.len() - 1]).is_ok_and(|said| said == name)
}
