import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import type { Frozen } from './frozen.ts';

// Without a locale zod/mini says "Invalid input" to everything, and a dead letter would not explain itself.
// The English messages name types and allowed values, never the value that was sent.
z.config(en());

/** Outcome of what an event tells about. Closed: what is not known as a success must be seen by a person. */
export const result = z.enum(['SUCCESS', 'ERROR']);

/** Text of an open set: the members known today, for the editor, and whatever Supaglue adds. */
export type OpenEnum<Known extends string> = Known | (string & Record<never, never>);

/** Takes any text: what is new must not be dead-lettered, since nothing depends on its being known. */
export function openEnum<const Known extends string>() {
  return z.string() as unknown as z.ZodMiniType<OpenEnum<Known>, string>;
}

export const objectType = openEnum<'common' | 'standard' | 'custom'>();

/**
 * A field that may be missing. Supaglue leaves it out; a null is taken for missing too, since a signed event
 * must not be dead-lettered over it.
 */
export function mayBeMissing<Schema extends z.ZodMiniType>(schema: Schema) {
  return z.optional(
    z.pipe(
      z.nullable(schema),
      z.transform((value: z.output<Schema> | null) => value ?? undefined),
    ),
  );
}

/**
 * A payload as handlers see it: the documented fields alone, so that a misspelt one does not compile. What else
 * Supaglue sent is there, too: `const all: Readonly<Record<string, unknown>> = event`.
 */
export type KnownFields<Payload> = Payload extends unknown
  ? { readonly [Field in keyof Payload as string extends Field ? never : Field]: Frozen<Payload[Field]> }
  : never;
