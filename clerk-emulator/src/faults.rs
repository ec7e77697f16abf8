//! Failures on demand.

mod apply;
mod written;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use apply::apply;
use written::Written;

/// What goes wrong, with which requests, and how often.
///
/// Without restrictions it meets every request, those for tokens' keys and pages included, until it is removed.
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
#[serde(into = "Written", try_from = "Written")]
#[must_use = "a fault does nothing until it is injected"]
pub struct Fault {
    effect: Effect,
    method: Option<String>,
    /// None: all.
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
    SetField { field: String, value: Value },
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

    /// 429, with `Retry-After` in whole seconds, rounded up.
    pub fn rate_limit(retry_after: Duration) -> Self {
        Self::new(Effect::RateLimit { retry_after })
    }

    /// An error of this status with a body as Clerk's errors have it. Numbers that are no status are 500.
    pub fn status(status: u16) -> Self {
        Self::new(Effect::Status { status })
    }

    /// The answer comes so much later.
    pub fn latency(by: Duration) -> Self {
        Self::new(Effect::Latency { by })
    }

    /// The request is read, nothing is done, and the connection ends without an answer.
    pub fn drop_connection() -> Self {
        Self::new(Effect::DropConnection)
    }

    /// The key set is not there: 503 at `/.well-known/jwks.json` and `/v1/jwks`.
    pub fn jwks_down() -> Self {
        let mut fault = Self::status(503);
        fault.paths = vec!["/.well-known/jwks.json".into(), "/v1/jwks".into()];
        fault
    }

    /// Answers lack this field, wherever in their JSON it is; with a `/` before it, the one at this JSON pointer.
    pub fn without_field(field: impl Into<String>) -> Self {
        Self::new(Effect::WithoutField {
            field: field.into(),
        })
    }

    /// Where answers have this field, wherever in their JSON, it has this value; with a `/` before it, the one at this
    /// JSON pointer. For values that no document knows.
    pub fn unknown_enum(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::new(Effect::SetField {
            field: field.into(),
            value: value.into(),
        })
    }

    /// Only requests with this method, such as `GET`.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Only requests to this path and those below it, such as `/v1/users`. Given again, to that one as well.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.paths.push(path.into());
        self
    }

    /// Only this operation of the Backend API, by its id in Clerk's document, such as `GetUser`.
    pub fn operation(mut self, id: impl Into<String>) -> Self {
        self.operation = Some(id.into());
        self
    }

    /// For [`without_field`](Self::without_field) and [`unknown_enum`](Self::unknown_enum): only in JSON objects whose
    /// `object` is this, such as `user`.
    pub fn object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// Only so often; then it is removed.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }
}

/// Which fault, to remove it.
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

/// The faults of an emulator. Copies are of the same emulator.
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
    /// Faults that met all the requests they were for, and how many.
    spent: Vec<(FaultId, u64)>,
}

#[derive(Clone, Debug)]
struct Active {
    id: FaultId,
    fault: Fault,
    hits: u64,
}

impl Faults {
    /// From now on this goes wrong. Of several that fit a request, the first decides; delays add up.
    pub fn inject(&self, fault: Fault) -> FaultId {
        let mut injected = self.lock();
        injected.made += 1;
        let id = FaultId(injected.made);
        if fault.times != Some(0) {
            injected.active.push(Active { id, fault, hits: 0 });
        }
        id
    }

    /// This goes wrong no longer; false if it did not any more.
    pub fn remove(&self, id: FaultId) -> bool {
        let mut injected = self.lock();
        let before = injected.active.len();
        injected.active.retain(|active| active.id != id);
        injected.active.len() < before
    }

    /// Nothing goes wrong any more, and nobody remembers how often it did.
    pub fn clear(&self) {
        let mut injected = self.lock();
        injected.active.clear();
        injected.spent.clear();
    }

    /// How many requests a fault has met; 0 for one that was removed.
    pub fn hits(&self, id: FaultId) -> u64 {
        let injected = self.lock();
        let active = injected.active.iter().find(|active| active.id == id);
        let spent = || injected.spent.iter().find(|(have, _)| *have == id);
        active
            .map(|active| active.hits)
            .or_else(|| spent().map(|(_, hits)| *hits))
            .unwrap_or(0)
    }

    /// What goes wrong now, with how often it did: `id`, `hits`, and the fault as the control endpoint takes it.
    pub(crate) fn list(&self) -> Vec<Value> {
        let shown = |active: &Active| serde_json::json!({"id": active.id, "hits": active.hits, "fault": active.fault});
        self.lock().active.iter().map(shown).collect()
    }

    pub(crate) fn remove_number(&self, id: u64) -> bool {
        self.remove(FaultId(id))
    }

    /// Those that fit, without counting.
    fn fitting(&self, fits: impl Fn(&Fault) -> bool) -> Vec<(FaultId, Fault)> {
        let injected = self.lock();
        let fitting = injected.active.iter().filter(|active| fits(&active.fault));
        fitting
            .map(|active| (active.id, active.fault.clone()))
            .collect()
    }

    /// Counts a request; false if another one was faster and took the last time.
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
