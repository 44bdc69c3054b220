import type { HandlerRegistrations } from '../contract/outputs.ts';
import { longestUpdateBytes } from '../ledger/update-expressions.ts';
import { RegistrationError } from '../router/registration.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, "Expression parameters" */
const MAX_EXPRESSION_BYTES = 4_096;

/**
 * What becomes of an event's handlers is recorded in one write. No local engine minds how long it is, and DynamoDB
 * refuses it at the first failure.
 *
 * @throws {RegistrationError} when the handlers of one event are too many for that
 */
export function checkHandlerCounts({ byType, any }: HandlerRegistrations): void {
  for (const [eventType, own] of [...Object.entries(byType), ['any event', []] as const]) {
    const count = own.length + any.length;
    const bytes = longestUpdateBytes(count);
    if (bytes <= MAX_EXPRESSION_BYTES) continue;
    throw new RegistrationError(
      `${count} handlers of ${eventType} are too many: an UpdateExpression of ${bytes} bytes, where DynamoDB allows ${MAX_EXPRESSION_BYTES}`,
    );
  }
}
