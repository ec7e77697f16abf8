//! The ways in which a user proves who it is: first and second factors, when signing in and when asked again.

use super::codes::{Recipient, check_code, send_code};
use super::sign_in::unsupported_strategy;
use super::users::credentials::{PasswordCheck, check_password_of, verify_second_factor};
use super::users::find_user;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{Contact, State, User};

/// A way of a user to prove who it is.
#[derive(Clone, Debug)]
pub(crate) struct Factor<'a> {
    pub(crate) strategy: &'a str,
    /// Where a code or a link goes.
    pub(crate) contact: Option<&'a Contact>,
    pub(crate) is_primary: bool,
}

impl<'a> Factor<'a> {
    fn plain(strategy: &'a str) -> Self {
        Self {
            strategy,
            contact: None,
            is_primary: false,
        }
    }

    fn of(strategy: &'a str, contact: &'a Contact, primary: Option<&str>) -> Self {
        Self {
            strategy,
            contact: Some(contact),
            is_primary: primary == Some(&*contact.id),
        }
    }
}

/// Returns the first factors of a user, the password first.
pub(crate) fn first_factors(user: &User) -> Vec<Factor<'_>> {
    let mut factors = Vec::new();
    if user.password.is_some() {
        factors.push(Factor::plain("password"));
    }
    if user.passkeys().next().is_some() {
        factors.push(Factor::plain("passkey"));
    }
    // Whoever reads a mailbox that is not the user's must not get in.
    let is_verified = |contact: &&Contact| contact.state.is_verified();
    let emails = || user.emails.iter().filter(is_verified);
    let phones = || user.phones.iter().filter(is_verified);
    let (email, phone) = (user.primary_email.as_deref(), user.primary_phone.as_deref());
    for strategy in ["email_code", "email_link"] {
        factors.extend(emails().map(|contact| Factor::of(strategy, contact, email)));
    }
    factors.extend(phones().map(|contact| Factor::of("phone_code", contact, phone)));
    if user.password.is_some() {
        let reset = "reset_password_email_code";
        factors.extend(emails().map(|contact| Factor::of(reset, contact, email)));
        let reset = "reset_password_phone_code";
        factors.extend(phones().map(|contact| Factor::of(reset, contact, phone)));
    }
    factors
}

/// Returns the second factors of a user.
pub(crate) fn second_factors(user: &User) -> Vec<Factor<'_>> {
    let mut factors = Vec::new();
    if user.totp_secret.is_some() {
        factors.push(Factor::plain("totp"));
    }
    let phones = user.second_factor_phones();
    let primary = user.primary_phone.as_deref();
    factors.extend(phones.map(|contact| Factor::of("phone_code", contact, primary)));
    // They stand in for another factor, and are none by themselves.
    if !factors.is_empty() && !user.backup_codes.is_empty() {
        factors.push(Factor::plain("backup_code"));
    }
    factors
}

/// Returns the factor of this strategy, and with this contact if one is named.
pub(crate) fn find_factor<'a>(
    factors: Vec<Factor<'a>>,
    strategy: &str,
    contact_id: Option<&str>,
) -> Result<Factor<'a>, ApiError> {
    let fits = |factor: &Factor<'_>| {
        factor.strategy == strategy
            && contact_id.is_none_or(|id| factor.contact.is_some_and(|contact| &*contact.id == id))
    };
    let mut fitting: Vec<Factor<'a>> = factors.into_iter().filter(fits).collect();
    let primary = fitting.iter().position(|factor| factor.is_primary);
    if fitting.is_empty() {
        return Err(unsupported_strategy(strategy));
    }
    Ok(fitting.swap_remove(primary.unwrap_or(0)))
}

/// Returns the contact that the code or the link of a factor goes to.
pub(crate) fn contact_of(
    factors: Vec<Factor<'_>>,
    strategy: &str,
    contact_id: Option<&str>,
) -> Result<Contact, ApiError> {
    let contact = find_factor(factors, strategy, contact_id)?.contact;
    contact
        .cloned()
        .ok_or_else(|| unsupported_strategy(strategy))
}

/// Returns who gets the code or the link of a factor.
pub(crate) fn recipient_of<'a>(contact: &'a Contact, user_id: &'a str) -> Recipient<'a> {
    Recipient {
        address: &contact.value,
        contact_id: Some(&contact.id),
        user_id: Some(user_id),
    }
}

/// Sends the code of a second factor.
pub(crate) fn send_second_factor_code(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    strategy: &str,
    contact_id: Option<&str>,
) -> Result<(), ApiError> {
    let factors = second_factors(find_user(state, user_id)?);
    let contact = contact_of(factors, strategy, contact_id)?;
    let to = recipient_of(&contact, user_id);
    send_code(cx, state, to, "verification_code");
    Ok(())
}

/// What a visitor gives to prove who it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Proof<'a> {
    pub(crate) password: Option<&'a str>,
    pub(crate) code: Option<&'a str>,
    /// What an authenticator signed, as JSON.
    pub(crate) credential: Option<&'a str>,
}

impl<'a> Proof<'a> {
    fn password(self) -> Result<&'a str, ApiError> {
        self.password.ok_or_else(|| ApiError::missing("password"))
    }

    pub(super) fn credential(self) -> Result<&'a str, ApiError> {
        let missing = || ApiError::missing("public_key_credential");
        self.credential.ok_or_else(missing)
    }

    fn code(self) -> Result<&'a str, ApiError> {
        self.code.ok_or_else(|| ApiError::missing("code"))
    }
}

/// Checks a first factor of a user.
pub(crate) fn check_first_factor(
    state: &State,
    user_id: &str,
    strategy: &str,
    proof: Proof<'_>,
) -> Result<(), ApiError> {
    let user = find_user(state, user_id)?;
    match strategy {
        "password" => check_password(user, proof.password()?),
        "email_code" | "phone_code" | "reset_password_email_code" | "reset_password_phone_code" => {
            find_factor(first_factors(user), strategy, None)?;
            check_code(proof.code()?)
        }
        other => Err(unsupported_strategy(other)),
    }
}

fn check_password(user: &User, password: &str) -> Result<(), ApiError> {
    let rejected = |long: &str| {
        ApiError::parameter("form_password_incorrect", "password", "is incorrect", long)
    };
    match check_password_of(user, password) {
        Some(PasswordCheck::Correct) => Ok(()),
        Some(PasswordCheck::Incorrect) => Err(rejected("This is not the password of the account.")),
        Some(PasswordCheck::Unknown(hasher)) => Err(rejected(&format!(
            "The emulator cannot verify digests of {hasher}: sign in with a code."
        ))),
        None => {
            let long = "This account has no password: sign in with a code.";
            Err(ApiError::bad_state("strategy_for_user_invalid", long))
        }
    }
}

/// Checks a second factor of a user. Without a strategy, the code may be one of the authenticator app or a backup code.
pub(crate) fn check_second_factor(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    strategy: Option<&str>,
    proof: Proof<'_>,
) -> Result<(), ApiError> {
    let code = proof.code()?;
    if let Some(strategy) = strategy {
        let user = find_user(state, user_id)?;
        find_factor(second_factors(user), strategy, None)?;
        if strategy == "phone_code" {
            return check_code(code);
        }
    }
    verify_second_factor(cx, state, user_id, code.trim()).map(|_| ())
}
