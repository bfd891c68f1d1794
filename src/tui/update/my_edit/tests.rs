use super::*;
use crate::rows::demo;
use crate::rows::source::{Request, Unwatched};
use crate::tui::editor::tests::copy;
use crate::tui::group_tree::GroupTree;
use crate::tui::keymap::{Keymap, parse_keys};
use crate::tui::message::Message;
use crate::tui::theme::{Depth, Theme};
use crate::tui::update::update;

/// An explorer over the demo, with the cursor on the group of a copy, and another group.
fn explorer() -> (App, Arc<EditCopy>, GroupPlace) {
    let theme = Theme::named("mono", Depth::None, false).unwrap();
    let mut app = App::new((100, 30), String::new(), Some("demo".to_owned()), theme, Depth::None, Keymap::new(&[]).unwrap());
    let groups = demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap();
    update(&mut app, Message::Groups { tree: Arc::new(GroupTree::new(Arc::new(groups), Default::default())), done: true });
    let (at, copy) = copy();
    let tree = app.groups.tree.clone();
    let item_of = |at: usize| (0..tree.items.len()).find(|&item| tree.is_leaf(item) && tree.items[item].group == Some(at as u32)).unwrap();
    app.groups.list.outline.reveal(tree.as_ref(), item_of(at));
    let other = GroupPlace::of_item(&tree, item_of(usize::from(at == 0))).unwrap();
    (app, copy, other)
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    parse_keys(keys).unwrap().into_iter().flat_map(|key| update(app, Message::Key(key.to_event()))).collect()
}

/// The copy that an editor or a judge is to have, and for which work.
fn goes_to(effects: &[Effect]) -> Option<(&'static str, JobId, Arc<EditCopy>)> {
    effects.iter().find_map(|effect| match effect {
        Effect::OpenEditor { job, copy } => Some(("editor", *job, copy.clone())),
        Effect::JudgeEdit { job, copy } => Some(("judge", *job, copy.clone())),
        _ => None,
    })
}

fn notice(app: &App) -> &str {
    app.notice.as_ref().map_or("", |notice| &notice.text)
}

/// Up to an editor in a window.
fn windowed(app: &mut App, copy: &Arc<EditCopy>) -> JobId {
    press(app, "E");
    let job = app.my_edits.last().unwrap().job;
    let effects = update(app, Message::SchemaCopied { job, outcome: Ok(copy.clone()) });
    assert!(matches!(goes_to(&effects), Some(("editor", of, _)) if of == job));
    update(app, Message::EditorStays { job });
    job
}

fn judged_well(app: &mut App, job: JobId) {
    update(app, Message::EditJudged { job, outcome: Ok(Arc::default()) });
}

#[test]
fn what_is_called_off_neither_opens_the_editor_nor_shows_its_text() {
    let (mut app, copy, _) = explorer();
    press(&mut app, "E");
    let job = app.my_edits.last().unwrap().job;
    press(&mut app, "<esc>");
    assert_eq!(notice(&app), "called off: copying the schema that refuses the rows");
    assert!(update(&mut app, Message::SchemaCopied { job, outcome: Ok(copy.clone()) }).is_empty());
    let editor = windowed(&mut app, &copy);
    let (_, first, _) = goes_to(&update(&mut app, Message::EditSaved { job: editor })).unwrap();
    update(&mut app, Message::EditSaved { job: editor });
    press(&mut app, "<esc>");
    assert_eq!(notice(&app), "the edit was not judged any further");
    // The answer was on its way already; the next save is another work.
    let (_, second, _) = goes_to(&update(&mut app, Message::EditSaved { job: editor })).unwrap();
    judged_well(&mut app, first);
    assert!(app.overlay.is_none());
    judged_well(&mut app, second);
    assert!(is_shown(&app));
}

#[test]
fn work_that_breaks_leaves_later_saves_to_be_judged() {
    let (mut app, copy, _) = explorer();
    let editor = windowed(&mut app, &copy);
    assert!(goes_to(&update(&mut app, Message::EditSaved { job: editor })).is_some());
    update(&mut app, Message::Broken("it broke".to_owned()));
    assert!(matches!(goes_to(&update(&mut app, Message::EditSaved { job: editor })), Some(("judge", ..))));
}

#[test]
fn a_copy_stays_while_another_group_is_edited() {
    let (mut app, first, other) = explorer();
    let editor = windowed(&mut app, &first);
    let mine = app.my_edits[0].of.clone();
    edit(&mut app, other);
    let job = app.my_edits.last().unwrap().job;
    update(&mut app, Message::SchemaCopied { job, outcome: Ok(copy().1) });
    update(&mut app, Message::EditorStays { job });
    assert!(first.path.exists());
    // A save in the former window is judged, and its text has the keys that it names.
    let (_, job, of) = goes_to(&update(&mut app, Message::EditSaved { job: editor })).unwrap();
    assert!(Arc::ptr_eq(&of, &first));
    judged_well(&mut app, job);
    let (what, _, again) = goes_to(&press(&mut app, "E")).unwrap();
    assert!(what == "editor" && Arc::ptr_eq(&again, &first) && app.overlay.is_none());
    let fingerprint = |place: &GroupPlace| place.group().fingerprint;
    assert_eq!(fingerprint(&app.my_edits.last().unwrap().of), fingerprint(&mine));
}

#[test]
fn the_text_is_left_by_the_keys_that_it_names() {
    let (mut app, copy, _) = explorer();
    let editor = windowed(&mut app, &copy);
    let (_, job, _) = goes_to(&update(&mut app, Message::EditSaved { job: editor })).unwrap();
    judged_well(&mut app, job);
    press(&mut app, "e");
    assert!(matches!(app.overlay, Some(Overlay::Export { .. })), "the menu, where the same key keeps the edit");
    let effects = press(&mut app, "e");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Export { export, .. } if export.own_edit.is_some())));
}
