//! What the mock API of a case replies.

use serde_json::{Value, json};

use crate::cases::text;

/// The routes of a case, and how often each was used.
#[derive(Clone)]
pub(crate) struct Routes {
    routes: Vec<(Value, u64)>,
}

/// One reply.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u64,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(name, _)| name == wanted)?;
        Some(&found.1)
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }
}

impl Routes {
    pub(crate) fn new(routes: &Value) -> Self {
        let routes = routes.as_array().into_iter().flatten();
        let left = |route: &Value| route["times"].as_u64().unwrap_or(u64::MAX);
        Self {
            routes: routes.map(|route| (route.clone(), left(route))).collect(),
        }
    }

    /// Returns the reply to a call: that of the first route that is not used up.
    pub(crate) fn reply(&mut self, call: &Value) -> Reply {
        let (method, path) = (text(call, "method"), text(call, "path"));
        let found = self.routes.iter_mut().find(|(route, left)| {
            *left > 0
                && text(route, "method") == method
                && unversioned(&text(route, "path")) == unversioned(&path)
        });
        let Some((route, left)) = found else {
            let body = json!({
                "errors": [{ "code": "resource_not_found", "message": "not found", "long_message": "Resource not found" }],
                "clerk_trace_id": "trace_404",
            });
            return Reply {
                status: 404,
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: body.to_string(),
            };
        };
        *left -= 1;
        let kind = match (route.get("body"), route.get("text")) {
            (Some(_), _) => Some("application/json"),
            (None, Some(_)) => Some("text/plain"),
            (None, None) => None,
        };
        let mut headers = headers(route);
        if let Some(kind) = kind
            && headers.iter().all(|(name, _)| name != "content-type")
        {
            headers.insert(0, ("content-type".to_owned(), kind.to_owned()));
        }
        let body = route.get("body").map(Value::to_string);
        Reply {
            status: route["status"].as_u64().unwrap_or(200),
            headers,
            body: body.unwrap_or_else(|| text(route, "text")),
        }
    }
}

fn headers(route: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in route["headers"].as_object().into_iter().flatten() {
        let list = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        let texts = list.iter().filter_map(Value::as_str);
        found.extend(texts.map(|one| (name.clone(), one.to_owned())));
    }
    found
}

/// Clerk's JavaScript calls some endpoints without the version.
pub(crate) fn unversioned(path: &str) -> &str {
    let Some(rest) = path.strip_prefix("/v1/") else {
        return path;
    };
    let names = ["api_keys", "m2m_tokens", "oauth_applications/access_tokens"];
    let is_one = names.iter().any(|name| {
        rest.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if is_one { &path[3..] } else { path }
}
