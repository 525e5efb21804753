//! The handlers, path by path.

pub(crate) mod act;
pub(crate) mod operate;
pub(crate) mod read;
pub(crate) mod sign_in;
