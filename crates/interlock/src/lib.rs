//! The interlock: stands between every decision and every signal controller.
//!
//! Whatever is above it (a scene, a learned model, a person, a bug), what it permits is safe; and
//! when it refuses it names the [`Rule`]. It is small, knows nothing but the network's
//! configuration, and shares no code with the control laws: it computes conflicts, intergreens and
//! clearances from the configuration by itself.
//!
//! **It stands before the controller's own conflict monitor, never instead of it.** The monitor
//! watches the lamps and cuts them when two conflicting greens burn; the interlock sees to it that
//! nothing sent from the center could ever make it do so.
//!
//! # What it promises
//! If a controller shows exactly the greens of each [`Permit`] and reports every second, then in
//! every second: no conflicting groups are green together, every green lasts its minimum, every
//! start of green keeps the intergreen of every conflicting group, and pedestrians have the time to
//! walk off. It rests on permits *and* reports: a group counts as green as long as either says so.
//! While a controller runs a plan of its own, only reports tell; if they are late, the interlock
//! allows for what may have happened meanwhile and relies on the controller to keep its own
//! minimum greens and intergreens, which every controller does.
//!
//! # The order of the rules
//! Stop button, mode of the clock, known junction, authority, the controller's own state (manual,
//! fault, age of its report), then the request itself: conflicts, minimum green, intergreen,
//! pedestrian clearance, longest red where it is hard, and at last the rate of commands.
//!
//! # Units
//! City time in milliseconds; configured times are rounded up to whole seconds.

mod authority;
mod belief;
mod check;
mod plan;
mod policy;
mod request;
mod rule;
mod safety;
mod service;
mod stage;

pub use check::Interlock;
pub use policy::{Actuators, Grant, Grantee, InterlockPolicy, Scope};
pub use request::{Action, GreenTime, Operation, Permit, Permitted, Report, Request, Situation};
pub use rule::{Refusal, Rule};
pub use safety::Fault;
pub use service::Alarm;
