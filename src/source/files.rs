//! Error rows in files and on standard input.

mod block;
mod columns;
mod frame;
mod line;
mod object;
mod sniff;
mod spool;
mod store;
mod stream;
mod string;
mod time;
mod values;

pub use time::parse_time;
