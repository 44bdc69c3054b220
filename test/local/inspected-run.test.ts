import { expect, test } from '@jest/globals';
import { startLocalCloud } from '../../local/cloud.ts';
import { assembly } from '../support/assembly.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { postSigned } from '../support/signed-request.ts';

test('handlers that listen to a debugger run without one, event after event in one process', async () => {
  const events = recordEvents();
  const urls: string[] = [];
  const cloud = await startLocalCloud({
    assemblyDirectory: await assembly(),
    observer: events.observer,
    inspect: { port: 0, waits: false, onListening: (url) => urls.push(url), onAttached: () => undefined },
  });
  try {
    for (const id of ['msg_1', 'msg_2']) {
      const body = '{"webhook_event_type":"supaglue-webhooks.ping"}';
      await postSigned(cloud.webhookUrl, { id, body, secret: cloud.secret });
    }
    await events.until(() => events.of('batch-settled').length === 2, 30_000);
    expect(events.of('batch-settled').map(({ records }) => records[0]?.outcome)).toEqual([
      'acknowledged',
      'acknowledged',
    ]);
    expect(urls).toEqual([expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\//)]);
    // What an editor's debugger asks first.
    const [, host = ''] = /^ws:\/\/([^/]+)/.exec(urls[0] ?? '') ?? [];
    const targets = await (await fetch(`http://${host}/json`)).json();
    expect(targets).toMatchObject([{ webSocketDebuggerUrl: urls[0] }]);
  } finally {
    await cloud.stop();
  }
});
