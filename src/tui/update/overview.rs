//! The overview: coming and going, counts coming in, where a line leads.
//!
//! Owns: the screen's actions, work that is asked for and called off.
//! Refuses: counting (work).

use std::sync::Arc;

use super::super::action::Action;
use super::super::app::{App, ListFilter, Prompt, PromptPurpose};
use super::super::beside_lines::{BesideRow, OtherSource};
use super::super::effect::Effect;
use super::super::group_tree::{GroupLevel, GroupTree, ListedBy};
use super::super::list::List;
use super::super::message::JobId;
use super::super::overview::{AskedOverview, GroupGoal, ReadingBeside};
use super::super::overview_tree::{OverviewLine, OverviewTree};
use super::super::subject::Subject;
use super::failing::NO_ROWS;
use super::groups;
use crate::ground::outline::Tree;
use crate::ground::text::{count, visible};
use crate::rows::source::Progress;

/// Goes to the overview, or back.
pub(super) fn switch(app: &mut App) -> Vec<Effect> {
    if app.tables.alone {
        app.warn(NO_ROWS);
        return Vec::new();
    }
    let is_seen = app.overview.open && !app.tables.open && !app.deploy.open;
    if is_seen {
        return leave(app);
    }
    app.deploy.open = false;
    app.tables.open = false;
    app.overview.open = true;
    Vec::new()
}

/// Back to the screen below.
pub(super) fn leave(app: &mut App) -> Vec<Effect> {
    app.overview.open = false;
    app.overview.asked.take().map(|asked| Effect::Cancel(asked.job)).into_iter().collect()
}

/// One step back: the filter, the search, the screen.
pub(super) fn back(app: &mut App) -> Vec<Effect> {
    if super::let_go(app) { Vec::new() } else { leave(app) }
}

/// Asks for the counts of the groups of now, where the screen shows others. What is being counted is not begun again while rows come in.
pub(super) fn follow(app: &mut App) -> Vec<Effect> {
    if !app.overview.open {
        return Vec::new();
    }
    let (groups, sort) = (app.groups.tree.groups.clone(), app.overview.sort);
    let screen = &app.overview;
    // While rows come in nobody knows what this source lacks.
    let other = screen.beside.read.clone().filter(|_| app.reading.is_none());
    let is_shown = screen.tree.as_ref().is_some_and(|tree| tree.is_of(&groups, other.as_ref()) && tree.overview.sort() == sort);
    let is_asked =
        screen.asked.as_ref().is_some_and(|asked| asked.sort == sort && (app.reading.is_some() || asked.is_of(&groups, other.as_ref())));
    if is_asked || (is_shown && screen.asked.is_none()) || (groups.list.is_empty() && app.reading.is_some()) {
        return Vec::new();
    }
    let job = app.next_job();
    let former = app.overview.asked.replace(AskedOverview { job, groups: groups.clone(), sort, other: other.clone() });
    let counted = app.overview.tree.clone().filter(|tree| tree.is_of(&groups, other.as_ref()));
    let beside = other.map(|other| (other, app.incomplete.is_none()));
    let visit = app.overview.visit.clone();
    let begun = match counted {
        Some(tree) => Effect::SortOverview { job, tree, sort },
        None => Effect::Overview { job, groups, sort, visit, beside },
    };
    former.map(|asked| Effect::Cancel(asked.job)).into_iter().chain([begun]).collect()
}

/// It is counted.
pub(super) fn told(app: &mut App, job: JobId, tree: Arc<OverviewTree>) -> Vec<Effect> {
    if app.overview.asked.take_if(|asked| asked.job == job).is_none() {
        return Vec::new();
    }
    let screen = &mut app.overview;
    match &screen.tree {
        Some(before) if before.both().is_some() == tree.both().is_some() => screen.list.outline.refresh(before.as_ref(), tree.as_ref()),
        // What was searched for is looked for among the other lines.
        Some(_) => screen.list.outline = tree.at_start(),
        None => screen.list = List { outline: tree.at_start(), ..List::default() },
    }
    screen.tree = Some(tree.clone());
    find_again(app, tree)
}

/// Looks for what filter and search stand for among other lines.
fn find_again(app: &mut App, tree: Arc<OverviewTree>) -> Vec<Effect> {
    let (for_filter, for_search) = (app.next_job(), app.next_job());
    let list = &mut app.overview.list;
    let mut effects = Vec::new();
    if let Some(filter) = &mut list.filter {
        filter.job = for_filter;
        effects.push(Effect::Match { job: for_filter, subject: Subject::Overview(tree.clone()), text: filter.text.clone() });
    }
    if let Some(search) = list.search.as_mut() {
        (search.job, search.found) = (Some(for_search), None);
        effects.push(Effect::Match { job: for_search, subject: Subject::Overview(tree), text: search.text.clone() });
    }
    effects
}

/// The counting has failed with the explorer: it is not begun again and again.
pub(super) fn broken(app: &mut App) {
    if app.overview.asked.take().is_some() {
        app.overview.open = false;
    }
    app.overview.beside.reading = None;
}

/// An action on this screen.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Sort => {
            app.overview.sort = app.overview.sort.next();
            app.tell(format!("sorting: {}", app.overview.sort.words()));
        }
        Action::Beside => {
            app.prompt = Some(Prompt { purpose: PromptPurpose::Beside, input: Default::default(), job: None, from: None, back: 0 });
        }
        Action::ShowGroups => return go(app),
        Action::Enter if is_leaf(app) => return go(app),
        _ => {
            super::move_list(app, action);
        }
    }
    Vec::new()
}

fn is_leaf(app: &App) -> bool {
    let item = app.overview.list.outline.item();
    app.overview.tree.as_ref().zip(item).is_some_and(|(tree, item)| !tree.is_branch(item))
}

/// To the groups that the line under the cursor is about; a part opens or closes.
fn go(app: &mut App) -> Vec<Effect> {
    let Some((tree, item)) = app.overview.tree.clone().zip(app.overview.list.outline.item()) else { return Vec::new() };
    match tree.line(item) {
        None => {}
        Some(OverviewLine::Part(_)) => {
            app.overview.list.outline.toggle(tree.as_ref());
        }
        Some(OverviewLine::Stage(line)) => match &line.stage {
            Some(stage) => return filtered(app, stage),
            None => app.tell("rows that tell no stage cannot be chosen by it"),
        },
        Some(OverviewLine::Namespace(line)) => return show(app, GroupGoal::Namespace(line.name.clone())),
        Some(OverviewLine::Unknown(name)) => {
            let namespace = name.namespace.clone();
            return show(
                app,
                match &name.doctype {
                    None => GroupGoal::Namespace(Some(namespace)),
                    Some(doctype) => GroupGoal::Doctype(namespace, doctype.clone(), name.version.clone()),
                },
            );
        }
        Some(OverviewLine::New(group) | OverviewLine::Grown(group, _)) => return show(app, GroupGoal::Group(group.fingerprint)),
        Some(OverviewLine::Gone(gone)) => {
            let words = format!("no row of group {} is left to be shown", gone.fingerprint);
            app.tell(words);
        }
        Some(OverviewLine::Beside(BesideRow::Namespace(line))) if line.counts.groups[0] > 0 => {
            return show(app, GroupGoal::Namespace(line.name.clone()));
        }
        Some(OverviewLine::Beside(BesideRow::Doctype(line, of))) if line.counts.groups[0] > 0 && of.counts.groups[0] > 0 => {
            let (namespace, version) = (line.name.clone(), of.version.clone());
            return show(
                app,
                match (namespace, of.name.clone()) {
                    (Some(namespace), Some(doctype)) => GroupGoal::Doctype(namespace, doctype, version),
                    (namespace, _) => GroupGoal::Namespace(namespace),
                },
            );
        }
        Some(OverviewLine::Beside(BesideRow::Only(0, group))) => return show(app, GroupGoal::Group(group.fingerprint)),
        Some(OverviewLine::Beside(_)) => {
            let name = tree.both().map_or_else(String::new, |(_, other)| visible(&other.name).into_owned());
            let opens = app.keymap.words("; ", Action::OpenSource, " opens it in a tab");
            app.tell(format!("nothing of it was read here, but of {name}{opens}"));
        }
    }
    Vec::new()
}

/// Another source was named to stand beside; nothing takes away the one that does.
pub(super) fn beside(app: &mut App, named: &str) -> Vec<Effect> {
    let named = named.trim();
    if app.tables.alone {
        app.warn(NO_ROWS);
        return Vec::new();
    }
    let former = app.overview.beside.reading.take().map(|reading| Effect::Cancel(reading.job));
    if named.is_empty() {
        let was_there = app.overview.beside.read.take().is_some() || former.is_some();
        app.tell(if was_there { "the other source is taken away" } else { "no source was named, so none stands beside" });
        return former.into_iter().collect();
    }
    app.deploy.open = false;
    app.tables.open = false;
    app.overview.open = true;
    let job = app.next_job();
    app.overview.beside.reading = Some(ReadingBeside { job, named: named.to_owned(), progress: Progress::default() });
    former.into_iter().chain([Effect::ReadBeside { job, named: named.to_owned() }]).collect()
}

/// It was read, or cannot be: then what stood beside stays.
pub(super) fn beside_read(app: &mut App, job: JobId, outcome: Result<Arc<OtherSource>, String>) -> Vec<Effect> {
    let Some(reading) = app.overview.beside.reading.take_if(|reading| reading.job == job) else { return Vec::new() };
    match outcome {
        Ok(other) => {
            if let Some(told) = other.groups.unreadable.first.first() {
                let count = count(other.groups.unreadable.count);
                app.report(format!("{}: {count} unreadable, the first at {}: {}", other.name, told.origin, told.reason), true);
            }
            app.overview.beside.read = Some(other);
        }
        Err(reason) => app.report(format!("{} cannot stand beside: {reason}", visible(&reading.named)), true),
    }
    Vec::new()
}

/// Nobody waits for the other source any more.
pub(super) fn call_off(app: &mut App) -> Option<Effect> {
    let reading = app.overview.beside.reading.take()?;
    app.tell(format!("called off: {} was not read", visible(&reading.named)));
    Some(Effect::Cancel(reading.job))
}

/// Whether a line of the groups is the one that is meant.
fn is_it(groups: &GroupTree, item: usize, goal: &GroupGoal) -> bool {
    let is_at = |level: GroupLevel| groups.items.get(item).is_some_and(|item| item.level == level);
    let first = || groups.leaves(item).next().and_then(|leaf| groups.group(leaf)).map(|group| &group.key);
    match goal {
        GroupGoal::Namespace(name) => is_at(GroupLevel::Namespace) && first().is_some_and(|key| key.namespace == *name),
        GroupGoal::Doctype(namespace, doctype, version) => {
            is_at(GroupLevel::Doctype)
                && first().is_some_and(|key| {
                    key.namespace.as_ref() == Some(namespace)
                        && key.doctype.as_ref() == Some(doctype)
                        && (version.is_none() || key.version == *version)
                })
        }
        GroupGoal::Group(print) => groups.is_leaf(item) && groups.group(item).is_some_and(|group| group.fingerprint == *print),
    }
}

/// Shows the first line of the groups that is meant, open and with nothing hidden. Incidents have no lines of names: these come first then.
fn show(app: &mut App, goal: GroupGoal) -> Vec<Effect> {
    close_all(app);
    if app.groups.by == ListedBy::Incidents && !matches!(goal, GroupGoal::Group(_)) {
        app.groups.by = ListedBy::Names;
        app.overview.goal = Some(goal);
        return vec![groups::arrange(app)];
    }
    reveal(app, &goal);
    Vec::new()
}

/// The groups stand by their names: to the line that waits for it.
pub(super) fn go_on(app: &mut App) {
    if app.groups.tree.by == ListedBy::Names
        && let Some(goal) = app.overview.goal.take()
    {
        reveal(app, &goal);
    }
}

fn reveal(app: &mut App, goal: &GroupGoal) {
    let groups = app.groups.tree.clone();
    let Some(item) = (0..groups.len()).find(|&item| is_it(&groups, item, goal)) else {
        app.tell("the groups no longer have such a line");
        return;
    };
    let list = &mut app.groups.list;
    if list.filter.take().is_some() {
        list.outline.clear_filter(groups.as_ref(), None);
    }
    list.outline.reveal(groups.as_ref(), item);
    list.outline.set_open(groups.as_ref(), &[item], true);
}

/// Shows the groups that name a stage alone.
fn filtered(app: &mut App, stage: &str) -> Vec<Effect> {
    close_all(app);
    let (job, tree) = (app.next_job(), app.groups.tree.clone());
    let text = stage.to_owned();
    app.groups.list.filter = Some(ListFilter { text: text.clone(), job, found: None });
    let shows = app.keymap.words("; ", Action::Back, " shows everything again");
    app.tell(format!("groups that name {}{shows}", visible(stage)));
    vec![Effect::Match { job, subject: Subject::Groups(tree), text }]
}

fn close_all(app: &mut App) {
    app.overview.open = false;
    app.case = None;
    app.groups.touched = true;
}
