//! What the writer tells its readers: which segments there are and how far they are durable.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::segment::Contents;

/// The part of a journal that readers see.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// First sequences of all segments, in order.
    pub(crate) segments: Vec<u64>,
    /// The last segment while it is not sealed.
    pub(crate) tail: Option<Contents>,
    /// Sequence of the last durable record.
    pub(crate) durable: u64,
}

/// A catalog shared between a writer and its readers, on any thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Catalog>>);

impl Shared {
    pub(crate) fn new(catalog: Catalog) -> Self {
        Self(Arc::new(Mutex::new(catalog)))
    }

    pub(crate) fn get(&self) -> MutexGuard<'_, Catalog> {
        // Every change under the lock is one step, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
