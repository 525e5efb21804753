//! Long lists in pages: what is at their end grows, what nobody needs any more goes page by page,
//! and copies share what neither has changed since.
//!
//! An index is never used again. A page goes when none of its items is held any more and none can
//! be added to it, so that a list over days takes the room of what is in it now.

use std::collections::VecDeque;
use std::ops::{Index, IndexMut, Range};
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Some items next to each other.
#[derive(Debug, Clone, PartialEq)]
struct Page<T> {
    /// How many times its items are held.
    held: u32,
    /// As many as fit; those not yet added are blank.
    items: Arc<[T]>,
}

/// A list in pages of `N` items.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pages<T, const N: usize> {
    /// Number of the first page that may still be there.
    first: u32,
    /// How many items were ever added, with the blank ones at the ends of pages.
    len: u32,
    pages: VecDeque<Option<Page<T>>>,
}

impl<T, const N: usize> Default for Pages<T, N> {
    fn default() -> Self {
        Self { first: 0, len: 0, pages: VecDeque::new() }
    }
}

impl<T: Clone + Default, const N: usize> Pages<T, N> {
    /// The index the next item gets.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    fn page(&self, index: u32) -> Option<&Page<T>> {
        if index >= self.len {
            return None;
        }
        let page = (index / N as u32).checked_sub(self.first)?;
        self.pages.get(page as usize)?.as_ref()
    }

    fn page_mut(&mut self, index: u32) -> Option<&mut Page<T>> {
        let page = (index / N as u32).checked_sub(self.first)?;
        self.pages.get_mut(page as usize)?.as_mut()
    }

    /// The item at `index`; `None` when it was never added or has gone.
    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        Some(&self.page(index)?.items[index as usize % N])
    }

    /// Indices of the items that are there, in order.
    pub(crate) fn indices(&self) -> impl Iterator<Item = u32> + '_ {
        let page = |(number, page): (usize, &Option<Page<T>>)| {
            let start = (self.first + number as u32) * N as u32;
            let end = if page.is_some() { (start + N as u32).min(self.len) } else { start };
            start..end
        };
        self.pages.iter().enumerate().flat_map(page)
    }

    /// Adds an item, held once; answers its index.
    pub(crate) fn push(&mut self, item: T) -> u32 {
        self.extend(std::iter::once(item)).start
    }

    /// Adds at most `N` items next to each other, held once together; answers their indices.
    pub(crate) fn extend(&mut self, items: impl ExactSizeIterator<Item = T>) -> Range<u32> {
        let room = N - self.len as usize % N;
        if items.len() > room {
            self.len += room as u32;
            self.drop_empty(self.len - 1);
        }
        let start = self.len;
        if (start as usize).is_multiple_of(N) {
            self.pages.push_back(Some(Page { held: 0, items: vec![T::default(); N].into() }));
        }
        let page = self.page_mut(start).expect("the last page stays until it is full");
        let stored = Arc::make_mut(&mut page.items);
        let mut end = start;
        for item in items {
            stored[end as usize % N] = item;
            end += 1;
        }
        page.held += 1;
        self.len = end;
        start..end
    }

    /// Holds the item at `index` once more.
    pub(crate) fn hold(&mut self, index: u32) {
        self.page_mut(index).expect("what is held is there").held += 1;
    }

    /// Holds the item at `index` once less; it is there until the end of the step at least.
    pub(crate) fn release(&mut self, index: u32) {
        self.page_mut(index).expect("what is held is there").held -= 1;
        self.drop_empty(index);
    }

    /// Drops the page of `index` when it is full and nobody holds anything on it.
    fn drop_empty(&mut self, index: u32) {
        let number = index / N as u32;
        let is_full = (number + 1) * N as u32 <= self.len;
        let at = (number - self.first) as usize;
        if !is_full || self.pages[at].as_ref().is_none_or(|page| page.held > 0) {
            return;
        }
        self.pages[at] = None;
        while let Some(None) = self.pages.front() {
            self.pages.pop_front();
            self.first += 1;
        }
    }

    /// The items of a range that was added as one.
    pub(crate) fn slice(&self, range: Range<u32>) -> &[T] {
        let page = self.page(range.start).expect("what is looked up is there");
        let start = range.start as usize % N;
        &page.items[start..start + range.len()]
    }

    /// Whether the range lies on one page that is there.
    pub(crate) fn has(&self, range: &Range<u32>) -> bool {
        range.start < range.end
            && range.end <= self.len
            && (range.end - 1) / N as u32 == range.start / N as u32
            && self.page(range.start).is_some()
    }

    /// How many times the items of each page are held, by the number of the page.
    pub(crate) fn holds(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let number = |(at, page): (usize, &Option<Page<T>>)| {
            Some((self.first + at as u32, page.as_ref()?.held))
        };
        self.pages.iter().enumerate().filter_map(number)
    }
}

impl<T: Clone + Default, const N: usize> Index<u32> for Pages<T, N> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        self.get(index).expect("what is looked up is there")
    }
}

impl<T: Clone + Default, const N: usize> IndexMut<u32> for Pages<T, N> {
    fn index_mut(&mut self, index: u32) -> &mut T {
        let page = self.page_mut(index).expect("what is looked up is there");
        &mut Arc::make_mut(&mut page.items)[index as usize % N]
    }
}

/// What is written: first page, length, and of each page how often it is held and what is on it.
type Written<T> = (u32, u32, Vec<Option<(u32, Vec<T>)>>);

/// How many items of a list of length `len` stand on a page.
fn added<const N: usize>(page: u64, len: u32) -> usize {
    u64::from(len).saturating_sub(page * N as u64).min(N as u64) as usize
}

impl<T: Serialize + Clone, const N: usize> Serialize for Pages<T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = |(at, page): (usize, &Option<Page<T>>)| {
            let added = added::<N>(u64::from(self.first) + at as u64, self.len);
            page.as_ref().map(|page| (page.held, page.items[..added].to_vec()))
        };
        let pages: Written<T> =
            (self.first, self.len, self.pages.iter().enumerate().map(page).collect());
        pages.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de> + Clone + Default, const N: usize> Deserialize<'de> for Pages<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (first, len, pages): Written<T> = Deserialize::deserialize(deserializer)?;
        let end = u64::from(first) + pages.len() as u64;
        // Items are still to be added to a last page that is not full.
        let can_grow = (len as usize).is_multiple_of(N) || matches!(pages.last(), Some(Some(_)));
        let is_whole = |(at, page): (usize, &Option<(u32, Vec<T>)>)| {
            let added = added::<N>(u64::from(first) + at as u64, len);
            page.as_ref().is_none_or(|(_, items)| items.len() == added)
        };
        let whole = can_grow && pages.iter().enumerate().all(is_whole);
        if !whole
            || end != u64::from(len).div_ceil(N as u64)
            || end * N as u64 > u64::from(u32::MAX)
        {
            return Err(D::Error::custom("its pages do not make up its length"));
        }
        let page = |(held, mut items): (u32, Vec<T>)| {
            items.resize(N, T::default());
            Page { held, items: items.into() }
        };
        Ok(Self { first, len, pages: pages.into_iter().map(|one| one.map(page)).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Four = Pages<u32, 4>;

    #[test]
    fn pages_go_when_nobody_holds_anything_on_them_and_indices_stay() {
        let mut list = Four::default();
        let indices: Vec<u32> = (0..10).map(|item| list.push(item * 10)).collect();
        assert_eq!(indices, (0..10).collect::<Vec<_>>());
        for index in 4..8 {
            list.release(index);
        }
        assert_eq!((list.get(5), list.get(3), list.get(9)), (None, Some(&30), Some(&90)));
        list.hold(1);
        for index in 0..4 {
            list.release(index);
        }
        assert_eq!(list.get(0), Some(&0), "one is held twice");
        list.release(1);
        assert_eq!((list.get(0), list.indices().collect::<Vec<_>>()), (None, vec![8, 9]));
        list.release(8);
        list.release(9);
        assert_eq!(list.get(8), Some(&80), "a page that can still grow stays");
        assert_eq!((list.push(1), list.push(2), list.push(3)), (10, 11, 12));
    }

    #[test]
    fn what_is_added_together_stands_on_one_page() {
        let mut list = Four::default();
        assert_eq!(list.extend([1, 2, 3].into_iter()), 0..3);
        assert_eq!(list.extend([4, 5].into_iter()), 4..6, "it did not fit behind the first");
        assert_eq!(list.slice(4..6), [4, 5]);
        assert!(list.has(&(0..3)) && !list.has(&(2..5)) && !list.has(&(6..7)));
        list.release(0);
        assert!(!list.has(&(0..3)));
    }

    #[test]
    fn copies_share_what_neither_has_changed() {
        let mut list = Four::default();
        (0..8).for_each(|item| {
            list.push(item);
        });
        let copy = list.clone();
        list[6] = 60;
        let shared = |number: usize| {
            let pages = [&list, &copy].map(|one| one.pages[number].as_ref().expect("it is there"));
            Arc::ptr_eq(&pages[0].items, &pages[1].items)
        };
        assert_eq!((shared(0), shared(1), copy[6]), (true, false, 6));
    }

    #[test]
    fn what_is_written_is_read_back_and_pages_that_do_not_fit_are_refused() {
        let mut list = Four::default();
        (0..9).for_each(|item| {
            list.push(item);
        });
        (0..4).for_each(|index| list.release(index));
        let bytes = postcard::to_stdvec(&list).expect("plain data");
        assert_eq!(postcard::from_bytes::<Four>(&bytes).expect("it reads"), list);
        for broken in [
            (1, 9, vec![Some((4, vec![4, 5, 6, 7]))]),
            (1, 9, vec![Some((4, vec![4, 5, 6, 7])), Some((1, vec![8, 9]))]),
            (u32::MAX, u32::MAX, vec![Some((4, vec![0; 4]))]),
            (1, 9, vec![Some((4, vec![4, 5, 6, 7])), None]),
        ] {
            let bytes = postcard::to_stdvec(&broken).expect("plain data");
            assert!(postcard::from_bytes::<Four>(&bytes).is_err(), "{broken:?}");
        }
    }
}
