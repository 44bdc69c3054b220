import type { Logger } from '@aws-lambda-powertools/logger';
import type { HandlerLogger } from '../router/handler.ts';

/** Powertools' Logger behind the narrower interface that handlers are given. */
export function createHandlerLogger(logger: Logger): HandlerLogger {
  const log =
    (level: keyof HandlerLogger): HandlerLogger[typeof level] =>
    (message, extra) => {
      if (extra === undefined) logger[level](message);
      else if (extra instanceof Error) logger[level](message, extra);
      else logger[level](message, extra);
    };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}
