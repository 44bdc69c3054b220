import { createHash } from 'node:crypto';
import { UNKNOWN_EVENT_TYPE } from '../contract/message.ts';
import { eventIdFrom, type SourceProfile } from '../contract/source.ts';
import { normaliseCustomerId } from '../events/customer-id.ts';
import { textAt } from '../events/text-at.ts';
import type { Headers } from './signature-headers.ts';
import { topLevelTexts } from './top-level-texts.ts';

export interface Routing {
  /** Fit for a message attribute: 1 to 128 of `A-Z a-z 0-9 . _ : -`, others replaced by `_`. */
  readonly eventType: string;
  /** Fit for SQS. One customer, one group, whatever form the event gives its id in. */
  readonly messageGroupId: string;
}

/** A sender that is not Supaglue. */
export interface RoutedSource extends SourceProfile {
  readonly name: string;
}

/** Begins the group of events without a customer, which share one by type. */
export const NO_CUSTOMER = 'no-customer:';

const TYPE = 'webhook_event_type';
const CUSTOMER = 'customer_id';
const MAX_EVENT_TYPE_LENGTH = 128;
/** Above it a scan for the two fields is quicker than `JSON.parse`, below it slower. */
const PARSED_BYTES = 16_384;

/**
 * SQS: at most 128 of a-z, A-Z, 0-9 and !"#$%&'()*+,-./:;<=>?@[\]^_`{|}~, which is printable ASCII but the space.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const GROUP_ID_PATTERN = /^[!-~]{1,128}$/;

/**
 * Best effort on a body that is signed but not validated: what cannot be read is `unknown`. Never throws, so
 * that a signed event is never refused for its content.
 */
export function routeBody(body: Buffer, source?: RoutedSource, headers: Headers = {}): Routing {
  if (source !== undefined) return routeOther(body, source, headers);
  const { [TYPE]: type, [CUSTOMER]: customer } = body.length > PARSED_BYTES ? scanned(body) : membersOf(body);
  const eventType = typeof type === 'string' && type !== '' ? sanitiseType(type) : UNKNOWN_EVENT_TYPE;
  return {
    eventType,
    messageGroupId:
      typeof customer === 'string' && customer !== ''
        ? groupOf(normaliseCustomerId(eventType, customer))
        : // SQS takes a message without a group for a tenant of its own, so a storm of them would never count
          // as noisy. They share a group by type: the ping does not wait behind a storm of another type.
          groupOf(NO_CUSTOMER + eventType),
  };
}

/** Its type and group begin with its name, so that they are never taken for Supaglue's. */
function routeOther(body: Buffer, { name, type, customer = '' }: RoutedSource, headers: Headers): Routing {
  const payload = membersOf(body);
  const found = typeof type === 'string' ? textAt(payload, type) : headers[type.header.toLowerCase()];
  const eventType = sanitiseType(eventIdFrom(name, found || UNKNOWN_EVENT_TYPE));
  const about = textAt(payload, customer);
  return {
    eventType,
    messageGroupId: groupOf(about === undefined ? NO_CUSTOMER + eventType : eventIdFrom(name, about)),
  };
}

function scanned(body: Buffer): Readonly<Record<string, unknown>> {
  return Object.fromEntries(topLevelTexts(body, [TYPE, CUSTOMER]) ?? []);
}

/** Of whatever JSON it is; of what has none, and of what is no JSON, none. */
function membersOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString()) ?? {};
  } catch {
    return {};
  }
}

function sanitiseType(type: string): string {
  return type.slice(0, MAX_EVENT_TYPE_LENGTH).replace(/[^A-Za-z0-9._:-]/g, '_');
}

/** As SQS takes it: hashed where it does not fit. */
export function groupOf(tenant: string): string {
  return GROUP_ID_PATTERN.test(tenant)
    ? tenant
    : `sha256-${createHash('sha256').update(tenant, 'utf8').digest('hex')}`;
}
