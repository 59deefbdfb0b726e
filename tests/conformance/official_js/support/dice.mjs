// Random choices that a seed repeats.
import { randomInt } from 'node:crypto';

/** PARLEY_SEED, or another one in each run: whoever uses it prints it. */
export const chooseSeed = () => Number(process.env.PARLEY_SEED ?? randomInt(2 ** 32)) >>> 0;

export class Dice {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** A whole number from 0 to `end` - 1 (mulberry32). */
  below(end) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let bits = this.state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * end);
  }
  between(first, last) {
    return first + this.below(last - first + 1);
  }
  pick(list) {
    return list[this.below(list.length)];
  }
  /** True once in `times`. */
  once(times) {
    return this.below(times) === 0;
  }
  /** `make()` as often as `count` says. */
  many(count, make) {
    return Array.from({ length: count }, make);
  }
  digits(count) {
    return this.many(count, () => this.below(16).toString(16)).join('');
  }
  text(characters, first, last) {
    return this.many(this.between(first, last), () => this.pick(characters)).join('');
  }
}
