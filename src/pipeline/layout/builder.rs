//! Columns put together in pre-order.
//!
//! Owns: parents, ends and depths of columns while RECORDs are open.
//! Refuses: where the columns come from (a file, a schema), what is odd about them.

use super::oddities::Oddities;
use super::{Column, ColumnId, Layout, Mode, Type};

/// A layout that is being made. Columns are added in pre-order; those between [`LayoutBuilder::open`] and [`LayoutBuilder::close`] are nested.
#[derive(Debug, Default)]
pub(super) struct LayoutBuilder {
    columns: Vec<Column>,
    /// Open RECORDs, outermost first.
    open: Vec<ColumnId>,
}

impl LayoutBuilder {
    /// Room for that many columns.
    pub(super) fn with_capacity(columns: usize) -> Self {
        LayoutBuilder { columns: Vec::with_capacity(columns), open: Vec::new() }
    }

    /// Adds a column without description and policy tags, to be changed through the answer.
    pub(super) fn add(&mut self, name: &str, kind: Type, mode: Mode) -> &mut Column {
        let at = self.columns.len();
        let (parent, depth) = (self.open.last().copied(), u16::try_from(self.open.len()).unwrap_or(u16::MAX));
        let end = at as ColumnId + 1;
        self.columns.push(Column {
            name: name.into(),
            kind,
            mode,
            description: None,
            policy_tags: Box::default(),
            extras: None,
            parent,
            end,
            depth,
        });
        &mut self.columns[at]
    }

    /// Whatever is added from now on is nested in the column that was added last; at the top where there is none.
    pub(super) fn open(&mut self) {
        if let Some(last) = self.columns.len().checked_sub(1) {
            self.open.push(last as ColumnId);
        }
    }

    /// Ends the RECORD that was opened last.
    pub(super) fn close(&mut self) {
        let end = self.columns.len() as ColumnId;
        if let Some(column) = self.open.pop().and_then(|id| self.columns.get_mut(id as usize)) {
            column.end = end;
        }
    }

    /// Names of the open RECORDs, outermost first.
    pub(super) fn place(&self) -> impl Iterator<Item = &str> {
        self.open.iter().map(|&id| &*self.columns[id as usize].name)
    }

    /// The layout, with what was odd about its text; RECORDs that are still open end here.
    pub(super) fn finish(mut self, odd: Oddities) -> Layout {
        while !self.open.is_empty() {
            self.close();
        }
        Layout::of(self.columns, odd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_nested_as_they_were_opened() {
        let mut builder = LayoutBuilder::default();
        builder.add("a", "RECORD".into(), Mode::Nullable);
        builder.open();
        builder.add("b", "STRING".into(), Mode::Repeated);
        builder.close();
        builder.add("c", "RECORD".into(), Mode::Nullable);
        builder.open();
        builder.add("d", "INT64".into(), Mode::Nullable).description = Some("left open".into());
        let layout = builder.finish(Oddities::default());
        let told: Vec<_> = layout.columns.iter().map(|column| (column.parent, column.end, column.depth)).collect();
        assert_eq!(told, [(None, 2, 0), (Some(0), 2, 1), (None, 4, 0), (Some(2), 4, 1)]);
        assert_eq!(layout.find("c.d"), Some(3));
    }
}
