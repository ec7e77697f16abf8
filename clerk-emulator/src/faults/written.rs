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
    UnknownEnum,
}

/// `{"kind": "status", "status": 503, "path": "/v1/users", "times": 2}`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
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

impl TryFrom<Written> for Fault {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let missing = |name: &str| format!("a fault of this kind needs {name}");
        let field = || written.field.clone().ok_or_else(|| missing("field"));
        let mut fault = match written.kind {
            Kind::RateLimit => Self::rate_limit(Duration::from_millis(
                written
                    .retry_after_ms
                    .ok_or_else(|| missing("retry_after_ms"))?,
            )),
            Kind::Status => Self::status(written.status.ok_or_else(|| missing("status"))?),
            Kind::Latency => Self::latency(Duration::from_millis(
                written.latency_ms.ok_or_else(|| missing("latency_ms"))?,
            )),
            Kind::DropConnection => Self::drop_connection(),
            Kind::JwksDown => Self::jwks_down(),
            Kind::WithoutField => Self::without_field(field()?),
            Kind::UnknownEnum => Self::unknown_enum(
                field()?,
                written.value.clone().ok_or_else(|| missing("value"))?,
            ),
        };
        match written.path {
            Some(Paths::One(path)) => fault.paths = vec![path],
            Some(Paths::Several(paths)) => fault.paths = paths,
            None => {}
        }
        fault.object = written.object;
        fault.method = written.method;
        fault.operation = written.operation;
        fault.times = written.times;
        Ok(fault)
    }
}

impl From<Fault> for Written {
    fn from(fault: Fault) -> Self {
        let mut written = Self {
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
                written.kind = Kind::RateLimit;
                written.retry_after_ms = Some(millis(retry_after));
            }
            Effect::Status { status } => {
                written.kind = Kind::Status;
                written.status = Some(status);
            }
            Effect::Latency { by } => {
                written.kind = Kind::Latency;
                written.latency_ms = Some(millis(by));
            }
            Effect::DropConnection => {}
            Effect::WithoutField { field } => {
                written.kind = Kind::WithoutField;
                written.field = Some(field);
            }
            Effect::SetField { field, value } => {
                written.kind = Kind::UnknownEnum;
                written.field = Some(field);
                written.value = Some(value);
            }
        }
        written
    }
}
