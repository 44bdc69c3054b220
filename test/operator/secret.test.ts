import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { CommandError, UsageError } from '../../operator/core/command-error.ts';
import { planNewSecrets, planRemoval, secretValueOf } from '../../operator/core/secret-change.ts';
import { askSecret, chooseMode, readPiped } from '../../operator/core/secret-input.ts';
import { isMalformed, readSecretValue } from '../../operator/core/secret-value.ts';
import { weaknessOf } from '../../operator/core/secret-weakness.ts';

const secretOf = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;
const PUBLIC_KEY = `whpk_${randomBytes(32).toString('base64')}`;
const [OLD, NEW, THIRD] = [1, 2, 3].map(() => secretOf(randomBytes(32))) as [string, string, string];

describe('what is stored, secret by secret', () => {
  test('valid ones have a fingerprint that tells them apart, and shows nothing', () => {
    const [first, second] = readSecretValue(` ${OLD}\n${NEW}\n`);
    expect(first).toMatchObject({ position: 1, text: OLD, keyBytes: 32 });
    expect(second).toMatchObject({ position: 2, text: NEW });
    const fingerprints = [first, second].map((each) => each && !isMalformed(each) && each.fingerprint);
    expect(new Set(fingerprints).size).toBe(2);
    for (const fingerprint of fingerprints) expect(fingerprint).toMatch(/^[0-9a-f]{8}$/);
  });

  test.each([
    ['v1, before it', `v1,${OLD}`, [['version', OLD]]],
    [
      'two joined by a comma',
      `${OLD},${NEW}`,
      [
        ['comma', OLD],
        ['comma', NEW],
      ],
    ],
    [
      'two joined by a comma and a blank',
      `${OLD}, ${NEW}`,
      [
        ['comma', OLD],
        ['comma', NEW],
      ],
    ],
    ['a public key', PUBLIC_KEY, ['valid']],
    ['a public key beside a secret', `${NEW} ${PUBLIC_KEY}`, ['valid', 'valid']],
    ['a public key as in a header', `v1a,${PUBLIC_KEY}`, [['version', PUBLIC_KEY]]],
    ['a part of a public key', PUBLIC_KEY.slice(0, -4), [['public-key', undefined]]],
    [
      'a public key that anybody can sign for',
      `whpk_${Buffer.alloc(32).toString('base64')}`,
      [['public-key', undefined]],
    ],
    ['the private key of a sender', PUBLIC_KEY.replace('whpk', 'whsk'), [['private-key', undefined]]],
  ])('what is meant by %s is told', (_, value, expected) => {
    const entries = readSecretValue(value);
    expect(
      entries.map((entry) => (isMalformed(entry) ? [entry.problems[0], entry.mended?.text] : 'valid')),
    ).toEqual(expected);
  });

  test('one bad secret makes all of them refused, as the functions do', () => {
    const entries = readSecretValue(`${OLD} whsec_short`);
    expect(entries.map(isMalformed)).toEqual([false, true]);
    expect(readSecretValue(`${OLD} ${NEW}`).map(isMalformed)).toEqual([false, false]);
  });

  test.each([
    ['equal bytes', Buffer.alloc(32, 7), 'equal-bytes'],
    ['zeros', Buffer.alloc(24), 'equal-bytes'],
    ['counting up', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 'sequence'],
    [
      'counting down over the edge',
      Buffer.from(Array.from({ length: 24 }, (_, index) => 5 - index)),
      'sequence',
    ],
    ['a pattern', Buffer.alloc(32, 'abc'), 'repeating'],
    ['a text', Buffer.from('correct horse battery staple'), 'text'],
    // Both from published documentation; joined here so that no scanner takes them for leaked ones.
    [
      'the READMEs’ example',
      Buffer.from(['MfKQ9r8GKYqrTwjU', 'PD8ILPZIo2LaLaSw'].join(''), 'base64'),
      'published',
    ],
    [
      'the reference’s example',
      Buffer.from(['C2FVsBQIhrscChlQ', 'IMV+b5sSYspob7oD'].join(''), 'base64'),
      'published',
    ],
    ['random bytes', randomBytes(32), undefined],
  ] as const)('%s', (_, key, weakness) => {
    expect(weaknessOf(key)).toBe(weakness);
  });
});

describe('what becomes of the stored secrets', () => {
  test('the first one is stored; the same again is nothing to do', () => {
    expect(planNewSecrets(undefined, `${OLD}\n`, 'first', 'stack').action).toBe('stored');
    expect(planNewSecrets(OLD, ` ${OLD}`, 'replace', 'stack').action).toBe('unchanged');
    expect(planNewSecrets(`${NEW} ${OLD}`, OLD, 'add', 'stack').action).toBe('unchanged');
  });

  test('--add keeps the old ones behind the new one', () => {
    const change = planNewSecrets(OLD, NEW, 'add', 'stack');
    expect(change.action).toBe('added');
    expect(secretValueOf(change.secrets)).toBe(`${NEW}\n${OLD}`);
    expect(change.secrets.map(({ position }) => position)).toEqual([1, 2]);
    expect(secretValueOf(planNewSecrets(`${NEW} ${OLD}`, `${THIRD} ${OLD}`, 'add', 'stack').secrets)).toBe(
      `${THIRD}\n${OLD}\n${NEW}`,
    );
  });

  test('--replace drops them, also malformed ones', () => {
    const change = planNewSecrets('whsec_...', NEW, 'replace', 'stack');
    expect(change).toMatchObject({ action: 'replaced', secrets: [{ text: NEW, position: 1 }] });
    expect(() => planNewSecrets('whsec_...', NEW, 'add', 'stack')).toThrow(/--replace/);
  });

  test('a malformed one and one that all can guess are refused, and no part of them is told', () => {
    const messageOf = (input: string) => {
      try {
        planNewSecrets(undefined, input, 'first', 'stack');
      } catch (error) {
        if (error instanceof CommandError) return error.message;
      }
      throw new Error('it was not refused');
    };
    const unpadded = `whsec_${randomBytes(32).toString('base64').replace('=', '')}`;
    expect(messageOf(unpadded)).toMatch(/^nothing was stored: secret 1: the = at its end is missing/);
    expect(messageOf(unpadded)).not.toContain(unpadded.slice(6, 14));
    expect(messageOf(`${OLD} ${secretOf(Buffer.alloc(32))}`)).toMatch(/secret 2: all bytes .* are the same/);
    // On this machine nobody else is to be kept out.
    expect(planNewSecrets(undefined, secretOf(Buffer.alloc(32)), 'first', 'local').action).toBe('stored');
  });

  test('--remove takes a position or a fingerprint, and never the last one', () => {
    const stored = `${NEW} ${OLD}`;
    const byPosition = planRemoval(stored, '2');
    expect(byPosition).toMatchObject({ action: 'removed', secrets: [{ text: NEW }] });
    const fingerprint = byPosition.secrets[0]?.fingerprint ?? '';
    expect(planRemoval(stored, fingerprint).secrets).toMatchObject([{ text: OLD, position: 1 }]);
    expect(() => planRemoval(stored, '3')).toThrow(UsageError);
    expect(() => planRemoval(OLD, '1')).toThrow(/only secret/);
  });
});

describe('where a secret is typed', () => {
  const { signal } = new AbortController();

  /** A keyboard: what is typed is told to the prompt once it has asked. */
  function keyboard(typed: string) {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
    const output = new PassThrough();
    let shown = '';
    output.on('data', (piece: Buffer) => {
      if (shown === '') setImmediate(() => input.write(typed));
      shown += piece.toString();
    });
    return { streams: { input, output }, shown: () => shown };
  }

  test('it is not shown', async () => {
    const { streams, shown } = keyboard(`${OLD}\r`);
    expect(await askSecret(streams, 'Signing secret', signal)).toBe(OLD);
    expect(shown()).toContain('Signing secret');
    for (let start = 0; start + 6 < OLD.length; start += 1) {
      expect(shown()).not.toContain(OLD.slice(start, start + 6));
    }
  });

  test('Ctrl-C is no answer, and what becomes of the old one is chosen', async () => {
    expect(await askSecret(keyboard('\u0003').streams, 'Signing secret', signal)).toBeUndefined();
    expect(await chooseMode(keyboard('\r').streams, signal)).toBe('add');
    expect(await chooseMode(keyboard('\u001b[B\r').streams, signal)).toBe('replace');
    expect(await chooseMode(keyboard('\u0003').streams, signal)).toBeUndefined();
  });

  test('piped in, it is read to the end; nothing, and too much, are refused', async () => {
    const piped = (...pieces: string[]) => {
      const input = new PassThrough();
      for (const piece of pieces) input.write(piece);
      input.end();
      return readPiped({ input, output: new PassThrough() }, signal);
    };
    expect(await piped(OLD.slice(0, 9), OLD.slice(9), '\n')).toBe(`${OLD}\n`);
    await expect(piped(' \n')).rejects.toThrow(UsageError);
    await expect(piped('x'.repeat(70_000))).rejects.toThrow(UsageError);
  });
});
