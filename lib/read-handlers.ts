import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HandlerRegistrations } from '../lambdas/contract/outputs.ts';
import { ENTRY_FILE } from './project-paths.ts';

/** No module has a reason to take that long to load. */
const TIMEOUT_MS = 10_000;
const NO_NETWORK = new URL('./no-network.mjs', import.meta.url).href;

/** Descriptor 3: what the user's code prints goes elsewhere. It is ended, whatever that code has left open. */
const SCRIPT = `
  import { writeFileSync } from 'node:fs';
  const tell = (reading) => {
    writeFileSync(3, JSON.stringify(reading));
    process.exit(0);
  };
  process.on('uncaughtException', (error) => tell({ problem: String(error).replace(/\\s+/g, ' ') }));
  const { handler } = await import(process.env.BUNDLE_URL);
  const handlers = handler?.registrations?.();
  if (handlers !== undefined) tell({ handlers });
  process.exit(0);`;

export type HandlersReading = { readonly handlers: HandlerRegistrations } | { readonly problem: string };

/**
 * Loads the consumer's bundle as Lambda would, in a process of its own without a network, and asks which handlers it
 * has registered.
 *
 * @param environment - the function's variables
 * @param timeoutMs - ends a module that does not load. @default 10 s
 */
export function readHandlers(
  consumerDirectory: string,
  environment: Readonly<Record<string, string>>,
  timeoutMs = TIMEOUT_MS,
): HandlersReading {
  const result = spawnSync(
    process.execPath,
    ['--import', NO_NETWORK, '--input-type=module', '--eval', SCRIPT],
    {
      // Without this process's own variables, as on Lambda: above all without credentials.
      env: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'none',
        AWS_SECRET_ACCESS_KEY: 'none',
        AWS_LAMBDA_FUNCTION_NAME: 'handlers-are-listed',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...environment,
        BUNDLE_URL: pathToFileURL(join(consumerDirectory, ENTRY_FILE)).href,
      },
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    },
  );
  if (result.error !== undefined) {
    const isLate = 'code' in result.error && result.error.code === 'ETIMEDOUT';
    return { problem: isLate ? `not loaded after ${timeoutMs / 1000} s` : result.error.message };
  }
  if (result.status !== 0) {
    // It ended itself, and perhaps said why.
    return { problem: /\S.*/.exec(result.stderr)?.[0] ?? 'it ended without a word' };
  }
  try {
    return JSON.parse(String(result.output[3]));
  } catch {
    return { problem: 'its `handler` is not made by createConsumerHandler' };
  }
}
