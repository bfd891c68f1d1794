//! Groups that a note matches by their names, place and time, as SQL's LIKE does on the columns that the team's dashboards count.
//!
//! Owns: which texts a group's place is spelled as there, whether a pattern matches one for certain, finding the patterns of a group among many.
//! Refuses: LIKE itself (like).

use rustc_hash::FxHashMap;

use super::like::{Known, Like};
use crate::ground::time::{self, DAY, Micros};
use crate::pipeline::fault::Fault;
use crate::pipeline::names::snake_case;
use crate::rows::group::Group;

/// Most keys of a group that are tried one by one.
const MOST_KEYS: usize = 100;

/// A key or an index that no pattern can mean, longer than any number of signs that a pattern asks for one by one.
const NONE_KNOWN: &str = "\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}";

/// Names, place and days of groups. What is `None` is any.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NotePattern {
    /// A LIKE pattern on the namespace.
    pub namespace: Option<String>,
    /// On the doctype.
    pub doctype: Option<String>,
    /// On the path, as dashboards spell it: `#/events/1/timestamp`.
    pub path: Option<String>,
    /// The first day, as its beginning.
    pub start: Option<Micros>,
    /// The last day, as its beginning.
    pub end: Option<Micros>,
}

/// How a pattern fits a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PatternFit {
    /// It matches rows of the group that are known.
    Matches,
    /// It may match rows whose keys or indices are not known one by one.
    MayMatch,
}

/// Patterns by the names that they are about.
#[derive(Debug, Default)]
pub struct PatternIndex {
    named: FxHashMap<String, OfNamespace>,
    /// Those of which the namespace has wildcards.
    others: Vec<PatternTest>,
}

#[derive(Debug, Default)]
struct OfNamespace {
    named: FxHashMap<String, Vec<PatternTest>>,
    others: Vec<PatternTest>,
}

#[derive(Debug)]
struct PatternTest {
    /// The note's position.
    at: u32,
    namespace: Option<Like>,
    doctype: Option<Like>,
    path: Option<Like>,
    /// First and last moment.
    days: (Micros, Micros),
}

/// A group as patterns see it.
pub struct PatternView<'g> {
    namespace: [Option<String>; 2],
    doctype: [Option<String>; 2],
    span: Option<(Micros, Micros)>,
    /// What all its places begin with, behind the `#`.
    start: &'g str,
    /// Whole texts.
    whole: Vec<String>,
    /// Texts with pieces that are not known.
    open: Vec<Vec<Piece>>,
}

/// As [`Known`], on its own.
enum Piece {
    Text(String),
    Index,
    Key,
}

impl NotePattern {
    /// What is wrong with it as a whole.
    pub(super) fn wrong(&self) -> Option<&'static str> {
        if self.namespace.is_none() && self.doctype.is_none() && self.path.is_none() {
            return Some("it names neither a namespace nor a doctype nor a path, and would match all groups");
        }
        let ends_first = self.start.zip(self.end).is_some_and(|(start, end)| end < start);
        ends_first.then_some("it ends before it starts")
    }

    /// A member by its name, as it is written.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let day = |day: Option<Micros>| day.map(time::day);
        match name {
            "namespace" => self.namespace.clone(),
            "doctype" => self.doctype.clone(),
            "path" => self.path.clone(),
            "start" => day(self.start),
            "end" => day(self.end),
            _ => None,
        }
    }

    /// In words: `regrets-reporter-ucs main-events #/events/% 2021-11-17 to 2022-01-09`.
    pub fn words(&self) -> String {
        let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "%".to_owned());
        let days = match (self.start, self.end) {
            (None, None) => String::new(),
            (Some(start), None) => format!(" since {}", time::day(start)),
            (None, Some(end)) => format!(" until {}", time::day(end)),
            (Some(start), Some(end)) => format!(" {} to {}", time::day(start), time::day(end)),
        };
        format!("{} {} {}{days}", part(&self.namespace), part(&self.doctype), part(&self.path))
    }

    /// A pattern of exactly this group: its names, its place with any index and any key. The dates are those of its rows.
    pub fn of(group: &Group) -> Self {
        let name = |name: &Option<std::sync::Arc<str>>| name.as_deref().map(Like::exactly);
        let path = group.key.path.as_deref().map(|path| {
            let tokens = path.split('/').map(|token| match token {
                "[]" | "{key}" => "%".to_owned(),
                token => Like::exactly(token),
            });
            format!("#{}", tokens.collect::<Vec<_>>().join("/"))
        });
        let path = path.or_else(|| second_piece(&group.sample).map(Like::exactly));
        let day = |time: Micros| time.div_euclid(DAY) * DAY;
        let (start, end) = group.span.map_or((None, None), |(first, last)| (Some(day(first)), Some(day(last))));
        NotePattern { namespace: name(&group.key.namespace), doctype: name(&group.key.doctype), path, start, end }
    }

    /// Whether it fits a group; `None` where not.
    #[cfg(test)]
    fn fit(&self, view: &PatternView<'_>) -> Option<PatternFit> {
        PatternTest::new(self, 0)?.fit(view)
    }
}

/// What stands between the first and the second `: ` of a message, which dashboards take for its path.
fn second_piece(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(": ")?;
    let piece = rest.split_once(": ").map_or(rest, |(piece, _)| piece).trim();
    (!piece.is_empty()).then_some(piece)
}

impl<'g> PatternView<'g> {
    /// A group as patterns see it.
    pub fn of(group: &'g Group) -> Self {
        let names = |name: &Option<std::sync::Arc<str>>| {
            let snake = name.as_deref().map(snake_case).filter(|snake| Some(snake.as_ref()) != name.as_deref());
            [name.as_deref().map(str::to_owned), snake]
        };
        let path = group.key.path.as_deref();
        let mut view = PatternView {
            namespace: names(&group.key.namespace),
            doctype: names(&group.key.doctype),
            span: group.span,
            start: path.map_or("", |path| &path[..path.find("/[]").unwrap_or(path.len()).min(path.find("/{key}").unwrap_or(path.len()))]),
            whole: Vec::new(),
            open: Vec::new(),
        };
        let Some(path) = path else {
            view.whole.extend(second_piece(&group.sample).map(str::to_owned));
            return view;
        };
        let key = group.key.fault.strip_prefix("required ").map(str::to_owned);
        let is_extraneous = group.keyword == Some("additionalProperties");
        let fault = Fault::parse(&group.sample, group.key.class.as_deref());
        if let Some(pointer) = fault.pointer {
            view.add(&[Piece::Text(pointer.to_owned())], key.as_deref(), is_extraneous);
        }
        match group.keys() {
            None => view.add(&pieces(path), key.as_deref(), is_extraneous),
            Some(facet) => {
                for (keys, _) in facet.values.iter().take(MOST_KEYS) {
                    if let Some(path) = group.path_with(keys) {
                        view.add(&pieces(&path), key.as_deref(), is_extraneous);
                    }
                }
                if facet.others > 0 || facet.values.len() > MOST_KEYS || group.sampled().is_some() {
                    view.add(&pieces(path), key.as_deref(), is_extraneous);
                }
            }
        }
        view
    }

    /// A place as it is spelled with and without the sign of the root, with and without the key that is missing or too many.
    fn add(&mut self, place: &[Piece], key: Option<&str>, is_extraneous: bool) {
        let ends: Vec<Vec<Piece>> = match (key, is_extraneous) {
            (Some(key), _) => ["/[", "[", " ["].map(|open| vec![Piece::Text(format!("{open}{key}]"))]).into(),
            (None, true) => {
                ["/[", "[", " ["].map(|open| vec![Piece::Text(open.to_owned()), Piece::Key, Piece::Text("]".to_owned())]).into()
            }
            (None, false) => Vec::new(),
        };
        for end in std::iter::once(Vec::new()).chain(ends) {
            for sign in ["#", ""] {
                let mut all = vec![Piece::Text(sign.to_owned())];
                for piece in place.iter().chain(&end) {
                    match (all.last_mut(), piece) {
                        (Some(Piece::Text(before)), Piece::Text(text)) => {
                            before.push_str(text.strip_prefix('#').filter(|_| before.len() < 2).unwrap_or(text))
                        }
                        (_, Piece::Text(text)) => all.push(Piece::Text(text.clone())),
                        (_, Piece::Index) => all.push(Piece::Index),
                        (_, Piece::Key) => all.push(Piece::Key),
                    }
                }
                match all.as_mut_slice() {
                    [Piece::Text(text)] => self.whole.push(std::mem::take(text)),
                    _ => self.open.push(all),
                }
            }
        }
    }
}

/// A place with what is not known of it.
fn pieces(path: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    for (at, token) in path.split('/').enumerate() {
        if at > 0 {
            text.push('/');
        }
        let unknown = match token {
            "[]" => Piece::Index,
            "{key}" => Piece::Key,
            token => {
                text.push_str(token);
                continue;
            }
        };
        pieces.extend([Piece::Text(std::mem::take(&mut text)), unknown]);
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

impl PatternTest {
    /// `None` of a pattern that cannot be read, which no file gives.
    fn new(pattern: &NotePattern, at: u32) -> Option<Self> {
        let like = |text: &Option<String>| text.as_deref().map(Like::parse).transpose().ok();
        let last = pattern.end.map_or(Micros::MAX, |end| end.saturating_add(DAY - 1));
        Some(PatternTest {
            at,
            namespace: like(&pattern.namespace)?,
            doctype: like(&pattern.doctype)?,
            path: like(&pattern.path)?,
            days: (pattern.start.unwrap_or(Micros::MIN), last),
        })
    }

    fn fit(&self, view: &PatternView<'_>) -> Option<PatternFit> {
        let is_named = |like: &Option<Like>, names: &[Option<String>; 2]| {
            like.as_ref().is_none_or(|like| names.iter().flatten().any(|name| like.matches(name)))
        };
        let is_then = view.span.is_none_or(|(first, last)| first <= self.days.1 && last >= self.days.0);
        if !is_then || !is_named(&self.namespace, &view.namespace) || !is_named(&self.doctype, &view.doctype) {
            return None;
        }
        let Some(path) = &self.path else { return Some(PatternFit::Matches) };
        if view.whole.iter().any(|text| path.matches(text)) {
            return Some(PatternFit::Matches);
        }
        if view.open.is_empty() || !path.may_begin(view.start) {
            return None;
        }
        let fits = |unknown: Option<&'static str>| {
            view.open.iter().any(|pieces| {
                let known: Vec<Known<'_>> = pieces
                    .iter()
                    .map(|piece| match (piece, unknown) {
                        (Piece::Text(text), _) => Known::Text(text),
                        (Piece::Index | Piece::Key, Some(text)) => Known::Text(text),
                        (Piece::Index, None) => Known::Index,
                        (Piece::Key, None) => Known::Key,
                    })
                    .collect();
                path.can_match(&known)
            })
        };
        // What takes keys and indices that nobody has takes all of them.
        match (fits(Some(NONE_KNOWN)), fits(None)) {
            (true, _) => Some(PatternFit::Matches),
            (false, true) => Some(PatternFit::MayMatch),
            (false, false) => None,
        }
    }
}

impl PatternIndex {
    /// Takes in the pattern of the note at a position.
    pub(super) fn add(&mut self, pattern: &NotePattern, at: u32) {
        let Some(test) = PatternTest::new(pattern, at) else { return };
        let name = |like: &Option<Like>| like.as_ref().and_then(Like::literal).map(str::to_owned);
        match name(&test.namespace) {
            None => self.others.push(test),
            Some(namespace) => {
                let of = self.named.entry(namespace).or_default();
                match name(&test.doctype) {
                    None => of.others.push(test),
                    Some(doctype) => of.named.entry(doctype).or_default().push(test),
                }
            }
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.others.is_empty()
    }

    /// Positions of the notes whose patterns fit a group, with how; in the order of the file.
    pub(super) fn of(&self, view: &PatternView<'_>) -> Vec<(u32, PatternFit)> {
        let mut found = Vec::new();
        let mut look = |tests: &[PatternTest]| found.extend(tests.iter().filter_map(|test| Some((test.at, test.fit(view)?))));
        look(&self.others);
        for namespace in view.namespace.iter().flatten() {
            let Some(of) = self.named.get(namespace) else { continue };
            look(&of.others);
            view.doctype.iter().flatten().filter_map(|doctype| of.named.get(doctype)).for_each(|tests| look(tests));
        }
        found.sort_unstable();
        found.dedup_by_key(|(at, _)| *at);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::group::{Facet, GroupKey, GroupNames, NamesWithin};

    fn group(namespace: &str, doctype: &str, path: Option<&str>, fault: &str, sample: &str) -> Group {
        let names = GroupNames {
            namespace: Some(namespace.into()),
            within: NamesWithin { doctype: Some(doctype.into()), ..NamesWithin::default() }.into(),
        };
        let key = GroupKey { names: names.into(), path: path.map(Into::into), fault: fault.into() };
        Group {
            fingerprint: key.fingerprint(),
            key,
            keyword: None,
            count: 1,
            span: Some((0, DAY)),
            trend: Default::default(),
            by_job: Default::default(),
            standing: Default::default(),
            noise: false,
            by_catch: false,
            sample: sample.into(),
            says: fault.into(),
            facets: Default::default(),
            clients: None,
            rare: None,
            rows: Default::default(),
        }
    }

    fn pattern(namespace: &str, doctype: &str, path: &str) -> NotePattern {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        NotePattern { namespace: some(namespace), doctype: some(doctype), path: some(path), start: None, end: None }
    }

    const CLASS: &str = "org.everit.json.schema.ValidationException: ";

    #[test]
    fn places_match_as_dashboards_spell_them() {
        let events = group(
            "regrets-ucs",
            "main-events",
            Some("/events/[]/time"),
            "type",
            &format!("{CLASS}#/events/1/time: expected type: Integer, found: Double"),
        );
        let missing = group(
            "acme",
            "main",
            Some("/client_info"),
            "required app_build",
            &format!("{CLASS}#/client_info: required key [app_build] not found"),
        );
        let unwanted =
            group("acme", "main", None, "1684980", "com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException: 1684980");
        for (group, namespace, doctype, path, fits) in [
            (&events, "regrets-ucs", "main-events", "#/events/%/time%", true),
            (&events, "regrets_ucs", "", "#/events/1/time", true),
            (&events, "regrets-%", "main%", "/events/%", true),
            (&events, "regrets", "", "#/events/%", false),
            (&events, r"regrets\_ucs", "", "", true),
            (&events, "", "", "#/events/x/time", false),
            (&missing, "acme", "main", "#/client_info", true),
            (&missing, "acme", "main", "#/client_info/[app_build]", true),
            (&missing, "acme", "main", "#/client_info[app_build]", true),
            (&missing, "acme", "main", "#/client_info/[other]", false),
            (&missing, "ACME", "", "#/client_info", false),
            (&unwanted, "acme", "", "1684980", true),
            (&unwanted, "acme", "", "16%", true),
            (&unwanted, "acme", "", "#%", false),
        ] {
            let fit = pattern(namespace, doctype, path).fit(&PatternView::of(group));
            assert_eq!(fit.is_some(), fits, "{namespace} {doctype} {path}");
            assert!(fit.is_none_or(|fit| fit == PatternFit::Matches), "{path}");
        }
    }

    #[test]
    fn keys_that_are_known_decide_and_others_leave_it_open() {
        let mut labels = group(
            "acme",
            "metrics",
            Some("/m/{key}/{key}"),
            "propertyNames maxLength",
            &format!("{CLASS}#/m/ui.toolbar/long: expected maxLength: 3, actual: 4"),
        );
        let facet = |others| -> std::sync::Arc<Vec<Facet>> {
            vec![Facet { name: "key", values: [("ui.toolbar".into(), 4)].into_iter().collect(), others, exact: true }].into()
        };
        let fit = |group: &Group, path: &str| pattern("acme", "", path).fit(&PatternView::of(group));
        labels.facets = facet(0);
        assert_eq!(fit(&labels, "#/m/ui.toolbar/%"), Some(PatternFit::Matches));
        assert_eq!(fit(&labels, "#/m/other/%"), None);
        labels.facets = facet(3);
        assert_eq!(fit(&labels, "#/m/other/%"), Some(PatternFit::MayMatch));
    }

    #[test]
    fn indices_that_are_not_known_leave_it_open() {
        let events = group(
            "acme",
            "main",
            Some("/events/[]/time"),
            "type",
            &format!("{CLASS}#/events/1/time: expected type: Integer, found: Double"),
        );
        for (path, fits) in [
            ("#/events/%/time", Some(PatternFit::Matches)),
            ("#/events/1/time", Some(PatternFit::Matches)),
            ("#/events/_/time", Some(PatternFit::Matches)),
            ("#/events/17/time", Some(PatternFit::MayMatch)),
            ("#/events/__/time", Some(PatternFit::MayMatch)),
            ("#/events/a/time", None),
        ] {
            assert_eq!(pattern("acme", "", path).fit(&PatternView::of(&events)), fits, "{path}");
        }
    }

    #[test]
    fn days_have_to_meet() {
        let group = group("acme", "main", Some("/a"), "type", &format!("{CLASS}#/a: expected type: String, found: Null"));
        let fits = |start, end| NotePattern { start, end, ..pattern("acme", "", "#/a") }.fit(&PatternView::of(&group)).is_some();
        assert!(fits(None, None) && fits(Some(DAY), None) && fits(None, Some(0)) && fits(Some(-DAY), Some(0)));
        assert!(!fits(Some(2 * DAY), None) && !fits(None, Some(-DAY)));
        let untimed = Group { span: None, ..group.clone() };
        assert!(NotePattern { start: Some(9 * DAY), ..pattern("acme", "", "#/a") }.fit(&PatternView::of(&untimed)).is_some());
    }

    #[test]
    fn a_pattern_of_a_group_matches_it_and_the_index_finds_it() {
        let groups = [
            group("a_b", "main", Some("/events/[]/x_y%"), "type", &format!("{CLASS}#/events/1/x_y%: expected type: String, found: Null")),
            group("a-b", "main", None, "other", "a.B: 100%_: c"),
            group("ab", "other", Some(""), "type", &format!("{CLASS}#: expected type: String, found: Null")),
        ];
        let mut index = PatternIndex::default();
        groups.iter().zip(0..).for_each(|(group, at)| index.add(&NotePattern::of(group), at));
        index.add(&pattern("%", "main", "#/events/%"), 3);
        let found = |at: usize| index.of(&PatternView::of(&groups[at])).into_iter().map(|(at, _)| at).collect::<Vec<_>>();
        assert_eq!((found(0), found(1), found(2)), (vec![0, 3], vec![1], vec![2]));
        assert!(!index.is_empty());
    }
}
