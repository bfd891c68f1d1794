//! Names and paths, each kept once.
//!
//! Owns: giving numbers to names and paths while files come in any order, the final numbers in alphabetical order, which layouts use a path.
//! Refuses: columns and tables.

use rustc_hash::FxHashMap;

use super::{Flat, NONE, NameId, Path, PathId};
use crate::pipeline::layout::ColumnId;

/// All names in alphabetical order, in one text.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    /// Where each name ends.
    ends: Vec<u32>,
}

impl Names {
    pub(super) fn get(&self, id: NameId) -> &str {
        let at = id as usize;
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |&end| end as usize);
        self.ends.get(at).and_then(|&end| self.text.get(from..end as usize)).unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as NameId).map(|id| self.get(id))
    }
}

/// Names while files are read, with numbers in the order in which they came.
#[derive(Default)]
pub(super) struct Gathered(FxHashMap<Box<str>, NameId>);

impl Gathered {
    pub(super) fn number(&mut self, name: &str) -> NameId {
        if let Some(&known) = self.0.get(name) {
            return known;
        }
        let id = self.0.len() as NameId;
        self.0.insert(name.into(), id);
        id
    }

    /// The names in order, and the final number of each.
    pub(super) fn finish(self) -> (Names, Vec<NameId>) {
        let mut sorted: Vec<(Box<str>, NameId)> = self.0.into_iter().collect();
        sorted.sort_unstable();
        let mut names = Names::default();
        let mut finals = vec![0; sorted.len()];
        for (at, (name, id)) in sorted.iter().enumerate() {
            names.text.push_str(name);
            names.ends.push(names.text.len() as u32);
            finals[*id as usize] = at as NameId;
        }
        (names, finals)
    }
}

/// Names and paths while files are read.
#[derive(Default)]
pub(super) struct Arena {
    names: Gathered,
    paths: FxHashMap<(PathId, NameId), PathId>,
    list: Vec<Path>,
}

/// Names and paths with their final numbers.
pub(super) struct Finished {
    pub names: Names,
    pub paths: Vec<Path>,
    /// The final number of each name.
    pub name_of: Vec<NameId>,
    /// The final number of each path.
    pub path_of: Vec<PathId>,
}

impl Arena {
    pub(super) fn name(&mut self, name: &str) -> NameId {
        self.names.number(name)
    }

    /// A name behind a path; `parent` is NONE at the top.
    pub(super) fn path(&mut self, parent: PathId, name: NameId) -> PathId {
        let next = self.list.len() as PathId;
        let id = *self.paths.entry((parent, name)).or_insert(next);
        if id == next {
            self.list.push(Path { parent, name });
        }
        id
    }

    /// The same numbers whatever the order in which the files came in: alphabetical, a path before those that go on from it.
    pub(super) fn finish(self) -> Finished {
        let (names, name_of) = self.names.finish();
        let (paths, path_of) = in_order(&self.list, &name_of);
        Finished { names, paths, name_of, path_of }
    }
}

/// Paths in pre-order of the tree that they make, and the final number of each.
fn in_order(list: &[Path], name_of: &[NameId]) -> (Vec<Path>, Vec<PathId>) {
    // Sorted backwards, because what is pushed last comes off the stack first.
    let mut by_parent: Vec<PathId> = (0..list.len() as PathId).collect();
    by_parent.sort_unstable_by_key(|&id| {
        let path = list[id as usize];
        (path.parent, std::cmp::Reverse(name_of[path.name as usize]))
    });
    let children = |parent: PathId| {
        let from = by_parent.partition_point(|&id| list[id as usize].parent < parent);
        let to = by_parent.partition_point(|&id| list[id as usize].parent <= parent);
        by_parent[from..to].iter().copied()
    };
    let mut paths = Vec::with_capacity(list.len());
    let mut path_of = vec![0; list.len()];
    let mut open: Vec<PathId> = children(NONE).collect();
    while let Some(id) = open.pop() {
        let path = list[id as usize];
        let parent = if path.parent == NONE { NONE } else { path_of[path.parent as usize] };
        path_of[id as usize] = paths.len() as PathId;
        paths.push(Path { parent, name: name_of[path.name as usize] });
        open.extend(children(id));
    }
    (paths, path_of)
}

/// Which layouts have a column of a path.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Where the uses of each path begin; one more than there are paths.
    starts: Vec<u32>,
    /// Layout and column.
    uses: Vec<(u32, ColumnId)>,
}

impl Uses {
    pub(super) fn of(flats: &[Flat], paths: usize) -> Self {
        let mut starts = vec![0; paths + 1];
        for column in flats.iter().flat_map(|flat| &flat.columns) {
            starts[column.path as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut uses = vec![(0, 0); starts.last().map_or(0, |&all| all as usize)];
        for (at, flat) in flats.iter().enumerate() {
            for (id, column) in flat.columns.iter().enumerate() {
                let slot = &mut next[column.path as usize];
                uses[*slot as usize] = (at as u32, id as ColumnId);
                *slot += 1;
            }
        }
        Uses { starts, uses }
    }

    pub(super) fn get(&self, path: PathId) -> &[(u32, ColumnId)] {
        let at = path as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&from), Some(&to)) => self.uses.get(from as usize..to as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}
