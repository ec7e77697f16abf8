// The virtual clock. `Date` reads it, and what waits does not wait, so that a run takes no time and is the same each time.

const RealDate = globalThis.Date;
const realSetTimeout = globalThis.setTimeout;
let now = 0;

export function setClock(milliseconds) {
  now = milliseconds;
}

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) {
      super(now);
    } else {
      super(...given);
    }
  }

  static now() {
    return now;
  }
};

globalThis.setTimeout = (callback, _milliseconds, ...given) => realSetTimeout(callback, 0, ...given);
