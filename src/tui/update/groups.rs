//! The screen of groups: new groups coming in, sorting, noise, opening a document.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::action::Action;
use super::super::advice::{GIVE_SCHEMAS, advised};
use super::super::app::{App, Opening, Search};
use super::super::effect::Effect;
use super::super::group_tree::{GroupLevel, GroupTree, ListedBy};
use super::super::kept::KeptView;
use super::super::message::JobId;
use super::super::row_place::{GroupPlace, RowPlace};
use super::super::subject::Subject;
use crate::ground::outline::{Outline, Tree};
use crate::ground::text::{count, plural, visible};
use crate::rows::group::{Group, Groups, Status};
use crate::rows::source::Progress;
use crate::triage::facts;
use crate::triage::facts::incident::TOLD_BY_SCHEMAS;

/// Most lines that the list opens by itself.
const OPEN_AT_START: usize = 40;

/// Lines from which on it takes time to let go of a tree.
const MANY: usize = 1000;

/// Groups that came in while reading, or all of them at the end.
pub(super) fn replace(app: &mut App, tree: Arc<GroupTree>, done: bool) -> Vec<Effect> {
    // Incidents are made of all groups, once these are known.
    let is_as_asked = tree.by == app.groups.by || (app.groups.by == ListedBy::Incidents && app.reading.is_some() && !done);
    let sorted = tree.sort == app.groups.sort && is_as_asked;
    let mut effects = Vec::from_iter(show(app, tree));
    if !sorted {
        effects.push(arrange(app));
    }
    if done {
        app.reading = None;
        finished(app);
    }
    effects.extend(find_again(app));
    effects
}

/// Says what the user must know of a finished reading.
fn finished(app: &mut App) {
    let groups = app.groups.tree.groups.clone();
    record(app, &groups);
    if groups.partial {
        app.incomplete = Some("stopped early".to_owned());
        app.tell(format!("stopped after {}", plural(groups.rows, "row", "rows")));
    } else if let Some(bad) = groups.unreadable.first.first() {
        let count = count(groups.unreadable.count);
        app.warn(format!("{count} unreadable, the first at {}: {}", bad.origin, bad.reason));
    } else if groups.rows == 0 && groups.outside > 0 {
        let rows = plural(groups.outside, "row", "rows");
        app.warn(format!("{rows} read, and none is as asked for"));
    } else if let Some(told) = groups.unreadable.notes().into_iter().next() {
        app.warn(told);
    } else if groups.rows == 0 {
        app.warn("no rows were found in this source");
    } else {
        let notes: Vec<String> = groups.notes.iter().map(advised).chain(facts::rate::notes(&groups)).collect();
        if !notes.is_empty() {
            app.tell(notes.join("; "));
        }
    }
}

/// All of it, for the log.
fn record(app: &mut App, groups: &Groups) {
    let (rows, list) = (plural(groups.rows, "row", "rows"), plural(groups.list.len() as u64, "group", "groups"));
    let source = visible(&app.source).into_owned();
    app.log.add(&format!("{source}: {rows} read, {list}"), false);
    if groups.partial {
        app.log.add("reading was stopped before its end", true);
    }
    if groups.outside > 0 {
        app.log.add(&format!("{} left out by what was asked for", plural(groups.outside, "row", "rows")), false);
    }
    // Why a row cannot be read quotes it; where it is does not.
    if let Some(bad) = groups.unreadable.first.first() {
        app.log.add(&format!("{} skipped as unreadable, the first at {}", count(groups.unreadable.count), bad.origin), true);
    }
    for told in groups.unreadable.notes() {
        app.log.add(&told, true);
    }
    for note in groups.notes.iter().map(advised).chain(facts::rate::notes(groups)) {
        app.log.add(&note, false);
    }
}

/// The groups in another order.
pub(super) fn arranged(app: &mut App, job: JobId, tree: Arc<GroupTree>, note: Option<String>) -> Vec<Effect> {
    if app.groups.arranging != Some(job) {
        return Vec::new();
    }
    app.groups.arranging = None;
    app.groups.by = tree.by;
    match note {
        Some(note) => app.warn(note),
        None if tree.by == ListedBy::Incidents && app.groups.tree.by != tree.by => {
            let count = tree.incidents().count();
            let incidents = plural(count as u64, "incident", "incidents");
            let leads_back = app.keymap.words("; ", Action::ByIncident, " leads back to the namespaces");
            app.tell(match count {
                0 => format!("no two of these groups have one cause{leads_back}"),
                _ => format!("{incidents} of several groups{leads_back}"),
            });
        }
        None => {}
    }
    let mut effects = Vec::from_iter(show(app, tree));
    effects.extend(find_again(app));
    effects
}

/// The same groups with what is noted of them now; the cursor stays where it can be seen.
pub(super) fn remarked(app: &mut App, tree: Arc<GroupTree>) -> Vec<Effect> {
    if tree.by != app.groups.by {
        // They stand by incidents: those come next, and nothing else is shown meanwhile.
        let job = app.next_job();
        app.groups.arranging = Some(job);
        return vec![Effect::Arrange { job, groups: tree.groups.clone(), sort: app.groups.sort, by: app.groups.by }];
    }
    let is_sorted = tree.sort == app.groups.sort;
    let here = app.groups.list.outline.item().map(|item| (item, app.groups.tree.id(item)));
    let is_there = |tree: &GroupTree, id: u64| (0..tree.len()).find(|&item| tree.id(item) == id);
    let moved = here.and_then(|(_, id)| is_there(&tree, id)).filter(|&item| inside_noise(&tree, item));
    // What is muted goes out of the way: the cursor stays at the next line then.
    let was_inside = here.is_some_and(|(item, _)| inside_noise(&app.groups.tree, item));
    let next = here.filter(|_| moved.is_some() && !was_inside).and_then(|(item, _)| {
        let before = &app.groups.tree;
        let behind = (before.end(item)..before.len()).chain((0..item).rev());
        behind.filter(|&other| before.is_leaf(other) && !inside_noise(before, other)).map(|other| before.id(other)).next()
    });
    // What it stands below stays as it was: closed, where it is new.
    let below = moved.and_then(|item| tree.parent(item)).filter(|_| next.is_some());
    let was_open = |id: u64| {
        let before = &app.groups.tree;
        is_there(before, id).is_some_and(|item| app.groups.list.outline.is_open(before.as_ref(), item))
    };
    let closes = below.filter(|&item| !was_open(tree.id(item)));
    let mut effects = Vec::from_iter(show(app, tree));
    if let Some(item) = next.and_then(|id| is_there(&app.groups.tree, id)) {
        let tree = app.groups.tree.clone();
        let outline = &mut app.groups.list.outline;
        outline.reveal(tree.as_ref(), item);
        outline.set_open(tree.as_ref(), &Vec::from_iter(closes), false);
    }
    if !is_sorted {
        effects.push(arrange(app));
    }
    effects.extend(find_again(app));
    effects
}

/// Puts a tree in the place of the one shown, which a worker lets go of where it is large.
fn show(app: &mut App, tree: Arc<GroupTree>) -> Option<Effect> {
    let screen = &mut app.groups;
    if screen.touched && !screen.tree.is_empty() {
        screen.list.outline.refresh(screen.tree.as_ref(), tree.as_ref());
    } else {
        let last = app.last_time.as_ref().and_then(|last| as_left(&tree, &last.view));
        screen.list.outline = last.unwrap_or_else(|| at_start(&tree));
    }
    if let Some(Search { job: None, found: Some(found), .. }) = &mut screen.list.search {
        // What was not found by its text is where its groups are now.
        let ids: HashSet<u64> = found.items.iter().map(|&item| screen.tree.id(item as usize)).collect();
        found.items = (0..tree.len()).filter(|&item| ids.contains(&tree.id(item))).map(|item| item as u32).collect();
    }
    let before = std::mem::replace(&mut screen.tree, tree);
    if let Some(following) = &mut app.following {
        following.mark(&app.groups.tree);
    }
    (before.items.len() > MANY).then_some(Effect::LetGo(before))
}

/// The list of groups as it was left; `None` where it was not kept and nothing is to be shown first.
fn as_left(tree: &GroupTree, view: &KeptView) -> Option<Outline> {
    let place = place_of(tree, view);
    if tree.is_empty() || (view.open.is_none() && place.is_none()) {
        return None;
    }
    let mut outline = Outline::with_open(tree, view.open.iter().flatten().copied());
    if let Some(item) = place.or_else(|| (0..tree.len()).find(|&item| tree.is_leaf(item))) {
        outline.reveal(tree, item);
    }
    Some(outline)
}

/// The line of the group that was under the cursor.
pub(super) fn place_of(tree: &GroupTree, view: &KeptView) -> Option<usize> {
    let print = view.group.as_ref()?.parse().ok()?;
    (0..tree.len()).find(|&item| tree.is_leaf(item) && tree.group(item).is_some_and(|group| group.fingerprint == print))
}

/// Everything open where it fits, else the namespace with the most rows; the cursor on its largest group.
fn at_start(tree: &GroupTree) -> Outline {
    let is_key = |item: usize| tree.items[item].level == GroupLevel::Key;
    let open: usize = (0..tree.len()).filter(|&item| !inside_noise(tree, item) && !is_key(item)).count();
    let mut outline = Outline::with_levels(tree, if open <= OPEN_AT_START { 8 } else { 0 });
    if tree.is_empty() {
        return outline;
    }
    let noise: Vec<usize> = (0..tree.len()).filter(|&item| tree.items[item].level == GroupLevel::Aside).collect();
    outline.set_open(tree, &noise, false);
    let with_keys: Vec<usize> = (0..tree.len()).filter(|&item| tree.is_leaf(item) && tree.is_branch(item)).collect();
    outline.set_open(tree, &with_keys, false);
    let first = tree.leaves(0).next().filter(|&leaf| !inside_noise(tree, leaf));
    outline.reveal(tree, first.unwrap_or(0));
    outline
}

fn inside_noise(tree: &GroupTree, item: usize) -> bool {
    tree.parent(item).is_some_and(|parent| tree.items[parent].level == GroupLevel::Aside)
}

/// Looks for what the filter and the search stand for among other groups.
fn find_again(app: &mut App) -> Vec<Effect> {
    let (for_filter, for_search) = (app.next_job(), app.next_job());
    let subject = Subject::Groups(app.groups.tree.clone());
    let list = &mut app.groups.list;
    let mut effects = Vec::new();
    if let Some(filter) = &mut list.filter {
        filter.job = for_filter;
        effects.push(Effect::Match { job: for_filter, subject: subject.clone(), text: filter.text.clone() });
    }
    if let Some(search) = list.search.as_mut().filter(|search| search.job.is_some()) {
        search.job = Some(for_search);
        // Where nothing was found so far, what came in is what is looked for.
        search.jumps |= search.found.as_ref().is_some_and(|found| found.items.is_empty());
        search.found = None;
        effects.push(Effect::Match { job: for_search, subject, text: search.text.clone() });
    }
    effects
}

pub(super) fn arrange(app: &mut App) -> Effect {
    let job = app.next_job();
    app.groups.arranging = Some(job);
    Effect::Arrange { job, groups: app.groups.tree.groups.clone(), sort: app.groups.sort, by: app.groups.by }
}

/// An action on this screen.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Open => return open(app),
        Action::Enter if document_under_cursor(app) => return open(app),
        Action::Sort => {
            app.groups.sort = app.groups.sort.next();
            app.tell(format!("sorting: {}", app.groups.sort.words()));
            return vec![arrange(app)];
        }
        Action::ByIncident if app.schemas.is_none() => app.warn(format!("{TOLD_BY_SCHEMAS}: {GIVE_SCHEMAS}")),
        Action::ByIncident => {
            app.groups.by = if app.groups.by == ListedBy::Names { ListedBy::Incidents } else { ListedBy::Names };
            app.groups.touched = true;
            return vec![arrange(app)];
        }
        Action::ToggleNoise => toggle_noise(app),
        Action::CountCauses => return super::causes::count(app),
        Action::ShowSuspect => return super::history::suspect(app),
        Action::ShowSenders => return super::senders::ask(app),
        Action::NextDeployed => to_deployed(app, true),
        Action::PreviousDeployed => to_deployed(app, false),
        _ => {
            super::move_list(app, action);
        }
    }
    Vec::new()
}

/// Whether there is nothing more to open than a document.
fn document_under_cursor(app: &App) -> bool {
    let tree = &app.groups.tree;
    let outline = &app.groups.list.outline;
    outline.item().is_some_and(|item| tree.group_at(item).is_some() && (!tree.is_branch(item) || outline.is_open(tree.as_ref(), item)))
}

/// Opens a document of the group under the cursor, on a branch of its largest group.
fn open(app: &mut App) -> Vec<Effect> {
    let tree = app.groups.tree.clone();
    let Some(item) = app.groups.list.outline.item() else { return Vec::new() };
    let Some(of) = GroupPlace::of_item(&tree, item) else {
        app.groups.list.outline.enter(tree.as_ref());
        return Vec::new();
    };
    match app.more.place(of, 0) {
        Some(place) => open_row(app, place),
        None => {
            app.warn("this source cannot show single rows");
            Vec::new()
        }
    }
}

/// Opens a row. Pressed again while it is on its way, a key asks for nothing more: that would cost again.
pub(super) fn open_row(app: &mut App, place: RowPlace) -> Vec<Effect> {
    if app.opening.as_ref().is_some_and(|opening| opening.place.at == place.at && opening.place.order == place.order) {
        return Vec::new();
    }
    let job = app.next_job();
    app.opening = Some(Opening { job, place: place.clone(), progress: Progress::default() });
    vec![Effect::OpenCase { job, place }]
}

/// To the next or previous group that a deploy began or ended, round the end; what it is folded into opens.
fn to_deployed(app: &mut App, forward: bool) {
    let tree = app.groups.tree.clone();
    let outline = &mut app.groups.list.outline;
    let following = app.following.as_ref();
    let is_marked = |item: &usize| {
        let group = tree.group(*item).filter(|_| tree.is_leaf(*item));
        let is_mark = |group: &Group| {
            group.standing.status.is_some_and(Status::is_mark) || following.is_some_and(|following| following.began(group.fingerprint))
        };
        group.is_some_and(is_mark) && outline.is_kept(*item)
    };
    let here = outline.item().unwrap_or(0);
    let found = match forward {
        true => (here + 1..tree.len()).chain(0..here.min(tree.len())).find(is_marked),
        false => (0..here).rev().chain((here + 1..tree.len()).rev()).find(is_marked),
    };
    match found {
        Some(item) => outline.reveal(tree.as_ref(), item),
        None if tree.groups.deploys.is_empty() => app.tell("these rows tell of no deploy"),
        None if outline.item().as_ref().is_some_and(is_marked) => app.tell("no other group here began or ended with a deploy"),
        None => app.tell("no group here began or ended with a deploy"),
    }
}

/// Opens all noise, or closes it where some is open; the cursor stays.
fn toggle_noise(app: &mut App) {
    let tree = app.groups.tree.clone();
    let outline = &mut app.groups.list.outline;
    let noise: Vec<usize> = (0..tree.len()).filter(|&item| tree.items[item].level == GroupLevel::Aside).collect();
    if noise.is_empty() {
        app.tell("nothing in these rows is noise, by-catch or muted");
        return;
    }
    let open = !noise.iter().any(|&item| outline.is_open(tree.as_ref(), item));
    outline.set_open(tree.as_ref(), &noise, open);
}
