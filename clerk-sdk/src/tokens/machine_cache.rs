//! What Clerk answered about opaque machine tokens, kept for moments where an application asks for it.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use clerk_api::{Config, JsonObject};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::error::{TokenError, TokenErrorReason as Reason};
use crate::clock::Clock;

/// A larger answer is not kept: it must not fill the memory. Clerk's are far smaller.
const MAX_ANSWER_BYTES: usize = 16 * 1024;
/// In the year 1973, read as milliseconds. Clerk's document has milliseconds; what is less than this is taken for seconds.
const SMALLEST_MILLIS: f64 = 1e11;

/// A cache for opaque machine tokens: API keys (`ak_…`), and machine-to-machine (`mt_…`) and OAuth access tokens (`oat_…`)
/// that are no JWTs. Without one, which is the default, each verification of such a token is a request to Clerk.
///
/// **What it costs in security:** a token that is revoked in Clerk goes on being accepted until Clerk is asked again, so for
/// up to [`accepted_for`](Self::accepted_for) (30 seconds by default), in each process on its own. There is no way to
/// take one token out sooner. Scopes and claims that are changed in Clerk take as long to arrive. Where a revoked key has to
/// stop working at once, use no cache.
///
/// * A token is never accepted beyond its own expiration, whatever the cache's time.
/// * Rejections are kept as well, for [`rejected_for`](Self::rejected_for), so that the same bad token sent again and again is
///   not a request each time. Only what Clerk says of the token is: that it is unknown, revoked, expired or inactive. That
///   Clerk could not be asked, or rejected the application's own key, is never kept. An error from the cache has the same
///   reason as the first one, without its [`api_error`](super::TokenError::api_error).
/// * Any number of verifications of one token at the same time make one request, and get its answer, whichever it is.
/// * What was learned with one secret key, API URL or API version is not used with another.
/// * The audience, and which kinds of tokens are accepted, are checked each time.
/// * Tokens themselves are not in it, only hashes of them and what Clerk answered. Accepted and rejected ones have half
///   of the room each: made-up tokens, however many, never displace an accepted one.
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
    /// A cache with the defaults: 30 seconds for accepted tokens, 10 for rejected ones, room for 4096 of both together.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long Clerk's yes is used, counted from when Clerk was asked; nothing extends it. It is how long a revoked token may
    /// go on working. Default: 30 seconds. Zero keeps no accepted token and lets each verification ask for itself.
    pub fn accepted_for(mut self, time: Duration) -> Self {
        self.accepted_for = time;
        self
    }

    /// How long Clerk's no is used, counted from when Clerk was asked. An expired token whose life is prolonged in Clerk is
    /// rejected for so long all the same. Default: 10 seconds. Zero keeps no rejected token.
    pub fn rejected_for(mut self, time: Duration) -> Self {
        self.rejected_for = time;
        self
    }

    /// About how many tokens are kept at most: half of them accepted, half of them rejected. Those that were not used for the
    /// longest time go first. Default: 4096. 0 keeps none.
    pub fn capacity(mut self, tokens: usize) -> Self {
        self.capacity = tokens;
        self
    }
}

type Answer = Result<Arc<JsonObject>, TokenError>;

/// What is asked of whom: the hash of a token, of the kind it is taken for, and of the instance that is asked. The secret key
/// is part of it, so what one instance said is never found under the key of another.
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

/// The cache itself.
pub(super) struct MachineAnswers {
    policy: MachineTokenCache,
    clock: Clock,
    /// Held for moments, never while Clerk is asked.
    known: Mutex<Known>,
}

struct Known {
    accepted: Generations,
    rejected: Generations,
    flights: HashMap<Id, Flight>,
    /// Numbers the flights, so that whoever ends one removes that one only.
    flights_so_far: u64,
}

struct Kept {
    asked_at: i64,
    /// The token's own expiration, in Unix milliseconds.
    expires_at: i64,
    answer: Answer,
}

/// A question that is under way. One of those who wait for the answer asks it, and when that one is dropped, the next.
struct Flight {
    number: u64,
    began_at: i64,
    /// How many wait for it. It is forgotten with the last of them.
    aboard: usize,
    answer: Arc<OnceCell<Answer>>,
}

/// A place among those who wait.
struct Boarded<'a> {
    cache: &'a MachineAnswers,
    id: Id,
    number: u64,
    answer: Arc<OnceCell<Answer>>,
}

impl MachineAnswers {
    pub(super) fn new(policy: MachineTokenCache, clock: Clock) -> Self {
        // Each kind has half of the room, in two generations.
        let generation = policy.capacity.div_ceil(4);
        Self {
            policy,
            clock,
            known: Mutex::new(Known {
                accepted: Generations::new(generation),
                rejected: Generations::new(generation),
                flights: HashMap::new(),
                flights_so_far: 0,
            }),
        }
    }

    /// What Clerk says about a token: from the cache, from a request that is under way, or by `ask`, which is not begun
    /// unless it is needed. Its `Ok` must be of a token that is accepted.
    pub(super) async fn answer(
        &self,
        api: &clerk_api::Client,
        path: &'static str,
        token: &str,
        ask: impl Future<Output = Result<JsonObject, TokenError>>,
    ) -> Result<JsonObject, TokenError> {
        let config = api.config();
        let id = id(path, &config, token);
        let boarded = match self.look_up(id) {
            Ok(answer) => return owned(&answer),
            Err(boarded) => boarded,
        };
        let answer = boarded
            .answer
            .get_or_init(|| async {
                // What is kept is as old as the question: Clerk may have changed its mind since.
                let asked_at = self.clock.age_ms();
                let answer = ask.await.map(Arc::new);
                // The request takes the configuration at some moment after `id` was made, so it is known whom it asked only
                // if there has been no other since.
                let is_of_id = Arc::ptr_eq(&config, &api.config());
                let kept = is_of_id.then(|| self.to_keep(asked_at, &answer)).flatten();
                self.land(id, boarded.number, kept);
                answer
            })
            .await;
        owned(answer)
    }

    /// What is known, or a place among those who wait for the answer.
    fn look_up(&self, id: Id) -> Result<Answer, Boarded<'_>> {
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
            flights,
            flights_so_far,
        } = &mut *known;
        for (kept, time) in [(rejected, rejected_for), (accepted, accepted_for)] {
            match kept.get(&id) {
                Some(kept) if is_within(time, kept.asked_at, age_now) && now < kept.expires_at => {
                    return Ok(kept.answer.clone());
                }
                Some(_) => kept.remove(&id),
                None => {}
            }
        }
        // An answer that takes longer than it may be used is not for those who come later.
        let flight = flights
            .get_mut(&id)
            .filter(|flight| is_within(accepted_for, flight.began_at, age_now));
        let (number, answer) = match flight {
            Some(flight) => {
                flight.aboard += 1;
                (flight.number, Arc::clone(&flight.answer))
            }
            None => {
                *flights_so_far += 1;
                let number = *flights_so_far;
                let answer = Arc::new(OnceCell::new());
                let flight = Flight {
                    number,
                    began_at: age_now,
                    aboard: 1,
                    answer: Arc::clone(&answer),
                };
                flights.insert(id, flight);
                (number, answer)
            }
        };
        Err(Boarded {
            cache: self,
            id,
            number,
            answer,
        })
    }

    fn to_keep(&self, asked_at: i64, answer: &Answer) -> Option<Kept> {
        let (expires_at, answer) = match answer {
            Ok(answer) => {
                let length = serde_json::to_string(&**answer).map_or(usize::MAX, |json| json.len());
                if length > MAX_ANSWER_BYTES {
                    return None;
                }
                (expires_at(answer), Ok(Arc::clone(answer)))
            }
            Err(error) if error.reason() == Reason::TokenInvalid => {
                (i64::MAX, Err(error.clone().without_call()))
            }
            // It says nothing about the token.
            Err(_) => return None,
        };
        Some(Kept {
            asked_at,
            expires_at,
            answer,
        })
    }

    /// Ends a flight. Those who come from now on find what it brought.
    fn land(&self, id: Id, number: u64, kept: Option<Kept>) {
        let mut known = self.lock();
        if known
            .flights
            .get(&id)
            .is_some_and(|flight| flight.number == number)
        {
            known.flights.remove(&id);
        }
        match kept {
            Some(kept) if kept.answer.is_err() => {
                known.accepted.remove(&id);
                known.rejected.insert(id, kept);
            }
            // A rejection that arrived in between is newer than what was asked before it.
            Some(kept) if known.rejected.get(&id).is_none() => known.accepted.insert(id, kept),
            _ => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Boarded<'_> {
    fn drop(&mut self) {
        let mut known = self.cache.lock();
        let Some(flight) = known.flights.get_mut(&self.id) else {
            return;
        };
        if flight.number == self.number {
            flight.aboard -= 1;
            if flight.aboard == 0 {
                known.flights.remove(&self.id);
            }
        }
    }
}

/// A bounded set, in which a full generation displaces the one before it; what was used since has moved on.
struct Generations {
    young: HashMap<Id, Kept>,
    old: HashMap<Id, Kept>,
    size: usize,
}

impl Generations {
    fn new(size: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            size,
        }
    }

    fn get(&mut self, id: &Id) -> Option<&Kept> {
        if !self.young.contains_key(id) {
            let kept = self.old.remove(id)?;
            self.insert(*id, kept);
        }
        self.young.get(id)
    }

    fn insert(&mut self, id: Id, kept: Kept) {
        if self.size == 0 {
            return;
        }
        if self.young.len() >= self.size {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id, kept);
    }

    fn remove(&mut self, id: &Id) {
        self.young.remove(id);
        self.old.remove(id);
    }
}

fn owned(answer: &Answer) -> Result<JsonObject, TokenError> {
    match answer {
        Ok(answer) => Ok(JsonObject::clone(answer)),
        Err(error) => Err(error.clone()),
    }
}

/// A time that lies ahead is none to trust: somebody has set the clock.
fn is_within(time: Duration, since: i64, now: i64) -> bool {
    u64::try_from(now.saturating_sub(since)).is_ok_and(|age| Duration::from_millis(age) < time)
}

/// When the token expires by itself. One that cannot be read counts as passed.
fn expires_at(answer: &JsonObject) -> i64 {
    match answer.get("expiration") {
        None | Some(Value::Null) => i64::MAX,
        Some(expiration) => match expiration.as_f64() {
            Some(seconds) if seconds < SMALLEST_MILLIS => (seconds * 1000.0) as i64,
            Some(millis) => millis as i64,
            None => i64::MIN,
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    /// A cache, and a client that nothing is sent by.
    type Staged = (MachineAnswers, clerk_api::Client);

    fn cache(capacity: usize) -> Staged {
        let policy = MachineTokenCache::new().capacity(capacity);
        let answers = MachineAnswers::new(policy, Clock::from_fn(|| 1_750_000_000_000));
        (answers, clerk_api::Client::new(Config::new("sk_test_1")))
    }

    async fn learn(known: &Staged, token: &str, answer: Result<JsonObject, TokenError>) {
        let (cache, api) = known;
        let _ = cache.answer(api, "/x", token, async { answer }).await;
    }

    async fn knows(known: &Staged, token: &str) -> bool {
        let (cache, api) = known;
        let ask = async { Err(TokenError::new(Reason::UnexpectedError, "asked")) };
        match cache.answer(api, "/x", token, ask).await {
            Ok(_) => true,
            Err(error) => error.reason() == Reason::TokenInvalid,
        }
    }

    fn unknown() -> TokenError {
        TokenError::new(Reason::TokenInvalid, "unknown")
    }

    fn size((cache, _): &Staged) -> usize {
        let known = cache.known.lock().unwrap();
        [&known.accepted, &known.rejected]
            .map(|half| half.young.len() + half.old.len())
            .iter()
            .sum()
    }

    #[tokio::test]
    async fn the_number_of_tokens_is_bounded_and_made_up_ones_displace_no_accepted_one() {
        let cache = cache(40);
        learn(&cache, "mine", Ok(JsonObject::new())).await;
        for number in 0..1000 {
            learn(&cache, &format!("forged{number}"), Err(unknown())).await;
        }
        assert!(knows(&cache, "mine").await);
        assert!(knows(&cache, "forged999").await);
        assert!(!knows(&cache, "forged0").await);
        for number in 0..1000 {
            learn(&cache, &format!("good{number}"), Ok(JsonObject::new())).await;
            assert!(knows(&cache, "good0").await, "in use: {number}");
        }
        assert!(!knows(&cache, "mine").await);
        assert!(size(&cache) <= 40, "{}", size(&cache));
        assert!(cache.0.known.lock().unwrap().flights.is_empty());
    }

    #[tokio::test]
    async fn without_room_nothing_is_kept_nor_is_an_endless_answer() {
        let none = cache(0);
        learn(&none, "a", Ok(JsonObject::new())).await;
        learn(&none, "b", Err(unknown())).await;
        assert_eq!(size(&none), 0);
        let mut answer = JsonObject::new();
        answer.insert("claims".to_owned(), json!("x".repeat(MAX_ANSWER_BYTES)));
        let some = cache(40);
        learn(&some, "a", Ok(answer)).await;
        assert_eq!(size(&some), 0);
    }

    #[tokio::test]
    async fn a_question_whose_askers_are_dropped_is_asked_by_the_next_and_leaves_nothing_behind() {
        let (cache, api) = cache(40);
        let never = || std::future::pending::<Result<JsonObject, TokenError>>();
        let mut first = Box::pin(cache.answer(&api, "/x", "a", never()));
        assert!(futures_util::poll!(&mut first).is_pending());
        let mut second = Box::pin(cache.answer(&api, "/x", "a", async { Ok(JsonObject::new()) }));
        assert!(futures_util::poll!(&mut second).is_pending());
        assert_eq!(cache.known.lock().unwrap().flights.len(), 1);
        drop(first);
        assert!(second.await.is_ok());
        let mut third = Box::pin(cache.answer(&api, "/x", "b", never()));
        assert!(futures_util::poll!(&mut third).is_pending());
        drop(third);
        assert!(cache.known.lock().unwrap().flights.is_empty());
    }

    #[tokio::test]
    async fn an_answer_during_which_the_configuration_changed_is_not_kept() {
        let (cache, api) = cache(40);
        let ask = async {
            api.update(|config| config.secret_key = "sk_test_2".into());
            Ok(JsonObject::new())
        };
        assert!(cache.answer(&api, "/x", "a", ask).await.is_ok());
        api.update(|config| config.secret_key = "sk_test_1".into());
        let known = (cache, api);
        assert!(!knows(&known, "a").await);
        assert!(known.0.known.lock().unwrap().flights.is_empty());
    }

    #[test]
    fn the_id_depends_on_all_of_what_is_asked_and_on_whom() {
        let config = Config::new("sk_test_1");
        let base = id("/x", &config, "token");
        assert_eq!(base, id("/x", &config, "token"));
        assert_ne!(base, id("/y", &config, "token"));
        assert_ne!(base, id("/x", &config, "token2"));
        assert_ne!(base, id("/x", &Config::new("sk_test_2"), "token"));
        let elsewhere = Config::new("sk_test_1").server_api_url("https://example.com");
        assert_ne!(base, id("/x", &elsewhere, "token"));
    }

    #[test]
    fn an_expiration_is_read_in_either_unit_and_what_cannot_be_read_has_passed() {
        let of = |value: Value| {
            let mut answer = JsonObject::new();
            answer.insert("expiration".to_owned(), value);
            expires_at(&answer)
        };
        assert_eq!(of(json!(1_750_000_000)), 1_750_000_000_000);
        assert_eq!(of(json!(1_750_000_000_000_i64)), 1_750_000_000_000);
        assert_eq!(of(json!(1_750_000_000_000.0)), 1_750_000_000_000);
        assert_eq!(of(Value::Null), i64::MAX);
        assert_eq!(expires_at(&JsonObject::new()), i64::MAX);
        assert_eq!(of(json!("soon")), i64::MIN);
        assert_eq!(of(json!(-1)), -1000);
    }
}
