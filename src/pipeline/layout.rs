//! A table's columns: a `.bq` file as a flat tree.
//!
//! Owns: names, types, modes, descriptions, policy tags, bounds of types, default values, depth and leaf counts of columns, in the order of the file; a quick way from a name to
//! its column; sizes beside their limits; the statement that makes the table.
//! Refuses: finding the column of a value (sink), comparing layouts (compat).

mod badge;
mod builder;
mod by_name;
pub mod ddl;
mod extras;
mod kinds;
pub mod names;
mod oddities;
mod read;
pub mod size;
mod wrapped;

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashSet;

use by_name::ColumnIndex;
use oddities::Oddities;
pub(super) use oddities::quote;

pub use badge::ColumnForm;
pub use extras::ColumnExtras;
pub use kinds::Type;
pub use size::{Gauge, GaugeLevel, Limit, Size};
pub use wrapped::dbt::DEFAULT as DBT_DEFAULT;

/// Position of a column in pre-order.
pub type ColumnId = u32;

/// One column of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As the file spells it.
    pub name: Arc<str>,
    /// Reads as the canonical name: STRING, INT64, FLOAT64, BOOL, BYTES, TIMESTAMP, RECORD …; an unknown one as it stands.
    pub kind: Type,
    /// NULLABLE, REQUIRED or REPEATED.
    pub mode: Mode,
    /// May be absent.
    pub description: Option<Arc<str>>,
    /// Names of the policy tags that limit who may read it.
    pub policy_tags: Box<[Box<str>]>,
    /// Bounds of its type and its default value, where it has any.
    pub extras: Option<Box<ColumnExtras>>,
    /// Enclosing RECORD.
    pub parent: Option<ColumnId>,
    /// One past the last descendant in pre-order.
    pub end: ColumnId,
    /// 0 at the top.
    pub depth: u16,
}

impl Column {
    /// Whether it holds other columns.
    pub fn is_record(&self) -> bool {
        &*self.kind == "RECORD"
    }

    /// The bounds of its type as GoogleSQL writes them: `(10)`, `(7, 2)`; mostly nothing.
    pub fn bounds(&self) -> String {
        self.extras.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    /// Its default value.
    pub fn default_value(&self) -> Option<&str> {
        self.extras.as_ref()?.default_value.as_deref()
    }
}

/// BigQuery's mode of a column; absent is NULLABLE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// May be NULL.
    Nullable,
    /// Never NULL.
    Required,
    /// A list.
    Repeated,
}

impl Mode {
    /// As BigQuery writes it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Nullable => "NULLABLE",
            Mode::Required => "REQUIRED",
            Mode::Repeated => "REPEATED",
        }
    }

    /// What stands behind the type where people read both: nothing for NULLABLE, nor behind a shape, which says that it repeats.
    pub fn behind(self, shaped: bool) -> &'static str {
        match self {
            _ if shaped => "",
            Mode::Nullable => "",
            Mode::Required => " REQUIRED",
            Mode::Repeated => " REPEATED",
        }
    }
}

/// A table's columns in pre-order.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// All columns, nested ones behind their RECORD.
    pub columns: Vec<Column>,
    /// What is odd in the file, kept and said: unknown types, duplicate names, records without fields. The first hundred sentences.
    pub oddities: Vec<String>,
    /// How many oddities there are beyond those.
    pub unlisted: usize,
    /// The oddities for which BigQuery would refuse to make the table: its limits, and columns that are none. The first hundred sentences.
    pub refusals: Vec<String>,
    /// How many of those there are, listed or not.
    pub refused: usize,
    /// Columns ordered by parent, name and position: the index behind [`Layout::child`].
    by_name: Vec<ColumnId>,
    /// Columns ordered by name alone, once somebody asks.
    alphabetical: OnceLock<Vec<ColumnId>>,
    /// Columns found by parent and name at once, for who asks for those of whole documents.
    quick: OnceLock<ColumnIndex>,
}

impl Layout {
    /// Reads a `.bq` file: a JSON list of columns, or the object around it that `bq show` prints; also the one in what Terraform or dbt keeps.
    /// What is odd but usable goes to `oddities`; the error says what cannot be used and where.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        Layout::parse_table(text, None)
    }

    /// The same, of a text that may hold several tables (a properties file of dbt, Terraform's): that of the name, or the only one where none is named.
    ///
    /// # Errors
    /// As of [`Layout::parse`]; it has no table of that name; it has several and none is named.
    pub fn parse_table(text: &[u8], table: Option<&str>) -> Result<Self, String> {
        let (builder, odd) = read::columns(Arc::from(text), table)?;
        Ok(builder.finish(odd))
    }

    /// The same as [`Layout::parse`] of a text that need not be copied.
    pub(crate) fn parse_shared(text: Arc<[u8]>) -> Result<Self, String> {
        let (builder, odd) = read::columns(text, None)?;
        Ok(builder.finish(odd))
    }

    /// A layout of columns that come from elsewhere than a file: in pre-order, with parents, ends and depths as they stand in the list.
    pub fn from_columns(columns: Vec<Column>) -> Self {
        Layout::of(columns, Oddities::default())
    }

    /// The columns, indexed; their own oddities are added to those found before.
    fn of(mut columns: Vec<Column>, mut odd: Oddities) -> Self {
        // Layouts are kept by the hundred.
        columns.shrink_to_fit();
        let mut layout = Layout { columns, ..Layout::default() };
        layout.index();
        oddities::check(&layout, &mut odd);
        (layout.oddities, layout.unlisted) = (odd.list, odd.unlisted);
        (layout.refusals, layout.refused) = (odd.refusals, odd.refused);
        layout
    }

    /// Takes names and descriptions from other layouts that have the same, and gives them its own: most come again and again.
    pub(crate) fn share_texts(&mut self, known: &mut FxHashSet<Arc<str>>) {
        for column in &mut self.columns {
            for text in [Some(&mut column.name), column.description.as_mut()].into_iter().flatten() {
                match known.get(&**text) {
                    Some(same) => *text = Arc::clone(same),
                    None => _ = known.insert(Arc::clone(text)),
                }
            }
        }
    }

    /// The column at that position.
    pub fn get(&self, id: ColumnId) -> Option<&Column> {
        self.columns.get(id as usize)
    }

    /// Dotted path from the top: `metrics.labeled_counter`.
    pub fn path(&self, id: ColumnId) -> String {
        let mut names: Vec<&str> = self.ancestors(id).map(|id| &*self.columns[id as usize].name).collect();
        names.reverse();
        names.join(".")
    }

    /// The column and what encloses it, innermost first.
    pub fn ancestors(&self, id: ColumnId) -> impl Iterator<Item = ColumnId> + '_ {
        std::iter::successors(self.get(id).map(|_| id), |&id| self.get(id)?.parent)
    }

    /// The columns at the top, in the order of the file.
    pub fn top(&self) -> Columns<'_> {
        Columns { layout: self, next: 0, end: self.columns.len() as ColumnId }
    }

    /// The columns of a RECORD, in the order of the file.
    pub fn children(&self, id: ColumnId) -> Columns<'_> {
        Columns { layout: self, next: id + 1, end: self.get(id).map_or(0, |column| column.end) }
    }

    /// The column of exactly that name in a RECORD, or at the top; of duplicates the last, as a map of names would keep it.
    pub fn child(&self, parent: Option<ColumnId>, name: &str) -> Option<ColumnId> {
        if let Some(quick) = self.quick.get().filter(|quick| quick.is_whole(self)) {
            return quick.find(self, parent, name);
        }
        let after = self.by_name.partition_point(|&id| self.order(id, parent, name) != Ordering::Greater);
        let id = *self.by_name.get(after.checked_sub(1)?)?;
        (self.order(id, parent, name) == Ordering::Equal).then_some(id)
    }

    /// What finds columns at once, made when first asked for.
    pub(crate) fn quick(&self) -> &ColumnIndex {
        self.quick.get_or_init(|| ColumnIndex::of(self))
    }

    /// Whether any column, wherever it stands, has exactly that name.
    pub fn has_name(&self, name: &str) -> bool {
        let of = |id: ColumnId| &*self.columns[id as usize].name;
        let alphabetical = self.alphabetical.get_or_init(|| {
            let mut all: Vec<ColumnId> = (0..self.columns.len() as ColumnId).collect();
            all.sort_by(|&a, &b| of(a).cmp(of(b)));
            all
        });
        alphabetical.binary_search_by(|&id| of(id).cmp(name)).is_ok()
    }

    /// The column at a dotted path.
    pub fn find(&self, path: &str) -> Option<ColumnId> {
        path.split('.').try_fold(None, |parent, name| self.child(parent, name).map(Some)).flatten()
    }

    /// Whether objects become one row per member: a REPEATED RECORD of exactly `key, value` in that order, or of `key` alone.
    pub fn is_map(&self, id: ColumnId) -> bool {
        self.is_repeated_record(id) && matches!(self.names(id)[..], [Some("key"), Some("value"), None] | [Some("key"), None, None])
    }

    /// Whether lists in lists are stored here: a REPEATED RECORD whose only column is a REPEATED `list`.
    pub fn is_nested_list(&self, id: ColumnId) -> bool {
        self.is_repeated_record(id)
            && matches!(self.names(id)[..], [Some("list"), None, None])
            && self.get(id + 1).is_some_and(|list| list.mode == Mode::Repeated)
    }

    fn is_repeated_record(&self, id: ColumnId) -> bool {
        self.get(id).is_some_and(|column| column.is_record() && column.mode == Mode::Repeated)
    }

    /// Names of the first three children: enough to tell a shape.
    fn names(&self, id: ColumnId) -> [Option<&str>; 3] {
        let mut children = self.children(id).map(|child| &*self.columns[child as usize].name);
        [children.next(), children.next(), children.next()]
    }

    fn order(&self, id: ColumnId, parent: Option<ColumnId>, name: &str) -> Ordering {
        let column = &self.columns[id as usize];
        (column.parent, &*column.name).cmp(&(parent, name))
    }

    /// Orders siblings by name, parent by parent: files have them in order, which then costs one look at each.
    fn index(&mut self) {
        let records = (0..self.columns.len() as ColumnId).filter(|&id| !self.is_leaf(id));
        let mut by_name: Vec<ColumnId> = Vec::with_capacity(self.columns.len());
        for siblings in std::iter::once(self.top()).chain(records.map(|id| self.children(id))) {
            let from = by_name.len();
            by_name.extend(siblings);
            by_name[from..].sort_by(|&a, &b| self.columns[a as usize].name.cmp(&self.columns[b as usize].name));
        }
        self.by_name = by_name;
    }
}

/// Iterator over sibling columns.
pub struct Columns<'a> {
    layout: &'a Layout,
    next: ColumnId,
    end: ColumnId,
}

impl Iterator for Columns<'_> {
    type Item = ColumnId;

    fn next(&mut self) -> Option<ColumnId> {
        if self.next >= self.end {
            return None;
        }
        let id = self.next;
        self.next = self.layout.columns[id as usize].end;
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = br#"[
        {"name": "metrics", "type": "RECORD", "fields": [
            {"name": "labeled", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"}, {"name": "value", "type": "INTEGER"}]},
            {"name": "matrix", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "list", "type": "FLOAT", "mode": "REPEATED"}]}]},
        {"name": "at", "type": "TIMESTAMP", "mode": "REQUIRED", "description": "when"}]"#;

    fn layout(text: &[u8]) -> Layout {
        Layout::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn columns_are_found_by_path_and_shape() {
        let layout = layout(TABLE);
        let value = layout.find("metrics.labeled.value").expect("the map's value");
        assert_eq!(&*layout.columns[value as usize].kind, "INT64");
        assert_eq!(layout.path(value), "metrics.labeled.value");
        let shapes: Vec<_> = layout.children(0).map(|id| (layout.is_map(id), layout.is_nested_list(id))).collect();
        assert_eq!(shapes, [(true, false), (false, true)]);
        assert_eq!(layout.top().map(|id| layout.path(id)).collect::<Vec<_>>(), ["metrics", "at"]);
        assert_eq!(layout.find("metrics.nothing"), None);
        assert_eq!(layout.child(None, "labeled"), None, "a nested name is not at the top");
        assert_eq!((layout.leaf_count(), layout.columns[6].mode), (4, Mode::Required));
        assert!(layout.oddities.is_empty());
    }

    #[test]
    fn a_map_has_its_columns_in_order() {
        let table = |fields: &str| layout(format!(r#"[{{"name":"m","type":"RECORD","mode":"REPEATED","fields":[{fields}]}}]"#).as_bytes());
        let (key, value) = (r#"{"name":"key","type":"STRING"}"#, r#"{"name":"value","type":"STRING"}"#);
        assert!(table(key).is_map(0), "key alone");
        assert!(!table(&format!("{value},{key}")).is_map(0));
        assert!(!table(&format!("{key},{value},{}", r#"{"name":"x","type":"STRING"}"#)).is_map(0));
    }

    #[test]
    fn oddities_are_said_with_their_path_and_the_rest_is_kept() {
        let layout = layout(
            br#"[{"name":"r","type":"RECORD","fields":[{"name":"a","type":"POINT"},{"name":"s","type":"RECORD"},{"type":"STRING"},7,{"name":"a","type":"STRING","mode":"OFTEN"},
                {"name":"n","rounding":7,"fields":[{"name":"lost","type":"STRING"}]}]},{"name":"f","type":"STRUCT","fields":{}},{"name":["x"],"type":"STRING"},{"n\u0061me":"g","type":"JSON"}]"#,
        );
        assert_eq!((layout.columns.len(), layout.child(Some(0), "a")), (7, Some(3)), "of duplicates the last counts");
        assert_eq!(
            layout.oddities,
            [
                "\"r.a\" has the unknown type \"POINT\"",
                "column 3 of \"r\" has no name; it is left out",
                "column 4 of \"r\" must be an object, found a number; it is left out",
                "\"r.a\" has the unknown mode \"OFTEN\"; it is taken as NULLABLE",
                "\"r.n\" has no type",
                "\"r.n\" has columns but is not a RECORD; they are left out",
                "\"r.n\" has the member \"rounding\", which is ignored",
                "\"f\" is a STRUCT; the pipeline loads only RECORD",
                "the fields of \"f\" must be a list, found an object; they are left out",
                "column 3 of the table has no name; it is left out",
                "\"r.s\" is a RECORD without columns",
                "\"f\" is a RECORD without columns",
                "column \"r.a\" is declared more than once; the last one counts",
            ]
        );
    }

    #[test]
    fn spellings_and_policy_tags_are_kept() {
        let layout = layout(
            br#"[{"name":"a","type":"DECIMAL","policyTags":{"names":["p/1","p/2"]}},{"name":"b","type":"NUMERIC","policyTags":{}}]"#,
        );
        let [a, b] = &layout.columns[..] else { panic!("two columns") };
        assert_eq!((&a.kind, a.kind.spelling(), &*a.policy_tags), (&b.kind, "DECIMAL", &["p/1".into(), "p/2".into()][..]));
        assert!(b.policy_tags.is_empty());
    }

    #[test]
    fn what_is_no_layout_says_where() {
        let error = |text: &[u8]| Layout::parse(text).err().unwrap_or_default();
        assert!(error(b"[{\"name\":\n tru}]").contains("line 2"), "{}", error(b"[{\"name\":\n tru}]"));
        assert!(error(b"{}").contains("list of columns"));
        assert!(error(b"").contains("empty"));
    }

    #[test]
    fn depth_costs_no_stack() {
        let depth = 20_000;
        let text = r#"[{"name":"r","type":"RECORD","fields":"#.repeat(depth) + "[]" + &"}]".repeat(depth);
        assert_eq!(layout(text.as_bytes()).columns.len(), depth);
    }
}
