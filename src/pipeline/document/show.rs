//! Values as they may stand on one line of a screen.
//!
//! Nothing here touches more of a value than it shows: documents hold strings of megabytes.

use std::borrow::Cow;

use super::{Document, Kind, NodeId};
use crate::ground::text;

impl Document {
    /// A scalar as it is written, strings with their quotes and escapes; `{…}`, `[…]`, `{}` or `[]` for a container. Safe for a terminal, cut
    /// to `max_chars` characters with an ellipsis behind.
    pub fn display_value(&self, id: NodeId, max_chars: usize) -> Cow<'_, str> {
        match (self.kind(id), self.count(id)) {
            (Kind::Object, 0) => Cow::Borrowed("{}"),
            (Kind::Object, _) => Cow::Borrowed("{…}"),
            (Kind::Array, 0) => Cow::Borrowed("[]"),
            (Kind::Array, _) => Cow::Borrowed("[…]"),
            _ => shown(self.raw(id), max_chars),
        }
    }
}

/// Bytes as safe text of at most so many characters. Looks at no more of them than can be shown.
fn shown(raw: &[u8], max_chars: usize) -> Cow<'_, str> {
    let kept = text::cut_bytes(raw, max_chars.saturating_mul(4));
    let cut = kept.len() < raw.len();
    let text = text::visible_bytes(kept);
    match text.char_indices().nth(max_chars) {
        None if !cut => text,
        // Where escapes were made visible, the text has become longer than it was.
        found => {
            let kept = found.map_or(&*text, |(at, _)| &text[..at]);
            Cow::Owned(format!("{kept}…"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        Document::parse("{\"Alpha\": [1, \"two\\n\u{202e}\"], \"beta\": {\"gamma\": \"ALPHA\", \"d\": null}}".as_bytes())
    }

    #[test]
    fn what_is_shown_is_safe_and_short() {
        let doc = document();
        assert_eq!(doc.display_value(3, 40), "\"two\\n\\u{202e}\"");
        assert_eq!(doc.display_value(3, 4), "\"two…");
        assert_eq!((doc.display_value(0, 9), doc.display_value(2, 9)), (Cow::Borrowed("{…}"), Cow::Borrowed("1")));
        let long = Document::parse(format!("\"{}\"", "日".repeat(1_000_000)).into_bytes());
        assert_eq!(long.display_value(0, 3), "\"日日…");
    }
}
