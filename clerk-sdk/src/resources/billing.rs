use clerk_api::operations::{
    AdjustOrganizationBillingCreditBalance, AdjustUserBillingCreditBalance,
    ApplyBillingSubscriptionItemDiscount, CancelCommerceSubscriptionItem, CreateBillingPrice,
    CreateBillingPriceTransition, ExtendBillingSubscriptionItemFreeTrial, GetBillingPriceList,
    GetBillingStatement, GetBillingStatementList, GetBillingStatementPaymentAttempts,
    GetCommercePlanList, GetCommerceSubscriptionItemList, GetOrganizationBillingCreditBalance,
    GetOrganizationBillingSubscription, GetUserBillingCreditBalance, GetUserBillingSubscription,
    RemoveBillingSubscriptionItemDiscount,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Plans, prices, subscriptions, statements and credits.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Billing {
    ///     clerk.billing()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Billing;
}

impl Billing {
    /// Lists the billing plans, free ones included, latest created first, optionally for users or for organizations only.
    ///
    /// `GET /billing/plans`, operation `GetCommercePlanList`.
    pub fn get_plan_list(&self) -> GetCommercePlanList<Paged> {
        GetCommercePlanList::new(self.clerk.api())
    }

    /// Cancels one subscribed plan at the end of the paid period, or right now with `end_now`.
    ///
    /// `DELETE /billing/subscription_items/{subscription_item_id}`, operation `CancelCommerceSubscriptionItem`.
    pub fn cancel_subscription_item(
        &self,
        subscription_item_id: impl Into<String>,
    ) -> CancelCommerceSubscriptionItem<Plain> {
        CancelCommerceSubscriptionItem::new(self.clerk.api(), subscription_item_id)
    }

    /// Moves the end of a running free trial to a later date, at most 365 days on. Repeating the same date changes nothing.
    ///
    /// `POST /billing/subscription_items/{subscription_item_id}/extend_free_trial`, operation `ExtendBillingSubscriptionItemFreeTrial`.
    pub fn extend_subscription_item_free_trial(
        &self,
        subscription_item_id: impl Into<String>,
    ) -> ExtendBillingSubscriptionItemFreeTrial<Plain> {
        ExtendBillingSubscriptionItemFreeTrial::new(self.clerk.api(), subscription_item_id)
    }

    /// Reads the billing subscription of an organization with its plans, amounts and next payment.
    ///
    /// `GET /organizations/{organization_id}/billing/subscription`, operation `GetOrganizationBillingSubscription`.
    pub fn get_organization_billing_subscription(
        &self,
        organization_id: impl Into<String>,
    ) -> GetOrganizationBillingSubscription<Plain> {
        GetOrganizationBillingSubscription::new(self.clerk.api(), organization_id)
    }

    /// Reads the billing subscription of a user with its plans, amounts and next payment.
    ///
    /// `GET /users/{user_id}/billing/subscription`, operation `GetUserBillingSubscription`.
    pub fn get_user_billing_subscription(
        &self,
        user_id: impl Into<String>,
    ) -> GetUserBillingSubscription<Plain> {
        GetUserBillingSubscription::new(self.clerk.api(), user_id)
    }

    /// Lists the prices of the plans, cheapest first, the default and the custom ones alike.
    ///
    /// `GET /billing/prices`, operation `GetBillingPriceList`.
    pub fn get_price_list(&self) -> GetBillingPriceList<Paged> {
        GetBillingPriceList::new(self.clerk.api())
    }

    /// Creates a special price for an existing plan, to be offered to chosen customers. Zero makes it free; else it starts at 100 cents.
    ///
    /// `POST /billing/prices`, operation `CreateBillingPrice`.
    pub fn create_price(&self) -> CreateBillingPrice<Plain> {
        CreateBillingPrice::new(self.clerk.api())
    }

    /// Lists the billing statements of all payers, latest created first.
    ///
    /// `GET /billing/statements`, operation `GetBillingStatementList`.
    pub fn get_statement_list(&self) -> GetBillingStatementList<Paged> {
        GetBillingStatementList::new(self.clerk.api())
    }

    /// Reads one billing statement with its totals and its groups of payments.
    ///
    /// `GET /billing/statements/{statementID}`, operation `GetBillingStatement`.
    pub fn get_statement(&self, statement_id: impl Into<String>) -> GetBillingStatement<Plain> {
        GetBillingStatement::new(self.clerk.api(), statement_id)
    }

    /// Lists the attempts to collect the money of one statement, latest first, failed ones included.
    ///
    /// `GET /billing/statements/{statementID}/payment_attempts`, operation `GetBillingStatementPaymentAttempts`.
    pub fn get_statement_payment_attempt_list(
        &self,
        statement_id: impl Into<String>,
    ) -> GetBillingStatementPaymentAttempts<Paged> {
        GetBillingStatementPaymentAttempts::new(self.clerk.api(), statement_id)
    }

    /// Lists who is subscribed to which plan, users and organizations alike, latest created first.
    ///
    /// `GET /billing/subscription_items`, operation `GetCommerceSubscriptionItemList`.
    pub fn get_subscription_item_list(&self) -> GetCommerceSubscriptionItemList<Paged> {
        GetCommerceSubscriptionItemList::new(self.clerk.api())
    }

    /// Applies a discount by hand, outside its usual rules. It replaces another active discount; the same one again answers 409.
    ///
    /// `POST /billing/subscription_items/{subscription_item_id}/discounts`, operation `ApplyBillingSubscriptionItemDiscount`.
    pub fn apply_subscription_item_discount(
        &self,
        subscription_item_id: impl Into<String>,
    ) -> ApplyBillingSubscriptionItemDiscount<Plain> {
        ApplyBillingSubscriptionItemDiscount::new(self.clerk.api(), subscription_item_id)
    }

    /// Ends the active discount of a subscribed plan. The discount named must be the one that is active.
    ///
    /// `DELETE /billing/subscription_items/{subscription_item_id}/discounts/{discount_id}`, operation `RemoveBillingSubscriptionItemDiscount`.
    pub fn remove_subscription_item_discount(
        &self,
        subscription_item_id: impl Into<String>,
        discount_id: impl Into<String>,
    ) -> RemoveBillingSubscriptionItemDiscount<Plain> {
        RemoveBillingSubscriptionItemDiscount::new(
            self.clerk.api(),
            subscription_item_id,
            discount_id,
        )
    }

    /// Moves a subscribed plan from one price to another, either at once or when its period runs out, as the answer tells.
    ///
    /// `POST /billing/subscription_items/{subscription_item_id}/price_transition`, operation `CreateBillingPriceTransition`.
    pub fn create_price_transition(
        &self,
        subscription_item_id: impl Into<String>,
    ) -> CreateBillingPriceTransition<Plain> {
        CreateBillingPriceTransition::new(self.clerk.api(), subscription_item_id)
    }

    /// Reads how much billing credit an organization has left to spend at checkout or on renewal.
    ///
    /// `GET /organizations/{organization_id}/billing/credits`, operation `GetOrganizationBillingCreditBalance`.
    pub fn get_organization_credit_balance(
        &self,
        organization_id: impl Into<String>,
    ) -> GetOrganizationBillingCreditBalance<Plain> {
        GetOrganizationBillingCreditBalance::new(self.clerk.api(), organization_id)
    }

    /// Adds to or takes from the billing credit of an organization. One `idempotency_key` is applied once, however often it is sent.
    ///
    /// `POST /organizations/{organization_id}/billing/credits`, operation `AdjustOrganizationBillingCreditBalance`.
    pub fn adjust_organization_credit_balance(
        &self,
        organization_id: impl Into<String>,
    ) -> AdjustOrganizationBillingCreditBalance<Plain> {
        AdjustOrganizationBillingCreditBalance::new(self.clerk.api(), organization_id)
    }

    /// Reads how much billing credit a user has left; credit lowers the price at checkout or on renewal.
    ///
    /// `GET /users/{user_id}/billing/credits`, operation `GetUserBillingCreditBalance`.
    pub fn get_user_credit_balance(
        &self,
        user_id: impl Into<String>,
    ) -> GetUserBillingCreditBalance<Plain> {
        GetUserBillingCreditBalance::new(self.clerk.api(), user_id)
    }

    /// Adds to or takes from the billing credit of a user and answers the ledger entry. Repeating a call with one `idempotency_key` is harmless.
    ///
    /// `POST /users/{user_id}/billing/credits`, operation `AdjustUserBillingCreditBalance`.
    pub fn adjust_user_credit_balance(
        &self,
        user_id: impl Into<String>,
    ) -> AdjustUserBillingCreditBalance<Plain> {
        AdjustUserBillingCreditBalance::new(self.clerk.api(), user_id)
    }
}
