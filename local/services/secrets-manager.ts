import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { SecretModel } from '../assembly/stack-model.ts';
import { type JsonRecord, parseRecord } from '../json.ts';
import { listenOnLoopback, readBody } from '../loopback-server.ts';

export interface SecretsManager {
  /** For `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly endpoint: string;
  /** Gives the secret of this ARN a value, and makes it where there is none. */
  put(arn: string, value: string): void;
  stop(): Promise<void>;
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

  const server = await listenOnLoopback(
    async (request, response) => {
      const body = await readBody(request);
      const action = /^secretsmanager\.(\w+)$/.exec(String(request.headers['x-amz-target'] ?? ''))?.[1];
      const input = Buffer.isBuffer(body) ? parseRecord(body.toString()) : undefined;
      if (action === undefined || input === undefined) {
        refuse(response, 'SerializationException', 'not a request of Secrets Manager');
        return;
      }
      const id = input['SecretId'];
      const secret = secrets.find(({ name, arn }) => name === id || arn === id);
      if (secret === undefined) refuse(response, 'ResourceNotFoundException', NO_SECRET);
      else if (action === 'GetSecretValue') getValue(response, secret, input);
      else if (action === 'PutSecretValue') putValue(response, secret, input);
      else if (action === 'DescribeSecret') answer(response, describe(secret));
      else refuse(response, 'UnknownOperationException', `the local Secrets Manager has no ${action}`);
    },
    0,
    { callers: 'credentialed' },
  );
  return {
    endpoint: server.url,
    put(arn, value) {
      const known = secrets.find((each) => each.arn === arn);
      const secret: Secret = known ?? { name: arn, arn, versions: [] };
      if (known === undefined) secrets.push(secret);
      if (secret.versions[0]?.text !== value) addVersion(secret, value);
    },
    stop: () => server.close(),
  };
}

function getValue(response: ServerResponse, secret: Secret, input: JsonRecord): void {
  const stage = typeof input['VersionStage'] === 'string' ? input['VersionStage'] : 'AWSCURRENT';
  const wanted = input['VersionId'];
  const version = secret.versions.find((candidate, index) =>
    typeof wanted === 'string' ? candidate.id === wanted : STAGES[index] === stage,
  );
  if (version === undefined) {
    const what = typeof wanted === 'string' ? `VersionId: ${wanted}` : `staging label: ${stage}`;
    refuse(
      response,
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${what}`,
    );
    return;
  }
  answer(response, {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    SecretString: version.text,
    VersionStages: STAGES.filter((_, index) => secret.versions[index] === version),
    CreatedDate: version.createdAtSeconds,
  });
}

function putValue(response: ServerResponse, secret: Secret, input: JsonRecord): void {
  const text = input['SecretString'];
  if (typeof text !== 'string' || text === '') {
    refuse(response, 'InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
    return;
  }
  const version = addVersion(secret, text);
  answer(response, {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    VersionStages: ['AWSCURRENT'],
  });
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

function refuse(response: ServerResponse, type: string, message: string): void {
  answer(response, { __type: type, Message: message }, 400);
}

function answer(response: ServerResponse, body: JsonRecord, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
