//! Lists and counts of users.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::backend_api::call::{Call, HandlerResult};
use crate::domain::DAY;
use crate::http::error::ApiError;
use crate::store::{Contact, State, User};
use crate::views::user::user_view;

pub(super) fn list_users(call: &Call<'_>, state: &State) -> HandlerResult {
    let mut users = matching_users(call, state);
    sort_users(call, &mut users)?;
    if let Some(after) = call.query("starting_after") {
        check_cursor(call)?;
        let position = users.iter().position(|user| user.id == after);
        let position = position.ok_or_else(|| {
            ApiError::invalid("starting_after", "No user of this list has this id.")
        })?;
        users.drain(..=position);
    }
    Ok(call.page(&users, |user| user_view(call.cx.instance, user)))
}

/// Checks that a cursor is used with the order of creation only, and without a number of users to skip.
fn check_cursor(call: &Call<'_>) -> Result<(), ApiError> {
    if call.order("created_at").0 != "created_at" {
        let long = "With starting_after, users can be ordered by created_at only.";
        return Err(ApiError::invalid("order_by", long));
    }
    if call.query_int("offset").is_some_and(|offset| offset != 0) {
        let long = "A non-zero offset cannot be combined with starting_after.";
        return Err(ApiError::invalid("offset", long));
    }
    Ok(())
}

pub(super) fn count_users(call: &Call<'_>, state: &State) -> HandlerResult {
    let nothing_asked = call.query.is_empty();
    let count = if nothing_asked {
        state.users.len()
    } else {
        matching_users(call, state).len()
    };
    Ok(json!({"object": "total_count", "total_count": count}))
}

fn matching_users<'a>(call: &Call<'_>, state: &'a State) -> Vec<&'a User> {
    let filter = Filter::new(call);
    match &filter.narrowest {
        // Those who are named are found without looking at all others.
        Some(Named::Ids(ids)) => distinct(
            ids.iter().filter_map(|id| state.users.get(id)),
            &filter,
            state,
        ),
        Some(Named::Contacts(values)) => distinct(
            values
                .iter()
                .filter_map(|value| state.users.by_contact(value)),
            &filter,
            state,
        ),
        Some(Named::ExternalIds(ids)) => distinct(
            ids.iter().filter_map(|id| state.users.by_external_id(id)),
            &filter,
            state,
        ),
        None => state
            .users
            .iter()
            .filter(|user| filter.accepts(user, state))
            .collect(),
    }
}

fn distinct<'a>(
    users: impl Iterator<Item = &'a User>,
    filter: &Filter<'_>,
    state: &State,
) -> Vec<&'a User> {
    let mut found: Vec<&User> = Vec::new();
    for user in users.filter(|user| filter.accepts(user, state)) {
        if found.iter().all(|other| other.id != user.id) {
            found.push(user);
        }
    }
    found
}

enum Named<'a> {
    Ids(Vec<&'a str>),
    Contacts(Vec<&'a str>),
    ExternalIds(Vec<&'a str>),
}

/// The filters of the query.
struct Filter<'a> {
    call: &'a Call<'a>,
    narrowest: Option<Named<'a>>,
    lists: Vec<(&'static str, Vec<&'a str>)>,
    texts: Vec<(&'static str, String)>,
    times: Vec<(&'static str, i64)>,
    banned: Option<bool>,
}

impl<'a> Filter<'a> {
    fn new(call: &'a Call<'a>) -> Self {
        let lists = [
            "email_address",
            "phone_number",
            "external_id",
            "username",
            "web3_wallet",
            "user_id",
            "organization_id",
            "provider_user_id",
        ];
        let texts = [
            "query",
            "email_address_query",
            "phone_number_query",
            "username_query",
            "name_query",
            "provider",
        ];
        let times = [
            "last_active_at_before",
            "last_active_at_after",
            "last_active_at_since",
            "created_at_before",
            "created_at_after",
            "last_sign_in_at_before",
            "last_sign_in_at_after",
        ];
        let exclude = |values: &[&str]| values.iter().any(|value| value.starts_with(['-', '+']));
        let named = |name: &str| {
            Some(call.query_all(name)).filter(|values| !values.is_empty() && !exclude(values))
        };
        Self {
            call,
            narrowest: named("user_id")
                .map(Named::Ids)
                .or_else(|| named("email_address").map(Named::Contacts))
                .or_else(|| named("external_id").map(Named::ExternalIds)),
            lists: lists
                .map(|name| (name, call.query_all(name)))
                .into_iter()
                .filter(|(_, list)| !list.is_empty())
                .collect(),
            texts: texts
                .into_iter()
                .filter_map(|name| {
                    Some((
                        name,
                        call.query(name)
                            .filter(|text| !text.is_empty())?
                            .to_lowercase(),
                    ))
                })
                .collect(),
            times: times
                .into_iter()
                .filter_map(|name| Some((name, call.query_int(name)?)))
                .collect(),
            banned: call.query_flag("banned"),
        }
    }

    fn accepts(&self, user: &User, state: &State) -> bool {
        self.banned.is_none_or(|banned| banned == user.banned)
            && self
                .lists
                .iter()
                .all(|(name, wanted)| Self::in_list(name, wanted, user, state))
            && self
                .texts
                .iter()
                .all(|(name, wanted)| Self::mentions(name, wanted, user))
            && self
                .times
                .iter()
                .all(|(name, time)| self.in_time(name, *time, user))
    }

    /// Whether one of the values fits, and no value with a minus before it does.
    fn in_list(name: &str, wanted: &[&str], user: &User, state: &State) -> bool {
        let has = |value: &str| match name {
            "user_id" => user.id == value,
            "external_id" => user.external_id.as_deref() == Some(value),
            "username" => user
                .username
                .as_deref()
                .is_some_and(|have| have.eq_ignore_ascii_case(value)),
            "organization_id" => state.members.get(value, &user.id).is_some(),
            "email_address" => any(&user.emails, value),
            "phone_number" => any(&user.phones, value),
            "web3_wallet" => any(&user.wallets, value),
            _ => external(user, "provider_user_id", value),
        };
        let (without, with): (Vec<&str>, Vec<&str>) = wanted.iter().partition(|value| {
            value.starts_with('-') && matches!(name, "user_id" | "organization_id")
        });
        // A plus belongs to phone numbers; elsewhere it is the sign for "with".
        let bare = |value: &&str| {
            if name == "phone_number" {
                (*value).to_owned()
            } else {
                value.trim_start_matches(['+', ' ']).to_owned()
            }
        };
        without
            .iter()
            .all(|value| !has(value.trim_start_matches('-')))
            && (with.is_empty() || with.iter().any(|value| has(&bare(value))))
    }

    fn mentions(name: &str, wanted: &str, user: &User) -> bool {
        let within =
            |text: Option<&str>| text.is_some_and(|text| text.to_lowercase().contains(wanted));
        let contact =
            |contacts: &[Contact]| contacts.iter().any(|contact| within(Some(&contact.value)));
        let names = || {
            let full = [user.first_name.as_deref(), user.last_name.as_deref()];
            within(Some(
                &full.into_iter().flatten().collect::<Vec<_>>().join(" "),
            ))
        };
        match name {
            "email_address_query" => contact(&user.emails),
            "phone_number_query" => contact(&user.phones),
            "username_query" => within(user.username.as_deref()),
            "name_query" => names(),
            "provider" => {
                external(user, "provider", wanted)
                    || external(user, "provider", &format!("oauth_{wanted}"))
            }
            _ => {
                contact(&user.emails)
                    || contact(&user.phones)
                    || contact(&user.wallets)
                    || within(user.username.as_deref())
                    || within(Some(&user.id))
                    || within(user.external_id.as_deref())
                    || names()
            }
        }
    }

    fn in_time(&self, name: &str, time: i64, user: &User) -> bool {
        let before = |at: Option<i64>| at.is_some_and(|at| at < time);
        let after = |at: Option<i64>| at.is_some_and(|at| at > time);
        match name {
            "last_active_at_before" => before(user.last_active_at),
            "last_active_at_after" => after(user.last_active_at),
            // Since the day that this time is in.
            "last_active_at_since" => {
                let time = time.min(self.call.cx.now);
                user.last_active_at
                    .is_some_and(|at| at >= time.div_euclid(DAY) * DAY)
            }
            "created_at_before" => before(Some(user.created_at)),
            "created_at_after" => after(Some(user.created_at)),
            "last_sign_in_at_before" => before(user.last_sign_in_at),
            _ => after(user.last_sign_in_at),
        }
    }
}

fn any(contacts: &[Contact], value: &str) -> bool {
    contacts
        .iter()
        .any(|contact| contact.value.eq_ignore_ascii_case(value))
}

fn external(user: &User, field: &str, value: &str) -> bool {
    user.linked.as_deref().is_some_and(|linked| {
        linked
            .external_accounts
            .iter()
            .any(|account| account.get(field).and_then(Value::as_str) == Some(value))
    })
}

fn sort_users(call: &Call<'_>, users: &mut [&User]) -> Result<(), ApiError> {
    let (field, descending) = call.order("created_at");
    let text = |text: Option<&str>| text.map(str::to_lowercase);
    let by: fn(&User, &User) -> Ordering = match field {
        "created_at" => |a, b| (a.created_at, a.sequence).cmp(&(b.created_at, b.sequence)),
        "updated_at" => |a, b| (a.updated_at, a.sequence).cmp(&(b.updated_at, b.sequence)),
        "last_active_at" => {
            |a, b| (a.last_active_at, a.sequence).cmp(&(b.last_active_at, b.sequence))
        }
        "last_sign_in_at" => {
            |a, b| (a.last_sign_in_at, a.sequence).cmp(&(b.last_sign_in_at, b.sequence))
        }
        "first_name" | "last_name" | "username" | "email_address" | "phone_number"
        | "web3wallet" => {
            users.sort_by_cached_key(|user| match field {
                "first_name" => (text(user.first_name.as_deref()), user.sequence),
                "last_name" => (text(user.last_name.as_deref()), user.sequence),
                "username" => (text(user.username.as_deref()), user.sequence),
                "email_address" => (
                    text(user.emails.first().map(|email| &*email.value)),
                    user.sequence,
                ),
                "phone_number" => (
                    text(user.phones.first().map(|phone| &*phone.value)),
                    user.sequence,
                ),
                _ => (
                    text(user.wallets.first().map(|wallet| &*wallet.value)),
                    user.sequence,
                ),
            });
            if descending {
                users.reverse();
            }
            return Ok(());
        }
        _ => {
            return Err(ApiError::invalid(
                "order_by",
                "Users cannot be ordered by this.",
            ));
        }
    };
    users.sort_by(|a, b| if descending { by(b, a) } else { by(a, b) });
    Ok(())
}
