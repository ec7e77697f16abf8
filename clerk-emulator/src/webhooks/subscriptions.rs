//! Events of subscriptions' items.

use serde_json::{Value, json};

use super::events::Event;
use crate::domain::billing::subscription_id_of;
use crate::instance::{Context, Instance};
use crate::store::State;

/// Returns the event of a subscription's item that is new or has changed; `was` is its status before.
pub(super) fn item_event(
    cx: Context<'_>,
    state: &State,
    was: Option<&str>,
    item: &Value,
) -> Option<Event> {
    let status = item["status"].as_str().unwrap_or("active");
    let kind = match status {
        same if was == Some(same) => "subscriptionItem.updated",
        "abandoned" => "subscriptionItem.abandoned",
        "active" => "subscriptionItem.active",
        "canceled" => "subscriptionItem.canceled",
        "ended" => "subscriptionItem.ended",
        "incomplete" => "subscriptionItem.incomplete",
        "past_due" => "subscriptionItem.pastDue",
        "upcoming" => "subscriptionItem.upcoming",
        // The Backend API knows some that have no event.
        _ => return None,
    };
    let time = |name: &str| item[name].as_i64().unwrap_or(cx.now);
    let data = json!({
        "object": "commerce_subscription_item", "id": item["id"], "status": status,
        "interval": item["plan_period"].as_str().unwrap_or("month"),
        "is_free_trial": item["is_free_trial"].as_bool().unwrap_or(false),
        "period_start": time("period_start"), "period_end": item["period_end"].as_i64(),
        "plan_id": item["plan_id"].as_str(), "plan": plan(state, item),
        "subscription_id": subscription_id(state, item),
        "payer": payer(cx.instance, state, item["payer_id"].as_str().unwrap_or_default()),
        "created_at": time("created_at"), "updated_at": time("updated_at"),
    });
    Some((kind, data))
}

/// Returns the id of the subscription that an item belongs to, if there is one.
fn subscription_id<'a>(state: &'a State, item: &'a Value) -> Option<&'a str> {
    let payer = item["payer_id"].as_str().unwrap_or_default();
    let own = item["subscription_id"].as_str();
    own.or_else(|| subscription_id_of(state, payer))
}

fn plan(state: &State, item: &Value) -> Value {
    let id = item["plan_id"].as_str().unwrap_or_default();
    let kept = state.documents.get("billing/plans", id);
    let plan = kept.unwrap_or(&item["plan"]);
    let text = |name: &str| plan[name].as_str().unwrap_or_default();
    json!({
        "id": id, "name": text("name"), "slug": text("slug"),
        "is_recurring": plan["is_recurring"].as_bool().unwrap_or(true),
        "amount": plan["fee"]["amount"].as_i64().unwrap_or(0),
        "currency": plan["fee"]["currency"].as_str().unwrap_or("USD"),
    })
}

/// Returns a user or an organization as a payer; fields of the other kind are empty.
fn payer(instance: &Instance, state: &State, id: &str) -> Value {
    let user = state.users.get(id);
    let organization = state.documents.get("organizations", id);
    let image = match (user, organization) {
        (Some(user), _) => user.image.as_deref(),
        (None, Some(organization)) => organization["_image"].as_str(),
        (None, None) => None,
    };
    let email = user.and_then(|user| user.primary_email());
    json!({
        "object": "commerce_payer", "id": id, "image_url": instance.settings.image_url(image),
        "user_id": user.map_or("", |user| &user.id),
        "first_name": user.and_then(|user| user.first_name.as_deref()).unwrap_or_default(),
        "last_name": user.and_then(|user| user.last_name.as_deref()).unwrap_or_default(),
        "email": email.map_or("", |email| &email.value),
        "organization_id": organization.and_then(|o| o["id"].as_str()).unwrap_or_default(),
        "organization_name": organization.and_then(|o| o["name"].as_str()).unwrap_or_default(),
    })
}
