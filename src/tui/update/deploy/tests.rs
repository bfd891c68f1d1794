use super::*;
use crate::rows::demo;
use crate::triage::compat::{CompareOptions, compare as compared};
use crate::triage::explain::explain;
use crate::triage::revisions;
use crate::tui::deploy_tree::{ComparedPair, DeployFound, ExplainedLog};
use crate::tui::keymap::Keymap;
use crate::tui::message::Message;
use crate::tui::theme::{Depth, Theme};
use crate::tui::update::update;

fn app(schemas: Option<&str>) -> App {
    let theme = Theme::named("mono", Depth::None, false).unwrap();
    App::new((100, 30), String::new(), schemas.map(str::to_owned), theme, Depth::None, Keymap::new(&[]).unwrap())
}

/// Two revisions, as one of several of a history, or as two that stand in none.
fn pair(place: Option<(usize, usize)>) -> Result<Arc<DeployTree>, String> {
    let mut pair = revisions::open(&Arc::new(demo::schemas().unwrap()), &PairChoice::Revision(0), None).unwrap();
    pair.place = place;
    let found = compared(&pair.old, &pair.new, &CompareOptions::default());
    Ok(Arc::new(DeployTree::new(DeployFound::Compared(Box::new(ComparedPair { pair, found, chain: None })))))
}

fn log() -> Result<Arc<DeployTree>, String> {
    let text = "Table p:acme_reader_live.events_v1. Field client_info.os is missing in new schema, invalid";
    let log = ExplainedLog { found: explain(text.as_bytes()), lines: vec![(1, text.to_owned())] };
    Ok(Arc::new(DeployTree::new(DeployFound::Explained(Box::new(log)))))
}

/// Which revision work was asked for.
fn asked(effects: &[Effect]) -> Option<usize> {
    effects.iter().find_map(|effect| match effect {
        Effect::CompareSchemas { choice: PairChoice::Revision(at), .. } => Some(*at),
        _ => None,
    })
}

fn arrives(app: &mut App, outcome: Result<Arc<DeployTree>, String>) {
    let job = app.deploy.asked.as_ref().unwrap().job;
    update(app, Message::Deploy { job, outcome });
}

fn notice(app: &App) -> &str {
    app.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn without_schemas_nothing_is_compared_and_that_is_said() {
    let mut app = app(None);
    switch(&mut app);
    for action in [Action::CompareWith, Action::OlderPair, Action::NewerPair] {
        app.notice = None;
        assert!(act(&mut app, action).is_empty() && app.deploy.asked.is_none() && app.prompt.is_none());
        assert!(notice(&app).contains("there are no schemas to compare"), "{}", notice(&app));
    }
    assert!(against(&mut app, "elsewhere").is_empty() && app.deploy.asked.is_none());
    // What was pasted is there again when the screen is.
    update(&mut app, Message::Paste("a log".to_owned()));
    arrives(&mut app, log());
    switch(&mut app);
    switch(&mut app);
    assert!(app.deploy.open && app.deploy.is_log() && app.deploy.failure.is_none());
}

#[test]
fn what_is_called_off_or_fails_is_not_taken_for_what_is_shown() {
    let mut app = app(Some("schemas"));
    assert_eq!(asked(&switch(&mut app)), Some(0));
    arrives(&mut app, pair(Some((0, 4))));
    assert_eq!(asked(&act(&mut app, Action::OlderPair)), Some(1));
    assert_eq!(asked(&act(&mut app, Action::OlderPair)), Some(2), "keys do not wait");
    back(&mut app);
    assert_eq!(asked(&act(&mut app, Action::OlderPair)), Some(1), "none is skipped");
    update(&mut app, Message::Broken("it broke".to_owned()));
    assert_eq!(asked(&act(&mut app, Action::OlderPair)), Some(1));
    back(&mut app);
    // Over what stands in no history, a failure leaves the way to the newest.
    against(&mut app, "elsewhere");
    arrives(&mut app, pair(None));
    against(&mut app, "nowhere");
    arrives(&mut app, Err("there is nothing".to_owned()));
    assert_eq!((notice(&app), app.deploy.failure.is_none()), ("there is nothing", true));
    assert_eq!(asked(&act(&mut app, Action::OlderPair)), Some(0));
}

#[test]
fn a_log_takes_no_comparison_away() {
    // Pasted while the first comparison runs.
    let mut early = app(Some("schemas"));
    switch(&mut early);
    update(&mut early, Message::Paste("a log".to_owned()));
    arrives(&mut early, log());
    assert!(early.deploy.is_log());
    assert_eq!(asked(&back(&mut early)), Some(0), "Esc shows the revisions");
    arrives(&mut early, pair(Some((0, 4))));
    assert!(early.deploy.open && !early.deploy.is_log());
    // Over a comparison: keys go on from the one below.
    update(&mut early, Message::Paste("a log".to_owned()));
    arrives(&mut early, log());
    assert_eq!(asked(&act(&mut early, Action::OlderPair)), Some(1), "{}", notice(&early));
    back(&mut early);
    assert!(matches!(act(&mut early, Action::OlderStop)[..], [Effect::CompareSchemas { .. }]), "{}", notice(&early));
}
