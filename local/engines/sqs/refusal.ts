/** Why SQS refuses a request or one entry of a batch. */
export class Refusal extends Error {
  /** Code of the query protocol, as in `x-amzn-query-error` and in a batch's `Failed` entries. */
  readonly code: string;
  /** `__type` of the JSON protocol. */
  readonly type: string;

  constructor(code: string, message: string, name = code.split('.').at(-1)) {
    super(message);
    this.code = code;
    this.type = `com.amazonaws.sqs#${name}`;
  }
}

export function invalidParameter(value: unknown, name: string, reason: string): Refusal {
  const message = `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`;
  return new Refusal('InvalidParameterValue', message);
}
