//! Email addresses and phone numbers of users.

use super::codes::{Recipient, check_code, post_code};
use super::users::checks::check_contact;
use super::users::find_user;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::{Attempt, Contact, ContactState, State, User};

const TEN_MINUTES: i64 = 600_000;

/// Makes a contact; it has no user yet.
pub(crate) fn new_contact(cx: Context<'_>, value: &str, state: ContactState) -> Contact {
    Contact {
        id: cx.instance.ids.id("idn").into(),
        // Only email addresses mean the same in any case.
        value: if value.contains('@') {
            value.to_lowercase().into()
        } else {
            value.into()
        },
        state,
        attempt: None,
        second_factor: false,
        created_at: cx.now,
        updated_at: cx.now,
    }
}

/// Returns the id of the first contact that is verified: the primary one.
pub(crate) fn first_verified(contacts: &[Contact]) -> Option<Box<str>> {
    contacts
        .iter()
        .find(|contact| contact.state.is_verified())
        .map(|contact| contact.id.clone())
}

/// The two kinds of contacts that can be verified by a code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ContactKind {
    Email,
    Phone,
}

impl ContactKind {
    /// Returns the name of the parameter, which is the object's as well.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Email => "email_address",
            Self::Phone => "phone_number",
        }
    }

    pub(crate) fn strategy(self) -> &'static str {
        match self {
            Self::Email => "email_code",
            Self::Phone => "phone_code",
        }
    }

    fn not_found(self, id: &str) -> ApiError {
        let what = match self {
            Self::Email => "email address",
            Self::Phone => "phone number",
        };
        ApiError::not_found(what, id)
    }

    fn list(self, user: &User) -> &Vec<Contact> {
        match self {
            Self::Email => &user.emails,
            Self::Phone => &user.phones,
        }
    }

    fn list_mut(self, user: &mut User) -> &mut Vec<Contact> {
        match self {
            Self::Email => &mut user.emails,
            Self::Phone => &mut user.phones,
        }
    }

    fn primary_mut(self, user: &mut User) -> &mut Option<Box<str>> {
        match self {
            Self::Email => &mut user.primary_email,
            Self::Phone => &mut user.primary_phone,
        }
    }

    /// Returns the contact with this id and its user.
    pub(crate) fn find_contact<'a>(
        self,
        state: &'a State,
        id: &str,
    ) -> Result<(&'a User, &'a Contact), ApiError> {
        let user = state
            .users
            .by_contact_id(id)
            .ok_or_else(|| self.not_found(id))?;
        let contact = self.list(user).iter().find(|contact| &*contact.id == id);
        contact
            .map(|contact| (user, contact))
            .ok_or_else(|| self.not_found(id))
    }

    fn change_contact<T>(
        self,
        cx: Context<'_>,
        state: &mut State,
        id: &str,
        change: impl FnOnce(&mut Contact) -> T,
    ) -> Result<T, ApiError> {
        let user_id = self.find_contact(state, id)?.0.id.clone();
        let result = state.users.change(&user_id, |user| {
            user.updated_at = cx.now;
            let contact = self
                .list_mut(user)
                .iter_mut()
                .find(|contact| &*contact.id == id)?;
            contact.updated_at = cx.now;
            Some(change(contact))
        });
        result.flatten().ok_or_else(|| self.not_found(id))
    }
}

/// Adds a contact to the user that the request names, and returns the contact.
pub(crate) fn create_contact(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    params: Params<'_>,
) -> Result<Contact, ApiError> {
    let user_id = find_user(state, params.required_text("user_id")?)?
        .id
        .clone();
    let value = params.required_text(kind.field())?;
    check_contact(kind.field(), value)?;
    if state.users.by_contact(value).is_some() {
        return Err(ApiError::taken(kind.field()));
    }
    let verified = params.flag("verified") == Some(true);
    let make_primary = params.flag("primary") == Some(true);
    let contact_state = if verified {
        ContactState::VerifiedByAdmin
    } else {
        ContactState::Unverified
    };
    let mut contact = new_contact(cx, value, contact_state);
    contact.second_factor = params.flag("reserved_for_second_factor") == Some(true);
    let created = contact.clone();
    state.users.change(&user_id, |user| {
        user.updated_at = cx.now;
        if verified && (make_primary || kind.primary_mut(user).is_none()) {
            *kind.primary_mut(user) = Some(contact.id.clone());
        }
        kind.list_mut(user).push(contact);
    });
    Ok(created)
}

/// Verifies a contact or takes that back, and makes it the primary one.
pub(crate) fn update_contact(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    id: &str,
    params: Params<'_>,
) -> Result<(), ApiError> {
    let contact = kind.find_contact(state, id)?.1;
    let verified = params
        .flag("verified")
        .unwrap_or_else(|| contact.state.is_verified());
    if params.flag("primary") == Some(true) && !verified {
        return Err(ApiError::invalid(
            "primary",
            "What is not verified cannot be primary.",
        ));
    }
    kind.change_contact(cx, state, id, |contact| {
        match params.flag("verified") {
            Some(true) if !contact.state.is_verified() => {
                contact.state = ContactState::VerifiedByAdmin;
            }
            Some(false) => contact.state = ContactState::Unverified,
            _ => {}
        }
        if let Some(second_factor) = params.flag("reserved_for_second_factor") {
            contact.second_factor = second_factor;
        }
    })?;
    let user_id = kind.find_contact(state, id)?.0.id.clone();
    state.users.change(&user_id, |user| {
        if params.flag("primary") == Some(true) {
            *kind.primary_mut(user) = Some(id.into());
        } else if !verified && kind.primary_mut(user).as_deref() == Some(id) {
            *kind.primary_mut(user) = first_verified(kind.list(user));
        }
    });
    Ok(())
}

/// Removes a contact, unless it is the last thing that identifies its user.
pub(crate) fn delete_contact(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    id: &str,
) -> Result<(), ApiError> {
    let user = kind.find_contact(state, id)?.0;
    let others = user.contacts().count() > 1 || user.username.is_some();
    if !others {
        return Err(ApiError::bad_state(
            "identification_deletion_failed",
            "It is the last one that identifies the user.",
        ));
    }
    let user_id = user.id.clone();
    state.users.change(&user_id, |user| {
        kind.list_mut(user).retain(|contact| &*contact.id != id);
        if kind.primary_mut(user).as_deref() == Some(id) {
            *kind.primary_mut(user) = first_verified(kind.list(user));
        }
        user.updated_at = cx.now;
    });
    Ok(())
}

/// Replaces all contacts of a kind by one, and returns it.
pub(crate) fn replace_contacts(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    user_id: &str,
    params: Params<'_>,
) -> Result<Contact, ApiError> {
    find_user(state, user_id)?;
    let value = params.required_text(kind.field())?;
    check_contact(kind.field(), value)?;
    let is_taken = state
        .users
        .by_contact(value)
        .is_some_and(|other| other.id != user_id);
    if is_taken {
        return Err(ApiError::taken(kind.field()));
    }
    let contact_state = match params.text("identification_status") {
        Some("reserved") => ContactState::Reserved,
        Some("unverified") => ContactState::Unverified,
        _ => ContactState::VerifiedByAdmin,
    };
    let contact = new_contact(cx, value, contact_state);
    let created = contact.clone();
    state.users.change(user_id, |user| {
        *kind.primary_mut(user) = contact.state.is_verified().then(|| contact.id.clone());
        *kind.list_mut(user) = vec![contact];
        user.updated_at = cx.now;
    });
    Ok(created)
}

/// Begins to verify a contact by a code, which is never sent.
pub(crate) fn prepare_verification(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    id: &str,
) -> Result<Attempt, ApiError> {
    if kind.find_contact(state, id)?.1.state.is_verified() {
        return Err(ApiError::bad_state(
            "verification_already_verified",
            "It is verified already.",
        ));
    }
    let attempt = Attempt {
        id: cx.instance.ids.id("ver"),
        tries: 0,
        expire_at: cx.now + TEN_MINUTES,
    };
    let prepared = attempt.clone();
    kind.change_contact(cx, state, id, |contact| {
        contact.attempt = Some(Box::new(attempt));
    })?;
    let (user, contact) = kind.find_contact(state, id)?;
    let (user_id, address) = (user.id.clone(), contact.value.clone());
    let to = Recipient {
        address: &address,
        contact_id: Some(id),
        user_id: Some(&user_id),
    };
    post_code(cx, state, to, "verification_code");
    Ok(prepared)
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
    let attempt = kind.change_contact(cx, state, id, |contact| {
        let attempt = contact
            .attempt
            .as_deref_mut()
            .filter(|attempt| attempt.id == verification_id);
        let Some(attempt) = attempt else {
            return Err(ApiError::not_found("verification", verification_id));
        };
        if attempt.expire_at <= cx.now {
            return Err(ApiError::bad_state(
                "verification_expired",
                "The code has expired; prepare another verification.",
            ));
        }
        attempt.tries += 1;
        check_code(code)?;
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

/// Verifies the email address that a link was sent to.
pub(crate) fn verify_by_link(
    cx: Context<'_>,
    state: &mut State,
    contact_id: &str,
) -> Result<(), ApiError> {
    let kind = ContactKind::Email;
    kind.change_contact(cx, state, contact_id, |contact| {
        contact.state = ContactState::Verified;
    })?;
    let user_id = kind.find_contact(state, contact_id)?.0.id.clone();
    state.users.change(&user_id, |user| {
        if user.primary_email.is_none() {
            user.primary_email = first_verified(&user.emails);
        }
    });
    Ok(())
}
