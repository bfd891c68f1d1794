//! Since when the schemas know the place of a value that is lost, or that they never did.
//!
//! Owns: the node that a lost value stands for, what its history says of it, how many places are looked up.
//! Refuses: reading the history (blame), words for people (facts).

use super::{Loss, LossCount, is_loss};
use crate::ground::time::Micros;
use crate::pipeline::document::unescape_pointer;
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::walk;
use crate::rows::schemas::git::{GitError, Lineage};
use crate::rows::schemas::{Doctype, SchemaStore};
use crate::triage::blame::{BlameQuestion, BlameTarget, steps};

/// Places that are looked up, of all tables together: each reads every revision of a schema.
pub const MOST_LOOKED_UP: usize = 20;

/// What the history of a schema says of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceHistory {
    /// The schema has it.
    Since {
        /// The revision that brought it, in full.
        revision: String,
        /// When that was made.
        time: Micros,
        /// Whether it may be older: a shallow clone begins there.
        or_before: bool,
    },
    /// The schema had it and has it no more.
    Until {
        /// The revision that took it away, in full.
        revision: String,
        /// When that was made.
        time: Micros,
    },
    /// No revision has it.
    Never {
        /// Where it would stand in the schema, a JSON pointer.
        pointer: String,
        /// Whether a shallow clone hides older revisions.
        is_shallow: bool,
    },
}

/// Looks places up in the history that the schemas stand in.
pub struct PlaceHistories<'s> {
    store: &'s SchemaStore,
    lineage: Option<Lineage>,
    left: usize,
    fault: Option<GitError>,
}

/// The places of one table with what was found, in the order of [`LossTally::places`](super::LossTally::places).
#[derive(Debug, Clone, Default)]
pub struct LookedUp {
    /// What is known of each place; empty where the schemas stand in no repository.
    pub places: Vec<Option<PlaceHistory>>,
    /// Places that were left out, for there are too many.
    pub left_out: usize,
}

impl<'s> PlaceHistories<'s> {
    /// Of the schemas' repository, where they stand in one.
    pub fn open(store: &'s SchemaStore) -> Self {
        let (lineage, fault) = store.lineage().map_or_else(|fault| (None, Some(fault)), |lineage| (lineage, None));
        PlaceHistories { store, lineage, left: MOST_LOOKED_UP, fault }
    }

    /// Why nothing more could be looked up: git did not answer. Documents are judged without it.
    pub fn fault(&self) -> Option<&GitError> {
        self.fault.as_ref()
    }

    /// Looks up the places of a table that lose values, the worst first.
    pub fn of(&mut self, doctype: &Doctype, schema: &Schema, places: &[&LossCount]) -> LookedUp {
        let mut found = LookedUp::default();
        let Some(lineage) = self.lineage.clone() else { return found };
        for place in places {
            let tokens = is_loss(place.first.fate).then(|| node_of(schema, &place.first)).flatten();
            let known = match tokens {
                Some(_) if self.fault.is_some() => None,
                Some(_) if self.left == 0 => {
                    found.left_out += 1;
                    None
                }
                Some(tokens) => {
                    self.left -= 1;
                    self.history(&lineage, doctype, tokens).unwrap_or_else(|fault| {
                        self.fault = Some(fault);
                        None
                    })
                }
                None => None,
            };
            found.places.push(known);
        }
        found
    }

    fn history(&self, lineage: &Lineage, doctype: &Doctype, tokens: Vec<String>) -> Result<Option<PlaceHistory>, GitError> {
        let target = BlameTarget::Node(tokens);
        let pointer = format!("#{}", target.to_string().trim_start_matches('#'));
        let Doctype { namespace, doctype, version, .. } = doctype.clone();
        let question = BlameQuestion { namespace, doctype, version, target };
        let Some((_, steps)) = steps(self.store, lineage, &question)? else { return Ok(None) };
        let oldest = lineage.repository.oldest_of_shallow(&lineage.tip)?.map(|commit| commit.id);
        Ok(Some(match steps.last() {
            None => PlaceHistory::Never { pointer, is_shallow: oldest.is_some() },
            Some(last) if last.value.is_none() => PlaceHistory::Until { revision: last.commit.id.to_string(), time: last.commit.time },
            Some(last) => {
                // What it was changed to later does not matter: since when it is there at all.
                let came = steps.iter().rev().find(|step| !step.was_there).unwrap_or(last);
                let (revision, time) = (came.commit.id.to_string(), came.commit.time);
                PlaceHistory::Since { revision, time, or_before: oldest == Some(came.commit.id) }
            }
        }))
    }
}

/// Where the schema speaks of the value or, where it does not, where it would: as a property of the innermost object that it knows. `None` where that is
/// no object's member.
fn node_of(schema: &Schema, loss: &Loss) -> Option<Vec<String>> {
    let tokens = unescape_pointer(&loss.pointer);
    let mut known = tokens.len();
    loop {
        let node = walk(schema, &tokens[..known]).nodes.first().copied();
        match node {
            Some(node) => {
                let mut at = schema.document.tokens(node);
                if let Some(next) = tokens.get(known) {
                    // An element of a list that the schema says nothing of.
                    if loss.elements.contains(&known) {
                        return None;
                    }
                    at.extend(["properties".to_owned(), next.clone()]);
                }
                return Some(at);
            }
            None => known = known.checked_sub(1)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::sink::{Fate, Side};

    #[test]
    fn a_lost_value_stands_where_the_schema_knows_it_or_would() {
        let schema = r#"{"type":"object","properties":{"a":{"properties":{"b":{}}},"list":{"items":{"type":"object"}},
            "map":{"additionalProperties":{"type":"integer"}}}}"#;
        let schema = Schema::parse("t", schema.into()).unwrap();
        for (pointer, elements, node) in [
            ("/a/b", &[][..], Some("/properties/a/properties/b")),
            ("/a/c", &[], Some("/properties/a/properties/c")),
            ("/more/deep/3", &[2], Some("/properties/more")),
            ("/list/0/x~1y", &[1], Some("/properties/list/items/properties/x/y")),
            ("/map/k", &[], Some("/properties/map/additionalProperties")),
            ("/a/b/0", &[2], None),
            ("/a/b/0", &[], Some("/properties/a/properties/b/properties/0")),
            ("/2024", &[], Some("/properties/2024")),
            ("/", &[], Some("/properties/")),
        ] {
            let loss = Loss {
                pointer: pointer.to_owned(),
                elements: elements.to_vec(),
                place: pointer.to_owned(),
                fate: Fate::Lost,
                landing: Side::Dropped,
                reason: None,
                coercion: None,
                why: None,
                column: None,
                nearest: None,
                lift: Default::default(),
            };
            let found = node_of(&schema, &loss).map(|tokens| tokens.iter().map(|token| format!("/{token}")).collect::<String>());
            assert_eq!(found.as_deref(), node, "{pointer}");
        }
    }
}
