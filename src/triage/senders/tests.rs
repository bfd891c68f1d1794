mod answers;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::rows::source::files::Files;
use crate::rows::source::{Request, Unwatched};
use crate::triage::facts;
use crate::triage::redact::{Lists, Redactor};

/// Numbers that are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn of<'a>(&mut self, values: &[&'a str]) -> &'a str {
        values[self.next(values.len() as u64) as usize]
    }
}

/// A row as a line: columns, payload, which of the groups it is in.
fn line(group: usize, columns: &str, payload: &str) -> String {
    format!(
        r#"{{"document_namespace":"acme","document_type":"session","document_version":"1","error_type":"ParsePayload","exception_class":"org.everit.json.schema.ValidationException","error_message":"org.everit.json.schema.ValidationException: #/fault{group}: expected type: String, found: Null","submission_timestamp":"2026-03-02 08:00:00 UTC"{columns},"payload":"{}"}}"#,
        STANDARD.encode(payload)
    ) + "\n"
}

/// Columns and payload of some sender, everything by dice.
fn sender(dice: &mut Dice, version: &str) -> (String, String) {
    let columns = format!(
        r#","geo_country":"{}","isp_name":"{}","user_agent":"{}","client_id":"{:032x}","x_source_tags":{}"#,
        dice.of(&["US", "DE", "IN", "BR", "ID"]),
        dice.of(&["Example Telecom", "Sample Broadband", "Test Mobile"]),
        dice.of(&["Glean/64.5.1 (Kotlin on Android)", "Glean/60.0.0 (Rust on Linux)", "other"]),
        dice.next(u64::MAX),
        dice.of(&["null", "null", "\"automation\""]),
    );
    let metrics: Vec<String> = (0..12).map(|at| format!(r#""m{at}":{}"#, dice.next(3 + at))).collect();
    let payload = format!(
        r#"{{"client_info":{{"app_display_version":"{version}","app_channel":"{}","os":"{}","os_version":"{}","client_id":"{}"{}}},"ping_info":{{"seq":{},"reason":"{}","end_time":"{}"}},"metrics":{{{}}}}}"#,
        dice.of(&["release", "beta", "nightly"]),
        dice.of(&["Linux", "Windows", "Darwin"]),
        dice.of(&["10.0", "11.0", "12.1"]),
        dice.next(u64::MAX),
        dice.of(&["", r#","locale":"de""#]),
        dice.next(100_000),
        dice.of(&["active", "inactive", "dirty_startup"]),
        dice.of(&["2026-03-02T07:30:00Z", "2026-03-01T07:30:00Z", "2026-02-20T07:30:00Z"]),
        metrics.join(","),
    );
    (columns, payload)
}

fn version(dice: &mut Dice) -> &'static str {
    dice.of(&["126.0", "127.0", "127.0.1", "128.0a1", "128.0b2", "129.0a1", "115.4.0", "115.5.0", "124.0", "125.0"])
}

/// Groups of some rows and what is found of them, each by the number of its fault.
fn found(rows: &str, accepted: &[Arc<SampleFile>]) -> (Groups, SendersOf) {
    let files = Files::from_memory("rows.ndjson", rows.as_bytes().to_vec()).unwrap();
    let groups = files.groups(&Request::default(), &Unwatched).unwrap();
    let chosen: Vec<&Group> = groups.list.iter().collect();
    let found =
        senders(&SendersQuestion { source: &files, groups: &groups, chosen: &chosen, accepted, by: ToldBy::Payloads }, &Unwatched).unwrap();
    (groups, found)
}

fn of_fault<'a>(groups: &'a Groups, found: &'a SendersOf, fault: usize) -> (&'a Group, &'a Senders) {
    let group = groups.list.iter().find(|group| group.key.path.as_deref() == Some(&*format!("/fault{fault}"))).unwrap();
    (group, &found.of[&group.fingerprint])
}

fn names(comparison: &Comparison) -> Vec<String> {
    let name = |told: &SenderTrait| {
        format!("{} {}", facts::senders::field_name(&told.field), told.value.as_ref().map_or("-", |value| &value.text))
    };
    comparison.claims.iter().map(|claim| claim.traits.iter().map(name).collect::<Vec<_>>().join(" = ")).collect()
}

#[test]
fn shuffled_rows_make_at_most_one_claim_in_a_hundred_runs() {
    let mut claims = Vec::new();
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let rows: String = (0..200)
            .map(|_| {
                let version = version(&mut dice);
                let (columns, payload) = sender(&mut dice, version);
                line([0, 0, 1, 2][dice.next(4) as usize], &columns, &payload)
            })
            .collect();
        let (_, found) = found(&rows, &[]);
        assert!(found.of.values().all(|senders| senders.failures.compared > 100 && senders.failures.too_few.is_none()));
        claims.extend(found.of.values().flat_map(|senders| names(&senders.failures)).map(|name| format!("{seed}: {name}")));
        let topics = found.of.values().flat_map(|senders| &senders.failures.topics);
        let rarer = topics.filter(|answer| matches!(answer.says, TopicSays::Value { share: ShareIs::Rarer, .. }));
        claims.extend(rarer.map(|answer| format!("{seed}: rarer {}", answer.topic.name())));
    }
    assert!(claims.len() <= 1, "{claims:?}");
}

#[test]
fn a_version_that_most_rows_have_and_few_elsewhere_is_among_the_first_three() {
    for seed in 0..100 {
        let mut dice = Dice(1000 + seed);
        let mut rows = String::new();
        for (group, count, tenths) in [(0, 40, 9), (1, 100, 1)] {
            for _ in 0..count {
                let is_it = dice.next(10) < tenths;
                let version = if is_it { "130.0a1" } else { version(&mut dice) };
                let (columns, payload) = sender(&mut dice, version);
                rows.push_str(&line(group, &columns, &payload));
            }
        }
        let (groups, found) = found(&rows, &[]);
        let named = names(&of_fault(&groups, &found, 0).1.failures);
        assert!(named.iter().take(3).any(|name| name.contains("/client_info/app_display_version 130.0a1")), "seed {seed}: {named:?}");
    }
}

/// 60 rows of a group beside 140 others; `own` makes columns and payload from whether a row is of the group.
fn two_groups(own: impl Fn(bool, usize) -> (String, String)) -> (Groups, SendersOf) {
    let mut rows = String::new();
    for at in 0..200 {
        let is_it = at % 10 < 3;
        let (columns, payload) = own(is_it, at);
        rows.push_str(&line(usize::from(!is_it), &columns, &payload));
    }
    found(&rows, &[])
}

#[test]
fn shares_are_told_with_what_they_are_of() {
    let (groups, found) = two_groups(|is_it, at| {
        let channel = if is_it && at > 9 { "nightly" } else { "release" };
        (String::new(), format!(r#"{{"client_info":{{"app_channel":"{channel}"}}}}"#))
    });
    let (group, senders) = of_fault(&groups, &found, 0);
    let told = facts::senders::below(senders, group);
    assert_eq!(told[0], "95 % (57 of 60) have channel nightly, elsewhere 0 % (0 of 140)");
    assert_eq!(
        told[1],
        "no row tells the country, ISP, application version, application build, SDK version, operating system, OS version, device, \
         architecture, application, delay until submission, ping reason; looked at all 60 rows and all 140 other failing rows of acme/session"
    );
    let claim = &senders.failures.claims[0];
    assert!(claim.least_difference > 0.7 && claim.least_difference < 0.95 && claim.chance <= 1e-12, "{claim:?}");
    assert_eq!(of_fault(&groups, &found, 1).1.failures.claims.len(), 1);
}

#[test]
fn whoever_it_is_is_never_told_and_neither_is_where_it_fails() {
    let (groups, found) = two_groups(|is_it, at| {
        let client =
            if is_it { "b6a03a3e-f5d2-41e9-b96e-dcbfeb6c387d".to_owned() } else { format!("{at:08x}-f5d2-41e9-b96e-dcbfeb6c387d") };
        let columns = format!(r#","client_id":"{client}","x_forwarded_for":"192.0.2.{}","x_own_tag":"{client}""#, u8::from(is_it));
        let failing = if is_it { r#""fault0":null,"fault1":"x""# } else { r#""fault0":"x","fault1":null"# };
        (
            columns,
            format!(r#"{{{failing},"client_info":{{"client_id":"{client}"}},"user":{{"name":"Jo {}"}},"of":"{client}"}}"#, u8::from(is_it)),
        )
    });
    for fault in [0, 1] {
        assert_eq!(names(&of_fault(&groups, &found, fault).1.failures), [] as [&str; 0]);
    }
}

#[test]
fn what_rows_do_not_tell_sets_them_apart_too() {
    let (groups, found) = two_groups(|is_it, _| {
        let payload = if is_it { "{}" } else { r#"{"client_info":{"os":"Linux","app_build":"7"}}"# };
        (String::new(), payload.to_owned())
    });
    let (group, senders) = of_fault(&groups, &found, 0);
    let told = facts::senders::below(senders, group);
    assert_eq!(told[0], "100 % (60 of 60) tell no application build, elsewhere 0 % (0 of 140); in as many rows: no operating system");
}

#[test]
fn a_few_rows_are_not_compared_and_that_is_said() {
    let few: String = (0..10).map(|at| line(usize::from(at > 2), r#","geo_country":"US""#, "{}")).collect();
    let (groups, found) = found(&few, &[]);
    let (group, senders) = of_fault(&groups, &found, 0);
    let told = facts::senders::below(senders, group);
    assert_eq!(told[0], "3 rows are too few to be set apart from others: 5 are needed");
    let (group, senders) = of_fault(&groups, &found, 1);
    assert_eq!(facts::senders::below(senders, group)[0], "only 3 other failing rows of acme/session to compare with: 5 are needed");
    let alone: String = (0..10).map(|_| line(0, r#","geo_country":"US""#, "no json")).collect();
    let (groups, found) = self::found(&alone, &[]);
    let (group, senders) = of_fault(&groups, &found, 0);
    let told = facts::senders::below(senders, group);
    assert_eq!(told[0], "there are no other failing rows of acme/session, so there is nothing to compare with");
    assert!(told[1].ends_with("10 of them have no payload that can be read"), "{told:?}");
    let text = facts::senders::facts(senders, group).to_text();
    assert!(text.contains("US  100 % (10 of 10)") && text.contains("ISP                     not known: no row tells it"), "{text}");
}

#[test]
fn accepted_documents_are_compared_with_what_stands_in_payloads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acme/session.1.ndjson");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let documents: String = (0..50).map(|_| "{\"application\":{\"version\":\"9.0\"}}\n").collect();
    std::fs::write(&path, documents + "no json\n").unwrap();
    let files = crate::rows::samples::find(&[path.to_string_lossy().into_owned()]).unwrap().files;
    let rows: String = (0..20).map(|_| line(0, r#","geo_country":"US""#, r#"{"application":{"version":"9.1"}}"#)).collect();
    let (groups, found) = found(&rows, &files);
    assert_eq!(found.accepted, AcceptedCounts { taken: 50, unreadable: 1, ..AcceptedCounts::default() });
    let (group, senders) = of_fault(&groups, &found, 0);
    let told = facts::senders::below(senders, group);
    let claim = "100 % (20 of 20) have application version 9.1, of the accepted documents 0 % (0 of 50)";
    assert!(told.iter().any(|line| line == claim), "{told:?}");
    assert!(!told.iter().any(|line| line.contains("geo_country")), "{told:?}");
}

#[test]
fn only_what_says_nothing_of_a_person_is_told_to_others() {
    let (groups, found) = two_groups(|is_it, _| match is_it {
        true => (
            r#","geo_country":"NZ","isp_name":"Jos own line","x_jos_tag":"jo","normalized_channel":"jos""#.to_owned(),
            r#"{"client_info":{"app_display_version":"9.1","os":"JoOS"},"metrics":{"jo":"jo was here","count":7}}"#.to_owned(),
        ),
        false => (String::new(), "{}".to_owned()),
    });
    let (group, senders) = of_fault(&groups, &found, 0);
    let raw = facts::senders::facts(senders, group).to_text();
    let told = facts::senders::facts(&senders.told(Lists::default(), &mut Redactor::default()), group).to_text();
    assert!(raw.contains("Jos own line") && raw.contains("JoOS"), "{raw}");
    for value in ["Jos", "jos", "jo was", "JoOS", "x_jos_tag", "/jo "] {
        assert!(!told.contains(value), "{value}: {told}");
    }
    assert!(told.contains("country NZ") && told.contains("9.1"), "{told}");
}

#[test]
fn a_group_that_is_nearly_all_of_its_doctype_is_compared_with_enough_others() {
    let rows: String = (0..6600)
        .map(|at| {
            let is_it = at % 11 != 0;
            line(usize::from(!is_it), if is_it { r#","geo_country":"US""# } else { r#","geo_country":"NZ""# }, "{}")
        })
        .collect();
    let (groups, found) = found(&rows, &[]);
    let comparison = &of_fault(&groups, &found, 0).1.failures;
    assert_eq!((comparison.rows, comparison.elsewhere), ([2000, 2000, 6000], [600, 600, 600]));
    assert_eq!(names(comparison), ["geo_country US"]);
}

#[test]
fn columns_alone_tell_what_columns_hold_and_no_more() {
    let rows: String = (0..60).map(|at| sent_row(at, if at < 30 { "nightly" } else { "release" })).collect();
    let told = |by| {
        let files = Files::from_memory("rows", rows.clone().into_bytes()).unwrap();
        let groups = files.groups(&Request::default(), &Unwatched).unwrap();
        let chosen: Vec<&Group> = groups.list.iter().take(1).collect();
        let question = SendersQuestion { source: &files, groups: &groups, chosen: &chosen, accepted: &[], by };
        let found = senders(&question, &Unwatched).unwrap();
        facts::senders::facts(&found.of[&chosen[0].fingerprint], chosen[0]).to_text()
    };
    let (columns, all) = (told(ToldBy::Columns), told(ToldBy::Payloads));
    assert!(columns.contains("by their columns alone") && columns.contains("not known yet: no column tells it"), "{columns}");
    assert!(!columns.contains("nightly") && !columns.contains("payload that can be read"), "{columns}");
    assert!(all.contains("nightly") && !all.contains("columns alone"), "{all}");
}

/// A row of one of two groups, whose payload tells a channel.
fn sent_row(at: u32, channel: &str) -> String {
    let place = if at < 30 { "/a" } else { "/b" };
    let row = serde_json::json!({
        "document_namespace": "acme", "document_type": "x", "document_version": "1", "error_type": "ParsePayload",
        "exception_class": "org.everit.json.schema.ValidationException",
        "error_message": format!("org.everit.json.schema.ValidationException: #{place}: expected type: String, found: Integer"),
        "payload": serde_json::json!({"channel": channel, "n": at}).to_string(),
    });
    format!("{row}\n")
}
