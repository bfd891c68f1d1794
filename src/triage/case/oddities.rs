//! What is odd about the files that a case was judged by, as notes.
//!
//! Owns: how many oddities a case tells before it only counts them.
//! Refuses: finding them (schemas, layout).

use crate::ground::text;
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;

/// Oddities of one file that are told; a file that is wrong throughout must not bury the other notes.
const MOST: usize = 3;

/// Most cells of a pattern, a reason or an oddity.
const LONGEST: usize = 120;

/// Patterns of the schema that cannot be used, and what is odd in the table's layout.
pub(super) fn notes(schema: Option<&Schema>, layout: Option<&Layout>) -> Vec<String> {
    let patterns = schema.map(Schema::unusable_patterns).unwrap_or_default();
    let unusable = patterns.iter().map(|(pattern, reason)| {
        format!("The schema's pattern {} cannot be used and counts as not matching: {}.", shown(pattern), shown(reason))
    });
    let odd = layout.map_or(&[][..], |layout| &layout.oddities);
    let mut notes = first(unusable, patterns.len(), "patterns of the schema cannot be used");
    notes.extend(first(
        odd.iter().map(|oddity| format!("The table layout is odd: {}.", shown(oddity))),
        layout.map_or(0, Layout::oddity_count),
        "things are odd in the table layout",
    ));
    notes
}

/// The first sentences, and how many there are beyond them.
fn first(sentences: impl Iterator<Item = String>, count: usize, what: &str) -> Vec<String> {
    let told = text::listed(count, MOST);
    let more = (count - told) as u64;
    sentences.take(told).chain((more > 0).then(|| format!("{} more {what}.", text::count(more)))).collect()
}

fn shown(said: &str) -> String {
    text::clip_middle(&text::visible(said.trim_end_matches('.')), LONGEST).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_are_told_and_the_rest_counted() {
        let columns: Vec<String> = (0..5).map(|i| format!(r#"{{"name": "c{i}", "type": "POINT\u001b"}}"#)).collect();
        let layout = Layout::parse(format!("[{}]", columns.join(",")).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        let notes = super::notes(None, Some(&layout));
        assert_eq!((notes.len(), notes[3].as_str()), (4, "2 more things are odd in the table layout."));
        assert!(notes[0].starts_with("The table layout is odd: ") && notes[0].contains("c0"), "{}", notes[0]);
        assert!(!notes.concat().contains('\u{1b}'));
        let many: Vec<String> = (0..150).map(|i| format!(r#"{{"name": "c{i}", "type": "POINT"}}"#)).collect();
        let layout = Layout::parse(format!("[{}]", many.join(",")).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(super::notes(None, Some(&layout))[3], "147 more things are odd in the table layout.");
    }

    #[test]
    fn a_pattern_that_was_needed_and_is_broken_is_told() {
        let schema = Schema::parse("s", br#"{"type": "object"}"#.to_vec()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(notes(Some(&schema), None), Vec::<String>::new());
        assert!(!schema.pattern_found("(", "("));
        let notes = super::notes(Some(&schema), None);
        assert_eq!(notes.len(), 1);
        assert!(notes[0].starts_with("The schema's pattern ( cannot be used and counts as not matching: "), "{}", notes[0]);
    }
}
