//! One day of a city in brief: speed of the loop and what happened, minute by minute.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use urbis_bench::open;
use urbis_core::Law;

/// One session, watched.
#[derive(Debug, Parser)]
struct Args {
    /// Folder of a city; the embedded city without it.
    #[arg(long)]
    city: Option<PathBuf>,
    /// Flow file of a CityFlow city.
    #[arg(long)]
    flow: Option<PathBuf>,
    /// Length, seconds.
    #[arg(long, default_value_t = 1800)]
    steps: u32,
    /// Which day.
    #[arg(long, default_value_t = 1)]
    day: u64,
    /// Law from the start.
    #[arg(long)]
    max_pressure: bool,
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn main() -> Result<()> {
    let args = Args::parse();
    let begun = Instant::now();
    let stage = open(args.city.as_deref(), args.flow.as_deref())?;
    println!("pack: {:.3} s", begun.elapsed().as_secs_f64());
    let law = if args.max_pressure { Law::MaxPressure } else { Law::LocalPlan };
    let mut session = stage.session(args.day, law, |options| {
        options.minutes = args.steps / 60 + 1;
    })?;
    println!("session: {:.3} s", begun.elapsed().as_secs_f64());
    for step in 1..=args.steps {
        session.tick()?;
        if step % 300 == 0 {
            let view = session.view();
            println!(
                "{step} s: wall {:.1} s, vehicles {}, waiting {}, speed {:.1}, delay {:.1} | without {:?}, {:.1} | events {}, proposals {}, decisions {}",
                begun.elapsed().as_secs_f64(),
                view.with.vehicles,
                view.with.waiting_to_enter,
                view.with.mean_speed.get(),
                view.with.mean_delay.get(),
                view.without.map(|kpi| kpi.vehicles),
                view.without.map_or(0.0, |kpi| kpi.mean_delay.get()),
                view.events.len(),
                view.proposals.len(),
                view.decisions.len(),
            );
            for one in &view.proposals {
                for (option, rehearsal) in one.rehearsals.iter().enumerate() {
                    let Some(rehearsal) = rehearsal else { continue };
                    let chosen = if usize::from(one.recommended) == option { "*" } else { " " };
                    let text = &one.proposal.options[option].text;
                    println!("  {chosen} {} {option} {}", one.proposal.scene, text.key);
                    for p in &rehearsal.predictions {
                        println!(
                            "      {} {:.1} [{:.1}, {:.1}]",
                            p.measure, p.expected, p.low, p.high
                        );
                    }
                }
            }
            let accuracy = session.accuracy();
            println!(
                "    mirror: {} vehicles, {} added, {} removed",
                accuracy.believed_vehicles, accuracy.added_vehicles, accuracy.removed_vehicles
            );
        }
    }
    for event in session.view().events.iter().take(12) {
        println!("{:?} {:?} since {:?}", event.event.kind, event.event.place, event.event.since);
    }
    println!("{:#?}", session.accuracy());
    Ok(())
}
