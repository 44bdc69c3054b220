import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';
import type { Manifest } from './lock-rules.ts';
import { workflowFaults } from './workflow-rules.ts';

const folder = join(projectDirectory, '.github/workflows');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const { scripts = {} }: Manifest = JSON.parse(readFileSync(join(projectDirectory, 'package.json'), 'utf8'));
const ci = read('ci.yml');
const expression = (text: string) => `$\{{ ${text} }}`;

describe('the public workflows', () => {
  test.each(readdirSync(folder))(
    '%s: pinned actions, read-only permissions, no expression in a script',
    (name) => {
      expect(workflowFaults(read(name))).toEqual([]);
    },
  );

  test('run the tests as the project does, and the long proofs', () => {
    expect(ci).toContain('run: bash .ci/run');
    expect(ci).toContain('run: bash .ci/engines');
    const called = [...ci.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script);
    expect(called).toEqual(['simulate', 'fuzz', 'mutate', 'test:deploy']);
    expect(called.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  test('run on the oldest Node that is supported, and on the functions’ own', () => {
    const versions = /node: \[(.*)\]/.exec(ci)?.[1];
    const oldest = /"node": ">=(\d+)(?:\.\d+)*"/.exec(
      readFileSync(join(projectDirectory, 'package.json'), 'utf8'),
    )?.[1];
    const functions = /NODEJS_(\d+)_X/.exec(
      readFileSync(join(projectDirectory, 'lib/webhook-function.ts'), 'utf8'),
    )?.[1];
    expect(versions).toBe(`'${oldest}', '22', '${functions}'`);
    expect(readFileSync(join(projectDirectory, '.nvmrc'), 'utf8').trim()).toBe(functions);
  });
});

describe('a change for the worse is found', () => {
  test.each<[string, string, string, string]>([
    ['a tag', '@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0', '@v5', 'is not pinned'],
    ['a commit without its version', ' # v5.0.0', '', 'is not pinned'],
    ['a short commit', '@08c6903cd8c0fde910a37f88322edcfb5dd907a8', '@08c6903', 'is not pinned'],
    ['a right to write', 'contents: read', 'contents: write', 'its permissions are not contents: read alone'],
    ['a further right', 'contents: read', 'contents: read\n  packages: write', 'its permissions are not'],
    ['no permissions', 'permissions:\n  contents: read\n', '', 'its permissions are not'],
    [
      'a right of one job',
      '    timeout-minutes: 30\n',
      '    timeout-minutes: 30\n    permissions:\n      contents: write\n',
      'a job has permissions of its own',
    ],
    ['pull_request_target', '  pull_request:', '  pull_request_target:', 'it runs on pull_request_target'],
    ['a comment as trigger', '  pull_request:', '  issue_comment:', 'it runs on issue_comment'],
    [
      'a title in a script',
      'run: bash .ci/run',
      `run: echo "${expression('github.event.pull_request.title')}"`,
      'a script is made of an expression',
    ],
    [
      'an expression in a longer script',
      'run: bash .ci/run',
      `run: |\n          set -e\n          bash .ci/run ${expression('github.ref_name')}`,
      'a script is made of an expression',
    ],
    [
      'a secret',
      "NPM_CONFIG_IGNORE_SCRIPTS: 'true'",
      `TOKEN: ${expression('secrets.NPM_TOKEN')}`,
      'it uses a secret',
    ],
    ['a token left behind', 'persist-credentials: false', 'fetch-depth: 1', 'a checkout leaves its token'],
    ['no timeout', '    timeout-minutes: 30\n', '', 'test: no timeout'],
    ['a runner that changes', 'ubuntu-24.04', 'ubuntu-latest', 'test: no runner of one version'],
    ['no concurrency group', 'concurrency:', 'defaults:', 'there is no concurrency group'],
    ['what the rules cannot read', 'steps:', 'steps: [{ uses: someone/action@v1 }]', 'flow style'],
  ])('%s', (_name, good, bad, expected) => {
    expect(ci).toContain(good);
    expect(workflowFaults(ci.replace(good, bad)).join('\n')).toContain(expected);
  });
});
