import { createHook } from 'node:async_hooks';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

/** What has done I/O and shows no sign of life for so long (real time) waits for nothing but the virtual time. */
const QUIET_MS = 200;
/** The one sign of what runs in the background (WebAssembly that is compiled) is the processor time it takes. */
const BUSY_SHARE = 0.05;
const EAGER_TURNS = 20;
const OF_THE_SAME_TURN = new Set(['PROMISE', 'TickObject', 'Microtask']);
/** What is over when its callback has run, by Node's names of it. */
const ONE_SHOT = /Req|Request|ConnectWrap|WriteWrap|Timeout|Immediate/;

const oneShots = () => process.getActiveResourcesInfo().filter((type) => ONE_SHOT.test(type)).length;

/** Tells whether code that is waited for has real I/O or timers under way. */
export class IoWatch {
  /** Recorded effects under way. */
  inFlight = 0;
  #lastSignMs = 0;
  #didIo = false;
  #isOwn = false;
  readonly #hook;

  /** @param isWatched - called by what begins I/O: whether that is the code that is waited for */
  constructor(isWatched: () => boolean) {
    const options = {
      // Node 24 counts promises only where it is asked to; earlier ones do not know this.
      trackPromises: false,
      init: (_id: number, type: string) => {
        if (this.#isOwn || type === 'PROMISE') return;
        this.#lastSignMs = performance.now();
        if (!OF_THE_SAME_TURN.has(type) && isWatched()) this.#didIo = true;
      },
    };
    this.#hook = createHook(options);
  }

  /** Watches while `work` runs. */
  async during(work: () => Promise<void>): Promise<void> {
    this.#hook.enable();
    try {
      await work();
    } finally {
      this.#hook.disable();
    }
  }

  /** Resolves when it is over, or when nothing but virtual time can bring it on. */
  async untilQuiet(isOver: () => boolean): Promise<void> {
    const before = oneShots();
    let sample = { atMs: performance.now(), cpu: process.cpuUsage() };
    for (let turns = 0; ; turns++) {
      await this.#turn(turns);
      if (isOver()) {
        this.#didIo = false;
        return;
      }
      if (this.inFlight > 0) continue;
      if (!this.#didIo && turns > 0) return;
      const nowMs = performance.now();
      if (nowMs - sample.atMs > QUIET_MS / 4) {
        const { user, system } = process.cpuUsage(sample.cpu);
        if ((user + system) / 1000 > BUSY_SHARE * (nowMs - sample.atMs)) this.#lastSignMs = nowMs;
        sample = { atMs: nowMs, cpu: process.cpuUsage() };
      }
      if (oneShots() <= before && nowMs - this.#lastSignMs > QUIET_MS) return;
    }
  }

  #turn(turns: number): Promise<void> {
    this.#isOwn = true;
    try {
      return turns < EAGER_TURNS ? nextTurn() : delay(10);
    } finally {
      this.#isOwn = false;
    }
  }
}
