//! `misfit groups --follow`: groups that begin, told when they do.
//!
//! Owns: the flags, when to look, which groups are new, faults on the way, how it ends.
//! Refuses: reading (source), running the user's command (hook).

mod noted;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use color_eyre::Result;
use rustc_hash::FxHashSet;
use serde::Serialize;

use super::compared::FINDINGS;
use super::hook::Hooks;
use super::incidents::{IncidentsOf, Membership, SameBy};
use super::json;
use crate::cli::notes;
use crate::cli::out;
use crate::ground::text::visible;
use crate::ground::time;
use crate::rows::advice::Advice;
use crate::rows::group::{Fingerprint, Group, GroupFields, Groups};
use crate::rows::source::{Cost, ErrorSource, Followed, Progress, Request, SourceError, Watch};
use crate::tui::advice;
pub(super) use noted::Noted;

/// What stands in for the interval where none is given.
const USUAL: &str = "10m";
/// Longest time between two looks after faults, unless the interval is longer.
const MOST_PATIENCE: Duration = Duration::from_secs(10 * 60);
/// What a shell adds to the number of the signal that ended a program.
const ENDED_BY: u8 = 128;

/// Whether rows are followed, and what becomes of groups that begin.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct FollowArgs {
    /// Go on: look every so often (30s, 10m, 1h) what has come, and print a line of JSON for each group that begins; with --state for each that comes to stand so
    #[arg(
        long,
        value_name = "INTERVAL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = USUAL,
        value_parser = parse_interval,
        conflicts_with_all = ["baseline", "payload", "suspect", "causes", "status", "filter", "groups", "sort", "format", "raw"]
    )]
    pub(super) follow: Option<Duration>,

    /// With --follow: run this for each group that begins, by sh -c; the group is on its standard input as a line of JSON
    #[arg(long, value_name = "COMMAND", requires = "follow")]
    hook: Option<String>,

    /// With --follow: end with exit code 1 once a group began
    #[arg(long, requires = "follow")]
    until_new: bool,
}

/// `30s`, `10m`, `2h`: a second at least.
fn parse_interval(text: &str) -> Result<Duration, String> {
    const WRONG: &str = "an interval is a number with its unit, such as 30s, 10m or 2h";
    let (number, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(WRONG.to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| WRONG.to_owned())?;
    let seconds = number.checked_mul(unit).filter(|seconds| *seconds <= 7 * 24 * 3600);
    let seconds = seconds.ok_or_else(|| "an interval of more than 7 days is none".to_owned())?;
    if seconds == 0 { Err("an interval is a second at least".to_owned()) } else { Ok(Duration::from_secs(seconds)) }
}

/// When to look again.
trait Rounds {
    /// Waits so long; the signal that ended it, if one did.
    fn wait(&mut self, pause: Duration) -> Option<i32>;
}

/// The clock, and the signals that end the process.
struct Clock {
    signals: Receiver<i32>,
    stop: Arc<AtomicBool>,
}

impl Clock {
    /// A second signal ends the process at once.
    fn start() -> Result<Self> {
        let (send, signals) = mpsc::channel();
        let stop = Arc::<AtomicBool>::default();
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
            let mut caught = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                for signal in caught.forever() {
                    if stop.swap(true, Ordering::Relaxed) || send.send(signal).is_err() {
                        std::process::exit(ended_by(signal).into());
                    }
                }
            });
        }
        #[cfg(not(unix))]
        std::mem::forget(send);
        Ok(Clock { signals, stop })
    }
}

impl Rounds for Clock {
    fn wait(&mut self, pause: Duration) -> Option<i32> {
        match self.signals.recv_timeout(pause) {
            Ok(signal) => Some(signal),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(pause);
                None
            }
        }
    }
}

fn ended_by(signal: i32) -> u8 {
    u8::try_from(signal).map_or(u8::MAX, |signal| ENDED_BY.saturating_add(signal))
}

/// Watches a source that nobody can be asked about.
struct FollowWatch {
    stop: Arc<AtomicBool>,
    /// The price that was told last.
    told: std::sync::Mutex<Option<Cost>>,
}

impl Watch for FollowWatch {
    fn progress(&self, _: Progress) {}
    fn snapshot(&self, _: Groups) {}
    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
    fn spend(&self, cost: &Cost) -> bool {
        let mut told = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Every round costs about the same: only what is another price is news.
        if told.is_none_or(|told| told.bytes < cost.bytes / 2) {
            out::tell(&format!("misfit: {cost}"));
            *told = Some(*cost);
        }
        !cost.is_over()
    }
}

/// Reads, and goes on until something ends it.
pub(super) fn run(
    source: &dyn ErrorSource,
    request: &Request,
    args: &FollowArgs,
    interval: Duration,
    same_by: Option<SameBy>,
    noted: Noted<'_>,
) -> Result<ExitCode> {
    let mut clock = Clock::start()?;
    let watch = FollowWatch { stop: Arc::clone(&clock.stop), told: std::sync::Mutex::default() };
    let mut stdout = std::io::stdout();
    let hooks = args.hook.as_deref().map(|command| Hooks::start(command, &clock.stop, |reason| out::tell(&format!("misfit: {reason}"))));
    let mut hook = |line: &str| hooks.iter().for_each(|hooks| hooks.run(line));
    let mut tell = |words: &str| out::tell(&format!("misfit: {words}"));
    let mut follower = Follower::new(source, request, &mut stdout, &mut tell, &mut hook);
    follower.joining = same_by.map(|same_by| Joining { same_by, fault: None });
    follower.noted = noted;
    let ended = follow(&mut follower, &watch, &mut clock, interval, args.until_new);
    // Each group that was told gets its hook, unless a signal ended it all.
    hooks.into_iter().for_each(Hooks::finish);
    if let Some(spent) = source.spent().filter(|spent| spent.queries > 0) {
        out::tell(&format!("misfit: {spent}"));
    }
    ended
}

fn follow(
    follower: &mut Follower<'_>,
    watch: &dyn Watch,
    rounds: &mut dyn Rounds,
    interval: Duration,
    until_new: bool,
) -> Result<ExitCode> {
    let signalled = |rounds: &mut dyn Rounds| rounds.wait(Duration::ZERO).map(|signal| ExitCode::from(ended_by(signal)));
    if let Err(error) = follower.begin(watch, interval) {
        return signalled(rounds).ok_or(()).or(Err(error));
    }
    loop {
        if let Some(signal) = rounds.wait(follower.pause(interval)) {
            return Ok(ExitCode::from(ended_by(signal)));
        }
        let began = follower.round(watch)?;
        if let Some(code) = signalled(rounds) {
            return Ok(code);
        }
        if until_new && began > 0 {
            return Ok(ExitCode::from(FINDINGS));
        }
    }
}

/// What puts groups together of which some are one incident.
struct Joining {
    same_by: SameBy,
    /// What was told of what cannot be read.
    fault: Option<String>,
}

impl Joining {
    fn incidents(&mut self, so_far: &Groups) -> IncidentsOf {
        let all: Vec<&Group> = so_far.list.iter().collect();
        IncidentsOf::new(&self.same_by.of(so_far, &all), &all)
    }

    /// What could not be read of the source, where that was not told yet.
    fn news(&mut self) -> Option<String> {
        let fault = self.same_by.fault();
        let news = fault.clone().filter(|_| fault != self.fault);
        self.fault = fault;
        news
    }
}

/// A group that began, with the incident that it is of. Names and meanings are stable.
#[derive(Serialize)]
struct Began<'a> {
    #[serde(flatten)]
    group: GroupFields<'a>,
    /// The incident; null of a group that stands by itself.
    incident: Option<&'a Membership>,
}

/// What is known of a source that is followed.
struct Follower<'a> {
    source: &'a dyn ErrorSource,
    request: &'a Request,
    out: &'a mut dyn Write,
    tell: &'a mut dyn FnMut(&str),
    /// Begins the user's command, and does not wait for it.
    hook: &'a mut dyn FnMut(&str),
    known: FxHashSet<Fingerprint>,
    /// Where groups are put together that one cause made.
    joining: Option<Joining>,
    /// What people have said of groups.
    noted: Noted<'a>,
    /// All groups so far, where incidents or notes need them.
    so_far: Option<Groups>,
    /// What was said of the rows that were read last: pieces that are none, files that were replaced.
    said: Vec<String>,
    /// What is wrong at the moment.
    fault: Option<String>,
    /// Rounds in a row that failed.
    faults: u32,
}

impl<'a> Follower<'a> {
    fn new(
        source: &'a dyn ErrorSource,
        request: &'a Request,
        out: &'a mut dyn Write,
        tell: &'a mut dyn FnMut(&str),
        hook: &'a mut dyn FnMut(&str),
    ) -> Self {
        Follower {
            source,
            request,
            out,
            tell,
            hook,
            known: FxHashSet::default(),
            joining: None,
            noted: Noted::default(),
            so_far: None,
            said: Vec::new(),
            fault: None,
            faults: 0,
        }
    }

    /// Reads all there is and says what stands.
    fn begin(&mut self, watch: &dyn Watch, interval: Duration) -> Result<()> {
        let Followed::All(mut groups) = self.source.follow(self.request, watch)? else { return Ok(()) };
        if !self.noted.states.is_empty() {
            notes::remark(self.noted.file, &mut groups, true)?;
        }
        self.keep(&groups);
        self.noted.remark(&mut groups, None);
        // What does not stand as it is asked for begins when it does.
        self.known.extend(groups.list.iter().filter(|group| self.noted.takes(&groups, group)).map(|group| group.fingerprint));
        let every = time::duration(interval.as_secs());
        (self.tell)(&format!(
            "{} in {} now; looking every {every} for groups that begin",
            out::plural(groups.rows, "row", "rows"),
            out::plural(groups.list.len() as u64, "group", "groups"),
        ));
        self.say(&groups);
        Ok(())
    }

    /// Says what is to be known of the rows beside their groups, as far as it was not said of those before.
    fn say(&mut self, groups: &Groups) {
        let notes = groups.notes.iter().map(|note| visible(&advice::advised(note)).into_owned());
        let said: Vec<String> = out::unreadable(&groups.unreadable).into_iter().chain(notes).collect();
        said.iter().filter(|words| !self.said.contains(words)).for_each(|words| (self.tell)(words));
        self.said = said;
    }

    /// Keeps all groups where they are needed.
    fn keep(&mut self, groups: &Groups) {
        if self.joining.is_some() || self.noted.file.is_some() {
            self.so_far = Some(groups.clone());
        }
    }

    /// How long to wait: longer after each fault in a row.
    fn pause(&self, interval: Duration) -> Duration {
        interval.saturating_mul(1 << self.faults.min(16)).min(interval.max(MOST_PATIENCE))
    }

    /// Looks once. Gives how many groups began.
    fn round(&mut self, watch: &dyn Watch) -> Result<usize> {
        let followed = match self.source.follow(self.request, watch) {
            Ok(followed) => followed,
            Err(_) if watch.cancelled() => return Ok(0),
            // Nothing that is waited for mends it.
            Err(error) if error.advice() == Some(Advice::RaiseSessionLimit) => return Err(error.into()),
            Err(error) => {
                self.failed(&error);
                return Ok(0);
            }
        };
        self.faults = 0;
        if self.fault.take().is_some() {
            (self.tell)("reading goes on");
        }
        let mut groups = match followed {
            Followed::Same => return Ok(0),
            Followed::All(groups) => {
                self.keep(&groups);
                groups
            }
            Followed::Part(part) => {
                self.so_far.iter_mut().for_each(|so_far| *so_far = so_far.joined(part.clone()));
                part
            }
        };
        self.noted.remark(&mut groups, self.so_far.as_ref());
        self.say(&groups);
        self.request.rate(&mut groups, false);
        let wanted = groups.list.iter().filter(|group| self.noted.takes(&groups, group));
        let new: Vec<&Group> = wanted.filter(|group| self.known.insert(group.fingerprint)).collect();
        let joining = self.joining.as_mut().filter(|_| !new.is_empty()).zip(self.so_far.as_ref());
        let incidents = joining.map(|(joining, so_far)| joining.incidents(so_far));
        self.joining.iter_mut().filter_map(Joining::news).for_each(|fault| (self.tell)(&fault));
        for group in &new {
            let mut line = Vec::new();
            let fields = GroupFields::of(group, &groups);
            match &incidents {
                Some(of) => json::lines(&mut line, std::iter::once(Began { group: fields, incident: of.get(group.fingerprint) }))?,
                None => json::lines(&mut line, std::iter::once(fields))?,
            }
            self.out.write_all(&line)?;
            self.out.flush()?;
            (self.hook)(&String::from_utf8_lossy(&line));
        }
        Ok(new.len())
    }

    /// Says what is wrong, once.
    fn failed(&mut self, error: &SourceError) {
        self.faults = self.faults.saturating_add(1);
        let told = advice::told(error);
        if self.fault.as_ref() != Some(&told) {
            (self.tell)(&format!("{}; trying again", visible(&told)));
            self.fault = Some(told);
        }
    }
}

#[cfg(test)]
mod tests;
