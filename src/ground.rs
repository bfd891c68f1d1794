pub mod aligned;
pub mod fuzzy;
pub mod markdown;
pub mod outline;
pub mod sql;
pub mod text;
pub mod time;
