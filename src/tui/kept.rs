//! What is kept from one time to the next: how each source was left, what was typed.
//!
//! Owns: its form in the file, how much of it there is at most, reading one of another version.
//! Refuses: files (keeper), putting it on the screen (update).

use serde::{Deserialize, Serialize};

use super::typed::PromptPurpose;
use crate::rows::group::Sort;

/// The form of the file. Another number is another program's file.
const VERSION: u32 = 1;

/// Most sources whose state is kept; the one that was left longest ago goes first.
pub(super) const MOST_SOURCES: usize = 40;

/// Most typed lines that are kept.
pub(super) const MOST_TYPED: usize = 200;

/// Most branches whose state is kept for a source; a list in which more are open opens as if it was seen for the first time.
pub(super) const MOST_OPEN: usize = 500;

/// Longest text that is kept, in bytes.
pub(super) const LONGEST: usize = 1000;

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    version: u32,
    /// What was typed into lines, the latest last.
    pub typed: Vec<KeptLine>,
    /// How sources were left, the latest last.
    pub sources: Vec<KeptView>,
}

/// A line that was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptLine {
    /// What for.
    pub purpose: PromptPurpose,
    /// What stood there.
    pub text: String,
}

/// How a source was left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptView {
    /// Its name, as the machine knows it.
    pub source: String,
    /// What was on the screen.
    pub screen: KeptScreen,
    /// Fingerprint of the group under the cursor.
    pub group: Option<String>,
    /// Which document of that group was open.
    #[serde(default)]
    pub document: usize,
    /// The open branches by their ids; none where there are too many of them.
    pub open: Option<Vec<u64>>,
    /// The filter over the groups.
    pub filter: Option<String>,
    /// The order; `None`: the usual.
    pub sort: Option<String>,
    /// Whether groups that one cause made stood together.
    #[serde(default)]
    pub by_incident: bool,
}

/// A screen that comes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeptScreen {
    /// The groups.
    #[default]
    Groups,
    /// A document.
    Document,
    /// The tables.
    Tables,
    /// What a deploy would refuse.
    Deploy,
}

impl Kept {
    /// Reads the file's text.
    ///
    /// # Errors
    /// It is of another version, or is no such file: what is told of it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        match serde_json::from_str::<Version>(text) {
            Ok(Version { version: VERSION }) => serde_json::from_str(text).map_err(|_| "is broken"),
            Ok(_) => Err("was written by another version of misfit"),
            Err(_) => Err("is broken"),
        }
    }

    /// The file's text.
    pub(super) fn print(&self) -> String {
        serde_json::to_string(&Kept { version: VERSION, ..self.clone() }).unwrap_or_default()
    }

    /// How a source was left.
    pub(super) fn take(&mut self, source: &str) -> Option<KeptView> {
        let at = self.sources.iter().position(|view| view.source == source)?;
        Some(self.sources.remove(at))
    }

    /// Adds what came of this time; what is too much is dropped, the oldest first.
    pub(super) fn add(&mut self, views: Vec<KeptView>, typed: Vec<KeptLine>) {
        for view in views {
            self.take(&view.source);
            self.sources.push(view);
        }
        self.sources.drain(..self.sources.len().saturating_sub(MOST_SOURCES));
        for line in typed.into_iter().filter(|line| line.text.len() <= LONGEST) {
            self.typed.retain(|earlier| *earlier != line);
            self.typed.push(line);
        }
        self.typed.drain(..self.typed.len().saturating_sub(MOST_TYPED));
    }
}

impl KeptView {
    /// The order that it was left in.
    pub(super) fn order(&self) -> Sort {
        let all = std::iter::successors(Some(Sort::default()), |sort| Some(sort.next()).filter(|next| *next != Sort::default()));
        self.sort.as_ref().and_then(|name| all.into_iter().find(|sort| sort.name() == *name)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(source: usize) -> KeptView {
        KeptView { source: source.to_string(), open: Some(vec![1, u64::MAX]), ..KeptView::default() }
    }

    #[test]
    fn what_is_kept_is_read_again_as_it_was() {
        let mut kept = Kept::default();
        kept.add(
            vec![KeptView { screen: KeptScreen::Document, filter: Some("a\n\"b".into()), sort: Some("growth".into()), ..view(1) }],
            vec![KeptLine { purpose: PromptPurpose::Filter, text: "zoom".into() }],
        );
        let again = Kept::parse(&kept.print()).unwrap();
        assert_eq!((&again.sources, &again.typed), (&kept.sources, &kept.typed));
        assert_eq!(again.sources[0].order(), Sort::Growth);
        assert_eq!(KeptView { sort: Some("of another day".into()), ..view(1) }.order(), Sort::default());
    }

    #[test]
    fn the_oldest_goes_where_there_is_too_much() {
        let mut kept = Kept::default();
        for round in 0..3 * MOST_SOURCES {
            kept.add(vec![view(round)], vec![KeptLine { purpose: PromptPurpose::Search, text: (round % 5).to_string() }]);
        }
        assert_eq!(kept.sources.len(), MOST_SOURCES);
        assert!(kept.take("0").is_none() && kept.take(&(3 * MOST_SOURCES - 1).to_string()).is_some());
        assert_eq!(kept.typed.len(), 5, "a line is kept once");
        kept.add(Vec::new(), vec![KeptLine { purpose: PromptPurpose::Search, text: "x".repeat(LONGEST + 1) }]);
        assert_eq!(kept.typed.len(), 5);
    }

    #[test]
    fn another_version_and_what_is_broken_are_told_apart() {
        assert!(Kept::parse(r#"{"version":99,"panes":[]}"#).unwrap_err().contains("another version"));
        for broken in ["", "{", "[]", r#"{"version":"1"}"#, r#"{"version":1,"typed":3}"#, "\0\0"] {
            assert_eq!(Kept::parse(broken).unwrap_err(), "is broken", "{broken}");
        }
    }
}
