import { isIP, isIPv4 } from 'node:net';
import { Token } from 'aws-cdk-lib/core';
import * as z from 'zod';
import {
  DEFAULT_LEDGER_RETENTION_DAYS,
  MIN_LEDGER_RETENTION_DAYS,
} from '../lambdas/contract/ledger-table.ts';
import {
  CLAIM_MARGIN_SECONDS,
  DEFAULT_BACKOFF_BASE_SECONDS,
  DEFAULT_BACKOFF_CAP_SECONDS,
  DEFAULT_HANDLER_TIMEOUT_SECONDS,
  DEFAULT_MAX_ATTEMPTS,
  HANDLER_MARGIN_MS,
  MAX_VISIBILITY_SECONDS,
} from '../lambdas/contract/timing.ts';
import { nearestKey } from './context-keys.ts';
import { databaseProblems } from './database-config.ts';

/** Lambda's own limit: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_FUNCTION_TIMEOUT_SECONDS = 900;
const FUNCTION_MARGIN_SECONDS = HANDLER_MARGIN_MS / 1000 + CLAIM_MARGIN_SECONDS;
/** A function's variables may hold 4 KB together; the others need less than one. */
const MAX_ALLOWED_SOURCES_BYTES = 3_000;
/** Beside the others, as above. */
const MAX_CONNECTION_SCHEMAS_BYTES = 2_000;
export const SUPAGLUE_CLOUD_API_URL = 'https://api.supaglue.io/mgmt/v2';
const DEFAULT_ALERT_WINDOW_SECONDS = 60 * 60;
const MAX_ALERT_WINDOW_SECONDS = 7 * 24 * 60 * 60;
/** The only values that CloudWatch Logs takes (`PutRetentionPolicy`). */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const wholeNumber = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);

function integer(minimum: number, maximum: number, byDefault: number) {
  return wholeNumber
    .pipe(z.number().min(minimum).max(maximum))
    .default(byDefault)
    .describe(`a whole number from ${minimum} to ${maximum}`);
}

function flag(byDefault: boolean) {
  const fromText = z.enum(['true', 'false']).transform((text) => text === 'true');
  return z.union([z.boolean(), fromText]).default(byDefault).describe('true or false');
}

/** Text of this form, or a CDK token: what it stands for is known only when it is deployed. */
function text(pattern: RegExp) {
  return z.string().refine((value) => Token.isUnresolved(value) || pattern.test(value));
}

/** With the six characters that Secrets Manager adds: a policy without them would match no secret. */
function secretArn() {
  return text(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$/)
    .optional()
    .describe(
      'the ARN of a Secrets Manager secret (arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX)',
    );
}

/** A list, or text as `-c` gives it. */
const commaSeparated = z.union([
  z.array(z.string()),
  z.string().transform((list) => list.split(',').map((item) => item.trim())),
]);

/** Of one kind each, as EC2 names them. */
function idList(prefix: 'subnet' | 'sg', maximum: number) {
  const id = text(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`));
  return commaSeparated
    .pipe(z.array(id).min(1).max(maximum))
    .optional()
    .describe(`1 to ${maximum} ids like ${prefix}-0a1b2c3d, comma-separated`);
}

function schemaName(byDefault: string) {
  return z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/)
    .default(byDefault)
    .describe('a name of at most 63 of a-z, 0-9 and _, which does not begin with a digit');
}

/** A map, or text as `-c` gives it: `connection=schema,connection=schema`. */
const connectionSchemas = z
  .union([
    z.record(z.string(), z.string()),
    z
      .string()
      .transform((list) =>
        Object.fromEntries(list.split(',').map((pair) => pair.split('=').map((part) => part.trim()))),
      ),
  ])
  .pipe(z.record(z.string().regex(/^[^\s=,]{1,256}$/), z.string().regex(/^[A-Za-z_][\w-]{0,62}$/)))
  .refine((map) => JSON.stringify(map).length <= MAX_CONNECTION_SCHEMAS_BYTES)
  .optional()
  .describe(
    'ids of connections or customers with their schemas: ID=SCHEMA, comma-separated, at most 2,000 characters',
  );

function isSource(source: string): boolean {
  const [address = '', prefix, ...rest] = source.split('/');
  // A zone index (fe80::1%eth0) has no meaning for the address that API Gateway reports.
  if (rest.length > 0 || isIP(address) === 0 || address.includes('%')) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128));
}

const sources = commaSeparated.refine(
  (list) => list.length > 0 && list.every(isSource) && list.join(',').length <= MAX_ALLOWED_SOURCES_BYTES,
);

/** Every key of the configuration: the CDK context key, what it takes, its default. What each means: props.ts. */
const shape = {
  /** Names the stack: `SupaglueWebhooks-<stage>`. */
  stage: z
    .string()
    .regex(/^[a-z0-9-]{1,20}$/)
    .default('prod')
    .describe('1 to 20 of a-z, 0-9 and -'),
  alertEmail: z.email().optional().describe('an email address'),
  alertEndpoint: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('an https:// URL'),
  alertWindowSeconds: integer(0, MAX_ALERT_WINDOW_SECONDS, DEFAULT_ALERT_WINDOW_SECONDS),
  pagerDutySecretArn: secretArn(),
  slackSecretArn: secretArn(),
  endpoint: z
    .enum(['http-api', 'function-url', 'both'])
    .default('http-api')
    .describe('http-api, function-url or both'),
  throttleRate: integer(1, 100_000, 100),
  throttleBurst: integer(1, 100_000, 200),
  /** Batches in work at once: the throughput knob. SQS event sources take no less than 2. */
  maxConcurrency: integer(2, 1000, 5),
  batchSize: integer(1, 10, 10),
  batchWindowSeconds: integer(0, 300, 0),
  /** Attempts of an event before it is dead-lettered; well below the queue's own receive limit (50). */
  maxAttempts: integer(1, 40, DEFAULT_MAX_ATTEMPTS),
  backoffBaseSeconds: integer(1, MAX_VISIBILITY_SECONDS, DEFAULT_BACKOFF_BASE_SECONDS),
  /** Longest wait between two attempts. SQS hides a message for at most 12 h. */
  backoffCapSeconds: integer(1, MAX_VISIBILITY_SECONDS, DEFAULT_BACKOFF_CAP_SECONDS),
  handlerTimeoutSeconds: integer(
    1,
    MAX_FUNCTION_TIMEOUT_SECONDS - FUNCTION_MARGIN_SECONDS,
    DEFAULT_HANDLER_TIMEOUT_SECONDS,
  ),
  ledgerRetentionDays: integer(MIN_LEDGER_RETENTION_DAYS, 3650, DEFAULT_LEDGER_RETENTION_DAYS),
  logRetentionDays: wholeNumber
    .refine((days) => LOG_RETENTION_DAYS.includes(days))
    .default(30)
    .describe(`one of ${LOG_RETENTION_DAYS.join(', ')}`),
  allowedSources: sources
    .optional()
    .describe('addresses or CIDR blocks (IPv4 or IPv6), comma-separated, at most 3,000 characters'),
  tracing: flag(false),
  retainData: flag(true),
  alertTopicKeyArn: text(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/)
    .optional()
    .describe('the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID)'),
  databaseSecretArn: secretArn(),
  databaseCaSecretArn: secretArn(),
  supaglueSchema: schemaName('supaglue'),
  applicationSchema: schemaName('app'),
  cleanSupaglueTables: flag(false),
  supaglueApiKeySecretArn: secretArn(),
  supaglueApiUrl: z
    .url({ protocol: /^https$/ })
    .refine((url) => !/[?#@]|\/$/.test(url))
    .default(SUPAGLUE_CLOUD_API_URL)
    .describe('an https:// URL like https://supaglue.example.com/mgmt/v2, without a slash at its end'),
  /** How often Supaglue's API is compared with what events told; absent: never. Needs supaglueApiKeySecretArn. */
  reconcileMinutes: integer(1, 1_440, 60).unwrap().optional(),
  /** A change counts as untold after this long. */
  reconcileGraceMinutes: integer(0, 1_440, 60),
  /** More connections than this gone at once, and three of them: nothing is deleted. */
  reconcileGonePercent: integer(1, 100, 20),
  /** Connections that write into a schema of their own, where Supaglue cannot be asked. */
  connectionSchemas,
  /** The network that the database is in, when it cannot be reached from outside: all three, or none. */
  vpcId: text(/^vpc-[0-9a-f]{8,17}$/)
    .optional()
    .describe('an id like vpc-0a1b2c3d'),
  subnetIds: idList('subnet', 16),
  securityGroupIds: idList('sg', 5),
} as const;

const sourceSchema = z
  .strictObject({
    allowedSources: shape.allowedSources,
    throttleRate: integer(1, 100_000, 100).unwrap().optional(),
    throttleBurst: integer(1, 100_000, 200).unwrap().optional(),
  })
  .refine(({ throttleRate, throttleBurst }) => throttleRate !== undefined || throttleBurst === undefined, {
    path: ['throttleBurst'],
    error: 'it takes a throttleRate beside it',
  });

/** One of `sources`. */
export type SourceConfig = Readonly<z.output<typeof sourceSchema>>;

/** @throws {StackConfigError} naming each property that is not allowed */
export function parseSource(name: string, given: unknown): SourceConfig {
  const result = sourceSchema.safeParse(given);
  if (result.success) return result.data;
  throw new StackConfigError(
    result.error.issues.map(({ path, message }) => `${['sources', name, ...path].join('.')}: ${message}`),
  );
}

const schema = z.object(shape);

/** The whole configuration of the stack, with defaults filled in. */
export type StackConfig = Readonly<z.output<typeof schema>>;

export type ConfigKey = keyof StackConfig;

/** Every key, in the order of the documentation. */
export const CONFIG_KEYS = Object.keys(shape) as readonly ConfigKey[];

/** The configuration does not describe a stack. Each problem is one line for people. */
export class StackConfigError extends Error {
  override readonly name = 'StackConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** The consumer's timeout: the handlers' time, the margin before the deadline, and room for the claim. */
export function consumerTimeoutSeconds(config: StackConfig): number {
  return config.handlerTimeoutSeconds + FUNCTION_MARGIN_SECONDS;
}

/**
 * Parses the configuration. Values may be text (`-c key=value`) or JSON (cdk.json, props).
 *
 * @param nameOf - what the user calls a key @default the key itself, as in CDK context
 * @throws {StackConfigError} naming each unknown key and each value that is not allowed
 */
export function parseStackConfig(
  given: Readonly<Record<string, unknown>>,
  nameOf: (key: ConfigKey) => string = (key) => key,
): StackConfig {
  const isKnown = (key: string): key is ConfigKey => Object.hasOwn(shape, key);
  const result = schema.safeParse(given);
  const problems = [
    ...Object.keys(given).flatMap((key) => (isKnown(key) ? [] : [unknownKey(key, CONFIG_KEYS)])),
    ...(result.error?.issues ?? []).map(({ path: [key] }) => notAllowed(key as ConfigKey, given, nameOf)),
  ];
  if (result.success && result.data.backoffCapSeconds < result.data.backoffBaseSeconds) {
    const { backoffBaseSeconds, backoffCapSeconds } = result.data;
    problems.push(
      `${nameOf('backoffCapSeconds')}=${backoffCapSeconds} is not allowed: it takes no less than ${nameOf('backoffBaseSeconds')} (${backoffBaseSeconds})`,
    );
  }
  if (result.success) problems.push(...databaseProblems(result.data, given, nameOf));
  if (!result.success || problems.length > 0) throw new StackConfigError(problems);
  return Object.freeze(result.data);
}

function unknownKey(key: string, keys: readonly string[]): string {
  const nearest = nearestKey(key, keys);
  const hint = nearest === undefined ? `the keys are ${keys.join(', ')}` : `did you mean ${nearest}?`;
  return `${printable(key)} is not a configuration key: ${hint}`;
}

function notAllowed(
  key: ConfigKey,
  given: Readonly<Record<string, unknown>>,
  nameOf: (key: ConfigKey) => string,
): string {
  const value = given[key];
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return `${nameOf(key)}=${printable(shownValue(key, shown))} is not allowed: it takes ${shape[key].description}`;
}

/** Messages end up in CI logs: what may be a secret, given by mistake in place of its ARN, is not shown. */
function shownValue(key: string, text: string): string {
  if (key === 'alertEndpoint') return withoutPath(text);
  return key.endsWith('SecretArn') && !text.startsWith('arn:') ? '…' : text;
}

/** The path of an alert endpoint is often its key (PagerDuty), and what is no URL may be the key alone. */
function withoutPath(text: string): string {
  const { protocol, host } = URL.canParse(text) ? new URL(text) : { protocol: '', host: '' };
  return host === '' ? '…' : `${protocol}//${host}/…`;
}

/** One line, and not a long one. */
function printable(text: string): string {
  const oneLine = text.replace(/\p{Cc}+/gu, ' ');
  return oneLine.length > 80 ? `${oneLine.slice(0, 80)}…` : oneLine;
}
