import { types } from 'node:util';

const MAX_ERRORS = 8;

/** Also one of another realm, such as that of a test's own globals. */
export function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown);
}

/**
 * What was thrown, and what that was caused by: the `errors` of an `AggregateError`, and `cause`. Each once, at most
 * eight. `fetch` says no more than `fetch failed` by itself, and a host with two addresses nothing.
 */
export function errorChain(thrown: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  visit(thrown, chain);
  return chain;
}

/** The messages of the chain, each once: `fetch failed: connect ECONNREFUSED 127.0.0.1:9`. */
export function chainMessage(thrown: unknown): string {
  return visit(thrown, []);
}

/** For a log: the error's name, and the messages of its chain. */
export function errorText(thrown: unknown): string {
  return isError(thrown) ? `${thrown.name}: ${chainMessage(thrown)}` : chainMessage(thrown);
}

/** The first code of the chain that is text, such as `ECONNREFUSED`. */
export function chainCode(thrown: unknown): string | undefined {
  for (const error of errorChain(thrown)) {
    if (isError(error) && 'code' in error && typeof error.code === 'string') return error.code;
  }
  return undefined;
}

function visit(error: unknown, seen: unknown[]): string {
  if (seen.length >= MAX_ERRORS || seen.includes(error)) return '';
  seen.push(error);
  if (!isError(error)) {
    // Of an object below an error nothing is told: it may hold anything.
    return seen.length === 1 || typeof error !== 'object' ? String(error) : '';
  }
  const several: unknown = 'errors' in error ? error.errors : undefined;
  const errors = Array.isArray(several) ? several : [];
  const texts = errors.map((each) => visit(each, seen)).filter((text) => text !== '');
  const below = [texts.join(', '), error.cause === undefined ? '' : visit(error.cause, seen)];
  return below.reduce(joined, String(error.message));
}

/** Many an error repeats its cause's message in its own. */
function joined(text: string, message: string): string {
  if (text === '' || text.includes(message)) return text || message;
  return `${text}: ${message}`;
}
