//! The document as a list of operations and named schemas, which is what the rules work on.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::{self, Schemas};

/// A document on its way to code.
#[derive(Debug, Clone)]
pub struct Api {
    /// The dated version, e.g. `2026-05-12`.
    pub version: String,
    /// The operations, ordered by path and verb.
    pub operations: Vec<Operation>,
    /// The webhook events, ordered by name.
    pub events: Vec<Event>,
    /// The named schemas.
    pub schemas: Schemas,
}

/// One verb on one path.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The document's `operationId`.
    pub id: String,
    /// The Rust method, e.g. `get_user_list`.
    pub method_name: String,
    /// The Rust type, e.g. `GetUserList`.
    pub type_name: String,
    /// The verb in lower case.
    pub verb: String,
    /// The path template, e.g. `/users/{user_id}`.
    pub path: String,
    /// The document's tags; the first says where the operation lives.
    pub tags: Vec<String>,
    /// Whether the document deprecates it.
    pub deprecated: bool,
    /// Whether it needs the secret key.
    pub authenticated: bool,
    /// Path parameters in the order of the path, then query parameters in the order of the document.
    pub parameters: Vec<Parameter>,
    /// Query pairs that are always sent.
    pub fixed_query: Vec<(&'static str, &'static str)>,
    /// What is sent.
    pub body: Body,
    /// What a success returns.
    pub reply: Reply,
    /// The error statuses that the document declares.
    pub errors: Vec<u16>,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name on the wire.
    pub wire: String,
    /// The name of the argument or setter.
    pub rust: String,
    /// Part of the path, else of the query.
    pub in_path: bool,
    /// The document demands it.
    pub required: bool,
    /// The document deprecates it.
    pub deprecated: bool,
    /// Sent as one comma-separated value.
    pub joined: bool,
    /// What it holds, as the rules left it.
    pub schema: Value,
    /// What it holds, as the document says.
    pub declared: Value,
}

/// What an operation sends.
#[derive(Debug, Clone)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON.
    Json {
        /// Whether the document demands a body.
        required: bool,
        /// What it holds.
        schema: Value,
    },
    /// `multipart/form-data` as the document has it, until [`parts`](super::operations::parts) makes parts of it.
    Multipart(Value),
    /// `multipart/form-data`.
    Form(Vec<Part>),
}

/// One part of a multipart body.
#[derive(Debug, Clone)]
pub struct Part {
    /// The name on the wire.
    pub wire: String,
    /// The name of the setter.
    pub rust: String,
    /// The document demands it.
    pub required: bool,
    /// A file, else a text.
    pub file: bool,
}

/// What an operation returns.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A JSON document.
    Json(Value),
    /// A list with a total; the schema is that of the items.
    List(Value),
    /// Text as it comes.
    Text,
    /// Nothing.
    Empty,
}

/// One webhook event.
#[derive(Debug, Clone)]
pub struct Event {
    /// The name on the wire, e.g. `user.created`.
    pub kind: String,
    /// The variant of the Rust enum, e.g. `UserCreated`.
    pub variant: String,
    /// The schema of the envelope, later only of its `data`.
    pub schema: Value,
}

/// Who reads and writes a schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Direction {
    /// Sent by the caller.
    pub request: bool,
    /// Answered by the server.
    pub response: bool,
}

impl Direction {
    /// Only ever sent.
    pub const REQUEST: Self = Self {
        request: true,
        response: false,
    };
    /// Only ever received.
    pub const RESPONSE: Self = Self {
        request: false,
        response: true,
    };

    /// Sent, never received.
    #[must_use]
    pub fn only_request(self) -> bool {
        self.request && !self.response
    }
}

/// The parts of an [`Api`] that a schema can stand in.
pub type Visitor<'a> = dyn FnMut(&mut Value, &str, Direction) + 'a;

impl Api {
    /// Visits every schema, innermost first, with its place and who uses it.
    pub fn walk(&mut self, visit: &mut Visitor<'_>) {
        let (request, response) = self.reach();
        for (name, schema) in &mut self.schemas {
            let direction = Direction {
                request: request.contains(name),
                response: response.contains(name) || !request.contains(name),
            };
            schema::walk_mut(schema, name, &mut |s, place| visit(s, place, direction));
        }
        self.roots_mut(&mut |root, place, direction| {
            schema::walk_mut(root, place, &mut |s, place| visit(s, place, direction));
        });
    }

    /// Visits the schemas that operations and events start from.
    pub fn roots_mut(&mut self, visit: &mut Visitor<'_>) {
        for operation in &mut self.operations {
            let id = &operation.id;
            for parameter in &mut operation.parameters {
                visit(
                    &mut parameter.schema,
                    &format!("{id}?{}", parameter.wire),
                    Direction::REQUEST,
                );
            }
            if let Body::Json { schema, .. } | Body::Multipart(schema) = &mut operation.body {
                visit(schema, &format!("{id}!"), Direction::REQUEST);
            }
            if let Reply::Json(schema) | Reply::List(schema) = &mut operation.reply {
                visit(schema, &format!("{id}=>"), Direction::RESPONSE);
            }
        }
        for event in &mut self.events {
            visit(&mut event.schema, &event.kind, Direction::RESPONSE);
        }
    }

    /// The named schemas that requests and responses reach.
    #[must_use]
    pub fn reach(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut request, mut response) = (BTreeSet::new(), BTreeSet::new());
        for operation in &self.operations {
            for parameter in &operation.parameters {
                schema::references(&parameter.schema, &mut request);
            }
            if let Body::Json { schema, .. } | Body::Multipart(schema) = &operation.body {
                schema::references(schema, &mut request);
            }
            if let Reply::Json(schema) | Reply::List(schema) = &operation.reply {
                schema::references(schema, &mut response);
            }
        }
        for event in &self.events {
            schema::references(&event.schema, &mut response);
        }
        (
            schema::closure(&self.schemas, request),
            schema::closure(&self.schemas, response),
        )
    }

    /// Replaces each schema for which `replace` returns another, innermost first.
    pub fn rewrite(&mut self, replace: &mut dyn FnMut(&Value, &str, Direction) -> Option<Value>) {
        self.walk(&mut |schema, place, direction| {
            if let Some(new) = replace(schema, place, direction) {
                *schema = new;
            }
        });
    }
}
