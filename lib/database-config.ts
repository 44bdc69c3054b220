/** The part of the configuration that makes sense only together. */
interface DatabaseConfig {
  readonly databaseSecretArn?: string | undefined;
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
  'vpcId',
  'subnetIds',
  'securityGroupIds',
] as const;

/** @returns one line for people for each key whose companion is missing */
export function databaseProblems(
  config: DatabaseConfig,
  given: Readonly<Record<string, unknown>>,
): readonly string[] {
  const { databaseSecretArn, vpcId, subnetIds, securityGroupIds } = config;
  const lonely = databaseSecretArn === undefined ? DATABASE_KEYS.filter((key) => key in given) : [];
  const problems = lonely.map(
    (key) => `${key} needs databaseSecretArn: without it no handler uses a database`,
  );
  const network = Object.entries({ vpcId, subnetIds, securityGroupIds });
  const missing = network.filter(([, value]) => value === undefined).map(([key]) => key);
  if (missing.length > 0 && missing.length < network.length) {
    problems.push(`vpcId, subnetIds and securityGroupIds go together: ${missing.join(' and ')} is missing`);
  }
  return problems;
}
