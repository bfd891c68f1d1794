//! Pieces of the pipeline's messages.
//!
//! Owns: pointers as the validator writes them, values inside texts, the words of combinators.
//! Refuses: which failure is told (walk).

use super::program::Combinator;
use super::run::{JudgedSubject, Run};
use super::spell;

/// The judged value as a message prints it.
pub(super) fn subject(run: &Run<'_>, at: JudgedSubject) -> String {
    if at.is_name { run.text(at).into_owned() } else { spell::printed(run.document, at.node) }
}

/// How many branches matched, in the validator's words.
pub(super) fn combined(combinator: Combinator, matched: usize, total: usize) -> String {
    match combinator {
        Combinator::All => format!("#: only {matched} subschema matches out of {total}"),
        Combinator::Any => format!("#: no subschema matched out of the total {total} subschemas"),
        Combinator::One => format!("#: {matched} subschemas matched instead of one"),
    }
}

/// `#/a/b`. `again[i]` tells how many times more the i-th token from the end is escaped: the validator escapes the pointers of a failure's
/// causes once more at each level above.
pub(super) fn pointer(tokens: &[String], again: &[u32]) -> String {
    let mut out = String::from("#");
    for (i, token) in tokens.iter().enumerate() {
        let times = again.get(tokens.len() - 1 - i).copied().unwrap_or(0);
        out.push('/');
        out.push_str(&escaped(token, times));
    }
    out
}

fn escaped(token: &str, again: u32) -> String {
    let mut text = token.to_owned();
    if !token.contains(['~', '/', '\\', '"']) {
        return text;
    }
    // Each round makes the text longer; nothing that people read has more than a few.
    for _ in 0..=again.min(8) {
        text = text.replace('~', "~0").replace('/', "~1").replace('\\', "\\\\").replace('"', "\\\"");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_escaped_as_the_validator_does() {
        let tokens = ["a".to_owned(), "k/~%\"\\ é".to_owned(), String::new()];
        assert_eq!(pointer(&tokens, &[]), "#/a/k~1~0%\\\"\\\\ é/");
        assert_eq!(pointer(&["til~de".to_owned()], &[1]), "#/til~00de");
        assert_eq!(pointer(&[], &[]), "#");
    }
}
