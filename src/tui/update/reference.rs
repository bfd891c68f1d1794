//! References in a schema: to the node that a `$ref` names, and back.
//!
//! Owns: where a `$ref` under the cursor leads, the way back.
//! Refuses: how it is resolved (schema).

use super::super::action::Action;
use super::super::app::App;
use super::super::subject::Subject;
use super::follow as follow_cursor;
use crate::ground::text::visible;
use crate::pipeline::document::NodeId;
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::references::Reference;

/// Goes to what the `$ref` under the cursor names, or says why not; false where there is none under it.
pub(super) fn follow(app: &mut App) -> bool {
    let Some((line, Subject::Schema(schema))) = app.focused_item() else { return false };
    let Some(reference) = under(&schema, line as NodeId) else { return false };
    match reference {
        Reference::Inside(node) => {
            if let Some((list, tree)) = app.focused() {
                list.trail.push(line);
                list.outline.reveal(&tree, node as usize);
            }
            follow_cursor(app);
            let back = app.keymap.words("; ", Action::Back, " leads back");
            app.tell(format!("#{}{back}", visible(&schema.pointer(node))));
        }
        Reference::Nowhere => app.warn("this $ref names nothing in its file"),
        Reference::Elsewhere(address) => app.warn(format!("this $ref names another file, {}", visible(&address))),
    }
    true
}

/// The reference of a line: of a `$ref` itself, or of a node that has one.
fn under(schema: &Schema, line: NodeId) -> Option<Reference> {
    let is_reference = schema.document.key(line).is_some_and(|key| key == "$ref");
    let own = if is_reference { schema.document.parent(line).and_then(|holder| schema.reference(holder)) } else { None };
    own.or_else(|| schema.reference(line))
}

/// Back to the latest reference that was followed; false where none was.
pub(super) fn back(app: &mut App) -> bool {
    let Some((list, tree)) = app.focused() else { return false };
    let Some(line) = list.trail.pop() else { return false };
    list.outline.reveal(&tree, line);
    follow_cursor(app);
    true
}
