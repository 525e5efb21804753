//! The configuration: what wins, what is refused and how it is said.

use proptest::prelude::*;

use super::key::{ADDRESS, LOG_LEVEL, PORT, SPEED, TOKEN};
use super::*;

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let environment = environment.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let file = Some((PathBuf::from("urbis.toml"), file.to_owned()));
    Config::load(&Sources { file, environment, flags: vec![] })
}

fn refusal(file: &str, environment: &[(&str, &str)]) -> String {
    load(file, environment).unwrap_err().to_string()
}

#[test]
fn every_default_is_of_its_kind_and_every_key_has_words() {
    for key in ALL {
        assert!(key.read(key.default).is_ok(), "{}", key.name);
        assert!(key.help.len() > 10 && !key.help.ends_with('.'), "{}", key.name);
    }
}

#[test]
fn what_a_control_room_follows_is_logged_unless_told_otherwise() {
    let config = load("", &[]).unwrap();
    let shown = config.text(&LOG_LEVEL);
    assert_eq!(shown, format!("warn,{}=info", urbis_server::DECISIONS));
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let sources = |flags| Sources {
        file: Some(("a.toml".into(), "[server]\nport = 1\naddress = \"::1\"\n".into())),
        environment: vec![("URBIS_SERVER_PORT".into(), "2".into())],
        flags,
    };
    let config = Config::load(&sources(vec![])).unwrap();
    assert_eq!((config.int(&PORT), config.text(&ADDRESS)), (2, "::1"));
    assert_eq!(config.origin(&PORT).to_string(), "environment variable URBIS_SERVER_PORT");
    assert_eq!(config.origin(&ADDRESS).to_string(), "a.toml, line 3");
    let config = Config::load(&sources(vec![(&PORT, "--port", "3".into())])).unwrap();
    assert_eq!(config.int(&PORT), 3);
    assert_eq!(config.real(&SPEED), 5.0);
}

#[test]
fn what_is_wrong_is_said_with_place_key_expectation_and_remedy() {
    for (file, expected) in [
        (
            "[server]\nprot = 1",
            "urbis.toml, line 2: unknown key \"server.prot\" (did you mean \"server.port\"?)",
        ),
        (
            "[server]\n\nport = 70000",
            "line 3: server.port: expected a whole number from 0 to 65535, found 70000",
        ),
        (
            "[server]\nport = \"x\"",
            "found \"x\"; correct it or take it out to use the default 8787",
        ),
        ("[server]\nport = -1", "found -1"),
        ("[clock]\nspeed = nan", "clock.speed: expected a number from 0.5 to 60, found NaN"),
        ("[clock]\nstart = 07:30:00", "found a date; put it into quotes"),
        ("[clock]\nstart = \"25:00\"", "expected a time of day"),
        ("[log]\nformat = \"xml\"", "expected one of text, json"),
        ("port = 1", "unknown key \"port\""),
        ("[server\nport = 1", "urbis.toml, line 1: not TOML"),
        ("[[access.people]]\nid = \"a\"", "line 1: access.people: name is missing"),
        (
            "[[access.people]]\nid=\"a\"\nname=\"A\"\nrole=\"king\"\ntoken=\"12345678\"",
            "role \"king\" is none of",
        ),
        (
            "[[access.people]]\nid=\"a\"\nname=\"A\"\nrole=\"viewer\"\ntoken=\"1234\"",
            "shorter than 8",
        ),
    ] {
        let said = refusal(file, &[]);
        assert!(said.contains(expected), "{file:?} gave {said}");
    }
    let said = refusal("", &[("URBIS_SERVER_PROT", "1")]);
    assert!(said.contains("variable URBIS_SERVER_PROT: unknown key"), "{said}");
    assert!(said.contains("URBIS_SERVER_PORT"), "{said}");
    assert!(load("", &[("URBIS_DATA", "x"), ("URBIS_BIN", "y")]).is_ok(), "not ours");
}

#[test]
fn a_secret_is_shown_nowhere() {
    let file = "[server]\ntoken = \"open sesame\"\n[[access.people]]\nid = \"a\"\nname = \"A\"\n\
                role = \"viewer\"\ntoken = \"another one\"\n";
    let config = load(file, &[]).unwrap();
    assert_eq!(config.text(&TOKEN), "open sesame");
    for text in [effective(&config), format!("{:?}", config.people)] {
        assert!(!text.contains("sesame") && !text.contains("another"), "{text}");
    }
    assert!(!refusal("[server]\ntoken = [1]", &[]).contains("[1]"));
}

#[test]
fn what_is_shown_as_effective_reads_back_the_same() {
    let config = load("[clock]\nspeed = 2.5\n[server]\nhosts = [\"a\\\"b\"]\n", &[]).unwrap();
    let again = load(&effective(&config), &[]).unwrap();
    for key in ALL {
        assert_eq!(config.value(key), again.value(key), "{}", key.name);
    }
}

#[test]
fn the_file_of_the_first_version_loads_with_every_key() {
    let file = include_str!("../../fixtures/urbis-1.toml");
    let config = load(file, &[]).unwrap();
    let keys = file.lines().filter(|line| line.contains(" = ")).count();
    let of_people = config.people.len() * 4;
    let from_file = |key: &&&Key| config.origin(key).to_string().starts_with("urbis.toml");
    let set: Vec<&&Key> = ALL.iter().filter(from_file).collect();
    assert_eq!((set.len(), of_people), (keys - of_people, 4));
    for key in set {
        assert_ne!(config.value(key), &key.read(key.default).unwrap(), "{}", key.name);
    }
    assert_eq!((config.int(&PORT), config.text(&ADDRESS)), (9000, "::1"));
    assert_eq!((config.real(&SPEED), config.text(&TOKEN)), (2.5, "open sesame"));
}

#[test]
fn reference_and_sample_are_fresh() {
    for (file, text) in [("docs/configuration.md", reference()), ("packaging/urbis.toml", sample())]
    {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let stands = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(stands, text, "{file} is stale: run the tests with UPDATE_GOLDEN=1");
    }
    let sample: String = sample()
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| !line.starts_with(' '))
        .fold(String::new(), |text, line| text + line + "\n");
    assert!(sample.contains("port = 8787"));
}

proptest! {
    #[test]
    fn no_file_breaks_the_reader(text in ".{0,200}") {
        let _ = load(&text, &[]);
    }

    #[test]
    fn no_value_of_a_known_key_breaks_the_reader(which in 0..ALL.len(), value in ".{0,40}") {
        let (section, name) = ALL[which].parts();
        let _ = load(&format!("[{section}]\n{name} = {value}\n"), &[]);
        let config = load("", &[(&ALL[which].variable(), value.as_str())]);
        if let Ok(config) = config {
            prop_assert!(ALL[which].check(config.value(ALL[which]).clone()).is_ok());
        }
    }
}
