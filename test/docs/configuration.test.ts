import { expect, test } from '@jest/globals';
import { configOf } from '../../lib/settings.ts';
import { CONFIG_KEYS, parseStackConfig, StackConfigError } from '../../lib/stack-config.ts';
import { documentText } from './code-blocks.ts';

const ROW = /^\| `(\w+)` \| `([\w.]+)` \| `?([^`|]+?)`? \| .+ \|$/gm;
const rows = [...documentText('docs/configuration.md').matchAll(ROW)].map(
  ([, key = '', prop = '', byDefault = '']) => ({ key, prop, byDefault }),
);

test('docs/configuration.md has every key of the configuration, with its default', () => {
  const defaults: Readonly<Record<string, unknown>> = parseStackConfig({});
  expect(rows.map(({ key }) => key).sort()).toEqual([...CONFIG_KEYS].sort());
  for (const { key, byDefault } of rows) {
    const unset = key === 'allowedSources' ? 'any' : 'none';
    expect([key, byDefault]).toEqual([key, String(defaults[key] ?? unset)]);
  }
});

test.each(rows)('docs/configuration.md: $key is the prop $prop', ({ prop }) => {
  // A value that no setting takes: the complaint names the prop that it was read from.
  const settings = prop.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), [{}]);
  const refused = () => configOf(settings as never);
  expect(refused).toThrow(StackConfigError);
  expect(refused).toThrow(new RegExp(`^${prop}=.* is not allowed: `));
});
