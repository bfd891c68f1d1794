//! The overview as lines: stages, what has changed since the last visit, names that the schemas do not have, namespaces, or those of two sources.
//!
//! Owns: which line is which, what a search finds on it, what it is called.
//! Refuses: counting (triage/overview), words (facts), what is open (outline).

use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::beside_lines::{BesideLines, BesideRow, HeldBeside, OtherSource};
use crate::ground::outline::{Outline, Tree};
use crate::ground::sought::Sighting;
use crate::ground::text::plural;
use crate::ground::zone::Zone;
use crate::rows::group::{Group, Groups, NEW};
use crate::triage::facts::{Facts, beside, overview as words};
use crate::triage::overview::{ChangedGroup, Changes, GoneGroup, NamespaceLine, Overview, StageLine, UnknownName};

/// What the numbers of both sources are called: of the one that is explored, of the other.
pub const BESIDE_HEADS: [&str; 2] = ["rows", "beside"];

/// Lines of changes that are open at first.
const OPEN_AT_START: usize = 6;

/// The lines, over what is counted.
pub struct OverviewTree {
    /// What was counted.
    pub groups: Arc<Groups>,
    /// The counts.
    pub overview: Overview,
    /// What has changed since the last visit, or why that cannot be told; `None` where there was none.
    pub since: Option<Result<Changes, String>>,
    /// Another source beside it, where there is one.
    pub beside: Option<HeldBeside>,
    parts: Vec<(OverviewPart, usize, usize)>,
    len: usize,
}

/// A part of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverviewPart {
    /// The stages of the pipeline.
    Stages,
    /// What has changed since the last visit.
    Since,
    /// Names that the schemas do not have.
    Unknown,
    /// The namespaces.
    Namespaces,
    /// The namespaces of both sources, where another is held beside.
    Beside,
}

/// What stands on a line.
pub enum OverviewLine<'a> {
    /// The name of a part.
    Part(OverviewPart),
    /// A stage.
    Stage(&'a StageLine),
    /// A group that was not there at the last visit.
    New(&'a Group),
    /// A group that grew since.
    Grown(&'a Group, ChangedGroup),
    /// A group that is no more.
    Gone(&'a GoneGroup),
    /// A name that the schemas do not have.
    Unknown(&'a UnknownName),
    /// A namespace.
    Namespace(&'a NamespaceLine),
    /// A namespace or doctype of two sources, or a group that only one of them has.
    Beside(BesideRow<'a>),
}

impl OverviewTree {
    /// Puts the lines in their order.
    pub fn new(groups: Arc<Groups>, overview: Overview, since: Option<Result<Changes, String>>, beside: Option<HeldBeside>) -> Self {
        let both = beside.as_ref().and_then(|held| held.lines.as_ref().ok()).map_or(0, BesideLines::len);
        let changes = since.as_ref().and_then(|since| since.as_ref().ok());
        let changed = changes.map_or(0, |changes| changes.new.len() + changes.grown.len() + changes.gone.len());
        let unknown = overview.unknown.as_ref().map_or(0, Vec::len);
        let all = [
            (OverviewPart::Stages, overview.stages.len()),
            (OverviewPart::Since, changed),
            (OverviewPart::Unknown, unknown),
            (OverviewPart::Namespaces, if both > 0 { 0 } else { overview.namespaces.len() }),
            (OverviewPart::Beside, both),
        ];
        let (mut parts, mut len) = (Vec::new(), 0);
        for (part, lines) in all.into_iter().filter(|(_, lines)| *lines > 0) {
            parts.push((part, len, lines));
            len += lines + 1;
        }
        OverviewTree { groups, overview, since, beside, parts, len }
    }

    /// The lines of both sources, with the other one.
    pub fn both(&self) -> Option<(&BesideLines, &OtherSource)> {
        let held = self.beside.as_ref()?;
        Some((held.lines.as_ref().ok()?, &held.other))
    }

    /// Whether it is of these groups and of this source beside.
    pub fn is_of(&self, groups: &Arc<Groups>, other: Option<&Arc<OtherSource>>) -> bool {
        let held = self.beside.as_ref().map(|held| Arc::as_ptr(&held.other));
        let is_same = held == other.map(Arc::as_ptr);
        is_same && Arc::ptr_eq(&self.groups, groups)
    }

    /// What has changed since the last visit, where that can be told.
    pub fn changes(&self) -> Option<&Changes> {
        self.since.as_ref()?.as_ref().ok()
    }

    fn part(&self, item: usize) -> Option<(OverviewPart, usize, usize)> {
        let at = self.parts.partition_point(|(_, start, _)| *start <= item).checked_sub(1)?;
        self.parts.get(at).copied()
    }

    /// What stands on a line.
    pub fn line(&self, item: usize) -> Option<OverviewLine<'_>> {
        let (part, start, lines) = self.part(item)?;
        let Some(at) = (item - start).checked_sub(1) else { return Some(OverviewLine::Part(part)) };
        if at >= lines {
            return None;
        }
        let group = |at: u32| self.groups.list.get(at as usize);
        match part {
            OverviewPart::Stages => self.overview.stages.get(at).map(OverviewLine::Stage),
            OverviewPart::Namespaces => self.overview.namespaces.get(at).map(OverviewLine::Namespace),
            OverviewPart::Unknown => self.overview.unknown.as_ref()?.get(at).map(OverviewLine::Unknown),
            OverviewPart::Beside => {
                let (lines, other) = self.both()?;
                lines.row(at, &self.groups, other).map(OverviewLine::Beside)
            }
            OverviewPart::Since => {
                let changes = self.changes()?;
                let (new, grown) = (changes.new.len(), changes.grown.len());
                match at {
                    _ if at < new => group(changes.new[at]).map(OverviewLine::New),
                    _ if at < new + grown => {
                        let changed = changes.grown[at - new];
                        group(changed.group).map(|group| OverviewLine::Grown(group, changed))
                    }
                    _ => changes.gone.get(at - new - grown).map(OverviewLine::Gone),
                }
            }
        }
    }

    /// What a part is called, with how much is in it.
    pub fn part_words(&self, part: OverviewPart) -> String {
        let lines = self.parts.iter().find(|(known, ..)| *known == part).map_or(0, |(_, _, lines)| *lines) as u64;
        match part {
            OverviewPart::Stages => "Stages, in the order of the pipeline".to_owned(),
            OverviewPart::Since => format!("Changed since your last visit: {}", plural(lines, "group", "groups")),
            OverviewPart::Unknown => format!("Not in the schemas: {}", plural(lines, "name", "names")),
            OverviewPart::Namespaces => plural(lines, "namespace", "namespaces"),
            OverviewPart::Beside => {
                let both = self.both().map_or(0, |(lines, _)| lines.beside.lines.len() as u64);
                format!("{} in either", plural(both, "namespace", "namespaces"))
            }
        }
    }

    /// What a line stands for, to be copied: a name, or the fingerprint of a group.
    pub fn value(&self, item: usize) -> Option<String> {
        let name = |name: &Option<Arc<str>>| name.as_deref().map(str::to_owned);
        match self.line(item)? {
            OverviewLine::Part(_) => None,
            OverviewLine::Stage(line) => name(&line.stage),
            OverviewLine::New(group) | OverviewLine::Grown(group, _) => Some(group.fingerprint.to_string()),
            OverviewLine::Gone(gone) => Some(gone.fingerprint.to_string()),
            OverviewLine::Unknown(name) => {
                let doctype = name.doctype.as_deref().map(|doctype| format!("/{doctype}")).unwrap_or_default();
                let version = name.version.as_deref().map(|version| format!(".{version}")).unwrap_or_default();
                Some(format!("{}{doctype}{version}", name.namespace))
            }
            OverviewLine::Namespace(line) => name(&line.name),
            OverviewLine::Beside(BesideRow::Namespace(line)) => name(&line.name),
            OverviewLine::Beside(BesideRow::Doctype(line, of)) => {
                Some(crate::rows::group::doctype_name(line.name.as_deref(), of.name.as_deref(), of.version.as_deref()))
            }
            OverviewLine::Beside(BesideRow::Only(_, group)) => Some(group.fingerprint.to_string()),
        }
    }

    /// What is said of the other source: its name, and what only one of both has or why that cannot be told.
    pub fn beside_words(&self) -> Option<String> {
        let held = self.beside.as_ref()?;
        let told = match &held.lines {
            Ok(lines) => {
                let doubts = beside::doubts(&lines.beside).into_iter().map(|doubt| format!("; {doubt}")).collect::<String>();
                format!("{}{doubts}", beside::summary(&lines.beside))
            }
            Err(reason) => reason.clone(),
        };
        Some(format!("Beside {}: {told}", held.other.name))
    }

    /// Everything known of a line: its title, and the facts.
    pub fn facts(&self, item: usize, zone: &Zone) -> Option<(String, Facts)> {
        let line = self.line(item)?;
        let mut facts = Facts::default();
        Some(match line {
            OverviewLine::Part(part) => {
                facts.line(&words::summary(&self.overview, &self.groups));
                match &self.since {
                    Some(Ok(changes)) => {
                        facts.line(&words::since_visit(changes, zone));
                        words::doubts(changes).iter().for_each(|doubt| facts.line(doubt));
                    }
                    Some(Err(reason)) => facts.line(reason),
                    None => {}
                }
                words::notes(&self.overview).iter().for_each(|note| facts.line(note));
                self.beside_words().iter().for_each(|told| facts.line(told));
                (self.part_words(part), facts)
            }
            OverviewLine::Stage(line) => (words::stage(line.stage.as_deref()), words::stage_sheet(line, &self.groups)),
            OverviewLine::New(group) | OverviewLine::Grown(group, _) => {
                facts.line(&group.sentence());
                facts.named("rows", &crate::ground::text::count(group.count));
                match line {
                    OverviewLine::Grown(_, changed) => facts.named("grew", &words::grew(changed.before, changed.times)),
                    _ => facts.line(words::new_since(self.changes())),
                }
                if let Some(span) = group.span {
                    facts.named("seen", &format!("first {}", zone.span(span, ", last ")));
                }
                (group.key.doctype_name(), facts)
            }
            OverviewLine::Gone(gone) => {
                facts.line(&words::gone(gone));
                facts.line(&format!("had {} at your last visit, and has none now", plural(gone.before, "row", "rows")));
                ("Gone".to_owned(), facts)
            }
            OverviewLine::Unknown(name) => (words::unknown_title(name), words::unknown_sheet(name, zone)),
            OverviewLine::Namespace(line) => {
                let facts = words::namespace_sheet(&self.overview, &self.groups, line, zone, self.changes());
                (words::namespace(line.name.as_deref()), facts)
            }
            OverviewLine::Beside(row) => {
                let (lines, _) = self.both()?;
                match row {
                    BesideRow::Namespace(line) => beside::sheet(&lines.beside, line, None, zone),
                    BesideRow::Doctype(line, of) => beside::sheet(&lines.beside, line, Some(of), zone),
                    BesideRow::Only(side, group) => beside::only_sheet(&lines.beside, side, group, zone),
                }
            }
        })
    }

    /// Shows the texts of a line.
    pub fn show(&self, item: usize, sighting: &mut Sighting<'_>) {
        match self.line(item) {
            Some(OverviewLine::Part(part)) => {
                sighting.see(&self.part_words(part));
                if part == OverviewPart::Beside {
                    sighting.see(BESIDE_HEADS[0]).see(BESIDE_HEADS[1]);
                }
            }
            Some(OverviewLine::Stage(line)) => {
                sighting.see(&words::stage(line.stage.as_deref())).see(&plural(line.groups, "group", "groups"));
            }
            Some(OverviewLine::New(group)) => self.groups.show(group, sighting.see("new")),
            Some(OverviewLine::Grown(group, changed)) => {
                self.groups.show(group, sighting.see(&words::grew(changed.before, changed.times)));
            }
            Some(OverviewLine::Gone(gone)) => {
                sighting.see("gone").see(&words::gone(gone));
            }
            Some(OverviewLine::Unknown(name)) => {
                sighting.see(&words::unknown_title(name)).see(&words::nearest(name)).see(&words::guess(name));
            }
            Some(OverviewLine::Namespace(line)) => {
                sighting.see(&words::namespace(line.name.as_deref()));
                if line.is_known == Some(false) {
                    sighting.see_word(words::UNKNOWN);
                }
                if line.new > 0 {
                    sighting.see_word(NEW);
                }
                sighting.see(&plural(line.groups(), "group", "groups"));
            }
            Some(OverviewLine::Beside(row)) => {
                let Some((lines, other)) = self.both() else { return };
                match row {
                    BesideRow::Namespace(line) => {
                        sighting.see(&words::namespace(line.name.as_deref())).see(&beside::groups(&lines.beside, &line.counts));
                    }
                    BesideRow::Doctype(line, of) => {
                        let namespace = words::namespace(line.name.as_deref());
                        sighting.see(&format!("{namespace}/{}", beside::doctype(of))).see(&beside::groups(&lines.beside, &of.counts));
                    }
                    BesideRow::Only(side, group) => {
                        let of = if side == 0 { self.groups.as_ref() } else { &other.groups };
                        of.show(group, sighting.see(beside::place(lines.beside.only(side))));
                    }
                }
            }
            None => {}
        }
    }

    /// Stages and namespaces open, few changes as well; the cursor on the first namespace.
    pub fn at_start(&self) -> Outline {
        let is_open = |(part, _, lines): &&(OverviewPart, usize, usize)| match part {
            OverviewPart::Stages | OverviewPart::Namespaces | OverviewPart::Beside => true,
            OverviewPart::Since => *lines <= OPEN_AT_START,
            OverviewPart::Unknown => *lines <= OPEN_AT_START,
        };
        let open: Vec<u64> = self.parts.iter().filter(is_open).map(|(_, start, _)| self.id(*start)).collect();
        let mut outline = Outline::with_open(self, open);
        if let Some((_, start, _)) = self.parts.iter().find(|(part, ..)| matches!(part, OverviewPart::Namespaces | OverviewPart::Beside)) {
            outline.reveal(self, start + 1);
        }
        outline
    }
}

impl Tree for OverviewTree {
    fn len(&self) -> usize {
        self.len
    }

    fn end(&self, item: usize) -> usize {
        match self.part(item) {
            Some((_, start, lines)) if start == item => start + lines + 1,
            Some((OverviewPart::Beside, start, _)) => self.both().map_or(item + 1, |(lines, _)| start + 1 + lines.end(item - start - 1)),
            _ => item + 1,
        }
    }

    fn parent(&self, item: usize) -> Option<usize> {
        let (part, start, _) = self.part(item).filter(|(_, start, _)| *start != item)?;
        let both = self.both().filter(|_| part == OverviewPart::Beside);
        let above = both.and_then(|(lines, _)| lines.parent(item - start - 1));
        Some(above.map_or(start, |above| start + 1 + above))
    }

    fn depth(&self, item: usize) -> usize {
        std::iter::successors(self.parent(item), |&above| self.parent(above)).count()
    }

    fn id(&self, item: usize) -> u64 {
        let mut hash = FxHasher::default();
        let name = |hash: &mut FxHasher, name: Option<&str>| {
            hash.write_u8(u8::from(name.is_some()));
            hash.write(name.unwrap_or_default().as_bytes());
        };
        if let Some((part, ..)) = self.part(item) {
            hash.write_u8(part as u8);
        }
        match self.line(item) {
            None => {}
            Some(OverviewLine::Part(_)) => hash.write_u8(1),
            Some(OverviewLine::Stage(line)) => name(&mut hash, line.stage.as_deref()),
            Some(OverviewLine::New(group) | OverviewLine::Grown(group, _)) => hash.write_u64(group.fingerprint.0),
            Some(OverviewLine::Gone(gone)) => hash.write_u64(gone.fingerprint.0),
            Some(OverviewLine::Unknown(unknown)) => {
                [Some(&unknown.namespace), unknown.doctype.as_ref(), unknown.version.as_ref()]
                    .into_iter()
                    .for_each(|part| name(&mut hash, part.map(|part| &**part)));
            }
            Some(OverviewLine::Namespace(line)) => name(&mut hash, line.name.as_deref()),
            Some(OverviewLine::Beside(BesideRow::Namespace(line))) => name(&mut hash, line.name.as_deref()),
            Some(OverviewLine::Beside(BesideRow::Doctype(line, of))) => {
                [&line.name, &of.name, &of.version].into_iter().for_each(|part| name(&mut hash, part.as_deref()));
            }
            Some(OverviewLine::Beside(BesideRow::Only(side, group))) => {
                hash.write_u8(side as u8);
                hash.write_u64(group.fingerprint.0);
            }
        }
        hash.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::group::Sort;
    use crate::rows::source::{Request, Unwatched};

    fn tree(sort: Sort) -> OverviewTree {
        let schemas = Arc::new(demo::schemas().unwrap());
        let request = Request { schemas: Some(schemas.clone()), ..Request::default() };
        let groups = Arc::new(demo::source().unwrap().groups(&request, &Unwatched).unwrap());
        let overview = Overview::of(&groups, Some(&schemas), sort);
        OverviewTree::new(groups, overview, None, None)
    }

    #[test]
    fn every_line_knows_its_place_and_says_something() {
        let tree = tree(Sort::Count);
        let mut part = 0;
        for item in 0..tree.len() {
            if tree.depth(item) == 0 {
                part = item;
            }
            assert_eq!(tree.parent(item), (item != part).then_some(part));
            assert!(tree.line(item).is_some() && tree.facts(item, &Zone::UTC).is_some_and(|(title, _)| !title.is_empty()), "line {item}");
        }
        assert!(tree.line(tree.len()).is_none());
        let outline = tree.at_start();
        assert!(matches!(tree.line(outline.item().unwrap()), Some(OverviewLine::Namespace(_))));
    }

    #[test]
    fn lines_of_two_sources_stand_below_each_other() {
        let one = tree(Sort::Count);
        // The other source lacks every third group.
        let mut groups = (*one.groups).clone();
        let mut at = 0;
        groups.list.retain(|_| {
            at += 1;
            at % 3 > 0
        });
        let other = Arc::new(OtherSource { name: "other".into(), groups });
        let lines = |sort| BesideLines::new(crate::triage::overview::Beside::of(&one.groups, &other.groups, sort));
        let held = |sort| Some(HeldBeside { other: other.clone(), lines: Ok(lines(sort)) });
        let tree = OverviewTree::new(one.groups.clone(), one.overview.clone(), None, held(Sort::Count));
        let (mut only, mut deepest) = (0, 0);
        for item in 0..tree.len() {
            let parent = tree.parent(item);
            assert!(parent.is_none_or(|parent| parent < item && item < tree.end(parent) && tree.end(item) <= tree.end(parent)), "{item}");
            assert_eq!(tree.depth(item), parent.map_or(0, |parent| tree.depth(parent) + 1));
            assert!(tree.facts(item, &Zone::UTC).is_some_and(|(title, facts)| !title.is_empty() && !facts.to_text().is_empty()));
            only += usize::from(matches!(tree.line(item), Some(OverviewLine::Beside(BesideRow::Only(..)))));
            deepest = deepest.max(tree.depth(item));
        }
        assert_eq!((only, deepest), (one.groups.list.len() - other.groups.list.len(), 3));
        let ids = |tree: &OverviewTree| (0..tree.len()).map(|item| tree.id(item)).collect::<std::collections::BTreeSet<u64>>();
        let by_name = OverviewTree::new(one.groups.clone(), one.overview.clone(), None, held(Sort::Name));
        assert_eq!((ids(&tree).len(), ids(&tree)), (tree.len(), ids(&by_name)), "each line has an id, which it keeps");
    }

    #[test]
    fn lines_keep_their_ids_in_another_order() {
        let ids = |tree: OverviewTree| {
            let mut ids: Vec<u64> = (0..tree.len()).map(|item| tree.id(item)).collect();
            ids.sort_unstable();
            ids
        };
        let (mut one, other) = (ids(tree(Sort::Count)), ids(tree(Sort::Name)));
        assert_eq!(one, other);
        one.dedup();
        assert_eq!(one.len(), other.len(), "no two lines share an id");
    }
}
