//! Users and their indexes.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Entry, Journal, Password};

/// One user. Metadata is kept as text: a hundred thousand users are to fit into little memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    /// Rises with each user made.
    pub(crate) sequence: u64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) last_sign_in_at: Option<i64>,
    pub(crate) last_active_at: Option<i64>,
    pub(crate) legal_accepted_at: Option<i64>,
    pub(crate) first_name: Option<Box<str>>,
    pub(crate) last_name: Option<Box<str>>,
    pub(crate) username: Option<Box<str>>,
    pub(crate) external_id: Option<Box<str>>,
    pub(crate) locale: Option<Box<str>>,
    pub(crate) image: Option<Box<str>>,
    pub(crate) emails: Vec<Contact>,
    pub(crate) phones: Vec<Contact>,
    pub(crate) wallets: Vec<Contact>,
    pub(crate) primary_email: Option<Box<str>>,
    pub(crate) primary_phone: Option<Box<str>>,
    pub(crate) primary_wallet: Option<Box<str>>,
    pub(crate) password: Option<Box<Password>>,
    pub(crate) totp_secret: Option<Box<str>>,
    pub(crate) backup_codes: Vec<Box<str>>,
    pub(crate) mfa_enabled_at: Option<i64>,
    pub(crate) mfa_disabled_at: Option<i64>,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
    pub(crate) unsafe_metadata: Metadata,
    pub(crate) banned: bool,
    pub(crate) locked: bool,
    pub(crate) delete_self_enabled: bool,
    pub(crate) create_organization_enabled: bool,
    pub(crate) create_organizations_limit: Option<i64>,
    pub(crate) bypass_client_trust: bool,
    /// Passkeys, accounts at other providers, devices: few users have any.
    pub(crate) linked: Option<Box<Linked>>,
}

/// Documents that belong to a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Linked {
    pub(crate) passkeys: Vec<Value>,
    pub(crate) external_accounts: Vec<Value>,
    pub(crate) enterprise_accounts: Vec<Value>,
    pub(crate) saml_accounts: Vec<Value>,
    pub(crate) trusted_devices: Vec<Value>,
    /// What the user has begun and not finished.
    #[serde(default)]
    pub(crate) begun: Begun,
}

/// What a user has begun to add and has yet to prove.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Begun {
    /// An authenticator app.
    #[serde(default)]
    pub(crate) totp: Option<Box<NewTotp>>,
    /// A trusted device: the challenge that it has to sign, as `domain::trusted_devices` reads it.
    #[serde(default)]
    pub(crate) device: Option<Box<Value>>,
}

/// An authenticator app that has shown no right code yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NewTotp {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) created_at: i64,
}

/// An email address, a phone number or a wallet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) id: Box<str>,
    pub(crate) value: Box<str>,
    pub(crate) state: ContactState,
    pub(crate) attempt: Option<Box<Attempt>>,
    pub(crate) second_factor: bool,
    /// Of the numbers that are second factors, the one that codes go to unless another one is asked for.
    #[serde(default)]
    pub(crate) default_second_factor: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ContactState {
    Unverified,
    /// By the code that was sent.
    Verified,
    /// Because the Backend API said so.
    VerifiedByAdmin,
    Reserved,
}

impl ContactState {
    pub(crate) fn is_verified(self) -> bool {
        matches!(self, Self::Verified | Self::VerifiedByAdmin)
    }
}

/// A code or a link that was sent, or a text that a wallet is to sign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) id: String,
    pub(crate) tries: i64,
    pub(crate) expire_at: i64,
    /// How, if not by a code.
    #[serde(default)]
    pub(crate) strategy: Option<Box<str>>,
    /// What a link has, or what a wallet is to sign.
    #[serde(default)]
    pub(crate) nonce: Option<Box<str>>,
    /// Where the link leads.
    #[serde(default)]
    pub(crate) redirect_url: Option<Box<str>>,
}

/// A JSON object as text; nothing when it is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Metadata(Option<Box<str>>);

impl Metadata {
    pub(crate) fn read(&self) -> Map<String, Value> {
        self.0
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    pub(crate) fn replace(&mut self, fields: &Map<String, Value>) {
        self.0 = (!fields.is_empty()).then(|| Value::Object(fields.clone()).to_string().into());
    }

    /// Merges deeply; `null` removes a key.
    pub(crate) fn merge(&mut self, fields: &Map<String, Value>) {
        let mut merged = self.read();
        merge(&mut merged, fields);
        self.replace(&merged);
    }
}

fn merge(into: &mut Map<String, Value>, fields: &Map<String, Value>) {
    for (name, value) in fields {
        match (into.get_mut(name), value) {
            (_, Value::Null) => {
                into.remove(name);
            }
            (Some(Value::Object(have)), Value::Object(given)) => merge(have, given),
            (None, Value::Object(given)) => {
                let mut have = Map::new();
                merge(&mut have, given);
                into.insert(name.clone(), Value::Object(have));
            }
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

impl User {
    pub(crate) fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.emails.iter().chain(&self.phones).chain(&self.wallets)
    }

    pub(crate) fn contact(&self, id: &str) -> Option<&Contact> {
        self.contacts().find(|contact| &*contact.id == id)
    }

    pub(crate) fn primary_email(&self) -> Option<&Contact> {
        self.contact(self.primary_email.as_deref()?)
    }

    pub(crate) fn primary_phone(&self) -> Option<&Contact> {
        self.contact(self.primary_phone.as_deref()?)
    }

    /// Returns what identifies the user to people: email address, phone number, username or wallet.
    pub(crate) fn identifier(&self) -> Option<&str> {
        self.primary_email()
            .or_else(|| self.primary_phone())
            .map(|contact| &*contact.value)
            .or(self.username.as_deref())
            .or_else(|| self.wallets.first().map(|contact| &*contact.value))
    }

    pub(crate) fn two_factor_enabled(&self) -> bool {
        self.totp_secret.is_some() || self.second_factor_phones().next().is_some()
    }

    /// Returns the phone numbers that get codes as a second factor: a number that nobody proved gets none.
    pub(crate) fn second_factor_phones(&self) -> impl Iterator<Item = &Contact> {
        let phones = self.phones.iter();
        phones.filter(|phone| phone.second_factor && phone.state.is_verified())
    }

    pub(crate) fn linked_mut(&mut self) -> &mut Linked {
        self.linked.get_or_insert_default()
    }

    fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self
            .contacts()
            .map(|contact| contact_key(&contact.value))
            .collect();
        keys.extend(self.contacts().map(|contact| id_key(&contact.id)));
        keys.extend(self.username.as_deref().map(username_key));
        keys.extend(self.external_id.as_deref().map(external_key));
        keys.extend(self.credential_ids().map(credential_key));
        keys
    }

    /// Returns the passkeys that can be proved.
    pub(crate) fn passkeys(&self) -> impl Iterator<Item = &Value> {
        let passkeys = self.linked.iter().flat_map(|linked| &linked.passkeys);
        passkeys.filter(|passkey| passkey.get(CREDENTIAL_ID).is_some())
    }

    /// Returns the ids that authenticators gave to the user's passkeys.
    fn credential_ids(&self) -> impl Iterator<Item = &str> {
        self.passkeys()
            .filter_map(|passkey| passkey.get(CREDENTIAL_ID)?.as_str())
    }
}

/// The field of a passkey with the id that its authenticator gave to it.
pub(crate) const CREDENTIAL_ID: &str = "_credential_id";

fn contact_key(value: &str) -> String {
    format!("c{}", value.to_lowercase())
}

fn id_key(id: &str) -> String {
    format!("i{id}")
}

fn username_key(username: &str) -> String {
    format!("u{}", username.to_lowercase())
}

fn external_key(id: &str) -> String {
    format!("e{id}")
}

fn credential_key(id: &str) -> String {
    format!("p{id}")
}

/// All users, found by id, email address, phone number, wallet, username, external id and passkey.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(from = "UsersRepr")]
pub(crate) struct Users {
    #[serde(with = "indexmap::map::serde_seq")]
    users: IndexMap<String, User>,
    /// From what identifies a user, with a letter for its kind, to the user's sequence number.
    #[serde(skip)]
    index: HashMap<Box<str>, u64>,
    #[serde(skip)]
    ids: BTreeMap<u64, Box<str>>,
    made: u64,
    #[serde(skip)]
    pub(super) journal: Journal,
}

/// The serialized form of users, without the indexes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsersRepr {
    #[serde(with = "indexmap::map::serde_seq")]
    users: IndexMap<String, User>,
    made: u64,
}

impl From<UsersRepr> for Users {
    fn from(repr: UsersRepr) -> Self {
        let mut users = Self {
            made: repr.made,
            ..Self::default()
        };
        for user in repr.users.values() {
            users.ids.insert(user.sequence, user.id.as_str().into());
            users.add_keys(user);
        }
        users.users = repr.users;
        users
    }
}

impl Users {
    /// Records what a user was before it is changed.
    fn record_before(&self, id: &str) {
        self.journal.record(|| {
            let before = self.users.get(id).cloned().map(Box::new);
            Entry::User(id.to_owned(), before)
        });
    }

    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&User> {
        self.users.get(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// Returns the user with this email address, phone number or wallet.
    pub(crate) fn by_contact(&self, value: &str) -> Option<&User> {
        self.by_key(&contact_key(value))
    }

    /// Returns the user who has the email address, phone number or wallet with this id.
    pub(crate) fn by_contact_id(&self, id: &str) -> Option<&User> {
        self.by_key(&id_key(id))
    }

    pub(crate) fn by_username(&self, username: &str) -> Option<&User> {
        self.by_key(&username_key(username))
    }

    pub(crate) fn by_external_id(&self, id: &str) -> Option<&User> {
        self.by_key(&external_key(id))
    }

    /// Returns the user who has the passkey with this id of its authenticator's.
    pub(crate) fn by_credential_id(&self, id: &str) -> Option<&User> {
        self.by_key(&credential_key(id))
    }

    fn by_key(&self, key: &str) -> Option<&User> {
        self.users.get(&**self.ids.get(self.index.get(key)?)?)
    }

    pub(crate) fn insert(&mut self, mut user: User) {
        self.record_before(&user.id);
        self.made += 1;
        user.sequence = self.made;
        self.ids.insert(user.sequence, user.id.as_str().into());
        self.add_keys(&user);
        self.users.insert(user.id.clone(), user);
    }

    /// Changes a user, and what finds it with it.
    pub(crate) fn change<T>(&mut self, id: &str, change: impl FnOnce(&mut User) -> T) -> Option<T> {
        self.record_before(id);
        let user = self.users.get_mut(id)?;
        let before = user.keys();
        let result = change(user);
        let after = user.keys();
        let sequence = user.sequence;
        if before != after {
            for key in before {
                self.index.remove(key.as_str());
            }
            for key in after {
                self.index.insert(key.into(), sequence);
            }
        }
        Some(result)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<User> {
        self.record_before(id);
        let user = self.users.swap_remove(id)?;
        for key in user.keys() {
            self.index.remove(key.as_str());
        }
        self.ids.remove(&user.sequence);
        Some(user)
    }

    fn add_keys(&mut self, user: &User) {
        for key in user.keys() {
            self.index.insert(key.into(), user.sequence);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn metadata_merges_deeply_and_null_removes() {
        let mut metadata = Metadata::default();
        metadata.replace(&fields(json!({"a": {"b": 1, "c": 2}, "d": 3})));
        metadata.merge(&fields(
            json!({"a": {"b": null, "e": 4}, "d": [5], "f": {"g": null}}),
        ));
        assert_eq!(
            Value::Object(metadata.read()),
            json!({"a": {"c": 2, "e": 4}, "d": [5], "f": {}})
        );
    }

    #[test]
    fn users_are_found_by_what_they_have_now() {
        let mut users = Users::default();
        users.insert(User {
            id: "user_1".into(),
            username: Some("ada".into()),
            ..User::default()
        });
        users.change("user_1", |user| user.username = Some("countess".into()));
        assert!(users.by_username("ada").is_none());
        assert!(users.by_username("Countess").is_some());
        users.remove("user_1");
        assert!(users.by_username("countess").is_none());
    }
}
