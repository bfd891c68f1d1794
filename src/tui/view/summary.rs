//! What the line under the cursor of the groups is: a sentence, numbers, trend, jobs, values, a message.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::action::Action;
use super::super::app::App;
use super::super::group_tree::{GroupLevel, GroupTree};
use super::super::panes;
use super::super::theme::Role;
use super::chrome;
use super::sheet::{EMPTY, Sheet};
use crate::ground::spark;
use crate::ground::text;
use crate::ground::time;
use crate::rows::group::{Evidence, Facet, Group, NO_DOCTYPE, NO_NAMESPACE, Status, Trend, Worth, said};
use crate::triage::causes::{MOST_ROWS, has_causes};
use crate::triage::facts;

/// Jobs that are shown.
const JOBS: usize = 4;

/// Values of a facet that are shown.
const VALUES: usize = 5;

/// Draws the pane.
pub(super) fn draw(app: &App, buffer: &mut Buffer, area: Rect) {
    let tree = &app.groups.tree;
    let item = app.groups.list.outline.item();
    let group = item.and_then(|item| tree.group_at(item));
    let (name, right) = match group {
        Some(group) => (doctype(group), group.fingerprint.to_string()),
        None => ("Summary".to_owned(), String::new()),
    };
    chrome::pane(app, buffer, area, &text::visible(&name), false, &right);
    let inner = panes::lines(area);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    match (group, item) {
        (Some(group), _) => Sheet::new(app, buffer, inner).group(group),
        (None, Some(item)) => Sheet::new(app, buffer, inner).branch(tree, item),
        (None, None) => Sheet::new(app, buffer, inner).words(EMPTY, Role::Dim),
    }
}

/// `1 row`, `2,000 rows`.
fn rows(count: u64) -> String {
    text::plural(count, "row", "rows")
}

fn doctype(group: &Group) -> String {
    let key = &group.key;
    let version = key.version.as_deref().map(|version| format!(".{version}")).unwrap_or_default();
    format!("{} {}{version}", key.namespace.as_deref().unwrap_or(NO_NAMESPACE), key.doctype.as_deref().unwrap_or(NO_DOCTYPE))
}

impl Sheet<'_> {
    fn group(&mut self, group: &Group) {
        let dot = self.app.theme.glyphs.dot;
        let sentence = text::visible(&group.sentence()).into_owned();
        self.words(&sentence, Role::Fault);
        self.row += u16::from(self.area.height > 14);
        let share = text::percent(group.count, self.app.groups.tree.groups.rows);
        self.words(&format!("{} {dot} {share} of all", rows(group.count)), Role::Text);
        if let Some(rates) = &self.app.groups.tree.groups.rates {
            self.words(&facts::rate::words(rates.group(group)), Role::Text);
        }
        if self.app.following.as_ref().is_some_and(|following| following.began(group.fingerprint)) {
            self.words("began since the source is followed", Role::New);
        }
        if let Some((words, role)) = self.status(group) {
            self.words(&words, role);
        }
        self.remark(group);
        if let Some((first, last)) = group.span {
            self.words(&format!("first {}", self.app.zone().span((first, last), &format!(" {dot} last "))), Role::Text);
        }
        if let Some(clients) = group.clients {
            self.words(&format!("from {}", facts::group::clients(clients)), Role::Text);
        }
        let class = group.key.class.as_deref().unwrap_or("no exception class");
        let stage = group.key.stage.as_deref().unwrap_or("unknown stage");
        let class = class.rsplit('.').next().unwrap_or(class);
        self.words(&format!("refused by {} {dot} {}", text::visible(stage), text::visible(class)), Role::Dim);
        self.causes(group);
        self.trend(&group.trend);
        self.rate_trend(group);
        self.jobs(group);
        for facet in group.facets.iter() {
            self.facet(group, facet);
        }
        if let Some(sampled) = group.sampled().filter(|_| !group.facets.is_empty()) {
            self.line(&format!("values {}", facts::group::sampled(sampled)), Role::Dim);
        }
        self.heading("A message");
        let message = text::visible(&group.sample).into_owned();
        self.words(&message, Role::Dim);
        self.cut("everything about this group");
    }

    /// What people have noted.
    fn remark(&mut self, group: &Group) {
        let app = self.app;
        let Some(remark) = app.groups.tree.groups.remark(group) else { return };
        if let Some(why) = remark.why() {
            self.words(&why, chrome::remark_role(remark.state));
        }
        if let Some(said) = said(remark.text.as_deref(), remark.bug.as_deref()) {
            self.words(&format!("note: {said}"), Role::Notice);
        }
        if let more @ 1.. = remark.more.len() + remark.others {
            self.words(&text::plural(more as u64, "further note matches it", "further notes match it"), Role::Dim);
        }
    }

    fn branch(&mut self, tree: &GroupTree, item: usize) {
        let line = &tree.items[item];
        let name = text::visible(&line.label).into_owned();
        self.words(&name, Role::Heading);
        let share = text::percent(line.count, tree.groups.rows);
        let groups = tree.leaves(item).count();
        let dot = self.app.theme.glyphs.dot;
        self.words(
            &format!("{} {dot} {share} of all {dot} {}", rows(line.count), text::plural(groups as u64, "group", "groups")),
            Role::Text,
        );
        if let Some(incident) = tree.incident(item) {
            self.words(&incident.why, Role::Fault);
        }
        if let (Some(rates), Some(leaf)) = (&tree.groups.rates, tree.leaves(item).next().and_then(|leaf| tree.group(leaf))) {
            match line.level {
                GroupLevel::Namespace => {
                    self.words(&facts::rate::namespace_words(rates.namespace(leaf.key.namespace.as_deref())), Role::Text);
                }
                GroupLevel::Doctype => self.words(&facts::rate::words(rates.doctype(&leaf.key.names)), Role::Text),
                _ => {}
            }
        }
        if let Some(began @ 1..) = self.app.following.as_ref().map(|following| following.began_below(tree, item)) {
            self.words(&format!("{} began since the source is followed", text::plural(began as u64, "group", "groups")), Role::New);
        }
        if line.new > 0 {
            self.words(&format!("{} began with the newest deploy", text::plural(u64::from(line.new), "group", "groups")), Role::New);
        }
        self.heading("Largest groups");
        let room = usize::from(self.area.height.saturating_sub(self.row));
        let shown = if groups > room { room.saturating_sub(1) } else { groups };
        for leaf in largest(tree, item, shown) {
            if let Some(group) = tree.group(leaf) {
                let told = match line.level {
                    // What is wrong is the same in all of them.
                    GroupLevel::Incident => tree.items[leaf].label.to_string(),
                    _ => group.sentence(),
                };
                let words = format!("{:>9}  {}", text::count(group.count), text::visible(&told));
                self.line(&words, Role::Text);
            }
        }
        if groups > shown {
            self.line(
                &format!("{:>9}  more {}", text::count((groups - shown) as u64), if groups - shown == 1 { "group" } else { "groups" }),
                Role::Dim,
            );
        }
    }

    /// What a deploy did. Thin evidence is told elsewhere, with everything known of the group.
    fn status(&self, group: &Group) -> Option<(String, Role)> {
        let groups = &self.app.groups.tree.groups;
        let is_told = match group.standing.evidence {
            Evidence::Hours { worth, .. } => !matches!(worth, Worth::TooLittle | Worth::Elsewhere),
            Evidence::BothSides { returned_after } => returned_after.is_some(),
            Evidence::Partial => true,
            Evidence::NoDeploy => false,
        };
        let role = match group.standing.status {
            Some(Status::Began) => Role::New,
            Some(Status::Ended) => Role::Gone,
            _ => Role::Dim,
        };
        groups.standing_in(group, self.app.zone()).filter(|_| is_told).map(|words| (words, role))
    }

    fn trend(&mut self, trend: &Trend) {
        let Some(span) = self.app.groups.tree.groups.span.filter(|_| trend.width > 0) else { return };
        let columns = usize::from(self.area.width).min(64);
        let each = (span.1 - span.0) / 1_000_000 / columns.max(1) as i64;
        let mark = self.app.theme.glyphs.job;
        self.heading(&format!("Over time, {} a bar; {mark} a deploy", time::duration(each.max(1) as u64)));
        let bars = bars(self.app, &trend.resample(span.0, span.1 + 1, columns));
        self.line(&bars, Role::Bar);
        let mut marks = vec![" "; columns];
        for at in deploys_at(self.app, columns) {
            marks[at] = self.app.theme.glyphs.job;
        }
        self.line(&marks.concat(), Role::Dim);
    }

    /// Which part of all that came was refused, over the same time.
    fn rate_trend(&mut self, group: &Group) {
        let groups = &self.app.groups.tree.groups;
        let (Some(rates), Some(span)) = (&groups.rates, groups.span) else { return };
        let Some(trend) = rates.over_time(group).filter(|trend| trend.points.len() > 1) else { return };
        let columns = usize::from(self.area.width).min(64);
        let range = facts::rate::range(&trend).map(|range| format!(", {range}")).unwrap_or_default();
        self.heading(&format!("Rate{range}"));
        let most = trend.points.iter().flatten().copied().fold(0.0, f64::max);
        let glyphs = self.app.theme.glyphs;
        let point = |column: usize, before: i128| {
            let time = i128::from(span.0) + (i128::from(span.1) - i128::from(span.0) + 1) * column as i128 / columns as i128 - before;
            usize::try_from((time - i128::from(trend.start)).div_euclid(trend.width.into())).unwrap_or(0)
        };
        let bar = |column: usize| {
            let from = point(column, 0);
            let points = trend.points.iter().skip(from).take(point(column + 1, 1).saturating_sub(from) + 1);
            match points.flatten().copied().max_by(f64::total_cmp) {
                None => glyphs.dot,
                Some(0.0) => " ",
                Some(rate) => glyphs.bars[((rate / most * 8.0).ceil() as usize).clamp(1, 8) - 1],
            }
        };
        let bars: String = (0..columns).map(bar).collect();
        self.line(&bars, Role::Bar);
    }

    fn jobs(&mut self, group: &Group) {
        let jobs = group.jobs();
        if jobs.is_empty() {
            return;
        }
        let earlier = jobs.len().saturating_sub(JOBS);
        self.heading(&if earlier > 0 { format!("Jobs, the last {JOBS} of {}", jobs.len()) } else { "Jobs".to_owned() });
        for job in &jobs[earlier..] {
            let name = self.app.groups.tree.groups.jobs.get(job.job as usize).map_or("?", |job| &*job.name);
            let since = job.span.map(|span| self.app.zone().minute(span.0)).unwrap_or_default();
            let room = usize::from(self.area.width).saturating_sub(29);
            let name = text::visible(name);
            self.line(&format!("{:>9}  {since}  {}", text::count(job.rows), text::clip_middle(&name, room)), Role::Text);
        }
    }

    /// What is really wrong, where the message names a combinator.
    fn causes(&mut self, group: &Group) {
        let app = self.app;
        if let Some(causes) = app.causes.of(group.fingerprint) {
            self.heading(&causes.title());
            let (told, room) = (causes.facet().values, usize::from(self.area.width).saturating_sub(11));
            for (cause, rows) in told.iter().take(VALUES) {
                for (i, part) in text::wrap(&text::visible(cause), room).iter().enumerate() {
                    let rows = if i == 0 { text::count(*rows) } else { String::new() };
                    self.line(&format!("{rows:>9}  {part}"), Role::Text);
                }
            }
            if let more @ 1.. = told.len().saturating_sub(VALUES) {
                self.line(&format!("{:>11}{} more", "", text::count(more as u64)), Role::Dim);
            }
            causes.unknown().iter().for_each(|words| self.words(words, Role::Dim));
            return;
        }
        let absence = app.causes.absence(group.fingerprint);
        if let Some(words) = absence {
            self.words(&text::visible(words), Role::Dim);
        }
        let is_left = absence.is_some() || (app.is_remote && app.schemas.is_some() && has_causes(group));
        if is_left && app.causes.counting.as_ref().is_none_or(|counting| counting.of != group.fingerprint) {
            let first = if group.count > MOST_ROWS as u64 { format!(", in its first {}", rows(MOST_ROWS as u64)) } else { String::new() };
            let words = app.keymap.words("", Action::CountCauses, &format!(" counts what is really wrong{first}"));
            self.words(&words, Role::Hint);
        }
    }

    fn facet(&mut self, group: &Group, facet: &Facet) {
        let between = format!(" {} ", self.app.theme.glyphs.dot);
        let shown = &facet.values[..facet.values.len().min(VALUES)];
        let rest = facet.values.iter().map(|(_, rows)| rows).sum::<u64>() + facet.others - shown.iter().map(|(_, rows)| rows).sum::<u64>();
        let more = (rest > 0).then(|| format!("{} with others", text::plural(rest, "row", "rows")));
        let short = shown.iter().map(|(value, rows)| format!("{} ({})", text::visible(value), text::count(*rows)));
        let line = short.chain(more.clone()).collect::<Vec<_>>().join(&between);
        let range = facts::group::range(group, facet).map(|range| format!(", {range}")).unwrap_or_default();
        self.heading(&format!("{}{range}", facts::group::facet_title(facet)));
        if text::width(&line) <= usize::from(self.area.width) {
            return self.line(&line, Role::Text);
        }
        for (value, rows) in shown {
            self.line(&format!("{:>9}  {}", text::count(*rows), text::visible(value)), Role::Text);
        }
        if let Some(more) = more {
            self.line(&format!("{:>11}{more}", ""), Role::Dim);
        }
    }
}

/// The lines of the largest groups below a line, largest first. With many groups only those shown are sorted.
fn largest(tree: &GroupTree, item: usize, most: usize) -> Vec<usize> {
    let size = |leaf: &usize| std::cmp::Reverse(tree.items[*leaf].count);
    let mut leaves: Vec<usize> = tree.leaves(item).collect();
    if most < leaves.len() {
        leaves.select_nth_unstable_by_key(most, size);
        leaves.truncate(most);
    }
    leaves.sort_by_key(size);
    leaves
}

/// A trend over the span of all rows in that many cells.
pub(super) fn spark(app: &App, trend: &Trend, cells: usize) -> String {
    match app.groups.tree.groups.span.filter(|_| trend.width > 0) {
        Some((from, to)) => bars(app, &trend.resample(from, to + 1, cells)),
        None => " ".repeat(cells),
    }
}

/// In which of so many cells over the span of all rows a deploy lies.
pub(super) fn deploys_at(app: &App, cells: usize) -> Vec<usize> {
    let groups = &app.groups.tree.groups;
    let Some((from, to)) = groups.span.filter(|_| cells > 0) else { return Vec::new() };
    let at = |begin: i64| (i128::from(begin - from) * cells as i128 / i128::from(to - from + 1)).clamp(0, cells as i128 - 1) as usize;
    groups.deploys.iter().map(|deploy| at(deploy.time)).collect()
}

/// Counts as bars in the signs of the theme.
pub(super) fn bars(app: &App, counts: &[u64]) -> String {
    spark::bars(counts, &app.theme.glyphs.bars)
}
