import { randomBytes } from 'node:crypto';

/**
 * Version 1 of the AWS CLI sends SQS calls of the older regions, us-east-1 first, to AWS itself whatever endpoint is
 * set: this one has but one name for it.
 */
export const LOCAL_REGION = 'eu-central-2';
/** Belongs to nobody, so it opens nothing on AWS. */
export const LOCAL_ACCOUNT_ID = '000000000000';

/** New in every process, and wanted by everything that runs in it: nobody else on this machine knows them. */
export const LOCAL_CREDENTIALS = {
  accessKeyId: `LOCAL${randomBytes(16).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(32).toString('base64url'),
} as const;

/** For a program that finds its client's region and credentials in the environment. */
export const LOCAL_IDENTITY_ENVIRONMENT = {
  AWS_REGION: LOCAL_REGION,
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
} as const;

/** Whether a key is of some local run, this one or another. */
export function isLocalAccessKey(accessKeyId: string | undefined): boolean {
  return /^LOCAL[0-9A-F]{32}$/.test(accessKeyId ?? '');
}

/**
 * Of every client of the local cloud: all is given outright, nothing is taken from the user's AWS configuration. A
 * profile that asks for FIPS or dual-stack would make the SDK refuse an endpoint of one's own.
 */
export const LOCAL_CLIENT = {
  region: LOCAL_REGION,
  credentials: LOCAL_CREDENTIALS,
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
} as const;
