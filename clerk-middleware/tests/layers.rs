//! The direction of imports inside the crate: a file imports from its own layer and from those below.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

/// From bottom to top: values, configuration, reads and outcomes of one request, what handlers and routes ask for, adapters.
const LAYERS: [&str; 10] = [
    "names config_error cookies rejection request_state response_headers authenticate::path_pattern authenticate::numbers",
    "options request_url form_post config_warning authenticate::setup authenticate::organization_patterns authenticate::compiled",
    "authenticate",
    "redirect clerk_js",
    "authenticator request_auth sign_out expired_form long_connection",
    "guard",
    "extractors",
    "fapi_proxy",
    "frameworks",
    "crate",
];

/// So many files may import each other in a circle.
const LARGEST_CIRCLE: usize = 4;

test_support::layer_tests!(LAYERS, LARGEST_CIRCLE);
