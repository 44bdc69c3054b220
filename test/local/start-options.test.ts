import { describe, expect, test } from '@jest/globals';
import { DEFAULT_PORT, parseStartOptions } from '../../local/start/options.ts';

function parse(...parameters: string[]) {
  let out = '';
  let err = '';
  const result = parseStartOptions(parameters, {
    writeOut: (text) => {
      out += text;
    },
    writeErr: (text) => {
      err += text;
    },
  });
  return { result, out, err };
}

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

test('the defaults leave everything to the stack', () => {
  expect(parse().result).toEqual({ port: DEFAULT_PORT, verbose: false });
});

test('every option is taken', () => {
  const { result } = parse(
    '--port',
    '0',
    '--secret',
    SECRET,
    '--retry-base',
    '1',
    '--retry-max',
    '5',
    '--verbose',
  );
  expect(result).toEqual({ port: 0, secret: SECRET, retryBaseSeconds: 1, retryMaxSeconds: 5, verbose: true });
});

test('a named database is one to run with', () => {
  const databaseUrl = 'postgres://app@db.example.com/app';
  expect(parse('--with-database').result).toMatchObject({ withDatabase: true });
  expect(parse('--database-url', databaseUrl).result).toMatchObject({ withDatabase: true, databaseUrl });
});

test('secrets come from the environment, so that no command line shows them', () => {
  const databaseUrl = 'postgres://app@db.example.com/app';
  const before = { ...process.env };
  try {
    Object.assign(process.env, { WEBHOOK_SECRET: SECRET, DATABASE_URL: databaseUrl });
    expect(parse().result).toEqual({ port: DEFAULT_PORT, verbose: false, secret: SECRET });
    expect(parse('--database-url').result).toMatchObject({ withDatabase: true, databaseUrl });
    delete process.env['DATABASE_URL'];
    expect(parse('--database-url').err).toBe(
      "error: option '--database-url' without a URL needs DATABASE_URL\n",
    );
    Object.assign(process.env, { WEBHOOK_SECRET: 'whsec_bWlzdGFrZQ==' });
    const { result, err } = parse();
    expect([result, err]).toEqual([{ exitCode: 2 }, expect.not.stringContaining('bWlzdGFrZQ')]);
  } finally {
    process.env = before;
  }
});

test('a debugger listens on Node’s own port or on a given one', () => {
  expect(parse('--inspect').result).toMatchObject({ inspectPort: 9229 });
  expect(parse('--inspect', '0').result).toMatchObject({ inspectPort: 0 });
});

test('help shows examples and ends with 0', () => {
  const { result, out } = parse('--help');
  expect(result).toEqual({ exitCode: 0 });
  expect(out).toContain('npx supaglue-webhooks send sync.complete --local');
});

describe('a wrong command line ends with 2 and one clear line', () => {
  test.each([
    [['--port', 'abc'], '--port'],
    [['--port', '65536'], '0 to 65535'],
    [['--retry-base', '0'], 'from 1 to'],
    [['--retry-max', '1.5'], 'whole number of seconds'],
    [['--prot', '1'], "unknown option '--prot'"],
    [['now'], 'too many arguments'],
  ])('%j', (parameters, message) => {
    const { result, err } = parse(...parameters);
    expect(result).toEqual({ exitCode: 2 });
    expect(err).toContain(message);
  });

  test('a bad secret is not repeated', () => {
    const { result, err } = parse('--secret', 'whsec_bWlzdGFrZQ==');
    expect(result).toEqual({ exitCode: 2 });
    expect(err).toBe("error: option '--secret' must be whsec_ and the base64 of 24 to 75 bytes\n");
  });
});
