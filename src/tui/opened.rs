//! A source that was opened for a tab of its own.
//!
//! Owns: what a tab begins with, who is asked for one.
//! Refuses: what a name of a source means (cli).

use std::sync::Arc;

use crate::rows::source::{ErrorSource, Request};

/// A source with all that is asked of it.
#[derive(Clone)]
pub struct OpenedSource {
    /// What is explored.
    pub source: Arc<dyn ErrorSource>,
    /// Which of its rows, by which schemas.
    pub request: Request,
    /// The name that its state is kept by; `None` where none is kept.
    pub kept_as: Option<String>,
    /// The words of the command that opens it, behind the program's name.
    pub words: Vec<String>,
}

/// Opens sources by the names that are typed. Takes its time: work for a worker.
pub trait SourceOpener: Send + Sync {
    /// Opens what the words name, as a command line would.
    ///
    /// # Errors
    /// Why not, in one line for people.
    fn open(&self, words: &str) -> Result<OpenedSource, String>;
}
