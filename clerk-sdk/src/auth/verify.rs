//! Who presents a machine token that was verified.

use clerk_api::JsonObject;
use serde_json::Value;

use super::machine::{ApiKeyAuth, M2mAuth, MachineAuth, OAuthAuth};
use crate::tokens::{
    MachineTokenError, TokenError, TokenErrorReason as Reason, TokenType, TokenVerifier,
    VerifiedMachineToken, VerifyTokenOptions, text, texts,
};

impl MachineAuth {
    /// Verifies an API key, a machine-to-machine token or an OAuth access token, and returns who presents it.
    ///
    /// JWTs are verified with the keys of the instance. Opaque tokens of Clerk's form are sent to Clerk through the
    /// [gate](clerk_api::Client#the-gate), one request each unless there is a
    /// [`MachineTokenCache`](crate::tokens::MachineTokenCache), so verify them only where you expect them. Of the options,
    /// the audience applies to JWTs and to OAuth tokens, and the clock skew to JWTs.
    ///
    /// # Errors
    ///
    /// [`MachineTokenError`]. The reason is `token-invalid` for a token that Clerk does not know or that is revoked or
    /// expired, `token-verification-failed` for a JWT that does not verify, `secret-key-invalid` if Clerk rejects the key
    /// of this application, and `unexpected-error` if the call to Clerk fails.
    pub async fn verify(
        verifier: &TokenVerifier,
        token: &str,
        options: &VerifyTokenOptions,
    ) -> Result<Self, MachineTokenError> {
        Ok(match verifier.verify_machine(token, options).await? {
            VerifiedMachineToken::Opaque {
                kind,
                id,
                subject,
                scopes,
                details,
            } => match kind {
                TokenType::M2m => Self::M2m(m2m_token(id, subject, scopes, details)),
                TokenType::OAuth => Self::OAuth(oauth_token(id, subject, scopes, details)),
                _ => Self::ApiKey(api_key(id, subject, scopes, details)),
            },
            VerifiedMachineToken::M2mJwt(claims) => {
                let machine = m2m_claims(&claims).map_err(|error| MachineTokenError {
                    token_type: Some(TokenType::M2m),
                    error,
                })?;
                Self::M2m(machine)
            }
            VerifiedMachineToken::OAuthJwt(claims) => Self::OAuth(oauth_claims(claims)),
        })
    }
}

fn api_key(id: String, subject: String, scopes: Vec<String>, details: JsonObject) -> ApiKeyAuth {
    let owned_by = |prefix| subject.starts_with(prefix).then(|| subject.clone());
    ApiKeyAuth {
        id,
        name: text(&details, "name"),
        user_id: owned_by("user_"),
        org_id: owned_by("org_"),
        subject,
        scopes,
        claims: stated(&details, "claims").cloned(),
        details,
    }
}

fn m2m_token(id: String, machine_id: String, scopes: Vec<String>, details: JsonObject) -> M2mAuth {
    M2mAuth {
        id,
        machine_id,
        scopes,
        claims: stated(&details, "claims").cloned(),
        details,
    }
}

fn oauth_token(id: String, user_id: String, scopes: Vec<String>, details: JsonObject) -> OAuthAuth {
    OAuthAuth {
        id,
        user_id,
        scopes,
        client_id: text(&details, "client_id"),
        audience: texts(details.get("aud")),
        actor: details
            .get("act")
            .filter(|actor| actor.is_object())
            .cloned(),
        details,
    }
}

fn m2m_claims(claims: &JsonObject) -> Result<M2mAuth, TokenError> {
    let mut own = claims.clone();
    for registered in ["iss", "sub", "exp", "nbf", "iat", "jti"] {
        own.remove(registered);
    }
    let scopes = match claims.get("scopes") {
        // Without scopes, Clerk names the machines that the token is for in the audience.
        None | Some(Value::Null) => texts(claims.get("aud")),
        Some(Value::String(scopes)) => words(scopes),
        Some(_) => {
            return Err(TokenError::new(
                Reason::TokenVerificationFailed,
                "the claim `scopes` is not a string",
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

/// Reads the JWT form, whose claims but these three have the names of Clerk's response about an opaque token.
fn oauth_claims(claims: JsonObject) -> OAuthAuth {
    let scopes = match stated(&claims, "scp").or_else(|| stated(&claims, "scope")) {
        Some(Value::String(scopes)) => words(scopes),
        scopes => texts(scopes),
    };
    let id = text(&claims, "jti").unwrap_or_default();
    let user_id = text(&claims, "sub").unwrap_or_default();
    oauth_token(id, user_id, scopes, claims)
}

/// Returns a member that is there and not null.
fn stated<'o>(object: &'o JsonObject, name: &str) -> Option<&'o Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// Splits scopes that are written as one string.
fn words(scopes: &str) -> Vec<String> {
    match scopes {
        // An empty string means no scopes, not one scope without a name.
        "" => Vec::new(),
        scopes => scopes.split(' ').map(str::to_owned).collect(),
    }
}
