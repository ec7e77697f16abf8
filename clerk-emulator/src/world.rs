//! What all requests share.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::backend_api::document::Document;
use crate::clock::Clock;
use crate::emulator::TokenVersion;
use crate::ids::Ids;
use crate::keys::SigningKey;
use crate::store::State;

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
}

impl World {
    pub(crate) fn new(fixed: Fixed) -> Self {
        Self {
            instance_id: fixed.ids.id("ins"),
            url: fixed.url,
            secret_key: fixed.secret_key,
            publishable_key: fixed.publishable_key,
            token_version: fixed.token_version,
            clock: fixed.clock,
            ids: fixed.ids,
            document: fixed.document,
            key: RwLock::new(Arc::new(fixed.key)),
            state: RwLock::default(),
        }
    }

    /// A panic elsewhere leaves at worst one request half done, which a test double can live with.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
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
