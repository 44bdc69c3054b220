import { ConsumerEnvironment } from '../contract/environment.ts';
import type { Environment } from '../runtime/environment.ts';
import type { AlertChannel, SendAlert } from './message.ts';

export interface ConfiguredChannel {
  /** Ends the names of its handlers: each channel is retried alone, and the ledger records each. */
  readonly suffix: '' | '-pagerduty' | '-slack';
  readonly send: SendAlert;
}

/** The stack's topic, then the channels whose secret the stack was given. */
export function alertChannels(environment: Environment): readonly ConfiguredChannel[] {
  const isSet = (name: string) => (environment[name] ?? '') !== '';
  const channels: ConfiguredChannel[] = [{ suffix: '', send: lazySender('topic', environment) }];
  if (isSet(ConsumerEnvironment.PAGERDUTY_SECRET_ID)) {
    channels.push({ suffix: '-pagerduty', send: lazySender('pagerduty', environment) });
  }
  if (isSet(ConsumerEnvironment.SLACK_SECRET_ID)) {
    channels.push({ suffix: '-slack', send: lazySender('slack', environment) });
  }
  return channels;
}

/** A cold start without an alert does not pay for the clients of the services. */
function lazySender(channel: AlertChannel, environment: Environment): SendAlert {
  let sender: SendAlert | undefined;
  return async (alert, context) => {
    const { createChannelSender } = await import('./delivery.ts');
    sender ??= createChannelSender(channel, environment);
    await sender(alert, context);
  };
}
