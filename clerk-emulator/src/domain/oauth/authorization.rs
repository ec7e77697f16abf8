//! Requests for an authorization, and what has to happen before a client gets its code.

use serde_json::Value;
use url::Url;

use super::clients::find_client;
use super::consents::covers;
use super::error::OAuthError;
use super::parameters::Parameters;
use super::redirects::redirect_uri_of;
use super::scopes::requested_scopes;
use crate::instance::Context;
use crate::store::{Session, State};

/// The parameter that says since when a sign-in counts: a user whom `prompt` or `max_age` sent to sign in comes back with it.
pub(crate) const SIGNED_IN_SINCE: &str = "_signed_in_since";

const MAX_NONCE: usize = 512;
/// As Clerk has it: a shorter one can be guessed.
const MIN_STATE: usize = 8;
const MAX_RESOURCES: usize = 5;
const MAX_RESOURCE: usize = 512;

/// Where the browser goes when all is decided, and how.
#[derive(Clone, Debug)]
pub(crate) struct ReturnTo {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    /// By a form instead of a redirect.
    pub(crate) by_form: bool,
}

/// Why there is no authorization.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// The redirect URI cannot be trusted: the user has to be told.
    Page(OAuthError),
    /// The client is told.
    Return(ReturnTo, OAuthError),
}

/// What the client wants the user to be asked.
#[derive(Clone, Copy, Debug, Default)]
struct Prompt {
    nothing: bool,
    login: bool,
    consent: bool,
}

/// A request for an authorization that is in order.
#[derive(Debug)]
pub(crate) struct AuthorizationRequest {
    /// The application as it is kept.
    pub(crate) application: Value,
    pub(crate) client_id: String,
    pub(crate) return_to: ReturnTo,
    pub(crate) scopes: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) is_redirect_uri_named: bool,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: Option<String>,
    prompt: Prompt,
    /// How long ago the user may have signed in, in seconds.
    max_age: Option<i64>,
    /// In milliseconds.
    signed_in_since: Option<i64>,
}

/// What has to happen next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    SignIn,
    Consent,
    /// Nothing: the client gets its code.
    Done,
}

impl AuthorizationRequest {
    pub(crate) fn read(state: &State, parameters: &Parameters) -> Result<Self, Rejection> {
        let application = parameters
            .required("client_id")
            .and_then(|client_id| find_client(state, client_id))
            .map_err(Rejection::Page)?;
        let (redirect_uri, is_redirect_uri_named) =
            redirect_uri_of(application, parameters).map_err(Rejection::Page)?;
        let return_to = ReturnTo {
            redirect_uri,
            state: parameters.single("state").map(str::to_owned),
            by_form: parameters.single("response_mode") == Some("form_post"),
        };
        let reject = |error| Rejection::Return(return_to.clone(), error);
        check_form(parameters).map_err(reject)?;
        let prompt = prompt_of(parameters).map_err(reject)?;
        let code_challenge = code_challenge_of(application, parameters).map_err(reject)?;
        let wanted = parameters.one("scope").map_err(reject)?;
        let scopes = requested_scopes(state, application, wanted).map_err(reject)?;
        let resources = resources_of(parameters).map_err(reject)?;
        let number = |name| parameters.single(name).and_then(|text| text.parse().ok());
        Ok(Self {
            client_id: application["client_id"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            application: application.clone(),
            scopes,
            resources,
            is_redirect_uri_named,
            nonce: parameters.single("nonce").map(str::to_owned),
            code_challenge,
            prompt,
            max_age: number("max_age"),
            signed_in_since: number(SIGNED_IN_SINCE),
            return_to,
        })
    }

    /// Returns the application, the redirect URI and the scopes of a request, for a page that asks for consent.
    pub(crate) fn describe<'a>(
        state: &'a State,
        client_id: &str,
        redirect_uri: Option<&str>,
        scope: Option<&str>,
    ) -> Result<(&'a Value, String, Vec<String>), OAuthError> {
        let application = find_client(state, client_id)?;
        let uri = redirect_uri.map(|uri| ("redirect_uri", uri));
        let parameters = Parameters::default().with(&[], uri.as_slice());
        let (redirect_uri, _) = redirect_uri_of(application, &parameters)?;
        let scopes = requested_scopes(state, application, scope)?;
        Ok((application, redirect_uri, scopes))
    }

    /// Returns what has to happen before the client gets its code, or the error for the client that wants nobody asked.
    pub(crate) fn next_step(
        &self,
        cx: Context<'_>,
        state: &State,
        session: Option<&Session>,
    ) -> Result<Step, OAuthError> {
        let Some(session) = session.filter(|session| self.accepts(cx, session)) else {
            return self.unless_nothing(
                Step::SignIn,
                "login_required",
                "The user has to sign in first.",
            );
        };
        let is_allowed = self.application["consent_screen_enabled"] == false
            || covers(state, &session.user_id, &self.client_id, &self.scopes);
        if is_allowed && !self.prompt.consent {
            return Ok(Step::Done);
        }
        self.unless_nothing(
            Step::Consent,
            "consent_required",
            "The user has to consent first.",
        )
    }

    fn unless_nothing(
        &self,
        step: Step,
        code: &'static str,
        description: &str,
    ) -> Result<Step, OAuthError> {
        if self.prompt.nothing {
            Err(OAuthError::new(code, description))
        } else {
            Ok(step)
        }
    }

    /// Whether the user signed in as lately as the client wants.
    fn accepts(&self, cx: Context<'_>, session: &Session) -> bool {
        let at = session.first_factor_at.unwrap_or(session.created_at);
        if self.signed_in_since.is_some_and(|since| since <= at) {
            return true;
        }
        let age = cx.now.saturating_sub(at);
        !self.prompt.login
            && self
                .max_age
                .is_none_or(|most| age <= most.saturating_mul(1000))
    }
}

/// Checks what has no meaning beyond this request.
fn check_form(parameters: &Parameters) -> Result<(), OAuthError> {
    let invalid = OAuthError::invalid_request;
    for (name, code) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        if parameters.all(name).next().is_some() {
            return Err(OAuthError::new(code, "This parameter is not supported."));
        }
    }
    if parameters.required("response_type")? != "code" {
        return Err(OAuthError::new(
            "unsupported_response_type",
            "response_type has to be code.",
        ));
    }
    if !matches!(
        parameters.one("response_mode")?,
        None | Some("query" | "form_post")
    ) {
        return Err(invalid("response_mode is query or form_post."));
    }
    if parameters
        .one("state")?
        .is_some_and(|state| state.len() < MIN_STATE)
    {
        let least = format!("state has to have {MIN_STATE} characters or more.");
        return Err(invalid(&least));
    }
    if parameters
        .one("nonce")?
        .is_some_and(|nonce| nonce.len() > MAX_NONCE)
    {
        return Err(invalid("nonce is too long."));
    }
    let max_age = parameters.one("max_age")?;
    if max_age.is_some_and(|age| !age.parse::<i64>().is_ok_and(|age| age >= 0)) {
        return Err(invalid("max_age is a number of seconds."));
    }
    Ok(())
}

fn prompt_of(parameters: &Parameters) -> Result<Prompt, OAuthError> {
    let mut prompt = Prompt::default();
    for word in parameters.one("prompt")?.unwrap_or_default().split(' ') {
        match word {
            "" => {}
            "none" => prompt.nothing = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            _ => {
                return Err(OAuthError::invalid_request(
                    "prompt is none, login or consent.",
                ));
            }
        }
    }
    if prompt.nothing && (prompt.login || prompt.consent) {
        return Err(OAuthError::invalid_request(
            "prompt is none, and then nothing else.",
        ));
    }
    Ok(prompt)
}

/// Returns the challenge of RFC 7636. Of its methods there is S256 alone.
fn code_challenge_of(
    application: &Value,
    parameters: &Parameters,
) -> Result<Option<String>, OAuthError> {
    let method = parameters.one("code_challenge_method")?;
    let Some(challenge) = parameters.one("code_challenge")? else {
        let is_required = application["pkce_required"] == true || application["public"] == true;
        return if is_required || method.is_some() {
            Err(OAuthError::invalid_request(
                "code_challenge is missing: the application has to use PKCE.",
            ))
        } else {
            Ok(None)
        };
    };
    if method != Some("S256") {
        return Err(OAuthError::invalid_request(
            "code_challenge_method has to be S256.",
        ));
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if challenge.len() != 43 || !challenge.bytes().all(fits) {
        return Err(OAuthError::invalid_request(
            "code_challenge is no SHA-256 in Base64 for URLs.",
        ));
    }
    Ok(Some(challenge.to_owned()))
}

/// Returns the servers that the tokens are to be for (RFC 8707).
pub(super) fn resources_of(parameters: &Parameters) -> Result<Vec<String>, OAuthError> {
    let mut resources: Vec<String> = Vec::new();
    for resource in parameters.all("resource") {
        let is_absolute = Url::parse(resource).is_ok_and(|url| url.fragment().is_none());
        if !is_absolute || resource.len() > MAX_RESOURCE || resources.len() == MAX_RESOURCES {
            return Err(OAuthError::new(
                "invalid_target",
                "A resource is an absolute URI without a fragment, and there are five at most.",
            ));
        }
        if !resources.iter().any(|have| have == resource) {
            resources.push(resource.to_owned());
        }
    }
    Ok(resources)
}
