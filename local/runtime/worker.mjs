// Runs in a worker thread and stands for Lambda's Node.js runtime. Plain JavaScript, because a worker thread
// loads it as it is, also on a Node.js that does not strip types.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const { codeDirectory, handler: handlerName, functionContext } = workerData;

// Over the same port as the results, so that a line never arrives after the end of its invocation.
for (const stream of ['stdout', 'stderr']) {
  process[stream].write = (chunk, encoding, callback) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    parentPort.postMessage({ kind: 'output', stream, text });
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done) process.nextTick(done);
    return true;
  };
}

/** Errors as Lambda reports them to the caller. */
function describe(thrown) {
  if (!(thrown instanceof Error))
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return {
    errorType: thrown.name,
    errorMessage: thrown.message,
    trace: (thrown.stack ?? '').split('\n'),
  };
}

function runtimeError(name, message) {
  return Object.assign(new Error(message), { name });
}

async function loadHandler() {
  const dot = handlerName.lastIndexOf('.');
  if (dot < 1) throw runtimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const moduleName = handlerName.slice(0, dot);
  const exportName = handlerName.slice(dot + 1);
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => join(codeDirectory, moduleName + extension))
    .find((path) => existsSync(path));
  if (file === undefined) {
    throw runtimeError('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}'`);
  }
  const exported = (await importCode(file))[exportName];
  if (exported === undefined) {
    throw runtimeError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  if (typeof exported !== 'function') {
    throw runtimeError('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  }
  if (exported.length >= 3) {
    throw runtimeError(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.',
    );
  }
  return exported;
}

async function importCode(file) {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw runtimeError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    if (error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw runtimeError('Runtime.ImportModuleError', `Error: ${error.message}`);
    }
    throw error;
  }
}

async function invoke(handler, { requestId, payload, deadlineMs }) {
  const context = {
    ...functionContext,
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    const result = await handler(JSON.parse(payload), context);
    parentPort.postMessage({ kind: 'result', requestId, payload: JSON.stringify(result ?? null) });
  } catch (error) {
    parentPort.postMessage({ kind: 'failed', requestId, error: describe(error) });
  }
}

try {
  const handler = await loadHandler();
  parentPort.on('message', (message) => void invoke(handler, message));
  parentPort.postMessage({ kind: 'ready' });
} catch (error) {
  parentPort.postMessage({ kind: 'init-failed', error: describe(error) });
}
