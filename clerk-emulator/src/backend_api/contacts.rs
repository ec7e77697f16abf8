//! Email addresses and phone numbers.

use serde_json::{Value, json};

use super::call::{Answer, Call, Handler, deleted};
use super::errors::ApiError;
use super::users::{self, check_contact, new_contact, primary, show_email, show_phone};
use crate::store::{Attempt, Contact, ContactState, State, User};

/// The code that is always right: nothing is ever sent.
pub(crate) const CODE: &str = "424242";
const TEN_MINUTES: i64 = 600_000;

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "GetEmailAddress" | "GetPhoneNumber" => Handler::Read(get),
        "CreateEmailAddress" | "CreatePhoneNumber" => Handler::Write(create),
        "UpdateEmailAddress" | "UpdatePhoneNumber" => Handler::Write(update),
        "DeleteEmailAddress" | "DeletePhoneNumber" => Handler::Write(delete),
        "ReplaceUserEmailAddress" | "ReplaceUserPhoneNumber" => Handler::Write(replace),
        "PrepareEmailAddressVerification" | "PreparePhoneNumberVerification" => {
            Handler::Write(prepare)
        }
        "AttemptEmailAddressVerification" | "AttemptPhoneNumberVerification" => {
            Handler::Write(attempt)
        }
        _ => return None,
    })
}

/// Which of the two a request is about.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Email,
    Phone,
}

impl Kind {
    fn of(call: &Call<'_>) -> Self {
        if call.operation.id.contains("Phone") {
            Self::Phone
        } else {
            Self::Email
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::Email => "email_address",
            Self::Phone => "phone_number",
        }
    }

    fn not_found(self, id: &str) -> ApiError {
        ApiError::not_found(
            if self == Self::Email {
                "email address"
            } else {
                "phone number"
            },
            id,
        )
    }

    fn show(self, contact: &Contact) -> Value {
        match self {
            Self::Email => show_email(contact),
            Self::Phone => show_phone(contact),
        }
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

    fn find<'a>(self, state: &'a State, id: &str) -> Result<(&'a User, &'a Contact), ApiError> {
        let user = state
            .users
            .by_contact_id(id)
            .ok_or_else(|| self.not_found(id))?;
        let contact = self.list(user).iter().find(|contact| &*contact.id == id);
        contact
            .map(|contact| (user, contact))
            .ok_or_else(|| self.not_found(id))
    }

    fn change<T>(
        self,
        call: &Call<'_>,
        state: &mut State,
        change: impl FnOnce(&mut Contact) -> T,
    ) -> Result<T, ApiError> {
        let id = call.id(0);
        let user_id = self.find(state, id)?.0.id.clone();
        let result = state.users.change(&user_id, |user| {
            user.updated_at = call.now;
            let contact = self
                .list_mut(user)
                .iter_mut()
                .find(|contact| &*contact.id == id)?;
            contact.updated_at = call.now;
            Some(change(contact))
        });
        result.flatten().ok_or_else(|| self.not_found(id))
    }
}

fn get(call: &Call<'_>, state: &State) -> Answer {
    let kind = Kind::of(call);
    Ok(kind.show(kind.find(state, call.id(0))?.1))
}

fn check_new<'a>(call: &'a Call<'_>, state: &State, kind: Kind) -> Result<&'a str, ApiError> {
    let value = call.needed(kind.field())?;
    check_contact(kind.field(), value)?;
    if state.users.by_contact(value).is_some() {
        return Err(ApiError::taken(kind.field()));
    }
    Ok(value)
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let kind = Kind::of(call);
    let user_id = users::find(state, call.needed("user_id")?)?.id.clone();
    let value = check_new(call, state, kind)?;
    let verified = call.flag("verified") == Some(true);
    let make_primary = call.flag("primary") == Some(true);
    let mut contact = new_contact(
        call,
        value,
        if verified {
            ContactState::VerifiedByAdmin
        } else {
            ContactState::Unverified
        },
    );
    contact.second_factor = call.flag("reserved_for_second_factor") == Some(true);
    let shown = kind.show(&contact);
    state.users.change(&user_id, |user| {
        user.updated_at = call.now;
        if verified && (make_primary || kind.primary_mut(user).is_none()) {
            *kind.primary_mut(user) = Some(contact.id.clone());
        }
        kind.list_mut(user).push(contact);
    });
    Ok(shown)
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let (kind, id) = (Kind::of(call), call.id(0));
    let contact = kind.find(state, id)?.1;
    let verified = call
        .flag("verified")
        .unwrap_or_else(|| contact.state.is_verified());
    if call.flag("primary") == Some(true) && !verified {
        return Err(ApiError::invalid(
            "primary",
            "What is not verified cannot be primary.",
        ));
    }
    kind.change(call, state, |contact| {
        match call.flag("verified") {
            Some(true) if !contact.state.is_verified() => {
                contact.state = ContactState::VerifiedByAdmin
            }
            Some(false) => contact.state = ContactState::Unverified,
            _ => {}
        }
        if let Some(second_factor) = call.flag("reserved_for_second_factor") {
            contact.second_factor = second_factor;
        }
    })?;
    let user_id = kind.find(state, id)?.0.id.clone();
    state.users.change(&user_id, |user| {
        if call.flag("primary") == Some(true) {
            *kind.primary_mut(user) = Some(id.into());
        } else if !verified && kind.primary_mut(user).as_deref() == Some(id) {
            *kind.primary_mut(user) = primary(kind.list(user));
        }
    });
    get(call, state)
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let (kind, id) = (Kind::of(call), call.id(0));
    let user = kind.find(state, id)?.0;
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
            *kind.primary_mut(user) = primary(kind.list(user));
        }
        user.updated_at = call.now;
    });
    Ok(deleted(kind.field(), id))
}

/// `PUT /users/{user_id}/email_address`: the one that takes the place of all others.
fn replace(call: &Call<'_>, state: &mut State) -> Answer {
    let (kind, user_id) = (Kind::of(call), call.id(0));
    users::find(state, user_id)?;
    let value = call.needed(kind.field())?;
    check_contact(kind.field(), value)?;
    if state
        .users
        .by_contact(value)
        .is_some_and(|other| other.id != user_id)
    {
        return Err(ApiError::taken(kind.field()));
    }
    let contact = new_contact(
        call,
        value,
        match call.text("identification_status") {
            Some("reserved") => ContactState::Reserved,
            Some("unverified") => ContactState::Unverified,
            _ => ContactState::VerifiedByAdmin,
        },
    );
    let shown = kind.show(&contact);
    state.users.change(user_id, |user| {
        *kind.primary_mut(user) = contact.state.is_verified().then(|| contact.id.clone());
        *kind.list_mut(user) = vec![contact];
        user.updated_at = call.now;
    });
    Ok(shown)
}

fn show_attempt(kind: Kind, attempt: &Attempt, status: &str) -> Value {
    json!({
        "id": attempt.id, "object": "verification_otp", "status": status,
        "strategy": if kind == Kind::Email { "email_code" } else { "phone_code" },
        "attempts": attempt.tries, "expire_at": attempt.expire_at,
    })
}

fn prepare(call: &Call<'_>, state: &mut State) -> Answer {
    let kind = Kind::of(call);
    if kind.find(state, call.id(0))?.1.state.is_verified() {
        return Err(ApiError::bad_state(
            "verification_already_verified",
            "It is verified already.",
        ));
    }
    let attempt = Attempt {
        id: call.world.ids.id("ver"),
        tries: 0,
        expire_at: call.now + TEN_MINUTES,
    };
    let shown = show_attempt(kind, &attempt, "unverified");
    kind.change(call, state, |contact| {
        contact.attempt = Some(Box::new(attempt))
    })?;
    Ok(shown)
}

fn attempt(call: &Call<'_>, state: &mut State) -> Answer {
    let (kind, id, code) = (
        Kind::of(call),
        call.needed("verification_id")?,
        call.needed("code")?,
    );
    let result = kind.change(call, state, |contact| {
        let attempt = contact
            .attempt
            .as_deref_mut()
            .filter(|attempt| attempt.id == id);
        let Some(attempt) = attempt else {
            return Err(ApiError::not_found("verification", id));
        };
        if attempt.expire_at <= call.now {
            return Err(ApiError::bad_state(
                "verification_expired",
                "The code has expired; prepare another verification.",
            ));
        }
        attempt.tries += 1;
        if code != CODE {
            let long = format!("The code is wrong; in the emulator it is always {CODE}.");
            return Err(ApiError::parameter(
                "form_code_incorrect",
                "code",
                "is incorrect",
                &long,
            ));
        }
        contact.state = ContactState::Verified;
        Ok(show_attempt(kind, attempt, "verified"))
    })?;
    let shown = result?;
    let user_id = kind.find(state, call.id(0))?.0.id.clone();
    state.users.change(&user_id, |user| {
        if kind.primary_mut(user).is_none() {
            *kind.primary_mut(user) = primary(kind.list(user));
        }
    });
    Ok(shown)
}
