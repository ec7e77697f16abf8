//! Accounts at other providers, connected by users who are signed in.
//!
//! No provider is asked: a pretend one stands for it, and says who the person is.

use serde_json::{Value, json};
use url::Url;

use super::environment::PROVIDERS;
use super::users::{find_user, user_not_found};
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::bounds::{MAX_EXTERNAL_ACCOUNTS, MAX_PENDING_CONNECTIONS};
use crate::store::{State, User};

/// Where those who are on their way to a provider are kept, by the state that comes back with them.
const PENDING: &str = "external_account_states";

const TEN_MINUTES: i64 = 600_000;

/// What a page asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// Where the browser goes when the provider is done.
    pub(crate) redirect_url: &'a str,
    /// Where it goes after that.
    pub(crate) action_complete_redirect_url: Option<&'a str>,
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

/// A connection that is under way.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) account_id: String,
    /// What comes back from the provider with the browser. It is in the provider's URL as well.
    #[allow(dead_code, reason = "a page that knows the URL needs it no more")]
    pub(crate) state: String,
}

/// A connection that a provider has answered.
#[derive(Clone, Debug)]
#[allow(dead_code, reason = "the pretend provider's page reads it")]
pub(crate) struct Completed {
    pub(crate) user_id: String,
    pub(crate) account_id: String,
    /// Where the browser goes now, and where the page there sends it in the end.
    pub(crate) redirect_url: String,
    pub(crate) action_complete_redirect_url: Option<String>,
}

/// Returns where the pretend provider is.
fn provider_url(cx: Context<'_>, strategy: &str, state: &str) -> String {
    let provider = strategy.trim_start_matches("oauth_");
    let url = &cx.instance.settings.url;
    format!("{url}/oauth/providers/{provider}?state={state}")
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
) -> Result<Begun, ApiError> {
    let is_known = PROVIDERS.iter().any(|(known, _)| *known == strategy);
    if !is_known {
        let long = format!("{strategy} is no provider of this instance.");
        let code = "strategy_for_user_invalid";
        return Err(ApiError::parameter(code, "strategy", "is invalid", &long));
    }
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
) -> Result<Begun, ApiError> {
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

/// Puts the provider's URL into an account, and keeps who is on the way there.
fn send_off(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
    wanted: Wanted<'_>,
) -> Result<Begun, ApiError> {
    let token = cx.instance.ids.letters(43);
    let expire_at = cx.now.saturating_add(TEN_MINUTES);
    change_account(cx, state, user_id, id, |account| {
        let status = if account["provider_user_id"] == "" {
            "unverified"
        } else {
            "verified"
        };
        let strategy = account["provider"].as_str().unwrap_or_default();
        account["verification"] = json!({
            "object": "verification_oauth", "status": status, "strategy": strategy, "attempts": null,
            "expire_at": expire_at, "external_verification_redirect_url": provider_url(cx, strategy, &token),
        });
    })?;
    if state.documents.all(PENDING).count() >= MAX_PENDING_CONNECTIONS {
        let oldest = state.documents.all(PENDING).next();
        let oldest = oldest.and_then(|pending| pending["state"].as_str());
        if let Some(oldest) = oldest.map(str::to_owned) {
            state.documents.remove(PENDING, &oldest);
        }
    }
    let pending = json!({
        "state": token, "user_id": user_id, "account_id": id, "scopes": wanted.scopes, "expire_at": expire_at,
        "redirect_url": wanted.redirect_url,
        "action_complete_redirect_url": wanted.action_complete_redirect_url,
    });
    state.documents.insert(PENDING, &token, pending);
    Ok(Begun {
        account_id: id.to_owned(),
        state: token,
    })
}

/// Completes what was begun: connects the account, or says in its verification why not. `None` is somebody who turned
/// back at the provider.
#[allow(dead_code, reason = "the pretend provider's page calls it")]
pub(crate) fn complete(
    cx: Context<'_>,
    state: &mut State,
    token: &str,
    person: Option<&Person>,
) -> Result<Completed, ApiError> {
    let pending = state.documents.remove(PENDING, token);
    let pending = pending
        .filter(|pending| pending["expire_at"].as_i64().unwrap_or_default() > cx.now)
        .ok_or_else(|| {
            let long = "Nobody is on the way with this state, or not any more: begin again.";
            ApiError::bad_state("oauth_state_invalid", long).about("state")
        })?;
    let text = |name: &str| pending[name].as_str().unwrap_or_default().to_owned();
    let completed = Completed {
        user_id: text("user_id"),
        account_id: text("account_id"),
        redirect_url: text("redirect_url"),
        action_complete_redirect_url: pending["action_complete_redirect_url"]
            .as_str()
            .map(str::to_owned),
    };
    let (user_id, id) = (&completed.user_id, &completed.account_id);
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
            Ok(person) => connect(account, person, &text("scopes")),
            Err((code, long)) => {
                // An account that is connected stays so.
                if verification["status"] != "verified" {
                    verification["status"] = "failed".into();
                }
                verification["error"] = json!({"code": code, "message": "Not connected", "long_message": long, "meta": {}});
            }
        }
    })?;
    Ok(completed)
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
        action_complete_redirect_url: None,
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

    #[test]
    fn who_comes_back_is_connected_once() {
        let instance = instance(0);
        let (cx, state) = (instance.context(), &mut state());
        let begun = begin(cx, state, "user_1", "oauth_github", WANTED).unwrap();
        let completed = complete(cx, state, &begun.state, Some(&ada())).unwrap();
        assert_eq!(completed.redirect_url, WANTED.redirect_url);
        let account = find_account(state, "user_1", &completed.account_id).unwrap();
        assert_eq!(account["email_address"], "ada@example.com");
        assert_eq!(account["approved_scopes"], "email profile calendar");
        assert_eq!(account["verification"]["status"], "verified");
        assert!(has_tokens(account));
        assert!(complete(cx, state, &begun.state, Some(&ada())).is_err());
        // The same person cannot be two users.
        let begun = begin(cx, state, "user_2", "oauth_github", WANTED).unwrap();
        complete(cx, state, &begun.state, Some(&ada())).unwrap();
        let account = find_account(state, "user_2", &begun.account_id).unwrap();
        assert_eq!(account["verification"]["status"], "failed");
        let error = &account["verification"]["error"];
        assert_eq!(error["code"], "external_account_exists");
    }

    #[test]
    fn who_turns_back_stays_what_it_was() {
        let instance = instance(0);
        let (cx, state) = (instance.context(), &mut state());
        let begun = begin(cx, state, "user_1", "oauth_github", WANTED).unwrap();
        complete(cx, state, &begun.state, None).unwrap();
        let id = &begun.account_id;
        let status = |state: &State| {
            let account = find_account(state, "user_1", id).unwrap();
            account["verification"]["status"].clone()
        };
        assert_eq!(status(state), "failed");
        let again = begin_again(cx, state, "user_1", id, WANTED).unwrap();
        complete(cx, state, &again.state, Some(&ada())).unwrap();
        let again = begin_again(cx, state, "user_1", id, WANTED).unwrap();
        complete(cx, state, &again.state, None).unwrap();
        assert_eq!(status(state), "verified");
        assert!(check_not_last(state, "user_1", id).is_err());
    }

    #[test]
    fn those_who_are_on_the_way_are_bounded() {
        let instance = instance(0);
        let (cx, state) = (instance.context(), &mut state());
        let first = begin(cx, state, "user_1", "oauth_github", WANTED).unwrap();
        for _ in 0..MAX_PENDING_CONNECTIONS {
            begin(cx, state, "user_1", "oauth_github", WANTED).unwrap();
        }
        assert_eq!(
            state.documents.all(PENDING).count(),
            MAX_PENDING_CONNECTIONS
        );
        assert!(complete(cx, state, &first.state, None).is_err());
    }
}
