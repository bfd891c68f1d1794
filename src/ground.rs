//! What knows nothing of the rest: text, time, SQL, outlines, fuzzy search, Markdown.

pub mod fuzzy;
pub mod markdown;
pub mod outline;
pub mod sql;
pub mod text;
pub mod time;
