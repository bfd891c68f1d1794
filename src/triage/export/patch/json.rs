//! A patch for scripts.
//!
//! Owns: its members.
//! Refuses: what may be told of a value (text).

use serde_json::{Value, json};

use super::{FilePatch, GroupPatch, OtherRows, PatchOf, PatchSettings, UneditedFile, templates::TemplateEdit, text};
use crate::rows::advice::Advised;
use crate::rows::group::Group;
use crate::rows::schemas::SchemaStore;
use crate::triage::changed_column::ChangedColumn;
use crate::triage::mend::{Loosening, NodeEdit, PatchedColumns, Share, elsewhere, lets_in, says};
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
        self.may_be_told(schemas, redactor)?;
        let templates = self.templates(schemas, settings);
        let diff = self.diff(&templates, of)?;
        let files = self.files.iter().zip(&templates);
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
            "files": files.map(|(file, templates)| of_file(schemas, file, templates, redactor)).collect::<Vec<_>>(),
            "withheld": self.withheld().collect::<Vec<_>>(),
            "unedited": self.unedited.iter().map(unedited).collect::<Vec<_>>(),
            "rows": rows,
            "next": next.collect::<Vec<_>>(),
            "others": match &self.others { Some(OtherRows::Judged(turns)) => counts(turns), _ => Value::Null },
            "others_told": self.others.as_ref().map(OtherRows::line),
            "diff": diff,
        }))
    }
}

fn unedited(file: &UneditedFile) -> Value {
    json!({"file": format!("{}{}", super::FOLDER, file.path), "rows": file.rows, "reason": file.reason})
}

/// What becomes of rows.
fn counts(turns: &TurnCounts) -> Value {
    Turn::ALL.into_iter().map(|turn| (turn.name(), turns.of(turn))).collect()
}

fn of_file(schemas: &SchemaStore, file: &FilePatch, templates: &TemplateEdit, redactor: &Redactor) -> Value {
    let (templates, templates_told) = match templates {
        TemplateEdit::Files(files) => (files.iter().map(|file| file.file.as_str()).collect(), None),
        TemplateEdit::None(reason) => (Vec::new(), Some(reason)),
    };
    let (deploy, columns) = match &file.columns {
        PatchedColumns::Compared(changes) => {
            let columns = changes.changes.iter().map(|change| ChangedColumn::compared(change, None));
            (Some(changes.verdict().name()), columns.collect::<Vec<_>>())
        }
        PatchedColumns::Stops(_) => (Some("BLOCK"), Vec::new()),
        PatchedColumns::Untold(_) => (None, Vec::new()),
    };
    json!({
        "file": format!("{}{}", super::FOLDER, file.schema.path),
        "templates": templates,
        "templates_told": templates_told,
        "edits": file.proposal.edits.iter().map(|edit| of_edit(schemas, file, edit, redactor)).collect::<Vec<_>>(),
        "columns": columns,
        "deploy": deploy,
        "columns_told": file.columns.lines(),
    })
}

fn of_edit(schemas: &SchemaStore, file: &FilePatch, edit: &NodeEdit, redactor: &Redactor) -> Value {
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
    let also = elsewhere(schemas, &file.schema, edit);
    json!({
        "pointer": edit.pointer,
        "does": says(&file.schema, edit),
        "lets_in": lets_in(&file.schema, edit),
        "limit": limit,
        "elsewhere": {"references": also.references, "twins": also.twins, "schemas": also.schemas.0, "schema_count": also.schemas.1},
    })
}

/// A number as it is written.
fn number(text: &str) -> Value {
    serde_json::from_str::<serde_json::Number>(text).map_or_else(|_| text.into(), Value::Number)
}
