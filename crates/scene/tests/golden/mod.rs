//! What the golden tests of all scenes share: scenarios in Markdown, a scene called once a second,
//! and the checks of what it saves. A scene's `tests/golden.rs` takes it in by its path.
//!
//! `UPDATE_GOLDEN=1` writes what a scene says now into its scenarios, and what it saves now into
//! its fixture.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "each test file uses a part of it and stops at the first surprise"
)]

use std::path::PathBuf;

use urbis_core::{
    Act, Actor, Arg, Authority, Decision, DecisionId, Estimate, Forecast, IdVec, JunctionId,
    Message, Mission, Proposal, SignalStatus,
};
use urbis_scene::{Effect, Input, Scene, SceneCtx, SceneError, Sight, Work, saved};
use urbis_units::{CityTime, Mode};

pub fn at(second: i64) -> CityTime {
    CityTime::from_millis(second * 1000)
}

/// What a scene sees, the loop's counters and the work the scene waits for.
#[derive(Debug, Default)]
pub struct Seen {
    pub estimate: Estimate,
    pub signals: IdVec<JunctionId, Option<SignalStatus>>,
    pub missions: Vec<Mission>,
    pub stopped: bool,
    pub next_event: u32,
    pub next_proposal: u32,
    pub work: Vec<(CityTime, Work)>,
}

impl Seen {
    /// Calls `scene` once a second, as the loop does: first with the answers that are due.
    pub fn call(&mut self, scene: &mut impl Scene, at_s: i64, input: &Input<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let due: Vec<_> = self.work.extract_if(.., |(ready, _)| *ready <= at(at_s)).collect();
        for (_, work) in due {
            effects.extend(self.call_now(scene, at_s, &Input::Worked(&*work.run())));
        }
        effects.extend(self.call_now(scene, at_s, input));
        effects
    }

    fn call_now(&mut self, scene: &mut impl Scene, at_s: i64, input: &Input<'_>) -> Vec<Effect> {
        let sight = Sight {
            now: at(at_s),
            mode: Mode::Simulated,
            estimate: &self.estimate,
            forecast: &Forecast::default(),
            signals: &self.signals,
            missions: &self.missions,
            stopped: self.stopped,
        };
        let mut ctx = SceneCtx::new(sight, &mut self.next_event, &mut self.next_proposal, 1);
        scene.handle(&mut ctx, input).unwrap();
        let mut effects = Vec::new();
        for effect in ctx.into_effects() {
            match effect {
                Effect::Work { ready, work } => self.work.push((ready, work)),
                other => effects.push(other),
            }
        }
        effects
    }

    /// The same sight for another scene; no work may be under way.
    pub fn copy(&self) -> Self {
        assert!(self.work.is_empty(), "{:?}", self.work);
        Self {
            estimate: self.estimate.clone(),
            signals: self.signals.clone(),
            missions: self.missions.clone(),
            work: Vec::new(),
            ..*self
        }
    }
}

/// The decision that takes `option` of `proposal`.
pub fn decision(at_s: i64, proposal: &Proposal, option: Option<u8>) -> Decision {
    Decision {
        id: DecisionId(7),
        proposal: proposal.id,
        option,
        rehearsal: None,
        predicted: Vec::new(),
        act: Act {
            who: Actor::System,
            authority: Authority::Act,
            why: Message::new("test"),
            mode: Mode::Simulated,
            at: at(at_s),
        },
    }
}

/// What was asked for, to compare.
pub fn shown(effects: &[Effect]) -> String {
    format!("{effects:?}")
}

fn is_update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// A folder of the scene whose test this is.
fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Plays the block `kind` of every scenario and compares with what the scenario expects.
pub fn scenarios_hold(kind: &str, play: impl Fn(&str) -> String) {
    let entries = std::fs::read_dir(folder("scenarios")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "there is no scenario");
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let said = play(block(&text, kind));
        let expected = block(&text, "expect");
        if is_update() {
            let renewed = text.replace(&fenced("expect", expected), &fenced("expect", &said));
            std::fs::write(&path, renewed).unwrap();
        } else {
            assert_eq!(said, expected, "{}", path.display());
        }
    }
}

fn fenced(kind: &str, contents: &str) -> String {
    format!("```{kind}\n{contents}```\n")
}

/// The contents of the first block of `kind`.
fn block<'a>(text: &'a str, kind: &str) -> &'a str {
    let start = text.find(&format!("```{kind}\n")).expect("every scenario has this block");
    let contents = &text[start + kind.len() + 4..];
    &contents[..contents.find("```").expect("every block ends")]
}

/// A row of a scenario: it holds from its second until the next row's.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    pub from_s: i64,
    pub until_s: i64,
    pub fields: Vec<&'a str>,
}

impl Row<'_> {
    pub fn number(&self, column: usize) -> f64 {
        self.fields[column].parse().unwrap()
    }

    pub fn seconds(&self) -> std::ops::Range<i64> {
        self.from_s..self.until_s
    }
}

/// The rows of a scenario after its head; the last holds one second.
pub fn rows(csv: &str) -> Vec<Row<'_>> {
    let fields: Vec<Vec<&str>> = csv.lines().skip(1).map(|row| row.split(',').collect()).collect();
    let time = |row: &Vec<&str>| row[0].parse::<i64>().unwrap();
    let until = |index: usize, row| fields.get(index + 1).map_or(time(row) + 1, time);
    fields
        .iter()
        .enumerate()
        .map(|(index, row)| Row {
            from_s: time(row),
            until_s: until(index, row),
            fields: row.clone(),
        })
        .collect()
}

/// A message with its arguments, numbers to one decimal.
pub fn text(message: &Message) -> String {
    let args: Vec<String> = message
        .args
        .iter()
        .map(|(name, arg)| match arg {
            Arg::Number(number) => format!("{name} {number:.1}"),
            Arg::Text(text) => format!("{name} {text}"),
            Arg::Message(inner) => format!("{name} {}", text(inner)),
            Arg::Place(place) => format!("{name} {place:?}"),
        })
        .collect();
    format!("{} ({})", message.key, args.join(", "))
}

/// Compares what `scene` saves with `fixtures/state-N.bin` of its version N, lets `fresh` load it,
/// and checks that a later version is refused by name.
pub fn saved_state_holds(scene: &impl Scene, fresh: &mut impl Scene) {
    let bytes = scene.save();
    let version = saved::version(&bytes).unwrap();
    let path = folder("fixtures").join(format!("state-{version}.bin"));
    if is_update() {
        std::fs::create_dir_all(folder("fixtures")).unwrap();
        std::fs::write(&path, &bytes).unwrap();
    }
    let golden = std::fs::read(&path).unwrap_or_else(|_| {
        panic!("{} is missing: run the test with UPDATE_GOLDEN=1", path.display())
    });
    assert_eq!(bytes, golden, "what is saved has changed: it needs the next version");
    fresh.load(&golden).unwrap();
    assert_eq!(fresh.save(), golden);
    let mut later = golden;
    later[..2].copy_from_slice(&(version + 1).to_le_bytes());
    let said = fresh.load(&later).unwrap_err().to_string();
    assert!(said.contains(&format!("version {}", version + 1)), "{said}");
}

/// Lets `scene` load bytes that may be anything: it takes them, or says that they are no state of
/// its own and stays as it was. Answers whether it took them.
pub fn takes_or_refuses(scene: &mut impl Scene, bytes: &[u8]) -> bool {
    let before = scene.save();
    match scene.load(bytes) {
        Ok(()) => true,
        Err(error) => {
            assert!(matches!(error, SceneError::BadState { .. }), "{error}");
            assert_eq!(scene.save(), before, "what is refused changes nothing");
            false
        }
    }
}

/// `bytes` cut off after `keep` and with each of `edits` put in its place.
pub fn mutated(bytes: &[u8], keep: usize, edits: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = bytes[..keep % (bytes.len() + 1)].to_vec();
    for (place, value) in edits {
        let length = bytes.len().max(1);
        if let Some(byte) = bytes.get_mut(place % length) {
            *byte = *value;
        }
    }
    bytes
}
