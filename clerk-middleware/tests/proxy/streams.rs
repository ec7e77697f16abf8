//! Streamed bodies, and sides that disconnect.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use clerk_middleware::FrontendApiProxyOptions;
use clerk_sdk::clerk_api::reqwest;
use futures_util::{Stream, StreamExt as _};
use http::Response;
use http_body_util::BodyExt as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::servers::{application, browser, proxy, proxy_with, upstream};

fn stream(
    receiver: UnboundedReceiver<&'static str>,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    futures_util::stream::unfold(receiver, |mut receiver| async move {
        let text = receiver.recv().await?;
        Some((Ok(Bytes::from_static(text.as_bytes())), receiver))
    })
}

/// An application whose Frontend API responds to each request with a body from the returned channel. The test sends the
/// pieces of the body into it.
async fn streaming(
    options: FrontendApiProxyOptions,
) -> (String, UnboundedReceiver<UnboundedSender<&'static str>>) {
    let (begun, bodies) = unbounded_channel();
    let fapi = upstream(move |_| {
        let begun = begun.clone();
        async move {
            let (sender, receiver) = unbounded_channel();
            begun.send(sender).unwrap();
            Response::new(Body::from_stream(stream(receiver)))
        }
    })
    .await;
    (application(proxy_with(&fapi, options)).await, bodies)
}

#[tokio::test]
async fn the_first_piece_arrives_before_the_last_is_sent() {
    let (url, mut bodies) = streaming(FrontendApiProxyOptions::new()).await;
    let request = browser().get(format!("{url}/__clerk/v1/events"));
    let mut response = request.send().await.unwrap();
    let body = bodies.recv().await.unwrap();
    for text in ["one", "two", "three"] {
        body.send(text).unwrap();
        assert_eq!(response.chunk().await.unwrap().unwrap(), text);
    }
    drop(body);
    assert_eq!(response.chunk().await.unwrap(), None);
}

#[tokio::test]
async fn the_frontend_api_reads_a_body_while_it_is_still_sent() {
    let (read, mut pieces) = unbounded_channel();
    let fapi = upstream(move |request: Request| {
        let read = read.clone();
        async move {
            let mut body = request.into_body().into_data_stream();
            while let Some(piece) = body.next().await {
                read.send(piece.unwrap()).unwrap();
            }
            Response::new(Body::from("done"))
        }
    })
    .await;
    let url = application(proxy(&fapi)).await;
    let (sender, receiver) = unbounded_channel();
    let body = reqwest::Body::wrap_stream(stream(receiver));
    let request = browser().post(format!("{url}/__clerk/v1/x")).body(body);
    let response = tokio::spawn(request.send());
    for text in ["one", "two"] {
        sender.send(text).unwrap();
        assert_eq!(pieces.recv().await.unwrap(), text);
    }
    drop(sender);
    let response = response.await.unwrap().unwrap();
    assert_eq!(response.text().await.unwrap(), "done");
}

#[tokio::test]
async fn the_frontend_api_sees_that_a_visitor_goes_away_while_reading() {
    let (url, mut bodies) = streaming(FrontendApiProxyOptions::new()).await;
    let request = browser().get(format!("{url}/__clerk/v1/events"));
    let mut response = request.send().await.unwrap();
    let body = bodies.recv().await.unwrap();
    body.send("one").unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "one");
    drop(response);
    body.closed().await;
}

#[tokio::test]
async fn the_frontend_api_sees_that_a_visitor_goes_away_while_waiting() {
    let (begun, mut requests) = unbounded_channel();
    let fapi = upstream(move |_| {
        let (begun, (held, dropped)) = (begun.clone(), tokio::sync::oneshot::channel::<()>());
        async move {
            begun.send(dropped).unwrap();
            std::future::pending::<()>().await;
            drop(held);
            Response::new(Body::empty())
        }
    })
    .await;
    let url = application(proxy(&fapi)).await;
    let request = browser().get(format!("{url}/__clerk/v1/client"));
    let waiting = tokio::spawn(request.send());
    let dropped = requests.recv().await.unwrap();
    waiting.abort();
    // Everything that the server held for this request is dropped with it.
    assert!(dropped.await.is_err());
}

#[tokio::test]
async fn the_frontend_api_sees_that_a_visitor_goes_away_while_sending() {
    let (read, mut pieces) = unbounded_channel();
    let fapi = upstream(move |request: Request| {
        let read = read.clone();
        async move {
            let mut body = request.into_body().into_data_stream();
            while let Some(piece) = body.next().await {
                read.send(piece.map_err(drop)).unwrap();
            }
            Response::new(Body::empty())
        }
    })
    .await;
    let url = application(proxy(&fapi)).await;
    let (sender, receiver) = unbounded_channel();
    let body = reqwest::Body::wrap_stream(stream(receiver));
    let request = browser().post(format!("{url}/__clerk/v1/x")).body(body);
    let sending = tokio::spawn(request.send());
    sender.send("one").unwrap();
    assert_eq!(pieces.recv().await.unwrap().unwrap(), "one");
    sending.abort();
    // The client must not see a normal end, as if the body were complete: it gets an error, or nothing more after it has
    // cancelled.
    assert!(!matches!(pieces.recv().await, Some(Ok(_))));
}

#[tokio::test]
async fn a_visitor_sees_that_the_frontend_api_breaks_off() {
    let (sender, receiver) = unbounded_channel();
    let receiver = std::sync::Mutex::new(Some(receiver));
    let receiver = std::sync::Arc::new(receiver);
    let fapi = upstream(move |_| {
        let receiver = receiver.lock().unwrap().take().unwrap();
        let pieces = stream(receiver).map(|piece| match piece {
            Ok(text) if text == "break" => Err(std::io::Error::other("broken")),
            Ok(text) => Ok(text),
        });
        async { Response::new(Body::from_stream(pieces)) }
    })
    .await;
    let url = application(proxy(&fapi)).await;
    sender.send("one").unwrap();
    let request = browser().get(format!("{url}/__clerk/v1/x"));
    let mut response = request.send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "one");
    sender.send("break").unwrap();
    assert!(response.chunk().await.is_err());
}

#[tokio::test]
async fn a_frontend_api_that_stops_in_the_middle_is_given_up() {
    let options = FrontendApiProxyOptions::new().read_timeout(Duration::from_millis(100));
    let (url, mut bodies) = streaming(options).await;
    let request = browser().get(format!("{url}/__clerk/v1/events"));
    let mut response = request.send().await.unwrap();
    let body = bodies.recv().await.unwrap();
    body.send("one").unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "one");
    assert!(response.chunk().await.is_err());
    body.closed().await;
}

#[tokio::test]
async fn large_bodies_pass_in_both_directions() {
    const PIECE: usize = 64 * 1024;
    const PIECES: usize = 160;
    let fapi = upstream(|request: Request| async { Response::new(request.into_body()) }).await;
    let url = application(proxy(&fapi)).await;
    // The body is streamed, and never held as a whole.
    let pieces = (0..PIECES).map(|index| {
        let byte = u8::try_from(index % 251).unwrap();
        Ok::<_, Infallible>(Bytes::from(vec![byte; PIECE]))
    });
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let request = browser()
        .put(format!("{url}/__clerk/v1/me/profile_image"))
        .body(body);
    let mut response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut length = 0;
    while let Some(piece) = response.chunk().await.unwrap() {
        for byte in piece {
            assert_eq!(usize::from(byte), length / PIECE % 251);
            length += 1;
        }
    }
    assert_eq!(length, PIECE * PIECES);
}

#[tokio::test]
async fn a_body_is_only_read_as_fast_as_it_is_taken() {
    let (made, count) = (
        std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0)),
        10_000,
    );
    let counted = std::sync::Arc::clone(&made);
    let fapi = upstream(move |_| {
        let counted = std::sync::Arc::clone(&counted);
        async move {
            let pieces = (0..count).map(move |_| {
                counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Ok::<_, Infallible>(Bytes::from_static(&[0; 4096]))
            });
            Response::new(Body::from_stream(futures_util::stream::iter(pieces)))
        }
    })
    .await;
    let (parts, ()) = http::Request::get("/__clerk/v1/x")
        .body(())
        .unwrap()
        .into_parts();
    let response = proxy(&fapi)
        .handle(&parts, reqwest::Body::default(), None)
        .await;
    let mut body = response.into_body();
    assert!(body.frame().await.unwrap().is_ok());
    // Two sockets and their buffers are in between, and no copy of the whole body.
    assert!(made.load(std::sync::atomic::Ordering::Relaxed) < count);
    drop(body);
}
