import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a browser has to know to be answered. */
export interface Session {
  /**
   * In the path of every address: for reads too, since the data is customers'. Not in a cookie: those of
   * 127.0.0.1 are sent to every port, so any other server on this machine would get it.
   */
  readonly token: string;
  /** In every form, beside the token. */
  readonly formToken: string;
}

const BYTES = 32;

export function newSession(): Session {
  const random = () => randomBytes(BYTES).toString('base64url');
  return { token: random(), formToken: random() };
}

/** Path that every address begins with. */
export function basePath({ token }: Session): string {
  return `/t/${token}`;
}

/** Takes as long whatever is compared: hashes have one length, and say nothing of where texts differ. */
export function isSame(given: string, secret: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(secret));
}
