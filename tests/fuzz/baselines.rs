//! Baselines: exports of groups changed here and there are refused or can be compared with.

use misfit::rows::demo;
use misfit::rows::source::{Request, Unwatched};
use misfit::triage::baseline::{Baseline, Growth};

use super::{fuzz, is_safe};

const FIELDS: [&str; 12] =
    ["namespace", "doctype", "version", "stage", "exception_class", "path", "fault", "fingerprint", "count", "first", "last", "by_schemas"];

#[test]
fn a_changed_baseline_is_refused_or_compared() {
    let now = demo::source().expect("the sample").groups(&Request::default(), &Unwatched).expect("groups");
    fuzz("baselines", 800, |dice| {
        let groups: Vec<Vec<String>> = (0..1 + dice.below(4))
            .map(|_| {
                let known = &now.list[dice.below(now.list.len())];
                let texts = FIELDS.map(|field| match field {
                    "fingerprint" if !dice.once_in(3) => known.fingerprint.to_string(),
                    "fingerprint" => format!("{:016x}", dice.next()),
                    "count" if !dice.once_in(8) => dice.below(1000).to_string(),
                    "count" => dice.number(),
                    "first" | "last" => format!("2026-0{}-1{}T08:05:00Z", dice.below(10), dice.below(10)),
                    "by_schemas" => dice.pick(&["true", "false"]).to_owned(),
                    _ => dice.text(),
                });
                texts.to_vec()
            })
            .collect();
        let quoted = |text: &String| serde_json::to_string(text).expect("a text");
        let record = |group: &Vec<String>| {
            let members = FIELDS.iter().zip(group).map(|(field, text)| match *field {
                "count" => format!("\"{field}\":{text}"),
                _ => format!("\"{field}\":{}", quoted(text)),
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        };
        let records: Vec<String> = groups.iter().map(record).collect();
        let cells =
            |group: &Vec<String>| group.iter().map(|text| format!("\"{}\"", text.replace('"', "\"\""))).collect::<Vec<_>>().join(",");
        let forms = [
            format!("{{\"rows\":1,\"groups\":[{}]}}", records.join(",")),
            records.join("\n"),
            format!("{}\r\n{}\r\n", FIELDS.join(","), groups.iter().map(cells).collect::<Vec<_>>().join("\r\n")),
        ];
        let read = forms.each_ref().map(|form| Baseline::parse(form.as_bytes()));
        // All forms say the same. A table cannot tell an empty text from none.
        if let [Ok(whole), Ok(lines), Ok(table)] = &read {
            assert_eq!(whole.groups, lines.groups, "{}", forms[1]);
            let prints =
                |baseline: &Baseline| baseline.groups.iter().map(|group| (group.fingerprint, group.count, group.span)).collect::<Vec<_>>();
            assert_eq!(prints(whole), prints(table), "{}", forms[2]);
        }
        let mut changed = forms[dice.below(3)].clone().into_bytes();
        dice.respell(&mut changed);
        match Baseline::parse(&changed) {
            Ok(baseline) => {
                let compared = baseline.compare(&now, Growth::default());
                assert_eq!(compared.new.len() + compared.grown.len() + compared.same as usize, now.list.len());
                assert!(compared.gone.len() <= baseline.groups.len());
            }
            Err(error) => is_safe(&error.to_string()),
        }
    });
}
