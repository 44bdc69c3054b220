import { randomBytes } from 'node:crypto';

/** Region and account of the local cloud. They belong to nobody, so they open nothing on AWS. */
export const LOCAL_REGION = 'us-east-1';
export const LOCAL_ACCOUNT_ID = '000000000000';

/** New in every process, and wanted by everything that runs in it: nobody else on this machine knows them. */
export const LOCAL_CREDENTIALS = {
  accessKeyId: `LOCAL${randomBytes(16).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(32).toString('base64url'),
} as const;

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
