//! What the explorer says of a search, and where it leads.

use std::fmt::Write;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use misfit::rows::source::files::Files;
use misfit::tui::frame;
use misfit::tui::theme::Depth;

use super::{press, press_with, sample_schemas};

/// The last frame over made-up rows with these payloads.
fn over(payloads: &[&str], keys: &str) -> String {
    let mut rows = String::new();
    for (at, payload) in payloads.iter().enumerate() {
        let message = "org.everit.json.schema.ValidationException: #/n: expected type: Integer, found: String";
        let _ = writeln!(
            rows,
            r#"{{"document_namespace":"shop","document_type":"order","document_version":"1","error_type":"ParsePayload","error_message":"{message}","submission_timestamp":"2026-03-0{} 00:00:00 UTC","payload":"{}"}}"#,
            at + 1,
            STANDARD.encode(payload),
        );
    }
    let source = Files::from_memory("made up", rows.into_bytes()).expect("rows");
    frame::to_text(&press_with(Some(Arc::new(source)), sample_schemas(), "default-dark", Depth::True, (100, 30), keys))
}

#[test]
fn what_only_resembles_is_said_to() {
    let typed = press((100, 30), "/gmpng");
    assert!(typed.contains("nothing holds \"gmpng\""), "{typed}");
    let none = press((100, 30), "fqqqq<enter>");
    assert!(none.contains("nothing holds \"qqqq\"; Esc shows everything again"), "{none}");
    let none = press((100, 30), "/qqqq<enter>");
    assert!(none.contains("nothing holds \"qqqq\"; Esc ends the search"), "{none}");
}

#[test]
fn how_much_was_found_stays_while_the_search_stands() {
    for keys in ["/must be<enter>", "/must be<enter>jkn"] {
        let frame = press((100, 30), keys);
        assert!(frame.contains("search must be: "), "{frame}");
        assert!(!press((100, 30), &format!("{keys}<esc>")).contains("search must be"));
    }
    let frame = press((100, 30), "fmust be<enter>j");
    assert!(frame.contains("filter must be: ") && frame.contains(" of 32 groups"), "{frame}");
}

#[test]
fn a_hit_deep_in_a_value_is_on_the_screen() {
    let long = format!(r#"{{"n":"x","text":"{} needle {}"}}"#, "hay ".repeat(200), "hay ".repeat(200));
    let shown = over(&[&long], "<enter>/needle<enter>");
    assert!(shown.lines().any(|line| line.contains("text: …") && line.contains("needle")), "{shown}");
}

#[test]
fn documents_are_found_by_what_they_hold_and_gone_through() {
    let payloads = [r#"{"n":"a"}"#, r#"{"n":"b","crash.reason":"x"}"#, r#"{"n":"c","crash.rea\u0073on":"#];
    let found = over(&payloads, "pcrash.reason<enter>");
    assert!(found.contains("2 of 3 payloads hold \"crash.reason\"; in 1 group"), "{found}");
    assert!(over(&payloads, "pcrash.reason<enter><enter>").contains("2026-03-02"));
    assert!(over(&payloads, "pcrash.reason<enter><enter>]").contains("2026-03-03"));
    let last = over(&payloads, "pcrash.reason<enter><enter>]]");
    assert!(last.contains("the last document of this group whose payload holds"), "{last}");
    assert!(over(&payloads, "pcrash.reason<enter><esc><enter>").contains("2026-03-01"), "a search that is over gives all rows back");
    let place = over(&payloads, "p/n=c<enter>");
    assert!(place.contains("1 of 3 payloads holds /n = c; in 1 group"), "{place}");
    let unread = over(&payloads, "p/later<enter>");
    assert!(unread.contains("0 of 3 payloads hold /later; 1 more is missing or could not be read to its end"), "{unread}");
}
