import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { causeText } from '../../operator/commands/explain/cause-text.ts';
import { reportOf } from '../../operator/commands/explain/explain-report.ts';
import { explanationText } from '../../operator/commands/explain/explain-text.ts';
import { readSecretValue } from '../../operator/core/secret-value.ts';
import { explainRequest } from '../../operator/explain/explain-request.ts';
import { readCapture } from '../../operator/explain/read-capture.ts';
import { httpEvent, lambdaContext, testHandler } from '../ingest/fixtures.ts';
import { CASES, type Draft, draftOf, headersOf } from './support/captures.ts';

const signal = new AbortController().signal;

/** The draft as a raw HTTP file; odd seeds with CRLF and a request line. */
function httpFile(draft: Draft, seed: number): Buffer {
  const end = seed % 2 === 1 ? '\r\n' : '\n';
  const head = [
    ...(seed % 2 === 1 ? ['POST /webhooks HTTP/1.1'] : []),
    'content-type: application/json',
    ...headersOf(draft).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(head.map((line) => line + end).join('') + end, 'latin1'), draft.body]);
}

/** The draft as the event of payload 1.0 or 2.0, its body in base64. */
function gatewayEvent(draft: Draft, version: '1.0' | '2.0'): Buffer {
  const body = { body: draft.body.toString('base64'), isBase64Encoded: true };
  const event =
    version === '1.0'
      ? { multiValueHeaders: Object.fromEntries(grouped(draft)), ...body }
      : {
          version,
          headers: Object.fromEntries([...grouped(draft)].map(([name, all]) => [name, all.join(',')])),
          ...body,
        };
  return Buffer.from(JSON.stringify(event, null, 2));
}

function grouped(draft: Draft): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of headersOf(draft)) {
    groups.set(name.toLowerCase(), [...(groups.get(name.toLowerCase()) ?? []), value]);
  }
  return groups;
}

async function explain(file: Buffer, { stored, nowSeconds }: Draft) {
  const capture = readCapture(file);
  const atMs = nowSeconds * 1000;
  const explanation = await explainRequest(capture, { secretValue: stored, atMs, signal });
  return { explanation, report: reportOf({ capture, explanation, secrets: readSecretValue(stored), atMs }) };
}

describe('every cause is told first', () => {
  test.each(CASES.map((each) => [each.name, each] as const))('%s', async (_, given) => {
    for (const seed of [1, 2, 3, 4]) {
      const draft = draftOf(seed, given.signed);
      given.happens(draft);
      const file =
        seed === 3
          ? gatewayEvent(draft, '1.0')
          : seed === 4
            ? gatewayEvent(draft, '2.0')
            : httpFile(draft, seed);
      const { explanation, report } = await explain(file, draft);

      expect(report.findings[0]?.cause).toBe(given.first);
      expect(report.verifies).toBe(given.first === undefined);
      if (given.detail !== undefined) expect(report.findings[0]).toMatchObject(given.detail);
      if (given.also !== undefined) {
        expect(report.findings.slice(1).map(({ cause }) => cause)).toEqual(given.also);
      }
      if (given.secretPosition !== undefined) expect(report.secret_position).toBe(given.secretPosition);

      const printed = `${JSON.stringify(report)}\n${explanationText(report, { paint: (_colour, text) => text })}`;
      expectNothingSecret(printed, draft);
      for (const line of printed.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80);
      for (const finding of explanation.findings) expect(causeText(finding).mend).not.toBe('');
    }
  });

  test('there are more than forty, and of every kind', () => {
    expect(CASES.length).toBeGreaterThan(60);
  });
});

/** No part of 12 characters of what must not be printed. */
function expectNothingSecret(printed: string, draft: Draft): void {
  const hidden = [
    draft.secret,
    draft.secret.slice('whsec_'.length),
    draft.otherSecret.slice('whsec_'.length),
    draft.stored,
    ...headersOf(draft).flatMap(([name, value]) => (/signature/i.test(name) ? [value] : [])),
    draft.body.toString('utf8', 0, 2_000),
  ];
  for (const text of hidden) {
    for (let start = 0; start + 12 <= text.length; start += 6) {
      const part = text.slice(start, start + 12);
      if (part.startsWith('whsec_') || part.trim() === '' || part.startsWith('[object ')) continue;
      expect(printed).not.toContain(part);
    }
  }
}

describe('it agrees with the endpoint', () => {
  const changes = CASES.filter(({ name }) => name !== 'larger than a message');

  test('whatever happens to a request: it verifies exactly when the function accepts it', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1_000_000),
        fc.array(fc.constantFrom(...changes), { maxLength: 2 }),
        async (seed, [one, other]) => {
          const draft = draftOf(seed, one?.signed);
          one?.happens(draft);
          // What one case does, another may not be able to undo or read: then it stays as it is.
          try {
            other?.happens(draft);
          } catch {
            return;
          }
          const { handle } = testHandler({
            nowMs: () => draft.nowSeconds * 1000,
            fetchSecret: async () => draft.stored,
            enqueue: async () => undefined,
          });
          const event = httpEvent({
            headers: Object.fromEntries([...grouped(draft)].map(([name, all]) => [name, all.join(',')])),
            body: draft.body,
            // As API Gateway does with JSON, and with everything else.
            binary: !isUtf8(draft.body) || seed % 2 === 0,
          });
          const answer = await handle(event, lambdaContext());
          const { report } = await explain(Buffer.from(JSON.stringify(event)), draft);
          expect(report.verifies).toBe(answer.statusCode === 200);
          expect(report.answer.status).toBe(answer.statusCode);
          expect(report.findings.length === 0).toBe(report.verifies);
          accepted += report.verifies ? 1 : 0;
        },
      ),
      { numRuns: 300, seed: 20261124 },
    );
    expect(accepted).toBeGreaterThan(30);
  });
});

describe('captures are read as they were saved', () => {
  const draft = draftOf(7);
  const bodyOf = (file: Buffer) => readCapture(file).body.toString();

  test('with a byte order mark, in UTF-16, without a body, and in chunks', () => {
    const file = httpFile(draft, 1);
    const text = file.toString();
    expect(bodyOf(Buffer.from(`\ufeff${text}`))).toBe(draft.body.toString());
    expect(bodyOf(Buffer.from(`\ufeff${text}`, 'utf16le'))).toBe(draft.body.toString());
    expect(bodyOf(Buffer.from('svix-id: msg_1'))).toBe('');
    const chunked = 'Transfer-Encoding: chunked\r\n\r\n4;x=y\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n';
    expect(bodyOf(Buffer.from(chunked))).toBe('{"a":1}');
    expect(bodyOf(Buffer.from('Transfer-Encoding: chunked\r\n\r\n{"a":1}'))).toBe('{"a":1}');
  });

  test('bytes that are no UTF-8 stay what they are', () => {
    const body = Buffer.from([0, 0xff, 0x0d, 0x0a, 0x80]);
    expect(readCapture(Buffer.concat([Buffer.from('svix-id: msg_1\n\n'), body])).body).toEqual(body);
  });

  test('what is no capture is refused by its line, without its text', () => {
    expect(() => readCapture(Buffer.from('POST / HTTP/1.1\nv1,secret-signature\n\n'))).toThrow(
      /^line 2 of the capture is no header \(name: value\)/,
    );
    expect(() => readCapture(Buffer.from('{"headers":{},"body":7}'))).toThrow(
      /its field body has another type/,
    );
  });

  test('an event that says base64 and holds text', async () => {
    const file = Buffer.from(
      JSON.stringify({
        version: '2.0',
        headers: Object.fromEntries(headersOf(draft)),
        body: draft.body.toString(),
        isBase64Encoded: true,
        requestContext: { timeEpoch: draft.nowSeconds * 1000 },
      }),
    );
    const late = { ...draft, nowSeconds: draft.nowSeconds + 86_400 };
    const { report } = await explain(file, late);
    expect(report.findings).toMatchObject([
      { cause: 'body-base64-decoded-twice' },
      { cause: 'timestamp-too-old', fresh_when_received: true },
    ]);
    expect(report.proven).toBe(true);
  });

  test('payload 2.0 has names in lower case: others are not read by the function', async () => {
    const headers = {
      'Svix-Id': draft.id,
      'svix-timestamp': draft.timestamp,
      'svix-signature': draft.signature,
    };
    const event = { version: '2.0', headers, body: draft.body.toString(), isBase64Encoded: false };
    const { report } = await explain(Buffer.from(JSON.stringify(event)), draft);
    expect(report.findings).toMatchObject([{ cause: 'header-renamed', header: 'svix-id', found: 'Svix-Id' }]);
    expect(report.answer.status).toBe(400);
  });

  test('a long search ends when it is told to', async () => {
    const capture = readCapture(httpFile({ ...draft, body: Buffer.from('{"é":1}') }, 1));
    const options = { secretValue: draft.stored, atMs: 0, signal: AbortSignal.abort() };
    await expect(explainRequest(capture, options)).rejects.toThrow(/abort/i);
  });
});
