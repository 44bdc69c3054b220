import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BUNDLES_VARIABLE } from '../../lib/function-code.ts';
import { parseStackConfig, StackConfigError } from '../../lib/stack-config.ts';
import { readPermissions, sentence } from './permissions-reader.ts';
import { faultsOf } from './permissions-rules.ts';
import { ADDED_BY, EVERY_STACK, NEEDED_BY, VARIANTS, WITHOUT_RESOURCE } from './permissions-table.ts';
import { appIn, stackOf } from './stack-of.ts';
import { standInBundles, type Template } from './synthesised-stack.ts';

const KEYS = Object.keys(VARIANTS) as readonly (keyof typeof VARIANTS)[];
const templates = new Map<string, Template>();
let directory: string;

/** One app with a stack for each key of the configuration that is not at its default. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webhook-permissions-'));
  process.env[BUNDLES_VARIABLE] = await standInBundles(join(directory, 'bundles'));
  const app = appIn(join(directory, 'assembly'));
  const configurations = {
    plain: {},
    ...Object.fromEntries(
      KEYS.map((key, index) => [
        key,
        {
          stage: `variant-${index}`,
          ...Object.fromEntries(withNeeded(key).map((each) => [each, VARIANTS[each]])),
        },
      ]),
    ),
  };
  const stacks = Object.entries(configurations).map(([name, given]) => [name, stackOf(app, given)] as const);
  const assembly = app.synth();
  for (const [name, { artifactId }] of stacks) {
    templates.set(name, assembly.getStackArtifact(artifactId).template);
  }
});
afterAll(() => rm(directory, { recursive: true }));

const withNeeded = (key: keyof typeof VARIANTS) => [...(NEEDED_BY[key] ?? []), key];
const permissionsOf = (name: string) =>
  readPermissions(templates.get(name) ?? { Resources: {}, Outputs: {} });
const sentencesOf = (name: string) => permissionsOf(name).map(sentence);

/** Each difference as a line that says what to do about it. */
function differences(
  found: readonly string[],
  explained: readonly string[],
  where: string,
): readonly string[] {
  return [
    ...found
      .filter((line) => !explained.includes(line))
      .map(
        (line) => `not explained: add "${line}" with its reason to ${where}, or take the grant out of lib/`,
      ),
    ...explained
      .filter((line) => !found.includes(line))
      .map((line) => `not there: take "${line}" out of ${where}, or put the grant back`),
  ];
}

describe('what the stack allows', () => {
  test('is what the table explains, no more and no less', () => {
    const where = 'EVERY_STACK in test/stack/permissions-table.ts';
    expect(differences(sentencesOf('plain'), Object.keys(EVERY_STACK), where)).toEqual([]);
  });

  test.each(KEYS)('%s adds what the table says, and takes nothing away', (key) => {
    const [plain, varied] = [sentencesOf('plain'), sentencesOf(key)];
    const added = varied.filter((line) => !plain.includes(line));
    const where = `ADDED_BY.${key} in test/stack/permissions-table.ts`;
    const explained = withNeeded(key).flatMap((each) => Object.keys(ADDED_BY[each] ?? {}));
    expect(differences(added, explained, where)).toEqual([]);
    expect(plain.filter((line) => !varied.includes(line))).toEqual([]);
  });

  test('is looked at for every key of the configuration', () => {
    // The message about an unknown key names them all.
    const refused = () => parseStackConfig({ q: 1 });
    expect(refused).toThrow(StackConfigError);
    expect(refused).toThrow(new RegExp(`the keys are ${KEYS.join(', ')}$`));
    const defaults: Readonly<Record<string, unknown>> = parseStackConfig({});
    expect(KEYS.filter((key) => defaults[key] === VARIANTS[key])).toEqual([]);
  });

  test('has a reason in each line', () => {
    const reasons = [EVERY_STACK, ...Object.values(ADDED_BY)].flatMap((lines) => Object.entries(lines));
    expect(reasons.filter(([, reason]) => !/^[A-Z].*\.$/.test(reason))).toEqual([]);
  });
});

describe('the rules that no reason overrules', () => {
  const withoutResource = new Set(Object.keys(WITHOUT_RESOURCE));

  test.each(['plain', ...KEYS])('%s keeps them', (name) => {
    const broken = permissionsOf(name).flatMap((each) =>
      faultsOf(each, withoutResource).map((fault) => `${sentence(each)}: ${fault}`),
    );
    expect(broken).toEqual([]);
  });

  test('a wildcard resource names AWS’s page about it', () => {
    const wide = [...new Set(KEYS.flatMap(sentencesOf))].filter((line) => / may \S+ on \*/.test(line));
    expect(wide.sort()).toEqual(Object.keys(WITHOUT_RESOURCE).sort());
    for (const page of Object.values(WITHOUT_RESOURCE))
      expect(page).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  });
});
