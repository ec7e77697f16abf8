//! A call for each line of the table of resources, made by the macro that the table is written for.

use std::pin::Pin;

use clerk_sdk::clerk_api::{OperationInfo, Upload};
use clerk_sdk::{Clerk, Error};
use serde_json::Value;

/// A method of a resource that sends one operation.
pub(crate) struct Case {
    /// `users.get_user`
    pub(crate) method: &'static str,
    pub(crate) operation: &'static OperationInfo,
    /// The names of its arguments. Each is passed with [`VALUE`] behind its name.
    pub(crate) arguments: &'static [&'static str],
    /// Whether it is sent with the key of the machine.
    pub(crate) is_of_machine: bool,
    pub(crate) send: fn(&Clerk, &Extras) -> Sent,
}

pub(crate) type Sent = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// What is set on the request beside the arguments.
#[derive(Default)]
pub(crate) struct Extras {
    pub(crate) query: Vec<(String, String)>,
    pub(crate) fields: Vec<(String, Value)>,
    pub(crate) file: Option<&'static str>,
}

/// What is behind the name of an argument in its value: it breaks careless encoding.
macro_rules! value {
    () => {
        " é/1"
    };
}
pub(crate) const VALUE: &str = value!();

// Requests without such a body have no such setter of their own; then these are called.
trait NoBodyField: Sized {
    fn body_field(self, name: &str, _: &Value) -> Self {
        panic!("there is no JSON body for `{name}`")
    }
}
trait NoFile: Sized {
    fn file(self, _: impl Into<Upload>) -> Self {
        panic!("there is no body for a file")
    }
}
impl<T> NoBodyField for T {}
impl<T> NoFile for T {}

macro_rules! resources {
    ($(
        $(#[$doc:meta])*
        $accessor:ident: $Type:ident $(via $api:ident)? {
            $( fn $method:ident($($argument:ident),*) -> $Operation:ident; )*
        }
    )*) => {
        pub(crate) fn all() -> Vec<super::Case> {
            use super::{NoBodyField as _, NoFile as _};

            let mut cases = Vec::new();
            $(
                #[allow(unused_variables, reason = "some resources have only hand-written methods")]
                let is_of_machine = [$(stringify!($api))?].contains(&"machine_api");
                cases.extend([$( super::Case {
                    method: concat!(stringify!($accessor), ".", stringify!($method)),
                    operation: clerk_sdk::operations::$Operation::OPERATION,
                    arguments: &[$(stringify!($argument)),*],
                    is_of_machine,
                    send: |clerk, extras| {
                        let mut request = clerk.$accessor().$method($(concat!(stringify!($argument), value!())),*);
                        for (name, value) in &extras.query {
                            request = request.query_pair(name, value);
                        }
                        for (name, value) in &extras.fields {
                            request = request.body_field(name, value);
                        }
                        if let Some(file) = extras.file {
                            request = request.file(file.as_bytes().to_vec());
                        }
                        Box::pin(async move { request.await.map(drop) })
                    },
                } ),*]);
            )*
            cases
        }
    };
}

#[path = "../../src/resources/table.rs"]
mod table;

pub(crate) use table::all;
