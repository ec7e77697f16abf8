use clerk_sdk::types;

use super::Api;

#[tokio::test]
async fn every_method_of_billing_hits_its_operation() {
    let api = Api::start().await;
    let billing = api.clerk.billing();
    api.check(
        "billing.getPlanList",
        "GetCommercePlanList",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        billing.get_plan_list().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "billing.cancelSubscriptionItem",
        "CancelCommerceSubscriptionItem",
        r#"{"path_values": ["subscription_item_id é/1"], "query": [["probe", "é 1"]]}"#,
        billing
            .cancel_subscription_item("subscription_item_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("billing.extendSubscriptionItemFreeTrial", "ExtendBillingSubscriptionItemFreeTrial", r#"{"body": {"extend_to": "extend_to é/1", "probe": [1]}, "path_values": ["subscription_item_id é/1"], "query": [["probe", "é 1"]]}"#, billing.extend_subscription_item_free_trial("subscription_item_id é/1").extend_to("extend_to é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "billing.getOrganizationBillingSubscription",
        "GetOrganizationBillingSubscription",
        r#"{"path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#,
        billing
            .get_organization_billing_subscription("organization_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "billing.getUserBillingSubscription",
        "GetUserBillingSubscription",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        billing
            .get_user_billing_subscription("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "GetBillingPriceList",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        billing.get_price_list().query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "CreateBillingPrice", r#"{"body": {"amount": 1700000000123, "plan_id": "plan_id é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, billing.create_price().amount(clerk_sdk::clerk_api::Patch::Set(1700000000123)).plan_id("plan_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "",
        "GetBillingStatementList",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        billing.get_statement_list().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "GetBillingStatement",
        r#"{"path_values": ["statement_id é/1"], "query": [["probe", "é 1"]]}"#,
        billing
            .get_statement("statement_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "GetBillingStatementPaymentAttempts",
        r#"{"path_values": ["statement_id é/1"], "query": [["probe", "é 1"]]}"#,
        billing
            .get_statement_payment_attempt_list("statement_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "GetCommerceSubscriptionItemList",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        billing
            .get_subscription_item_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "ApplyBillingSubscriptionItemDiscount", r#"{"body": {"discount_id": "discount_id é/1", "probe": [1]}, "path_values": ["subscription_item_id é/1"], "query": [["probe", "é 1"]]}"#, billing.apply_subscription_item_discount("subscription_item_id é/1").discount_id("discount_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("", "RemoveBillingSubscriptionItemDiscount", r#"{"path_values": ["subscription_item_id é/1", "discount_id é/1"], "query": [["probe", "é 1"]]}"#, billing.remove_subscription_item_discount("subscription_item_id é/1", "discount_id é/1").query_pair("probe", "é 1")).await;
    api.check("", "CreateBillingPriceTransition", r#"{"body": {"from_price_id": "from_price_id é/1", "to_price_id": "to_price_id é/1", "probe": [1]}, "path_values": ["subscription_item_id é/1"], "query": [["probe", "é 1"]]}"#, billing.create_price_transition("subscription_item_id é/1").from_price_id("from_price_id é/1").to_price_id("to_price_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "",
        "GetOrganizationBillingCreditBalance",
        r#"{"path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#,
        billing
            .get_organization_credit_balance("organization_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "AdjustOrganizationBillingCreditBalance", r#"{"body": {"action": "increase", "amount": 1700000000123, "idempotency_key": "idempotency_key é/1", "probe": [1]}, "path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#, billing.adjust_organization_credit_balance("organization_id é/1").action(types::AdjustOrganizationBillingCreditBalanceAction::from("increase")).amount(1700000000123).idempotency_key("idempotency_key é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "",
        "GetUserBillingCreditBalance",
        r#"{"path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#,
        billing
            .get_user_credit_balance("user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "AdjustUserBillingCreditBalance", r#"{"body": {"action": "increase", "amount": 1700000000123, "idempotency_key": "idempotency_key é/1", "probe": [1]}, "path_values": ["user_id é/1"], "query": [["probe", "é 1"]]}"#, billing.adjust_user_credit_balance("user_id é/1").action(types::AdjustUserBillingCreditBalanceAction::from("increase")).amount(1700000000123).idempotency_key("idempotency_key é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
}
