import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { projectDirectory } from '../../lib/project-paths.ts';

/** Where a name of a file comes from: another file of the project, or a package. */
interface Origin {
  readonly from: string;
  readonly name: string;
}

interface Source {
  /** Name at the top of the file → its text. */
  readonly declarations: ReadonlyMap<string, string>;
  readonly imports: ReadonlyMap<string, Origin>;
}

/** Not on the way to AWS: the local engines, and the handlers that a replay runs on them. */
const LEFT_OUT = /^(?:local|lambdas\/handlers)\//;
const DECLARATION = /^(?:export )?(?:async )?(?:function\*?|const|let|class|interface|type) (\w+)/;
const SDK_CALL = /^(\w+)Command$|^paginate(\w+)$/;

export interface SdkCallsOptions {
  /** File of the project whose exports are followed. */
  readonly entry: string;
  /** Functions that are not followed: what only an option of the command reaches. */
  readonly without?: readonly string[];
}

/**
 * The AWS calls that code can reach, as `service:Operation`: followed from declaration to declaration by the names
 * that each uses, so that a file's other functions do not count. Names are not resolved as a compiler would, so it
 * may find too many, never too few.
 */
export function sdkCalls({ entry, without = [] }: SdkCallsOptions): ReadonlySet<string> {
  const calls = new Set<string>();
  const seen = new Set<string>();
  const pending: Origin[] = [...sourceOf(entry).declarations.keys()].map((name) => ({ from: entry, name }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const key = `${next.from}#${next.name}`;
    if (seen.has(key) || without.includes(next.name)) continue;
    seen.add(key);
    const service = /^@aws-sdk\/client-(.+)$/.exec(next.from)?.[1];
    if (service !== undefined) {
      const [, command, pages] = SDK_CALL.exec(next.name) ?? [];
      const operation = command ?? pages;
      if (operation !== undefined) calls.add(`${service}:${operation}`);
    } else if (/\.tsx?$/.test(next.from) && !LEFT_OUT.test(next.from)) {
      pending.push(...usedBy(next));
    }
  }
  return calls;
}

function usedBy({ from, name }: Origin): readonly Origin[] {
  const { declarations, imports } = sourceOf(from);
  const text = declarations.get(name) ?? '';
  const passedOn = imports.get(name);
  const names = new Set(text.match(/\b[A-Za-z_]\w*\b/g) ?? []);
  return [
    ...(passedOn === undefined ? [] : [passedOn]),
    ...[...names].flatMap((each) =>
      declarations.has(each) ? [{ from, name: each }] : (imports.get(each) ?? []),
    ),
  ];
}

const sources = new Map<string, Source>();

function sourceOf(file: string): Source {
  const known = sources.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(join(projectDirectory, file), 'utf8')
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1');
  const source = { declarations: declarationsOf(text), imports: importsOf(file, text) };
  sources.set(file, source);
  return source;
}

function declarationsOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let current: string | undefined;
  for (const line of text.split('\n')) {
    current = DECLARATION.exec(line)?.[1] ?? (/^(?:import|export) /.test(line) ? undefined : current);
    if (current !== undefined) found.set(current, `${found.get(current) ?? ''}${line}\n`);
  }
  return found;
}

function importsOf(file: string, text: string): ReadonlyMap<string, Origin> {
  const whole = /^import \* as \w+ from '\.[^']+'/m.exec(text);
  if (whole !== null) throw new Error(`${file}: ${whole[0]} hides which names are used`);
  const found = new Map<string, Origin>();
  const add = (names: string, specifier: string) => {
    const from = specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
    for (const part of names.split(',')) {
      const [name, local] = part.trim().split(/\s+as\s+|\s*:\s*/);
      if (name !== undefined && !/^(?:type\s|$)/.test(name)) found.set(local ?? name, { from, name });
    }
  };
  for (const [, names = '', from = ''] of text.matchAll(/^(?:import|export) \{([^}]*)\} from '([^']+)'/gms)) {
    add(names, from);
  }
  for (const [, names = '', from = ''] of text.matchAll(/\{([^{}]*)\} = await import\(\s*'([^']+)'\s*\)/gs)) {
    add(names, from);
  }
  for (const [, from = '', name = ''] of text.matchAll(/\(await import\(\s*'([^']+)'\s*\)\)\.(\w+)/gs)) {
    add(name, from);
  }
  return found;
}
