//! Makes documents from their schema: given fields are kept, the others get fitting values.

use serde_json::{Map, Value, json};

use crate::instance::Context;
use crate::openapi::document::{Document, Operation};
use crate::openapi::formats;
use crate::openapi::schema::{Additional, Kind, Schema};

/// The depth at which recursive schemas are cut.
const DEPTH: usize = 12;

/// Makes a document that a schema of the Backend API accepts, with the given fields.
pub(crate) fn synthesize(cx: Context<'_>, schema: &Schema, given: &Map<String, Value>) -> Value {
    synthesize_by(cx, cx.instance.document, schema, given)
}

/// Makes a document that a schema accepts, with the given fields.
pub(crate) fn synthesize_by(
    cx: Context<'_>,
    document: &Document,
    schema: &Schema,
    given: &Map<String, Value>,
) -> Value {
    Synthesizer { cx, document }.value(schema, "", "", None, given, 0)
}

/// Makes what an operation returns, with the given fields; `null` if it returns nothing.
pub(crate) fn synthesize_response(
    cx: Context<'_>,
    operation: &Operation,
    given: &Map<String, Value>,
) -> Value {
    let schema = operation.response.as_ref();
    schema.map_or(Value::Null, |schema| synthesize(cx, schema, given))
}

struct Synthesizer<'a> {
    cx: Context<'a>,
    document: &'a Document,
}

impl Synthesizer<'_> {
    fn value(
        &self,
        schema: &Schema,
        name: &str,
        owner: &str,
        given: Option<&Value>,
        fields: &Map<String, Value>,
        depth: usize,
    ) -> Value {
        if let Some(value) = given
            && schema.accepts(self.document, value)
        {
            return value.clone();
        }
        let Some(resolved) = self.document.resolve(schema) else {
            return Value::Null;
        };
        if let Some(first) = resolved.choices.first() {
            return first.clone();
        }
        // A caller that wants a value for a nullable field gives it.
        if (resolved.nullable && depth > 0) || depth > DEPTH {
            return Value::Null;
        }
        if let Some(default) = &resolved.default {
            return default.clone();
        }
        let nested = Map::new();
        let fields = if depth == 0 {
            fields
        } else {
            given.and_then(Value::as_object).unwrap_or(&nested)
        };
        if let Some(first) = resolved.one_of.first().or(resolved
            .any_of
            .first()
            .filter(|_| resolved.properties.is_empty()))
        {
            return self.value(first, name, owner, given, fields, depth);
        }
        let is_object = resolved.kind == Some(Kind::Object)
            || !resolved.properties.is_empty()
            || !resolved.all_of.is_empty();
        if is_object {
            let mut object = Map::new();
            self.fill(resolved, fields, &mut object, depth);
            return Value::Object(object);
        }
        match resolved.kind {
            Some(Kind::String) => self.text(resolved, name, owner).into(),
            Some(Kind::Integer | Kind::Number) => self.number(resolved, name),
            Some(Kind::Boolean) => false.into(),
            Some(Kind::Array) => json!([]),
            Some(Kind::Object) | None => json!({}),
        }
    }

    fn fill(
        &self,
        schema: &Schema,
        fields: &Map<String, Value>,
        object: &mut Map<String, Value>,
        depth: usize,
    ) {
        for part in &schema.all_of {
            if let Some(part) = self.document.resolve(part) {
                self.fill(part, fields, object, depth);
            }
        }
        let kind = schema
            .properties
            .get("object")
            .and_then(|schema| schema.choices.first())
            .and_then(Value::as_str)
            .unwrap_or_default();
        for (name, property) in &schema.properties {
            let given = fields.get(name);
            // Where nothing is required, a document without anything would be of little use.
            if given.is_some()
                || schema.required.contains(name)
                || (schema.required.is_empty() && schema.all_of.is_empty())
            {
                object.insert(
                    name.clone(),
                    self.value(property, name, kind, given, fields, depth + 1),
                );
            }
        }
        // The document requires a few fields that it does not describe, flags all of them; where it forbids them at the
        // same time, nothing fits.
        let closed = matches!(
            schema.additional_properties,
            Some(Additional::Allowed(false))
        );
        if !closed && !schema.properties.is_empty() {
            for name in schema
                .required
                .iter()
                .filter(|name| !schema.properties.contains_key(*name))
            {
                let value = fields.get(name).cloned().unwrap_or(Value::Bool(false));
                object.entry(name.clone()).or_insert(value);
            }
        }
    }

    fn number(&self, schema: &Schema, name: &str) -> Value {
        let time = name.ends_with("_at")
            || matches!(name, "timestamp" | "date" | "period_start" | "effective_at");
        if time {
            return self.cx.now.into();
        }
        let minimum = schema.minimum.unwrap_or(0.0).max(0.0) as i64;
        minimum.into()
    }

    fn text(&self, schema: &Schema, name: &str, owner: &str) -> String {
        if let Some(pattern) = &schema.pattern
            && let Some(text) = self.text_like(&pattern.text)
        {
            return text;
        }
        match schema.format.as_deref() {
            Some("date-time") => return formats::format_date_time(self.cx.now),
            Some("date") => {
                return formats::format_date_time(self.cx.now)
                    .chars()
                    .take(10)
                    .collect();
            }
            Some("email") => return "someone@example.com".into(),
            _ => {}
        }
        match name {
            "id" => self.cx.instance.ids.id(prefix(owner)),
            "object" => owner.to_owned(),
            "instance_id" => self.cx.instance.settings.instance_id.clone(),
            "currency" => "USD".into(),
            "currency_symbol" => "$".into(),
            "amount_formatted" => "0.00".into(),
            "url" | "svix_url" | "endpoint_url" => {
                format!(
                    "{}/{}",
                    self.cx.instance.settings.url,
                    self.cx.instance.ids.letters(12)
                )
            }
            _ if name.ends_with("_url") => {
                format!(
                    "{}/{}",
                    self.cx.instance.settings.url,
                    name.trim_end_matches("_url")
                )
            }
            _ if name.ends_with("_id") => self
                .cx
                .instance
                .ids
                .id(prefix(name.trim_end_matches("_id"))),
            _ => "x".repeat(schema.min_length.unwrap_or(0)),
        }
    }

    /// Makes a text for the two kinds of patterns that ids have: `^org_\w{27}$` and `^ak_[0-9A-Fa-f]{32}$`.
    fn text_like(&self, pattern: &str) -> Option<String> {
        let pattern = pattern.strip_prefix('^')?.strip_suffix('$')?;
        if let Some(prefix) = pattern.strip_suffix("_\\w{27}") {
            let prefix = prefix
                .trim_start_matches('(')
                .split('|')
                .next()?
                .trim_end_matches(')');
            return Some(self.cx.instance.ids.id(prefix));
        }
        Some(
            self.cx
                .instance
                .ids
                .hex_id(pattern.strip_suffix("_[0-9A-Fa-f]{32}")?),
        )
    }
}

/// Returns the prefix of the ids of this kind of object.
fn prefix(object: &str) -> &str {
    match object {
        "actor_token" => "act",
        "agent" => "agt",
        "agent_task" | "task" => "agttsk",
        "allowlist_identifier" => "alid",
        "blocklist_identifier" => "blid",
        "commerce_discount_redemption" => "disc_red",
        "commerce_payer" | "payer" => "payer",
        "commerce_payment" => "cpayatt",
        "commerce_payment_method" | "commerce_source" | "payment_source" => "cpaysrc",
        "commerce_plan" | "plan" => "cplan",
        "commerce_price" | "price" => "cprice",
        "commerce_statement" => "cstmt",
        "commerce_subscription" => "csub",
        "commerce_subscription_item" | "subscription_item" => "csubitem",
        "directory" | "scim_directory" => "dir",
        "directory_group_role_mapping" | "scim_group_role_mapping" => "grm",
        "domain" => "dmn",
        "enterprise_connection" => "entconn",
        "external_account" => "eac",
        "feature" => "feat",
        "instance" => "ins",
        "invitation" => "inv",
        "jwt_template" => "jtmp",
        "machine" => "mch",
        "oauth_application" => "oa",
        "organization" => "org",
        "organization_domain" => "orgdmn",
        "organization_invitation" => "orginv",
        "organization_membership" => "orgmem",
        "passkey" | "email_address" | "phone_number" | "identification" | "web3_wallet" => "idn",
        "permission" => "perm",
        "proxy_check" => "prchk",
        "redirect_url" => "ru",
        "role_set" => "rset",
        "role_set_item" => "role",
        "saml_account" => "samlacc",
        "saml_connection" => "samlc",
        "sign_in_token" => "sit",
        "sign_up_attempt" => "sua",
        "template" => "tmpl",
        "trusted_device" => "trdev",
        "waitlist_entry" => "wle",
        "" => "id",
        other => other,
    }
}
