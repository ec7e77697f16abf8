use clerk_api::Patch;

use super::{Tour, done, id, ok};

pub async fn all(tour: &Tour) {
    let clerk = &tour.clerk;
    ok(clerk.get_jwks()).await;
    ok(clerk.get_instance()).await;
    done(clerk.update_instance().test_mode(Patch::Set(true))).await;
    ok(clerk.get_instance_communication()).await;
    ok(clerk.update_instance_communication()).await;
    ok(clerk.get_instance_oauth_application_settings()).await;
    ok(clerk.update_instance_oauth_application_settings()).await;
    ok(clerk.get_instance_organization_settings()).await;
    ok(clerk
        .update_instance_organization_settings()
        .enabled(Patch::Set(true)))
    .await;
    ok(clerk.get_instance_protect()).await;
    ok(clerk
        .update_instance_protect()
        .rules_enabled(Patch::Set(true)))
    .await;
    ok(clerk
        .update_instance_restrictions()
        .allowlist(Patch::Set(true)))
    .await;
    ok(clerk
        .update_instance_auth_config()
        .test_mode(Patch::Set(true)))
    .await;
    done(
        clerk
            .update_production_instance_domain()
            .home_url("https://example.com"),
    )
    .await;
    done(
        clerk
            .change_production_instance_domain()
            .home_url("https://example.com"),
    )
    .await;

    ok(clerk.list_domains()).await;
    let domain = id(&ok(clerk
        .add_domain()
        .is_satellite(true)
        .name("satellite.example"))
    .await);
    ok(clerk
        .verify_domain_proxy()
        .domain_id(&domain)
        .proxy_url("https://satellite.example/__clerk"))
    .await;
    ok(clerk
        .update_domain(&domain)
        .name(Patch::Set("moon.example".to_owned())))
    .await;
    ok(clerk.delete_domain(&domain)).await;

    ok(clerk.get_template_list("email")).await;
    ok(clerk.get_template("email", "invitation")).await;
    ok(clerk
        .upsert_template("email", "invitation")
        .subject(Patch::Set("Come in".to_owned())))
    .await;
    ok(clerk.preview_template("email", "invitation")).await;
    ok(clerk.toggle_template_delivery("email", "invitation")).await;
    ok(clerk.revert_template("email", "invitation")).await;

    ok(clerk.create_svix_app()).await;
    ok(clerk.generate_svix_auth_url()).await;
    done(clerk.delete_svix_app()).await;
}
