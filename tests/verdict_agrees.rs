//! Made-up schemas and documents by the thousand: the judge's own answers agree with each other. `benches/opinion.rs` asks another validator as well.

use std::sync::Arc;

use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::{Breach, Judge, JudgeInput, Outcome, Violation};
use proptest::prelude::*;

use crate::made_up::{root, schema, value};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn all_answers_agree(schema in schema(), value in value()) {
        let whole = root(schema);
        let judge = Judge::compile(Arc::new(Schema::parse("x", whole.to_string().into_bytes()).unwrap())).unwrap();
        let document = Document::parse(value.to_string().into_bytes());
        let (verdict, violations) = (judge.verdict(&document), judge.violations(&document, 5));
        prop_assert!(verdict.doubts.is_empty());
        prop_assert_eq!(verdict.outcome == Outcome::Pass, violations.count == 0, "{}", whole);
        prop_assert_eq!(violations.count == 0, violations.list.is_empty() && violations.tree.is_empty());
        prop_assert!(violations.list.len() as u64 == violations.count.min(5));
        if let Outcome::Fail(found) = verdict.outcome {
            let place = document.find(&found.tokens);
            prop_assert_eq!(place, Ok(found.instance), "{:?}", found);
            let begin = [found.pointer.as_str(), ": "].concat();
            prop_assert!(found.message.starts_with(&begin) && !found.sentence.is_empty());
        }
        prop_assert_eq!(judge.passes(&document), violations.count == 0);
    }

    #[test]
    fn what_is_found_without_words_is_what_is_told(schema in schema(), value in value(), limit in 0_usize..6) {
        let judge = Judge::compile(Arc::new(Schema::parse("x", root(schema).to_string().into_bytes()).unwrap())).unwrap();
        let document = Document::parse(value.to_string().into_bytes());
        let found = judge.breaches(&document, limit);
        let (count, untold): (u64, Vec<Breach>) = (found.count(), found.list().collect());
        let told = found.told();
        let plain = |one: &Violation| (one.keyword, one.instance, one.about_name, one.key.clone(), one.node);
        prop_assert_eq!(count, told.count);
        prop_assert_eq!(
            untold.into_iter().map(|one| (one.keyword, one.instance, one.about_name, one.key, one.node)).collect::<Vec<_>>(),
            told.list.iter().map(plain).collect::<Vec<_>>()
        );
        let (verdict, all) = judge.examined(&document, limit);
        prop_assert_eq!(verdict, judge.verdict(&document));
        prop_assert_eq!(all, told);
    }

    #[test]
    fn nothing_makes_it_stumble(text in "[\\[\\]{},:\"0-9ab.eE\\\\u -]{0,60}", schema in schema()) {
        let judge = Judge::compile(Arc::new(Schema::parse("x", root(schema).to_string().into_bytes()).unwrap())).unwrap();
        let document = Document::parse(text.into_bytes());
        let passes = judge.verdict(JudgeInput::payload(&document)).outcome == Outcome::Pass;
        prop_assert_eq!(passes, judge.violations(JudgeInput::payload(&document), 3).count == 0);
    }
}
