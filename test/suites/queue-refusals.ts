import { beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_MESSAGE_BYTES } from '../../lambdas/contract/message.ts';
import { toQueueMessage } from '../../lambdas/ingest/message.ts';
import { decodeBody, encodeBody } from '../../lambdas/runtime/message-body.ts';
import type { TestEnvironment } from '../support/test-resources.ts';
import { attributesOf, type PairRig, pairRig, textAttribute, withBody } from './queue-rig.ts';

/** The message is at fault, not the service: no retry would help, and none is made. */
const REFUSED = { $fault: 'client', $metadata: { httpStatusCode: 400 } };

/** What ingest must never send, and that whatever it does send is taken. */
export function describeQueueRefusals(given: () => TestEnvironment): void {
  describe('what it takes and refuses', () => {
    let queue: PairRig['main'];
    beforeAll(async () => {
      queue = (await pairRig(given())).main;
    });

    test.each([
      ['a null', 'a\u0000b'],
      ['a vertical tab', '\u000b'],
      ['U+FFFE', 'x\ufffe'],
    ])('%s in the body is refused, and travels in base64 as ingest sends it', async (_name, body) => {
      await expect(queue.send(body)).rejects.toMatchObject({ name: 'InvalidMessageContents', ...REFUSED });
      const { text, encoding } = encodeBody(Buffer.from(body));
      await queue.send(text);
      const message = await queue.takeOne(withBody(text));
      expect(decodeBody(message.Body ?? '', encoding).toString()).toBe(body);
      await queue.remove(message);
    });

    test('every edge of what it takes comes back as it was sent', async () => {
      const edges = '\t\n\r\r\n \ud7ff\ue000\ufffd\u{10000}\u{10ffff} <&> "grüße" 😀';
      expect(encodeBody(Buffer.from(edges))).toEqual({ text: edges });
      await queue.send(edges);
      await queue.remove(await queue.takeOne(withBody(edges)));
    });

    test('a character of that kind in the text of an attribute is refused', async () => {
      await expect(
        queue.send('body', { MessageAttributes: { note: textAttribute('a\u0001') } }),
      ).rejects.toMatchObject(REFUSED);
    });

    test('an attribute without a value is refused', async () => {
      await expect(
        queue.send('body', { MessageAttributes: { note: textAttribute('') } }),
      ).rejects.toMatchObject(REFUSED);
    });

    test('ten attributes are taken, eleven refused', async () => {
      const attributes = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, textAttribute('x')]));
      await expect(queue.send('eleven', { MessageAttributes: attributes(11) })).rejects.toMatchObject(
        REFUSED,
      );
      await queue.send('ten', { MessageAttributes: attributes(10) });
      const message = await queue.takeOne(withBody('ten'));
      expect(attributesOf(message)).toEqual(attributes(10));
      await queue.remove(message);
    });

    test('1 MiB is taken, attributes included and counted in UTF-8; one byte more is refused', async () => {
      const attributes = { name: textAttribute('é') };
      const attributeBytes = 'name'.length + 'String'.length + Buffer.byteLength('é');
      const fits = 'é'.repeat((MAX_MESSAGE_BYTES - attributeBytes) / 2);
      await expect(queue.send(`${fits}a`, { MessageAttributes: attributes })).rejects.toMatchObject(REFUSED);
      await queue.send(fits, { MessageAttributes: attributes });
      const message = await queue.takeOne(withBody(fits));
      expect(attributesOf(message)).toEqual(attributes);
      await queue.remove(message);
    });

    test.each([
      ['that fits', 'customer-1'],
      ['of all that fits', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
      ['with a blank', 'two words'],
      ['beyond ASCII', 'ü'],
      ['too long', 'x'.repeat(500)],
      ['left empty', ''],
    ])('the group that ingest makes of a customer %s is taken', async (_name, customer_id) => {
      const body = Buffer.from(JSON.stringify({ webhook_event_type: 'sync.complete', customer_id }));
      const sent = toQueueMessage({ id: 'msg_group', timestamp: '1', body, receivedAtMs: 1 });
      await queue.send(body.toString(), { ...sent });
      const message = await queue.takeOne(withBody(body.toString()));
      expect(message.Attributes?.MessageGroupId).toBe(sent?.MessageGroupId);
      await queue.remove(message);
    });

    test.each([
      ['of 129 characters', 'x'.repeat(129)],
      ['with a blank', 'a b'],
    ])('a group %s is refused', async (_name, MessageGroupId) => {
      await expect(queue.send('body', { MessageGroupId })).rejects.toMatchObject(REFUSED);
    });
  });
}
