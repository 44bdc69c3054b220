import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { variableProblem } from '../lib/handler-variables.ts';
import { LocalError } from './local-error.ts';

/** Values of the user's own variables and secrets for local runs, below the project. Git ignores it. */
export const USER_VARIABLES_FILE = '.env.local';

export type UserVariables = Readonly<Record<string, string>>;

/** Services that the local cloud runs: what their endpoint is, is not the user's to say. */
const RUN_SERVICES = new Set(['SQS', 'DYNAMODB', 'SECRETS_MANAGER', 'SNS']);
const ENDPOINT = /^AWS_ENDPOINT_URL_(\w+)$/;

/**
 * Reads `NAME=value` lines, as `node --env-file` does. Empty when there is no such file.
 *
 * @throws {LocalError} naming a variable that would lead a local run to AWS, or is the framework's own
 */
export async function readUserVariables(path: string): Promise<UserVariables> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new LocalError(`${path} cannot be read (${error.code})`, { cause: error });
  });
  const variables = Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? ''] as const);
  const problems = variables.flatMap(([name, value]) => {
    const problem = problemOf(name, value);
    return problem === undefined ? [] : [`${name} in ${path} is not allowed: ${problem}`];
  });
  if (problems.length > 0) throw new LocalError(problems.join('\n'));
  return Object.fromEntries(variables);
}

function problemOf(name: string, value: string): string | undefined {
  const service = ENDPOINT.exec(name)?.[1];
  if (service === undefined) {
    // Above all credentials: nothing of a local run may reach AWS.
    return name.startsWith('AWS_')
      ? 'of AWS’s own variables only AWS_ENDPOINT_URL_SERVICE is'
      : variableProblem(name);
  }
  if (RUN_SERVICES.has(service)) return `the local cloud runs ${service}`;
  if (!URL.canParse(value)) return 'it takes the URL of an emulator';
  return /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|aws|api\.aws)$/.test(new URL(value).hostname)
    ? 'it names AWS itself, which local runs never reach'
    : undefined;
}
