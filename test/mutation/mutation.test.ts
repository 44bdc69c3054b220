import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { transform } from 'esbuild';
import { isSimulated, suitesOf } from './catchers.ts';
import { checksOf, HARNESS_CHECKS, redBy } from './checks.ts';
import { type Mutation, mutatedTexts } from './mutation.ts';
import { isGood, runJson } from './mutation-run.ts';
import { LISTED, MUTATIONS } from './mutations.ts';
import { PROJECT } from './project-copy.ts';
import { catcherText } from './report.ts';
import type { Verdict } from './try-mutation.ts';

const readProject = (file: string) => readFileSync(path.join(PROJECT, file), 'utf8');

describe('the mutations', () => {
  test.each(MUTATIONS)('$name applies to the code as it is, and still is a program', async (mutation) => {
    const texts = mutatedTexts(mutation, readProject);
    expect(texts.size).toBeGreaterThan(0);
    for (const [file, text] of texts) {
      expect(text).not.toBe(readProject(file));
      await expect(transform(text, { loader: 'ts' })).resolves.toMatchObject({ warnings: [] });
    }
  });

  test('have names of their own', () => {
    const names = MUTATIONS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z0-9]+)+$/);
    expect(MUTATIONS).toEqual(expect.arrayContaining([...LISTED]));
  });

  test('touch production code alone, and each has a catcher', () => {
    for (const mutation of MUTATIONS) {
      for (const { file } of mutation.edits) expect(file).toMatch(/^(lambdas|lib|operator)\//);
      expect(isSimulated(mutation) || suitesOf(mutation).length > 0).toBe(true);
      for (const suite of suitesOf(mutation))
        expect([suite, existsSync(path.join(PROJECT, suite))]).toEqual([suite, true]);
    }
  });

  test('aim at checks that the simulation makes', () => {
    const checks = checksOf(PROJECT);
    expect(checks.length).toBeGreaterThan(40);
    expect(checks).toEqual(expect.arrayContaining(Object.keys(HARNESS_CHECKS)));
    expect(checks).toEqual(expect.arrayContaining(MUTATIONS.flatMap(({ aim }) => aim ?? [])));
  });
});

describe('a mutation', () => {
  const file = 'a.ts';
  const mutation = (...edits: Mutation['edits']): Mutation => ({ name: 'a-mutation', says: '', edits });
  const read = () => 'one two one';

  test('is several edits, one after the other', () => {
    const edits = [
      { file, find: 'two', replace: 'three' },
      { file, find: 'three one', replace: '$& four' },
    ];
    expect(mutatedTexts(mutation(...edits), read)).toEqual(new Map([[file, 'one $& four']]));
  });

  test.each([
    ['five', 'occurs 0 times in a.ts, not once'],
    ['one', 'occurs 2 times in a.ts, not once'],
  ])('that finds %p is told', (find, message) => {
    const wrong = mutation({ file, find, replace: '' });
    expect(() => mutatedTexts(wrong, read)).toThrow(`a-mutation no longer applies: "${find}" ${message}`);
  });
});

describe('a run', () => {
  const [first, second] = MUTATIONS;
  if (first === undefined || second === undefined) throw new Error('there are mutations');
  const caught: Verdict = {
    mutation: first,
    simulation: {
      check: 'a-check',
      seedsNeeded: 3,
      seedsRun: 9,
      red: new Map([
        ['a-check', 3],
        ['b-check', 5],
      ]),
    },
  };
  const missed: Verdict = {
    mutation: second,
    simulation: { check: undefined, seedsNeeded: undefined, seedsRun: 9, red: new Map() },
  };
  const bySuite: Verdict = { ...missed, failedTest: 'test/a.test.ts: fails' };
  const run = {
    verdicts: [caught, bySuite],
    checks: ['a-check', 'b-check'],
    isWhole: true,
    interrupted: false,
  };

  test('is good when all were caught and every check was red', () => {
    expect(isGood(run)).toBe(true);
    expect(isGood({ ...run, verdicts: [caught, missed] })).toBe(false);
    expect(isGood({ ...run, verdicts: [caught, { mutation: second, problem: 'it does not apply' }] })).toBe(
      false,
    );
    expect(isGood({ ...run, checks: ['a-check', 'c-check'] })).toBe(false);
    expect(isGood({ ...run, checks: ['a-check', 'c-check'], isWhole: false })).toBe(true);
    expect(isGood({ ...run, checks: ['a-check', ...Object.keys(HARNESS_CHECKS)] })).toBe(true);
  });

  test('names who saw what', () => {
    expect([caught, missed, bySuite].map(catcherText)).toEqual([
      'simulation: a-check (and 1 more)',
      'NOBODY',
      'suite: test/a.test.ts: fails',
    ]);
    expect(redBy(run.verdicts)).toEqual(
      new Map([
        ['a-check', [first.name]],
        ['b-check', [first.name]],
      ]),
    );
    expect(runJson(run, 12.4)).toMatchObject({
      good: true,
      elapsed_ms: 12,
      caught: 2,
      survived: 0,
      mutations: [
        {
          name: first.name,
          caught: true,
          check: 'a-check',
          seeds_needed: 3,
          red: { 'a-check': 3, 'b-check': 5 },
        },
        { name: second.name, caught: true, failed_test: 'test/a.test.ts: fails' },
      ],
      checks: [
        { check: 'a-check', red_by: [first.name] },
        { check: 'b-check', red_by: [first.name] },
      ],
    });
  });
});

test('the project’s own mutations of named files are chosen by these, none by others', async () => {
  const listed = async (...options: readonly string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', 'test/mutation/mutate.ts', '--list', '--json'],
      ...options,
    ]);
    return JSON.parse(stdout).map(({ name }: { name: string }) => name);
  };
  const own = await listed('--own', '--files', 'lambdas/alerts,lambdas/runtime/secret-text.ts');
  const expected = MUTATIONS.filter(({ edits }) =>
    edits.some(({ file }) => file.startsWith('lambdas/alerts/') || file === 'lambdas/runtime/secret-text.ts'),
  );
  expect(own).toEqual(expected.map(({ name }) => name));
  expect(own.length).toBeGreaterThan(2);
  expect(await listed('--own')).toHaveLength(MUTATIONS.length);
});
