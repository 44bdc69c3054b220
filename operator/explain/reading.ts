import type { SecretProblem } from '../core/secret-mending.ts';
import type { BODY_TEXTS, HEADER_TEXTS, SIGNATURE_TEXTS } from './causes.ts';

/** One thing that was done to a request on its way, or that is wrong with it. */
export type Alteration =
  | {
      readonly cause: 'secret-malformed';
      readonly position: number;
      readonly problems: readonly SecretProblem[];
    }
  | { readonly cause: 'signed-with-secret-text' }
  | { readonly cause: 'header-missing'; readonly header: string }
  | { readonly cause: 'header-renamed'; readonly header: string; readonly found: string }
  | { readonly cause: 'headers-mixed'; readonly header: string; readonly found: string }
  | { readonly cause: HeaderCause; readonly header: string }
  | { readonly cause: SignatureCause }
  | { readonly cause: 'body-reserialised'; readonly signed: string; readonly captured: string }
  | { readonly cause: BodyCause }
  | { readonly cause: 'timestamp-in-milliseconds' | 'timestamp-malformed' }
  | TimestampAlteration
  | { readonly cause: 'wrong-secret' };

export type TimestampAlteration = {
  readonly cause: 'timestamp-too-old' | 'timestamp-too-new';
  /** Seconds between the timestamp and the time that it was judged at. */
  readonly by_seconds: number;
  /** Whether it was in time when API Gateway received it; absent when that is not known. */
  readonly fresh_when_received?: boolean;
};

export type HeaderCause = keyof typeof HEADER_TEXTS;
export type SignatureCause = keyof typeof SIGNATURE_TEXTS;
export type BodyCause = keyof typeof BODY_TEXTS;
export type Cause = Alteration['cause'];

/** One guess at what was sent, and what was done to it since if the guess is right. */
export interface Reading<Value> {
  readonly value: Value;
  /** None for what stands in the capture. */
  readonly alterations: readonly Alteration[];
}
