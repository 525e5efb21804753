//! What the benchmarks share: opening cities, running sessions, intervals over seeds.
//!
//! Most figures in `docs/benchmarks.md` come from programs of this crate, others from examples of
//! the crate they are about; the command that makes each stands beside it.

mod foretold;
mod process;
mod stage;
mod statistics;

pub use foretold::{Foretold, coverage_table, foretold};
pub use process::{children_cpu_s, peak_mib, run_watched, thread_cpu_s};
pub use stage::{Stage, open, scenes};
pub use statistics::{Summary, split_mix, summarize};
