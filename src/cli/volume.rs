//! Accepted documents on the command line.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use color_eyre::eyre::{WrapErr, eyre};
use color_eyre::{Result, eyre::ensure};

use crate::ground::text::visible;
use crate::rows::volume::Volume;

/// Where accepted documents are counted.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct VolumeArgs {
    /// Accepted documents, so that failures are told as a rate: a CSV table or a JSON object a line with namespace, doctype, version, hour, accepted
    #[arg(long = "volume", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl VolumeArgs {
    /// Reads the counts, where there are any.
    pub(super) fn open(&self) -> Result<Option<Arc<Volume>>> {
        let Some(path) = &self.file else { return Ok(None) };
        let shown = visible(&path.to_string_lossy()).into_owned();
        ensure!(!path.is_dir(), "{shown} is a folder: --volume takes a file of counts");
        let file = File::open(path).wrap_err_with(|| format!("cannot read the counts of accepted documents in {shown}"))?;
        Ok(Some(Arc::new(Volume::read(file).map_err(|error| eyre!("{shown}: {error}"))?)))
    }
}
