// A generator of random numbers that gives the same ones for the same seed, and what is chosen by them.

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
    for (let index = 0; index < 8; index += 1) this.next();
  }

  /** At least 0, below 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  chance(probability) {
    return this.next() < probability;
  }

  integer(below) {
    return Math.floor(this.next() * below);
  }

  one(list) {
    return list[this.integer(list.length)];
  }

  /** Some of a list, in its order. */
  some(list, probability) {
    return list.filter(() => this.chance(probability));
  }
}
