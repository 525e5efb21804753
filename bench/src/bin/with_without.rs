//! With and without the brain: the same days of a city, once with the brain and once without, over
//! ten seeds, with confidence intervals; and how far belief was off on the way.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use urbis_bench::{foretold, open, summarize};
use urbis_core::Law;

/// With and without the brain over several days.
#[derive(Debug, Parser)]
struct Args {
    /// Folder of a city; the embedded city without it.
    #[arg(long)]
    city: Option<PathBuf>,
    /// Flow file of a CityFlow city.
    #[arg(long)]
    flow: Option<PathBuf>,
    /// Length of a run, seconds.
    #[arg(long, default_value_t = 3600)]
    steps: u32,
    /// Days.
    #[arg(long, default_value_t = 10)]
    days: u64,
    /// Number of the first day.
    #[arg(long, default_value_t = 1)]
    first_day: u64,
    /// Law of all signals under the brain from the start: `local_plan` leaves it to the scenes.
    #[arg(long, default_value = "max_pressure")]
    law: String,
    /// Print every outcome beside its prediction, with its miss in half widths of the interval.
    #[arg(long)]
    outcomes: bool,
}

fn law(name: &str) -> Law {
    match name {
        "max_pressure" => Law::MaxPressure,
        "webster" => Law::Webster,
        _ => Law::LocalPlan,
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn main() -> Result<()> {
    let args = Args::parse();
    let stage = open(args.city.as_deref(), args.flow.as_deref())?;
    let mut rows: Vec<[f64; 6]> = Vec::new();
    let mut coverage = (0.0, 0.0);
    println!(
        "| day | travel time with, s | without, s | delay with, s | without, s | stops with | without |"
    );
    println!("|---|---|---|---|---|---|---|");
    let last_day = args.first_day + args.days.max(1) - 1;
    for day in args.first_day..=last_day {
        let mut session =
            stage.session(day, law(&args.law), |options| options.minutes = args.steps / 60 + 1)?;
        for _ in 0..args.steps {
            session.tick()?;
        }
        let (with, without) = session.metrics();
        let without = without.expect("the session was started with a counterfactual");
        let per = |stops: u64, created: u32| stops as f64 / f64::from(created.max(1));
        let row = [
            with.att_engine_s,
            without.att_engine_s,
            with.mean_delay_s,
            without.mean_delay_s,
            per(with.stops, with.created),
            per(without.stops, without.created),
        ];
        println!(
            "| {day} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} |",
            row[0], row[1], row[2], row[3], row[4], row[5]
        );
        rows.push(row);
        if args.outcomes {
            print_outcomes(day, &session);
        }
        for error in session.accuracy().predictions {
            coverage.0 += error.coverage_90.unwrap_or(0.0) * error.n as f64;
            coverage.1 += error.n as f64;
        }
        if day == last_day {
            report_accuracy(&session);
        }
    }
    let change = |with: usize, without: usize| -> Vec<f64> {
        rows.iter().map(|row| (row[with] / row[without] - 1.0) * 100.0).collect()
    };
    println!("\nchange, mean over {} days with 95 % interval:", rows.len());
    println!("- travel time {:.1} %", summarize(&change(0, 1)));
    println!("- delay {:.1} %", summarize(&change(2, 3)));
    println!("- stops {:.1} %", summarize(&change(4, 5)));
    println!(
        "- outcomes inside the predicted 90 % interval: {:.0} of {:.0}",
        coverage.0, coverage.1
    );
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn print_outcomes(day: u64, session: &urbis_brain::Session) {
    for one in foretold(session) {
        let half = (one.high - one.low) / 2.0;
        println!(
            "outcome: day {day}, {}, expected {:.1}, half width {half:.1}, was {:.1}, miss {:.2}",
            one.measure,
            one.expected,
            one.was,
            (one.was - one.expected) / half
        );
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn report_accuracy(session: &urbis_brain::Session) {
    let accuracy = session.accuracy();
    println!("\n| belief, last day | ahead, s | bias | mean abs. error | rmse | inside 90 % | n |");
    println!("|---|---|---|---|---|---|---|");
    let all = accuracy.estimate.iter().chain(&accuracy.forecast).chain(&accuracy.predictions);
    for error in all {
        let ahead = error.horizon.map_or("0".to_owned(), |ahead| format!("{:.0}", ahead.get()));
        let inside =
            error.coverage_90.map_or("–".to_owned(), |share| format!("{:.0} %", share * 100.0));
        println!(
            "| {} | {ahead} | {:.2} | {:.2} | {:.2} | {inside} | {} |",
            error.measure, error.bias, error.mae, error.rmse, error.n
        );
    }
}
