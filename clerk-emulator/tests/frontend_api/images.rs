//! Uploads, as browsers get them.

use reqwest::header::HeaderMap;
use reqwest::multipart::{Form, Part};

use crate::browser::{emulator, user};

/// How an upload of this type is served.
async fn served(media_type: &str, bytes: &'static [u8]) -> HeaderMap {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let part = Part::bytes(bytes).mime_str(media_type).unwrap();
    let url = format!("{}/v1/users/{ada}/profile_image", emulator.url());
    let uploaded = reqwest::Client::new()
        .post(url)
        .bearer_auth(emulator.secret_key())
        .multipart(Form::new().part("file", part.file_name("image")))
        .send()
        .await
        .unwrap();
    let user: serde_json::Value = uploaded.json().await.unwrap();
    let image = reqwest::get(user["image_url"].as_str().unwrap())
        .await
        .unwrap();
    let headers = image.headers().clone();
    assert_eq!(image.bytes().await.unwrap(), bytes);
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
    assert_eq!(headers["content-security-policy"], policy);
    headers
}

#[tokio::test]
async fn an_uploaded_drawing_can_run_nothing() {
    let drawing = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>";
    let headers = served("image/svg+xml; charset=utf-8", drawing).await;
    assert_eq!(headers["content-type"], "image/svg+xml");
    assert_eq!(headers["content-disposition"], "inline");
}

#[tokio::test]
async fn an_uploaded_page_is_a_download() {
    for media_type in [
        "text/html",
        "image/html",
        "image/x-anything",
        "application/xhtml+xml",
        "image/svg+xmlx",
    ] {
        let headers = served(media_type, b"<script>alert(1)</script>").await;
        assert_eq!(
            headers["content-type"], "application/octet-stream",
            "{media_type}"
        );
        assert_eq!(headers["content-disposition"], "attachment");
    }
    assert_eq!(
        served("IMAGE/PNG", b"png").await["content-type"],
        "image/png"
    );
}
