import type { Context } from 'hono';
import { isSame, type Session } from './session.ts';

/** The fields of a posted form; undefined when it does not carry this session's form token. */
export async function readForm(c: Context, { formToken }: Session): Promise<URLSearchParams | undefined> {
  const [type] = (c.req.header('content-type') ?? '').split(';');
  if (type?.trim() !== 'application/x-www-form-urlencoded') return undefined;
  const form = new URLSearchParams(await c.req.text());
  return isSame(form.get('form_token') ?? '', formToken) ? form : undefined;
}
