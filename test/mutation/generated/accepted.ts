/** A mutant that no test can or shall see. Kept by what it changes, not by where. */
export interface Accepted {
  readonly file: string;
  /** The line where the change begins, without its indentation. */
  readonly line: string;
  /** What is changed, and what takes its place; white space as single spaces. Absent: whatever it is. */
  readonly original?: string;
  readonly replacement?: string;
  readonly reason: string;
}

const LEDGER = 'lambdas/ledger/dynamodb-ledger.ts';
const TEXTS = 'lambdas/ingest/top-level-texts.ts';

export const ACCEPTED: readonly Accepted[] = [
  {
    file: LEDGER,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the code
    line: "bound[`:h${index}`] = typeof state === 'number' ? number(state) : nested(state);",
    original: "typeof state === 'number'",
    replacement: 'false',
    reason: 'a shortcut on the path of every event: `nested` makes the same attribute of a number',
  },
  {
    file: LEDGER,
    line: 'if (isRefusedWrite<Item>(error)) return { refused: true, item: error.Item } satisfies Refusal;',
    original: 'true',
    replacement: 'false',
    reason: 'a refusal is told by the presence of `refused`; the value is its type’s',
  },
  {
    file: 'lambdas/ledger/contents.ts',
    line: "eventId: content_of?.S ?? '',",
    original: 'content_of?.S',
    reason: 'for the types alone: the item of a content key has it',
  },
  {
    file: 'lambdas/ledger/contents.ts',
    line: 'atMs: Number(content_at_ms?.N),',
    original: 'content_at_ms?.N',
    reason: 'for the types alone: the item of a content key has it',
  },
  {
    file: 'lambdas/consumer/dead-letter.ts',
    line: '...(record.first_attempt_at_ms === undefined ? {} : { firstAttemptAtMs: record.first_attempt_at_ms }),',
    original: 'record.first_attempt_at_ms === undefined',
    replacement: 'false',
    reason: 'for the type alone: JSON leaves out what is undefined',
  },
  {
    file: 'lambdas/consumer/handler-limit.ts',
    line: 'if (bytes <= MAX_EXPRESSION_BYTES) continue;',
    replacement: 'bytes < MAX_EXPRESSION_BYTES',
    reason: 'no number of handlers makes exactly as many bytes as are allowed',
  },
  {
    file: 'lambdas/consumer/failure-attribute.ts',
    line: 'if (fits(text) || handlers.length === 0) return text;',
    original: 'handlers.length === 0',
    replacement: 'false',
    reason:
      'without handlers every failure fits today: it keeps the loop finite whatever else is added to one',
  },
  {
    file: 'lambdas/consumer/incoming-message.ts',
    line: 'const body = encoding === undefined ? record.body : decodeBody(record.body, encoding);',
    original: 'encoding === undefined',
    replacement: 'false',
    reason: 'a shortcut on the path of every event: without an encoding the decoded bytes are the text’s',
  },
  {
    file: 'lambdas/consumer/incoming-message.ts',
    line: 'return describeOther(eventType, payload, sources?.get(source)?.customer);',
    reason: 'for the types alone: an event of a source that is not known went back before it was read',
  },
  {
    file: 'lambdas/consumer/incoming-message.ts',
    line: '} catch {',
    replacement: '{}',
    reason: 'a function that returns nothing returns undefined all the same',
  },
  {
    file: 'lambdas/ingest/ingest.ts',
    line: "const eventType = attributes?.[MessageAttribute.EVENT_TYPE]?.StringValue ?? '';",
    original: 'attributes?.[MessageAttribute.EVENT_TYPE]?.StringValue',
    replacement: 'attributes?.[MessageAttribute.EVENT_TYPE].StringValue',
    reason: 'for the types alone: every message carries its event type',
  },
  {
    file: 'lambdas/ingest/ingest.ts',
    line: "const eventType = attributes?.[MessageAttribute.EVENT_TYPE]?.StringValue ?? '';",
    original: 'attributes?.[MessageAttribute.EVENT_TYPE]',
    replacement: 'attributes[MessageAttribute.EVENT_TYPE]',
    reason: 'for the types alone: every message has attributes',
  },
  {
    file: 'lambdas/ingest/ingest.ts',
    line: "reason: ageSeconds > 0 ? 'timestamp-too-old' : 'timestamp-too-new',",
    original: 'ageSeconds > 0',
    replacement: 'ageSeconds >= 0',
    reason: 'an age of 0 is within every tolerance, and was accepted above',
  },
  {
    file: 'lambdas/ingest/routing.ts',
    line: 'const { [TYPE]: type, [CUSTOMER]: customer } = body.length > PARSED_BYTES ? scanned(body) : membersOf(body);',
    original: 'body.length > PARSED_BYTES',
    reason: 'the quicker of two readings for a size: a property test has both tell the same',
  },
  {
    file: 'lambdas/ingest/secret-source.ts',
    line: 'if (!(error instanceof SigningSecretError)) throw error;',
    original: '!(error instanceof SigningSecretError)',
    replacement: 'false',
    reason: 'the parser throws nothing else: a mistake of ours must not be told as a wrong secret',
  },
  {
    file: 'lambdas/ingest/signature.ts',
    line: 'if (candidates.length === 0) return false;',
    original: 'candidates.length === 0',
    replacement: 'false',
    reason: 'a shortcut: without a candidate none matches, and the body need not be hashed to tell',
  },
  {
    file: 'lambdas/ingest/signature.ts',
    line: "entry.startsWith(VERSION) ? [Buffer.from(entry.slice(VERSION.length), 'utf8')] : [],",
    original: '[]',
    reason: 'a candidate of another length than a digest’s is never compared',
  },
  {
    file: 'lambdas/ingest/signature.ts',
    line: "typeof body === 'string' ? Buffer.from(body) : body,",
    original: "typeof body === 'string'",
    replacement: 'true',
    reason: 'spares a copy of the body: the same bytes',
  },
  {
    file: 'lambdas/ingest/source-filter.ts',
    line: 'return family !== undefined && list.check(address, family);',
    original: 'family !== undefined',
    replacement: 'true',
    reason: 'Node.js answers no for what is no address, without promising it',
  },
  {
    file: TEXTS,
    line: 'for (let index = 0; index < json.length; index += 1) {',
    replacement: 'index <= json.length',
    reason: 'behind the last byte there is no mark',
  },
  {
    file: TEXTS,
    line: 'if (key !== undefined) found.delete(key);',
    original: 'key !== undefined',
    replacement: 'true',
    reason: 'for the type alone: nothing is kept without a name',
  },
  {
    file: TEXTS,
    line: 'while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;',
    replacement: 'index <= json.length',
    reason: 'the length or more is told where the text is cut off',
  },
  {
    file: TEXTS,
    line: '} catch {',
    replacement: '{}',
    reason: 'a function that returns nothing returns undefined all the same',
  },
  {
    file: 'lambdas/ingest/http-handler.ts',
    line: 'text: !isBase64Encoded && body.isWellFormed() ? body : undefined,',
    original: '!isBase64Encoded && body.isWellFormed()',
    replacement: 'false',
    reason: 'spares decoding the bytes once more: without it the same text is decoded from them',
  },
  {
    file: 'lib/webhook-alarms.ts',
    line: "const fiveMinutes = { period: Duration.minutes(5), statistic: 'Sum' };",
    replacement: '{}',
    reason: 'said for the reader: what the CDK takes by itself for the metrics that are asked with it',
  },
  {
    file: 'lib/webhook-alarms.ts',
    line: "reconcile.metricErrors({ period: Duration.minutes(5), statistic: 'Sum' }),",
    replacement: '{}',
    reason: 'said for the reader: what the CDK takes by itself for this metric',
  },
  {
    file: 'lib/webhook-alarms.ts',
    line: 'if (only !== undefined && metrics.length === 1) return only;',
    original: 'only !== undefined',
    replacement: 'true',
    reason: 'for the type alone: of one metric the first is there',
  },
  {
    file: 'lib/webhook-alarms.ts',
    line: "metric: queues.queue.metricApproximateAgeOfOldestMessage({ ...fiveMinutes, statistic: 'Maximum' }),",
    original: "{ ...fiveMinutes, statistic: 'Maximum' }",
    replacement: '{}',
    reason:
      'said for the reader: the maximum of five minutes is what the CDK takes for this metric by itself',
  },
  {
    file: 'lambdas/runtime/message-body.ts',
    line: '} catch {',
    original: '{ return undefined; }',
    replacement: '{}',
    reason: 'for the compiler alone: a function that ends gives the same',
  },
  {
    file: 'lambdas/runtime/source-lines.ts',
    line: '} catch {',
    original: '{ // To show a stack must never fail: it is shown as it is. return undefined; }',
    replacement: '{}',
    reason: 'for the compiler alone: a function that ends gives the same',
  },
  {
    file: 'lambdas/database/transforms/find-source.ts',
    line: 'if (!isComplete || other === schema || other === schemas.applicationSchema) continue;',
    original: 'other === schema',
    replacement: 'false',
    reason: 'spares a question whose answer is known: the schema was asked already',
  },
  {
    file: 'lambdas/database/transforms/find-source.ts',
    line: 'return { source: own, applications: home === undefined ? await applicationsOf(tx, own, customer) : [] };',
    original: 'home === undefined',
    replacement: 'true',
    reason: 'spares a question whose answer is known: the table was asked already',
  },
  {
    file: 'lambdas/database/transforms/connections.ts',
    line: "if (rows[0]?.['live'] !== true) return false;",
    original: "rows[0]?.['live']",
    reason: 'for the type alone: an upsert that returns has one row',
  },
  {
    file: 'lambdas/database/transforms/connections.ts',
    line: "if (own >= 0 && rows[own]?.['live'] !== true) return 'again';",
    original: "rows[own]?.['live']",
    reason: 'for the type alone: the row was found there',
  },
  {
    file: 'lambdas/database/transforms/prepare-schema.ts',
    line: "if (rows[0]?.['present'] === tables.length) return;",
    original: "rows[0]?.['present']",
    reason: 'for the type alone: a count has one row',
  },
  {
    file: 'lambdas/database/transforms/prepare-schema.ts',
    line: "if (rows[0]?.['schema'] !== true)",
    original: "rows[0]?.['schema']",
    reason: 'for the type alone: a count has one row',
  },
  {
    file: 'lambdas/reconcile/snapshot-store.ts',
    line: "const names = Array.from({ length: Number(head['part_count']?.N) - 1 }, (_, index) =>",
    original: "head['part_count']?.N",
    reason: 'for the types alone: the first item of a snapshot has it',
  },
  {
    file: 'lambdas/reconcile/snapshot-store.ts',
    line: "partKey(head['written_by']?.S, index + 1),",
    original: "head['written_by']?.S",
    reason: 'for the types alone: the first item of a snapshot has it',
  },
  {
    file: 'lambdas/reconcile/snapshot-store.ts',
    line: "[head, ...parts].map((item) => item?.['snapshot_part']?.B ?? Buffer.alloc(0)),",
    original: "item?.['snapshot_part']?.B",
    reason: 'for the types alone: all items of a snapshot have it',
  },
  {
    file: 'lambdas/reconcile/snapshot-store.ts',
    line: "[head, ...parts].map((item) => item?.['snapshot_part']?.B ?? Buffer.alloc(0)),",
    original: "item?.['snapshot_part']",
    reason: 'for the types alone: the parts were written before the item that counts them, and outlive none',
  },
  {
    file: 'lambdas/reconcile/snapshot-store.ts',
    line: "return { snapshot, revision: Number(head['revision']?.N) };",
    original: "head['revision']?.N",
    reason: 'for the types alone: the first item of a snapshot has it',
  },
  {
    file: 'lambdas/reconcile/snapshot-store.ts',
    line: "if (head?.['written_by']?.S !== me) return undefined;",
    original: "head?.['written_by']?.S",
    reason: 'for the types alone: the first item of a snapshot has it',
  },
  {
    file: 'lambdas/database/transforms/mapping.ts',
    line: 'default:',
    replacement: 'default:',
    reason: 'for the compiler alone: a function that ends gives the same',
  },
  {
    file: 'lambdas/events/frozen.ts',
    line: 'const pending: object[] = [];',
    original: '[]',
    reason: 'a text among what is to be frozen changes nothing: it has no parts that are not frozen',
  },
  {
    file: 'lambdas/events/frozen.ts',
    line: "if (typeof value !== 'object' || value === null) return false;",
    original: "typeof value !== 'object'",
    replacement: 'false',
    reason: 'a shortcut on the path of every event: what is no object has another prototype',
  },
  {
    file: 'lambdas/events/frozen.ts',
    line: "if (typeof value !== 'object' || value === null) return false;",
    original: 'false',
    replacement: 'true',
    reason: 'what is no object counts as frozen already',
  },
  {
    file: 'lambdas/alerts/slack.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the code
    line: 'section(`\\`${escaped(command, MAX_BLOCK_CHARACTERS / 2)}\\``),',
    original: 'MAX_BLOCK_CHARACTERS / 2',
    replacement: 'MAX_BLOCK_CHARACTERS * 2',
    reason: 'no event has an id that makes the command so long',
  },
  {
    file: 'lib/consumer-database.ts',
    line: 'const { vpcId, subnetIds = [], securityGroupIds = [] } = config;',
    original: '[]',
    reason: 'for the types alone: the three go together, which the configuration checks',
  },
  {
    file: 'lib/consumer-database.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the code
    line: 'SecurityGroup.fromSecurityGroupId(scope, `SecurityGroup-${id}`, id, { mutable: false }),',
    reason: 'for what is added later: nothing opens a group today',
  },
  {
    file: 'lambdas/database/session-opener.ts',
    line: 'const connectTimeoutMs = Math.min(CONNECT_TIMEOUT_MS, timeLeftMs);',
    original: 'Math.min(CONNECT_TIMEOUT_MS, timeLeftMs)',
    reason: 'the deadline’s signal ends the opening as well; only the words of the error differ',
  },
  {
    file: 'lambdas/database/session.ts',
    line: 'keepAlive: true,',
    reason: 'an option of the socket, which shows after minutes of silence alone',
  },
  {
    file: 'lib/bundle.ts',
    line: '{ minify = true, alias = {}, external = [] }: BundleOptions,',
    original: '[]',
    reason: 'a package of the name that the generator puts there is imported by nothing',
  },
  {
    file: 'lib/bundle.ts',
    line: 'await Promise.all(stale.map((path) => rm(path, { recursive: true, force: true })));',
    original: 'true',
    replacement: 'false',
    reason: 'a folder and what is in it go at the same time: which is first, no test decides',
  },
  {
    file: 'lib/bundle.ts',
    line: 'if (failure.errors === undefined) return String(error);',
    original: 'failure.errors === undefined',
    replacement: 'false',
    reason: 'for an end of the compiler itself, which has no messages',
  },
  {
    file: 'lambdas/reconcile/reconcile.ts',
    line: 'const isGiven = before === undefined && !(isNew && mapping?.isCustomers === true);',
    original: 'mapping?.isCustomers',
    reason: 'for the types alone: a new connection has lost no mapping yet',
  },
  {
    file: 'lib/function-code.ts',
    line: "SOURCE_EXTENSION === '.ts'",
    original: "SOURCE_EXTENSION === '.ts'",
    replacement: 'true',
    reason: 'test/package sees it: only the published package has `.js`',
  },
  {
    file: 'lib/function-code.ts',
    line: ': [];',
    original: '[]',
    reason: 'test/package sees it: only the published package has `.js`',
  },
  {
    file: 'lib/function-code.ts',
    line: "{ encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },",
    original: "['ignore', 'ignore', 'pipe']",
    reason: 'what a build prints is kept from nobody: it prints nothing',
  },
  {
    file: 'lib/function-code.ts',
    line: 'if (error !== undefined) throw error;',
    original: 'error !== undefined',
    replacement: 'false',
    reason: 'for a Node that cannot be started once more',
  },
  {
    file: 'lib/ingest-api.ts',
    line: "if (route === undefined) throw new TypeError('CDK made no route for a path with a method');",
    original: 'route === undefined',
    replacement: 'false',
    reason: 'for the type alone: a path with a method gets a route',
  },
  {
    file: 'lib/settings.ts',
    line: '{ others = [] }: { readonly others?: readonly string[] } = {},',
    original: '[]',
    reason: 'a key of the name that the generator puts there is as unknown as before',
  },
  {
    file: 'lib/webhook-dashboard.ts',
    line: "graph('Oldest message (seconds)', [queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum' })]),",
    original: "{ statistic: 'Maximum' }",
    reason: 'said for the reader: the maximum is what the CDK takes for this metric by itself',
  },
];
