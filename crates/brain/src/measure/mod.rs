//! How far belief was off, and what decisions really did.

pub(crate) mod accuracy;
pub(crate) mod choices;
pub(crate) mod error;
pub(crate) mod flows;
pub(crate) mod judge;
pub(crate) mod kpi;
