//! A page on the internet that tries to use the emulator of the developer who opens it.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use clerk_emulator::Emulator;
use serde_json::Value;

use super::webdriver::Browser;

const PAGE: &str = r#"<!doctype html><main><a href="EMULATOR/sign-out">A link</a><p id="told">working</p></main><script>
const emulator = 'EMULATOR';
const requests = [
  ['/v1/environment', {}],
  ['/v1/client', { credentials: 'include' }],
  ['/v1/dev_browser', { method: 'POST' }],
  ['/v1/users', { headers: { authorization: 'Bearer SECRET_KEY' } }],
  ['/__emulator', {}],
  ['/sign-out', { mode: 'no-cors', credentials: 'include' }],
  ['/v1/client/sessions?_method=DELETE', { method: 'POST', mode: 'no-cors', credentials: 'include' }],
  ['/v1/client/sign_ups?_is_native=1', { method: 'POST', mode: 'no-cors', body: 'email_address=a@b.example' }],
  ['/__emulator/reset', { method: 'POST', mode: 'no-cors', body: '{}' }],
];
const elements = [['img', 'src', '/sign-out'], ['script', 'src', '/v1/environment'], ['script', 'src', '/.well-known/jwks.json']];
const forms = ['/v1/client/sign_ups?_is_native=1', '/sign-in', '/sign-out', '/__emulator/reset'];
const loads = (element, start) => new Promise((done) => {
  element.onload = () => done(true);
  element.onerror = () => done(false);
  document.body.append(element);
  start?.();
});
const submit = (path) => {
  const frame = Object.assign(document.createElement('iframe'), { name: path });
  const form = Object.assign(document.createElement('form'), { method: 'post', action: emulator + path, target: path });
  form.enctype = 'text/plain';
  document.body.append(form);
  return loads(frame, () => form.submit());
};
(async () => {
  const came = [];
  for (const [path, options] of requests) {
    await fetch(emulator + path, options).then(() => came.push(path), () => {});
  }
  for (const [name, attribute, path] of elements) {
    const element = Object.assign(document.createElement(name), { [attribute]: emulator + path });
    if (await loads(element)) came.push(name + path);
  }
  for (const path of forms) await submit(path);
  document.getElementById('told').textContent = ['finished', 'with', JSON.stringify(came)].join(' ');
})();
</script>"#;

/// Opens the page in a signed-in browser, and follows its link.
pub(crate) async fn attacks(browser: &Browser, emulator: &Emulator) {
    let page = PAGE
        .replace("EMULATOR", emulator.url())
        .replace("SECRET_KEY", emulator.secret_key());
    let app = Router::new().route("/", get(|| async { Html(page) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let before = people(emulator);
    let url = format!("http://evil.example:{port}/");
    browser.open(&url).await;
    browser.sees("finished with").await;
    let text = browser.text().await;
    assert!(text.contains("finished with []"), "{text}");
    browser.click("A link").await;
    browser.sees("Sign out?").await;
    // The same name, which now resolves to the emulator.
    let (_, port) = emulator.url().rsplit_once(':').unwrap();
    let rebound = format!("http://evil.example:{port}/v1/environment");
    browser.open(&rebound).await;
    browser.sees("host_not_allowed").await;
    assert!(people(emulator) == before);
}

fn people(emulator: &Emulator) -> [Value; 2] {
    let mut state = emulator.export().unwrap()["state"].take();
    [state["users"].take(), state["sessions"].take()]
}
