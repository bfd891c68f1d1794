//! A case as a block of text, for people.

use super::answer::CaseAnswer;
use crate::ground::text::visible;
use crate::triage::case::Case;
use crate::triage::facts;

/// The fields that stand in a block beside what is told of every case.
pub(super) const FIELDS: [&str; 7] = ["row", "namespace", "doctype", "version", "received", "stage", "group"];

/// Bytes of most blocks.
const USUAL: usize = 1024;

/// The case in a few lines, with an empty line behind it.
pub(super) fn block(answer: &CaseAnswer<'_>, case: &Case) -> String {
    let mut facts = facts::case::brief(case);
    for (name, value) in [("document", answer.document_id), ("received", answer.received.0.as_ref().and_then(Option::as_deref))] {
        if let Some(value) = value {
            facts.named(name, value);
        }
    }
    if let Some(Some(group)) = &answer.group.0 {
        facts.named("group", group);
    }
    let mut block = String::with_capacity(USUAL);
    if let Some(row) = answer.row.0.flatten() {
        block.push_str(&format!("row {row}  "));
    }
    block.extend([&visible(&title(answer, &case.row.origin)), "\n"]);
    facts.indent("  ", &mut block);
    block.push('\n');
    block
}

fn title(answer: &CaseAnswer<'_>, origin: &str) -> String {
    let mut name = answer.namespace.0.flatten().unwrap_or("no namespace").to_owned();
    for (sign, part) in [('/', answer.doctype.0.flatten()), ('.', answer.version.0.flatten())] {
        if let Some(part) = part {
            name.push(sign);
            name.push_str(part);
        }
    }
    format!("{name}  {}  {origin}", answer.stage.0.flatten().unwrap_or("no stage"))
}

#[cfg(test)]
mod tests {
    use super::super::only;
    use super::*;

    #[test]
    fn what_stands_in_a_block_is_a_field() {
        assert!(!FIELDS.is_empty() && FIELDS.iter().all(|field| only::FIELDS.contains(field)));
    }
}
