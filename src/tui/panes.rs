//! Where everything stands on the screen: one pure function of its size, shared by drawing, paging and the mouse.
//!
//! Owns: rectangles.
//! Refuses: contents.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::ground::text;

/// Smallest screen that can be used.
pub const SMALLEST: (u16, u16) = (60, 10);

/// The screen that is to be parted.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Columns and lines.
    pub size: (u16, u16),
    /// Hundredths of the screen that its first part has; `None`: what is usual.
    pub split: Option<u16>,
    /// Whether the pane that has the keys has all of it.
    pub zoomed: bool,
}

impl From<(u16, u16)> for Frame {
    fn from(size: (u16, u16)) -> Self {
        Frame { size, split: None, zoomed: false }
    }
}

/// How the screens are parted where somebody has changed that: hundredths that the first part has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Splits {
    /// Groups and what is known of one.
    pub groups: Option<u16>,
    /// Document and what is beside it.
    pub case: Option<u16>,
    /// Tables and what is beside them.
    pub tables: Option<u16>,
    /// Causes and what is known of one.
    pub deploy: Option<u16>,
    /// Before and now.
    pub sides: Option<u16>,
    /// Namespaces and what is known of one.
    pub overview: Option<u16>,
}

/// Hundredths that a part has at least.
const LEAST: u16 = 20;

impl Frame {
    /// Two parts of an area, `usual` to `rest` where nobody has asked for another share.
    fn parts(self, layout: fn([Constraint; 2]) -> Layout, usual: u16, rest: u16, area: Rect) -> [Rect; 2] {
        match self.split {
            Some(split) => layout([Constraint::Percentage(split.clamp(LEAST, 100 - LEAST)), Constraint::Fill(1)]).areas(area),
            None => layout([Constraint::Fill(usual), Constraint::Fill(rest)]).areas(area),
        }
    }

    /// Three parts beside each other; of another share of the first the others have the rest.
    fn three(self, usual: [u16; 3], area: Rect) -> [Rect; 3] {
        let parts = match self.split {
            Some(split) => [Constraint::Percentage(split.clamp(LEAST, 100 - LEAST)), Constraint::Fill(1), Constraint::Fill(1)],
            None => usual.map(Constraint::Fill),
        };
        Layout::horizontal(parts).areas(area)
    }
}

/// The parts of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    #[default]
    /// The payload, with the failing value.
    Document,
    /// The schema, with the node that broke.
    Schema,
    /// The columns of the table.
    Columns,
}

impl Pane {
    /// All panes in the order of Tab.
    pub const ALL: [Pane; 3] = [Pane::Document, Pane::Schema, Pane::Columns];

    /// Its name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Pane::Document => "Document",
            Pane::Schema => "Schema",
            Pane::Columns => "Columns",
        }
    }

    /// The pane that Tab leads to.
    pub fn next(self, forward: bool) -> Pane {
        let at = self as usize;
        Pane::ALL[(at + if forward { 1 } else { 2 }) % 3]
    }
}

/// The screen of groups.
#[derive(Debug, Clone, Copy)]
pub struct GroupPanes {
    /// What is explored, and how far reading has come.
    pub title: Rect,
    /// The groups.
    pub tree: Rect,
    /// What is known of the group under the cursor.
    pub detail: Rect,
    /// News and keys.
    pub footer: Rect,
}

/// The screen of a case. On narrow screens only the pane with the keys has a place; `tabs` names them all then.
#[derive(Debug, Clone, Copy)]
pub struct CasePanes {
    /// Which row of which group.
    pub title: Rect,
    /// The fault in a sentence, the message, notes and warnings.
    pub head: Rect,
    /// The names of the panes, where not all of them are seen.
    pub tabs: Option<Rect>,
    /// Document, schema and columns.
    pub panes: [Option<Rect>; 3],
    /// Where the node and the column of the document's cursor are told, while their panes have no place.
    pub under: Option<Rect>,
    /// News and keys.
    pub footer: Rect,
}

/// The screen of a case while the row that it becomes is shown.
#[derive(Debug, Clone, Copy)]
pub struct RowPanes {
    /// Which row of which group.
    pub title: Rect,
    /// The fault in a sentence, the message, notes and warnings.
    pub head: Rect,
    /// The row that the document becomes.
    pub row: Rect,
    /// News and keys.
    pub footer: Rect,
}

/// The parts of the screen of tables that can have the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TablePane {
    #[default]
    /// The tables, or what a search found in them.
    Tree,
    /// The schema that the table is made of.
    Schema,
}

impl TablePane {
    /// The pane that Tab leads to.
    pub fn next(self) -> TablePane {
        match self {
            TablePane::Tree => TablePane::Schema,
            TablePane::Schema => TablePane::Tree,
        }
    }
}

/// The screen of tables. On narrow screens only the pane with the keys has a place above the facts.
#[derive(Debug, Clone, Copy)]
pub struct TablePanes {
    /// Which schemas, and how far reading has come.
    pub title: Rect,
    /// The tables, or what a search found in them.
    pub tree: Option<Rect>,
    /// What is known of the table and column under the cursor.
    pub facts: Rect,
    /// The schema that the table is made of.
    pub schema: Option<Rect>,
    /// News and keys.
    pub footer: Rect,
}

/// The screen of deploys.
#[derive(Debug, Clone, Copy)]
pub struct DeployPanes {
    /// Which schemas.
    pub title: Rect,
    /// What is compared with what, what comes of it, how far the schemas' way has come.
    pub head: Rect,
    /// Causes, tables and columns.
    pub tree: Rect,
    /// What is known of the line under the cursor.
    pub detail: Rect,
    /// News and keys.
    pub footer: Rect,
}

/// The overview.
#[derive(Debug, Clone, Copy)]
pub struct OverviewPanes {
    /// What is explored.
    pub title: Rect,
    /// All of it in a line, what has changed since the last visit.
    pub head: Rect,
    /// Stages, changes, unknown names, namespaces.
    pub tree: Rect,
    /// What is known of the line under the cursor.
    pub detail: Rect,
    /// News and keys.
    pub footer: Rect,
}

/// The columns of a table before and now.
#[derive(Debug, Clone, Copy)]
pub struct SidesPanes {
    /// Which table.
    pub title: Rect,
    /// Before, now.
    pub sides: [Rect; 2],
    /// What became of the column under the cursor.
    pub facts: Rect,
    /// News and keys.
    pub footer: Rect,
}

/// Whether the screen is too small to be used.
pub fn too_small((width, height): (u16, u16)) -> bool {
    width < SMALLEST.0 || height < SMALLEST.1
}

/// Title, body and footer.
fn frame((width, height): (u16, u16)) -> [Rect; 3] {
    Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(Rect::new(0, 0, width, height))
}

/// The screen of groups: side by side from 110 columns on, else one above the other.
pub fn groups(screen: impl Into<Frame>) -> GroupPanes {
    let screen = screen.into();
    let [title, body, footer] = frame(screen.size);
    let [tree, detail] = match screen {
        Frame { zoomed: true, .. } => [body, nothing(body)],
        _ if screen.size.0 >= 110 => screen.parts(Layout::horizontal, 5, 3, body),
        _ => screen.parts(Layout::vertical, 5, 4, body),
    };
    GroupPanes { title, tree, detail, footer }
}

/// No place, at the end of an area.
fn nothing(area: Rect) -> Rect {
    Rect { x: area.right(), y: area.bottom(), width: 0, height: 0 }
}

/// Fewest lines of a screen on which the node and the column are told below a document.
const ROOM_UNDER: u16 = 16;

/// The screen of a case: three columns from 170 columns on, document beside schema above columns from 100 on, else one pane at a time.
/// `told`: lines of the head.
pub fn case(screen: impl Into<Frame>, focus: Pane, told: u16) -> CasePanes {
    let screen = screen.into();
    let size = screen.size;
    let RowPanes { title, head, row: rest, footer } = row(size, told);
    if size.0 < 100 || screen.zoomed {
        let told_under = if focus == Pane::Document && !screen.zoomed && size.1 >= ROOM_UNDER { 2 } else { 0 };
        let parts = [Constraint::Length(1), Constraint::Fill(1), Constraint::Length(told_under)];
        let [tabs, pane, under] = Layout::vertical(parts).areas(rest);
        let mut panes = [None; 3];
        panes[focus as usize] = Some(pane);
        return CasePanes { title, head, tabs: Some(tabs), panes, under: (told_under > 0).then_some(under), footer };
    }
    let panes = if size.0 >= 170 {
        screen.three([1, 1, 1], rest)
    } else {
        let [document, right] = screen.parts(Layout::horizontal, 1, 1, rest);
        let [schema, columns] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(right);
        [document, schema, columns]
    };
    CasePanes { title, head, tabs: None, panes: panes.map(Some), under: None, footer }
}

/// The head of a case above the row that its document becomes, or above its panes.
pub fn row(size: (u16, u16), told: u16) -> RowPanes {
    let [title, body, footer] = frame(size);
    let [head, row] = Layout::vertical([Constraint::Length(told), Constraint::Fill(1)]).areas(body);
    RowPanes { title, head, row, footer }
}

/// The part of a pane that holds its lines: below its heading, beside its left border.
pub fn lines(pane: Rect) -> Rect {
    Rect { x: pane.x + 1, y: pane.y + 1, width: pane.width.saturating_sub(1), height: pane.height.saturating_sub(1) }
}

/// Fewest cells of the groups that have room for trends, and so a line that names their axis.
const ROOM_FOR_TRENDS: u16 = 84;

/// Where the lines of the groups stand, and above them the line that names their columns, where there is one.
pub fn group_lines(tree: Rect, has_times: bool) -> (Option<Rect>, Rect) {
    let all = lines(tree);
    if !has_times || tree.width < ROOM_FOR_TRENDS || all.height < 4 {
        return (None, all);
    }
    (Some(Rect { height: 1, ..all }), Rect { y: all.y + 1, height: all.height - 1, ..all })
}

/// The lines and the facts below them of a schema or columns pane: the facts get up to seven lines where the pane is high enough.
pub fn lines_and_facts(pane: Rect) -> (Rect, Rect) {
    let inner = lines(pane);
    let facts = (inner.height / 2).min(7);
    let [list, facts] = Layout::vertical([Constraint::Fill(1), Constraint::Length(facts)]).areas(inner);
    (list, facts)
}

/// The lines of a pane of a case.
pub fn case_lines(pane: Pane, area: Rect) -> Rect {
    if pane == Pane::Document { lines(area) } else { lines_and_facts(area).0 }
}

/// The screen of tables: the tree beside facts above schema from 110 columns on, three columns from 170 on, else the pane with the keys
/// above the facts.
pub fn tables(screen: impl Into<Frame>, focus: TablePane) -> TablePanes {
    let screen = screen.into();
    let [title, body, footer] = frame(screen.size);
    let only = |list: Rect| if focus == TablePane::Tree { (Some(list), None) } else { (None, Some(list)) };
    if screen.zoomed {
        let (tree, schema) = only(body);
        return TablePanes { title, tree, facts: nothing(body), schema, footer };
    }
    if screen.size.0 >= 170 {
        let [tree, facts, schema] = screen.three([5, 4, 4], body);
        return TablePanes { title, tree: Some(tree), facts, schema: Some(schema), footer };
    }
    if screen.size.0 >= 110 {
        let [tree, right] = screen.parts(Layout::horizontal, 5, 4, body);
        let [facts, schema] = Layout::vertical([Constraint::Fill(3), Constraint::Fill(2)]).areas(right);
        return TablePanes { title, tree: Some(tree), facts, schema: Some(schema), footer };
    }
    let [list, facts] = screen.parts(Layout::vertical, 1, 1, body);
    let (tree, schema) = only(list);
    TablePanes { title, tree, facts, schema, footer }
}

/// The screen of deploys: side by side from 110 columns on, else one above the other; two lines of head on low screens, three on others.
pub fn deploy(screen: impl Into<Frame>) -> DeployPanes {
    let screen = screen.into();
    let [title, body, footer] = frame(screen.size);
    let told = if screen.size.1 < 20 { 2 } else { 3 };
    let [head, rest] = Layout::vertical([Constraint::Length(told), Constraint::Fill(1)]).areas(body);
    let [tree, detail] = match screen {
        Frame { zoomed: true, .. } => [rest, nothing(rest)],
        _ if screen.size.0 >= 110 => screen.parts(Layout::horizontal, 5, 4, rest),
        _ => screen.parts(Layout::vertical, 4, 5, rest),
    };
    DeployPanes { title, head, tree, detail, footer }
}

/// The overview: lines and facts side by side from 140 columns on, else one above the other.
pub fn overview(screen: impl Into<Frame>) -> OverviewPanes {
    let screen = screen.into();
    let [title, body, footer] = frame(screen.size);
    let [head, rest] = Layout::vertical([Constraint::Length(2), Constraint::Fill(1)]).areas(body);
    let [tree, detail] = match screen {
        Frame { zoomed: true, .. } => [rest, nothing(rest)],
        _ if screen.size.0 >= 140 => screen.parts(Layout::horizontal, 5, 3, rest),
        _ => screen.parts(Layout::vertical, 3, 2, rest),
    };
    OverviewPanes { title, head, tree, detail, footer }
}

/// The columns of a table before and now: side by side from 100 columns on, else one above the other, over what is known of one of them.
/// `focus`: which of both has the keys.
pub fn sides(screen: impl Into<Frame>, focus: usize) -> SidesPanes {
    let screen = screen.into();
    let [title, body, footer] = frame(screen.size);
    let facts = if screen.zoomed { 0 } else { (screen.size.1 / 4).clamp(3, 9) };
    let [both, facts] = Layout::vertical([Constraint::Fill(1), Constraint::Length(facts)]).areas(body);
    let sides = match (screen.zoomed, focus) {
        (true, 0) => [both, nothing(both)],
        (true, _) => [nothing(both), both],
        _ if screen.size.0 >= 100 => screen.parts(Layout::horizontal, 1, 1, both),
        _ => screen.parts(Layout::vertical, 1, 1, both),
    };
    SidesPanes { title, sides, facts, footer }
}

/// A box in the middle that holds so many lines, as far as the screen has room for them.
pub fn overlay((width, height): (u16, u16), lines: usize) -> Rect {
    let most = height * 9 / 10;
    // Narrow screens have no cells to spare.
    let wide = (width * 9 / 10).min(110).max(width.saturating_sub(2).min(78));
    let (w, h) = (wide, (lines.min(usize::from(most)) as u16 + 2).min(most.max(3)).min(height));
    Rect::new((width - w) / 2, (height - h) / 2, w, h)
}

/// The inside of a box: a border around it, a blank cell beside that.
pub fn inside(area: Rect) -> Rect {
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) }
}

/// A box in the right corner above the bottom line, with so many lines.
pub fn corner((width, height): (u16, u16), lines: usize) -> Rect {
    let w = (width * 2 / 3).clamp(40, 76).min(width);
    let h = (lines as u16).saturating_add(2).min(height.saturating_sub(2));
    Rect::new(width - w, height.saturating_sub(h + 1), w, h)
}

/// A text in the lines that such a box has; of facts what goes on hangs below its beginning.
pub fn overlay_lines(size: (u16, u16), text: &str, is_facts: bool) -> Vec<String> {
    let wrap = if is_facts { text::wrap_hanging } else { text::wrap };
    wrap(text, usize::from(overlay(size, 0).width.saturating_sub(4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_cover_the_screen_without_overlap() {
        for size in [(60, 15), (80, 24), (100, 30), (120, 40), (200, 60)] {
            for focus in Pane::ALL {
                for told in [3, 4] {
                    let panes = case(size, focus, told);
                    let parts =
                        [Some(panes.title), Some(panes.head), panes.tabs, panes.under, Some(panes.footer)].into_iter().chain(panes.panes);
                    let area: u32 = parts.flatten().map(|part| part.area()).sum();
                    assert_eq!(area, u32::from(size.0) * u32::from(size.1), "{size:?}");
                    assert!(panes.panes[focus as usize].is_some_and(|pane| pane.height >= 5 && pane.width >= 30), "{size:?}");
                }
            }
            let DeployPanes { title, head, tree, detail, footer } = deploy(size);
            assert_eq!(
                [title, head, tree, detail, footer].map(|part| part.area()).iter().sum::<u32>(),
                u32::from(size.0) * u32::from(size.1)
            );
            assert!(tree.height >= 4, "{size:?}");
            let OverviewPanes { title, head, tree, detail, footer } = overview(size);
            assert_eq!(
                [title, head, tree, detail, footer].map(|part| part.area()).iter().sum::<u32>(),
                u32::from(size.0) * u32::from(size.1)
            );
            assert!(tree.height >= 4, "{size:?}");
            let SidesPanes { title, sides: [old, new], facts, footer } = sides(size, 0);
            assert_eq!([title, old, new, facts, footer].map(|part| part.area()).iter().sum::<u32>(), u32::from(size.0) * u32::from(size.1));
            assert!(old.height >= 4 && new.height >= 4, "{size:?}");
            for focus in [TablePane::Tree, TablePane::Schema] {
                let panes = tables(size, focus);
                let parts = [Some(panes.title), panes.tree, Some(panes.facts), panes.schema, Some(panes.footer)];
                let area: u32 = parts.into_iter().flatten().map(|part| part.area()).sum();
                assert_eq!(area, u32::from(size.0) * u32::from(size.1), "{size:?}");
            }
        }
    }
}
