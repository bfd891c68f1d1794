use super::*;

fn finding(amount: u64) -> GateFinding {
    let fingerprint = fingerprint(GateKind::Refused, "acme/ping.1", "/properties/a", "rows type", amount);
    GateFinding {
        kind: GateKind::Refused,
        weight: GateWeight::Stops,
        title: "newly fail".into(),
        sentence: "3 rows fail".into(),
        why: Vec::new(),
        mend: None,
        tables: vec!["acme/ping.1".into()],
        place: None,
        fingerprint,
        amount,
        moved: None,
        muted: None,
    }
}

fn list(fingerprint: &str, until: &str) -> String {
    format!("# known\n[[accepted]]\nfingerprint = \"{fingerprint}\"\nreason = \"old clients\"\nuntil = {until}\n")
}

fn applied(text: &str, finding: GateFinding, today: &str) -> GateReport {
    let mut report = GateReport::default();
    report.add([finding]);
    Accepted::parse("known.toml", text).unwrap().apply(&mut report, today.parse().unwrap());
    report
}

#[test]
fn what_is_accepted_is_muted_until_its_day_or_its_growth() {
    let known = finding(3).fingerprint;
    assert!(known.ends_with(":3"), "{known}");
    for until in ["\"2026-12-31\"", "2026-12-31"] {
        let report = applied(&list(&known, until), finding(3), "2026-12-31");
        assert_eq!((report.count(GateWeight::Stops), report.muted()), (0, 1));
        assert_eq!(report.summary(), "0 findings, 0 notices, 1 accepted");
        assert_eq!(report.findings[0].muted.as_ref().unwrap().reason, "old clients");
    }
    let fewer = applied(&list(&known, "2026-12-31"), finding(2), "2026-01-01");
    assert_eq!(fewer.muted(), 1, "what has become less stays accepted");
    let grown = applied(&list(&known, "2026-12-31"), finding(4), "2026-01-01");
    assert_eq!((grown.count(GateWeight::Stops), grown.muted()), (1, 0));
    assert!(grown.notes[0].starts_with("known.toml line 2: it has grown to 4"), "{:?}", grown.notes);
    let late = applied(&list(&known, "2026-12-31"), finding(3), "2027-01-01");
    assert_eq!(
        (late.count(GateWeight::Stops), late.notes),
        (1, vec!["known.toml line 2: accepted until 2026-12-31, which is over".to_owned()])
    );
    let unknown = applied(&list("0123456789abcdef:1", "2026-12-31"), finding(3), "2026-01-01");
    assert!(
        unknown.count(GateWeight::Stops) == 1 && unknown.notes[0].contains("line 2: no finding has the fingerprint 0123456789abcdef:1")
    );
}

#[test]
fn a_broken_list_says_where() {
    let known = finding(3).fingerprint;
    let error = |text: &str| Accepted::parse("known.toml", text).unwrap_err().to_string();
    assert_eq!(error(&list(&known, "\"31.12.2026\"")), "known.toml line 5: until is not a date: write it as 2026-12-31");
    assert!(error(&list(&known, "2026-02-31")).starts_with("known.toml line 5"));
    assert!(error(&list("deadbeef", "2026-12-31")).starts_with("known.toml line 3: this is not a fingerprint"));
    assert!(error("[[accepted]]\nreason = \"x\"\n").starts_with("known.toml line 1: the entry is not whole"));
    assert!(error("accepted = 1").starts_with("known.toml line 1"));
    assert!(error("[[accepted]]\nfingerprint = 7\n").starts_with("known.toml line 2: fingerprint has to be a text"));
}
