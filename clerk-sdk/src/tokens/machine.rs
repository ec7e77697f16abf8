//! Tokens of machines: API keys, machine-to-machine tokens and OAuth access tokens.

use std::fmt;

use clerk_api::operations::{VerifyApiKey, VerifyM2mToken, VerifyOauthAccessToken};
use clerk_api::{Error, JsonObject, Method};
use serde_json::{Value, json};

use super::error::{TokenError, TokenErrorReason as Reason};
use super::jwt::{Decoded, has_form_of_jwt};
use super::options::VerifyTokenOptions;
use super::rules::{self, OAUTH_TYPES, Rules};
use super::skim::View;
use super::verified::MACHINE;
use super::verifier::TokenVerifier;
use crate::auth::{ApiKeyAuth, M2mAuth, MachineAuth, OAuthAuth};
use crate::form::may_be_machine_token;

/// What kind of credential a request carries.
///
/// ```
/// use clerk_sdk::tokens::TokenType;
///
/// assert_eq!(TokenType::of_machine_token("ak_123"), Some(TokenType::ApiKey));
/// assert_eq!(TokenType::ApiKey.as_str(), "api_key");
/// assert_eq!(TokenType::of_machine_token("sk_test_123"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenType {
    /// A session token of a user.
    Session,
    /// An API key (`ak_…`).
    ApiKey,
    /// A machine-to-machine token (`mt_…`, or a JWT about a machine).
    M2m,
    /// An OAuth access token (`oat_…`, or a JWT of type `at+jwt`).
    OAuth,
}

impl TokenType {
    /// Clerk's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session_token",
            Self::ApiKey => "api_key",
            Self::M2m => "m2m_token",
            Self::OAuth => "oauth_token",
        }
    }

    /// What kind of machine token this looks like; `None` for what looks like none. Nothing is verified.
    pub fn of_machine_token(token: &str) -> Option<Self> {
        Self::of_decoded(token, Decoded::of(token).ok().as_ref())
    }

    /// The same for a token that is decoded already, if it is a JWT.
    #[doc(hidden)]
    pub fn of_decoded(token: &str, jwt: Option<&Decoded>) -> Option<Self> {
        // A JWT without a signature is nothing that a machine could present.
        let jwt = jwt.filter(|jwt| !jwt.signature.is_empty());
        if token.starts_with("mt_") || jwt.is_some_and(is_machine) {
            Some(Self::M2m)
        } else if token.starts_with("oat_") || jwt.is_some_and(is_oauth) {
            Some(Self::OAuth)
        } else {
            token.starts_with("ak_").then_some(Self::ApiKey)
        }
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_machine(jwt: &Decoded) -> bool {
    let sub = jwt.claims.sub.as_str();
    sub.is_some_and(|sub| sub.starts_with(MACHINE))
}

fn is_oauth(jwt: &Decoded) -> bool {
    let typ = jwt.header.typ.as_str();
    typ.is_some_and(|typ| OAUTH_TYPES.contains(&typ))
}

/// A machine token was not accepted.
///
/// ```
/// use clerk_sdk::tokens::{TokenErrorReason, TokenType, TokenVerifier, VerifyTokenOptions};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let verifier = TokenVerifier::builder().build();
/// let error = verifier.verify_machine_token("mt_a.b.c", &VerifyTokenOptions::new()).await.unwrap_err();
/// assert_eq!(error.token_type, Some(TokenType::M2m));
/// assert_eq!(error.error.reason(), TokenErrorReason::TokenInvalid);
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MachineTokenError {
    /// What kind of token it was taken for. `None` when it looks like none.
    pub token_type: Option<TokenType>,
    /// Why it was not accepted.
    pub error: TokenError,
}

impl fmt::Display for MachineTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for MachineTokenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl TokenVerifier {
    /// Verifies an API key, a machine-to-machine token or an OAuth access token.
    ///
    /// JWTs are verified with the instance's key; opaque tokens of Clerk's form are sent to Clerk through the [gate](clerk_api::Client#the-gate), one request each unless there is a
    /// [`MachineTokenCache`](super::MachineTokenCache), so verify them only where they are expected. Of the options, the audience applies to JWTs and to OAuth tokens, and the clock skew to
    /// JWTs.
    ///
    /// # Errors
    ///
    /// [`MachineTokenError`]. The reason is `token-invalid` for a token that Clerk does not know, or that is revoked or
    /// expired, `token-verification-failed` for a JWT that does not verify, `secret-key-invalid` when Clerk rejects the key
    /// of this application, and `unexpected-error` when Clerk could not be asked.
    pub async fn verify_machine_token(
        &self,
        token: &str,
        options: &VerifyTokenOptions,
    ) -> Result<MachineAuth, MachineTokenError> {
        if has_form_of_jwt(token) {
            return self.verify_machine_jwt(token, options).await;
        }
        let token_type = TokenType::of_machine_token(token);
        let fail = |error| MachineTokenError { token_type, error };
        let verified = match token_type {
            Some(kind) if !may_be_machine_token(token, prefix(kind)) => Err(TokenError::new(
                Reason::TokenInvalid,
                "the token has not the form of one of Clerk's",
            )),
            Some(TokenType::ApiKey) => self
                .ask(
                    self.api(),
                    VerifyApiKey::<()>::OPERATION.path,
                    "secret",
                    token,
                )
                .await
                .and_then(|answer| Ok(MachineAuth::ApiKey(api_key(answer)?))),
            Some(TokenType::M2m) => self
                .ask(
                    self.machine_api(),
                    VerifyM2mToken::<()>::OPERATION.path,
                    "token",
                    token,
                )
                .await
                .and_then(|answer| Ok(MachineAuth::M2m(m2m_token(answer)?))),
            Some(TokenType::OAuth) => {
                let path = VerifyOauthAccessToken::<()>::OPERATION.path;
                self.ask(self.api(), path, "access_token", token)
                    .await
                    .and_then(|answer| Ok(MachineAuth::OAuth(oauth_token(answer, options)?)))
            }
            _ => Err(TokenError::new(
                Reason::TokenInvalid,
                "this is no machine's token",
            )),
        };
        verified.map_err(fail)
    }

    async fn verify_machine_jwt(
        &self,
        token: &str,
        options: &VerifyTokenOptions,
    ) -> Result<MachineAuth, MachineTokenError> {
        let fail = |token_type| {
            move |error| MachineTokenError {
                token_type: Some(token_type),
                error,
            }
        };
        let jwt = Decoded::of(token).map_err(fail(TokenType::M2m))?;
        if is_machine(&jwt) {
            let (fail, rules) = (fail(TokenType::M2m), Rules::m2m(options));
            rules.category(&jwt.header).map_err(fail)?;
            let verified = self.verify_by(token, &rules).await;
            return verified
                .map_err(|error| error.because(Reason::TokenVerificationFailed))
                .and_then(|verified| m2m_claims(&verified.claims.to_object()))
                .map(MachineAuth::M2m)
                .map_err(fail);
        }
        let fail = fail(TokenType::OAuth);
        if !is_oauth(&jwt) {
            return Err(fail(TokenError::new(
                Reason::TokenVerificationFailed,
                "the JWT is neither about a machine nor an OAuth access token",
            )));
        }
        let verified = self.verify_by(token, &Rules::oauth(options)).await;
        verified
            .map_err(|error| error.because(Reason::TokenVerificationFailed))
            .map(|verified| oauth_claims(&verified.claims.to_object()))
            .map(MachineAuth::OAuth)
            .map_err(fail)
    }

    async fn ask(
        &self,
        api: Option<&clerk_api::Client>,
        path: &'static str,
        field: &'static str,
        token: &str,
    ) -> Result<JsonObject, TokenError> {
        let Some(api) = api else {
            return Err(TokenError::new(
                Reason::UnexpectedError,
                "there is no client to ask Clerk about an opaque token with",
            ));
        };
        let Some(answers) = self.machine_answers() else {
            return ask_clerk(api, path, field, token).await;
        };
        let ask = async {
            let answer = ask_clerk(api, path, field, token).await?;
            accepted(&answer).map(|_| answer)
        };
        answers.answer(api, path, token, ask).await
    }
}

/// What opaque tokens of a kind begin with.
fn prefix(kind: TokenType) -> &'static str {
    match kind {
        TokenType::ApiKey => "ak_",
        TokenType::M2m => "mt_",
        TokenType::OAuth => "oat_",
        TokenType::Session => "",
    }
}

async fn ask_clerk(
    api: &clerk_api::Client,
    path: &'static str,
    field: &'static str,
    token: &str,
) -> Result<JsonObject, TokenError> {
    match api
        .request(Method::POST, path)
        .json(json!({ field: token }))
        .gated()
        .await
    {
        Ok(answer) => match answer.into_body() {
            Value::Object(answer) => Ok(answer),
            _ => Err(no_token()),
        },
        Err(error) => {
            let (reason, what) = match error.status().map(|status| status.as_u16()) {
                Some(401) if matches!(error, Error::Api(_)) => {
                    (Reason::SecretKeyInvalid, "Clerk rejected the key")
                }
                Some(404) if matches!(error, Error::Api(_)) => {
                    (Reason::TokenInvalid, "Clerk does not know the token")
                }
                _ => (
                    Reason::UnexpectedError,
                    "Clerk could not be asked about the token",
                ),
            };
            Err(TokenError::from_api(reason, what, error))
        }
    }
}

/// What all answers have. A token that is revoked or expired, or of which that is not said, is not accepted.
fn accepted(answer: &JsonObject) -> Result<(String, String, Vec<String>), TokenError> {
    // What Clerk answers in place of an OAuth access token.
    if answer.get("active") == Some(&Value::Bool(false)) {
        return Err(TokenError::new(
            Reason::TokenInvalid,
            "the token is not active",
        ));
    }
    for flag in ["revoked", "expired"] {
        match answer.get(flag) {
            Some(Value::Bool(false)) => {}
            Some(Value::Bool(true)) => {
                return Err(TokenError::new(
                    Reason::TokenInvalid,
                    format!("the token is {flag}"),
                ));
            }
            _ => return Err(no_token()),
        }
    }
    match (text(answer, "id"), text(answer, "subject")) {
        (Some(id), Some(subject)) => Ok((id, subject, texts(answer.get("scopes")))),
        _ => Err(no_token()),
    }
}

fn no_token() -> TokenError {
    TokenError::new(
        Reason::UnexpectedError,
        "Clerk answered something that is no verified token",
    )
}

fn api_key(answer: JsonObject) -> Result<ApiKeyAuth, TokenError> {
    let (id, subject, scopes) = accepted(&answer)?;
    let owned_by = |prefix| subject.starts_with(prefix).then(|| subject.clone());
    Ok(ApiKeyAuth {
        id,
        name: text(&answer, "name"),
        user_id: owned_by("user_"),
        org_id: owned_by("org_"),
        subject,
        scopes,
        claims: answer
            .get("claims")
            .filter(|claims| !claims.is_null())
            .cloned(),
        details: answer,
    })
}

fn m2m_token(answer: JsonObject) -> Result<M2mAuth, TokenError> {
    let (id, machine_id, scopes) = accepted(&answer)?;
    Ok(M2mAuth {
        id,
        machine_id,
        scopes,
        claims: answer
            .get("claims")
            .filter(|claims| !claims.is_null())
            .cloned(),
        details: answer,
    })
}

fn oauth_token(answer: JsonObject, options: &VerifyTokenOptions) -> Result<OAuthAuth, TokenError> {
    let (id, user_id, scopes) = accepted(&answer)?;
    rules::audience(answer.get("aud").map(View::Value), &options.audience, true)?;
    Ok(OAuthAuth {
        id,
        user_id,
        scopes,
        client_id: text(&answer, "client_id"),
        audience: texts(answer.get("aud")),
        actor: answer.get("act").filter(|actor| actor.is_object()).cloned(),
        details: answer,
    })
}

fn m2m_claims(claims: &JsonObject) -> Result<M2mAuth, TokenError> {
    let mut own = claims.clone();
    for registered in ["iss", "sub", "exp", "nbf", "iat", "jti"] {
        own.remove(registered);
    }
    let scopes = match claims.get("scopes") {
        // Clerk writes the machines that a token is for into the audience where it names no scopes.
        None | Some(Value::Null) => texts(claims.get("aud")),
        Some(Value::String(scopes)) => words(scopes),
        Some(_) => {
            return Err(TokenError::new(
                Reason::TokenVerificationFailed,
                "the claim scopes is no text",
            ));
        }
    };
    Ok(M2mAuth {
        id: text(claims, "jti").unwrap_or_default(),
        machine_id: text(claims, "sub").unwrap_or_default(),
        scopes,
        claims: (!own.is_empty()).then_some(Value::Object(own)),
        details: claims.clone(),
    })
}

fn oauth_claims(claims: &JsonObject) -> OAuthAuth {
    let named = |name| claims.get(name).filter(|scopes| !scopes.is_null());
    let scopes = match named("scp").or_else(|| named("scope")) {
        Some(Value::String(scopes)) => words(scopes),
        scopes => texts(scopes),
    };
    OAuthAuth {
        id: text(claims, "jti").unwrap_or_default(),
        user_id: text(claims, "sub").unwrap_or_default(),
        client_id: text(claims, "client_id"),
        scopes,
        audience: texts(claims.get("aud")),
        actor: claims.get("act").filter(|actor| actor.is_object()).cloned(),
        details: claims.clone(),
    }
}

/// The scopes of a list in one text.
fn words(scopes: &str) -> Vec<String> {
    match scopes {
        // No scope is not a scope without a name.
        "" => Vec::new(),
        scopes => scopes.split(' ').map(str::to_owned).collect(),
    }
}

fn text(object: &JsonObject, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// A text, or a list of texts.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}
