//! What sets rows apart from others, weighed.
//!
//! Owns: which values are compared, which of them are told as commoner, the answers to what is asked first.
//! Refuses: counting (sampled), the test itself (exact), words (facts).

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::ToldBy;
use super::comparison::{Claim, Comparison, LeftOut, SenderTrait, ShareIs, TooFew, TopicAnswer, TopicSays, TraitValue};
use super::exact::{Counts, Exact, shared_by};
use super::fields::{Field, Fields, KnownField};
use super::sampled::{Dense, Told};
use super::topic::Topic;

/// How often chance alone may make a claim, of all groups together.
const DOUBT: f64 = 0.01;
/// Claims of a group that are kept.
const MOST_CLAIMS: usize = 25;
/// The smallest chance that is told.
const LEAST_CHANCE: f64 = 1e-12;
/// Fewest rows on either side of a comparison.
pub const LEAST_ROWS: u64 = 5;

/// What groups are compared with.
pub(super) struct Others<'a> {
    /// Counts of rows.
    pub(super) told: &'a Dense,
    /// Rows whose fault is about a field, by its number.
    pub(super) at_fault: Vec<u64>,
    /// Whether they are documents without a row around them.
    pub(super) is_bare: bool,
}

/// The same for one group.
pub(super) struct There<'a> {
    pub(super) others: &'a Others<'a>,
    /// Counts that are to be taken away: the group's own.
    pub(super) own: Option<&'a Told>,
    /// All there are.
    pub(super) all: u64,
}

impl There<'_> {
    fn rows(&self) -> u64 {
        self.others.told.rows - self.own.map_or(0, |own| own.rows)
    }

    fn documents(&self) -> u64 {
        self.others.told.documents - self.own.map_or(0, |own| own.documents)
    }

    fn field(&self, field: u32) -> u64 {
        let all = self.others.told.fields.get(field as usize).copied().unwrap_or(0);
        if all == 0 { 0 } else { all - self.own.and_then(|own| own.fields.get(&field)).copied().unwrap_or(0) }
    }

    fn value(&self, value: u32) -> u64 {
        let all = self.others.told.values.get(value as usize).copied().unwrap_or(0);
        if all == 0 { 0 } else { all - self.own.and_then(|own| own.values.get(&value)).copied().unwrap_or(0) }
    }
}

/// A field as it is compared.
struct Compared {
    /// Rows here, and there, that could tell it.
    of: (u64, u64),
}

/// Compares rows here with rows there. `groups` is the number of lists that could have been asked for, among which a doubt is shared.
pub(super) fn weigh(
    fields: &Fields,
    (here, all): (&Told, u64),
    is_at_fault: &dyn Fn(&Field) -> bool,
    there: &There<'_>,
    groups: usize,
    exact: &Exact,
) -> Comparison {
    let mut left_out = LeftOut { beyond: fields.beyond, long: fields.long, ..LeftOut::default() };
    let mut at_fault = vec![false; fields.fields.len()];
    let mut compared: Vec<Option<Compared>> = Vec::with_capacity(fields.fields.len());
    for (number, known) in fields.fields.iter().enumerate() {
        let is_seen = here.fields.contains_key(&(number as u32)) || there.field(number as u32) > 0;
        at_fault[number] = is_at_fault(&known.field);
        let is_comparable = !there.others.is_bare || matches!(known.field, Field::Place(_));
        let reason = match known {
            _ if at_fault[number] => Some(&mut left_out.at_fault),
            _ if !is_seen || !is_comparable => None,
            _ if known.is_personal() => Some(&mut left_out.personal),
            _ if known.is_distinct() => Some(&mut left_out.distinct),
            _ => {
                let away = there.others.at_fault.get(number).copied().unwrap_or(0);
                let able = if known.needs_document() { there.documents() } else { there.rows() };
                compared.push(Some(Compared { of: (here.able(known.needs_document()), able.saturating_sub(away)) }));
                continue;
            }
        };
        if let Some(count) = reason {
            *count += 1;
        }
        compared.push(None);
    }
    let mut table = Table { fields, here, there, exact, compared: &compared, least: FxHashMap::default(), rarer: FxHashMap::default() };
    let too_few = match (here.rows, there.rows()) {
        (here, _) if here < LEAST_ROWS => Some(TooFew::Here),
        (_, there) if there < LEAST_ROWS => Some(TooFew::There),
        _ => None,
    };
    let (mut claims, tested) = if too_few.is_some() { (Vec::new(), 0) } else { table.claims(DOUBT / groups.max(1) as f64, groups) };
    let most = table.most_frequent();
    let topics =
        Topic::ALL.map(|topic| TopicAnswer { topic, says: table.answer(topic, &claims, &at_fault, &most, too_few.is_some()) }).to_vec();
    let more = claims.len().saturating_sub(MOST_CLAIMS);
    claims.truncate(MOST_CLAIMS);
    Comparison {
        by: ToldBy::default(),
        // Where rows are drawn, one or two may have come late.
        rows: [here.rows, here.documents, all.max(here.rows)],
        elsewhere: [there.rows(), there.documents(), there.all.max(there.rows())],
        compared: tested,
        claims,
        more,
        topics,
        too_few,
        left_out,
    }
}

/// What is compared, here and there.
struct Table<'a> {
    fields: &'a Fields,
    here: &'a Told,
    there: &'a There<'a>,
    exact: &'a Exact,
    /// By the number of the field.
    compared: &'a [Option<Compared>],
    /// The least chances by rows with a value, rows here, rows there.
    least: FxHashMap<[u64; 3], f64>,
    /// The value that is rarest here beyond a doubt, by the number of a field that has a topic.
    rarer: FxHashMap<u32, RarerHere>,
}

/// By what chance a value is rarer here than there, and the value.
type RarerHere = (f64, Option<u32>, Counts);

impl Table<'_> {
    fn counts(&self, field: u32, having: u64, elsewhere: u64) -> Option<Counts> {
        let (of, elsewhere_of) = self.compared.get(field as usize)?.as_ref()?.of;
        // A place may stand in a row more than its fault says.
        (having <= of && elsewhere <= elsewhere_of && of > 0 && elsewhere_of > 0).then_some(Counts { having, of, elsewhere, elsewhere_of })
    }

    /// How many rows tell nothing by a field.
    fn silent(&self, field: u32) -> Option<Counts> {
        let (of, elsewhere_of) = self.compared.get(field as usize)?.as_ref()?.of;
        let told = self.here.fields.get(&field).copied().unwrap_or(0);
        self.counts(field, of.checked_sub(told)?, elsewhere_of.checked_sub(self.there.field(field))?)
    }

    /// How many rows tell a value.
    fn telling(&self, value: u32) -> Option<Counts> {
        let field = self.fields.values.get(value as usize)?.field;
        self.counts(field, self.here.values.get(&value).copied().unwrap_or(0), self.there.value(value))
    }

    fn least(&mut self, counts: Counts) -> f64 {
        let exact = self.exact;
        let key = [counts.having + counts.elsewhere, counts.of, counts.elsewhere_of];
        *self.least.entry(key).or_insert_with(|| exact.least_chance(counts))
    }

    /// What is commoner here beyond a doubt, and how many values were compared.
    fn claims(&mut self, doubt: f64, groups: usize) -> (Vec<Claim>, usize) {
        let silent = (0..self.fields.fields.len() as u32).filter_map(|field| Some((field, None, self.silent(field)?)));
        let telling = (0..self.fields.values.len() as u32).filter_map(|value| {
            let counts = self.telling(value).filter(|counts| counts.having + counts.elsewhere > 0)?;
            Some((self.fields.values[value as usize].field, Some(value), counts))
        });
        let all: Vec<(u32, Option<u32>, Counts)> = silent.chain(telling).collect();
        // What is asked first may be rarer here as well.
        let fields = self.fields;
        let is_asked = |field: u32| fields.fields[field as usize].topic.is_some();
        let mut least = |&(field, _, counts): &(u32, Option<u32>, Counts)| match is_asked(field) {
            true => self.least(counts).min(self.least(counts.turned())),
            false => self.least(counts),
        };
        // What could not be told whatever was seen takes no part in the doubt.
        let least: Vec<f64> = all.iter().map(&mut least).filter(|least| *least <= doubt).collect();
        let by = shared_by(least, doubt);
        self.rarer = self.rarer(all.iter().filter(|(field, ..)| is_asked(*field)), doubt / by as f64);
        let mut found: Vec<(f64, f64, u32, Option<u32>, Counts)> = Vec::new();
        let mut known: FxHashMap<Counts, Option<(f64, f64)>> = FxHashMap::default();
        for &(field, value, counts) in all.iter().filter(|(.., counts)| counts.is_commoner()) {
            let weight = || {
                let chance = self.exact.chance(counts);
                let difference = if chance <= doubt / by as f64 { counts.least_difference() } else { 0.0 };
                (difference > 0.0).then_some((difference, chance * (by * groups.max(1)) as f64))
            };
            if let Some((difference, chance)) = *known.entry(counts).or_insert_with(weight) {
                found.push((difference, chance, field, value, counts));
            }
        }
        // What is asked first goes before what is as strong.
        let topic = |field: u32| self.fields.fields[field as usize].topic.map_or(usize::MAX, |topic| topic as usize);
        found.sort_by(|a, b| {
            b.0.total_cmp(&a.0).then_with(|| a.1.total_cmp(&b.1)).then_with(|| (topic(a.2), a.2, a.3).cmp(&(topic(b.2), b.2, b.3)))
        });
        let mut claims: Vec<Claim> = Vec::new();
        let mut at: FxHashMap<Counts, usize> = FxHashMap::default();
        for (least_difference, chance, field, value, counts) in found {
            let told = self.told(field, value);
            match at.get(&counts).and_then(|&at| claims.get_mut(at)) {
                Some(same) => same.traits.push(told),
                None => {
                    at.insert(counts, claims.len());
                    claims.push(Claim { traits: vec![told], counts, least_difference, chance: rounded(chance) });
                }
            }
        }
        for claim in &mut claims {
            // What lies around others is told before them.
            claim.traits.sort_by_key(|told| (told.topic.is_none(), depth(&told.field)));
        }
        (claims, all.len())
    }

    /// What is rarer here by less than a chance.
    fn rarer<'v>(&self, values: impl Iterator<Item = &'v (u32, Option<u32>, Counts)>, most: f64) -> FxHashMap<u32, RarerHere> {
        let mut rarer: FxHashMap<u32, RarerHere> = FxHashMap::default();
        for &(field, value, counts) in values {
            let chance = self.exact.chance(counts.turned());
            if chance <= most && counts.turned().least_difference() > 0.0 && rarer.get(&field).is_none_or(|known| chance < known.0) {
                rarer.insert(field, (chance, value, counts));
            }
        }
        rarer
    }

    fn told(&self, field: u32, value: Option<u32>) -> SenderTrait {
        let KnownField { field, topic, .. } = &self.fields.fields[field as usize];
        let value = value
            .and_then(|value| self.fields.values.get(value as usize))
            .map(|known| TraitValue { text: known.shown(field), raw: String::from_utf8_lossy(&known.text).into_owned() });
        SenderTrait { field: field.clone(), topic: *topic, value }
    }

    /// The most frequent value here of each field that has a topic.
    fn most_frequent(&self) -> FxHashMap<u32, (u64, Reverse<u32>)> {
        let mut most = FxHashMap::default();
        for (&value, &rows) in &self.here.values {
            let field = self.fields.values[value as usize].field;
            if self.fields.fields[field as usize].topic.is_some() {
                let rank = (rows, Reverse(value));
                most.entry(field).and_modify(|known| *known = rank.max(*known)).or_insert(rank);
            }
        }
        most
    }

    fn answer(
        &self,
        topic: Topic,
        claims: &[Claim],
        at_fault: &[bool],
        most: &FxHashMap<u32, (u64, Reverse<u32>)>,
        is_few: bool,
    ) -> TopicSays {
        let of_topic = |told: &&SenderTrait| told.topic == Some(topic);
        if let Some((claim, told)) = claims.iter().find_map(|claim| Some((claim, claim.traits.iter().find(of_topic)?))) {
            return TopicSays::Value { told: told.clone(), counts: claim.counts, share: ShareIs::Commoner };
        }
        let fields = || (0..self.fields.fields.len() as u32).filter(|&field| self.fields.fields[field as usize].topic == Some(topic));
        let rarest = fields().filter_map(|field| Some((field, self.rarer.get(&field)?))).min_by(|a, b| a.1.0.total_cmp(&b.1.0));
        if let Some((field, &(_, value, counts))) = rarest {
            return TopicSays::Value { told: self.told(field, value), counts, share: ShareIs::Rarer };
        }
        let told = |field: u32| (self.here.fields.get(&field).copied().unwrap_or(0), self.there.field(field));
        let is_told = |field: &u32| self.compared[*field as usize].is_some() && told(*field) != (0, 0);
        let Some(field) = fields().filter(is_told).max_by_key(|&field| (told(field), Reverse(field))) else {
            let known = |field: u32| &self.fields.fields[field as usize];
            let is_of_rows = |field: u32| self.there.others.is_bare && !matches!(known(field).field, Field::Place(_));
            let seen = || fields().filter(|&field| told(field) != (0, 0));
            let both = || seen().filter(|&field| !is_of_rows(field));
            return match () {
                () if fields().any(|field| at_fault[field as usize]) => TopicSays::AtFault,
                () if both().any(|field| known(field).is_distinct()) => TopicSays::Varies,
                () if both().next().is_some() => TopicSays::Withheld,
                () if seen().next().is_some() => TopicSays::RowsAlone,
                () => TopicSays::Untold,
            };
        };
        let most = most.get(&field).map(|(_, Reverse(value))| *value);
        if most.is_none() && told(field).0 > 0 {
            return TopicSays::Withheld;
        }
        let (of, elsewhere_of) = self.compared[field as usize].as_ref().map_or((0, 0), |compared| compared.of);
        let (having, elsewhere) = match most {
            Some(value) => (self.here.values.get(&value).copied().unwrap_or(0), self.there.value(value)),
            None => (of.saturating_sub(told(field).0), elsewhere_of.saturating_sub(told(field).1)),
        };
        let share = if is_few { ShareIs::NotCompared } else { ShareIs::Alike };
        TopicSays::Value { told: self.told(field, most), counts: Counts { having, of, elsewhere, elsewhere_of }, share }
    }
}

/// How deep in the document a field stands.
fn depth(field: &Field) -> usize {
    match field {
        Field::Place(path) => path.split('/').count(),
        _ => 0,
    }
}

/// The next power of ten that is no smaller.
fn rounded(chance: f64) -> f64 {
    let tens = chance.max(LEAST_CHANCE).log10().ceil() as i32;
    format!("1e{tens}").parse().unwrap_or(chance)
}
