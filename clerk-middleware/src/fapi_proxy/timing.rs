//! A timeout for inactivity.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// When a part of a request's body was last sent, so that a long upload does not count as a slow response.
#[derive(Clone)]
pub(super) struct Progress(Arc<Mutex<Instant>>);

impl Progress {
    pub(super) fn start() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    pub(super) fn happened(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the output of the future, or `None` if nothing has happened for this long.
    pub(super) async fn within<F: Future>(
        &self,
        timeout: Duration,
        future: F,
    ) -> Option<F::Output> {
        let mut future = pin!(future);
        loop {
            let deadline = self.last() + timeout;
            tokio::select! {
                biased;
                output = &mut future => return Some(output),
                () = sleep_until(deadline) => {
                    if self.last() + timeout <= Instant::now() {
                        return None;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn what_goes_on_takes_as_long_as_it_takes() {
        let progress = Progress::start();
        let upload = async {
            for _ in 0..10 {
                sleep(TIMEOUT - Duration::from_secs(1)).await;
                progress.happened();
            }
        };
        assert_eq!(progress.within(TIMEOUT, upload).await, Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_stands_still_is_given_up() {
        let (progress, begin) = (Progress::start(), Instant::now());
        let upload = async {
            sleep(Duration::from_secs(20)).await;
            progress.happened();
            std::future::pending::<()>().await;
        };
        assert_eq!(progress.within(TIMEOUT, upload).await, None);
        let waited = begin.elapsed().as_secs();
        assert!((50..52).contains(&waited), "{waited}");
    }
}
