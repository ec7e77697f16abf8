//! Controls Chromium with the WebDriver protocol.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// How long to wait for an element, and for a page.
const WAIT: Duration = Duration::from_secs(10);
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The programs.
pub(crate) struct Programs {
    driver: PathBuf,
    chromium: PathBuf,
}

impl Programs {
    /// Returns the paths of the programs, or the name of the missing one.
    pub(crate) fn find() -> Result<Self, &'static str> {
        let driver = on_path(&["chromedriver"]).ok_or("chromedriver")?;
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let chromium = on_path(&names).ok_or("chromium")?;
        Ok(Self { driver, chromium })
    }
}

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut folders = std::env::split_paths(&path);
    folders.find_map(|folder| {
        let mut files = names.iter().map(|name| folder.join(name));
        files.find(|file| file.is_file())
    })
}

/// A browser with one window. [`quit`](Self::quit) closes it properly; dropping this value kills it.
pub(crate) struct Browser {
    client: Client,
    session: String,
    pictures: PathBuf,
    // The browser ends before its folder is removed.
    _driver: Driver,
    _profile: Profile,
}

/// The driver. If it alone is killed, its browser keeps running, so both are in a process group of their own.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(group) = self.0.id() {
            let mut kill = std::process::Command::new("kill");
            let _ = kill.args(["-KILL", "--", &format!("-{group}")]).status();
        }
    }
}

/// A temporary folder.
struct Profile(PathBuf);

impl Drop for Profile {
    fn drop(&mut self) {
        // It does no harm if files remain.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Browser {
    /// Starts a browser with a new profile. Its pictures are saved in this folder.
    pub(crate) async fn start(programs: &Programs, pictures: &Path) -> Self {
        let mut driver = Command::new(&programs.driver);
        driver
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        #[cfg(unix)]
        driver.process_group(0);
        let mut driver = Driver(driver.kill_on_drop(true).spawn().unwrap());
        let port = port(&mut driver.0).await;
        let own = format!("browser-profile-{}", std::process::id());
        let profile = Profile(Path::new(env!("CARGO_TARGET_TMPDIR")).join(own));
        std::fs::create_dir_all(&profile.0).unwrap();
        std::fs::create_dir_all(pictures).unwrap();
        let mut args: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-proxy-server",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            // A site on the internet; the browser itself lets it connect to this machine.
            "--host-resolver-rules=MAP evil.example 127.0.0.1",
            "--disable-features=LocalNetworkAccessChecks",
            "--window-size=1000,900",
        ]
        .map(str::to_owned)
        .into();
        args.push(format!("--user-data-dir={}", profile.0.display()));
        let mut browser = Self {
            client: Client::builder()
                .no_proxy()
                .timeout(WAIT * 3)
                .build()
                .unwrap(),
            session: format!("http://127.0.0.1:{port}/session"),
            pictures: pictures.to_owned(),
            _driver: driver,
            _profile: profile,
        };
        let wait = u64::try_from(WAIT.as_millis()).unwrap();
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "timeouts": { "implicit": wait, "pageLoad": wait },
            "goog:chromeOptions": { "binary": programs.chromium, "args": args },
        }}});
        let session = browser.command(Method::POST, "", wanted).await;
        let id = session["sessionId"].as_str().unwrap();
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    pub(crate) async fn quit(self) {
        self.command(Method::DELETE, "", Value::Null).await;
    }

    async fn command(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.session);
        let mut request = self.client.request(method, url);
        if !body.is_null() {
            request = request.json(&body);
        }
        let received: Value = request.send().await.unwrap().json().await.unwrap();
        let value = received["value"].clone();
        if value["error"].is_string() {
            panic!("{path} {body}: {} {}", value["error"], value["message"]);
        }
        value
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.command(Method::POST, path, body).await
    }

    /// Sends a command of Chromium's own protocol.
    async fn tell(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("/goog/cdp/execute", body).await
    }

    pub(crate) async fn open(&self, url: &str) {
        self.post("/url", json!({ "url": url })).await;
    }

    pub(crate) async fn location(&self) -> String {
        let url = self.command(Method::GET, "/url", Value::Null).await;
        url.as_str().unwrap().to_owned()
    }

    async fn find(&self, xpath: &str) -> String {
        let body = json!({ "using": "xpath", "value": xpath });
        let found = self.post("/element", body).await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    /// Waits for a page with this text.
    pub(crate) async fn sees(&self, text: &str) {
        self.find(&format!("//body[contains(normalize-space(.), \"{text}\")]"))
            .await;
    }

    /// Returns all text of the page.
    pub(crate) async fn text(&self) -> String {
        let body = self.find("//body").await;
        let text = format!("/element/{body}/text");
        let text = self.command(Method::GET, &text, Value::Null).await;
        text.as_str().unwrap().to_owned()
    }

    /// Clicks the first link or button with this text.
    pub(crate) async fn click(&self, label: &str) {
        let contains = format!("contains(normalize-space(.), \"{label}\")");
        let element = self
            .find(&format!("//main//*[self::a or self::button][{contains}]"))
            .await;
        self.post(&format!("/element/{element}/click"), json!({}))
            .await;
    }

    pub(crate) async fn write(&self, field: &str, text: &str) {
        let element = self.find(&format!("//input[@name=\"{field}\"]")).await;
        let body = json!({ "text": text });
        self.post(&format!("/element/{element}/value"), body).await;
    }

    /// Returns the names and values of the cookies for a URL.
    pub(crate) async fn cookies(&self, url: &str) -> Vec<(String, String)> {
        let cookies = self
            .tell("Network.getCookies", json!({ "urls": [url] }))
            .await;
        let text = |cookie: &Value, key: &str| cookie[key].as_str().unwrap().to_owned();
        let cookies = cookies["cookies"].as_array().unwrap();
        cookies
            .iter()
            .map(|cookie| (text(cookie, "name"), text(cookie, "value")))
            .collect()
    }

    pub(crate) async fn forget(&self, url: &str, cookie: &str) {
        let cookie = json!({ "url": url, "name": cookie });
        self.tell("Network.deleteCookies", cookie).await;
    }

    /// Sets the width of the window, and light or dark mode.
    pub(crate) async fn look(&self, width: u32, scheme: &str) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.tell("Emulation.setDeviceMetricsOverride", size).await;
        let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.tell("Emulation.setEmulatedMedia", scheme).await;
    }

    /// Returns whether the page scrolls sideways.
    pub(crate) async fn is_too_wide(&self) -> bool {
        let script = "return document.documentElement.scrollWidth > innerWidth";
        let body = json!({ "script": script, "args": [] });
        self.post("/execute/sync", body).await.as_bool().unwrap()
    }

    /// Saves a picture of the whole page.
    pub(crate) async fn picture(&self, name: &str) {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.tell("Page.captureScreenshot", whole).await;
        let png = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        std::fs::write(self.pictures.join(format!("{name}.png")), png).unwrap();
    }
}

/// Returns the port on which the driver says that it listens.
async fn port(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        let port = line
            .split_once("successfully on port ")
            .and_then(|(_, port)| port.trim_end_matches('.').parse().ok());
        if let Some(port) = port {
            return port;
        }
    }
    panic!("chromedriver did not start");
}
