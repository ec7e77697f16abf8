//! Faults as JSON, as the control endpoint takes them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Effect, Fault};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    RateLimit,
    Status,
    Latency,
    DropConnection,
    JwksDown,
    WithoutField,
    ReplaceField,
}

/// `{"kind": "status", "status": 503, "path": "/v1/users", "times": 2}`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultRepr {
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latency_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<Paths>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Paths {
    One(String),
    Several(Vec<String>),
}

impl TryFrom<FaultRepr> for Fault {
    type Error = String;

    fn try_from(repr: FaultRepr) -> Result<Self, String> {
        let missing = |name: &str| format!("a fault of this kind needs {name}");
        let field = || repr.field.clone().ok_or_else(|| missing("field"));
        let mut fault = match repr.kind {
            Kind::RateLimit => Self::rate_limit(Duration::from_millis(
                repr.retry_after_ms
                    .ok_or_else(|| missing("retry_after_ms"))?,
            )),
            Kind::Status => Self::status(repr.status.ok_or_else(|| missing("status"))?),
            Kind::Latency => Self::latency(Duration::from_millis(
                repr.latency_ms.ok_or_else(|| missing("latency_ms"))?,
            )),
            Kind::DropConnection => Self::drop_connection(),
            Kind::JwksDown => Self::jwks_down(),
            Kind::WithoutField => Self::without_field(field()?),
            Kind::ReplaceField => Self::replace_field(
                field()?,
                repr.value.clone().ok_or_else(|| missing("value"))?,
            ),
        };
        match repr.path {
            Some(Paths::One(path)) => fault.paths = vec![path],
            Some(Paths::Several(paths)) => fault.paths = paths,
            None => {}
        }
        fault.object = repr.object;
        fault.method = repr.method;
        fault.operation = repr.operation;
        fault.times = repr.times;
        Ok(fault)
    }
}

impl From<Fault> for FaultRepr {
    fn from(fault: Fault) -> Self {
        let mut repr = Self {
            kind: Kind::DropConnection,
            retry_after_ms: None,
            status: None,
            latency_ms: None,
            field: None,
            value: None,
            object: fault.object,
            method: fault.method,
            path: match <[String; 1]>::try_from(fault.paths) {
                Ok([path]) => Some(Paths::One(path)),
                Err(paths) if paths.is_empty() => None,
                Err(paths) => Some(Paths::Several(paths)),
            },
            operation: fault.operation,
            times: fault.times,
        };
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        match fault.effect {
            Effect::RateLimit { retry_after } => {
                repr.kind = Kind::RateLimit;
                repr.retry_after_ms = Some(millis(retry_after));
            }
            Effect::Status { status } => {
                repr.kind = Kind::Status;
                repr.status = Some(status);
            }
            Effect::Latency { by } => {
                repr.kind = Kind::Latency;
                repr.latency_ms = Some(millis(by));
            }
            Effect::DropConnection => {}
            Effect::WithoutField { field } => {
                repr.kind = Kind::WithoutField;
                repr.field = Some(field);
            }
            Effect::ReplaceField { field, value } => {
                repr.kind = Kind::ReplaceField;
                repr.field = Some(field);
                repr.value = Some(value);
            }
        }
        repr
    }
}
