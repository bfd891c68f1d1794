//! Senders as they may be told where others read of them.
//!
//! Owns: what stands in the place of a field's name and of its value. Refuses: the rules (redact).

use super::{Comparison, Field, SenderTrait, Senders, TopicSays, TraitValue};
use crate::pipeline::document::{Document, NodeId, unescape_pointer};
use crate::rows::row::SourceRow;
use crate::triage::redact::{Lists, Redactor, TextForm};

/// What stands for a value at a place of which only the type may be told.
const MASKED: &str = "<string>";

impl Senders {
    /// Without what names anybody: values that say what many are (versions, channels, systems, countries, what schemas list) stay, all others are told by
    /// their shapes. `lists` are those of the group's doctype.
    #[must_use]
    pub fn told(&self, lists: Lists<'_>, redactor: &mut Redactor) -> Senders {
        Senders {
            failures: comparison(&self.failures, lists, redactor),
            accepted: self.accepted.as_ref().map(|accepted| comparison(accepted, lists, redactor)),
            counts: self.counts,
        }
    }
}

fn comparison(of: &Comparison, lists: Lists<'_>, redactor: &mut Redactor) -> Comparison {
    let mut told = of.clone();
    for known in told.claims.iter_mut().flat_map(|claim| &mut claim.traits) {
        *known = one(known, lists, redactor);
    }
    for answer in &mut told.topics {
        if let TopicSays::Value { told, .. } = &mut answer.says {
            *told = one(told, lists, redactor);
        }
    }
    told
}

fn one(of: &SenderTrait, lists: Lists<'_>, redactor: &mut Redactor) -> SenderTrait {
    if redactor.is_raw() {
        return of.clone();
    }
    let fact = of.topic.and_then(|topic| topic.fact());
    let text = of.value.as_ref().map(|value| value.text.as_str());
    let as_fact = |redactor: &Redactor| text.zip(fact).and_then(|(text, fact)| redactor.sender(fact, text)).map(str::to_owned);
    let (field, value) = match &of.field {
        Field::Column(name) => {
            let held = text.unwrap_or_default().to_owned();
            let row = SourceRow { columns: vec![(name.to_string().into(), Some(held))], ..SourceRow::default() };
            let columns = redactor.columns(&row, lists);
            let told = columns.told.into_iter().next();
            let name = told.as_ref().map(|(name, _)| name.clone()).or_else(|| columns.withheld.into_iter().next()).unwrap_or_default();
            let value = text.map(|text| told.map(|(_, value)| value).unwrap_or_else(|| redactor.value(text).into_owned()));
            (Field::Column(name.into()), value)
        }
        Field::Place(path) => {
            let value = of.value.as_ref().map(|value| {
                let told = at_place(path, &value.raw, lists, redactor);
                if told == MASKED { told } else { as_fact(redactor).unwrap_or(told) }
            });
            (Field::Place(redactor.path(path, lists).into()), value)
        }
        Field::Address(_) | Field::Agent => {
            (of.field.clone(), text.map(|text| as_fact(redactor).unwrap_or_else(|| redactor.value(text).into_owned())))
        }
        // The steps are ours.
        Field::Times => (of.field.clone(), text.map(str::to_owned)),
    };
    let value = value.map(|text| TraitValue { raw: text.clone(), text });
    SenderTrait { field, topic: of.topic, value }
}

/// A value as a document may tell it that has nothing else.
fn at_place(path: &str, raw: &str, lists: Lists<'_>, redactor: &mut Redactor) -> String {
    let mut json = raw.to_owned();
    for token in unescape_pointer(path).iter().rev() {
        json = match token.as_str() {
            "[]" => format!("[{json}]"),
            key => format!("{{{}:{json}}}", serde_json::Value::from(key)),
        };
    }
    let told = redactor.document(&Document::parse(json.into_bytes()), lists, None, TextForm::Line);
    let told = Document::parse(told.into_bytes());
    let Some(last) = told.len().checked_sub(1) else { return MASKED.to_owned() };
    let last = last as NodeId;
    told.string(last).map_or_else(|| String::from_utf8_lossy(told.raw(last)).into_owned(), std::borrow::Cow::into_owned)
}
