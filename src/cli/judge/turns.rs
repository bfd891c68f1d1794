//! What became of documents that were judged twice, for people and for scripts.
//!
//! Owns: counts by group and doctype, their forms.
//! Refuses: judging and counting (against, recheck).

use serde::Serialize;

use super::JudgeFormat;
use crate::cli::{out, safe_json};
use crate::rows::group::{Fingerprint, Group};
use crate::rows::row::Unreadable;
use crate::triage::facts::turns::{ToldTurns, group_name};
use crate::triage::recheck::{Recheck, RefusingPlace, Turn, TurnCounts};

/// Everything that was judged twice.
#[derive(Debug)]
pub(super) struct Turns {
    pub before: String,
    pub after: String,
    /// Of error rows, the largest group first.
    pub groups: Vec<TurnedGroup>,
    /// Of documents, the most first.
    pub doctypes: Vec<TurnedDoctype>,
    /// Rows of each group that were judged at most; `None` where all were.
    pub most: Option<usize>,
    /// Rows without a payload or a doctype.
    pub without: u64,
    /// Rows that no schemas would take.
    pub beyond: u64,
    /// Documents whose doctype cannot be told.
    pub untold: u64,
    /// What of the rows is none.
    pub unreadable: Unreadable,
    /// Whether reading ended early.
    pub is_partial: bool,
}

/// A group with what becomes of its rows.
#[derive(Debug)]
pub(super) struct TurnedGroup {
    pub group: Group,
    pub counts: TurnCounts,
}

/// A doctype with what becomes of its documents.
#[derive(Debug)]
pub(super) struct TurnedDoctype {
    pub name: String,
    pub counts: TurnCounts,
}

impl Turns {
    /// Nothing judged yet.
    pub(super) fn new(before: String, after: String) -> Self {
        Turns {
            before,
            after,
            groups: Vec::new(),
            doctypes: Vec::new(),
            most: None,
            without: 0,
            beyond: 0,
            untold: 0,
            unreadable: Unreadable::default(),
            is_partial: false,
        }
    }

    /// Everything together.
    pub(super) fn total(&self) -> TurnCounts {
        let mut total = TurnCounts::default();
        self.groups
            .iter()
            .map(|turned| &turned.counts)
            .chain(self.doctypes.iter().map(|turned| &turned.counts))
            .for_each(|counts| total.absorb(counts));
        total
    }

    /// Whether something that should have been judged was not read.
    pub(super) fn is_doubtful(&self) -> bool {
        self.is_partial || self.without > 0 || self.untold > 0 || self.unreadable.count > 0
    }
}

/// Prints them.
pub(super) fn print(turns: &Turns, recheck: &Recheck, format: JudgeFormat) -> color_eyre::Result<()> {
    let text = match format {
        JudgeFormat::Text => to_text(turns, recheck),
        JudgeFormat::Json => to_json(turns, recheck)?,
        JudgeFormat::Ndjson => to_lines(turns, recheck)?,
    };
    out::print(&text).map(|_| ())
}

fn to_text(turns: &Turns, recheck: &Recheck) -> String {
    let groups = turns.groups.iter().map(|turned| (&turned.counts, group_name(&turned.group)));
    let doctypes = turns.doctypes.iter().map(|turned| (&turned.counts, turned.name.clone()));
    let counts = groups.chain(doctypes).collect();
    ToldTurns { recheck, counts, most: turns.most, without: turns.without, beyond: turns.beyond, is_partial: turns.is_partial }.to_text()
}

fn pointer(at: usize, node: u32, recheck: &Recheck) -> String {
    recheck.after().schema(at).ok().flatten().map(|schema| schema.pointer(node)).unwrap_or_default()
}

/// Counts of turns. Names and meanings are stable.
#[derive(Serialize)]
struct TurnsAnswer {
    documents: u64,
    newly_failing: u64,
    same: u64,
    different: u64,
    now_passing: u64,
    passes: u64,
    unjudged: u64,
    /// Where the later schemas refuse what they did not refuse there before.
    faults: Vec<FaultAnswer>,
}

/// A place of the later schemas.
#[derive(Serialize)]
struct FaultAnswer {
    schema_file: Option<String>,
    schema_pointer: String,
    keyword: &'static str,
    count: u64,
}

/// A group of error rows.
#[derive(Serialize)]
struct GroupAnswer<'a> {
    fingerprint: Fingerprint,
    namespace: Option<&'a str>,
    doctype: Option<&'a str>,
    version: Option<&'a str>,
    path: Option<&'a str>,
    fault: &'a str,
    /// Rows of the group, judged or not.
    rows: u64,
    #[serde(flatten)]
    turns: TurnsAnswer,
}

/// A doctype of documents.
#[derive(Serialize)]
struct DoctypeTurnsAnswer<'a> {
    doctype: &'a str,
    #[serde(flatten)]
    turns: TurnsAnswer,
}

fn answer(counts: &TurnCounts, recheck: &Recheck) -> TurnsAnswer {
    let fault = |(place, count): (RefusingPlace, u64)| FaultAnswer {
        schema_file: recheck.after().doctypes().get(place.0).and_then(|known| known.schema.clone()).map(|path| format!("schemas/{path}")),
        schema_pointer: pointer(place.0, place.1, recheck),
        keyword: place.2,
        count,
    };
    TurnsAnswer {
        documents: counts.all(),
        newly_failing: counts.of(Turn::Refused),
        same: counts.of(Turn::Same),
        different: counts.of(Turn::Different),
        now_passing: counts.of(Turn::Taken),
        passes: counts.of(Turn::Passes),
        unjudged: counts.of(Turn::Unjudged),
        faults: counts.places().into_iter().map(fault).collect(),
    }
}

fn group<'a>(turned: &'a TurnedGroup, recheck: &Recheck) -> GroupAnswer<'a> {
    let key = &turned.group.key;
    GroupAnswer {
        fingerprint: turned.group.fingerprint,
        namespace: key.namespace.as_deref(),
        doctype: key.doctype.as_deref(),
        version: key.version.as_deref(),
        path: key.path.as_deref(),
        fault: &key.fault,
        rows: turned.group.count,
        turns: answer(&turned.counts, recheck),
    }
}

fn json(value: &impl Serialize) -> color_eyre::Result<String> {
    Ok(safe_json::escape(serde_json::to_string(value)?))
}

fn to_json(turns: &Turns, recheck: &Recheck) -> color_eyre::Result<String> {
    let groups: Vec<String> = turns.groups.iter().map(|turned| json(&group(turned, recheck))).collect::<Result<_, _>>()?;
    let doctype = |turned: &TurnedDoctype| json(&DoctypeTurnsAnswer { doctype: &turned.name, turns: answer(&turned.counts, recheck) });
    let doctypes: Vec<String> = turns.doctypes.iter().map(doctype).collect::<Result<_, _>>()?;
    let total = json(&answer(&turns.total(), recheck))?;
    let (before, after) = (json(&turns.before)?, json(&turns.after)?);
    let unread = json(&recheck.unread())?;
    let rows = turns.most.map_or_else(|| "null".to_owned(), |most| most.to_string());
    Ok(format!(
        "{{\"before\":{before},\"after\":{after},\"counts\":{total},\"rows_a_group\":{rows},\"unread_schemas\":{unread},\"without_payload\":{},\"beyond_schemas\":{},\"untold\":{},\"partial\":{},\"groups\":[\n{}\n],\"doctypes\":[\n{}\n]}}\n",
        turns.without,
        turns.beyond,
        turns.untold,
        turns.is_partial,
        groups.join(",\n"),
        doctypes.join(",\n")
    ))
}

/// A group or a doctype a line.
fn to_lines(turns: &Turns, recheck: &Recheck) -> color_eyre::Result<String> {
    let mut text = String::new();
    for turned in &turns.groups {
        text.push_str(&json(&group(turned, recheck))?);
        text.push('\n');
    }
    for turned in &turns.doctypes {
        text.push_str(&json(&DoctypeTurnsAnswer { doctype: &turned.name, turns: answer(&turned.counts, recheck) })?);
        text.push('\n');
    }
    Ok(text)
}
