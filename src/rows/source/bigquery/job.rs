//! Queries as jobs of BigQuery.
//!
//! Owns: dry run, start under an id of our own, waiting with progress, calling off with proof, pages of the answer.
//! Refuses: whether a query is worth its price (cost), what an answer means.
//!
//! The loop is our own: the client library's hides the job's id, so that nothing could be called off, and panics on an empty answer.

use std::collections::HashMap;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::time::{Duration, Instant};

use gcp_bigquery_client::model::job::Job;
use gcp_bigquery_client::model::job_configuration::JobConfiguration;
use gcp_bigquery_client::model::job_configuration_query::JobConfigurationQuery;
use gcp_bigquery_client::model::job_reference::JobReference;
use gcp_bigquery_client::model::query_parameter::QueryParameter;
use serde::Deserialize;

use super::answer::AnswerPage;
use super::error::{Error, Proto};
use super::retries::Retries;
use super::wire::{Ask, Wire};
use crate::rows::source::{JobProgress, JobState, Progress, Watch};

/// How often the wish to stop is looked for.
pub(super) const BEAT: Duration = Duration::from_millis(25);
/// How long the server may hold a request for an answer that is not there yet.
const HOLD: Duration = Duration::from_secs(2);
/// How long the proof of a stop is waited for.
const PROOF: Duration = Duration::from_secs(10);
/// How often and how long after one another a job is looked for whose start was not answered.
const LOOKS: usize = 4;
const LOOK: Duration = Duration::from_millis(500);
/// Rows of a page, at most; BigQuery ends a page at 10 MB of itself, other servers may not.
pub(super) const PAGE: usize = 5_000;

/// A query with the values of its parameters.
#[derive(Debug, Clone)]
pub(super) struct JobQuestion {
    pub(super) text: String,
    pub(super) parameters: Vec<QueryParameter>,
    /// Rows of the first page, at most.
    pub(super) page: usize,
}

/// Which rows of an answer a request is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum AnswerPart<'a> {
    /// The first, at most so many; the server may wait that long for the job.
    First(usize, Duration),
    /// Those behind a page; the job has ended.
    Behind(&'a str),
    /// So many from a place on; the job has ended.
    From(u64, usize),
}

/// Who runs queries, and where.
pub(super) struct Jobs<'a> {
    pub(super) wire: &'a Wire,
    /// The project that pays.
    pub(super) project: &'a str,
    /// Where the tables are: a job is found nowhere else.
    pub(super) location: Option<String>,
}

/// What a query will be.
pub(super) struct Estimate {
    /// Bytes that it reads.
    pub(super) bytes: u64,
    /// Whether it may well read less, as of clustered tables.
    pub(super) at_most: bool,
    /// Where it will run.
    pub(super) location: Option<String>,
}

/// A job that has ended well.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) id: String,
    pub(super) location: Option<String>,
}

/// A job as the server tells of it. Read with types of our own: the client's know not every column type.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ToldJob {
    job_reference: JobReference,
    status: JobStatus,
    statistics: Statistics,
    configuration: Configuration,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct JobStatus {
    state: String,
    error_result: Option<Proto>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Statistics {
    total_bytes_processed: Option<String>,
    total_slot_ms: Option<String>,
    query: QueryStatistics,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct QueryStatistics {
    total_bytes_processed: Option<String>,
    total_bytes_processed_accuracy: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Configuration {
    query: QueryConfiguration,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct QueryConfiguration {
    destination_table: Option<Destination>,
}

/// The table that holds the answer of a job.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Destination {
    pub(super) project_id: String,
    pub(super) dataset_id: String,
    pub(super) table_id: String,
}

impl Jobs<'_> {
    /// What BigQuery tells of a query without running it.
    pub(super) async fn estimate(&self, question: &JobQuestion) -> Result<Estimate, Error> {
        let reference = self.location.clone().map(|location| JobReference {
            location: Some(location),
            project_id: Some(self.project.to_owned()),
            ..JobReference::default()
        });
        let job = Job { configuration: Some(self.configuration(question, None, true)), job_reference: reference, ..Job::default() };
        let told: ToldJob = self.wire.ask(Ask::post(&["projects", self.project, "jobs"], &[], &job)?).await?;
        let at_most = told.statistics.query.total_bytes_processed_accuracy.as_deref() == Some("UPPER_BOUND");
        let bytes = told.statistics.query.total_bytes_processed.or(told.statistics.total_bytes_processed);
        let bytes = bytes.and_then(|bytes| bytes.parse().ok());
        let bytes = bytes.ok_or_else(|| Error::Answer("the dry run does not tell how much is read".to_owned()))?;
        Ok(Estimate { bytes, at_most, location: told.job_reference.location })
    }

    /// Runs the query to its end; gives the first page with it. `most_bytes` is where BigQuery itself stops, `expected` is for the progress. Where a job
    /// breaks on BigQuery's side, which costs nothing, another takes its place.
    pub(super) async fn run(
        &self,
        question: &JobQuestion,
        most_bytes: u64,
        expected: u64,
        watch: &dyn Watch,
    ) -> Result<(Done, AnswerPage), Error> {
        let mut attempt = 1;
        loop {
            match self.run_once(question, most_bytes, expected, watch).await {
                Err(error) if error.is_passing_job() && attempt < self.wire.patience.attempts => {
                    self.wire.retries.add(&error, attempt, self.wire.patience.attempts - 1);
                    if watched(watch, &self.wire.retries, tokio::time::sleep(self.wire.wait(attempt, None))).await.is_none() {
                        return Err(Error::Stopped { job: None, proved: true });
                    }
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn run_once(
        &self,
        question: &JobQuestion,
        most_bytes: u64,
        expected: u64,
        watch: &dyn Watch,
    ) -> Result<(Done, AnswerPage), Error> {
        let begun = Instant::now();
        let id = new_id();
        let tell = |job: JobProgress| {
            watch.progress(Progress { total_bytes: Some(expected), elapsed: begun.elapsed(), job: Some(job), ..Progress::default() })
        };
        tell(JobProgress { state: JobState::Pending, slot_ms: 0 });
        let started = match watched(watch, &self.wire.retries, self.start(question, most_bytes, &id)).await {
            Some(started) => started?,
            // Whether the request to start has arrived is not known.
            None => return Err(self.stop(&Done { id, location: self.location.clone() }, true).await),
        };
        let location = started.job_reference.location.or_else(|| self.location.clone());
        let done = Done { id: started.job_reference.job_id.unwrap_or(id), location };
        loop {
            let Some(page) = watched(watch, &self.wire.retries, self.page(&done, AnswerPart::First(question.page, HOLD))).await else {
                return Err(self.stop(&done, false).await);
            };
            match page {
                Ok(page) if page.job_complete => return Ok((done, page)),
                Ok(_) => {}
                // A job that was called off by somebody else, or failed: its own words say more than the page's.
                Err(error) => return Err(self.why(&done, error).await),
            }
            let Some(told) = watched(watch, &self.wire.retries, self.told(&done)).await else { return Err(self.stop(&done, false).await) };
            let told = told?;
            let state = if told.status.state == "PENDING" { JobState::Pending } else { JobState::Running };
            tell(JobProgress { state, slot_ms: told.statistics.total_slot_ms.and_then(|slot| slot.parse().ok()).unwrap_or(0) });
        }
    }

    /// A page of the answer.
    pub(super) async fn page(&self, job: &Done, part: AnswerPart<'_>) -> Result<AnswerPage, Error> {
        let mut query = match part {
            AnswerPart::First(most, hold) => vec![("maxResults", most.to_string()), ("timeoutMs", hold.as_millis().to_string())],
            AnswerPart::Behind(token) => vec![("maxResults", PAGE.to_string()), ("pageToken", token.to_owned())],
            AnswerPart::From(at, most) => vec![("maxResults", most.to_string()), ("startIndex", at.to_string())],
        };
        // Half of a page is white space otherwise.
        query.push(("prettyPrint", "false".to_owned()));
        query.extend(job.location.clone().map(|location| ("location", location)));
        self.wire.ask(Ask::get(&["projects", self.project, "queries", &job.id], &query)).await
    }

    /// The table that the answer stands in.
    pub(super) async fn destination(&self, job: &Done) -> Result<Destination, Error> {
        let told = self.told(job).await?;
        told.configuration
            .query
            .destination_table
            .ok_or_else(|| Error::Answer("the job does not tell which table holds its answer".to_owned()))
    }

    /// Starting twice under one id is refused with "already exists": then the first start, whose answer was lost, has worked.
    async fn start(&self, question: &JobQuestion, most_bytes: u64, id: &str) -> Result<ToldJob, Error> {
        let reference =
            JobReference { job_id: Some(id.to_owned()), location: self.location.clone(), project_id: Some(self.project.to_owned()) };
        let configuration = self.configuration(question, Some(most_bytes), false);
        let job = Job { configuration: Some(configuration), job_reference: Some(reference), ..Job::default() };
        match self.wire.ask(Ask::post(&["projects", self.project, "jobs"], &[], &job)?).await {
            Err(error) if error.status() == Some(409) => self.told(&Done { id: id.to_owned(), location: self.location.clone() }).await,
            answer => answer,
        }
    }

    fn configuration(&self, question: &JobQuestion, most_bytes: Option<u64>, dry_run: bool) -> JobConfiguration {
        let query = JobConfigurationQuery {
            query: question.text.clone(),
            use_legacy_sql: Some(false),
            parameter_mode: (!question.parameters.is_empty()).then(|| "NAMED".to_owned()),
            query_parameters: (!question.parameters.is_empty()).then(|| question.parameters.clone()),
            maximum_bytes_billed: most_bytes.map(|bytes| bytes.to_string()),
            ..JobConfigurationQuery::default()
        };
        let labels = HashMap::from([("tool".to_owned(), "misfit".to_owned())]);
        JobConfiguration { dry_run: Some(dry_run), query: Some(query), labels: Some(labels), ..JobConfiguration::default() }
    }

    async fn told(&self, job: &Done) -> Result<ToldJob, Error> {
        let query: Vec<_> = job.location.clone().map(|location| ("location", location)).into_iter().collect();
        self.wire.ask(Ask::get(&["projects", self.project, "jobs", &job.id], &query)).await
    }

    async fn why(&self, job: &Done, error: Error) -> Error {
        match self.told(job).await {
            Ok(ToldJob { status: JobStatus { error_result: Some(proto), .. }, .. }) => Error::of_job(&proto, &job.id),
            _ => error,
        }
    }

    /// Calls the job off and waits until BigQuery says that it has ended. One that may just be on its way to begin is looked for a few times.
    async fn stop(&self, job: &Done, is_new: bool) -> Error {
        let query: Vec<_> = job.location.clone().map(|location| ("location", location)).into_iter().collect();
        let path = ["projects", self.project, "jobs", &job.id, "cancel"];
        let proof = async {
            let ask = Ask::post(&path, &query, &serde_json::json!({}))?;
            let mut looks = if is_new { LOOKS } else { 1 };
            loop {
                looks -= 1;
                match self.wire.bytes(&ask).await {
                    Err(error) if error.status() == Some(404) && looks > 0 => tokio::time::sleep(LOOK).await,
                    outcome => {
                        outcome?;
                        break;
                    }
                }
            }
            while self.told(job).await?.status.state != "DONE" {
                tokio::time::sleep(BEAT * 4).await;
            }
            Ok::<(), Error>(())
        };
        match tokio::time::timeout(PROOF, proof).await {
            Ok(Ok(())) => Error::Stopped { job: Some(job.id.clone()), proved: true },
            // It was called off before it had begun. That a job is nowhere is only known where one has looked in the right place.
            Ok(Err(error)) if error.status() == Some(404) && is_new && job.location.is_some() => Error::Stopped { job: None, proved: true },
            _ => Error::Stopped { job: Some(job.id.clone()), proved: false },
        }
    }
}

/// The outcome, or `None` as soon as the watcher wants no more of it.
pub(super) async fn watched<T>(watch: &dyn Watch, retries: &Retries, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    loop {
        let outcome = tokio::time::timeout(BEAT, work.as_mut()).await;
        retries.tell(watch);
        if let Ok(outcome) = outcome {
            return Some(outcome);
        }
        if watch.cancelled() {
            return None;
        }
    }
}

/// Unlike that of any other job: 128 random bits.
fn new_id() -> String {
    let random = || RandomState::new().hash_one(Instant::now());
    format!("misfit_{:016x}{:016x}", random(), random())
}
