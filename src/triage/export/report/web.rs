//! A report as one HTML page that opens without a network and runs nothing.
//!
//! Owns: the order of its parts, its looks on a screen, a telephone and paper.
//! Refuses: what is told (pages, overview), the elements (page), escaping (html).

use super::Report;
use crate::ground::html::Html;
use crate::triage::export::page::Page;

/// Light and dark, narrow and wide, printed.
const STYLE: &str = include_str!("style.css");

impl Report {
    /// Gives the page piece by piece, one for each group; the table of all groups is for reports on more than one.
    ///
    /// # Errors
    /// Those of who takes the pieces.
    pub fn html<E>(&self, overview: Option<&Page>, take: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let mut html = Html::default();
        let title = format!("What fails in {}", self.source);
        html.begin(&title, STYLE);
        html.tag("<header>\n<h1>");
        html.text(&title);
        html.tag("</h1>\n");
        let mut warning = Page::default();
        self.warn(&mut warning);
        if self.raw {
            html.tag("<div class=\"warning\" role=\"note\">\n");
            warning.html(&mut html);
            html.tag("</div>\n");
        }
        let mut about = Page::default();
        self.about(&mut about);
        about.html(&mut html);
        html.tag("</header>\n<main>\n");
        if let Some(overview) = overview {
            html.tag("<section id=\"groups\">\n");
            overview.html(&mut html);
            html.tag("</section>\n");
        }
        take(&html.take())?;
        for told in &self.groups {
            html.tag("<article id=\"");
            html.text(&told.fingerprint);
            html.tag("\">\n");
            let mut page = Page::default();
            self.group(told, &mut page);
            page.html(&mut html);
            if overview.is_some() {
                html.tag("<p class=\"back\"><a href=\"#groups\">All groups</a></p>\n");
            }
            html.tag("</article>\n");
            take(&html.take())?;
        }
        html.tag("</main>\n</body>\n</html>\n");
        take(&html.take())
    }
}
