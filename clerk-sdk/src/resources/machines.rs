use clerk_api::operations::{
    CreateMachine, CreateMachineScope, DeleteMachine, DeleteMachineScope, GetMachine,
    GetMachineSecretKey, ListMachines, RotateMachineSecretKey, UpdateMachine,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Machines: what machine-to-machine tokens are issued to.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Machines {
    ///     clerk.machines()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Machines;
}

impl Machines {
    /// Reads one machine with the machines it may call, but without its secret key.
    ///
    /// `GET /machines/{machine_id}`, operation `GetMachine`.
    pub fn get(&self, machine_id: impl Into<String>) -> GetMachine<Plain> {
        GetMachine::new(self.clerk.api(), machine_id)
    }

    /// Lists machines (services that call each other with M2M tokens), latest created first.
    ///
    /// `GET /machines`, operation `ListMachines`.
    pub fn list(&self) -> ListMachines<Paged> {
        ListMachines::new(self.clerk.api())
    }

    /// Registers a machine, optionally with access to up to 150 others. The answer holds its secret key; `GetMachineSecretKey` shows it later.
    ///
    /// `POST /machines`, operation `CreateMachine`.
    pub fn create(&self) -> CreateMachine<Plain> {
        CreateMachine::new(self.clerk.api())
    }

    /// Changes the name or the default token lifetime of a machine; what you leave out stays as it is.
    ///
    /// `PATCH /machines/{machine_id}`, operation `UpdateMachine`.
    pub fn update(&self, machine_id: impl Into<String>) -> UpdateMachine<Plain> {
        UpdateMachine::new(self.clerk.api(), machine_id)
    }

    /// Deletes a machine for good; with its secret key gone it can mint no more tokens.
    ///
    /// `DELETE /machines/{machine_id}`, operation `DeleteMachine`.
    pub fn delete(&self, machine_id: impl Into<String>) -> DeleteMachine<Plain> {
        DeleteMachine::new(self.clerk.api(), machine_id)
    }

    /// Reads the secret key of a machine. Treat the answer as a credential: it can mint M2M tokens.
    ///
    /// `GET /machines/{machine_id}/secret_key`, operation `GetMachineSecretKey`.
    pub fn get_secret_key(&self, machine_id: impl Into<String>) -> GetMachineSecretKey<Plain> {
        GetMachineSecretKey::new(self.clerk.api(), machine_id)
    }

    /// Gives a machine a new secret key. The old one goes on working for `previous_token_ttl` seconds, at most 28800; 0 cuts it off at once.
    ///
    /// `POST /machines/{machine_id}/secret_key/rotate`, operation `RotateMachineSecretKey`.
    pub fn rotate_secret_key(
        &self,
        machine_id: impl Into<String>,
    ) -> RotateMachineSecretKey<Plain> {
        RotateMachineSecretKey::new(self.clerk.api(), machine_id)
    }

    /// Lets one machine call another, for at most 150 targets each. A pair that exists already answers 409.
    ///
    /// `POST /machines/{machine_id}/scopes`, operation `CreateMachineScope`.
    pub fn create_scope(&self, machine_id: impl Into<String>) -> CreateMachineScope<Plain> {
        CreateMachineScope::new(self.clerk.api(), machine_id)
    }

    /// Withdraws the right of one machine to call another; new tokens no longer cover the target.
    ///
    /// `DELETE /machines/{machine_id}/scopes/{other_machine_id}`, operation `DeleteMachineScope`.
    pub fn delete_scope(
        &self,
        machine_id: impl Into<String>,
        other_machine_id: impl Into<String>,
    ) -> DeleteMachineScope<Plain> {
        DeleteMachineScope::new(self.clerk.api(), machine_id, other_machine_id)
    }
}
