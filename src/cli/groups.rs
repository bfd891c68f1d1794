//! `misfit groups`: what fails, as text.
//!
//! Owns: the order of what is read, which groups are shown.
//! Refuses: grouping (group), the question (question), the forms of output (printed and what is below it).

mod causes;
pub(super) mod changes;
pub(super) mod compared;
#[cfg(test)]
mod example;
mod follow;
mod hook;
pub(super) mod incidents;
pub(super) mod json;
mod metrics;
pub(super) mod printed;
mod question;
mod redacted;
pub(super) mod senders;
pub(super) mod suspect;
mod table;

pub(super) use causes::cause_groups;
pub(super) use question::{GroupsQuestion, Order};
pub(super) use redacted::ToldGroups;

use std::process::ExitCode;

use color_eyre::Result;

use super::input::{self, Asked};
use super::{holding, notes, out, unmet};
use crate::cli::config::Config;
use crate::rows::advice::Advised;
use crate::rows::group::Group;
use crate::rows::source::Request;
use incidents::SameBy;
use printed::{GroupsFormat, Listing};

/// Reads, groups, prints.
pub(super) fn run(asked: Asked<GroupsQuestion>, config: &Config) -> Result<ExitCode> {
    let Asked { input, question } = asked;
    question.check()?;
    let holding = question.holding.clone().holding();
    let notes = question.notes.open(config, &input.sources)?;
    let volume = question.volume.open()?;
    let input::OpenedInput { source, schemas } = input.open(config, false, &question.scope)?;
    let source = source.as_ref();
    let request = Request { volume, ..question.scope.clone().request(schemas) };
    let settings = question.suspected.settings(config);
    let by_incident = question.by == incidents::By::Incident;
    let mut same_by = by_incident.then(|| SameBy::open(request.schemas.as_ref(), settings.source.as_deref())).transpose()?;
    if let Some(interval) = question.following.follow {
        let noted = follow::Noted { file: notes.as_ref(), states: &question.states, read: None };
        return follow::run(source, &request, &question.following, interval, same_by, noted);
    }
    if question.suspected.suspect {
        suspect::schemas(request.schemas.as_ref())?;
    }
    let judged_by = question.causes.then(|| causes::schemas(request.schemas.as_ref())).transpose()?;
    let asked_of_senders = question.sent.asked(source)?;
    let baseline = question.baseline.as_deref().map(|path| compared::open(path, &request)).transpose()?;
    let mut groups = {
        let line = out::ProgressLine::over(source.is_remote())?;
        match &holding {
            Some(holding) => {
                let mut groups = holding::groups(source, &request, holding, &line)?;
                groups.notes.extend(line.bill().map(Advised::from));
                groups
            }
            None => source.groups(&request, &line)?,
        }
    };
    groups.sort(question.sort.into());
    request.rate(&mut groups, holding.is_some());
    notes::remark(notes.as_ref(), &mut groups, !question.states.is_empty())?;
    // What payloads hold says nothing of names.
    let unmet = if holding.is_none() { unmet::check(source, &request, &groups)? } else { Vec::new() };
    let held = holding.map(|holding| holding.told());
    let strays: Vec<String> = held.into_iter().chain(unmet).chain(out::strays(request.schemas.as_deref())).collect();
    let told = question.is_pasted().then(|| ToldGroups::new(config.redaction.policy(false), request.schemas.clone()));
    if let Some((path, baseline)) = question.baseline.as_deref().zip(baseline) {
        compared::check(path, &baseline, &groups)?;
        let mut comparison = baseline.compare(&groups, question.growth());
        let takes = |group: &Group| question.takes(&groups, group);
        let gone = (!question.states.is_empty()).then(|| compared::choose(&mut comparison, &groups, &takes)).flatten();
        let more = gone.into_iter().chain(strays).collect();
        return compared::print(&comparison, &groups, question.format.list()?, told, same_by.as_mut(), more);
    }
    let filter = question.filter();
    let found = filter.map(|text| groups.search(text));
    let mut shown: Vec<&Group> = match &found {
        Some(found) => found.lines.iter().filter_map(|&at| groups.list.get(at as usize)).collect(),
        None => groups.list.iter().collect(),
    };
    shown.retain(|group| question.takes(&groups, group));
    let muted = notes::muted(&groups, &mut shown, matches!(question.format, GroupsFormat::Table | GroupsFormat::Md));
    let unlike = filter.zip(found.as_ref()).and_then(|(text, found)| found.unlike(text));
    let more = unlike.into_iter().chain(muted).chain(strays).collect();
    let listing = Listing { groups: &groups, shown: &shown, format: question.format, most: question.most, told, more };
    match (same_by, judged_by, request.schemas.as_ref()) {
        (Some(same_by), _, _) => incidents::print(listing, same_by, notes.as_ref())?,
        (_, Some(judged_by), _) => causes::print(listing, source, &judged_by)?,
        _ if question.sent.senders => senders::print(listing, source, &asked_of_senders)?,
        (_, _, Some(schemas)) if question.suspected.suspect => suspect::print(listing, source, schemas, &settings, request.since)?,
        _ => listing.print()?,
    }
    // The program ends here: taking hundreds of thousands of groups apart first would only take time.
    std::mem::forget(groups);
    Ok(ExitCode::SUCCESS)
}
