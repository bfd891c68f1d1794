//! What a search sees of a group: everything that is drawn of it or stands behind its line.
//!
//! Owns: those texts, the groups that a typed text means.
//! Refuses: comparing (sought), the lines above groups (the tree of the explorer).

use std::fmt::Write;

use super::{Group, Groups, NO_DOCTYPE, NO_NAMESPACE, Status};
use crate::ground::sought::{Findings, Sighting, Sought};

/// What groups that the pipeline refuses by design stand under.
pub const NOISE: &str = "noise by design";

/// How groups that the newest deploy began are counted on the lines above them.
pub const NEW: &str = "new";

/// Letters of a fingerprint that say which one is meant; fewer could as well be a word.
const LEAST_FINGERPRINT: usize = 6;

/// What stands in a path for a key of a map.
const KEY: &str = "{key}";

impl Groups {
    /// Positions of the groups that hold all words of a text; of those that resemble it, where none does.
    pub fn search(&self, text: &str) -> Findings {
        let sought = Sought::new(text);
        let find = |closeness| sought.among(self.list.len(), closeness, &|| false, |at, sighting| self.show(&self.list[at], sighting));
        sought.find(find).unwrap_or_default()
    }

    /// Shows the texts of one of the groups, those that cost nothing first.
    pub fn show(&self, group: &Group, sighting: &mut Sighting<'_>) {
        let key = &group.key;
        for name in [key.namespace.as_deref(), key.doctype.as_deref(), key.path.as_deref(), key.class.as_deref(), key.stage.as_deref()]
            .into_iter()
            .flatten()
        {
            sighting.see(name);
        }
        sighting.see(&key.fault).see_long(&group.sample).see_start(&group.fingerprint.to_string(), LEAST_FINGERPRINT);
        group.facets.iter().flat_map(|facet| &facet.values).for_each(|(value, _)| {
            sighting.see_long(value);
        });
        let jobs = group.jobs();
        let jobs = jobs.iter().filter_map(|job| self.jobs.get(job.job as usize));
        jobs.for_each(|job| {
            sighting.see_long(&job.name);
        });
        if sighting.is_whole() {
            return;
        }
        self.show_status(group, sighting);
        sighting.see(&key.doctype_name()).see(&group.sentence()).see(&group.phrase());
        group.real_paths().for_each(|path| {
            sighting.see_long(&path);
        });
    }

    /// What the deploys say of a group, as it is drawn of it or of the lines above.
    fn show_status(&self, group: &Group, sighting: &mut Sighting<'_>) {
        if let Some(status) = group.standing.status {
            sighting.see_word(status.word());
        }
        if self.is_new(group) {
            sighting.see_word(NEW);
        }
        if let Some(words) = self.standing_words(group).filter(|_| group.standing.status.is_some_and(Status::is_mark)) {
            sighting.see(&words);
        }
        if let Some(aside) = group.aside() {
            sighting.see(aside);
        }
        if let Some(remarks) = &self.remarks {
            sighting.see_word(remarks.state(group.fingerprint).word()).see_word(remarks.state(group.fingerprint).name());
        }
        if let Some(remark) = self.remark(group) {
            sighting.see_word(remark.mark()).see(&remark.line());
            remark.more.iter().for_each(|more| {
                sighting.see_long(more);
            });
        }
        for (part, nameless) in [(&group.key.namespace, NO_NAMESPACE), (&group.key.doctype, NO_DOCTYPE)] {
            if part.is_none() {
                sighting.see(nameless);
            }
        }
    }
}

impl Group {
    /// The path with the keys that rows have where it says `{key}`.
    fn real_paths(&self) -> impl Iterator<Item = String> + '_ {
        let path = self.key.path.as_deref().filter(|path| path.contains(KEY)).unwrap_or_default();
        let keys = self.facets.iter().filter(|facet| facet.name == "key" && !path.is_empty());
        keys.flat_map(|facet| &facet.values).map(move |(keys, _)| {
            let mut parts = path.split(KEY);
            let mut real = parts.next().unwrap_or_default().to_owned();
            // Keys of several maps are told with a slash between them, which a key may have as well: the last map takes the rest.
            let mut keys = keys.splitn(path.matches(KEY).count(), '/');
            for part in parts {
                let _ = write!(real, "{}{part}", keys.next().unwrap_or(KEY));
            }
            real
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{groups, row};

    const JOB: &str = "decoder-12";

    fn found(text: &str) -> (Vec<u32>, bool) {
        let rows = [
            row("#/count: expected type: Integer, found: String", JOB, 0),
            row("#/m/ad.categories: expected maxLength: 8, actual: 12", JOB, 0),
            row("Payload is larger than 8388608 bytes", JOB, 0),
        ];
        let mut groups = groups(&rows);
        groups.list.sort_by(|a, b| a.sample.cmp(&b.sample));
        groups.list.iter_mut().for_each(|group| std::sync::Arc::make_mut(&mut group.standing).status = Some(super::Status::Ongoing));
        let found = groups.search(text);
        (found.lines, found.loose)
    }

    #[test]
    fn what_is_drawn_of_a_group_finds_it() {
        assert_eq!(found("must be"), (vec![0], false));
        assert_eq!(found("INTEGER"), (vec![0], false), "and no larger one");
        assert_eq!(found("categories 12"), (vec![1], false));
        assert_eq!(found("8388608"), (vec![2], false));
    }

    #[test]
    fn what_stands_behind_it_finds_it() {
        assert_eq!(found(JOB).0.len(), 3);
        assert_eq!(found("ONGOING").0.len(), 3);
        assert_ne!(found("ongoin"), (vec![0, 1, 2], false), "a status has to be typed as a whole");
    }

    #[test]
    fn what_only_resembles_is_found_where_nothing_else_is() {
        assert_eq!(found("mxlngth"), (vec![1], true));
        assert_eq!(found("nothing like it"), (vec![], false));
    }
}
