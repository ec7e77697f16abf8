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
        let start = url::Url::parse(run["url"].as_str().unwrap_or_default()).unwrap();
        let start = format!("{}?{}", start.path(), start.query().unwrap());
        tour.get(browser, &start).await;
        let result = browser.get(&start).await.location();
        let result = format!("{}?{}", result.path(), result.query().unwrap());
        tour.get(browser, &result).await;
        tour.get(browser, &format!("/v1/saml/metadata/{connection}.xml"))
            .await;
        // `<Response><Signature/></Response>`
        let signed = [(
            "SAMLResponse",
            "PFJlc3BvbnNlPjxTaWduYXR1cmUvPjwvUmVzcG9uc2U+",
        )];
        tour.post(browser, &format!("/v1/saml/acs/{connection}"), &signed)
            .await;
        tour.delete(browser, &path).await;
    }
}
