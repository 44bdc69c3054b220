/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { MessageAttribute } from '../../../lambdas/contract/message.ts';
import { safeText } from '../../../local/safe-text.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { Panel } from './elements.tsx';
import { utcText } from './page-text.ts';

/** What the message carries beside its body. The failure has a panel of its own. */
export function Attributes({ letter }: { readonly letter: DeadLetter }) {
  const facts: readonly (readonly [string, string])[] = [
    ['message id', letter.messageId],
    ['message group', letter.messageGroupId ?? 'none'],
    ['dead-lettered at', utcText(letter.sentAtMs)],
    ...(letter.receivedAtMs === undefined ? [] : [['received at', utcText(letter.receivedAtMs)] as const]),
    ['looks and receives', String(letter.receiveCount)],
    ['body sha256', letter.bodySha256],
  ];
  const own = Object.entries(letter.attributes).filter(
    ([name]) => name !== MessageAttribute.FAILURE || letter.failure === undefined,
  );
  return (
    <Panel id={`attributes-${letter.messageId}`} title="Attributes">
      <dl class="pairs">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{safeText(value, 300)}</dd>
          </div>
        ))}
        {own.map(([name, { DataType = 'String', StringValue, BinaryValue }]) => (
          <div>
            <dt>
              {safeText(name, 80)}{' '}
              <span class="muted">{DataType === 'String' ? '' : safeText(DataType, 40)}</span>
            </dt>
            <dd>{safeText(StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64'), 1_000)}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
