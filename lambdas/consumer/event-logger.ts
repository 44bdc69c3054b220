import type { HandlerLogger } from '../router/handler.ts';

/** A logger whose every line names the event and the handler. */
export function eventLogger(logger: HandlerLogger, eventId: string, handler: string): HandlerLogger {
  const log = (level: keyof HandlerLogger) => (message: string, extra?: Record<string, unknown> | Error) => {
    const keys = extra instanceof Error ? { error: extra } : extra;
    logger[level](message, { ...keys, event_id: eventId, handler });
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}
