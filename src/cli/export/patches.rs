//! Patches of schemas.
//!
//! Owns: one patch of one group on standard output or in a file, each of several groups in a file of its own.
//! Refuses: working them out (triage/export/patch).

use color_eyre::Result;
use color_eyre::eyre::{bail, ensure, eyre};

use super::{ExportFormat, PatchedFiles, Work, target};
use crate::cli::blame;
use crate::cli::config::Config;
use crate::cli::{out, safe_json};
use crate::ground::text::visible;
use crate::rows::source::Watch;
use crate::triage::export::patch::{self, PatchOf, PatchSettings};
use crate::triage::export::reproducer;
use crate::tui::advice::{self, GIVE_SCHEMAS};

/// Writes the patches; groups without any are told.
pub(super) fn patch(work: &Work<'_>, config: &Config) -> Result<()> {
    let schemas = work.schemas.ok_or_else(|| eyre!("a patch is made of schemas: {GIVE_SCHEMAS}"))?;
    let settings =
        PatchSettings { never: config.never_patched.clone(), source_repo: blame::settings(config).source, told: Some(work.policy.clone()) };
    let (of, name) = match work.question.on {
        PatchedFiles::Schemas => (PatchOf::Schemas, "schemas"),
        PatchedFiles::Templates => (PatchOf::Templates, "templates"),
    };
    let (is_json, ending) = match work.question.format {
        Some(ExportFormat::Json) => (true, ".json"),
        Some(ExportFormat::Ndjson) => (true, ".ndjson"),
        _ => (false, ".patch"),
    };
    let is_one = work.choice.groups.len() == 1;
    ensure!(
        is_one || work.question.out.is_some(),
        "patches of several groups are files of their own: give --group FINGERPRINT, or --out FOLDER"
    );
    let mut many = match &work.question.out {
        Some(path) if !is_one => Some(target::Many::begin(work, path)?),
        _ => None,
    };
    let mut written = 0_u64;
    for (group, told) in work.choice.groups.iter().zip(&work.told) {
        let share = work.question.share;
        let made = patch::propose(work.source, schemas, group, &settings, share, work.stop).and_then(|mut made| {
            made.look_at_others(work.source, schemas, work.groups, group, work.stop)?;
            Ok(made)
        });
        if let Ok(made) = &made {
            let group = told.group.fingerprint;
            made.withheld().for_each(|withheld| out::tell(&format!("misfit: {group}: not told: {}; --raw tells it", visible(withheld))));
        }
        let text = made.and_then(|made| {
            let redactor = &mut work.redactor();
            match is_json {
                true => {
                    made.json(schemas, &told.group, share, of, &settings, redactor).map(|value| safe_json::escape(format!("{value}\n")))
                }
                false => made.text(schemas, &told.group, share, of, &settings, redactor),
            }
        });
        ensure!(!work.stop.cancelled(), "stopped; what was written to a folder until then is whole");
        match (text, &mut many) {
            (Ok(text), Some(many)) => many.put(&[], &format!("{name}-{}", reproducer::title(&told.group)), ending, text.as_bytes())?,
            (Ok(text), None) => target::whole(work, &format!("{name}{ending}"), &text)?,
            (Err(reason), Some(_)) => {
                out::tell(&format!("misfit: {}: no patch: {}", told.group.fingerprint, visible(&advice::advised(&reason))));
                continue;
            }
            (Err(reason), None) => bail!("no patch for group {}: {}", told.group.fingerprint, visible(&advice::advised(&reason))),
        }
        written += 1;
    }
    ensure!(written > 0, "no patch could be made");
    if let Some(many) = many {
        many.finish();
    }
    Ok(())
}
