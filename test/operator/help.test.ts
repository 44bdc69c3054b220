import { beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from '../../operator/program.ts';
import { capturedContext } from './support/captured-context.ts';

async function helpOf(words: readonly string[]): Promise<string> {
  const captured = capturedContext();
  expect(await runProgram([...words, '--help'], captured.context)).toBe(0);
  return captured.stdout();
}

const subcommands = (help: string) =>
  [...(/^Commands:\n((?: .*\n?)+)/m.exec(help)?.[1] ?? '').matchAll(/^ {2}(\w+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');

/** Command → its help, of every command there is. */
const helps = new Map<string, string>();
async function collect(words: readonly string[]): Promise<void> {
  const help = await helpOf(words);
  helps.set(words.join(' '), help);
  for (const name of subcommands(help)) await collect([...words, name]);
}
beforeAll(() => collect([]));

/** What `$` stands before, lines that go on put together. */
function examples(): readonly string[] {
  return [...helps.values()].flatMap((help) =>
    [...help.replaceAll(/ \\\n +/g, ' ').matchAll(/^ {2}\$ (.*)$/gm)].map(([, command = '']) => command),
  );
}

/** Commands that stand in an example, of a pipe each. */
const commandsIn = (example: string) =>
  example.split(/ [|>] /).flatMap((part) => /^npx supaglue-webhooks (.*)$/.exec(part)?.[1] ?? []);

describe('the examples of --help', () => {
  test('are of every command, one on each line', () => {
    expect(helps.size).toBeGreaterThan(20);
    const all = examples();
    expect(all.length).toBeGreaterThan(30);
    expect(all.filter((example) => example.includes('$ '))).toEqual([]);
  });

  test('name commands and options that there are', () => {
    const wrong = examples()
      .flatMap(commandsIn)
      .flatMap((example) => {
        const words = example.split(' ');
        const name = [words.slice(0, 2), words.slice(0, 1)]
          .map((each) => each.join(' '))
          .find((each) => helps.has(each));
        const help = helps.get(name ?? '') ?? '';
        const unquoted = example.replaceAll(/"[^"]*"|'[^']*'/g, '');
        const options = [...unquoted.matchAll(/ (--[\w-]+)/g)].map(([, option = '']) => option);
        const unknown = options.filter(
          (option) => !new RegExp(`^ {2}(?:-\\w, )?${option}(?![\\w-])`, 'm').test(help),
        );
        return name === undefined || unknown.length > 0 ? [{ example, unknown }] : [];
      });
    expect(wrong).toEqual([]);
  });
});
