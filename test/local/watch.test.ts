import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { watchSources } from '../../local/start/watch.ts';

test('a watcher that fails is told once and ends the watching, not the process', async () => {
  const happened: string[] = [];
  const native = Object.assign(new EventEmitter(), { close: () => void happened.push('closed') });
  let change: (file: string) => void = () => undefined;
  const watcher = watchSources(
    ['lambdas'],
    async () => void happened.push('built'),
    ({ message }) => happened.push(message),
    (_directory, onChange) => {
      change = onChange;
      return native;
    },
  );
  change('handlers/new.ts');
  native.emit('error', new Error('ENOENT'));
  native.emit('error', new Error('ENOENT again'));
  change('handlers/new.ts');
  expect(happened).toEqual(['closed', 'ENOENT']);
  await watcher.close();
  expect(happened).not.toContain('built');
});
