// Counts down how long the session token is good for. The page is complete without.
const left = document.querySelector("[data-seconds]");
if (left) {
  const end = performance.now() + Number(left.dataset.seconds) * 1000;
  const show = () => {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    left.textContent = seconds > 0 ? `in ${seconds} s` : "now: load the page again to see it renewed";
    if (seconds > 0) setTimeout(show, 1000);
  };
  show();
}
