use clerk_api::{Patch, types};

use super::{Tour, done, id, ok};

pub async fn all(tour: &Tour) {
    let clerk = &tour.clerk;
    let user = id(&ok(clerk.create_user().email_address(["keys@example.com"])).await);
    let first = id(&ok(clerk.create_machine().name("first")).await);
    let second = id(&ok(clerk.create_machine().name("second")).await);
    ok(clerk.list_machines()).await;
    ok(clerk.get_machine(&first)).await;
    ok(clerk.update_machine(&first).name("one")).await;
    ok(clerk.create_machine_scope(&first).to_machine_id(&second)).await;
    ok(clerk.get_machine(&first)).await;
    ok(clerk.get_machine_secret_key(&first)).await;
    // What a type marks as secret is not serialized; the proxy saw it.
    let secret = secret(tour, "/secret_key", "secret");
    let machine = tour.client(&secret);
    for format in ["opaque", "jwt"] {
        let token = id(&ok(machine
            .create_m2m_token()
            .token_format(types::CreateM2mTokenTokenFormat::from(format)))
        .await);
        ok(clerk
            .verify_m2m_token()
            .token(self::secret(tour, "/m2m_tokens", "token")))
        .await;
        ok(clerk.get_m2m_tokens().subject(&first)).await;
        ok(clerk.revoke_m2m_token(&token)).await;
    }
    ok(clerk
        .rotate_machine_secret_key(&first)
        .previous_token_ttl(60))
    .await;
    ok(clerk.delete_machine_scope(&first, &second)).await;
    ok(clerk.delete_machine(&second)).await;

    let key = id(&ok(clerk.create_api_key().name("for scripts").subject(&user)).await);
    ok(clerk.get_api_keys().subject(&user)).await;
    ok(clerk.get_api_key(&key)).await;
    ok(clerk.get_api_key_secret(&key)).await;
    ok(clerk
        .verify_api_key()
        .secret(self::secret(tour, "/secret", "secret")))
    .await;
    ok(clerk
        .update_api_key(&key)
        .description(Patch::Set("for my scripts".to_owned())))
    .await;
    ok(clerk.revoke_api_key(&key)).await;
    ok(clerk.delete_api_key(&key)).await;

    let application = ok(clerk
        .create_oauth_application()
        .name("An app")
        .callback_url(Patch::Set("https://example.com/cb".to_owned())))
    .await;
    let client_id = application["client_id"].as_str().unwrap();
    let application = id(&application);
    ok(clerk.list_oauth_applications()).await;
    ok(clerk.get_oauth_application(&application)).await;
    ok(clerk
        .update_oauth_application(&application)
        .name(Patch::Set("The app".to_owned())))
    .await;
    ok(clerk
        .upload_oauth_application_logo(&application)
        .file(b"a logo".to_vec()))
    .await;
    ok(clerk.rotate_oauth_application_secret(&application)).await;
    let token = tour
        .emulator
        .issue_oauth_token(client_id, &user, &["profile"])
        .unwrap();
    ok(clerk.verify_oauth_access_token().access_token(&token)).await;
    done(
        clerk
            .revoke_oauth_application_token(&application)
            .token(&token),
    )
    .await;
    ok(clerk.delete_oauth_application(&application)).await;
}

/// Returns a field of the last response from a path that ends like this.
fn secret(tour: &Tour, ending: &str, field: &str) -> String {
    let seen = tour.seen.lock().unwrap();
    let exchange = seen
        .iter()
        .rev()
        .find(|exchange| exchange.path.ends_with(ending))
        .unwrap();
    let body: serde_json::Value = serde_json::from_str(&exchange.body).unwrap();
    body[field].as_str().unwrap().to_owned()
}
