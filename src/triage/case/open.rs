//! A row becomes a case, step by step.

use std::sync::Arc;

use crate::ground::few::Few;
use crate::ground::text;
use crate::pipeline::destination::SplitPart;
use crate::pipeline::document::Document;
use crate::pipeline::fault::{Fault, SOMEBODY, Says};
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
use crate::pipeline::sink::Landing;
use crate::rows::column::ErrorColumn;
use crate::rows::payload::{self, PayloadForm};
use crate::rows::row::SourceRow;
use crate::rows::schemas::SchemaStore;

use super::doctype::{self, FoundDoctype, TableLayout};
use super::parts::{Share, Splitting};
use super::replay::{self, Replay};
use super::table::{CaseTable, Given};
use super::{Broken, Case, CaseParts, CaseWarnings, ToldMessage, agreement, attributes, oddities, place, refused, warned};

/// Nesting at which the pipeline's parser gives up.
const DEEPEST: usize = 1000;

pub(super) fn open(row: SourceRow, schemas: Option<&SchemaStore>, parts: CaseParts) -> Case {
    // The row stays whole: it may leave as it was stored.
    let decoded = payload::decode_kept(&row.payload);
    let (form, stored, mut notes) = (decoded.form, decoded.stored, decoded.problems);
    let text = decoded.text;
    let document = read(form, text.clone(), &mut notes);
    let FoundDoctype { mut doctype, schema, layouts, splitting, exact, judge, shelved } =
        doctype::resolve(&row, document.as_deref(), schemas, parts, &mut notes);

    if row.judge.is_some()
        && let Some(doctype) = &mut doctype
    {
        // Where another pipeline keeps its documents is not known.
        doctype.tables = Arc::default();
    }
    // Nor what its tables would be: those of this pipeline are made in another way.
    let layouts = if row.judge.is_some() { layouts.into_iter().filter(|layout| !layout.is_made()).collect() } else { layouts };
    let message = row.column(ErrorColumn::Message).unwrap_or_default().to_owned();
    let class = row.column(ErrorColumn::Class).map(str::to_owned);
    let has_fault = !message.is_empty() || class.is_some();
    let readings = if has_fault { Fault::readings(&message, class.as_deref()) } else { Few::default() };
    let mut replay = replay::replay(
        &row,
        Some(&*text).filter(|_| form != PayloadForm::Absent),
        document.as_deref(),
        judge.as_deref(),
        doctype.as_ref(),
        schemas,
        parts.violations,
    );
    // A required key may have been taken out before: that the place tells.
    let is_settled =
        |replay: &Replay| replay.reproduced && replay.violation.as_ref().is_some_and(|violation| violation.keyword != "required");
    let told = replay.as_ref().and_then(|replay| replay.violation.as_ref().filter(|_| replay.reproduced));
    let certain = || place::certain(schema.as_deref()?, &readings, told?);
    let (at, located) = match &replay {
        Some(replay) if !parts.place && !parts.columns && is_settled(replay) => (0, None),
        _ => certain().map_or_else(|| place::locate(schema.as_deref(), &readings, document.as_deref()), |broken| (0, Some(broken))),
    };
    let fault = readings.get(at);
    let broken = located.map(|located| replay.as_ref().and_then(|replay| replay.broken(&located)).unwrap_or(located));

    let cause = replay.as_ref().and_then(Replay::cause).map(|cause| &cause.violation);
    let lead = cause.zip(schema.as_deref()).map(|(violation, schema)| place::broken(schema, violation)).or_else(|| broken.clone());
    let mut value = match (document.as_deref(), cause) {
        (Some(document), Some(violation)) => Some(place::failing(document, violation)),
        (document, _) => document.zip(fault).and_then(|(document, fault)| place::value(document, fault, broken.as_ref())),
    };
    let tables = tables(&row, layouts, splitting.as_ref(), document.as_ref());
    let Homes { mut home, mut landing, elsewhere } = homes(&tables, splitting.as_ref(), broken.as_ref().zip(fault));
    if let Some(refused) = fault.and_then(|fault| refused::place(fault, &tables, document.as_deref())) {
        (home, landing, value) = (refused.table, refused.landing, refused.value);
        notes.extend(refused.note);
    }
    let table = tables.get(home);
    if let (Some(table), Some(doctype)) = (table, &mut doctype) {
        doctype.table.get_or_insert_default().clone_from(&table.name);
    }
    let layout = table.map(|table| table.layout.clone());
    match fault {
        Some(fault) => {
            tell(fault, exact, broken.as_ref(), document.as_deref(), &mut notes);
            if let Some(replay) = &mut replay {
                agreement::settle(replay, fault, broken.as_ref(), document.as_deref(), &mut notes);
            }
        }
        None => notes.push("The row has neither an error message nor an exception class.".to_owned()),
    }
    tell_more(replay.as_ref(), schema.as_deref(), layout.as_deref(), &mut notes);
    let about_judge = tell_elsewhere(&row, fault, &mut notes);
    let fault = fault.map(ToldMessage::of);
    drop(readings);
    let fault = fault.map(|told| ToldMessage { message, ..told });
    let is_parsed = document.as_deref().is_some_and(doctype::is_parsed);
    let warnings = if is_parsed { warned::warnings(&tables) } else { CaseWarnings::default() };
    Case {
        row,
        form,
        stored,
        fault,
        text,
        document,
        value,
        doctype,
        schema,
        shelved,
        tables,
        splitting,
        home,
        layout,
        broken,
        lead,
        landing,
        elsewhere,
        warnings,
        replay,
        notes,
        about_judge,
    }
}

/// The tables that the document goes to, each with the row that it becomes there.
fn tables(row: &SourceRow, layouts: Vec<TableLayout>, splitting: Option<&Splitting>, document: Option<&Arc<Document>>) -> Vec<CaseTable> {
    let division = splitting.zip(document).map(|(splitting, document)| splitting.divide(document));
    let table = |TableLayout { of, layout }| {
        let submission = attributes::submission(row, &of.doctype, &of.version);
        let share = document.map(|document| match division.as_ref().zip(of.part) {
            Some((division, part)) => Share::part(document, division, part),
            None => Share::whole(document.clone()),
        });
        let made = of.columns.is_made();
        CaseTable::new(of.name.clone(), of.part, (layout, made), share.map(|share| Given { share, submission: &submission }))
    };
    layouts.into_iter().map(table).collect()
}

/// The tables that the failing value goes to, and where it lands there.
#[derive(Default)]
struct Homes {
    home: usize,
    landing: Option<Landing>,
    elsewhere: Vec<(usize, Landing)>,
}

fn homes(tables: &[CaseTable], splitting: Option<&Splitting>, at: Option<(&Broken, &Fault<'_>)>) -> Homes {
    let Some((broken, fault)) = at else { return Homes::default() };
    let tokens = place::tokens_of(fault, broken);
    let landing = |table: &CaseTable| place::landing(&table.layout, broken.about_name, &tokens, table.landing(&tokens));
    let part = splitting.map(|splitting| splitting.part(&tokens));
    let home = part.and_then(|part| of_part(tables, part)).unwrap_or(0);
    let others = tables.iter().enumerate().filter(|(at, _)| part == Some(SplitPart::Both) && *at != home);
    Homes { home, landing: tables.get(home).map(landing), elsewhere: others.map(|(at, table)| (at, landing(table))).collect() }
}

/// The table that gets a part of the document; `None` where both do or it is not at hand.
pub(super) fn of_part(tables: &[CaseTable], part: SplitPart) -> Option<usize> {
    tables.iter().position(|table| table.part == Some(part))
}

/// The document, as far as there is one, and what is odd about it.
fn read(form: PayloadForm, text: Arc<[u8]>, notes: &mut Vec<String>) -> Option<Arc<Document>> {
    if form == PayloadForm::Absent {
        notes.push("The row has no payload: the source has no such column or it is NULL, so the document cannot be shown.".to_owned());
        return None;
    }
    if text.is_empty() {
        return None;
    }
    let document = Document::parse(text);
    if let Some(error) = document.error() {
        let kept = if document.is_empty() { "" } else { "; what comes before is shown" };
        notes.push(format!("The payload is not JSON: {error}{kept}."));
    } else if !doctype::is_object(&document) {
        notes.push(format!("The payload is not an object but {}; the pipeline takes only objects.", document.kind(0).with_article()));
    }
    if let Some(offset) = document.trailing() {
        let at = text::count(offset as u64);
        notes.push(format!("Text follows the document at byte {at}; the pipeline's parser ignores it."));
    }
    if document.nesting() > DEEPEST {
        notes.push("The document is nested deeper than 1,000, where the pipeline's parser gives up.".to_owned());
    }
    (!document.is_empty()).then(|| Arc::new(document))
}

/// What is odd about the fault beside what it says.
fn tell(fault: &Fault<'_>, exact: bool, broken: Option<&Broken>, document: Option<&Document>, notes: &mut Vec<String>) {
    if fault.cut {
        notes.push("The message was cut by the pipeline at 1,024 bytes.".to_owned());
    }
    match fault.says {
        Says::NoSuchDoctype { .. } | Says::NoSuchSchema { .. } if exact => {
            notes.push("The schemas you have have this doctype and version; the row's job did not, so it was added since.".to_owned());
        }
        Says::NotJson { .. } if document.is_some_and(|document| document.error().is_none()) => {
            notes.push(
                "The document reads as JSON here; the pipeline's parser is stricter about depth, long numbers and encoding.".to_owned(),
            );
        }
        _ => {}
    }
    let (Some(broken), Some(document)) = (broken, document) else { return };
    if let (Err((_, depth)), None) = (document.find(&broken.tokens), document.error()) {
        let missing = broken.tokens.get(depth).map(|token| text::clip_middle(&text::visible(token), 60).into_owned()).unwrap_or_default();
        notes.push(format!(
            "The document has no value at the place of the fault: `{missing}` is not there; the nearest value above is shown."
        ));
    }
}

/// Who judged, where that was not the pipeline's validator, and what else is wrong in the same row. Before all other notes; how many they are.
fn tell_elsewhere(row: &SourceRow, fault: Option<&Fault<'_>>, notes: &mut Vec<String>) -> usize {
    let spoke = fault.and_then(|fault| fault.judge);
    let who = match (row.judge.as_deref(), spoke) {
        (Some(row), Some(spoke)) if spoke != SOMEBODY => format!("{row}, in the words of {spoke}"),
        (Some(row), _) => row.to_owned(),
        (None, Some(SOMEBODY)) => "the words are those of another".to_owned(),
        (None, Some(spoke)) => format!("the words are those of {spoke}"),
        (None, None) => return 0,
    };
    let mut told = vec![format!("Judged elsewhere, not by this pipeline's validator: {who}.")];
    let others = row.others.iter().map(|(message, class)| {
        let fault = Fault::parse(message, class.as_deref());
        let tokens = fault.tokens();
        let place = match (tokens.is_empty(), fault.pointer) {
            (false, _) => format!("/{} ", tokens.join("/")),
            (true, Some(_)) => "the document ".to_owned(),
            (true, None) => String::new(),
        };
        format!("{place}{}", fault.sentence())
    });
    let others: Vec<String> = others.collect();
    if !others.is_empty() {
        let more = others.len().saturating_sub(MOST_OTHERS);
        let listed = others.iter().take(MOST_OTHERS).map(String::as_str).collect::<Vec<_>>().join("; ");
        let more = if more > 0 { format!("; and {} more", text::count(more as u64)) } else { String::new() };
        told.push(format!("The same row has {}: {listed}{more}.", text::plural(others.len() as u64, "more failure", "more failures")));
    }
    let count = told.len();
    notes.splice(0..0, told);
    count
}

/// Other failures of a row that are listed.
const MOST_OTHERS: usize = 10;

/// What could not be judged or is odd about the files.
fn tell_more(replay: Option<&Replay>, schema: Option<&Schema>, layout: Option<&Layout>, notes: &mut Vec<String>) {
    let doubts = replay.map_or(&[][..], |replay| &replay.doubts);
    notes.extend(doubts.iter().map(|doubt| format!("Not judged at {}: {}.", doubt.schema_pointer, doubt.what)));
    notes.extend(oddities::notes(schema, layout));
}
