//! What BigQuery says of a row that it did not take.
//!
//! Owns: its texts, bare or in the lists that its services answer with, read into what is wrong, with which column, and whether the row is at
//! fault at all. Whoever has such a text reads it here: rows of a stage that inserts, answers of a service, queues of dead letters.
//! Refuses: finding the column in a layout or the value in a document (case); positions of rows, which say nothing of what is wrong.

mod wrapping;

use std::borrow::Cow;

use super::general::plain_text;
use super::words::shown;

/// Kind of groups whose rows are not at fault.
pub const BY_CATCH: &str = "by-catch";

/// What a row that is not at fault is told by.
const NOT_AT_FAULT: &str = "not at fault: another row of the same request was refused";

/// One row refused by BigQuery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsertError<'a> {
    /// What is wrong.
    pub reason: InsertReason,
    /// Dotted path of the column, as the text spells it and without positions in lists; `None` where nothing is said of one.
    pub column: Option<Cow<'a, str>>,
    /// The type that the column asks for, where the text tells it.
    pub expected: Option<Cow<'a, str>>,
    /// The value that did not fit, where the text tells it.
    pub found: Option<Cow<'a, str>>,
    /// BigQuery's own sentence, without the row's position.
    pub text: Cow<'a, str>,
}

/// What BigQuery has against a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InsertReason {
    /// The table has no such column.
    NoSuchField,
    /// An object for a column that is not a RECORD.
    NotRecord,
    /// A list for a column that is not REPEATED.
    NotRepeated,
    /// A single value for a column that is REPEATED.
    Repeated,
    /// Nothing for a column that is REQUIRED.
    Required,
    /// A value that is not of the column's type.
    WrongType,
    /// More bytes than a row or a request may have.
    TooLarge,
    /// Nothing: another row of the same request was refused, and so were all.
    Stopped,
    /// A text that is not known.
    Other,
}

use InsertReason::{NoSuchField, NotRecord, NotRepeated, Other, Repeated, Required, Stopped, TooLarge, WrongType};

/// `<before>COLUMN<behind>`, letters of either case. Where nothing stands behind, a full stop may.
const NAMED: [(InsertReason, &str, &str); 10] = [
    (NoSuchField, "no such field: ", ""),
    (NoSuchField, "the source object has fields unknown to bigquery: ", ""),
    (NotRecord, "json object specified for non-record field: ", ""),
    (NotRecord, "this field: ", " is not a record."),
    (NotRepeated, "array specified for non-repeated field: ", ""),
    (Repeated, "repeated field must be imported as a json array: ", ""),
    (Required, "missing required field: ", ""),
    (Required, "required field ", " cannot be null"),
    (Required, "required field ", " cannot be null."),
    (Required, "only optional fields can be set to null. field: ", "; value: null"),
];

/// Beginnings of texts that name no column; where it is, something beside the text tells.
const NAMELESS: [(InsertReason, &str); 10] = [
    (NotRecord, "this field is not a record"),
    (Repeated, "repeated record added outside of an array"),
    (Repeated, "repeated field must be imported as a json array"),
    (NotRepeated, "array specified for non-repeated field"),
    (Required, "missing required field"),
    (TooLarge, "maximum allowed row size exceeded"),
    (TooLarge, "row size too large"),
    (TooLarge, "request payload size exceeds the limit"),
    (TooLarge, "request size exceeds the limit"),
    (Stopped, "stopped"),
];

/// What stands before a text and says where its row was.
const LEADS: [(&str, &str); 7] = [
    ("error while reading data, error message: ", ""),
    ("json parsing error in row starting at position ", ": "),
    ("row starting at position ", ": "),
    ("rows[", "]: "),
    ("rows[", "]."),
    ("index: ", ", "),
    ("index: ", ": "),
];

/// BigQuery's word for a row that was refused for another's sake.
const STOPPED: &str = "stopped";

/// Before the type and before the value in texts about a value of another type.
const CONVERT: [(&str, &str); 3] =
    [("cannot convert value to ", " (bad value): "), ("could not convert value to ", ". field: "), ("could not convert value to ", ": ")];

/// Before the column and before the type where Beam could not convert a value.
const CONVERTING: &str = "problem converting field ";
const EXPECTED: &str = " expected type: ";

/// Whether messages of an exception may be BigQuery's: those that are not the pipeline's own.
pub(super) fn may_speak(class: &str) -> bool {
    // What has no package is no exception of the pipeline's.
    !class.contains('.') || ["java.", "com.google.", "org.apache.beam.", "com.wepay."].iter().any(|package| class.starts_with(package))
}

impl<'a> InsertError<'a> {
    /// Reads a text as it is logged: BigQuery's own sentence, or a list of errors of which the first that is at fault counts. `None` where it is
    /// neither.
    pub fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with(['[', '{', 'B']) {
            let errors = wrapping::errors(text).into_iter().map(|told| Self::told(told.message, told.location, told.reason));
            return errors.min_by_key(Self::is_by_catch);
        }
        let error = Self::sentence_of(Cow::Borrowed(without_lead(text)))?;
        (error.reason != Stopped || text.eq_ignore_ascii_case(STOPPED)).then_some(error)
    }

    /// An error in the parts that BigQuery's services tell it in. Parts that are empty count as absent.
    pub fn told(
        message: impl Into<Cow<'a, str>>,
        location: impl Into<Option<Cow<'a, str>>>,
        reason: impl Into<Option<Cow<'a, str>>>,
    ) -> Self {
        let message = without_lead_of(message.into());
        let location = location.into().map(without_positions).filter(|name| !name.is_empty());
        if reason.into().as_deref() == Some(STOPPED) {
            return InsertError { column: None, ..Self::plain(Stopped, message) };
        }
        let mut error = Self::sentence_of(message.clone()).unwrap_or_else(|| Self::plain(Other, message));
        error.column = joined(location, error.column);
        error
    }

    /// Whether the row is not at fault: another one of the same request was.
    pub fn is_by_catch(&self) -> bool {
        self.reason == Stopped
    }

    /// What stands in every message that is read as this, of which one is enough, in small letters; empty where the text is not known.
    pub fn phrases(&self) -> Vec<&'static str> {
        let named = NAMED.iter().filter(|(reason, ..)| *reason == self.reason).map(|(_, before, _)| before.trim_end_matches([':', ' ']));
        let nameless = NAMELESS.iter().filter(|(reason, _)| *reason == self.reason).map(|(_, beginning)| *beginning);
        let convert = CONVERT.iter().filter(|_| self.reason == WrongType).map(|(before, _)| before.trim_end());
        let convert = convert.chain([CONVERTING.trim_end()].into_iter().filter(|_| self.reason == WrongType));
        let mut all: Vec<&str> = named.chain(nameless).chain(convert).collect();
        all.dedup();
        all
    }

    fn plain(reason: InsertReason, text: Cow<'a, str>) -> Self {
        InsertError { reason, column: None, expected: None, found: None, text }
    }

    /// One of the sentences that are known.
    fn sentence_of(text: Cow<'a, str>) -> Option<Self> {
        if let Some(error) = Self::wrong_type(&text) {
            return Some(error);
        }
        let named = NAMED.iter().find_map(|(reason, before, behind)| {
            let name = part(&text, after(&text, before)?, behind)?;
            let name = without_positions(trimmed(name));
            (!name.is_empty()).then_some((*reason, name))
        });
        if let Some((reason, name)) = named {
            let name = after(&name, "root.").map_or(name.clone(), |at| cut(&name, at..name.len()));
            return Some(InsertError { column: Some(name), ..Self::plain(reason, text) });
        }
        let (reason, _) = NAMELESS.iter().find(|(_, beginning)| after(&text, beginning).is_some())?;
        Some(Self::plain(*reason, text))
    }

    /// `Cannot convert value to integer (bad value): x`, `Could not convert value to integer. Field: qty; Value: x`
    fn wrong_type(text: &Cow<'a, str>) -> Option<Self> {
        if let Some(error) = Self::not_converted(text) {
            return Some(error);
        }
        let (start, end, behind) = CONVERT.iter().find_map(|(before, between)| {
            let start = after(text, before)?;
            let end = start + find(text.get(start..)?, between)?;
            Some((start, end, end + between.len()))
        })?;
        let field = find(text, ". field: ").map(|at| at + ". field: ".len());
        let value = find(text, "; value: ");
        let (column, found) = match (field, value) {
            (Some(field), Some(value)) if field <= value => {
                (Some(without_positions(cut(text, field..value))), cut(text, value + "; value: ".len()..text.len()))
            }
            _ => (None, cut(text, behind..text.len())),
        };
        let expected = Some(cut(text, start..end));
        Some(InsertError { column, expected, found: Some(found), ..Self::plain(WrongType, text.clone()) })
    }

    /// Beam's: `Problem converting field root.qty expected type: INT64. Exception: …`
    fn not_converted(text: &Cow<'a, str>) -> Option<Self> {
        let start = after(text, CONVERTING)?;
        let middle = start + find(text.get(start..)?, EXPECTED)?;
        let kind = middle + EXPECTED.len();
        let end = kind + text.get(kind..)?.find(['.', ' ']).unwrap_or(text.len() - kind);
        let name = without_positions(cut(text, start..middle));
        let name = after(&name, "root.").map_or(name.clone(), |at| cut(&name, at..name.len()));
        let error = InsertError { column: Some(name), expected: Some(cut(text, kind..end)), ..Self::plain(WrongType, text.clone()) };
        (kind < end).then_some(error)
    }

    /// The error without the values in it: the same for the same failure.
    pub(super) fn general(&self) -> String {
        let what = match self.reason {
            NoSuchField => Cow::Borrowed("no such field"),
            NotRecord => Cow::Borrowed("not a RECORD"),
            NotRepeated => Cow::Borrowed("not REPEATED"),
            Repeated => Cow::Borrowed("REPEATED, not a list"),
            Required => Cow::Borrowed("REQUIRED, no value"),
            WrongType => Cow::Owned(format!("not of type {}", self.expected.as_deref().unwrap_or("{type}"))),
            TooLarge => Cow::Borrowed("row too large"),
            Stopped => Cow::Borrowed(STOPPED),
            Other => Cow::Owned(plain_text(&self.text)),
        };
        match &self.column {
            Some(column) => format!("{what}: {column}"),
            None => what.into_owned(),
        }
    }

    /// A list of errors that reads as this one.
    pub(crate) fn to_text(&self) -> String {
        let message = match self.reason {
            NoSuchField => Cow::Owned(format!("no such field: {}", self.column.as_deref().unwrap_or_default())),
            NotRecord => "This field is not a record".into(),
            NotRepeated => "Array specified for non-repeated field".into(),
            Repeated => "Repeated record added outside of an array".into(),
            Required => "Missing required field".into(),
            WrongType if self.found.is_none() => {
                let (kind, column) = (self.expected.as_deref().unwrap_or_default(), self.column.as_deref().unwrap_or_default());
                Cow::Owned(format!("Problem converting field {column} expected type: {kind}"))
            }
            WrongType => {
                let (kind, value) = (self.expected.as_deref().unwrap_or_default(), self.found.as_deref().unwrap_or_default());
                Cow::Owned(format!("Cannot convert value to {kind} (bad value): {value}"))
            }
            TooLarge => "Row size too large".into(),
            Stopped => "".into(),
            Other => Cow::Borrowed(&*self.text),
        };
        let reason = if self.is_by_catch() { STOPPED } else { "invalid" };
        let error = serde_json::json!({ "location": self.column.as_deref().unwrap_or_default(), "message": message, "reason": reason });
        serde_json::json!({ "errors": [error] }).to_string()
    }

    /// What is wrong, as a whole clause. Safe to show on a terminal.
    pub fn sentence(&self) -> String {
        let column = self.column.as_deref().map_or("a column".into(), |name| format!("the column {}", shown(name)));
        match self.reason {
            NoSuchField => match &self.column {
                Some(name) => format!("the table has no column {}", shown(name)),
                None => "the table does not have all columns of the row".to_owned(),
            },
            NotRecord => format!("{column} is not a RECORD, and the row has an object there"),
            NotRepeated => format!("{column} is not REPEATED, and the row has a list there"),
            Repeated => format!("{column} is REPEATED, and the row has no list there"),
            Required => format!("{column} is REQUIRED, and the row has nothing there"),
            WrongType => {
                let found = self.found.as_deref().map_or_else(String::new, |found| format!(": {}", shown(found)));
                let kind = self.expected.as_deref().map_or("another type".into(), shown);
                format!("{column} is of type {kind}, and the row has another value there{found}")
            }
            TooLarge => "the row has more bytes than BigQuery takes".to_owned(),
            Stopped => NOT_AT_FAULT.to_owned(),
            Other => match (&self.column, self.text.is_empty()) {
                (Some(_), true) => format!("BigQuery does not take what the row has in {column}"),
                (None, true) => "BigQuery does not say why it did not take the row".to_owned(),
                (Some(_), false) => format!("{column}: {}", shown(&self.text)),
                (None, false) => shown(&self.text).into_owned(),
            },
        }
    }
}

/// The column by both that tell it: the text's own name is often the whole path, or the last part of the location.
fn joined<'a>(location: Option<Cow<'a, str>>, named: Option<Cow<'a, str>>) -> Option<Cow<'a, str>> {
    let (Some(around), Some(name)) = (&location, &named) else { return named.or(location) };
    let is_within = |outer: &str, inner: &str| {
        outer.len() > inner.len() && outer.is_char_boundary(outer.len() - inner.len()) && {
            let (head, tail) = outer.split_at(outer.len() - inner.len());
            head.ends_with('.') && tail.eq_ignore_ascii_case(inner)
        }
    };
    match () {
        () if is_within(around, name) => location,
        () if name.contains('.') || around.eq_ignore_ascii_case(name) => named,
        () => Some(Cow::Owned(format!("{around}.{name}"))),
    }
}

/// Where the text goes on behind a beginning, whose letters are small ones.
fn after(text: &str, beginning: &str) -> Option<usize> {
    let head = text.get(..beginning.len())?;
    head.eq_ignore_ascii_case(beginning).then_some(beginning.len())
}

/// Where small letters stand first in a text, in either case.
fn find(text: &str, part: &str) -> Option<usize> {
    text.char_indices().map(|(at, _)| at).find(|&at| after(&text[at..], part).is_some())
}

/// What stands from there to an ending.
fn part<'a>(text: &Cow<'a, str>, from: usize, ending: &str) -> Option<Cow<'a, str>> {
    let end = text.len().checked_sub(ending.len()).filter(|&end| end >= from && text.is_char_boundary(end))?;
    text[end..].eq_ignore_ascii_case(ending).then(|| cut(text, from..end))
}

/// A part of a text, borrowed where the text is.
fn cut<'a>(text: &Cow<'a, str>, range: std::ops::Range<usize>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(range).unwrap_or("")),
        Cow::Owned(text) => Cow::Owned(text.get(range).unwrap_or("").to_owned()),
    }
}

/// Without the full stop behind a name and space around it.
fn trimmed(name: Cow<'_, str>) -> Cow<'_, str> {
    let start = name.len() - name.trim_start().len();
    let end = name.trim_end().trim_end_matches('.').len();
    if start >= end { Cow::Borrowed("") } else { cut(&name, start..end) }
}

/// `events[3].name` is the column `events.name`.
fn without_positions(name: Cow<'_, str>) -> Cow<'_, str> {
    if !name.contains('[') {
        return name;
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = &*name;
    while let Some((before, behind)) = rest.split_once('[') {
        out.push_str(before);
        rest = match behind.split_once(']') {
            Some((position, behind)) if !position.is_empty() && position.bytes().all(|byte| byte.is_ascii_digit()) => behind,
            _ => {
                out.push('[');
                behind
            }
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Without what says where the row was.
fn without_lead(mut text: &str) -> &str {
    while let Some(at) = LEADS.iter().find_map(|(before, behind)| {
        let start = after(text, before)?;
        let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        let end = start + digits;
        let is_lead = (digits > 0) != behind.is_empty() && text[end..].starts_with(behind);
        is_lead.then_some(end + behind.len())
    }) {
        text = &text[at..];
    }
    text
}

fn without_lead_of(text: Cow<'_, str>) -> Cow<'_, str> {
    let end = text.trim_end().len();
    let start = text.len() - without_lead(&text).len();
    if start == 0 && end == text.len() { text } else { cut(&text, start.min(end)..end) }
}

#[cfg(test)]
mod tests;
