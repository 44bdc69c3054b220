import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';
import { EXPORTS_FILE } from '../../local/exports-file.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { makeFixtureProject } from '../support/fixture-project.ts';
import { temporaryDirectory } from './support/cli.ts';
import { type DeadLetterWorld, seeds, startDeadLetterWorld } from './support/dead-letter-world.ts';
import { exportedLetter, exportOf } from './support/exported-letters.ts';

/** The documented commands in a shell, where they are part of a pipe: nothing may stand in it but their output. */
let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await makeFixtureProject(directory);
  // As npm links it into a project.
  const bin = join(directory, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  const link = join(projectDirectory, 'bin/supaglue-webhooks.mjs');
  await writeFile(join(bin, 'supaglue-webhooks'), `#!/bin/sh\nexec node "${link}" "$@"\n`);
  // What the examples ask of jq, for machines without it: the field of each line, which has to be JSON.
  await writeFile(join(bin, 'jq'), `#!/usr/bin/env node\n${JQ}`);
  for (const name of ['supaglue-webhooks', 'jq']) await chmod(join(bin, name), 0o755);
  await writeFile(join(directory, 'package.json'), '{"name":"project","private":true}');
  await writeFile(join(directory, 'dead.ndjson'), exportOf(exportedLetter('msg_one')));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const JQ = `
const field = process.argv[2].slice(1);
const lines = require('node:fs').readFileSync(0, 'utf8').trim().split('\\n');
console.log(lines.map((line) => JSON.stringify(JSON.parse(line)[field])).join('\\n'));
`;

const shell = (line: string) =>
  promisify(execFile)('sh', ['-c', line], {
    cwd: directory,
    env: {
      ...process.env,
      HOME: directory,
      PATH: `${join(directory, 'node_modules/.bin')}:${process.env['PATH']}`,
    },
  });

/** The commands in help texts, README and docs whose output goes into a file or another program. */
function pipedExamples(): readonly string[] {
  const files = ['operator', 'bench', 'docs', '.'].flatMap((folder) =>
    readdirSync(join(projectDirectory, folder), { recursive: folder !== '.', encoding: 'utf8' })
      .filter((name) => /\.(?:tsx?|md)$/.test(name) && !name.startsWith('node_modules/'))
      .map((name) => join(projectDirectory, folder, name)),
  );
  return files
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .replaceAll(/ \\\\?\n\s+/g, ' ')
        .split('\n'),
    )
    .map((line) => /^\s*(?:\$ )?(npx supaglue-webhooks .*|npm run .*)$/.exec(line)?.[1] ?? '')
    .filter((line) => / [|>] /.test(line));
}

describe('npx supaglue-webhooks', () => {
  test('replays from a pipe, and its JSON goes into a file as it is', async () => {
    await shell('cat dead.ndjson | npx supaglue-webhooks replay - --json > replayed.json');
    const { events } = JSON.parse(await readFile(join(directory, 'replayed.json'), 'utf8'));
    expect(events).toEqual([expect.objectContaining({ event_id: 'msg_one', end: 'COMPLETED' })]);
  });

  test('prints JSON that a program reads', async () => {
    const read = 'node -e "JSON.parse(require(\'fs\').readFileSync(0))"';
    await shell(`npx supaglue-webhooks init made --json | ${read}`);
  });

  test('keeps remarks and errors out of the pipe, and its exit code', async () => {
    const { stdout } = await shell('npx supaglue-webhooks dlq list --local > nothing.txt || echo "code $?"');
    expect(stdout).toBe('code 1\n');
    expect(await readFile(join(directory, 'nothing.txt'), 'utf8')).toBe('');
  });

  describe('as documented', () => {
    let engines: TestEngines;
    let world: DeadLetterWorld;
    beforeAll(async () => {
      engines = await startEngines();
      world = await startDeadLetterWorld(engines);
      await world.seed(seeds(3));
      await mkdir(join(directory, '.local'), { recursive: true });
      await cp(join(world.directory, EXPORTS_FILE), join(directory, EXPORTS_FILE));
    });
    afterAll(async () => {
      await world?.stop();
      await engines?.stopAll();
    });

    /** The example → whether what it leaves is right. */
    const EXAMPLES: Readonly<Record<string, (stdout: string) => void>> = {
      'npx supaglue-webhooks dlq export --local > dead-letters.ndjson': () => {
        const lines = readFileSync(join(directory, 'dead-letters.ndjson'), 'utf8').trim().split('\n');
        expect(lines.map((line) => JSON.parse(line).event_id)).toHaveLength(3);
      },
      'npx supaglue-webhooks dlq export --group 3f9a1c02 --local | jq .body': (stdout) => {
        expect(JSON.parse(JSON.parse(stdout.trim().split('\n')[0] ?? ''))).toHaveProperty('customer_id');
      },
      'npx supaglue-webhooks dlq export --local | npx supaglue-webhooks replay -': (stdout) => {
        expect(stdout).toMatch(/\n3 events in .* 3 COMPLETED\n/);
      },
    };

    test('are all that there are', () => {
      expect([...pipedExamples()].sort()).toEqual(Object.keys(EXAMPLES).sort());
    });

    test.each(Object.entries(EXAMPLES))('%s', async (example, check) => {
      const { stdout: list } = await shell('npx supaglue-webhooks dlq list --local --json');
      const { stdout } = await shell(example.replace('3f9a1c02', JSON.parse(list).groups[0].group_id));
      check(stdout);
    });
  });
});
