//! The screen of groups: new groups coming in, sorting, noise, opening a document.

use std::sync::Arc;

use super::super::action::Action;
use super::super::advice::advised;
use super::super::app::{App, Opening};
use super::super::group_tree::{GroupLevel, GroupTree};
use super::super::message::{Effect, JobId};
use super::super::row_place::{GroupPlace, RowPlace};
use super::super::subject::{Subject, TextComparison};
use crate::ground::outline::{Outline, Tree};
use crate::rows::group::Sort;

/// Most lines that the list opens by itself.
const OPEN_AT_START: usize = 40;

/// Groups that came in while reading, or all of them at the end.
pub(super) fn replace(app: &mut App, tree: Arc<GroupTree>, done: bool) -> Vec<Effect> {
    let sorted = tree.sort == app.groups.sort;
    show(app, tree);
    let mut effects = Vec::new();
    if !sorted {
        effects.push(arrange(app));
    }
    if done {
        app.reading = None;
        finished(app);
    }
    effects.extend(filter_again(app));
    effects
}

/// Says what the user must know of a finished reading.
fn finished(app: &mut App) {
    let groups = app.groups.tree.groups.clone();
    if groups.partial {
        app.incomplete = Some("stopped early".to_owned());
        app.tell(format!("stopped after {}", crate::ground::text::plural(groups.rows, "row", "rows")));
    } else if let Some(bad) = groups.unreadable.first.first() {
        let count = crate::ground::text::count(groups.unreadable.count);
        app.warn(format!("{count} unreadable, the first at {}: {}", bad.origin, bad.reason));
    } else if groups.rows == 0 {
        app.warn("no rows were found in this source");
    } else if !groups.notes.is_empty() {
        app.tell(groups.notes.iter().map(advised).collect::<Vec<_>>().join("; "));
    }
}

/// The groups in another order.
pub(super) fn arranged(app: &mut App, job: JobId, tree: Arc<GroupTree>) -> Vec<Effect> {
    if app.groups.arranging != Some(job) {
        return Vec::new();
    }
    app.groups.arranging = None;
    show(app, tree);
    filter_again(app).into_iter().collect()
}

/// Puts a tree in the place of the one shown.
fn show(app: &mut App, tree: Arc<GroupTree>) {
    let screen = &mut app.groups;
    if screen.touched && !screen.tree.is_empty() {
        screen.list.outline.refresh(screen.tree.as_ref(), tree.as_ref());
    } else {
        screen.list.outline = at_start(&tree);
    }
    if let Some(search) = &mut screen.list.search {
        (search.found, search.job) = (None, None);
    }
    screen.tree = tree;
}

/// Everything open where it fits, else the namespace with the most rows; the cursor on its largest group.
fn at_start(tree: &GroupTree) -> Outline {
    let is_key = |item: usize| tree.items[item].level == GroupLevel::Key;
    let open: usize = (0..tree.len()).filter(|&item| !inside_noise(tree, item) && !is_key(item)).count();
    let mut outline = Outline::with_levels(tree, if open <= OPEN_AT_START { 8 } else { 0 });
    if tree.is_empty() {
        return outline;
    }
    let noise: Vec<usize> = (0..tree.len()).filter(|&item| tree.items[item].level == GroupLevel::Noise).collect();
    outline.set_open(tree, &noise, false);
    let with_keys: Vec<usize> = (0..tree.len()).filter(|&item| tree.is_leaf(item) && tree.is_branch(item)).collect();
    outline.set_open(tree, &with_keys, false);
    let first = tree.leaves(0).next().filter(|&leaf| !inside_noise(tree, leaf));
    outline.reveal(tree, first.unwrap_or(0));
    outline
}

fn inside_noise(tree: &GroupTree, item: usize) -> bool {
    tree.parent(item).is_some_and(|parent| tree.items[parent].level == GroupLevel::Noise)
}

fn filter_again(app: &mut App) -> Option<Effect> {
    let text = app.groups.list.filter.clone()?;
    let job = app.next_job();
    app.groups.list.filter_job = Some(job);
    Some(Effect::Match { job, subject: Subject::Groups(app.groups.tree.clone()), text, comparison: TextComparison::Fuzzy })
}

fn arrange(app: &mut App) -> Effect {
    let job = app.next_job();
    app.groups.arranging = Some(job);
    Effect::Arrange { job, groups: app.groups.tree.groups.clone(), sort: app.groups.sort }
}

/// An action on this screen.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Open => return open(app),
        Action::Enter if document_under_cursor(app) => return open(app),
        Action::Sort => {
            let (sort, name) = next_sort(app.groups.sort);
            app.groups.sort = sort;
            app.tell(format!("sorting: {name}"));
            return vec![arrange(app)];
        }
        Action::ToggleNoise => toggle_noise(app),
        _ => {
            super::move_list(app, action);
        }
    }
    Vec::new()
}

fn next_sort(sort: Sort) -> (Sort, &'static str) {
    match sort {
        Sort::Count => (Sort::Newest, "last seen first"),
        Sort::Newest => (Sort::Name, "by name"),
        Sort::Name => (Sort::Growth, "strongest growth first"),
        Sort::Growth => (Sort::Count, "most rows first"),
    }
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
        Some(place) => vec![open_row(app, place)],
        None => {
            app.warn("this source cannot show single rows");
            Vec::new()
        }
    }
}

/// Asks for a row; a row asked for before is called off by its number.
pub(super) fn open_row(app: &mut App, place: RowPlace) -> Effect {
    let job = app.next_job();
    app.opening = Some(Opening { job, place: place.clone() });
    Effect::OpenCase { job, place }
}

/// Opens all noise, or closes it where some is open; the cursor stays.
fn toggle_noise(app: &mut App) {
    let tree = app.groups.tree.clone();
    let outline = &mut app.groups.list.outline;
    let noise: Vec<usize> = (0..tree.len()).filter(|&item| tree.items[item].level == GroupLevel::Noise).collect();
    if noise.is_empty() {
        app.tell("no noise in these rows");
        return;
    }
    let open = !noise.iter().any(|&item| outline.is_open(tree.as_ref(), item));
    outline.set_open(tree.as_ref(), &noise, open);
}
