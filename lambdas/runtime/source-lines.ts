/**
 * Imported first, for its effect: stacks show files and lines of the source, not of the bundle. So a dead letter
 * points at the handler's own line, and groups of failures survive a release.
 *
 * In place of Node's `--enable-source-maps`, which reads and parses the maps of every file at each cold start
 * (run: 40 ms more). Here they are read when the first stack is.
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** In `async run (file:///var/task/index.mjs:26:753)`: file, line and column. */
const LOCATION = /(file:\/\/.+):(\d+):(\d+)/;

const maps = new Map<string, SourceMap | undefined>();
const previous = Error.prepareStackTrace;

Error.prepareStackTrace = (error, sites) => {
  const frames = sites.map(String);
  const mapped = frames.map(inSource);
  // Not from a bundle: whoever formatted stacks before goes on.
  if (previous !== undefined && mapped.every((frame, index) => frame === frames[index])) {
    return previous(error, sites);
  }
  return [describe(error), ...mapped.map((frame) => `    at ${frame}`)].join('\n');
};

function describe(error: unknown): string {
  try {
    return String(error);
  } catch {
    // A hostile toString or getter of the error itself.
    return 'Error';
  }
}

function inSource(frame: string): string {
  return frame.replace(LOCATION, (location, url: string, line: string, column: string) => {
    const entry = mapOf(url)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return location;
    const source = fileURLToPath(new URL(entry.originalSource, url));
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

/** Undefined for a file without a map beside it. */
function mapOf(url: string): SourceMap | undefined {
  if (!maps.has(url)) maps.set(url, readMap(`${url}.map`));
  return maps.get(url);
}

function readMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(url), 'utf8')));
  } catch {
    // To show a stack must never fail: it is shown as it is.
    return undefined;
  }
}
