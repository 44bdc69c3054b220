import { stackContext } from './context-keys.ts';
import type { SupaglueWebhooksSettings } from './props.ts';
import { CONFIG_KEYS, type ConfigKey, parseStackConfig, type StackConfig } from './stack-config.ts';

/** Where each key of the configuration stands among a construct's props; the others have the key's own name. */
const PROPERTY_OF: { readonly [Key in ConfigKey]?: string } = {
  alertEmail: 'alerts.email',
  alertEndpoint: 'alerts.endpoint',
  alertWindowSeconds: 'alerts.windowSeconds',
  pagerDutySecretArn: 'alerts.pagerDutySecretArn',
  slackSecretArn: 'alerts.slackSecretArn',
  alertTopicKeyArn: 'alerts.topicKeyArn',
  endpoint: 'ingest.endpoint',
  throttleRate: 'ingest.throttleRate',
  throttleBurst: 'ingest.throttleBurst',
  allowedSources: 'ingest.allowedSources',
  maxConcurrency: 'consumer.maxConcurrency',
  batchSize: 'consumer.batchSize',
  batchWindowSeconds: 'consumer.batchWindowSeconds',
  handlerTimeoutSeconds: 'consumer.handlerTimeoutSeconds',
  maxAttempts: 'retries.maxAttempts',
  backoffBaseSeconds: 'retries.backoffBaseSeconds',
  backoffCapSeconds: 'retries.backoffCapSeconds',
  databaseSecretArn: 'database.secretArn',
  databaseCaSecretArn: 'database.caSecretArn',
  supaglueSchema: 'database.supaglueSchema',
  applicationSchema: 'database.applicationSchema',
  cleanSupaglueTables: 'database.cleanSupaglueTables',
  supaglueApiKeySecretArn: 'database.supaglueApiKeySecretArn',
  supaglueApiUrl: 'database.supaglueApiUrl',
  connectionSchemas: 'database.connectionSchemas',
  reconcileMinutes: 'reconcile.minutes',
  reconcileGraceMinutes: 'reconcile.graceMinutes',
  reconcileGonePercent: 'reconcile.gonePercent',
  vpcId: 'database.network.vpcId',
  subnetIds: 'database.network.subnetIds',
  securityGroupIds: 'database.network.securityGroupIds',
};

const propertyOf = (key: ConfigKey): string => PROPERTY_OF[key] ?? key;

interface Nested {
  [name: string]: unknown;
}

/** @throws {StackConfigError} naming the property and what it takes */
export function configOf(settings: SupaglueWebhooksSettings): StackConfig {
  const given = CONFIG_KEYS.flatMap((key) => {
    const value = propertyOf(key)
      .split('.')
      .reduce<unknown>((level, name) => (level as Nested | undefined)?.[name], settings);
    return value === undefined ? [] : [[key, value]];
  });
  return parseStackConfig(Object.fromEntries(given), propertyOf);
}

/**
 * The settings that an app's CDK context gives: `-c key=value`, or `context` in cdk.json.
 *
 * @param options.others - keys of your own, which are left alone
 * @throws {StackConfigError} naming each unknown key, and each value that is not allowed
 */
export function settingsFromContext(
  { node }: { readonly node: { getAllContext(): Record<string, unknown> } },
  { others = [] }: { readonly others?: readonly string[] } = {},
): SupaglueWebhooksSettings & { readonly stage: string } {
  const context = Object.entries(stackContext(node.getAllContext())).filter(([key]) => !others.includes(key));
  const config = parseStackConfig(Object.fromEntries(context));
  const settings: Nested & { stage: string } = { stage: config.stage };
  for (const key of CONFIG_KEYS) {
    // A key that is not given stays away: to name a database's schema is to have a database.
    if (!context.some(([given]) => given === key)) continue;
    const path = propertyOf(key).split('.');
    const last = path.pop() ?? key;
    let level: Nested = settings;
    for (const name of path) {
      level[name] ??= {};
      level = level[name] as Nested;
    }
    level[last] = config[key];
  }
  return settings;
}
