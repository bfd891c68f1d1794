//! Texts for strings and for keys of maps.

use std::borrow::Cow;

use super::pattern;
use crate::pipeline::schema::Schema;

/// Alternatives and counts of a pattern that are tried.
const TURNS: usize = 8;
/// Most characters that a text is made longer to.
const LONGEST: usize = 1 << 20;

/// Made-up values as telemetry has them, the plainest first.
const SAMPLES: [&str; 24] = [
    "example",
    "c0ffee00-0000-4000-8000-000000000001",
    "{c0ffee00-0000-4000-8000-000000000001}",
    "2026-01-01T00:00:00.000Z",
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    "00:00:00Z",
    "https://example.com/",
    "example.com",
    "someone@example.com",
    "100.0.1",
    "100.0",
    "192.0.2.1",
    "2001:db8::1",
    "/example",
    "20260101000000",
    "1",
    "0",
    "00",
    "en-US",
    "US",
    "en",
    "a",
    "",
];

/// The first choice for a format; formats that the pipeline does not check are served as well.
const FORMATS: [(&str, &str); 17] = [
    ("date-time", "2026-01-01T00:00:00.000Z"),
    ("datetime", "2026-01-01T00:00+00:00"),
    ("date", "2026-01-01"),
    ("time", "00:00:00Z"),
    ("uuid", "c0ffee00-0000-4000-8000-000000000001"),
    ("uri", "https://example.com/"),
    ("url", "https://example.com/"),
    ("uri-reference", "/example"),
    ("uri-template", "/example/{id}"),
    ("hostname", "example.com"),
    ("email", "someone@example.com"),
    ("ipv4", "192.0.2.1"),
    ("ipv6", "2001:db8::1"),
    ("json-pointer", "/example"),
    ("regex", "^example$"),
    ("bytes", "ZXhhbXBsZQ=="),
    ("json", "{}"),
];

/// What a text must be like.
#[derive(Debug, Default, Clone)]
pub(super) struct WantedText {
    /// Patterns that are found in it.
    pub patterns: Vec<String>,
    pub format: Option<String>,
    /// Least and most characters.
    pub least: usize,
    pub most: Option<usize>,
}

impl WantedText {
    fn fits(&self, schema: &Schema, text: &str) -> bool {
        let length = text.chars().count();
        length >= self.least
            && self.most.is_none_or(|most| length <= most)
            && self.patterns.iter().all(|pattern| schema.pattern_found(pattern, text))
    }

    /// Texts to try, the likeliest first.
    fn candidates(&self) -> impl Iterator<Item = Cow<'static, str>> {
        let of_format = FORMATS.iter().filter(|(name, _)| self.format.as_deref() == Some(*name)).map(|(_, text)| *text);
        let of_patterns = (0..TURNS).flat_map(|turn| self.patterns.iter().filter_map(move |text| pattern::sample(text, turn)));
        let room = if self.least <= LONGEST { self.least } else { 0 };
        let long = ["x", "0", "f"].into_iter().flat_map(move |letter| {
            // A pattern may want something in front and let more follow.
            let begun = self.patterns.iter().filter_map(|text| pattern::sample(text, 0)).chain([String::new()]);
            begun.map(move |begun| format!("{begun}{}", letter.repeat(room.saturating_sub(begun.len()))))
        });
        of_format.chain(SAMPLES).map(Cow::Borrowed).chain(of_patterns.chain(long).map(Cow::Owned))
    }

    /// A text that fits as far as can be told here, another for each turn. Where none is known to fit, one that a pattern gives; else a word.
    pub(super) fn text(&self, schema: &Schema, turn: usize) -> String {
        let mut all: Vec<Cow<'static, str>> = Vec::new();
        for text in self.candidates() {
            if self.fits(schema, &text) && !all.contains(&text) {
                all.push(text);
            }
            if all.len() > turn {
                break;
            }
        }
        let Some((round, nth)) = turn.checked_div(all.len()).zip(turn.checked_rem(all.len())) else {
            let made = self.patterns.first().and_then(|first| pattern::sample(first, turn));
            return made.unwrap_or_else(|| SAMPLES[0].to_owned());
        };
        let text = all.swap_remove(nth).into_owned();
        // Behind the last one, numbers keep texts apart where their rules let them.
        let numbered = format!("{text}{round}");
        if round > 0 && self.fits(schema, &numbered) { numbered } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_their_rules_and_differ_by_turn() {
        let schema = Schema::parse("t", b"{}".to_vec()).unwrap();
        let text = |pattern: &str, format: &str, least, most, turn| {
            let patterns = if pattern.is_empty() { Vec::new() } else { vec![pattern.to_owned()] };
            WantedText { patterns, format: Some(format.to_owned()), least, most }.text(&schema, turn)
        };
        assert_eq!(text("", "", 0, None, 0), "example");
        assert_eq!(text("^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$", "", 0, None, 0), SAMPLES[1]);
        assert_eq!(text("", "datetime", 0, None, 0), "2026-01-01T00:00+00:00");
        assert_eq!(text("^[0-9a-f]{64}$", "", 0, None, 0), "a".repeat(64));
        assert_eq!(text("", "", 0, Some(2), 0), "1");
        assert_eq!(text("", "", 0, Some(0), 0), "");
        assert_eq!(text("^ab", "", 5, None, 0), "abxxx");
        assert_eq!(text("^x+$", "", 3, None, 0).len(), 3);
        let several: std::collections::BTreeSet<String> = (0..200).map(|turn| text("", "", 1, None, turn)).collect();
        assert_eq!(several.len(), 200);
    }
}
