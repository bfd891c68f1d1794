//! What can be done about something, as a value.
//!
//! Owns: every advice of the domain, messages that carry one.
//! Refuses: its words: where things are asked for, by flags or keys, is known above (tui/advice).

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Read all jobs: the counts cannot be told apart by job.
    WholeJobs,
    /// Read all of the time: the counts cannot be cut.
    WholeWindow,
    /// Count fewer groups.
    FewerGroups,
    /// Let the window begin before it ends.
    OrderedWindow,
    /// Choose the window that is read.
    AnotherWindow,
    /// Count anew what was kept.
    CountAnew,
    /// Name the project that pays.
    NameProject,
    /// Use other credentials, or a project of one's own.
    OtherAccess,
    /// Wait, or let another project pay.
    OtherPayer,
    /// Look which error tables there are.
    ListTables,
    /// Let a query of one's own name a time.
    FilterTime,
    /// Read more than the limit, or less of the table.
    RaiseLimit,
    /// A session may read more.
    RaiseSessionLimit,
    /// Read less of the table.
    NarrowQuery,
    /// Put less into the bundle.
    SmallerBundle,
    /// Compare with what was printed for that.
    PrintedGroups,
    /// Name a folder of schemas.
    GiveSchemas,
    /// Get the schemas that are published.
    GetSchemas,
    /// Let values leave as they are.
    ExportRaw,
    /// Replace the file, or name another.
    Replace,
    /// Name the doctype, or the file by it.
    NameDoctype,
    /// Let documents be read as such.
    ReadDocuments,
    /// Let documents be read as such, or write a map of rows of another pipeline.
    MapRows,
    /// Say what the columns of a table are.
    MapTable,
    /// Unpack the file with a program that takes the memory.
    UnpackLong,
    /// Name the ping that a document of Glean stands for.
    NamePing,
}

/// A message, and what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advised {
    /// What is to be known, without the advice.
    pub text: String,
    /// What can be done.
    pub advice: Option<Advice>,
}

impl Advised {
    /// A message with an advice.
    pub fn new(text: impl Into<String>, advice: Advice) -> Self {
        Advised { text: text.into(), advice: Some(advice) }
    }
}

impl std::fmt::Display for Advised {
    /// The text alone.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<String> for Advised {
    fn from(text: String) -> Self {
        Advised { text, advice: None }
    }
}

impl From<&str> for Advised {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}
