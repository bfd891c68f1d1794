//! What is told of rows beside others: what is commoner, what is asked first, what was left out.
//!
//! Owns: the forms of the answers. Refuses: finding them (weighed), words (facts).

use super::ToldBy;
use super::exact::Counts;
use super::fields::Field;
use super::topic::Topic;

/// Something that rows tell of their sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderTrait {
    /// By what they tell it.
    pub field: Field,
    /// What that is about, where it is among what is asked first.
    pub topic: Option<Topic>,
    /// What they tell; `None` where they tell nothing there.
    pub value: Option<TraitValue>,
}

/// A value as it is read, and as it stands: of a place its JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraitValue {
    /// A text without its quotes. Not safe for a terminal.
    pub text: String,
    /// As it stands in the row.
    pub raw: String,
}

/// What is commoner here than there, beyond chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What it is; behind the first, others that exactly as many rows have here and there.
    pub traits: Vec<SenderTrait>,
    /// In how many rows.
    pub counts: Counts,
    /// How much larger the share here is at least, with 99 % confidence for this value by itself: above 0, at most 1.
    pub least_difference: f64,
    /// Below which the chance is that a list of claims about all groups holds one like it though nothing is commoner anywhere: a power of ten.
    pub chance: f64,
}

/// An answer to what is asked first.
#[derive(Debug, Clone)]
pub struct TopicAnswer {
    /// What was asked.
    pub topic: Topic,
    /// The answer.
    pub says: TopicSays,
}

/// What rows say about a topic.
#[derive(Debug, Clone)]
pub enum TopicSays {
    /// The most frequent value here, or the one that is commoner here.
    Value {
        /// What it is.
        told: SenderTrait,
        /// In how many rows.
        counts: Counts,
        /// How that share stands to the one there.
        share: ShareIs,
    },
    /// Nearly every row tells something else.
    Varies,
    /// The fault itself is about it.
    AtFault,
    /// It is told by values that are too long or name somebody, and so are not compared.
    Withheld,
    /// Rows here tell it; what they are compared with are documents without a row around them, which do not.
    RowsAlone,
    /// No row tells it, here or there.
    Untold,
}

/// How a share here stands to the one there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareIs {
    /// Larger beyond chance: one of the claims.
    Commoner,
    /// Smaller beyond chance.
    Rarer,
    /// Neither.
    Alike,
    /// Nobody knows: there are too few rows.
    NotCompared,
}

/// Why rows could not be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooFew {
    /// Few rows here.
    Here,
    /// Few there; perhaps none.
    There,
}

/// What was not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Fields of which nearly every row tells something else.
    pub distinct: usize,
    /// Fields that name a person or a machine.
    pub personal: usize,
    /// Fields that the fault is about.
    pub at_fault: usize,
    /// Values at places beyond those that are told apart.
    pub beyond: u64,
    /// Documents of which not all was looked at.
    pub long: u64,
}

/// Rows of a group beside others.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// By what the rows told it.
    pub by: ToldBy,
    /// Rows of the group that were looked at, those of them whose payload could be read, and all.
    pub rows: [u64; 3],
    /// The same of what it is compared with.
    pub elsewhere: [u64; 3],
    /// Values that were compared, also those that nothing could have been told of.
    pub compared: usize,
    /// What sets the group apart, the strongest first.
    pub claims: Vec<Claim>,
    /// Further claims.
    pub more: usize,
    /// What is asked first, with its answers.
    pub topics: Vec<TopicAnswer>,
    /// Why nothing was compared.
    pub too_few: Option<TooFew>,
    /// What was not compared.
    pub left_out: LeftOut,
}
