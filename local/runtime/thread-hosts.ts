import { Worker } from 'node:worker_threads';
import { type CodeHosts, type HostMessage, hostData } from './code-host.ts';

/** Lambda gives a function 10 s to load. */
const INIT_TIMEOUT_MS = 10_000;

/** A worker thread for each execution environment. */
export const threadHosts: CodeHosts = {
  initTimeoutMs: INIT_TIMEOUT_MS,
  start(definition, environment, { onMessage, onEnd }) {
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
      env: { ...environment },
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: definition.memoryMb },
      workerData: hostData(definition),
    });
    worker.on('message', (message: HostMessage) => onMessage(message));
    worker.on('error', (error) => onEnd(error.message));
    worker.on('exit', (code) => onEnd(`exit status ${code}`));
    return {
      invoke: (message) => worker.postMessage(message),
      async terminate() {
        await worker.terminate();
      },
    };
  },
};
