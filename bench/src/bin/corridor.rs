//! What a green corridor saves an ambulance, and what it costs everybody else.
//!
//! # Method
//! Sessions run with the corridor scene alone, every signal on its local plan, so that corridors
//! are all that the brain ever commands. Beside the city runs its counterfactual: the same day, the
//! same vehicles, the same calls, the same ambulance on the same roads under siren, without any of
//! the commands. Both leave from the same second, so what differs between them is the corridors.
//!
//! - **Saving** of a trip: arrival without less arrival with, at the patient and at the hospital.
//!   Trips that were given no corridor (the rehearsal saw no gain) count with whatever came.
//! - **Cost to others**: delay of all vehicles with less delay without, from the first call to 60
//!   minutes after the last, ambulances taken out, divided by the calls of the session. A single
//!   trip's effect drowns in the noise of a city that has diverged by one vehicle; the sum over a
//!   session has the same mean and less of that noise. Sessions are the sample of its interval.
//! - Ambulances are taken out exactly: their routes and free-flow times are the same in both
//!   cities, so the difference of their delays is the difference of their arrivals.
//!
//! Calls come 15 minutes apart unless told otherwise, from addresses drawn over the whole city;
//! a session plays a day of its own. Drivers giving way to sirens and not doing so are two series
//! over the same days and calls. With `--keep` a run can be stopped and gone on with. Delay is counted in vehicles and given in persons by the occupancy.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use serde::{Deserialize, Serialize};
use urbis_bench::{Foretold, Stage, Summary, coverage_table, foretold, open, split_mix, summarize};
use urbis_brain::view::{CallStage, CallView};
use urbis_brain::{SceneParts, Session};
use urbis_core::{Act, Actor, Authority, EventId, Input, Intake, Law, Message, PersonId, RoadId};
use urbis_scene::Scene;
use urbis_scene_corridor::Corridors;

/// Quiet before the first call, so that streets are not empty.
const WARM_UP_S: u32 = 900;

/// Corridor saving and cost to others.
#[derive(Debug, Clone, Parser)]
struct Args {
    /// Ambulance trips of each series.
    #[arg(long, default_value_t = 100)]
    trips: u32,
    /// Trips of one session; every session is a day of its own.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=40))]
    per_session: u32,
    /// Minutes between calls.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(5..=120))]
    every_min: u32,
    /// Minutes over which costs are counted after the last call.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(5..=240))]
    after_min: u32,
    /// Persons in a car.
    #[arg(long, default_value_t = 1.5)]
    occupancy: f64,
    /// Sessions that run at once.
    #[arg(long, default_value_t = 1)]
    threads: u32,
    /// Day of the first session.
    #[arg(long, default_value_t = 1)]
    first_day: u64,
    /// Whether drivers give way to sirens.
    #[arg(long, value_enum, default_value_t = GiveWay::Both)]
    give_way: GiveWay,
    /// File of finished sessions: those in it are not run again, new ones are added. It is for one
    /// set of the other options.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Print one JSON object instead of the table.
    #[arg(long)]
    json: bool,
}

/// Which series are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GiveWay {
    Yes,
    No,
    Both,
}

/// One trip, seconds after the call; `None` where the ambulance had not arrived at the end.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Trip {
    day: u64,
    road: u32,
    corridor: bool,
    patient_s: Option<f64>,
    patient_without_s: Option<f64>,
    hospital_s: Option<f64>,
    hospital_without_s: Option<f64>,
}

/// One session: its trips, and what others lost.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Day {
    trips: Vec<Trip>,
    /// Extra delay of all others, vehicle hours.
    extra_veh_h: f64,
    /// What was predicted beside what came.
    outcomes: Vec<Foretold>,
}

/// A finished session, a line of the file of `--keep`.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    give_way: bool,
    day: u64,
    session: Day,
}

/// What was finished before.
fn kept(path: &Path) -> Result<Vec<Kept>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let mut kept = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let of = || format!("{}, line {}: not a finished session", path.display(), index + 1);
        kept.push(serde_json::from_str(&line?).with_context(of)?);
    }
    Ok(kept)
}

fn keep(path: &Path, kept: &Kept) -> Result<()> {
    let mut file = File::options().append(true).create(true).open(path)?;
    Ok(writeln!(file, "{}", serde_json::to_string(kept)?)?)
}

fn main() -> Result<()> {
    let args = Args::parse();
    ensure!(args.trips > 0, "--trips must be at least 1");
    let stage = open(None, None)?;
    let mut series = Vec::new();
    let wanted = match args.give_way {
        GiveWay::Yes => vec![true],
        GiveWay::No => vec![false],
        GiveWay::Both => vec![true, false],
    };
    for give_way in wanted {
        series.push((give_way, sessions(&stage, &args, give_way)?));
    }
    print(&args, &series);
    Ok(())
}

/// Runs all sessions of a series, by day.
fn sessions(stage: &Stage, args: &Args, give_way: bool) -> Result<Vec<Day>> {
    let days = args.first_day..args.first_day + u64::from(args.trips.div_ceil(args.per_session));
    let before = args.keep.as_deref().map(kept).transpose()?.unwrap_or_default();
    let before =
        before.into_iter().filter(|one| one.give_way == give_way && days.contains(&one.day));
    let mut done: Vec<(u64, Result<Day>)> = before.map(|one| (one.day, Ok(one.session))).collect();
    let missing: Vec<u64> =
        days.clone().filter(|day| done.iter().all(|(known, _)| known != day)).collect();
    let next = AtomicUsize::new(0);
    let new: Mutex<Vec<(u64, Result<Day>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..args.threads.max(1) {
            scope.spawn(|| {
                while let Some(&day) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = session(stage, args, day, give_way);
                    eprintln!("drivers give way: {give_way}, day {day} of {days:?} done");
                    new.lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((day, result));
                }
            });
        }
    });
    done.extend(new.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner));
    done.sort_by_key(|(day, _)| *day);
    done.into_iter().map(|(_, result)| result).collect()
}

/// A call being watched.
#[derive(Debug)]
struct Watched {
    id: Option<EventId>,
    at_s: u32,
    trip: Trip,
}

fn session(stage: &Stage, args: &Args, day: u64, give_way: bool) -> Result<Day> {
    let before = (day - args.first_day) as u32 * args.per_session;
    let trips = args.per_session.min(args.trips - before);
    let scenes = |parts: &SceneParts| -> Vec<Box<dyn Scene>> {
        vec![Box::new(Corridors::new(parts.network.clone()))]
    };
    let every_s = args.every_min * 60;
    let last_s = WARM_UP_S + (trips - 1) * every_s + args.after_min * 60;
    let mut session = stage.session_of(day, Law::LocalPlan, scenes, |options| {
        options.minutes = last_s / 60 + 1;
        options.give_way = give_way;
    })?;
    let mut watched: Vec<Watched> = Vec::new();
    for second in 0..last_s {
        let calls = watched.len() as u32;
        if calls < trips && second == WARM_UP_S + calls * every_s {
            let road = draw(stage, day * 1000 + u64::from(calls))?;
            call(&mut session, road)?;
            let trip = Trip { day, road: road.0, ..Trip::default() };
            watched.push(Watched { id: None, at_s: second, trip });
        }
        session.tick()?;
        if second % 60 == 0 {
            session.commit()?;
        }
        if watched.iter().any(|watched| !watched.trip.is_over()) {
            for call in session.view().calls {
                let known = watched.iter().position(|watched| watched.id == Some(call.id));
                // Only the newest call can be one that was not seen yet.
                let Some(at) = known.or(watched.len().checked_sub(1)) else { continue };
                let watched = &mut watched[at];
                if *watched.id.get_or_insert(call.id) == call.id {
                    watched.look(&call, f64::from(second + 1 - watched.at_s));
                }
            }
        }
    }
    let trips: Vec<Trip> = watched.iter().map(|watched| watched.trip).collect();
    let (with, without) = session.metrics();
    let without = without.context("the session was started with a counterfactual")?;
    let delay_s = |metrics: &urbis_twin::Metrics| metrics.mean_delay_s * f64::from(metrics.created);
    // Where an ambulance never arrived, all the time since its call is its own.
    let own_s = |watched: &Watched, arrived: Option<f64>| {
        arrived.unwrap_or_else(|| f64::from(last_s - watched.at_s))
    };
    let saved_s: f64 = watched
        .iter()
        .map(|one| own_s(one, one.trip.hospital_without_s) - own_s(one, one.trip.hospital_s))
        .sum();
    let extra_veh_h = (delay_s(&with) - delay_s(&without) + saved_s) / 3600.0;
    let session = Day { trips, extra_veh_h, outcomes: foretold(&session) };
    if let Some(path) = &args.keep {
        keep(path, &Kept { give_way, day, session: session.clone() })?;
    }
    Ok(session)
}

impl Trip {
    fn is_over(&self) -> bool {
        self.hospital_s.is_some() && self.hospital_without_s.is_some()
    }
}

impl Watched {
    /// Notes where the ambulance stands in both cities, `since_s` seconds after the call.
    fn look(&mut self, call: &CallView, since_s: f64) {
        let trip = &mut self.trip;
        trip.corridor |= !call.corridor.is_empty();
        note(call.stage, since_s, &mut trip.patient_s, &mut trip.hospital_s);
        if let Some((stage, _)) = call.without {
            note(stage, since_s, &mut trip.patient_without_s, &mut trip.hospital_without_s);
        }
    }
}

fn note(stage: CallStage, since_s: f64, patient: &mut Option<f64>, hospital: &mut Option<f64>) {
    if stage != CallStage::ToPatient {
        patient.get_or_insert(since_s);
    }
    if stage == CallStage::Arrived {
        hospital.get_or_insert(since_s);
    }
}

/// The road of an address of the city, the same for the same number.
fn draw(stage: &Stage, number: u64) -> Result<RoadId> {
    let addresses = &stage.pack.addresses;
    ensure!(!addresses.is_empty(), "the city has no addresses to call an ambulance to");
    Ok(addresses[(split_mix(number) % addresses.len() as u64) as usize].road)
}

/// Calls an ambulance to a road.
fn call(session: &mut Session, road: RoadId) -> Result<()> {
    let act = Act {
        who: Actor::Person(PersonId("bench".to_owned())),
        authority: Authority::Role("operator".to_owned()),
        why: Message::new("bench-call"),
        mode: session.mode(),
        at: session.now(),
    };
    let what = Intake::Call { event: EventId(0), road, hospital: None, patient: Vec::new() };
    Ok(session.submit(Input { act, what })?)
}

/// One row of the table.
#[derive(Debug, Serialize)]
struct Row {
    drivers_give_way: bool,
    trips: usize,
    corridors: usize,
    unfinished: usize,
    patient_without_s: Summary,
    patient_saved_s: Summary,
    hospital_without_s: Summary,
    hospital_saved_s: Summary,
    others_person_h_a_trip: Summary,
    sessions: Vec<Day>,
}

fn row(args: &Args, drivers_give_way: bool, days: &[Day]) -> Row {
    let trips: Vec<&Trip> = days.iter().flat_map(|day| &day.trips).collect();
    let of = |read: fn(&Trip) -> Option<f64>| -> Summary {
        summarize(&trips.iter().filter_map(|trip| read(trip)).collect::<Vec<f64>>())
    };
    let a_trip = |day: &Day| day.extra_veh_h * args.occupancy / day.trips.len() as f64;
    Row {
        drivers_give_way,
        trips: trips.len(),
        corridors: trips.iter().filter(|trip| trip.corridor).count(),
        unfinished: trips.iter().filter(|trip| !trip.is_over()).count(),
        patient_without_s: of(|trip| trip.patient_without_s),
        patient_saved_s: of(|trip| Some(trip.patient_without_s? - trip.patient_s?)),
        hospital_without_s: of(|trip| trip.hospital_without_s),
        hospital_saved_s: of(|trip| Some(trip.hospital_without_s? - trip.hospital_s?)),
        others_person_h_a_trip: summarize(&days.iter().map(a_trip).collect::<Vec<f64>>()),
        sessions: days.to_vec(),
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn print(args: &Args, series: &[(bool, Vec<Day>)]) {
    let rows: Vec<Row> = series.iter().map(|(give_way, days)| row(args, *give_way, days)).collect();
    if args.json {
        let object = serde_json::json!({
            "occupancy": args.occupancy,
            "every_min": args.every_min,
            "counted_after_last_call_min": args.after_min,
            "series": rows,
        });
        println!("{object}");
        return;
    }
    println!(
        "| drivers give way | trips (with corridor, unfinished) | to the patient under siren alone, s | saved, median s | saved, mean s | to the hospital under siren alone, s | saved, median s | saved, mean s | others, person-hours a trip |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for row in &rows {
        let median = |of: &Summary| {
            format!("{:.0} ({:.0} to {:.0})", of.median, of.median_interval.0, of.median_interval.1)
        };
        println!(
            "| {} | {} ({}, {}) | {:.0} | {} | {:.1} | {:.0} | {} | {:.1} | {:.2} |",
            if row.drivers_give_way { "yes" } else { "no" },
            row.trips,
            row.corridors,
            row.unfinished,
            row.patient_without_s,
            median(&row.patient_saved_s),
            row.patient_saved_s,
            row.hospital_without_s,
            median(&row.hospital_saved_s),
            row.hospital_saved_s,
            row.others_person_h_a_trip,
        );
    }
    let all = series.iter().flat_map(|(_, days)| days).flat_map(|day| &day.outcomes);
    println!("\n{}", coverage_table(all));
    println!(
        "Means with 95 % intervals over trips (others: over sessions), {} persons a car.",
        args.occupancy
    );
}
