import { parentPort, workerData } from 'node:worker_threads';
import { runFunction } from './function-runtime.mjs';

await runFunction(workerData, {
  send: (message) => parentPort.postMessage(message),
  onInvocation: (listener) => parentPort.on('message', listener),
});
