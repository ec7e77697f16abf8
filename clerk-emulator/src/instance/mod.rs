//! One emulated Clerk instance: its settings, its clock, its keys and its state.

pub(crate) mod access;
pub(crate) mod clock;
pub(crate) mod ids;
pub(crate) mod keys;
pub(crate) mod settings;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod testing;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::openapi::document::Document;
use crate::store::{Entry, Journal, State};

use clock::Clock;
use ids::Ids;
use keys::SigningKey;
use settings::Settings;

/// Learns what each commit changed.
pub(crate) trait Observer: Send + Sync {
    /// Called while the state is still locked, so that changes are observed in the order in which they were made.
    fn committed(&self, instance: &Instance, state: &State, changes: &[Entry]);
}

/// The documents of both APIs.
#[derive(Clone, Copy)]
pub(crate) struct ApiDocuments {
    pub(crate) backend: &'static Document,
    pub(crate) frontend: &'static Document,
}

impl ApiDocuments {
    /// Returns the documents, as this crate was built with them.
    pub(crate) fn load() -> Result<Self, String> {
        Ok(Self {
            backend: Document::backend_api()?,
            frontend: Document::frontend_api()?,
        })
    }
}

/// What all requests share.
pub(crate) struct Instance {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    /// The Backend API's document.
    pub(crate) document: &'static Document,
    /// The Frontend API's document.
    pub(crate) frontend: &'static Document,
    key: RwLock<Arc<SigningKey>>,
    state: RwLock<State>,
    observer: Arc<dyn Observer>,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance")
            .field("url", &self.settings.url)
            .finish_non_exhaustive()
    }
}

impl Instance {
    pub(crate) fn new(
        settings: Settings,
        clock: Clock,
        ids: Ids,
        documents: ApiDocuments,
        key: SigningKey,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let mut state = State::default();
        state.set_journal(&Journal::default());
        Self {
            settings,
            clock,
            ids,
            document: documents.backend,
            frontend: documents.frontend,
            key: RwLock::new(Arc::new(key)),
            state: RwLock::new(state),
            observer,
        }
    }

    /// Locks the state to read it.
    ///
    /// A panic elsewhere leaves at worst one request half done, which a test double can live with.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and reports what changed to the observer, which sends webhooks. A change that fails halfway is
    /// reported as far as it got.
    pub(crate) fn commit<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.write();
        let result = change(&mut state);
        let changes = state.journal().take();
        if !changes.is_empty() {
            self.observer.committed(self, &state, &changes);
        }
        result
    }

    /// Replaces the whole state, which the observer does not learn.
    pub(crate) fn replace(&self, mut state: State) {
        let mut current = self.write();
        let journal = current.journal().clone();
        state.set_journal(&journal);
        *current = state;
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the key that signs tokens now.
    pub(crate) fn key(&self) -> Arc<SigningKey> {
        Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_key(&self, key: SigningKey) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
    }

    /// Returns a context for one operation at the present time.
    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            instance: self,
            now: self.clock.now(),
        }
    }
}

/// The instance at one moment: an operation reads the clock once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) instance: &'a Instance,
    /// Milliseconds since 1970.
    pub(crate) now: i64,
}

impl Context<'_> {
    /// Returns the time so many seconds from now, for any number.
    pub(crate) fn after(&self, seconds: i64) -> i64 {
        self.now.saturating_add(seconds.saturating_mul(1000))
    }
}
