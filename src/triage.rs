//! Everything known of a failing row, a group, a deploy.

pub mod baseline;
pub mod bundle;
pub mod case;
pub mod catalog;
pub mod export;
pub mod judging;
pub mod origin;
pub mod redact;
