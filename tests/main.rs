//! All tests that stand beside the code: commands, screens, real terminals, servers, real data. One program, for linking takes longer than running.

// A test that cannot go on says where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agree;
mod bigquery;
mod bigquery_cost;
mod bigquery_faults;
mod bigquery_payloads;
mod bigquery_screens;
mod bigquery_server;
mod blame_corpus;
mod bundle;
mod bundle_corpus;
mod case_corpus;
mod causes;
mod commands;
mod compat_corpus;
mod corpus;
mod deploys;
mod edges;
mod example_corpus;
mod export_corpus;
mod export_safe;
mod flipped;
mod followed;
mod found;
mod fuzz;

mod groups_corpus;
mod history;
mod judge_corpus;
mod keys;
mod landing_corpus;
mod laws;
mod made_up;
mod mend_corpus;
mod minimize_corpus;
mod node_corpus;
mod only;
mod privacy;
mod readme;
mod recheck_corpus;
mod redact;
mod redact_words;
mod row_corpus;
mod schemas_corpus;
mod screens;
mod secrets;
mod shown_row;
mod sink;
mod source_files;
mod source_parquet;
mod sources;
mod stub;
mod suspects;
mod terminal;
mod transpile_corpus;
mod unjudged;
mod unread;
mod validator_corpus;
mod verdict_agrees;
mod verdict_causes;
mod verdict_corpus;
mod verdict_rules;
mod witness_corpus;
mod words;
