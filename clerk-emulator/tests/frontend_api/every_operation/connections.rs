//! Enterprise connections, by users and by organizations.

use super::{Tour, id};

pub async fn all(tour: &mut Tour) {
    let of_organization = format!("/v1/organizations/{}/enterprise_connections", tour.engines);
    for list in ["/v1/me/enterprise_connections", &*of_organization] {
        let browser = &mut tour.ada().await;
        let fields = [
            ("provider", "saml_okta"),
            ("name", "Okta"),
            ("domains", "engines.example"),
        ];
        let connection = id(&tour.post(browser, list, &fields).await);
        let path = format!("{list}/{connection}");
        tour.get(browser, list).await;
        tour.form(
            browser,
            "PATCH",
            &path,
            &[("name", "Okta 2"), ("active", "true")],
        )
        .await;
        let runs = format!("{path}/test_runs");
        let run = tour.post(browser, &runs, &[]).await;
        tour.get(browser, &runs).await;
        let public = format!("/v1/enterprise_connections/{connection}");
        tour.get(browser, &format!("{public}/init_test_run")).await;
        let run = run["id"].as_str().unwrap_or("run_1").to_owned();
        tour.get(browser, &format!("{public}/test_runs/{run}"))
            .await;
        tour.get(browser, &format!("/v1/saml/metadata/{connection}.xml"))
            .await;
        tour.post(browser, &format!("/v1/saml/acs/{connection}"), &[])
            .await;
        tour.delete(browser, &path).await;
    }
}
