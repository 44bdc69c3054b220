import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { tlsOptions } from '../../lambdas/database/tls-options.ts';

const RDS_HOST = 'db.abc.eu-west-1.rds.amazonaws.com';

describe('TLS', () => {
  test.each([undefined, 'prefer', 'require', 'verify-full'])('sslmode %s: is verified', async (sslMode) => {
    const options = await tlsOptions({ host: 'db.example.com', sslMode }, undefined);
    expect(options).toEqual({ rejectUnauthorized: true, ca: [...rootCertificates] });
  });

  test('a host of RDS is verified with AWS’s authorities too, of which none has expired', async () => {
    const options = await tlsOptions({ host: RDS_HOST, sslMode: undefined }, undefined);
    const ca: readonly string[] =
      options !== false && Array.isArray(options.ca) ? options.ca.map(String) : [];
    const ofAws = ca.slice(rootCertificates.length).map((pem) => new X509Certificate(pem));
    const ofRegion = ofAws.filter(({ subject }) => /RDS eu-west-1 Root CA/.test(subject));
    expect(ofRegion.length).toBeGreaterThanOrEqual(3);
    expect(ofRegion.every(({ validTo }) => Date.parse(validTo) > Date.now())).toBe(true);
  });

  test.each([
    ['DB.abc.eu-west-1.RDS.amazonaws.com', true],
    ['db.abc.cn-north-1.rds.amazonaws.com.cn', true],
    ['rds.amazonaws.com', false],
    ['db.rds.amazonaws.com.example.com', false],
    ['db.rds-amazonaws.com', false],
  ])('%s is a host of RDS: %s', async (host, isOfRds) => {
    const options = await tlsOptions({ host, sslMode: undefined }, undefined);
    const authorities = options !== false && Array.isArray(options.ca) ? options.ca.length : 0;
    expect(authorities > rootCertificates.length).toBe(isOfRds);
  });

  test('a given authority is the only one', async () => {
    const options = await tlsOptions({ host: RDS_HOST, sslMode: undefined }, 'PEM');
    expect(options).toEqual({ rejectUnauthorized: true, ca: 'PEM' });
  });

  test.each(['localhost', '127.0.0.1', '::1'])('%s may go without', async (host) => {
    expect(await tlsOptions({ host, sslMode: 'disable' }, undefined)).toBe(false);
    expect(await tlsOptions({ host, sslMode: undefined }, undefined)).not.toBe(false);
  });

  test.each(['db.example.com', '10.0.0.1', 'localhost.example.com'])('%s may not', async (host) => {
    await expect(tlsOptions({ host, sslMode: 'disable' }, undefined)).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining('configure databaseCaSecretArn'),
    });
  });

  test('an unknown mode weakens nothing', async () => {
    await expect(tlsOptions({ host: 'localhost', sslMode: 'no-verify' }, undefined)).rejects.toMatchObject({
      ...{ message: expect.stringContaining('unknown sslmode'), retryable: true },
    });
  });
});
