use clerk_api::Patch;
use serde_json::json;

use super::{Tour, id, ok};

pub async fn all(tour: &Tour) {
    let clerk = &tour.clerk;
    let insert = |collection: &str, fields| tour.emulator.insert(collection, fields).unwrap();
    let user = id(&ok(clerk.create_user().email_address(["payer@example.com"])).await);
    let organization = id(&ok(clerk.create_organization().name("Payers")).await);
    let plan = id(&insert(
        "billing/plans",
        json!({"name": "Pro", "slug": "pro", "for_payer_type": "user"}),
    ));
    let item = json!({"payer_id": user, "plan_id": plan, "status": "active"});
    let item = id(&insert("billing/subscription_items", item));
    let statement = id(&insert("billing/statements", json!({"status": "open"})));
    insert(
        &format!("billing/statements/{statement}/payment_attempts"),
        json!({"status": "paid"}),
    );

    ok(clerk.get_commerce_plan_list()).await;
    let price = ok(clerk
        .create_billing_price()
        .amount(Patch::Set(1000))
        .plan_id(&plan))
    .await;
    ok(clerk.get_billing_price_list().plan_id(&plan)).await;
    ok(clerk.get_billing_statement_list()).await;
    ok(clerk.get_billing_statement(&statement)).await;
    ok(clerk.get_billing_statement_payment_attempts(&statement)).await;
    ok(clerk.get_commerce_subscription_item_list()).await;
    let discount = ok(clerk
        .apply_billing_subscription_item_discount(&item)
        .discount_id("disc_1"))
    .await;
    ok(clerk.remove_billing_subscription_item_discount(&item, id(&discount))).await;
    ok(clerk
        .extend_billing_subscription_item_free_trial(&item)
        .extend_to("2030-01-01T00:00:00Z"))
    .await;
    ok(clerk
        .create_billing_price_transition(&item)
        .from_price_id(id(&price))
        .to_price_id("cprice_2"))
    .await;
    ok(clerk.cancel_commerce_subscription_item(&item)).await;

    ok(clerk
        .adjust_user_billing_credit_balance(&user)
        .action("increase")
        .amount(100)
        .idempotency_key("1"))
    .await;
    ok(clerk.get_user_billing_credit_balance(&user)).await;
    ok(clerk.get_user_billing_subscription(&user)).await;
    ok(clerk
        .adjust_organization_billing_credit_balance(&organization)
        .action("increase")
        .amount(100)
        .idempotency_key("1"))
    .await;
    ok(clerk.get_organization_billing_credit_balance(&organization)).await;
    ok(clerk.get_organization_billing_subscription(&organization)).await;
}
