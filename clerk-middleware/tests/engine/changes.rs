//! Changes the configuration while requests arrive: each request uses one configuration, and the client sends its calls to
//! the instance of that configuration.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clerk_middleware::AuthenticateOptions;
use clerk_sdk::cookie_suffix;
use clerk_sdk::{Clerk, ClerkOptions};
use serde_json::json;

use crate::backend::{Backend, NOW, PRODUCTION, Routes, SUFFIX, clerk, options, page, sign_with};

const OTHER_INSTANCE: &str = "pk_live_Y2xlcmsub3RoZXIuY29tJA";

fn key(name: &str) -> String {
    let path = format!(
        "{}/../clerk-sdk/tests/keys/{name}.pem",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(path).unwrap()
}

/// Two instances: the suffixes of their cookies, the issuers of their tokens, and their URLs.
struct Instance {
    publishable_key: &'static str,
    suffix: String,
    issuer: &'static str,
    private_key: String,
    public_key: String,
    backend: Backend,
}

impl Instance {
    async fn both() -> [Self; 2] {
        [
            Self {
                publishable_key: PRODUCTION,
                suffix: SUFFIX.to_owned(),
                issuer: "https://clerk.example.com",
                private_key: key("main.private"),
                public_key: key("main.public"),
                backend: Backend::start(Routes::new()).await,
            },
            Self {
                publishable_key: OTHER_INSTANCE,
                suffix: cookie_suffix(OTHER_INSTANCE),
                issuer: "https://clerk.other.com",
                private_key: key("other.private"),
                public_key: key("other.public"),
                backend: Backend::start(Routes::new()).await,
            },
        ]
    }

    fn configure(&self, options: &mut ClerkOptions) {
        options.publishable_key = Some(self.publishable_key.to_owned());
        options.jwt_key = Some(self.public_key.clone());
        options.server_api_url = Some(self.backend.url().to_owned());
    }

    /// Returns a session cookie of this instance, signed by this key.
    fn session(&self, signed_by: &Self, lifetime: i64) -> String {
        let claims = json!({
            "sub": "user_1", "sid": "sess_1", "iss": self.issuer, "iat": NOW - 100, "nbf": NOW - 100, "exp": NOW + lifetime,
        });
        let token = sign_with(&signed_by.private_key, &claims);
        let suffix = &self.suffix;
        format!(
            "__session_{suffix}={token}; __client_uat_{suffix}={}",
            NOW - 200
        )
    }
}

/// Sends requests while another thread keeps switching between the two instances.
async fn while_changing(clerk: &Clerk, instances: &[Instance; 2], requests: impl AsyncFnOnce()) {
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for instance in instances.iter().cycle() {
                clerk.update(|options| instance.configure(options)).unwrap();
                if is_done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        // Also if a request panics, or the scope would wait forever.
        let _done = Done(&is_done);
        // The tasks of the backends continue in parallel.
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(requests()));
    });
}

struct Done<'d>(&'d AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn first(instances: &[Instance; 2]) -> Clerk {
    let mut first = options();
    instances[0].configure(&mut first);
    clerk(first)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_judged_by_half_of_a_change() {
    let instances = Instance::both().await;
    let [one, other] = &instances;
    let clerk = first(&instances);
    let options = AuthenticateOptions::new();
    let genuine = page(&clerk, &options, "/", &one.session(one, 50)).await;
    assert!(genuine.is_signed_in());
    // Each is valid only with the cookies of one instance and the key of the other.
    let mixed = [one.session(other, 50), other.session(one, 50)].join("; ");
    while_changing(&clerk, &instances, async || {
        for _ in 0..8000 {
            assert!(!page(&clerk, &options, "/", &mixed).await.is_signed_in());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refresh_tokens_go_to_the_instance_that_gave_them() {
    let instances = Instance::both().await;
    let clerk = first(&instances);
    let options = AuthenticateOptions::new();
    let cookies: Vec<String> = instances
        .iter()
        .map(|instance| {
            let suffix = &instance.suffix;
            format!(
                "{}; __refresh_{suffix}=of_{suffix}",
                instance.session(instance, -60)
            )
        })
        .collect();
    let cookies = cookies.join("; ");
    while_changing(&clerk, &instances, async || {
        for _ in 0..300 {
            assert!(!page(&clerk, &options, "/", &cookies).await.is_signed_in());
        }
    })
    .await;
    for instance in &instances {
        let calls = instance.backend.calls();
        assert!(!calls.is_empty());
        for (line, body) in calls {
            assert_eq!(line, "POST /sessions/sess_1/refresh?suffixed_cookies=true");
            assert_eq!(body["refresh_token"], format!("of_{}", instance.suffix));
        }
    }
}
