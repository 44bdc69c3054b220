import { randomUUID } from 'node:crypto';
import type { SecretModel } from '../assembly/stack-model.ts';
import type { JsonRecord } from '../json.ts';
import { type Service, ServiceError, startJsonService } from './service.ts';

export interface SecretsManager extends Service {
  /** Gives the secret of this ARN a value, and makes it where there is none. */
  put(arn: string, value: string): void;
}

interface Version {
  readonly id: string;
  readonly text: string;
  readonly createdAtSeconds: number;
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  /** The current version first, then the previous one. */
  versions: readonly Version[];
}

const STAGES = ['AWSCURRENT', 'AWSPREVIOUS'];
const NO_SECRET = "Secrets Manager can't find the specified secret.";

/** GetSecretValue, PutSecretValue and DescribeSecret of Secrets Manager, in memory. Text values only. */
export async function startSecretsManager(models: readonly SecretModel[]): Promise<SecretsManager> {
  const secrets: Secret[] = models.map(({ name, arn, value }) => ({
    name,
    arn,
    versions: value === undefined ? [] : [newVersion(value)],
  }));

  const ofSecret =
    (action: (secret: Secret, input: JsonRecord) => JsonRecord) =>
    (input: JsonRecord): JsonRecord => {
      const id = input['SecretId'];
      const secret = secrets.find(({ name, arn }) => name === id || arn === id);
      if (secret === undefined) throw new ServiceError('ResourceNotFoundException', NO_SECRET);
      return action(secret, input);
    };
  const service = await startJsonService('Secrets Manager', {
    GetSecretValue: ofSecret(getValue),
    PutSecretValue: ofSecret(putValue),
    DescribeSecret: ofSecret(describe),
  });
  return {
    ...service,
    put(arn, value) {
      const known = secrets.find((each) => each.arn === arn);
      const secret: Secret = known ?? { name: arn, arn, versions: [] };
      if (known === undefined) secrets.push(secret);
      if (secret.versions[0]?.text !== value) addVersion(secret, value);
    },
  };
}

function getValue(secret: Secret, input: JsonRecord): JsonRecord {
  const stage = typeof input['VersionStage'] === 'string' ? input['VersionStage'] : 'AWSCURRENT';
  const wanted = input['VersionId'];
  const version = secret.versions.find((candidate, index) =>
    typeof wanted === 'string' ? candidate.id === wanted : STAGES[index] === stage,
  );
  if (version === undefined) {
    const what = typeof wanted === 'string' ? `VersionId: ${wanted}` : `staging label: ${stage}`;
    throw new ServiceError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${what}`,
    );
  }
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    SecretString: version.text,
    VersionStages: STAGES.filter((_, index) => secret.versions[index] === version),
    CreatedDate: version.createdAtSeconds,
  };
}

function putValue(secret: Secret, input: JsonRecord): JsonRecord {
  const text = input['SecretString'];
  if (typeof text !== 'string' || text === '') {
    throw new ServiceError(
      'InvalidRequestException',
      'You must provide either SecretString or SecretBinary.',
    );
  }
  const { id: VersionId } = addVersion(secret, text);
  return { ARN: secret.arn, Name: secret.name, VersionId, VersionStages: ['AWSCURRENT'] };
}

function addVersion(secret: Secret, text: string): Version {
  const version = newVersion(text);
  secret.versions = [version, ...secret.versions].slice(0, STAGES.length);
  return version;
}

function describe(secret: Secret): JsonRecord {
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionIdsToStages: Object.fromEntries(secret.versions.map(({ id }, index) => [id, [STAGES[index]]])),
  };
}

function newVersion(text: string): Version {
  return { id: randomUUID(), text, createdAtSeconds: Date.now() / 1000 };
}
