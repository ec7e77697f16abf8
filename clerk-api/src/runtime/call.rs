//! A request that is being built: what does not depend on the operation.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answer::{self, Response};
use super::form::Form;
use super::operation::{OperationInfo, Reply, Sending, reply};
use super::send;
use crate::client::Client;
use crate::error::Error;
use crate::values::{JsonObject, Page, Patch, kind, to_object};

/// What a request type of one operation holds beside its body.
///
/// Setters cannot fail, so an invalid value is kept in `problem` and returned as an error when the request is sent;
/// nothing goes out then.
#[derive(Clone)]
pub(crate) struct Call {
    pub(super) client: Client,
    pub(super) info: &'static OperationInfo,
    pub(super) method: Method,
    pub(super) path: PathSource,
    pub(super) query: Vec<(Cow<'static, str>, String)>,
    pub(super) headers: HeaderMap,
    pub(super) timeout: Option<Duration>,
    /// Sent once, and only while the gate of the client is open.
    pub(super) is_gated: bool,
    /// Returns a 429 as an error instead of retrying.
    pub(super) is_yielding: bool,
    required_query: &'static [&'static str],
    extra_fields: JsonObject,
    problem: Option<String>,
}

/// Where the path of a request comes from.
#[derive(Clone)]
pub(super) enum PathSource {
    /// The values for the template of the operation, in its order, not encoded.
    Values(Vec<String>),
    /// The path itself, encoded.
    Raw(String),
}

/// Whether an operation wants its body even when nothing is set in it.
#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(non_camel_case_types, reason = "written as a word of `operation!`")]
pub(crate) enum Presence {
    optional,
    required,
}

/// What goes out beside the headers.
pub(super) enum Payload {
    None,
    Json(Bytes),
    Form(Form),
}

impl Call {
    pub(crate) fn new(
        client: &Client,
        info: &'static OperationInfo,
        path_values: Vec<String>,
    ) -> Self {
        Self::at(
            client,
            info,
            info.method.clone(),
            PathSource::Values(path_values),
        )
    }

    pub(super) fn at(
        client: &Client,
        info: &'static OperationInfo,
        method: Method,
        path: PathSource,
    ) -> Self {
        Self {
            client: client.clone(),
            info,
            method,
            path,
            query: Vec::new(),
            headers: HeaderMap::new(),
            timeout: None,
            is_gated: false,
            is_yielding: false,
            required_query: &[],
            extra_fields: JsonObject::new(),
            problem: None,
        }
    }

    /// Sets a query parameter, in place of an earlier value.
    pub(crate) fn query(&mut self, name: &'static str, value: impl fmt::Display) {
        self.query_each(name, [value]);
    }

    /// Sets a query parameter that is repeated for each value, in place of earlier values.
    pub(crate) fn query_each(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl fmt::Display>,
    ) {
        self.query.retain(|(known, _)| known != name);
        let values = values
            .into_iter()
            .map(|value| (Cow::Borrowed(name), value.to_string()));
        self.query.extend(values);
    }

    /// Sets a query parameter to the values joined by commas, in place of an earlier value; no values, no parameter.
    pub(crate) fn query_joined(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl fmt::Display>,
    ) {
        let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        self.query_each(name, (!values.is_empty()).then(|| values.join(",")));
    }

    /// Returns the value of a query parameter; of several, the last.
    pub(super) fn query_value(&self, name: &str) -> Option<&str> {
        let mut values = self.query.iter().rev();
        values
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Names the query parameters without which nothing is sent.
    pub(crate) fn require_query(&mut self, names: &'static [&'static str]) {
        self.required_query = names;
    }

    /// Adds a query parameter by any name.
    pub(crate) fn query_pair(&mut self, name: String, value: impl fmt::Display) {
        self.query.push((name.into(), value.to_string()));
    }

    pub(crate) fn header(
        &mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            (Err(_), _) => {
                self.reject("a header's name holds a character that no header may carry")
            }
            (Ok(name), Err(_)) => self.reject(format_args!(
                "the value of header `{name}` holds a character that no header may carry"
            )),
        }
    }

    pub(crate) fn timeout(&mut self, timeout: Duration) {
        self.timeout = Some(timeout);
    }

    pub(crate) fn gated(&mut self) {
        self.is_gated = true;
    }

    /// Sets a free-form object of the body.
    pub(crate) fn object(
        &mut self,
        slot: &mut Option<JsonObject>,
        field: &'static str,
        value: impl Serialize,
    ) {
        match to_object(value) {
            Ok(object) => *slot = Some(object),
            Err(error) => self.reject(format_args!("`{field}`: {error}")),
        }
    }

    /// Sets a free-form object of the body that can be cleared with `null`.
    pub(crate) fn object_patch(
        &mut self,
        slot: &mut Patch<JsonObject>,
        field: &'static str,
        value: impl Serialize,
    ) {
        match serde_json::to_value(value) {
            Ok(Value::Object(object)) => *slot = Patch::Set(object),
            Ok(Value::Null) => *slot = Patch::Null,
            Ok(other) => self.reject(format_args!(
                "`{field}`: expected a JSON object or null, got {}",
                kind(&other)
            )),
            Err(error) => self.reject(format_args!("`{field}`: {error}")),
        }
    }

    /// Sets a value of any shape in the body.
    #[allow(
        dead_code,
        reason = "whether the generator needs it depends on Clerk's document"
    )]
    pub(crate) fn value(
        &mut self,
        slot: &mut Option<Value>,
        field: &'static str,
        value: impl Serialize,
    ) {
        match serde_json::to_value(value) {
            Ok(value) => *slot = Some(value),
            Err(error) => self.reject(format_args!("`{field}`: {error}")),
        }
    }

    /// Sets a value of any shape in the body that can be cleared with `null`.
    pub(crate) fn value_patch(
        &mut self,
        slot: &mut Patch<Value>,
        field: &'static str,
        value: impl Serialize,
    ) {
        match serde_json::to_value(value) {
            Ok(Value::Null) => *slot = Patch::Null,
            Ok(value) => *slot = Patch::Set(value),
            Err(error) => self.reject(format_args!("`{field}`: {error}")),
        }
    }

    /// Sets a field of the body by any name.
    pub(crate) fn body_field(&mut self, name: String, value: impl Serialize) {
        match serde_json::to_value(value) {
            Ok(value) => {
                self.extra_fields.insert(name, value);
            }
            Err(error) => self.reject(format_args!("`{name}`: {error}")),
        }
    }

    /// Keeps what is wrong with the request; the first thing wins.
    pub(super) fn reject(&mut self, reason: impl fmt::Display) {
        self.problem.get_or_insert_with(|| reason.to_string());
    }

    /// Puts the JSON body in.
    pub(crate) fn body<B: RequestBody>(mut self, body: &B, presence: Presence) -> Ready {
        let missing = body
            .missing()
            .filter(|field| !self.extra_fields.contains_key(*field));
        if let Some(field) = missing {
            self.reject(format_args!("`{field}` is required and not set"));
        }
        let encoded = if self.extra_fields.is_empty() {
            serde_json::to_vec(body)
        } else {
            serde_json::to_value(body).and_then(|body| merged(body, &mut self.extra_fields))
        };
        match encoded {
            Ok(bytes)
                if presence == Presence::optional && matches!(&*bytes, b"{}" | b"[]" | b"null") =>
            {
                self.ready(Payload::None)
            }
            Ok(bytes) => self.ready(Payload::Json(bytes.into())),
            Err(error) => {
                self.reject(format_args!("the body cannot be written as JSON: {error}"));
                self.ready(Payload::None)
            }
        }
    }

    /// Leaves the request without a body.
    pub(crate) fn bodyless(self) -> Ready {
        self.ready(Payload::None)
    }

    /// Puts the multipart body in.
    pub(crate) fn form(mut self, form: Form) -> Ready {
        if let Some(part) = form.missing() {
            self.reject(format_args!("`{part}` is required and not set"));
        }
        self.ready(Payload::Form(form))
    }

    pub(super) fn ready(mut self, payload: Payload) -> Ready {
        let set = |name: &str| self.query.iter().any(|(known, _)| known == name);
        if let Some(name) = self.required_query.iter().find(|name| !set(name)) {
            self.reject(format_args!("`{name}` is required and not set"));
        }
        Ready {
            call: self,
            payload,
        }
    }

    pub(super) fn take_problem(&mut self) -> Option<String> {
        self.problem.take()
    }
}

fn merged(body: Value, extra: &mut JsonObject) -> Result<Vec<u8>, serde_json::Error> {
    let mut object = match body {
        Value::Null => JsonObject::new(),
        body => to_object(body)?,
    };
    object.append(extra);
    serde_json::to_vec(&object)
}

/// A request that only has to be sent.
pub(crate) struct Ready {
    pub(super) call: Call,
    pub(super) payload: Payload,
}

/// The first four are the ways in which `operation!` sends a request. They return boxed futures, so that the state
/// machine is checked here once and not in each of the operations: that halves the time it takes to compile them.
impl Ready {
    /// Sends, and decodes the response.
    pub(crate) fn json<R: Reply<T>, T: DeserializeOwned>(
        self,
    ) -> Sending<Result<R::Output, R::Error>> {
        Box::pin(async { reply::<R, T>(self.decoded().await) })
    }

    /// Sends, and decodes the response; `null` reads as an empty collection.
    pub(crate) fn collection<R: Reply<T>, T: DeserializeOwned + Default>(
        self,
    ) -> Sending<Result<R::Output, R::Error>> {
        Box::pin(async {
            let response = self.decoded::<Option<T>>().await;
            reply::<R, T>(response.map(|response| response.map(Option::unwrap_or_default)))
        })
    }

    /// Sends, and decodes the response as the items of a list, in either of its forms. `T` is a `Vec`.
    pub(crate) fn array<R: Reply<T>, T: IntoIterator + From<Page<T::Item>>>(
        self,
    ) -> Sending<Result<R::Output, R::Error>>
    where
        T::Item: DeserializeOwned,
    {
        Box::pin(async {
            let response = self.decoded::<Page<T::Item>>().await;
            reply::<R, T>(response.map(|response| response.map(T::from)))
        })
    }

    /// Sends, and accepts any success without reading the body. `T` is `()`.
    pub(crate) fn empty<R: Reply<T>, T: From<()>>(self) -> Sending<Result<R::Output, R::Error>> {
        Box::pin(async {
            let answer = send::send(self, send::Accept::Json).await;
            reply::<R, T>(answer.map(|answer| answer.map(|_| T::from(()))))
        })
    }

    /// Sends, and returns the body as text. `T` is `String`.
    pub(crate) fn text<R: Reply<T>, T: From<String>>(self) -> Sending<Result<R::Output, R::Error>> {
        Box::pin(async { reply::<R, T>(self.read().await.map(|text| text.map(T::from))) })
    }

    /// Sends, and returns any JSON.
    pub(crate) fn untyped(self) -> Sending<Result<Response<Value>, Error>> {
        Box::pin(self.decoded())
    }

    pub(super) async fn decoded<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let info = self.call.info;
        let answer = send::send(self, send::Accept::Json).await?;
        answer::decode(info, answer)
    }

    pub(super) async fn read(self) -> Result<Response<String>, Error> {
        let answer = send::send(self, send::Accept::Any).await?;
        Ok(answer.map(|body| String::from_utf8_lossy(&body).into_owned()))
    }
}

/// The JSON body of a request.
///
/// Generated bodies implement it; it matters to you only when you write generic code over them.
///
/// ```
/// use clerk_api::RequestBody;
///
/// #[derive(Default, serde::Serialize)]
/// struct Invite {
///     #[serde(skip_serializing_if = "Option::is_none")]
///     email_address: Option<String>,
/// }
///
/// impl RequestBody for Invite {
///     fn missing(&self) -> Option<&'static str> {
///         self.email_address.is_none().then_some("email_address")
///     }
/// }
///
/// assert_eq!(Invite::default().missing(), Some("email_address"));
/// ```
pub trait RequestBody: Serialize + Default {
    /// Returns the first required field that is not set. Such a request is not sent.
    fn missing(&self) -> Option<&'static str> {
        None
    }
}

impl<T: Serialize> RequestBody for Vec<T> {}
impl RequestBody for JsonObject {}
impl RequestBody for Value {}
impl RequestBody for String {}
impl<T: Serialize> RequestBody for Option<T> {}
impl<V: Serialize, S: std::hash::BuildHasher + Default> RequestBody
    for std::collections::HashMap<String, V, S>
{
}
impl<V: Serialize> RequestBody for std::collections::BTreeMap<String, V> {}
