//! The layouts of a pair of tables: read where they differ, or made of the schemas where neither side has any.
//!
//! Owns: what is not read because it is the same, why layouts cannot be compared.
//! Refuses: the verdict on them (tables).

use super::Sides;
use crate::pipeline::compat::{TableChanges, compare_texts};
use crate::pipeline::layout::Layout;
use crate::rows::schemas::{Doctype, SchemaError, SchemaStore, TableColumns};

/// Layouts of a pair that differ.
#[derive(Default)]
pub(super) struct Layouts {
    pub(super) old: Option<Layout>,
    pub(super) new: Option<Layout>,
    /// Whether the old side has one and the new side none.
    pub(super) gone: bool,
    /// What is different, where the layouts were not read for it.
    pub(super) changes: Option<TableChanges>,
}

impl Layouts {
    pub(super) fn is_any(&self) -> bool {
        self.gone || self.new.is_some() || self.changes.is_some()
    }
}

/// Why layouts cannot be compared.
pub(super) enum Unread {
    /// Neither side's can be read, the later one for this reason.
    Neither(String),
    /// No table is made of the schemas of either side, the later one for this reason.
    Unmade(String),
    /// One side has one and the other none, for this reason.
    One(String),
}

impl Sides<'_> {
    /// The layouts of a pair; `None` where they are the same.
    pub(super) fn layouts(
        &self,
        (old, a): (Option<usize>, Option<&Doctype>),
        (new, b): (Option<usize>, Option<&Doctype>),
    ) -> Result<Option<Layouts>, Unread> {
        if self.made {
            return self.made((old, a), (new, b));
        }
        let path = |doctype: Option<&Doctype>| doctype.and_then(|doctype| doctype.layout.clone());
        let (before, now) = (path(a), path(b));
        let read = |store: &SchemaStore, path: &str| store.file(path).map_err(|error: SchemaError| error.to_string());
        let parse = |bytes: Result<Vec<u8>, String>, path: &str| {
            bytes.and_then(|bytes| Layout::parse(&bytes).map_err(|reason| format!("{path}: {reason}")))
        };
        match (before, now) {
            (Some(before), Some(now)) => {
                let (id, other) = (self.old.content_id(&before), self.new.content_id(&now));
                if id.is_some() && id == other {
                    return Ok(None);
                }
                let (old, new) = (read(self.old, &before), read(self.new, &now));
                if old.is_ok() && old == new {
                    return Ok(None);
                }
                // Where little differs only that is read.
                let (old, new) = match (old, new) {
                    (Ok(old), Ok(new)) => match compare_texts(old, new) {
                        Ok(changes) => return Ok(Some(Layouts { changes: Some(changes), ..Layouts::default() })),
                        Err([old, new]) => (Ok(old), Ok(new)),
                    },
                    other => other,
                };
                match (parse(old, &before), parse(new, &now)) {
                    (Ok(old), Ok(new)) => Ok(Some(Layouts { old: Some(old), new: Some(new), ..Layouts::default() })),
                    (Err(_), Err(reason)) => Err(Unread::Neither(reason)),
                    (Err(reason), Ok(_)) => Err(Unread::One(format!("the old layout cannot be read: {reason}"))),
                    (Ok(_), Err(reason)) => Err(Unread::One(format!("the new layout cannot be read: {reason}"))),
                }
            }
            (None, Some(now)) => match parse(read(self.new, &now), &now) {
                Ok(new) => Ok(Some(Layouts { new: Some(new), ..Layouts::default() })),
                Err(reason) => Err(Unread::One(format!("the new layout cannot be read: {reason}"))),
            },
            (Some(_), None) => Ok(Some(Layouts { gone: true, ..Layouts::default() })),
            (None, None) => Ok(None),
        }
    }

    /// The layouts that would be made of the schemas, where neither side has any.
    fn made(
        &self,
        (old, a): (Option<usize>, Option<&Doctype>),
        (new, b): (Option<usize>, Option<&Doctype>),
    ) -> Result<Option<Layouts>, Unread> {
        if let (Some(before), Some(now)) = (a.and_then(|a| a.schema.as_deref()), b.and_then(|b| b.schema.as_deref())) {
            let (id, other) = (self.old.content_id(before), self.new.content_id(now));
            let is_same = if id.is_some() { id == other } else { self.old.file(before).ok() == self.new.file(now).ok() };
            if is_same && self.old.file(before).is_ok() {
                return Ok(None);
            }
        }
        let columns = |store: &SchemaStore, at: Option<usize>| -> Result<Option<Layout>, String> {
            let Some(at) = at else { return Ok(None) };
            match store.columns(at).map_err(|error| error.to_string())? {
                TableColumns::Missing(why) => Err(why.to_string()),
                columns => Ok(columns.layout().map(|layout| Layout::clone(layout))),
            }
        };
        match (columns(self.old, old), columns(self.new, new)) {
            (Ok(old), Ok(new)) => {
                let gone = old.is_some() && new.is_none();
                Ok(Some(Layouts { gone, old: old.filter(|_| new.is_some()), new, changes: None }))
            }
            (Err(_), Err(reason)) | (Err(reason), Ok(None)) | (Ok(None), Err(reason)) => Err(Unread::Unmade(reason)),
            (Err(reason), Ok(_)) => Err(Unread::One(format!("no layout can be made of the old schema: {reason}"))),
            (Ok(_), Err(reason)) => Err(Unread::One(format!("no layout can be made of the new schema: {reason}"))),
        }
    }
}
