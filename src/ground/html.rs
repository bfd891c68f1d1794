//! HTML that shows text from outside and obeys none of it.
//!
//! Owns: the one function through which text gets into a page, the frame of a page that fetches and runs nothing.
//! Refuses: what is said, how it looks (the style that is given).
//!
//! Markup is only taken as a literal of the program, so that nothing that was read can become any.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use crate::ground::text::visible;

/// A page, or a part of one, being written.
#[derive(Debug, Default)]
pub struct Html(String);

impl Html {
    /// Markup of ours.
    pub fn tag(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Text from anywhere, between tags or in the quotes of an attribute; what a reader would not see is made visible.
    pub fn text(&mut self, text: &str) {
        for c in visible(text).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
    }

    /// Text over several lines, whose ends stay.
    pub fn lines(&mut self, text: &str) {
        for (at, line) in text.lines().enumerate() {
            if at > 0 {
                self.0.push('\n');
            }
            self.text(line);
        }
    }

    /// The head of a page up to its body. The policy in it allows this style and nothing else: no script, no picture, no font, no form, and nothing
    /// from another place.
    pub fn begin(&mut self, title: &str, style: &'static str) {
        self.tag("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        self.tag("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
        self.0.push_str(&STANDARD.encode(digest(&SHA256, style.as_bytes())));
        self.tag("'; base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
        self.tag("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        self.tag("<title>");
        self.text(title);
        self.tag("</title>\n<style>");
        self.tag(style);
        self.tag("</style>\n</head>\n<body>\n");
    }

    /// What was written since this was asked last.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let mut html = Html::default();
        html.text(text);
        html.take()
    }

    #[test]
    fn nothing_from_outside_is_markup() {
        for (hostile, text) in [
            ("</script><script>alert(1)</script>", "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\"><img src=x onerror=alert(1)>", "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"),
            ("' onclick='x", "&#39; onclick=&#39;x"),
            ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
            ("<!-- --> ]]>", "&lt;!-- --&gt; ]]&gt;"),
            ("a\0\u{1b}[31m\u{202e}b\r\n", "a\\u{0}\\u{1b}[31m\\u{202e}b\\r\\n"),
        ] {
            assert_eq!(shown(hostile), text);
        }
        let mut html = Html::default();
        html.lines("a<\n\u{2066}b\r\n");
        assert_eq!(html.take(), "a&lt;\n\\u{2066}b");
    }

    #[test]
    fn a_page_allows_its_own_style_alone() {
        let mut html = Html::default();
        html.begin("</title><script>", "p{}");
        let page = html.take();
        assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt;</title>\n<style>p{}</style>"), "{page}");
        // printf 'p{}' | openssl dgst -sha256 -binary | base64
        assert!(page.contains("default-src 'none'; style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='; base-uri 'none'; form-action 'none'\">"), "{page}");
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_read_back(text in any::<String>()) {
            let html = shown(&text);
            prop_assert!(!html.contains(['<', '>', '"', '\'']), "{html}");
            let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
            let read = entities.iter().fold(html, |html, (entity, sign)| html.replace(entity, sign));
            prop_assert_eq!(read, visible(&text));
        }
    }
}
