//! A row whose data is taken out and which still fails for the same reason.
//!
//! Owns: trying what keeps the verdict, from the fullest document to the smallest; what counts as the same case.
//! Refuses: what may be told of a value (redact), shrinking (minimize).

use std::sync::Arc;

use crate::pipeline::document::Document;
use crate::pipeline::verdict::judge::Judge;
use crate::rows::column::ErrorColumn;
use crate::rows::payload::Payload;
use crate::rows::payload::PayloadForm;
use crate::rows::row::SourceRow;
use crate::rows::schemas::{Lookup, SchemaStore};
use crate::triage::case::{self, Case};
use crate::triage::export::reproducer;
use crate::triage::redact::{self, FailingValue, Lists, Redactor, TextForm};

/// What became of a row.
pub(super) enum RedactedOutcome {
    /// Its document, with shapes for values.
    Whole(SourceRow),
    /// A small document made for its fault.
    Small(SourceRow),
    /// Neither fails for the same reason.
    Lost,
}

/// Takes the data out of a row. `may_shrink`: whether a small document may stand for it; making one takes time.
pub(super) fn redact(row: SourceRow, schemas: Option<&SchemaStore>, redactor: &mut Redactor, may_shrink: bool) -> RedactedOutcome {
    let case = case::open(row, schemas);
    let columns = redactor.columns(&case.row, Lists::of(&case)).told;
    let columns = columns.into_iter().map(|(name, value)| (name.into(), Some(value))).collect();
    let bare = SourceRow {
        columns,
        payload: Payload::Absent,
        origin: redactor.origin(&case.row.origin).into_owned(),
        judge: case.row.judge.clone(),
        others: Vec::new(),
    };
    let keep = |payload: Payload| alike(&case, SourceRow { payload, ..bare.clone() }, schemas);
    let whole = match case.form {
        PayloadForm::Absent => Some(Payload::Absent),
        _ => shapes(&case, schemas, redactor).map(Payload::Bytes),
    };
    if let Some(row) = whole.and_then(keep) {
        return RedactedOutcome::Whole(row);
    }
    let small = schemas.filter(|_| may_shrink).and_then(|schemas| small(&case, schemas));
    small.and_then(|text| keep(Payload::Bytes(text))).map_or(RedactedOutcome::Lost, RedactedOutcome::Small)
}

/// The document with shapes for values, or made-up values where the schema asks for something else.
fn shapes(case: &Case, schemas: Option<&SchemaStore>, redactor: &mut Redactor) -> Option<Vec<u8>> {
    let document = case.document.as_deref().filter(|document| document.error().is_none())?;
    let violation = case.replay.as_ref().and_then(|replay| replay.violation.as_ref());
    let failing = match violation {
        Some(violation) => Some(FailingValue { node: violation.instance, keyword: Some(violation.keyword) }),
        None => case.value.map(|node| FailingValue { node, keyword: case.fault.as_ref().and_then(|fault| fault.keyword) }),
    };
    let text = redactor.document(document, Lists::of(case), failing, TextForm::Line).into_bytes();
    let judge = case.replay.as_ref().zip(schemas).and_then(|(_, schemas)| judge(case, schemas));
    let fitted = judge.and_then(|judge| redact::fit(&judge, document, &Document::parse(text.as_slice())));
    Some(fitted.map_or(text, |fitted| fitted.text().to_vec()))
}

fn judge(case: &Case, schemas: &SchemaStore) -> Option<Arc<Judge>> {
    let doctype = case.doctype.as_ref()?;
    match schemas.lookup(&doctype.namespace, &doctype.doctype, doctype.version.as_deref()) {
        Lookup::Found(at) => schemas.judge(at).ok().flatten(),
        _ => None,
    }
}

/// The smallest document with the same fault, where nothing of the original is left in it.
fn small(case: &Case, schemas: &SchemaStore) -> Option<Vec<u8>> {
    let small = reproducer::smallest(case, schemas, &mut reproducer::to_the_end).ok()?;
    (small.kept == Some(0)).then_some(small.text)
}

/// The row, if it is the same case; its message then says what is wrong with its new document.
fn alike(case: &Case, mut row: SourceRow, schemas: Option<&SchemaStore>) -> Option<SourceRow> {
    let reproduced = |case: &Case| case.replay.as_ref().is_some_and(|replay| replay.reproduced);
    if reproduced(case) {
        let replay = case::open(row.clone(), schemas).replay?;
        let message = row.columns.iter_mut().find(|(name, _)| name == ErrorColumn::Message.name())?;
        message.1 = Some(replay.recorded().into_owned());
    }
    is_same(case, &case::open(row.clone(), schemas)).then_some(row)
}

/// Whether both fail for the same reason: the same keyword of the same schema node at the same place, judged alike, landing in the same column.
fn is_same(one: &Case, other: &Case) -> bool {
    type SameReason<'a> = (Option<&'a str>, bool, Option<(&'a str, &'a str)>);
    fn reason(case: &Case) -> Option<SameReason<'_>> {
        let replay = case.replay.as_ref()?;
        let violation = replay.violation.as_ref().map(|violation| (violation.keyword, violation.schema_pointer.as_str()));
        Some((replay.class, replay.reproduced, violation))
    }
    fn place(case: &Case) -> Option<(&str, Option<&str>, Option<&str>)> {
        let broken = case.broken.as_ref()?;
        Some((&broken.path, broken.schema_pointer.as_deref(), broken.keyword))
    }
    let version = |case: &Case| case.doctype.as_ref().and_then(|doctype| doctype.version.clone());
    let file = |case: &Case| case.schema.as_ref().map(|schema| schema.path.clone());
    let column = |case: &Case| case.landing.as_ref().map(|landing| (landing.column, landing.fate));
    reason(one) == reason(other)
        && place(one) == place(other)
        && (version(one), file(one), column(one)) == (version(other), file(other), column(other))
}
