//! The plug-in contract: what a scene declares, sees and may do.
//!
//! A scene is called with observations, the clock and what became of its proposals, and answers
//! through its [`SceneCtx`] with events, proposals and orders. It holds no threads, opens no
//! sockets, reads no wall clock and never holds a twin: it asks for a rehearsal by proposing, and has
//! what takes long done beside the loop, as [`Work`].
//!
//! **Invariant:** bad data is a [`SceneCtx::diagnose`], not an error; an error marks the scene
//! degraded and the loop goes on. **Invariant:** `load(save())` is the identity, and the same
//! inputs and seed give the same effects.

mod context;
mod manifest;
pub mod saved;
mod work;

pub use context::{Effect, SceneCtx, Sight};
pub use manifest::{Description, Manifest};
pub use work::{Answer, Work};

use std::any::Any;
use std::fmt;

use urbis_core::{Decision, Event, ObservationBatch, Outcome, Proposal};

/// One capability of the city, plugged into the loop.
pub trait Scene: fmt::Debug + Send {
    /// What the scene is, needs and may do.
    fn manifest(&self) -> &'static Manifest;

    /// Deals with one input; what the scene wants done goes into `ctx`.
    ///
    /// # Errors
    /// [`SceneError`] when the scene cannot go on; the loop marks it degraded.
    fn handle(&mut self, ctx: &mut SceneCtx<'_>, input: &Input<'_>) -> Result<(), SceneError>;

    /// The scene's state, for a snapshot; [`saved`] writes its form and says the version rule.
    fn save(&self) -> Vec<u8>;

    /// Takes up a state that [`Self::save`] gave.
    ///
    /// # Errors
    /// [`SceneError::BadState`] when the bytes are not such a state.
    fn load(&mut self, bytes: &[u8]) -> Result<(), SceneError>;
}

/// What a scene is called with. Closed, so that every trigger is visible here.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// Observations arrived (late, doubled and out of order as the city sends them).
    Observed(&'a ObservationBatch),
    /// One second of city time passed; the estimate is up to date.
    Tick,
    /// A wake-up the scene asked for is due.
    Woken,
    /// An event was raised or changed, by any scene or from outside.
    Happened(&'a Event),
    /// A proposal of this scene, or something a person asked for, was decided.
    Decided(&'a Proposal, &'a Decision),
    /// The effect of a decision of this scene was measured.
    Measured(&'a Outcome),
    /// The answer of work this scene asked for is there.
    Worked(&'a (dyn Any + Send)),
}

/// Why a scene cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SceneError {
    /// Saved state that does not fit this scene.
    #[error("saved state of scene {scene:?} cannot be read: {reason}; start it afresh")]
    BadState {
        /// Which scene.
        scene: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The scene's own invariant broke.
    #[error("scene {scene:?} failed: {reason}")]
    Failed {
        /// Which scene.
        scene: &'static str,
        /// What happened.
        reason: String,
    },
}
