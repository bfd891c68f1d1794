//! The explorer.

use std::process::ExitCode;
use std::sync::Arc;

use color_eyre::Result;

use crate::config::Config;
use crate::schemas::SchemaStore;
use crate::source::ErrorSource;

/// What the explorer is opened with.
pub struct Options {
    /// The rows.
    pub source: Arc<dyn ErrorSource>,
    /// The schemas, where there are any.
    pub schemas: Option<Arc<SchemaStore>>,
    /// Theme that goes before the configured one.
    pub theme: Option<String>,
    /// Keys to press.
    pub keys: Option<String>,
    /// Size of the screen in cells, width and height, where there is no terminal to ask.
    pub size: Option<(u16, u16)>,
    /// Whether to print the last screen as text and leave.
    pub print: bool,
    /// The configuration file.
    pub config: Config,
}

/// Runs the explorer until the user leaves it.
pub fn run(_options: Options) -> Result<ExitCode> {
    color_eyre::eyre::bail!("the explorer is not built in")
}
