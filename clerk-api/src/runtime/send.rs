//! Sending: one configuration, several tries, one outcome.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{StatusCode, Url};
use tracing::Instrument as _;

use super::answer::Response;
use super::call::{Call, PathSource, Payload, Ready};
use super::gate::{self, Closed};
use super::snapshot::{Snapshot, add};
use super::{path, retry};
use crate::error::{ApiError, DecodeError, Error, TransportError, trace_id};

/// What kind of body the caller reads.
#[derive(Clone, Copy)]
pub(super) enum Accept {
    Json,
    Any,
}

/// Sends with one state of the configuration.
pub(super) async fn send(mut ready: Ready, accept: Accept) -> Result<Response<Bytes>, Error> {
    let operation = ready.call.info.id;
    let rejected = |reason| Error::InvalidRequest { operation, reason };
    if let Some(problem) = ready.call.take_problem() {
        return Err(rejected(problem));
    }
    // The one look at the configuration: key, URL and all else below come from it, retries included.
    let snapshot = ready.call.client.snapshot();
    let headers = headers(&snapshot, &ready.call, accept).map_err(|problem| match problem {
        Some(reason) => rejected(reason),
        None => Error::MissingSecretKey,
    })?;
    let url = url(&snapshot, &ready.call).map_err(rejected)?;
    let http = snapshot
        .http
        .as_ref()
        .map_err(|reason| rejected(reason.clone()))?;

    let request = http
        .request(ready.call.method.clone(), url)
        .headers(headers);
    if ready.call.is_gated {
        let request = ready.payload.put_into(request).map_err(rejected)?;
        return once(&ready.call, &snapshot, request).await;
    }
    again_and_again(&mut ready, &snapshot, request).await
}

/// Sends until there is an outcome that another try would not change, or that nothing is left for.
async fn again_and_again(
    ready: &mut Ready,
    snapshot: &Snapshot,
    request: reqwest::RequestBuilder,
) -> Result<Response<Bytes>, Error> {
    let operation = ready.call.info.id;
    let config = &snapshot.config.http_options;
    let (per_try, total) = match ready.call.timeout {
        Some(timeout) => (timeout, timeout),
        None => (config.timeout, config.total_timeout),
    };
    let method = &ready.call.method;
    let begun = Instant::now();
    let mut tries = 0;
    loop {
        tries += 1;
        // Without a body every request can be copied.
        let Some(builder) = request.try_clone() else {
            let reason = "the request cannot be copied".to_owned();
            return Err(Error::InvalidRequest { operation, reason });
        };
        let builder = builder.timeout(per_try.min(total.saturating_sub(begun.elapsed())));
        let builder = ready
            .payload
            .put_into(builder)
            .map_err(|reason| Error::InvalidRequest { operation, reason })?;

        let try_begun = Instant::now();
        let outcome = one_try(builder, config.max_response_bytes).await;
        log(&ready.call, tries, try_begun.elapsed(), &outcome, true);

        let wait = match &outcome {
            Ok(answer)
                if answer.status == StatusCode::TOO_MANY_REQUESTS && ready.call.is_yielding =>
            {
                None
            }
            Ok(answer) if retry::after_status(method, answer.status) => Some(
                retry::stated(&answer.headers)
                    .unwrap_or_else(|| retry::backoff(&config.retry, tries - 1)),
            ),
            Err(error) if retry::after_failure(method, error) => {
                Some(retry::backoff(&config.retry, tries - 1))
            }
            _ => None,
        };
        let left = total.saturating_sub(begun.elapsed());
        match wait {
            Some(wait)
                if tries <= config.retry.max_retries
                    && wait < left
                    && ready.payload.can_be_sent_again() =>
            {
                tokio::time::sleep(wait).await;
            }
            _ => {
                return outcome
                    .map_err(|error| {
                        TransportError::new(operation, begun.elapsed(), tries, error).into()
                    })
                    .and_then(|answer| finish(operation, snapshot, answer));
            }
        }
    }
}

/// Sends once, when the gate of the client lets it through.
async fn once(
    call: &Call,
    snapshot: &Snapshot,
    request: reqwest::RequestBuilder,
) -> Result<Response<Bytes>, Error> {
    let (operation, config) = (call.info.id, &snapshot.config);
    let http = &config.http_options;
    let limit = call.timeout.unwrap_or(http.timeout).min(gate::LIMIT);
    let begun = Instant::now();
    let clock = config.gate_clock.clone().unwrap_or_default();
    let pass = call.client.gate().enter(&clock, limit).await;
    let pass = pass.map_err(|Closed(retry_after)| {
        tracing::debug!(operation, "not sent: the gate is closed");
        Error::GateClosed {
            operation,
            retry_after,
        }
    })?;
    let request = request.timeout(limit.saturating_sub(begun.elapsed()));
    let (logged, max_bytes) = (call.clone(), http.max_response_bytes);
    // In a task of its own: a visitor who hangs up must not keep the gate from seeing what Clerk responds.
    let task = tokio::spawn(
        async move {
            let outcome = one_try(request, max_bytes).await;
            log(&logged, 1, begun.elapsed(), &outcome, pass.may_warn());
            let response = outcome.as_ref().ok();
            pass.settle(response.map(|answer| (answer.status, &answer.headers)));
            outcome
        }
        .in_current_span(),
    );
    match task.await {
        Ok(Ok(answer)) => finish(operation, snapshot, answer),
        Ok(Err(error)) => Err(TransportError::new(operation, begun.elapsed(), 1, error).into()),
        Err(lost) => match lost.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::InvalidRequest {
                operation,
                reason: "the tokio runtime in which this call was made has been shut down"
                    .to_owned(),
            }),
        },
    }
}

impl Payload {
    /// Adds the body of one try. Streams are gone afterwards.
    fn put_into(
        &mut self,
        request: reqwest::RequestBuilder,
    ) -> Result<reqwest::RequestBuilder, String> {
        Ok(match self {
            Self::None => request,
            Self::Json(bytes) => request
                .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .body(bytes.clone()),
            Self::Form(form) => request.multipart(form.body()?),
        })
    }

    fn can_be_sent_again(&self) -> bool {
        match self {
            Self::None | Self::Json(_) => true,
            Self::Form(form) => form.can_be_sent_again(),
        }
    }
}

/// A response before decoding, success or not.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// The body has more than may be read.
    is_too_large: bool,
}

async fn one_try(
    builder: reqwest::RequestBuilder,
    max_bytes: usize,
) -> Result<Answer, reqwest::Error> {
    let mut response = builder.send().await?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let mut body = BytesMut::new();
    let mut is_too_large = false;
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if chunk.len() > max_bytes - body.len() => {
                is_too_large = true;
                break;
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            // The status says what happened, which is worth more than why its explanation broke off.
            Err(_) if !status.is_success() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(Answer {
        status,
        headers,
        body: body.freeze(),
        is_too_large,
    })
}

fn finish(
    operation: &'static str,
    snapshot: &Snapshot,
    answer: Answer,
) -> Result<Response<Bytes>, Error> {
    let response = Response::new(answer.body, answer.status, answer.headers);
    if !answer.status.is_success() {
        return Err(ApiError::new(operation, response, &snapshot.config.secret_key).into());
    }
    if answer.is_too_large {
        let limit = snapshot.config.http_options.max_response_bytes;
        return Err(
            DecodeError::too_large(operation, response.map(|_| Bytes::new()), limit).into(),
        );
    }
    Ok(response)
}

/// Returns the headers of the request; `Err(None)` is a missing key.
fn headers(snapshot: &Snapshot, call: &Call, accept: Accept) -> Result<HeaderMap, Option<String>> {
    let mut headers = HeaderMap::new();
    let accepted = match accept {
        Accept::Json => "application/json",
        Accept::Any => "*/*",
    };
    headers.insert(ACCEPT, HeaderValue::from_static(accepted));
    add(
        &mut headers,
        snapshot
            .headers
            .as_ref()
            .map_err(|reason| Some(reason.clone()))?,
    );
    add(&mut headers, &call.headers);
    if call.info.authenticated {
        match &snapshot.authorization {
            Ok(Some(authorization)) => headers.insert(AUTHORIZATION, authorization.clone()),
            Ok(None) => return Err(None),
            Err(reason) => return Err(Some(reason.clone())),
        };
    }
    Ok(headers)
}

fn url(snapshot: &Snapshot, call: &Call) -> Result<Url, String> {
    let base = snapshot.base.as_ref().map_err(Clone::clone)?;
    let path = match &call.path {
        PathSource::Values(values) => &path::fill(call.info.path, values)?,
        PathSource::Raw(path) => {
            path::check(path)?;
            path
        }
    };
    let mut url = Url::parse(&format!("{base}{path}"))
        .map_err(|error| format!("the URL cannot be built: {error}"))?;
    if !call.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&call.query);
    }
    Ok(url)
}

/// One event per try. The path is the template: ids, query, body and key stay out.
fn log(
    call: &Call,
    attempt: u32,
    elapsed: Duration,
    outcome: &Result<Answer, reqwest::Error>,
    may_warn: bool,
) {
    let (operation, method, path) = (call.info.id, call.method.as_str(), call.info.path);
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    match outcome {
        Ok(answer) => {
            let status = answer.status.as_u16();
            let trace_id = trace_id(&answer.headers);
            if (status == 429 || status >= 500) && may_warn {
                tracing::warn!(
                    operation,
                    method,
                    path,
                    status,
                    elapsed_ms,
                    attempt,
                    trace_id,
                    "request failed"
                );
            } else {
                tracing::debug!(
                    operation,
                    method,
                    path,
                    status,
                    elapsed_ms,
                    attempt,
                    trace_id,
                    "response received"
                );
            }
        }
        Err(error) => {
            let is_timeout = error.is_timeout();
            let is_connect = error.is_connect();
            if may_warn {
                tracing::warn!(
                    operation,
                    method,
                    path,
                    elapsed_ms,
                    attempt,
                    is_timeout,
                    is_connect,
                    "request failed without a response"
                );
            } else {
                tracing::debug!(
                    operation,
                    method,
                    path,
                    elapsed_ms,
                    attempt,
                    is_timeout,
                    is_connect,
                    "request failed without a response"
                );
            }
        }
    }
}
