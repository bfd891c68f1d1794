//! Another source beside this one, as lines of the overview: namespaces, doctypes, groups that only one of both has.
//!
//! Owns: which line is which, how deep it stands.
//! Refuses: counting (triage/overview), words (facts), reading the other source (work).

use std::sync::Arc;

use crate::rows::group::{Group, Groups, Sort};
use crate::triage::overview::{Beside, BesideDoctype, BesideLine};

/// A source that was read to stand beside another.
pub struct OtherSource {
    /// What it is called.
    pub name: String,
    /// All of its groups.
    pub groups: Groups,
}

/// A source beside the one that is explored.
#[derive(Clone)]
pub struct HeldBeside {
    /// The other source.
    pub other: Arc<OtherSource>,
    /// What is counted of both, or why they cannot be compared.
    pub lines: Result<BesideLines, String>,
}

/// The lines, below that of their part.
#[derive(Clone)]
pub struct BesideLines {
    /// What is counted.
    pub beside: Beside,
    lines: Vec<Placed>,
}

/// A line with its place.
#[derive(Clone, Copy)]
struct Placed {
    what: What,
    parent: Option<u32>,
    end: u32,
}

#[derive(Clone, Copy)]
enum What {
    Namespace(u32),
    Doctype(u32, u32),
    Only(usize, u32),
}

/// What stands on a line.
pub enum BesideRow<'a> {
    /// A namespace.
    Namespace(&'a BesideLine),
    /// A doctype of a namespace.
    Doctype(&'a BesideLine, &'a BesideDoctype),
    /// A group that only this one of both has.
    Only(usize, &'a Group),
}

impl BesideLines {
    /// Puts the lines in their order.
    pub fn new(beside: Beside) -> Self {
        let mut lines: Vec<Placed> = Vec::new();
        let push = |lines: &mut Vec<Placed>, what: What, parent: Option<u32>| {
            let at = lines.len() as u32;
            lines.push(Placed { what, parent, end: at + 1 });
            at
        };
        for (line, namespace) in beside.lines.iter().zip(0..) {
            let top = push(&mut lines, What::Namespace(namespace), None);
            for (doctype, at) in line.doctypes.iter().zip(0..) {
                let below = push(&mut lines, What::Doctype(namespace, at), Some(top));
                for (side, only) in doctype.only.iter().enumerate() {
                    for &group in only {
                        push(&mut lines, What::Only(side, group), Some(below));
                    }
                }
                lines[below as usize].end = lines.len() as u32;
            }
            lines[top as usize].end = lines.len() as u32;
        }
        BesideLines { beside, lines }
    }

    /// The same in another order.
    pub fn sorted(&self, sort: Sort) -> Self {
        let mut beside = self.beside.clone();
        beside.arrange(sort);
        BesideLines::new(beside)
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line behind the last one below a line.
    pub fn end(&self, at: usize) -> usize {
        self.lines.get(at).map_or(at + 1, |line| line.end as usize)
    }

    /// The line above a line; `None` of the namespaces.
    pub fn parent(&self, at: usize) -> Option<usize> {
        self.lines.get(at)?.parent.map(|parent| parent as usize)
    }

    /// What stands on a line; `groups` are of the source that is explored.
    pub fn row<'a>(&'a self, at: usize, groups: &'a Groups, other: &'a OtherSource) -> Option<BesideRow<'a>> {
        let line = |at: u32| self.beside.lines.get(at as usize);
        Some(match self.lines.get(at)?.what {
            What::Namespace(namespace) => BesideRow::Namespace(line(namespace)?),
            What::Doctype(namespace, doctype) => {
                let line = line(namespace)?;
                BesideRow::Doctype(line, line.doctypes.get(doctype as usize)?)
            }
            What::Only(side, group) => {
                let of = if side == 0 { groups } else { &other.groups };
                BesideRow::Only(side, of.list.get(group as usize)?)
            }
        })
    }
}
