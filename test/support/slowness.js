/** What the work below takes on the machine that the tests are kept quick on: two cores, nothing beside them. */
const WORK_MS = 35;

function work() {
  let value = 1;
  for (let index = 0; index < 6_000_000; index++) value = (value * 1_103_515_245 + 12_345 + index) | 0;
  return value;
}

let slowest = 1;

/**
 * How many times slower this machine is just now than the one that guards are written for, its neighbours included;
 * 1 at least, and never less than it was before in this process.
 */
export function slowness() {
  const startedMs = performance.now();
  work();
  slowest = Math.max(slowest, (performance.now() - startedMs) / WORK_MS);
  return slowest;
}

/** As {@link patienceMs}, in whole seconds. */
export function patienceSeconds(seconds) {
  return Math.ceil(seconds * slowness());
}

/** A guard against waiting for ever, as long as this machine needs. Whatever is awaited ends it at once. */
export function patienceMs(ms) {
  return Math.ceil(ms * slowness());
}
