//! A table: what it is called, how large it is, what is odd about it.

use super::Facts;
use crate::ground::text::count;
use crate::pipeline::destination::{self, OwnSchema};
use crate::pipeline::layout::{Layout, Size};
use crate::rows::schemas::WOULD_BE;
use crate::triage::catalog::{Catalog, CatalogTable, TableContents, TableId};

/// What is to be said of a doctype version's table beside its columns: that they are not published or why there are none, that its name is the
/// pipeline's own, that its schema is a copy.
pub fn notes(known: &CatalogTable) -> Vec<String> {
    let doctype = &known.doctype;
    let (namespace, name, version) = (&doctype.namespace, &doctype.doctype, &doctype.version);
    let mut notes: Vec<String> = known.made.then(|| WOULD_BE.to_owned()).into_iter().collect();
    match &known.contents {
        TableContents::Missing(why) => notes.push(why.to_string()),
        _ => notes.extend(OwnSchema::of(namespace, name).map(|own| own.to_string())),
    }
    notes.extend(copied(namespace, name, version));
    notes
}

/// That a doctype version's schema is kept elsewhere, if it is.
pub fn copied(namespace: &str, doctype: &str, version: &str) -> Option<String> {
    let (original, of) = destination::copied_from(namespace, doctype, version)?;
    Some(format!("its JSON schema is a copy of {original}.{of}: a change belongs there"))
}

/// How many columns there are.
pub fn columns(size: &Size) -> String {
    format!("{} with RECORDs, {} without", count(size.columns as u64), count(size.leaves as u64))
}

/// How many other tables have the same layout; `None` where no other has.
pub fn sharers(catalog: &Catalog, table: TableId) -> Option<String> {
    match catalog.sharers(table).len().saturating_sub(1) {
        0 => None,
        1 => Some("one other table has the same layout".to_owned()),
        many => Some(format!("{} other tables have the same layout", count(many as u64))),
    }
}

/// What is odd about a layout, a sentence each, then how many things more. Not safe for a terminal: names stand in them.
pub fn oddities(layout: &Layout) -> impl Iterator<Item = String> + '_ {
    let unlisted = layout.unlisted as u64;
    layout
        .oddities
        .iter()
        .cloned()
        .chain((unlisted > 0).then(|| format!("and {}", crate::ground::text::plural(unlisted, "more oddity", "more oddities"))))
}

/// The tables that a document goes through, by their stages.
pub fn destinations(facts: &mut Facts, tables: &[destination::DestinationTable]) {
    for table in tables {
        let part = table.part.map(|part| format!("  {}", part.name())).unwrap_or_default();
        facts.named(table.stage.name(), &format!("{}{part}", table.path()));
    }
}

/// Everything about a table; its layout, where that is known.
pub fn sheet(facts: &mut Facts, catalog: &Catalog, table: TableId, layout: Option<&Layout>) {
    let Some(known) = catalog.tables().get(table as usize) else { return };
    let doctype = &known.doctype;
    destinations(facts, &known.destinations());
    for (what, path) in [("layout", &doctype.layout), ("schema", &doctype.schema)] {
        facts.named(what, path.as_deref().unwrap_or("none"));
    }
    if let Some(flat) = catalog.flat(table) {
        facts.named("columns", &columns(&flat.size));
        size(facts, &flat.size);
    }
    notes(known).iter().for_each(|note| facts.named("note", note));
    let mut odd = layout.into_iter().flat_map(oddities).peekable();
    if odd.peek().is_some() {
        facts.heading("Odd in the file");
        odd.for_each(|oddity| facts.line(&oddity));
    }
}

/// The sizes beside their limits.
pub fn size(facts: &mut Facts, size: &Size) {
    let names = std::iter::once("size").chain(std::iter::repeat(""));
    size.gauges().iter().zip(names).for_each(|(gauge, name)| facts.named(name, &gauge.to_string()));
}

/// Names of tables under a heading that counts them; nothing for a table alone.
pub fn list(facts: &mut Facts, heading: &str, catalog: &Catalog, tables: &[TableId]) {
    if tables.len() > 1 {
        facts.heading(&format!("{heading}: {}", count(tables.len() as u64)));
        tables.iter().for_each(|&table| facts.line(&catalog.table_name(table)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::schemas::Doctype;

    #[test]
    fn what_is_odd_and_not_listed_is_counted() {
        let columns: Vec<String> = (0..150).map(|i| format!(r#"{{"name":"c{i}","type":"POINT"}}"#)).collect();
        let layout = Layout::parse(format!("[{}]", columns.join(",")).as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        let mut facts = Facts::default();
        let doctype = Doctype { namespace: "n".into(), doctype: "d".into(), version: "1".into(), schema: None, layout: None };
        sheet(&mut facts, &Catalog::of(doctype, &layout), 0, Some(&layout));
        let told = facts.to_text();
        assert!(told.contains("\n\nOdd in the file\n") && told.ends_with("\nand 50 more oddities"), "{told}");
    }
}
