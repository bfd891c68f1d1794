//! A case as a block of text, for people.

use super::answer::CaseAnswer;
use crate::ground::text::visible;
use crate::triage::case::Case;
use crate::triage::facts;

/// The case in a few lines, with an empty line behind it.
pub(super) fn block(answer: &CaseAnswer<'_>, case: &Case) -> String {
    let mut facts = facts::case::brief(case);
    if let Some(group) = &answer.group {
        facts.named("group", group);
    }
    format!("row {}  {}\n{}\n", answer.row, visible(&title(answer, &case.row.origin)), facts.indented("  "))
}

fn title(answer: &CaseAnswer<'_>, origin: &str) -> String {
    let mut name = answer.namespace.unwrap_or("no namespace").to_owned();
    for (sign, part) in [('/', answer.doctype), ('.', answer.version)] {
        if let Some(part) = part {
            name.push(sign);
            name.push_str(part);
        }
    }
    format!("{name}  {}  {origin}", answer.stage.unwrap_or("no stage"))
}
