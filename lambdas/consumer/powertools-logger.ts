import type { Logger } from '@aws-lambda-powertools/logger';
import type { LogItemExtraInput } from '@aws-lambda-powertools/logger/types';
import type { HandlerLogger } from '../router/handler.ts';

/** Powertools' Logger behind the narrower interface that handlers are given. */
export function createHandlerLogger(logger: Logger): HandlerLogger {
  const log =
    (level: keyof HandlerLogger): HandlerLogger[typeof level] =>
    (message, extra) =>
      logger[level](message, ...((extra === undefined ? [] : [extra]) as LogItemExtraInput));
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}
