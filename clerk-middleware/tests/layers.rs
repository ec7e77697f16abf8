//! The direction of imports inside the crate: a file imports from its own layer and from those below.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

/// From bottom to top: values, configuration, reads and outcomes of one request, what handlers and routes ask for, adapters.
const LAYERS: [&str; 11] = [
    "names config_error cookies bearer rejection request_state response_headers authenticate::path_pattern authenticate::numbers",
    "options request_url form_post config_warning authenticate::setup authenticate::organization_patterns authenticate::compiled \
     protected_resource::description protected_resource::authorization_server protected_resource::presented \
     protected_resource::documents protected_resource::challenge",
    "authenticate",
    "redirect clerk_js",
    "authenticator request_auth sign_out expired_form long_connection",
    "guard",
    "protected_resource",
    "extractors",
    "fapi_proxy",
    "frameworks",
    "crate",
];

/// So many files may import each other in a circle.
const LARGEST_CIRCLE: usize = 4;

test_support::layer_tests!(LAYERS, LARGEST_CIRCLE);
