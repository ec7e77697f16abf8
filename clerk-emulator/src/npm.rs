//! `/npm/…`: the scripts of Clerk's frontends, from a folder on this machine, where `<ClerkProvider>` looks for them.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::http::error::ApiError;
use crate::http::guard::EMBEDDABLE;
use crate::http::response;
use crate::instance::Instance;

/// The packages that are served: nothing else in the folder is anybody's business.
const SCOPE: &str = "@clerk";

/// Returns the route.
pub(crate) fn router(instance: Arc<Instance>) -> Router {
    Router::new()
        .route("/npm/{*path}", get(serve))
        .with_state(instance)
}

async fn serve(State(instance): State<Arc<Instance>>, UrlPath(path): UrlPath<String>) -> Response {
    let Some(folder) = instance.settings.npm.as_deref() else {
        let long = "The emulator was started without a folder of npm packages: --npm node_modules (in Rust: npm) serves \
                    Clerk's scripts from one.";
        return not_found(&instance, long);
    };
    let Some(file) = file_of(folder, &path) else {
        let long = "Of the folder of npm packages, the files of @clerk packages are served.";
        return not_found(&instance, long);
    };
    match tokio::fs::read(&file).await {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, media_type(&file)),
                (header::CACHE_CONTROL, "no-cache"),
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
                EMBEDDABLE,
            ];
            (headers, bytes).into_response()
        }
        Err(error) => {
            let long = format!("{path} cannot be read from the folder of npm packages: {error}.");
            not_found(&instance, &long)
        }
    }
}

fn not_found(instance: &Instance, long: &str) -> Response {
    let error = ApiError::new(
        StatusCode::NOT_FOUND,
        "resource_not_found",
        "Not found",
        long,
    );
    response::error(&error, &instance.ids.hex(32))
}

/// Returns the file that `@clerk/clerk-js@6/dist/clerk.browser.js` means, whichever version it asks for; `None` for what
/// leads anywhere else.
fn file_of(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut parts = path.split('/');
    let scope = parts.next().filter(|scope| *scope == SCOPE)?;
    let package = parts.next()?;
    let package = package
        .split_once('@')
        .map_or(package, |(name, _version)| name);
    let mut file = folder.join(scope).join(package);
    for part in parts {
        file.push(part);
    }
    let below = file.strip_prefix(folder).ok()?;
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    (below.components().count() > 2 && below.components().all(is_plain)).then_some(file)
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::file_of;

    #[test]
    fn a_version_is_left_out_and_nothing_leads_out_of_the_folder() {
        let file = |path: &str| file_of(Path::new("/modules"), path);
        let script = file("@clerk/clerk-js@6/dist/clerk.browser.js").unwrap();
        assert_eq!(
            script,
            Path::new("/modules/@clerk/clerk-js/dist/clerk.browser.js")
        );
        for path in [
            "express/index.js",
            "@clerk/clerk-js",
            "@clerk/../express/index.js",
            "@clerk/clerk-js/../../express/index.js",
            "@clerk/../../etc/passwd",
        ] {
            assert_eq!(file(path), None, "{path}");
        }
    }
}
