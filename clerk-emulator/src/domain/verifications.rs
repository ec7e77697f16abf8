//! Proving that an email address, a phone number or a wallet is one's own: by a code, by a link, or by a signature.

use axum::http::StatusCode;

use super::TEN_MINUTES;
use super::codes::{Recipient, check_code, post_code, post_link};
use super::contacts::{ContactKind, first_verified};
use crate::http::error::ApiError;
use crate::instance::{Context, Instance};
use crate::store::{Attempt, ContactState, State};

/// How a contact is to be verified.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'a> {
    pub(crate) strategy: &'a str,
    /// Where the link in an email leads once it was followed.
    pub(crate) redirect_url: Option<&'a str>,
}

/// Rejects a strategy that the emulator does not have for this kind of contact.
fn unfit(strategy: &str, kind: ContactKind) -> ApiError {
    let long = format!(
        "{strategy} does not verify a {}.",
        kind.field().replace('_', " ")
    );
    ApiError::parameter("strategy_for_user_invalid", "strategy", "is invalid", &long)
}

/// Begins to verify a contact in the usual way for its kind.
pub(crate) fn prepare_verification(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    id: &str,
) -> Result<Attempt, ApiError> {
    let way = Way {
        strategy: kind.strategy(),
        redirect_url: None,
    };
    prepare_verification_by(cx, state, kind, id, way)
}

/// Begins to verify a contact: by a code, by a link, or by a text to sign.
pub(crate) fn prepare_verification_by(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    id: &str,
    way: Way<'_>,
) -> Result<Attempt, ApiError> {
    let contact = kind.find_contact(state, id)?.1;
    if contact.state.is_verified() {
        return Err(already_verified());
    }
    let ids = &cx.instance.ids;
    let nonce = match (kind, way.strategy) {
        (ContactKind::Email, "email_link") => {
            if way.redirect_url.is_none() {
                return Err(ApiError::missing("redirect_url"));
            }
            Some(ids.letters(43))
        }
        (ContactKind::Email | ContactKind::Phone, strategy) if strategy == kind.strategy() => None,
        (ContactKind::Wallet, strategy) if WALLET_STRATEGIES.contains(&strategy) => {
            Some(ids.letters(32))
        }
        (_, strategy) => return Err(unfit(strategy, kind)),
    };
    let strategy = (way.strategy != kind.strategy()).then(|| way.strategy.into());
    let attempt = Attempt {
        id: ids.id("ver"),
        tries: 0,
        expire_at: cx.now.saturating_add(TEN_MINUTES),
        strategy,
        nonce: nonce.map(Into::into),
        redirect_url: way.redirect_url.map(Into::into),
    };
    let prepared = attempt.clone();
    kind.change_contact(cx, state, id, |contact| {
        contact.attempt = Some(Box::new(attempt));
    })?;
    post_message(cx, state, kind, id, &prepared)?;
    Ok(prepared)
}

/// Puts the code or the link into the outbox; nothing is sent to a wallet.
fn post_message(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    id: &str,
    attempt: &Attempt,
) -> Result<(), ApiError> {
    let (user, contact) = kind.find_contact(state, id)?;
    let (user_id, address) = (user.id.clone(), contact.value.clone());
    let to = Recipient {
        address: &address,
        contact_id: Some(id),
        user_id: Some(&user_id),
    };
    match (kind, link_url(cx.instance, attempt)) {
        (ContactKind::Wallet, _) => {}
        (_, Some(url)) => post_link(cx, state, to, "magic_link", &url),
        (_, None) => post_code(cx, state, to, "verification_code"),
    }
    Ok(())
}

/// By what wallets sign.
const WALLET_STRATEGIES: [&str; 5] = [
    "web3_metamask_signature",
    "web3_base_signature",
    "web3_coinbase_wallet_signature",
    "web3_okx_wallet_signature",
    "web3_solana_signature",
];

fn already_verified() -> ApiError {
    ApiError::bad_state("verification_already_verified", "It is verified already.")
}

fn expired() -> ApiError {
    ApiError::bad_state(
        "verification_expired",
        "The code has expired; prepare another verification.",
    )
}

/// Verifies a contact by the code; returns the attempt that did.
pub(crate) fn attempt_verification(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    id: &str,
    verification_id: &str,
    code: &str,
) -> Result<Attempt, ApiError> {
    let contact = kind.find_contact(state, id)?.1;
    let attempt = contact.attempt.as_deref();
    if attempt.is_none_or(|attempt| attempt.id != verification_id) {
        return Err(ApiError::not_found("verification", verification_id));
    }
    verify(cx, state, kind, id, || check_code(code))
}

/// Verifies a contact by what its user was asked for: the code, or a signature, which is not checked.
pub(crate) fn attempt_own_verification(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    id: &str,
    proof: &str,
) -> Result<Attempt, ApiError> {
    let contact = kind.find_contact(state, id)?.1;
    if contact.state.is_verified() {
        return Err(already_verified());
    }
    let Some(attempt) = contact.attempt.as_deref() else {
        return Err(ApiError::bad_state(
            "verification_missing",
            "No verification was prepared.",
        ));
    };
    if attempt.strategy.as_deref() == Some("email_link") {
        return Err(ApiError::bad_state(
            "verification_strategy_invalid",
            "A link was sent, not a code: follow the link, or prepare a verification by a code.",
        ));
    }
    verify(cx, state, kind, id, || match kind {
        ContactKind::Wallet => check_signature(proof),
        ContactKind::Email | ContactKind::Phone => check_code(proof),
    })
}

/// Wallets sign with keys on curves that the emulator does not know: it takes any signature that is not blank.
fn check_signature(signature: &str) -> Result<(), ApiError> {
    if signature.trim().is_empty() {
        return Err(ApiError::invalid(
            "signature",
            "signature must not be empty.",
        ));
    }
    Ok(())
}

/// Returns the link that goes to an email address, if one does.
pub(crate) fn link_url(instance: &Instance, attempt: &Attempt) -> Option<String> {
    let is_link = attempt.strategy.as_deref() == Some("email_link");
    let token = attempt.nonce.as_deref().filter(|_| is_link)?;
    Some(format!("{}/v1/verify?token={token}", instance.settings.url))
}

/// Verifies an email address by the token of the link that was sent there; returns the attempt, which says where the
/// link leads.
pub(crate) fn verify_by_link(
    cx: Context<'_>,
    state: &mut State,
    token: &str,
) -> Result<Attempt, ApiError> {
    let of_token = |attempt: &Attempt| {
        attempt.strategy.as_deref() == Some("email_link") && attempt.nonce.as_deref() == Some(token)
    };
    // Links are followed seldom: they need no index.
    let found = state
        .users
        .iter()
        .flat_map(|user| &user.emails)
        .find(|email| email.attempt.as_deref().is_some_and(of_token));
    let Some(email) = found else {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "verification_link_token_invalid",
            "Not a link",
            "No email address waits for this link.",
        )
        .about("token"));
    };
    if email.state.is_verified() {
        return Err(already_verified());
    }
    let id = email.id.clone();
    verify(cx, state, ContactKind::Email, &id, || Ok(()))
}

/// Verifies a contact whose attempt is under way, if the check succeeds; counts the try if it does not.
fn verify(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    id: &str,
    check: impl FnOnce() -> Result<(), ApiError>,
) -> Result<Attempt, ApiError> {
    let attempt = kind.change_contact(cx, state, id, |contact| {
        let Some(attempt) = contact.attempt.as_deref_mut() else {
            return Err(ApiError::not_found("verification", id));
        };
        if attempt.expire_at <= cx.now {
            return Err(expired());
        }
        attempt.tries = attempt.tries.saturating_add(1);
        check()?;
        let attempt = attempt.clone();
        contact.state = ContactState::Verified;
        Ok(attempt)
    })??;
    let user_id = kind.find_contact(state, id)?.0.id.clone();
    state.users.change(&user_id, |user| {
        if kind.primary_mut(user).is_none() {
            *kind.primary_mut(user) = first_verified(kind.list(user));
        }
    });
    Ok(attempt)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::contacts::new_contact;
    use crate::instance::testing::instance;
    use crate::store::User;

    #[test]
    fn a_link_verifies_its_email_address_once_and_in_time() {
        let instance = instance(0);
        let mut cx = instance.context();
        let mut state = State::default();
        let email = new_contact(cx, "ada@example.com", ContactState::Unverified);
        let id = email.id.clone();
        state.users.insert(User {
            id: "user_1".into(),
            emails: vec![email],
            ..User::default()
        });
        let way = Way {
            strategy: "email_link",
            redirect_url: Some("http://localhost:3000/"),
        };
        let kind = ContactKind::Email;
        let attempt = prepare_verification_by(cx, &mut state, kind, &id, way).unwrap();
        let token = attempt.nonce.unwrap();
        assert!(verify_by_link(cx, &mut state, "another").is_err());
        cx.now = TEN_MINUTES;
        assert!(verify_by_link(cx, &mut state, &token).is_err());
        cx.now = 1;
        let verified = verify_by_link(cx, &mut state, &token).unwrap();
        assert_eq!(verified.redirect_url, attempt.redirect_url);
        let user = state.users.get("user_1").unwrap();
        assert_eq!(user.primary_email, Some(id));
        assert!(verify_by_link(cx, &mut state, &token).is_err());
    }
}
