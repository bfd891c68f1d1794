//! What documents that pass lose on their way into a table, as lines: a place and what is known of it, then how far they fill the table.
//!
//! Owns: which line is which, what it stands for.
//! Refuses: counting (triage/losses), words (facts).

use crate::ground::outline::Tree;
use crate::ground::sought::Sighting;
use crate::ground::text::visible;
use crate::triage::facts::Facts;
use crate::triage::facts::losses::{CoveredTold, LossSheet, PlaceTold, read_as};

/// The lines.
pub struct LossTree {
    /// All of it in a line.
    pub head: String,
    /// What has to be said beside: which documents were looked at.
    pub notes: Vec<String>,
    lines: Vec<LossLine>,
}

/// A line.
pub struct LossLine {
    /// A place in documents, or a word for what follows.
    pub name: String,
    /// What is told.
    pub told: String,
    /// What kind of line it is.
    pub kind: LossLineKind,
    /// What is copied as its value.
    value: String,
    parent: Option<u32>,
    end: u32,
}

/// Kinds of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossLineKind {
    /// A place with values in no column.
    Lost,
    /// A place with values in another form.
    Changed,
    /// Something known of the place above.
    Known,
    /// SQL of the place above.
    Sql,
    /// How far the documents go.
    Covered,
    /// What none of them has.
    Absent,
}

impl LossTree {
    /// Puts the lines in their order. `notes` say which documents were looked at.
    pub fn new(sheet: LossSheet, notes: Vec<String>) -> Self {
        let LossSheet { head, made, refused, places, others, covered } = sheet;
        let refused = refused.map(|refused| format!("no row: {refused}"));
        let mut tree = LossTree { head, notes: notes.into_iter().chain(made).chain(refused).chain(others).collect(), lines: Vec::new() };
        places.into_iter().for_each(|place| tree.place(place));
        covered.into_iter().for_each(|covered| tree.covered(covered));
        tree
    }

    /// Where there is nothing to list, and why.
    pub fn empty(head: String, notes: Vec<String>) -> Self {
        LossTree { head, notes, lines: Vec::new() }
    }

    fn place(&mut self, place: PlaceTold) {
        let PlaceTold { place, told, history, select, update, is_loss, .. } = place;
        let kind = if is_loss { LossLineKind::Lost } else { LossLineKind::Changed };
        let top = self.push(None, kind, (place.clone(), told), place);
        if let Some(history) = history {
            self.push(Some(top), LossLineKind::Known, (String::new(), history.clone()), history);
        }
        if let Some(select) = select {
            self.push(Some(top), LossLineKind::Sql, (String::new(), read_as(&select)), select);
        }
        if let Some(update) = update {
            self.push(Some(top), LossLineKind::Sql, (String::new(), update.clone()), update);
        }
        self.close(top);
    }

    fn covered(&mut self, covered: CoveredTold) {
        let CoveredTold { name, told, none, absent } = covered;
        let top = self.push(None, LossLineKind::Covered, (name.to_owned(), told.clone()), told);
        for path in absent {
            self.push(Some(top), LossLineKind::Absent, (none.to_owned(), path.clone()), path);
        }
        self.close(top);
    }

    fn push(&mut self, parent: Option<u32>, kind: LossLineKind, (name, told): (String, String), value: String) -> u32 {
        let at = self.lines.len() as u32;
        self.lines.push(LossLine { name, told, kind, value, parent, end: at + 1 });
        at
    }

    fn close(&mut self, top: u32) {
        let end = self.lines.len() as u32;
        self.lines[top as usize].end = end;
    }

    /// What stands on a line.
    pub fn line(&self, item: usize) -> Option<&LossLine> {
        self.lines.get(item)
    }

    /// The place or the words of a line, to be copied.
    pub fn value(&self, item: usize) -> Option<String> {
        self.line(item).map(|line| line.value.clone())
    }

    /// The statement that brings back what is lost at the place of a line; where no column takes it, how it is read. Of a line of SQL that.
    pub fn sql(&self, item: usize) -> Option<String> {
        let line = self.line(item)?;
        if line.kind == LossLineKind::Sql {
            return Some(line.value.clone());
        }
        let top = line.parent.map_or(item, |parent| parent as usize);
        let below = self.lines.get(top + 1..self.lines.get(top)?.end as usize)?;
        below.iter().rev().find(|line| line.kind == LossLineKind::Sql).map(|line| line.value.clone())
    }

    /// Everything known of a line: its title, and the facts.
    pub fn facts(&self, item: usize) -> Option<(String, Facts)> {
        let line = self.line(item)?;
        let top = line.parent.map_or(item, |parent| parent as usize);
        let (above, mut facts) = (self.line(top)?, Facts::default());
        facts.line(&above.told);
        match line.kind {
            LossLineKind::Covered | LossLineKind::Absent => {
                self.lines.get(top + 1..above.end as usize)?.iter().for_each(|line| facts.line(&line.told));
                facts.gap();
                self.notes.iter().for_each(|note| facts.line(note));
            }
            _ => {
                for line in self.lines.get(top + 1..above.end as usize)? {
                    facts.gap();
                    facts.line(&line.told);
                }
            }
        }
        Some((visible(&above.name).into_owned(), facts))
    }

    /// Shows the texts of a line.
    pub fn show(&self, item: usize, sighting: &mut Sighting<'_>) {
        if let Some(line) = self.line(item) {
            sighting.see(&line.name).see(&line.told);
        }
    }
}

impl Tree for LossTree {
    fn len(&self) -> usize {
        self.lines.len()
    }

    fn end(&self, item: usize) -> usize {
        self.line(item).map_or(item + 1, |line| line.end as usize)
    }

    fn parent(&self, item: usize) -> Option<usize> {
        self.line(item)?.parent.map(|parent| parent as usize)
    }

    fn depth(&self, item: usize) -> usize {
        usize::from(self.parent(item).is_some())
    }
}
