import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { matchSignature } from '../../lambdas/ingest/signature.ts';
import { percentile } from './welch.ts';

const RUNS = 300;
const WARM_UP = 50;

/**
 * What it takes to refuse a request with as many forged `v1a` entries as are looked at, for each stored public key.
 * Nothing about that key is secret: how long its checks take tells nothing, but a forger may cause them.
 */
export function forgedCost(bodyBytes: number) {
  const { publicKey } = generateKeyPairSync('ed25519');
  // Well-formed ones: random bytes are refused before anything is computed.
  const stranger = generateKeyPairSync('ed25519').privateKey;
  const forged = () => `v1a,${sign(null, randomBytes(32), stranger).toString('base64')}`;
  const content = { id: 'msg_timing', timestamp: '1700000000', body: Buffer.alloc(bodyBytes, '{') };
  const samples = Float64Array.from({ length: WARM_UP + RUNS }, () => {
    const header = Array.from({ length: 8 }, forged).join(' ');
    const startedMs = performance.now();
    matchSignature([publicKey], content, header);
    return (performance.now() - startedMs) * 1_000;
  }).subarray(WARM_UP);
  return { bodyBytes, medianMicroseconds: Math.round(percentile(samples, 0.5)) };
}
