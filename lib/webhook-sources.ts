import { type RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { HandlerRegistrations } from '../lambdas/contract/outputs.ts';
import { type IngestSource, SOURCE_NAME_PATTERN, type SourceProfile } from '../lambdas/contract/source.ts';
import type { SourceProps } from './props.ts';
import { SigningSecret } from './signing-secret.ts';
import { parseSource, type SourceConfig, type StackConfig, StackConfigError } from './stack-config.ts';

export interface WebhookSource extends SourceConfig {
  readonly secret: SigningSecret;
}

/** A function's variables may hold 4 KB together; the others and the longest ARNs need less than the rest. */
const MAX_VARIABLE_BYTES = 3_200;
const LONGEST_ARN = 'x'.repeat(150);

/** The senders besides Supaglue, each with a secret of its own. */
export class WebhookSources extends Construct {
  readonly byName: ReadonlyMap<string, WebhookSource>;

  /** @throws {StackConfigError} naming each source and property that is not allowed */
  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly sources: Readonly<Record<string, SourceProps>>;
      readonly endpoint: StackConfig['endpoint'];
      readonly removalPolicy: RemovalPolicy;
    },
  ) {
    super(scope, id);
    const names = Object.keys(props.sources);
    // Outputs have names of letters and digits alone.
    const plain = (name: string) => name.replaceAll('-', '');
    const malformed = names.filter(
      (name) =>
        !SOURCE_NAME_PATTERN.test(name) ||
        name in Object.prototype ||
        names.some((other) => other !== name && plain(other) === plain(name)),
    );
    if (malformed.length > 0) {
      throw new StackConfigError(
        malformed.map(
          (name) =>
            `sources.${name} is not allowed: a name is 1 to 32 of a-z, 0-9 and "-", with a letter first, and differs from others by more than "-"`,
        ),
      );
    }
    this.byName = new Map(
      Object.entries(props.sources).map(([name, source]) => [
        name,
        {
          ...parseSource(name, source),
          secret: new SigningSecret(this, name, { removalPolicy: props.removalPolicy, sender: name }),
        },
      ]),
    );
    const throttled = [...this.byName].filter(([, { throttleRate }]) => throttleRate !== undefined);
    if (props.endpoint === 'function-url' && throttled.length > 0) {
      throw new StackConfigError(
        throttled.map(([name]) => `sources.${name}.throttleRate: a function URL has no throttle`),
      );
    }
  }

  /**
   * What ingest is told, as JSON; `undefined` without sources.
   *
   * @param besides - what another variable takes of the same room, in bytes
   * @throws {StackConfigError} for a source that only the stack or only the handlers name, or when Lambda would not
   * take as much
   */
  variable(
    handlers: HandlerRegistrations | { readonly problem: string },
    besides: number,
  ): string | undefined {
    if ('problem' in handlers) {
      if (this.byName.size === 0) return undefined;
      throw new StackConfigError([
        `sources: the handlers could not be asked which they are for (${handlers.problem})`,
      ]);
    }
    const registered = handlers.sources ?? {};
    const problems = [
      ...[...this.byName.keys()]
        .filter((name) => !Object.hasOwn(registered, name))
        .map((name) => `sources.${name}: no handlers are registered for it: router.from('${name}', …)`),
      ...Object.keys(registered)
        .filter((name) => !this.byName.has(name))
        .map(
          (name) => `handlers are registered for the source ${name}, which the stack's sources do not name`,
        ),
      ...Object.entries(registered).flatMap(([name, profile]) => profileProblems(name, profile)),
    ];
    if (problems.length > 0) throw new StackConfigError(problems);
    if (this.byName.size === 0) return undefined;
    const told = [...this.byName].map(([name, { secret, allowedSources }]): [string, IngestSource] => {
      const { any: _, ...profile } = registered[name] ?? { any: [], type: 'type' };
      return [
        name,
        {
          ...profile,
          secretId: secret.secretArn,
          ...(allowedSources === undefined ? {} : { allowedSources: allowedSources.join(',') }),
        },
      ];
    });
    const longest = told.map(([name, source]) => [name, { ...source, secretId: LONGEST_ARN }]);
    const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(longest))) + besides;
    if (bytes > MAX_VARIABLE_BYTES) {
      throw new StackConfigError([
        `sources: with their allowedSources they take ${bytes} bytes of ingest's variables, of at most ${MAX_VARIABLE_BYTES}`,
      ]);
    }
    return Stack.of(this).toJsonString(Object.fromEntries(told));
  }
}

const PATH = /^[^.]+(?:\.[^.]+)*$/;

/** What cannot be read of what `router.from` says of a sender, a line each. */
export function profileProblems(
  name: string,
  { type, customer = 'none', toleranceSeconds = 1 }: SourceProfile,
): readonly string[] {
  const paths = [typeof type === 'string' ? type : type.header, customer];
  const isTolerance =
    Number.isInteger(toleranceSeconds) && toleranceSeconds >= 1 && toleranceSeconds <= 86_400;
  return [
    ...paths.filter((path) => !PATH.test(path)).map((path) => `source ${name}: "${path}" names no field`),
    ...(isTolerance ? [] : [`source ${name}: toleranceSeconds must be 1 to 86,400`]),
  ];
}
