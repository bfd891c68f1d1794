//! Error rows: where they come from, and what they have in common.

pub mod advice;
pub mod bundle;
pub mod demo;
pub mod group;
pub mod payload;
pub mod row;
pub mod samples;
pub mod schemas;
pub mod source;
