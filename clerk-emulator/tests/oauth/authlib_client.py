"""Drives the provider with Authlib: discovery, code flow with PKCE, ID token, user info, refresh, introspection, revocation.

Leaves with 77 where Authlib is missing.
"""

import html
import re
import sys

try:
    import requests
    from authlib.integrations.requests_client import OAuth2Session
    from authlib.jose import JsonWebKey, jwt
    from authlib.oidc.core import CodeIDToken
except ImportError as error:
    print(f"Authlib is missing: {error}", file=sys.stderr)
    sys.exit(77)

CALLBACK = "https://notes.example/callback"


def fields(page, marker):
    """Returns the action and the hidden fields of the form that has the marker in it."""
    for form in page.split("<form")[1:]:
        form = form.split("</form>")[0]
        if marker in form:
            pairs = re.findall(r'<input[^>]*name="([^"]*)" value="([^"]*)"', form)
            action = re.search(r'action="([^"]*)"', form).group(1)
            return html.unescape(action), {name: html.unescape(value) for name, value in pairs}
    raise AssertionError(f"no form with {marker}: {page}")


def allow(url, issuer):
    """Signs in and consents, as a user does; returns where the browser is sent."""
    browser = requests.Session()
    page = browser.get(url).text
    action, data = fields(page, 'value="user_ada"')
    page = browser.post(issuer + action, data=data).text
    action, data = fields(page, "Allow")
    data["consented"] = "true"
    answer = browser.post(issuer + action, data=data, allow_redirects=False)
    return answer.headers["location"]


def run(issuer, method):
    metadata = requests.get(f"{issuer}/.well-known/openid-configuration").json()
    session = OAuth2Session(
        "notes",
        "secret-of-notes",
        scope="openid profile email",
        redirect_uri=CALLBACK,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        code_challenge_method="S256",
    )
    verifier = "v" * 50
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce="nonce-of-authlib", prompt="consent"
    )
    location = allow(url, issuer)
    token = session.fetch_token(
        metadata["token_endpoint"], authorization_response=location, state=state, code_verifier=verifier
    )
    keys = JsonWebKey.import_key_set(requests.get(metadata["jwks_uri"]).json())
    claims = jwt.decode(
        token["id_token"],
        keys,
        claims_cls=CodeIDToken,
        claims_options={"iss": {"value": issuer}, "aud": {"value": "notes"}},
        claims_params={"nonce": "nonce-of-authlib", "client_id": "notes"},
    )
    claims.validate(leeway=60)
    assert claims["sub"] == "user_ada", claims
    user = session.get(metadata["userinfo_endpoint"]).json()
    assert user["email"] == "ada@example.com", user
    fresh = session.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
    assert fresh["access_token"] != token["access_token"]
    info = session.introspect_token(metadata["introspection_endpoint"], token=fresh["access_token"])
    assert info.json()["active"] is True, info.text
    session.revoke_token(metadata["revocation_endpoint"], token=fresh["refresh_token"])
    info = session.introspect_token(metadata["introspection_endpoint"], token=fresh["access_token"])
    assert info.json() == {"active": False}, info.text


for one in ["client_secret_basic", "client_secret_post"]:
    run(sys.argv[1], one)
