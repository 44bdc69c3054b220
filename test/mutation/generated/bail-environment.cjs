const { TestEnvironment } = require('jest-environment-node');

/** The mutant that a test has failed for. */
let caught;

/** Once a test has failed for a mutant, no other needs to be asked. jest's own `bail` would end Stryker's process. */
module.exports = class BailEnvironment extends TestEnvironment {
  get #mutant() {
    return this.global.__stryker__?.activeMutant;
  }

  /** Processes that a test starts run the same mutant: the instrumented code looks there. */
  async setup() {
    await super.setup();
    if (this.#mutant !== undefined) this.global.process.env.__STRYKER_ACTIVE_MUTANT__ = this.#mutant;
  }

  isDone() {
    return caught !== undefined && caught === this.#mutant;
  }

  handleTestEvent({ name, test }) {
    if (name === 'hook_failure' || (name === 'test_done' && test.errors.length > 0)) caught = this.#mutant;
    // One whose `beforeAll` has failed is the one that tells it: skipped, the mutant would count as a survivor.
    if (name === 'test_start' && this.isDone() && test.errors.length === 0) test.mode = 'skip';
  }
};
