//! What the brain believes: the mirror twin, corrected from observations, and the forecast.

pub(crate) mod correct;
pub(crate) mod forecast;
pub(crate) mod mirror;
pub(crate) mod routes;
