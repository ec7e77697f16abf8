//! The whole state as one JSON document: export, import, and the state at the start.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::populate::populate;
use crate::instance::Instance;
use crate::seed::{Seed, SeedError, Seeder};
use crate::store::State;

/// The version of the document's form.
const VERSION: u64 = 1;

/// Why a document is not an emulator's state.
///
/// ```
/// # async fn run() -> Result<(), clerk_emulator::StartError> {
/// let emulator = clerk_emulator::Emulator::builder().start().await?;
/// let rejected = emulator.import(serde_json::json!({"version": 2}));
/// assert!(rejected.unwrap_err().to_string().contains("version 2"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no state of an emulator: {0}")]
pub struct StateError(String);

#[derive(Serialize)]
struct ExportRepr<'a> {
    version: u64,
    /// From where ids continue, so that no id is made twice. A text, because programs that read numbers as floats would
    /// round it.
    ids: String,
    state: &'a State,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportRepr {
    ids: String,
    state: State,
}

pub(crate) fn export(instance: &Instance) -> Result<Value, StateError> {
    let state = instance.read();
    let export = ExportRepr {
        version: VERSION,
        ids: instance.ids.position().to_string(),
        state: &state,
    };
    serde_json::to_value(export).map_err(|error| StateError(error.to_string()))
}

/// Reads an exported state, and from where ids continue.
fn read_export(mut document: Value) -> Result<(State, u64), StateError> {
    let fields = document
        .as_object_mut()
        .ok_or_else(|| StateError("it is no object".into()))?;
    let version = fields.remove("version").unwrap_or_default();
    if version != VERSION {
        let text = format!("it has version {version}, and only version {VERSION} is known");
        return Err(StateError(text));
    }
    let read: ImportRepr =
        serde_json::from_value(document).map_err(|error| StateError(error.to_string()))?;
    let ids = read
        .ids
        .parse()
        .map_err(|_| StateError("ids is no number".into()))?;
    Ok((read.state, ids))
}

pub(crate) fn import(instance: &Instance, document: Value) -> Result<(), StateError> {
    let (state, ids) = read_export(document)?;
    instance.replace(state);
    instance.ids.continue_from(ids);
    Ok(())
}

/// Returns the id of the instance that was exported.
pub(crate) fn exported_instance_id(document: &Value) -> Option<String> {
    let singletons = document
        .pointer("/state/documents/singletons")?
        .as_array()?;
    let instance = singletons.iter().find(|pair| pair[0] == "instance")?;
    instance[1]["id"].as_str().map(str::to_owned)
}

/// The state that an emulator starts with, and is reset to.
#[derive(Debug, Default)]
pub(crate) struct InitialState {
    pub(crate) seeds: Vec<Seed>,
    pub(crate) state: Option<Value>,
    /// From where ids start, if they are the same in each run.
    pub(crate) ids: Option<u64>,
}

/// Why the first state cannot be made.
#[derive(Debug)]
pub(crate) enum InitialStateError {
    Seed(SeedError),
    State(StateError),
}

impl From<InitialStateError> for StateError {
    fn from(error: InitialStateError) -> Self {
        match error {
            InitialStateError::State(error) => error,
            InitialStateError::Seed(error) => Self(error.to_string()),
        }
    }
}

impl InitialState {
    /// Replaces an instance's state by the initial one.
    pub(crate) fn apply(&self, instance: &Instance) -> Result<(), InitialStateError> {
        if let Some(ids) = self.ids {
            instance.ids.continue_from(ids);
        }
        let mut state = match &self.state {
            Some(document) => {
                let (state, ids) =
                    read_export(document.clone()).map_err(InitialStateError::State)?;
                instance.ids.continue_from(ids);
                state
            }
            None => {
                let mut state = State::default();
                populate(instance.context(), &mut state);
                state
            }
        };
        let mut seeder = Seeder::new(instance, &mut state);
        for seed in &self.seeds {
            seeder.seed(seed).map_err(InitialStateError::Seed)?;
        }
        instance.replace(state);
        Ok(())
    }
}
