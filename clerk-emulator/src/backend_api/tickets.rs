//! Sign-in tokens, actor tokens, agent tasks and testing tokens: tickets for the Frontend API.

use serde_json::{Value, json};

use super::broken;
use super::call::{Answer, Call, Handler};
use super::errors::ApiError;
use super::{organizations, users};
use crate::seed::user_named;
use crate::store::State;
use crate::tokens::{self, Category};

/// How long the URL of an agent's task is good for.
const AGENT_TASK_SECONDS: i64 = 3600;

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "CreateSignInToken" => Handler::Write(create_sign_in_token),
        "RevokeSignInToken" => {
            Handler::Write(|call, state| revoke(call, state, "sign_in_tokens", "sign-in token"))
        }
        "CreateActorToken" => Handler::Write(create_actor_token),
        "RevokeActorToken" => {
            Handler::Write(|call, state| revoke(call, state, "actor_tokens", "actor token"))
        }
        "CreateAgentTask" => Handler::Write(create_agent_task),
        "CreateTestingToken" => Handler::Read(testing_token),
        _ => return None,
    })
}

/// A ticket that names the document and carries what it is about.
fn ticket(
    call: &Call<'_>,
    id: &str,
    user_id: &str,
    kind: &str,
    seconds: i64,
) -> Result<(String, String), ApiError> {
    let claims = json!({
        "iss": call.world.url, "sub": user_id, "iid": call.world.instance_id, "st": kind, "sid": id,
        "act": call.field("actor"), "rurl": call.field("redirect_url"), "exp": call.after(seconds) / 1000,
    });
    let token =
        tokens::sign(&call.world.key(), Category::None, &claims).map_err(|error| broken(&error))?;
    let url = format!("{}/v1/tickets/accept?ticket={token}", call.world.url);
    Ok((token, url))
}

fn create_sign_in_token(call: &Call<'_>, state: &mut State) -> Answer {
    let user_id = users::find(state, call.needed("user_id")?)?.id.clone();
    if let Some(organization) = call.text("org_id") {
        organizations::find(state, organization)?;
    }
    let id = call.world.ids.id("sit");
    let seconds = call.int("expires_in_seconds").unwrap_or(2_592_000);
    let (token, url) = ticket(call, &id, &user_id, "sign_in_token", seconds)?;
    let document = json!({
        "object": "sign_in_token", "id": id, "user_id": user_id, "token": token, "url": url, "status": "pending",
        "created_at": call.now, "updated_at": call.now,
    });
    state
        .documents
        .insert("sign_in_tokens", &id, document.clone());
    Ok(document)
}

fn create_actor_token(call: &Call<'_>, state: &mut State) -> Answer {
    let user_id = users::find(state, call.needed("user_id")?)?.id.clone();
    let actor = call
        .object("actor")
        .ok_or_else(|| ApiError::missing("actor"))?;
    let id = call.world.ids.id("act");
    let (token, url) = ticket(
        call,
        &id,
        &user_id,
        "actor_token",
        call.int("expires_in_seconds").unwrap_or(3600),
    )?;
    let document = json!({
        "object": "actor_token", "id": id, "user_id": user_id, "actor": actor, "token": token, "url": url,
        "status": "pending", "created_at": call.now, "updated_at": call.now,
    });
    state
        .documents
        .insert("actor_tokens", &id, document.clone());
    Ok(document)
}

/// A task that an agent has on behalf of a user. Only the one who made it learns the URL, which signs the agent in.
fn create_agent_task(call: &Call<'_>, state: &mut State) -> Answer {
    let behalf = call
        .object("on_behalf_of")
        .ok_or_else(|| ApiError::missing("on_behalf_of"))?;
    let named = |name: &str| behalf.get(name).and_then(Value::as_str);
    let user_id = match (named("user_id"), named("identifier")) {
        (Some(id), None) => users::find(state, id)?.id.clone(),
        (None, Some(identifier)) => {
            user_named(state, identifier).ok_or_else(|| ApiError::not_found("user", identifier))?
        }
        _ => return Err(ApiError::missing("on_behalf_of")),
    };
    let (id, agent_id) = (call.world.ids.id("agttsk"), call.world.ids.id("agt"));
    let (_, url) = ticket(call, &id, &user_id, "agent_task", AGENT_TASK_SECONDS)?;
    let kept = json!({
        "object": "agent_task", "agent_id": agent_id, "agent_task_id": id, "task_id": id, "user_id": user_id,
        "status": "pending",
    });
    state.documents.insert("agents/tasks", &id, kept);
    Ok(
        json!({"object": "agent_task", "agent_id": agent_id, "agent_task_id": id, "task_id": id, "url": url}),
    )
}

fn revoke(call: &Call<'_>, state: &mut State, collection: &str, what: &str) -> Answer {
    let id = call.id(0);
    let document = state
        .documents
        .get_mut(collection, id)
        .ok_or_else(|| ApiError::not_found(what, id))?;
    if document["status"] != "pending" {
        let long = format!(
            "The {what} is {} already.",
            document["status"].as_str().unwrap_or_default()
        );
        return Err(ApiError::bad_state("token_not_pending", &long));
    }
    document["status"] = "revoked".into();
    document["updated_at"] = call.now.into();
    Ok(document.clone())
}

fn testing_token(call: &Call<'_>, _: &State) -> Answer {
    let expires_at = call.now + 3_600_000;
    let token = format!("{}-{}", expires_at / 1000, call.world.ids.letters(43));
    Ok(Value::from_iter([
        ("object", Value::from("testing_token")),
        ("token", token.into()),
        ("expires_at", expires_at.into()),
    ]))
}
