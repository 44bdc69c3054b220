import type { MiddlewareHandler } from 'hono';
import { isSame, type Session } from './session.ts';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // The address holds the token, and nothing of it goes elsewhere. With `no-referrer` a browser would also send
  // `Origin: null` with every form, which could then not be checked.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
};

/** Headers of every answer, refusals and errors too. */
export function securityHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  };
}

/** Whoever does not know the token learns nothing, not even which addresses there are. */
export function requireSession(session: Session): MiddlewareHandler {
  return async (c, next) => {
    const [, marker, token = ''] = c.req.path.split('/');
    if (marker !== 't' || !isSame(token, session.token)) {
      return c.text('Open the address that the terminal printed: it holds the token of this session.', 403);
    }
    return next();
  };
}

const METHODS = ['GET', 'HEAD', 'POST'];

/**
 * Refuses a change that hides where it comes from: another site's was refused before. The form's own token is checked
 * where the form is read. Links and forms send no other methods than these.
 */
export function requireOrigin(): MiddlewareHandler {
  return async (c, next) => {
    if (!METHODS.includes(c.req.method)) return c.text('Not allowed.', 405, { allow: METHODS.join(', ') });
    if (c.req.method !== 'POST' || c.req.header('origin') !== undefined) return next();
    return c.text('Refused: this did not come from a page of the inspector.', 403);
  };
}
