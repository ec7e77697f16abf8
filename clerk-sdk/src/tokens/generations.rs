//! A map that is bounded in entries and in bytes.

use std::collections::HashMap;
use std::hash::Hash;

/// What an entry takes of the room.
pub(super) trait Bytes {
    /// Returns how many bytes it takes in memory, at most.
    fn bytes(&self) -> usize;
}

/// How much one generation holds.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub(super) entries: usize,
    pub(super) bytes: usize,
}

/// A map of two generations: when the young one is full, it displaces the old one. Entries that are used move to the young one, so
/// those that are not used go first.
pub(super) struct Generations<K, V> {
    young: Generation<K, V>,
    old: Generation<K, V>,
    limit: Limit,
}

struct Generation<K, V> {
    entries: HashMap<K, V>,
    bytes: usize,
}

impl<K: Copy + Eq + Hash, V: Bytes + Clone> Generations<K, V> {
    pub(super) fn new(limit: Limit) -> Self {
        Self {
            young: Generation::default(),
            old: Generation::default(),
            limit,
        }
    }

    pub(super) fn get(&mut self, key: &K) -> Option<V> {
        match self.young.entries.get(key) {
            Some(found) => Some(found.clone()),
            None => {
                let found = self.old.remove(key)?;
                self.insert(*key, found.clone());
                Some(found)
            }
        }
    }

    /// Inserts an entry, unless it takes more bytes than a generation holds.
    pub(super) fn insert(&mut self, key: K, value: V) {
        let bytes = value.bytes();
        if self.limit.entries == 0 || bytes > self.limit.bytes {
            return;
        }
        self.young.remove(&key);
        if self.young.entries.len() >= self.limit.entries
            || self.young.bytes + bytes > self.limit.bytes
        {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.bytes += bytes;
        self.young.entries.insert(key, value);
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        for generation in [&mut self.young, &mut self.old] {
            generation.entries.retain(|_, value| keep(value));
            generation.bytes = generation.entries.values().map(V::bytes).sum();
        }
    }

    /// Returns how many entries it holds, and how many bytes they take.
    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        (
            self.young.entries.len() + self.old.entries.len(),
            self.young.bytes + self.old.bytes,
        )
    }
}

impl<K: Eq + Hash, V: Bytes> Generation<K, V> {
    fn remove(&mut self, key: &K) -> Option<V> {
        let removed = self.entries.remove(key)?;
        self.bytes -= removed.bytes();
        Some(removed)
    }
}

// By hand: neither keys nor values need a default.
impl<K, V> Default for Generation<K, V> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            bytes: 0,
        }
    }
}
