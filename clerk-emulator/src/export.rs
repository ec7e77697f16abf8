//! The whole state as one JSON document, and back.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::seed::{Planter, Seed, SeedError};
use crate::store::State;
use crate::world::World;
use crate::{backend_api, seed};

/// Of the document's form.
const VERSION: u64 = 1;

/// Why a document is no state of an emulator.
///
/// ```
/// # async fn run() -> Result<(), clerk_emulator::StartError> {
/// let emulator = clerk_emulator::Emulator::builder().start().await?;
/// let refused = emulator.import(serde_json::json!({"version": 2}));
/// assert!(refused.unwrap_err().to_string().contains("version 2"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no state of an emulator: {0}")]
pub struct StateError(String);

#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    /// Where ids go on, so that none is given twice. As text, because programs that keep numbers as floats would round
    /// it.
    ids: String,
    state: &'a State,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    ids: String,
    state: State,
}

pub(crate) fn export(world: &World) -> Result<Value, StateError> {
    let state = world.read();
    let written = Written {
        version: VERSION,
        ids: world.ids.position().to_string(),
        state: &state,
    };
    serde_json::to_value(written).map_err(|error| StateError(error.to_string()))
}

/// A state that was exported, and where ids go on.
fn read(mut document: Value) -> Result<(State, u64), StateError> {
    let fields = document
        .as_object_mut()
        .ok_or_else(|| StateError("it is no object".into()))?;
    let version = fields.remove("version").unwrap_or_default();
    if version != VERSION {
        let text = format!("it has version {version}, and only version {VERSION} is known");
        return Err(StateError(text));
    }
    let read: Read =
        serde_json::from_value(document).map_err(|error| StateError(error.to_string()))?;
    let ids = read
        .ids
        .parse()
        .map_err(|_| StateError("ids is no number".into()))?;
    Ok((read.state, ids))
}

pub(crate) fn import(world: &World, document: Value) -> Result<(), StateError> {
    let (state, ids) = read(document)?;
    world.replace(state);
    world.ids.go_on_from(ids);
    Ok(())
}

/// The instance that a state is of.
pub(crate) fn instance_id(document: &Value) -> Option<String> {
    let singletons = document
        .pointer("/state/documents/singletons")?
        .as_array()?;
    let instance = singletons.iter().find(|pair| pair[0] == "instance")?;
    instance[1]["id"].as_str().map(str::to_owned)
}

/// What an emulator begins with.
#[derive(Default)]
pub(crate) struct Start {
    pub(crate) seeds: Vec<Seed>,
    pub(crate) state: Option<Value>,
    /// Where ids begin, if they are the same in each run.
    pub(crate) ids: Option<u64>,
}

/// Why there is no beginning.
#[derive(Debug)]
pub(crate) enum Unstarted {
    Seed(SeedError),
    State(StateError),
}

impl From<Unstarted> for StateError {
    fn from(unstarted: Unstarted) -> Self {
        match unstarted {
            Unstarted::State(error) => error,
            Unstarted::Seed(error) => Self(error.to_string()),
        }
    }
}

impl Start {
    /// Puts the world into its first state, whatever it is in now.
    pub(crate) fn begin(&self, world: &World) -> Result<(), Unstarted> {
        if let Some(ids) = self.ids {
            world.ids.go_on_from(ids);
        }
        let mut state = match &self.state {
            Some(document) => {
                let (state, ids) = read(document.clone()).map_err(Unstarted::State)?;
                world.ids.go_on_from(ids);
                state
            }
            None => {
                let mut state = State::default();
                backend_api::populate(world, &mut state);
                state
            }
        };
        let mut planter = Planter::new(world, &mut state);
        for seed in &self.seeds {
            planter.plant(seed).map_err(Unstarted::Seed)?;
        }
        world.replace(state);
        Ok(())
    }
}

/// The id of the user that a text names.
pub(crate) fn user_named(world: &World, name: &str) -> Option<String> {
    seed::user_named(&world.read(), name)
}
