//! The history of what is under the cursor: a node of a schema, or a column; of a group, the change that made it fail.
//!
//! Owns: which of them is meant, the work that looks for it.
//! Refuses: what it says (facts).

use super::super::advice;
use super::super::app::{App, CaseScreen};
use super::super::column_tree::ColumnLine;
use super::super::effect::Effect;
use super::super::message::JobId;
use super::super::subject::Subject;
use crate::pipeline::document::{Document, NodeId, unescape_pointer};
use crate::pipeline::layout::ColumnId;
use crate::rows::schemas::doctype_of;
use crate::triage::blame::{BlameQuestion, BlameTarget};

/// Title of the text.
const TITLE: &str = "History";
/// Characters that the line at the bottom has room for.
const LINE: usize = 100;

/// Begins to look for it, or says where it can be asked for.
pub(super) fn ask(app: &mut App) -> Vec<Effect> {
    let Some(question) = under_cursor(app) else {
        app.warn("no schema node and no column is known of this line, so no history either");
        return Vec::new();
    };
    let before = app.history.take().map(Effect::Cancel);
    let job = app.next_job();
    app.history = Some(job);
    app.tell("looking through history");
    before.into_iter().chain([Effect::History { job, question }]).collect()
}

/// Begins to look for the change that made the group under the cursor fail.
pub(super) fn suspect(app: &mut App) -> Vec<Effect> {
    let Some(of) = super::causes::under_cursor(app) else {
        app.warn("put the cursor on a group to see which change made it fail");
        return Vec::new();
    };
    if app.schemas.is_none() {
        app.warn(format!("what changed is found in the history of the schemas: {}", advice::GIVE_SCHEMAS));
        return Vec::new();
    }
    let before = app.history.take().map(Effect::Cancel);
    let job = app.next_job();
    app.history = Some(job);
    app.tell("looking through history");
    before.into_iter().chain([Effect::Suspect { job, of }]).collect()
}

/// It was found, or not.
pub(super) fn told(app: &mut App, job: JobId, outcome: Result<String, String>) -> Vec<Effect> {
    if app.history.take_if(|known| *known == job).is_none() {
        return Vec::new();
    }
    app.notice = None;
    match outcome {
        Ok(text) => app.show_text(TITLE.to_owned(), text),
        // A line at the bottom cuts what is longer.
        Err(reason) if reason.chars().count() > LINE => app.show_text(TITLE.to_owned(), format!("{reason}.")),
        Err(reason) => app.warn(reason),
    }
    Vec::new()
}

fn under_cursor(app: &App) -> Option<BlameQuestion> {
    let (line, subject) = app.focused_item()?;
    match subject {
        Subject::Schema(schema) => {
            let (namespace, doctype, version) = doctype_of(&schema.path)?;
            let target = BlameTarget::Node(schema.document.tokens(line as NodeId));
            Some(BlameQuestion { namespace: namespace.to_owned(), doctype: doctype.to_owned(), version, target })
        }
        Subject::Columns(tree) => match tree.line(line) {
            ColumnLine::Column(id) => of_table(&tree.table().name, &tree.table().layout.path(id)),
            // The column that the value would have, if it had one.
            ColumnLine::Additional(value) => of_table(&tree.table().name, &tree.column_of(value)?),
        },
        Subject::Tables(_) | Subject::Hits(_) => {
            let place = app.tables.place()?;
            let look = app.tables.known()?;
            let doctype = &app.tables.tree.catalog.tables().get(place.table as usize)?.doctype;
            let (namespace, name, version) = (doctype.namespace.clone(), doctype.doctype.clone(), doctype.version.clone());
            let target = column(&look.layout.as_ref()?.path(place.column?));
            Some(BlameQuestion { namespace, doctype: name, version, target })
        }
        Subject::Layout(layout) => {
            let doctype = app.deploy.sides.as_ref()?.look.table.doctype.clone();
            let target = column(&layout.path(line as ColumnId));
            Some(BlameQuestion { namespace: doctype.namespace, doctype: doctype.doctype, version: doctype.version, target })
        }
        Subject::Deploy(tree) => {
            let place = tree.place(line)?;
            let target = match tree.keyword(line) {
                Some(change) => BlameTarget::Node(unescape_pointer(&change.pointer)),
                None if place.column.is_empty() => return None,
                None => column(&place.column),
            };
            Some(BlameQuestion { namespace: place.namespace, doctype: place.doctype, version: place.version, target })
        }
        Subject::Document(document, _) => of_value(app.case.as_ref()?, &document, line as NodeId),
        Subject::Groups(_) | Subject::Overview(_) | Subject::Losses(_) => None,
    }
}

/// Of a value in a document the schema node that speaks of it, else the column that it goes to; of a row its column.
fn of_value(screen: &CaseScreen, document: &Document, line: NodeId) -> Option<BlameQuestion> {
    let table = screen.case.tables.get(screen.table);
    if screen.row.is_some() {
        let table = table?;
        return of_table(&table.name, &table.layout.path(screen.case.column_of_row(screen.table, document, line)?));
    }
    match (screen.tie.node, &screen.case.schema) {
        (Some(node), Some(schema)) => {
            let (namespace, doctype, version) = doctype_of(&schema.path)?;
            let target = BlameTarget::Node(schema.document.tokens(node));
            Some(BlameQuestion { namespace: namespace.to_owned(), doctype: doctype.to_owned(), version, target })
        }
        _ => of_table(&table?.name, &table?.layout.path(screen.tie.column?)),
    }
}

/// Of a live table, `telemetry_live.main_v5`: the decoder takes its parts for the doctype's.
fn of_table(table: &str, path: &str) -> Option<BlameQuestion> {
    let (namespace, rest) = table.split_once("_live.")?;
    let (doctype, version) = rest.rsplit_once("_v")?;
    Some(BlameQuestion { namespace: namespace.to_owned(), doctype: doctype.to_owned(), version: version.to_owned(), target: column(path) })
}

fn column(path: &str) -> BlameTarget {
    BlameTarget::Column(path.split('.').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_table_is_of_a_doctype() {
        let question = of_table("acme_reader_live.main_view_v12", "a.b").unwrap();
        assert_eq!((question.namespace.as_str(), question.doctype.as_str(), question.version.as_str()), ("acme_reader", "main_view", "12"));
        assert_eq!(question.target.to_string(), "a.b");
        assert!(of_table("elsewhere", "a").is_none());
    }
}
