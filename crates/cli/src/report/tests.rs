//! Reports: page and numbers agree, and nothing in them can break the page.

use proptest::prelude::*;
use urbis_brain::view::{HistoryPoint, Kpi};
use urbis_city::{GenerateOptions, generate};
use urbis_core::{
    Act, Actor, Authority, Begun, Decision, DecisionId, EntityId, Measured, Message,
    ObservationBatch, Outcome, Place, Prediction, Property, Proposal, ProposalId, Quality, Record,
    Row, Sensitivity, SourceId,
};
use urbis_store::{Journal, JournalOptions};
use urbis_units::{CityTime, Mode};

use super::data::{Decided, Measure, Noticed};
use super::fluent::render;
use super::*;
use crate::config::Sources;

/// The configuration without anything set: the embedded city.
fn usual() -> Config {
    Config::load(&Sources::default()).unwrap()
}

/// The configuration with the city in a folder.
fn of_city(folder: &Path) -> Config {
    let flag = (&crate::config::keys::CITY_DIR, "--city", folder.display().to_string());
    Config::load(&Sources { flags: vec![flag], ..Sources::default() }).unwrap()
}

fn data() -> Data {
    let city = ("云川".to_owned(), "Yun<chuan>".to_owned());
    let mut data = Data::begin(city, "Asia/Shanghai".to_owned(), CityTime::from_millis(0));
    let point = |minute: i64| HistoryPoint {
        at: CityTime::from_millis(minute * 60_000),
        with: Kpi { vehicles: minute as u32, ..Kpi::default() },
        without: Some(Kpi::default()),
    };
    data.note_history(&(0..30).map(point).collect::<Vec<_>>());
    data.decisions.push(Decided {
        id: 1,
        at_ms: 60_000,
        who: "op-demo".into(),
        why: None,
        option: Some(1),
        text: Message::new("corridor-name"),
        done: None,
        measures: vec![Measure {
            measure: "arrival_s".into(),
            expected: 80.0,
            low: 70.0,
            high: 90.0,
            measured: Some(75.0),
            inside: Some(true),
        }],
    });
    data.events.push(Noticed {
        id: 1,
        since_ms: 0,
        noticed_ms: 30_000,
        until_ms: None,
        text: Message::new("server-reason").text("reason", "<script>alert(1)</script>"),
    });
    data
}

#[test]
fn the_page_has_charts_tables_and_the_citys_time_in_both_languages() {
    let zh = page(&data(), Lang::Zh);
    let en = page(&data(), Lang::En);
    for html in [&zh, &en] {
        assert_eq!(html.matches("<svg").count(), 4);
        assert!(html.contains("1970-01-01 08:00:30"), "times are the city's own");
        assert!(html.contains("80.0 [70.0, 90.0] → 75.0 ✓"));
        assert!(!html.contains("<script>") && !html.contains("<chuan>"));
        assert!(
            !html.contains("http://") || html.matches("http://").count() == 4,
            "only SVG names"
        );
    }
    assert!(zh.contains("lang=\"zh\"") && zh.contains("云川"));
    assert!(en.contains("Green corridor"));
}

#[test]
fn what_was_written_is_read_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    write(&data(), folder.path(), Lang::En).unwrap();
    assert_eq!(read(folder.path(), &usual()).unwrap(), data());
    assert!(folder.path().join("report.html").is_file());
}

#[test]
fn a_folder_without_a_run_is_refused_with_what_to_give() {
    let folder = tempfile::tempdir().unwrap();
    let said = read(folder.path(), &usual()).unwrap_err().to_string();
    assert!(said.contains("neither report.json nor a journal"), "{said}");
    std::fs::write(folder.path().join("report.json"), "{\n]").unwrap();
    let said = read(folder.path(), &usual()).unwrap_err().to_string();
    assert!(said.contains("report.json, line 2"), "{said}");
}

#[test]
fn a_run_without_the_brain_is_headed_by_its_policy_and_compared_with_nothing() {
    let mut data = data();
    data.outcome = Some(crate::run::Outcome { control: "xft15".into(), ..<_>::default() });
    let html = page(&data, Lang::En);
    assert!(html.contains("<th class=\"n\">xft15</th>"), "{html}");
    assert!(!html.to_lowercase().contains("with the brain") && !html.contains("Change"));
    data.outcome = Some(crate::run::Outcome { control: "brain".into(), ..<_>::default() });
    assert!(page(&data, Lang::En).contains("With the brain"));
}

/// A journal of a session in `pack`: observations, and one decision with its outcome.
fn journal(folder: &Path, pack: &urbis_city::CityPack) {
    let start = urbis_brain::simulated_start(pack).unwrap();
    let at = |second: i64| CityTime::from_millis(start.millis() + second * 1000);
    let begun = Begun {
        mode: Mode::Simulated,
        city: pack.city.name.en.clone(),
        pack: urbis_brain::pack_hash(pack),
        seed: 1,
        settings: String::new(),
        start,
    };
    let mut records = vec![(0, Record::Begun(begun))];
    for second in [5, 65, 125] {
        records.push((second + 1, Record::Observed(observed(at(second)))));
    }
    let place = Place::Road(pack.network.roads.ids().next().unwrap());
    records.extend(decided(place, at(60)).map(|record| (130, record)));
    let outcome = Outcome {
        decision: DecisionId(1),
        at: at(170),
        measured: vec![Measured { measure: "time_spent_veh_h".into(), value: 2.5, inside: true }],
    };
    records.push((170, Record::Outcome(outcome)));
    let (mut journal, _) = Journal::open(folder, JournalOptions::default()).unwrap();
    for (second, record) in records {
        journal.append(at(second), &record).unwrap();
    }
    journal.commit().unwrap();
}

/// Four vehicles at 9 m/s.
fn observed(at: CityTime) -> ObservationBatch {
    let row = |property, value| Row {
        entity: EntityId(0),
        property,
        event_time: at,
        arrival_time: at,
        value,
        quality: Quality::Good,
        source: SourceId(0),
        sensitivity: Sensitivity::Open,
    };
    [row(Property::CountVeh, 4.0), row(Property::SpeedMps, 9.0)].into_iter().collect()
}

/// A proposal and the decision on it.
fn decided(place: Place, at: CityTime) -> [Record; 2] {
    let proposal = Proposal {
        id: ProposalId(1),
        scene: "signals".into(),
        at,
        expires: at,
        event: None,
        place,
        text: Message::new("incidents-queue").place("road", place),
        options: Vec::new(),
        preferred: 0,
        needs_approval: false,
        horizon_s: 900,
    };
    let decision = Decision {
        id: DecisionId(1),
        proposal: ProposalId(1),
        option: Some(1),
        rehearsal: None,
        predicted: vec![Prediction {
            measure: "time_spent_veh_h".into(),
            expected: 3.0,
            low: 2.0,
            high: 4.0,
            level: 0.9,
        }],
        act: Act {
            who: Actor::System,
            authority: Authority::Act,
            why: Message::new("brain-policy-approves"),
            mode: Mode::Simulated,
            at,
        },
    };
    [Record::Proposal(proposal), Record::Decision(decision)]
}

#[test]
fn a_journal_shows_local_times_names_decisions_with_outcomes_and_charts() {
    let home = tempfile::tempdir().unwrap();
    let (folder, city) = (home.path().join("journal"), home.path().join("city"));
    let pack = generate(&GenerateOptions::new(3, 16));
    journal(&folder, &pack);
    urbis_city::write_pack(&pack, &city).unwrap();
    let known = read(&folder, &of_city(&city)).unwrap();
    assert_eq!(known.city, (pack.city.name.zh.clone(), pack.city.name.en.clone()));
    assert_eq!(known.observed.iter().map(|one| one.count_veh).sum::<f64>(), 12.0);
    let html = page(&known, Lang::Zh);
    for part in [
        &pack.city.name.zh,
        "2026-09-07 07:01:00",
        "全部车辆行程时间, veh.h 3.0 [2.0, 4.0] → 2.5 ✓",
        "<svg",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(!html.contains("_veh_h"), "names of programs are not for people");
    let why = render(&Message::new("brain-policy-approves"), Lang::Zh);
    assert!(html.contains(&why), "{why} is not in {html}");
    assert_eq!(html.matches("<svg").count(), 2);

    let unknown = read(&folder, &usual()).unwrap();
    assert_eq!(unknown.city.0, pack.city.name.en);
    assert!(unknown.assumptions[0].en.contains("--city"), "{:?}", unknown.assumptions);
    assert!(page(&unknown, Lang::En).contains("2026-09-06 23:01:00"), "UTC");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_damaged_report_or_journal_panics(
        at in 0.0..1.0_f64, bytes in proptest::collection::vec(any::<u8>(), 1..6), cut: bool,
    ) {
        let damaged = |whole: &[u8]| {
            let at = (whole.len() as f64 * at) as usize;
            let rest = if cut { &[][..] } else { &whole[(at + bytes.len()).min(whole.len())..] };
            [&whole[..at], &bytes, rest].concat()
        };
        let home = tempfile::tempdir().unwrap();
        let numbers = serde_json::to_vec_pretty(&data()).unwrap();
        std::fs::write(home.path().join("report.json"), damaged(&numbers)).unwrap();
        if let Err(error) = read(home.path(), &usual()) {
            prop_assert!(error.to_string().contains("report.json"), "{}", error);
        }
        let (city, pack) = small();
        let folder = home.path().join("journal");
        journal(&folder, pack);
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            let whole = std::fs::read(&path).unwrap();
            std::fs::write(&path, damaged(&whole)).unwrap();
        }
        if let Err(error) = read(&folder, &of_city(city.path())) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}

/// A small city, written to a folder once.
fn small() -> &'static (tempfile::TempDir, urbis_city::CityPack) {
    static CITY: std::sync::OnceLock<(tempfile::TempDir, urbis_city::CityPack)> =
        std::sync::OnceLock::new();
    CITY.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let pack = generate(&GenerateOptions::new(5, 10));
        urbis_city::write_pack(&pack, home.path()).unwrap();
        (home, pack)
    })
}
