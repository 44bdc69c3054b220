import { ServiceError } from '../../services/service.ts';

/** Why SQS refuses a request or one entry of a batch. */
export class Refusal extends ServiceError {
  /** Code of the query protocol, as in `x-amzn-query-error` and in a batch's `Failed` entries. */
  readonly code: string;

  constructor(code: string, message: string, name = code.split('.').at(-1)) {
    super(`com.amazonaws.sqs#${name}`, message, 400, { 'x-amzn-query-error': `${code};Sender` });
    this.code = code;
  }
}

export function invalidParameter(value: unknown, name: string, reason: string): Refusal {
  const message = `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`;
  return new Refusal('InvalidParameterValue', message);
}
