//! The window of idempotency keys within which a repetition is known.

use std::collections::{HashMap, VecDeque};

/// The last keys that were appended, each with its sequence.
#[derive(Debug)]
pub(crate) struct KeyWindow {
    sequences: HashMap<[u8; 16], u64>,
    order: VecDeque<[u8; 16]>,
    capacity: usize,
}

impl KeyWindow {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { sequences: HashMap::new(), order: VecDeque::new(), capacity }
    }

    /// The sequence of the record with `key`; the zero key is none.
    pub(crate) fn find(&self, key: [u8; 16]) -> Option<u64> {
        self.sequences.get(&key).copied()
    }

    /// Takes note of a key, forgetting the oldest beyond the window.
    pub(crate) fn remember(&mut self, key: [u8; 16], sequence: u64) {
        if key == [0; 16] || self.capacity == 0 {
            return;
        }
        if self.sequences.insert(key, sequence).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > self.capacity {
            if let Some(oldest) = self.order.pop_front() {
                self.sequences.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_forgets_the_oldest_key_first() {
        let mut window = KeyWindow::new(2);
        for sequence in 1..=3 {
            window.remember([sequence as u8; 16], sequence);
        }
        assert_eq!(window.find([1; 16]), None);
        assert_eq!(window.find([2; 16]), Some(2));
        assert_eq!(window.find([3; 16]), Some(3));
    }

    #[test]
    fn the_zero_key_is_no_key() {
        let mut window = KeyWindow::new(2);
        window.remember([0; 16], 1);
        assert_eq!(window.find([0; 16]), None);
    }
}
