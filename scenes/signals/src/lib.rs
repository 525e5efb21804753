//! Scene `signals`: signal timing, by the law each junction is under.
//!
//! | law | what the scene does |
//! |---|---|
//! | local plan | nothing; it watches how the plan fits the traffic |
//! | Webster | keeps a fixed-time plan in force whose splits suit the measured flows |
//! | max pressure | chooses stage by stage, and says why and what it expects of the queues |
//!
//! After five minutes, in which the estimate settles, and then every quarter of an hour it reviews
//! the city: new splits where Webster's formula says that they save enough delay, max pressure where
//! queues no longer clear, or wherever there is traffic. A person decides, on the rehearsal of each
//! option. New splits leave cycles and offsets as they are, so that progression along arterials is
//! not broken.
//!
//! The laws are those of `urbis_control`, the same that rehearsals run. The scene trusts nobody's
//! word on safety, its own least of all: the interlock stands behind it.
//!
//! # Source
//! F. V. Webster, *Traffic Signal Settings* (1958); P. Varaiya, "Max pressure control of a network
//! of signalized intersections" (2013); details stand in `urbis_control`.

mod area;
mod junction;
mod review;
mod scene;

pub use scene::Signals;
