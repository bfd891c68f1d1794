//! Two layouts walked side by side, column by column.
//!
//! Owns: what is gone, new, of another type, mode, description, policy tag or order, and which change is a part of which.
//! Refuses: limits of a table (limits), telling that something was moved (fold).

use super::change::{ChangeKind, ColumnChange, ColumnForms, DeployFinding};
use super::rule::{DeployRule, DeployVerdict, widens};
use crate::pipeline::layout::{Column, ColumnId, Layout, Mode};

/// Two records with the same path, whose columns are to be compared.
struct Place {
    old: Option<ColumnId>,
    new: Option<ColumnId>,
    /// What all that is gone or new below is a part of.
    under: Option<usize>,
    /// Whether a list of records is around it, where no statement changes a type.
    listed: bool,
}

/// A walk over two layouts.
pub(super) struct ColumnWalk<'a> {
    old: &'a Layout,
    new: &'a Layout,
    pub changes: Vec<ColumnChange>,
    pub findings: Vec<DeployFinding>,
    /// Roots that are gone, by their finding: (finding, column).
    pub gone: Vec<(usize, ColumnId)>,
    /// Roots that are new.
    pub fresh: Vec<(usize, ColumnId)>,
    /// All columns that are new, roots and below.
    pub added: Vec<ColumnId>,
    /// Columns with another description.
    pub described: Vec<ColumnId>,
    /// Whether the generator's comparison may find something.
    pub touches_base: bool,
}

impl<'a> ColumnWalk<'a> {
    pub(super) fn run(old: &'a Layout, new: &'a Layout) -> Self {
        let (changes, findings, gone, fresh) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (added, described) = (Vec::new(), Vec::new());
        let mut walk = ColumnWalk { old, new, changes, findings, gone, fresh, added, described, touches_base: false };
        let mut open = vec![Place { old: None, new: None, under: None, listed: false }];
        while let Some(place) = open.pop() {
            walk.record(&place, &mut open);
        }
        walk
    }

    /// Compares the columns of one record.
    fn record(&mut self, place: &Place, open: &mut Vec<Place>) {
        let (old, new) = (self.old, self.new);
        let children = |layout: &'a Layout, id: Option<ColumnId>| id.map_or_else(|| layout.top(), |id| layout.children(id));
        // Both files are in order almost always: the next one is the one that is looked for.
        let mut next = children(new, place.new).peekable();
        let mut matched: Vec<ColumnId> = Vec::new();
        let mut is_shuffled = false;
        for id in children(old, place.old) {
            let Some(column) = old.get(id).filter(|column| old.child(place.old, &column.name) == Some(id)) else { continue };
            let same = |&other: &ColumnId| new.get(other).is_some_and(|other| other.name == column.name);
            while next.peek().is_some_and(|other| new.get(*other).is_some_and(|other| old.child(place.old, &other.name).is_none())) {
                next.next();
            }
            // Of columns of one name the last counts, on both sides.
            let last = |&found: &ColumnId| new.child(place.new, &column.name) == Some(found);
            let found = next.next_if(same).filter(last).or_else(|| new.child(place.new, &column.name));
            let Some(found) = found else {
                self.gone(id, place);
                continue;
            };
            is_shuffled |= matched.last().is_some_and(|&last| last > found);
            matched.push(found);
            self.pair(id, found, place, open);
        }
        matched.sort_unstable();
        for id in children(new, place.new) {
            let Some(column) = new.get(id) else { continue };
            if matched.binary_search(&id).is_err() && new.child(place.new, &column.name) == Some(id) {
                self.fresh(id, place);
            }
        }
        if is_shuffled {
            let path = place.new.map(|id| new.path(id)).unwrap_or_default();
            let finding = DeployFinding::new(ChangeKind::Order, path, DeployRule::C(21), DeployVerdict::Warn);
            self.root(finding, place.old, place.new);
        }
    }

    /// Compares a column that both have.
    fn pair(&mut self, id: ColumnId, found: ColumnId, place: &Place, open: &mut Vec<Place>) {
        let (Some(a), Some(b)) = (self.old.get(id), self.new.get(found)) else { return };
        let is_record = a.is_record() && b.is_record();
        self.touches_base |= a.kind.spelling() != b.kind.spelling();
        let turned = is_record && (a.mode == Mode::Repeated) != (b.mode == Mode::Repeated);
        let is_shape = turned && (self.old.is_map(id) || self.new.is_map(found));
        let judged = match () {
            () if is_shape => Some((ChangeKind::Shape, DeployRule::C(9), DeployVerdict::Block)),
            () if a.kind != b.kind => {
                let (rule, verdict) = self.of_kind(a, b, place.listed);
                Some((ChangeKind::Kind, rule, verdict))
            }
            () if a.bounds() != b.bounds() => {
                let (rule, verdict) = self.of_kind(a, b, place.listed);
                Some((ChangeKind::Kind, rule, verdict))
            }
            () => of_mode(a.mode, b.mode).map(|(rule, verdict)| (ChangeKind::Mode, rule, verdict)),
        };
        let mut under = place.under;
        if let Some((kind, rule, verdict)) = judged {
            let finding = DeployFinding::new(kind, self.old.path(id), rule, verdict);
            let at = match under {
                Some(at) => self.part(at, finding, Some(id), Some(found)),
                None => self.root(finding, Some(id), Some(found)),
            };
            self.touches_base |= kind != ChangeKind::Mode || turned || a.mode == Mode::Repeated || b.mode == Mode::Repeated;
            // What a change of the shape makes of the columns below is a part of it.
            under = if kind == ChangeKind::Mode && !turned { under } else { Some(at) };
        }
        self.beside(id, found, a, b);
        let listed = place.listed || a.mode == Mode::Repeated;
        if is_record {
            open.push(Place { old: Some(id), new: Some(found), under, listed });
        } else if a.is_record() || b.is_record() {
            let place = Place { old: Some(id), new: Some(found), under, listed };
            self.old.children(id).for_each(|id| self.gone(id, &place));
            self.new.children(found).for_each(|id| self.fresh(id, &place));
        }
    }

    /// The rule for a change of the type.
    fn of_kind(&self, a: &Column, b: &Column, listed: bool) -> (DeployRule, DeployVerdict) {
        match is_wider(a, b) && (a.mode == b.mode || (a.mode, b.mode) == (Mode::Required, Mode::Nullable)) {
            true if listed || a.mode == Mode::Repeated => (DeployRule::C(8), DeployVerdict::Block),
            true => (DeployRule::C(8), DeployVerdict::Ddl),
            false => (DeployRule::C(9), DeployVerdict::Block),
        }
    }

    /// Description and policy tags.
    fn beside(&mut self, id: ColumnId, found: ColumnId, a: &Column, b: &Column) {
        if a.description != b.description {
            self.described.push(found);
            let finding = DeployFinding::new(ChangeKind::Description, self.new.path(found), DeployRule::C(13), DeployVerdict::Ok);
            self.root(finding, Some(id), Some(found));
        }
        if a.default_value() != b.default_value() {
            // A statement sets that of a column at the top, not of a part of one.
            let verdict = if b.parent.is_none() { DeployVerdict::Ddl } else { DeployVerdict::Block };
            let mut finding = DeployFinding::new(ChangeKind::Default, self.new.path(found), DeployRule::C(14), verdict);
            let told = |column: &Column| column.default_value().unwrap_or("none").to_owned();
            finding.detail = format!("{} became {}", told(a), told(b));
            self.root(finding, Some(id), Some(found));
        }
        if a.policy_tags != b.policy_tags {
            let (verdict, detail) = match b.policy_tags.len() {
                0 => (DeployVerdict::Warn, "no policy tag now"),
                1 => (DeployVerdict::Ok, ""),
                _ => (DeployVerdict::Block, "more than one policy tag"),
            };
            let mut finding = DeployFinding::new(ChangeKind::PolicyTags, self.new.path(found), DeployRule::C(15), verdict);
            finding.detail = detail.to_owned();
            self.root(finding, Some(id), Some(found));
        }
    }

    /// A column that is gone, with all below it.
    fn gone(&mut self, id: ColumnId, place: &Place) {
        let Some(column) = self.old.get(id) else { return };
        let (rule, verdict) = match column.parent {
            None => (DeployRule::C(10), DeployVerdict::Ddl),
            Some(_) => (DeployRule::C(11), DeployVerdict::Block),
        };
        self.touches_base = true;
        let finding = DeployFinding::new(ChangeKind::Removed, self.old.path(id), rule, verdict);
        let at = match place.under {
            Some(at) => self.part(at, finding, Some(id), None),
            None => {
                let at = self.root(finding, Some(id), None);
                self.gone.push((at, id));
                at
            }
        };
        for below in id + 1..column.end {
            let finding = DeployFinding::new(ChangeKind::Removed, self.old.path(below), rule, verdict);
            self.part(at, finding, Some(below), None);
        }
    }

    /// A column that is new, with all below it.
    fn fresh(&mut self, id: ColumnId, place: &Place) {
        let Some(column) = self.new.get(id) else { return };
        let rule = if column.parent.is_none() { DeployRule::C(1) } else { DeployRule::C(3) };
        let is_blocked = column.mode == Mode::Required;
        let (root, verdict) = if is_blocked { (DeployRule::C(2), DeployVerdict::Block) } else { (rule, DeployVerdict::Ok) };
        self.added.extend(id..column.end);
        let finding = DeployFinding::new(ChangeKind::Added, self.new.path(id), root, verdict);
        let at = match place.under {
            Some(at) => self.part(at, finding, None, Some(id)),
            None => {
                let at = self.root(finding, None, Some(id));
                self.fresh.push((at, id));
                at
            }
        };
        for below in id + 1..column.end {
            let finding = DeployFinding::new(ChangeKind::Added, self.new.path(below), rule, DeployVerdict::Ok);
            self.part(at, finding, None, Some(below));
        }
    }

    /// A change that is a finding of its own; the answer is its position.
    fn root(&mut self, mut finding: DeployFinding, old: Option<ColumnId>, new: Option<ColumnId>) -> usize {
        let at = self.findings.len();
        finding.old = old.and_then(|id| ColumnForms::of(self.old, id));
        finding.new = new.and_then(|id| ColumnForms::of(self.new, id));
        self.changes.push(change(&finding, at));
        self.findings.push(finding);
        at
    }

    /// A change that is a part of a finding; the answer is the position of that.
    fn part(&mut self, at: usize, mut finding: DeployFinding, old: Option<ColumnId>, new: Option<ColumnId>) -> usize {
        finding.old = old.and_then(|id| ColumnForms::of(self.old, id));
        finding.new = new.and_then(|id| ColumnForms::of(self.new, id));
        self.changes.push(change(&finding, at));
        if let Some(root) = self.findings.get_mut(at) {
            root.below += 1;
            root.verdict = root.verdict.min(finding.verdict);
        }
        at
    }
}

/// Whether every value of one column fits into another, whose type is the same or a wider one.
fn is_wider(a: &Column, b: &Column) -> bool {
    let element = |column: &Column| column.extras.as_ref().and_then(|extras| extras.range_element.clone());
    if (a.kind != b.kind && !widens(&a.kind, &b.kind)) || element(a) != element(b) {
        return false;
    }
    let length = |column: &Column| column.extras.as_ref().and_then(|extras| extras.max_length).unwrap_or(u64::MAX);
    length(b) >= length(a)
        && match (digits(a), digits(b)) {
            (Some(old), Some(new)) => new.0 >= old.0 && new.1 >= old.1,
            _ => true,
        }
}

/// Digits before and behind the point; `None` of a type that does not count them.
fn digits(column: &Column) -> Option<(u64, u64)> {
    let told = column.extras.as_ref().and_then(|extras| Some((extras.precision?, extras.scale.unwrap_or(0))));
    match (&*column.kind, told) {
        ("INT64", _) => Some((19, 0)),
        ("NUMERIC" | "BIGNUMERIC", Some((precision, scale))) => Some((precision.saturating_sub(scale), scale)),
        ("NUMERIC", None) => Some((29, 9)),
        ("BIGNUMERIC", None) => Some((38, 38)),
        _ => None,
    }
}

/// A finding as a change of its column.
pub(super) fn change(finding: &DeployFinding, at: usize) -> ColumnChange {
    let (old, new) = (finding.old.clone(), finding.new.clone());
    ColumnChange { column: finding.column.clone(), kind: finding.kind, old, new, rule: finding.rule, verdict: finding.verdict, finding: at }
}

/// The rule for a change of the mode; `None` where there is none.
fn of_mode(old: Mode, new: Mode) -> Option<(DeployRule, DeployVerdict)> {
    match (old, new) {
        _ if old == new => None,
        (Mode::Required, Mode::Nullable) => Some((DeployRule::C(4), DeployVerdict::Ok)),
        (Mode::Nullable, Mode::Required) => Some((DeployRule::C(5), DeployVerdict::Block)),
        _ => Some((DeployRule::C(6), DeployVerdict::Block)),
    }
}
