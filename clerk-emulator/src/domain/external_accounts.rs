//! Accounts at other providers, connected by users who are signed in.
//!
//! No provider is asked: a pretend one stands for it, and says who the person is.

use serde_json::{Value, json};
use url::Url;

use super::TEN_MINUTES;
use super::users::{find_user, user_not_found};
use super::visits::{begin_visit, provider_name};
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::bounds::MAX_EXTERNAL_ACCOUNTS;
use crate::store::{State, User, VisitPurpose};

/// What a page asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// Where the browser goes when the provider is done.
    pub(crate) redirect_url: &'a str,
    /// Separated by blanks.
    pub(crate) scopes: &'a str,
}

/// Who somebody is at a provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    pub(crate) provider_user_id: String,
    pub(crate) email_address: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) username: Option<String>,
}

fn accounts(user: &User) -> impl Iterator<Item = &Value> {
    let linked = user.linked.iter();
    linked.flat_map(|linked| &linked.external_accounts)
}

/// Whether somebody came back with it from the provider; what the application put there is.
pub(crate) fn is_connected(account: &Value) -> bool {
    let verification = &account["verification"];
    verification.is_null() || verification["status"] == "verified"
}

fn account_not_found(id: &str) -> ApiError {
    ApiError::not_found("external account", id)
}

/// Returns an account of a user at a provider.
pub(crate) fn find_account<'a>(
    state: &'a State,
    user_id: &str,
    id: &str,
) -> Result<&'a Value, ApiError> {
    accounts(find_user(state, user_id)?)
        .find(|account| account["id"] == id)
        .ok_or_else(|| account_not_found(id))
}

fn change_account<T>(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
    change: impl FnOnce(&mut Value) -> T,
) -> Result<T, ApiError> {
    let changed = state.users.change(user_id, |user| {
        let accounts = &mut user.linked.as_mut()?.external_accounts;
        let account = accounts.iter_mut().find(|account| account["id"] == id)?;
        let result = change(account);
        account["updated_at"] = cx.now.into();
        user.updated_at = cx.now;
        Some(result)
    });
    changed.flatten().ok_or_else(|| account_not_found(id))
}

/// Begins to connect a user with an account at a provider.
pub(crate) fn begin(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    strategy: &str,
    wanted: Wanted<'_>,
) -> Result<String, ApiError> {
    provider_name(strategy)?;
    check_redirect(wanted.redirect_url)?;
    let user = find_user(state, user_id)?;
    if accounts(user).any(|account| account["provider"] == strategy && is_connected(account)) {
        let long = "The user has an account at this provider already: delete it first.";
        let code = "oauth_account_already_connected";
        return Err(ApiError::parameter(code, "strategy", "is connected", long));
    }
    if accounts(user).count() >= MAX_EXTERNAL_ACCOUNTS {
        let long = format!("A user has {MAX_EXTERNAL_ACCOUNTS} external accounts at most.");
        return Err(ApiError::invalid("strategy", &long));
    }
    let (id, identification) = (cx.instance.ids.id("eac"), cx.instance.ids.id("idn"));
    let account = json!({
        "object": "external_account", "id": id, "identification_id": identification, "provider": strategy,
        "provider_user_id": "", "approved_scopes": "", "email_address": "", "first_name": "", "last_name": "",
        "username": null, "image_url": null, "label": null, "public_metadata": {},
        "created_at": cx.now, "updated_at": cx.now,
    });
    state.users.change(user_id, |user| {
        let accounts = &mut user.linked_mut().external_accounts;
        // One at a time for each provider: what was begun before is given up.
        accounts.retain(|account| account["provider"] != strategy || is_connected(account));
        accounts.push(account);
        user.updated_at = cx.now;
    });
    send_off(cx, state, user_id, &id, wanted)
}

/// Begins to ask a provider for more about an account that is connected, which it stays meanwhile.
pub(crate) fn begin_again(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
    wanted: Wanted<'_>,
) -> Result<String, ApiError> {
    check_redirect(wanted.redirect_url)?;
    find_account(state, user_id, id)?;
    send_off(cx, state, user_id, id, wanted)
}

fn check_redirect(url: &str) -> Result<(), ApiError> {
    if Url::parse(url).is_err() {
        let long = "redirect_url must be a whole URL.";
        return Err(ApiError::invalid_format("redirect_url", long));
    }
    Ok(())
}

/// Puts the provider's URL into an account, and keeps who is on the way there. Returns the account's id.
fn send_off(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
    wanted: Wanted<'_>,
) -> Result<String, ApiError> {
    let strategy = find_account(state, user_id, id)?["provider"].clone();
    let strategy = strategy.as_str().unwrap_or_default();
    let purpose = VisitPurpose::Connect {
        user_id: user_id.to_owned(),
        account_id: id.to_owned(),
        scopes: wanted.scopes.to_owned(),
    };
    let url = begin_visit(cx, state, strategy, purpose, wanted.redirect_url)?;
    change_account(cx, state, user_id, id, |account| {
        let status = if account["provider_user_id"] == "" {
            "unverified"
        } else {
            "verified"
        };
        account["verification"] = json!({
            "object": "verification_oauth", "status": status, "strategy": strategy, "attempts": null,
            "expire_at": cx.now.saturating_add(TEN_MINUTES), "external_verification_redirect_url": url,
        });
    })?;
    Ok(id.to_owned())
}

/// Connects an account with the person that the provider names, or says in its verification why not. `None` is somebody who
/// turned back at the provider.
pub(crate) fn complete(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
    scopes: &str,
    person: Option<&Person>,
) -> Result<(), ApiError> {
    let provider = find_account(state, user_id, id)?["provider"].clone();
    let outcome = match person {
        None => Err(("oauth_access_denied", "Nobody signed in at the provider.")),
        Some(person) if is_anothers(state, user_id, &provider, person) => {
            Err(("external_account_exists", "Another user has this account."))
        }
        Some(person) => Ok(person),
    };
    change_account(cx, state, user_id, id, |account| {
        let verification = &mut account["verification"];
        if let Some(fields) = verification.as_object_mut() {
            fields.remove("external_verification_redirect_url");
        }
        match outcome {
            Ok(person) => connect(account, person, scopes),
            Err((code, long)) => {
                // An account that is connected stays so.
                if verification["status"] != "verified" {
                    verification["status"] = "failed".into();
                }
                verification["error"] = json!({"code": code, "message": "Not connected", "long_message": long, "meta": {}});
            }
        }
    })
}

/// Returns the user who has connected this person's account at a provider.
pub(super) fn user_connected_to<'a>(
    state: &'a State,
    strategy: &str,
    provider_user_id: &str,
) -> Option<&'a User> {
    let is_it = |account: &Value| {
        account["provider"] == strategy
            && account["provider_user_id"] == provider_user_id
            && is_connected(account)
    };
    state.users.iter().find(|user| accounts(user).any(is_it))
}

fn is_anothers(state: &State, user_id: &str, provider: &Value, person: &Person) -> bool {
    let others = state.users.iter().filter(|user| user.id != user_id);
    others.flat_map(accounts).any(|account| {
        account["provider"] == *provider
            && account["provider_user_id"] == person.provider_user_id.as_str()
    })
}

fn connect(account: &mut Value, person: &Person, scopes: &str) {
    account["provider_user_id"] = person.provider_user_id.as_str().into();
    account["email_address"] = person.email_address.as_str().into();
    account["first_name"] = person.first_name.as_str().into();
    account["last_name"] = person.last_name.as_str().into();
    account["username"] = person.username.as_deref().into();
    let approved = account["approved_scopes"].as_str().unwrap_or_default();
    let mut approved: Vec<&str> = approved.split_whitespace().collect();
    for scope in ["email", "profile"]
        .into_iter()
        .chain(scopes.split_whitespace())
    {
        if !approved.contains(&scope) {
            approved.push(scope);
        }
    }
    account["approved_scopes"] = approved.join(" ").into();
    account["verification"]["status"] = "verified".into();
    if let Some(fields) = account.as_object_mut() {
        fields.remove("_tokens_revoked");
    }
}

/// Revokes the tokens that the provider issued for an account.
pub(crate) fn revoke_tokens(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
) -> Result<(), ApiError> {
    change_account(cx, state, user_id, id, |account| {
        account["_tokens_revoked"] = true.into();
    })
}

/// Whether the provider's tokens for an account can be used.
pub(crate) fn has_tokens(account: &Value) -> bool {
    is_connected(account) && account["_tokens_revoked"] != true
}

/// Checks that something else identifies a user than this account at a provider.
pub(crate) fn check_not_last(state: &State, user_id: &str, id: &str) -> Result<(), ApiError> {
    let user = state
        .users
        .get(user_id)
        .ok_or_else(|| user_not_found(user_id))?;
    let account = find_account(state, user_id, id)?;
    let others = accounts(user).any(|other| other["id"] != id && is_connected(other));
    let is_last = user.contacts().next().is_none() && user.username.is_none() && !others;
    if is_last && is_connected(account) {
        return Err(ApiError::bad_state(
            "identification_deletion_failed",
            "It is the last one that identifies the user.",
        ));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::instance::testing::instance;

    const WANTED: Wanted<'_> = Wanted {
        redirect_url: "http://localhost:3000/done",
        scopes: "calendar",
    };

    fn state() -> State {
        let mut state = State::default();
        for id in ["user_1", "user_2"] {
            state.users.insert(User {
                id: id.into(),
                ..User::default()
            });
        }
        state
    }

    fn ada() -> Person {
        Person {
            provider_user_id: "42".into(),
            email_address: "ada@example.com".into(),
            ..Person::default()
        }
    }

    fn complete(cx: Context<'_>, state: &mut State, user: &str, id: &str, person: Option<&Person>) {
        super::complete(cx, state, user, id, WANTED.scopes, person).unwrap();
    }

    #[test]
    fn who_comes_back_is_connected_and_cannot_be_two_users() {
        let instance = instance(0);
        let (cx, state) = (instance.context(), &mut state());
        let id = begin(cx, state, "user_1", "oauth_github", WANTED).unwrap();
        complete(cx, state, "user_1", &id, Some(&ada()));
        let account = find_account(state, "user_1", &id).unwrap();
        assert_eq!(account["email_address"], "ada@example.com");
        assert_eq!(account["approved_scopes"], "email profile calendar");
        assert_eq!(account["verification"]["status"], "verified");
        assert!(has_tokens(account));
        let id = begin(cx, state, "user_2", "oauth_github", WANTED).unwrap();
        complete(cx, state, "user_2", &id, Some(&ada()));
        let account = find_account(state, "user_2", &id).unwrap();
        assert_eq!(account["verification"]["status"], "failed");
        let error = &account["verification"]["error"];
        assert_eq!(error["code"], "external_account_exists");
    }

    #[test]
    fn who_turns_back_stays_what_it_was() {
        let instance = instance(0);
        let (cx, state) = (instance.context(), &mut state());
        let id = begin(cx, state, "user_1", "oauth_github", WANTED).unwrap();
        complete(cx, state, "user_1", &id, None);
        let status = |state: &State| {
            let account = find_account(state, "user_1", &id).unwrap();
            account["verification"]["status"].clone()
        };
        assert_eq!(status(state), "failed");
        begin_again(cx, state, "user_1", &id, WANTED).unwrap();
        complete(cx, state, "user_1", &id, Some(&ada()));
        begin_again(cx, state, "user_1", &id, WANTED).unwrap();
        complete(cx, state, "user_1", &id, None);
        assert_eq!(status(state), "verified");
        assert!(check_not_last(state, "user_1", &id).is_err());
    }
}
