import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { failureOf, syncBody } from '../operator/dead-letters/rig.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { type RiggedInspector, rigInspector, send } from './support/rigged-inspector.ts';

let engines: TestEngines;
let write: RiggedInspector;
let readOnly: RiggedInspector;
beforeAll(async () => {
  engines = await startEngines();
  [write, readOnly] = await Promise.all([rigInspector(engines), rigInspector(engines, { write: false })]);
  for (const { rig } of [write, readOnly]) {
    await rig.putLetters([{ eventId: 'msg_1', body: syncBody('run-1'), failure: failureOf() }]);
  }
});
afterAll(async () => {
  await Promise.all([write?.close(), readOnly?.close()]);
  await engines?.stopAll();
});

const PAGES = [
  '',
  'letters',
  'groups/00000000',
  'events/msg_1',
  'redrive',
  'delete',
  'nowhere',
  'find?id=a.b',
];

describe('who may read', () => {
  test('nobody without the token, whatever is asked for', async () => {
    const { origin, pathname } = new URL(write.inspector.url);
    expect(pathname).toMatch(/^\/t\/[\w-]{43}\/$/);
    const paths = [
      '/',
      '/letters',
      '/t/',
      '/t/x/',
      `/t/${'x'.repeat(43)}/`,
      '/t/x/assets/htmx.min.js',
      '/nowhere',
    ];
    const answers = await Promise.all(paths.map((path) => send(`${origin}${path}`, 'GET', {})));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['403 Open the address that the terminal printed: it holds the token of this session.']),
    );
  });

  test('tokens are new for each inspector', () => {
    expect(new URL(write.inspector.url).pathname).not.toBe(new URL(readOnly.inspector.url).pathname);
  });

  test('only this machine’s own names for it are answered', async () => {
    const { port } = new URL(write.inspector.url);
    const statuses = async (hosts: readonly string[]) =>
      Promise.all(hosts.map(async (host) => (await write.get('', { host })).status));
    expect(await statuses([`127.0.0.1:${port}`, `localhost:${port}`])).toEqual([200, 200]);
    const others = [
      '127.0.0.1',
      `evil.example:${port}`,
      `127.0.0.1:${Number(port) + 1}`,
      `127.0.0.1.evil.example:${port}`,
    ];
    expect(await statuses(others)).toEqual([403, 403, 403, 403]);
  });
});

describe('who may change', () => {
  const refusals = async (
    inspector: RiggedInspector,
    headers: Readonly<Record<string, string>>,
    fields = {},
  ) =>
    Promise.all(
      ['redrive', 'delete', 'look', 'changes/1/stop'].map(
        async (path) => (await inspector.post(path, { id: 'msg_1', ...fields }, headers)).status,
      ),
    );
  const all = (status: number) => [status, status, status, status];

  test('no other site, and no request that hides where it comes from', async () => {
    for (const origin of [
      'http://evil.example',
      'null',
      '',
      `${new URL(write.inspector.url).origin}.evil.example`,
    ]) {
      expect(await refusals(write, { origin })).toEqual(all(403));
    }
    expect(await refusals(write, { 'sec-fetch-site': 'cross-site' })).toEqual(all(403));
    expect(await refusals(write, { 'content-type': 'text/plain' })).toEqual(all(403));
    expect(await write.rig.depth('dead')).toEqual({ visible: 1, hidden: 0 });
  });

  test('no other methods than those of links and forms', async () => {
    const { origin } = new URL(write.inspector.url);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
      for (const headers of [{}, { origin }]) {
        const { status, text } = await send(`${write.inspector.url}letters`, method, headers);
        expect({ method, status, text }).toEqual({ method, status: 405, text: 'Not allowed.' });
      }
    }
    expect(write.faults).toEqual([]);
  });

  test('no form without the session’s own token', async () => {
    expect(await refusals(write, {}, { form_token: 'x' })).toEqual(all(403));
    expect(await refusals(write, {}, { form_token: '' })).toEqual(all(403));
    expect(await write.rig.depth('dead')).toEqual({ visible: 1, hidden: 0 });
  });

  test('nobody where it is read-only: controls are absent, and a post says why', async () => {
    for (const path of PAGES) {
      const { text } = await readOnly.get(path);
      expect(text).not.toMatch(
        /action="[^"]*\/(?:redrive|delete)"[^>]*method="post"|method="post" action="[^"]*\/(?:redrive|delete)"/,
      );
    }
    for (const path of ['redrive', 'delete']) {
      const { status, text } = await readOnly.post(path, { id: 'msg_1' });
      expect(status).toBe(403);
      expect(text).toContain('this inspector is read-only. Start it with --write');
    }
    const plan = await readOnly.get('redrive?id=msg_1');
    expect(plan.text).toContain('dlq redrive msg_1 --local');
    expect(await readOnly.rig.depth('dead')).toEqual({ visible: 1, hidden: 0 });
    // A look is a way of reading.
    expect((await readOnly.post('look', { back: '/letters' })).status).toBe(303);
  });

  test('no request that is larger than a form', async () => {
    const { status } = await write.post('redrive', { id: 'x'.repeat(20_000) });
    expect(status).toBe(413);
  });
});

describe('every answer', () => {
  test('carries the headers that keep it where it belongs', async () => {
    const { origin } = new URL(write.inspector.url);
    const answers = await Promise.all([
      ...PAGES.map((path) => write.get(path)),
      write.get('assets/inspector.css'),
      write.get('assets/nothing.js'),
      write.post('redrive', { group: 'zzz' }),
      send(`${origin}/`, 'GET', {}),
    ]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; script-src 'self'; style-src 'self';/,
        ),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  test('holds no script or style of its own', async () => {
    for (const path of PAGES) {
      const { text } = await write.get(path);
      expect(text.startsWith('<!doctype html><html lang="en">')).toBe(true);
      expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)/);
    }
  });
});

describe('what goes wrong', () => {
  test('a page that is not there, and a filter that is none', async () => {
    expect(await write.get('nowhere')).toMatchObject({
      status: 404,
      text: expect.stringContaining('There is no such page.'),
    });
    // The second as it was called before: an old bookmark must not come to choose everything.
    for (const filter of ['older-than=soon', 'older=soon']) {
      expect(await write.get(`letters?${filter}`)).toMatchObject({
        status: 400,
        text: expect.stringContaining('older-than: It takes a number with its unit'),
      });
    }
    expect((await write.get('find?id=a.b')).status).toBe(400);
    expect(await write.get('find?id=msg_2')).toMatchObject({
      status: 303,
      headers: { location: `${new URL(write.inspector.url).pathname}events/msg_2` },
    });
    expect((await write.get('events/msg_unknown')).status).toBe(404);
  });

  test('a fault of its own is not shown, and told to the terminal', async () => {
    const broken = await rigInspector(engines, {
      loadHandlers: () => Promise.reject(new TypeError('secret detail')),
    });
    const { status, text } = await broken.get('redrive');
    await broken.close();
    expect(status).toBe(500);
    expect(text).not.toContain('secret detail');
    expect(broken.faults).toEqual([new TypeError('secret detail')]);
  });

  test('what AWS refuses is one line, for a poll in plain text', async () => {
    const target = { ...write.rig.target, ledgerTableName: 'no-such-table' };
    const other = await rigInspector(engines, { target });
    const [page, poll] = await Promise.all([other.get('events/msg_1'), other.poll('events/msg_1')]);
    await other.close();
    expect(page).toMatchObject({ status: 503, text: expect.stringContaining('ResourceNotFoundException') });
    expect(poll.status).toBe(503);
    expect(poll.text).toMatch(/^ResourceNotFoundException: [^\n<]+$/);
    expect(other.faults).toEqual([]);
  });

  test('a port that is taken is told by its code', async () => {
    const port = Number(new URL(write.inspector.url).port);
    await expect(rigInspector(engines, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
