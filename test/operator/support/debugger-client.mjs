// A debugger as editors are one, reduced to what a test needs: it attaches, sets a breakpoint on a line of TypeScript
// through the source maps, and prints where it stopped and what it saw there. A process of its own, because Node 20
// has a WebSocket client behind a flag only:
//   node --experimental-websocket debugger-client.mjs ws://... app/handlers/x.ts 'text of the line' 'expression'
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const [url, file, text, expression] = process.argv.slice(2);
const socket = new WebSocket(url);
const maps = new Map();
const waiting = new Map();
let lastId = 0;

function call(method, params = {}) {
  lastId += 1;
  socket.send(JSON.stringify({ id: lastId, method, params }));
  return new Promise((resolve, reject) => waiting.set(lastId, { resolve, reject, method }));
}

function report(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** Where a position of a bundled script stands in the source; lines counted from 1. */
function original(scriptId, line, column) {
  const entry = maps.get(scriptId)?.map.findEntry(line, column);
  if (entry?.originalSource === undefined) return undefined;
  return {
    source: new URL(entry.originalSource, maps.get(scriptId).url).pathname,
    line: entry.originalLine + 1,
  };
}

async function setBreakpoint(scriptId) {
  const { url: mapUrl, map } = maps.get(scriptId);
  const source = map.payload.sources
    .map((name) => new URL(name, mapUrl).pathname)
    .find((path) => path.endsWith(file));
  if (source === undefined) return;
  const wanted =
    readFileSync(source, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1;
  const { scriptSource } = await call('Debugger.getScriptSource', { scriptId });
  for (const [lineNumber, generated] of scriptSource.split('\n').entries()) {
    const columnNumber = generated.search(/\S/);
    const at = original(scriptId, lineNumber, Math.max(0, columnNumber));
    if (at?.source !== source || at.line !== wanted) continue;
    await call('Debugger.setBreakpoint', { location: { scriptId, lineNumber, columnNumber } });
    report({ breakpoint: { source, line: wanted } });
    return;
  }
}

async function paused({ reason, hitBreakpoints = [], callFrames }) {
  const [{ location, callFrameId }] = callFrames;
  if (reason === 'instrumentation') await setBreakpoint(location.scriptId);
  if (hitBreakpoints.length > 0 && reason !== 'instrumentation') {
    const { result } = await call('Debugger.evaluateOnCallFrame', {
      callFrameId,
      expression,
      returnByValue: true,
    });
    report({
      stopped: original(location.scriptId, location.lineNumber, location.columnNumber),
      value: result.value,
    });
  } else report({ paused: reason });
  await call('Debugger.resume');
}

socket.addEventListener('message', ({ data }) => {
  const { id, result, error, method, params } = JSON.parse(data);
  if (id !== undefined) {
    const { resolve, reject, method: called } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(`${called}: ${error.message}`));
  } else if (
    method === 'Debugger.scriptParsed' &&
    params.sourceMapURL?.endsWith('.map') &&
    params.url.startsWith('file:')
  ) {
    const mapUrl = new URL(params.sourceMapURL, params.url);
    maps.set(params.scriptId, {
      url: mapUrl,
      map: new SourceMap(JSON.parse(readFileSync(fileURLToPath(mapUrl), 'utf8'))),
    });
  } else if (method === 'Debugger.paused') {
    void paused(params);
  }
});
socket.addEventListener('close', () => process.exit(0));
socket.addEventListener('error', () => process.exit(1));
socket.addEventListener('open', async () => {
  await call('Debugger.enable');
  // Editors do the same: without it a script could run before its breakpoints are set.
  await call('Debugger.setInstrumentationBreakpoint', {
    instrumentation: 'beforeScriptWithSourceMapExecution',
  });
  await call('Runtime.runIfWaitingForDebugger');
});
