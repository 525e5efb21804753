//! Everything but serving.

use serde_json::{Value, json};

use crate::command::{data, failed, out, ran, urbis};

#[test]
fn a_generated_city_is_played_and_reported_on() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let made: Value = serde_json::from_str(&out(
        here,
        &["generate", "--seed", "3", "--junctions", "30", "-o", "city", "--json"],
    ))
    .unwrap();
    assert!(made["signals"].as_u64().unwrap() > 0, "{made}");
    let again = failed(here, &["generate", "--junctions", "30", "-o", "city"]);
    assert_eq!(again.0, 5);
    assert!(again.1.contains("is not empty"), "{}", again.1);

    let run = |control: &str, more: &[&str]| -> Value {
        let mut arguments =
            vec!["run", "--city", "city", "--control", control, "--steps", "120", "--json"];
        arguments.extend(more);
        let output = ran(here, &arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{control}: {said}");
        assert!(!said.contains('\r') && !said.contains("WARN"), "a pipe is to be silent: {said}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().count(), 1, "one object on one line: {text}");
        serde_json::from_str(&text).unwrap()
    };
    let builtin = run("builtin", &["--signal-log", "signals.csv"]);
    for key in [
        "created",
        "inserted",
        "finished",
        "att_engine_s",
        "att_published_s",
        "mean_delay_s",
        "stops",
        "max_wait_s",
        "vehicle_steps",
        "cpu_s",
        "wall_s",
    ] {
        assert!(builtin[key].is_number(), "{key} is missing: {builtin}");
    }
    let log = std::fs::read_to_string(here.join("signals.csv")).unwrap();
    assert!(log.starts_with("time_s,junction,stage\n") && log.lines().count() > 2, "{log}");

    let reported = ["--report", "report", "--journal", "journal"];
    let brain = run("brain", &reported);
    assert!(brain["without"]["created"].is_number() && brain["brain"]["records"].is_number());
    let page = std::fs::read_to_string(here.join("report/report.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("<svg"), "no charts");
    let numbers: Value = serde_json::from_str(&out(here, &["report", "report", "--json"])).unwrap();
    assert_eq!(numbers["outcome"]["created"], brain["created"]);
    assert!(out(here, &["report", "journal", "-o", "second"]).contains("report.html"));

    let replayed: Value = serde_json::from_str(&out(
        here,
        &["run", "--city", "city", "--replay", "journal", "--json"],
    ))
    .unwrap();
    assert_eq!(
        (&replayed["same"], &replayed["records"]),
        (&json!(true), &brain["brain"]["records"])
    );
    let (code, said) = failed(here, &["run", "--replay", "journal"]);
    assert!(code == 4 && said.contains("give its folder with --city"), "{said}");

    let same = run("brain", &[]);
    assert_eq!(same["brain"]["journal_hash"], brain["brain"]["journal_hash"], "not reproducible");
}

#[test]
fn a_run_obeys_file_and_environment_and_flags_win() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    out(here, &["generate", "--seed", "3", "--junctions", "30", "-o", "city"]);
    std::fs::write(
        here.join("urbis.toml"),
        "[clock]\nstart = \"17:30\"\n[brain]\nseed = 5\ncounterfactual = false\n",
    )
    .unwrap();
    let run = |control: &str, more: &[&str], variables: &[(&str, &str)]| -> Value {
        let mut arguments = vec!["run", "--control", control, "--steps", "60", "--json"];
        arguments.extend(more);
        let mut command = urbis(here, &arguments);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let city = ("URBIS_CITY_DIR", "city");
    for control in ["builtin", "brain"] {
        let configured = run(control, &[], &[city]);
        assert_eq!((&configured["seed"], &configured["without"]), (&json!(5), &Value::Null));
        let told = ["--city", "city", "--start", "17:30", "--seed", "5"];
        assert_eq!(configured["created"], run(control, &told, &[])["created"], "{control}");
        let morning = run(control, &["--start", "05:00"], &[city, ("URBIS_CLOCK_START", "17:30")]);
        assert_ne!(configured["created"], morning["created"], "{control}: the flag is to win");
        let environment = run(control, &[], &[city, ("URBIS_BRAIN_SEED", "6")]);
        assert_eq!(environment["seed"], 6, "{control}: the environment wins over the file");
    }
    let compared = run("brain", &[], &[city, ("URBIS_BRAIN_COUNTERFACTUAL", "true")]);
    assert!(compared["without"]["created"].is_number(), "{compared}");
}

#[test]
fn the_public_benchmark_gives_the_published_figures() {
    let Some(data) = data("the_public_benchmark_gives_the_published_figures") else { return };
    let folder = tempfile::tempdir().unwrap();
    let city = data.join("traffic/hangzhou_4x4");
    let (city, flow) = (city.to_str().unwrap(), city.join("anon_4_4_hangzhou_real.json"));
    // Seconds, CityFlow 0.1 on the same files with lane changes.
    for (control, expected) in [("builtin", 525.27), ("mp15", 334.2)] {
        let arguments = [
            "run",
            "--city",
            city,
            "--flow",
            flow.to_str().unwrap(),
            "--control",
            control,
            "--json",
        ];
        let result: Value = serde_json::from_str(&out(folder.path(), &arguments)).unwrap();
        let found = result["att_engine_s"].as_f64().unwrap();
        assert!((found / expected - 1.0).abs() < 0.005, "{control}: {found} is not {expected}");
    }
    let imported = out(folder.path(), &["import", city, "-o", "pack"]);
    assert!(imported.contains("16 signals"), "{imported}");
    let again = ["run", "--city", "pack", "--control", "mp15", "--steps", "60", "--json"];
    assert!(out(folder.path(), &again).contains("\"finished\""));
}

#[test]
fn what_is_wrong_ends_with_its_own_code_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("bad.toml"), "[server]\nprot = 1\n").unwrap();
    std::fs::create_dir(here.join("empty")).unwrap();
    std::fs::write(here.join("file"), "x").unwrap();
    for (arguments, code, expected) in [
        (&["run", "--control", "magic"][..], 2, "control \"magic\" is unknown"),
        (&["run", "--steps", "0"], 2, "--steps"),
        (&["dance"], 2, "dance"),
        (&["--config", "bad.toml", "run"], 3, "bad.toml, line 2: unknown key \"server.prot\""),
        (&["--config", "none.toml", "run"], 3, "none.toml: cannot be read"),
        (&["--log", "xml", "run"], 3, "flag --log: log.format"),
        (&["run", "--city", "empty"], 4, "city.toml"),
        (&["run", "--city", "none"], 4, "none"),
        (&["import", "file", "-o", "x"], 4, "CityFlow"),
        (&["report", "empty"], 4, "neither report.json nor a journal"),
        (&["serve", "--address", "0.0.0.0"], 3, "--token"),
        (&["serve", "--port", "99999"], 3, "flag --port: server.port: expected a whole number"),
        (&["serve", "--data", "file"], 5, "file"),
    ] {
        let (found, said) = failed(here, arguments);
        assert_eq!(found, code, "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    assert!(!here.join("data").exists(), "what did not start left nothing behind");
}

#[test]
fn doctor_says_how_things_stand() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let effective = out(here, &["doctor", "--print-config", "--port", "1234"]);
    assert!(effective.contains("port = 1234 # flag --port"), "{effective}");
    let sample = out(here, &["doctor", "--sample-config"]);
    std::fs::write(here.join("urbis.toml"), sample).unwrap();
    let output = ran(here, &["doctor", "--port", "0", "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let well = |what: &str| {
        let list = found["findings"].as_array().unwrap();
        list.iter().find(|one| one["what"] == what).unwrap()["well"].as_bool().unwrap()
    };
    for what in ["configuration", "data folder", "journals", "audit log", "port", "time zones"] {
        assert!(well(what), "{found}");
    }
    assert_eq!(output.status.code(), Some(if well("command centre") { 0 } else { 6 }));
    std::fs::write(here.join("urbis.toml"), "nonsense").unwrap();
    assert_eq!(failed(here, &["doctor"]).0, 3);
    assert!(out(here, &["version"]).starts_with("urbis 0"));
}

#[test]
fn a_chinese_reader_is_spoken_to_in_chinese() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = urbis(folder.path(), &["doctor", "--port", "0"]);
    let output = command.env("LANG", "zh_CN.UTF-8").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains('。'), "{said}");
}
