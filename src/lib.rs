//! misfit: an explorer for documents that do not fit their schema.
//!
//! ```text
//! cli/        a command each; words for people, JSON for scripts
//!   └ tui/        the explorer
//!       └ triage/     everything known of a failing row, a group, a set of documents
//!           └ rows/       error rows and what they have in common; the schemas to read them by
//!               └ pipeline/   what the pipeline does, replayed
//!                   └ ground/     texts, times, SQL, outlines
//! ```
//!
//! Imports go down in this picture, never up, and no two rooms of it import each other; `tests/laws.rs` reads them.
//! ARCHITECTURE.md says what each wing owns and which way a row takes through them.
//!
//! How a screen is made:
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
//!                                                         r: Preview, the row in one of the case's Tables (tui/view/row.rs)
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
//! The domain wings, from `ground` to `triage`, know no terminal. `tui::update` is the only writer of the explorer's state, `tui::view` only reads it.

pub mod cli;
pub mod ground;
pub mod pipeline;
pub mod rows;
pub mod triage;
pub mod tui;
