import { factsOf, type Notice } from './message.ts';
import { jsonFields, parseWebhookUrl } from './secret.ts';
import { factLines, oneLine } from './text.ts';
import type { WebhookService } from './webhook.ts';

/** Slack's limit on the text of one block, after escaping. */
const MAX_BLOCK_CHARACTERS = 3_000;
const CODE_FENCE = '```';
const CUT_MARK = '\n...';

/**
 * An incoming webhook of Slack, or of what speaks its language (Mattermost, Rocket.Chat, Discord's `/slack`). The
 * secret holds the URL, which is all that it takes to write into the channel, or JSON `{"url": "https://..."}`.
 */
export const slack: WebhookService = {
  name: 'Slack',
  parseSecret(text) {
    const url = parseWebhookUrl(text.startsWith('{') ? jsonFields(text)['url'] : text);
    if (url === undefined) return 'it takes the https:// URL of the webhook, or JSON {"url"}';
    return { url, hidden: [], bodyOf: slackMessage };
  },
};

/** Facts stand in a block of code, where no mark-up is read. */
export function slackMessage(notice: Notice) {
  const { alert } = notice;
  const title = escaped(oneLine(alert.title), MAX_BLOCK_CHARACTERS / 2);
  const facts = escaped(factLines(factsOf(notice)), MAX_BLOCK_CHARACTERS - 2 * CODE_FENCE.length - 2);
  const command = `npx supaglue-webhooks events show ${alert.eventId}`;
  return {
    // What a notification shows.
    text: title,
    blocks: [
      section(`*${alert.headline}*\n${title}`),
      section(`${CODE_FENCE}\n${facts}\n${CODE_FENCE}`),
      section(`\`${escaped(command, MAX_BLOCK_CHARACTERS / 2)}\``),
    ],
  };
}

function section(text: string) {
  // Verbatim: names of channels and bare URLs stay text. https://docs.slack.dev/reference/block-kit/composition-objects/text-object
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

/**
 * A payload writes neither links (`<https://...>`, `https://...`) nor mentions (`<!channel>`, and the `@all` of
 * Slack's relatives), and does not leave a block of code. A cut never splits what one character was escaped to.
 */
function escaped(text: string, maxCharacters: number): string {
  const harmless = text
    .replaceAll('`', "'")
    .replace(/(?<![\w.+-])@/g, '@\u{200B}')
    .replaceAll('://', ':\u{200B}//');
  let written = '';
  for (const character of harmless) {
    const next = ESCAPES[character] ?? character;
    if (written.length + next.length > maxCharacters - CUT_MARK.length) return `${written}${CUT_MARK}`;
    written += next;
  }
  return written;
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
