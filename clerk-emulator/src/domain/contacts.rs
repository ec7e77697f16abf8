//! Email addresses, phone numbers and wallets of users.

use super::users::checks::check_contact;
use super::users::find_user;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::bounds::MAX_CONTACTS;
use crate::store::{Contact, ContactState, State, User};

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
        default_second_factor: false,
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

/// The kinds of contacts: the first two can be verified by a code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ContactKind {
    Email,
    Phone,
    Wallet,
}

impl ContactKind {
    /// Returns the name of the parameter, which is the object's as well.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Email => "email_address",
            Self::Phone => "phone_number",
            Self::Wallet => "web3_wallet",
        }
    }

    /// Returns the strategy that verifies such a contact unless the request names another one.
    pub(crate) fn strategy(self) -> &'static str {
        match self {
            Self::Email => "email_code",
            Self::Phone => "phone_code",
            Self::Wallet => "web3_metamask_signature",
        }
    }

    pub(super) fn not_found(self, id: &str) -> ApiError {
        let what = match self {
            Self::Email => "email address",
            Self::Phone => "phone number",
            Self::Wallet => "web3 wallet",
        };
        ApiError::not_found(what, id)
    }

    pub(crate) fn list(self, user: &User) -> &Vec<Contact> {
        match self {
            Self::Email => &user.emails,
            Self::Phone => &user.phones,
            Self::Wallet => &user.wallets,
        }
    }

    fn list_mut(self, user: &mut User) -> &mut Vec<Contact> {
        match self {
            Self::Email => &mut user.emails,
            Self::Phone => &mut user.phones,
            Self::Wallet => &mut user.wallets,
        }
    }

    pub(super) fn primary_mut(self, user: &mut User) -> &mut Option<Box<str>> {
        match self {
            Self::Email => &mut user.primary_email,
            Self::Phone => &mut user.primary_phone,
            Self::Wallet => &mut user.primary_wallet,
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

    /// Returns the contact with this id, if it is this user's.
    pub(crate) fn find_own<'a>(
        self,
        state: &'a State,
        user_id: &str,
        id: &str,
    ) -> Result<(&'a User, &'a Contact), ApiError> {
        let found = self.find_contact(state, id)?;
        if found.0.id != user_id {
            return Err(self.not_found(id));
        }
        Ok(found)
    }

    pub(super) fn change_contact<T>(
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
    let new = NewContact {
        value: params.required_text(kind.field())?,
        verified: params.flag("verified") == Some(true),
        make_primary: params.flag("primary") == Some(true),
        second_factor: params.flag("reserved_for_second_factor") == Some(true),
    };
    add_contact(cx, state, kind, &user_id, new)
}

/// What a new contact begins with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NewContact<'a> {
    pub(crate) value: &'a str,
    /// Without a code, because the application says so.
    pub(crate) verified: bool,
    pub(crate) make_primary: bool,
    pub(crate) second_factor: bool,
}

/// Adds a contact to a user and returns the contact.
pub(crate) fn add_contact(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    user_id: &str,
    new: NewContact<'_>,
) -> Result<Contact, ApiError> {
    check_contact(kind.field(), new.value)?;
    if state.users.by_contact(new.value).is_some() {
        return Err(ApiError::taken(kind.field()));
    }
    let contact_state = if new.verified {
        ContactState::VerifiedByAdmin
    } else {
        ContactState::Unverified
    };
    let mut contact = new_contact(cx, new.value, contact_state);
    contact.second_factor = new.second_factor;
    let id = contact.id.clone();
    state.users.change(user_id, |user| {
        user.updated_at = cx.now;
        if new.verified && (new.make_primary || kind.primary_mut(user).is_none()) {
            *kind.primary_mut(user) = Some(contact.id.clone());
        }
        kind.list_mut(user).push(contact);
        settle_default_phone(user);
    });
    kind.find_contact(state, &id)
        .map(|(_, contact)| contact.clone())
}

/// Adds a contact that a user gives itself, which has to be verified.
pub(crate) fn add_own_contact(
    cx: Context<'_>,
    state: &mut State,
    kind: ContactKind,
    user_id: &str,
    new: NewContact<'_>,
) -> Result<Contact, ApiError> {
    if kind.list(find_user(state, user_id)?).len() >= MAX_CONTACTS {
        let long = format!("A user adds {MAX_CONTACTS} at most: delete one first.");
        return Err(ApiError::invalid(kind.field(), &long));
    }
    add_contact(cx, state, kind, user_id, new)
}

/// Makes one of the phone numbers that are second factors the default one, if there are any.
pub(crate) fn settle_default_phone(user: &mut User) {
    for phone in &mut user.phones {
        phone.default_second_factor &= phone.second_factor;
    }
    if user.phones.iter().any(|phone| phone.default_second_factor) {
        return;
    }
    let first = user.phones.iter_mut().find(|phone| phone.second_factor);
    if let Some(phone) = first {
        phone.default_second_factor = true;
    }
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
        settle_default_phone(user);
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
        settle_default_phone(user);
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
