//! misfit: an explorer for documents that do not fit their schema.
//!
//! ```text
//!  ErrorSource ──rows──▶ Fault ──▶ Groups ──pick──▶ SourceRow ──payload──▶ Document ─┐
//!   files | bigquery |   (message grammar)                                           ├─▶ Case ──▶ screen | command output
//!   bundle                                                                           │
//!  SchemaStore (folder) ──▶ Schema, Layout ──▶ Broken, Judge, Landing ───────────────┘
//!                                             (verdict)      (sink)
//!
//!  Group + Case ──▶ export: Report, rows, tests, SQL, Brief ──▶ files | clipboard | standard output
//!                   bundle: groups, rows, schemas in one file ──▶ opened as a source, elsewhere
//!                   (redact, minimize, markdown)
//!
//!  Screen Groups (tui/view/groups.rs)                    Screen Case (tui/view/case.rs)
//!  ┌ title (view/chrome.rs) ─────────────────────┐       ┌ title ──────────────────────────────────────┐
//!  │ GroupTree            │ Group                │       │ Broken + SourceRow: the fault in a sentence  │
//!  │  outline::Outline    │  sentence            │       ├ Document ──────┬ Schema ───────┬ Layout ─────┤
//!  │  namespace           │  Trend, Job          │       │ outline over   │ outline over  │ outline over│
//!  │   doctype.version    │  Facet               │       │ document nodes │ schema nodes  │ columns     │
//!  │    path              │  sample message      │       │   value ◀──────┼──── node ─────┼─▶ Landing   │
//!  │     fault  Status    │                      │       │                │               │             │
//!  ├ Progress, hints (Action table) ─────────────┤       ├ notes, hints ──────────────────────────────────┤
//!  └─────────────────────────────────────────────┘       └──────────────────────────────────────────────┘
//!
//!  Screen Tables (tui/view/tables.rs): Catalog ◀── all Layouts of the SchemaStore
//!  ┌ title ────────────────────────────────────────┐
//!  │ TableTree, or       │ facts: Size, SQL, names │
//!  │ HitTree of a search │  groups that fail here  │
//!  │  outline::Outline   ├ Schema ─────────────────┤
//!  │  column ◀── origin ─┼─▶ node that fills it    │
//!  └───────────────────────────────────────────────┘
//! ```
//!
//! Domain modules know no terminal. `tui::update` is the only writer of the explorer's state, `tui::view` only reads it.

pub mod baseline;
pub mod bundle;
pub mod case;
pub mod catalog;
pub mod cli;
pub mod clipboard;
pub mod config;
pub mod demo;
pub mod destination;
pub mod document;
pub mod example;
pub mod export;
pub mod fault;
pub mod fuzzy;
pub mod group;
pub mod java_double;
pub mod judging;
pub mod layout;
pub mod markdown;
pub mod minimize;
pub mod origin;
pub mod outline;
pub mod payload;
pub mod redact;
pub mod samples;
pub mod schemas;
pub mod sink;
pub mod source;
pub mod text;
pub mod transpile;
pub mod tui;
pub mod verdict;
