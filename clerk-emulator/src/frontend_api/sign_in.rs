//! Signing in: who, by what, and perhaps by a second thing.

use serde_json::{Value, json};

use super::{Answer, Desk, ticket};
use crate::backend_api::contacts::CODE;
use crate::backend_api::errors::ApiError;
use crate::backend_api::sessions::{self, Opening};
use crate::backend_api::{self, users};
use crate::store::{Contact, SignIn, SignInStatus, State, User};
use crate::webhooks::messages::{To, code_sent};
use crate::world::World;

const DAY: i64 = 86_400_000;

pub(super) fn create(desk: &mut Desk<'_>) -> Answer {
    let strategy = desk.visit.text("strategy");
    if let Some(given) = desk.visit.text("ticket") {
        let user_id = ticket::redeem_sign_in(desk, given)?;
        begin(desk, None);
        change(desk, |sign_in| {
            sign_in.user_id = Some(user_id.clone());
            sign_in.strategy = Some("ticket".into());
        })?;
        complete(desk)?;
        return current(desk);
    }
    match desk.visit.text("identifier") {
        None => begin(desk, None),
        Some(identifier) => start(desk, identifier)?,
    }
    match (strategy, desk.visit.text("password")) {
        (None | Some("password"), Some(password)) => give_password(desk, password)?,
        (Some(strategy @ ("email_code" | "phone_code")), _) => prepare(desk, strategy)?,
        (None | Some("password"), None) => {}
        (Some(other), _) => return Err(unsupported(other)),
    }
    current(desk)
}

pub(super) fn get(desk: &mut Desk<'_>) -> Answer {
    named(desk)?;
    current(desk)
}

pub(super) fn prepare_first(desk: &mut Desk<'_>) -> Answer {
    named(desk)?;
    let strategy = desk.visit.needed("strategy")?;
    prepare(desk, strategy)?;
    current(desk)
}

pub(super) fn attempt_first(desk: &mut Desk<'_>) -> Answer {
    named(desk)?;
    match desk.visit.needed("strategy")? {
        "password" => give_password(desk, desk.visit.needed("password")?)?,
        strategy @ ("email_code" | "phone_code") => {
            give_code(desk, strategy, desk.visit.needed("code")?)?;
        }
        other => return Err(unsupported(other)),
    }
    current(desk)
}

pub(super) fn attempt_second(desk: &mut Desk<'_>) -> Answer {
    named(desk)?;
    give_second(desk, desk.visit.needed("code")?)?;
    current(desk)
}

fn unsupported(strategy: &str) -> ApiError {
    let long = format!(
        "{strategy} is none of the strategies that the emulator signs in by: password, email_code, phone_code, ticket."
    );
    ApiError::parameter("strategy_for_user_invalid", "strategy", "is invalid", &long)
}

/// Makes sure that the path names the attempt that is under way.
fn named(desk: &Desk<'_>) -> Result<(), ApiError> {
    let id = desk.segment(3);
    match under_way(desk) {
        Some(sign_in) if sign_in.id == id => Ok(()),
        _ => Err(ApiError::not_found("sign-in", id)),
    }
}

/// The browser's attempt to sign in.
pub(super) fn under_way<'a>(desk: &'a Desk<'_>) -> Option<&'a SignIn> {
    let client = desk.browser.client_id.as_deref()?;
    desk.state.browsers.sign_ins.get(client)
}

fn current(desk: &Desk<'_>) -> Answer {
    let sign_in = under_way(desk).ok_or_else(|| ApiError::not_found("sign-in", ""))?;
    Ok(show(desk.world, desk.state, sign_in))
}

fn change(desk: &mut Desk<'_>, change: impl FnOnce(&mut SignIn)) -> Result<(), ApiError> {
    let client = desk.browser.client_id.as_deref().unwrap_or_default();
    let sign_in = desk
        .state
        .browsers
        .sign_ins
        .get_mut(client)
        .ok_or_else(|| ApiError::not_found("sign-in", ""))?;
    change(sign_in);
    sign_in.updated_at = desk.world.clock.now();
    Ok(())
}

/// A new attempt, in place of one that there may be.
fn begin(desk: &mut Desk<'_>, identifier: Option<&str>) {
    let client = desk.browser.ensure_client(desk.world, desk.state);
    let now = desk.world.clock.now();
    let sign_in = SignIn {
        id: desk.world.ids.id("sia"),
        status: SignInStatus::NeedsIdentifier,
        identifier: identifier.map(str::to_owned),
        user_id: None,
        strategy: None,
        session_id: None,
        created_at: now,
        updated_at: now,
    };
    desk.state.browsers.sign_ins.insert(client, sign_in);
}

/// Says who wants to sign in: by email address, phone number or username.
pub(super) fn start(desk: &mut Desk<'_>, identifier: &str) -> Result<(), ApiError> {
    let identifier = identifier.trim();
    let user = find(desk.state, identifier).ok_or_else(|| {
        ApiError::parameter(
            "form_identifier_not_found",
            "identifier",
            "is unknown",
            "There is no account with this email address, phone number or username.",
        )
    })?;
    may_sign_in(user)?;
    let user_id = user.id.clone();
    begin(desk, Some(identifier));
    change(desk, |sign_in| {
        sign_in.status = SignInStatus::NeedsFirstFactor;
        sign_in.user_id = Some(user_id);
    })
}

fn find<'a>(state: &'a State, identifier: &str) -> Option<&'a User> {
    state
        .users
        .by_contact(identifier)
        .or_else(|| state.users.by_username(identifier))
}

/// Banned and locked users may not, and are told.
pub(super) fn may_sign_in(user: &User) -> Result<(), ApiError> {
    if user.banned {
        let long = "This account is banned: it cannot sign in until the application lifts the ban.";
        return Err(ApiError::forbidden("user_banned", long));
    }
    if user.locked {
        let long = "This account is locked: it cannot sign in until the application unlocks it.";
        return Err(ApiError::forbidden("user_locked", long));
    }
    Ok(())
}

/// The user who is signing in, where the first factor is due.
fn first_factor_of<'a>(desk: &'a Desk<'_>) -> Result<&'a User, ApiError> {
    let sign_in = under_way(desk).filter(|s| s.status == SignInStatus::NeedsFirstFactor);
    sign_in
        .and_then(|sign_in| desk.state.users.get(sign_in.user_id.as_deref()?))
        .ok_or_else(|| {
            ApiError::bad_state(
                "sign_in_no_identification_sign_in",
                "Nobody is about to sign in in this browser: begin with an email address, phone number or username.",
            )
        })
}

/// A code is on its way, as it were: it is always the same, and only webhooks hear of it.
pub(super) fn prepare(desk: &mut Desk<'_>, strategy: &str) -> Result<(), ApiError> {
    let user = first_factor_of(desk)?;
    let id = desk
        .visit
        .text("email_address_id")
        .or(desk.visit.text("phone_number_id"));
    let (_, contact) = codes(user)
        .find(|(name, contact)| *name == strategy && id.is_none_or(|id| id == &*contact.id))
        .ok_or_else(|| unsupported(strategy))?;
    let to = To {
        address: &contact.value,
        contact_id: Some(&contact.id),
        user_id: Some(&user.id),
    };
    code_sent(desk.world, desk.state, "verification_code", to);
    change(desk, |sign_in| sign_in.strategy = Some(strategy.to_owned()))
}

pub(super) fn give_password(desk: &mut Desk<'_>, password: &str) -> Result<(), ApiError> {
    let user = first_factor_of(desk)?;
    let Some(kept) = &user.password else {
        let long = "This account has no password: sign in with a code.";
        return Err(ApiError::bad_state("strategy_for_user_invalid", long));
    };
    let refused = |long: &str| {
        ApiError::parameter("form_password_incorrect", "password", "is incorrect", long)
    };
    match kept.verify(password) {
        Ok(true) => {}
        Ok(false) => return Err(refused("This is not the password of the account.")),
        Err(hasher) => {
            return Err(refused(&format!(
                "The emulator cannot verify digests of {hasher}: sign in with a code."
            )));
        }
    }
    first_factor_given(desk, "password")
}

pub(super) fn give_code(desk: &mut Desk<'_>, strategy: &str, code: &str) -> Result<(), ApiError> {
    let user = first_factor_of(desk)?;
    if codes(user).all(|(name, _)| name != strategy) {
        return Err(unsupported(strategy));
    }
    check_code(code)?;
    first_factor_given(desk, strategy)
}

pub(super) fn check_code(code: &str) -> Result<(), ApiError> {
    if code.trim() == CODE {
        return Ok(());
    }
    let long = format!("The code is wrong; in the emulator it is always {CODE}.");
    Err(ApiError::parameter(
        "form_code_incorrect",
        "code",
        "is incorrect",
        &long,
    ))
}

fn first_factor_given(desk: &mut Desk<'_>, strategy: &str) -> Result<(), ApiError> {
    let needs_second = first_factor_of(desk)?.totp_secret.is_some();
    change(desk, |sign_in| {
        sign_in.strategy = Some(strategy.to_owned());
        sign_in.status = SignInStatus::NeedsSecondFactor;
    })?;
    if needs_second {
        return Ok(());
    }
    complete(desk)
}

/// A code of the authenticator app, or a backup code.
pub(super) fn give_second(desk: &mut Desk<'_>, code: &str) -> Result<(), ApiError> {
    let user_id = under_way(desk)
        .filter(|sign_in| sign_in.status == SignInStatus::NeedsSecondFactor)
        .and_then(|sign_in| sign_in.user_id.clone())
        .ok_or_else(|| {
            ApiError::bad_state(
                "sign_in_no_second_factor",
                "No second factor is due in this browser.",
            )
        })?;
    backend_api::perform(
        desk.world,
        desk.state,
        "VerifyTOTP",
        &[&user_id],
        json!({"code": code.trim()}),
    )?;
    complete(desk)?;
    let session = under_way(desk).and_then(|sign_in| sign_in.session_id.clone());
    if let Some(session) = session.and_then(|id| desk.state.sessions.get_mut(&id)) {
        session.second_factor_at = Some(desk.world.clock.now());
    }
    Ok(())
}

fn complete(desk: &mut Desk<'_>) -> Result<(), ApiError> {
    let user_id = under_way(desk).and_then(|sign_in| sign_in.user_id.clone());
    let session = sign_in_as(desk, &user_id.unwrap_or_default())?;
    change(desk, |sign_in| {
        sign_in.status = SignInStatus::Complete;
        sign_in.session_id = Some(session);
    })
}

/// Signs a user in to this browser, beside others. Who is signed in already goes on with the same session.
pub(super) fn sign_in_as(desk: &mut Desk<'_>, user_id: &str) -> Result<String, ApiError> {
    may_sign_in(users::find(desk.state, user_id)?)?;
    let now = desk.world.clock.now();
    let client = desk.browser.ensure_client(desk.world, desk.state);
    let active = desk.state.sessions.active_of(&client, now);
    let existing = active.iter().find(|session| session.user_id == user_id);
    let id = match existing.map(|session| session.id.clone()) {
        Some(id) => {
            if let Some(session) = desk.state.sessions.get_mut(&id) {
                session.first_factor_at = Some(now);
            }
            desk.state.sessions.activate(&id, now);
            id
        }
        None => {
            desk.state.make_room_for_session(now);
            let opening = Opening {
                user_id,
                client_id: Some(&client),
                organization_id: None,
                actor: None,
            };
            sessions::open(desk.world, desk.state, opening).id
        }
    };
    // A token that somebody planted before is worth nothing now.
    if let Some(client) = desk.state.sessions.client_mut(&client) {
        client.rotating_token = desk.world.ids.letters(32);
    }
    Ok(id)
}

/// By which codes a user can sign in, and where they would go.
pub(super) fn codes(user: &User) -> impl Iterator<Item = (&'static str, &Contact)> {
    let emails = user.emails.iter().map(|email| ("email_code", email));
    emails.chain(user.phones.iter().map(|phone| ("phone_code", phone)))
}

/// An attempt as the Frontend API answers it.
pub(super) fn show(world: &World, state: &State, sign_in: &SignIn) -> Value {
    let user = sign_in
        .user_id
        .as_deref()
        .and_then(|id| state.users.get(id));
    let status = match sign_in.status {
        SignInStatus::NeedsIdentifier => "needs_identifier",
        SignInStatus::NeedsFirstFactor => "needs_first_factor",
        SignInStatus::NeedsSecondFactor => "needs_second_factor",
        SignInStatus::Complete => "complete",
    };
    let given = matches!(
        sign_in.status,
        SignInStatus::NeedsSecondFactor | SignInStatus::Complete
    );
    let verification = sign_in.strategy.as_deref().map(|strategy| {
        json!({
            "status": if given { "verified" } else { "unverified" }, "strategy": strategy,
            "attempts": null, "expire_at": null,
        })
    });
    let second = user.filter(|user| user.totp_secret.is_some()).map(|user| {
        let mut factors = vec![json!({"strategy": "totp"})];
        if !user.backup_codes.is_empty() {
            factors.push(json!({"strategy": "backup_code"}));
        }
        factors
    });
    json!({
        "object": "sign_in_attempt",
        "id": sign_in.id,
        "status": status,
        "supported_identifiers": ["email_address", "phone_number", "username"],
        "identifier": sign_in.identifier,
        "supported_first_factors": user.map(first_factors),
        "supported_second_factors": second,
        "first_factor_verification": verification,
        "second_factor_verification": null,
        "user_data": user.map(|user| json!({
            "first_name": user.first_name, "last_name": user.last_name,
            "image_url": users::image_url(world, user.image.as_deref()), "has_image": user.image.is_some(),
        })),
        "created_session_id": sign_in.session_id,
        "abandon_at": sign_in.created_at.saturating_add(DAY),
        "created_at": sign_in.created_at,
        "updated_at": sign_in.updated_at,
    })
}

fn first_factors(user: &User) -> Vec<Value> {
    let password = user
        .password
        .iter()
        .map(|_| json!({"strategy": "password"}));
    let codes = codes(user).map(|(strategy, contact)| {
        let (id, primary) = match strategy {
            "email_code" => ("email_address_id", &user.primary_email),
            _ => ("phone_number_id", &user.primary_phone),
        };
        json!({
            "strategy": strategy, id: contact.id, "safe_identifier": contact.value,
            "primary": primary.as_deref() == Some(&*contact.id),
        })
    });
    password.chain(codes).collect()
}
