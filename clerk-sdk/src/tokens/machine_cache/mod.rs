//! Clerk's responses about opaque machine tokens, kept for seconds if the application asks for it.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use clerk_api::{Config, JsonObject};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::clock::Clock;
use crate::tokens::error::{TokenError, TokenErrorReason as Reason};
use crate::tokens::generations::{Bytes, Generations, Limit};

/// Larger responses are not kept, so that they cannot fill the memory. Clerk's are far smaller.
const MAX_RESPONSE_BYTES: usize = 16 * 1024;
/// The most bytes that all kept responses take together, as JSON.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Clerk's document says milliseconds, but seconds occur too. As milliseconds this is in 1973, so anything less is in seconds.
const SMALLEST_MILLIS: f64 = 1e11;

/// A cache for opaque machine tokens: API keys (`ak_…`), and machine-to-machine (`mt_…`) and OAuth access tokens (`oat_…`)
/// that are not JWTs. Without one, which is the default, each verification of such a token is a request to Clerk.
///
/// **What it costs in security:** a token that is revoked in Clerk is still accepted until the next call to Clerk, which may be
/// up to [`accepted_for`](Self::accepted_for) (30 seconds by default), later, in each process separately. You cannot
/// remove a single token from the cache. Changes of scopes and claims take as long to arrive. If a revoked key has to stop
/// working at once, do not use a cache.
///
/// * A token is never accepted beyond its own expiration, whatever the cache's time.
/// * Rejections are kept as well, for [`rejected_for`](Self::rejected_for), so that a bad token that is sent again and
///   again does not cause a request each time. Only Clerk's verdict on the token is kept: unknown, revoked, expired or
///   inactive. Failed calls, and rejections of the application's own key, are never kept. An error from the cache has the same
///   reason as the first one, without its [`api_error`](super::TokenError::api_error).
/// * Any number of verifications of one token at the same time make one request, and all get its result.
/// * Responses to one secret key, API URL or API version are not used with another.
/// * The audience, and which kinds of tokens are accepted, are checked each time.
/// * The cache does not hold tokens, only their hashes and Clerk's responses. Accepted and rejected ones have half
///   of the room each, so invalid tokens, however many, never displace an accepted one.
///
/// ```
/// use clerk_sdk::tokens::MachineTokenCache;
/// use clerk_sdk::{Clerk, ClerkOptions};
/// use std::time::Duration;
///
/// let cache = MachineTokenCache::new().accepted_for(Duration::from_secs(5)).capacity(1000);
/// let clerk = Clerk::new(ClerkOptions::new().secret_key("sk_test_123").machine_token_cache(cache))?;
/// # let _ = clerk;
/// # Ok::<(), clerk_sdk::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a cache does nothing until it is passed to options or to a builder"]
pub struct MachineTokenCache {
    accepted_for: Duration,
    rejected_for: Duration,
    capacity: usize,
}

impl Default for MachineTokenCache {
    fn default() -> Self {
        Self {
            accepted_for: Duration::from_secs(30),
            rejected_for: Duration::from_secs(10),
            capacity: 4096,
        }
    }
}

impl MachineTokenCache {
    /// Returns a cache with the defaults: 30 seconds for accepted tokens, 10 for rejected ones, room for 4096 of both together.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long an accepted token is accepted without another call to Clerk, counted from the start of the call; using
    /// the token does not extend it. A revoked token may work for as long. Default: 30 seconds. With zero, each verification
    /// calls Clerk.
    pub fn accepted_for(mut self, time: Duration) -> Self {
        self.accepted_for = time;
        self
    }

    /// Sets how long a rejected token is rejected without another call to Clerk, counted from the start of the call, even if
    /// its expiration is extended in Clerk meanwhile. Default: 10 seconds. Zero keeps no rejected tokens.
    pub fn rejected_for(mut self, time: Duration) -> Self {
        self.rejected_for = time;
        self
    }

    /// Sets about how many tokens are kept at most, half of them accepted, half rejected. The least recently used are dropped
    /// first. Default: 4096. With 0, no tokens are kept. Whatever the number, the responses take at most 64 MiB as JSON.
    pub fn capacity(mut self, tokens: usize) -> Self {
        self.capacity = tokens;
        self
    }
}

type Response = Result<Arc<JsonObject>, TokenError>;

/// The key of a response: a hash of the token, of the endpoint, and of the instance. The secret key is part of it, so a response
/// of one instance is never used for another.
type Id = [u8; 32];

fn id(path: &str, config: &Config, token: &str) -> Id {
    let mut hash = Context::new(&SHA256);
    for part in [
        path,
        config.secret_key.expose(),
        &config.server_api_url,
        &config.api_version,
        token,
    ] {
        // Its length keeps one part from flowing into the next.
        hash.update(&part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut id = Id::default();
    id.copy_from_slice(hash.finish().as_ref());
    id
}

/// The responses that are kept, and the requests in flight.
pub(super) struct MachineResponses {
    policy: MachineTokenCache,
    clock: Clock,
    /// Never held during a call to Clerk.
    known: Mutex<Known>,
}

struct Known {
    accepted: Generations<Id, Kept>,
    rejected: Generations<Id, Kept>,
    in_flight: HashMap<Id, InFlight>,
    /// Numbers the requests, so that a request that ends removes only itself.
    requests_so_far: u64,
}

#[derive(Clone)]
struct Kept {
    asked_at: i64,
    /// The token's own expiration, in Unix milliseconds.
    expires_at: i64,
    /// How long the response is as JSON.
    length: usize,
    response: Response,
}

impl Bytes for Kept {
    fn bytes(&self) -> usize {
        size_of::<(Id, Self)>() + self.length
    }
}

/// A request to Clerk in flight. One of its waiters drives it; if that waiter is dropped, another one does.
struct InFlight {
    number: u64,
    began_at: i64,
    /// How many verifications wait for it. The request is dropped with the last of them.
    waiters: usize,
    response: Arc<OnceCell<Response>>,
}

/// One verification that waits for the response.
struct Waiter<'a> {
    cache: &'a MachineResponses,
    id: Id,
    number: u64,
    response: Arc<OnceCell<Response>>,
}

impl MachineResponses {
    pub(super) fn new(policy: MachineTokenCache, clock: Clock) -> Self {
        // Each kind has half of the room, in two generations.
        let limit = Limit {
            entries: policy.capacity.div_ceil(4),
            bytes: MAX_BYTES / 4,
        };
        Self {
            policy,
            clock,
            known: Mutex::new(Known {
                accepted: Generations::new(limit),
                rejected: Generations::new(limit),
                in_flight: HashMap::new(),
                requests_so_far: 0,
            }),
        }
    }

    /// Returns Clerk's response about a token: from the cache, from a request in flight, or from `ask`, which is polled only
    /// if it is needed. `ask` must return `Ok` only for accepted tokens.
    pub(super) async fn get_or_ask(
        &self,
        api: &clerk_api::Client,
        path: &'static str,
        token: &str,
        ask: impl Future<Output = Result<JsonObject, TokenError>>,
    ) -> Result<JsonObject, TokenError> {
        let config = api.config();
        let id = id(path, &config, token);
        let waiter = match self.look_up(id) {
            Ok(response) => return owned(&response),
            Err(waiter) => waiter,
        };
        let response = waiter
            .response
            .get_or_init(|| async {
                // The age counts from the start of the call, because the token may have been revoked during the call.
                let asked_at = self.clock.age_ms();
                let response = ask.await.map(Arc::new);
                // The request reads the configuration after `id` was computed. Keep the response only if the configuration
                // has not changed since, because otherwise it may come from another instance.
                let is_of_id = Arc::ptr_eq(&config, &api.config());
                let kept = is_of_id
                    .then(|| self.to_keep(asked_at, &response))
                    .flatten();
                self.finish(id, waiter.number, kept);
                response
            })
            .await;
        owned(response)
    }

    /// Returns the response that is kept, or a waiter for the request in flight, which is registered if it does not exist yet.
    fn look_up(&self, id: Id) -> Result<Response, Waiter<'_>> {
        let (age_now, now) = (self.clock.age_ms(), self.clock.now_ms());
        let MachineTokenCache {
            accepted_for,
            rejected_for,
            ..
        } = self.policy;
        let mut known = self.lock();
        let Known {
            accepted,
            rejected,
            in_flight,
            requests_so_far,
        } = &mut *known;
        for (kept, time) in [(rejected, rejected_for), (accepted, accepted_for)] {
            match kept.get(&id) {
                Some(kept) if is_within(time, kept.asked_at, age_now) && now < kept.expires_at => {
                    return Ok(kept.response);
                }
                Some(_) => kept.remove(&id),
                None => {}
            }
        }
        // A request that has been in flight for longer than its response may be kept is not joined.
        let request = in_flight
            .get_mut(&id)
            .filter(|request| is_within(accepted_for, request.began_at, age_now));
        let (number, response) = match request {
            Some(request) => {
                request.waiters += 1;
                (request.number, Arc::clone(&request.response))
            }
            None => {
                *requests_so_far += 1;
                let number = *requests_so_far;
                let response = Arc::new(OnceCell::new());
                let request = InFlight {
                    number,
                    began_at: age_now,
                    waiters: 1,
                    response: Arc::clone(&response),
                };
                in_flight.insert(id, request);
                (number, response)
            }
        };
        Err(Waiter {
            cache: self,
            id,
            number,
            response,
        })
    }

    fn to_keep(&self, asked_at: i64, response: &Response) -> Option<Kept> {
        let (expires_at, length, response) = match response {
            Ok(response) => {
                let length =
                    serde_json::to_string(&**response).map_or(usize::MAX, |json| json.len());
                if length > MAX_RESPONSE_BYTES {
                    return None;
                }
                (expires_at(response), length, Ok(Arc::clone(response)))
            }
            Err(error) if error.reason() == Reason::TokenInvalid => {
                (i64::MAX, 0, Err(error.clone().without_call()))
            }
            // A failed call says nothing about the token.
            Err(_) => return None,
        };
        Some(Kept {
            asked_at,
            expires_at,
            length,
            response,
        })
    }

    /// Ends a request. From now on, verifications find its response in the cache.
    fn finish(&self, id: Id, number: u64, kept: Option<Kept>) {
        let mut known = self.lock();
        if known
            .in_flight
            .get(&id)
            .is_some_and(|request| request.number == number)
        {
            known.in_flight.remove(&id);
        }
        match kept {
            Some(kept) if kept.response.is_err() => {
                known.accepted.remove(&id);
                known.rejected.insert(id, kept);
            }
            // A rejection that arrived in between is newer than this response.
            Some(kept) if known.rejected.get(&id).is_none() => known.accepted.insert(id, kept),
            _ => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut known = self.cache.lock();
        let Some(request) = known.in_flight.get_mut(&self.id) else {
            return;
        };
        if request.number == self.number {
            request.waiters -= 1;
            if request.waiters == 0 {
                known.in_flight.remove(&self.id);
            }
        }
    }
}

fn owned(response: &Response) -> Result<JsonObject, TokenError> {
    match response {
        Ok(response) => Ok(JsonObject::clone(response)),
        Err(error) => Err(error.clone()),
    }
}

/// Returns whether less than `time` has passed. A timestamp in the future counts as expired (the clock was changed).
fn is_within(time: Duration, since: i64, now: i64) -> bool {
    u64::try_from(now.saturating_sub(since)).is_ok_and(|age| Duration::from_millis(age) < time)
}

/// Returns when the token expires. An expiration that cannot be read counts as passed.
fn expires_at(response: &JsonObject) -> i64 {
    match response.get("expiration") {
        None | Some(Value::Null) => i64::MAX,
        Some(expiration) => match expiration.as_f64() {
            Some(seconds) if seconds < SMALLEST_MILLIS => (seconds * 1000.0) as i64,
            Some(millis) => millis as i64,
            None => i64::MIN,
        },
    }
}
