import { EVENT_ID_PATTERN } from '../../lambdas/contract/message.ts';
import type { Capture } from './capture.ts';
import type { Alteration, HeaderCause, Reading } from './reading.ts';

const FIELDS = ['id', 'timestamp', 'signature'] as const;
export type Field = (typeof FIELDS)[number];
const FAMILIES = ['svix', 'webhook'] as const;

export interface FoundHeader {
  /** The name that the function reads, `svix-id`. */
  readonly name: string;
  /** Undefined when nothing like it is there. */
  readonly value: string | undefined;
  readonly alterations: readonly Alteration[];
}

/** The three signature headers, also where they stand under another name. */
export function findHeaders({ headers }: Capture): Readonly<Record<Field, FoundHeader>> {
  const family = familyOf(headers);
  const find = (field: Field): FoundHeader => {
    const name = `${family}-${field}`;
    const value = headers[name];
    if (value !== undefined && value !== '') return { name, value, alterations: [] };
    return underAnotherName(headers, name, field);
  };
  return { id: find('id'), timestamp: find('timestamp'), signature: find('signature') };
}

/** As the function decides: any `svix-*` name makes it Svix's. */
function familyOf(headers: Capture['headers']): string {
  const has = (family: string) => FIELDS.some((field) => headers[`${family}-${field}`] !== undefined);
  const looksLike = (family: string) =>
    Object.keys(headers).some((name) => FIELDS.some((field) => plainName(name) === `${family}-${field}`));
  return FAMILIES.find(has) ?? FAMILIES.find(looksLike) ?? FAMILIES[0];
}

function underAnotherName(headers: Capture['headers'], name: string, field: Field): FoundHeader {
  const entries = Object.entries(headers).filter(([, value]) => value !== '');
  const renamed = entries.find(([found]) => plainName(found) === name);
  if (renamed !== undefined) {
    const [found, value] = renamed;
    return { name, value, alterations: [{ cause: 'header-renamed', header: name, found }] };
  }
  const mixed = entries.find(([found]) =>
    FAMILIES.some((family) => plainName(found) === `${family}-${field}`),
  );
  if (mixed !== undefined) {
    const [found, value] = mixed;
    return { name, value, alterations: [{ cause: 'headers-mixed', header: name, found }] };
  }
  return { name, value: undefined, alterations: [{ cause: 'header-missing', header: name }] };
}

/** `HTTP_SVIX_ID` (CGI, WSGI, Rack, PHP), `svix_id`, `X-Svix-Id` are all `svix-id`. */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/^(?:http-|x-)+/, '');
}

export function idReadings({ name, value = '', alterations }: FoundHeader): readonly Reading<string>[] {
  const malformed = !EVENT_ID_PATTERN.test(value);
  return [
    {
      value,
      alterations: [...alterations, ...(malformed ? [{ cause: 'id-malformed', header: name } as const] : [])],
    },
    ...cleaned(name, value, alterations),
  ];
}

const SECONDS = /^(?:0|[1-9]\d{0,14})$/;
/** The year 5138 in seconds, 1973 in milliseconds. */
const FIRST_IN_MILLISECONDS = 100_000_000_000;

/** The timestamp as it stands, then as it may have been. */
export function timestampReadings({
  name,
  value = '',
  alterations,
}: FoundHeader): readonly Reading<string>[] {
  const readings: Reading<string>[] = [
    {
      value,
      alterations: [
        ...alterations,
        ...(SECONDS.test(value) ? [] : [{ cause: 'timestamp-malformed' } as const]),
      ],
    },
    ...cleaned(name, value, alterations),
  ];
  return readings.flatMap((reading) => [
    inMilliseconds(reading.value)
      ? { ...reading, alterations: [...reading.alterations, { cause: 'timestamp-in-milliseconds' }] }
      : reading,
    ...rewritten(reading.value).map((text) => ({
      value: text,
      alterations: [...alterations, { cause: 'timestamp-malformed' } as const],
    })),
    ...(inMilliseconds(reading.value)
      ? [
          {
            value: String(Math.floor(Number(reading.value) / 1000)),
            alterations: [...reading.alterations, { cause: 'timestamp-in-milliseconds' } as const],
          },
        ]
      : []),
  ]);
}

/** Seconds of a timestamp that is digits, whatever its unit; undefined when it is none. */
export function timestampSeconds(text: string): number | undefined {
  if (!SECONDS.test(text)) return undefined;
  return inMilliseconds(text) ? Math.floor(Number(text) / 1000) : Number(text);
}

/** The first reading of the header that is a time, in epoch seconds. */
export function firstTimestampSeconds(header: FoundHeader): number | undefined {
  return timestampReadings(header)
    .map(({ value }) => timestampSeconds(value))
    .find((seconds) => seconds !== undefined);
}

function inMilliseconds(text: string): boolean {
  return SECONDS.test(text) && Number(text) >= FIRST_IN_MILLISECONDS;
}

/** Written in another way since: as a number with a fraction or a sign, or as a date. */
function rewritten(text: string): readonly string[] {
  if (SECONDS.test(text) || text === '') return [];
  const number = /^\+?0*(\d{1,15})(?:\.\d*)?$/.exec(text)?.[1];
  if (number !== undefined) return [number];
  const epochMs = /\d{4}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(epochMs) ? [] : [String(Math.floor(epochMs / 1000))];
}

/** A header's value without what a shell, a template or a proxy may have put around it. */
export function cleaned(
  header: string,
  value: string,
  before: readonly Alteration[],
): readonly Reading<string>[] {
  const { text, causes } = clean(value);
  const parts = text.split(/\s*,\s*/);
  const alterations = [...before, ...causes.map((cause) => ({ cause, header }) as const)];
  if (parts.length > 1 && parts.every((part) => part !== '')) {
    const duplicated = [...alterations, { cause: 'header-duplicated', header } as const];
    return [...new Set(parts)].map((part) => ({ value: part, alterations: duplicated }));
  }
  return causes.length === 0 ? [] : [{ value: text, alterations }];
}

export function clean(value: string): { readonly text: string; readonly causes: readonly HeaderCause[] } {
  const causes: HeaderCause[] = [];
  let text = value;
  const step = (cause: HeaderCause, next: string) => {
    if (next === text) return;
    if (!causes.includes(cause)) causes.push(cause);
    text = next;
  };
  step('header-white-space', text.trim());
  step('header-url-encoded', percentDecoded(text));
  step('header-quoted', text.replace(/^["'`]+|["'`]+$/g, ''));
  step('header-white-space', text.trim());
  return { text, causes };
}

function percentDecoded(text: string): string {
  if (!/%[\da-f]{2}/i.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
