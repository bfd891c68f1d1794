//! The one list and tree engine: groups, documents, schemas, columns.
//!
//! Owns: which rows are open, which are visible, the cursor (by id, so that it survives a refresh), scrolling, a filter that keeps
//! parents and gives the old expansion back when it is cleared.
//! Refuses: what a row is and how it looks; the tree behind it stays where it is and is passed in.

use rustc_hash::FxHashSet;

/// A tree in pre-order, whatever it is made of.
pub trait Tree {
    /// Number of items.
    fn len(&self) -> usize;
    /// One past the last descendant of an item.
    fn end(&self, item: usize) -> usize;
    /// The enclosing item.
    fn parent(&self, item: usize) -> Option<usize>;
    /// Nesting depth from 0.
    fn depth(&self, item: usize) -> usize;
    /// What stays the same over refreshes; the position where the tree never changes.
    fn id(&self, item: usize) -> u64 {
        item as u64
    }
    /// Whether there is no item.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Whether the item can be opened.
    fn is_branch(&self, item: usize) -> bool {
        self.end(item) > item + 1
    }
}

/// The state of one list.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    open: FxHashSet<u64>,
    /// Items in sight, in order.
    visible: Vec<u32>,
    /// Position in `visible`.
    cursor: usize,
    /// Position in `visible` of the first row drawn.
    top: usize,
    /// Whether the cursor jumped: if it is out of sight then, it gets room around it, more below.
    jumped: bool,
    /// The row that was pointed at: it stays where it is drawn, close to an edge or not.
    pointed: Option<usize>,
    filter: Option<OutlineFilter>,
}

/// A filter at work.
#[derive(Debug, Clone)]
struct OutlineFilter {
    /// Items that match or enclose a match.
    kept: Vec<bool>,
    /// Items that match, ascending.
    matches: Vec<u32>,
    /// Expansion before the filter.
    before: FxHashSet<u64>,
    /// Item under the cursor before the filter.
    from: Option<usize>,
}

impl Outline {
    /// An outline with all branches of a depth below `levels` open.
    pub fn with_levels(tree: &impl Tree, levels: usize) -> Self {
        let mut outline = Outline::default();
        let mut item = 0;
        while item < tree.len() {
            let shallow = tree.depth(item) < levels;
            if shallow && tree.is_branch(item) {
                outline.open.insert(tree.id(item));
            }
            item = if shallow { item + 1 } else { tree.end(item) };
        }
        outline.rebuild(tree);
        outline
    }

    /// An outline with these branches open, by their ids.
    pub fn with_open(tree: &impl Tree, open: impl IntoIterator<Item = u64>) -> Self {
        let mut outline = Outline { open: open.into_iter().collect(), ..Outline::default() };
        outline.rebuild(tree);
        outline
    }

    /// The ids of the open branches; while a filter is at work, as they were before it.
    pub fn expansion(&self) -> &FxHashSet<u64> {
        self.filter.as_ref().map_or(&self.open, |filter| &filter.before)
    }

    /// Computes the visible rows anew after the tree changed; the cursor stays on its item where that still exists.
    pub fn refresh(&mut self, old: &impl Tree, tree: &impl Tree) {
        let was = self.item().filter(|&item| item < old.len()).map(|item| old.id(item));
        let offset = self.cursor.saturating_sub(self.top);
        self.filter = None;
        self.rebuild(tree);
        if let Some(position) = was.and_then(|id| self.visible.iter().position(|&item| tree.id(item as usize) == id)) {
            self.cursor = position;
            self.top = position.saturating_sub(offset);
        } else if let Some(item) = was.and_then(|id| (0..tree.len()).find(|&item| tree.id(item) == id)) {
            self.reveal(tree, item);
        }
    }

    fn rebuild(&mut self, tree: &impl Tree) {
        self.visible.clear();
        let mut rows = std::mem::take(&mut self.visible);
        self.collect(tree, 0, tree.len(), &mut rows);
        self.visible = rows;
        self.cursor = self.cursor.min(self.visible.len().saturating_sub(1));
        self.top = self.top.min(self.cursor);
    }

    /// Appends the rows in sight between two items.
    fn collect(&self, tree: &impl Tree, from: usize, to: usize, rows: &mut Vec<u32>) {
        let mut item = from;
        while item < to {
            if self.filter.as_ref().is_some_and(|filter| !filter.kept[item]) {
                item = tree.end(item);
                continue;
            }
            rows.push(item as u32);
            let inside = tree.is_branch(item) && self.open.contains(&tree.id(item));
            item = if inside { item + 1 } else { tree.end(item) };
        }
    }

    /// Number of rows in sight, scrolled away or not.
    pub fn rows(&self) -> usize {
        self.visible.len()
    }

    /// The items on screen from the first row drawn on, with whether the cursor is on them.
    pub fn window(&self, height: usize) -> impl Iterator<Item = (usize, bool)> + '_ {
        let end = (self.top + height).min(self.visible.len());
        (self.top..end).map(|row| (self.visible[row] as usize, row == self.cursor))
    }

    /// All items in sight, scrolled away or not.
    pub fn items(&self) -> impl Iterator<Item = usize> + '_ {
        self.visible.iter().map(|&item| item as usize)
    }

    /// The item under the cursor.
    pub fn item(&self) -> Option<usize> {
        self.visible.get(self.cursor).map(|&item| item as usize)
    }

    /// The cursor's row and the first row drawn.
    pub fn position(&self) -> (usize, usize) {
        (self.cursor, self.top)
    }

    /// Whether the filter, where there is one, keeps the item.
    pub fn is_kept(&self, item: usize) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.kept.get(item).copied().unwrap_or(true))
    }

    /// Whether the item is open.
    pub fn is_open(&self, tree: &impl Tree, item: usize) -> bool {
        self.open.contains(&tree.id(item))
    }

    /// Scrolls so that the cursor is drawn in a window of that height, with a little context around it where there is room.
    pub fn settle(&mut self, height: usize) {
        if height == 0 {
            return;
        }
        if self.pointed == Some(self.cursor) && (self.top..self.top + height).contains(&self.cursor) {
            return;
        }
        self.pointed = None;
        let margin = (height / 6).min(3);
        let seen = self.top..self.top + height.saturating_sub(height / 3);
        if std::mem::take(&mut self.jumped) && !seen.contains(&self.cursor) {
            self.top = self.cursor.saturating_sub(height / 3);
        }
        let last_top = self.visible.len().saturating_sub(height);
        let least = (self.cursor + margin + 1).saturating_sub(height);
        let most = self.cursor.saturating_sub(margin);
        self.top = self.top.max(least).min(most).min(last_top);
    }

    /// Moves the cursor by rows, stopping at the ends.
    pub fn move_by(&mut self, rows: isize) {
        let last = self.visible.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }

    /// To a row by its number from 0, or to the last.
    pub fn go_to(&mut self, row: usize) {
        self.cursor = row.min(self.visible.len().saturating_sub(1));
        self.jumped = true;
    }

    /// To the row that is drawn so many lines below the first one drawn; nothing scrolls.
    pub fn point_at(&mut self, line: usize) {
        self.cursor = (self.top + line).min(self.visible.len().saturating_sub(1));
        self.pointed = Some(self.cursor);
    }

    /// To the first row.
    pub fn first(&mut self) {
        self.cursor = 0;
    }

    /// To the last row.
    pub fn last(&mut self) {
        self.cursor = self.visible.len().saturating_sub(1);
    }

    /// Opens or closes the branch under the cursor; false where it is no branch.
    pub fn toggle(&mut self, tree: &impl Tree) -> bool {
        match self.item() {
            Some(item) if tree.is_branch(item) && self.is_open(tree, item) => self.fold(tree, item),
            Some(item) if tree.is_branch(item) => self.unfold(tree, item),
            _ => return false,
        }
        true
    }

    /// Opens the branch under the cursor, or steps into it where it is open already.
    pub fn enter(&mut self, tree: &impl Tree) {
        match self.item() {
            Some(item) if tree.is_branch(item) && self.is_open(tree, item) => self.move_by(1),
            Some(item) if tree.is_branch(item) => self.unfold(tree, item),
            _ => {}
        }
    }

    /// Closes the branch under the cursor, or steps out to its parent.
    pub fn leave(&mut self, tree: &impl Tree) {
        match self.item() {
            Some(item) if tree.is_branch(item) && self.is_open(tree, item) => self.fold(tree, item),
            Some(item) => {
                if let Some(parent) = tree.parent(item) {
                    self.put_cursor(parent);
                }
            }
            None => {}
        }
    }

    /// To the next or previous item with the same parent.
    pub fn sibling(&mut self, tree: &impl Tree, forward: bool) {
        let Some(item) = self.item() else { return };
        let depth = tree.depth(item);
        let mut row = self.cursor;
        loop {
            row = if forward { row + 1 } else { row.wrapping_sub(1) };
            match self.visible.get(row).map(|&item| tree.depth(item as usize)) {
                Some(found) if found == depth => break,
                Some(found) if found > depth => {}
                _ => return,
            }
        }
        self.cursor = row;
    }

    /// Opens everything, or everything below the cursor's item.
    pub fn open_all(&mut self, tree: &impl Tree, below: Option<usize>) {
        let (from, to) = below.map_or((0, tree.len()), |item| (item, tree.end(item)));
        self.open.extend((from..to).filter(|&item| tree.is_branch(item)).map(|item| tree.id(item)));
        self.keep_cursor(tree);
    }

    /// Opens all branches above a depth and closes all others; the cursor goes to what is left of its item.
    pub fn fold_to(&mut self, tree: &impl Tree, levels: usize) {
        let was = self.item();
        self.open = (0..tree.len()).filter(|&item| tree.depth(item) < levels && tree.is_branch(item)).map(|item| tree.id(item)).collect();
        self.rebuild(tree);
        if let Some(item) = was {
            self.put_cursor(item);
        }
    }

    /// Closes everything; the cursor goes to the outermost ancestor of its item.
    pub fn close_all(&mut self, tree: &impl Tree) {
        let root = self.item().map(|item| std::iter::successors(Some(item), |&item| tree.parent(item)).last().unwrap_or(item));
        self.open.clear();
        self.rebuild(tree);
        if let Some(root) = root {
            self.put_cursor(root);
        }
    }

    /// Puts the cursor on an item, opening what encloses it; near it, where a filter hides it.
    pub fn reveal(&mut self, tree: &impl Tree, item: usize) {
        let mut closed = false;
        let mut above = tree.parent(item);
        while let Some(parent) = above {
            closed |= self.open.insert(tree.id(parent));
            above = tree.parent(parent);
        }
        if closed {
            self.rebuild(tree);
        }
        self.put_cursor(item);
        self.jumped = true;
    }

    /// Opens or closes items; the cursor moves only if it was inside of one that closes.
    pub fn set_open(&mut self, tree: &impl Tree, items: &[usize], open: bool) {
        for &item in items {
            if open {
                self.open.insert(tree.id(item));
            } else {
                self.open.remove(&tree.id(item));
            }
        }
        self.keep_cursor(tree);
    }

    /// Shows only the items for which `matches` holds an ascending list, and what encloses them. The cursor goes to the nearest match.
    pub fn filter(&mut self, tree: &impl Tree, matches: Vec<u32>) {
        let at = self.item();
        let (before, from) = match self.filter.take() {
            Some(filter) => (filter.before, filter.from),
            None => (self.open.clone(), at),
        };
        let mut kept = vec![false; tree.len()];
        self.open = before.clone();
        let mut covered = 0;
        for &item in &matches {
            // What a match holds stays within reach, closed as it was.
            let end = tree.end(item as usize);
            kept[(item as usize + 1).max(covered).min(end)..end].fill(true);
            covered = covered.max(end);
            let mut next = Some(item as usize);
            while let Some(item) = next {
                kept[item] = true;
                next = tree.parent(item).filter(|&parent| self.open.insert(tree.id(parent)) || !kept[parent]);
            }
        }
        // What is found itself, or stands in a branch that is, keeps the cursor.
        let is_found =
            |at: usize| std::iter::successors(Some(at), |&at| tree.parent(at)).any(|above| matches.binary_search(&(above as u32)).is_ok());
        let here = at.filter(|&at| at < tree.len() && is_found(at)).map(|at| at as u32);
        let nearest = here
            .or_else(|| at.and_then(|at| matches.get(matches.partition_point(|&item| (item as usize) < at)).or(matches.first())).copied());
        self.filter = Some(OutlineFilter { kept, matches, before, from });
        self.rebuild(tree);
        if let Some(item) = nearest {
            self.put_cursor(item as usize);
        }
    }

    /// Ends the filter: the expansion from before it, the cursor on that item, or still on its own.
    pub fn clear_filter(&mut self, tree: &impl Tree, to: Option<usize>) {
        let Some(filter) = self.filter.take() else { return };
        let item = to.or(self.item()).or(filter.from);
        self.open = filter.before;
        self.rebuild(tree);
        if let Some(item) = item {
            self.reveal(tree, item);
        }
    }

    /// Number of matches of the filter at work.
    pub fn matches(&self) -> Option<usize> {
        self.filter.as_ref().map(|filter| filter.matches.len())
    }

    /// Whether the filter at work matches the item itself.
    pub fn is_match(&self, item: usize) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.matches.binary_search(&(item as u32)).is_ok())
    }

    fn unfold(&mut self, tree: &impl Tree, item: usize) {
        self.open.insert(tree.id(item));
        let mut rows = Vec::new();
        self.collect(tree, item + 1, tree.end(item), &mut rows);
        let after = self.cursor + 1;
        self.visible.splice(after..after, rows);
    }

    fn fold(&mut self, tree: &impl Tree, item: usize) {
        self.open.remove(&tree.id(item));
        let end = tree.end(item);
        let after = self.cursor + 1;
        let stop = self.visible[after..].partition_point(|&row| (row as usize) < end) + after;
        self.visible.drain(after..stop);
    }

    fn keep_cursor(&mut self, tree: &impl Tree) {
        let item = self.item();
        self.rebuild(tree);
        if let Some(item) = item {
            self.put_cursor(item);
        }
    }

    /// To the item's row, or the row of the nearest item before it in sight.
    fn put_cursor(&mut self, item: usize) {
        let after = self.visible.partition_point(|&row| row as usize <= item);
        self.cursor = after.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests;
