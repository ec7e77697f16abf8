//! Injected failures.

mod layer;
mod repr;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use layer::inject_faults;
use repr::FaultRepr;

/// A failure, the requests that it affects, and how often.
///
/// Without restrictions it affects every request, those for the key set and for pages included, until it is removed.
///
/// ```
/// use std::time::Duration;
/// use clerk_emulator::Fault;
///
/// let twice = Fault::status(503).method("GET").path("/v1/users").times(2);
/// let once = Fault::rate_limit(Duration::from_secs(1)).operation("CreateUser").times(1);
/// let always = Fault::without_field("first_name").object("user");
/// # let _ = (twice, once, always);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "FaultRepr", try_from = "FaultRepr")]
#[must_use = "a fault does nothing until it is injected"]
pub struct Fault {
    effect: Effect,
    method: Option<String>,
    /// Empty: all paths.
    paths: Vec<String>,
    operation: Option<String>,
    object: Option<String>,
    times: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
enum Effect {
    RateLimit { retry_after: Duration },
    Status { status: u16 },
    Latency { by: Duration },
    DropConnection,
    WithoutField { field: String },
    ReplaceField { field: String, value: Value },
}

impl Fault {
    fn new(effect: Effect) -> Self {
        Self {
            effect,
            method: None,
            paths: Vec::new(),
            operation: None,
            object: None,
            times: None,
        }
    }

    /// Responds with 429, and `Retry-After` in whole seconds, rounded up.
    pub fn rate_limit(retry_after: Duration) -> Self {
        Self::new(Effect::RateLimit { retry_after })
    }

    /// Responds with an error of this status, in the form of Clerk's errors. A number that is no valid status becomes
    /// 500.
    pub fn status(status: u16) -> Self {
        Self::new(Effect::Status { status })
    }

    /// Delays the response.
    pub fn latency(by: Duration) -> Self {
        Self::new(Effect::Latency { by })
    }

    /// Closes the connection without a response; the request has no effect.
    pub fn drop_connection() -> Self {
        Self::new(Effect::DropConnection)
    }

    /// Makes the key set unavailable: 503 at `/.well-known/jwks.json` and `/v1/jwks`.
    pub fn jwks_down() -> Self {
        let mut fault = Self::status(503);
        fault.paths = vec!["/.well-known/jwks.json".into(), "/v1/jwks".into()];
        fault
    }

    /// Removes this field from responses, wherever in their JSON it is; a text that begins with `/` is a JSON pointer
    /// to one field.
    pub fn without_field(field: impl Into<String>) -> Self {
        Self::new(Effect::WithoutField {
            field: field.into(),
        })
    }

    /// Replaces the value of this field in responses, wherever in their JSON it is; a text that begins with `/` is a
    /// JSON pointer to one field. Useful for enum values that an application does not know.
    pub fn replace_field(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::new(Effect::ReplaceField {
            field: field.into(),
            value: value.into(),
        })
    }

    /// Affects only requests with this method, such as `GET`.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Affects only requests to this path and those below it, such as `/v1/users`. May be called several times.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.paths.push(path.into());
        self
    }

    /// Affects only this operation of the Backend API, by its id in Clerk's document, such as `GetUser`.
    pub fn operation(mut self, id: impl Into<String>) -> Self {
        self.operation = Some(id.into());
        self
    }

    /// For [`without_field`](Self::without_field) and [`replace_field`](Self::replace_field): affects only JSON objects
    /// whose `object` is this, such as `user`.
    pub fn object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// Affects only so many requests; then the fault is removed.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }
}

/// Identifies an injected fault.
///
/// ```
/// # async fn run() -> Result<(), clerk_emulator::StartError> {
/// # use clerk_emulator::{Emulator, Fault};
/// let emulator = Emulator::builder().start().await?;
/// let outage = emulator.faults().inject(Fault::status(503));
/// assert_eq!(emulator.faults().hits(outage), 0);
/// assert!(emulator.faults().remove(outage));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct FaultId(u64);

/// The faults of an emulator. Clones share them.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use clerk_emulator::{Emulator, Fault};
///
/// let emulator = Emulator::builder().start().await?;
/// let faults = emulator.faults();
/// faults.inject(Fault::jwks_down());
/// // … what does the application do now?
/// faults.clear();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Injected>>);

#[derive(Debug, Default)]
struct Injected {
    made: u64,
    active: Vec<Active>,
    /// Faults that affected all the requests they were for, and how many.
    spent: Vec<(FaultId, u64)>,
}

#[derive(Clone, Debug)]
struct Active {
    id: FaultId,
    fault: Fault,
    hits: u64,
}

impl Faults {
    /// Injects a fault. If several faults match a request, the first one decides; delays add up.
    pub fn inject(&self, fault: Fault) -> FaultId {
        let mut injected = self.lock();
        injected.made += 1;
        let id = FaultId(injected.made);
        if fault.times != Some(0) {
            injected.active.push(Active { id, fault, hits: 0 });
        }
        id
    }

    /// Removes a fault; returns `false` if it was removed before.
    pub fn remove(&self, id: FaultId) -> bool {
        let mut injected = self.lock();
        let before = injected.active.len();
        injected.active.retain(|active| active.id != id);
        injected.active.len() < before
    }

    /// Removes all faults and their counts.
    pub fn clear(&self) {
        let mut injected = self.lock();
        injected.active.clear();
        injected.spent.clear();
    }

    /// Returns how many requests a fault has affected; 0 if it was removed.
    pub fn hits(&self, id: FaultId) -> u64 {
        let injected = self.lock();
        let active = injected.active.iter().find(|active| active.id == id);
        let spent = || injected.spent.iter().find(|(have, _)| *have == id);
        active
            .map(|active| active.hits)
            .or_else(|| spent().map(|(_, hits)| *hits))
            .unwrap_or(0)
    }

    /// Returns the active faults: `id`, `hits`, and the fault as the control endpoint takes it.
    pub(crate) fn list(&self) -> Vec<Value> {
        let view = |active: &Active| serde_json::json!({"id": active.id, "hits": active.hits, "fault": active.fault});
        self.lock().active.iter().map(view).collect()
    }

    pub(crate) fn remove_number(&self, id: u64) -> bool {
        self.remove(FaultId(id))
    }

    /// Returns the faults that match, without counting the request.
    fn matching(&self, matches: impl Fn(&Fault) -> bool) -> Vec<(FaultId, Fault)> {
        let injected = self.lock();
        let matching = injected
            .active
            .iter()
            .filter(|active| matches(&active.fault));
        matching
            .map(|active| (active.id, active.fault.clone()))
            .collect()
    }

    /// Counts a request; returns `false` if another request was faster and was the last one.
    fn hit(&self, id: FaultId) -> bool {
        let mut injected = self.lock();
        let Some(index) = injected.active.iter().position(|active| active.id == id) else {
            return false;
        };
        let active = &mut injected.active[index];
        active.hits += 1;
        let hits = active.hits;
        if active.fault.times.is_some_and(|times| hits >= times) {
            injected.active.remove(index);
            injected.spent.push((id, hits));
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Injected> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
