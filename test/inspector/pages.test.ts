import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { factsOf, failureOf, type NewLetter, type Rig, syncBody } from '../operator/dead-letters/rig.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { type RiggedInspector, rigInspector } from './support/rigged-inspector.ts';

let engines: TestEngines;
const open: RiggedInspector[] = [];
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(async () => {
  await Promise.all(open.map((each) => each.close()));
  await engines?.stopAll();
});

async function inspectorWith(letters: readonly NewLetter[]): Promise<RiggedInspector> {
  const rigged = await rigInspector(engines);
  open.push(rigged);
  await rigged.rig.putLetters(letters);
  return rigged;
}

const body = syncBody('run-1');
const timeout = failureOf({
  handlers: [{ handler: 'audit', error: 'TimeoutError', message: 'too slow', retryable: true }],
});
/** After a change the inspector looks again, so some may be held for a moment. */
async function left(rig: Rig): Promise<number> {
  const { visible, hidden } = await rig.depth('dead');
  return visible + hidden;
}
const groupIn = (text: string) => /groups\/([0-9a-f]{8})/.exec(text)?.[1] ?? '';
const listed = (text: string) => [...text.matchAll(/id="letter-/g)].length;

describe('reading', () => {
  test('groups, the letters of one, and filters in the address', async () => {
    const of =
      (customer: string, failure = failureOf()) =>
      (eventId: string) => ({
        eventId,
        body: syncBody('run-1', customer),
        failure,
      });
    const { get } = await inspectorWith([
      ...['msg_a1', 'msg_a2', 'msg_a3'].map(of('acme')),
      ...['msg_g1'].map(of('globex')),
      ...['msg_t1', 'msg_t2'].map(of('acme', timeout)),
    ]);
    const overview = (await get('')).text;
    expect(overview).toContain('<title>(6) Overview');
    expect(overview.indexOf('TypeError in backfill')).toBeLessThan(overview.indexOf('TimeoutError in audit'));
    expect(overview).toContain('2 customers');
    // The rig has no CloudWatch and no Lambda: what they refuse leaves the rest readable.
    expect(overview).toContain('class="notice bad"');

    const group = groupIn(overview);
    const page = (await get(`groups/${group}`)).text;
    expect(listed(page)).toBe(4);
    expect(page).toContain('<h1>TypeError in backfill</h1>');
    expect(listed((await get(`groups/${group}?customer=globex`)).text)).toBe(1);
    expect(listed((await get('letters?customer=acme')).text)).toBe(5);
    expect(listed((await get('letters?customer=acme&age=newer-than:10m')).text)).toBe(5);
    expect(listed((await get('letters?age=older-than:1h')).text)).toBe(0);
    expect((await get('letters?type=no.such')).text).toContain('No letter fits these filters.');
  });

  test('a hundred letters to a page', async () => {
    const { get } = await inspectorWith(
      Array.from({ length: 120 }, (_, index) => ({ eventId: `msg_${index}`, body, failure: failureOf() })),
    );
    const group = groupIn((await get('')).text);
    const first = (await get(`groups/${group}?type=sync.complete`)).text;
    const next = /href="[^"]*\/(groups[^"]*page=2)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect([listed(first), listed((await get(next)).text)]).toEqual([100, 20]);
  });

  test('one event: its reason, timeline, payload, attributes, and what a redrive would do', async () => {
    const { rig, get } = await inspectorWith([
      { eventId: 'msg_1', body, group: 'acme', failure: failureOf() },
    ]);
    await rig.recordDeadLettered(factsOf('msg_1', body), { completed: ['audit'] });
    const { status, text } = await get('events/msg_1');
    expect(status).toBe(200);
    for (const expected of [
      'FAILED, dead-lettered',
      'all 12 attempts failed',
      '<strong>TypeError</strong>: no such customer',
      'at async backfill (/app/handlers/backfill.ts:12:9)',
      'Handler audit completed',
      'runs backfill',
      'not again: audit',
      '&quot;customer_id&quot;: &quot;customer-1&quot;',
      'npx supaglue-webhooks dlq export msg_1 --output msg_1.ndjson --local',
      'svix-signature: v1,$signature',
    ]) {
      expect(text).toContain(expected);
    }
    const messageId = /letters\/([^/"]+)\/body/.exec(text)?.[1];
    const exact = await get(`letters/${messageId}/body`);
    expect(exact.text).toBe(body);
    expect(exact.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
    });
    const line = JSON.parse((await get(`letters/${messageId}/export`)).text);
    expect(line).toMatchObject({
      event_id: 'msg_1',
      body,
      message_group_id: 'acme',
      failure: { attempts: 12 },
    });
  });

  test('a search by what the error says and what the payload has, in the address of the command line', async () => {
    const { get } = await inspectorWith([
      { eventId: 'msg_a', body: syncBody('run-1', 'acme'), failure: failureOf() },
      { eventId: 'msg_b', body: syncBody('run-2', 'acme'), failure: timeout },
    ]);
    const page = (await get('letters?grep=RUN-2&error=slow&handler=audit&reason=attempts-exhausted')).text;
    expect(listed(page)).toBe(1);
    expect(page).toContain('msg_b');
    expect(page).toContain('name="grep" value="RUN-2"');
    // What was found is what the ways on are about.
    expect(page).toContain(
      '/redrive?error=slow&amp;handler=audit&amp;reason=attempts-exhausted&amp;grep=RUN-2',
    );
    expect(listed((await get('letters?grep=run-2&handler=backfill')).text)).toBe(0);
    expect((await get('letters?reason=because')).status).toBe(400);
  });

  test('an event that is COMPLETED, out of the ledger alone', async () => {
    const { rig, get } = await inspectorWith([]);
    await rig.recordCompleted(factsOf('msg_done', body), ['backfill']);
    const { status, text } = await get('events/msg_done');
    expect(status).toBe(200);
    expect(text).toContain('<span class="badge good">COMPLETED</span>');
    expect(text).toContain('Handler backfill completed');
    expect(text).not.toContain('Redrive this event');
  });

  test('letters without a reason, an id, or anything that can be read', async () => {
    const { get } = await inspectorWith([
      { body: '\u{feff}not json', failure: '{"reason":' },
      {
        eventId: 'msg_bytes',
        body: Buffer.from([0, 255, 60]).toString('base64'),
        attributes: {
          'body-encoding': { DataType: 'String', StringValue: 'base64' },
          extra: { DataType: 'Binary', BinaryValue: Buffer.from('<b>') },
        },
      },
    ]);
    const page = (await get('letters')).text;
    expect(page.match(/SQS moved it without a reason/g)).toHaveLength(2);
    const messageId = /events\/([0-9a-f-]{36})/.exec(page)?.[1];
    const noId = (await get(`events/${messageId}`)).text;
    expect(noId).toContain('not JSON: as it came');
    expect(noId).toContain('it carries no svix-id');
    const binary = (await get('events/msg_bytes')).text;
    expect(binary).toContain('not UTF-8');
    expect(binary).toContain('\\u0000');
    expect(binary).toContain(Buffer.from('<b>').toString('base64'));
  });

  test('whatever a message holds is text', async () => {
    const script = '<script>alert(1)</script>';
    const markup = `"><img src=x onerror=alert(1)>${script}`;
    const hostile = `${markup}\u202etxt\u001b[31m`;
    const failure = failureOf({
      message: hostile,
      handlers: [
        {
          handler: hostile,
          error: hostile,
          message: hostile,
          code: hostile,
          retryable: false,
          stack: `at ${hostile}`,
        },
      ],
    });
    const { get } = await inspectorWith([
      {
        eventId: 'msg_hostile',
        body: syncBody(hostile, hostile),
        failure,
        attributes: { 'event-type': { DataType: 'String', StringValue: script } },
      },
    ]);
    const group = groupIn((await get('')).text);
    for (const path of [
      '',
      'letters',
      `groups/${group}`,
      'events/msg_hostile',
      'redrive',
      'delete',
      `letters?customer=${encodeURIComponent(markup)}&type=${encodeURIComponent(script)}`,
    ]) {
      const { status, text } = await get(path);
      expect(status).toBe(200);
      expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(text).not.toMatch(/<script>|<img/);
      // Neither turned nor escaped: a terminal's colours and a right-to-left mark are shown, or left out.
      for (const character of ['\u001b', '\u202e']) expect(text).not.toContain(character);
    }
    expect((await get('events/msg_hostile')).text).toContain('\\u202etxt');
  });
});

describe('what a stack has', () => {
  test('a link to its dashboard, a query for its logs, and polls that cost little', async () => {
    const { rig } = await inspectorWith([]);
    const target = {
      ...rig.variant({ kind: 'stack' }),
      name: 'Prod',
      flag: '--stack Prod',
      dashboardUrl: 'https://example.com/dash',
    };
    const stack = await rigInspector(engines, { target });
    open.push(stack);
    const overview = (await stack.get('')).text;
    expect(overview).toMatch(/<a href="https:\/\/example\.com\/dash" target="_blank" rel="noreferrer">/);
    expect(overview).toContain('data-poll-ms="15000"');
    const event = (await stack.get('events/msg_1')).text;
    expect(event).toContain('filter event_id = &quot;msg_1&quot;');
    expect(event).toContain('events show msg_1 --stack Prod');
  });
});

test('letters that are about to be lost are warned of', async () => {
  const rigged = await rigInspector(engines, { nowMs: () => Date.now() + 12 * 86_400_000 });
  open.push(rigged);
  await rigged.rig.putLetters([{ eventId: 'msg_1', body, failure: failureOf() }]);
  expect((await rigged.get('')).text).toContain('Letters are about to be lost.');
  for (const path of ['', 'letters'])
    expect((await rigged.get(path)).text).toMatch(/lost <time[^>]*>in 48 h/);
});

describe('a look', () => {
  test('is never taken by a poll, and shows what is there when it is asked for', async () => {
    const { rig, get, poll, post } = await inspectorWith([{ eventId: 'msg_1', body, failure: failureOf() }]);
    const receives = async () =>
      Number(/looks and receives<\/dt><dd>(\d+)/.exec((await get('events/msg_1')).text)?.[1]);
    expect(await receives()).toBe(1);
    for (const path of ['', 'letters', 'events/msg_1', '', 'letters']) await poll(path);
    expect(await receives()).toBe(1);
    const answer = await post('look', { back: '/letters' }, { 'hx-request': 'true' });
    expect(answer).toMatchObject({ status: 303, headers: { location: expect.stringMatching(/\/letters$/) } });
    expect(await receives()).toBe(2);
    expect(await rig.depth('dead')).toEqual({ visible: 1, hidden: 0 });
  });

  test('leads back to a page of its own only', async () => {
    const { post, inspector } = await inspectorWith([]);
    const { pathname } = new URL(inspector.url);
    for (const back of ['//evil.example', 'http://evil.example', '/\r\nx: y', '/\\evil.example', '']) {
      const { status, headers } = await post('look', { back });
      expect(status).toBe(303);
      expect(headers['location']?.toString().startsWith(pathname)).toBe(true);
      expect(headers['x']).toBeUndefined();
    }
  });

  test('follows when the number of letters changes', async () => {
    let nowMs = Date.now();
    const rigged = await rigInspector(engines, { nowMs: () => nowMs });
    open.push(rigged);
    expect((await rigged.get('letters')).text).toContain('No dead letters: nothing needs you.');
    await rigged.rig.putLetters([{ eventId: 'msg_new', body, failure: failureOf() }]);
    let text = '';
    for (let polls = 0; polls < 50 && !text.includes('msg_new'); polls += 1) {
      nowMs += 2_000;
      text = (await rigged.poll('letters')).text;
    }
    expect(text).toContain('msg_new');
    expect(text).not.toContain('<html');
    expect(text).toContain('<title>');
  });
});

describe('changing, by forms alone', () => {
  test('a redrive first shows what would happen, then does it: what is COMPLETED stays', async () => {
    const { rig, get, post, ended } = await inspectorWith([
      { eventId: 'msg_run', body, failure: failureOf() },
      { eventId: 'msg_done', body, failure: failureOf() },
      { eventId: 'msg_other', body, failure: timeout },
    ]);
    await rig.recordDeadLettered(factsOf('msg_run', body), { completed: ['audit'] });
    await rig.recordCompleted(factsOf('msg_done', body), ['backfill', 'audit']);
    const group = groupIn((await get('')).text);
    const plan = (await get(`redrive?group=${group}`)).text;
    expect(plan).toContain(
      '<strong>1 event</strong> back to the queue: handlers that have not completed run',
    );
    expect(plan).toContain('<strong>1 event</strong> left in place: the ledger says COMPLETED');
    expect(plan).toContain('<strong>backfill</strong> for 1 event');
    expect(plan).toContain('Redrive 1 event');
    expect(await rig.depth('main')).toEqual({ visible: 0, hidden: 0 });

    const { status, headers } = await post('redrive', { group });
    expect(status).toBe(303);
    const { text } = await ended(String(headers['location']));
    expect(text).toContain('<strong>1 event</strong> put back on the queue');
    expect(text).toContain('<strong>1 event</strong> skipped');
    const moved = await rig.drain('main');
    expect(moved.map(({ MessageAttributes }) => MessageAttributes?.['svix-id']?.StringValue)).toEqual([
      'msg_run',
    ]);
    expect(moved[0]?.MessageAttributes?.['failure']).toBeUndefined();
    expect(await left(rig)).toBe(2);
  });

  test('a completed handler runs again only where it is chosen', async () => {
    const { rig, get, post, ended } = await inspectorWith([{ eventId: 'msg_1', body, failure: failureOf() }]);
    await rig.recordCompleted(factsOf('msg_1', body), ['backfill', 'audit']);
    expect((await get('redrive?id=msg_1')).text).toContain('Run completed handlers again');
    const plan = (await get('redrive?id=msg_1&rerun=audit')).text;
    expect(plan).toContain('although completed: audit');
    expect(plan).toContain('name="rerun" value="audit"');
    const { headers } = await post('redrive', { id: 'msg_1', rerun: 'audit' });
    expect((await ended(String(headers['location']))).text).toContain('<strong>1 event</strong> put back');
    const record = await rig.ledger.read('msg_1');
    expect(Object.keys(record?.handlers ?? {})).toEqual(['backfill']);
  });

  test('a deletion says what is lost, and may spare what is not COMPLETED', async () => {
    const { rig, get, post, ended } = await inspectorWith([
      { eventId: 'msg_done', body, failure: failureOf() },
      { eventId: 'msg_run', body, failure: failureOf() },
    ]);
    await rig.recordCompleted(factsOf('msg_done', body), ['backfill']);
    const plan = (await get('delete')).text;
    expect(plan).toContain('2 events cannot be brought back.');
    expect(plan).toContain('Only the 1 event that the ledger holds as COMPLETED');
    expect((await get('delete?completed=1')).text).toContain('Delete 1 event for good');
    const { headers } = await post('delete', { completed: '1' });
    const { text } = await ended(String(headers['location']));
    expect(text).toContain('<strong>1 event</strong> deleted');
    expect(text).toContain('not COMPLETED');
    expect(await left(rig)).toBe(1);

    const last = await post('delete', { id: 'msg_run' });
    await ended(String(last.headers['location']));
    expect(await left(rig)).toBe(0);
  });

  test('one change at a time; closing stops it with every letter on one queue', async () => {
    const rigged = await rigInspector(engines);
    const { rig } = rigged;
    await rig.putLetters(
      Array.from({ length: 600 }, (_, index) => ({ eventId: `msg_${index}`, body, failure: failureOf() })),
    );
    // So that the next two posts follow each other closely.
    await rigged.post('look', { back: '/' });
    const { headers } = await rigged.post('redrive');
    const [busy, page] = await Promise.all([
      rigged.post('delete'),
      rigged.get(String(headers['location']).replace(new URL(rigged.inspector.url).pathname, '')),
    ]);
    expect(busy).toMatchObject({
      status: 409,
      text: expect.stringContaining('Another redrive or deletion is under way'),
    });
    expect(page.text).toContain('http-equiv="refresh"');
    const stop = await rigged.post('changes/1/stop');
    expect(stop.status).toBe(303);
    expect((await rigged.ended(String(stop.headers['location']))).text).toMatch(/<h2[^>]*>(?:Stopped|Done)</);
    // Closed in the middle of one.
    await rigged.post('redrive');
    await rigged.inspector.close();
    const [main, dead] = await Promise.all([rig.depth('main'), rig.depth('dead')]);
    expect(main.visible + dead.visible).toBe(600);
    expect([main.hidden, dead.hidden]).toEqual([0, 0]);
    rig.close();
  });
});

describe('edit and send', () => {
  test('a payload that fits is sent under a new id, and the old letter goes when it was asked for', async () => {
    const { rig, get, post } = await inspectorWith([
      { eventId: 'msg_1', body, failure: failureOf() },
      { eventId: 'msg_2', body, failure: failureOf() },
    ]);
    await rig.recordDeadLettered(factsOf('msg_1', body));
    // Until the look has ended.
    await get('letters');
    const messageId = /letters\/([^/"]+)\/edit/.exec((await get('events/msg_1')).text)?.[1];
    const path = `letters/${messageId}/edit`;
    expect((await get(path)).text).toContain('&quot;run_id&quot;: &quot;run-1&quot;');

    const refused = await post(path, { payload: body.replace('SUCCESS', '<b>') });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('does not match the schema of sync.complete: result: ');
    expect(refused.text).toContain('&lt;b&gt;');
    expect(await left(rig)).toBe(2);

    const payload = body.replace('run-1', 'run-9');
    const sent = await post(path, { payload, delete: '1' });
    expect(sent.status).toBe(303);
    expect(sent.headers['location']).toMatch(/\/events\/msg_1_edit_[0-9a-f]{8}$/);
    const [message] = await rig.drain('main');
    expect(message?.Body).toBe(payload);
    expect(message?.MessageAttributes?.['svix-id']?.StringValue).toMatch(/^msg_1_edit_/);
    expect((await get('events/msg_1')).text).toContain('Its payload was corrected and sent as msg_1_edit_');
    while ((await left(rig)) > 1) await get('');
  });

  test('not by who may only read', async () => {
    const rigged = await rigInspector(engines, { write: false });
    open.push(rigged);
    await rigged.rig.putLetters([{ eventId: 'msg_1', body, failure: failureOf() }]);
    const page = (await rigged.get('events/msg_1')).text;
    expect(page).not.toContain('/edit"');
    const messageId = /letters\/([^/"]+)\/body/.exec(page)?.[1];
    expect((await rigged.get(`letters/${messageId}/edit`)).status).toBe(403);
    expect((await rigged.post(`letters/${messageId}/edit`, { payload: '{}' })).status).toBe(403);
    expect(await rigged.rig.depth('main')).toEqual({ visible: 0, hidden: 0 });
  });
});
