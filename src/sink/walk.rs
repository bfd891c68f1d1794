//! The walk from the root of a document to one value, with the table's columns beside it.
//!
//! Owns: which column, list element, map entry or place in `additional_properties` each token leads to.
//! Refuses: judging the value at the end (finish).

use crate::document::{Document, Kind, NodeId};
use crate::layout::{ColumnId, Layout, Mode};

use super::name::{self, Named};
use super::sql::{Expression, Step};
use super::{Fate, quoted};

/// What is known of the value where the walk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// There is no document: the value is taken to have the right shape.
    Assumed,
    /// The document has no such value.
    Missing,
    /// It is here.
    At(NodeId),
}

/// What the value means to the table.
#[derive(Debug, Clone)]
pub(super) enum Spot {
    /// The document itself: its members are the columns at the top.
    Top,
    /// The value of a column.
    Field(Field),
    /// Part of a value that its column holds as JSON.
    Inside(ColumnId),
    /// The outcome is settled further up; for [`Fate::Additional`] the place in there still grows.
    Settled(Settled),
}

/// The value of a column, or one element of a REPEATED column's list.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub column: ColumnId,
    /// Whether this is an element, so that the column's mode is dealt with.
    pub element: bool,
    /// The key, where the column has another name.
    pub renamed: Option<String>,
    /// Whether this is the value of a map's entry, hence of a member that had another name.
    pub entry: bool,
}

/// A decided outcome.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub column: Option<ColumnId>,
    pub fate: Fate,
    pub reason: String,
}

pub(super) struct Walk<'a> {
    pub layout: &'a Layout,
    pub document: Option<&'a Document>,
    pub presence: Presence,
    pub spot: Spot,
    /// Selects the column of the spot.
    pub sql: Expression,
    /// From the value of [`Spot::Inside`]'s column to here.
    pub inner: Vec<Step>,
    /// From the root of `additional_properties` to here, should the value land there.
    pub additional: Vec<Step>,
}

impl<'a> Walk<'a> {
    pub fn new(layout: &'a Layout, document: Option<&'a Document>) -> Self {
        let presence = if document.is_some() { Presence::At(0) } else { Presence::Assumed };
        let (inner, additional) = (Vec::new(), Vec::new());
        Walk { layout, document, presence, spot: Spot::Top, sql: Expression::default(), inner, additional }
    }

    /// Follows one decoded token.
    pub fn step(&mut self, token: &str) {
        let next = self.next(token);
        let as_step = self.as_step(token);
        let spot = std::mem::replace(&mut self.spot, Spot::Top);
        self.additional.push(as_step.clone());
        self.spot = match spot {
            Spot::Top => self.enter(None, token, next),
            Spot::Field(field) if self.is_list(&field) => self.follow_list(&field, token, next, as_step),
            Spot::Field(field) => self.follow_value(&field, token, next, as_step),
            Spot::Inside(column) => {
                self.inner.push(as_step);
                Spot::Inside(column)
            }
            settled @ Spot::Settled(_) => settled,
        };
        self.presence = next;
    }

    /// The kind of value where the walk stands.
    pub fn kind(&self) -> Option<Kind> {
        self.kind_of(self.presence)
    }

    /// Whether the REPEATED mode of the column is still to be dealt with.
    pub fn is_list(&self, field: &Field) -> bool {
        !field.element && self.mode(field.column) == Mode::Repeated
    }

    pub fn type_name(&self, column: ColumnId) -> &'a str {
        self.layout.get(column).map_or("", |column| &column.kind)
    }

    /// The column's name for a sentence.
    pub fn column_name(&self, column: ColumnId) -> String {
        quoted(&self.layout.path(column))
    }

    fn mode(&self, column: ColumnId) -> Mode {
        self.layout.get(column).map_or(Mode::Nullable, |column| column.mode)
    }

    fn kind_of(&self, presence: Presence) -> Option<Kind> {
        match (presence, self.document) {
            (Presence::At(id), Some(document)) => Some(document.kind(id)),
            _ => None,
        }
    }

    /// The kind as a parent: what cannot have the next token says nothing of the shape.
    fn container(&self) -> Option<Kind> {
        self.kind().filter(|kind| kind.is_container())
    }

    fn next(&self, token: &str) -> Presence {
        match (self.presence, self.document) {
            (Presence::Assumed, _) => Presence::Assumed,
            (Presence::At(id), Some(document)) => document.child(id, token).map_or(Presence::Missing, Presence::At),
            _ => Presence::Missing,
        }
    }

    fn as_step(&self, token: &str) -> Step {
        match (self.container(), token.parse()) {
            (Some(Kind::Array) | None, Ok(index)) => Step::Index(index),
            _ => Step::Key(token.to_owned()),
        }
    }

    /// A member of an object whose columns are those of `parent`.
    fn enter(&mut self, parent: Option<ColumnId>, key: &str, next: Presence) -> Spot {
        // An object's member is a key in additional_properties too, however much it looks like a position.
        if let (Some(step @ Step::Index(_)), true) = (self.additional.last_mut(), self.presence == Presence::Assumed) {
            *step = Step::Key(key.to_owned());
        }
        let Some(Named { column, renamed }) = name::column_of(self.layout, parent, key) else {
            let place = parent.map_or("the table".to_owned(), |id| self.column_name(id));
            return Spot::Settled(Settled {
                column: None,
                fate: Fate::Additional,
                reason: format!("No column of {place} is named for {}.", quoted(key)),
            });
        };
        if let Some(lost) = self.collision(parent, column, next) {
            return lost;
        }
        self.sql.field(self.layout.get(column).map_or("", |column| &column.name));
        Spot::Field(Field { column, element: false, renamed: renamed.then(|| key.to_owned()), entry: false })
    }

    /// Where another member takes the column away from this one.
    fn collision(&self, parent: Option<ColumnId>, column: ColumnId, next: Presence) -> Option<Spot> {
        let (Presence::At(object), Presence::At(member), Some(document)) = (self.presence, next, self.document) else {
            return None;
        };
        if document.kind(object) != Kind::Object {
            return None;
        }
        let members = name::members_of(self.layout, document, object, parent, column);
        if members.len() < 2 {
            return None;
        }
        let winner = name::winner(self.layout, document, &members, column).filter(|&winner| winner != member)?;
        let exact = document.key(member).as_deref() == self.layout.get(column).map(|column| &*column.name);
        // A converted key that is not written leaves the column to others, and keeps its own way.
        let yields = name::is_written(self.layout, document, column, member) || (exact && winner < member);
        yields.then(|| {
            let key = document.key(winner).unwrap_or_default();
            let reason = format!("The member {} goes to the same column {} and takes its place.", quoted(&key), self.column_name(column));
            Spot::Settled(Settled { column: Some(column), fate: Fate::Dropped, reason })
        })
    }

    /// Into a REPEATED column: an entry of a map, a list in a list, or an element.
    fn follow_list(&mut self, field: &Field, token: &str, next: Presence, as_step: Step) -> Spot {
        let column = field.column;
        let kind = self.container();
        let index = match as_step {
            Step::Index(index) => index,
            Step::Key(_) => 0,
        };
        if self.layout.is_map(column) {
            return match kind {
                Some(Kind::Array) => Spot::Settled(self.wrong_map(field)),
                _ => self.follow_map(column, token),
            };
        }
        if self.type_name(column) != "RECORD" {
            return match kind {
                Some(Kind::Object) => Spot::Settled(self.misfit(column)),
                _ => self.follow_element(field, index),
            };
        }
        if self.layout.is_nested_list(column) && kind != Some(Kind::Object) {
            return self.follow_nested_list(column, index);
        }
        match (kind, self.kind_of(next)) {
            (Some(Kind::Object), found) => self.follow_values(field, token, found),
            (_, None | Some(Kind::Object)) => self.follow_element(field, index),
            (_, Some(Kind::Array)) if self.all_children_are_lists() => self.follow_element(field, index),
            (_, Some(found)) => Spot::Settled(self.no_record(column, found)),
        }
    }

    fn follow_map(&mut self, map: ColumnId, key: &str) -> Spot {
        if let (Some(step @ Step::Index(_)), true) = (self.additional.last_mut(), self.presence == Presence::Assumed) {
            *step = Step::Key(key.to_owned());
        }
        match self.layout.child(Some(map), "value") {
            Some(value) => {
                self.sql.entry(key, "value");
                Spot::Field(Field { column: value, element: false, renamed: None, entry: true })
            }
            None => Spot::Settled(Settled {
                column: self.layout.child(Some(map), "key"),
                fate: Fate::Additional,
                reason: format!("The map {} keeps only its keys.", self.column_name(map)),
            }),
        }
    }

    fn follow_element(&mut self, field: &Field, index: usize) -> Spot {
        self.sql.element(index);
        Spot::Field(Field { element: true, ..field.clone() })
    }

    fn follow_nested_list(&mut self, column: ColumnId, index: usize) -> Spot {
        self.sql.element(index);
        self.sql.field("list");
        // `is_nested_list` has seen the child.
        Spot::Field(Field { column: column + 1, element: false, renamed: None, entry: false })
    }

    /// An object in a list of records: the pipeline takes its values for the elements and loses the keys.
    fn follow_values(&mut self, field: &Field, token: &str, found: Option<Kind>) -> Spot {
        if self.all_children_are_lists() {
            return Spot::Settled(self.refused(field.column, "the pipeline fails on an object of lists where a list of records belongs"));
        }
        let position = match (self.presence, self.document) {
            (Presence::At(object), Some(document)) => position_of(document, object, token),
            _ => 0,
        };
        if let Some(step) = self.additional.last_mut() {
            *step = Step::Index(position);
        }
        match found {
            None | Some(Kind::Object) => self.follow_element(field, position),
            Some(found) => Spot::Settled(self.no_record(field.column, found)),
        }
    }

    /// Into the value of a column that is no list (any more).
    fn follow_value(&mut self, field: &Field, token: &str, next: Presence, as_step: Step) -> Spot {
        let column = field.column;
        match self.type_name(column) {
            "RECORD" => {
                let tuple = match (&as_step, self.container()) {
                    (Step::Index(index), Some(Kind::Array)) => Some(*index),
                    (Step::Index(index), None) if self.layout.child(Some(column), token).is_none() => Some(*index),
                    _ => None,
                };
                match tuple {
                    Some(index) => self.follow_tuple(column, index, next),
                    None => self.enter(Some(column), token, next),
                }
            }
            "INT64" | "FLOAT64" | "BOOL" if field.element => Spot::Settled(self.refused_element(column)),
            "INT64" | "FLOAT64" | "BOOL" => Spot::Settled(self.misfit(column)),
            _ => {
                self.inner.push(as_step);
                Spot::Inside(column)
            }
        }
    }

    /// An element of a list in a RECORD is the member `f0_`, `f1_` …
    fn follow_tuple(&mut self, record: ColumnId, index: usize, next: Presence) -> Spot {
        let name = format!("f{index}_");
        if self.layout.child(Some(record), &name).is_none() {
            let reason = format!("{} has no column {name} for this element of the list.", self.column_name(record));
            return Spot::Settled(Settled { column: None, fate: Fate::Additional, reason });
        }
        let spot = self.enter(Some(record), &name, next);
        if let Some(step) = self.additional.last_mut() {
            *step = Step::Index(index);
        }
        spot
    }

    fn all_children_are_lists(&self) -> bool {
        match (self.presence, self.document) {
            (Presence::At(id), Some(document)) => document.children(id).all(|child| document.kind(child) == Kind::Array),
            _ => false,
        }
    }
}

/// Position of a member among the members of an object, of which the pipeline's parser keeps one of each name.
fn position_of(document: &Document, object: NodeId, name: &str) -> usize {
    let mut seen = rustc_hash::FxHashSet::default();
    document
        .children(object)
        .filter_map(|child| document.key(child))
        .take_while(|key| key != name)
        .filter(|key| seen.insert(key.clone()))
        .count()
}
