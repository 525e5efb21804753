//! Scene `corridor`: an emergency vehicle gets a green corridor by its expected time of arrival,
//! with the queue ahead of it cleared, and the signals return to coordination after it.
//!
//! For every leg of a mission (to the patient, to the hospital) the scene proposes corridors of
//! different lead beside doing nothing; after approval it asks each junction on the way in turn.
//! The law itself is [`urbis_control::corridor`], the same that rehearsals run.

mod scene;

pub use scene::Corridors;
