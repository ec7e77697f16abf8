//! How an operation is called: what emitting it, documenting it and testing it share.

use proc_macro2::TokenStream;

use super::emit::Shape;
use super::types::Presence;

/// The arguments and setters of an operation.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The document's `operationId`.
    pub id: String,
    /// The method on `Client`.
    pub method: String,
    /// Path arguments: name on the wire and what they hold.
    pub arguments: Vec<(String, Shape)>,
    /// Setters in the order they are emitted.
    pub setters: Vec<Setter>,
    /// The decoded response, `None` if there is nothing to decode.
    pub reply: Option<TokenStream>,
    /// The type of a JSON body.
    pub body: Option<TokenStream>,
}

/// One setter of an operation.
#[derive(Debug, Clone)]
pub struct Setter {
    /// The name of the method.
    pub rust: String,
    /// The name on the wire.
    pub wire: String,
    /// Where the value goes.
    pub target: Target,
    /// What it holds.
    pub shape: Shape,
    /// The document deprecates it.
    pub deprecated: bool,
}

/// Where the value of a setter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The query, repeated for arrays.
    Query,
    /// The query, arrays as one comma-separated value.
    QueryJoined,
    /// A field of the JSON body.
    Field(Presence),
    /// The JSON body itself.
    WholeBody,
    /// A file of a multipart body.
    File,
    /// A text of a multipart body.
    Text,
}
