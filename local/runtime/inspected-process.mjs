// Runs in a process of its own, under Node's inspector. Its one argument is what a worker thread gets as its data.
import { runFunction } from './function-runtime.mjs';

// Whoever started it is gone.
process.on('disconnect', () => process.exit());

await runFunction(JSON.parse(process.argv[2]), {
  send: (message) => {
    if (process.connected) process.send(message);
  },
  onInvocation: (listener) => process.on('message', listener),
});
