/** The part of the configuration that makes sense only together. */
interface DatabaseConfig {
  readonly databaseSecretArn?: string | undefined;
  readonly supaglueApiKeySecretArn?: string | undefined;
  readonly reconcileMinutes?: number | undefined;
  readonly vpcId?: string | undefined;
  readonly subnetIds?: readonly string[] | undefined;
  readonly securityGroupIds?: readonly string[] | undefined;
}

/** Mean nothing without a database. */
const DATABASE_KEYS = [
  'databaseCaSecretArn',
  'supaglueSchema',
  'applicationSchema',
  'cleanSupaglueTables',
  'supaglueApiKeySecretArn',
  'supaglueApiUrl',
  'connectionSchemas',
  'vpcId',
  'subnetIds',
  'securityGroupIds',
] as const;

/** @returns one line for people for each key whose companion is missing */
export function databaseProblems(
  config: DatabaseConfig,
  given: Readonly<Record<string, unknown>>,
  nameOf: (key: (typeof DATABASE_KEYS)[number] | keyof DatabaseConfig) => string,
): readonly string[] {
  const { databaseSecretArn, vpcId, subnetIds, securityGroupIds } = config;
  const { supaglueApiKeySecretArn, reconcileMinutes } = config;
  const isLonely = (key: (typeof DATABASE_KEYS)[number]) =>
    key in given && !(reconcileMinutes !== undefined && key.startsWith('supaglueApi'));
  const lonely = databaseSecretArn === undefined ? DATABASE_KEYS.filter(isLonely) : [];
  const problems = lonely.map(
    (key) => `${nameOf(key)} needs ${nameOf('databaseSecretArn')}: without it no handler uses a database`,
  );
  if (reconcileMinutes !== undefined && supaglueApiKeySecretArn === undefined) {
    problems.push(
      `${nameOf('reconcileMinutes')} needs ${nameOf('supaglueApiKeySecretArn')}: Supaglue's API is asked with it`,
    );
  }
  const network = { vpcId, subnetIds, securityGroupIds };
  const names = (['vpcId', 'subnetIds', 'securityGroupIds'] as const).map(
    (key) => [nameOf(key), network[key]] as const,
  );
  const missing = names.filter(([, value]) => value === undefined).map(([name]) => name);
  if (missing.length > 0 && missing.length < names.length) {
    const [first, second, third] = names.map(([name]) => name);
    const are = missing.length === 1 ? 'is' : 'are';
    problems.push(`${first}, ${second} and ${third} go together: ${missing.join(' and ')} ${are} missing`);
  }
  return problems;
}
