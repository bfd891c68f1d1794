//! The same edit on the template or include that a schema is generated from.
//!
//! Owns: making it only where what is edited is written there as it is in the schema.
//! Refuses: putting templates together (blame).

use serde_json::Value;

use super::{FilePatch, PatchSettings};
use crate::pipeline::document::NodeId;
use crate::pipeline::schema::Schema;
use crate::rows::schemas::SchemaStore;
use crate::rows::schemas::git::Repository;
use crate::triage::blame::template::{EditedTemplate, Templates};
use crate::triage::blame::{BlameQuestion, BlameTarget};
use crate::triage::mend::{Loosening, NodeEdit, text_edits};

/// Where the edit is made in the source.
#[derive(Debug)]
pub(super) enum TemplateEdit {
    /// In these files.
    Files(Vec<EditedTemplate>),
    /// Nowhere, and why.
    None(String),
}

/// Looks for the edit in the source repository.
pub(super) fn of(schemas: &SchemaStore, file: &FilePatch, settings: &PatchSettings) -> TemplateEdit {
    let Some(source) = &settings.source_repo else {
        return TemplateEdit::None(
            "whether it is generated from a template is not known: no source repository is configured (source_repo)".to_owned(),
        );
    };
    let Some(doctype) = schemas.doctypes().get(file.doctype) else { return TemplateEdit::None("the doctype is gone".to_owned()) };
    let question = BlameQuestion {
        namespace: doctype.namespace.clone(),
        doctype: doctype.doctype.clone(),
        version: doctype.version.clone(),
        target: BlameTarget::Node(Vec::new()),
    };
    let found = Repository::open(source).and_then(|repository| Templates::open(&repository)).and_then(|mut templates| {
        let edits = &file.proposal.edits;
        templates.edited(&question, &mut |text| {
            let rendered = Schema::parse("template", text.to_vec()).ok()?;
            let is_same = edits.iter().all(|edit| is_same(&file.schema, &rendered, edit));
            is_same.then(|| text_edits(&rendered, edits).ok()).flatten()
        })
    });
    match found {
        Ok(Some(files)) => TemplateEdit::Files(files),
        Ok(None) => TemplateEdit::None("what is edited is made by the generator: no template has it so".to_owned()),
        Err(error) => TemplateEdit::None(format!("templates cannot be read: {error}")),
    }
}

/// Whether both have the same where it is edited.
fn is_same(schema: &Schema, rendered: &Schema, edit: &NodeEdit) -> bool {
    let (Some(ours), Some(theirs)) = (schema.node_at_pointer(&edit.pointer), rendered.node_at_pointer(&edit.pointer)) else { return false };
    let keyword = match &edit.loosening {
        Loosening::Limit { keyword, .. } | Loosening::Without(keyword) => keyword,
        Loosening::Types(_) => "type",
        Loosening::Values(_) => return value(schema, ours) == value(rendered, theirs),
        Loosening::Optional(_) => "required",
        Loosening::Keys(_) | Loosening::AnyKey(_) => "additionalProperties",
        Loosening::Pattern { .. } => "pattern",
        Loosening::Independent(_) => "dependencies",
        Loosening::AnyBranch => "oneOf",
        Loosening::Anything => return value(schema, ours) == value(rendered, theirs),
    };
    let of = |schema: &Schema, node: NodeId| schema.keyword(node, keyword).map(|found| value(schema, found));
    of(schema, ours) == of(rendered, theirs)
}

fn value(schema: &Schema, node: NodeId) -> Option<Value> {
    serde_json::from_slice(schema.document.raw(node)).ok()
}
