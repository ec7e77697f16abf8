//! What all requests share.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::access::Access;
use crate::backend_api::document::Document;
use crate::clock::Clock;
use crate::emulator::TokenVersion;
use crate::export::Start;
use crate::faults::Faults;
use crate::ids::Ids;
use crate::keys::SigningKey;
use crate::requests::Requests;
use crate::store::{Journal, State};
use crate::webhooks::Webhooks;

/// One emulated Clerk instance.
pub(crate) struct World {
    /// `http://127.0.0.1:4010`
    pub(crate) url: String,
    pub(crate) secret_key: String,
    pub(crate) publishable_key: String,
    pub(crate) instance_id: String,
    pub(crate) token_version: TokenVersion,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) document: &'static Document,
    pub(crate) key: RwLock<Arc<SigningKey>>,
    pub(crate) webhooks: Webhooks,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
    pub(crate) start: Start,
    /// Whether others than this machine may be meant to reach it.
    pub(crate) open: bool,
    /// Which hosts, pages and redirects are allowed.
    pub(crate) access: Access,
    state: RwLock<State>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// What is fixed when an emulator starts.
pub(crate) struct Fixed {
    pub(crate) url: String,
    pub(crate) secret_key: String,
    pub(crate) publishable_key: String,
    pub(crate) token_version: TokenVersion,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) document: &'static Document,
    pub(crate) key: SigningKey,
    pub(crate) webhooks: Webhooks,
    pub(crate) start: Start,
    pub(crate) instance_id: String,
    pub(crate) open: bool,
    pub(crate) access: Access,
}

impl World {
    pub(crate) fn new(fixed: Fixed) -> Self {
        Self {
            instance_id: fixed.instance_id,
            url: fixed.url,
            secret_key: fixed.secret_key,
            publishable_key: fixed.publishable_key,
            token_version: fixed.token_version,
            clock: fixed.clock,
            ids: fixed.ids,
            document: fixed.document,
            key: RwLock::new(Arc::new(fixed.key)),
            webhooks: fixed.webhooks,
            faults: Faults::default(),
            requests: Requests::default(),
            start: fixed.start,
            open: fixed.open,
            access: fixed.access,
            state: RwLock::new(empty()),
        }
    }

    /// A panic elsewhere leaves at worst one request half done, which a test double can live with.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is changed through it is told to webhooks when it is let go.
    pub(crate) fn write(&self) -> Writing<'_> {
        Writing {
            world: self,
            state: self.state.write().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Puts another state in the place of this one, of which nobody is told.
    pub(crate) fn replace(&self, mut state: State) {
        let mut writing = self.write();
        let journal = writing.journal().clone();
        state.keep_journal(&journal);
        *writing.state = state;
    }

    pub(crate) fn key(&self) -> Arc<SigningKey> {
        Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_key(&self, key: SigningKey) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
    }

    /// Host and port, as publishable keys name them.
    pub(crate) fn host(&self) -> &str {
        self.url
            .split_once("://")
            .map_or(&*self.url, |(_, host)| host)
    }
}

fn empty() -> State {
    let mut state = State::default();
    state.keep_journal(&Journal::default());
    state
}

/// The state, to change it.
pub(crate) struct Writing<'a> {
    world: &'a World,
    state: RwLockWriteGuard<'a, State>,
}

impl Deref for Writing<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Writing<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let entries = self.state.journal().take();
        if !entries.is_empty() {
            self.world
                .webhooks
                .publish(self.world, &self.state, &entries);
        }
    }
}
