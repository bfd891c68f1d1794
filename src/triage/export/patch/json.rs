//! A patch for scripts.
//!
//! Owns: its members.
//! Refuses: what may be told of a value (text).

use serde_json::{Value, json};

use super::{FilePatch, GroupPatch, OtherRows, PatchOf, PatchSettings, UneditedFile, templates, text};
use crate::pipeline::compat::{ColumnChange, ColumnForms};
use crate::rows::advice::Advised;
use crate::rows::group::Group;
use crate::rows::schemas::SchemaStore;
use crate::triage::mend::{Loosening, NodeEdit, PatchedColumns, Share, lets_in, says};
use crate::triage::recheck::{Turn, TurnCounts};
use crate::triage::redact::Redactor;

impl GroupPatch {
    /// The patch as one object: edits, rows, columns, the diff. Names and meanings are stable.
    ///
    /// # Errors
    /// As of its text.
    pub fn json(
        &self,
        schemas: &SchemaStore,
        told: &Group,
        share: Share,
        of: PatchOf,
        settings: &PatchSettings,
        redactor: &mut Redactor,
    ) -> Result<Value, Advised> {
        let diff = self.diff(schemas, of, settings, redactor)?;
        let key = &told.key;
        let next = self.files.iter().flat_map(|file| &file.proposal.next);
        let next = next.map(|next| json!({"pointer": next.pointer, "keyword": next.keyword, "rows": next.documents}));
        let mut rows = counts(&self.turns);
        rows["replayed"] = self.turns.all().into();
        rows["without_document"] = self.without.into();
        rows["left_out"] = self.files.iter().map(|file| file.proposal.left_out).sum::<usize>().into();
        rows["worked_from"] = self.worked_from.into();
        Ok(json!({
            "fingerprint": told.fingerprint,
            "namespace": key.namespace.as_deref(), "doctype": key.doctype.as_deref(), "version": key.version.as_deref(),
            "share": share.percent(),
            "files": self.files.iter().map(|file| of_file(schemas, file, settings, redactor)).collect::<Vec<_>>(),
            "unedited": self.unedited.iter().map(unedited).collect::<Vec<_>>(),
            "rows": rows,
            "next": next.collect::<Vec<_>>(),
            "others": match &self.others { Some(OtherRows::Judged(turns)) => counts(turns), _ => Value::Null },
            "diff": diff,
        }))
    }
}

fn unedited(file: &UneditedFile) -> Value {
    json!({"file": format!("{}{}", super::FOLDER, file.path), "rows": file.rows, "reason": file.reason})
}

/// What becomes of rows.
fn counts(turns: &TurnCounts) -> Value {
    json!({
        "now_passing": turns.of(Turn::Taken),
        "different": turns.of(Turn::Different),
        "same": turns.of(Turn::Same),
        "newly_failing": turns.of(Turn::Refused),
        "passes": turns.of(Turn::Passes),
        "unjudged": turns.of(Turn::Unjudged),
    })
}

fn of_file(schemas: &SchemaStore, file: &FilePatch, settings: &PatchSettings, redactor: &Redactor) -> Value {
    let templates = match templates::of(schemas, file, settings) {
        templates::TemplateEdit::Files(files) => json!(files.iter().map(|file| &file.file).collect::<Vec<_>>()),
        templates::TemplateEdit::None(_) => json!([]),
    };
    let (deploy, columns) = match &file.columns {
        PatchedColumns::Compared(changes) => {
            let column = |change: &ColumnChange| {
                let form = |forms: &Option<ColumnForms>| forms.as_ref().map(|forms| (forms.typed(), forms.mode.name()));
                let (old, new) = (form(&change.old).unzip(), form(&change.new).unzip());
                json!({
                    "column": change.column, "verdict": change.verdict.name(), "rule": change.rule.name(),
                    "old_type": old.0, "old_mode": old.1, "new_type": new.0, "new_mode": new.1,
                })
            };
            (Some(changes.verdict().name()), changes.changes.iter().map(column).collect::<Vec<_>>())
        }
        PatchedColumns::Stops(_) => (Some("BLOCK"), Vec::new()),
        PatchedColumns::Untold(_) => (None, Vec::new()),
    };
    json!({
        "file": format!("{}{}", super::FOLDER, file.schema.path),
        "templates": templates,
        "edits": file.proposal.edits.iter().map(|edit| of_edit(file, edit, redactor)).collect::<Vec<_>>(),
        "columns": columns,
        "deploy": deploy,
        "columns_told": file.columns.lines(),
    })
}

fn of_edit(file: &FilePatch, edit: &NodeEdit, redactor: &Redactor) -> Value {
    let limit = match &edit.loosening {
        Loosening::Limit { keyword, to } => {
            let known = text::limits_of(file, edit, redactor).next();
            let takes = known.iter().flat_map(|limit| &limit.takes);
            let values = known.map(|limit| limit.all.iter().map(|(value, count)| json!([number(value), count])).collect::<Vec<_>>());
            json!({
                "keyword": keyword,
                "to": number(to),
                "takes": takes.map(|(share, limit)| json!({"share": share.percent(), "limit": number(limit)})).collect::<Vec<_>>(),
                "values": values,
            })
        }
        _ => Value::Null,
    };
    json!({"pointer": edit.pointer, "does": says(&file.schema, edit), "lets_in": lets_in(&file.schema, edit), "limit": limit})
}

/// A number as it is written.
fn number(text: &str) -> Value {
    serde_json::from_str::<serde_json::Number>(text).map_or_else(|_| text.into(), Value::Number)
}
