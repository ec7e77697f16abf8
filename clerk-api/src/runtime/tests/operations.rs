//! One operation of each kind, with setters as the generator writes them.

#![allow(
    dead_code,
    reason = "the macro makes more methods than each test operation needs"
)]

use crate::values::JsonObject;
use crate::{Patch, RequestBody, Upload};

#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct CreateThingBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
}

impl RequestBody for CreateThingBody {
    fn missing(&self) -> Option<&'static str> {
        self.name.is_none().then_some("name")
    }
}

#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct UpdateThingBody {
    #[serde(skip_serializing_if = "crate::Patch::is_keep")]
    pub name: Patch<String>,
    #[serde(skip_serializing_if = "crate::Patch::is_keep")]
    pub labels: Patch<Vec<String>>,
    #[serde(skip_serializing_if = "crate::Patch::is_keep")]
    pub size: Patch<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<JsonObject>,
    #[serde(skip_serializing_if = "crate::Patch::is_keep")]
    pub private_metadata: Patch<JsonObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anything: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "crate::Patch::is_keep")]
    pub anything_patch: Patch<serde_json::Value>,
}

impl RequestBody for UpdateThingBody {}

crate::operation! {
    /// Lists things.
    pub struct ListThings -> json crate::Page<String>;
    info: "ListThings", GET, "/things", authenticated: true;
    body: none;
}

impl<R> ListThings<R> {
    pub fn limit(mut self, value: i64) -> Self {
        self.call.query("limit", value);
        self
    }

    pub fn query(mut self, value: impl Into<String>) -> Self {
        self.call.query("query", Into::<String>::into(value));
        self
    }

    pub fn banned(mut self, value: bool) -> Self {
        self.call.query("banned", value);
        self
    }

    pub fn email_address(mut self, value: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.call
            .query_each("email_address", value.into_iter().map(Into::<String>::into));
        self
    }

    pub fn mode(mut self, value: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.call
            .query_joined("mode", value.into_iter().map(Into::<String>::into));
        self
    }
}

crate::operation! {
    /// Makes a thing.
    pub struct CreateThing -> json serde_json::Value;
    info: "CreateThing", POST, "/things", authenticated: true;
    body: json required CreateThingBody;
}

impl<R> CreateThing<R> {
    pub fn name(mut self, value: impl Into<String>) -> Self {
        self.body.name = Some(value.into());
        self
    }

    pub fn labels(mut self, value: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.body.labels = Some(value.into_iter().map(Into::into).collect());
        self
    }
}

crate::operation! {
    /// Changes a thing.
    pub struct UpdateThing -> json serde_json::Value;
    info: "UpdateThing", PATCH, "/things/{thing_id}/parts/{part_id}", authenticated: true;
    body: json optional UpdateThingBody;
}

impl<R> UpdateThing<R> {
    pub fn name(mut self, value: impl Into<Patch<String>>) -> Self {
        self.body.name = value.into();
        self
    }

    pub fn labels(mut self, value: impl Into<Patch<Vec<String>>>) -> Self {
        self.body.labels = value.into();
        self
    }

    pub fn size(mut self, value: impl Into<Patch<i64>>) -> Self {
        self.body.size = value.into();
        self
    }

    pub fn metadata(mut self, value: impl serde::Serialize) -> Self {
        self.call.object(&mut self.body.metadata, "metadata", value);
        self
    }

    pub fn private_metadata(mut self, value: impl serde::Serialize) -> Self {
        self.call
            .object_patch(&mut self.body.private_metadata, "private_metadata", value);
        self
    }

    pub fn anything(mut self, value: impl serde::Serialize) -> Self {
        self.call.value(&mut self.body.anything, "anything", value);
        self
    }

    pub fn anything_patch(mut self, value: impl serde::Serialize) -> Self {
        self.call
            .value_patch(&mut self.body.anything_patch, "anything_patch", value);
        self
    }
}

crate::operation! {
    /// Replaces all things.
    pub struct ReplaceAll -> empty ();
    info: "ReplaceAll", PUT, "/things", authenticated: true;
    body: json required Vec<CreateThingBody>;
}

crate::operation! {
    /// Uploads a file.
    pub struct UploadFile -> empty ();
    info: "UploadFile", PUT, "/things/{thing_id}/file", authenticated: true;
    body: form;
}

impl<R> UploadFile<R> {
    pub fn file(mut self, value: impl Into<Upload>) -> Self {
        self.form.file("file", value.into());
        self
    }

    pub fn title(mut self, value: impl Into<String>) -> Self {
        self.form.text("title", Into::<String>::into(value));
        self
    }
}

crate::operation! {
    /// Reads a public page.
    pub struct ReadPage -> text ::std::string::String;
    info: "ReadPage", GET, "/page", authenticated: false;
    body: none;
}
