//! Enterprise connections as far as they go without an identity provider: test runs, and what providers ask for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::{Context, Instance};
use crate::store::State;

const CONNECTIONS: &str = "enterprise_connections";
const TEST_RUNS: &str = "enterprise_connection_test_runs";

/// So many test runs are kept: anybody with a connection may begin as many as they like.
const MAX_TEST_RUNS: usize = 1_000;

/// Returns the enterprise connection with this id, whoever it belongs to.
pub(crate) fn find_connection<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    let found = state.documents.find_in_all(CONNECTIONS, id);
    found
        .or_else(|| state.documents.get("saml_connections", id))
        .ok_or_else(|| ApiError::not_found("enterprise connection", id))
}

/// Begins a test run of a connection and returns it.
pub(crate) fn create_test_run(cx: Context<'_>, state: &mut State, connection: &Value) -> Value {
    let provider = connection["provider"].as_str().unwrap_or_default();
    let id = cx.instance.ids.id("entconntr");
    let run = json!({
        "id": id, "_connection_id": connection["id"], "_ticket": cx.instance.ids.letters(32),
        "_token": cx.instance.ids.letters(32), "status": "pending", "logs": [], "created_at": cx.now,
        "connection_type": if provider.starts_with("saml") { "saml" } else { "oauth" },
    });
    state.make_room_in(TEST_RUNS, MAX_TEST_RUNS);
    state.documents.insert(TEST_RUNS, &id, run.clone());
    run
}

/// Returns the test runs of a connection, the newest first.
pub(crate) fn test_runs_of<'a>(
    state: &'a State,
    connection_id: &'a str,
) -> impl Iterator<Item = &'a Value> {
    let all = state.documents.all(TEST_RUNS).rev();
    all.filter(move |run| run["_connection_id"] == connection_id)
}

/// Carries a test run out, by the ticket of its link, and returns it. There is no provider to ask, which its log says.
pub(crate) fn carry_out_test_run(
    state: &mut State,
    connection_id: &str,
    ticket: &str,
) -> Result<Value, ApiError> {
    find_connection(state, connection_id)?;
    let run = state
        .documents
        .all_mut(TEST_RUNS)
        .find(|run| run["_connection_id"] == connection_id && run["_ticket"] == ticket);
    let run = run.ok_or_else(|| {
        ApiError::bad_state(
            "ticket_invalid",
            "The link does not belong to this connection.",
        )
    })?;
    run["status"] = "success".into();
    run["logs"] = json!([{
        "level": "info", "code": "emulated", "short_message": "Emulated",
        "message": "The emulator asked no identity provider.",
    }]);
    Ok(run.clone())
}

/// Returns a test run by the token of its result's link.
pub(crate) fn find_test_run<'a>(
    state: &'a State,
    connection_id: &str,
    id: &str,
    token: &str,
) -> Result<&'a Value, ApiError> {
    let run = state.documents.get(TEST_RUNS, id);
    run.filter(|run| run["_connection_id"] == connection_id && run["_token"] == token)
        .ok_or_else(|| ApiError::not_found("test run", id))
}

/// Returns what an identity provider needs to know of the instance, as SAML metadata.
pub(crate) fn saml_metadata(instance: &Instance, connection: &Value) -> String {
    let url = &instance.settings.url;
    let id = connection["id"].as_str().unwrap_or_default();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{url}/saml/{id}\">\n  \
         <md:SPSSODescriptor AuthnRequestsSigned=\"false\" WantAssertionsSigned=\"true\" \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\n    \
         <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>\n    \
         <md:AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
         Location=\"{url}/v1/saml/acs/{id}\" index=\"1\" isDefault=\"true\"/>\n  \
         </md:SPSSODescriptor>\n</md:EntityDescriptor>\n"
    )
}

/// Checks that a provider's response has a signature. The signature is not verified, because the response signs nobody in.
pub(crate) fn check_saml_response(params: Params<'_>) -> Result<(), ApiError> {
    let name = "SAMLResponse";
    let text = params.required_text(name)?;
    let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
    let document = String::from_utf8(bytes).unwrap_or_default();
    let has_element = |wanted: &str| {
        document.split('<').any(|tag| {
            let full = tag.split([' ', '>', '/', '\n']).next().unwrap_or_default();
            full.rsplit(':').next() == Some(wanted)
        })
    };
    if !has_element("Response") {
        return Err(ApiError::invalid_format(
            name,
            "It must be a SAML response in Base64.",
        ));
    }
    if !has_element("Signature") {
        return Err(ApiError::bad_state(
            "saml_response_not_signed",
            "The SAML response is not signed.",
        ));
    }
    Ok(())
}
