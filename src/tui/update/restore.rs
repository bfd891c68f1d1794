//! A source as it was left: the group under the cursor, what was open, the filter, the order, the screen.
//!
//! Owns: when each of these comes back; a key that is pressed before goes before it.
//! Refuses: where it is kept (keeper).

use std::sync::Arc;

use super::super::app::{App, LastTime, ListFilter};
use super::super::effect::Effect;
use super::super::group_tree::ListedBy;
use super::super::kept::{KeptLine, KeptScreen, KeptView};
use super::super::row_place::GroupPlace;
use super::super::subject::Subject;
use super::{deploy, groups, tables};
use crate::ground::outline::Tree;
use crate::ground::text::visible;
use crate::triage::baseline::Visit;

/// What was kept of the last time was read.
pub(super) fn told(
    app: &mut App,
    typed: Vec<KeptLine>,
    view: Option<Box<KeptView>>,
    (visit, complaint): (Option<Arc<Visit>>, Option<String>),
) -> Vec<Effect> {
    app.overview.visit = visit;
    // What was counted meanwhile knows of no visit.
    app.overview.tree = None;
    app.overview.asked = None;
    let mut earlier: Vec<_> = typed.into_iter().map(|line| (line.purpose, line.text)).filter(|line| !app.typed.contains(line)).collect();
    earlier.append(&mut app.typed);
    app.typed = earlier;
    if let Some(complaint) = complaint {
        app.report(complaint, true);
    }
    let Some(view) = view.filter(|_| !app.groups.touched && app.last_time.is_none() && !app.tables.alone) else { return Vec::new() };
    app.groups.sort = view.order();
    if view.by_incident && app.schemas.is_some() {
        app.groups.by = ListedBy::Incidents;
    }
    app.last_time = Some(LastTime { view: *view, is_begun: false, is_asked: false });
    if app.groups.tree.is_empty() {
        return Vec::new();
    }
    // The groups were faster: they are shown once more.
    let tree = app.groups.tree.clone();
    groups::replace(app, tree, false)
}

/// Once everything is read: the filter and the screen.
pub(super) fn go_on(app: &mut App) -> Vec<Effect> {
    let waits = app.last_time.as_ref().is_some_and(|last| !last.is_begun);
    if !waits || app.reading.is_some() || app.groups.touched || app.groups.tree.is_empty() {
        return Vec::new();
    }
    let job = app.next_job();
    let tree = app.groups.tree.clone();
    let Some(last) = app.last_time.as_mut().filter(|last| !last.is_begun) else { return Vec::new() };
    last.is_begun = true;
    let (view, is_asked) = (last.view.clone(), last.is_asked);
    let at = groups::place_of(&tree, &view);
    let mut effects = Vec::new();
    if let Some(text) = view.filter.filter(|text| !text.trim().is_empty()) {
        app.groups.list.filter = Some(ListFilter { text: text.clone(), job, found: None });
        effects.push(Effect::Match { job, subject: Subject::Groups(tree.clone()), text });
    }
    match (view.screen, at) {
        (_, None) if is_asked => {
            let group = visible(view.group.as_deref().unwrap_or_default()).into_owned();
            app.report(format!("there is no group {group} in these rows"), true);
            return effects;
        }
        // What was asked for with the source goes before what was left.
        _ if app.overview.open => {}
        // What costs is not asked for again without a word.
        (KeptScreen::Document, Some(item)) if !app.is_remote || is_asked => {
            let Some(of) = GroupPlace::of_item(&tree, item) else { return effects };
            match app.more.place(of.clone(), view.document).or_else(|| app.more.place(of, 0)) {
                Some(place) => effects.extend(groups::open_row(app, place)),
                None => app.warn("this source cannot show single rows"),
            }
        }
        (KeptScreen::Tables, _) if app.schemas.is_some() => effects.extend(tables::switch(app)),
        (KeptScreen::Deploy, _) if app.schemas.is_some() => effects.extend(deploy::switch(app)),
        _ => {}
    }
    if !is_asked && app.notice.is_none() {
        app.tell("as it was left last time; --fresh begins anew");
    }
    effects
}
