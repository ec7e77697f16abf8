//! The application and the instance that it uses. The tests start it too.

mod banner;
mod events;
mod instance;
mod links;
mod listen;
mod notes;
mod pages;
mod person;
mod routes;

use std::error::Error;

use clerk_emulator::{Clock, Emulator};
use tokio::task::AbortHandle;

use events::Events;
use instance::Instance;
use notes::Notes;
use routes::App;

/// The default port of the application.
const PORT: u16 = 3000;
/// The default port of the emulator.
const EMULATOR_PORT: u16 = 4010;

/// The options of the demo.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    /// The port of the application; 0 means any free one.
    pub(crate) port: Option<u16>,
    /// The port of the emulator; 0 means any free one.
    pub(crate) emulator_port: Option<u16>,
    /// The emulator's clock. If set, the application uses it too.
    pub(crate) clock: Clock,
    /// Whether to use the Clerk instance that the environment names.
    pub(crate) on_clerk: bool,
}

impl Setup {
    /// Returns the options that follow from the environment: Clerk if both keys are set, otherwise the emulator.
    pub(crate) fn from_process() -> Result<Self, Box<dyn Error>> {
        let is_set = |name| std::env::var(name).is_ok_and(|value| !value.is_empty());
        let keys = ["CLERK_SECRET_KEY", "CLERK_PUBLISHABLE_KEY"];
        let [secret, publishable] = keys.map(is_set);
        if secret != publishable {
            let [set, missing] = if secret { keys } else { [keys[1], keys[0]] };
            let both_or_none = format!(
                "{set} is set and {missing} is not: set both for your Clerk, or none for the emulator"
            );
            return Err(both_or_none.into());
        }
        Ok(Self {
            on_clerk: secret,
            ..Self::default()
        })
    }
}

/// The running application. It stops when this value is dropped.
pub(crate) struct Demo {
    /// The URL of the application.
    pub(crate) url: String,
    /// A token for the third ready-made request. `None` on Clerk, where the demo cannot act for a user.
    pub(crate) token: Option<String>,
    /// The emulator, if the application does not use Clerk.
    pub(crate) emulator: Option<Emulator>,
    tasks: Vec<AbortHandle>,
}

impl Demo {
    /// Starts the emulator or connects to the Clerk instance, and then starts the application.
    pub(crate) async fn start(setup: Setup) -> Result<Self, Box<dyn Error>> {
        let listening = listen::on_localhost(setup.port, PORT).await?;
        let url = format!("http://localhost:{}", listening.port);
        let instance = if setup.on_clerk {
            Instance::of_environment(&url).await?
        } else {
            Instance::emulated(&setup, &listening).await?
        };
        let Instance {
            clerk,
            emulator,
            token,
        } = instance;
        let router = routes::router(App {
            clerk,
            origin: url.clone(),
            is_emulated: emulator.is_some(),
            events: Events::default(),
            notes: Notes::default(),
        })?;
        let tasks = listening.serve(&router);
        Ok(Self {
            url,
            token,
            emulator,
            tasks,
        })
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
