//! A landing for people: what becomes of a value in one sentence, and the SQL that selects it.
//!
//! Owns: sentences, the expression of a place in the row.
//! Refuses: finding the place (line, places).

use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::layout::{ColumnId, Mode};

use super::line::{InRow, LandingLine};
use super::made::{Coercion, ValueContent, ValueForm};
use super::near::{Near, Stray};
use super::outcome::{Reason, Side};
use super::outcome::{misfit, quoted, unkept};
use super::places::{self, PlaceToken, ValueSpot};
use super::sql::{self, Expression, SqlStep};
use super::transform::{Exception, IntentWhy, RowRefusal};
use super::{ADDITIONAL, Fate, Landed, Landing, assume};

/// What a doctype does that is deployed without `additional_properties`.
const KEEPS_NOTHING: &str = "This doctype keeps nothing else.";

impl Landed<'_> {
    /// Where the value at decoded tokens lands.
    pub fn landing<S: AsRef<str>>(&self, tokens: &[S]) -> Landing {
        match self.document.find(tokens) {
            Ok(node) if !self.document.is_empty() => self.landing_of(node),
            _ => missing(assume::landing(self.layout, tokens)),
        }
    }

    /// Where a value lands; a container that holds something lands as a whole, whatever becomes of its parts.
    pub fn landing_of(&self, node: NodeId) -> Landing {
        if node == 0 {
            return assume::landing::<&str>(self.layout, &[]);
        }
        let line = self.line(node);
        // What is built for an empty container is nothing that holds it.
        let holds = self.document.kind(node).is_container() && self.document.count(node) > 0;
        let spot = self.transformed.spot(self.layout, self.document, node, holds);
        let mut landing = match &spot {
            Some(_) if self.is_stripped(node) && line.column.is_none() => self.ignored(node),
            Some(spot) if spot.in_row => self.stored(node, spot, &line),
            Some(spot) => self.additional(node, spot, &line),
            None if self.is_ignored(node, &line) => self.ignored(node),
            None => self.dropped(node, &line),
        };
        if let Some(refusal) = self.transformed.refusal {
            (landing.fate, landing.reason) = (Fate::Refused, Some(self.refused(node, refusal)));
        }
        landing
    }

    /// The landing of metadata that no table has a column for.
    fn ignored(&self, node: NodeId) -> Landing {
        let is_kept = self.document.kind(node).is_container() && !self.is_lost_metadata(node);
        let fate = if self.is_nothing(node) || is_kept { Fate::Empty } else { Fate::Lost };
        let reason = Some("The decoder takes it out of the document, and the table has no column for it.".to_owned());
        Landing { column: None, fate, reason, sql: None, additional_pointer: None, nearest: None }
    }

    fn stored(&self, node: NodeId, spot: &ValueSpot<'_>, line: &LandingLine) -> Landing {
        let made = &self.transformed.values[spot.value as usize];
        let coercion = match made.form {
            ValueForm::Coerced(coercion) => Some(coercion),
            _ => None,
        };
        let is_text = matches!(made.value, ValueContent::Json(_) | ValueContent::Text(_));
        let tokens: Vec<&PlaceToken<'_>> =
            if is_text { spot.tokens.iter().collect() } else { spot.tokens.iter().chain(&spot.deeper).collect() };
        let owned: Vec<PlaceToken<'_>> = tokens.into_iter().cloned().collect();
        let at = InRow::follow(self.layout, &owned);
        let beyond = owned[at.outer..].iter().chain(if is_text { spot.deeper.as_slice() } else { &[] });
        let inside: Vec<SqlStep> = beyond.map(step).collect();
        let column = at.column;
        let expression = self.expression(&owned[..at.outer]);
        let is_inside = !inside.is_empty() && coercion != Some(Coercion::UseCounterToString);
        let sql = if is_inside { sql::json(&expression, &inside, self.document.kind(node).is_container()) } else { expression };
        let has_null =
            self.transformed.intents.get(node as usize).copied().flatten().is_some_and(|intent| self.has_null_element(node, intent));
        let mismatch = at.unknown.is_some() || line.shape_mismatch || has_null || self.is_wrong_shape(node, &at);
        let reason = if has_null {
            Some("The row cannot be written: BigQuery takes no null in a list, which the pipeline passes on unchecked.".to_owned())
        } else if mismatch {
            let found = self.document.kind(node).with_article();
            Some(format!("The row cannot be written: BigQuery does not take {found} here, which the pipeline passes on unchecked."))
        } else if is_inside {
            Some(format!("It is part of the JSON in {}.", self.name(column)))
        } else {
            coercion.map(how).map(str::to_owned).or_else(|| self.renamed(node, column)).or_else(|| self.rebuilt(node, column))
        };
        let fate = match (&reason, mismatch) {
            (_, true) => Fate::Refused,
            (Some(_), _) => Fate::Changed,
            (None, _) => Fate::Stored,
        };
        Landing { column, fate, reason, sql: Some(sql), additional_pointer: None, nearest: None }
    }

    /// Whether a container stands where BigQuery wants another shape: lists for a map pass unchecked.
    fn is_wrong_shape(&self, node: NodeId, at: &InRow) -> bool {
        let intent = self.transformed.intents.get(node as usize).copied().flatten();
        let is_empty = self.document.kind(node) == Kind::Array && self.document.count(node) == 0;
        intent.is_some_and(|intent| intent.why == IntentWhy::MapNotObject) && at.column.is_some() && !is_empty
    }

    fn additional(&self, node: NodeId, spot: &ValueSpot<'_>, line: &LandingLine) -> Landing {
        let steps: Vec<SqlStep> = spot.tokens.iter().chain(&spot.deeper).map(step).collect();
        let stray = self.stray(node, line);
        let near = stray.as_ref().and_then(|stray| self.near(node, stray));
        let why = match &stray {
            Some(stray) => stray.sentence(self.layout, near),
            None => self.why_additional(node, line),
        };
        let nearest = near.map(|near| near.column);
        // What a key-only map keeps is the key.
        let column = line.column.or_else(|| self.key_only(line));
        if self.layout.child(None, ADDITIONAL).is_none() {
            let fate = self.fate_unplaced(node, None);
            return Landing { column, fate, reason: Some(unkept(&why)), sql: None, additional_pointer: None, nearest };
        }
        Landing {
            column,
            fate: Fate::Additional,
            reason: Some(why),
            sql: Some(sql::json(ADDITIONAL, &steps, self.document.kind(node).is_container())),
            additional_pointer: Some(places::pointer(spot.tokens.iter().chain(&spot.deeper))),
            nearest,
        }
    }

    /// The key that has no column, where that is why a value lands in none.
    fn stray(&self, node: NodeId, line: &LandingLine) -> Option<Stray<'_>> {
        if !matches!(line.reason, Some(Reason::UnknownKey | Reason::StrictUnknownKey)) {
            return None;
        }
        let settler = self.transformed.intent(self.document, node).map_or(node, |(settler, _)| settler);
        let below = self.document.ancestors(node).find(|&at| self.document.parent(at) == Some(settler));
        let below = below.and_then(|below| self.document.key(below));
        Some(Stray { parent: self.column_around(settler), key: self.document.key(settler)?, below })
    }

    /// The column that was probably meant by a key that has none.
    fn near(&self, node: NodeId, stray: &Stray<'_>) -> Option<Near> {
        let settler = self.transformed.intent(self.document, node).map_or(node, |(settler, _)| settler);
        let around = self.document.parent(settler);
        let fills = || {
            let beside = around.into_iter().flat_map(|around| self.document.children(around));
            beside.filter_map(|beside| self.transformed.intents.get(beside as usize).copied().flatten()?.column).collect()
        };
        self.transformed.near.near((settler, around), stray, self.layout, &fills)
    }

    fn dropped(&self, node: NodeId, line: &LandingLine) -> Landing {
        // Where only the key of an entry is stored, the value's own column counts.
        let intent = self.transformed.intent(self.document, node).and_then(|(_, intent)| intent.column);
        let column = intent.or_else(|| self.key_only(line)).or(line.column).or_else(|| self.stripped_column(node));
        let stray = self.stray(node, line);
        let near = stray.as_ref().and_then(|stray| self.near(node, stray));
        let settled = self.transformed.intent(self.document, node).map(|(_, intent)| intent);
        let fate = match self.fate_unplaced(node, settled) {
            Fate::Stored if self.is_outdone(node, column) => Fate::Empty,
            fate => fate,
        };
        let reason = match line.reason {
            _ if line.landing == Side::Column => {
                "The decoder takes it out of the document as an attribute, and its text is not a number.".to_owned()
            }
            Some(Reason::StrippedByDecoder) if fate == Fate::Changed => {
                "The decoder takes it out of the document as attributes, which fill the columns.".to_owned()
            }
            Some(Reason::StrippedByDecoder) => {
                let column = column.map_or(", and the table has no column for it".to_owned(), |_| ", and keeps only text".to_owned());
                format!("The decoder takes it out of the document{column}.")
            }
            _ if fate == Fate::Empty && self.is_nothing(node) && column.is_some() => {
                "It is empty, and another member fills the column.".to_owned()
            }
            Some(Reason::StrictUnknownKey) => {
                let why = stray.map_or("No column has its name.".to_owned(), |stray| stray.sentence(self.layout, near));
                format!("{why} {KEEPS_NOTHING}")
            }
            reason => self.why_dropped(node, reason, column),
        };
        let sql = column.map(|column| self.select(node, column));
        Landing { column, fate, reason: Some(reason), sql, additional_pointer: None, nearest: near.map(|near| near.column) }
    }

    /// Whether another member of the same object fills the column that this one has nothing for.
    fn is_outdone(&self, node: NodeId, column: Option<ColumnId>) -> bool {
        let intent = |node: NodeId| self.transformed.intents.get(node as usize).copied().flatten();
        let around = self.document.parent(node).filter(|&around| {
            self.document.kind(around) == Kind::Object && intent(around).is_none_or(|intent| intent.why != IntentWhy::Map)
        });
        let fills = |beside: NodeId| {
            beside != node && self.transformed.place(beside).is_some() && intent(beside).is_some_and(|intent| intent.column == column)
        };
        column.is_some() && around.is_some_and(|around| self.document.children(around).any(fills))
    }

    /// Selects the place in the row where a value would be that is not there: under the same keys, in the same rows.
    fn select(&self, node: NodeId, column: ColumnId) -> String {
        let mut tokens = self.document.tokens(node);
        let places: Vec<NodeId> = self.document.ancestors(node).collect();
        for (token, &at) in tokens.iter_mut().rev().zip(&places) {
            let around = self.document.parent(at).filter(|&around| self.document.kind(around) == Kind::Object);
            let list = around.and_then(|around| self.transformed.intents.get(around as usize).copied().flatten()?.column);
            // Of an object in place of a list the members are the rows.
            if list.is_some_and(|list| self.layout.get(list).is_some_and(|at| at.mode == Mode::Repeated) && !self.layout.is_map(list))
                && self.document.parent(around.unwrap_or(0)).is_some_and(|above| self.document.kind(above) == Kind::Object)
            {
                *token = self.document.index(at).to_string();
            }
        }
        assume::select(self.layout, &tokens, column).unwrap_or_else(|| sql::select(self.layout, column))
    }

    fn why_dropped(&self, node: NodeId, reason: Option<Reason>, column: Option<ColumnId>) -> String {
        let found = self.document.kind(node);
        let is_list = column.and_then(|id| self.layout.get(id)).is_some_and(|column| column.mode == Mode::Repeated);
        match reason {
            Some(Reason::Null) if is_list => "null: the column holds an empty list.".to_owned(),
            Some(Reason::Null) => "null: the column holds NULL.".to_owned(),
            Some(Reason::Empty) if self.document.count(node) > 0 => "Nothing in it has a column, so nothing is left to store.".to_owned(),
            Some(Reason::Empty) if is_list => "It is empty: the column holds an empty list.".to_owned(),
            Some(Reason::Empty) => "It is empty: the column holds NULL.".to_owned(),
            Some(Reason::MapNotObject) => {
                let found = found.with_article();
                format!(
                    "It has the wrong shape: a map takes an object; this is {found}, and the pipeline loses it because it has to rename its key."
                )
            }
            Some(Reason::StrictNotCoercible) => {
                let why = column.and_then(|id| self.layout.get(id)).map_or(String::new(), |column| misfit(column, self.document, node));
                format!("{why}. {KEEPS_NOTHING}")
            }
            Some(Reason::KeyOnlyMap) => format!("The map {} keeps only its keys.", self.map_name(column)),
            _ => format!("Another member goes to the same column {} and takes its place.", self.name(column)),
        }
    }

    fn why_additional(&self, node: NodeId, line: &LandingLine) -> String {
        let settled = self.transformed.intent(self.document, node);
        let settler = settled.map_or(node, |(settler, _)| settler);
        let found = self.document.kind(settler).with_article();
        match line.reason {
            Some(Reason::NotCoercible) => {
                let column = line.column.and_then(|id| self.layout.get(id));
                format!("{}.", column.map_or(String::new(), |column| misfit(column, self.document, settler)))
            }
            Some(Reason::NotARecord) => {
                let column = self.name(line.column);
                match self.document.key(settler) {
                    Some(_) => format!(
                        "It has the wrong shape: {column} takes a list of objects (REPEATED RECORD); this is {found} in a single object, whose values are taken for the list."
                    ),
                    None => format!("Every element of {column} must be an object; this is {found}."),
                }
            }
            Some(Reason::KeyOnlyMap) => format!("The map {} keeps only its keys.", self.map_name(line.key_column)),
            Some(Reason::Collision) => {
                let column = self.name(line.column);
                format!("A later member is named exactly {column}, so this one is transformed twice and does not fit the second time.")
            }
            // Keys are told with what is near them.
            _ => format!("{} has no column for this element of the list.", self.parent_name(settler)),
        }
    }

    /// The sentence of a row that cannot be written, at the value that is to blame and elsewhere.
    fn refused(&self, node: NodeId, refusal: RowRefusal) -> String {
        let why = self.why_refused(refusal);
        let about = |a: NodeId, b: NodeId| self.document.ancestors(a).any(|above| above == b);
        if about(node, refusal.node) || about(refusal.node, node) {
            return format!("The row cannot be written: {why}.");
        }
        let place = self.document.path(refusal.node, crate::pipeline::document::PathStyle::Pointer);
        format!("The whole row is refused: at {}, {why}.", quoted(&place))
    }

    /// Why there is no row, as the end of a sentence that is safe for a terminal.
    pub fn why_refused(&self, refusal: RowRefusal) -> String {
        let column = self.name(Some(refusal.column));
        match refusal.exception {
            Exception::NoSuchElement => format!("one element of {column} does not fit its type"),
            Exception::NullPointer => {
                format!("the pipeline fails on a list for {column} that holds anything but objects, in a strict doctype")
            }
            Exception::ClassCast if self.document.kind(refusal.node) == Kind::Object && self.document.count(refusal.node) > 0 => {
                format!("the pipeline fails on an object of lists where {column} takes a list of records")
            }
            Exception::ClassCast => {
                let found = self.document.kind(refusal.node).with_article();
                format!("the shape is wrong: {column} takes a list of objects (REPEATED RECORD), and the pipeline fails on {found}")
            }
        }
    }

    /// An expression for a place in the row.
    fn expression(&self, tokens: &[PlaceToken<'_>]) -> String {
        let mut sql = Expression::default();
        let mut tokens = tokens.iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                PlaceToken::Name(name) => sql.field(name),
                PlaceToken::Index(index) => sql.element(*index),
                PlaceToken::Entry(index, key) => match tokens.next_if(|token| matches!(token, PlaceToken::Name(_))) {
                    Some(PlaceToken::Name(name)) => sql.entry(key, name),
                    _ => sql.element(*index),
                },
            }
        }
        sql.render()
    }

    fn renamed(&self, node: NodeId, column: Option<ColumnId>) -> Option<String> {
        let key = self.document.key(node)?;
        let parent = self.document.parent(node)?;
        let around = self.transformed.intents.get(parent as usize).copied().flatten();
        let name = &column.and_then(|id| self.layout.get(id))?.name;
        let is_entry = around.is_some_and(|intent| intent.why == IntentWhy::Map);
        (!is_entry && **name != *key).then(|| format!("The key {} becomes the column name {}.", quoted(&key), quoted(name)))
    }

    /// A shape that is stored as another one.
    fn rebuilt(&self, node: NodeId, column: Option<ColumnId>) -> Option<String> {
        let id = column?;
        let column = self.layout.get(id)?;
        let repeated = column.mode == Mode::Repeated;
        match self.document.kind(node) {
            Kind::Array if column.is_record() && !repeated => {
                Some("The elements of the list go to the columns f0_, f1_ … of the RECORD.".to_owned())
            }
            Kind::Object if repeated && !self.layout.is_map(id) && self.document.key(node).is_some() => {
                let column = self.name(Some(id));
                Some(format!(
                    "It has the wrong shape: {column} takes a list of objects (REPEATED RECORD); this is a single object, whose values are taken for the list and whose keys are lost."
                ))
            }
            _ => None,
        }
    }

    fn key_only(&self, line: &LandingLine) -> Option<ColumnId> {
        line.key_column.filter(|_| line.reason == Some(Reason::KeyOnlyMap))
    }

    /// The column that a standard field would have filled.
    fn stripped_column(&self, node: NodeId) -> Option<ColumnId> {
        let tokens = self.document.tokens(node);
        self.is_stripped(node).then(|| tokens.iter().try_fold(None, |parent, name| self.layout.child(parent, name).map(Some)))??
    }

    /// Whether the decoder takes it out and no column is named like it.
    fn is_ignored(&self, node: NodeId, line: &LandingLine) -> bool {
        let has_column = line.landing == Side::Column || line.column.is_some() || self.stripped_column(node).is_some();
        self.is_stripped(node) && !has_column
    }

    /// The name of the map that a column of keys belongs to.
    fn map_name(&self, key: Option<ColumnId>) -> String {
        let map = key.and_then(|key| self.layout.get(key)?.parent).filter(|&map| self.layout.is_map(map));
        self.name(map.or(key))
    }

    /// A column's name for a sentence.
    fn name(&self, column: Option<ColumnId>) -> String {
        column.map_or_else(String::new, |column| quoted(&self.layout.path(column)))
    }

    /// The columns around a value, for the beginning of a sentence.
    fn parent_name(&self, node: NodeId) -> String {
        self.column_around(node).map_or_else(|| "The table".to_owned(), |column| self.name(Some(column)))
    }

    fn column_around(&self, node: NodeId) -> Option<ColumnId> {
        let parent = self.document.parent(node)?;
        self.transformed.intent(self.document, parent)?.1.column
    }
}

/// The landing of a value that is not in the document.
fn missing(landing: Landing) -> Landing {
    let reason = match landing.column {
        Some(_) => Some("It would land here.".to_owned()),
        None => landing.reason,
    };
    Landing { fate: Fate::Unknown, reason, ..landing }
}

fn step(token: &PlaceToken<'_>) -> SqlStep {
    match token {
        PlaceToken::Name(name) => SqlStep::Key(name.to_string()),
        PlaceToken::Index(index) | PlaceToken::Entry(index, _) => SqlStep::Index(*index),
    }
}

/// How a value is stored, as a sentence.
fn how(coercion: Coercion) -> &'static str {
    match coercion {
        Coercion::BoolToInt | Coercion::BoolToFloat => "The boolean is stored as 1 or 0.",
        Coercion::NumberToString => "The number is stored as text.",
        Coercion::BoolToString => "The boolean is stored as the text true or false.",
        Coercion::NullToString => "In a list of texts null is stored as the text null.",
        Coercion::JsonToString => "The value is stored as JSON text.",
        Coercion::HistogramToString => "The histogram is stored as JSON text.",
        Coercion::UseCounterToString => "The use counter is stored as its sum.",
        Coercion::ViaAttributes => "The decoder takes it out of the document as an attribute, which fills the column.",
    }
}
