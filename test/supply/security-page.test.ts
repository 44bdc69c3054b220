import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEAD_LETTER_RETENTION_SECONDS, QUEUE_RETENTION_SECONDS } from '../../lambdas/contract/timing.ts';
import { SECRET_MAX_AGE_MS, SECRET_REREAD_INTERVAL_MS } from '../../lambdas/runtime/cached-secret.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { parseStackConfig } from '../../lib/stack-config.ts';

const page = readFileSync(join(projectDirectory, 'SECURITY.md'), 'utf8');
const SECONDS_A_DAY = 86_400;

describe('SECURITY.md', () => {
  test('names files that exist', () => {
    const named = [...page.matchAll(/(?:`|\()((?:test|docs|lib)\/[\w./-]+)[`)]/g)].map(
      ([, path = '']) => path,
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(join(projectDirectory, path)))).toEqual([]);
  });

  test('has the times of the code', () => {
    const { ledgerRetentionDays, logRetentionDays } = parseStackConfig({});
    expect(page).toContain(`until handled; ${QUEUE_RETENTION_SECONDS / SECONDS_A_DAY} days at most`);
    expect(page).toContain(`deleted; ${DEAD_LETTER_RETENTION_SECONDS / SECONDS_A_DAY} days at most`);
    expect(page).toContain(`${ledgerRetentionDays} days after the last write`);
    expect(page).toContain(`${logRetentionDays} days (\`logRetentionDays\`)`);
    expect(page).toContain(`forget the old one within ${SECRET_MAX_AGE_MS / 60_000} minutes`);
    expect(page).toContain(`once in ${SECRET_REREAD_INTERVAL_MS / 1000} seconds`);
  });
});
