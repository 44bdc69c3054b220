import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../operator/core/command-error.ts';
import { generatedCatchers } from './catchers.ts';
import { ACCEPTED } from './generated/accepted.ts';
// @ts-expect-error jest loads it, without types
import BailEnvironment from './generated/bail-environment.cjs';
import { type GeneratedVerdict, mutatedSource, verdictOf } from './generated/file-result.ts';
import { namedFiles, sourceFiles } from './generated/files.ts';
import { judged, scoreOf } from './generated/score.ts';
import type { Mutant } from './generated/stryker.ts';
import { PROJECT } from './project-copy.ts';

const FILE = 'lambdas/ledger/letter.ts';
const SOURCE = 'const a = 1;\n  if (a > 1 &&\n      a < 3) return a;\n';
const mutant = (status: string): Mutant => ({
  mutatorName: 'LogicalOperator',
  replacement: 'a > 1\n || a < 3',
  status,
  location: { start: { line: 2, column: 7 }, end: { line: 3, column: 12 } },
});
const verdict = (changes: Partial<GeneratedVerdict> = {}): GeneratedVerdict => ({
  ...verdictOf(FILE, SOURCE, mutant('Survived')),
  ...changes,
});

test('a mutant is told by its line and its texts, and put into the file', () => {
  expect(verdict()).toEqual({
    file: FILE,
    lineNumber: 2,
    line: 'if (a > 1 &&',
    mutator: 'LogicalOperator',
    original: 'a > 1 && a < 3',
    replacement: 'a > 1 || a < 3',
  });
  expect(mutatedSource(SOURCE, mutant('Survived'))).toBe(
    'const a = 1;\n  if ((a > 1\n || a < 3)) return a;\n',
  );
});

test.each([
  ['Killed', 'suite'],
  ['Timeout', 'suite'],
  ['RuntimeError', 'suite'],
  ['Survived', undefined],
  ['NoCoverage', undefined],
])('%s is seen by %p', (status, caughtBy) => {
  expect(verdictOf(FILE, SOURCE, mutant(status)).caughtBy).toBe(caughtBy);
});

describe('a run', () => {
  const entry = { original: 'a > 1 && a < 3', replacement: 'a > 1 || a < 3', reason: 'a reason' };
  const accepted = [{ file: FILE, line: 'if (a > 1 &&', ...entry }];
  const run = (...verdicts: GeneratedVerdict[]) => ({
    found: new Map([[FILE, verdicts]]),
    asked: [FILE],
    accepted,
  });

  test('counts what was caught and what was accepted', () => {
    const verdicts = [verdict(), verdict({ line: 'another' }), verdict({ caughtBy: 'suite' })];
    expect(scoreOf(verdicts, accepted)).toEqual({ mutants: 3, caught: 1, accepted: 1 });
  });

  test('is good when the survivors are accepted, entry by entry', () => {
    expect(judged(run(verdict()))).toMatchObject({ isGood: true, open: [], stale: [], left: [] });
    for (const changed of [{ replacement: 'true' }, { line: 'x' }, { original: 'a < 3' }]) {
      const other = verdict(changed);
      expect(judged(run(verdict(), other))).toMatchObject({ isGood: false, open: [other] });
    }
  });

  test('tells an entry that no survivor needs any more', () => {
    expect(judged(run(verdict({ caughtBy: 'suite' })))).toMatchObject({ isGood: false, stale: accepted });
  });

  test('that did not come to its end is not good', () => {
    expect(judged({ ...run(verdict()), asked: [FILE, 'lib/bundle.ts'] })).toMatchObject({
      isGood: false,
      left: ['lib/bundle.ts'],
      stale: [],
    });
  });

  test('may leave a tenth, but not of what is dearest', () => {
    const file = 'lib/bundle.ts';
    const elsewhere = (survivors: number) => ({
      found: new Map([
        [
          file,
          Array.from({ length: 10 }, (_, index) =>
            verdict({ file, ...(index < survivors ? {} : { caughtBy: 'suite' }) }),
          ),
        ],
      ]),
      asked: [file],
      accepted: [],
    });
    expect(judged(elsewhere(1)).isGood).toBe(true);
    expect(judged(elsewhere(2)).isGood).toBe(false);
  });
});

test('each accepted mutant is in the code as it is, and has its reason', () => {
  const gone = ACCEPTED.filter(({ file, line }) => {
    const lines = readFileSync(path.join(PROJECT, file), 'utf8').split('\n');
    return !lines.some((text) => text.trim() === line);
  });
  expect(gone).toEqual([]);
  expect(ACCEPTED.filter(({ reason }) => reason.length < 20)).toEqual([]);
});

test('once one test has failed for a mutant, others are not asked; one whose hook failed is told as failed', () => {
  const environment = new BailEnvironment(
    { globalConfig: {}, projectConfig: { testEnvironmentOptions: {}, globals: {} } },
    { testPath: 'a.test.ts' },
  );
  environment.global.__stryker__ = { activeMutant: '7' };
  const start = (errors: readonly string[]) => {
    const started: { errors: readonly string[]; mode?: string } = { errors };
    environment.handleTestEvent({ name: 'test_start', test: started });
    return started.mode;
  };
  expect(start([])).toBeUndefined();
  environment.handleTestEvent({ name: 'hook_failure' });
  expect(start([])).toBe('skip');
  expect(start(['beforeAll threw'])).toBeUndefined();
  environment.global.__stryker__ = { activeMutant: '8' };
  expect(start([])).toBeUndefined();
});

describe('the files', () => {
  test('are all sources, the dearest first, and each has somebody who watches it', () => {
    const files = sourceFiles();
    expect(files[0]).toMatch(/^lambdas\/ledger\//);
    expect(files).toContain('lib/stack-config.ts');
    for (const file of files) {
      expect([file, generatedCatchers(file).quick.length > 0]).toEqual([file, true]);
    }
  });

  test('are named by themselves or by a folder', () => {
    expect(namedFiles('lib/bundle.ts,lambdas/router/')).toEqual([
      'lib/bundle.ts',
      ...sourceFiles().filter((file) => file.startsWith('lambdas/router/')),
    ]);
    expect(() => namedFiles('lib/bundl')).toThrow(UsageError);
  });
});

test('the accepted mutants stand in docs/proof.md, with their reasons', () => {
  const cell = (code: string) => `\`\` ${code.replaceAll('|', '\\|')} \`\``;
  const rows = ACCEPTED.map(({ file, line, original, replacement, reason }) => {
    const change = [original, replacement].map((text) => text && cell(text));
    const [from = 'whatever of it', to = 'whatever'] = change;
    return `| ${file}: ${cell(line)} | ${from} → ${to} | ${reason} |`;
  });
  const told = readFileSync(path.join(PROJECT, 'docs/proof.md'), 'utf8').split('\n');
  expect(told.filter((row) => /^\| (?:lambdas|lib)\/[^|]*\.ts: /.test(row))).toEqual(rows);
});
