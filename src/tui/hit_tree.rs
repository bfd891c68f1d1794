//! What a search over all columns found, as a tree: column > tables that have it.
//!
//! Owns: which line is which; a hit with one place is one line.
//! Refuses: searching (catalog), what is open (outline).

use std::sync::Arc;

use crate::ground::outline::{Outline, Tree};
use crate::triage::catalog::{Catalog, FoundHits, Hit, HitKind, HitPlace};

/// Most lines of the best hit that are shown without being asked for: the next hits are to be seen as well.
const OPEN_AT_START: usize = 30;

/// The tree over what was found.
pub struct HitTree {
    /// What was searched.
    pub catalog: Arc<Catalog>,
    /// What it found.
    pub found: FoundHits,
    /// The line of each hit, and one more at the end.
    lines: Vec<u32>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitLine<'a> {
    /// A hit with the places that it is found in; with one place there are no lines below it.
    Hit(&'a Hit, &'a [HitPlace]),
    /// One of several places.
    Place(HitPlace),
}

impl HitTree {
    /// Arranges what was found in a catalog.
    pub fn new(catalog: Arc<Catalog>, found: FoundHits) -> Self {
        let mut lines = vec![0];
        let mut next = 0;
        for hit in &found.hits {
            let places = found.places(hit).len() as u32;
            next += 1 + if places > 1 { places } else { 0 };
            lines.push(next);
        }
        HitTree { catalog, found, lines }
    }

    /// Everything closed but the best hit.
    pub fn at_start(&self) -> Outline {
        let mut outline = Outline::with_levels(self, 0);
        if !self.is_empty() && self.end(0) <= OPEN_AT_START {
            outline.set_open(self, &[0], true);
        }
        outline
    }

    /// What stands on a line.
    pub fn line(&self, item: usize) -> HitLine<'_> {
        let at = self.hit(item);
        let hit = &self.found.hits[at];
        let places = self.found.places(hit);
        match item - self.lines[at] as usize {
            0 => HitLine::Hit(hit, places),
            below => HitLine::Place(places[below - 1]),
        }
    }

    /// The place that a line stands for; of a hit its first, of tables none.
    pub fn place(&self, item: usize) -> Option<HitPlace> {
        match self.line(item) {
            HitLine::Hit(hit, places) if hit.what != HitKind::Tables || places.len() == 1 => places.first().copied(),
            HitLine::Hit(..) => None,
            HitLine::Place(place) => Some(place),
        }
    }

    /// Position of the hit that a line belongs to.
    pub fn hit(&self, item: usize) -> usize {
        self.lines.partition_point(|&line| line as usize <= item) - 1
    }
}

impl Tree for HitTree {
    fn len(&self) -> usize {
        self.lines.last().map_or(0, |&line| line as usize)
    }
    fn end(&self, item: usize) -> usize {
        let at = self.hit(item);
        if self.lines[at] as usize == item { self.lines[at + 1] as usize } else { item + 1 }
    }
    fn parent(&self, item: usize) -> Option<usize> {
        let line = self.lines[self.hit(item)] as usize;
        (line < item).then_some(line)
    }
    fn depth(&self, item: usize) -> usize {
        usize::from(self.parent(item).is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::rows::demo;

    #[test]
    fn a_column_of_many_tables_holds_them() {
        let catalog = Arc::new(Catalog::read(&demo::schemas().unwrap(), &|_| ControlFlow::Continue(())).unwrap());
        let found = catalog.search("document_id", &|| false).unwrap();
        let tree = HitTree::new(catalog, found);
        assert_eq!((tree.found.hits.len(), tree.len()), (1, 6));
        assert_eq!((tree.end(0), tree.end(3), tree.parent(3), tree.depth(3)), (6, 4, Some(0), 1));
        assert_eq!(tree.place(0), tree.place(1), "a hit stands for its first place");
        assert_eq!(tree.at_start().rows(), 6);
    }

    #[test]
    fn nothing_found_is_no_line() {
        let tree = HitTree::new(Arc::default(), FoundHits::default());
        assert_eq!((tree.len(), tree.at_start().rows()), (0, 0));
    }
}
