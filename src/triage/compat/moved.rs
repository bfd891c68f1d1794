//! Tables whose files stand elsewhere now, unchanged: moved, not gone and new.
//!
//! Owns: which table that is gone is which new one.
//! Refuses: columns that moved inside a table (pipeline).

use rustc_hash::FxHashMap;

use super::{ComparedTable, TableState, is_gone};
use crate::rows::schemas::{Lookup, SchemaStore};

/// Contents of a table's layout and JSON schema.
type Contents = [Option<String>; 2];

/// Marks tables that are gone and whose files are those of a new table of the same doctype or namespace: each new table is that of one at most.
pub(super) fn mark(tables: &mut [ComparedTable], old: &SchemaStore, new: &SchemaStore) {
    let of_state = |state: TableState| tables.iter().enumerate().filter(move |(_, table)| table.state == state).map(|(at, _)| at);
    let (gone, fresh): (Vec<usize>, Vec<usize>) = (of_state(TableState::Removed).collect(), of_state(TableState::Added).collect());
    if gone.is_empty() || fresh.is_empty() {
        return;
    }
    let mut by_contents: FxHashMap<Contents, Vec<usize>> = FxHashMap::default();
    for at in fresh {
        if let Some(contents) = contents(new, &tables[at]) {
            by_contents.entry(contents).or_default().push(at);
        }
    }
    for at in gone {
        let Some(places) = contents(old, &tables[at]).and_then(|contents| by_contents.get_mut(&contents)) else { continue };
        let was = &tables[at];
        let nearness = |&place: &usize| (tables[place].namespace == was.namespace, tables[place].doctype == was.doctype);
        let near = (0..places.len()).filter(|&i| nearness(&places[i]) != (false, false)).max_by_key(|&i| nearness(&places[i]));
        let Some(to) = near.map(|i| places.swap_remove(i)) else { continue };
        let (from, name) = (tables[at].title(), tables[to].title());
        tables[to].moved = Some(from);
        let table = &mut tables[at];
        table.changes.findings.iter_mut().filter(|finding| is_gone(finding)).for_each(|finding| finding.other = Some(name.clone()));
        table.moved = Some(name);
    }
}

/// What a table's files hold; `None` where one of them cannot be read.
fn contents(store: &SchemaStore, table: &ComparedTable) -> Option<Contents> {
    let Lookup::Found(at) = store.lookup(&table.namespace, &table.doctype, Some(&table.version)) else { return None };
    let doctype = store.doctypes().get(at)?;
    let text = |path: &str| store.content_id(path).or_else(|| Some(String::from_utf8_lossy(&store.file(path).ok()?).into_owned()));
    let of = |path: &Option<String>| path.as_deref().map_or(Some(None), |path| text(path).map(Some));
    let both = [of(&doctype.layout)?, of(&doctype.schema)?];
    both.iter().any(Option::is_some).then_some(both)
}
