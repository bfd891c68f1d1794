//! Answers where a comparison has its limits.

use super::*;
use crate::triage::senders::exact::Counts;

fn says(comparison: &Comparison, topic: Topic) -> &TopicSays {
    &comparison.topics.iter().find(|answer| answer.topic == topic).unwrap().says
}

/// Accepted documents of acme/session, one file.
fn accepted(documents: &str) -> (tempfile::TempDir, Vec<Arc<SampleFile>>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acme/session.1.ndjson");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, documents).unwrap();
    let files = crate::rows::samples::find(&[path.to_string_lossy().into_owned()]).unwrap().files;
    (folder, files)
}

#[test]
fn what_documents_cannot_tell_is_not_said_to_be_told_by_no_row() {
    let (_folder, files) = accepted(&"{\"application\":{\"version\":\"9.0\"}}\n".repeat(20));
    let payload = r#"{"application":{"version":"9.0"},"creationDate":"2026-03-02T07:30:00Z"}"#;
    let rows: String = (0..20).map(|_| line(0, r#","geo_country":"US","isp_name":"Test Mobile""#, payload)).collect();
    let (groups, found) = found(&rows, &files);
    let (group, senders) = of_fault(&groups, &found, 0);
    let told = facts::senders::below(senders, group).join("\n");
    assert!(
        told.contains("accepted documents do not tell the country, ISP, delay until submission; no row or document tells the"),
        "{told}"
    );
    let text = facts::senders::facts(senders, group).to_text();
    assert!(text.contains("country                 not compared: accepted documents do not tell it"), "{text}");
}

#[test]
fn what_is_rarer_here_is_not_alike() {
    let (groups, found) = two_groups(|is_it, at| {
        let channel = if is_it && at % 2 == 0 { format!("own-{at}") } else { "release".to_owned() };
        (String::new(), format!(r#"{{"client_info":{{"app_channel":"{channel}","os":"Linux"}}}}"#))
    });
    let (group, senders) = of_fault(&groups, &found, 0);
    let told = facts::senders::below(senders, group).join("\n");
    let rarer = "channel release is rarer here: 33 % (20 of 60), elsewhere 100 % (140 of 140)";
    assert!(told.contains(&format!("\n{rarer}; no difference beyond chance in operating system; ")), "{told}");
    let counts = Counts { having: 20, of: 60, elsewhere: 140, elsewhere_of: 140 };
    let found = says(&senders.failures, Topic::Channel);
    assert!(matches!(found, TopicSays::Value { share: ShareIs::Rarer, counts: known, .. } if *known == counts), "{found:?}");
    assert!(facts::senders::facts(senders, group).to_text().contains("elsewhere 100 % (140 of 140): rarer here"));
}

#[test]
fn values_that_are_not_compared_are_not_called_alike_or_missing() {
    let (groups, found) = two_groups(|_, _| {
        let payload = format!(r#"{{"application":{{"name":"{}","version":"jo@mail.example"}}}}"#, "x".repeat(120));
        (String::new(), payload)
    });
    let (group, senders) = of_fault(&groups, &found, 0);
    assert!(matches!(says(&senders.failures, Topic::Application), TopicSays::Withheld));
    let told = facts::senders::below(senders, group).join("\n");
    assert!(told.contains("\ntoo long or personal to be compared: application version, application; no row tells the"), "{told}");
}

#[test]
fn who_is_spelled_by_escapes_is_not_told_either() {
    let (groups, found) = two_groups(|is_it, _| {
        let who = if is_it { r"jo\u0040mail.example" } else { r"di\u0040mail.example" };
        (String::new(), format!(r#"{{"sender":"{who}"}}"#))
    });
    for fault in [0, 1] {
        assert_eq!(names(&of_fault(&groups, &found, fault).1.failures), [] as [&str; 0]);
    }
}

#[test]
fn two_lists_share_the_doubt_of_one() {
    let (_folder, files) = accepted(&"{}\n".repeat(20));
    let claims = |others: usize, accepted: &[Arc<SampleFile>]| {
        // What could tell as well makes the doubt small.
        let more = |at: usize| (0..40).map(|field| format!(r#""m{field}":{}"#, at % 2)).collect::<Vec<_>>().join(",");
        let of = |group, at| line(group, if group == 0 && at < 12 { r#","x_tag":"a""# } else { "" }, &format!("{{{}}}", more(at)));
        let rows: String = (0..20).map(|at| of(0, at)).chain((0..others).map(|at| of(1, at))).collect();
        let (groups, found) = found(&rows, accepted);
        of_fault(&groups, &found, 0).1.failures.claims.len()
    };
    let both: Vec<(usize, usize)> = (10..40).map(|others| (claims(others, &[]), claims(others, &files))).collect();
    assert!(both.iter().all(|(alone, beside)| alone >= beside), "{both:?}");
    assert!(both.contains(&(1, 0)) && both.contains(&(1, 1)) && both.contains(&(0, 0)), "{both:?}");
}

#[test]
fn accepted_documents_stand_beside_each_spelling_of_their_doctype() {
    let (_folder, files) = accepted(&"{}\n".repeat(20));
    let rows: String = (0..20).map(|at| line(at % 2, "", "{}")).collect();
    let (one, other): (Vec<&str>, Vec<&str>) = rows.lines().partition(|line| line.contains("fault0"));
    let rows = format!("{}\n{}\n", one.join("\n"), other.join("\n").replace("\"session\"", "\"Session\""));
    let (groups, found) = found(&rows, &files);
    assert_eq!(found.accepted.taken, 20);
    for fault in [0, 1] {
        let accepted = of_fault(&groups, &found, fault).1.accepted.as_ref();
        assert_eq!(accepted.map(|accepted| accepted.elsewhere), Some([20, 20, 20]), "fault {fault}");
    }
}

#[test]
fn what_an_answer_does_not_rest_on_is_told_in_lists_and_reports() {
    let (groups, found) = two_groups(|is_it, at| {
        let deep = format!("{}1{}", r#"{"k":"#.repeat(700), "}".repeat(700));
        (String::new(), format!(r#"{{"fault{}":null,"client_id":"{at}","seq":{at},"deep":{deep}}}"#, u8::from(!is_it)))
    });
    let (group, senders) = of_fault(&groups, &found, 0);
    let told = facts::senders::below(senders, group).join("\n");
    let left =
        "columns and places that were left out: 1 of which nearly every row tells something else, 1 that names a person or a machine";
    assert!(told.contains(left) && told.contains("; 200 values stand at places that are too many or too deep to tell apart"), "{told}");
    let counts: String = (0..20).map(|at| line(at % 2, r#","error_count":"7""#, "{}")).collect();
    let (groups, found) = self::found(&counts, &[]);
    let (group, senders) = of_fault(&groups, &found, 0);
    let told = facts::senders::strongest(senders, group);
    assert_eq!(told, "0 rows are too few to be set apart from others: 5 are needed; 10 rows of counts tell no sender");
}
