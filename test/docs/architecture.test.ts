import { expect, test } from '@jest/globals';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { DEAD_LETTER_RETENTION_SECONDS, QUEUE_RETENTION_SECONDS } from '../../lambdas/contract/timing.ts';
import { documentText } from './code-blocks.ts';

const page = documentText('docs/architecture.md');
const SECONDS_A_DAY = 86_400;

/** The names in the first column of the table below a heading. */
function namesBelow(heading: string): readonly string[] {
  const [, section = ''] = page.split(`### ${heading}\n`);
  const [table = ''] = section.split('\n#');
  const columns = [...table.matchAll(/^\| ([^|]+) \|/gm)].map(([, column = '']) => column);
  return columns.flatMap((column) => [...column.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name));
}

test('the message’s contract has each of its attributes', () => {
  expect([...namesBelow('The message')].sort()).toEqual(Object.values(MessageAttribute).sort());
});

test('the record’s contract has each of its attributes', () => {
  const [, fields = ''] =
    /^export interface LedgerRecord \{$(.*?)^\}$/ms.exec(documentText('lambdas/ledger/record.ts')) ?? [];
  const names = [...fields.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(20);
  expect([...namesBelow('The ledger record')].sort()).toEqual(names.sort());
});

test('the times for which they wait are those of the code', () => {
  const queueDays = QUEUE_RETENTION_SECONDS / SECONDS_A_DAY;
  const deadLetterDays = DEAD_LETTER_RETENTION_SECONDS / SECONDS_A_DAY;
  expect(page).toContain(
    `A message waits up to ${queueDays} days on the main queue and up to ${deadLetterDays} on the dead-letter queue`,
  );
});
