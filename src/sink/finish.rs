//! The value at the end of the walk: stored, changed, or why not.

use crate::document::Kind;
use crate::layout::ColumnId;

use super::sql::{self, Step};
use super::value::{self, Fit};
use super::walk::{Field, Presence, Settled, Spot, Walk};
use super::{Fate, HOLDS_NULL, Landing, quoted};

/// The column with everything that the table has no column for.
const ADDITIONAL: &str = "additional_properties";

/// What becomes of the value where the walk stands.
pub(super) fn finish(walk: Walk<'_>) -> Landing {
    let (column, mut fate, mut reason) = match &walk.spot {
        Spot::Top => (None, Fate::Stored, Some("The members of the document are the columns of the table.".to_owned())),
        Spot::Settled(settled) => (settled.column, settled.fate, Some(settled.reason.clone())),
        Spot::Inside(column) => (Some(*column), Fate::Changed, Some(walk.inside(*column))),
        Spot::Field(field) => {
            let settled = walk.judge(field);
            (settled.column, settled.fate, Some(settled.reason).filter(|reason| !reason.is_empty()))
        }
    };
    if fate == Fate::Additional && walk.layout.child(None, ADDITIONAL).is_none() {
        let why = reason.take().unwrap_or_default();
        (fate, reason) = (Fate::Dropped, Some(format!("{why} The table has no {ADDITIONAL} column to keep it.")));
    }
    let additional_pointer = (fate == Fate::Additional).then(|| pointer(&walk.additional));
    if walk.presence == Presence::Missing && matches!(fate, Fate::Stored | Fate::Changed | Fate::Additional) {
        fate = Fate::Unknown;
        let instead =
            if column.is_some() { "The document has no such value; it would land here." } else { "The document has no such value." };
        reason = Some(reason.filter(|_| column.is_none()).map_or(instead.to_owned(), |why| format!("{instead} {why}")));
    }
    let sql = match (&walk.spot, column) {
        _ if additional_pointer.is_some() => Some(sql::json(ADDITIONAL, &walk.additional, walk.kind().is_some_and(Kind::is_container))),
        (Spot::Inside(_), _) => Some(sql::json(&walk.sql.render(), &walk.inner, walk.kind().is_some_and(Kind::is_container))),
        (Spot::Settled(_), Some(column)) => Some(sql::select(walk.layout, column)),
        (Spot::Field(_), _) => Some(walk.sql.render()),
        _ => None,
    };
    Landing { column, fate, reason, sql, additional_pointer }
}

fn pointer(steps: &[Step]) -> String {
    let token = |step: &Step| match step {
        Step::Key(key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Step::Index(index) => format!("/{index}"),
    };
    steps.iter().map(token).collect()
}

impl Walk<'_> {
    fn inside(&self, column: ColumnId) -> String {
        let kind = self.type_name(column);
        let form = if kind == "JSON" { "part of the JSON value" } else { "part of the JSON text" };
        format!("It is {form} in {}.", self.column_name(column))
    }

    /// What becomes of the value of a column.
    fn judge(&self, field: &Field) -> Settled {
        match (self.is_list(field), self.type_name(field.column)) {
            _ if !matches!(self.presence, Presence::At(_)) => self.stored(field),
            _ if self.kind() == Some(Kind::Null) && !field.element => self.dropped(field.column, HOLDS_NULL),
            (true, "RECORD") => self.judge_records(field),
            (true, _) => self.judge_list(field),
            (false, "RECORD") => self.judge_record(field),
            (false, _) => self.judge_scalar(field),
        }
    }

    /// A REPEATED RECORD: map, list of lists, list of records.
    fn judge_records(&self, field: &Field) -> Settled {
        let column = field.column;
        let (map, nested) = (self.layout.is_map(column), self.layout.is_nested_list(column));
        match self.kind() {
            Some(Kind::Object) if map && self.is_empty() => self.dropped(column, "An empty map is stored as no rows."),
            Some(Kind::Object) if map => self.stored(field),
            _ if map => self.wrong_map(field),
            Some(Kind::Array) if self.is_empty() => self.dropped(column, "An empty list is stored as no rows."),
            Some(Kind::Array) => self.stored(field),
            Some(Kind::Object) if !self.is_empty() => {
                let reason = "A list belongs here; the pipeline takes the object's values for its elements and loses the keys.";
                Settled { column: Some(column), fate: Fate::Changed, reason: reason.to_owned() }
            }
            _ if nested => self.refused(column, "the pipeline fails where a list of lists is no list"),
            _ => self.refused(column, "the pipeline fails where a list of records is no list"),
        }
    }

    fn judge_list(&self, field: &Field) -> Settled {
        match self.kind() {
            Some(Kind::Array) if self.is_empty() => self.dropped(field.column, "An empty list is stored as no elements."),
            Some(Kind::Array) => self.stored(field),
            _ => self.misfit(field.column),
        }
    }

    fn judge_record(&self, field: &Field) -> Settled {
        let column = field.column;
        match self.kind() {
            Some(Kind::Object | Kind::Array) if self.is_empty() && field.element => self.stored(field),
            Some(Kind::Object | Kind::Array) if self.is_empty() => self.dropped(column, "It is empty and leaves nothing to store."),
            Some(Kind::Object) => self.stored(field),
            Some(Kind::Array) => {
                let reason = "The elements of the list go to the columns f0_, f1_ … of the RECORD.".to_owned();
                Settled { column: Some(column), fate: Fate::Changed, reason }
            }
            _ => self.refused(column, "BigQuery takes no single value for a RECORD"),
        }
    }

    fn judge_scalar(&self, field: &Field) -> Settled {
        let (Presence::At(node), Some(document), Some(column)) = (self.presence, self.document, self.layout.get(field.column)) else {
            return self.stored(field);
        };
        match value::fit(column, document, node) {
            Fit::AsIs => self.stored(field),
            Fit::Converted(how) => Settled { column: Some(field.column), fate: Fate::Changed, reason: how.to_owned() },
            Fit::Null if &*column.kind == "STRING" => {
                let reason = "In a list of texts null is stored as the text null.".to_owned();
                Settled { column: Some(field.column), fate: Fate::Changed, reason }
            }
            Fit::Null | Fit::Misfit if field.element => self.refused_element(field.column),
            Fit::Misfit => self.misfit(field.column),
            Fit::Null | Fit::Empty => self.dropped(field.column, "It is empty and leaves nothing to store."),
        }
    }

    fn is_empty(&self) -> bool {
        match (self.presence, self.document) {
            (Presence::At(id), Some(document)) => document.count(id) == 0,
            _ => false,
        }
    }

    fn stored(&self, field: &Field) -> Settled {
        let column = Some(field.column);
        match &field.renamed {
            None => Settled { column, fate: Fate::Stored, reason: String::new() },
            Some(key) => {
                let name = self.layout.get(field.column).map_or("", |column| &column.name);
                let reason = format!("The key {} becomes the column name {}.", quoted(key), quoted(name));
                Settled { column, fate: Fate::Changed, reason }
            }
        }
    }

    fn dropped(&self, column: ColumnId, reason: &str) -> Settled {
        Settled { column: Some(column), fate: Fate::Dropped, reason: reason.to_owned() }
    }

    /// The whole row is lost: why, as the end of a sentence.
    pub fn refused(&self, column: ColumnId, why: &str) -> Settled {
        Settled { column: Some(column), fate: Fate::Refused, reason: format!("The row cannot be written: {why}.") }
    }

    /// One element that does not fit costs the whole row.
    pub fn refused_element(&self, column: ColumnId) -> Settled {
        let why = format!("one element of {} does not fit its type", self.column_name(column));
        self.refused(column, &why)
    }

    /// A value that does not fit its column stays in additional_properties.
    pub fn misfit(&self, column: ColumnId) -> Settled {
        let found = self.kind().map_or("another value", Kind::name);
        let takes = match self.layout.get(column) {
            Some(column) if column.mode == crate::layout::Mode::Repeated => "A REPEATED column takes a list",
            Some(column) => value::takes(&column.kind),
            None => "",
        };
        Settled { column: Some(column), fate: Fate::Additional, reason: format!("{takes}; this is {}.", with_article(found)) }
    }

    /// An element that should be an object.
    pub fn no_record(&self, column: ColumnId, found: Kind) -> Settled {
        let reason = format!("Every element of {} must be an object; this is {}.", self.column_name(column), with_article(found.name()));
        Settled { column: Some(column), fate: Fate::Additional, reason }
    }

    /// A map's column with something that is no object: kept unchecked under an exact name, lost under a converted one.
    pub fn wrong_map(&self, field: &Field) -> Settled {
        let found = with_article(self.kind().map_or("another value", Kind::name));
        if field.renamed.is_some() || field.entry {
            let reason = format!("A map takes an object; this is {found}, and the pipeline loses it because it has to rename its key.");
            return Settled { column: Some(field.column), fate: Fate::Dropped, reason };
        }
        if self.kind() == Some(Kind::Array) && self.is_empty() {
            return self.stored(field);
        }
        self.refused(field.column, &format!("a map takes an object and this is {found}, which the pipeline passes on unchecked"))
    }
}

fn with_article(kind: &str) -> String {
    match kind {
        "null" | "another value" => kind.to_owned(),
        "object" | "array" => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}
