// Stands for Lambda's Node.js runtime. Plain JavaScript, because a worker thread loads it as it is, also on a
// Node.js that does not strip types.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Loads the code and runs one invocation after the other.
 *
 * @param {{ codeDirectory: string, handler: string, functionContext: object }} definition
 * @param {{ send(message: object): void, onInvocation(listener: (message: object) => void): void }} channel
 */
export async function runFunction({ codeDirectory, handler: handlerName, functionContext }, channel) {
  // Over the same channel as the results, so that a line never arrives after the end of its invocation.
  for (const stream of ['stdout', 'stderr']) {
    process[stream].write = (chunk, encoding, callback) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      channel.send({ kind: 'output', stream, text });
      const done = typeof encoding === 'function' ? encoding : callback;
      if (done) process.nextTick(done);
      return true;
    };
  }
  try {
    const handler = await loadHandler(codeDirectory, handlerName);
    channel.onInvocation((message) => void invoke(handler, functionContext, message, channel));
    channel.send({ kind: 'ready' });
  } catch (error) {
    channel.send({ kind: 'init-failed', error: describe(error) });
  }
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

async function loadHandler(codeDirectory, handlerName) {
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

async function invoke(handler, functionContext, { requestId, payload, deadlineMs }, channel) {
  const context = {
    ...functionContext,
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    const result = await handler(JSON.parse(payload), context);
    channel.send({ kind: 'result', requestId, payload: JSON.stringify(result ?? null) });
  } catch (error) {
    channel.send({ kind: 'failed', requestId, error: describe(error) });
  }
}
