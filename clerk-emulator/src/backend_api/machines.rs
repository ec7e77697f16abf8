//! Machines, what they may talk to, and their secret keys.

use serde_json::{Value, json};

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers, deleted_view};
use crate::domain::machines::{self, MACHINES, find_machine};
use crate::store::State;
use crate::views::credentials::machine_view;

pub(super) const MACHINE_HANDLERS: Handlers = &[
    ("ListMachines", Read(list_machines)),
    (
        "GetMachine",
        Read(|call, state| Ok(machine_view(state, find_machine(state, call.id(0))?))),
    ),
    (
        "CreateMachine",
        Write(|call, state| {
            let machine = machines::create_machine(call.cx, state, call.params())?;
            let mut view = machine_view(state, &machine);
            view["secret_key"] = machine["_secret"].clone();
            Ok(view)
        }),
    ),
    (
        "UpdateMachine",
        Write(|call, state| {
            let machine = machines::update_machine(call.cx, state, call.id(0), call.params())?;
            Ok(machine_view(state, &machine))
        }),
    ),
    (
        "DeleteMachine",
        Write(|call, state| {
            machines::delete_machine(state, call.id(0))?;
            Ok(deleted_view("machine", call.id(0)))
        }),
    ),
    (
        "CreateMachineScope",
        Write(|call, state| machines::add_scope(call.cx, state, call.id(0), call.params())),
    ),
    (
        "DeleteMachineScope",
        Write(|call, state| machines::remove_scope(call.cx, state, call.id(0), call.id(1))),
    ),
    (
        "GetMachineSecretKey",
        Read(|call, state| {
            let secret = &find_machine(state, call.id(0))?["_secret"];
            Ok(json!({"object": "machine_secret_key", "secret": secret}))
        }),
    ),
    (
        "RotateMachineSecretKey",
        Write(|call, state| {
            let secret = machines::rotate_secret(call.cx, state, call.id(0), call.params())?;
            Ok(json!({"object": "machine_secret_key", "secret": secret}))
        }),
    ),
];

fn list_machines(call: &Call<'_>, state: &State) -> HandlerResult {
    let machines = state.documents.all(MACHINES);
    let views: Vec<Value> = machines
        .map(|machine| machine_view(state, machine))
        .collect();
    Ok(call.documents(views.iter()))
}
