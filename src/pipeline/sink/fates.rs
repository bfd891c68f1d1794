//! What becomes of all values of a document, one word each.
//!
//! Owns: the worst that happens to the values of each column, the values that have no place but `additional_properties`.
//! Refuses: sentences and pointers (told, line), which cost more than a large document may for all its values.

use crate::pipeline::document::{Kind, NodeId};
use crate::pipeline::layout::{ColumnId, Mode};

use super::made::ValueForm;
use super::transform::{Intent, IntentWhy};
use super::{ADDITIONAL, Fate, Landed};

/// What the values of one column become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// The worst of them.
    pub fate: Fate,
    /// How many values the document has for the column; a list or a map counts once beside what is in it.
    pub values: u32,
}

/// What becomes of a document's values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fates {
    /// By column; `None` where the document has nothing for it.
    pub columns: Vec<Option<Filled>>,
    /// The outermost values that are in `additional_properties`, in the order of the document.
    pub additional: Vec<NodeId>,
}

impl Landed<'_> {
    /// Goes through all values once. Where there is no row at all, every value is refused.
    pub fn fates(&self) -> Fates {
        let mut fates = Fates { columns: vec![None; self.layout.columns.len()], additional: Vec::new() };
        for node in 1..self.document.len() as NodeId {
            let Some(intent) = self.transformed.intents[node as usize] else { continue };
            let fate = match self.transformed.refusal {
                Some(_) => Fate::Refused,
                None => self.fate(node, intent),
            };
            if self.goes_to_rest(intent) {
                fates.additional.push(node);
            }
            let Some(column) = intent.column else { continue };
            fates.note(column, fate, 1);
            if intent.why == IntentWhy::Map
                && let Some(key) = self.layout.child(Some(column), "key")
            {
                let own = if fate == Fate::Changed { Fate::Stored } else { fate };
                fates.note(key, own, u32::try_from(self.document.count(node)).unwrap_or(u32::MAX));
            }
        }
        fates
    }

    /// The column and the fate of every value but the document itself: what stands in something without a place shares its fate.
    pub fn each(&self, take: &mut dyn FnMut(NodeId, Option<ColumnId>, Fate)) {
        let mut known: Vec<(Option<ColumnId>, Fate)> = vec![(None, Fate::Unknown); self.document.len()];
        for node in 1..self.document.len() as NodeId {
            let place = match self.transformed.intents[node as usize] {
                Some(_) if self.transformed.refusal.is_some() => (None, Fate::Refused),
                Some(intent) => (intent.column, self.fate(node, intent)),
                None => self.document.parent(node).map_or((None, Fate::Unknown), |parent| known[parent as usize]),
            };
            known[node as usize] = place;
            take(node, place.0, place.1);
        }
    }

    fn goes_to_rest(&self, intent: Intent) -> bool {
        let is_left = matches!(intent.why, IntentWhy::Unknown | IntentWhy::NotCoercible | IntentWhy::NotARecord | IntentWhy::KeyOnly);
        is_left && !self.transformed.strict && self.layout.child(None, ADDITIONAL).is_some()
    }

    fn fate(&self, node: NodeId, intent: Intent) -> Fate {
        match (intent.why, self.transformed.place(node)) {
            (IntentWhy::Thrown, _) => Fate::Refused,
            _ if self.goes_to_rest(intent) => Fate::Additional,
            (
                IntentWhy::Null
                | IntentWhy::Empty
                | IntentWhy::Unknown
                | IntentWhy::NotCoercible
                | IntentWhy::NotARecord
                | IntentWhy::KeyOnly
                | IntentWhy::Stripped,
                _,
            )
            | (_, None) => self.fate_unplaced(node, Some(intent)),
            (_, Some(_)) if self.is_misshapen(node, intent) => Fate::Refused,
            (_, Some(place)) if self.is_changed(node, intent, &self.transformed.values[place as usize].form) => Fate::Changed,
            (_, Some(_)) => Fate::Stored,
        }
    }

    /// The fate of a value that is neither in the row nor in `additional_properties`, by what the pipeline made of it or of what is around it.
    pub(super) fn fate_unplaced(&self, node: NodeId, intent: Option<Intent>) -> Fate {
        let column = intent.and_then(|intent| self.layout.get(intent.column?));
        let is_list = column.is_some_and(|column| column.mode == Mode::Repeated);
        match intent.map(|intent| intent.why) {
            Some(IntentWhy::Null) => Fate::Stored,
            // The column of a list holds an empty one.
            Some(IntentWhy::Empty) if self.is_nothing(node) && is_list => Fate::Stored,
            Some(IntentWhy::Empty) => Fate::Empty,
            _ if self.is_nothing(node) => Fate::Empty,
            Some(IntentWhy::Stripped) if !self.is_lost_metadata(node) => Fate::Changed,
            _ => Fate::Lost,
        }
    }

    /// Whether nothing can be lost with it: null, `{}`, `[]`.
    pub(super) fn is_nothing(&self, node: NodeId) -> bool {
        let kind = self.document.kind(node);
        kind == Kind::Null || (kind.is_container() && self.document.count(node) == 0)
    }

    /// Whether BigQuery refuses the row for a null in a list: the pipeline passes on what it does not know the type of.
    pub(super) fn has_null_element(&self, node: NodeId, intent: Intent) -> bool {
        let Some(column) = intent.column.and_then(|id| self.layout.get(id)) else { return false };
        let is_unchecked = column.mode == Mode::Repeated && !column.is_record() && &*column.kind != "STRING";
        let is_null = |element| self.document.kind(element) == Kind::Null;
        is_unchecked && self.document.kind(node) == Kind::Array && self.document.children(node).any(is_null)
    }

    /// Whether BigQuery does not take it for the form that it has.
    fn is_misshapen(&self, node: NodeId, intent: Intent) -> bool {
        let (kind, is_empty) = (self.document.kind(node), self.document.count(node) == 0);
        match intent.why {
            IntentWhy::MapNotObject => kind != Kind::Array || !is_empty,
            IntentWhy::Written if self.has_null_element(node, intent) => true,
            _ => intent.column.and_then(|id| self.layout.get(id)).is_some_and(|column| column.is_record()) && !kind.is_container(),
        }
    }

    /// Whether it has another name or another form in its column.
    fn is_changed(&self, node: NodeId, intent: Intent, form: &ValueForm) -> bool {
        let Some((id, column)) = intent.column.and_then(|id| Some((id, self.layout.get(id)?))) else { return false };
        let is_list = column.mode == Mode::Repeated;
        let is_rebuilt = match self.document.kind(node) {
            Kind::Array => column.is_record() && !is_list,
            Kind::Object => is_list && !self.layout.is_map(id) && self.document.key(node).is_some(),
            _ => false,
        };
        matches!(form, ValueForm::Coerced(_)) || is_rebuilt || self.is_renamed(node, &column.name)
    }

    fn is_renamed(&self, node: NodeId, column: &str) -> bool {
        let around = self.document.parent(node).and_then(|parent| self.transformed.intents[parent as usize]);
        let is_entry = around.is_some_and(|intent| intent.why == IntentWhy::Map);
        !is_entry && self.document.key(node).is_some_and(|key| key != column)
    }
}

impl Fates {
    fn note(&mut self, column: ColumnId, fate: Fate, values: u32) {
        let Some(filled) = self.columns.get_mut(column as usize) else { return };
        let former = filled.unwrap_or(Filled { fate, values: 0 });
        *filled = Some(Filled { fate: former.fate.max(fate), values: former.values.saturating_add(values) });
    }

    /// What the document has for a column.
    pub fn of(&self, column: ColumnId) -> Option<Filled> {
        self.columns.get(column as usize).copied().flatten()
    }
}
