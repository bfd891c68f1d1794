//! Two sides compared, whatever they are, and with what is deployed.
//!
//! Owns: which comparison fits which sides, the exit code of one.
//! Refuses: opening sides (opened), comparing (triage), forms of output.

use std::path::Path;
use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::{bail, eyre};

use super::opened::{Opened, shown};
use super::{FINDINGS, NOT_COMPARED};
use crate::cli::out;
use crate::triage::blame;
use crate::triage::compat::{
    CompareOptions, DeployComparison, PairOf, clashes, compare, compare_files, compare_pair, file_of_table, witnesses, witnesses_of_files,
};

/// A comparison with what is deployed.
pub(super) struct Compared {
    pub(super) found: DeployComparison,
    pub(super) names: (String, String),
}

/// NEW beside what is deployed; a table tells by its label which revision all tables are of, so they are compared with that one, too.
pub(super) fn of_deployed(deployed: &Opened, path: &Path, (new, name): (&Opened, &str), allowlist: Option<&str>) -> Result<Vec<Compared>> {
    let compared = |deployed: &Opened, called: String| -> Result<Compared> {
        let names = (called, name.to_owned());
        Ok(Compared { found: judged(deployed, new, &names, allowlist, Some(0))?, names })
    };
    let mut all = vec![compared(deployed, shown(path))?];
    if let (Opened::Deployed(_, live), Opened::Store(store)) = (deployed, new) {
        out::tell(&format!("misfit: {}", live.standing(store)));
        match live.revision(store) {
            Ok((revision, called)) => all.push(compared(&Opened::Store(Arc::new(revision)), called)?),
            Err(_) => out::tell("misfit: so the other tables are not compared with what is deployed"),
        }
    }
    Ok(all)
}

/// Where OLD is a table that is deployed, how far behind NEW its label says that it is.
pub(super) fn tell_standing(old: &Opened, new: &Opened) {
    if let (Opened::Deployed(_, live), Opened::Store(store)) = (old, new)
        && live.build.is_some()
    {
        out::tell(&format!("misfit: {}", live.standing(store)));
    }
}

/// Compares two of the same kind; so many changes of JSON schemas are shown by documents.
pub(super) fn judged(
    a: &Opened,
    b: &Opened,
    names: &(String, String),
    allowlist: Option<&str>,
    most: Option<usize>,
) -> Result<DeployComparison> {
    Ok(match (a, b) {
        (Opened::Store(old), Opened::Store(new)) => {
            let options = CompareOptions { allowlist: allowlist.map(str::to_owned), documents: true, stop: None };
            let mut found = compare(old, new, &options);
            found.witnesses = witnesses(&found, old, new, most);
            clashes(&mut found, old, blame::usual_folder().as_deref());
            found
        }
        (Opened::File(old), Opened::File(new)) => {
            let mut found = compare_files(old, new, allowlist);
            found.witnesses = witnesses_of_files(&found, old, new, most);
            found
        }
        (Opened::Deployed(old, table), Opened::Store(store)) => {
            let (new, of) = file_of_table(store, &table.name).map_err(|reason| eyre!(reason))?;
            compare_pair(old, &new, of, allowlist)
        }
        (Opened::Store(store), Opened::Deployed(new, table)) => {
            let (old, of) = file_of_table(store, &table.name).map_err(|reason| eyre!(reason))?;
            compare_pair(&old, new, of, allowlist)
        }
        (Opened::File(old) | Opened::Deployed(old, _), Opened::File(new) | Opened::Deployed(new, _)) => {
            let name = [a, b].into_iter().find_map(|side| if let Opened::Deployed(_, table) = side { Some(&table.name) } else { None });
            let tables = name.iter().map(|name| format!("`{name}`")).collect();
            let is_deployed = matches!(a, Opened::File(_)) != matches!(b, Opened::File(_));
            compare_pair(old, new, PairOf { tables, file: new.name.clone(), is_deployed, doctype: None }, allowlist)
        }
        _ => bail!("{} and {} are not two of the same kind: give two folders of schemas, or two files", names.0, names.1),
    })
}

pub(super) fn code(found: &DeployComparison) -> u8 {
    if found.verdict().stops() {
        FINDINGS
    } else if found.not_compared().next().is_some() {
        NOT_COMPARED
    } else {
        0
    }
}
