//! The column of a value that is not there: by its tokens alone, every shape taken to be right.
//!
//! Owns: the walk along the layout without a document.
//! Refuses: values (told), of which the replay of the pipeline knows for certain.

use rustc_hash::FxHashSet;

use crate::pipeline::layout::{ColumnId, Layout, Mode};

use super::name::{self, KeyColumn};
use super::near::{NearMemo, Stray};
use super::outcome::{quoted, unkept};
use super::sql::{self, Expression, SqlStep};
use super::{ADDITIONAL, Fate, Landing};

/// What the value means to the table.
enum TableSpot {
    /// The document itself.
    Top,
    /// The value of a column, or one element of its list.
    Field { column: ColumnId, element: bool },
    /// Part of a value that its column holds as JSON.
    Inside(ColumnId),
    /// In `additional_properties`, for this reason.
    Additional { column: Option<ColumnId>, why: WhyAdditional },
}

enum WhyAdditional {
    /// No column has the key's name.
    Stray(Stray<'static>),
    /// As a sentence.
    Told(String),
}

struct AssumeWalk<'a> {
    layout: &'a Layout,
    spot: TableSpot,
    sql: Expression,
    /// From the value of [`TableSpot::Inside`]'s column.
    inner: Vec<SqlStep>,
    /// From the root of `additional_properties`.
    additional: Vec<SqlStep>,
    /// The last key, where its column has another name.
    renamed: Option<String>,
}

/// Where a value at decoded tokens would land.
pub(super) fn landing<S: AsRef<str>>(layout: &Layout, tokens: &[S]) -> Landing {
    let mut walk = AssumeWalk::new(layout);
    tokens.iter().for_each(|token| walk.step(token.as_ref()));
    walk.finish()
}

/// Selects the place of a column that decoded tokens lead to; `None` where they lead elsewhere.
pub(super) fn select<S: AsRef<str>>(layout: &Layout, tokens: &[S], wanted: ColumnId) -> Option<String> {
    let mut walk = AssumeWalk::new(layout);
    tokens.iter().for_each(|token| walk.step(token.as_ref()));
    match walk.spot {
        TableSpot::Field { column, .. } if column == wanted => Some(walk.sql.render()),
        TableSpot::Inside(column) if column == wanted => Some(sql::json(&walk.sql.render(), &walk.inner, false)),
        _ => None,
    }
}

/// Selects the key of a map that tokens end in.
pub(super) fn key<S: AsRef<str>>(layout: &Layout, tokens: &[S]) -> Option<String> {
    let (key, map) = tokens.split_last()?;
    let mut walk = AssumeWalk::new(layout);
    map.iter().for_each(|token| walk.step(token.as_ref()));
    let is_map = matches!(walk.spot, TableSpot::Field { column, element: false } if layout.is_map(column));
    is_map.then(|| {
        walk.sql.entry(key.as_ref(), "key");
        walk.sql.render()
    })
}

impl<'a> AssumeWalk<'a> {
    fn new(layout: &'a Layout) -> Self {
        let (sql, inner, additional) = (Expression::default(), Vec::new(), Vec::new());
        AssumeWalk { layout, spot: TableSpot::Top, sql, inner, additional, renamed: None }
    }

    fn step(&mut self, token: &str) {
        self.renamed = None;
        let index = token.parse().ok();
        self.spot = match std::mem::replace(&mut self.spot, TableSpot::Top) {
            TableSpot::Top => self.enter(None, token),
            TableSpot::Field { column, element } => match self.layout.get(column) {
                Some(at) if at.mode == Mode::Repeated && !element => self.enter_list(column, token, index),
                Some(at) if at.is_record() => self.enter_record(column, token, index),
                _ => self.enter_value(column, token, index),
            },
            TableSpot::Inside(column) => {
                self.inner.push(step(token, index));
                TableSpot::Inside(column)
            }
            TableSpot::Additional { column, why } => {
                self.additional.push(step(token, index));
                TableSpot::Additional { column, why }
            }
        };
    }

    fn enter(&mut self, parent: Option<ColumnId>, key: &str) -> TableSpot {
        self.additional.push(SqlStep::Key(key.to_owned()));
        let Some(KeyColumn { column, renamed }) = name::column_of(self.layout, parent, key) else {
            let stray = Stray { parent, key: key.to_owned().into(), below: None };
            return TableSpot::Additional { column: None, why: WhyAdditional::Stray(stray) };
        };
        self.renamed = renamed.then(|| key.to_owned());
        self.sql.field(self.layout.get(column).map_or("", |column| &column.name));
        TableSpot::Field { column, element: false }
    }

    /// Into a REPEATED column: an entry of a map, a list in a list, or an element.
    fn enter_list(&mut self, column: ColumnId, token: &str, index: Option<usize>) -> TableSpot {
        if self.layout.is_map(column) {
            self.additional.push(SqlStep::Key(token.to_owned()));
            let Some(value) = self.layout.child(Some(column), "value") else {
                let why = format!("The map {} keeps only its keys.", quoted(&self.layout.path(column)));
                return TableSpot::Additional { column: self.layout.child(Some(column), "key"), why: WhyAdditional::Told(why) };
            };
            self.sql.entry(token, "value");
            return TableSpot::Field { column: value, element: false };
        }
        let index = index.unwrap_or(0);
        self.additional.push(SqlStep::Index(index));
        self.sql.element(index);
        if self.layout.is_nested_list(column) {
            self.sql.field("list");
            return TableSpot::Field { column: column + 1, element: false };
        }
        TableSpot::Field { column, element: true }
    }

    /// Into a RECORD; a position that is no name in it is that of a tuple.
    fn enter_record(&mut self, record: ColumnId, token: &str, index: Option<usize>) -> TableSpot {
        match index {
            Some(index) if self.layout.child(Some(record), token).is_none() => {
                let spot = self.enter(Some(record), &format!("f{index}_"));
                if let Some(last) = self.additional.last_mut() {
                    *last = SqlStep::Index(index);
                }
                self.renamed = None;
                spot
            }
            _ => self.enter(Some(record), token),
        }
    }

    fn enter_value(&mut self, column: ColumnId, token: &str, index: Option<usize>) -> TableSpot {
        let kind = self.layout.get(column).map_or("", |column| &column.kind);
        if matches!(kind, "INT64" | "FLOAT64" | "BOOL") {
            self.additional.push(step(token, index));
            let why = format!("{} takes single values.", quoted(&self.layout.path(column)));
            return TableSpot::Additional { column: Some(column), why: WhyAdditional::Told(why) };
        }
        self.inner.push(step(token, index));
        TableSpot::Inside(column)
    }

    fn finish(self) -> Landing {
        let stored = |column, fate, reason, sql| Landing { column, fate, reason, sql, additional_pointer: None, nearest: None };
        match self.spot {
            TableSpot::Top => {
                stored(None, Fate::Stored, Some("The members of the document are the columns of the table.".to_owned()), None)
            }
            TableSpot::Field { column, .. } => {
                let name = self.layout.get(column).map_or("", |column| &column.name);
                let reason = self.renamed.map(|key| format!("The key {} becomes the column name {}.", quoted(&key), quoted(name)));
                let fate = if reason.is_some() { Fate::Changed } else { Fate::Stored };
                stored(Some(column), fate, reason, Some(self.sql.render()))
            }
            TableSpot::Inside(column) => {
                let reason = format!("It is part of the JSON in {}.", quoted(&self.layout.path(column)));
                stored(Some(column), Fate::Changed, Some(reason), Some(sql::json(&self.sql.render(), &self.inner, false)))
            }
            TableSpot::Additional { column, why } => {
                let (near, why) = match why {
                    WhyAdditional::Told(why) => (None, why),
                    WhyAdditional::Stray(stray) => {
                        let near = NearMemo::default().near((0, None), &stray, self.layout, &FxHashSet::default);
                        (near, stray.sentence(self.layout, near))
                    }
                };
                let nearest = near.map(|near| near.column);
                if self.layout.child(None, ADDITIONAL).is_none() {
                    return Landing { nearest, ..stored(column, Fate::Lost, Some(unkept(&why)), None) };
                }
                Landing {
                    column,
                    fate: Fate::Additional,
                    reason: Some(why),
                    sql: Some(sql::json(ADDITIONAL, &self.additional, false)),
                    additional_pointer: Some(sql::pointer(&self.additional)),
                    nearest,
                }
            }
        }
    }
}

fn step(token: &str, index: Option<usize>) -> SqlStep {
    index.map_or_else(|| SqlStep::Key(token.to_owned()), SqlStep::Index)
}
