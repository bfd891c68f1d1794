//! Progress of an export, and the interrupt that ends it with nothing half-written.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::out::ProgressLine;
use crate::rows::group::Groups;
use crate::rows::source::{Cost, Progress, Spent, Watch};

/// Tells how far things are, and whether to go on.
pub(in crate::cli) struct ExportStop {
    line: ProgressLine,
    asked: Arc<AtomicBool>,
}

impl ExportStop {
    /// From now on the first interrupt asks to stop, the second one ends the process.
    pub(crate) fn on_interrupt() -> io::Result<Self> {
        let asked: Arc<AtomicBool> = Arc::default();
        #[cfg(unix)]
        {
            /// What shells know an interrupted program by.
            const INTERRUPTED: i32 = 130;
            let interrupt = signal_hook::consts::SIGINT;
            signal_hook::flag::register_conditional_shutdown(interrupt, INTERRUPTED, Arc::clone(&asked))?;
            signal_hook::flag::register(interrupt, Arc::clone(&asked))?;
        }
        Ok(ExportStop { line: ProgressLine::new(), asked })
    }

    /// What all queries have cost.
    pub(in crate::cli) fn bill(&self) -> Option<String> {
        self.line.bill()
    }

    /// Whether work goes on.
    pub(crate) fn flow(&self) -> ControlFlow<()> {
        if self.cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Watch for ExportStop {
    fn progress(&self, progress: Progress) {
        self.line.progress(progress);
    }

    fn snapshot(&self, _: Groups) {}

    fn spend(&self, cost: &Cost) -> bool {
        self.line.spend(cost)
    }

    fn spent(&self, spent: Spent) {
        self.line.spent(spent);
    }

    fn cancelled(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}
