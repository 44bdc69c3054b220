import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionModel } from '../../local/assembly/stack-model.ts';
import { LocalFunction, type LocalFunctionOptions } from '../../local/runtime/local-function.ts';
import { type RecordedEvents, recordEvents } from './recorded-events.ts';

export interface TestFunction {
  readonly fn: LocalFunction;
  readonly definition: FunctionModel;
  readonly events: RecordedEvents;
}

/** Functions whose code is written in the test; `cleanUp` belongs into `afterEach`. */
export class TestFunctions {
  readonly #functions: LocalFunction[] = [];
  readonly #directories: string[] = [];

  /** @param code - the text of `index.mjs` */
  async create(
    code: string,
    overrides: Partial<FunctionModel> = {},
    options: Partial<LocalFunctionOptions> = {},
  ): Promise<TestFunction> {
    const definition = await this.define(code, overrides);
    const events = recordEvents();
    const fn = new LocalFunction({
      definition,
      environmentOf: ({ environment }) => environment,
      observer: events.observer,
      ...options,
    });
    this.#functions.push(fn);
    return { fn, definition, events };
  }

  async define(code: string, overrides: Partial<FunctionModel> = {}): Promise<FunctionModel> {
    const codeDirectory = await mkdtemp(join(tmpdir(), 'function-'));
    this.#directories.push(codeDirectory);
    await writeFile(join(codeDirectory, 'index.mjs'), code);
    return {
      logicalId: 'Function',
      name: 'stack-Function',
      arn: 'arn:aws:lambda:eu-central-2:000000000000:function:stack-Function',
      codeDirectory,
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeoutSeconds: 10,
      memoryMb: 128,
      logGroupName: '/aws/lambda/stack-Function',
      environment: {},
      unresolved: {},
      logEnvironment: {},
      ...overrides,
    };
  }

  async cleanUp(): Promise<void> {
    await Promise.all(this.#functions.splice(0).map((fn) => fn.kill()));
    await Promise.all(this.#directories.splice(0).map((directory) => rm(directory, { recursive: true })));
  }
}
