import { factsOf, type Notice } from './message.ts';
import { jsonFields, parseWebhookUrl } from './secret.ts';
import { oneLine } from './text.ts';
import type { WebhookService } from './webhook.ts';

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/; accounts in the EU have another host. */
const EVENTS_URL = 'https://events.pagerduty.com/v2/enqueue';
const ROUTING_KEY = /^[A-Za-z0-9]{32}$/;
/** The API's limit is 1,024; a cut adds three dots. */
const MAX_SUMMARY_CHARACTERS = 1_021;

/**
 * PagerDuty's Events API v2. The secret holds the integration's routing key, or JSON
 * `{"routing_key": "...", "url": "https://events.eu.pagerduty.com/v2/enqueue"}`.
 */
export const pagerDuty: WebhookService = {
  name: 'PagerDuty',
  parseSecret(text) {
    const fields: Readonly<Record<string, unknown>> = text.startsWith('{')
      ? jsonFields(text)
      : { routing_key: text };
    const routingKey = fields['routing_key'];
    const url = parseWebhookUrl(fields['url'] ?? EVENTS_URL);
    if (typeof routingKey !== 'string' || !ROUTING_KEY.test(routingKey) || url === undefined) {
      return 'it takes a routing key of 32 letters and digits, or JSON {"routing_key", "url"} with an https:// URL';
    }
    return { url, hidden: [routingKey], bodyOf: (notice) => pagerDutyEvent(notice, routingKey) };
  },
};

/** Alerts with the same `dedup_key` join the incident that is open. */
export function pagerDutyEvent(notice: Notice, routingKey: string) {
  const { alert, key } = notice;
  const [customer = '', provider = '', ...what] = alert.about;
  return {
    routing_key: routingKey,
    event_action: 'trigger',
    dedup_key: key,
    payload: {
      summary: oneLine(alert.title, MAX_SUMMARY_CHARACTERS),
      severity: alert.severity,
      source: `supaglue ${oneLine(provider)}`,
      component: oneLine(what.join(' ')),
      group: oneLine(customer),
      class: alert.kind,
      timestamp: alert.receivedAt.toISOString(),
      custom_details: Object.fromEntries(
        factsOf(notice).map(([label, value]) => [label.toLowerCase(), value]),
      ),
    },
  };
}
