//! `--payload-has`: rows by what their payloads hold.
//!
//! Owns: the flag, counting what was looked into on all cores, the groups of the rows that hold it.
//! Refuses: looking into a payload (payload), reading rows (source).

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use color_eyre::Result;

use super::out;
use crate::ground::in_order;
use crate::rows::group::{Grouper, Groups};
use crate::rows::payload::Payload;
use crate::rows::payload::holding::{HeldCount, Holds, PayloadQuery};
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::source::{ErrorSource, Filter, Progress, ReadRows, Request, Watch};

/// Rows between two words of how far it is.
const STRIDE: u64 = 1024;

/// Rows by their payloads.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct HoldingArgs {
    /// Only rows whose payload, unpacked, holds this text (as it is spelled, or with the escapes of JSON), or has a value at this JSON
    /// pointer: TEXT, /POINTER or /POINTER=VALUE
    #[arg(long = "payload-has", value_name = "TEXT", value_parser = PayloadQuery::parse)]
    payload: Option<PayloadQuery>,
}

/// What is asked of payloads, and how many were looked into.
pub(super) struct Holding {
    query: PayloadQuery,
    count: Mutex<HeldCount>,
}

impl HoldingArgs {
    /// `None` where payloads are not asked for.
    pub(super) fn holding(self) -> Option<Arc<Holding>> {
        Some(Arc::new(Holding { query: self.payload?, count: Mutex::default() }))
    }
}

impl Holding {
    /// Whether a row's payload holds what is asked for. Counts.
    pub(super) fn takes(&self, row: &SourceRow) -> bool {
        let held = self.query.look(row.payload.clone());
        self.count.lock().unwrap_or_else(PoisonError::into_inner).add(held);
        held == Holds::Yes
    }

    /// How many payloads held it, and of how many that is not known.
    pub(super) fn told(&self) -> String {
        self.count.lock().unwrap_or_else(PoisonError::into_inner).told(&self.query)
    }
}

/// The groups of those rows of a request whose payloads hold what is asked for. All payloads are read.
pub(super) fn groups(source: &dyn ErrorSource, request: &Request, holding: &Holding, watch: &(dyn Watch + Send)) -> Result<Groups> {
    // Rows that were not asked for tell of deploys.
    let (mut grouper, mut beside) = (Grouper::new(request.schemas.clone()), Grouper::new(request.schemas.clone()));
    let mut filter = Filter::new(request);
    let (mut read, begun) = (0, Instant::now());
    let feed = |hand: &mut in_order::Hand<'_, (RowRef, SourceRow)>| {
        let unreadable = source.read(ReadRows::All, watch, &mut |at, row| {
            read += 1;
            if read % STRIDE == 0 {
                watch.progress(Progress { rows: read, elapsed: begun.elapsed(), ..Progress::default() });
            }
            if watch.cancelled() {
                return ControlFlow::Break(());
            }
            let size = row.payload.size();
            if filter.takes(&row.error_row()) {
                return hand((at, row), size);
            }
            let told = row.error_row();
            beside.add_outside(&told, at, filter.relates(&told));
            ControlFlow::Continue(())
        })?;
        Ok::<_, color_eyre::Report>(unreadable)
    };
    let make = |rows: Vec<(RowRef, SourceRow)>| {
        let looked = rows.into_iter().map(|(at, row)| {
            let holds = holding.takes(&row);
            (at, SourceRow { payload: Payload::default(), ..row }, holds)
        });
        Ok(looked.collect())
    };
    let unreadable = in_order::run(feed, &make, &mut |(at, row, holds): (RowRef, SourceRow, bool)| {
        if holds {
            grouper.add(&row.error_row(), at);
        } else {
            grouper.add_outside(&row.error_row(), at, true);
        }
        Ok(())
    })?;
    let mut groups = Grouper::merge(vec![grouper, beside]);
    groups.outside = read.saturating_sub(groups.rows);
    groups.unreadable = unreadable;
    if watch.cancelled() {
        groups.stopped_early();
    }
    Ok(groups)
}

/// A note for standard error where payloads are asked for.
pub(super) fn tell(holding: Option<&Arc<Holding>>) {
    if let Some(holding) = holding {
        out::tell(&format!("misfit: {}", holding.told()));
    }
}
