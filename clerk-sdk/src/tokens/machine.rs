//! Tokens of machines: API keys, machine-to-machine tokens and OAuth access tokens.

use std::fmt;

use clerk_api::operations::{VerifyApiKey, VerifyM2mToken, VerifyOauthAccessToken};
use clerk_api::{Error, JsonObject, Method};
use serde_json::{Value, json};

use super::error::{EXPIRED, TokenError, TokenErrorReason as Reason};
use super::jwt::{Decoded, has_form_of_jwt};
use super::options::VerifyTokenOptions;
use super::rules::{self, Form, OAUTH_TYPES, Rules};
use super::skim::View;
use super::verified::MACHINE;
use super::verifier::TokenVerifier;
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
    /// Returns Clerk's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session_token",
            Self::ApiKey => "api_key",
            Self::M2m => "m2m_token",
            Self::OAuth => "oauth_token",
        }
    }

    /// Returns the kind of machine token that this looks like, or `None` if it does not look like one. Verifies nothing.
    pub fn of_machine_token(token: &str) -> Option<Self> {
        Self::of_decoded(token, Decoded::of(token).ok().as_ref())
    }

    /// Does the same for a token that, if it is a JWT, has been decoded.
    #[doc(hidden)]
    pub fn of_decoded(token: &str, jwt: Option<&Decoded>) -> Option<Self> {
        // Machines present signed JWTs only.
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

/// A machine token was rejected.
///
/// ```
/// use clerk_sdk::auth::MachineAuth;
/// use clerk_sdk::tokens::{TokenErrorReason, TokenType, TokenVerifier, VerifyTokenOptions};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let verifier = TokenVerifier::builder().build();
/// let options = VerifyTokenOptions::new();
/// let error = MachineAuth::verify(&verifier, "mt_a.b.c", &options).await.unwrap_err();
/// assert_eq!(error.token_type, Some(TokenType::M2m));
/// assert_eq!(error.error.reason(), TokenErrorReason::TokenInvalid);
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MachineTokenError {
    /// The kind of the token by its form, or `None` if it has the form of no machine token.
    pub token_type: Option<TokenType>,
    /// Why it was rejected.
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

/// A machine token that was verified, with what is known about it.
pub(crate) enum VerifiedMachineToken {
    /// Clerk accepted an opaque token.
    Opaque {
        kind: TokenType,
        id: String,
        subject: String,
        scopes: Vec<String>,
        /// The whole response.
        details: JsonObject,
    },
    /// The JWT of a machine verified.
    M2mJwt(JsonObject),
    /// A JWT that is an OAuth access token verified.
    OAuthJwt(JsonObject),
}

impl TokenVerifier {
    /// Verifies a JWT with the keys of the instance and an opaque token by asking Clerk.
    pub(crate) async fn verify_machine(
        &self,
        token: &str,
        options: &VerifyTokenOptions,
    ) -> Result<VerifiedMachineToken, MachineTokenError> {
        if has_form_of_jwt(token) {
            return self.verify_machine_jwt(token, options).await;
        }
        let token_type = TokenType::of_machine_token(token);
        let fail = |error| MachineTokenError { token_type, error };
        let Some(kind) = token_type else {
            return Err(fail(TokenError::new(
                Reason::TokenInvalid,
                "this is not a machine token",
            )));
        };
        self.verify_opaque(kind, token, options).await.map_err(fail)
    }

    async fn verify_opaque(
        &self,
        kind: TokenType,
        token: &str,
        options: &VerifyTokenOptions,
    ) -> Result<VerifiedMachineToken, TokenError> {
        if !may_be_machine_token(token, prefix(kind)) {
            return Err(TokenError::new(
                Reason::TokenInvalid,
                "the token does not have the form of Clerk's tokens",
            ));
        }
        let (api, path, field) = match kind {
            TokenType::M2m => (
                self.machine_api(),
                VerifyM2mToken::<()>::OPERATION.path,
                "token",
            ),
            TokenType::OAuth => (
                self.api(),
                VerifyOauthAccessToken::<()>::OPERATION.path,
                "access_token",
            ),
            _ => (self.api(), VerifyApiKey::<()>::OPERATION.path, "secret"),
        };
        let details = self.ask(api, path, field, token).await?;
        let (id, subject, scopes) = accepted(&details)?;
        if kind == TokenType::OAuth {
            let aud = details.get("aud").map(View::Value);
            rules::oauth_audience(aud, options, Form::Opaque)?;
        }
        Ok(VerifiedMachineToken::Opaque {
            kind,
            id,
            subject,
            scopes,
            details,
        })
    }

    async fn verify_machine_jwt(
        &self,
        token: &str,
        options: &VerifyTokenOptions,
    ) -> Result<VerifiedMachineToken, MachineTokenError> {
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
                .map_err(|error| fail(error.because(Reason::TokenVerificationFailed)))
                .map(|verified| VerifiedMachineToken::M2mJwt(verified.claims.to_object()));
        }
        let fail = fail(TokenType::OAuth);
        if !is_oauth(&jwt) {
            return Err(fail(TokenError::new(
                Reason::TokenVerificationFailed,
                "the JWT is neither a machine-to-machine token nor an OAuth access token",
            )));
        }
        let verified = self.verify_by(token, &Rules::oauth(options)).await;
        verified
            .map_err(|error| fail(error.because(Reason::TokenVerificationFailed)))
            .map(|verified| VerifiedMachineToken::OAuthJwt(verified.claims.to_object()))
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
                "an opaque token can only be verified by calling Clerk, and the verifier has no API client",
            ));
        };
        let Some(answers) = self.machine_responses() else {
            return ask_clerk(api, path, field, token).await;
        };
        let ask = async {
            let answer = ask_clerk(api, path, field, token).await?;
            accepted(&answer).map(|_| answer)
        };
        answers.get_or_ask(api, path, token, ask).await
    }
}

/// Returns the prefix of opaque tokens of this kind.
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
                    "Clerk could not be called to verify the token",
                ),
            };
            Err(TokenError::from_api(reason, what, error))
        }
    }
}

/// Returns the ID, the subject and the scopes. Rejects revoked and expired tokens, and responses that omit either flag.
fn accepted(answer: &JsonObject) -> Result<(String, String, Vec<String>), TokenError> {
    // Clerk's response for an OAuth access token that is not active has nothing else in it.
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
                    if flag == "expired" {
                        EXPIRED
                    } else {
                        "the token is revoked"
                    },
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
        "Clerk's response does not describe a verified token",
    )
}

/// Returns a member that is a string.
pub(crate) fn text(object: &JsonObject, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// Returns the strings of a value that is a string or a list of strings.
pub(crate) fn texts(value: Option<&Value>) -> Vec<String> {
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
