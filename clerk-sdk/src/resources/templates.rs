// Clerk deprecates some of these operations; whoever calls them is told.
#![allow(deprecated)]

use clerk_api::operations::{
    GetTemplate, GetTemplateList, PreviewTemplate, RevertTemplate, ToggleTemplateDelivery,
    UpsertTemplate,
};
use clerk_api::types;

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Templates of emails and text messages.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Templates {
    ///     clerk.templates()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Templates;
}

impl Templates {
    /// Lists the email or the SMS message templates in their display order. Deprecated by Clerk.
    ///
    /// `GET /templates/{template_type}`, operation `GetTemplateList`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn get_template_list(
        &self,
        template_type: impl Into<types::GetTemplateListTemplateType>,
    ) -> GetTemplateList<Paged> {
        GetTemplateList::new(self.clerk.api(), template_type)
    }

    /// Reads one email or SMS message template by its slug. Deprecated by Clerk.
    ///
    /// `GET /templates/{template_type}/{slug}`, operation `GetTemplate`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn get_template(
        &self,
        template_type: impl Into<types::GetTemplateTemplateType>,
        slug: impl Into<String>,
    ) -> GetTemplate<Plain> {
        GetTemplate::new(self.clerk.api(), template_type, slug)
    }

    /// Stores your own subject, markup and body for a message template in place of the default. Deprecated; some plans do not include it (402).
    ///
    /// `PUT /templates/{template_type}/{slug}`, operation `UpsertTemplate`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn upsert_template(
        &self,
        template_type: impl Into<types::UpsertTemplateTemplateType>,
        slug: impl Into<String>,
    ) -> UpsertTemplate<Plain> {
        UpsertTemplate::new(self.clerk.api(), template_type, slug)
    }

    /// Renders a message template with the given body and subject and answers the outcome without saving it. Deprecated by Clerk.
    ///
    /// `POST /templates/{template_type}/{slug}/preview`, operation `PreviewTemplate`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn preview_template(
        &self,
        template_type: impl Into<String>,
        slug: impl Into<String>,
    ) -> PreviewTemplate<Plain> {
        PreviewTemplate::new(self.clerk.api(), template_type, slug)
    }

    /// Throws away your edits of a message template and restores Clerk's default text. Deprecated by Clerk.
    ///
    /// `POST /templates/{template_type}/{slug}/revert`, operation `RevertTemplate`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn revert_template(
        &self,
        template_type: impl Into<types::RevertTemplateTemplateType>,
        slug: impl Into<String>,
    ) -> RevertTemplate<Plain> {
        RevertTemplate::new(self.clerk.api(), template_type, slug)
    }

    /// Chooses who sends messages of this template. When off, your code must send them on `email.created` and `sms.created` webhooks. Deprecated.
    ///
    /// `POST /templates/{template_type}/{slug}/toggle_delivery`, operation `ToggleTemplateDelivery`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn toggle_template_delivery(
        &self,
        template_type: impl Into<types::ToggleTemplateDeliveryTemplateType>,
        slug: impl Into<String>,
    ) -> ToggleTemplateDelivery<Plain> {
        ToggleTemplateDelivery::new(self.clerk.api(), template_type, slug)
    }
}
