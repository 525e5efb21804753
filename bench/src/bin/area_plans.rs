//! What offsets and splits of the whole area gain when flows are known perfectly: the same day under
//! the city's own plans and under plans made of the flows of that day, without the loop.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Parser;
use urbis_bench::{open, thread_cpu_s};
use urbis_city::demand_for;
use urbis_control::Moment;
use urbis_control::area::{AreaParameters, in_step, optimize};
use urbis_control::fixed::scheduled_plan;
use urbis_control::webster::{self, MovementFlows, WebsterParameters};
use urbis_core::{JunctionId, Plan};
use urbis_network::{Demand, Network, Signal};
use urbis_twin::{ReferencePolicy, Signals, Twin, TwinConfig, run_reference};
use urbis_units::{CityTime, Duration, Seconds, VehiclesPerHour};

/// Days played twice each.
#[derive(Debug, Parser)]
struct Args {
    /// Folder of a city; the embedded city without it.
    #[arg(long)]
    city: Option<PathBuf>,
    /// Flow file of a CityFlow city.
    #[arg(long)]
    flow: Option<PathBuf>,
    /// Length of a day, seconds.
    #[arg(long, default_value_t = 3600)]
    steps: u32,
    /// Days.
    #[arg(long, default_value_t = 1)]
    days: u64,
    /// Platoon dispersion factor.
    #[arg(long, default_value_t = AreaParameters::USUAL.dispersion)]
    dispersion: f64,
    /// Delay a stop counts as, seconds.
    #[arg(long, default_value_t = AreaParameters::USUAL.stop_cost.get())]
    stop_cost: f64,
    /// Cycle to give to all signals in step, seconds; their own without it.
    #[arg(long)]
    cycle: Option<f64>,
    /// Rounds of the search.
    #[arg(long, default_value_t = AreaParameters::USUAL.rounds_max)]
    rounds: u32,
    /// Seconds by which splits move; 0 leaves them.
    #[arg(long, default_value_t = AreaParameters::USUAL.split_step_s)]
    split_step: u32,
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn main() -> Result<()> {
    let args = Args::parse();
    let stage = open(args.city.as_deref(), args.flow.as_deref())?;
    let minute = u32::from(stage.pack.city.start_minute);
    let monday = CityTime::from_millis((4 * 86_400 + i64::from(minute) * 60) * 1000);
    let moment = Moment::new(monday, Duration::from_seconds(0));
    let parameters = AreaParameters {
        dispersion: args.dispersion,
        stop_cost: Seconds::new(args.stop_cost),
        split_step_s: args.split_step,
        rounds_max: args.rounds,
    };
    println!("| day | plans | finished | travel time, s | delay, s | stops |");
    println!("|---|---|---|---|---|---|");
    for day in 1..=args.days {
        let demand = demand_for(&stage.pack, minute, minute + args.steps.div_ceil(60), day);
        let play =
            |network: &Network, name: &str| play(network, name, &demand, day, (args.steps, minute));
        let mut network = stage.pack.network.clone();
        let before = play(&network, "its own")?;
        let per_h = 3600.0 / f64::from(args.steps);
        let flows: MovementFlows = before
            .movement_counts()
            .iter_ids()
            .map(|(id, count)| (id, VehiclesPerHour::new(f64::from(*count) * per_h)))
            .collect();
        let mut in_force = common_cycle(&network, moment);
        if let Some(cycle) = args.cycle {
            give_cycle(&network, &mut in_force, &flows, cycle)?;
        }
        let cpu_s = thread_cpu_s();
        let found = optimize(&network, &in_force, &flows, &parameters)?;
        println!(
            "\n{} signals in step, cycle {:.0} s; model: {:.1} -> {:.1} veh h/h, delay {:.1} -> {:.1}, stops {:.0} -> {:.0}; {:.2} CPU s\n",
            in_force.len(),
            in_force.first().map_or(0.0, |(_, plan)| plan.cycle().get()),
            found.before.index_veh_h_per_h,
            found.after.index_veh_h_per_h,
            found.before.delay_veh_h_per_h,
            found.after.delay_veh_h_per_h,
            found.before.stops_per_h,
            found.after.stops_per_h,
            thread_cpu_s() - cpu_s,
        );
        for (junction, plan) in found.plans {
            if let Some(signal) = network.junctions[junction].signal.as_mut() {
                let index = scheduled_plan(&signal.schedule, moment) as usize;
                signal.plans[index] = plan;
            }
        }
        play(&network, "area")?;
    }
    Ok(())
}

/// Plays a day under the plans of `network`, which are called `name`, and prints its line.
#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn play(
    network: &Network,
    name: &str,
    demand: &Demand,
    day: u64,
    (steps, minute): (u32, u32),
) -> Result<Twin> {
    let config = TwinConfig {
        seed: day,
        lane_change: true,
        signals: Signals::Builtin,
        start_second_of_week: minute * 60,
        give_way: true,
    };
    let mut twin = Twin::new(Arc::new(network.clone()), demand, config)?;
    run_reference(&mut twin, ReferencePolicy::Builtin, steps, |_, _, _| (), |_| ())?;
    let all = twin.metrics();
    println!(
        "| {day} | {name} | {} | {:.1} | {:.1} | {:.2} |",
        all.finished,
        all.att_engine_s,
        all.mean_delay_s,
        all.stops as f64 / f64::from(all.created.max(1)),
    );
    Ok(twin)
}

/// Gives all of `plans` one cycle, longer than `cycle` where minimum greens need it, and splits by
/// Webster.
fn give_cycle(
    network: &Network,
    plans: &mut [(JunctionId, Plan)],
    flows: &MovementFlows,
    cycle: f64,
) -> Result<()> {
    let mut longest = cycle;
    for _ in 0..3 {
        for (junction, plan) in plans.iter_mut() {
            let parameters = WebsterParameters {
                cycle: Some(Seconds::new(longest)),
                sequence: Some(plan.splits.iter().map(|split| split.stage).collect()),
                ..WebsterParameters::USUAL
            };
            let made = webster::plan(network, *junction, flows, &parameters)?;
            *plan = Plan { offset: plan.offset, ..made };
        }
        let needed = plans.iter().map(|(_, plan)| plan.cycle().get()).fold(0.0, f64::max);
        if needed <= longest {
            break;
        }
        longest = needed;
    }
    Ok(())
}

/// The plans in force at `moment` of the signals that share the most frequent cycle.
fn common_cycle(network: &Network, moment: Moment) -> Vec<(JunctionId, Plan)> {
    let plan_of = |signal: &Signal| {
        signal.plans.get(scheduled_plan(&signal.schedule, moment) as usize).cloned()
    };
    let all: Vec<(JunctionId, Plan)> = network
        .signalized()
        .filter_map(|(junction, signal)| Some((junction, plan_of(signal)?)))
        .collect();
    in_step(network, &all)
}
