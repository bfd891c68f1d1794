//! BigQuery as one user of one project sees it.
//!
//! Owns: the connection, the one way in which a query is asked: kept answer, dry run, price, job, pages.
//! Refuses: what is asked and what an answer means.

use std::future::Future;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::answer::AnswerPage;
use super::cache::{Cache, KeptAnswer};
use super::cell::AnswerCell;
use super::clock::ServerClock;
use super::connection::Connection;
use super::error::Error;
use super::job::{AnswerPart, Destination, Done, JobQuestion, Jobs, PAGE, watched};
use super::live_counts;
use super::locked;
use super::name::TableName;
use super::settings::Settings;
use super::sql::Sql;
use super::table::{self, NamedTable, SourceTable};
use super::window::Window;
use super::wire::{Ask, Wire};
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::Groups;
use crate::rows::source::{Cost, Spent, Watch};
use crate::rows::volume::Volume;

/// How long what BigQuery tells of a table is kept.
const TABLE_AGE: Duration = Duration::from_secs(3600);

/// A connection, for several threads.
pub(super) struct Service {
    runtime: Runtime,
    wire: Wire,
    pub(super) project: String,
    /// Where the tables are: set, or told by BigQuery.
    location: Mutex<Option<String>>,
    pub(super) settings: Settings,
    cache: Option<Cache>,
    spent: Mutex<Spent>,
    /// Bytes of queries that have not ended.
    reserved: Mutex<u64>,
}

/// Who takes the rows of an answer, one after the other.
pub(super) trait TakeRows {
    /// Told before the first, and again where they come once more from the first on: the window that they are about.
    fn begin(&mut self, _: Window) {}
    /// A row, as its text.
    fn row(&mut self, text: &str);
}

/// Rows of a small answer.
impl TakeRows for Vec<String> {
    fn begin(&mut self, _: Window) {
        self.clear();
    }

    fn row(&mut self, text: &str) {
        self.push(text.to_owned());
    }
}

/// What is known of an answer beside its rows.
pub(super) struct QueryAnswer {
    /// The window that it is about: that of the question, or a little earlier.
    pub(super) window: Window,
    /// Where it comes from.
    pub(super) origin: AnswerOrigin,
}

/// Whether an answer was paid for.
#[derive(Debug, Clone, Copy)]
pub(super) enum AnswerOrigin {
    /// Kept since then.
    Kept(Duration),
    /// Asked for at that price.
    Asked(Cost),
}

/// Whether and how an answer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    No,
    /// About a window of the past.
    Closed,
    /// About a window that ends now.
    Open,
}

impl Service {
    /// Finds the endpoint and the credentials. Sends nothing. `project` is the one of the first table.
    ///
    /// # Errors
    /// No endpoint, no credentials: with what mends it.
    pub(super) fn open(settings: Settings, project: Option<&str>) -> Result<Self, Error> {
        let Connection { runtime, wire, project } = Connection::open(&settings, project)?;
        let cache = settings.cache.clone().map(Cache::new);
        let location = Mutex::new(settings.location.clone());
        Ok(Service { runtime, wire, project, location, settings, cache, spent: Mutex::default(), reserved: Mutex::default() })
    }

    /// What time it is at BigQuery, as far as its answers told.
    pub(super) fn clock(&self) -> &ServerClock {
        &self.wire.clock
    }

    /// Waits for work, as long as the watcher wants it. What is called off has sent nothing that costs.
    pub(super) fn wait<T>(&self, watch: &dyn Watch, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.runtime.block_on(watched(watch, &self.wire.retries, work)).unwrap_or(Err(Error::Stopped { job: None, proved: true }))
    }

    /// What BigQuery tells of the tables that names stand for.
    pub(super) fn tables(&self, names: &[TableName], watch: &dyn Watch) -> Result<Vec<NamedTable>, Error> {
        let names = self.wait(watch, table::names(&self.wire, names))?;
        let named = |(name, by_pattern): &(TableName, bool)| Ok(NamedTable { table: self.table(name, watch)?, by_pattern: *by_pattern });
        let tables: Vec<NamedTable> = names.iter().map(named).collect::<Result<_, Error>>()?;
        let mut place = locked(&self.location);
        for NamedTable { table, .. } in &tables {
            match (&*place, &table.location) {
                (Some(known), Some(location)) if !known.eq_ignore_ascii_case(location) => {
                    let name = table.name.as_ref().map(ToString::to_string).unwrap_or_default();
                    return Err(Error::Input(format!("{name} is in {location}, which cannot be asked together with what is in {known}")));
                }
                (None, Some(location)) => *place = Some(location.clone()),
                _ => {}
            }
        }
        Ok(tables)
    }

    /// One table. What BigQuery told of it in the last hour is good enough.
    fn table(&self, name: &TableName, watch: &dyn Watch) -> Result<SourceTable, Error> {
        let asked = format!("{}\ntable {name}", self.server());
        let kept = self.cache.as_ref().filter(|_| !self.settings.refresh).and_then(|cache| cache.find(&asked, Window::NONE, false));
        let told = kept.filter(|found| found.age < TABLE_AGE).and_then(|mut found| serde_json::from_str(&found.next()?.ok()?).ok());
        if let Some(told) = told {
            return table::read(told);
        }
        let told = self.wait(watch, table::ask(&self.wire, name))?;
        if let Some(cache) = &self.cache {
            // It is as good when it cannot be kept.
            let _ = cache.begin(&asked, Window::NONE).and_then(|mut keeping| {
                keeping.row(&told.to_string())?;
                cache.finish(keeping)
            });
        }
        table::read(told)
    }

    /// Accepted documents by the partitions of live tables, and what is to be said of them.
    pub(super) fn live_volume(&self, project: &str, groups: &Groups, window: Window, watch: &dyn Watch) -> Result<(Volume, String), Error> {
        self.wait(watch, live_counts::volume(&self.wire, project, groups, window))
    }

    /// What BigQuery tells of all tables that a pattern stands for; none is no mistake here.
    pub(super) fn list(&self, pattern: &TableName, watch: &dyn Watch) -> Result<Vec<SourceTable>, Error> {
        self.wait(watch, async {
            let names = table::tables(&self.wire, &pattern.project, &pattern.dataset).await?;
            let mut found = Vec::new();
            for name in names.iter().filter(|name| pattern.takes(&name.table)) {
                found.push(table::read(table::ask(&self.wire, name).await?)?);
            }
            Ok(found)
        })
    }

    /// Asks a query; the rows of its answer are taken one by one. A kept answer goes before everything.
    pub(super) fn ask(
        &self,
        purpose: &'static str,
        sql: &Sql,
        window: Window,
        keep: Keep,
        (take, watch): (&mut dyn TakeRows, &dyn Watch),
    ) -> Result<QueryAnswer, Error> {
        let cache = self.cache.as_ref().filter(|_| keep != Keep::No).map(|cache| (cache, self.asked(sql)));
        if let Some(kept) =
            cache.as_ref().filter(|_| !self.settings.refresh).and_then(|(cache, asked)| cache.find(asked, window, keep == Keep::Open))
            && let Some(answer) = take_kept(kept, take, watch)?
        {
            return Ok(answer);
        }
        let question = JobQuestion { text: sql.sent(), parameters: sql.parameters(), page: PAGE };
        let (done, mut page, cost) = self.start(purpose, &question, watch)?;
        take.begin(window);
        // An answer that cannot be kept is as good; the next time it costs again, and says so.
        let mut keeping = cache.as_ref().and_then(|(cache, asked)| cache.begin(asked, window).ok());
        loop {
            for row in &page.rows {
                take.row(row.get());
                keeping = keeping.and_then(|mut keeping| keeping.row(row.get()).ok().map(|()| keeping));
            }
            match page.page_token.filter(|token| !token.is_empty()) {
                Some(next) => page = self.page(&done, AnswerPart::Behind(&next), watch)?,
                None => break,
            }
        }
        if let (Some((cache, _)), Some(keeping)) = (cache, keeping) {
            let _ = cache.finish(keeping);
        }
        Ok(QueryAnswer { window, origin: AnswerOrigin::Asked(cost) })
    }

    /// Asks a query and shows its rows one after the other, page by page, until `take` breaks. Nothing is kept.
    pub(super) fn visit(
        &self,
        purpose: &'static str,
        sql: &Sql,
        watch: &dyn Watch,
        take: &mut dyn FnMut(&AnswerCell<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let question = JobQuestion { text: sql.sent(), parameters: sql.parameters(), page: PAGE };
        let (done, mut page, _) = self.start(purpose, &question, watch)?;
        loop {
            if page.rows.iter().try_for_each(|row| take(&AnswerCell::of(row.get()))).is_break() {
                return Ok(());
            }
            match page.page_token.filter(|token| !token.is_empty()) {
                Some(next) => page = self.page(&done, AnswerPart::Behind(&next), watch)?,
                None => return Ok(()),
            }
        }
    }

    /// Asks a query for its first page, once its price is known and agreed to.
    pub(super) fn start(
        &self,
        purpose: &'static str,
        question: &JobQuestion,
        watch: &dyn Watch,
    ) -> Result<(Done, AnswerPage, Cost), Error> {
        let estimate = self.wait(watch, async { self.jobs().estimate(question).await })?;
        if let (Some(location), place @ None) = (estimate.location, &mut *locked(&self.location)) {
            *place = Some(location);
        }
        let cost = Cost::new(purpose, (estimate.bytes, estimate.at_most), self.settings.max_bytes, self.settings.price_per_tib);
        let left = self.reserve(&cost)?;
        if !watch.spend(&cost) {
            self.settle(&cost, None);
            let most = crate::ground::text::bytes(cost.limit);
            return Err(Error::TooExpensive(format!("{cost}, more than the {most} that may be read")));
        }
        let most = left.map_or(cost.most_billed(), |left| left.min(cost.most_billed()));
        let outcome = self.runtime.block_on(self.jobs().run(question, most, cost.bytes, watch));
        let read = match &outcome {
            Ok((_, page)) => Some(page.bytes_read().unwrap_or(cost.bytes)),
            // A query that was called off may be billed all the same; one that fails is not.
            Err(Error::Stopped { job: Some(_), .. }) => Some(cost.bytes),
            Err(_) => None,
        };
        watch.spent(self.settle(&cost, read));
        let (done, page) = outcome?;
        Ok((done, page, cost))
    }

    /// What all queries have cost so far.
    pub(super) fn spent(&self) -> Spent {
        *locked(&self.spent)
    }

    /// Sets bytes aside that a query will read, before anybody is asked. Tells how many of the session's are left with them, where it has a bound;
    /// refuses what would take the session beyond it, whoever would agree.
    fn reserve(&self, cost: &Cost) -> Result<Option<u64>, Error> {
        let mut reserved = locked(&self.reserved);
        let taken = self.spent().bytes.saturating_add(*reserved);
        let all = taken.saturating_add(cost.bytes);
        let Some(most) = self.settings.max_session_bytes.filter(|most| all > *most) else {
            *reserved = reserved.saturating_add(cost.bytes);
            return Ok(self.settings.max_session_bytes.map(|most| most.saturating_sub(taken)));
        };
        let (all, most) = (crate::ground::text::bytes(all), crate::ground::text::bytes(most));
        let told = format!("{} would bring this session to {all}, more than its {most}", cost.purpose);
        Err(Error::Advised(Advised::new(told, Advice::RaiseSessionLimit)))
    }

    /// Gives back what was set aside for a query; it has read so many bytes, if it was begun.
    fn settle(&self, cost: &Cost, read: Option<u64>) -> Spent {
        let mut reserved = locked(&self.reserved);
        *reserved = reserved.saturating_sub(cost.bytes);
        let mut spent = locked(&self.spent);
        if let Some(read) = read {
            *spent = spent.and(read, self.settings.price_per_tib);
        }
        *spent
    }

    /// Another page. The job has ended by then, whoever calls this off.
    pub(super) fn page(&self, job: &Done, part: AnswerPart<'_>, watch: &dyn Watch) -> Result<AnswerPage, Error> {
        let page = self.runtime.block_on(watched(watch, &self.wire.retries, self.jobs().page(job, part)));
        page.unwrap_or_else(|| Err(Error::Stopped { job: Some(job.id.clone()), proved: true }))
    }

    /// Some columns of the rows of an answer that stands in a table of its own: read from there, for nothing.
    pub(super) fn stored(&self, at: &Destination, query: &[(&str, String)], watch: &dyn Watch) -> Result<AnswerPage, Error> {
        let path = ["projects", &at.project_id, "datasets", &at.dataset_id, "tables", &at.table_id, "data"];
        self.wait(watch, async { self.wire.ask(Ask::get(&path, query)).await })
    }

    /// The table with the answer of a job.
    pub(super) fn destination(&self, job: &Done, watch: &dyn Watch) -> Result<Destination, Error> {
        self.wait(watch, async { self.jobs().destination(job).await })
    }

    fn jobs(&self) -> Jobs<'_> {
        Jobs { wire: &self.wire, project: &self.project, location: locked(&self.location).clone() }
    }

    /// What tells questions apart but for their window: the server, the text, the parameters. User names in an address are left out.
    fn asked(&self, sql: &Sql) -> String {
        let parameters = sql.without(&["since", "until", "bin"]);
        format!("{}\n{}\n{parameters}", self.server(), sql.sent())
    }

    fn server(&self) -> String {
        let base = &self.wire.base;
        format!("{}:{}{}", base.host_str().unwrap_or(""), base.port().unwrap_or(0), base.path())
    }
}

/// Takes the rows of a kept answer; `None` where its file turns out to be broken.
fn take_kept(mut kept: KeptAnswer, take: &mut dyn TakeRows, watch: &dyn Watch) -> Result<Option<QueryAnswer>, Error> {
    take.begin(kept.window);
    while let Some(row) = kept.next() {
        if watch.cancelled() {
            return Err(Error::Stopped { job: None, proved: true });
        }
        match row {
            Ok(text) => take.row(&text),
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(QueryAnswer { window: kept.window, origin: AnswerOrigin::Kept(kept.age) }))
}
